//! What RequireJS reads out of a function's text: `define(function (require) { require('a') })`.
//!
//! A module without a dependency list gets one from the text of its function: RequireJS drops what it
//! takes for comments, then collects the names in `require('…')`. It takes a `//` for a comment unless
//! one of `: " ' =` stands before it, in a string or a regular expression too, so removing line breaks
//! can hide dependencies. Lists of a source and of its minified text must be equal.

use memchr::{memchr2, memmem};
use swc_core::common::{Span, Spanned};
use swc_core::ecma::ast::{CallExpr, Callee, Expr, Lit, Script};
use swc_core::ecma::visit::{Visit, VisitWith};

use super::parse::{offset, parse};

/// Whether RequireJS may scan a function of this script: a cheap question with few false positives.
pub(super) fn is_scanned(source: &str) -> bool {
    let bytes = source.as_bytes();
    memmem::find(bytes, b"require").is_some()
        && memmem::find_iter(bytes, b"define").any(|found| {
            let behind = bytes[found + 6..].trim_ascii_start();
            behind.strip_prefix(b"(").is_some_and(|arguments| {
                !matches!(
                    arguments.trim_ascii_start().first(),
                    None | Some(b'[' | b'{' | b')')
                )
            })
        })
}

/// Whether RequireJS reads the same dependencies from a script and from its minified text.
pub(super) fn same_dependencies(source: &str, script: &Script, minified: &[u8]) -> bool {
    let before = dependencies(source, script);
    let Ok(text) = std::str::from_utf8(minified) else {
        return false;
    };
    parse(text).is_ok_and(|after| before == dependencies(text, &after.script))
}

/// The names that RequireJS reads, one list per scanned function in the order of the source.
fn dependencies(source: &str, script: &Script) -> Vec<Vec<Vec<u8>>> {
    let mut finder = Finder { spans: Vec::new() };
    script.visit_with(&mut finder);
    let whole = source.as_bytes();
    finder
        .spans
        .into_iter()
        .map(|span| {
            let range = span.map(|span| offset(span.lo)..offset(span.hi));
            scan(range.and_then(|range| whole.get(range)).unwrap_or(whole))
        })
        .collect()
}

/// Finds the functions handed to `define` without a dependency list.
struct Finder {
    /// `None` for a function that is named rather than written there: any part of the file may be it.
    spans: Vec<Option<Span>>,
}

impl Visit for Finder {
    fn visit_call_expr(&mut self, call: &CallExpr) {
        call.visit_children_with(self);
        let Callee::Expr(callee) = &call.callee else {
            return;
        };
        let defines = match &**callee {
            Expr::Ident(name) => name.sym == "define",
            Expr::Member(member) => member.prop.is_ident_with("define"),
            _ => false,
        };
        let named = matches!(
            call.args.first().map(|argument| &*argument.expr),
            Some(Expr::Lit(Lit::Str(_)))
        );
        let Some(argument) = call.args.get(usize::from(named)).filter(|_| defines) else {
            return;
        };
        match argument.expr.unwrap_parens() {
            Expr::Fn(function) if function.function.params.is_empty() => {}
            Expr::Arrow(function) if function.params.is_empty() => {}
            function @ (Expr::Fn(_) | Expr::Arrow(_)) => self.spans.push(Some(function.span())),
            Expr::Ident(_) => self.spans.push(None),
            _ => {}
        }
    }
}

/// The names in `require('…')`, as RequireJS collects them from a function's text.
fn scan(function: &[u8]) -> Vec<Vec<u8>> {
    let pieces = outside_comments(function)
        .into_iter()
        .map(|(from, to)| &function[from..to]);
    let joined = pieces.collect::<Vec<_>>().concat();
    let mut names = Vec::new();
    let mut from = 0;
    while let Some(found) = memmem::find(&joined[from..], b"require") {
        let start = from + found;
        from = start + 1;
        // One character that is no point, then any white space, stands before the word.
        let before = joined[..start].trim_ascii_end();
        let spaced = before.len() < start;
        if !spaced && (before.is_empty() || before.ends_with(b".")) {
            continue;
        }
        if let Some((name, end)) = call_of(&joined, start + 7) {
            from = end;
            names.push(joined[name.0..name.1].to_vec());
        }
    }
    names
}

