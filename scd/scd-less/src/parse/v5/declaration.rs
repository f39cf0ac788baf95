//! Declarations and variable definitions.

use std::sync::OnceLock;

use super::Parser;
use crate::ast::{Declaration, Expr, Merge, NamePart, PropertyName, PropertyUse};
use crate::parse::Attempt;
use crate::parse::grammar::{Steps, entity, expression};
use crate::parse::scan::{is_space, is_word, run};

impl Parser<'_> {
    /// `name: value;`
    pub(super) fn declaration(&mut self) -> Attempt<Declaration> {
        if matches!(self.peek(), b'.' | b'#' | b'&') {
            return Ok(None);
        }
        let offset = self.position as u32;
        self.save();
        let Some((name, merge)) = self.declaration_name() else {
            self.restore();
            return Ok(None);
        };
        let is_variable = matches!(name, PropertyName::Variable(_));
        let offsets = (offset, self.position as u32);
        let mut important = false;
        let mut is_block = false;
        let mut value = None;
        if is_variable && let Some(block) = self.bare_block()? {
            value = Some(Expr::Detached(Box::new(block)));
            is_block = true;
        }
        self.pending.clear();
        if value.is_none() {
            let verbatim = if is_custom(&name) {
                self.permissive_value(b";}")?
            } else {
                self.verbatim_value()
            };
            if let Some(value) = verbatim {
                self.forget();
                return Ok(Some(self.finish(name, value, false, merge, offsets)));
            }
            value = expression::value(self)?;
            if value.is_some() {
                important = entity::important(self);
            } else if is_variable {
                value = self.permissive_value(b";")?;
            }
        }
        if let Some(value) = value
            && (entity::end_of_declaration(self) || is_block)
        {
            self.forget();
            return Ok(Some(self.finish(name, value, important, merge, offsets)));
        }
        self.restore();
        Ok(None)
    }

    fn finish(
        &mut self,
        name: PropertyName,
        value: Expr,
        important: bool,
        merge: Merge,
        (offset, value_offset): (u32, u32),
    ) -> Declaration {
        let slot = self.slot();
        Declaration {
            name,
            value,
            memo: OnceLock::new(),
            important,
            merge,
            slot,
            offset,
            value_offset,
        }
    }

    /// Text without signs that could begin something, up to a `;` that is eaten, too.
    fn verbatim_value(&mut self) -> Option<Expr> {
        let rest = self.rest();
        let length = run(rest, |byte| !is_telling(byte));
        if rest.get(length) != Some(&b';') {
            return None;
        }
        let text = self.text(self.position, self.position + length);
        self.skip(length + 1);
        Some(Expr::Anonymous(text))
    }

    fn declaration_name(&mut self) -> Option<(PropertyName, Merge)> {
        if let Some(name) = entity::declared_name(self) {
            return Some((name, Merge::No));
        }
        self.save();
        self.name_of_parts()
    }

    /// `*name`, names with `@{…}` and `${…}`, and the signs for merging. White space between the pieces is dropped.
    fn name_of_parts(&mut self) -> Option<(PropertyName, Merge)> {
        let mut parts = Vec::new();
        if self.peek() == b'*' {
            parts.push(NamePart::Text(self.take(1)));
        } else {
            self.skip(0);
        }
        let starred = parts.len();
        while let Some(part) = self.name_part() {
            parts.push(part);
        }
        let merge = if parts.len() > starred {
            self.merge_signs()
        } else {
            None
        };
        let Some(merge) = merge else {
            self.restore();
            return None;
        };
        self.forget();
        Some((entity::name_of(parts), merge))
    }

    fn name_part(&mut self) -> Option<NamePart> {
        let word = run(self.rest(), is_word);
        if word > 0 {
            return Some(NamePart::Text(self.take(word)));
        }
        if let Some(variable) = entity::curly_variable(self) {
            return Some(NamePart::Variable(variable));
        }
        let offset = self.position as u32;
        let name = entity::curly_name(self, b'$')?;
        Some(NamePart::Property(PropertyUse { name, offset }))
    }

    /// `+`, `+_` or nothing, and the colon.
    fn merge_signs(&mut self) -> Option<Merge> {
        let rest = self.rest();
        let (merge, sign) = if rest.starts_with(b"+_") {
            (Merge::Space, 2)
        } else if rest.starts_with(b"+") {
            (Merge::Comma, 1)
        } else {
            (Merge::No, 0)
        };
        let colon = sign + run(&rest[sign..], is_space);
        if rest.get(colon) != Some(&b':') {
            return None;
        }
        self.skip(colon + 1);
        Some(merge)
    }
}

/// Whether the name begins a custom property.
fn is_custom(name: &PropertyName) -> bool {
    match name {
        PropertyName::Plain(text) => text.starts_with("--"),
        PropertyName::Parts(parts) => {
            matches!(parts.first(), Some(NamePart::Text(text)) if text.starts_with("--"))
        }
        PropertyName::Variable(_) => false,
    }
}

/// Whether a value with this byte cannot be kept verbatim.
fn is_telling(byte: u8) -> bool {
    matches!(
        byte,
        b'.' | b'#'
            | b'@'
            | b'$'
            | b'+'
            | b'/'
            | b'\''
            | b'"'
            | b'*'
            | b'`'
            | b'('
            | b';'
            | b'{'
            | b'}'
            | b'-'
    )
}
