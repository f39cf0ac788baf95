//! Translations written into the scripts themselves: `dev/js/translate_strategy` is `embedded`.
//!
//! Mirrors `Magento\Translation\Model\Js\PreProcessor`, which runs over every script of a package behind the minifier:
//! the five stock patterns one after the other, each over what the one before it has made. Two of them replace a call by
//! its translated text; the other three name nothing to translate, so that PHP fails on a script that holds one of their
//! phrases and does not publish it.

use super::dictionary::translate;
use super::phrase::{self, Callee, STATIC_CALL, WIDGET_CALL};
use super::translation_table::TranslationTable;

/// A phrase in a form that Magento cannot embed, though it recognises it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unembeddable {
    /// The form, for a message.
    pub form: &'static str,
}

/// A script with embedded translations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedded {
    /// The script.
    pub bytes: Vec<u8>,
    /// The first text that ends its literal early, because it holds a quote.
    pub broken: Option<Vec<u8>>,
}

/// The script with its calls of `$.mage.__('…')` and `$t('…')` replaced by the translated text in single quotes; none
/// where there is nothing to replace.
///
/// As in PHP the text is put between the quotes as it is, so that a quote in it ends the literal.
///
/// # Errors
/// The script holds a phrase that cannot be embedded.
pub fn embed(script: &[u8], table: &TranslationTable) -> Result<Option<Embedded>, Unembeddable> {
    if phrase::holds_binding(script) {
        return Err(Unembeddable {
            form: "`i18n: '…'`",
        });
    }
    if phrase::holds_quoted_attribute(script) {
        return Err(Unembeddable {
            form: "`translate=\"'…'\"`",
        });
    }
    let mut broken = None;
    let widgets = replace_calls(script, &WIDGET_CALL, table, &mut broken);
    let text = widgets.as_deref().unwrap_or(script);
    let embedded = replace_calls(text, &STATIC_CALL, table, &mut broken).or(widgets);
    if phrase::holds_argument_attribute(embedded.as_deref().unwrap_or(script)) {
        return Err(Unembeddable {
            form: "`translate args='…'`",
        });
    }
    Ok(embedded.map(|bytes| Embedded { bytes, broken }))
}

/// Replaces the calls of one function; none where there are none.
fn replace_calls(
    text: &[u8],
    callee: &Callee,
    table: &TranslationTable,
    broken: &mut Option<Vec<u8>>,
) -> Option<Vec<u8>> {
    let calls = phrase::calls(text, callee);
    if calls.is_empty() {
        return None;
    }
    let mut replaced = Vec::with_capacity(text.len());
    let mut copied = 0;
    for call in calls {
        replaced.extend_from_slice(&text[copied..call.whole.start]);
        replaced.push(b'\'');
        let translation = translate(&text[call.literal], table);
        replaced.extend_from_slice(&translation);
        if broken.is_none() && ends_early(&translation) {
            *broken = Some(translation);
        }
        replaced.push(b'\'');
        copied = call.whole.end;
    }
    replaced.extend_from_slice(&text[copied..]);
    Some(replaced)
}

/// Whether a text between single quotes ends before its end.
fn ends_early(text: &[u8]) -> bool {
    let mut is_escaped = false;
    let has_quote = text.iter().any(|&byte| {
        let ends = byte == b'\'' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    has_quote || is_escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, &str)]) -> TranslationTable {
        let rows: Vec<_> = rows
            .iter()
            .map(|(key, value)| (key.as_bytes().to_vec(), value.as_bytes().to_vec()))
            .collect();
        let mut table = TranslationTable::new();
        table.add(&rows);
        table
    }

    #[test]
    fn calls_become_what_php_makes_of_them() {
        // Recorded from Magento 2.4.6 on PHP 8.2.
        let table = table(&[
            ("Add item", "Modul hinzu"),
            ("It's ready", "Ist's fertig"),
            ("only module", "nur Modul"),
            ("Braces {0} of ''x''", "Klammern {0} von ''y''"),
        ]);
        let source = "define(['jquery', 'mage/translate'], function ($, $t) {
    var a = $t('Add item'), b = $t('It\\'s ready'), b2 = $t(\"It's ready\"),
        c = $.mage.__('Add item') + jQuery.mage.__( \"only module\" )
            ;
    var d = $t('Add item', 1), e = $t(\"not translated don't\"), e2 = $t('don\\'t') ,
        f = $t('Long ' + 'text'), g = $t(\"Braces {0} of ''x''\"), h = $t(label);
});
";
        let expected = "define(['jquery', 'mage/translate'], function ($, $t) {
    var a = 'Modul hinzu', b = 'Ist's fertig', b2 = 'Ist's fertig',
        c = 'Modul hinzu'+ 'nur Modul';
    var d = $t('Add item', 1), e = 'not translated don't', e2 = 'don\\'t' ,
        f = $t('Long ' + 'text'), g = 'Klammern {0} von 'y'', h = $t(label);
});
";
        let embedded = embed(source.as_bytes(), &table).unwrap().unwrap();
        assert_eq!(String::from_utf8(embedded.bytes).unwrap(), expected);
        assert_eq!(embedded.broken.as_deref(), Some(&b"Ist's fertig"[..]));
        let whole = embed(br"$t('don\'t')", &TranslationTable::new());
        assert_eq!(whole.unwrap().unwrap().broken, None);
    }

    #[test]
    fn scripts_without_calls_are_left_alone() {
        assert_eq!(embed(b"define([], 1);", &table(&[])), Ok(None));
        assert_eq!(embed(b"$t('a', 1)", &table(&[("a", "b")])), Ok(None));
    }

    #[test]
    fn phrases_without_a_call_cannot_be_embedded() {
        let table = table(&[]);
        for source in [
            "var x = { i18n: 'Add item' };",
            "var x; // translate=\"'Add item'\"",
            "var x = '<t translate args=\"Add item\">';",
        ] {
            assert!(embed(source.as_bytes(), &table).is_err(), "{source}");
        }
        // The last pattern sees what the calls have become.
        let hidden = self::table(&[("a", "translate args='x'")]);
        assert!(embed(b"$t('a')", &hidden).is_err());
    }
}
