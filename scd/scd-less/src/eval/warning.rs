//! Warnings: what less.php drops or changes without a word.
//!
//! Nothing here is on the way of a compile in which there is nothing to warn of.

use super::Compiler;
use super::node::{FileId, Item, Place, Symbol};
use super::problem::Problem;
use crate::ast;
use crate::diagnostic::Severity;
use crate::function;
use crate::options::Dialect;
use crate::value::{Dimension, Operator, Text, Value};

/// Something suspicious that does not know its place yet.
pub(super) struct Doubt {
    message: String,
    hint: &'static str,
}

/// Functions of CSS, none of them a misspelt one of Less.
const CSS_FUNCTIONS: [&str; 74] = [
    "anchor",
    "attr",
    "blur",
    "brightness",
    "calc",
    "circle",
    "clamp",
    "color-mix",
    "conic-gradient",
    "contrast",
    "counter",
    "counters",
    "cross-fade",
    "cubic-bezier",
    "drop-shadow",
    "element",
    "ellipse",
    "env",
    "exp",
    "fit-content",
    "format",
    "grayscale",
    "hue-rotate",
    "hwb",
    "hypot",
    "image",
    "image-set",
    "inset",
    "invert",
    "lab",
    "lch",
    "leader",
    "light-dark",
    "linear",
    "linear-gradient",
    "local",
    "log",
    "matrix",
    "matrix3d",
    "minmax",
    "oklab",
    "oklch",
    "opacity",
    "paint",
    "palette-mix",
    "path",
    "perspective",
    "polygon",
    "radial-gradient",
    "rect",
    "rem",
    "repeat",
    "rotate",
    "rotate3d",
    "rotatex",
    "rotatey",
    "rotatez",
    "scale",
    "scale3d",
    "scalex",
    "scaley",
    "scalez",
    "sepia",
    "shape",
    "sign",
    "skew",
    "skewx",
    "skewy",
    "steps",
    "symbols",
    "translate",
    "translate3d",
    "var",
    "view",
];

impl<'a> Compiler<'a> {
    /// Adds a warning.
    #[cold]
    pub(crate) fn warn(&mut self, message: String, place: Option<Place>, hint: &str) {
        let mut problem = Problem::new(message).hint(Some(hint.to_owned()));
        problem.severity = Severity::Warning;
        problem.place = place;
        self.record(*problem);
    }

    /// The same for one who cannot change the compile; it counts once everything is printed.
    #[cold]
    pub(crate) fn warn_late(&self, message: &str, place: Place, hint: &str) {
        let mut problem = Problem::new(message).at(place.0, place.1);
        problem.hint = Some(hint.to_owned());
        problem.severity = Severity::Warning;
        self.late.borrow_mut().push(*problem);
    }

    /// Takes in the late warnings.
    pub(crate) fn take_late(&mut self) {
        for problem in self.late.take() {
            self.record(problem);
        }
    }

    /// Turns the doubts about a statement into warnings.
    #[cold]
    pub(super) fn place_doubts(&mut self, place: Option<Place>) {
        for doubt in std::mem::take(&mut self.doubts) {
            self.warn(doubt.message, place, doubt.hint);
        }
    }

    /// Notes a sum of numbers whose units cannot be converted into each other.
    #[inline]
    pub(super) fn doubt_sum(&mut self, operator: Operator, left: &Value, right: &Value) {
        if let (Value::Dimension(left), Value::Dimension(right)) = (left, right)
            && matches!(operator, Operator::Add | Operator::Subtract)
            && !left.unit.is_empty()
            && !right.unit.is_empty()
        {
            self.doubt_units(operator, left, right);
        }
    }

    fn doubt_units(&mut self, operator: Operator, left: &Dimension, right: &Dimension) {
        let rules = self.options.into();
        if left.unit.printed(rules) == right.unit.printed(rules) {
            return;
        }
        let dialect = self.options.dialect;
        let (_, unit) = right.unit.convert(right.value, &left.unit.used(), dialect);
        if unit.printed(rules) == left.unit.printed(rules) {
            return;
        }
        let text = |number: &Dimension| {
            let mut text = String::new();
            number.print(rules, &mut text).map(|()| text)
        };
        let (Ok(left_text), Ok(right_text)) = (text(left), text(right)) else {
            return;
        };
        let unit = left.unit.printed(rules);
        self.doubts.push(Doubt {
            message: format!(
                "`{left_text} {} {right_text}` is computed as if both were `{unit}`",
                operator.as_str()
            ),
            hint: match dialect {
                Dialect::V3 => {
                    "escape sums for the browser as `~\"calc(…)\"`; in `calc()`, too, less.php 3 computes them"
                }
                Dialect::V5 => "write sums for the browser as `calc(…)`",
            },
        });
    }

