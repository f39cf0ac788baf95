//! Compares two scripts up to the names of their local variables.

use rustc_hash::FxHashMap;
use swc_core::common::{EqIgnoreSpan, GLOBALS, Globals, SyntaxContext};
use swc_core::ecma::ast::{
    AssignPat, AssignPatProp, Id, Ident, KeyValuePatProp, KeyValueProp, ObjectPatProp, Pat, Prop,
    PropName,
};
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use super::modern::Marks;
use super::normalise::normalise;
use super::parse::{Parsed, parse, text};

/// Whether two scripts differ in nothing but what [`super::js_difference`] ignores and in the names of local variables: what
/// [`Level::Modern`](crate::Level::Modern) makes of one source.
///
/// A script that cannot be parsed equals none.
#[must_use]
pub fn is_same_but_for_local_names(left: &[u8], right: &[u8]) -> bool {
    let read = |source| parse(text(source).ok()?).ok();
    GLOBALS.set(&Globals::new(), || {
        read(left)
            .zip(read(right))
            .is_some_and(|(left, right)| equal_up_to_local_names(left, right))
    })
}

/// Whether two scripts differ in nothing but what [`super::js_difference`] ignores and in the names of
/// local variables; needs swc's globals.
pub(super) fn equal_up_to_local_names(left: Parsed, right: Parsed) -> bool {
    let canonical = |mut parsed: Parsed| {
        let marks = Marks::resolve(&mut parsed);
        normalise(&mut parsed.script);
        parsed.script.visit_mut_with(&mut Numbering {
            marks,
            numbers: FxHashMap::default(),
        });
        parsed.script
    };
    let (left, right) = (canonical(left), canonical(right));
    left.body.len() == right.body.len() && left.eq_ignore_span(&right)
}

/// Names every local variable by the order in which it is met.
struct Numbering {
    marks: Marks,
    numbers: FxHashMap<Id, usize>,
}

impl VisitMut for Numbering {
    fn visit_mut_ident(&mut self, name: &mut Ident) {
        if self.marks.is_local(name.ctxt) {
            let next = self.numbers.len();
            let number = *self.numbers.entry(name.to_id()).or_insert(next);
            // No identifier of a script contains a space.
            name.sym = format!("local {number}").into();
        }
        name.ctxt = SyntaxContext::empty();
    }

    // Scopes carry marks too, which differ from one parse to the next.
    fn visit_mut_syntax_context(&mut self, context: &mut SyntaxContext) {
        *context = SyntaxContext::empty();
    }

    fn visit_mut_prop(&mut self, property: &mut Prop) {
        if let Prop::Shorthand(name) = property {
            let key = PropName::Ident(name.clone().into());
            *property = Prop::KeyValue(KeyValueProp {
                key,
                value: Box::new(name.clone().into()),
            });
        }
        property.visit_mut_children_with(self);
    }

    fn visit_mut_object_pat_prop(&mut self, property: &mut ObjectPatProp) {
        if let ObjectPatProp::Assign(AssignPatProp { span, key, value }) = property {
            let name = PropName::Ident(key.id.clone().into());
            let target = Pat::Ident(key.clone());
            let pattern = match value.take() {
                Some(right) => Pat::Assign(AssignPat {
                    span: *span,
                    left: Box::new(target),
                    right,
                }),
                None => target,
            };
            let value = Box::new(pattern);
            *property = ObjectPatProp::KeyValue(KeyValuePatProp { key: name, value });
        }
        property.visit_mut_children_with(self);
    }
}
