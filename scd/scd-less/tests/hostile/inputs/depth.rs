//! Texts that nest deeply or go on for long.

use super::{DEEP, List, deep, long};

/// Variables that lead from one nest into the next.
fn led_on(open: &str, close: &str) -> String {
    let mut text = ".x { y: @a400; }\n@a0: 1;\n".to_owned();
    for number in 1..=400 {
        let (open, close) = (open.repeat(60), close.repeat(60));
        text += &format!("@a{number}: {open}@a{}{close};\n", number - 1);
    }
    text
}

pub(super) fn nesting(list: &mut List) {
    list.both("blocks", deep(".a{", "b:c", "}"), DEEP);
    list.both("blocks not closed", long(".a{"), DEEP);
    list.both("media", deep("@media x{", "b:c", "}"), DEEP);
    list.both("supports", deep("@supports (a:b){", ".b{c:d}", "}"), DEEP);
    list.both("font faces", deep("@font-face{", "b:c", "}"), DEEP);
    list.both(
        "parentheses",
        format!(".a{{b:{}}}", deep("(", "1", ")")),
        DEEP,
    );
    list.both("signs", format!(".a{{b:{}}}", deep("-(", "1", ")")), DEEP);
    list.both("calls", format!(".a{{b:{}}}", deep("f(", "1", ")")), DEEP);
    list.both(
        "calls of css",
        format!(".a{{b:{}}}", deep("calc(", "1", ")")),
        DEEP,
    );
    list.both("brackets", format!(".a{{b:{};}}", deep("[", "x", "]")), "");
    list.both(
        "pseudo classes",
        format!("{}{{b:c}}", deep(":not(", "a", ")")),
        "nested more than 128 levels deep",
    );
    list.both(
        "guards",
        format!(".m() when {}{{b:c}}", deep("(", "true", ")")),
        "nested more than 128 levels deep",
    );
    list.add(
        "negated guards",
        format!(".m() when {}{{b:c}}", deep("not (", "true", ")")),
        "Expected ')' got '('",
        "nested more than 128 levels deep",
    );
    list.both(
        "rulesets as arguments",
        format!(".a{{{}}}", deep(".m({", "b:c", "});")),
        DEEP,
    );
    list.both("rulesets in variables", deep("@d:{", "b:c", "};"), DEEP);
    for (name, open, close) in [
        ("calls through variables", "f(", ")"),
        ("parentheses through variables", "(", ")"),
        ("signs through variables", "-(", ")"),
        ("sums through variables", "(", " + 1)"),
    ] {
        list.both(
            name,
            led_on(open, close),
            "nested more than 1000 levels deep",
        );
    }
    list.both(
        "calls through parameters",
        format!(
            ".m(@a; @i) when (@i > 0) {{ .m({}@a{}; (@i - 1)); }}\n.m(@a; 0) {{ b: @a; }}\n.c {{ .m(1; 450); }}",
            "f(".repeat(100),
            ")".repeat(100)
        ),
        "a value has more than 200000 parts or nests",
    );
    list.both(
        "interpolation",
        format!(".a{{b:\"{}\"}}", deep("@{", "x", "}")),
        "variable @x is undefined",
    );
    list.both(
        "interpolated selectors",
        format!("{}{{b:c}}", deep("@{", "x", "}")),
        "ParseError: Unexpected input",
    );
    list.both(
        "comments",
        deep("/*", " ", "*/"),
        "ParseError: missing closing `*/`",
    );
    list.add(
        "custom properties",
        format!(".a{{--x:{}}}", deep("{", "", "}")),
        "ParseError: Unexpected input",
        "",
    );
    list.add(
        "unknown at-rules",
        deep("@x y{", "b:c", "}"),
        "ParseError: Unexpected input",
        DEEP,
    );
    list.add(
        "conditions",
        format!(".a{{b:{}}}", deep("if((true),", "1", ",2)")),
        "ParseError: Unexpected input",
        DEEP,
    );
    list.both("mixin definitions", deep(".m(){", "b:c", "}"), DEEP);
    list.both("keyframes", deep("@keyframes x{", "b:c", "}"), DEEP);
    list.both(
        "escaped urls",
        format!(".a{{b:{}}}", deep("url(", "x", ")")),
        "Expected ')' got '('",
    );
}

