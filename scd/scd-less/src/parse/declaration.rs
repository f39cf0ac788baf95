//! Simple pairs, declarations, variable definitions, calls of detached rulesets.

use std::sync::OnceLock;

use super::cursor::{is_space, is_word, run};
use super::scan::important_length;
use super::{Attempt, Parser};
use crate::ast::{
    Declaration, DetachedCall, Expr, Merge, NamePart, PropertyName, Ruleset, SimplePair, Variable,
};
use crate::value::Text;

impl Parser<'_> {
    /// `name: value` that less.php keeps verbatim (`parseNameValue`).
    pub(super) fn simple_pair(&mut self) -> Option<SimplePair> {
        let rest = self.cursor.rest();
        let name = run(rest, |byte| byte.is_ascii_alphabetic() || byte == b'-');
        if name == 0 {
            return None;
        }
        let mut at = name + run(&rest[name..], is_space);
        if rest.get(at) != Some(&b':') {
            return None;
        }
        at += 1;
        at += run(&rest[at..], is_space);
        let value = at;
        at += usize::from(matches!(rest.get(at), Some(b'"' | b'\'')));
        let plain = run(&rest[at..], |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'#' | b'-' | b'%' | b'.' | b',')
        });
        if plain == 0 {
            return None;
        }
        at += plain;
        at += usize::from(matches!(rest.get(at), Some(b'"' | b'\'')));
        let value_end = at;
        at += run(&rest[at..], |byte| byte == b' ');
        let important = important_length(&rest[at..]);
        at += important;
        at += run(&rest[at..], is_space);
        let end = *rest.get(at)?;
        if end != b';' && end != b'}' {
            return None;
        }
        let start = self.cursor.position();
        let name = self.cursor.text(start, start + name);
        let mut text = self.cursor.text(start + value, start + value_end);
        if important > 0 {
            text = Text::from(format!("{text} !important"));
        }
        if end == b'}' {
            self.cursor.move_to(start + at);
        } else {
            self.cursor.advance(at + 1);
        }
        Some(SimplePair { name, value: text })
    }

    /// A declaration or variable definition. `raw_first` tries the verbatim form before the parsed one.
    pub(super) fn declaration(&mut self, raw_first: bool) -> Attempt<Declaration> {
        if matches!(self.cursor.peek(), b'.' | b'#' | b'&') {
            return Ok(None);
        }
        let start = self.cursor.position();
        let offset = start as u32;
        let Some((name, merge)) = self.property_name() else {
            return Ok(None);
        };
        let is_variable = matches!(name, PropertyName::Variable(_));
        let mut value = None;
        let mut important = false;
        if is_variable {
            value = self
                .detached_ruleset()?
                .map(|block| Expr::Detached(Box::new(block)));
        }
        if value.is_none() {
            let value_first = !raw_first && (self.compress || is_variable);
            if value_first {
                value = self.value()?;
            }
            if value.is_none() {
                if let Some(text) = self.raw_value() {
                    let (value, slot) = (Expr::Anonymous(text), self.slot());
                    let important = false;
                    return Ok(Some(Declaration {
                        name,
                        value,
                        memo: OnceLock::new(),
                        important,
                        merge,
                        slot,
                        offset,
                    }));
                }
                if !value_first {
                    value = self.value()?;
                }
            }
            important = self.important();
        }
        let found = value.is_some();
        if let Some(value) = value
            && self.end_of_declaration()
        {
            let slot = self.slot();
            return Ok(Some(Declaration {
                name,
                value,
                memo: OnceLock::new(),
                important,
                merge,
                slot,
                offset,
            }));
        }
        self.cursor.restore(start);
        if found && !raw_first {
            self.declaration(true)
        } else {
            Ok(None)
        }
    }

    /// `;`, eaten, or a `}` ahead.
    pub(super) fn end_of_declaration(&mut self) -> bool {
        self.cursor.eat(b';') || self.cursor.peek() == b'}'
    }

    /// `!important`, blanks allowed behind the sign.
    pub(super) fn important(&mut self) -> bool {
        let length = important_length(self.cursor.rest());
        if length > 0 {
            self.cursor.advance(length);
        }
        length > 0
    }

    /// Text without signs that could begin something, up to a `;` that is eaten too.
    fn raw_value(&mut self) -> Option<Text> {
        let rest = self.cursor.rest();
        let length = run(rest, |byte| {
            !matches!(
                byte,
                b'@' | b'+' | b'/' | b'\'' | b'"' | b'*' | b'`' | b'(' | b';' | b'{' | b'}' | b'-'
            )
        });
        if rest.get(length) != Some(&b';') {
            return None;
        }
        let start = self.cursor.position();
        let text = self.cursor.text(start, start + length);
        self.cursor.advance(length + 1);
        Some(text)
    }

    fn property_name(&mut self) -> Option<(PropertyName, Merge)> {
        let rest = self.cursor.rest();
        if rest.first() == Some(&b'@') {
            let name = 1 + run(&rest[1..], is_word);
            let colon = name + run(&rest[name..], is_space);
            if name > 1 && rest.get(colon) == Some(&b':') {
                let start = self.cursor.position();
                let text = self.cursor.slice(start, start + name);
                self.cursor.advance(colon + 1);
                return Some((PropertyName::Variable(self.name(&text)), Merge::No));
            }
        }
        let name = run(rest, is_word);
        let colon = name + run(&rest[name..], is_space);
        if name > 0 && rest.get(colon) == Some(&b':') {
            let start = self.cursor.position();
            let text = self.cursor.text(start, start + name);
            self.cursor.advance(colon + 1);
            return Some((PropertyName::Plain(text), Merge::No));
        }
        self.interpolated_name()
    }

    /// `*name`, names with `@{…}`, and the signs for merging. White space between the pieces is dropped.
    fn interpolated_name(&mut self) -> Option<(PropertyName, Merge)> {
        let start = self.cursor.position();
        let mut parts = Vec::new();
        if self.cursor.peek() == b'*' {
            parts.push(NamePart::Text(self.cursor.take(1)));
        } else {
            self.cursor.advance(0);
        }
        let starred = parts.len();
        loop {
            let word = run(self.cursor.rest(), is_word);
            if word > 0 {
                parts.push(NamePart::Text(self.cursor.take(word)));
            } else if let Some(variable) = self.curly_variable() {
                parts.push(NamePart::Variable(variable));
            } else {
                break;
            }
        }
        let rest = self.cursor.rest();
        let mut at = run(rest, is_space);
        let merge = if rest[at..].starts_with(b"+_") {
            at += 2;
            Merge::Space
        } else if rest[at..].starts_with(b"+") {
            at += 1;
            Merge::Comma
        } else {
            Merge::No
        };
        at += run(&rest[at..], is_space);
        if parts.len() == starred || rest.get(at) != Some(&b':') {
            self.cursor.restore(start);
            return None;
        }
        self.cursor.advance(at + 1);
        let name = match &parts[..] {
            [NamePart::Text(text)] => PropertyName::Plain(Text::clone(text)),
            _ => PropertyName::Parts(parts),
        };
        Some((name, merge))
    }

    /// `{ … }` as a value; an empty one counts as none.
    pub(super) fn detached_ruleset(&mut self) -> Attempt<Ruleset> {
        self.bare_block()
    }

    /// `@name();`
    pub(super) fn detached_call(&mut self) -> Option<DetachedCall> {
        let rest = self.cursor.rest();
        let name = 1 + run(&rest[1..], is_word);
        let mut at = name + run(&rest[name..], is_space);
        for sign in *b"();" {
            if name == 1 || rest.get(at) != Some(&sign) {
                return None;
            }
            at += 1;
            if sign != b';' {
                at += run(&rest[at..], is_space);
            }
        }
        let start = self.cursor.position();
        let text = self.cursor.slice(start, start + name);
        self.cursor.advance(at);
        let name = self.name(&text);
        Some(DetachedCall {
            variable: Variable {
                name,
                indirect: false,
                offset: start as u32,
            },
        })
    }
}
