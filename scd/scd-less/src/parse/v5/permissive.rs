//! Values that may hold almost anything: custom properties, preludes of at-rules, variables that are no plain values.

use super::Parser;
use super::entity::string_length;
use crate::ast::Expr;
use crate::parse::grammar::Steps;
use crate::parse::scan::php_trim;
use crate::parse::{Attempt, Failure};
use crate::value::Text;

/// A stretch of a permissive value.
enum Piece {
    Text(Text),
    /// With its quotes.
    String(Text),
}

impl Parser<'_> {
    /// Entities, comments and commas up to one of `until`; if they do not reach it, whatever else is there with brackets and
    /// strings balanced.
    pub(super) fn permissive_value(&mut self, until: &[u8]) -> Attempt<Expr> {
        let offset = self.position as u32;
        if until.contains(&self.peek()) {
            return Ok(None);
        }
        let entities = self.permissive_entities()?;
        let mut pieces = Vec::new();
        if !entities.is_empty() {
            let value = Expr::Space(entities);
            if until.contains(&self.peek()) {
                return Ok(Some(value));
            }
            pieces.push(value);
            if self.before() == Some(b' ') {
                pieces.push(Expr::Anonymous(Text::from(" ")));
            }
        }
        self.save();
        let Some(found) = self.pieces_until(until)? else {
            self.restore();
            return Ok(None);
        };
        self.forget();
        if let [Piece::Text(text)] = &found[..]
            && &**text == " "
        {
            return Ok(Some(Expr::Anonymous(Text::default())));
        }
        let last = found.len() - 1;
        for (index, piece) in found.into_iter().enumerate() {
            pieces.push(match piece {
                Piece::String(text) => Expr::Quoted {
                    quote: char::from(text.as_bytes()[0]),
                    dynamic: text.contains("@{") || text.contains("${"),
                    text,
                    escaped: true,
                    offset,
                },
                Piece::Text(text) => {
                    let text = if index == last {
                        Text::from(php_trim(&text))
                    } else {
                        text
                    };
                    Expr::Loose {
                        dynamic: text.contains(['@', '$']),
                        text,
                        offset,
                    }
                }
            });
        }
        Ok(Some(Expr::Joined(pieces)))
    }

    fn permissive_entities(&mut self) -> Result<Vec<Expr>, Box<Failure>> {
        let mut entities = Vec::new();
        loop {
            if let Some(comment) = self.pending.pop_front() {
                entities.push(Expr::Comment(comment.text));
                continue;
            }
            let entity = self.nested_attempt(Self::entity)?;
            let goes_on = entity.is_some();
            entities.extend(entity);
            if self.peek() == b',' {
                entities.push(Expr::Anonymous(Text::from(",")));
                self.skip(1);
            }
            if !goes_on {
                return Ok(entities);
            }
        }
    }

    /// Text and strings up to one of `until` outside of all brackets; none if the brackets do not match or the end comes first.
    fn pieces_until(&mut self, until: &[u8]) -> Attempt<Vec<Piece>> {
        let start = self.position;
        let mut pieces = Vec::new();
        let mut expected = Vec::new();
        let mut last = start;
        let mut at = start;
        while let Some(&byte) = self.bytes.get(at) {
            if expected.is_empty() && until.contains(&byte) {
                let text = self.text(last, at);
                // What is nothing to PHP counts as a blank.
                let is_nothing = text.is_empty() || &*text == "0";
                pieces.push(Piece::Text(if is_nothing { Text::from(" ") } else { text }));
                self.skip(at - start);
                return Ok(Some(pieces));
            }
            match byte {
                b'\\' => {
                    at += 1;
                    pieces.push(Piece::Text(self.text(last, (at + 1).min(self.bytes.len()))));
                    last = at + 1;
                }
                b'/' if self.bytes.get(at + 1) == Some(&b'*') => {
                    let Some(length) = memchr::memmem::find(&self.bytes[at + 2..], b"*/") else {
                        // less.php never comes back from here.
                        return self.fail("ParseError: missing closing `*/`");
                    };
                    at += length + 3;
                }
                b'\'' | b'"' => {
                    let Some(length) = string_length(&self.bytes[at..]) else {
                        self.skip(at - start);
                        return self.fail(format!("expected '{}'", char::from(byte)));
                    };
                    pieces.push(Piece::Text(self.text(last, at)));
                    pieces.push(Piece::String(self.text(at, at + length)));
                    at += length - 1;
                    last = at + 1;
                }
                b'{' => expected.push(b'}'),
                b'(' => expected.push(b')'),
                b'[' => expected.push(b']'),
                b'}' | b')' | b']' => match expected.pop() {
                    Some(closing) if closing == byte => {}
                    Some(closing) => {
                        self.skip(at - start);
                        return self.fail(format!("expected '{}'", char::from(closing)));
                    }
                    None => {
                        self.skip(at - start);
                        return Ok(None);
                    }
                },
                _ => {}
            }
            at += 1;
        }
        Ok(None)
    }
}
