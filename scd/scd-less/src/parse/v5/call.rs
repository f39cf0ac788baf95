//! Function calls, their arguments, and `url(…)`.

use super::Parser;
use crate::ast::Expr;
use crate::parse::grammar::expression::list;
use crate::parse::grammar::{Steps, entity};
use crate::parse::scan::{call_name_length, raw_url_length, run};
use crate::parse::{Attempt, Failure};
use crate::value::Text;

impl Parser<'_> {
    /// A call of a function.
    pub(super) fn call(&mut self) -> Attempt<Expr> {
        let rest = self.rest();
        let Some(length) = call_name_length(rest) else {
            return Ok(None);
        };
        let name = &rest[..length];
        if name.eq_ignore_ascii_case(b"url") {
            return Ok(None);
        }
        let offset = self.position;
        self.save();
        self.skip(length + 1);
        let mut first = None;
        if name.eq_ignore_ascii_case(b"alpha") {
            if let Some(alpha) = self.alpha()? {
                self.forget();
                return Ok(Some(alpha));
            }
        } else if name.eq_ignore_ascii_case(b"boolean") || name.eq_ignore_ascii_case(b"if") {
            let Some(condition) = self.condition(false)? else {
                return self.fail("expected condition");
            };
            first = Some(Expr::Condition(Box::new(condition)));
        }
        let args = self.nested_attempt(|parser| parser.call_arguments(first))?;
        if !self.eat(b')') {
            self.restore();
            return Ok(None);
        }
        self.forget();
        Ok(Some(Expr::Call {
            name: self.text(offset, offset + length),
            args,
            offset: offset as u32,
        }))
    }

    /// Arguments up to whatever is none; separators may be missing.
    fn call_arguments(&mut self, first: Option<Expr>) -> Result<Vec<Expr>, Box<Failure>> {
        let mut by_comma = Vec::new();
        let mut by_semicolon = Vec::new();
        let mut semicolons = false;
        let mut next = first;
        self.save();
        loop {
            let start = self.position;
            let arg = match next.take() {
                Some(first) => first,
                None => match self.call_argument()? {
                    Some(arg) => arg,
                    None => break,
                },
            };
            by_comma.push(arg);
            if self.eat(b',') {
                continue;
            }
            if self.eat(b';') || semicolons {
                semicolons = true;
                by_semicolon.push(list(std::mem::take(&mut by_comma), Expr::Comma));
            }
            self.progressed(start)?;
        }
        self.forget();
        Ok(if semicolons { by_semicolon } else { by_comma })
    }

    fn call_argument(&mut self) -> Attempt<Expr> {
        if let Some(block) = self.bare_block()? {
            return Ok(Some(Expr::Detached(Box::new(block))));
        }
        if let Some(assignment) = self.assignment()? {
            return Ok(Some(assignment));
        }
        self.expression()
    }

    /// `word=entity`. The word and the sign stay eaten without an entity.
    fn assignment(&mut self) -> Attempt<Expr> {
        let Some(key) = entity::assignment_key(self) else {
            return Ok(None);
        };
        let value = self.nested_attempt(Self::entity)?;
        Ok(value.map(|value| Expr::Assignment {
            key,
            value: Box::new(value),
        }))
    }

    /// `opacity=…)` behind `alpha(`: a string, in which a variable is interpolated.
    fn alpha(&mut self) -> Attempt<Expr> {
        let rest = self.rest();
        if !rest
            .get(..8)
            .is_some_and(|head| head.eq_ignore_ascii_case(b"opacity="))
        {
            return Ok(None);
        }
        self.skip(8);
        let digits = run(self.rest(), |byte| byte.is_ascii_digit());
        let offset = self.position;
        let value = if digits > 0 {
            self.take(digits).to_string()
        } else {
            match self.variable()? {
                // `@@name` gives `@{@name}`, which interpolates nothing; a lookup has no name at all.
                Some(Expr::Variable(variable)) => {
                    let sign = if variable.indirect { "@" } else { "" };
                    let name = &self.numbering.text(variable.name)[1..];
                    format!("@{{{sign}{name}}}")
                }
                Some(_) => "@{}".to_owned(),
                None => return self.fail("Could not parse alpha"),
            }
        };
        self.expect(b')')?;
        Ok(Some(Expr::Quoted {
            quote: 'a',
            text: Text::from(format!("alpha(opacity={value})")),
            escaped: true,
            dynamic: digits == 0,
            offset: offset as u32,
        }))
    }

    /// `url(…)`; once it has begun, it must end.
    pub(super) fn url(&mut self) -> Attempt<Expr> {
        if !self.rest().starts_with(b"url(") {
            return Ok(None);
        }
        self.absorbs = false;
        self.skip(4);
        let value = match self.quoted(false) {
            Some(value) => Some(value),
            None => match self.variable()? {
                Some(value) => Some(value),
                None => self.property(),
            },
        };
        let value = value.unwrap_or_else(|| {
            let text = self.take(raw_url_length(self.rest()));
            // "0" is nothing to PHP.
            Expr::Anonymous(if &*text == "0" { Text::default() } else { text })
        });
        self.absorbs = true;
        self.expect(b')')?;
        Ok(Some(Expr::Url(Box::new(value))))
    }
}
