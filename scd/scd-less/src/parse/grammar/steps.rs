//! The small steps over the bytes of a file, and the counters that go with them.

use std::borrow::Cow;
use std::hash::Hasher;
use std::sync::Arc;

use rustc_hash::FxHasher;

use crate::ast::{Definitions, NameId, Ruleset, SlotId, Statement, Tree};
use crate::options::{Dialect, ParseOptions};
use crate::parse::Failure;
use crate::parse::token::for_each_token;
use crate::value::Text;

/// The message at the limit of statements.
pub(in crate::parse) const TOO_MANY_STATEMENTS: &str = "the file has too many statements";

/// How many operators a statement may have for each level that parentheses may nest; they take less stack.
const OPERATORS_FOR_DEPTH: u32 = 8;

/// The numbers given to the state slots and names of a file, and words that came lately.
#[derive(Default)]
pub(in crate::parse) struct Numbering {
    slot_count: u32,
    names: Vec<Text>,
    /// A hash table of the names: one more than the number of a name, or 0.
    places: Vec<u32>,
    /// Words as they came last, by [`word_place`]; the same ones come again and again.
    words: Vec<Option<Text>>,
}

/// The length of [`Numbering::words`].
const WORDS: usize = 256;

/// How long a word may be to be kept.
const LONGEST_WORD: usize = 32;

/// Where a word is kept. A collision costs no more than an allocation.
fn word_place(word: &[u8]) -> usize {
    let at = |index: usize| word.get(index).copied().map_or(0, usize::from);
    let length = word.len();
    (at(0) ^ (at(length / 2) << 2) ^ (at(length.wrapping_sub(1)) << 4) ^ (length << 5)) % WORDS
}

impl Numbering {
    /// Ready for as many names as a text of so many bytes is likely to have.
    pub(in crate::parse) fn for_text(length: usize) -> Self {
        let size = (length / 64).clamp(32, 4096).next_power_of_two();
        Self {
            places: vec![0; size],
            ..Self::default()
        }
    }

    /// The number of a name. One that is new is kept as `keep` makes it.
    fn name(&mut self, text: &str, keep: impl FnOnce() -> Text) -> NameId {
        if self.names.len() * 2 >= self.places.len() {
            self.grow();
        }
        let place = self.place_of(text);
        if let Some(id) = self.places[place].checked_sub(1) {
            return NameId(id);
        }
        let id = self.names.len() as u32;
        self.places[place] = id + 1;
        self.names.push(keep());
        NameId(id)
    }

    /// Where a name is in the table, or the free place for it; at least half of them are free.
    fn place_of(&self, text: &str) -> usize {
        let mut hasher = FxHasher::default();
        hasher.write(text.as_bytes());
        let mask = self.places.len() - 1;
        let mut place = hasher.finish() as usize & mask;
        while let Some(id) = self.places[place].checked_sub(1) {
            if *self.names[id as usize] == *text {
                break;
            }
            place = (place + 1) & mask;
        }
        place
    }

    #[cold]
    fn grow(&mut self) {
        let size = (self.places.len() * 2).max(32);
        self.places = vec![0; size];
        for index in 0..self.names.len() {
            let place = self.place_of(&self.names[index]);
            self.places[place] = index as u32 + 1;
        }
    }

    /// A word to keep, the same allocation as before if it came lately.
    fn word(&mut self, word: &str) -> Text {
        if word.len() > LONGEST_WORD {
            return Text::from(word);
        }
        if self.words.is_empty() {
            self.words.resize(WORDS, None);
        }
        let place = &mut self.words[word_place(word.as_bytes())];
        match place {
            Some(known) if **known == *word => Arc::clone(known),
            _ => {
                let text = Text::from(word);
                *place = Some(Arc::clone(&text));
                text
            }
        }
    }

    /// The text of a name.
    pub(in crate::parse) fn text(&self, name: NameId) -> &Text {
        &self.names[name.0 as usize]
    }

    /// The tree of the file.
    pub(in crate::parse) fn into_tree(
        self,
        rules: Vec<Statement>,
        lost: Vec<(usize, &'static str)>,
    ) -> Tree {
        Tree {
            definitions: Definitions::of(&rules, &self.names),
            rules,
            slot_count: self.slot_count,
            names: self.names,
            lost,
        }
    }
}

/// What keeps hostile input from using too much stack or memory.
pub(in crate::parse) struct Bounds {
    depth: u32,
    depth_limit: u32,
    /// How many statements the file may still have.
    statements_left: u32,
    /// Operators of the statement so far.
    operators: u32,
}

impl Bounds {
    pub(in crate::parse) fn new(options: &ParseOptions) -> Self {
        Self {
            depth: 0,
            depth_limit: options.depth_limit,
            statements_left: options.statement_limit,
            operators: 0,
        }
    }
}

/// A reader of one file.
pub(in crate::parse) trait Steps<'s> {
    /// The dialect that is read.
    const DIALECT: Dialect;

    /// The whole text.
    fn source(&self) -> &'s str;

    /// The current offset.
    fn position(&self) -> usize;

    /// Advances over `length` bytes and what counts as white space behind them.
    fn skip(&mut self, length: usize);

    /// Whether white space in the wide sense (form feed and vertical tab too) stands before the position.
    fn after_space(&self) -> bool;

