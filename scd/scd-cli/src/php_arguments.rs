//! The way back: what was typed for scd, as `bin/magento setup:static-content:deploy` takes it. Options that only scd has
//! are left out. And the program that takes it.

use std::ffi::OsString;

use crate::args::DeployArguments;

/// The program that runs `bin/magento`.
pub(crate) fn php_binary() -> OsString {
    let named = std::env::var_os("PHP_BINARY").filter(|path| !path.is_empty());
    named.unwrap_or_else(|| OsString::from("php"))
}

/// The arguments behind the command's name. Those of the console, which hide PHP's complaints or make it ask, are the
/// caller's: `console` comes first.
pub(crate) fn php_arguments(arguments: &DeployArguments, console: &[&str]) -> Vec<String> {
    let mut typed: Vec<String> = console.iter().map(|&word| word.to_owned()).collect();
    let flags = [
        ("force", arguments.force),
        ("symlink-locale", arguments.symlink_locale),
        (
            "refresh-content-version-only",
            arguments.refresh_content_version_only,
        ),
        ("no-javascript", arguments.no_javascript),
        ("no-js-bundle", arguments.no_js_bundle),
        ("no-css", arguments.no_css),
        ("no-less", arguments.no_less),
        ("no-images", arguments.no_images),
        ("no-fonts", arguments.no_fonts),
        ("no-html", arguments.no_html),
        ("no-misc", arguments.no_misc),
        ("no-html-minify", arguments.no_html_minify),
        ("no-parent", arguments.no_parent),
    ];
    for (name, _) in flags.iter().filter(|(_, is_given)| *is_given) {
        typed.push(format!("--{name}"));
    }
    let single = [
        ("strategy", &arguments.strategy),
        ("jobs", &arguments.jobs),
        ("max-execution-time", &arguments.max_execution_time),
        ("content-version", &arguments.content_version),
    ];
    for (name, value) in single {
        typed.extend(value.iter().map(|value| format!("--{name}={value}")));
    }
    let lists = [
        ("area", &arguments.areas),
        ("exclude-area", &arguments.excluded_areas),
        ("theme", &arguments.themes),
        ("exclude-theme", &arguments.excluded_themes),
        ("language", &arguments.language_options),
        ("exclude-language", &arguments.excluded_languages),
    ];
    for (name, values) in lists {
        typed.extend(values.iter().map(|value| format!("--{name}={value}")));
    }
    if !arguments.languages.is_empty() {
        typed.push("--".to_owned());
        typed.extend(arguments.languages.iter().cloned());
    }
    typed
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Arguments, Command};

    #[test]
    fn what_was_typed_is_typed_again() {
        let line = "scd deploy -f -s standard -a frontend --theme A/b -t C/d -l x_Y --exclude-language de_DE -j 2 \
                    --max-execution-time 5 --symlink-locale --content-version 7 --refresh-content-version-only \
                    --no-javascript --no-js-bundle --no-css --no-less --no-images --no-fonts --no-html --no-misc \
                    --no-html-minify --no-parent -vvv --root /r --minify modern --keep-going en_US de_DE";
        let Command::Deploy(arguments) = Arguments::try_parse_from(line.split_whitespace())
            .unwrap()
            .command
        else {
            panic!("it is a deploy");
        };
        assert_eq!(
            php_arguments(&arguments, &["--no-ansi", "--no-interaction"]).join(" "),
            "--no-ansi --no-interaction --force --symlink-locale --refresh-content-version-only --no-javascript \
             --no-js-bundle --no-css --no-less --no-images --no-fonts --no-html --no-misc --no-html-minify --no-parent \
             --strategy=standard --jobs=2 --max-execution-time=5 --content-version=7 --area=frontend --theme=A/b \
             --theme=C/d --language=x_Y --exclude-language=de_DE -- en_US de_DE"
        );
    }
}
