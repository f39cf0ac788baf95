//! What ends a compile, while it travels outwards.

use super::node::{FileId, Place};
use crate::diagnostic::Severity;
use crate::options::Dialect;
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

    /// Notes a call or import around the problem; far away ones are left out, and so is what is noted already: a mixin that
    /// calls itself is told once.
    pub(crate) fn note(&mut self, action: &'static str, name: &str, file: FileId, offset: u32) {
        const LONGEST: usize = 32;
        let is_new = self
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

/// The known trap that a message is a sign of.
pub(crate) fn advice(message: &str, dialect: Dialect) -> Option<String> {
    let says = |part: &str| message.contains(part);
    let found = if says("Division by zero") || says("Modulo by zero") {
        "less.php raises a PHP error here, which ends the whole deployment; guard the divisor or escape the value as `~\"…\"`"
    } else if says("Operation on an invalid type") {
        "arithmetic works on numbers and colours only; escape values with `var()` or `calc()` as `~\"…\"`"
    } else if says("clamp") && dialect == Dialect::V3 {
        "less.php 3 takes `clamp()` for a function of its own; escape it as `~\"clamp(…)\"`"
    } else if says("holds no detached ruleset") {
        "`@name();` calls a block `@name: { … };`; a value is used without `()`"
    } else if says("Recursive variable definition") {
        "a variable cannot use its own name, also not through others; give the new value another name"
    } else if says("Incompatible") || says("incompatible") {
        "convert one of the values, or remove its unit with `unit()`"
    } else if says("properties must be inside selector blocks") {
        "write a selector around the declaration, or call the mixin that brings it inside one"
    } else if says("only allowed in parametric mixin guards") {
        "`default()` can be asked in the guard of a mixin with parameters only, not in that of a selector"
    } else if says("Ambiguous use of `default()`") {
        "several definitions with `default()` in their guards take these arguments; let one of them ask for something else"
    } else if says("Unable to perform comparison") {
        "numbers, colours, keywords and strings can be compared; compare what is inside of other values"
    } else if says("Rulesets cannot be evaluated on a property") {
        "a detached ruleset is called by a statement of its own, `@name();`"
    } else if says("expects three parameters") {
        "the newer forms of CSS colours must be escaped as `~\"rgb(…)\"`"
    } else if says("must be a color") && !says("must be a color keyword") {
        "an argument is a keyword, string or number, or missing; `color(\"#f60\")` makes a colour of a string"
    } else if says("cannot be extended") {
        "put the value of the attribute into quotes"
    } else if says("Wrong number of arguments") {
        "arguments are separated by `,`, or by `;` if one of them holds commas"
    } else {
        return None;
    };
    Some(found.to_owned())
}
