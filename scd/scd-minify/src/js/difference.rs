//! Tells whether two scripts are the same program, written differently.

use swc_core::common::{EqIgnoreSpan, Spanned};
use swc_core::ecma::ast::{Script, Stmt};

use super::normalise::normalise;
use super::parse::{offset, parse, text};
use super::print::{Layout, print_node};
use crate::{Difference, MinifyError};

/// Bytes that a message quotes on each side.
const QUOTED: usize = 60;
/// Bytes that it quotes before the first difference.
const LEAD: usize = 20;

/// The first place at which two scripts differ in more than white space, comments, empty statements,
/// parentheses and the spelling of literals.
///
/// A script that cannot be parsed differs from every other one, and from itself.
#[must_use]
pub fn js_difference(left: &[u8], right: &[u8]) -> Option<Difference> {
    let read = |source| -> Result<Script, MinifyError> {
        let mut parsed = parse(text(source)?)?;
        normalise(&mut parsed.script);
        Ok(parsed.script)
    };
    match (read(left), read(right)) {
        (Ok(left), Ok(right)) => script_difference(&left, &right),
        (Err(error), _) => Some(Difference {
            left: Some(error.offset),
            right: None,
            message: format!("the left script cannot be read: {}", error.message),
        }),
        (_, Err(error)) => Some(Difference {
            left: None,
            right: Some(error.offset),
            message: format!("the right script cannot be read: {}", error.message),
        }),
    }
}

/// The first difference of two normalised scripts.
pub(super) fn script_difference(left: &Script, right: &Script) -> Option<Difference> {
    if left.shebang != right.shebang {
        let line = |script: &Script| script.shebang.clone().unwrap_or_default();
        return Some(Difference {
            left: Some(0),
            right: Some(0),
            message: format!("`#!{}` became `#!{}`", line(left), line(right)),
        });
    }
    let mut pairs = left.body.iter().zip(&right.body);
    if let Some((one, other)) = pairs.find(|(one, other)| !one.eq_ignore_span(other)) {
        let (was, is) = excerpts(&printed(one), &printed(other));
        return Some(Difference {
            left: Some(offset(one.span().lo)),
            right: Some(offset(other.span().lo)),
            message: format!("`{was}` became `{is}`"),
        });
    }
    let shared = left.body.len().min(right.body.len());
    match (left.body.get(shared), right.body.get(shared)) {
        (None, None) => None,
        (one, other) => {
            let (added, text) = match (one, other) {
                (Some(statement), _) => ("is missing", printed(statement)),
                (None, Some(statement)) => ("was added", printed(statement)),
                (None, None) => return None,
            };
            Some(Difference {
                left: one.map(|statement| offset(statement.span().lo)),
                right: other.map(|statement| offset(statement.span().lo)),
                message: format!("`{}` {added}", excerpts(&text, "").0),
            })
        }
    }
}

fn printed(statement: &Stmt) -> String {
    let bytes = print_node(statement, None, Layout::Compact, 256).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The surroundings of the first difference in both texts.
fn excerpts(left: &str, right: &str) -> (String, String) {
    let common = left
        .bytes()
        .zip(right.bytes())
        .take_while(|(one, other)| one == other)
        .count();
    let from = common.saturating_sub(LEAD);
    let cut = |text: &str| {
        let start = (0..=from.min(text.len()))
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0);
        text[start..].chars().take(QUOTED).collect()
    };
    (cut(left), cut(right))
}
