//! What compiles but is suspicious: one case for each kind of warning, and that ordinary stylesheets get none.

use std::sync::Arc;

use scd_less::{MemoryImporter, Options, ParseOptions, Severity, Source, compile, parse};

/// The warnings about a stylesheet, with their lines.
fn warnings(less: &str) -> Vec<(u32, String)> {
    let parsing = ParseOptions::default();
    let files = MemoryImporter::new(parsing).with("b.css", "x {}");
    let sheet = parse(Source::new("a.less", less), &parsing).expect("the case parses");
    let compiled = compile(&Arc::new(sheet), &files, &Options::default()).expect("it compiles");
    compiled
        .warnings
        .into_iter()
        .map(|warning| {
            assert_eq!(warning.severity, Severity::Warning);
            assert!(warning.hint.is_some(), "{}", warning.message);
            let line = warning.location.expect("a place").line;
            (line, warning.message)
        })
        .collect()
}

fn one(less: &str, line: u32, message: &str) {
    assert_eq!(warnings(less), [(line, message.to_owned())], "{less}");
}

#[test]
fn ordinary_code_gets_none() {
    let less = ".m(@a) when (@a > 1) { x: @a }\n.m(@a) when (@a < 1) { y: @a }\n.a { .m(1); .m(2); width: 1px + 2px; \
                transform: scale(2) translate(1px, 2px); height: calc(~'100% - 2px'); &:extend(.b); }\n.b { z: 1in + 1px }";
    assert_eq!(warnings(less), []);
}

#[test]
fn units_that_do_not_convert() {
    one(
        ".a {\n  width: 1px + 1em;\n}",
        2,
        "`1px + 1em` is computed as if both were `px`",
    );
    one(
        ".a {\n  width: calc(100% - 20px);\n}",
        2,
        "`100% - 20px` is computed as if both were `%`",
    );
}

#[test]
fn the_same_place_is_told_once() {
    let less = ".m() {\n  width: 1px + 1em;\n}\n.a { .m(); } .b { .m(); } .c { .m(); }";
    one(less, 2, "`1px + 1em` is computed as if both were `px`");
}

#[test]
fn important_in_a_variable() {
    one(
        "@a: 1px !important;\n.a { b: @a }",
        1,
        "`!important` of a variable is dropped",
    );
}

#[test]
fn guards_that_never_hold() {
    let less = ".m(@a) when (@a = on) { x: y }\n.a { z: y; .m(of) }";
    one(
        less,
        2,
        "`.m` does nothing: no guard of it holds, here or anywhere",
    );
}

#[test]
fn extends_of_what_is_nowhere() {
    one(
        ".button { x: y }\n.a:extend(.buton) { z: y }",
        2,
        "`:extend(.buton)` extends nothing",
    );
}

#[test]
fn misspelt_functions() {
    one(
        ".a { b: darke(#fff, 10%) }",
        1,
        "there is no function `darke`",
    );
}

#[test]
fn text_that_is_lost() {
    one(
        ".a { b: 1/foo; }",
        1,
        "`/` is dropped, as nothing behind it can be computed with",
    );
    let less = "@a: element(#x);";
    one(
        less,
        1,
        "the arguments of this call cannot be read, so that part of it is lost",
    );
}

#[test]
fn at_rules_that_are_dropped_or_empty() {
    one(
        "@charset 'a';\n@charset 'b';",
        2,
        "a second `@charset` is dropped",
    );
    let less = "@font-face { .a { } }";
    one(
        less,
        1,
        "nothing is left in the block of this at-rule, so it is printed without one",
    );
}

#[test]
fn imports_that_bring_nothing() {
    assert_eq!(warnings("@import (optional) 'nowhere';"), []);
    assert_eq!(
        warnings("@import (inline) 'b.css'; @import (inline) 'b.css';"),
        []
    );
    let less = "@import (inline) 'b.css';\n@import 'b.css';";
    one(less, 2, "the CSS import of `b.css` is dropped");
}