/// The range of the name in `('name')` at `from`, white space allowed around the string, and the end.
fn call_of(text: &[u8], from: usize) -> Option<((usize, usize), usize)> {
    let skip = |at: usize| {
        at + text[at..]
            .iter()
            .take_while(|it| it.is_ascii_whitespace())
            .count()
    };
    let open = skip(from);
    if text.get(open) != Some(&b'(') {
        return None;
    }
    let quote = skip(open + 1);
    if !matches!(text.get(quote), Some(b'"' | b'\'')) {
        return None;
    }
    let start = quote + 1;
    let length = memchr2(b'"', b'\'', &text[start..])?;
    let name = &text[start..start + length];
    if name.is_empty() || name.iter().any(u8::is_ascii_whitespace) {
        return None;
    }
    let close = skip(start + length + 1);
    (text.get(close) == Some(&b')')).then_some(((start, start + length), close + 1))
}

/// What is left when RequireJS has dropped what it takes for comments.
fn outside_comments(text: &[u8]) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let mut kept = 0;
    let mut from = 0;
    while let Some(found) = memchr::memchr(b'/', &text[from..]) {
        let at = from + found;
        from = at + 1;
        let end = match text.get(at + 1) {
            Some(b'*') => memmem::find(&text[at + 2..], b"*/").map(|found| at + 2 + found + 2),
            Some(b'/') => {
                // The byte before belongs to the comment, so it must not belong to another one.
                let free = match at.checked_sub(1).map(|before| (before, text[before])) {
                    None | Some((_, b'\n' | b'\r')) => true,
                    Some((before, byte)) => {
                        before >= kept && !matches!(byte, b':' | b'"' | b'\'' | b'=')
                    }
                };
                let line =
                    memchr2(b'\n', b'\r', &text[at..]).map_or(text.len(), |found| at + found);
                free.then_some(line)
            }
            _ => None,
        };
        if let Some(end) = end {
            pieces.push((kept, at));
            kept = end;
            from = end;
        }
    }
    pieces.push((kept, text.len()));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(function: &str) -> Vec<String> {
        let read = |name: Vec<u8>| String::from_utf8_lossy(&name).into_owned();
        scan(function.as_bytes()).into_iter().map(read).collect()
    }

    // The lists are what RequireJS collects from these texts, run in Node.
    #[test]
    fn reads_what_requirejs_reads() {
        let rows: [(&str, &[&str]); 12] = [
            (
                "function (require) { require('a'); require ( \"b\" ) }",
                &["a", "b"],
            ),
            (
                "function (require) { a.require('a'); b. require('b') }",
                &["b"],
            ),
            ("function (require) { var u = '//x'; require('a') }", &["a"]),
            ("function (require) { var u = 'x//y'; require('a') }", &[]),
            (
                "function (require) { var u = 'x//y';\n require('a') }",
                &["a"],
            ),
            ("function (require) { var r = /^\\//; require('a') }", &[]),
            (
                "function (require) { f('/*'); require('a'); f('*/'); require('b') }",
                &["b"],
            ),
            (
                "function (require) { /* require('a') */ // require('b')\n }",
                &[],
            ),
            ("function (require) { /* a *///b\n require('c') }", &["c"]),
            (
                "function (require) { require('a b'); require(''); require('c' + d) }",
                &[],
            ),
            ("function (require) { req/**/uire('a/**/b') }", &["ab"]),
            ("function (require) { http://x require('a')\n }", &["a"]),
        ];
        for (function, expected) in rows {
            assert_eq!(names(function), expected, "{function}");
        }
    }
}
