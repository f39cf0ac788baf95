//! The hostile texts, and the message that each ends with in either dialect; none for those that compile.

/// One text.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) entry: String,
    pub(crate) files: Vec<(&'static str, Vec<u8>)>,
    /// How the message of dialect 3 begins; empty if it compiles.
    pub(crate) v3: &'static str,
    /// The same of dialect 5.
    pub(crate) v5: &'static str,
}

const MEGABYTE: usize = 1_000_000;

/// A text repeated up to a megabyte.
fn long(text: &str) -> String {
    text.repeat(MEGABYTE / text.len())
}

/// Openings and closings that nest as deeply as a megabyte allows.
fn deep(open: &str, middle: &str, close: &str) -> String {
    let depth = MEGABYTE / (open.len() + close.len());
    format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
}

/// Lines numbered from 1, each made from its number and the one before.
fn steps(count: usize, line: impl Fn(usize, usize) -> String) -> String {
    (1..=count).map(|step| line(step, step - 1)).collect()
}

/// Adds cases to a list.
struct List(Vec<Case>);

impl List {
    fn add(
        &mut self,
        name: &'static str,
        entry: impl Into<String>,
        v3: &'static str,
        v5: &'static str,
    ) {
        self.with(name, entry, Vec::new(), v3, v5);
    }

    fn both(&mut self, name: &'static str, entry: impl Into<String>, message: &'static str) {
        self.add(name, entry, message, message);
    }

    fn with(
        &mut self,
        name: &'static str,
        entry: impl Into<String>,
        files: Vec<(&'static str, Vec<u8>)>,
        v3: &'static str,
        v5: &'static str,
    ) {
        self.0.push(Case {
            name,
            entry: entry.into(),
            files,
            v3,
            v5,
        });
    }
}

/// All of them.
pub(crate) fn all() -> Vec<Case> {
    let mut list = List(Vec::new());
    nesting(&mut list);
    chains(&mut list);
    tokens(&mut list);
    unterminated(&mut list);
    growth(&mut list);
    cycles(&mut list);
    bytes(&mut list);
    list.0
}

const DEEP: &str = "nested more than";

fn nesting(list: &mut List) {
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
        "",
    );
    list.both(
        "guards",
        format!(".m() when {}{{b:c}}", deep("(", "true", ")")),
        "",
    );
    list.both(
        "negated guards",
        format!(".m() when {}{{b:c}}", deep("not (", "true", ")")),
        "",
    );
    list.both(
        "rulesets as arguments",
        format!(".a{{{}}}", deep(".m({", "b:c", "});")),
        DEEP,
    );
    list.both("rulesets in variables", deep("@d:{", "b:c", "};"), DEEP);
    list.both(
        "interpolation",
        format!(".a{{b:\"{}\"}}", deep("@{", "x", "}")),
        "",
    );
    list.both(
        "interpolated selectors",
        format!("{}{{b:c}}", deep("@{", "x", "}")),
        "",
    );
    list.both("comments", deep("/*", " ", "*/"), "");
    list.both(
        "custom properties",
        format!(".a{{--x:{}}}", deep("{", "", "}")),
        "",
    );
    list.both("unknown at-rules", deep("@x y{", "b:c", "}"), DEEP);
    list.both(
        "conditions",
        format!(".a{{b:{}}}", deep("if((true),", "1", ",2)")),
        DEEP,
    );
    list.both("mixin definitions", deep(".m(){", "b:c", "}"), DEEP);
    list.both("keyframes", deep("@keyframes x{", "b:c", "}"), DEEP);
    list.both(
        "escaped urls",
        format!(".a{{b:{}}}", deep("url(", "x", ")")),
        "",
    );
}

