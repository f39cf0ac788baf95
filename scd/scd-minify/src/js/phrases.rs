//! Keeps what translations are looked up by, for scripts that they are written into behind the minifier.
//!
//! Magento finds the calls of `$t('…')` and `$.mage.__('…')` in a minified script with regular expressions, and the text
//! between the quotes is both what it looks up and what it puts there where there is no translation. JShrink leaves
//! strings as the source writes them, so they have to stay here, too: `'can\'t'` printed as `"can't"` would become
//! another phrase, and a broken script when it is put between single quotes. A phrase can also stand inside of another
//! string, where escaped quotes hide it; so all strings stay, not just arguments.

use std::borrow::Cow;

use memchr::memchr;
use swc_core::ecma::ast::{IdentName, JSXText, Lit, PropName, Script, Str};
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

/// Whether the phrases of a script must stay as the source writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phrases {
    /// Nobody reads them in the minified text.
    Free,
    /// Translations are written into the minified text: strings stay as they are written, and so do the names of the
    /// functions that translate.
    Kept,
}

impl Phrases {
    /// The local variables that may not be renamed, and no other one may be renamed to.
    pub(super) fn callees(self) -> &'static [&'static str] {
        match self {
            Self::Free => &[],
            Self::Kept => &["$t", "$", "jQuery"],
        }
    }
}

/// Makes the printer write every string as the source does.
///
/// The printer chooses the quotes of a string itself, but writes the text of two other nodes as it stands; the tree is
/// good for printing only then.
pub(super) fn keep_strings(script: &mut Script) {
    script.visit_mut_with(&mut Verbatim);
}

struct Verbatim;

impl VisitMut for Verbatim {
    fn visit_mut_lit(&mut self, literal: &mut Lit) {
        if let Lit::Str(Str {
            span,
            raw: Some(raw),
            ..
        }) = literal
        {
            let raw = without_continuations(raw);
            *literal = Lit::JSXText(JSXText {
                span: *span,
                value: raw.as_ref().into(),
                raw: raw.into(),
            });
        }
    }

    fn visit_mut_prop_name(&mut self, name: &mut PropName) {
        if let PropName::Str(Str {
            span,
            raw: Some(raw),
            ..
        }) = name
        {
            *name = PropName::Ident(IdentName::new(without_continuations(raw).into(), *span));
        } else {
            name.visit_mut_children_with(self);
        }
    }
}

/// A literal without its escaped line breaks, which JShrink drops.
fn without_continuations(raw: &str) -> Cow<'_, str> {
    if memchr(b'\n', raw.as_bytes()).is_none() && memchr(b'\r', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut kept = String::with_capacity(raw.len());
    let mut letters = raw.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            kept.push(letter);
            continue;
        }
        match letters.next() {
            Some('\n') => {}
            Some('\r') => {
                letters.next_if_eq(&'\n');
            }
            escaped => {
                kept.push(letter);
                kept.extend(escaped);
            }
        }
    }
    Cow::Owned(kept)
}
