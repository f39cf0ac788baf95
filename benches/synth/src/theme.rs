//! Themes in chains of five: the first of a chain has the entries and their partials, the others replace some files and add a few.

use anyhow::Result;

use crate::component::registration;
use crate::module::{WebFiles, full_name, web_files, write_web};
use crate::random::Random;
use crate::{Shape, Sink, image, script, style, translation};

/// Modules that a theme replaces something of.
const TOUCHED_MODULES: usize = 30;

/// The area of a theme: every eighth chain, beginning with the fifth, is for the admin.
pub(crate) fn area(number: usize) -> &'static str {
    if number / Shape::CHAIN % 8 == 4 {
        "adminhtml"
    } else {
        "frontend"
    }
}

/// The code of a theme.
pub(crate) fn code(number: usize) -> String {
    format!(
        "Synth/chain{}-{}",
        number / Shape::CHAIN,
        number % Shape::CHAIN
    )
}

/// The theme that a theme inherits from.
pub(crate) fn parent(number: usize) -> Option<usize> {
    (!number.is_multiple_of(Shape::CHAIN)).then(|| number - 1)
}

/// The files of a theme.
pub(crate) fn files(shape: &Shape, number: usize, sink: &mut Sink<'_>) -> Result<()> {
    let (area, code) = (area(number), code(number));
    let mut put =
        |path: &str, bytes: &[u8]| sink(&format!("app/design/{area}/{code}/{path}"), bytes);
    let random = |what: &str| Random::of(shape.seed, &format!("theme {number} {what}"));
    put(
        "registration.php",
        registration("THEME", &format!("{area}/{code}")).as_bytes(),
    )?;
    let parent = parent(number).map_or_else(String::new, |parent| {
        format!("    <parent>{}</parent>\n", self::code(parent))
    });
    let manifest =
        format!("<?xml version=\"1.0\"?>\n<theme>\n    <title>{code}</title>\n{parent}</theme>\n");
    put("theme.xml", manifest.as_bytes())?;
    if parent.is_empty() {
        root_files(&random, &mut put)?;
    }
    put(
        "web/css/source/_theme.less",
        style::theme(&mut random("theme.less")).as_bytes(),
    )?;
    put(
        "web/css/source/_extend.less",
        style::module(&mut random("extend.less"), "theme").as_bytes(),
    )?;
    put(
        "web/images/logo.svg",
        &image::bytes(&mut random("logo"), "svg"),
    )?;
    let own = own_files(&mut random("own"));
    write_web(&own, &random, &mut put)?;
    if own.scripts.len() > 4 {
        let text = script::config(&mut random("requirejs"), "js", &own.scripts);
        put("requirejs-config.js", text.as_bytes())?;
    }
    for locale in shape
        .locale_names()
        .iter()
        .filter(|locale| random(locale).chance(15))
    {
        let text = translation::csv(&mut random("phrases"), locale, 40);
        put(&format!("i18n/{locale}.csv"), text.as_bytes())?;
    }
    // Few themes have files of their own for a locale: one in the middle of every other chain, for two locales.
    if number % (2 * Shape::CHAIN) == 2 {
        for locale in shape.locale_names().iter().skip(1).take(2) {
            put(
                &format!("web/i18n/{locale}/images/logo.svg"),
                &image::bytes(&mut random(locale), "svg"),
            )?;
            let text = style::css(&mut random(&format!("{locale}.css")));
            put(&format!("web/i18n/{locale}/css/local.css"), text.as_bytes())?;
        }
    }
    overrides(shape, area, &random, &mut put)
}

type Put<'a> = dyn FnMut(&str, &[u8]) -> Result<()> + 'a;

/// What the first theme of a chain has.
fn root_files(random: &dyn Fn(&str) -> Random, put: &mut Put<'_>) -> Result<()> {
    let view = "<?xml version=\"1.0\"?>\n<view xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                xsi:noNamespaceSchemaLocation=\"urn:magento:framework:Config/etc/view.xsd\">\n    \
                <vars module=\"Js_Bundle\">\n        <var name=\"bundle_size\">1MB</var>\n    </vars>\n    \
                <exclude>\n        <item type=\"directory\">Lib::vendor</item>\n    </exclude>\n</view>\n";
    put("etc/view.xml", view.as_bytes())?;
    for entry in ["styles-m", "styles-l", "print", "email"] {
        put(
            &format!("web/css/{entry}.less"),
            style::entry(entry).as_bytes(),
        )?;
    }
    put("web/css/source/_reset.less", style::reset().as_bytes())?;
    put(
        "web/css/source/_styles.less",
        style::styles(&mut random("styles.less")).as_bytes(),
    )?;
    put(
        "web/css/source/_widgets.less",
        b"//  Nothing of the theme's own\n",
    )
}

/// Files that only the theme has.
fn own_files(random: &mut Random) -> WebFiles {
    let mut named = |low, high, make: &dyn Fn(usize) -> String| {
        (0..random.between(low, high)).map(make).collect()
    };
    WebFiles {
        scripts: named(2, 12, &|number| format!("js/theme-{number}.js")),
        templates: Vec::new(),
        stylesheets: named(0, 3, &|number| format!("css/theme-{number}.css")),
        images: named(4, 25, &|number| format!("images/theme-{number}.png")),
        has_less: false,
    }
}

/// What the theme replaces of modules.
fn overrides(
    shape: &Shape,
    area: &str,
    random: &dyn Fn(&str) -> Random,
    put: &mut Put<'_>,
) -> Result<()> {
    let mut choice = random("overrides");
    let mut touched: Vec<usize> = (0..TOUCHED_MODULES)
        .map(|_| choice.between(0, shape.modules.saturating_sub(1)))
        .collect();
    touched.sort_unstable();
    touched.dedup();
    for module in touched.into_iter().filter(|_| shape.modules > 0) {
        let name = full_name(module);
        let web = web_files(shape.seed, module, area);
        let mut kept = |files: &[String]| -> Vec<String> {
            files
                .iter()
                .filter(|_| choice.chance(30))
                .cloned()
                .collect()
        };
        let replaced = WebFiles {
            scripts: kept(&web.scripts),
            templates: kept(&web.templates),
            stylesheets: kept(&web.stylesheets),
            images: kept(&web.images),
            has_less: web.has_less,
        };
        let random = |path: &str| random(&format!("{name} {path}"));
        let mut put = |path: &str, bytes: &[u8]| put(&format!("{name}/{path}"), bytes);
        write_web(&replaced, &random, &mut put)?;
        if web.has_less && choice.chance(60) {
            let file = if choice.chance(50) {
                "_module"
            } else {
                "_extend"
            };
            let scope = name.to_lowercase().replace('_', "-");
            put(
                &format!("web/css/source/{file}.less"),
                style::module(&mut random("less"), &scope).as_bytes(),
            )?;
        }
        if choice.chance(50) {
            put(
                "templates/replaced.phtml",
                script::phtml(&mut random("phtml"), "replaced").as_bytes(),
            )?;
        }
    }
    Ok(())
}
