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

/// The script with its calls of `$.mage.__('…')` and `$t('…')` replaced by the translated text in single quotes; none
/// where there is nothing to replace.
///
/// As in PHP the text is put between the quotes as it is: a quote in it ends the literal.
///
/// # Errors
/// The script holds a phrase that cannot be embedded.
pub fn embed(script: &[u8], table: &TranslationTable) -> Result<Option<Vec<u8>>, Unembeddable> {
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
    let widgets = replace_calls(script, &WIDGET_CALL, table);
    let statics = replace_calls(widgets.as_deref().unwrap_or(script), &STATIC_CALL, table);
    let embedded = statics.or(widgets);
    if phrase::holds_argument_attribute(embedded.as_deref().unwrap_or(script)) {
        return Err(Unembeddable {
            form: "`translate args='…'`",
        });
    }
    Ok(embedded)
}

/// Replaces the calls of one function; none where there are none.
fn replace_calls(text: &[u8], callee: &Callee, table: &TranslationTable) -> Option<Vec<u8>> {
    let calls = phrase::calls(text, callee);
    if calls.is_empty() {
        return None;
    }
    let mut replaced = Vec::with_capacity(text.len());
    let mut copied = 0;
    for call in calls {
        replaced.extend_from_slice(&text[copied..call.whole.start]);
        replaced.push(b'\'');
        replaced.extend_from_slice(&translate(&text[call.literal], table));
        replaced.push(b'\'');
        copied = call.whole.end;
    }
    replaced.extend_from_slice(&text[copied..]);
    Some(replaced)
}
