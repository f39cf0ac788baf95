//! `js-translation.json`: the translated phrases of an area's scripts and Knockout templates, per theme and locale.
//!
//! Mirrors `Magento\Translation\Model\Js\DataProvider` with its renderers and `Model\Json\PreProcessor`. Phrases are
//! found once per area by [`super::phrase::phrases`]; for each package they are looked up in its
//! [`TranslationTable`], formatted, compared, sorted and encoded.

use std::str;

use rustc_hash::FxHashMap;
use scd_magento::php::number::loosely_equal;
use scd_magento::php::sort::sort_by_key;

use super::message_format;
use super::php_json;
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
        bytes: php_json::encode(&pairs),
        findings,
    }
}

/// The text that a phrase becomes: its translation or itself, without message syntax.
pub(super) fn translate(phrase: &[u8], table: &TranslationTable) -> Vec<u8> {
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

#[cfg(test)]
mod tests {
    use super::super::phrase::phrases;
    use super::{Dictionary, TranslationTable, dictionary};

    fn table(rows: &[(&str, &str)]) -> TranslationTable {
        let mut table = TranslationTable::new();
        add(&mut table, rows);
        table
    }

    fn add(table: &mut TranslationTable, rows: &[(&str, &str)]) {
        let rows: Vec<_> = rows
            .iter()
            .map(|(k, v)| (k.as_bytes().to_vec(), v.as_bytes().to_vec()))
            .collect();
        table.add(&rows);
    }

    fn json(dictionary: &Dictionary) -> &str {
        std::str::from_utf8(&dictionary.bytes).expect("a dictionary is ASCII")
    }

    const SCRIPT: &str = r#"define(['jquery', 'mage/translate'], function ($, $t) {
    var a = $t('Add item'), b = $t('It\'s ready'),
        c = $.mage.__('Long ' +
            'text'),
        d = $t('Has arg', 1), e = $t("Price/unit"),
        f = $t('Page {0} of {1}'), g = $t('Keep me'), h = $t(label);
});
"#;

    const TEMPLATE: &str = r#"<!-- ko i18n: 'Add item' --><!-- /ko -->
<span data-bind="i18n: 'Zone'"></span>
<a translate="'Close'"></a>
<translate args="'Open'"></translate>
<b title="'Not a phrase'"></b>
"#;

    #[test]
    fn the_worked_example_equals_php() {
        let mut found = phrases(SCRIPT.as_bytes());
        found.extend(phrases(TEMPLATE.as_bytes()));
        let mut table = table(&[
            ("Add item", "Adicionar"),
            ("It's ready", "Est\u{e1} pronto"),
            ("Long text", "Texto longo"),
            ("Has arg", "x"),
            ("Price/unit", "Pre\u{e7}o/un."),
            ("Zone", "Zona"),
            ("Keep me", "Manter"),
            ("Not a phrase", "y"),
            ("Close", "Fechar"),
        ]);
        add(
            &mut table,
            &[
                ("Add item", "Juntar"),
                ("Open", "Abrir \"j\u{e1}\""),
                ("Page {0} of {1}", "P\u{e1}gina {0} d''o total {1}"),
                ("Keep me", "Keep me"),
            ],
        );
        let expected = |close: &str, zone: &str| {
            format!(
                r#"{{"Add item":"Juntar","Close":"{close}","It's ready":"Est\u00e1 pronto","Long text":"Texto longo","Open":"Abrir \"j\u00e1\"","Page {{0}} of {{1}}":"P\u00e1gina {{0}} d'o total {{1}}","Price\/unit":"Pre\u00e7o\/un.","Zone":"{zone}"}}"#
            )
        };
        assert_eq!(
            json(&dictionary(&found, &table)),
            expected("Fechar", "Zona")
        );
        add(&mut table, &[("Zone", "\u{c1}rea"), ("Close", "")]);
        let child = dictionary(&found, &table);
        assert_eq!(json(&child), expected("", r"\u00c1rea"));
        assert_eq!(child.bytes.len(), 218);
    }

    #[test]
    fn equal_texts_are_left_out_loosely() {
        let phrases = ["10", "9 items", "1"].map(|text| text.as_bytes().to_vec());
        let table = table(&[("10", "1e1"), ("9 items", "9 items "), ("1", "2")]);
        assert_eq!(
            json(&dictionary(&phrases, &table)),
            r#"{"1":"2","9 items":"9 items "}"#
        );
    }

    #[test]
    fn messages_are_formatted_even_untranslated() {
        let phrases = [b"It''s {0}".to_vec(), b"It''s".to_vec()];
        let made = dictionary(&phrases, &TranslationTable::new());
        assert_eq!(json(&made), r#"{"It''s {0}":"It's {0}"}"#);
    }

    #[test]
    fn an_escaped_quote_is_looked_up_without_its_backslash() {
        let phrases = [br"a\'b".to_vec()];
        assert_eq!(
            json(&dictionary(&phrases, &table(&[("a'b", "x")]))),
            r#"{"a\\'b":"x"}"#
        );
    }

    #[test]
    fn entries_that_are_not_utf8_are_left_out_and_reported() {
        let phrases = [
            b"a".to_vec(),
            b"b".to_vec(),
            b"\xff".to_vec(),
            b"\xfe".to_vec(),
        ];
        let mut table = TranslationTable::new();
        table.add(&[
            (b"a".to_vec(), b"x".to_vec()),
            (b"b".to_vec(), b"y\xff".to_vec()),
            (b"\xfe".to_vec(), b"z".to_vec()),
        ]);
        let made = dictionary(&phrases, &table);
        assert_eq!(json(&made), r#"{"a":"x"}"#);
        let messages: Vec<&str> = made.findings.iter().map(|f| f.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "the translation of `b` is not valid UTF-8 at byte 1, the entry is left out",
                "the phrase of `\u{fffd}` is not valid UTF-8 at byte 0, the entry is left out",
            ]
        );
    }

    #[test]
    fn nothing_translated_is_an_empty_list() {
        assert_eq!(
            json(&dictionary(&[b"a".to_vec()], &TranslationTable::new())),
            "[]"
        );
    }
}
