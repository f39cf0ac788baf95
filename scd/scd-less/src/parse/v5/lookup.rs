//! Calls of detached rulesets and lookups in what calls yield.

use super::Parser;
use crate::ast::{DetachedCall, Expr, Lookup, LookupBase, LookupKey, Statement, Variable};
use crate::parse::Attempt;
use crate::parse::grammar::Steps;
use crate::parse::grammar::entity::end_of_declaration;
use crate::parse::scan::{is_space, is_word, run};

impl Parser<'_> {
    /// `@name();`, `@name[…];`, or a lookup that something else follows.
    pub(super) fn variable_call_statement(&mut self) -> Attempt<Statement> {
        if self.peek() != b'@' {
            return Ok(None);
        }
        let offset = self.position as u32;
        self.save();
        let rest = self.rest();
        let name = 1 + run(&rest[1..], is_word);
        if name == 1 {
            self.restore();
            return Ok(None);
        }
        let start = self.position;
        let parens = parens_length(&rest[name..]);
        self.skip(name + parens);
        let keys = self.lookup_keys();
        // Nothing may stand between the parentheses, though the pattern allows white space.
        if keys.is_empty() && parens != 2 {
            self.restore();
            return Ok(None);
        }
        let variable = Variable {
            name: self.name_at(start, start + name),
            indirect: false,
            offset,
        };
        let ends = end_of_declaration(self);
        self.forget();
        if ends {
            return Ok(Some(Statement::DetachedCall(DetachedCall { variable })));
        }
        let base = LookupBase::Variable(variable);
        let offset = Some(offset);
        let lookup = Expr::Lookup(Box::new(Lookup { base, keys, offset }));
        Ok(Some(Statement::Value(Box::new(lookup))))
    }

    /// The lookup behind a variable in a value.
    pub(super) fn lookup_in_variable(&mut self, variable: Variable) -> Option<Expr> {
        self.save();
        let keys = self.lookup_keys();
        if keys.is_empty() {
            self.eat_word(b"()");
            self.restore();
            return None;
        }
        self.forget();
        Some(Expr::Lookup(Box::new(Lookup {
            base: LookupBase::Variable(variable),
            keys,
            offset: Some(variable.offset),
        })))
    }

    /// `[key][key]…`, none if it does not begin that way.
    pub(super) fn lookup_keys(&mut self) -> Vec<LookupKey> {
        let mut keys = Vec::new();
        if self.peek() != b'[' {
            return keys;
        }
        loop {
            self.save();
            let Some(key) = self.lookup_key() else {
                self.restore();
                return keys;
            };
            keys.push(key);
            self.forget();
        }
    }

    fn lookup_key(&mut self) -> Option<LookupKey> {
        self.save();
        let mut found = None;
        if self.eat(b'[') {
            let rest = self.rest();
            let signs = run(rest, |byte| matches!(byte, b'@' | b'$')).min(2);
            let length = signs + run(&rest[signs..], is_word);
            let text = self.take(length);
            // "0" is nothing to PHP.
            if self.eat(b']') && &*text != "0" {
                found = Some(text);
            }
        }
        let Some(text) = found else {
            self.restore();
            return None;
        };
        self.forget();
        Some(match text.as_bytes() {
            [] => LookupKey::Last,
            [b'@', b'@', ..] => LookupKey::VariableNamed(self.name(&text[1..])),
            [b'@', ..] => LookupKey::Variable(self.name(&text)),
            [b'$', b'@', ..] => LookupKey::PropertyNamed(self.name(&text[1..])),
            [b'$', ..] => LookupKey::Property(self.name(&text)),
            _ => LookupKey::Property(self.name(&format!("${text}"))),
        })
    }
}

/// The length of `()` at the start, white space inside allowed.
fn parens_length(rest: &[u8]) -> usize {
    if rest.first() != Some(&b'(') {
        return 0;
    }
    let blanks = run(&rest[1..], is_space);
    if rest.get(1 + blanks) == Some(&b')') {
        blanks + 2
    } else {
        0
    }
}
