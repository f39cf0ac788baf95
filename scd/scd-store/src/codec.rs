//! Values as bytes on disk and back, independent of how they lie in memory.
//!
//! Numbers take seven bits per byte, texts and lists begin with their length. A reader never believes what it reads: whatever
//! ends early or makes no sense is none, and none means that the record is of no use.

use crate::digest::Digest;
use crate::stamp::Stamp;

/// Appends values to bytes.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Nothing is written yet.
    #[must_use]
    pub fn new() -> Writer {
        Writer::default()
    }

    /// What was written so far.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was written.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// A number.
    pub fn number(&mut self, mut value: u64) -> &mut Writer {
        while value >= 0x80 {
            self.bytes.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.bytes.push(value.to_le_bytes()[0]);
        self
    }

    /// A length or an index.
    pub fn length(&mut self, value: usize) -> &mut Writer {
        self.number(value as u64)
    }

    /// A number of either sign, such as a time.
    pub fn signed(&mut self, value: i64) -> &mut Writer {
        self.bytes.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// Yes or no.
    pub fn flag(&mut self, value: bool) -> &mut Writer {
        self.number(u64::from(value))
    }

    /// Some bytes.
    pub fn bytes(&mut self, value: &[u8]) -> &mut Writer {
        self.length(value.len());
        self.bytes.extend_from_slice(value);
        self
    }

    /// A text.
    pub fn text(&mut self, value: &str) -> &mut Writer {
        self.bytes(value.as_bytes())
    }

    /// A digest.
    pub fn digest(&mut self, value: &Digest) -> &mut Writer {
        self.bytes.extend_from_slice(value.as_bytes());
        self
    }

    /// A stamp.
    pub fn stamp(&mut self, value: &Stamp) -> &mut Writer {
        self.number(value.size)
            .signed(value.modified)
            .signed(value.changed)
            .number(value.inode)
            .number(value.device)
    }

    /// A value that may be missing.
    pub fn optional<T>(
        &mut self,
        value: Option<&T>,
        write: impl FnOnce(&mut Writer, &T),
    ) -> &mut Writer {
        self.flag(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
        self
    }

    /// Values in their order.
    pub fn list<'v, T>(
        &mut self,
        values: &'v [T],
        mut write: impl FnMut(&mut Writer, &'v T),
    ) -> &mut Writer {
        self.length(values.len());
        for value in values {
            write(self, value);
        }
        self
    }

    /// A path that follows `before` in a sorted list, without what both begin with.
    pub fn path_behind(&mut self, before: &[u8], path: &[u8]) -> &mut Writer {
        let shared = common_length(before, path);
        self.length(shared).bytes(&path[shared..])
    }
}

/// How many bytes two texts have in common at their beginning.
pub(crate) fn common_length(one: &[u8], other: &[u8]) -> usize {
    // Pieces of a fixed length are compared as numbers.
    const STEP: usize = 8;
    let (steps, _) = one.as_chunks::<STEP>();
    let (others, _) = other.as_chunks::<STEP>();
    let steps = steps.iter().zip(others);
    let far = STEP * steps.take_while(|(one, other)| one == other).count();
    let rest = one[far..].iter().zip(&other[far..]);
    far + rest.take_while(|(one, other)| one == other).count()
}

/// Takes values from bytes, in the order in which they were written.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Begins at the first byte.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    /// Whether everything was read.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// How many bytes are left.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// See [`Writer::number`].
    pub fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// See [`Writer::length`].
    pub fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    /// See [`Writer::signed`].
    pub fn signed(&mut self) -> Option<i64> {
        let bytes = self.take(8)?.try_into().ok()?;
        Some(i64::from_le_bytes(bytes))
    }

    /// See [`Writer::flag`].
    pub fn flag(&mut self) -> Option<bool> {
        match self.number()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    /// See [`Writer::bytes`].
    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        self.take(length)
    }

    /// See [`Writer::text`].
    pub fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// See [`Writer::digest`].
    pub fn digest(&mut self) -> Option<Digest> {
        let bytes = self.take(Digest::LENGTH)?.try_into().ok()?;
        Some(Digest::from_bytes(bytes))
    }

    /// See [`Writer::stamp`].
    pub fn stamp(&mut self) -> Option<Stamp> {
        Some(Stamp {
            size: self.number()?,
            modified: self.signed()?,
            changed: self.signed()?,
            inode: self.number()?,
            device: self.number()?,
        })
    }

    /// See [`Writer::optional`]. The outer none says that the bytes make no sense.
    pub fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Reader<'a>) -> Option<T>,
    ) -> Option<Option<T>> {
        if self.flag()? {
            read(self).map(Some)
        } else {
            Some(None)
        }
    }

    /// See [`Writer::list`].
    pub fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Reader<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let count = self.length()?;
        // Every value takes a byte at least, so a length beyond the rest is damage and would only eat memory.
        let mut values = Vec::with_capacity(count.min(self.rest.len()));
        for _ in 0..count {
            values.push(read(self)?);
        }
        Some(values)
    }

    /// See [`Writer::path_behind`]: turns the path before into the path.
    pub fn path_behind(&mut self, path: &mut Vec<u8>) -> Option<()> {
        let shared = self.length()?;
        if shared > path.len() {
            return None;
        }
        path.truncate(shared);
        path.extend_from_slice(self.bytes()?);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let digest = Digest::of(b"x");
        let stamp = Stamp {
            size: 300,
            modified: -5,
            changed: i64::MAX,
            inode: u64::MAX,
            device: 1,
        };
        let mut writer = Writer::new();
        writer.number(0).number(127).number(128).number(u64::MAX);
        writer
            .flag(true)
            .text("naïve")
            .digest(&digest)
            .stamp(&stamp);
        writer.optional(Some(&7), |writer, value| {
            writer.number(*value);
        });
        writer.optional(None::<&u64>, |_, _| {});
        writer.list(&["a", "bc"], |writer, value| {
            writer.text(value);
        });
        writer
            .path_behind(b"a/b", b"a/cd")
            .path_behind(b"a/cd", b"b");
        let bytes = writer.finish();

        let read = |bytes| {
            let mut reader = Reader::new(bytes);
            let numbers = (reader.number()?, reader.number()?, reader.number()?);
            assert_eq!(numbers, (0, 127, 128));
            assert_eq!(reader.number()?, u64::MAX);
            assert!(reader.flag()?);
            assert_eq!(reader.text()?, "naïve");
            assert_eq!(reader.digest()?, digest);
            assert_eq!(reader.stamp()?, stamp);
            assert_eq!(reader.optional(Reader::number)?, Some(7));
            assert_eq!(reader.optional(Reader::number)?, None);
            assert_eq!(reader.list(Reader::text)?, ["a", "bc"]);
            let mut path = b"a/b".to_vec();
            reader.path_behind(&mut path)?;
            assert_eq!(path, b"a/cd");
            reader.path_behind(&mut path)?;
            assert_eq!(path, b"b");
            Some(reader.is_at_end())
        };
        assert_eq!(read(&bytes), Some(true));
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]), None, "cut at {end}");
        }
    }

    #[test]
    fn nonsense_is_none() {
        assert_eq!(Reader::new(&[0xFF; 12]).number(), None);
        assert_eq!(Reader::new(&[2]).flag(), None);
        assert_eq!(Reader::new(&[1, 0xFF]).text(), None);
        assert_eq!(Reader::new(&[3, 1]).path_behind(&mut b"ab".to_vec()), None);
        // A length of 2^63 allocates nothing.
        let mut writer = Writer::new();
        writer.number(1 << 62);
        assert_eq!(Reader::new(&writer.finish()).list(Reader::number), None);
    }
}