fn chains(list: &mut List) {
    list.both("a sum", format!(".a{{b:1{}}}", long("+1")), "");
    list.both("a product", format!(".a{{b:1{}}}", long("*1")), "");
    list.both("a division", format!(".a{{b:(1{})}}", long("/1")), "");
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
        "",
    );
    list.both(
        "alternatives of a guard",
        format!("@v:1;.a when (@v=2){}{{b:c}}", long(",(@v=2)")),
        "",
    );
    list.both(
        "alternatives by word",
        format!("@v:1;.a when (@v=2){}{{b:c}}", long(" or (@v=2)")),
        "",
    );
    list.both(
        "lookups",
        format!("@a:{{b:c}};.a{{b:@a{}}}", long("[b]")),
        "",
    );
    list.both("at-signs", format!(".a{{b:{}a}}", long("@")), "");
    list.both("descendants", format!("{}{{b:c}}", long(".a ")), "");
    list.both("classes", format!("{}{{b:c}}", long(".a")), "");
    list.both(
        "a list of selectors",
        format!("{}.b{{b:c}}", long(".a,")),
        "",
    );
    list.both("parents", format!(".x{{{}{{b:c}}}}", long("&")), "");
    list.both(
        "parents with combinators",
        format!(".x{{{}{{b:c}}}}", long("& + ")),
        "",
    );
    list.both("combinators", format!("{}a{{b:c}}", long(">")), "");
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
    list.both("declarations", format!(".a{{{}}}", long("b:c;")), "");
    list.both(
        "merged declarations",
        format!(".a{{{}}}", long("b+:c;")),
        "",
    );
    list.both("rules", long(".a{b:c}"), "");
    list.both(
        "definitions of one variable",
        format!("{}.a{{b:@v}}", long("@v:1;")),
        "",
    );
    list.both(
        "definitions of one mixin",
        format!("{}.a{{.m()}}", long(".m(){b:c}")),
        "",
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
        "",
    );
    list.both(
        "arguments by name",
        format!(".m(@a){{b:c}}.a{{.m({}@a:1)}}", long("@a:1,")),
        "",
    );
    list.both(
        "importants",
        format!(".a{{b:c{}}}", long(" !important")),
        "",
    );
    list.both("namespaces", format!(".a{{{}.m();}}", long("#a > ")), "");
    list.both("charsets", long("@charset \"x\";"), "");
    list.both(
        "css imports",
        format!("{}.a{{b:c}}", "@import \"x.css\";".repeat(9_000)),
        "",
    );
    list.both("empty blocks", long("a{}"), "");
    list.both("comments in a row", long("/**/"), "");
    list.both("line comments", long("//\n"), "");
}

fn tokens(list: &mut List) {
    let word = long("a");
    list.both("a keyword", format!(".a{{b:{word}}}"), "");
    list.both("a class", format!(".{word}{{b:c}}"), "");
    list.both("an element", format!("{word}{{b:c}}"), "");
    list.both("a property", format!(".a{{{word}:c}}"), "");
    list.both("a variable", format!("@{word}:1;.a{{b:@{word}}}"), "");
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
    list.both("digits of a hash", format!(".a{{b:#{} x}}", long("f")), "");
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
    list.both("an import", format!("@import \"{word}\";"), "File `");
    list.both("escapes", format!(".a{}{{b:c}}", long("\\:")), "");
    list.both("a unicode range", format!(".a{{b:U+{}}}", long("f")), "");
    list.both("dashes", format!(".a{{b:{}1}}", long("-")), "");
    list.both("dots", long("."), "ParseError");
    list.both("braces", long("{"), "ParseError");
    list.both("closing braces", long("}"), "ParseError");
    list.both("opening parentheses", long("("), "ParseError");
    list.both("quotes", long("\""), "ParseError");
    list.both("hashes", long("#"), "ParseError");
    list.both("ampersands", long("&"), "ParseError");
    list.both("back-quotes", format!(".a{{b:`{word}`}}"), "");
    list.both("exclamation marks", format!(".a{{b:c{}}}", long("!")), "");
    list.both("percent signs", format!(".a{{b:{}}}", long("% ")), "");
}

fn unterminated(list: &mut List) {
    let word = long("a");
    list.both(
        "a string without an end",
        format!(".a{{b:\"{word}"),
        "ParseError",
    );
    list.both(
        "strings without ends",
        format!(".a{{{}", long("b:\"c;\n")),
        "ParseError",
    );
    list.both("a url without an end", format!(".a{{b:url({word}"), "");
    list.both(
        "a comment without an end",
        format!("/*{word}"),
        "ParseError",
    );
    list.both("comments without ends", long("/*"), "ParseError");
    list.both(
        "a call without an end",
        format!(".a{{b:f({}", long("1,")),
        "",
    );
    list.both(
        "a mixin call without an end",
        format!(".a{{.m({}", long("1;")),
        "",
    );
    list.both("a mixin without an end", format!(".m({}", long("@a;")), "");
    list.both("an attribute without an end", format!("[{word}"), "");
    list.both("a pseudo class without an end", format!("a:not({word}"), "");
    list.both("a guard without an end", format!(".a when ({word}"), "");
    list.both("an interpolation without an end", format!(".@{{{word}"), "");
    list.both(
        "interpolations without ends",
        format!(".a{{b:\"{}\"}}", long("@{")),
        "",
    );
    list.both("an import without an end", format!("@import \"{word}"), "");
    list.both("imports without ends", long("@import "), "");
    list.both("a media query without an end", format!("@media {word}"), "");
    list.both("a selector without an end", long("a "), "");
    list.both(
        "a declaration without an end",
        format!(".a{{b:{}", long("c ")),
        "",
    );
    list.both(
        "a variable without an end",
        format!("@a:{}", long("c ")),
        "",
    );
    list.both(
        "a custom property without an end",
        format!(".a{{--x:{}", long("{")),
        "",
    );
    list.both(
        "an extend without an end",
        format!(".a:extend({}", long(".b ")),
        "",
    );
    list.both("lookups without ends", format!(".a{{b:@a{}", long("[")), "");
    list.both("back-quotes without an end", format!(".a{{b:`{word}"), "");
    list.both(
        "declarations that are none",
        format!(".a{{{}", long("b c d ")),
        "",
    );
    list.both("rules that are none", format!("{}}}", long("a{b}")), "");
}

