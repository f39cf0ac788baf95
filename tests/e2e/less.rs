//! `scd less`: one stylesheet, outside of a root and inside.

use std::fs;
use std::path::Path;
use std::time::Duration;

use scd_tests::fixture::Fixture;
use scd_tests::reference::reference;
use scd_tests::run::{Run, run, run_in, run_with_input};
use scd_tests::shop::{config, shop, theme};
use scd_tests::watch::Running;
use tempfile::TempDir;

use crate::SCD;

/// A directory with files.
fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a scratch directory");
    for (path, content) in files {
        write(directory.path(), path, content);
    }
    directory
}

fn write(directory: &Path, path: &str, content: &str) {
    let path = directory.join(path);
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("it can be made");
    fs::write(path, content).expect("it can be written");
}

fn read(directory: &Path, path: &str) -> String {
    fs::read_to_string(directory.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[track_caller]
fn less(directory: &Path, arguments: &[&str]) -> Run {
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

const PLAIN: &str = "@c: red;\n.a { color: @c; .b { width: (4px / 2) } }\n";

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
         |             ^\n"
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

/// The fields of a source map; its mappings are the compiler's business.
fn map(json: &str) -> (String, Vec<String>, usize) {
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
        let link = read(place, "out/a.css")
            .strip_prefix(&plain)
            .expect("the CSS is the same")
            .to_owned();
        link
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
         = trail: mixin `.m` at css/a.less:2:6\n"
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

#[track_caller]
fn in_root(shop: &Fixture, arguments: &[&str]) -> Run {
    let root = shop.root();
    let mut all = vec!["less", "--root", root.to_str().expect("a path in Unicode")];
    all.extend(arguments);
    run_in(SCD, Path::new("/"), &all)
}

/// A shop without minification, so that what is deployed can be compared.
fn unminified() -> Fixture {
    let shop = shop();
    shop.write("app/etc/config.php", config("0"));
    theme(&shop, "child", Some("base"));
    shop.write(
        "app/design/frontend/Acme/base/web/css/main.less",
        "@import 'source/_x';\n//@magento_import 'source/_module.less';\n.a { color: @c; background: url(@{baseUrl}i.png) }\n@baseUrl: '../';\n.m { background: url('Acme_One::i.png') }\n",
    )
    .write("app/design/frontend/Acme/child/web/css/source/_x.less", "@c: #00f;\n")
    .write("app/code/Acme/One/view/frontend/web/css/source/_module.less", ".one { color: @c }\n")
    .write("app/code/Acme/One/view/frontend/web/i.png", "PNG");
    shop
}

#[test]
fn a_file_of_a_theme_compiles_to_what_is_deployed() {
    let shop = unminified();
    shop.deploy(SCD, &["-t", "Acme/child", "en_US"])
        .expect_code(0);
    for name in ["base", "child"] {
        let deployed = shop.read(&format!(
            "pub/static/frontend/Acme/{name}/en_US/css/main.css"
        ));
        let theme = format!("Acme/{name}");
        let run = in_root(&shop, &["--theme", &theme, "css/main.less"]).expect_code(0);
        assert_eq!(run.stdout, deployed);
        assert_eq!(run.stderr, "");
    }
    assert!(
        in_root(&shop, &["-t", "Acme/child", "css/main.less"])
            .stdout
            .contains(".one{color:#00f}")
    );
    // The path of a file says which theme is meant.
    let base = shop.read("pub/static/frontend/Acme/base/en_US/css/main.css");
    let path = "app/design/frontend/Acme/base/web/css/main.less";
    assert_eq!(in_root(&shop, &[path]).expect_code(0).stdout, base);
    let absolute = shop.root().join(path);
    let absolute = absolute.to_str().unwrap();
    assert_eq!(in_root(&shop, &[absolute]).expect_code(0).stdout, base);
    // Readable on demand, and in developer mode.
    let readable = in_root(&shop, &["--no-compress", path])
        .expect_code(0)
        .stdout;
    assert!(readable.contains(".one {\n"), "{readable}");
    let root = shop.root();
    let developer = run(
        SCD,
        &["less", "--root", root.to_str().unwrap(), absolute],
        &[("MAGE_MODE", "developer")],
    );
    assert_eq!(developer.expect_code(0).stdout, readable);
    // A map names the original files.
    let here = tempfile::tempdir().unwrap();
    let output = here.path().join("main.css");
    let arguments = [
        "-t",
        "Acme/child",
        "--source-map",
        "--source-map-rootpath=",
        "css/main.less",
    ];
    let mut arguments = arguments.to_vec();
    arguments.push(output.to_str().unwrap());
    let base_path = format!(
        "--source-map-basepath={}",
        shop.root().canonicalize().unwrap().display()
    );
    arguments.push(&base_path);
    in_root(&shop, &arguments)
        .expect_code(0)
        .expect_complaint("the source map is off behind the first one of them");
    assert_eq!(
        map(&read(here.path(), "main.css.map")).1,
        [
            "app/code/Acme/One/view/frontend/web/css/source/_module.less",
            "app/design/frontend/Acme/base/web/css/main.less",
        ]
    );
    // Variables and partials work in here, too.
    let red = in_root(
        &shop,
        &[
            "-t",
            "Acme/child",
            "--modify-var=c=#123456",
            "css/main.less",
        ],
    );
    assert!(red.expect_code(0).stdout.contains(".one{color:#123456}"));
    let partial = in_root(
        &shop,
        &[
            "-t",
            "Acme/child",
            "--global-var=c=#123456",
            "Acme_One::css/source/_module.less",
        ],
    );
    assert_eq!(partial.expect_code(0).stdout, ".one{color:#123456}");
}

#[test]
fn what_a_root_does_not_have_is_refused_with_a_hint() {
    let shop = unminified();
    for (arguments, complaint) in [
        (
            &["-t", "Acme/chidl", "css/main.less"][..],
            "did you mean `Acme/child`?",
        ),
        (
            &["-t", "Acme/child", "css/mian.less"],
            "did you mean `css/main.less`?",
        ),
        (
            &["-t", "Acme/child", "-a", "adminhtml", "css/main.less"],
            "there is one in `frontend`",
        ),
        (&["css/main.less"], "--theme Vendor/name"),
        (
            &["app/code/Acme/One/view/frontend/web/css/source/_module.less"],
            "belongs to a module or to the library",
        ),
        (
            &["-t", "Acme/child", "--locale", "xx_YY", "css/main.less"],
            "xx_YY",
        ),
        (&["-t", "Acme/child", "-"], "--root needs a file as INPUT"),
    ] {
        in_root(&shop, arguments)
            .expect_code(2)
            .expect_complaint(complaint);
    }
    // A file that is hidden from the package by another one.
    shop.write(
        "app/design/frontend/Acme/child/web/css/main.less",
        ".child { a: b }\n",
    );
    let run = in_root(
        &shop,
        &[
            "-t",
            "Acme/child",
            "app/design/frontend/Acme/base/web/css/main.less",
        ],
    );
    let run = run
        .expect_code(0)
        .expect_complaint("sees another file as `css/main.less`");
    assert_eq!(run.stdout, ".child{a:b}");
    // Original files are named, never what they are preprocessed to.
    shop.write(
        "app/design/frontend/Acme/child/web/css/source/_x.less",
        "\n@c: @nope;\n",
    );
    shop.remove("app/design/frontend/Acme/child/web/css/main.less");
    in_root(&shop, &["-t", "Acme/child", "css/main.less"])
        .expect_code(1)
        .expect_complaint("app/design/frontend/Acme/child/web/css/source/_x.less:2:5");
    shop.write(
        "app/design/frontend/Acme/child/web/css/source/_x.less",
        "@import 'gone';\n",
    );
    in_root(&shop, &["-t", "Acme/child", "css/main.less"])
        .expect_code(1)
        .expect_complaint("which no theme, module or library offers");
}

#[test]
fn the_dialect_is_that_of_the_installed_compiler() {
    let shop = unminified();
    shop.write(
        "app/design/frontend/Acme/base/web/css/main.less",
        "@c: #ff0000; .a { w: 4px / 2; c: @c }",
    );
    let three = ".a{w:2px;c:#f00}";
    let five = ".a{w:4px / 2;c:#ff0000}";
    let between = ".a{w:2px;c:#ff0000}";
    for (version, expected) in [("v3.2.1", three), ("4.4.1", between), ("5.5.1", five)] {
        shop.write(
            "vendor/composer/installed.json",
            format!(r#"{{"packages":[{{"name":"wikimedia/less.php","version":"{version}"}}]}}"#),
        );
        let run = in_root(&shop, &["-t", "Acme/base", "css/main.less"]).expect_code(0);
        assert_eq!(run.stdout, expected, "{version}");
        let deploy = shop.deploy(SCD, &["en_US"]).expect_code(0);
        assert_eq!(
            shop.read("pub/static/frontend/Acme/base/en_US/css/main.css"),
            expected
        );
        for stderr in [run.stderr, deploy.stderr] {
            assert_eq!(
                stderr.contains("less.php is 4.x"),
                version == "4.4.1",
                "{stderr}"
            );
        }
        for (dialect, chosen) in [("3", three), ("5", five)] {
            let option = format!("--less-dialect={dialect}");
            let run = in_root(&shop, &["-t", "Acme/base", &option, "css/main.less"]);
            assert_eq!(run.expect_code(0).stdout, chosen);
            let run = shop.deploy(SCD, &[&option, "en_US"]).expect_code(0);
            assert_eq!(run.stderr, "");
            assert_eq!(
                shop.read("pub/static/frontend/Acme/base/en_US/css/main.css"),
                chosen
            );
        }
    }
    let root = shop.root();
    run(
        SCD,
        &[
            "plan",
            "--root",
            root.to_str().unwrap(),
            "--less-dialect=3",
            "-f",
            "en_US",
        ],
        &[],
    )
    .expect_code(0);
}

#[test]
fn a_deploy_warns_of_the_shops_own_sources_once() {
    let shop = unminified();
    shop.write("lib/web/css/_sum.less", ".library { w: 1px + 1em }\n")
        .write(
            "app/design/frontend/Acme/base/web/css/_own.less",
            ".own { w: 2px + 2em }\n",
        );
    for entry in ["one", "two"] {
        shop.write(
            &format!("app/design/frontend/Acme/base/web/css/{entry}.less"),
            "@import '_sum';\n@import '_own';\n",
        );
    }
    let run = shop.deploy(SCD, &["en_US"]).expect_code(0);
    assert_eq!(
        run.stderr.matches("2px + 2em` is computed").count(),
        1,
        "{}",
        run.stderr
    );
    assert!(
        !run.stderr.contains("1px + 1em` is computed"),
        "{}",
        run.stderr
    );
    let run = shop.deploy(SCD, &["-v", "en_US"]).expect_code(0);
    assert_eq!(
        run.stderr.matches("note: `1px + 1em` is computed").count(),
        1,
        "{}",
        run.stderr
    );
    // Whoever compiles a single file works on it.
    in_root(&shop, &["-t", "Acme/base", "css/one.less"])
        .expect_code(0)
        .expect_complaint("warning: `1px + 1em` is computed");
}

#[test]
fn watching_survives_errors_and_missing_files() {
    let here = directory(&[
        ("a.less", "@import 'sub/p'; .a { w: @w }"),
        ("sub/p.less", "@w: 1px;"),
    ]);
    let place = here.path();
    let css = || read(place, "out/a.css");
    let watch = Running::start(SCD, place, &["less", "--watch", "a.less", "out/a.css"]);
    let line = watch.line();
    assert!(
        line.starts_with("a.less: compiled to out/a.css in "),
        "{line}"
    );
    assert!(line.ends_with(" ms"), "{line}");
    assert_eq!(css(), ".a {\n  w: 1px;\n}\n");

    write(place, "sub/p.less", "@w: 2px;");
    watch.line_with("compiled");
    assert_eq!(css(), ".a {\n  w: 2px;\n}\n");

    write(place, "sub/p.less", "@w: ;;{");
    watch.line_with("failed");
    assert_eq!(css(), ".a {\n  w: 2px;\n}\n");
    write(place, "sub/p.less", "@w: 3px;");
    watch.line_with("compiled");
    assert_eq!(css(), ".a {\n  w: 3px;\n}\n");

    // An import goes, with its directory, and comes back.
    fs::remove_dir_all(place.join("sub")).unwrap();
    watch.line_with("failed");
    write(place, "sub/p.less", "@w: 4px;");
    while css() != ".a {\n  w: 4px;\n}\n" {
        watch.line();
    }

    // The entry is replaced by renaming, as editors do, and may be away in between.
    fs::rename(place.join("a.less"), place.join("a.less~")).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    write(place, "a.new", "@import 'sub/p'; .b { w: @w }");
    fs::rename(place.join("a.new"), place.join("a.less")).unwrap();
    while css() != ".b {\n  w: 4px;\n}\n" {
        watch.line();
    }

    let (code, complaints) = watch.interrupt();
    assert_eq!(code, Some(0));
    assert!(complaints.contains("error: "), "{complaints}");
    assert!(complaints.contains("cannot read `a.less`"), "{complaints}");
}

#[test]
fn watching_a_theme_sees_files_that_are_added() {
    let shop = unminified();
    let root = shop.root();
    let output = root.join("out.css");
    let watch = Running::start(
        SCD,
        &root,
        &[
            "less",
            "-w",
            "--root",
            ".",
            "-t",
            "Acme/child",
            "css/main.less",
            "out.css",
        ],
    );
    watch.line_with("compiled");
    assert!(
        fs::read_to_string(&output)
            .unwrap()
            .contains(".one{color:#00f}")
    );
    // An override in the child's directory for the module.
    shop.write(
        "app/design/frontend/Acme/child/Acme_One/web/css/source/_module.less",
        ".two { color: @c }\n",
    );
    while !fs::read_to_string(&output)
        .unwrap()
        .contains(".two{color:#00f}")
    {
        watch.line();
    }
    assert_eq!(watch.interrupt().0, Some(0));
}

#[test]
fn watching_needs_files() {
    let here = directory(&[("a.less", PLAIN)]);
    less(here.path(), &["-w", "a.less"])
        .expect_code(2)
        .expect_complaint("--watch needs a file as OUTPUT");
    less(here.path(), &["-w", "-", "a.css"])
        .expect_code(2)
        .expect_complaint("--watch needs a file as INPUT");
    let watch = Running::start(SCD, here.path(), &["less", "-w", "--lint", "a.less"]);
    watch.line_with("a.less: checked in ");
    assert_eq!(watch.interrupt().0, Some(0));
}

#[test]
fn help_names_every_option() {
    let help = run(SCD, &["less", "--help"], &[]).expect_code(0).stdout;
    for option in [
        "--include-path",
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

#[test]
fn entries_of_the_reference_tree_compile_to_what_php_deploys() {
    let Some((root, expected)) = reference("less") else {
        return;
    };
    let root = root.to_str().expect("a path in Unicode");
    for (theme, area, entry) in [
        ("Magento/luma", "frontend", "css/styles-m"),
        ("Magento/luma", "frontend", "css/styles-l"),
        ("Magento/luma", "frontend", "css/print"),
        ("Magento/blank", "frontend", "css/styles-m"),
        ("Magento/backend", "adminhtml", "css/styles"),
    ] {
        let file = format!("{entry}.less");
        // The tree's own configuration may minify, which shows in the names of inlined CSS only.
        let run = run(SCD, &["less", "--root", root, "--theme", theme, &file], &[]).expect_code(0);
        let theirs = expected.join(format!("nomin/static/{area}/{theme}/en_US/{entry}.css"));
        let theirs = fs::read_to_string(theirs).expect("PHP deployed it");
        assert!(run.stdout == theirs, "{theme} {entry} differs");
    }
}
