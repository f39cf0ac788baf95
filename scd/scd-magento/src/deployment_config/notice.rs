//! Values that PHP takes, though hardly as their author meant them.

use super::{DeploymentConfig, Scope};
use crate::finding::Finding;
use crate::php::PhpValue;

/// Values that are nothing but on or off.
const SWITCHES: [&str; 3] = [
    "dev/js/minify_files",
    "dev/css/minify_files",
    "dev/template/minify_html",
];

const STRATEGY: &str = "dev/js/translate_strategy";

/// Sections of the configuration that a deploy reads.
const SECTIONS: [[&str; 2]; 4] = [
    ["dev", "js"],
    ["dev", "css"],
    ["dev", "template"],
    ["advanced", "modules_disable_output"],
];

pub(super) fn notices(config: &DeploymentConfig) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let mut report = |message: String, hint: &str| {
        let finding = Finding {
            path: config.path.clone(),
            message,
            hint: Some(hint.to_owned()),
        };
        if !found.contains(&finding) {
            found.push(finding);
        }
    };
    for path in SWITCHES {
        for scope in [Scope::Default, Scope::Store] {
            let odd = config.value(scope, path).filter(|value| !is_switch(value));
            if let Some(value) = odd {
                let taken = config.flag(scope, path);
                report(
                    format!("`{path}` is {}, which PHP takes for {taken}", shown(value)),
                    "write `'1'` or `'0'`",
                );
            }
        }
    }
    let strategy = config.value(Scope::Default, STRATEGY);
    let is_known =
        |value: &PhpValue| matches!(value.as_str(), Some("dictionary" | "embedded" | "none"));
    if let Some(value) = strategy.filter(|value| !is_known(value)) {
        let taken = if matches!(value, PhpValue::Bool(true)) {
            "embedded"
        } else {
            "none"
        };
        report(
            format!(
                "`{STRATEGY}` is {}, which PHP takes for `{taken}`",
                shown(value)
            ),
            "write `dictionary`, `embedded` or `none`",
        );
    }
    if config.value(Scope::Store, STRATEGY) != strategy {
        report(
            format!(
                "`{STRATEGY}` differs for a website or store, but only the default value counts"
            ),
            "set it under `system/default`",
        );
    }
    if !config.environment.sets_config() {
        for (name, path, _) in config.environment.config_values() {
            // Behind the name of the scope stands its code, but for the default.
            let keys = path.get(if path[0] == "default" { 1.. } else { 2.. });
            let is_read = |section: &[&str; 2]| {
                keys.is_some_and(|keys| keys.starts_with(&section.map(str::to_owned)))
            };
            if SECTIONS.iter().any(is_read) {
                report(
                    format!("the variable `{name}` is not taken into account"),
                    "for PHP it counts if `variables_order` in its php.ini contains `E`; if it does, use --config-env",
                );
            }
        }
    }
    found
}

fn is_switch(value: &PhpValue) -> bool {
    match value {
        PhpValue::Null | PhpValue::Bool(_) | PhpValue::Int(0 | 1) => true,
        PhpValue::String(text) => matches!(text.as_slice(), b"" | b"0" | b"1"),
        _ => false,
    }
}

/// A value for a message.
fn shown(value: &PhpValue) -> String {
    match value {
        PhpValue::Array(_) => "a list".to_owned(),
        PhpValue::Null => "null".to_owned(),
        PhpValue::Bool(flag) => format!("the boolean `{flag}`"),
        PhpValue::String(text) => format!("`'{}'`", String::from_utf8_lossy(text)),
        other => {
            let text = other.to_text().unwrap_or_default();
            format!("the {} `{}`", other.kind(), String::from_utf8_lossy(&text))
        }
    }
}
