//! What other code reads out of a function's text: the word `_super`, and parameters behind `$super`.

use memchr::memmem;
use swc_core::common::{Span, Spanned};
use swc_core::ecma::ast::{ArrowExpr, Function, Script};
use swc_core::ecma::visit::{Visit, VisitWith};

use super::parse::offset;

/// Whether `mage/utils/wrapper` and Prototype read the same from all functions of two scripts.
pub(super) fn same_super_texts(left: &str, one: &Script, right: &str, other: &Script) -> bool {
    if memmem::find(left.as_bytes(), b"_super").is_none()
        && memmem::find(left.as_bytes(), b"$super").is_none()
    {
        return true;
    }
    readings(left, one) == readings(right, other)
}

/// Per function in the order of the source: whether it mentions `_super`, and its parameters without
/// white space if `$super` is one.
fn readings(text: &str, script: &Script) -> Vec<(bool, Option<String>)> {
    let mut functions = Functions { spans: Vec::new() };
    script.visit_with(&mut functions);
    let mentions: Vec<usize> = memmem::find_iter(text.as_bytes(), b"_super").collect();
    let read = |(whole, parameters): (Span, Option<Span>)| {
        let (start, end) = (offset(whole.lo), offset(whole.hi));
        let first = mentions.partition_point(|at| *at < start);
        let mentioned = mentions.get(first).is_some_and(|at| *at < end);
        let parameters = parameters
            .and_then(|span| text.get(offset(span.lo)..offset(span.hi)))
            .filter(|list| list.contains("$super"))
            .map(|list| list.split_ascii_whitespace().collect());
        (mentioned, parameters)
    };
    functions.spans.into_iter().map(read).collect()
}

struct Functions {
    spans: Vec<(Span, Option<Span>)>,
}

impl Functions {
    fn push(&mut self, whole: Span, first: Option<Span>, last: Option<Span>) {
        self.spans.push((
            whole,
            first.zip(last).map(|(first, last)| first.with_hi(last.hi)),
        ));
    }
}

impl Visit for Functions {
    fn visit_function(&mut self, function: &Function) {
        let (first, last) = (function.params.first(), function.params.last());
        self.push(
            function.span,
            first.map(Spanned::span),
            last.map(Spanned::span),
        );
        function.visit_children_with(self);
    }

    fn visit_arrow_expr(&mut self, function: &ArrowExpr) {
        let (first, last) = (function.params.first(), function.params.last());
        self.push(
            function.span,
            first.map(Spanned::span),
            last.map(Spanned::span),
        );
        function.visit_children_with(self);
    }
}
