//! One pass over a text: copies lazily, so that a pass which finds nothing to do costs a scan and no copy.

use std::ops::Range;

/// Replacements made from left to right in a text.
pub(super) struct Edit<'a> {
    source: &'a [u8],
    out: &'a mut Vec<u8>,
    copied: usize,
    changed: bool,
}

impl<'a> Edit<'a> {
    /// Starts a pass over `source`; `out` receives the result if there is any change.
    pub(super) fn new(source: &'a [u8], out: &'a mut Vec<u8>) -> Self {
        out.clear();
        Edit {
            source,
            out,
            copied: 0,
            changed: false,
        }
    }

    /// Replaces `range`, which begins at or behind the end of the previous one.
    pub(super) fn replace(&mut self, range: Range<usize>, with: &[u8]) {
        self.out
            .extend_from_slice(&self.source[self.copied..range.start]);
        self.out.extend_from_slice(with);
        self.copied = range.end;
        self.changed = true;
    }

    /// Removes `range`.
    pub(super) fn remove(&mut self, range: Range<usize>) {
        self.replace(range, b"");
    }

    /// End of the last replaced range.
    pub(super) fn copied(&self) -> usize {
        self.copied
    }

    /// Copies the rest; false when nothing was changed and `out` is to be ignored.
    pub(super) fn finish(self) -> bool {
        if self.changed {
            self.out.extend_from_slice(&self.source[self.copied..]);
        }
        self.changed
    }
}

/// Whether PHP's `\s` matches: space, tab, LF, VT, FF, CR.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// PHP's `trim`: NUL goes too, the form feed stays.
pub(super) fn php_trim(text: &[u8]) -> &[u8] {
    let gone = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0 | 0x0b);
    let start = text
        .iter()
        .position(|byte| !gone(byte))
        .unwrap_or(text.len());
    let end = text
        .iter()
        .rposition(|byte| !gone(byte))
        .map_or(start, |last| last + 1);
    &text[start..end]
}

/// Whether `text` begins with the lower-case `prefix`, ASCII case ignored.
pub(super) fn starts_with(text: &[u8], prefix: &[u8]) -> bool {
    text.get(..prefix.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// Whether `text` ends with the lower-case `suffix`, ASCII case ignored.
pub(super) fn ends_with(text: &[u8], suffix: &[u8]) -> bool {
    text.len() >= suffix.len() && text[text.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
}

/// Position of the lower-case `needle` in `text`, ASCII case ignored.
pub(super) fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let (lower, upper) = (needle[0], needle[0].to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, text).find(|&at| starts_with(&text[at..], needle))
}

/// Whether a byte belongs to a CSS name.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | 0x80..)
}
