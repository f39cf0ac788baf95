//! Themes of `SCD_MATRIX` by their registered names. Mirrors `Magento\MagentoCloud\StaticContent\ThemeResolver`, but for names
//! that nothing answers to: those are errors here, where ece-tools deploys the theme with all default locales.

use std::path::Path;

use scd::diagnostic::{Diagnostic, Place};
use scd_magento::{Themes, nearest};

use super::matrix::MatrixTheme;
use super::validation::Item;

/// The matrix with registered names, and what is to be said about it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resolved {
    /// The themes, each with its line.
    pub(crate) themes: Vec<(MatrixTheme, usize)>,
    /// Names that were corrected.
    pub(crate) warnings: Vec<Diagnostic>,
    /// Names that nothing answers to.
    pub(crate) items: Vec<Item>,
}

/// Themes as a matrix names them: without their area, in the order of their registration.
pub(crate) fn names(themes: &Themes) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for theme in themes.registered() {
        let name = theme.id.code.as_str();
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Finds each theme of a matrix among the registered ones: as it is written, else the first that differs in upper and lower
/// case alone.
pub(crate) fn resolve(
    matrix: Vec<(MatrixTheme, usize)>,
    registered: &[String],
    path: &Path,
) -> Resolved {
    let mut resolved = Resolved::default();
    for (theme, line) in matrix {
        if registered.contains(&theme.theme) {
            resolved.themes.push((theme, line));
            continue;
        }
        let folded = theme.theme.to_ascii_lowercase();
        let mut same = registered
            .iter()
            .filter(|name| name.to_ascii_lowercase() == folded);
        let Some(name) = same.next() else {
            resolved.items.push(unknown(&theme.theme, line, registered));
            continue;
        };
        let place = Place {
            path: path.to_owned(),
            line,
            column: 0,
        };
        let texts = [
            format!(
                "Theme {} does not exist, attempting to resolve.",
                theme.theme
            ),
            format!("Theme found as {name}.  Using corrected name instead."),
        ];
        let warning = |text: String| Diagnostic::warning(text).at(place.clone());
        resolved.warnings.extend(texts.map(warning));
        let theme = MatrixTheme {
            theme: name.clone(),
            ..theme
        };
        resolved.themes.push((theme, line));
    }
    resolved
}

fn unknown(name: &str, line: usize, registered: &[String]) -> Item {
    let item = Item::new(
        format!("Unable to resolve {name} to an available theme."),
        line,
    );
    let without_area = name.split_once('/').map(|(_, rest)| rest);
    if let Some(rest) = without_area.filter(|rest| registered.iter().any(|known| known == rest)) {
        return item.with_hint(format!("write `{rest}`, without the area"));
    }
    match nearest(name, registered.iter().map(String::as_str)) {
        Some(near) => item.with_hint(format!("did you mean `{near}`?")),
        None => item.with_hint(format!("there are {}", registered.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(names: &[&str]) -> Resolved {
        let matrix = names.iter().enumerate().map(|(index, name)| {
            let theme = MatrixTheme {
                theme: (*name).to_owned(),
                locales: vec![],
            };
            (theme, index + 1)
        });
        let registered = ["Acme/base", "Acme/shop", "Magento/luma"].map(str::to_owned);
        resolve(
            matrix.collect(),
            &registered,
            Path::new("/root/.magento.env.yaml"),
        )
    }

    #[test]
    fn case_is_corrected_with_ece_tools_words() {
        let found = resolved(&["Acme/shop", "magento/LUMA"]);
        let names: Vec<&str> = found
            .themes
            .iter()
            .map(|(theme, _)| theme.theme.as_str())
            .collect();
        assert_eq!(names, ["Acme/shop", "Magento/luma"]);
        let texts: Vec<&str> = found
            .warnings
            .iter()
            .map(|warning| warning.message.as_str())
            .collect();
        assert_eq!(
            texts,
            [
                "Theme magento/LUMA does not exist, attempting to resolve.",
                "Theme found as Magento/luma.  Using corrected name instead."
            ]
        );
        assert_eq!(found.warnings[0].place.as_ref().unwrap().line, 2);
    }

    #[test]
    fn what_is_not_there_is_an_error_with_the_nearest_name() {
        let found = resolved(&["Acme/shpo", "frontend/Magento/luma", "X/y"]);
        let told: Vec<(&str, &str)> = found
            .items
            .iter()
            .map(|item| (item.text.as_str(), item.hint.as_deref().unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                (
                    "Unable to resolve Acme/shpo to an available theme.",
                    "did you mean `Acme/shop`?"
                ),
                (
                    "Unable to resolve frontend/Magento/luma to an available theme.",
                    "write `Magento/luma`, without the area"
                ),
                (
                    "Unable to resolve X/y to an available theme.",
                    "there are Acme/base, Acme/shop, Magento/luma"
                ),
            ]
        );
    }
}
