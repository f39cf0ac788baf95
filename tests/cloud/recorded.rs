//! scd beside ece-tools' own classes, case by case: validation, wizards, locales, and the packages that its command lines mean.
//!
//! What ece-tools says is in `recorded.json`. With `SCD_ECE_TOOLS` (a checkout of magento/ece-tools) and `SCD_REFERENCE_ROOT` (a
//! Magento root, for the libraries in its vendor directory) it is asked again; `SCD_BLESS=1` records what it says.

use std::collections::BTreeSet;
use std::fs;

use scd_tests::fixture::Fixture;
use scd_tests::run::Run;
use serde_json::{Map, Value};
use toml::Table;

use crate::ece_tools::EceTools;
use crate::project::{folder, packages, project, scd};

/// One case, ready to be looked at.
struct Case {
    name: String,
    fixture: Fixture,
    environment: Vec<(&'static str, String)>,
    refused: Option<String>,
    no_stores: bool,
}

fn cases() -> Vec<Case> {
    let text = fs::read_to_string(folder().join("cases.toml")).expect("it can be read");
    let table: Table = text.parse().expect("it is TOML");
    let cases = table["case"].as_array().expect("there are cases");
    cases
        .iter()
        .map(|case| case_of(case.as_table().expect("a case is a table")))
        .collect()
}

fn case_of(case: &Table) -> Case {
    let text = |key: &str| case.get(key).map(|value| value.as_str().expect("a text"));
    let fixture = project();
    if let Some(env) = text("env") {
        fixture.write(".magento.env.yaml", env);
    }
    if let Some(app) = text("app") {
        fixture.write(".magento.app.yaml", app);
    }
    if let Some(config) = text("config") {
        fixture.write("app/etc/config.php", format!("<?php return {config};"));
    }
    let mut environment = Vec::new();
    for (key, name) in [
        ("variables", "MAGENTO_CLOUD_VARIABLES"),
        ("application", "MAGENTO_CLOUD_APPLICATION"),
    ] {
        environment.extend(text(key).map(|json| (name, base64(json.as_bytes()))));
    }
    Case {
        name: text("name").expect("a case has a name").to_owned(),
        fixture,
        environment,
        refused: text("refused").map(str::to_owned),
        no_stores: case.contains_key("no_stores"),
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, index| {
            bits << 8 | u32::from(*chunk.get(index).unwrap_or(&0))
        });
        for index in 0..4 {
            let is_padding = index > chunk.len();
            let letter = LETTERS[(bits >> (18 - 6 * index) & 63) as usize];
            text.push(if is_padding { '=' } else { letter.into() });
        }
    }
    text
}

impl Case {
    fn scd(&self, command: &[&str]) -> Run {
        let environment: Vec<(&str, &str)> = self
            .environment
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        scd(&self.fixture, command, &environment)
    }
}

fn recorded() -> Map<String, Value> {
    let text = fs::read_to_string(folder().join("recorded.json")).expect("it can be read");
    serde_json::from_str(&text).expect("it is JSON")
}

#[test]
fn ece_tools_says_what_is_recorded() {
    let Some(ece_tools) = EceTools::find("ece_tools_says_what_is_recorded") else {
        return;
    };
    let mut said = Map::new();
    for case in cases() {
        said.insert(
            case.name.clone(),
            ece_tools.run(&case.fixture, &["all"], &case.environment),
        );
    }
    if std::env::var_os("SCD_BLESS").is_some() {
        let text = serde_json::to_string_pretty(&said).expect("it is JSON");
        fs::write(folder().join("recorded.json"), text + "\n").expect("it can be written");
        return;
    }
    let recorded = recorded();
    for (name, said) in &said {
        assert_eq!(recorded.get(name), Some(said), "{name}");
    }
    assert_eq!(recorded.len(), said.len());
}

#[test]
fn wizards_have_ece_tools_texts_and_codes() {
    let recorded = recorded();
    for case in cases() {
        for wizard in [
            "ideal-state",
            "scd-on-build",
            "scd-on-demand",
            "scd-on-deploy",
        ] {
            let expected = &recorded[&case.name][wizard];
            // ece-tools dies of a word where it wants a boolean, after what the validation has to say about that.
            if expected.get("exception").is_some() {
                continue;
            }
            let run = case.scd(&["cloud", "wizard", wizard]);
            let told = (run.code.map(i64::from), run.stdout.as_str());
            let wanted = (
                expected["code"].as_i64(),
                expected["output"].as_str().unwrap_or_default(),
            );
            assert_eq!(told, wanted, "{}: {wizard}\n{}", case.name, run.stderr);
        }
    }
}

