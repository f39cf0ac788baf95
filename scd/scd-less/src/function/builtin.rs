//! What a table of built-in functions says about each.

use super::arguments::{Arguments, Outcome};
use crate::value::Fault;

/// A function of the table.
pub(super) struct Builtin {
    /// The lower-case name that stylesheets use.
    pub(super) name: &'static str,
    /// The method of less.php, for messages.
    method: &'static str,
    /// How many arguments PHP insists on.
    required: usize,
    /// Whether it takes more.
    optional: bool,
    /// What it does; `None` for methods that cannot be called from outside.
    run: Option<fn(&Arguments<'_>) -> Outcome>,
}

impl Builtin {
    pub(super) fn call(&self, arguments: &Arguments<'_>) -> Outcome {
        let method = self.method;
        let Some(run) = self.run else {
            return Err(Fault::error(format!(
                "call_user_func_array(): Argument #1 ($callback) must be a valid callback, cannot access private method Less_Functions::{method}()"
            )));
        };
        let given = arguments.values.len();
        if given < self.required {
            return Err(too_few(method, given, self.required, self.optional));
        }
        run(arguments)
    }
}

/// A function of exactly `required` arguments.
pub(super) const fn exactly(
    name: &'static str,
    required: usize,
    run: fn(&Arguments<'_>) -> Outcome,
) -> Builtin {
    Builtin {
        name,
        method: name,
        required,
        optional: false,
        run: Some(run),
    }
}

/// A function of `required` arguments or more.
pub(super) const fn at_least(
    name: &'static str,
    required: usize,
    run: fn(&Arguments<'_>) -> Outcome,
) -> Builtin {
    Builtin {
        name,
        method: name,
        required,
        optional: true,
        run: Some(run),
    }
}

/// A method that exists and cannot be called.
pub(super) const fn private(name: &'static str, method: &'static str) -> Builtin {
    Builtin {
        name,
        method,
        required: 0,
        optional: true,
        run: None,
    }
}

impl Builtin {
    /// The same function under a method name that differs from the one in stylesheets.
    pub(super) const fn method(self, method: &'static str) -> Self {
        Self { method, ..self }
    }
}

/// PHP's error for a call with fewer arguments than the method insists on.
pub(super) fn too_few(method: &str, given: usize, required: usize, optional: bool) -> Fault {
    let bound = if optional { "at least" } else { "exactly" };
    Fault::error(format!(
        "Too few arguments to function Less_Functions::{method}(), {given} passed and {bound} {required} expected"
    ))
}
