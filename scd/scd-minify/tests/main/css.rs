//! The CSS minifiers against recorded results of Magento's own, against the reference tree, and against the comparison of
//! meaning.

use proptest::prelude::*;
use scd_minify::css::{compat, css, css_difference, modern};
use scd_minify::{Level, Minified};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let mut octal = 0u32;
        let mut digits = 0;
        while digits < 3
            && let Some(digit @ b'0'..=b'7') = bytes.peek().copied()
        {
            octal = octal * 8 + u32::from(digit - b'0');
            digits += 1;
            bytes.next();
        }
        out.push(match digits {
            0 => match bytes.next().expect("a backslash escapes something") {
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                b'f' => 0x0c,
                b'v' => 0x0b,
                b'a' => 7,
                b'b' => 8,
                other => other,
            },
            _ => u8::try_from(octal).expect("an octal escape is a byte"),
        });
    }
    out
}

#[test]
fn writes_what_cssmin_writes() {
    let table = include_str!("../css/compat.tsv");
    let mut rows = 0;
    for row in table.lines().filter(|row| !row.starts_with('#')) {
        let (input, expected) = row.split_once('\t').expect("a row has two columns");
        let (input, expected) = (unescape(input), unescape(expected));
        let minified = compat::minify(&input);
        assert_eq!(
            String::from_utf8_lossy(&minified.bytes),
            String::from_utf8_lossy(&expected),
            "{}",
            String::from_utf8_lossy(&input)
        );
        assert_eq!(minified.findings, [], "{}", String::from_utf8_lossy(&input));
        rows += 1;
    }
    assert!(rows > 400, "the table has {rows} rows");
}

/// What cssmin would break stays, and is reported.
#[test]
fn repairs_what_cssmin_breaks() {
    let cases: &[(&str, &str)] = &[
        ("a{b:c", "a{b:c}"),
        ("a{b:c}d{", "a{b:c}"),
        ("a{b:\"x", "a{b:\"x\"}"),
        ("a{b:c}/* x", "a{b:c}"),
        ("a{b:rgb(255 0 0)}", "a{b:rgb(255 0 0)}"),
        ("a{b:rgb(1,2,3,.5)}", "a{b:rgb(1,2,3,.5)}"),
        ("a{b:hsl(0 100% 50%)}", "a{b:hsl(0 100% 50%)}"),
        ("a{b:hsl(.5,50%,50%)}", "a{b:hsl(.5,50%,50%)}"),
        ("a{b:HSL(120,100%,50%)}", "a{b:hsl(120,100%,50%)}"),
        ("a{b:hsl(120,100%,50%,.3)}", "a{b:hsl(120,100%,50%,.3)}"),
        (
            "a{width:calc(1px + 2px);&:hover{c:d}}",
            "a{width:calc(1px + 2px);&:hover{c:d}}",
        ),
        (
            "@supports (width:calc(1px + 2px)){a{b:c}}",
            "@supports (width:calc(1px + 2px)){a{b:c}}",
        ),
        (".w-1\\/2{}a{b:c}", "a{b:c}"),
        ("html>/**/body{}a{b:c}", "a{b:c}"),
        (".a\\~ .b{c:d}", ".a\\~ .b{c:d}"),
        (".a\\::before{c:d}", ".a\\::before{c:d}"),
        (".a\\31  .b{c:d}", ".a\\31  .b{c:d}"),
        (".x\\\"y{a:b}z{c:\"d\"}", ".x\\\"y{a:b}z{c:\"d\"}"),
        (
            "\u{feff}@charset \"utf-8\";a{b:c}",
            "@charset \"utf-8\";a{b:c}",
        ),
        ("a{b:url(01.png)}", "a{b:url(01.png)}"),
        ("a{b:url(x.svg#FFFFFF)}", "a{b:url(x.svg#FFFFFF)}"),
        ("a{b:url(white)}", "a{b:url(white)}"),
        ("a{font-family:Black, Arial}", "a{font-family:Black,Arial}"),
        ("a{animation-name:white}", "a{animation-name:white}"),
        ("a{font-family:Foo 001}", "a{font-family:Foo 001}"),
        ("a{--X-Y:1px}", "a{--X-Y:1px}"),
        ("a{--x: ;b:c}", "a{--x: ;b:c}"),
        ("a{content:\"url(data:x)\"}", "a{content:\"url(data:x)\"}"),
        (
            "a{b:url(http://x/*.png)}c{d:url(y*/z)}",
            "a{b:url(http://x/*.png)}c{d:url(y*/z)}",
        ),
        ("a{b:\"/*\"}c{ d:\"*/\"}", "a{b:\"/*\"}c{d:\"*/\"}"),
        ("a/**/b{c:d}", "a/**/b{c:d}"),
        ("a{b:'[type=\"button\"]'}", "a{b:'[type=\"button\"]'}"),
        (
            "@import url(data:text/css,a);",
            "@import url(data:text/css,a);",
        ),
    ];
    for (input, expected) in cases {
        let Minified { bytes, findings } = compat::minify(input.as_bytes());
        assert_eq!(String::from_utf8_lossy(&bytes), *expected, "{input}");
        assert!(!findings.is_empty(), "{input} is reported");
        assert!(
            findings.iter().all(|finding| finding.offset <= input.len()),
            "{input}"
        );
        assert_eq!(css_difference(input.as_bytes(), &bytes), None, "{input}");
    }
}

