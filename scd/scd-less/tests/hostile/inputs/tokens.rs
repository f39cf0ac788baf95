//! Tokens of a megabyte, and constructs that do not end.

use super::{List, long};

pub(super) fn tokens(list: &mut List) {
    let word = long("a");
    list.both("a keyword", format!(".a{{b:{word}}}"), "");
    list.both("a class", format!(".{word}{{b:c}}"), "");
    list.both("an element", format!("{word}{{b:c}}"), "");
    list.both("a property", format!(".a{{{word}:c}}"), "");
    list.both(
        "a variable",
        format!("@{word}:1;.a{{b:@{word}}}", word = "a".repeat(400_000)),
        "",
    );
    list.both(
        "an undefined variable",
        format!(".a{{b:@{word}}}"),
        "variable @",
    );
    list.both("an undefined mixin", format!(".a{{.{word}();}}"), ".");
    list.both("a string", format!(".a{{b:\"{word}\"}}"), "");
    list.both("an escaped string", format!(".a{{b:~'{word}'}}"), "");
    list.both("a url", format!(".a{{b:url({word})}}"), "");
    list.both("a path", format!(".a{{b:url({})}}", long("../")), "");
    list.both(
        "a path that goes up",
        format!(".a{{b:url({})}}", long("a/../")),
        "",
    );
    list.both("a call", format!(".a{{b:{word}(1)}}"), "");
    list.both("a unit", format!(".a{{b:1{word} + 1}}"), "");
    list.both("digits", format!(".a{{b:{} + 1}}", long("9")), "");
    list.both(
        "digits of a fraction",
        format!(".a{{b:0.{} + 1}}", long("9")),
        "",
    );
    list.add(
        "digits of a hash",
        format!(".a{{b:#{} x}}", long("f")),
        "",
        "ParseError: Unexpected input",
    );
    list.both("an at-rule", format!("@{word}{{b:c}}"), "");
    list.both("a comment", format!("/*{word}*/.a{{b:c}}"), "");
    list.both("a line comment", format!("//{word}\n.a{{b:c}}"), "");
    list.both("blanks", format!(".a{{b:{}c}}", long(" ")), "");
    list.both("line breaks", long("\n"), "");
    list.both("verbatim text", format!(".a{{b:?{word};}}"), "");
    list.both("a custom property", format!(".a{{--x:{word}}}"), "");
    list.both(
        "an attribute",
        format!(
            "[{word}=\"{word2}\"]{{b:c}}",
            word = "a".repeat(400_000),
            word2 = "b".repeat(400_000)
        ),
        "",
    );
    list.both("a media query", format!("@media {word}{{.a{{b:c}}}}"), "");
    list.both("an import", format!("@import \"{word}\";"), "File");
    list.both("escapes", format!(".a{}{{b:c}}", long("\\:")), "");
    list.both("a unicode range", format!(".a{{b:U+{}}}", long("f")), "");
    list.both("dashes", format!(".a{{b:{}1}}", long("-")), "");
    list.both("dots", long("."), "ParseError");
    list.both("braces", long("{"), "ParseError");
    list.both("closing braces", long("}"), "ParseError");
    list.both(
        "opening parentheses",
        long("("),
        "nested more than 128 levels deep",
    );
    list.both("quotes", long("\""), "ParseError");
    list.both("hashes", long("#"), "ParseError");
    list.both("ampersands", long("&"), "ParseError");
    list.both("back-quotes", format!(".a{{b:`{word}`}}"), "");
    list.both(
        "exclamation marks",
        format!(".a{{b:c{}}}", long("!")),
        "ParseError: Unexpected input",
    );
    list.both(
        "percent signs",
        format!(".a{{b:{}}}", long("% ")),
        "Invalid % without number",
    );
}

pub(super) fn unterminated(list: &mut List) {
    let word = long("a");
    list.both(
        "a string without an end",
        format!(".a{{b:\"{word}"),
        "ParseError",
    );
    list.add(
        "strings without ends",
        format!(".a{{{}", long("b:\"c;\n")),
        "the file has too many statements",
        "ParseError",
    );
    list.both(
        "a url without an end",
        format!(".a{{b:url({word}"),
        "Expected ')' got the end of the file",
    );
    list.both(
        "a comment without an end",
        format!("/*{word}"),
        "ParseError",
    );
    list.both("comments without ends", long("/*"), "ParseError");
    list.both(
        "a call without an end",
        format!(".a{{b:f({}", long("1,")),
        "ParseError: missing closing `}`",
    );
    list.both(
        "a mixin call without an end",
        format!(".a{{.m({}", long("1;")),
        "Expected ')' got the end of the file",
    );
    list.both(
        "a mixin without an end",
        format!(".m({}", long("@a;")),
        "Expected ')' got the end of the file",
    );
    list.both(
        "an attribute without an end",
        format!("[{word}"),
        "Expected ']' got the end of the file",
    );
    list.both(
        "a pseudo class without an end",
        format!("a:not({word}"),
        "ParseError: missing closing `)`",
    );
    list.add(
        "a guard without an end",
        format!(".a when ({word}"),
        "Expected ')' got the end of the file",
        "ParseError: missing closing `)`",
    );
    list.both(
        "an interpolation without an end",
        format!(".@{{{word}"),
        "ParseError: missing closing `}`",
    );
    list.both(
        "interpolations without ends",
        format!(".a{{b:\"{}\"}}", long("@{")),
        "",
    );
    list.add(
        "an import without an end",
        format!("@import \"{word}"),
        "ParseError: unmatched `",
        "expected '",
    );
    list.add(
        "imports without ends",
        long("@import "),
        "ParseError: Unexpected input",
        "@import rule is missing block or ending semi-colon",
    );
    list.both(
        "a media query without an end",
        format!("@media {word}"),
        "ParseError: Unexpected input",
    );
    list.both(
        "a selector without an end",
        long("a "),
        "ParseError: Unexpected input",
    );
    list.both(
        "a declaration without an end",
        format!(".a{{b:{}", long("c ")),
        "ParseError: missing closing `}`",
    );
    list.add(
        "a variable without an end",
        format!("@a:{}", long("c ")),
        "ParseError: Unexpected input",
        "@a rule is missing block or ending semi-colon",
    );
    list.both(
        "a custom property without an end",
        format!(".a{{--x:{}", long("{")),
        "ParseError: missing closing `}`",
    );
    list.both(
        "an extend without an end",
        format!(".a:extend({}", long(".b ")),
        "Expected ')' got the end of the file",
    );
    list.both(
        "lookups without ends",
        format!(".a{{b:@a{}", long("[")),
        "ParseError: missing closing `}`",
    );
    list.both(
        "back-quotes without an end",
        format!(".a{{b:`{word}"),
        "ParseError: unmatched ```",
    );
    list.add(
        "comments behind a back-quote in a call",
        format!(".a{{b:f(e`{}", long("/*x*/")),
        "ParseError",
        "the file needs too many attempts",
    );
    list.both(
        "declarations that are none",
        format!(".a{{{}", long("b c d ")),
        "ParseError: missing closing `}`",
    );
    list.both(
        "rules that are none",
        format!("{}}}", long("a{b}")),
        "ParseError: missing opening `{`",
    );
}
