//! What people are told when something is wrong, and that nothing runs without end.

use std::sync::Arc;

use scd_less::{
    Diagnostic, MemoryImporter, Options, Origin, ParseOptions, Source, compile, parse,
    parse_recovering,
};

/// Compiles on a stack of the documented size.
fn failure_of(source: Source, files: MemoryImporter) -> Diagnostic {
    let run = move || {
        parse(source, &ParseOptions::default())
            .and_then(|sheet| compile(&Arc::new(sheet), &files, &Options::default()))
            .expect_err("the case is broken")
    };
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(run);
    let diagnostics = thread
        .expect("a thread can start")
        .join()
        .expect("no panic");
    diagnostics
        .into_iter()
        .next()
        .expect("a failure has a finding")
}

fn failure(less: &str) -> Diagnostic {
    failure_of(Source::new("a.less", less), MemoryImporter::default())
}

#[test]
fn an_undefined_variable_is_named_with_place_and_hint() {
    let found = failure("@color: red;\n.a {\n  b: @colr;\n}");
    let location = found.location.expect("a place");
    assert_eq!((location.line, location.column), (3, 6));
    assert_eq!(location.excerpt, "  b: @colr;");
    assert_eq!(found.message, "variable @colr is undefined");
    assert_eq!(found.hint.as_deref(), Some("did you mean `@color`?"));
}

#[test]
fn the_chain_leads_from_the_error_to_the_call() {
    let files = MemoryImporter::default().with("m.less", ".inner() {\n  a: @nope;\n}");
    let entry = "@import 'm';\n.outer() { .inner(); }\n.x { .outer(); }";
    let found = failure_of(Source::new("a.less", entry), files);
    assert_eq!(&*found.location.expect("a place").file, "m.less");
    let steps: Vec<(&str, u32)> = found
        .chain
        .iter()
        .map(|step| (&*step.name, step.location.line))
        .collect();
    assert_eq!(steps, [(".inner", 2), (".outer", 3)]);
}

#[test]
fn places_are_those_of_the_file_before_preprocessing() {
    let mut source = Source::new("a.less", ".a {\n  b: @nope;\n}");
    source.origin = Some(Arc::new(Origin {
        name: "theme/a.less".into(),
        text: "// one\n// two\n.a {\n  b: @nope; // here\n}".into(),
        lines: vec![3, 4, 5],
    }));
    let location = failure_of(source, MemoryImporter::default())
        .location
        .expect("a place");
    assert_eq!((&*location.file, location.line), ("theme/a.less", 4));
    assert_eq!(location.excerpt, "  b: @nope; // here");
}

#[test]
fn parse_errors_name_the_furthest_place() {
    let found = failure(".a {\n  b: c;\n  d: (foo);\n}");
    assert_eq!(found.location.expect("a place").line, 3);
    assert_eq!(failure(".a {").message, "ParseError: missing closing `}`");
}

#[test]
fn nothing_recurses_without_end() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    let variables: String = (1..10_000)
        .map(|index| format!("@v{index}: @v{};", index - 1))
        .collect();
    for less in [
        ".m() { .m(); } .a { .m(); }".to_owned(),
        ".m(@i) { .n { .m(@i + 1); } } .a { .m(1); }".to_owned(),
        "@d: { @d(); }; .a { @d(); }".to_owned(),
        deep(".a{", "}"),
        deep("@media x{", "}"),
        format!(".a{{b:{}}}", deep("(", ")")),
        format!(".a{{b:{}}}", deep("f(", ")")),
        format!(".x {{ y: @v9999; }} {variables} @v0: 1;"),
    ] {
        let found = failure(&less);
        assert!(
            found.message.starts_with("nested more than"),
            "{}",
            found.message
        );
    }
}

#[test]
fn work_is_bounded() {
    let nested = |open: &str, depth: usize| format!("{}{}", open.repeat(depth), "}".repeat(depth));
    let product = failure(&format!(".a{{{}}}", nested("&,&{x:y;", 40)));
    assert_eq!(product.message, "more than 250000 selectors");
    let queries = failure(&nested("@media x,y{.a{b:c}", 60));
    assert_eq!(queries.message, "more than 33554432 bytes of output");
}

