//! `scd less` outside of a root: one stylesheet, the options of `lessc`.

use std::fs;
use std::path::Path;

use scd_tests::run::{Run, run, run_in, run_with_input};
use tempfile::TempDir;

use crate::SCD;

/// A directory with files.
pub(crate) fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a scratch directory");
    for (path, content) in files {
        write(directory.path(), path, content);
    }
    directory
}

pub(crate) fn write(directory: &Path, path: &str, content: &str) {
    let path = directory.join(path);
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("it can be made");
    fs::write(path, content).expect("it can be written");
}

pub(crate) fn read(directory: &Path, path: &str) -> String {
    fs::read_to_string(directory.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[track_caller]
pub(crate) fn less(directory: &Path, arguments: &[&str]) -> Run {
    let mut all = vec!["less"];
    all.extend(arguments);
    run_in(SCD, directory, &all)
}

/// The CSS that a run prints.
#[track_caller]
fn css(directory: &Path, arguments: &[&str]) -> String {
    let run = less(directory, arguments).expect_code(0);
    assert_eq!(run.stderr, "");
    run.stdout
}

pub(crate) const PLAIN: &str = "@c: red;\n.a { color: @c; .b { width: (4px / 2) } }\n";

#[test]
fn standard_input_becomes_standard_output() {
    let here = directory(&[("part.less", "@w: 2px;")]);
    let run = run_with_input(
        SCD,
        here.path(),
        &["less", "-"],
        b"@import 'part'; .a { width: @w }",
    )
    .expect_code(0);
    assert_eq!(run.stdout, ".a {\n  width: 2px;\n}\n");
    assert_eq!(run.stderr, "");
    let run = run_with_input(SCD, here.path(), &["less", "-"], b".a { width: @nope }");
    assert_eq!(
        run.expect_code(1).stderr,
        "error: variable @nope is undefined\n \
         --> <stdin>:1:13\n  \
         |\n\
         1 | .a { width: @nope }\n  \
         |             ^\n  \
         = hint: correct the name, or import the file that defines it\n"
    );
    let run = run_with_input(SCD, here.path(), &["less", "-"], b"\xff{}");
    run.expect_code(1)
        .expect_complaint("`<stdin>` is not UTF-8 from byte 0 on");
}

#[test]
fn a_file_becomes_a_file_that_is_replaced_in_one_step() {
    let here = directory(&[("a.less", PLAIN)]);
    let expected = ".a {\n  color: red;\n}\n.a .b {\n  width: 2px;\n}\n";
    let run = less(here.path(), &["a.less", "new/dir/a.css"]).expect_code(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    assert_eq!(read(here.path(), "new/dir/a.css"), expected);
    assert_eq!(css(here.path(), &["a.less"]), expected);

    // Whatever is wrong, the file that is there stays, and nothing is left beside it.
    write(here.path(), "a.less", ".a { color: @gone }");
    less(here.path(), &["a.less", "new/dir/a.css"]).expect_code(1);
    assert_eq!(read(here.path(), "new/dir/a.css"), expected);
    let names = fs::read_dir(here.path().join("new/dir")).unwrap();
    assert_eq!(names.count(), 1);

    // A link stays a link.
    write(here.path(), "a.less", ".a { b: c }");
    std::os::unix::fs::symlink("new/dir/a.css", here.path().join("link.css")).unwrap();
    less(here.path(), &["a.less", "link.css"]).expect_code(0);
    assert!(here.path().join("link.css").is_symlink());
    assert_eq!(read(here.path(), "new/dir/a.css"), ".a {\n  b: c;\n}\n");
    assert_eq!(
        less(here.path(), &["a.less", "/dev/stdout"]).stdout,
        ".a {\n  b: c;\n}\n"
    );
}

#[test]
fn imports_are_looked_for_where_lessc_looks() {
    let here = directory(&[
        (
            "sub/a.less",
            "@import 'own'; @import 'deep/d'; @import 'one'; @import 'two'; @import 'here';",
        ),
        ("sub/own.less", ".own { a: b }"),
        ("sub/deep/d.less", "@import 'e'; @import 'own2';"),
        ("sub/deep/e.less", ".e { a: b }"),
        ("sub/own2.less", ".beside-the-entry { a: b }"),
        ("inc1/one.less", ".one { a: b }"),
        ("inc1/own.less", ".wrong { a: b }"),
        ("inc2/two.less", ".two { a: b }"),
        ("here.less", ".here { a: b }"),
    ]);
    let expected = [".own", ".e", ".beside-the-entry", ".one", ".two", ".here"]
        .map(|selector| format!("{selector} {{\n  a: b;\n}}\n"))
        .concat();
    assert_eq!(
        css(here.path(), &["--include-path=inc1:inc2", "sub/a.less"]),
        expected
    );
    assert_eq!(
        css(
            here.path(),
            &["-I", "inc1", "-Iinc2", "./sub/../sub/a.less"]
        ),
        expected
    );
    less(here.path(), &["sub/a.less"])
        .expect_code(1)
        .expect_complaint("File `one.less` not found.");
    let absolute = here.path().join("inc1/one.less");
    write(
        here.path(),
        "abs.less",
        &format!("@import '{}';", absolute.display()),
    );
    assert_eq!(css(here.path(), &["abs.less"]), ".one {\n  a: b;\n}\n");
}

#[test]
fn variables_come_from_the_command_line() {
    let here = directory(&[(
        "a.less",
        "@own: 1px; .a { a: @own; b: @other; c: @own + @other }",
    )]);
    assert_eq!(
        css(
            here.path(),
            &["a.less", "--global-var=other=2px", "--global-var=@own=7px"]
        ),
        ".a {\n  a: 1px;\n  b: 2px;\n  c: 3px;\n}\n"
    );
    assert_eq!(
        css(
            here.path(),
            &[
                "--global-var",
                "other=2px",
                "--modify-var=own=@other + 1",
                "a.less"
            ]
        ),
        ".a {\n  a: 3px;\n  b: 2px;\n  c: 5px;\n}\n"
    );
    less(here.path(), &["a.less", "--modify-var=own"])
        .expect_code(2)
        .expect_complaint("expected `name=value`, found `own`");
    less(here.path(), &["a.less", "--modify-var=o n=1"])
        .expect_code(2)
        .expect_complaint("a name holds letters, digits, `_` and `-`");
    less(here.path(), &["a.less", "--global-var=other=}"])
        .expect_code(1)
        .expect_complaint("<global variables>:1:");
}

#[test]
fn the_form_of_the_output_can_be_chosen() {
    let here = directory(&[("a.less", PLAIN)]);
    let compressed = ".a{color:red}.a .b{width:2px}";
    for option in ["-x", "--compress"] {
        assert_eq!(css(here.path(), &[option, "a.less"]), compressed);
    }
    assert!(css(here.path(), &["-x", "--no-compress", "a.less"]).contains('\n'));
}

#[test]
fn the_language_can_be_chosen() {
    let here = directory(&[(
        "a.less",
        ".a { w: 4px / 2; v: (4px / 2); x: 2px * 2; c: red }",
    )]);
    let declarations = |arguments: &[&str]| {
        let mut all = vec!["-x", "a.less"];
        all.extend(arguments);
        let css = css(here.path(), &all);
        css.trim_start_matches(".a{")
            .trim_end_matches('}')
            .to_owned()
    };
    assert_eq!(declarations(&[]), "w:4px / 2;v:2px;x:4px;c:red");
    assert_eq!(declarations(&["--less-dialect=5"]), declarations(&[]));
    assert_eq!(
        declarations(&["--less-dialect", "3"]),
        "w:2px;v:2px;x:4px;c:red"
    );
    assert_eq!(declarations(&["--math=always"]), "w:2px;v:2px;x:4px;c:red");
    assert_eq!(declarations(&["-m=parens-division"]), declarations(&[]));
    for parens in ["--math=parens", "--math=strict", "-sm=on", "--strict-math"] {
        assert_eq!(
            declarations(&[parens]),
            "w:4px / 2;v:2px;x:2px * 2;c:red",
            "{parens}"
        );
    }
    assert_eq!(declarations(&["-sm=off"]), declarations(&["--math=always"]));
    less(here.path(), &["--less-dialect=4", "a.less"]).expect_code(2);

    write(here.path(), "a.less", ".a { w: 1px + 1em }");
    assert_eq!(declarations(&["-q", "-su=off"]), "w:2px");
    for strict in ["--strict-units", "--strict-units=on", "-su=on"] {
        less(here.path(), &[strict, "a.less"])
            .expect_code(1)
            .expect_complaint("units");
    }
}

#[test]
fn addresses_can_be_rewritten() {
    let here = directory(&[
        (
            "css/a.less",
            "@import 'sub/b'; @import 'c'; .a { a: url(a.png) }",
        ),
        ("css/sub/b.less", ".b { a: url(x.png); b: url('./y.png') }"),
        ("lib/c.less", ".c { a: url(z.png) }"),
    ]);
    let printed = |arguments: &[&str]| {
        let mut all = vec!["-x", "-I", "lib", "css/a.less"];
        all.extend(arguments);
        css(here.path(), &all)
    };
    let plain = ".b{a:url(x.png);b:url('y.png')}.c{a:url(z.png)}.a{a:url(a.png)}";
    assert_eq!(printed(&[]), plain);
    assert_eq!(printed(&["--rewrite-urls=off"]), plain);
    let all = ".b{a:url(sub/x.png);b:url('sub/y.png')}.c{a:url(../lib/z.png)}.a{a:url(a.png)}";
    for option in [
        "--rewrite-urls",
        "--rewrite-urls=all",
        "-ru=all",
        "-ru",
        "--relative-urls",
    ] {
        assert_eq!(printed(&[option]), all, "{option}");
    }
    assert_eq!(
        printed(&["--rewrite-urls=local"]),
        ".b{a:url(x.png);b:url('./sub/y.png')}.c{a:url(z.png)}.a{a:url(a.png)}"
    );
    for rootpath in ["--rootpath=/r", "-rp=/r/"] {
        assert_eq!(
            printed(&["-ru=all", rootpath]),
            ".b{a:url(/r/sub/x.png);b:url('/r/sub/y.png')}.c{a:url(/lib/z.png)}.a{a:url(/r/a.png)}"
        );
    }
    assert_eq!(
        printed(&["--url-args=v=1"]),
        ".b{a:url(x.png?v=1);b:url('y.png?v=1')}.c{a:url(z.png?v=1)}.a{a:url(a.png?v=1)}"
    );
}

/// The fields of a source map; its mappings are the compiler's business.
pub(crate) fn map(json: &str) -> (String, Vec<String>, usize) {
    let map: serde_json::Value = serde_json::from_str(json).expect("the map is JSON");
    assert_eq!(map["version"], 3);
    assert!(!map["mappings"].as_str().expect("a text").is_empty());
    let file = map["file"].as_str().unwrap_or_default().to_owned();
    let list = |key: &str| map[key].as_array().cloned().unwrap_or_default();
    let sources = list("sources")
        .iter()
        .map(|source| source.as_str().unwrap().to_owned())
        .collect();
    (file, sources, list("sourcesContent").len())
}

#[test]
fn source_maps_lead_to_the_sources() {
    let here = directory(&[
        ("css/a.less", "@import '../inc/p';\n.a { b: c }"),
        ("inc/p.less", ".p { b: c }"),
    ]);
    let place = here.path();
    let plain = css(place, &["css/a.less"]);
    let sources = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let run = |options: &[&str]| {
        let mut all = options.to_vec();
        all.extend(["css/a.less", "out/a.css"]);
        assert_eq!(css(place, &all), "");
        read(place, "out/a.css")
            .strip_prefix(&plain)
            .expect("the CSS is the same")
            .to_owned()
    };
    assert_eq!(run(&["--source-map"]), "/*# sourceMappingURL=a.css.map */");
    assert_eq!(
        map(&read(place, "out/a.css.map")),
        (
            "a.css".into(),
            sources(&["../inc/p.less", "../css/a.less"]),
            0
        )
    );
    assert_eq!(
        run(&["--source-map=maps/x.map"]),
        "/*# sourceMappingURL=../maps/x.map */"
    );
    assert_eq!(
        map(&read(place, "maps/x.map")),
        (
            "../out/a.css".into(),
            sources(&["../inc/p.less", "../css/a.less"]),
            0
        )
    );
    assert_eq!(
        run(&[
            "--source-map",
            "--source-map-rootpath=/src/",
            "--source-map-url=http://u/m"
        ]),
        "/*# sourceMappingURL=http://u/m */"
    );
    assert_eq!(
        map(&read(place, "out/a.css.map")).1,
        sources(&["/src/../inc/p.less", "/src/a.less"])
    );
    assert_eq!(
        run(&[
            "--source-map",
            "--source-map-rootpath=/src/",
            "--source-map-basepath=.",
            "--source-map-no-annotation",
            "--source-map-include-source",
        ]),
        ""
    );
    assert_eq!(
        map(&read(place, "out/a.css.map")),
        (
            "a.css".into(),
            sources(&["/src/inc/p.less", "/src/css/a.less"]),
            2
        )
    );
    fs::remove_file(place.join("out/a.css.map")).unwrap();
    let inline = run(&["--source-map-inline"]);
    assert!(
        inline.starts_with("/*# sourceMappingURL=data:application/json;"),
        "{inline}"
    );
    assert!(!place.join("out/a.css.map").exists());
    let printed = css(place, &["--source-map-inline", "css/a.less"]);
    assert!(printed.starts_with(&plain) && printed.len() > plain.len());
    less(place, &["--source-map", "css/a.less"])
        .expect_code(2)
        .expect_complaint("--source-map without a file name needs OUTPUT");
}

#[test]
fn make_can_be_told_what_is_read() {
    let here = directory(&[
        (
            "css/a.less",
            "@import 'p'; @import (inline) 'raw.css'; @import 'stays.css'; @import (optional) 'none';\n.a { b: data-uri('i.svg') }",
        ),
        ("css/p.less", "@import '../inc/q';"),
        ("inc/q.less", ".q { a: b }"),
        ("css/raw.css", "raw"),
        ("css/i.svg", "<svg/>"),
    ]);
    assert_eq!(
        css(here.path(), &["-M", "css/a.less", "out/a.css"]),
        "out/a.css: css/p.less inc/q.less css/raw.css css/i.svg\n"
    );
    assert!(!here.path().join("out").exists());
    less(here.path(), &["-M", "css/a.less"])
        .expect_code(2)
        .expect_complaint("OUTPUT");
}

#[test]
fn linting_writes_nothing() {
    let here = directory(&[("a.less", PLAIN), ("b.less", ".a { b: @c; d: @e }")]);
    assert_eq!(css(here.path(), &["--lint", "a.less"]), "");
    assert_eq!(css(here.path(), &["-l", "a.less", "a.css"]), "");
    assert!(!here.path().join("a.css").exists());
    let run = less(here.path(), &["--lint", "b.less"]).expect_code(1);
    assert!(
        run.stderr.contains("@c") && run.stderr.contains("@e"),
        "{}",
        run.stderr
    );
}

#[test]
fn errors_name_place_and_way() {
    let here = directory(&[
        ("css/a.less", "@import 'm';\n.x { .m(2) }\n"),
        ("css/m.less", ".m(@w) {\n  width: @w;\n  color: @dark;\n}\n"),
    ]);
    assert_eq!(
        less(here.path(), &["css/a.less"]).expect_code(1).stderr,
        "error: variable @dark is undefined\n \
         --> css/m.less:3:10\n  \
         |\n\
         3 |   color: @dark;\n  \
         |          ^\n  \
         = trail: mixin `.m` at css/a.less:2:6\n  \
         = hint: correct the name, or import the file that defines it\n"
    );
    let run = less(here.path(), &["css/none.less"]).expect_code(2);
    assert_eq!(
        run.stderr,
        "error: cannot read `css/none.less`\n  because: No such file or directory (os error 2)\n"
    );
    less(here.path(), &["css/a.less", "css/a.less"])
        .expect_code(2)
        .expect_complaint("are the same file");
    less(here.path(), &["--theme", "A/b", "css/a.less"])
        .expect_code(2)
        .expect_complaint("--root");
    less(here.path(), &["--root", "nowhere", "css/a.less"])
        .expect_code(2)
        .expect_complaint("cannot find the Magento root `nowhere`");
}

#[test]
fn help_names_every_option() {
    let help = run(SCD, &["less", "--help"], &[]).expect_code(0).stdout;
    for option in [
        "--include-path",
        "--rewrite-urls",
        "--rootpath",
        "--url-args",
        "--global-var",
        "--modify-var",
        "--compress",
        "--math",
        "--strict-units",
        "--less-dialect",
        "--lint",
        "--depends",
        "--watch",
        "--root",
        "--theme",
        "--area",
        "--locale",
    ] {
        assert!(help.contains(option), "{option}");
    }
}
