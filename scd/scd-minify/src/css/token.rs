//! A tokenizer for CSS (CSS Syntax, level 3) over bytes, for the comparison of stylesheets. Bytes that are not ASCII are name
//! characters, whatever their encoding.

/// What a token is. Names and strings are unescaped.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Space,
    Ident(Vec<u8>),
    Function(Vec<u8>),
    AtKeyword(Vec<u8>),
    Hash(Vec<u8>),
    /// Quoted text; an unterminated one ends at its line or at the end of file.
    Text(Vec<u8>),
    /// An unquoted url.
    Url(Vec<u8>),
    /// Value and unit: empty, `%` or a name.
    Number(f64, Vec<u8>),
    /// Any other character, brackets and punctuation among them.
    Delim(u8),
}

/// A token and the source offset at which it begins.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Splits a stylesheet into tokens; comments are dropped, a byte order mark too.
pub(super) fn tokenize(source: &[u8]) -> Vec<Token> {
    let mut reader = Reader { source, at: 0 };
    if source.starts_with(b"\xef\xbb\xbf") {
        reader.at = 3;
    }
    let mut tokens: Vec<Token> = Vec::with_capacity(source.len() / 4);
    while reader.at < source.len() {
        let start = reader.at;
        let Some(kind) = reader.next() else { continue };
        let again = kind == Kind::Space && tokens.last().is_some_and(|t| t.kind == Kind::Space);
        if !again {
            tokens.push(Token {
                kind,
                start,
                end: reader.at,
            });
        }
    }
    tokens
}