/// All messages about a stylesheet with their lines, from one run.
fn all(less: &str, files: MemoryImporter) -> Vec<(u32, String)> {
    let source = Source::new("a.less", less);
    let run = move || {
        let sheet = parse_recovering(source, &ParseOptions::default());
        compile(&Arc::new(sheet), &files, &Options::default()).expect_err("the case is broken")
    };
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(run);
    let found = thread.expect("a thread can start").join();
    found
        .expect("no panic")
        .into_iter()
        .map(|finding| {
            let line = finding.location.map_or(0, |location| location.line);
            (line, finding.message)
        })
        .collect()
}

fn all_of(less: &str) -> Vec<(u32, String)> {
    all(less, MemoryImporter::default())
}

fn told(expected: &[(u32, &str)]) -> Vec<(u32, String)> {
    let own = |(line, message): &(u32, &str)| (*line, (*message).to_owned());
    expected.iter().map(own).collect()
}

#[test]
fn one_run_tells_all_errors_of_parsing_and_evaluation() {
    let less = ".a {\n  b: (foo);\n  c: @one;\n}\n.d {\n  e: (bar);\n  .nope();\n  g: 1px / 0;\n}\n\
                .h { i: darken(1, 2); }\n@layer x {\n  .k { l: @two; }\n}";
    assert_eq!(
        all_of(less),
        told(&[
            (2, "ParseError: Unexpected input"),
            (6, "ParseError: Unexpected input"),
            (11, "ParseError: Unexpected input"),
            (3, "variable @one is undefined"),
            (7, ".nope is undefined"),
            (8, "Division by zero"),
            (
                10,
                "error evaluating function `darken`: The first argument to darken must be a color"
            ),
            (12, "variable @two is undefined"),
        ])
    );
}

#[test]
fn errors_of_imported_files_come_in_the_same_run() {
    let files = MemoryImporter::default()
        .with("one.less", ".o { p: (foo); q: @nope; }")
        .with("two.less", "@import 'three';\n.r { s: (bar) }")
        .with("three.less", ".t { .u(); }");
    let found = all("@import 'one';\n@import 'two';\n.v { w: (baz) }", files);
    assert_eq!(
        found,
        told(&[
            (3, "ParseError: Unexpected input"),
            (1, "ParseError: Unexpected input"),
            (2, "ParseError: Unexpected input"),
            (1, "variable @nope is undefined"),
            (1, ".u is undefined"),
        ])
    );
}

#[test]
fn what_follows_from_an_error_is_not_told() {
    let missing = (
        "File `lib.less` not found.",
        "@import 'lib';\n.a { b: @lib; .lib(); }",
    );
    assert_eq!(all_of(missing.1), told(&[(1, missing.0)]));
    let lost = "@a: (foo);\n.m(@x { y: @x; }\n.b { c: @a; .m(1); }";
    assert_eq!(all_of(lost).len(), 2, "{:?}", all_of(lost));
    let failed = "@a: @nope;\n.b { c: @a; d: @a; }\n.e { f: @a }";
    assert_eq!(all_of(failed), told(&[(1, "variable @nope is undefined")]));
    let call = ".m(@a) { @result: @a }\n.b { .m(); c: @result; d: @other }";
    assert_eq!(
        all_of(call),
        told(&[
            (2, "No matching definition was found for ``"),
            (2, "variable @other is undefined"),
        ])
    );
    let parameter = ".m(@w) { a: darken(@w, @dark) }\n.b { .m(2) }";
    assert_eq!(
        all_of(parameter),
        told(&[(1, "variable @dark is undefined")])
    );
    let circle = "@a: @b;\n@b: @c;\n@c: @a;\n.d { e: @a; f: @g }\n@g: @g;";
    assert_eq!(
        all_of(circle),
        told(&[
            (1, "Recursive variable definition for @b"),
            (5, "Recursive variable definition for @g"),
        ])
    );
    let hundred = ".m() {\n  a: @nope;\n}\n".to_owned() + &".b { .m(); }\n".repeat(100);
    assert_eq!(
        all_of(&hundred),
        told(&[(2, "variable @nope is undefined")])
    );
}

