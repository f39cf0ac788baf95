//! Copies a text with some ranges replaced; a text without replacements is never copied.

/// Collects replacements from left to right.
pub(super) struct Edit<'a> {
    text: &'a [u8],
    out: Vec<u8>,
    copied: usize,
}

impl<'a> Edit<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            out: Vec::new(),
            copied: 0,
        }
    }

    /// Replaces `start..end`; `start` must not lie before the end of an earlier replacement.
    pub(super) fn replace(&mut self, start: usize, end: usize, by: &[u8]) {
        if self.out.capacity() == 0 {
            self.out.reserve(self.text.len());
        }
        self.out.extend_from_slice(&self.text[self.copied..start]);
        self.out.extend_from_slice(by);
        self.copied = end;
    }

    /// The edited text, or `None` if nothing was replaced.
    pub(super) fn finish(mut self) -> Option<Vec<u8>> {
        if self.copied == 0 && self.out.is_empty() {
            return None;
        }
        self.out.extend_from_slice(&self.text[self.copied..]);
        Some(self.out)
    }
}
