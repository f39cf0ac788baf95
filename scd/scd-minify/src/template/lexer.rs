//! Splits a template into inline HTML and PHP tokens where PHP's own tokenizer does.
//!
//! Tokens are as fine as the comparison of two templates needs them. Strings and heredocs are one token
//! each, with everything they interpolate: nothing inside may change anyway. A cast is three tokens.

use memchr::{memchr, memchr3, memmem};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text outside PHP blocks.
    Html,
    /// `<?=`, or `<?php` with the one white-space character that belongs to it.
    Open,
    /// `?>` with the line break that belongs to it.
    Close,
    /// White space between tokens.
    Space,
    /// `/* … */`, `# …` or `// …` without the line break.
    Comment,
    /// A quoted string, a shell command in backticks, a heredoc or a nowdoc.
    String,
    /// An identifier, a name with its namespace separators split off, a keyword.
    Word,
    /// `$name`.
    Variable,
    /// An integer or a floating-point number.
    Number,
    /// An operator or a punctuation mark.
    Operator,
    /// Everything behind `__halt_compiler();`.
    Data,
}

/// One token: its kind and where it ends; it begins where the one before it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Byte offset at which it begins.
    pub start: usize,
    /// Byte offset behind it.
    pub end: usize,
}

/// All tokens of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// In source order, without gaps.
    pub list: Vec<Token>,
    /// Where the text stops being certain: a string, comment or heredoc that never ends, or a bare `<?`,
    /// which is PHP or text depending on `short_open_tag`.
    pub doubt: Option<usize>,
}

/// Operators of more than one byte, longer ones first.
const OPERATORS: [&[u8]; 35] = [
    b"<=>", b"<<=", b">>=", b"**=", b"...", b"===", b"!==", b"??=", b"?->", b"<<", b">>", b"<=",
    b">=", b"<>", b"==", b"!=", b"=>", b"++", b"--", b"+=", b"-=", b"*=", b"/=", b".=", b"%=",
    b"&=", b"|=", b"^=", b"->", b"::", b"&&", b"||", b"??", b"**", b"#[",
];

/// Splits `text`.
#[must_use]
pub fn tokens(text: &[u8]) -> Tokens {
    let mut lexer = Lexer {
        text,
        at: 0,
        list: Vec::with_capacity(text.len() / 8),
        doubt: None,
    };
    while lexer.at < text.len() {
        lexer.html();
        lexer.php();
    }
    Tokens {
        list: lexer.list,
        doubt: lexer.doubt,
    }
}

struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
    list: Vec<Token>,
    doubt: Option<usize>,
}