#[test]
fn a_finding_points_to_its_place() {
    let found = compat::minify(b"a{b:c}\nd{ e:rgb(1 2 3) }").findings;
    assert_eq!(
        found
            .iter()
            .map(|finding| finding.offset)
            .collect::<Vec<_>>(),
        [12]
    );
}

#[test]
fn sees_every_change_of_meaning() {
    let source =
        "@import 'x';a,b{color:red;margin:0 1px!important}@media screen{c>d{top:1px}}e{f:g}";
    let changed = [
        source.replace("red", "blue"),
        source.replace("e{f:g}", ""),
        source.replace("e{f:g}", "").replace("a,b{", "e{f:g}a,b{"),
        source.replace("c>d", "c d"),
        source.replace("a,b", "a b"),
        source.replace("screen", "print"),
        source.replace("!important", ""),
        source.replace("color:red;", ""),
        source.replace("'x'", "'y'"),
        source.replace("top:1px", "top:1em"),
        source.replace("top:1px", "top:-1px"),
        source.replace("0 1px", "1px 0"),
    ];
    for changed in changed {
        let difference = css_difference(source.as_bytes(), changed.as_bytes());
        assert!(
            difference.is_some_and(|found| found.message.contains('`')),
            "{changed}"
        );
    }
    let pairs = [
        ("a{b:calc(1px + 2px)}", "a{b:calc(1px+2px)}"),
        ("a{b:url(x)}", "a{b:url(X)}"),
        ("a{content:\"A\"}", "a{content:\"a\"}"),
        ("a .b{c:d}", "a.b{c:d}"),
        ("a{animation-name:White}", "a{animation-name:#fff}"),
        ("a{flex:0 0 0px}", "a{flex:0 0 0}"),
        ("a{b:c;b:d}", "a{b:d;b:c}"),
        ("@media screen\\9{a{b:c}}", "@media screen{a{b:c}}"),
        ("a{left:300}", "a{left:300px}"),
        ("a{*b:c}", "a{b:c}"),
        (".a\\.b{c:d}", ".a.b{c:d}"),
        ("a{font-family:\"serif\"}", "a{font-family:serif}"),
        ("a{background:url(a) 0 0}", "a{background:url(a) 0 1px}"),
        ("a{border:1px solid}", "a{border:1px dotted}"),
    ];
    for (left, right) in pairs {
        assert!(
            css_difference(left.as_bytes(), right.as_bytes()).is_some(),
            "{left} {right}"
        );
    }
}

#[test]
fn overlooks_every_change_of_spelling() {
    let pairs = [
        ("a , b{ c : D }/* x */", "b,a{c:d}"),
        ("a{color:#FF0000}", "a{color:rgb(255, 0, 0)}"),
        ("a{color:hsl(120,100%,50%)}", "a{color:lime}"),
        ("a{margin:0px}", "a{margin:0 0 0 0}"),
        ("a{b:0.50s}", "a{b:500ms}"),
        ("a::before{}b::after{c:d}", "b:after{c:d}"),
        ("[type=\"text\"]{a:b}", "[type=text]{a:b}"),
        ("@media ALL AND (a:b){c{d:e}}", "@media (a:b){c{d:e}}"),
        ("li:nth-child(odd){a:b}", "li:nth-child( 2n + 1 ){a:b}"),
        ("a{b:c!important;d:e}", "a{d:e;b:c ! important}"),
        (
            "@keyframes x{from{a:b}to{a:c}}",
            "@keyframes x{0%{a:b}100%{a:c}}",
        ),
        ("a{background:none}", "a{background:0 0}"),
        ("a{border:solid red 1px}", "a{border:1px solid red}"),
        ("a{b:url( \"x\" )}", "a{b:url(x)}"),
    ];
    for (left, right) in pairs {
        assert_eq!(css_difference(left.as_bytes(), right.as_bytes()), None);
    }
}

