//! A text made from another by replacing stretches of it, which remembers where each part came from.
//!
//! LESS sources are rewritten before they are compiled; a diagnostic must still name the line that
//! the theme's author wrote.

/// A text and, for each of its bytes, the place in the original that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedText {
    text: Vec<u8>,
    /// Starts of the pieces, ascending in `at`.
    pieces: Vec<Piece>,
}

/// A stretch that is either copied from the original or put in place of a stretch of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    /// Where the piece starts in the new text.
    at: usize,
    /// Where it starts in the original.
    origin: usize,
    /// Whether every byte of it is the original's.
    is_copy: bool,
}

impl MappedText {
    /// The text itself.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The place in the original of a byte of the new text.
    pub fn origin(&self, offset: usize) -> usize {
        match self.pieces.partition_point(|piece| piece.at <= offset) {
            0 => offset,
            after => {
                let piece = self.pieces[after - 1];
                if piece.is_copy {
                    piece.origin + (offset - piece.at)
                } else {
                    piece.origin
                }
            }
        }
    }

    /// The same text as made from `earlier`'s original, where `self` was made from `earlier`.
    pub fn over(self, earlier: &MappedText) -> MappedText {
        let mut pieces = Vec::with_capacity(self.pieces.len() + earlier.pieces.len());
        for (index, piece) in self.pieces.iter().enumerate() {
            if !piece.is_copy {
                pieces.push(Piece {
                    origin: earlier.origin(piece.origin),
                    ..*piece
                });
                continue;
            }
            let end = self
                .pieces
                .get(index + 1)
                .map_or(self.text.len(), |next| next.at);
            let inner_end = piece.origin + (end - piece.at);
            let first = earlier
                .pieces
                .partition_point(|inner| inner.at <= piece.origin)
                .max(1)
                - 1;
            for (inner_index, inner) in earlier.pieces.iter().enumerate().skip(first) {
                if inner.at >= inner_end && inner_index > first {
                    break;
                }
                let from = inner.at.max(piece.origin);
                pieces.push(Piece {
                    at: piece.at + (from - piece.origin),
                    origin: earlier.origin(from),
                    is_copy: inner.is_copy,
                });
            }
        }
        MappedText {
            text: self.text,
            pieces,
        }
    }
}

/// Builds a [`MappedText`] from left to right.
#[derive(Debug)]
pub struct Rewriter<'a> {
    original: &'a [u8],
    position: usize,
    result: MappedText,
}

impl<'a> Rewriter<'a> {
    /// Starts at the beginning of a text.
    pub fn new(original: &'a [u8]) -> Self {
        let result = MappedText {
            text: Vec::with_capacity(original.len()),
            pieces: Vec::new(),
        };
        Self {
            original,
            position: 0,
            result,
        }
    }

    /// Copies up to `from`, leaves out up to `to`, and puts `replacement` there instead.
    /// Stretches must be given in ascending order.
    pub fn replace(&mut self, from: usize, to: usize, replacement: &[u8]) {
        self.copy_to(from);
        if !replacement.is_empty() {
            let at = self.result.text.len();
            self.result.pieces.push(Piece {
                at,
                origin: from,
                is_copy: false,
            });
            self.result.text.extend_from_slice(replacement);
        }
        self.position = to;
    }

    /// Copies the rest.
    pub fn finish(mut self) -> MappedText {
        self.copy_to(self.original.len());
        self.result
    }

    fn copy_to(&mut self, end: usize) {
        if self.position < end {
            let at = self.result.text.len();
            self.result.pieces.push(Piece {
                at,
                origin: self.position,
                is_copy: true,
            });
            self.result
                .text
                .extend_from_slice(&self.original[self.position..end]);
            self.position = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_knows_its_origin_through_two_rewritings() {
        let original = b"one two three four";
        let mut first = Rewriter::new(original);
        first.replace(4, 8, b"");
        let first = first.finish();
        assert_eq!(first.text(), b"one three four");
        let mut second = Rewriter::new(first.text());
        second.replace(0, 3, b"ONE!");
        let second = second.finish().over(&first);
        assert_eq!(second.text(), b"ONE! three four");
        assert_eq!(
            second.origin(2),
            0,
            "a replacement stands for the start of what it replaced"
        );
        let three = second.text().iter().position(|&byte| byte == b't').unwrap();
        assert_eq!(&original[second.origin(three)..][..5], b"three");
        assert_eq!(second.origin(4), 3, "the blank before the removed word");
    }

    #[test]
    fn an_empty_text_maps_to_its_start() {
        assert_eq!(Rewriter::new(b"").finish().origin(0), 0);
    }
}
