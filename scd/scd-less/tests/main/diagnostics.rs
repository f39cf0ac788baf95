//! What people are told when something is wrong, and that nothing runs without end.

use std::sync::Arc;

use scd_less::{Diagnostic, MemoryImporter, Options, Origin, ParseOptions, Source, compile, parse};

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
    assert_eq!(product.message, "more than 5000000 selectors");
    let queries = failure(&nested("@media x,y{.a{b:c}", 60));
    assert_eq!(queries.message, "more than 67108864 bytes of output");
}