#[test]
fn modern_is_smaller_or_falls_back() {
    let smaller = b"@font-face{font-family:\"Open Sans\";src:url(a.woff)}.a{color:rgb(10,20,30)}";
    let result = css(smaller, Level::Modern).expect("css never fails").bytes;
    assert!(result.len() < compat::minify(smaller).bytes.len());
    assert_eq!(css_difference(smaller, &result), None);
    // The star hack is an error for lightningcss; a licence and an import it would lose; translate3d it would weaken.
    for kept in [
        "a{color:red;*zoom:1}",
        "a{transform:translate3d(0,0,0);color:rgb(10,20,30)}",
        "@import url(\"a.css\") screen;a{font-family:\"Open Sans\"}",
        "@media screen\\9{a{font-family:\"Open Sans\"}}",
    ] {
        let expected = compat::minify(kept.as_bytes());
        assert_eq!(css(kept.as_bytes(), Level::Modern), Ok(expected), "{kept}");
    }
    let deep = "a{".repeat(100_000);
    assert!(modern::attempt(deep.as_bytes(), deep.as_bytes()).is_err());
}

#[test]
fn large_and_hostile_inputs_take_linear_time() {
    let patterns = [
        "{",
        "}",
        "(",
        "url(",
        "url(data:",
        "url(\"data:",
        "\"",
        "'",
        "\\",
        "/*",
        "*/",
        "a{}",
        "{a{}",
        "@import url(",
        "@import ",
        "#",
        ":",
        " ",
        "rgb(",
        "[a=\"",
        "filter:",
        ".a\\",
        "+ ",
        "calc( ",
        "a{--x: ",
        "\u{1}",
        "0 ",
        "::before",
        "url(#",
        "url(a ",
        "!",
        ";",
        ",",
        "a{b:url(x/*",
    ];
    for pattern in patterns {
        let input = pattern.repeat(200_000 / pattern.len());
        let started = std::time::Instant::now();
        compat::minify(input.as_bytes());
        let matches = scd_minify::css::url::url_matches(input.as_bytes());
        let took = started.elapsed();
        assert!(
            took.as_secs() < 5,
            "`{pattern}` took {took:?}, {} matches",
            matches.len()
        );
    }
}