#[test]
fn builds_make_what_ece_tools_commands_mean() {
    let recorded = recorded();
    for case in cases() {
        let said = &recorded[&case.name];
        let plan = case.scd(&["cloud", "plan"]);
        if let Some(text) = said["validation"]["text"].as_str() {
            assert_eq!(plan.code, Some(10), "{}", case.name);
            let told: Vec<&str> = plan
                .stderr
                .lines()
                .filter(|line| !line.starts_with("  "))
                .collect();
            let expected = format!("error: {text}");
            assert_eq!(told.join("\n"), expected, "{}", case.name);
            continue;
        }
        assert_eq!(said["validation"], Value::Null, "{}", case.name);
        if let Some(text) = &case.refused {
            assert_eq!(plan.code, Some(10), "{}: {}", case.name, plan.stdout);
            assert!(plan.stderr.contains(text), "{}: {}", case.name, plan.stderr);
            continue;
        }
        if case.no_stores {
            assert_eq!(plan.code, Some(19), "{}: {}", case.name, plan.stderr);
            assert!(
                plan.stderr.contains("config.php"),
                "{}: {}",
                case.name,
                plan.stderr
            );
            continue;
        }
        assert_eq!(plan.code, Some(0), "{}: {}", case.name, plan.stderr);
        let locales: Vec<&str> = plan
            .stdout
            .lines()
            .filter_map(|line| line.strip_prefix("default locale ")?.split(':').next())
            .collect();
        assert_eq!(serde_json::json!(locales), said["locales"], "{}", case.name);
        for line in said["log"].as_array().expect("a log") {
            let line = line.as_str().expect("a line");
            let text = line.split_once(' ').map_or(line, |(_, text)| text);
            assert!(
                plan.stderr.contains(text),
                "{}: `{text}` in\n{}",
                case.name,
                plan.stderr
            );
        }
        let commands: Vec<&str> = said["commands"]
            .as_array()
            .unwrap_or_else(|| panic!("{}: {}", case.name, said["commands"]))
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let planned: BTreeSet<String> = plan
            .stdout
            .lines()
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| name.starts_with("frontend/") || name.starts_with("adminhtml/"))
            .filter(|name| !name.contains("/Magento/base/") && !name.ends_with("/default"))
            .map(str::to_owned)
            .collect();
        assert_eq!(planned, meant(&commands), "{}: {commands:#?}", case.name);
        let skips_html = commands
            .iter()
            .all(|command| command.contains("--no-html-minify"));
        assert_eq!(
            plan.stdout
                .contains(" 0 templates (SKIP_HTML_MINIFICATION)"),
            skips_html,
            "{}",
            case.name
        );
        // What is planned is what is built, whether or not ece-tools would build it.
        if said["scd-on-build"]["code"] == 0 && !commands[0].contains("compact") {
            case.scd(&["cloud", "build"]).expect_code(0);
            let built: BTreeSet<String> = packages(&case.fixture).into_iter().collect();
            assert_eq!(built, planned, "{}", case.name);
        }
    }
}

/// The project's themes with their parents.
const THEMES: [(&str, &str, Option<&str>); 4] = [
    ("adminhtml", "Acme/admin", None),
    ("frontend", "Acme/base", None),
    ("frontend", "Acme/shop", Some("Acme/base")),
    ("frontend", "Acme/outlet", Some("Acme/shop")),
];

/// The packages that Magento makes of command lines: a theme comes with all that it inherits from, unless told otherwise.
fn meant(commands: &[&str]) -> BTreeSet<String> {
    let mut packages = BTreeSet::new();
    for command in commands {
        let mut words = command.split_whitespace().skip(3);
        let (mut only, mut excluded, mut locales, mut parents) =
            (Vec::new(), Vec::new(), Vec::new(), true);
        while let Some(word) = words.next() {
            match word {
                "--theme" => only.extend(words.next()),
                "--exclude-theme" => excluded.extend(words.next()),
                "--no-parent" => parents = false,
                "-s" | "--jobs" | "--max-execution-time" => drop(words.next()),
                flag if flag.starts_with('-') => {}
                locale => locales.push(locale),
            }
        }
        for (area, theme, _) in THEMES {
            let is_meant = if only.is_empty() {
                !excluded.contains(&theme)
            } else {
                only.contains(&theme)
            };
            let mut next = is_meant.then_some(theme);
            while let Some(theme) = next {
                packages.extend(
                    locales
                        .iter()
                        .map(|locale| format!("{area}/{theme}/{locale}")),
                );
                let parent = THEMES
                    .iter()
                    .find(|known| known.1 == theme)
                    .and_then(|known| known.2);
                next = parent.filter(|_| parents);
            }
        }
    }
    packages
}
