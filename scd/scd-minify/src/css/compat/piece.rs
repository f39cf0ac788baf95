//! Protected text: what the rules of the minifier must not see is taken out of the working text and a mark of fixed
//! width is left in its place. cssmin does the same with readable tokens; ours are bytes that no rule matches, so a source that
//! happens to contain such a token keeps it.

use std::ops::Range;

/// First byte of a mark. A source byte of this value becomes a piece of its own, so every one in a working text is ours.
pub(super) const MARK: u8 = 0x01;
/// Bytes of a mark: [`MARK`] and four digits of base 128 with the high bit set.
pub(super) const WIDTH: usize = 5;

/// One protected text.
pub(super) enum Piece {
    /// A range of the source.
    Source(Range<usize>),
    /// A text that occurs in this form nowhere in the source.
    Owned(Vec<u8>),
    /// A minified rule body: its range in [`Pieces::bodies`], and the source offset of its opening brace.
    Body { range: Range<usize>, brace: usize },
}

/// All protected texts of one stylesheet.
#[derive(Default)]
pub(super) struct Pieces {
    list: Vec<Piece>,
    /// The minified rule bodies, one after another.
    pub(super) bodies: Vec<u8>,
}

impl Pieces {
    /// Protects `piece` and appends its mark to `out`.
    pub(super) fn push(&mut self, piece: Piece, out: &mut Vec<u8>) {
        let index = self.list.len();
        self.list.push(piece);
        let digit = |shift: u32| 0x80 | ((index >> shift) & 0x7f) as u8;
        out.extend_from_slice(&[MARK, digit(21), digit(14), digit(7), digit(0)]);
    }

    /// The piece whose mark `text` begins with.
    pub(super) fn at(&self, text: &[u8]) -> Option<&Piece> {
        let digits = text.get(1..WIDTH)?;
        let index = digits
            .iter()
            .fold(0, |sum, digit| (sum << 7) | usize::from(digit & 0x7f));
        if text[0] == MARK {
            self.list.get(index)
        } else {
            None
        }
    }

    /// Appends `text` to `out` with every mark replaced by what it stands for. Bodies contain marks, other pieces do
    /// not, so the recursion is one deep.
    pub(super) fn expand(&self, text: &[u8], source: &[u8], out: &mut Vec<u8>) {
        let mut copied = 0;
        while let Some(found) = memchr::memchr(MARK, &text[copied..]) {
            let mark = copied + found;
            out.extend_from_slice(&text[copied..mark]);
            match self.at(&text[mark..]) {
                Some(Piece::Source(range)) => out.extend_from_slice(&source[range.clone()]),
                Some(Piece::Owned(bytes)) => out.extend_from_slice(bytes),
                Some(Piece::Body { range, .. }) => {
                    self.expand(&self.bodies[range.clone()], source, out);
                }
                None => {}
            }
            copied = (mark + WIDTH).min(text.len());
        }
        out.extend_from_slice(&text[copied..]);
    }

    /// Source offset of the rule at or before position `at` of `text`, to place a finding.
    pub(super) fn offset_before(&self, text: &[u8], at: usize) -> usize {
        let mut end = at.min(text.len());
        while let Some(mark) = memchr::memrchr(MARK, &text[..end]) {
            match self.at(&text[mark..]) {
                Some(Piece::Body { brace, .. }) => return *brace,
                Some(Piece::Source(range)) => return range.start,
                _ => end = mark,
            }
        }
        0
    }
}
