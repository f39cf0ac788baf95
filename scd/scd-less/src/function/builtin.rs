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

/// Where the functions of a table are, by name. Guards call functions by the ten thousands, so finding one must be cheap.
pub(super) struct Index {
    /// The place in the table and one, at or behind the place that the name hashes to; 0 where there is none.
    slots: [u8; SLOTS],
}

const SLOTS: usize = 256;

impl Index {
    /// The index of a table of fewer than `SLOTS` functions.
    pub(super) const fn of<const N: usize>(table: &[Builtin; N]) -> Self {
        let mut slots = [0; SLOTS];
        let mut place = 0;
        while place < N {
            let mut slot = hash(table[place].name.as_bytes());
            while slots[slot] != 0 {
                slot = (slot + 1) % SLOTS;
            }
            place += 1;
            slots[slot] = place as u8;
        }
        Self { slots }
    }

    /// The function of a name, in whatever case.
    pub(super) fn find<'t>(&self, table: &'t [Builtin], name: &str) -> Option<&'t Builtin> {
        let start = hash(name.as_bytes());
        let slots = (start..start + SLOTS).map(|slot| self.slots[slot % SLOTS]);
        slots
            .take_while(|&place| place != 0)
            .filter_map(|place| table.get(usize::from(place) - 1))
            .find(|builtin| builtin.name.eq_ignore_ascii_case(name))
    }
}

/// A number below `SLOTS` that is the same for all spellings of a name, from its length and first eight bytes.
const fn hash(name: &[u8]) -> usize {
    let mut start = match name.first_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => {
            let mut rest = name;
            let mut short = 0;
            while let [byte, tail @ ..] = rest {
                short = short << 8 | *byte as u64;
                rest = tail;
            }
            short
        }
    };
    // The bit that tells the cases of a letter apart.
    start |= 0x2020_2020_2020_2020;
    ((start ^ name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize
}

/// PHP's error for a call with fewer arguments than the method insists on.
pub(super) fn too_few(method: &str, given: usize, required: usize, optional: bool) -> Fault {
    let bound = if optional { "at least" } else { "exactly" };
    Fault::error(format!(
        "Too few arguments to function Less_Functions::{method}(), {given} passed and {bound} {required} expected"
    ))
}
