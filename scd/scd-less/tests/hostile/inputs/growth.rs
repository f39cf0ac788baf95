//! Short texts that make long ones: doubling, multiplying, repeating.

use super::{DEEP, List, deep, steps};

pub(super) fn growth(list: &mut List) {
    list.both(
        "rules that call all rules around them",
        format!("{}{}", ".b{.b;".repeat(12), "}".repeat(12)),
        "No matching definition was found for",
    );
    let doubled = |first: &str, line: fn(usize, usize) -> String, last: &str| {
        format!("{first}{}{last}", steps(60, line))
    };
    list.add(
        "a list that doubles",
        doubled("@a0:x;", |n, m| format!("@a{n}:@a{m} @a{m};"), ".a{b:@a60}"),
        "a value has more than 200000 parts",
        "a value has more than 200000 parts",
    );
    list.add(
        "a list of commas that doubles",
        doubled("@a0:x;", |n, m| format!("@a{n}:@a{m},@a{m};"), ".a{b:@a60}"),
        "a value has more than 200000 parts",
        "a value has more than 200000 parts",
    );
    list.add(
        "a string that doubles",
        doubled(
            "@a0:\"x\";",
            |n, m| format!("@a{n}:\"@{{a{m}}}@{{a{m}}}\";"),
            ".a{b:@a60}",
        ),
        "more than 16777216 bytes of text to make",
        "more than 1500000 statements to evaluate",
    );
    list.add(
        "an escaped string that doubles",
        doubled(
            "@a0:~'x';",
            |n, m| format!("@a{n}:~'@{{a{m}}}@{{a{m}}}';"),
            ".@{a60}{b:c}",
        ),
        "more than 16777216 bytes of text to make",
        "more than 1500000 statements to evaluate",
    );
    list.both(
        "a mixin that doubles",
        doubled(
            ".m0(){b:c}",
            |n, m| format!(".m{n}(){{.m{m}();.m{m}();}}"),
            ".a{.m60()}",
        ),
        "more than 1500000 statements to evaluate",
    );
    list.both(
        "a mixin with a rule that doubles",
        doubled(
            ".m0(){.x{b:c}}",
            |n, m| format!(".m{n}(){{.m{m}();.m{m}();}}"),
            ".a{.m60()}",
        ),
        "more than 1500000 statements to evaluate",
    );
    list.both(
        "a ruleset that doubles",
        doubled(
            "@d0:{b:c};",
            |n, m| format!("@d{n}:{{@d{m}();@d{m}();}};"),
            ".a{@d60();}",
        ),
        "more than 1500000 statements to evaluate",
    );
    list.both(
        "a guard that doubles",
        ".m(@i) when (@i>0){.m(@i - 1);.m(@i - 1)}.a{.m(60)}",
        "more than 1500000 statements to evaluate",
    );
    list.both(
        "an argument that doubles",
        ".m(@a;@i) when (@i>0){.m(@a @a;@i - 1)}.m(@a;@i) when (@i=0){b:@a}.a{.m(x;60)}",
        "a value has more than 200000 parts",
    );
    list.both(
        "a string argument that doubles",
        ".m(@a;@i) when (@i>0){.m(\"@{a}@{a}\";@i - 1)}.m(@a;@i) when (@i=0){b:@a}.a{.m(\"x\";60)}",
        "more than 16777216 bytes of text to make",
    );
    list.both(
        "a rest that doubles",
        ".m(@i;@r...) when (@i>0){.m(@i - 1;@r;@r)}.m(@i;@r...) when (@i=0){b:@r}.a{.m(60;x)}",
        "a value has more than 200000 parts",
    );
    list.add(
        "a format that doubles",
        doubled(
            "@a0:\"x\";",
            |n, m| format!("@a{n}:%(\"%d%d\",@a{m},@a{m});"),
            ".a{b:@a60}",
        ),
        "a function makes a text of more than 1048576 bytes",
        "error evaluating function",
    );
    list.both(
        "a replacement that grows",
        doubled(
            "@a0:\"xx\";",
            |n, m| format!("@a{n}:replace(@a{m},\"x\",\"xxxx\",\"g\");"),
            ".a{b:@a60}",
        ),
        "a function makes a text of more than 1048576 bytes",
    );
    list.both(
        "a replacement of a megabyte by a megabyte",
        format!(
            ".a{{b:replace(\"{a}\",\"a\",\"{a}\",\"g\")}}",
            a = "a".repeat(400_000)
        ),
        "a function makes a text of more than 1048576 bytes",
    );
    list.both(
        "many placeholders",
        format!(
            "@a:\"{}\";.a{{b:%(\"{}\"{})}}",
            "a".repeat(300_000),
            "%d".repeat(100_000),
            ",@a".repeat(100_000)
        ),
        "a function makes a text of more than 1048576 bytes",
    );
    list.both(
        "many texts",
        format!(
            "@a0:\"{}\";{}",
            "a".repeat(300_000),
            steps(10_000, |n, _| format!(".a{n}{{b:\"@{{a0}}\"}}"))
        ),
        "more than 16777216 bytes of text to make",
    );
    list.both(
        "an escape that grows",
        doubled(
            "@a0:\"%%\";",
            |n, m| format!("@a{n}:escape(@a{m});"),
            ".a{b:@a60}",
        ),
        "",
    );
    list.both(
        "parents that double",
        format!(
            ".a{{{}}}",
            format!("{}{}", "&,&{".repeat(60), "}".repeat(60)).replace("{}", "{b:c}")
        ),
        "more than 250000 selectors",
    );
    list.both(
        "parents that double in length",
        format!(
            ".a{{{}}}",
            format!("{}{}", "& &{".repeat(60), "}".repeat(60)).replace("{}", "{b:c}")
        ),
        "more than 250000 selectors",
    );
    list.both(
        "media that double",
        format!("{}.a{{b:c}}{}", "@media x,y{".repeat(60), "}".repeat(60)),
        "more than 33554432 bytes of output",
    );
    list.both(
        "extends that multiply",
        format!(
            ".a.a.a.a.a.a.a.a{{b:c}}{}",
            steps(30, |n, _| format!(".b{n} .a:extend(.a all){{}}"))
        ),
        "more than 250000 selectors",
    );
    list.both(
        "extends of each other",
        steps(300, |n, m| {
            format!(".e{n}:extend(.e{m} all,.e{} all){{b:c}}", 300 - n)
        }),
        "more than 250000 selectors",
    );
    list.both(
        "extends that lengthen",
        ".a.a{b:c}.a.b.a:extend(.a all){}.b.a.b:extend(.b all){}.a.b.c:extend(.a all){}",
        "",
    );
    list.both(
        "rulesets extend a long list",
        format!(
            "{}{{b:c}}{}",
            steps(400, |n, _| format!(
                "{}.a{n} .k",
                if n > 1 { "," } else { "" }
            )),
            steps(400, |n, _| format!(".x{n}:extend(.k all){{}}"))
        ),
        "more than 250000 selectors",
    );
    list.add("a range", ".a{b:range(1000000000)}", "", "");
    list.add(
        "a range that is iterated",
        "each(range(1000000000),{.a{b:@value}});",
        "ParseError",
        "",
    );
    list.add(
        "ranges in ranges",
        "each(range(3000),{each(range(3000),{.a{b:@value}});});",
        "ParseError",
        "",
    );
    list.add(
        "a property that doubles",
        format!(
            ".a{{b0:x;{}}}",
            steps(60, |n, m| format!("b{n}:$b{m} $b{m};"))
        ),
        "",
        "a value has more than 200000 parts",
    );
    list.add(
        "a merge that doubles",
        format!(
            ".a{{b0:x;{}}}",
            steps(60, |n, m| format!("b{n}+:$b{m};b{n}+:$b{m};"))
        ),
        "",
        "Illegal offset type in isset or empty",
    );
    list.add(
        "lookups that double",
        format!(
            ".m0(){{r:x}}{}.a{{b:.m60()[r]}}",
            steps(60, |n, m| format!(".m{n}(){{r:.m{m}()[r] .m{m}()[r]}}"))
        ),
        "ParseError",
        "a value has more than 200000 parts",
    );
    list.both(
        "a pattern that backtracks",
        format!(
            ".a{{b:replace(\"{}\",\"(a+)+$\",\"x\")}}",
            "a".repeat(5_000) + "b"
        ),
        "error evaluating function",
    );
    list.both(
        "a pattern that nests",
        format!(".a{{b:replace(\"a\",\"{}\",\"x\")}}", deep("(", "a", ")")),
        "error evaluating function",
    );
    list.both("a pattern that repeats", ".a{b:replace(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"(((a{1,1000}){1,1000}){1,1000})*b\",\"x\")}", "error evaluating function");
    list.both(
        "powers",
        ".a{b:pow(10,1000000000);c:pow(0,-1);d:mod(1,0.5)}",
        "error evaluating function",
    );
    list.both(
        "rounding to many places",
        ".a{b:round(1.5,1000000000);c:round(1.5,-1000000000)}",
        "Division by zero",
    );
    list.both(
        "an index out of range",
        "@l:a b;.a{b:extract(@l,1000000000000000000000)}",
        "",
    );
    list.both(
        "colours of a gradient",
        format!(
            ".a{{b:svg-gradient(to right{})}}",
            ",red 10%".repeat(20_000)
        ),
        "",
    );
    list.both(
        "a selector of a variable",
        format!("@s:~\"{}a\";@{{s}}{{&,&{{b:c}}}}", "a,".repeat(100_000)),
        "",
    );
    list.both(
        "many rules in many parents",
        format!(
            "{}{{{}{{b:c}}}}",
            steps(2_000, |n, _| format!(
                "{}.a{n}",
                if n > 1 { "," } else { "" }
            )),
            steps(2_000, |n, _| format!(
                "{}.b{n}",
                if n > 1 { "," } else { "" }
            ))
        ),
        "more than 250000 selectors",
    );
    list.both(
        "a loop without an end",
        ".m(@i) when (@i>0){.x-@{i}{b:c}.m(@i + 1)}.m(1);",
        DEEP,
    );
    list.both(
        "calls of many definitions",
        format!(
            "{}.a{{{}}}",
            ".m(){b:c}".repeat(3_000),
            ".m();".repeat(3_000)
        ),
        "more than 1500000 statements to evaluate",
    );
    list.both(
        "calls of a long rule",
        format!(
            ".m(){{{}}}.a{{{}}}",
            "b:c d(@v);".repeat(10_000),
            ".m();".repeat(10_000)
        ),
        "variable @v is undefined",
    );
    list.both(
        "duplicates",
        format!(".a{{{}}}", steps(60_000, |n, _| format!("b:c{n};"))),
        "",
    );
}
