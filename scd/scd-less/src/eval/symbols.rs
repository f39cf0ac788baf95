//! Names as numbers, equal in all files of a compile.

use rustc_hash::FxHashMap;

use super::node::Symbol;
use crate::value::Text;

/// The names of a compile.
#[derive(Default)]
pub(crate) struct Symbols {
    ids: FxHashMap<Text, Symbol>,
    texts: Vec<Text>,
}

impl Symbols {
    /// The number of a name, new if the name is.
    pub(crate) fn intern(&mut self, text: &str) -> Symbol {
        if let Some(&symbol) = self.ids.get(text) {
            return symbol;
        }
        self.insert(Text::from(text))
    }

    /// The number of a name that is shared already.
    pub(crate) fn intern_text(&mut self, text: &Text) -> Symbol {
        if let Some(&symbol) = self.ids.get(text) {
            return symbol;
        }
        self.insert(Text::clone(text))
    }

    fn insert(&mut self, text: Text) -> Symbol {
        let symbol = Symbol(self.texts.len() as u32);
        self.texts.push(Text::clone(&text));
        self.ids.insert(text, symbol);
        symbol
    }

    /// The number of a name if it has one.
    pub(crate) fn known(&self, text: &str) -> Option<Symbol> {
        self.ids.get(text).copied()
    }

    /// The name behind a number.
    pub(crate) fn text(&self, symbol: Symbol) -> &Text {
        &self.texts[symbol.0 as usize]
    }
}
