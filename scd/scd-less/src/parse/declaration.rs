//! Simple pairs, declarations, variable definitions, calls of detached rulesets.

use std::sync::OnceLock;

use super::grammar::expression::value;
use super::grammar::{Steps, entity};
use super::scan::{important_length, is_pair_name, is_pair_value, is_space, is_word, run};
use super::{Attempt, Failure, Parser};
use crate::ast::{
    Declaration, DetachedCall, Expr, Merge, NamePart, PropertyName, SimplePair, Variable,
};
use crate::value::Text;

/// What stands behind the colon of a declaration.
#[derive(Default)]
struct Declared {
    value: Option<Expr>,
    /// Whether `!important` follows.
    important: bool,
    /// Whether the end of the declaration was eaten with it.
    is_complete: bool,
}

impl Parser<'_> {
    /// `name: value` that less.php keeps verbatim (`parseNameValue`).
    pub(super) fn simple_pair(&mut self) -> Option<SimplePair> {
        let rest = self.rest();
        let name = run(rest, is_pair_name);
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
        let plain = run(&rest[at..], is_pair_value);
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
        let start = self.position;
        let name = self.word(start, start + name);
        let mut text = self.word(start + value, start + value_end);
        if important > 0 {
            text = Text::from(format!("{text} !important"));
        }
        if end == b'}' {
            self.position = start + at;
        } else {
            self.skip(at + 1);
        }
        Some(SimplePair {
            name,
            value: text,
            offset: start as u32,
            value_offset: (start + value) as u32,
        })
    }

    /// A declaration or variable definition. `raw_first` tries the verbatim form before the parsed one.
    pub(super) fn declaration(&mut self, raw_first: bool) -> Attempt<Declaration> {
        if matches!(self.peek(), b'.' | b'#' | b'&') {
            return Ok(None);
        }
        let start = self.position;
        let Some((name, merge)) = self.property_name() else {
            return Ok(None);
        };
        let is_variable = matches!(name, PropertyName::Variable(_));
        let value_offset = self.position as u32;
        let declared = self.declared_value(is_variable, raw_first)?;
        let found = declared.value.is_some();
        if let Some(value) = declared.value
            && (declared.is_complete || entity::end_of_declaration(self))
        {
            return Ok(Some(Declaration {
                name,
                value,
                memo: OnceLock::new(),
                important: declared.important,
                merge,
                slot: self.slot(),
                offset: start as u32,
                value_offset,
            }));
        }
        self.restore(start);
        if found && !raw_first {
            self.declaration(true)
        } else {
            Ok(None)
        }
    }

    fn declared_value(
        &mut self,
        is_variable: bool,
        raw_first: bool,
    ) -> Result<Declared, Box<Failure>> {
        let mut declared = Declared::default();
        if is_variable && let Some(block) = self.bare_block()? {
            declared.value = Some(Expr::Detached(Box::new(block)));
            return Ok(declared);
        }
        let value_first = !raw_first && (self.compress || is_variable);
        if value_first {
            declared.value = value(self)?;
        }
        if declared.value.is_none() {
            if let Some(text) = self.raw_value() {
                declared.value = Some(Expr::Anonymous(text));
                declared.is_complete = true;
                return Ok(declared);
            }
            if !value_first {
                declared.value = value(self)?;
            }
        }
        declared.important = entity::important(self);
        Ok(declared)
    }

    /// Text without signs that could begin something, up to a `;` that is eaten too.
    fn raw_value(&mut self) -> Option<Text> {
        let rest = self.rest();
        let length = run(rest, |byte| {
            !matches!(
                byte,
                b'@' | b'+' | b'/' | b'\'' | b'"' | b'*' | b'`' | b'(' | b';' | b'{' | b'}' | b'-'
            )
        });
        if rest.get(length) != Some(&b';') {
            return None;
        }
        let start = self.position;
        let text = self.text(start, start + length);
        self.skip(length + 1);
        Some(text)
    }

    fn property_name(&mut self) -> Option<(PropertyName, Merge)> {
        if let Some(name) = entity::declared_name(self) {
            return Some((name, Merge::No));
        }
        self.interpolated_name()
    }

    /// `*name`, names with `@{…}`, and the signs for merging. White space between the pieces is dropped.
    fn interpolated_name(&mut self) -> Option<(PropertyName, Merge)> {
        let start = self.position;
        let mut parts = Vec::new();
        if self.peek() == b'*' {
            parts.push(NamePart::Text(self.take(1)));
        } else {
            self.skip(0);
        }
        let starred = parts.len();
        loop {
            let word = run(self.rest(), is_word);
            if word > 0 {
                parts.push(NamePart::Text(self.take(word)));
            } else if let Some(variable) = entity::curly_variable(self) {
                parts.push(NamePart::Variable(variable));
            } else {
                break;
            }
        }
        let rest = self.rest();
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
            self.restore(start);
            return None;
        }
        self.skip(at + 1);
        Some((entity::name_of(parts), merge))
    }

    /// `@name();`
    pub(super) fn detached_call(&mut self) -> Option<DetachedCall> {
        let rest = self.rest();
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
        let start = self.position;
        let text = self.slice(start, start + name);
        self.skip(at);
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
