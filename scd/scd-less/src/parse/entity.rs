//! The smallest parts of values: numbers, colours, strings, words, variables, calls, urls.

use super::cursor::{is_word, run};
use super::scan::{call_name_length, raw_url_length};
use super::{Attempt, Parser};
use crate::ast::{Expr, Variable};
use crate::value::{Color, Text};

impl Parser<'_> {
    /// Any entity.
    pub(super) fn entity(&mut self) -> Attempt<Expr> {
        if self.cursor.at_end() {
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
        Ok(self.comment().map(|comment| Expr::Comment(comment.text)))
    }

    /// A number, hexadecimal colour, string or unicode range.
    pub(super) fn literal(&mut self) -> Option<Expr> {
        self.number()
            .or_else(|| self.hex_color())
            .or_else(|| self.quoted_string())
            .or_else(|| self.unicode_range())
    }

    pub(super) fn number(&mut self) -> Option<Expr> {
        let rest = self.cursor.rest();
        let sign = usize::from(matches!(rest.first(), Some(b'+' | b'-')));
        let whole = run(&rest[sign..], |byte| byte.is_ascii_digit());
        let mut end = sign + whole;
        if rest.get(end) == Some(&b'.') {
            let fraction = run(&rest[end + 1..], |byte| byte.is_ascii_digit());
            if fraction > 0 {
                end += 1 + fraction;
            }
        }
        if end == sign {
            return None;
        }
        let text = std::str::from_utf8(&rest[..end]).ok()?;
        let value = text.strip_prefix('+').unwrap_or(text).parse().ok()?;
        let unit = match rest.get(end) {
            Some(b'%') => 1,
            _ => run(&rest[end..], |byte| byte.is_ascii_lowercase()),
        };
        let start = self.cursor.position();
        let unit = (unit > 0).then(|| self.cursor.text(start + end, start + end + unit));
        self.cursor
            .advance(end + unit.as_ref().map_or(0, |unit| unit.len()));
        Some(Expr::Number { value, unit })
    }

    pub(super) fn hex_color(&mut self) -> Option<Expr> {
        if self.cursor.peek() != b'#' {
            return None;
        }
        let digits = run(&self.cursor.rest()[1..], |byte| byte.is_ascii_hexdigit());
        let length = match digits {
            0..3 => return None,
            3..6 => 3,
            _ => 6,
        };
        let start = self.cursor.position() + 1;
        let text = self.cursor.text(start, start + length);
        self.cursor.advance(1 + length);
        Some(Expr::HexColor(text))
    }

    /// `"…"`, `'…'`, with `~` in front if escaped. A lone `~` stays where it is.
    pub(super) fn quoted_string(&mut self) -> Option<Expr> {
        let rest = self.cursor.rest();
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
                    self.cursor.move_to(self.cursor.position() + open);
                    return None;
                }
                &byte if byte == quote => break,
                _ => at += 1,
            }
        }
        let start = self.cursor.position();
        let text = self.cursor.text(start + open + 1, start + at);
        self.cursor.advance(at + 1);
        let dynamic = text.contains("@{") || text.contains('`');
        Some(Expr::Quoted {
            quote: char::from(quote),
            text,
            escaped,
            dynamic,
            offset: start as u32,
        })
    }

    fn unicode_range(&mut self) -> Option<Expr> {
        let rest = self.cursor.rest().strip_prefix(b"U+")?;
        let is_digit = |byte: u8| byte.is_ascii_hexdigit() || byte == b'?';
        let mut length = run(rest, is_digit);
        if length == 0 {
            return None;
        }
        if rest.get(length) == Some(&b'-') {
            let second = run(&rest[length + 1..], is_digit);
            if second > 0 {
                length += 1 + second;
            }
        }
        Some(Expr::Unicode(self.cursor.take(2 + length)))
    }

    /// `@name` or `@@name`.
    pub(super) fn variable(&mut self) -> Option<Expr> {
        self.variable_use().map(Expr::Variable)
    }

    pub(super) fn variable_use(&mut self) -> Option<Variable> {
        let rest = self.cursor.rest();
        if rest.first() != Some(&b'@') {
            return None;
        }
        let signs = 1 + usize::from(rest.get(1) == Some(&b'@'));
        let word = run(&rest[signs..], is_word);
        if word == 0 {
            return None;
        }
        let start = self.cursor.position();
        let text = self.cursor.slice(start + signs - 1, start + signs + word);
        self.cursor.advance(signs + word);
        let name = self.name(&text);
        Some(Variable {
            name,
            indirect: signs == 2,
            offset: start as u32,
        })
    }

    /// `@{name}`
    pub(super) fn curly_variable(&mut self) -> Option<Variable> {
        let rest = self.cursor.rest().strip_prefix(b"@{")?;
        let word = run(rest, is_word);
        if word == 0 || rest.get(word) != Some(&b'}') {
            return None;
        }
        let start = self.cursor.position();
        let text = format!("@{}", self.cursor.slice(start + 2, start + 2 + word));
        self.cursor.advance(word + 3);
        let name = self.name(&text);
        Some(Variable {
            name,
            indirect: false,
            offset: start as u32,
        })
    }

    /// `url(…)`; once it has begun, it must end.
    fn url(&mut self) -> Attempt<Expr> {
        if !self.cursor.eat_word(b"url(") {
            return Ok(None);
        }
        let value = match self.quoted_string().or_else(|| self.variable()) {
            Some(value) => value,
            None => {
                let length = raw_url_length(self.cursor.rest());
                Expr::Anonymous(self.cursor.take(length))
            }
        };
        self.expect(b')')?;
        Ok(Some(Expr::Url(Box::new(value))))
    }

    /// A call. Once its name has matched, the position is not restored.
    pub(super) fn call(&mut self) -> Attempt<Expr> {
        let rest = self.cursor.rest();
        let Some(length) = call_name_length(rest) else {
            return Ok(None);
        };
        let name = &rest[..length];
        if name.eq_ignore_ascii_case(b"url") {
            return Ok(None);
        }
        let start = self.cursor.position();
        self.cursor.move_to(start + length);
        if name.eq_ignore_ascii_case(b"alpha")
            && let Some(alpha) = self.alpha()?
        {
            return Ok(Some(alpha));
        }
        let name = self.cursor.text(start, start + length);
        self.cursor.eat(b'(');
        let args = self.nested(Self::call_arguments)?;
        if !self.cursor.eat(b')') {
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
        while !self.cursor.at_end() {
            let arg = match self.assignment()? {
                Some(arg) => Some(arg),
                None => self.expression()?,
            };
            let Some(arg) = arg else { break };
            args.push(arg);
            if !self.cursor.eat(b',') {
                break;
            }
        }
        Ok(args)
    }

    /// `word=entity`
    fn assignment(&mut self) -> Attempt<Expr> {
        let rest = self.cursor.rest();
        let word = run(rest, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let blank = usize::from(rest.get(word).copied().is_some_and(super::cursor::is_space));
        if word == 0 || rest.get(word + blank) != Some(&b'=') {
            return Ok(None);
        }
        let key = self.cursor.take(word);
        if !self.cursor.eat(b'=') {
            return Ok(None);
        }
        let value = self.entity()?;
        Ok(value.map(|value| Expr::Assignment {
            key,
            value: Box::new(value),
        }))
    }

    /// `(opacity=…)` behind `alpha`.
    fn alpha(&mut self) -> Attempt<Expr> {
        let rest = self.cursor.rest();
        if !rest
            .get(..9)
            .is_some_and(|head| head.eq_ignore_ascii_case(b"(opacity="))
        {
            return Ok(None);
        }
        self.cursor.advance(9);
        let digits = run(self.cursor.rest(), |byte| byte.is_ascii_digit());
        let value = if digits > 0 {
            Expr::Anonymous(self.cursor.take(digits))
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
        let rest = self.cursor.rest();
        let length = match rest.first()? {
            b'%' => 1,
            &byte if byte.is_ascii_alphabetic() || byte == b'_' || byte == b'-' => {
                run(rest, is_word)
            }
            _ => return None,
        };
        let word: Text = self.cursor.take(length);
        if Color::from_name(&word).is_some() {
            return Some(Expr::ColorName(word));
        }
        Some(Expr::Keyword(word))
    }

    fn javascript(&mut self) -> Option<Expr> {
        let rest = self.cursor.rest();
        let open = usize::from(rest.first() == Some(&b'~'));
        if rest.get(open) != Some(&b'`') {
            return None;
        }
        let end = open + 1 + memchr::memchr(b'`', &rest[open + 1..])?;
        self.cursor.advance(end + 1);
        Some(Expr::JavaScript)
    }
}
