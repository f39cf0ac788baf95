//! The argument list of a mixin call and the parameter list of a definition, whose separators may turn out to be `;`.

use super::Steps;
use crate::ast::{Argument, Expr, NameId, Parameter};
use crate::options::Dialect;
use crate::parse::Failure;

/// One entry of an argument or parameter list.
struct Entry {
    name: Option<NameId>,
    value: Option<Expr>,
    rest: bool,
    expand: bool,
}

/// An argument or parameter list while it is read.
#[derive(Default)]
pub(in crate::parse) struct Entries {
    by_comma: Vec<Entry>,
    by_semicolon: Vec<Entry>,
    /// Whether a `;` was met, which turns commas into list separators.
    semicolons: bool,
    variadic: bool,
    /// How many values came since the last `;`.
    pending: usize,
    pending_name: Option<NameId>,
    named_among_pending: bool,
    /// Set by `...` behind an argument (dialect 5), for all that follow as well.
    expand: bool,
}

impl Entries {
    /// Notes a named entry behind others, or fails where that is forbidden.
    pub(in crate::parse) fn note_named<'s>(
        &mut self,
        parser: &impl Steps<'s>,
    ) -> Result<(), Box<Failure>> {
        if self.pending == 0 {
            return Ok(());
        }
        if self.semicolons {
            return mixed_separators(parser);
        }
        self.named_among_pending = true;
        Ok(())
    }

    /// Adds an entry.
    pub(in crate::parse) fn push(&mut self, name: Option<NameId>, value: Option<Expr>) {
        if value.is_some() {
            self.pending += 1;
        }
        if name.is_some() {
            self.pending_name = name;
        }
        self.by_comma.push(Entry {
            name,
            value,
            rest: false,
            expand: self.expand,
        });
    }

    /// Adds a list that counts as so many arguments.
    pub(in crate::parse) fn push_expanded(&mut self, value: Expr) {
        self.expand = true;
        self.push(None, Some(value));
    }

    /// Reads `...` as the last parameter, if it is ahead.
    pub(in crate::parse) fn eat_rest<'s>(
        &mut self,
        name: Option<NameId>,
        parser: &mut impl Steps<'s>,
    ) -> bool {
        if !parser.eat_word(b"...") {
            return false;
        }
        self.variadic = true;
        self.semicolons |= parser.eat(b';');
        let list = if self.semicolons {
            &mut self.by_semicolon
        } else {
            &mut self.by_comma
        };
        list.push(Entry {
            name,
            value: None,
            rest: true,
            expand: false,
        });
        true
    }

    /// Eats `,` or `;` behind an entry; without one, another entry may follow all the same.
    pub(in crate::parse) fn separator<'s, P: Steps<'s>>(
        &mut self,
        parser: &mut P,
    ) -> Result<(), Box<Failure>> {
        if !parser.eat(b',') && (parser.eat(b';') || self.semicolons) {
            if self.named_among_pending {
                return mixed_separators(parser);
            }
            self.close_group(P::DIALECT);
        }
        Ok(())
    }

    /// Turns the entries since the last `;` into one: a list of their values, or the only value. In dialect 5 that one must be the
    /// last entry's.
    fn close_group(&mut self, dialect: Dialect) {
        self.semicolons = true;
        let last = self.by_comma.last();
        let ends_bare = dialect == Dialect::V5 && last.is_some_and(|entry| entry.value.is_none());
        let values = self.by_comma.drain(..).filter_map(|entry| entry.value);
        let mut values: Vec<Expr> = values.collect();
        let value = if values.len() > 1 {
            Some(Expr::Comma(values))
        } else {
            values.pop().filter(|_| !ends_bare)
        };
        self.by_semicolon.push(Entry {
            name: self.pending_name.take(),
            value,
            rest: false,
            expand: self.expand,
        });
        self.pending = 0;
        self.named_among_pending = false;
    }

    /// The list as parameters, and whether a rest parameter is among them.
    pub(in crate::parse) fn into_parameters(self) -> (Vec<Parameter>, bool) {
        let variadic = self.variadic;
        let to_parameter = |entry: Entry| Parameter {
            name: entry.name,
            value: entry.value,
            rest: entry.rest,
        };
        (
            self.finish().into_iter().map(to_parameter).collect(),
            variadic,
        )
    }

    /// The list as arguments.
    pub(in crate::parse) fn into_arguments(self) -> Vec<Argument> {
        let to_argument = |entry: Entry| {
            Some(Argument {
                name: entry.name,
                value: entry.value?,
                expand: entry.expand,
            })
        };
        self.finish().into_iter().filter_map(to_argument).collect()
    }

    fn finish(self) -> Vec<Entry> {
        if self.semicolons {
            self.by_semicolon
        } else {
            self.by_comma
        }
    }
}

fn mixed_separators<'s>(parser: &impl Steps<'s>) -> Result<(), Box<Failure>> {
    parser.fail("Cannot mix ; and , as delimiter types")
}

/// An argument as it counts: without the comments among its parts.
pub(in crate::parse) fn without_comments(value: Expr) -> Expr {
    match value {
        Expr::Space(mut items) => {
            items.retain(|item| !matches!(item, Expr::Comment(_)));
            super::expression::list(items, Expr::Space)
        }
        Expr::Comment(_) => Expr::Space(Vec::new()),
        other => other,
    }
}