    /// Warns of a function that is unknown but nearly the name of a built-in one.
    #[inline]
    pub(super) fn doubt_function(&mut self, name: &Text, file: FileId, offset: u32) {
        if !self.unknown_functions.contains(name) {
            self.unknown_function(name, file, offset);
        }
    }

    #[cold]
    fn unknown_function(&mut self, name: &Text, file: FileId, offset: u32) {
        self.unknown_functions.insert(Text::clone(name));
        let lower = name.to_ascii_lowercase();
        if matches!(&*lower, "each" | "range") {
            let message = format!("there is no function `{name}`");
            let hint =
                "less.php does not have it, it is printed as it is; use a mixin that calls itself";
            self.warn(message, Some((file, offset)), hint);
        }
        if lower.len() < 4 || CSS_FUNCTIONS.contains(&&*lower) || lower.starts_with('-') {
            return;
        }
        if let Some(near) = function::near(&lower, self.options.dialect) {
            let hint = format!("did you mean `{near}()`? `{name}()` is printed as it is");
            let message = format!("there is no function `{name}`");
            self.warn(message, Some((file, offset)), &hint);
        }
    }

    /// Notes that a mixin of this name was applied at least once.
    #[inline]
    pub(super) fn note_applied(&mut self, name: Symbol) {
        self.guards_failed = false;
        let index = name.0 as usize;
        if index >= self.applied.len() {
            self.applied.resize(index + 1, false);
        }
        self.applied[index] = true;
    }

    /// Notes a call of which no guard holds. Inside mixins that is how libraries choose, so only calls outside count.
    pub(super) fn note_idle_call(&mut self, call: &ast::MixinCall, file: FileId) {
        self.guards_failed = false;
        if self.mixin_depth > 0 {
            return;
        }
        if let Some(&name) = call.path.last() {
            let name = self.symbol(name, file);
            if !self
                .applied
                .get(name.0 as usize)
                .is_some_and(|&applied| applied)
            {
                self.idle_calls.push((name, (file, call.offset)));
            }
        }
    }

    /// Warns of mixins that were called but whose guards never held. Where one held once, the others are a choice.
    pub(super) fn warn_of_idle_calls(&mut self) {
        for (name, place) in std::mem::take(&mut self.idle_calls) {
            if !self
                .applied
                .get(name.0 as usize)
                .is_some_and(|&applied| applied)
            {
                let name = self.symbols.text(name);
                let message =
                    format!("`{name}` does nothing: no guard of it holds, here or anywhere");
                let hint = "compare the arguments with the `when (…)` of its definitions and of what is around them";
                self.warn(message, Some(place), hint);
            }
        }
    }

    /// Warns of `!important` in a variable, which dialect 3 drops.
    #[cold]
    pub(super) fn doubt_important(&mut self, place: Place) {
        if self.options.dialect == Dialect::V3 {
            self.warn(
                "`!important` of a variable is dropped".to_owned(),
                Some(place),
                "write it where the variable is used, or escape the value as `~\"… !important\"`",
            );
        }
    }
}

/// Where a statement stands.
pub(super) fn place_of(item: &Item<'_>) -> Option<Place> {
    Some(match item {
        Item::Declaration(declaration, file) => (*file, declaration.value_offset),
        Item::Evaluated(declaration) => (declaration.file, declaration.value_offset),
        Item::Simple { pair, file, .. } => (*file, pair.offset),
        Item::Comment(comment, file) => (*file, comment.offset),
        Item::Extend(extend, file) => (*file, extend.selector.offset),
        Item::RulesetTree(ruleset, file) => (*file, ruleset.selectors.first()?.offset),
        Item::Ruleset(ruleset) => return ruleset.selectors.first()?.place,
        Item::MixinTree(definition, file) => (*file, definition.offset),
        Item::MixinCall(call, file) => (*file, call.offset),
        Item::DetachedCall(call, file) => (*file, call.variable.offset),
        Item::MediaTree(media, file) => (*file, media.start),
        Item::Media(media) => media.place,
        Item::AtRuleTree(rule, file) => (*file, rule.offset),
        Item::AtRule(rule) => rule.place,
        Item::Import(import, file) => (*file, import.offset),
        Item::CssImport(import) => import.1,
        _ => return None,
    })
}
