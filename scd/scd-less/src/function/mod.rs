//! The built-in functions, by name.
//!
//! less.php takes every method of its function class for a built-in, helpers included, and looks
//! names up without regard to case. One table for each dialect lists them all with the number of
//! arguments that PHP insists on; further arguments are ignored.
//!
//! `if()` of dialect 5 is not among them, because it evaluates its arguments itself: that is up to
//! the evaluator, as is the value of a condition in `boolean()` ([`Value::Truth`]).

mod accidental;
mod arguments;
mod blend;
mod builtin;
mod color;
mod color_change;
mod data_uri;
mod dialect5;
mod encode;
mod image_header;
mod kind;
mod list;
mod math;
mod pattern;
mod pattern_set;
mod pattern_syntax;
mod range;
mod string;
mod svg_gradient;
mod table3;

#[cfg(test)]
mod tests;

use crate::options::Dialect;
use crate::value::{Addresses, Fault, FaultClass, Rules, Value};
use arguments::Arguments;
use builtin::Builtin;
pub use encode::base64;
use std::borrow::Cow;
use std::sync::Arc;

/// What a call may see of its surroundings.
pub(crate) struct Context<'a> {
    /// The options that show in values.
    pub(crate) rules: Rules,
    /// What `default()` is at the moment.
    pub(crate) default: DefaultGuard<'a>,
    /// The file whose folder `data-uri()` of dialect 3 starts from: the entry, or the file that the call stands in if addresses
    /// are rewritten.
    pub(crate) caller: &'a str,
    /// What becomes of addresses in the file that the call stands in.
    pub(crate) addresses: Addresses<'a>,
    /// Reads a file for `data-uri()` and `image-size()`, by the path in the stylesheet; `None` if it
    /// does not exist.
    pub(crate) read: &'a dyn Fn(&str) -> Option<Arc<[u8]>>,
}

/// What `default()` stands for (`Less_Tree_DefaultFunc`).
#[derive(Clone, Copy, Debug)]
pub(crate) enum DefaultGuard<'a> {
    /// Not inside a guard: the call is printed.
    Unset,
    /// The value that mixin guards are tried with.
    Is(bool),
    /// A place where it is forbidden, with the message.
    Forbidden(&'a str),
}

/// Calls a built-in function.
///
/// `None` means that there is none of that name, or that it leaves its arguments alone: the call is
/// then printed. Exceptions carry the name of the call, errors only PHP's message.
pub(crate) fn call(
    name: &str,
    values: &[Value],
    context: &Context<'_>,
) -> Result<Option<Value>, Fault> {
    if name.eq_ignore_ascii_case("default") {
        return match context.default {
            DefaultGuard::Unset => Ok(None),
            DefaultGuard::Is(truth) => Ok(Some(Value::truth(truth))),
            DefaultGuard::Forbidden(message) => Err(Fault::exception(message)),
        };
    }
    let dialect = context.rules.dialect;
    let Some(builtin) = find(name, dialect) else {
        return Ok(None);
    };
    let outcome = match dialect {
        Dialect::V3 => builtin.call(&Arguments { values, context }),
        Dialect::V5 => {
            let values = &without_comments(values);
            builtin.call(&Arguments { values, context })
        }
    };
    outcome.map_err(|fault| match fault.class {
        FaultClass::Error | FaultClass::Limit => fault,
        FaultClass::Exception => Fault::exception(failure(name, &fault.message)),
    })
}

/// The message for a call that failed, also if it was one of the arguments of a built-in function that did (dialect 5); the
/// innermost call is the one that is named. It is that of less.php 5; less.php 3 has no colon and the place behind.
pub(crate) fn failure(name: &str, message: &str) -> String {
    const BEGINNING: &str = "error evaluating function";
    if message.starts_with(BEGINNING) {
        message.to_owned()
    } else if message.is_empty() {
        format!("{BEGINNING} `{name}`")
    } else {
        format!("{BEGINNING} `{name}`: {message}")
    }
}

/// Whether the name is that of a built-in function, `default` not included.
pub(crate) fn is_known(name: &str, dialect: Dialect) -> bool {
    find(name, dialect).is_some()
}

/// The error for a call of `if()` with fewer than two arguments.
pub(crate) fn too_few_for_if(given: usize) -> Fault {
    builtin::too_few("if", given, 2, true)
}

/// What dialect 5 hands to a function: comments are dropped, also from lists with blanks, and a
/// list with one value left is that value.
fn without_comments(values: &[Value]) -> Cow<'_, [Value]> {
    let is_comment = |value: &Value| matches!(value, Value::Comment(_));
    let has_comment = |value: &Value| match value {
        Value::Joined(_) => true,
        Value::Space(list) => list.iter().any(is_comment),
        other => is_comment(other),
    };
    if !values.iter().any(has_comment) {
        return Cow::Borrowed(values);
    }
    let kept = values.iter().filter(|value| !is_comment(value));
    let kept = kept.map(|value| match value {
        Value::Space(list) | Value::Joined(list) => {
            let mut rest: Vec<Value> = list
                .iter()
                .filter(|value| !is_comment(value))
                .cloned()
                .collect();
            match rest.len() {
                1 => rest.remove(0),
                _ => Value::Space(rest.into()),
            }
        }
        other => other.clone(),
    });
    Cow::Owned(kept.collect())
}

/// The built-in function whose name is one edit away.
pub(crate) fn near(name: &str, dialect: Dialect) -> Option<&'static str> {
    let mut names = table(dialect).iter().map(|builtin| builtin.name);
    names.find(|known| is_one_edit(known.as_bytes(), name.as_bytes()))
}

/// Whether one byte more, less or other makes one text the other.
fn is_one_edit(left: &[u8], right: &[u8]) -> bool {
    if left.len().abs_diff(right.len()) > 1 || left == right {
        return false;
    }
    let same = left.iter().zip(right).take_while(|(l, r)| l == r).count();
    let (left, right) = (&left[same..], &right[same..]);
    match left.len().cmp(&right.len()) {
        std::cmp::Ordering::Less => left == &right[1..],
        std::cmp::Ordering::Equal => left[1..] == right[1..],
        std::cmp::Ordering::Greater => &left[1..] == right,
    }
}

fn table(dialect: Dialect) -> &'static [Builtin] {
    match dialect {
        Dialect::V3 => &table3::BUILTINS,
        Dialect::V5 => &dialect5::BUILTINS,
    }
}

fn find(name: &str, dialect: Dialect) -> Option<&'static Builtin> {
    match dialect {
        Dialect::V3 => table3::INDEX.find(&table3::BUILTINS, name),
        Dialect::V5 => dialect5::INDEX.find(&dialect5::BUILTINS, name),
    }
}
