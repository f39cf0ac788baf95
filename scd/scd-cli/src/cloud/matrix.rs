//! `SCD_MATRIX`: themes with their own lists of locales. Mirrors `Magento\MagentoCloud\StaticContent\CommandFactory::matrix`.

use anyhow::{Context, Result, bail};
use serde_json::Value;

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

#[cfg(test)]
mod tests {
    use super::*;

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
