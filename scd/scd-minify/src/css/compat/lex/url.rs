//! What may stand behind `url(`: data URIs, which are protected, and plain urls, inside which cssmin's rules would be at work. And the
//! one old filter whose arguments are kept as they are.

use super::super::body;
use super::super::edit::{ends_with, find, is_name, is_space, php_trim, starts_with};
use super::super::piece::{MARK, Piece};
use super::{Found, Lexer, count_space};
use memchr::memmem;

/// Characters of an unquoted url that no rule reacts to, wherever they stand.
static INERT: [bool; 256] = {
    let mut table = [false; 256];
    let inert = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./?&@%$~";
    let mut at = 0;
    while at < inert.len() {
        table[inert[at] as usize] = true;
        at += 1;
    }
    table
};

const QUOTE_URL: &str = "put the url in quotes";

impl Lexer<'_> {
    pub(super) fn parenthesis(&mut self) {
        let open = self.at;
        let before = &self.source[..open];
        if ends_with(before, b"url") {
            let inner = open + 1 + count_space(&self.source[open + 1..]);
            let quote = self
                .source
                .get(inner)
                .copied()
                .filter(|b| matches!(b, b'"' | b'\''));
            let data = inner + usize::from(quote.is_some());
            if starts_with(&self.source[data.min(self.source.len())..], b"data:") {
                if let Some(end) = self.data_end(data + 5, quote) {
                    return self.data_uri(open, end);
                }
            } else if quote.is_none() && !self.is_part_of_name(open - 3) {
                return self.plain_url(open, inner);
            }
        } else if before.ends_with(b"progid:DXImageTransform.Microsoft.Matrix") {
            return self.matrix(open);
        }
        self.copy(1);
    }

    fn is_part_of_name(&self, at: usize) -> bool {
        at > 0 && (is_name(self.source[at - 1]) || self.source[at - 1] == b'\\')
    }

    fn data_uri(&mut self, open: usize, end: usize) {
        let name = self.out.len() - 3;
        self.out[name..].make_ascii_lowercase();
        if self.import_before(open) {
            self.report(
                open,
                "cssmin loses a data URI in `@import`",
                "import a file",
            );
        }
        self.out.push(b'(');
        let content = php_trim(&self.source[open + 1..end]);
        let piece = if find(content, b"base64,").is_some() && content.iter().any(|b| is_space(*b)) {
            let dense: Vec<u8> = content
                .iter()
                .copied()
                .filter(|byte| !is_space(*byte))
                .collect();
            Piece::Owned(dense)
        } else {
            Piece::Owned(content.to_vec())
        };
        self.pieces.push(piece, &mut self.out);
        self.at = end;
        self.copy(1);
    }

    /// An url without quotes. cssmin knows nothing of it, so what its rules would change inside is a finding.
    fn plain_url(&mut self, open: usize, inner: usize) {
        let rest = &self.source[inner..];
        let run = rest
            .iter()
            .position(|&b| !INERT[usize::from(b)])
            .unwrap_or(rest.len());
        let first = rest.first().copied().unwrap_or(b')');
        let second = rest.get(1).copied().unwrap_or(b')');
        let harmless = first == b'/' || (first == b'.' && matches!(second, b'.' | b'/'));
        let dotted = first.is_ascii_alphabetic()
            && rest[..run]
                .iter()
                .any(|byte| matches!(byte, b'.' | b'/' | b'_'));
        let import = self.import_before(open);
        let inert = rest.get(run) == Some(&b')') && inner == open + 1 && (harmless || dotted);
        if inert && !import {
            return self.copy(run + inner + 1 - open);
        }
        let mut at = inner;
        let end = loop {
            match self.source.get(at) {
                Some(b')') => break at,
                Some(b'\\') => at += 2,
                Some(&(b'"' | b'\'' | b'(' | MARK)) | None => return self.copy(1),
                Some(_) => at += 1,
            }
        };
        let content = collapse(&self.source[inner..end]);
        let content = content.strip_suffix(b" ").unwrap_or(&content).to_vec();
        let protected = matches!(self.source.get(end + 1), Some(b';'))
            || self.source.get(end + 1).is_some_and(|byte| is_space(*byte));
        let comment = memmem::find(&content, b"/*").is_some() && self.comment_end(inner).is_some();
        let content = if import && protected {
            if comment {
                self.report(open, "cssmin takes `/*` in an url for a comment", QUOTE_URL);
            }
            let keyword = self.out.len() - b"@import url".len();
            self.out[keyword..].make_ascii_lowercase();
            collapse(&self.source[open + 1..end])
        } else {
            let braces = memchr::memchr3(b'{', b'}', b' ', &content).is_some();
            let ends = import && (end + 1 < self.source.len() || content.contains(&b';'));
            if comment || braces || ends || body::changes_url(&content) {
                self.report(open, "cssmin changes text inside `url(...)`", QUOTE_URL);
            }
            content
        };
        self.out.push(b'(');
        self.pieces.push(Piece::Owned(content), &mut self.out);
        self.at = end;
        self.copy(1);
    }

    /// Whether `@import`, white space and `url` stand before the parenthesis at `open`.
    fn import_before(&self, open: usize) -> bool {
        let before = &self.source[..open - 3];
        let name = before
            .iter()
            .rposition(|byte| !is_space(*byte))
            .map_or(0, |last| last + 1);
        name < before.len() && ends_with(&before[..name], b"@import")
    }

    /// The arguments of an old filter are kept as they are.
    fn matrix(&mut self, open: usize) {
        let name = open - b"progid:DXImageTransform.Microsoft.Matrix".len();
        let before = &self.source[..name];
        let colon = before
            .iter()
            .rposition(|byte| !is_space(*byte))
            .map_or(0, |last| last + 1);
        let end = memchr::memchr(b')', &self.source[open..]).map(|found| open + found);
        let (true, Some(end)) = (before[..colon].ends_with(b"filter:"), end) else {
            return self.copy(1);
        };
        if end == open + 1 {
            return self.copy(1);
        }
        if memmem::find(&self.source[open..end], b"/*").is_some() {
            self.report(
                open,
                "cssmin loses a comment in a `Matrix` filter",
                "remove the comment",
            );
        }
        if colon < name {
            let space = self.out.len() - (open - name) - 1;
            self.out.remove(space);
        }
        self.out.push(b'(');
        self.pieces
            .push(Piece::Source(open + 1..end), &mut self.out);
        self.at = end;
        self.copy(1);
    }

    /// Reports data URIs in strings and comments, which cssmin protects before it knows either: its internal token then
    /// stays in the output when the text is kept, and text behind the range is protected when the URI ends there.
    pub(super) fn check_data(&mut self, range: std::ops::Range<usize>, kept: bool) {
        let mut from = range.start;
        while let Some(found) = find(&self.source[from..range.end], b"data:") {
            let data = from + found;
            from = data + 5;
            let mut open = data;
            let quote = match self.source[range.start..data].last() {
                Some(&quote @ (b'"' | b'\'')) => {
                    open -= 1;
                    Some(quote)
                }
                _ => None,
            };
            while open > range.start && is_space(self.source[open - 1]) {
                open -= 1;
            }
            if !ends_with(&self.source[range.start..open], b"url(") {
                continue;
            }
            if let Some(end) = self.data_end(from, quote)
                && (kept || end >= range.end)
            {
                self.report(
                    data,
                    "cssmin takes `data:` in a string or comment for a data URI",
                    "write `data\\:` or leave it out to keep Magento's own minifier out",
                );
                break;
            }
        }
    }

    /// Position of the `)` that ends a data URI whose data begins at `from`.
    fn data_end(&mut self, from: usize, quote: Option<u8>) -> Option<usize> {
        let kind = match quote {
            Some(b'"') => 0,
            Some(_) => 1,
            None => 2,
        };
        if !self.data_ends[kind].answers(from) {
            let source = self.source;
            let terminator = quote.unwrap_or(b')');
            let found = memchr::memchr_iter(terminator, &source[from..])
                .map(|at| from + at)
                .find(|&at| {
                    let close = close_of(source, at, quote);
                    source[at - 1] != b'\\' && source.get(close) == Some(&b')')
                });
            self.data_ends[kind] = Found {
                from,
                at: found.unwrap_or(usize::MAX),
            };
        }
        let at = self.data_ends[kind].at;
        (at != usize::MAX).then(|| close_of(self.source, at, quote))
    }
}

/// Position of the parenthesis behind the terminator of a data URI at `at`.
fn close_of(source: &[u8], at: usize, quote: Option<u8>) -> usize {
    match quote {
        Some(_) => at + 1 + count_space(&source[at + 1..]),
        None => at,
    }
}

/// White space runs become one space.
fn collapse(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match is_space(byte) {
            false => out.push(byte),
            true if out.last() != Some(&b' ') => out.push(b' '),
            true => {}
        }
    }
    out
}