/// Declarations and rules that mean something to a browser, in many spellings.
fn stylesheet() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "red",
        "WHITE",
        "#AABBCC",
        "#F00",
        "rgb(1, 2, 3)",
        "hsl(120, 100%, 50%)",
        "0px",
        "0.50em",
        "1.0",
        "-0.5px",
        "+1.20px",
        "300ms",
        "auto",
        "none",
        "normal",
        "bold",
        "1px 1px",
        "0 auto 0px",
        "1px 2px 1px 2px",
        "url( a.png )",
        "url(\"a b.png\")",
        "url(data:image/png;base64,AA==)",
        "\"a ; } /* b\"",
        "'it\\'s'",
        "calc( 1px + 2px )",
        "calc((1px + 2px) * 3)",
        "scale(1.10,2.20)",
        "LINEAR-GRADIENT(to top, #FFF 0.5%, BLACK 100%)",
        "1px solid white",
        "translate( 0px , 0.5em )",
    ]);
    let property = prop::sample::select(vec![
        "color",
        "COLOR",
        "margin",
        "padding",
        "border",
        "border-color",
        "background",
        "width",
        "flex",
        "--x",
        "transform",
        "border-radius",
        "background-position",
        "min-height",
    ]);
    let gap = prop::sample::select(vec!["", " ", "\n\t", "/* c */", " /* ' */ "]);
    let end = prop::sample::select(vec!["", " !important", " ! important"]);
    let declaration = (property, gap.clone(), gap.clone(), value, end)
        .prop_map(|(property, a, b, value, end)| format!("{property}{a}:{b}{value}{end}"));
    let fixed = prop::sample::select(vec![
        "font-weight : bold",
        "FONT-WEIGHT:normal !important",
        "transition: color 300ms",
        "animation-name: white",
        "grid-area : black",
        "font: 1.50em Black , serif",
        "list-style: none",
    ]);
    let declaration = prop_oneof![4 => declaration, 1 => fixed.prop_map(str::to_owned)];
    let body = prop::collection::vec(declaration, 0..4).prop_map(|all| all.join(" ; "));
    let selector = prop::sample::select(vec![
        "a",
        ".b > c",
        "a + b",
        "a ~ b",
        "a::before",
        "a::first-line",
        "A:HOVER",
        "[type=\"text\"]",
        "[href^='http://x']",
        "li:nth-child( 2n + 1 )",
        ".a\\:hover",
        ".\\31 0",
        ":not( .a , .b )",
        "*",
        "a , b",
        ".w-1\\/2",
        ".a\\~ .b",
        "html > body .c",
    ]);
    let rule = (selector, gap.clone(), body)
        .prop_map(|(selector, gap, body)| format!("{selector}{gap}{{{body}}}"));
    let at = prop::sample::select(vec![
        "@media SCREEN and (max-width : 10px)",
        "@media (min-aspect-ratio: 16/9)",
        "@supports (width:calc(1px + 2px))",
        "@supports not ( a : b )",
        "@layer a",
        ".nest",
        "@container (width > 1px)",
    ]);
    let group = (at, gap, prop::collection::vec(rule.clone(), 0..3))
        .prop_map(|(at, gap, rules)| format!("{at}{gap}{{{}}}", rules.concat()));
    prop::collection::vec(prop_oneof![3 => rule, 1 => group], 0..5).prop_map(|all| all.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_meaning_survives(source in stylesheet()) {
        let once = compat::minify(source.as_bytes()).bytes;
        prop_assert_eq!(css_difference(source.as_bytes(), &once), None);
        let twice = compat::minify(&once).bytes;
        prop_assert_eq!(css_difference(source.as_bytes(), &twice), None);
    }

    #[test]
    fn modern_keeps_the_meaning_and_is_not_larger(source in stylesheet()) {
        let compat = compat::minify(source.as_bytes()).bytes;
        let modern = modern::minify(source.as_bytes()).bytes;
        prop_assert!(modern.len() <= compat.len());
        prop_assert_eq!(css_difference(source.as_bytes(), &modern), None);
    }

    #[test]
    fn any_bytes_are_survived(source in prop::collection::vec(any::<u8>(), 0..200)) {
        compat::minify(&source);
        prop_assert_eq!(css_difference(&source, &source), None);
    }

    #[test]
    fn any_tokens_are_survived(parts in prop::collection::vec(prop::sample::select(vec![
        "a", "{", "}", "(", ")", "[", "]", "\"", "'", "\\", "/*", "*/", "/", "*", "url(", "data:", "@import ",
        "@", ";", ":", ",", " ", "\n", "0", ".0", "-", "+", "#", "fff", "rgb(", "1,2,3", "!", "--x", "::before",
        "\u{1}", "é", "=", "nth-child(",
    ]), 0..40)) {
        let source = parts.concat();
        compat::minify(source.as_bytes());
        let matches = scd_minify::css::url::url_matches(source.as_bytes());
        prop_assert!(matches.iter().all(|found| found.whole.end <= source.len()));
        prop_assert_eq!(css_difference(source.as_bytes(), source.as_bytes()), None);
    }
}

/// Every stylesheet below a Magento root that may be deployed.
fn stylesheets(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.join("lib/web"), root.join("vendor/magento")];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(path),
                Ok(_) if path.extension().is_some_and(|end| end == "css") => found.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn the_reference_tree_comes_out_as_from_php() {
    let Some(root) = std::env::var_os("SCD_REFERENCE_ROOT") else {
        eprintln!("skipped: SCD_REFERENCE_ROOT is not set");
        return;
    };
    let files = stylesheets(Path::new(&root));
    assert!(files.len() > 100, "found {} stylesheets", files.len());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/css/record.php");
    let mut php = Command::new("php")
        .args([Path::new(script).as_os_str(), "files".as_ref(), &root])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("php is installed");
    let mut names = php.stdin.take().expect("standard input is a pipe");
    let list: String = files
        .iter()
        .map(|file| format!("{}\n", file.display()))
        .collect();
    let writer = std::thread::spawn(move || names.write_all(list.as_bytes()));
    let mut output = Vec::new();
    php.stdout
        .take()
        .expect("standard output is a pipe")
        .read_to_end(&mut output)
        .expect("php writes");
    writer.join().expect("the writer ends").expect("php reads");
    assert!(php.wait().expect("php ends").success());
    let mut rest = &output[..];
    for file in files {
        let line = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .expect("a length");
        let length: usize = String::from_utf8_lossy(&rest[..line])
            .parse()
            .expect("php minifies every file");
        let expected = &rest[line + 1..line + 1 + length];
        rest = &rest[line + 1 + length..];
        let source = std::fs::read(&file).expect("the file is readable");
        let minified = compat::minify(&source);
        assert!(
            minified.bytes == expected,
            "{} differs from php",
            file.display()
        );
        assert_eq!(minified.findings, [], "{}", file.display());
        assert_eq!(
            css_difference(&source, &minified.bytes),
            None,
            "{}",
            file.display()
        );
    }
}
