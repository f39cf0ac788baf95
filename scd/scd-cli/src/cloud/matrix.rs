//! `SCD_MATRIX`: themes with their own lists of locales, out of the environment as JSON or out of `.magento.env.yaml`. Mirrors
//! `Magento\MagentoCloud\StaticContent\CommandFactory::matrix`.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::validation::Item;
use super::yaml::{self, Entry, Node};

/// One theme of the matrix; an empty list leaves the theme out of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MatrixTheme {
    /// `Vendor/name`, as written.
    pub(crate) theme: String,
    /// Its locales, in order.
    pub(crate) locales: Vec<String>,
}

/// The matrix, in the order of the text; empty when the variable is unset or empty.
///
/// # Errors
/// Text that is not JSON, or JSON of another shape, with the offending theme named.
pub(crate) fn matrix(value: Option<&str>) -> Result<Vec<MatrixTheme>> {
    let Some(text) = value.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(Vec::new());
    };
    let parsed: Value = serde_json::from_str(text).context("`SCD_MATRIX` is not valid JSON")?;
    let themes = match parsed {
        Value::Object(themes) => themes,
        // PHP encodes an empty map as a list.
        Value::Array(list) if list.is_empty() => return Ok(Vec::new()),
        _ => bail!("`SCD_MATRIX` must be a JSON object from theme to list of locales"),
    };
    themes
        .into_iter()
        .map(|(theme, locales)| {
            let locales = locales_of(&locales).with_context(|| {
                format!(
                    "`SCD_MATRIX`: theme `{theme}` must have a list of locales, such as [\"en_US\"]"
                )
            })?;
            Ok(MatrixTheme { theme, locales })
        })
        .collect()
}

/// `["de_DE"]`, or ece-tools' `{"language": ["de_DE"]}`; null and empty forms mean no locales.
fn locales_of(value: &Value) -> Result<Vec<String>> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(list) => list
            .iter()
            .map(|locale| match locale {
                Value::String(locale) => Ok(locale.clone()),
                other => bail!("found `{other}` where a locale is expected"),
            })
            .collect(),
        Value::Object(settings) => settings.get("language").map_or(Ok(Vec::new()), locales_of),
        other => bail!("found `{other}`"),
    }
}

/// The matrix of `.magento.env.yaml`, in the order of the file, each theme with its line.
///
/// # Errors
/// Shapes on which PHP dies of a type error, and those where it leaves a theme out although locales are written there.
pub(crate) fn of_yaml(node: &Node) -> Result<Vec<(MatrixTheme, usize)>, Vec<Item>> {
    let mut themes = Vec::new();
    let mut items = Vec::new();
    for entry in node.value.as_array().unwrap_or_default() {
        match theme_of_yaml(entry) {
            Ok(theme) => themes.push((theme, entry.line)),
            Err(item) => items.push(item),
        }
    }
    if items.is_empty() {
        Ok(themes)
    } else {
        Err(items)
    }
}

fn theme_of_yaml(entry: &Entry) -> Result<MatrixTheme, Item> {
    let theme = &entry.key;
    let wrong = |what: &str, line| Item::new(format!("SCD_MATRIX: {what}"), line);
    let without_locales = || MatrixTheme {
        theme: theme.clone(),
        locales: Vec::new(),
    };
    if entry.is_listed {
        return Err(wrong("expected themes as keys, found a list.", entry.line)
            .with_hint("write `Vendor/theme: {language: [en_US]}`"));
    }
    let settings = &entry.node;
    let listing =
        "write `language: [en_US, de_DE]` below the theme, or `[]` to leave the theme out";
    let Some(language) = settings.get("language") else {
        if !settings.value.is_truthy() {
            return Ok(without_locales());
        }
        let text = format!("the theme {theme} has no list language.");
        return Err(wrong(&text, entry.line).with_hint(listing));
    };
    if !language.value.is_truthy() {
        return Ok(without_locales());
    }
    let Some(list) = language.value.as_array() else {
        let text = format!(
            "the language of the theme {theme} must be a list, found a value of type {}.",
            language.value.php_type()
        );
        return Err(wrong(&text, language.line).with_hint(listing));
    };
    let locale = |entry: &Entry| match &entry.node.value {
        yaml::Value::String(locale) => Ok(locale.clone()),
        other => {
            let text = format!(
                "a locale of the theme {theme} has the type {}, expected a text.",
                other.php_type()
            );
            Err(wrong(&text, entry.node.line))
        }
    };
    Ok(MatrixTheme {
        theme: theme.clone(),
        locales: list.iter().map(locale).collect::<Result<_, _>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_text(text: &str) -> Result<Vec<(MatrixTheme, usize)>, Vec<Item>> {
        of_yaml(&yaml::parse("x", text).unwrap())
    }

    #[test]
    fn yaml_keeps_order_and_lines() {
        let themes = of_text(
            "Z/one: {language: [de_DE, en_US]}\nA/none: []\nA/null:\nA/empty: {language: []}\n",
        )
        .unwrap();
        let shown: Vec<String> = themes
            .iter()
            .map(|(theme, line)| format!("{line} {}={}", theme.theme, theme.locales.join("+")))
            .collect();
        assert_eq!(
            shown,
            [
                "1 Z/one=de_DE+en_US",
                "2 A/none=",
                "3 A/null=",
                "4 A/empty="
            ]
        );
        assert_eq!(of_text("[]").unwrap(), []);
    }

    #[test]
    fn yaml_of_other_shapes_is_refused_with_line_and_hint() {
        for (text, expected) in [
            ("- A/b\n", "expected themes as keys, found a list."),
            (
                "A/b: {language: de_DE}",
                "the language of the theme A/b must be a list, found a value of type string.",
            ),
            ("A/b: {language: true}", "found a value of type boolean."),
            ("A/b: [de_DE]", "the theme A/b has no list language."),
            (
                "A/b: {languages: [de_DE]}",
                "the theme A/b has no list language.",
            ),
            (
                "A/b: {language: [1]}",
                "a locale of the theme A/b has the type integer",
            ),
        ] {
            let items = of_text(text).unwrap_err();
            assert_eq!(items.len(), 1, "{text}");
            assert!(
                items[0].text.contains(expected),
                "{text}: {}",
                items[0].text
            );
            assert_eq!(items[0].line, 1, "{text}");
        }
    }

    #[test]
    fn both_shapes_keep_the_order_of_the_text() {
        let parsed = matrix(Some(
            r#"{"Z/one":["de_DE","en_US"],"A/two":{"language":["fr_FR"]},"A/none":[],"A/null":null,"A/other":{"lang":["x"]}}"#,
        ))
        .unwrap();
        let shown: Vec<String> = parsed
            .iter()
            .map(|theme| format!("{}={}", theme.theme, theme.locales.join("+")))
            .collect();
        assert_eq!(
            shown,
            [
                "Z/one=de_DE+en_US",
                "A/two=fr_FR",
                "A/none=",
                "A/null=",
                "A/other="
            ]
        );
        assert_eq!(matrix(None).unwrap(), []);
        assert_eq!(matrix(Some("[]")).unwrap(), []);
    }

    #[test]
    fn other_shapes_are_refused_with_the_theme_named() {
        for (text, expected) in [
            ("{", "not valid JSON"),
            ("3", "must be a JSON object"),
            (r#"{"A/b":"de_DE"}"#, "`A/b`"),
            (r#"{"A/b":[1]}"#, "`A/b`"),
            (r#"{"A/b":{"language":true}}"#, "`A/b`"),
        ] {
            let error = format!("{:#}", matrix(Some(text)).unwrap_err());
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
