//! Definitions that lead back to themselves, and bytes that stylesheets rarely hold.

use super::{DEEP, List, MEGABYTE, long, steps};

pub(super) fn cycles(list: &mut List) {
    list.both(
        "a variable of itself",
        "@a:@a;.a{b:@a}",
        "Recursive variable definition for @a",
    );
    list.both(
        "variables in a circle",
        format!(
            "{}.a{{b:@a1}}",
            steps(2_000, |n, _| format!("@a{n}:@a{};", n % 2_000 + 1))
        ),
        "nested more than 1000 levels deep",
    );
    list.add(
        "a chain of variables",
        format!(
            "@a0:1;{}.a{{b:@a20000}}",
            steps(20_000, |n, m| format!("@a{n}:@a{m};"))
        ),
        "",
        "nested more than 1000 levels deep",
    );
    list.both(
        "a chain of variables backwards",
        format!(
            "{}@a0:1;.a{{b:@a20000}}",
            (1..=20_000)
                .rev()
                .map(|n| format!("@a{n}:@a{};", n - 1))
                .collect::<String>()
        ),
        DEEP,
    );
    list.both(
        "a name of itself",
        "@a:\"a\";.a{b:@@a;c:@@@a}",
        "ParseError: Unexpected input",
    );
    list.add(
        "a string of itself",
        "@a:\"@{a}\";.a{b:@a}",
        "Recursive variable definition for @a",
        "nested more than 1000 levels deep",
    );
    list.both("a mixin of itself", ".m(){.m();}.a{.m();}", DEEP);
    list.both(
        "mixins in a circle",
        ".m(){.n();}.n(){.m();}.a{.m();}",
        DEEP,
    );
    list.both(
        "a mixin in its guard",
        ".m() when (@a){b:c}@a:@a;.a{.m()}",
        "Recursive variable definition for @a",
    );
    list.both(
        "a mixin in its default",
        ".m(@a:@a){b:@a}.a{.m()}",
        "variable @a is undefined",
    );
    list.both("a ruleset of itself", "@d:{@d();};.a{@d();}", DEEP);
    list.both(
        "rulesets in a circle",
        "@d:{@e();};@e:{@d();};.a{@d();}",
        DEEP,
    );
    list.both(
        "a namespace of itself",
        "#a{.m(){#a > .m();}}.a{#a > .m();}",
        DEEP,
    );
    list.add(
        "a property of itself",
        ".a{b:$b}",
        "ParseError",
        "Recursive property reference for $b",
    );
    list.add(
        "a lookup of itself",
        ".m(){r:.m()[r]}.a{b:.m()[r]}",
        "ParseError",
        "nested more than 1000 levels deep",
    );
    list.add(
        "a map of itself",
        "@m:{a:@m[a]};.a{b:@m[a]}",
        "ParseError",
        "nested more than 1000 levels deep",
    );
    list.both("an extend of itself", ".a:extend(.a all){b:c}", "");
    list.both(
        "extends in a circle",
        ".a:extend(.b all){b:c}.b:extend(.c all){b:c}.c:extend(.a all){b:c}",
        "",
    );
    let own = || vec![("b.less", b"@import (multiple) \"b\";.b{c:d}".to_vec())];
    list.with(
        "an import of itself",
        "@import \"b\";",
        own(),
        "nested more than 1000 levels deep",
        "nested more than 1000 levels deep",
    );
    let doubling = || {
        vec![
            (
                "b.less",
                b"@import (multiple) \"c\";@import (multiple) \"c\";".to_vec(),
            ),
            (
                "c.less",
                b"@import (multiple) \"b\";@import (multiple) \"b\";".to_vec(),
            ),
        ]
    };
    list.with(
        "imports that double",
        "@import \"b\";",
        doubling(),
        "nested more than 1000 levels deep",
        "nested more than 1000 levels deep",
    );
    list.with(
        "an import in a loop",
        ".m(@i) when (@i>0){@import (multiple) \"b\";.m(@i - 1)}.a{.m(500)}",
        vec![("b.less", b".b{c:d}".to_vec())],
        "",
        "",
    );
    list.with(
        "an import by a variable of itself",
        "@a:\"@{a}\";@import \"@{a}\";",
        own(),
        "Recursive variable definition for @a",
        "nested more than 1000 levels deep",
    );
}

pub(super) fn bytes(list: &mut List) {
    list.both(
        "nul bytes",
        ".a{b:\"\0\";c:\0}",
        "ParseError: Unexpected input",
    );
    list.both("only nul bytes", long("\0"), "ParseError");
    list.both("a byte order mark", "\u{feff}.a{b:c}", "");
    list.add(
        "byte order marks",
        long("\u{feff}"),
        "ParseError: Unexpected input",
        "",
    );
    list.both(
        "carriage returns",
        ".a {\r\n  b: c;\r\n  /* d\r\n */\r\n}\r\n",
        "",
    );
    list.both("only carriage returns", long("\r"), "");
    list.both(
        "control characters",
        (1..32_u8).map(char::from).collect::<String>(),
        "ParseError",
    );
    list.both(
        "letters of all planes",
        ".a{b:\"é日😀\u{10ffff}\u{0}\";c:é日😀\u{10ffff};}",
        "",
    );
    list.both("replacement characters", long("\u{fffd}"), "ParseError");
    list.both("an empty text", "", "");
    let invalid = || vec![("b.less", b".b{c:\"\xff\xfe\x80\"}".to_vec())];
    list.with(
        "invalid utf-8",
        "@import \"b\";",
        invalid(),
        "`b.less`: invalid utf-8",
        "`b.less`: invalid utf-8",
    );
    list.with(
        "invalid utf-8 inline",
        "@import (inline) \"b.less\";",
        invalid(),
        "",
        "",
    );
    list.with(
        "invalid utf-8 as data",
        ".a{b:data-uri(\"b.less\")}",
        invalid(),
        "",
        "",
    );
    list.with(
        "a megabyte of data",
        ".a{b:data-uri(\"b.png\")}",
        vec![("b.png", vec![0; MEGABYTE])],
        "",
        "",
    );
    list.with(
        "a megabyte of inline text",
        "@import (inline) \"b.css\";",
        vec![("b.css", vec![b'x'; MEGABYTE])],
        "",
        "",
    );
}
