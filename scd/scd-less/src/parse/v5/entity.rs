//! The smallest parts of values: numbers, colours, strings, words, variables, properties.

use super::Parser;
use crate::ast::{Expr, PropertyUse};
use crate::parse::Attempt;
use crate::parse::grammar::{Steps, entity};
use crate::parse::scan::{is_word, name_length, run};
use crate::value::Color;

impl Parser<'_> {
    /// Any entity; a comment that was read before it comes first.
    pub(super) fn entity(&mut self) -> Attempt<Expr> {
        if let Some(comment) = self.pending.pop_front() {
            return Ok(Some(Expr::Comment(comment.text)));
        }
        let first = self.peek();
        if first.is_ascii_alphabetic() && !matches!(first, b'u' | b'U') {
            // Neither a literal nor a variable, a url or a property; these attempts are given up here.
            self.furthest = self.furthest.max(self.position);
        } else {
            if let Some(found) = self.literal() {
                return Ok(Some(found));
            }
            if let Some(found) = self.variable()? {
                return Ok(Some(found));
            }
            if let Some(found) = self.url()? {
                return Ok(Some(found));
            }
            if let Some(found) = self.property() {
                return Ok(Some(found));
            }
        }
        if let Some(found) = self.call()? {
            return Ok(Some(found));
        }
        if let Some(found) = self.keyword() {
            return Ok(Some(found));
        }
        if let Some(found) = self.mixin_call_value()? {
            return Ok(Some(found));
        }
        Ok(self.javascript())
    }

    /// A number, hexadecimal colour, string or unicode range.
    pub(super) fn literal(&mut self) -> Option<Expr> {
        self.number()
            .or_else(|| self.hex_color())
            .or_else(|| self.quoted(false))
            .or_else(|| entity::unicode_range(self))
    }

    pub(super) fn number(&mut self) -> Option<Expr> {
        entity::number(self, |byte| byte.is_ascii_alphabetic() || byte == b'_')
    }

    pub(super) fn hex_color(&mut self) -> Option<Expr> {
        self.save();
        if self.peek() == b'#' {
            let rest = self.rest();
            let digits = run(&rest[1..], |byte| byte.is_ascii_hexdigit());
            let length = match digits {
                0..3 => 0,
                3 => 3,
                4..6 => 4,
                6..8 => 6,
                _ => 8,
            };
            let goes_on = matches!(
                rest.get(1 + length),
                Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'#' | b'[')
            );
            if length > 0 && !goes_on {
                let start = self.position + 1;
                let text = self.text(start, start + length);
                self.skip(1 + length);
                self.forget();
                return Some(Expr::HexColor(text));
            }
            if length > 0 {
                self.skip(2 + length);
            }
        }
        self.restore();
        None
    }

    /// `"…"`, `'…'`, with `~` in front if escaped, which `escaped_only` asks for. Line ends are allowed inside.
    pub(super) fn quoted(&mut self, escaped_only: bool) -> Option<Expr> {
        let escaped = self.peek() == b'~';
        if escaped_only && !escaped {
            return None;
        }
        let offset = self.position as u32;
        self.save();
        if escaped {
            self.skip(1);
        }
        let start = self.position;
        let Some(length) = string_length(self.rest()) else {
            self.restore();
            return None;
        };
        let quote = char::from(self.peek());
        self.skip(length);
        self.forget();
        let text = self.text(start + 1, start + length - 1);
        let dynamic = text.contains("@{") || text.contains("${");
        Some(Expr::Quoted {
            quote,
            text,
            escaped,
            dynamic,
            offset,
        })
    }

    /// `@name`, `@@name`, or a lookup in one.
    pub(super) fn variable(&mut self) -> Attempt<Expr> {
        self.save();
        let Some(mut variable) = entity::variable(self) else {
            self.restore();
            return Ok(None);
        };
        let next = self.peek();
        if next == b'(' || (next == b'[' && !self.after_space()) {
            let start = std::mem::replace(&mut variable.offset, self.position as u32);
            if let Some(lookup) = self.lookup_in_variable(variable) {
                self.forget();
                return Ok(Some(lookup));
            }
            variable.offset = start;
        }
        self.forget();
        Ok(Some(Expr::Variable(variable)))
    }

    /// `$name`
    pub(super) fn property(&mut self) -> Option<Expr> {
        if self.peek() != b'$' {
            return None;
        }
        let word = run(&self.rest()[1..], is_word);
        if word == 0 {
            return None;
        }
        let offset = self.position as u32;
        let name = self.name_at(self.position, self.position + 1 + word);
        self.skip(1 + word);
        Some(Expr::Property(PropertyUse { name, offset }))
    }

    /// A bare word, perhaps in brackets, or a colour name.
    pub(super) fn keyword(&mut self) -> Option<Expr> {
        let rest = self.rest();
        if rest.first() == Some(&b'%') {
            return Some(Expr::Keyword(self.take(1)));
        }
        let open = usize::from(rest.first() == Some(&b'['));
        let name = name_length(&rest[open..], false);
        if name == 0 {
            return None;
        }
        let close = usize::from(rest.get(open + name) == Some(&b']'));
        let word = self.take(open + name + close);
        if &*word == "0" {
            // Nothing to PHP, but eaten.
            return None;
        }
        if Color::from_name(&word).is_some() {
            return Some(Expr::ColorName(word));
        }
        Some(Expr::Keyword(word))
    }

    fn javascript(&mut self) -> Option<Expr> {
        let escaped = self.peek() == b'~';
        if !escaped && self.peek() != b'`' {
            return None;
        }
        self.save();
        if escaped {
            self.skip(1);
        }
        if self.peek() == b'`' {
            self.skip(1);
            if let Some(length) = memchr::memchr(b'`', self.rest()) {
                self.skip(length + 1);
                self.forget();
                return Some(Expr::JavaScript);
            }
        }
        self.restore();
        None
    }
}

/// The length of the string at the start, quotes included.
pub(super) fn string_length(rest: &[u8]) -> Option<usize> {
    let quote = *rest.first()?;
    if quote != b'"' && quote != b'\'' {
        return None;
    }
    let mut at = 1;
    loop {
        at += memchr::memchr2(quote, b'\\', rest.get(at..)?)?;
        if rest[at] == quote {
            return Some(at + 1);
        }
        at += 2;
    }
}
