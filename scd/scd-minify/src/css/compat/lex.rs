//! The first pass: takes comments, strings, data URIs and other text that no rule may touch out of the source, and collapses
//! white space.
//!
//! cssmin does this in six passes of which each is blind to the constructs of the next, so a `/*` in a string or an `url(` in a comment
//! derails it. One pass from left to right gives the same text for well-formed input and the right one for the rest, which is
//! reported.

use super::attribute::attribute_at;
use super::edit::{find, is_name, is_space};
use super::piece::{MARK, Piece, Pieces};
use crate::Finding;
use memchr::memmem;

mod url;

/// The working text of the later stages.
pub(super) struct Lexed {
    /// The text with marks for what is protected; white space is single spaces, and line feeds around important comments.
    pub(super) text: Vec<u8>,
    /// Source offset of every `{` of the text, in order.
    pub(super) braces: Vec<usize>,
    pub(super) pieces: Pieces,
    pub(super) findings: Vec<Finding>,
}

/// Takes the protected texts out of `source`.
pub(super) fn lex(source: &[u8]) -> Lexed {
    let mut lexer = Lexer {
        source,
        at: 0,
        out: Vec::with_capacity(source.len()),
        braces: Vec::with_capacity(source.len() / 64),
        pieces: Pieces::default(),
        findings: Vec::new(),
        endless: [false; 2],
        data_ends: [Found::default(); 3],
        comment_end: Found::default(),
    };
    lexer.run();
    let Lexer {
        out: text,
        braces,
        pieces,
        findings,
        ..
    } = lexer;
    Lexed {
        text,
        braces,
        pieces,
        findings,
    }
}

/// Bytes at which something may begin.
static SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let special = b" \t\n\x0b\x0c\r/\"'[(\\{\x01";
    let mut at = 0;
    while at < special.len() {
        table[special[at] as usize] = true;
        at += 1;
    }
    table
};

