//! The smallest parts of values: numbers, colours, strings, words, variables, calls, urls.

use super::grammar::{Steps, entity};
use super::scan::{call_name_length, is_word, raw_url_length, run};
use super::{Attempt, Parser};
use crate::ast::Expr;
use crate::value::Color;

impl Parser<'_> {
    /// Any entity.
    pub(super) fn entity(&mut self) -> Attempt<Expr> {
        if self.at_end() {
            return Ok(None);
        }
        if let Some(found) = self.literal() {
            return Ok(Some(found));
        }
        if let Some(found) = self.variable() {
            return Ok(Some(found));
        }
        if let Some(found) = self.url()? {
            return Ok(Some(found));
        }
        if let Some(found) = self.call()? {
            return Ok(Some(found));
        }
        if let Some(found) = self.keyword() {
            return Ok(Some(found));
        }
        if let Some(found) = self.javascript() {
            return Ok(Some(found));
        }
        Ok(self.comment_text().map(Expr::Comment))
    }

    /// A number, hexadecimal colour, string or unicode range.
    pub(super) fn literal(&mut self) -> Option<Expr> {
        self.number()
            .or_else(|| self.hex_color())
            .or_else(|| self.quoted_string())
            .or_else(|| entity::unicode_range(self))
    }

    pub(super) fn number(&mut self) -> Option<Expr> {
        entity::number(self, |byte| byte.is_ascii_lowercase())
    }

    pub(super) fn hex_color(&mut self) -> Option<Expr> {
        if self.peek() != b'#' {
            return None;
        }
        let digits = run(&self.rest()[1..], |byte| byte.is_ascii_hexdigit());
        let length = match digits {
            0..3 => return None,
            3..6 => 3,
            _ => 6,
        };
        let start = self.position + 1;
        let text = self.text(start, start + length);
        self.skip(1 + length);
        Some(Expr::HexColor(text))
    }

    /// `"…"`, `'…'`, with `~` in front if escaped. A lone `~` stays where it is.
    pub(super) fn quoted_string(&mut self) -> Option<Expr> {
        let rest = self.rest();
        let escaped = rest.first() == Some(&b'~');
        let open = usize::from(escaped);
        let quote = *rest.get(open)?;
        if quote != b'"' && quote != b'\'' {
            return None;
        }
        let mut at = open + 1;
        loop {
            match rest.get(at)? {
                b'\\' => at += 2,
                b'\r' | b'\n' => {
                    // less.php has eaten the sign by now.
                    self.position += open;
                    return None;
                }
                &byte if byte == quote => break,
                _ => at += 1,
            }
        }
        let start = self.position;
        let text = self.text(start + open + 1, start + at);
        self.skip(at + 1);
        let dynamic = text.contains("@{") || text.contains('`');
        Some(Expr::Quoted {
            quote: char::from(quote),
            text,
            escaped,
            dynamic,
            offset: start as u32,
        })
    }

    /// `@name` or `@@name`.
    pub(super) fn variable(&mut self) -> Option<Expr> {
        entity::variable(self).map(Expr::Variable)
    }

    /// `url(…)`; once it has begun, it must end.
    fn url(&mut self) -> Attempt<Expr> {
        if !self.eat_word(b"url(") {
            return Ok(None);
        }
        let value = match self.quoted_string().or_else(|| self.variable()) {
            Some(value) => value,
            None => {
                let length = raw_url_length(self.rest());
                Expr::Anonymous(self.take(length))
            }
        };
        self.expect(b')')?;
        Ok(Some(Expr::Url(Box::new(value))))
    }

    /// A call. Once its name has matched, the position is not restored.
    pub(super) fn call(&mut self) -> Attempt<Expr> {
        let rest = self.rest();
        let Some(length) = call_name_length(rest) else {
            return Ok(None);
        };
        let name = &rest[..length];
        if name.eq_ignore_ascii_case(b"url") {
            return Ok(None);
        }
        let start = self.position;
        self.position = start + length;
        if name.eq_ignore_ascii_case(b"alpha")
            && let Some(alpha) = self.alpha()?
        {
            return Ok(Some(alpha));
        }
        let name = self.word(start, start + length);
        self.eat(b'(');
        let args = self.nested(Self::call_arguments)?;
        if !self.eat(b')') {
            let what = "the arguments of this call cannot be read, so that part of it is lost";
            self.lose(start, what);
            return Ok(None);
        }
        Ok(Some(Expr::Call {
            name,
            args,
            offset: start as u32,
        }))
    }

    fn call_arguments(&mut self) -> Result<Vec<Expr>, Box<super::Failure>> {
        let mut args = Vec::new();
        while !self.at_end() {
            let arg = match self.assignment()? {
                Some(arg) => Some(arg),
                None => self.expression()?,
            };
            let Some(arg) = arg else { break };
            args.push(arg);
            if !self.eat(b',') {
                break;
            }
        }
        Ok(args)
    }

    /// `word=entity`
    fn assignment(&mut self) -> Attempt<Expr> {
        let Some(key) = entity::assignment_key(self) else {
            return Ok(None);
        };
        let value = self.entity()?;
        Ok(value.map(|value| Expr::Assignment {
            key,
            value: Box::new(value),
        }))
    }

    /// `(opacity=…)` behind `alpha`.
    fn alpha(&mut self) -> Attempt<Expr> {
        let rest = self.rest();
        if !rest
            .get(..9)
            .is_some_and(|head| head.eq_ignore_ascii_case(b"(opacity="))
        {
            return Ok(None);
        }
        self.skip(9);
        let digits = run(self.rest(), |byte| byte.is_ascii_digit());
        let value = if digits > 0 {
            Expr::Anonymous(self.take(digits))
        } else {
            let Some(value) = self.variable() else {
                return Ok(None);
            };
            value
        };
        self.expect(b')')?;
        let slot = self.slot();
        Ok(Some(Expr::Alpha {
            value: Box::new(value),
            slot,
        }))
    }

    /// A bare word or colour name.
    pub(super) fn keyword(&mut self) -> Option<Expr> {
        let rest = self.rest();
        let length = match rest.first()? {
            b'%' => 1,
            &byte if byte.is_ascii_alphabetic() || byte == b'_' || byte == b'-' => {
                run(rest, is_word)
            }
            _ => return None,
        };
        Some(self.take_keyword(length))
    }

    fn take_keyword(&mut self, length: usize) -> Expr {
        let word = self.take_word(length);
        if Color::from_name(&word).is_some() {
            Expr::ColorName(word)
        } else {
            Expr::Keyword(word)
        }
    }

    /// A word or string that is a whole item by its first byte alone: neither a part of a sum nor the name of a function.
    pub(super) fn simple_item(&mut self) -> Option<Expr> {
        let rest = self.rest();
        match rest.first()? {
            b'"' | b'\'' => self.quoted_string(),
            b'U' | b'p' => None,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let length = run(rest, is_word);
                let is_call = rest.get(length) == Some(&b'(');
                (!is_call).then(|| self.take_keyword(length))
            }
            _ => None,
        }
    }

    fn javascript(&mut self) -> Option<Expr> {
        let rest = self.rest();
        let open = usize::from(rest.first() == Some(&b'~'));
        if rest.get(open) != Some(&b'`') {
            return None;
        }
        let end = open + 1 + memchr::memchr(b'`', &rest[open + 1..])?;
        self.skip(end + 1);
        Some(Expr::JavaScript)
    }
}
