//! Steps over the bytes of a file: tokens with the white space and comments behind them, positions to go back to.

use std::borrow::Cow;

use super::{Parser, Pending};
use crate::parse::cursor::is_space;
use crate::value::Text;

impl<'s> Parser<'s> {
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

    /// Whether everything was read.
    pub(super) fn at_end(&self) -> bool {
        self.position >= self.bytes.len()
    }

    /// The byte before the position; before the start, where an unbalanced stack can lead, the last one, as PHP counts from the
    /// end there.
    pub(super) fn before(&self) -> Option<u8> {
        match self.position.checked_sub(1) {
            Some(before) => self.bytes.get(before).copied(),
            None => self.bytes.last().copied(),
        }
    }

    /// Whether white space in the wide sense stands before the position. Behind the end, where less.php finds nothing, counts.
    pub(super) fn after_space(&self) -> bool {
        self.before().is_none_or(is_space)
    }

    /// Notes the position to go back to.
    pub(super) fn save(&mut self) {
        self.saved.push(self.position);
    }

    /// Goes back to the position noted last, the start if there is none.
    pub(super) fn restore(&mut self) {
        self.furthest = self.furthest.max(self.position);
        self.position = self.saved.pop().unwrap_or(0);
    }

    /// Drops the position noted last.
    pub(super) fn forget(&mut self) {
        self.saved.pop();
    }

    /// Advances over `length` bytes and the white space and comments behind them.
    pub(super) fn skip(&mut self, length: usize) {
        self.position += length;
        while let Some(&byte) = self.bytes.get(self.position) {
            match byte {
                b' ' | b'\n' | b'\t' | b'\r' => self.position += 1,
                b'/' if self.absorbs && self.comment_ahead() => {}
                _ => break,
            }
        }
    }

    /// Moves a comment at the position to the queue.
    fn comment_ahead(&mut self) -> bool {
        let start = self.position;
        match self.peek_at(1) {
            b'/' => {
                let end = memchr::memchr(b'\n', &self.bytes[start + 2..])
                    .map(|length| start + 2 + length);
                // Behind the newline, or one behind the end of the file.
                self.position = end.unwrap_or(self.bytes.len()) + 1;
                self.pending.push_back(Pending {
                    text: Text::default(),
                    silent: true,
                    offset: start as u32,
                });
                true
            }
            b'*' => {
                let Some(length) = memchr::memmem::find(&self.bytes[start + 2..], b"*/") else {
                    return false;
                };
                self.position = start + 2 + length + 2;
                let text = self.text(start, self.position);
                self.pending.push_back(Pending {
                    text,
                    silent: false,
                    offset: start as u32,
                });
                true
            }
            _ => false,
        }
    }

    /// Eats one sign.
    pub(super) fn eat(&mut self, sign: u8) -> bool {
        let found = self.bytes.get(self.position) == Some(&sign);
        if found {
            self.skip(1);
        }
        found
    }

    /// Eats a word.
    pub(super) fn eat_word(&mut self, word: &[u8]) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.skip(word.len());
        }
        found
    }

    /// The text between two offsets. Broken UTF-8 (a cut character) is replaced; behind the end there is nothing.
    pub(super) fn slice(&self, from: usize, to: usize) -> Cow<'s, str> {
        match self.source.get(from..to) {
            Some(text) => Cow::Borrowed(text),
            None => String::from_utf8_lossy(self.bytes.get(from..to).unwrap_or_default()),
        }
    }

    /// The text between two offsets, to keep.
    pub(super) fn text(&self, from: usize, to: usize) -> Text {
        Text::from(&*self.slice(from, to))
    }

    /// Takes `length` bytes as text.
    pub(super) fn take(&mut self, length: usize) -> Text {
        let text = self.text(self.position, self.position + length);
        self.skip(length);
        text
    }
}
