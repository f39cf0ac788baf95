//! What ends a compile, while it travels outwards.

use super::node::{FileId, Place};
use crate::diagnostic::Severity;
use crate::value::{Fault, FaultClass, Text};

/// What a problem means for what comes behind it.
#[derive(Debug)]
pub(crate) enum Kind {
    /// One statement is lost.
    Plain,
    /// A bound was reached; the compile ends.
    Limit,
    /// A file is missing, and every name that it may define.
    Import,
    /// A variable is undefined.
    Variable(Text),
    /// Variables lead back to themselves: the one where that was noticed, and those that led there.
    Cycle(Vec<Text>),
    /// A mixin is undefined.
    Mixin(Text),
    /// A mixin cannot take the arguments that it is given.
    Arguments,
}

/// An error on its way to becoming a diagnostic.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) kind: Kind,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    pub(crate) place: Option<Place>,
    /// Mixin calls and imports around it, innermost first.
    pub(crate) chain: Vec<(&'static str, String, FileId, u32)>,
    pub(crate) hint: Option<String>,
    /// Findings of a file that could not be parsed; they stand for this problem.
    pub(crate) parsing: Option<crate::Diagnostics>,
}

/// The result of evaluating something.
pub(crate) type Outcome<T> = Result<T, Box<Problem>>;

impl Problem {
    pub(crate) fn new(message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            kind: Kind::Plain,
            severity: Severity::Error,
            message: message.into(),
            place: None,
            chain: Vec::new(),
            hint: None,
            parsing: None,
        })
    }

    /// A bound that was reached.
    pub(crate) fn limit(message: impl Into<String>) -> Box<Self> {
        Self::new(message).of_kind(Kind::Limit)
    }

    /// Whether it ends the compile.
    pub(crate) fn is_limit(&self) -> bool {
        matches!(self.kind, Kind::Limit)
    }

    /// The same problem with another meaning.
    pub(crate) fn of_kind(mut self: Box<Self>, kind: Kind) -> Box<Self> {
        self.kind = kind;
        self
    }

    /// A construct of another dialect's tree.
    pub(crate) fn not_in_this_dialect(file: FileId) -> Box<Self> {
        Self::new("this construct is not in this dialect").at(file, 0)
    }

    /// The same problem at a place.
    pub(crate) fn at(mut self: Box<Self>, file: FileId, offset: u32) -> Box<Self> {
        self.place = Some((file, offset));
        self
    }

    /// The same problem at a place, unless it has one.
    pub(crate) fn or_at(mut self: Box<Self>, file: FileId, offset: u32) -> Box<Self> {
        self.place.get_or_insert((file, offset));
        self
    }

    /// Notes a call or import around the problem; far away ones are left out, and so is what is told already: a mixin that calls
    /// itself, and a call that is the place of the problem.
    pub(crate) fn note(&mut self, action: &'static str, name: &str, file: FileId, offset: u32) {
        const LONGEST: usize = 32;
        let is_new = self.place != Some((file, offset))
            && self
                .chain
                .iter()
                .all(|step| (step.2, step.3) != (file, offset));
        if is_new && self.chain.len() < LONGEST {
            self.chain.push((action, name.to_owned(), file, offset));
        }
    }

    /// Notes a variable whose value could not be had because of the problem, if that is a cycle.
    #[cold]
    pub(crate) fn through(mut self: Box<Self>, name: &Text) -> Box<Self> {
        if let Kind::Cycle(names) = &mut self.kind {
            names.push(Text::clone(name));
        }
        self
    }

    /// The same problem at the place of the declaration whose value was evaluated once more. Values know no places, so the
    /// beginning of the file stands for one.
    #[cold]
    pub(crate) fn in_value(mut self: Box<Self>, file: FileId, offset: u32) -> Box<Self> {
        if self.place.is_none_or(|place| place == (file, 0)) {
            self.place = Some((file, offset));
            if matches!(self.kind, Kind::Variable(_)) {
                let hint = "the text is read again behind the call that brought it, where this variable is not known; \
                            write it without braces";
                self.hint = Some(hint.to_owned());
            }
        }
        self
    }

    /// The same problem with advice.
    pub(crate) fn hint(mut self: Box<Self>, hint: Option<String>) -> Box<Self> {
        self.hint = hint;
        self
    }
}

impl From<Fault> for Box<Problem> {
    fn from(fault: Fault) -> Self {
        let mut problem = Problem::new(fault.message);
        match fault.class {
            FaultClass::Exception => problem,
            FaultClass::Error => {
                problem.severity = Severity::Fatal;
                problem
            }
            FaultClass::Limit => problem.of_kind(Kind::Limit),
        }
    }
}
