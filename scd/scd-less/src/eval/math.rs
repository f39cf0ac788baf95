//! When arithmetic is done.

use super::{Compiler, Outcome};
use crate::options::{Dialect, Math};
use crate::value::Operator;

/// What decides whether an operation is computed.
#[derive(Clone, Copy)]
pub(super) struct MathState {
    /// The option, or what a property or media query makes of it.
    pub(super) mode: Math,
    /// How many parentheses are open.
    pub(super) parens: u32,
    /// Dialect 5: off inside `calc()`, on again inside functions there.
    pub(super) on: bool,
    /// Dialect 5: how many calls are open inside and including `calc()`.
    pub(super) calc: u32,
}

impl MathState {
    pub(super) fn new(mode: Math) -> Self {
        Self {
            mode,
            parens: 0,
            on: true,
            calc: 0,
        }
    }

    /// Whether an operation is computed here; `None` asks for a negation or parentheses.
    pub(super) fn is_on(&self, operator: Option<Operator>) -> bool {
        self.on
            && match self.mode {
                Math::Always => true,
                Math::ParensDivision => operator != Some(Operator::Divide) || self.parens > 0,
                Math::Parens => self.parens > 0,
            }
    }
}

impl Compiler<'_> {
    /// Runs `inner` in another mode if `mode` names one.
    pub(super) fn with_mode<T>(
        &mut self,
        mode: Option<Math>,
        inner: impl FnOnce(&mut Self) -> Outcome<T>,
    ) -> Outcome<T> {
        let before = self.math.mode;
        self.math.mode = mode.unwrap_or(before);
        let result = inner(self);
        self.math.mode = before;
        result
    }

    /// The mode for the value of a property: `font` is full of slashes that divide nothing.
    pub(super) fn mode_for(&self, property: &str) -> Option<Math> {
        if property != "font" {
            return None;
        }
        match self.options.dialect {
            Dialect::V3 => Some(Math::Parens),
            Dialect::V5 => (self.math.mode == Math::Always).then_some(Math::ParensDivision),
        }
    }

    /// Runs `inner` as media queries are evaluated.
    pub(super) fn in_media_math<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Outcome<T>,
    ) -> Outcome<T> {
        match self.options.dialect {
            Dialect::V3 => self.with_mode(Some(Math::Parens), inner),
            Dialect::V5 => {
                let before = std::mem::replace(&mut self.math.on, true);
                let result = inner(self);
                self.math.on = before;
                result
            }
        }
    }

    /// Runs `inner` as less.php 5 does whatever gets an environment of its own (bodies of mixins, guards, defaults): open
    /// parentheses and `calc()` do not reach into it, and an `!important` met there does not come out.
    pub(super) fn apart<T>(&mut self, inner: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        if self.options.dialect == Dialect::V3 {
            return inner(self);
        }
        let (math, important) = (self.math, self.important.last().copied());
        self.math = MathState::new(math.mode);
        let result = inner(self);
        self.math = math;
        if let (Some(last), Some(important)) = (self.important.last_mut(), important) {
            *last = important;
        }
        result
    }
}