struct Reader<'s> {
    source: &'s [u8],
    at: usize,
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | 0x80.. | 0)
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.source.get(self.at + ahead).copied().unwrap_or(b'\n')
    }

    fn is_escape(&self, ahead: usize) -> bool {
        self.at + ahead + 1 < self.source.len()
            && self.peek(ahead) == b'\\'
            && !matches!(self.peek(ahead + 1), b'\n' | b'\r' | 0x0c)
    }

    fn starts_name(&self, ahead: usize) -> bool {
        let start = |ahead: usize| {
            let byte = self.peek(ahead);
            (is_name(byte) && !byte.is_ascii_digit() && byte != b'-') || self.is_escape(ahead)
        };
        match self.peek(ahead) {
            b'-' => self.peek(ahead + 1) == b'-' || start(ahead + 1),
            _ => start(ahead),
        }
    }

    fn starts_number(&self) -> bool {
        let sign = usize::from(matches!(self.peek(0), b'+' | b'-'));
        let dot = usize::from(self.peek(sign) == b'.');
        self.peek(sign + dot).is_ascii_digit()
    }

    fn next(&mut self) -> Option<Kind> {
        let byte = self.peek(0);
        match byte {
            b'/' if self.peek(1) == b'*' => {
                let rest = &self.source[self.at + 2..];
                let end = memchr::memmem::find(rest, b"*/");
                self.at = end.map_or(self.source.len(), |end| self.at + 2 + end + 2);
                return None;
            }
            byte if is_space(byte) => {
                while self.at < self.source.len() && is_space(self.peek(0)) {
                    self.at += 1;
                }
                return Some(Kind::Space);
            }
            b'"' | b'\'' => return Some(self.text(byte)),
            b'#' if is_name(self.peek(1)) || self.is_escape(1) => {
                self.at += 1;
                return Some(Kind::Hash(self.name()));
            }
            b'@' if self.starts_name(1) => {
                self.at += 1;
                return Some(Kind::AtKeyword(self.name().to_ascii_lowercase()));
            }
            b'+' | b'-' | b'.' | b'0'..=b'9' if self.starts_number() => {
                return Some(self.number());
            }
            _ if self.starts_name(0) => return Some(self.name_like()),
            _ => {}
        }
        self.at += 1;
        Some(Kind::Delim(byte))
    }

    fn text(&mut self, quote: u8) -> Kind {
        self.at += 1;
        let mut text = Vec::new();
        while self.at < self.source.len() {
            match self.peek(0) {
                byte if byte == quote => {
                    self.at += 1;
                    break;
                }
                b'\n' => break,
                b'\\' if matches!(self.peek(1), b'\n' | b'\r' | 0x0c) => {
                    let pair = self.peek(1) == b'\r' && self.peek(2) == b'\n';
                    self.at += if pair { 3 } else { 2 };
                }
                b'\\' => self.escape(&mut text),
                byte => {
                    text.push(byte);
                    self.at += 1;
                }
            }
        }
        Kind::Text(text)
    }

    /// Reads an escape; the reader is at the backslash.
    fn escape(&mut self, out: &mut Vec<u8>) {
        self.at += 1;
        let digits = self.source[self.at.min(self.source.len())..].iter().take(6);
        let count = digits.take_while(|byte| byte.is_ascii_hexdigit()).count();
        if count == 0 {
            out.extend(self.source.get(self.at));
            self.at += 1;
            return;
        }
        let digits = &self.source[self.at..self.at + count];
        let code = digits.iter().fold(0, |code, byte| {
            code * 16 + char::from(*byte).to_digit(16).unwrap_or(0)
        });
        self.at += count;
        if self.source[self.at..].starts_with(b"\r\n") {
            self.at += 2;
        } else if is_space(self.peek(0)) && self.at < self.source.len() {
            self.at += 1;
        }
        let character = char::from_u32(code)
            .filter(|c| *c != '\0')
            .unwrap_or('\u{fffd}');
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn name(&mut self) -> Vec<u8> {
        let mut name = Vec::new();
        while self.at < self.source.len() {
            if is_name(self.peek(0)) {
                name.push(self.peek(0));
                self.at += 1;
            } else if self.is_escape(0) {
                self.escape(&mut name);
            } else {
                break;
            }
        }
        name
    }

    fn number(&mut self) -> Kind {
        let start = self.at;
        let digits = |reader: &mut Self| {
            while reader.at < reader.source.len() && reader.peek(0).is_ascii_digit() {
                reader.at += 1;
            }
        };
        self.at += usize::from(matches!(self.peek(0), b'+' | b'-'));
        digits(self);
        if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            self.at += 1;
            digits(self);
        }
        if matches!(self.peek(0), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
            if self.peek(1 + sign).is_ascii_digit() {
                self.at += 1 + sign;
                digits(self);
            }
        }
        let text = String::from_utf8_lossy(&self.source[start..self.at]);
        let value = text.trim_start_matches('+').parse().unwrap_or(0.0);
        if self.starts_name(0) {
            return Kind::Number(value, self.name().to_ascii_lowercase());
        }
        if self.peek(0) == b'%' {
            self.at += 1;
            return Kind::Number(value, b"%".to_vec());
        }
        Kind::Number(value, Vec::new())
    }

    fn name_like(&mut self) -> Kind {
        let name = self.name();
        if self.peek(0) != b'(' {
            return Kind::Ident(name);
        }
        self.at += 1;
        if !name.eq_ignore_ascii_case(b"url") {
            return Kind::Function(name);
        }
        let mut inner = self.at;
        while self.source.get(inner).is_some_and(|byte| is_space(*byte)) {
            inner += 1;
        }
        if matches!(self.source.get(inner), Some(b'"' | b'\'')) {
            return Kind::Function(name);
        }
        self.at = inner;
        let mut url = Vec::new();
        while self.at < self.source.len() {
            match self.peek(0) {
                b')' => {
                    self.at += 1;
                    break;
                }
                b'\\' if self.is_escape(0) => self.escape(&mut url),
                byte => {
                    url.push(byte);
                    self.at += 1;
                }
            }
        }
        while url.last().is_some_and(|byte| is_space(*byte)) {
            url.pop();
        }
        Kind::Url(url)
    }
}