#[test]
fn structure_is_repaired_with_one_error() {
    for (less, line, message) in [
        (
            ".a { b: c;\n.d { e: f }\n.g { h: i }",
            3,
            "missing closing `}`",
        ),
        (".a { b: c } }\n.d { e: f }", 1, "missing opening `{`"),
        (".a  b: c; d: e }\n.f { g: h }", 1, "missing opening `{`"),
        (
            ".a { b: \"c d; }\n.d { e: f }\n.g { h: i }",
            1,
            "unmatched `\"`",
        ),
        (".a { b: c }\n/* d\n.e { f: g }", 2, "missing closing `*/`"),
        (
            ".a { b: url(c; }\n.d { e: f }",
            1,
            "Expected ')' got the end of the file",
        ),
        (
            "@r: { a: b }\n.c { d: e }\n.f { g: h }",
            2,
            "Unexpected input",
        ),
        (
            ".a { &:extend(.b) }\n.c { d: e }",
            1,
            "Expected ';' got '}'",
        ),
    ] {
        let found = all_of(less);
        assert_eq!(found.len(), 1, "{less}\n{found:?}");
        assert!(found[0].1.ends_with(message), "{less}\n{found:?}");
        assert!(found[0].0 <= line + 1, "{less}\n{found:?}");
    }
}

#[test]
fn the_number_of_errors_is_bounded() {
    let many = ".a { b: (c) }\n".repeat(80);
    let found = all_of(&many);
    assert_eq!(found.len(), 51);
    assert_eq!(found[50], (0, "further errors are not shown".to_owned()));
    let many: String = (0..80).map(|n| format!(".a {{ b: @v{n} }}\n")).collect();
    let found = all_of(&many);
    assert_eq!(found.len(), 51);
    assert_eq!(found[50].1, "further errors are not shown");
}

#[test]
fn limits_end_the_run() {
    let found = all_of(".a { b: @one }\n.m() { .m(); .m(); }\n.c { .m(); }\n.d { e: @two }");
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].1, "variable @one is undefined");
    assert!(found[1].1.starts_with("nested more than"));
}

#[test]
fn hints_say_what_exists() {
    let hint = |less: &str| failure(less).hint.expect("a hint");
    assert_eq!(
        hint(".m(@a; @b: 1) when (@a > 0) { c: @a }\n.d { .m(); }"),
        "there is `.m(@a; @b: 1) when (@a > 0)` at a.less:1"
    );
    assert_eq!(
        hint(".mixin() { a: b }\n.c { .mixn(); }"),
        "did you mean `.mixin`?"
    );
    assert_eq!(
        hint(".a { @color: red; }\n.b { c: @colr; }"),
        "`@color` is similar, but not defined in a block around this place"
    );
    let files = MemoryImporter::default().with("css/lib.less", "");
    let found = failure_of(Source::new("a.less", "@import 'lib';"), files);
    assert_eq!(
        found.hint.as_deref(),
        Some("looked for `lib.less` from `a.less`; there is `css/lib.less`")
    );
    for (less, part) in [
        ("@plugin 'x';", "plugins are JavaScript"),
        (
            "@layer a { b { c: d } }",
            "less.php 3 does not know this at-rule",
        ),
        (
            "@media @{v} { a { b: c } }",
            "write the variable as `@name`",
        ),
        (
            "@a: { b: c }\n.d { e: f }",
            "a detached ruleset needs a `;`",
        ),
        (".a { &:extend(.b) }", "must end in `;`"),
        (".a { .m(1;; 2); }", "`;;` in arguments"),
        (".a { b: c 1 !IMPORTANT }", "lower case"),
        (
            ".a { b: calc(var(--x) + 1px) }",
            "escape values with `var()` or `calc()`",
        ),
        (".a { b: 1 / 0 }", "guard the divisor"),
        ("@font-face { }", "empty block"),
    ] {
        let hint = failure(less).hint.unwrap_or_default();
        assert!(hint.contains(part), "{less}\n{hint}");
    }
}

#[test]
fn a_place_tells_how_long_it_is() {
    let found = failure(".a {\n  b: @colour;\n}");
    assert_eq!(found.location.expect("a place").length, 7);
    let found = failure(".a {\n  .mixin();\n}");
    assert_eq!(found.location.expect("a place").length, 6);
}