pub(super) fn chains(list: &mut List) {
    list.both(
        "a sum",
        format!(".a{{b:1{}}}", long("+1")),
        "more than 1024 operators in a statement",
    );
    list.both(
        "a product",
        format!(".a{{b:1{}}}", long("*1")),
        "more than 1024 operators in a statement",
    );
    list.both(
        "a division",
        format!(".a{{b:(1{})}}", long("/1")),
        "more than 1024 operators in a statement",
    );
    list.both("a list of commas", format!(".a{{b:1{}}}", long(",1")), "");
    list.both("a list of blanks", format!(".a{{b:1{}}}", long(" 1")), "");
    list.both(
        "a list of variables",
        format!("@v:1;.a{{b:1{}}}", long(" @v")),
        "",
    );
    list.both(
        "conditions of a guard",
        format!("@v:1;.a when (@v=1){}{{b:c}}", long(" and (@v=1)")),
        "nested more than 128 levels deep",
    );
    list.both(
        "alternatives of a guard",
        format!("@v:1;.a when (@v=2){}{{b:c}}", long(",(@v=2)")),
        "more than 1024 operators in a statement",
    );
    list.add(
        "alternatives by word",
        format!("@v:1;.a when (@v=2){}{{b:c}}", long(" or (@v=2)")),
        "ParseError: Unexpected input",
        "nested more than 128 levels deep",
    );
    list.add(
        "lookups",
        format!("@a:{{b:c}};.a{{b:@a{}}}", long("[b]")),
        "ParseError: Unexpected input",
        "only rulesets can be looked into",
    );
    list.both(
        "at-signs",
        format!(".a{{b:{}a}}", long("@")),
        "ParseError: Unexpected input",
    );
    list.both("descendants", format!("{}{{b:c}}", long(".a ")), "");
    list.both("classes", format!("{}{{b:c}}", long(".a")), "");
    list.both(
        "a list of selectors",
        format!("{}.b{{b:c}}", long(".a,")),
        "more than 250000 selectors",
    );
    list.both(
        "parents",
        format!(".x{{{}{{b:c}}}}", long("&")),
        "more than 250000 selectors",
    );
    list.both(
        "parents with combinators",
        format!(".x{{{}{{b:c}}}}", long("& + ")),
        "more than 250000 selectors",
    );
    list.both(
        "combinators",
        format!("{}a{{b:c}}", long(">")),
        "ParseError: Unexpected input",
    );
    list.both("attributes", format!("{}{{b:c}}", long("[a=b]")), "");
    list.both(
        "extends of a selector",
        format!("{}{{b:c}}", ".a:extend(.b)".repeat(3_000)),
        "",
    );
    list.both(
        "a list of extends",
        format!(".a{{&:extend(.b{});}}", ",.b".repeat(10_000)),
        "",
    );
    list.both("semicolons", long(";"), "");
    list.both(
        "declarations",
        format!(".a{{{}}}", long("b:c;")),
        "the file has too many statements",
    );
    list.both(
        "merged declarations",
        format!(".a{{{}}}", long("b+:c;")),
        "the file has too many statements",
    );
    list.both("rules", long(".a{b:c}"), "the file has too many statements");
    list.both(
        "definitions of one variable",
        format!("{}.a{{b:@v}}", long("@v:1;")),
        "the file has too many statements",
    );
    list.both(
        "definitions of one mixin",
        format!("{}.a{{.m()}}", long(".m(){b:c}")),
        "the file has too many statements",
    );
    list.both(
        "media queries",
        format!("@media a{}{{.b{{c:d}}}}", long(" and (b:c)")),
        "",
    );
    list.both("parameters", format!(".m({}@z){{b:c}}", long("@a,")), "");
    list.both(
        "arguments",
        format!(".m(@r...){{b:@r}}.a{{.m({}1)}}", long("1,")),
        "a value has more than 200000 parts",
    );
    list.add(
        "arguments by name",
        format!(".m(@a){{b:c}}.a{{.m({}@a:1)}}", long("@a:1,")),
        "No matching definition was found for",
        "No matching definition was found for .m with args",
    );
    list.both(
        "importants",
        format!(".a{{b:c{}}}", long(" !important")),
        "ParseError: Unexpected input",
    );
    list.both(
        "namespaces",
        format!(".a{{{}.m();}}", long("#a > ")),
        "#a > #a > #a",
    );
    list.both("charsets", long("@charset \"x\";"), "");
    list.both(
        "css imports",
        format!("{}.a{{b:c}}", "@import \"x.css\";".repeat(9_000)),
        "",
    );
    list.both(
        "empty blocks",
        long("a{}"),
        "the file has too many statements",
    );
    list.add(
        "comments in a row",
        long("/**/"),
        "the file has too many statements",
        "",
    );
    list.add(
        "line comments",
        long("//\n"),
        "the file has too many statements",
        "",
    );
}
