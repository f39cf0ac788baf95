//! Keeps the parsed files of a compile alive for as long as it runs.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::Stylesheet;

/// A list that only grows, so that references into it last as long as itself.
#[derive(Default)]
pub(super) struct Arena {
    chunks: [OnceCell<Chunk>; 24],
}

type Chunk = Box<[OnceCell<Arc<Stylesheet>>]>;

impl Arena {
    /// Stores a file as number `index`; the numbers come in order. `None` if there are too many.
    pub(super) fn store(&self, index: usize, sheet: Arc<Stylesheet>) -> Option<&Stylesheet> {
        // Chunk n holds 2^n files, beginning with number 2^n - 1.
        let chunk = (index + 1).ilog2();
        let place = index + 1 - (1 << chunk);
        let cells = self.chunks.get(chunk as usize)?;
        let cells = cells.get_or_init(|| (0..1_usize << chunk).map(|_| OnceCell::new()).collect());
        Some(cells[place].get_or_init(|| sheet))
    }
}