struct Lexer<'s> {
    source: &'s [u8],
    at: usize,
    out: Vec<u8>,
    braces: Vec<usize>,
    pieces: Pieces,
    findings: Vec<Finding>,
    /// No terminator follows: of `"` strings, of `'` strings.
    endless: [bool; 2],
    /// The last searches for the end of a data URI: in `"`, in `'`, unquoted.
    data_ends: [Found; 3],
    /// The last search for the end of a comment that cssmin would see.
    comment_end: Found,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while self.at < self.source.len() {
            let rest = &self.source[self.at..];
            let plain = rest
                .iter()
                .position(|&b| SPECIAL[usize::from(b)])
                .unwrap_or(rest.len());
            self.out.extend_from_slice(&rest[..plain]);
            self.at += plain;
            let Some(&byte) = self.source.get(self.at) else {
                break;
            };
            match byte {
                b'/' => self.slash(),
                b'"' | b'\'' => self.string(byte),
                b'[' => self.attribute(),
                b'(' => self.parenthesis(),
                b'\\' => self.escape(),
                b'{' => {
                    self.braces.push(self.at);
                    self.copy(1);
                }
                MARK => {
                    let range = self.at..self.at + 1;
                    self.pieces.push(Piece::Source(range), &mut self.out);
                    self.at += 1;
                }
                _ => self.space(),
            }
        }
    }

    fn copy(&mut self, count: usize) {
        let end = (self.at + count).min(self.source.len());
        self.out.extend_from_slice(&self.source[self.at..end]);
        self.at = end;
    }

    fn report(&mut self, offset: usize, message: &str, hint: &str) {
        let (message, hint) = (message.to_owned(), Some(hint.to_owned()));
        self.findings.push(Finding {
            offset,
            message,
            hint,
        });
    }

    fn space(&mut self) {
        self.at += count_space(&self.source[self.at..]);
        if self.out.last() != Some(&b' ') {
            self.out.push(b' ');
        }
    }

    fn slash(&mut self) {
        let start = self.at;
        if self.source.get(start + 1) != Some(&b'*') {
            return self.copy(1);
        }
        if start > 0 && self.source[start - 1] == b'\\' {
            self.report(
                start,
                "cssmin takes `\\\\/*` for an escape and keeps the comment",
                NO_ACTION,
            );
        }
        let body = start + 2;
        let (end, next) = match memmem::find(&self.source[body..], b"*/") {
            Some(found) => (body + found, body + found + 2),
            None => {
                self.report(start, "comment is never closed", "close it with `*/`");
                (self.source.len(), self.source.len())
            }
        };
        self.at = next;
        let important = self.source.get(body) == Some(&b'!') && body < end;
        self.check_data(body..end, important);
        if important {
            self.out.extend_from_slice(b"\n/*");
            self.pieces.push(Piece::Source(body..end), &mut self.out);
            self.out.extend_from_slice(b"*/\n");
        } else if body == end && self.out.last() == Some(&b'>') {
            // The empty comment behind a child selector hides a rule from Internet Explorer 7.
            self.out.extend_from_slice(b"/*");
            self.pieces.push(Piece::Source(body..end), &mut self.out);
            self.out.extend_from_slice(b"*/");
        } else if self.fuses() {
            // Not a space: that would turn the invalid `a/**/b` into a descendant selector.
            self.pieces
                .push(Piece::Owned(b"/**/".to_vec()), &mut self.out);
            self.report(
                start,
                "the comment separates two tokens, cssmin would fuse them",
                "write a space instead of the comment",
            );
        }
    }

    /// Whether the last byte written and the next one would form another token than before.
    fn fuses(&self) -> bool {
        let (Some(&last), Some(&next)) = (self.out.last(), self.source.get(self.at)) else {
            return false;
        };
        let digit = |at: usize| self.source.get(at).is_some_and(u8::is_ascii_digit);
        let number = next.is_ascii_digit() || (next == b'.' && digit(self.at + 1));
        let name = is_name(next) || next == b'\\';
        match last {
            b'#' | b'@' | b'-' => name || number,
            b'+' | b'.' => number,
            b'/' => next == b'*',
            b'<' => next == b'!',
            b'e' | b'E' if next == b'+' => digit(self.at + 1),
            b'0'..=b'9' if next == b'%' || next == b'.' => next == b'%' || number,
            last if is_name(last) => name || next == b'(',
            _ => false,
        }
    }

    fn string(&mut self, quote: u8) {
        let start = self.at;
        let Some(end) = self.string_end(start) else {
            return self.endless_string(start, quote);
        };
        self.at = end + 1;
        self.check_string(start + 1..end);
        self.out.push(quote);
        let content = &self.source[start + 1..end];
        match replace_alpha(content) {
            Some(shorter) => self.pieces.push(Piece::Owned(shorter), &mut self.out),
            None => self
                .pieces
                .push(Piece::Source(start + 1..end), &mut self.out),
        }
        self.out.push(quote);
    }

    /// Position of the closing quote of the string that begins at `start`.
    fn string_end(&mut self, start: usize) -> Option<usize> {
        let quote = self.source[start];
        let kind = usize::from(quote == b'\'');
        if self.endless[kind] {
            return None;
        }
        let mut at = start + 1;
        while let Some(found) = self
            .source
            .get(at..)
            .and_then(|s| memchr::memchr2(quote, b'\\', s))
        {
            at += found;
            if self.source[at] == quote {
                return Some(at);
            }
            at += 2;
        }
        self.endless[kind] = true;
        None
    }

    /// A string without an end is protected up to the line feed that ends it for a browser, or closed at the end of file.
    fn endless_string(&mut self, start: usize, quote: u8) {
        self.report(
            start,
            "string is never closed",
            "close it with the same quote",
        );
        let mut at = start + 1;
        while let Some(found) = self
            .source
            .get(at..)
            .and_then(|s| memchr::memchr2(b'\n', b'\\', s))
        {
            at += found;
            if self.source[at] == b'\n' {
                self.pieces
                    .push(Piece::Source(start..at + 1), &mut self.out);
                self.at = at + 1;
                return;
            }
            at += 2;
        }
        let mut text = self.source[start..].to_vec();
        if at > self.source.len() {
            text.pop();
        }
        text.push(quote);
        self.pieces.push(Piece::Owned(text), &mut self.out);
        self.at = self.source.len();
    }

    /// Reports what cssmin, blind to strings in its first passes, would do inside this one.
    fn check_string(&mut self, range: std::ops::Range<usize>) {
        let content = &self.source[range.clone()];
        if content.len() < 2 {
            return;
        }
        let mut from = 0;
        while let Some(found) = memmem::find(&content[from..], b"/*") {
            let start = from + found;
            let escaped = start > 0 && content[start - 1] == b'\\';
            let body = range.start + start + 2;
            from = start + 2;
            match self.comment_end(body).map(|end| end - body) {
                _ if escaped => {}
                Some(length) if body + length + 2 > range.end => {
                    self.report(
                        range.start + start,
                        "cssmin takes `/*` in a string for a comment",
                        "write the slash as `\\2f ` to keep Magento's own minifier out",
                    );
                    break;
                }
                Some(length) => from = start + 2 + length + 2,
                None => break,
            }
        }
        let content = &self.source[range.clone()];
        let unquoted = memchr::memchr_iter(b'[', content)
            .find(|&at| attribute_at(&self.source[range.start + at..]).is_some());
        if let Some(at) = unquoted {
            self.report(
                range.start + at,
                "cssmin removes the quotes of an attribute selector in a string",
                NO_ACTION,
            );
        }
        let content = &self.source[range.clone()];
        if find(content, b"progid:dximagetransform.microsoft.matrix(").is_some() {
            self.report(
                range.start,
                "cssmin mangles a `Matrix` filter in a string",
                NO_ACTION,
            );
        }
        self.check_data(range, true);
    }

    /// Position of the first `*/` from `from` on.
    fn comment_end(&mut self, from: usize) -> Option<usize> {
        if !self.comment_end.answers(from) {
            let rest = self.source.get(from..).unwrap_or(&[]);
            let at = memmem::find(rest, b"*/").map_or(usize::MAX, |found| from + found);
            self.comment_end = Found { from, at };
        }
        (self.comment_end.at != usize::MAX).then_some(self.comment_end.at)
    }

    fn attribute(&mut self) {
        let start = self.at;
        match attribute_at(&self.source[start..]) {
            Some(found) if found.quotes_match => {
                self.out.push(b'[');
                for range in [found.name, found.operator, found.value] {
                    self.out
                        .extend_from_slice(&self.source[start + range.start..start + range.end]);
                }
                self.out.push(b']');
                self.at = start + found.length;
            }
            Some(_) => {
                self.report(
                    start,
                    "the quotes of the attribute selector differ",
                    "use one kind",
                );
                self.copy(1);
            }
            None => self.copy(1),
        }
    }

    /// An escape outside strings. Escaped characters that some rule would take for syntax are protected.
    fn escape(&mut self) {
        let start = self.at;
        let Some(&next) = self.source.get(start + 1) else {
            return self.copy(1);
        };
        match next {
            b'"' | b'\'' | b'{' | b'}' => {
                self.report(
                    start,
                    "cssmin takes an escaped quote or brace for a real one",
                    NO_ACTION,
                );
                self.pieces
                    .push(Piece::Source(start..start + 2), &mut self.out);
                self.at += 2;
            }
            b' ' | b'\t' => {
                let after = self.source.get(start + 2).copied().unwrap_or(b' ');
                if next != b' ' || !is_name(after) {
                    self.report(
                        start,
                        "cssmin loses an escaped space",
                        "write it as `\\20 `",
                    );
                }
                self.pieces
                    .push(Piece::Source(start..start + 2), &mut self.out);
                self.at += 2;
            }
            byte if byte.is_ascii_hexdigit() => {
                let digits = self.source[start + 1..].iter().take(6);
                let count = digits.take_while(|byte| byte.is_ascii_hexdigit()).count();
                self.copy(1 + count);
                let spaces = count_space(&self.source[self.at..]);
                let next = self.source.get(self.at + spaces).copied().unwrap_or(b';');
                let one = if self.source[self.at..].starts_with(b"\r\n") {
                    2
                } else {
                    1
                };
                // Behind the space that ends the escape, a second one matters only as a combinator or a separator.
                if spaces > one && !b"{};,>+~)!/".contains(&next) {
                    self.report(
                        start,
                        "cssmin loses the space behind an escape",
                        "write the escape with six digits",
                    );
                    self.pieces.push(Piece::Owned(b" ".to_vec()), &mut self.out);
                    self.at += 1;
                }
            }
            b'[' => {
                if attribute_at(&self.source[start + 1..]).is_some() {
                    self.report(
                        start,
                        "cssmin takes `\\[` for an attribute selector",
                        NO_ACTION,
                    );
                }
                self.copy(2);
            }
            MARK | b'\n' | b'\r' | 0x0b | 0x0c => self.copy(1),
            _ => self.copy(2),
        }
    }
}

