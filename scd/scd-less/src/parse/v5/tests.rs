//! Inputs of our own with what less.php 5.5.1 makes of them, recorded by `record.php` beside this file.

use super::outline::outline;
use super::{parse, read};
use crate::ast::{Expr, Reading};
use crate::options::{Dialect, ParseOptions};

const CASES: &str = include_str!("cases.tsv");

fn options() -> ParseOptions {
    ParseOptions {
        dialect: Dialect::V5,
        ..ParseOptions::default()
    }
}

/// Undoes what `record.php` does to keep an input on its line.
fn unescape(line: &str) -> String {
    let mut out = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        out.push(match character {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('f') => '\u{c}',
                Some('v') => '\u{b}',
                Some('0') => '\0',
                other => other.expect("a sign behind the back-slash"),
            },
            other => other,
        });
    }
    out
}

#[test]
fn trees_and_messages_are_those_of_less_php() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in CASES.lines().filter(|line| !line.is_empty()) {
        let (input, expected) = line.split_once('\t').expect("two columns");
        let input = unescape(input);
        let found = match parse(&input, &options()) {
            Ok(tree) => outline(&tree),
            Err(stop) if stop.failure.fatal => format!("fatal {}", stop.failure.message),
            Err(stop) => format!("error {} {}", stop.failure.offset, stop.failure.message),
        };
        count += 1;
        if found != expected {
            wrong.push(format!(
                "{input}\n  expected {expected}\n  found    {found}"
            ));
        }
    }
    assert!(count > 600, "only {count} cases");
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn verbatim_text_reads_as_a_value_when_asked_for() {
    let value = |text| match read(text) {
        Reading::Value(Some(Expr::Comma(items))) => items.len(),
        Reading::Value(Some(_)) => 1,
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(value("red"), 1);
    assert_eq!(value("  a  b , c "), 2);
    assert!(matches!(read(""), Reading::Value(None)));
    assert!(matches!(read("a = b"), Reading::Verbatim));
    assert!(matches!(read("red !important"), Reading::Crash(_)));
    assert!(matches!(read("red !important x"), Reading::Crash(_)));
    assert!(matches!(read("red ! x"), Reading::Verbatim));
}

#[test]
fn hostile_nesting_ends_with_a_message() {
    let message = |input: String| {
        parse(&input, &options())
            .err()
            .map(|failure| failure.failure.message)
    };
    for piece in [
        "a{",
        "@media x{",
        ".m({",
        "a{b:(",
        "a{b:f(",
        "a{b:if((",
        "((",
        ".a when ((",
        "@x:{",
    ] {
        assert!(message(piece.repeat(20_000)).is_some(), "{piece}");
    }
    let unclosed = format!("a{{b:{}", "f(".repeat(100));
    assert_eq!(
        message(unclosed).as_deref(),
        Some("the file needs too many attempts to be read")
    );
}

#[test]
fn what_less_php_never_finishes_is_an_error() {
    let failure = parse(".a { --x: ? /* b; }", &options()).expect_err("unclosed");
    assert_eq!(failure.failure.message, "ParseError: missing closing `*/`");
    // Sends less.php back to the start for good, position 0 included.
    assert!(parse(".a { b: c if((d e); f: g }", &options()).is_err());
    let failure = parse("@plugin 'x';", &options()).expect_err("refused");
    assert!(failure.failure.message.contains("never run"));
    let failure = parse(".a /odd/ .b { c: d }", &options()).expect_err("refused");
    assert!(failure.failure.message.contains("/deep/"));
}

#[test]
fn a_byte_order_mark_is_skipped_and_counted() {
    assert!(parse("\u{feff}\u{feff}.a { b: c }", &options()).is_ok());
    let failure = parse("\u{feff}.a }", &options()).expect_err("unbalanced");
    assert_eq!(failure.failure.offset, 6);
}