    /// Notes that what was read from `place` on will not be in the tree.
    fn lose(&mut self, _place: usize, _what: &'static str) {}

    /// The numbers given so far.
    fn numbering(&mut self) -> &mut Numbering;

    /// The bounds of the input.
    fn bounds(&mut self) -> &mut Bounds;

    /// A failure at the furthest place that was given up.
    fn fail<T>(&self, message: impl Into<String>) -> Result<T, Box<Failure>>;

    /// Eats `sign` or ends parsing.
    fn expect(&mut self, sign: u8) -> Result<(), Box<Failure>>;

    /// What is left.
    fn rest(&self) -> &'s [u8] {
        let bytes = self.source().as_bytes();
        bytes.get(self.position()..).unwrap_or_default()
    }

    /// The next byte, 0 at the end.
    fn peek(&self) -> u8 {
        self.peek_at(0)
    }

    /// The byte `distance` ahead, 0 behind the end.
    fn peek_at(&self, distance: usize) -> u8 {
        let bytes = self.source().as_bytes();
        bytes
            .get(self.position() + distance)
            .copied()
            .unwrap_or_default()
    }

    /// Whether everything was read.
    fn at_end(&self) -> bool {
        self.position() >= self.source().len()
    }

    /// Eats one sign.
    fn eat(&mut self, sign: u8) -> bool {
        let found = self.source().as_bytes().get(self.position()) == Some(&sign);
        if found {
            self.skip(1);
        }
        found
    }

    /// Eats a word.
    fn eat_word(&mut self, word: &[u8]) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.skip(word.len());
        }
        found
    }

    /// The text between two offsets. Broken UTF-8 (a cut character) is replaced; behind the end there is nothing.
    fn slice(&self, from: usize, to: usize) -> Cow<'s, str> {
        match self.source().get(from..to) {
            Some(text) => Cow::Borrowed(text),
            None => {
                let bytes = self.source().as_bytes().get(from..to);
                String::from_utf8_lossy(bytes.unwrap_or_default())
            }
        }
    }

    /// The text between two offsets, to keep.
    fn text(&self, from: usize, to: usize) -> Text {
        Text::from(&*self.slice(from, to))
    }

    /// Takes `length` bytes as text.
    fn take(&mut self, length: usize) -> Text {
        let text = self.text(self.position(), self.position() + length);
        self.skip(length);
        text
    }

    /// A fresh state slot.
    fn slot(&mut self) -> SlotId {
        let numbering = self.numbering();
        let slot = SlotId(numbering.slot_count);
        numbering.slot_count += 1;
        slot
    }

    /// Statements without selectors.
    fn bare_ruleset(&mut self, rules: Vec<Statement>) -> Ruleset {
        Ruleset {
            selectors: Vec::new(),
            rules,
            slot: self.slot(),
        }
    }

    /// The number of a name.
    fn name(&mut self, text: &str) -> NameId {
        self.numbering().name(text, || Text::from(text))
    }

    /// The number of a name that is kept anyway.
    fn name_of(&mut self, text: &Text) -> NameId {
        self.numbering().name(text, || Arc::clone(text))
    }

    /// The word between two offsets, to keep.
    fn word(&mut self, from: usize, to: usize) -> Text {
        let word = self.slice(from, to);
        self.numbering().word(&word)
    }

    /// Takes `length` bytes as a word.
    fn take_word(&mut self, length: usize) -> Text {
        let word = self.word(self.position(), self.position() + length);
        self.skip(length);
        word
    }

    /// The number of the name between two offsets.
    fn name_at(&mut self, from: usize, to: usize) -> NameId {
        let text = self.slice(from, to);
        self.name(&text)
    }

    /// The numbers of the tokens in the printed form of a selector.
    fn tokens_of(&mut self, css: &str) -> Vec<NameId> {
        let mut found = Vec::new();
        for_each_token(css, Self::DIALECT, |token| found.push(self.name(token)));
        found
    }

    /// Counts a statement of the file, or fails if there are too many.
    fn counted(&mut self) -> Result<(), Box<Failure>> {
        let left = self.bounds().statements_left.checked_sub(1);
        let Some(left) = left else {
            return self.fail(TOO_MANY_STATEMENTS);
        };
        self.bounds().statements_left = left;
        Ok(())
    }

    /// Begins a statement, which counts its operators.
    fn begin_statement(&mut self) {
        self.bounds().operators = 0;
    }

    /// Counts an operator of the statement, or fails if there are too many: each makes the tree one level deeper.
    fn joined(&mut self) -> Result<(), Box<Failure>> {
        let bounds = self.bounds();
        bounds.operators += 1;
        let limit = bounds.depth_limit.saturating_mul(OPERATORS_FOR_DEPTH);
        if bounds.operators <= limit {
            return Ok(());
        }
        self.fail(format!("more than {limit} operators in a statement"))
    }

    /// Runs `inner` one level deeper, or fails if the input nests too deep.
    fn nested<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, Box<Failure>>,
    ) -> Result<T, Box<Failure>> {
        let limit = self.bounds().depth_limit;
        if self.bounds().depth >= limit {
            return Err(Box::new(Failure {
                message: format!("nested more than {limit} levels deep"),
                offset: self.position().min(self.source().len()),
                fatal: false,
            }));
        }
        self.bounds().depth += 1;
        let result = inner(self);
        self.bounds().depth -= 1;
        result
    }
}
