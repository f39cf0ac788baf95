//! `js-translation.json`: the translated phrases of an area's scripts and Knockout templates, per theme and locale.
//!
//! Mirrors `Magento\Translation\Model\Js\DataProvider` with its renderers and `Model\Json\PreProcessor`. Phrases are
//! found once per area by [`super::phrase::phrases`]; for each package they are looked up in its
//! [`TranslationTable`], formatted, compared, sorted and encoded.

use std::str;

use rustc_hash::FxHashMap;

use super::message_format;
use super::php_json;
use super::php_number::loosely_equal;
use super::php_sort::sort_by_key;
use super::translation_table::TranslationTable;

/// The finished file and what its author should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dictionary {
    /// The content of `js-translation.json`, pure ASCII.
    pub bytes: Vec<u8>,
    /// Entries that could not be written, in the order of the phrases.
    pub findings: Vec<Finding>,
}

/// An entry that the dictionary leaves out because JSON cannot hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The phrase, which is the first column of the row in the translation file.
    pub phrase: Vec<u8>,
    /// What was found: lower case, no full stop, names in backticks.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// Makes the dictionary of one package.
///
/// `phrases` are all phrases of the package's area, repeated ones allowed. Their order matters only for phrases that
/// are equal as numbers, such as `1` and `1.0`: those keep it. Magento's order is that of the files it reads:
/// scripts of `base`, scripts of the area, templates of `base`, templates of the area.
///
/// PHP writes no file at all when a single entry is not UTF-8. Here only that entry is left out and reported.
#[must_use]
pub fn dictionary(phrases: &[Vec<u8>], table: &TranslationTable) -> Dictionary {
    let mut seen: FxHashMap<&[u8], ()> = FxHashMap::default();
    let mut findings = Vec::new();
    let mut entries: Vec<(Vec<u8>, String)> = Vec::new();
    for phrase in phrases {
        if seen.insert(phrase, ()).is_some() {
            continue;
        }
        let text = translate(phrase, table);
        if loosely_equal(phrase, &text) {
            continue;
        }
        match (str::from_utf8(phrase), String::from_utf8(text)) {
            (Ok(_), Ok(text)) => entries.push((phrase.clone(), text)),
            (Err(error), _) => findings.push(finding(phrase, "phrase", error.valid_up_to())),
            (_, Err(error)) => {
                findings.push(finding(
                    phrase,
                    "translation",
                    error.utf8_error().valid_up_to(),
                ));
            }
        }
    }
    sort_by_key(&mut entries);
    let pairs: Vec<(&str, &str)> = entries
        .iter()
        .filter_map(|(phrase, text)| Some((str::from_utf8(phrase).ok()?, text.as_str())))
        .collect();
    Dictionary {
        bytes: php_json::encode(&pairs).into_bytes(),
        findings,
    }
}

/// The text that a phrase becomes: its translation or itself, without message syntax.
fn translate(phrase: &[u8], table: &TranslationTable) -> Vec<u8> {
    let text = match table.get(&unescape(phrase)) {
        Some(translation) => translation,
        None => phrase,
    };
    message_format::format(text).unwrap_or_else(|| text.to_vec())
}

/// Replaces `\"` by `"` and `\'` by `'` in one pass, as Magento does before it looks a phrase up.
fn unescape(phrase: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(phrase.len());
    let mut rest = phrase;
    while let Some((&byte, behind)) = rest.split_first() {
        match (byte, behind.first()) {
            (b'\\', Some(&quote @ (b'\'' | b'"'))) => {
                text.push(quote);
                rest = &behind[1..];
            }
            _ => {
                text.push(byte);
                rest = behind;
            }
        }
    }
    text
}

fn finding(phrase: &[u8], part: &str, offset: usize) -> Finding {
    Finding {
        phrase: phrase.to_vec(),
        message: format!(
            "the {part} of `{}` is not valid UTF-8 at byte {offset}, the entry is left out",
            String::from_utf8_lossy(phrase)
        ),
        hint: match part {
            "phrase" => "save the script or template that holds the phrase as UTF-8".into(),
            _ => "save the translation file that holds this row as UTF-8".into(),
        },
    }
}