/// What an interpolated string or the code inside one is waiting for.
#[derive(Clone, Copy)]
enum Inside<'a> {
    Quotes(u8),
    Heredoc(&'a [u8]),
    Braces(usize),
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a [u8] {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: Kind, end: usize) {
        if end > self.at {
            self.list.push(Token {
                kind,
                start: self.at,
                end,
            });
            self.at = end;
        }
    }

    fn doubt(&mut self, offset: usize) {
        self.doubt.get_or_insert(offset);
    }

    /// Inline HTML up to and including the next opening tag.
    fn html(&mut self) {
        let mut from = self.at;
        while let Some(found) = memmem::find(&self.text[from..], b"<?") {
            let start = from + found;
            if let Some(length) = open_tag(&self.text[start..]) {
                self.push(Kind::Html, start);
                self.push(Kind::Open, start + length);
                return;
            }
            self.doubt(start);
            from = start + 2;
        }
        self.push(Kind::Html, self.text.len());
    }

    /// PHP code up to and including the closing tag.
    fn php(&mut self) {
        while self.at < self.text.len() {
            if self.rest().starts_with(b"?>") {
                let end = self.at + 2;
                self.push(Kind::Close, end + line_break(&self.text[end..]));
                return;
            }
            let halts = self.token();
            if halts && self.halt() {
                return;
            }
        }
    }

    /// One token of code. Whether it is `__halt_compiler`.
    fn token(&mut self) -> bool {
        let rest = self.rest();
        let Some(&first) = rest.first() else {
            return false;
        };
        let start = self.at;
        match first {
            b' ' | b'\t' | b'\n' | b'\r' => {
                let blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
                self.push(Kind::Space, start + rest.iter().take_while(blank).count());
            }
            b'#' if rest.get(1) != Some(&b'[') => self.push(Kind::Comment, start + comment(rest)),
            b'/' if rest.starts_with(b"//") => self.push(Kind::Comment, start + comment(rest)),
            b'/' if rest.starts_with(b"/*") => match memmem::find(&rest[2..], b"*/") {
                Some(found) => self.push(Kind::Comment, start + found + 4),
                None => self.unfinished(Kind::Comment),
            },
            b'\'' => match single_quoted(rest) {
                Some(length) => self.push(Kind::String, start + length),
                None => self.unfinished(Kind::String),
            },
            b'"' | b'`' => self.string(Inside::Quotes(first), start + 1),
            b'<' if rest.starts_with(b"<<<") => match heredoc_start(rest) {
                Some((length, label, true)) => match nowdoc_end(self.text, start + length, label) {
                    Some(end) => self.push(Kind::String, end),
                    None => self.unfinished(Kind::String),
                },
                Some((length, label, false)) => {
                    if let Some(end) = label_at_line_start(self.text, start + length, label) {
                        self.push(Kind::String, end);
                    } else {
                        self.string(Inside::Heredoc(label), start + length);
                    }
                }
                None => self.operator(),
            },
            b'$' if rest.get(1).is_some_and(|byte| starts_word(*byte)) => {
                self.push(Kind::Variable, start + 1 + word(&rest[1..]));
            }
            b'0'..=b'9' => self.push(Kind::Number, start + number(rest)),
            b'.' if rest.get(1).is_some_and(u8::is_ascii_digit) => {
                self.push(Kind::Number, start + number(rest));
            }
            byte if starts_word(byte) => {
                let length = word(rest);
                let member = self
                    .list
                    .iter()
                    .rev()
                    .find(|token| token.kind != Kind::Space);
                let member = member.is_some_and(|token| {
                    matches!(&self.text[token.start..token.end], b"->" | b"?->" | b"::")
                });
                self.push(Kind::Word, start + length);
                return !member && rest[..length].eq_ignore_ascii_case(b"__halt_compiler");
            }
            _ => self.operator(),
        }
        false
    }

    fn operator(&mut self) {
        let rest = self.rest();
        let length = OPERATORS
            .iter()
            .find(|known| rest.starts_with(known))
            .map_or(1, |it| it.len());
        self.push(Kind::Operator, self.at + length);
    }

    fn unfinished(&mut self, kind: Kind) {
        self.doubt(self.at);
        self.push(kind, self.text.len());
    }

    /// Three more tokens, `(`, `)` and `;` or `?>`; the rest is data. `false` if the code goes on.
    fn halt(&mut self) -> bool {
        for expected in [&b"("[..], b")", b";"] {
            loop {
                let rest = self.rest();
                if rest.starts_with(b"?>") && expected == b";" {
                    self.push(Kind::Close, self.at + 2 + line_break(&rest[2..]));
                    break;
                }
                if rest.starts_with(b"?>") || rest.is_empty() {
                    return false;
                }
                let before = self.list.len();
                self.token();
                let Some(token) = self.list.get(before).copied() else {
                    return false;
                };
                match token.kind {
                    Kind::Space | Kind::Comment => {}
                    _ if &self.text[token.start..token.end] == expected => break,
                    _ => return false,
                }
            }
        }
        self.push(Kind::Data, self.text.len());
        true
    }

    /// An interpolated string whose opener ends at `from`, up to its end. `{$` and `${` hold code that
    /// may hold strings; the nesting is kept on a list, so no input can exhaust the stack.
    fn string(&mut self, outermost: Inside<'a>, from: usize) {
        let text = self.text;
        let mut nesting = vec![outermost];
        let mut at = from;
        while let Some(innermost) = nesting.last_mut() {
            if at >= text.len() {
                self.unfinished(Kind::String);
                return;
            }
            let rest = &text[at..];
            match *innermost {
                Inside::Braces(depth) => {
                    let mut inner = Lexer {
                        text,
                        at,
                        list: Vec::new(),
                        doubt: None,
                    };
                    match rest[0] {
                        b'{' => {
                            *innermost = Inside::Braces(depth + 1);
                            at += 1;
                        }
                        b'}' => {
                            if depth == 0 {
                                nesting.pop();
                            } else {
                                *innermost = Inside::Braces(depth - 1);
                            }
                            at += 1;
                        }
                        quote @ (b'"' | b'`') => {
                            nesting.push(Inside::Quotes(quote));
                            at += 1;
                        }
                        b'<' if matches!(heredoc_start(rest), Some((_, _, false))) => {
                            let Some((length, label, _)) = heredoc_start(rest) else {
                                return;
                            };
                            match label_at_line_start(text, at + length, label) {
                                Some(end) => at = end,
                                None => {
                                    nesting.push(Inside::Heredoc(label));
                                    at += length;
                                }
                            }
                        }
                        _ => {
                            inner.token();
                            at = inner.at;
                            if let Some(offset) = inner.doubt {
                                self.doubt(offset);
                            }
                        }
                    }
                }
                _ if rest[0] == b'\\' => at = (at + 2).min(text.len()),
                _ if rest.starts_with(b"{$") => {
                    nesting.push(Inside::Braces(0));
                    at += 1;
                }
                _ if rest.starts_with(b"${") => {
                    nesting.push(Inside::Braces(0));
                    at += 2;
                }
                Inside::Quotes(quote) if rest[0] == quote => {
                    nesting.pop();
                    at += 1;
                }
                Inside::Quotes(quote) => {
                    let plain =
                        |byte: &&u8| !matches!(byte, b'\\' | b'{' | b'$') && **byte != quote;
                    at += rest.iter().take_while(plain).count().max(1);
                }
                Inside::Heredoc(label) => {
                    let line = matches!(rest[0], b'\n' | b'\r').then_some(at + 1);
                    at += 1;
                    if let Some(end) = line.and_then(|line| label_at_line_start(text, line, label))
                    {
                        nesting.pop();
                        at = end;
                    }
                }
            }
        }
        self.push(Kind::String, at);
    }
}