fn growth(list: &mut List) {
    let doubled = |first: &str, line: fn(usize, usize) -> String, last: &str| {
        format!("{first}{}{last}", steps(60, line))
    };
    list.both(
        "a list that doubles",
        doubled("@a0:x;", |n, m| format!("@a{n}:@a{m} @a{m};"), ".a{b:@a60}"),
        "",
    );
    list.both(
        "a list of commas that doubles",
        doubled("@a0:x;", |n, m| format!("@a{n}:@a{m},@a{m};"), ".a{b:@a60}"),
        "",
    );
    list.both(
        "a string that doubles",
        doubled(
            "@a0:\"x\";",
            |n, m| format!("@a{n}:\"@{{a{m}}}@{{a{m}}}\";"),
            ".a{b:@a60}",
        ),
        "",
    );
    list.both(
        "an escaped string that doubles",
        doubled(
            "@a0:~'x';",
            |n, m| format!("@a{n}:~'@{{a{m}}}@{{a{m}}}';"),
            ".@{a60}{b:c}",
        ),
        "",
    );
    list.both(
        "a mixin that doubles",
        doubled(
            ".m0(){b:c}",
            |n, m| format!(".m{n}(){{.m{m}();.m{m}();}}"),
            ".a{.m60()}",
        ),
        "",
    );
    list.both(
        "a mixin with a rule that doubles",
        doubled(
            ".m0(){.x{b:c}}",
            |n, m| format!(".m{n}(){{.m{m}();.m{m}();}}"),
            ".a{.m60()}",
        ),
        "",
    );
    list.both(
        "a ruleset that doubles",
        doubled(
            "@d0:{b:c};",
            |n, m| format!("@d{n}:{{@d{m}();@d{m}();}};"),
            ".a{@d60();}",
        ),
        "",
    );
    list.both(
        "a guard that doubles",
        ".m(@i) when (@i>0){.m(@i - 1);.m(@i - 1)}.a{.m(60)}",
        "",
    );
    list.both(
        "an argument that doubles",
        ".m(@a;@i) when (@i>0){.m(@a @a;@i - 1)}.m(@a;@i) when (@i=0){b:@a}.a{.m(x;60)}",
        "",
    );
    list.both(
        "a string argument that doubles",
        ".m(@a;@i) when (@i>0){.m(\"@{a}@{a}\";@i - 1)}.m(@a;@i) when (@i=0){b:@a}.a{.m(\"x\";60)}",
        "",
    );
    list.both(
        "a rest that doubles",
        ".m(@i;@r...) when (@i>0){.m(@i - 1;@r;@r)}.m(@i;@r...) when (@i=0){b:@r}.a{.m(60;x)}",
        "",
    );
    list.both(
        "a format that doubles",
        doubled(
            "@a0:\"x\";",
            |n, m| format!("@a{n}:%(\"%d%d\",@a{m},@a{m});"),
            ".a{b:@a60}",
        ),
        "",
    );
    list.both(
        "a replacement that grows",
        doubled(
            "@a0:\"xx\";",
            |n, m| format!("@a{n}:replace(@a{m},\"x\",\"xxxx\",\"g\");"),
            ".a{b:@a60}",
        ),
        "",
    );
    list.both(
        "a replacement of a megabyte by a megabyte",
        format!(
            ".a{{b:replace(\"{a}\",\"a\",\"{a}\",\"g\")}}",
            a = "a".repeat(400_000)
        ),
        "",
    );
    list.both(
        "many placeholders",
        format!(
            "@a:\"{}\";.a{{b:%(\"{}\"{})}}",
            "a".repeat(300_000),
            "%d".repeat(100_000),
            ",@a".repeat(100_000)
        ),
        "",
    );
    list.both(
        "many texts",
        format!(
            "@a0:\"{}\";{}",
            "a".repeat(300_000),
            steps(10_000, |n, _| format!(".a{n}{{b:\"@{{a0}}\"}}"))
        ),
        "",
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
        "",
    );
    list.both(
        "parents that double in length",
        format!(
            ".a{{{}}}",
            format!("{}{}", "& &{".repeat(60), "}".repeat(60)).replace("{}", "{b:c}")
        ),
        "",
    );
    list.both(
        "media that double",
        format!("{}.a{{b:c}}{}", "@media x,y{".repeat(60), "}".repeat(60)),
        "",
    );
    list.both(
        "extends that multiply",
        format!(
            ".a.a.a.a.a.a.a.a{{b:c}}{}",
            steps(30, |n, _| format!(".b{n} .a:extend(.a all){{}}"))
        ),
        "",
    );
    list.both(
        "extends of each other",
        steps(300, |n, m| {
            format!(".e{n}:extend(.e{m} all,.e{} all){{b:c}}", 300 - n)
        }),
        "",
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
        "",
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
        "ParseError",
        "",
    );
    list.add(
        "a merge that doubles",
        format!(
            ".a{{b0:x;{}}}",
            steps(60, |n, m| format!("b{n}+:$b{m};b{n}+:$b{m};"))
        ),
        "ParseError",
        "",
    );
    list.add(
        "lookups that double",
        format!(
            ".m0(){{r:x}}{}.a{{b:.m60()[r]}}",
            steps(60, |n, m| format!(".m{n}(){{r:.m{m}()[r] .m{m}()[r]}}"))
        ),
        "ParseError",
        "",
    );
    list.both(
        "a pattern that backtracks",
        format!(
            ".a{{b:replace(\"{}\",\"(a+)+$\",\"x\")}}",
            "a".repeat(5_000) + "b"
        ),
        "",
    );
    list.both(
        "a pattern that nests",
        format!(".a{{b:replace(\"a\",\"{}\",\"x\")}}", deep("(", "a", ")")),
        "",
    );
    list.both("a pattern that repeats", ".a{b:replace(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"(((a{1,1000}){1,1000}){1,1000})*b\",\"x\")}", "");
    list.both(
        "powers",
        ".a{b:pow(10,1000000000);c:pow(0,-1);d:mod(1,0.5)}",
        "",
    );
    list.both(
        "rounding to many places",
        ".a{b:round(1.5,1000000000);c:round(1.5,-1000000000)}",
        "",
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
        "",
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
        "",
    );
    list.both(
        "calls of a long rule",
        format!(
            ".m(){{{}}}.a{{{}}}",
            "b:c d(@v);".repeat(10_000),
            ".m();".repeat(10_000)
        ),
        "",
    );
    list.both(
        "duplicates",
        format!(".a{{{}}}", steps(60_000, |n, _| format!("b:c{n};"))),
        "",
    );
}