/// The result of a search, kept so that searches from many places stay linear.
#[derive(Clone, Copy)]
struct Found {
    from: usize,
    /// [`usize::MAX`]: there is none.
    at: usize,
}

impl Default for Found {
    fn default() -> Self {
        Found {
            from: usize::MAX,
            at: 0,
        }
    }
}

impl Found {
    /// Whether a search from `from` would find the same.
    fn answers(&self, from: usize) -> bool {
        self.from <= from && from <= self.at
    }
}

const NO_ACTION: &str = "nothing to do here; Magento's own minifier would break it";
/// Number of white space bytes at the start of `text`.
fn count_space(text: &[u8]) -> usize {
    text.iter().take_while(|byte| is_space(**byte)).count()
}

/// The old name of the opacity filter, in strings and in rule bodies.
pub(super) const ALPHA: &[u8] = b"progid:dximagetransform.microsoft.alpha(opacity=";

/// `text` with the old name of the opacity filter shortened; none when it does not occur.
fn replace_alpha(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() < ALPHA.len() {
        return None;
    }
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(found) = find(&text[from..], ALPHA) {
        out.extend_from_slice(&text[from..from + found]);
        out.extend_from_slice(b"alpha(opacity=");
        from += found + ALPHA.len();
    }
    out.extend_from_slice(&text[from..]);
    (from > 0).then_some(out)
}
