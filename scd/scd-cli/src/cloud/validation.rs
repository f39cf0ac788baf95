//! What ece-tools finds wrong with `.magento.env.yaml`, in its words, with hints of our own. Mirrors
//! `Magento\MagentoCloud\Config\Validator\Build\StageConfig` and `Config\Schema\Validator`.

use super::env_file::{EnvFile, NAME};
use super::schema::{self, Allowed, Key};
use super::yaml::Value;

/// What stands above the list of items.
pub(crate) const HEADLINE: &str = "Environment configuration is not valid. Correct the following items in your .magento.env.yaml file:";

/// One thing to correct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// What is wrong.
    pub(crate) text: String,
    /// The line in the file.
    pub(crate) line: usize,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

impl Item {
    /// An item without a hint.
    pub(crate) fn new(text: impl Into<String>, line: usize) -> Self {
        Self {
            text: text.into(),
            line,
            hint: None,
        }
    }

    /// The same with a hint.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// All items under ece-tools' headline, each with its place and hint.
pub(crate) fn listing(items: &[Item]) -> String {
    let mut text = HEADLINE.to_owned();
    for item in items {
        text.push_str(&format!("\n{}\n  --> {NAME}:{}", item.text, item.line));
        if let Some(hint) = &item.hint {
            text.push_str(&format!("\n  hint: {hint}"));
        }
    }
    text
}

/// Everything that is wrong, in the order of the file; all stages are looked at, as ece-tools does in the build.
pub(crate) fn items(file: &EnvFile) -> Vec<Item> {
    let mut items = Vec::new();
    if let Some(line) = file.odd_stage_line() {
        items.push(Item::new(
            "The section stage must be a map of stages.",
            line,
        ));
    }
    for stage in file.stages() {
        let Some(keys) = stage.node.value.as_array() else {
            // ece-tools skips it here and dies of it later.
            if matches!(stage.key.as_str(), "global" | "build") && stage.node.value != Value::Null {
                let text = format!("The stage {} must be a map of variables.", stage.key);
                items.push(Item::new(text, stage.line));
            }
            continue;
        };
        for entry in keys {
            let item = item(&entry.key, &stage.key, &entry.node.value, entry.line);
            items.extend(item);
        }
    }
    items
}

/// What is wrong with one key, if anything.
fn item(name: &str, stage: &str, value: &Value, line: usize) -> Option<Item> {
    let Some(key) = schema::find(name) else {
        let item = Item::new(
            format!("The {name} variable is not allowed in configuration."),
            line,
        );
        return Some(match unknown_hint(name) {
            Some(hint) => item.with_hint(hint),
            None => item,
        });
    };
    // The value of a constant is known to PHP alone; where scd would need it, it is refused elsewhere.
    let is_constant = matches!(value, Value::Constant(_));
    if !is_constant && value.php_type() != key.php_type {
        let item = Item::new(
            format!(
                "The {name} variable contains an invalid value of type {}. Use the following type: {}.",
                value.php_type(),
                key.php_type
            ),
            line,
        );
        return Some(match type_hint(key, value) {
            Some(hint) => item.with_hint(hint),
            None => item,
        });
    }
    if !key.stages.contains(&stage) {
        let item = Item::new(
            format!(
                "The {name} variable is not supposed to be in stage {stage}. Move it to one of the possible stages: {}.",
                key.stages.join(", ")
            ),
            line,
        );
        return Some(if stage == "post_deploy" {
            item.with_hint("the stage is called `post-deploy`")
        } else if key.stages.is_empty() {
            item.with_hint("it belongs to `system.variables`")
        } else {
            item
        });
    }
    if is_constant {
        return None;
    }
    forbidden(key, value).map(|text| Item::new(text, line))
}

/// What ece-tools says about a value of the right type that it does not take.
fn forbidden(key: &Key, value: &Value) -> Option<String> {
    let name = key.name;
    match (key.allowed, value) {
        (Allowed::Range(from, to), Value::Int(number)) if !(from..=to).contains(number) => {
            Some(format!(
                "The {name} variable contains an invalid value {number}. Use an integer value from {from} to {to}."
            ))
        }
        (Allowed::OneOf(allowed), Value::String(text)) if !allowed.contains(&text.as_str()) => {
            let named: Vec<&str> = allowed
                .iter()
                .copied()
                .filter(|one| !one.is_empty())
                .collect();
            Some(format!(
                "The {name} variable contains an invalid value {text}. Use one of the available value options: {}.",
                named.join(", ")
            ))
        }
        (Allowed::ListOf(allowed), Value::Array(entries)) => {
            let is_allowed =
                |value: &Value| value.as_str().is_some_and(|text| allowed.contains(&text));
            let is_fine = entries.iter().all(|entry| is_allowed(&entry.node.value));
            (!is_fine).then(|| {
                format!(
                    "The {name} variable contains the invalid value. It should be an array with following values: [{}].",
                    allowed.join(", ")
                )
            })
        }
        _ => None,
    }
}

fn unknown_hint(name: &str) -> Option<String> {
    if let Some((_, hint)) = schema::REMOVED.iter().find(|(removed, _)| *removed == name) {
        return Some((*hint).to_owned());
    }
    let known = schema::KEYS.iter().map(|key| key.name);
    scd_magento::nearest(name, known).map(|near| format!("did you mean `{near}`?"))
}

fn type_hint(key: &Key, value: &Value) -> Option<String> {
    match (key.php_type, value) {
        ("boolean", Value::String(text))
            if ["yes", "no", "on", "off"].contains(&text.to_ascii_lowercase().as_str()) =>
        {
            Some(format!(
                "YAML 1.2 knows `true` and `false` only; `{text}` is a text"
            ))
        }
        ("boolean" | "integer", Value::String(text)) => Some(format!(
            "write `{text}` without quotes, if that is what you mean"
        )),
        ("boolean", Value::Int(0)) => Some("write `false`".to_owned()),
        ("boolean", Value::Int(1)) => Some("write `true`".to_owned()),
        ("array", Value::Null) => {
            Some("write `{}` for an empty map, or take the key out".to_owned())
        }
        (_, Value::Null) => Some("give it a value, or take the key out".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(yaml: &str) -> Vec<String> {
        let file = EnvFile::parse(NAME.into(), yaml).unwrap();
        items(&file).into_iter().map(|item| item.text).collect()
    }

    fn hint(yaml: &str) -> String {
        let file = EnvFile::parse(NAME.into(), yaml).unwrap();
        items(&file).remove(0).hint.unwrap()
    }

    #[test]
    fn each_kind_of_mistake_has_ece_tools_words() {
        for (stage, expected) in [
            (
                "build: {SCD_THREAD: 1}",
                "The SCD_THREAD variable is not allowed in configuration.",
            ),
            (
                "build: {SCD_THREADS: '2'}",
                "The SCD_THREADS variable contains an invalid value of type string. Use the following type: integer.",
            ),
            (
                "global: {SKIP_SCD: 1}",
                "The SKIP_SCD variable contains an invalid value of type integer. Use the following type: boolean.",
            ),
            (
                "global: {SCD_MATRIX: }",
                "The SCD_MATRIX variable contains an invalid value of type NULL. Use the following type: array.",
            ),
            (
                "build: {SCD_THREADS: 1.5}",
                "The SCD_THREADS variable contains an invalid value of type double. Use the following type: integer.",
            ),
            (
                "build: {SCD_ON_DEMAND: true}",
                "The SCD_ON_DEMAND variable is not supposed to be in stage build. Move it to one of the possible stages: global.",
            ),
            (
                "post_deploy: {WARM_UP_PAGES: []}",
                "The WARM_UP_PAGES variable is not supposed to be in stage post_deploy. Move it to one of the possible stages: post-deploy.",
            ),
            (
                "build: {SCD_COMPRESSION_LEVEL: 10}",
                "The SCD_COMPRESSION_LEVEL variable contains an invalid value 10. Use an integer value from 0 to 9.",
            ),
            (
                "build: {SCD_STRATEGY: Quick}",
                "The SCD_STRATEGY variable contains an invalid value Quick. Use one of the available value options: compact, quick, standard.",
            ),
            (
                "build: {SCD_STRATEGY: ''}",
                "The SCD_STRATEGY variable contains an invalid value . Use one of the available value options: compact, quick, standard.",
            ),
            (
                "build: {VERBOSE_COMMANDS: '-vvvv'}",
                "The VERBOSE_COMMANDS variable contains an invalid value -vvvv. Use one of the available value options: -v, -vv, -vvv.",
            ),
            (
                "deploy: {SPLIT_DB: [quote, checkout]}",
                "The SPLIT_DB variable contains the invalid value. It should be an array with following values: [quote, sales].",
            ),
            (
                "build: {ENV_VARIABLES: X}",
                "The ENV_VARIABLES variable is not supposed to be in stage build. Move it to one of the possible stages: .",
            ),
        ] {
            assert_eq!(
                texts(&format!("stage:\n  {stage}\n")),
                [expected],
                "{stage}"
            );
        }
    }

    #[test]
    fn what_ece_tools_takes_is_taken() {
        for stage in [
            "build: {SCD_THREADS: -5, SCD_MATRIX: [a], SCD_COMPRESSION_LEVEL: 9, VERBOSE_COMMANDS: ''}",
            "deploy: {DATABASE_CONFIGURATION: {a: 1}, SCD_THREADS: !php/const X}",
            "build:",
            "post-deploy: text",
        ] {
            assert_eq!(texts(&format!("stage:\n  {stage}\n")), [""; 0], "{stage}");
        }
        assert_eq!(texts(""), [""; 0]);
        assert_eq!(texts("stage: x").len(), 1);
        assert_eq!(texts("stage: {build: 3}").len(), 1);
    }

    #[test]
    fn all_items_are_collected_with_lines_and_hints() {
        let yaml = "stage:\n  global:\n    SCD_EXCLUDE_THEMES: a\n    SKIP_SCD: yes\n  build:\n    SCD_THREDS: 3\n";
        let file = EnvFile::parse(NAME.into(), yaml).unwrap();
        let text = listing(&items(&file));
        assert!(text.starts_with(HEADLINE));
        for part in [
            "The SCD_EXCLUDE_THEMES variable is not allowed in configuration.\n  --> .magento.env.yaml:3\n  hint: ece-tools 2002.1.0 removed it; list the themes in `SCD_MATRIX`",
            ".magento.env.yaml:4\n  hint: YAML 1.2 knows `true` and `false` only",
            ".magento.env.yaml:6\n  hint: did you mean `SCD_THREADS`?",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        assert_eq!(
            hint("stage: {post_deploy: {WARM_UP_CONCURRENCY: 1}}"),
            "the stage is called `post-deploy`"
        );
    }
}
