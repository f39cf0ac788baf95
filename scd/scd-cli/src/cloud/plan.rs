//! `scd cloud plan`: the packages that a build would make, and which rule brings each.

use anyhow::Error;
use scd_magento::{Area, ThemeCode, ThemeId, Themes};

use super::arguments::BuildArguments;
use super::build;
use super::env_file::NAME;
use super::failure::{self, Failure};
use super::request::{Request, Situation, request, skips_html, validate};
use crate::console::{Console, print_line};
use crate::exit::Exit;

/// Runs the command.
///
/// # Errors
/// Whatever would keep the build from being done.
pub(crate) fn run(arguments: &BuildArguments) -> Result<Exit, Failure> {
    let situation = Situation::read(&arguments.root)?;
    validate(&situation.file)?;
    let request = request(arguments, &situation, true)?;
    let console = Console::new(&request.arguments.console);
    console.report(&request.warnings, &situation.root);
    let generation = |error: Error| Failure::new(failure::GENERATION, error);
    let options = build::options(&request).map_err(generation)?;
    let outline =
        scd::outline(&situation.root, &options).map_err(|error| generation(error.into()))?;
    for locale in &request.locales {
        print_line(&format!(
            "default locale {}: {}",
            locale.code, locale.origin
        ));
    }
    for (theme, line) in &request.matrix {
        if theme.locales.is_empty() {
            print_line(&format!(
                "left out {}: SCD_MATRIX, {NAME}:{line}",
                theme.theme
            ));
        }
    }
    for (name, count) in &outline.packages {
        print_line(&format!(
            "{name:<40} {count:>6} files  {}",
            rule(name, &request)
        ));
    }
    let counts = &outline.counts;
    print_line(&format!(
        "{} packages, {} files and {} templates{}, {} jobs",
        counts.package_count,
        counts.static_files,
        counts.template_files,
        if skips_html(&situation.file) {
            " (SKIP_HTML_MINIFICATION)"
        } else {
            ""
        },
        counts.job_count()
    ));
    console.report(&outline.diagnostics, &situation.root);
    Ok(Exit::Done)
}

/// What brings a package, `area/Vendor/theme/locale`.
fn rule(package: &str, request: &Request) -> String {
    let mut parts = package.splitn(4, '/');
    let (Some(area), Some(vendor), Some(name), Some(locale)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return "shared by others".to_owned();
    };
    let theme = format!("{vendor}/{name}");
    if let Some(rule) = own_rule(&theme, locale, request) {
        return rule;
    }
    let themes = request.themes.as_ref();
    match themes.and_then(|themes| child(themes, area, &theme, locale, request)) {
        Some(child) => format!("parent of {child}"),
        None => "shared by others".to_owned(),
    }
}

/// What asks for a theme in a locale, if anything does.
fn own_rule(theme: &str, locale: &str, request: &Request) -> Option<String> {
    let mut of_theme = request
        .matrix
        .iter()
        .filter(|(known, _)| known.theme == theme)
        .peekable();
    if of_theme.peek().is_none() {
        let known = request.locales.iter().find(|known| known.code == locale)?;
        return Some(format!("default locale {}", known.code));
    }
    let (_, line) = of_theme.find(|(known, _)| known.locales.iter().any(|one| one == locale))?;
    Some(format!("SCD_MATRIX, {NAME}:{line}"))
}

/// The first theme of that area that is asked for in that locale and inherits from `theme`.
fn child<'a>(
    themes: &'a Themes,
    area: &str,
    theme: &str,
    locale: &str,
    request: &Request,
) -> Option<&'a str> {
    let parent = ThemeId {
        area: Area::new(area),
        code: ThemeCode::new(theme),
    };
    let inherits = |child: &ThemeId| themes.chain(child).iter().any(|one| one.id == parent);
    themes
        .registered()
        .iter()
        .filter(|one| one.id.area == parent.area && inherits(&one.id))
        .map(|one| one.id.code.as_str())
        .find(|code| own_rule(code, locale, request).is_some())
}
