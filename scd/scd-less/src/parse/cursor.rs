//! A position in the bytes of a file and the small steps over them.

use std::borrow::Cow;

use crate::value::Text;

/// Reads bytes forward; remembers how far any attempt got.
pub(super) struct Cursor<'s> {
    source: &'s str,
    bytes: &'s [u8],
    position: usize,
    furthest: usize,
}

impl<'s> Cursor<'s> {
    /// Starts behind a byte order mark.
    pub(super) fn new(source: &'s str) -> Self {
        let bytes = source.as_bytes();
        let position = if bytes.starts_with(b"\xEF\xBB\xBF") {
            3
        } else {
            0
        };
        Self {
            source,
            bytes,
            position,
            furthest: position,
        }
    }

    /// The current offset.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// The furthest offset that was given up so far.
    pub(super) fn furthest(&self) -> usize {
        self.furthest
    }

    /// Whether everything was read.
    pub(super) fn at_end(&self) -> bool {
        self.position >= self.bytes.len()
    }

    /// Goes back to `position`.
    pub(super) fn restore(&mut self, position: usize) {
        self.furthest = self.furthest.max(self.position);
        self.position = position;
    }

    /// Moves to `position` without noting anything, white space not skipped.
    pub(super) fn move_to(&mut self, position: usize) {
        self.position = position;
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'s [u8] {
        self.bytes.get(self.position..).unwrap_or_default()
    }

    /// The next byte, 0 at the end.
    pub(super) fn peek(&self) -> u8 {
        self.bytes.get(self.position).copied().unwrap_or(0)
    }

    /// The byte `distance` ahead, 0 behind the end.
    pub(super) fn peek_at(&self, distance: usize) -> u8 {
        self.bytes
            .get(self.position + distance)
            .copied()
            .unwrap_or(0)
    }

    /// Whether white space in the wide sense (form feed and vertical tab too) stands before the position.
    pub(super) fn after_space(&self) -> bool {
        self.position > 0 && is_space(self.bytes[self.position - 1])
    }

    /// Advances over `length` bytes and the white space behind them.
    pub(super) fn advance(&mut self, length: usize) {
        self.position += length;
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.position += 1;
        }
    }

    /// Eats one sign and the white space behind it.
    pub(super) fn eat(&mut self, sign: u8) -> bool {
        let found = self.bytes.get(self.position) == Some(&sign);
        if found {
            self.advance(1);
        }
        found
    }

    /// Eats a word and the white space behind it.
    pub(super) fn eat_word(&mut self, word: &[u8]) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.advance(word.len());
        }
        found
    }

    /// The text between two offsets. Broken UTF-8 (a cut character) is replaced; such input fails right behind it anyway.
    pub(super) fn slice(&self, from: usize, to: usize) -> Cow<'s, str> {
        match self.source.get(from..to) {
            Some(text) => Cow::Borrowed(text),
            None => String::from_utf8_lossy(&self.bytes[from..to]),
        }
    }

    /// The text between two offsets, to keep.
    pub(super) fn text(&self, from: usize, to: usize) -> Text {
        Text::from(&*self.slice(from, to))
    }

    /// Takes `length` bytes as text and skips the white space behind them.
    pub(super) fn take(&mut self, length: usize) -> Text {
        let text = self.text(self.position, self.position + length);
        self.advance(length);
        text
    }
}

/// White space as `\s` means it.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C)
}

/// A letter, digit, `_` or `-`.
pub(super) fn is_word(byte: u8) -> bool {
    IS_WORD[usize::from(byte)]
}

/// The answers of [`is_word`], which is asked for every second byte of a file.
static IS_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let character = byte as u8;
        table[byte] = character.is_ascii_alphanumeric() || character == b'_' || character == b'-';
        byte += 1;
    }
    table
};

/// The number of bytes at the start for which `test` holds.
pub(super) fn run(bytes: &[u8], test: impl Fn(u8) -> bool) -> usize {
    bytes
        .iter()
        .position(|&byte| !test(byte))
        .unwrap_or(bytes.len())
}

/// The length of a CSS name with escapes at the start; `high` allows bytes from 0xA0 on.
pub(super) fn name_length(bytes: &[u8], high: bool) -> usize {
    let mut length = 0;
    while let Some(&byte) = bytes.get(length) {
        if is_word(byte) || (high && byte >= 0xA0) {
            length += 1;
        } else if byte == b'\\' {
            let Some(&next) = bytes.get(length + 1) else {
                break;
            };
            if next.is_ascii_hexdigit() {
                let digits = run(&bytes[length + 1..], |b| b.is_ascii_hexdigit()).min(6);
                length += 1 + digits;
                if bytes.get(length) == Some(&b' ') {
                    length += 1;
                }
            } else {
                length += 2;
            }
        } else {
            break;
        }
    }
    length
}