/// Length of an opening tag at the start of `text`, with the white space that belongs to it.
fn open_tag(text: &[u8]) -> Option<usize> {
    if text.starts_with(b"<?=") {
        return Some(3);
    }
    if !text.get(2..5)?.eq_ignore_ascii_case(b"php") {
        return None;
    }
    match text.get(5) {
        None => Some(5),
        Some(b' ' | b'\t') => Some(6),
        Some(_) => Some(line_break(&text[5..]))
            .filter(|length| *length > 0)
            .map(|length| 5 + length),
    }
}

/// Length of the line break at the start of `text`.
fn line_break(text: &[u8]) -> usize {
    match text {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// Length of a `#` or `//` comment: to the line break or to `?>`.
fn comment(text: &[u8]) -> usize {
    let mut from = 0;
    while let Some(found) = memchr3(b'\n', b'\r', b'?', &text[from..]) {
        let at = from + found;
        if text[at] != b'?' || text.get(at + 1) == Some(&b'>') {
            return at;
        }
        from = at + 1;
    }
    text.len()
}

fn single_quoted(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match text.get(at)? {
            b'\\' => at += 2,
            b'\'' => return Some(at + 1),
            _ => at += memchr::memchr2(b'\\', b'\'', &text[at..])?,
        }
    }
}

/// Length of a heredoc's opener with its line break, its label, and whether it is a nowdoc.
fn heredoc_start(text: &[u8]) -> Option<(usize, &[u8], bool)> {
    let behind = text.strip_prefix(b"<<<")?;
    let blanks = behind
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let quote = behind
        .get(blanks)
        .copied()
        .filter(|byte| matches!(byte, b'\'' | b'"'));
    let start = blanks + usize::from(quote.is_some());
    let first = behind.get(start)?;
    if !starts_word(*first) {
        return None;
    }
    let length = word(&behind[start..]);
    let label = &behind[start..start + length];
    let mut end = start + length;
    if let Some(quote) = quote {
        if behind.get(end) != Some(&quote) {
            return None;
        }
        end += 1;
    }
    let line = line_break(&behind[end..]);
    (line > 0).then_some((3 + end + line, label, quote == Some(b'\'')))
}

/// Behind the label, if the line that begins at `from` begins with it.
fn label_at_line_start(text: &[u8], from: usize, label: &[u8]) -> Option<usize> {
    let line = text.get(from..)?;
    let blanks = line
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let behind = line[blanks..].strip_prefix(label)?;
    let ends = !behind.first().is_some_and(|byte| continues_word(*byte));
    ends.then_some(from + blanks + label.len())
}

fn nowdoc_end(text: &[u8], body: usize, label: &[u8]) -> Option<usize> {
    let mut line = body;
    loop {
        if let Some(end) = label_at_line_start(text, line, label) {
            return Some(end);
        }
        line += memchr::memchr2(b'\n', b'\r', &text[line..])? + 1;
    }
}

fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn continues_word(byte: u8) -> bool {
    starts_word(byte) || byte.is_ascii_digit()
}

fn word(text: &[u8]) -> usize {
    text.iter()
        .take_while(|byte| continues_word(**byte))
        .count()
}

/// Length of a number: digits and letters (`0xff`, `1_000`), one point, an exponent with its sign.
fn number(text: &[u8]) -> usize {
    let digits = |from: usize| {
        text[from..]
            .iter()
            .take_while(|byte| continues_word(**byte))
            .count()
    };
    let prefixed = matches!(text, [b'0', b'x' | b'X' | b'b' | b'B' | b'o' | b'O', ..]);
    let mut end = digits(0);
    if prefixed {
        return end;
    }
    if text.get(end) == Some(&b'.') && memchr(b'e', &text[..end].to_ascii_lowercase()).is_none() {
        end += 1;
        end += digits(end);
    }
    let exponent = matches!(text[end - 1], b'e' | b'E');
    if exponent && matches!(text.get(end), Some(b'+' | b'-')) {
        end += 1;
        end += digits(end);
    }
    end
}