fn cycles(list: &mut List) {
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
        "",
    );
    list.both(
        "a chain of variables",
        format!(
            "@a0:1;{}.a{{b:@a20000}}",
            steps(20_000, |n, m| format!("@a{n}:@a{m};"))
        ),
        "",
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
    list.both("a name of itself", "@a:\"a\";.a{b:@@a;c:@@@a}", "");
    list.both("a string of itself", "@a:\"@{a}\";.a{b:@a}", "");
    list.both("a mixin of itself", ".m(){.m();}.a{.m();}", DEEP);
    list.both(
        "mixins in a circle",
        ".m(){.n();}.n(){.m();}.a{.m();}",
        DEEP,
    );
    list.both(
        "a mixin in its guard",
        ".m() when (@a){b:c}@a:@a;.a{.m()}",
        "",
    );
    list.both("a mixin in its default", ".m(@a:@a){b:@a}.a{.m()}", "");
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
    list.add("a property of itself", ".a{b:$b}", "ParseError", "");
    list.add(
        "a lookup of itself",
        ".m(){r:.m()[r]}.a{b:.m()[r]}",
        "ParseError",
        "",
    );
    list.add(
        "a map of itself",
        "@m:{a:@m[a]};.a{b:@m[a]}",
        "ParseError",
        "",
    );
    list.both("an extend of itself", ".a:extend(.a all){b:c}", "");
    list.both(
        "extends in a circle",
        ".a:extend(.b all){b:c}.b:extend(.c all){b:c}.c:extend(.a all){b:c}",
        "",
    );
    let own = || vec![("b.less", b"@import (multiple) \"b\";.b{c:d}".to_vec())];
    list.with("an import of itself", "@import \"b\";", own(), "", "");
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
    list.with("imports that double", "@import \"b\";", doubling(), "", "");
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
        "",
        "",
    );
}

fn bytes(list: &mut List) {
    list.both("nul bytes", ".a{b:\"\0\";c:\0}", "");
    list.both("only nul bytes", long("\0"), "ParseError");
    list.both("a byte order mark", "\u{feff}.a{b:c}", "");
    list.both("byte order marks", long("\u{feff}"), "");
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
