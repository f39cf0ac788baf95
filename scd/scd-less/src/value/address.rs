//! What becomes of the address in a `url()` (`Less_Tree_Url`): it may be moved to where its file is seen from, `.` and `..` are
//! folded away, and arguments against caches are appended.

use super::{Quoted, Text, Value, is_relative_path, normalize_path};
use crate::options::{Dialect, Rewrite, Urls};

/// How addresses in one file are treated.
#[derive(Clone, Copy)]
pub(crate) struct Addresses<'a> {
    pub(crate) urls: &'a Urls,
    pub(crate) dialect: Dialect,
    /// The directory of the file as addresses are to see it, empty or ending in `/`.
    pub(crate) directory: &'a str,
}

impl Addresses<'_> {
    /// The content of a `url()`; `None` if less.php cannot use such a value.
    pub(crate) fn evaluated(&self, value: Value) -> Option<Value> {
        Some(match value {
            Value::Quoted(quoted) => {
                let text = self.address(&quoted.text, quoted.quote.is_some());
                Value::Quoted(Quoted {
                    text: Text::from(text),
                    ..quoted
                })
            }
            Value::Anonymous(text) => Value::anonymous(self.address(&text, false)),
            Value::Keyword(text) => Value::keyword(&self.address(&text, false)),
            // A colour has no text here in dialect 3.
            Value::Color(_) if self.dialect == Dialect::V5 => value,
            Value::Dimension(_) | Value::UnicodeRange(_) => value,
            _ => return None,
        })
    }

    /// The content of a `url()` that is evaluated once more. less.php appends the arguments every time.
    pub(crate) fn evaluated_again(&self, value: Value) -> Value {
        if !self.urls.has_args() {
            return value;
        }
        let appended = |text: &str| {
            let mut text = text.to_owned();
            self.append_args(&mut text);
            Text::from(text)
        };
        match value {
            Value::Quoted(quoted) => Value::Quoted(Quoted {
                text: appended(&quoted.text),
                ..quoted
            }),
            Value::Anonymous(text) => Value::Anonymous(appended(&text)),
            Value::Keyword(text) => Value::Keyword(appended(&text)),
            other => other,
        }
    }

    fn address(&self, text: &str, is_quoted: bool) -> String {
        let mut address = match self.urls.rewrite {
            Rewrite::Off if self.urls.root_path.is_empty() => normalize_path(text),
            Rewrite::All if is_relative_path(text, self.dialect) => {
                let mut path = match is_quoted {
                    true => self.directory.to_owned(),
                    false => mangled(self.directory),
                };
                path.push_str(text);
                normalize_path(&path)
            }
            Rewrite::Local if text.starts_with('.') => moved(self.directory, text, is_quoted),
            Rewrite::Off if is_relative_path(text, self.dialect) && !text.starts_with('#') => {
                moved(&self.urls.root_directory(), text, is_quoted)
            }
            _ => normalize_path(text),
        };
        self.append_args(&mut address);
        address
    }

    fn append_args(&self, address: &mut String) {
        let is_blank = |c: char| c.is_ascii_whitespace() || c == '\x0B';
        if !self.urls.has_args() || address.trim_start_matches(is_blank).starts_with("data:") {
            return;
        }
        let sign = if address.contains('?') { '&' } else { '?' };
        let at = address.find('#').unwrap_or(address.len());
        address.insert_str(at, &format!("{sign}{}", self.urls.args));
    }
}

/// A directory in front of an address without quotes, as less.php means to escape it: what it does write for parentheses, quotes
/// and white space is `$1`.
fn mangled(directory: &str) -> String {
    let mut text = String::with_capacity(directory.len());
    for c in directory.chars() {
        if needs_escape(c) {
            text.push_str("$1");
        } else {
            text.push(c);
        }
    }
    text
}

/// An address behind a directory as less.js has it, for the choices that less.php does not know. What says that it is relative
/// goes on saying so.
fn moved(directory: &str, text: &str, is_quoted: bool) -> String {
    let mut path = String::with_capacity(directory.len() + text.len());
    for c in directory.chars() {
        if !is_quoted && needs_escape(c) {
            path.push('\\');
        }
        path.push(c);
    }
    path.push_str(text);
    let path = normalize_path(&path);
    let stays_local = text.starts_with('.') && is_relative_path(directory, Dialect::V5);
    if stays_local && !path.starts_with('.') {
        format!("./{path}")
    } else {
        path
    }
}

fn needs_escape(c: char) -> bool {
    matches!(c, '(' | ')' | '\'' | '"' | '\x0B') || c.is_ascii_whitespace()
}
