//! Bad input: a message with place and hint, an exit code, and a live tree that nobody touched.

use scd_tests::fixture::Fixture;
use scd_tests::run::Run;
use scd_tests::shop::{module, shop, theme};

use crate::SCD;

const LIVE: &str = "pub/static/frontend/Acme/base/en_US/live.js";

/// A shop with something live in it.
fn live_shop() -> Fixture {
    let shop = shop();
    shop.write(LIVE, "live")
        .write("pub/static/deployed_version.txt", "1");
    shop
}

/// Deploys and checks that it failed without touching anything.
#[track_caller]
fn refused(shop: &Fixture, arguments: &[&str], code: i32) -> Run {
    let before = shop.published();
    let run = shop.deploy(SCD, arguments).expect_code(code);
    assert_eq!(shop.published(), before, "nothing may be published");
    assert_eq!(shop.read("pub/static/deployed_version.txt"), "1");
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    run
}

#[test]
fn unknown_names_are_errors_that_name_the_nearest() {
    let shop = live_shop();
    refused(&shop, &["-t", "Acme/bsae", "en_US"], 2).expect_complaint("Acme/base");
    refused(&shop, &["-a", "fronted", "en_US"], 2).expect_complaint("frontend");
    refused(&shop, &["en_USA"], 2).expect_complaint("en_US");
    refused(&shop, &["--exclude-theme", "Acme/bsae", "en_US"], 2).expect_complaint("Acme/base");
    refused(&shop, &["--no-such-thing"], 2).expect_complaint("--no-such-thing");
}

#[test]
fn a_broken_stylesheet_fails_with_file_line_and_hint() {
    let shop = live_shop();
    shop.write(
        "app/design/frontend/Acme/base/web/css/styles.less",
        "@import 'source/_x';\n.a {\n    color: @nope;\n}\n",
    );
    shop.write(
        "app/design/frontend/Acme/base/web/css/second.less",
        ".b { .missing(); }\n",
    );
    let run = refused(&shop, &["en_US"], 1)
        .expect_complaint("app/design/frontend/Acme/base/web/css/styles.less:3:")
        .expect_complaint("@nope")
        .expect_complaint("hint: ")
        .expect_complaint("nothing was published");
    assert!(
        run.stderr.contains("second.less"),
        "all failures in one run: {}",
        run.stderr
    );
    shop.deploy(SCD, &["--keep-going", "en_US"]).expect_code(0);
    assert!(!shop.has("pub/static/frontend/Acme/base/en_US/css/styles.min.css"));
    assert!(shop.has("pub/static/frontend/Acme/base/en_US/css/plain.min.css"));
}

#[test]
fn imports_that_lead_nowhere_or_in_circles_are_errors() {
    let shop = live_shop();
    let styles = "app/design/frontend/Acme/base/web/css/styles.less";
    shop.write(
        styles,
        "// first line\n@import 'source/_nope';\n.a { b: c }\n",
    );
    refused(&shop, &["en_US"], 1)
        .expect_complaint("styles.less:2:1")
        .expect_complaint("source/_nope.less");
    shop.write(styles, "@import 'source/_one';\n");
    shop.write(
        "app/design/frontend/Acme/base/web/css/source/_one.less",
        "@import '_two';\n",
    );
    shop.write(
        "app/design/frontend/Acme/base/web/css/source/_two.less",
        "@import '_one';\n",
    );
    refused(&shop, &["en_US"], 1)
        .expect_complaint("closes a circle")
        .expect_complaint("_two.less");
}

#[test]
fn less_without_end_is_bounded() {
    let shop = live_shop();
    let styles = "app/design/frontend/Acme/base/web/css/styles.less";
    for endless in [
        ".m(@n) { a: @n; .m(@n + 1); }\n.a { .m(1); }\n".to_owned(),
        "@a: @b; @b: @a; .x { y: @a }\n".to_owned(),
        format!("{}a: b{}\n", ".x { ".repeat(10_000), "}".repeat(10_000)),
        format!(
            ".a {{ width: {}1{} }}\n",
            "(".repeat(10_000),
            ")".repeat(10_000)
        ),
        ".a { b: c".to_owned(),
        format!(
            "@a0: a a;\n{}.a {{ b: @a40 }}\n",
            (0..40)
                .map(|n| format!("@a{}: @a{n} @a{n};\n", n + 1))
                .collect::<String>()
        ),
        format!(
            ".a {{ {} x: y {} }}\n",
            "& & & {".repeat(22),
            "}".repeat(22)
        ),
    ] {
        shop.write(styles, &endless);
        refused(&shop, &["en_US"], 1).expect_complaint("styles.less");
    }
}

#[test]
fn odd_css_and_scripts_are_published_with_a_warning() {
    let shop = shop();
    shop.write("app/design/frontend/Acme/base/web/css/open.css", "a{b:c");
    shop.write(
        "app/design/frontend/Acme/base/web/js/broken.js",
        "var a = ;\n",
    );
    shop.write(
        "app/design/frontend/Acme/base/web/js/latin.js",
        b"var a = '\xE9';\n",
    );
    let run = shop
        .deploy(SCD, &["en_US"])
        .expect_code(0)
        .expect_complaint("js/broken.js:1:")
        .expect_complaint("published unminified");
    assert!(run.stderr.contains("open.css"), "{}", run.stderr);
    let package = "pub/static/frontend/Acme/base/en_US";
    assert_eq!(shop.read(&format!("{package}/css/open.min.css")), "a{b:c}");
    assert_eq!(
        shop.read(&format!("{package}/js/broken.min.js")),
        "var a = ;\n"
    );
    assert!(shop.has(&format!("{package}/js/latin.min.js")));
}

#[test]
fn a_root_that_cannot_be_read_says_where() {
    for (path, text, complaint) in [
        (
            "app/etc/config.php",
            "<?php return array_merge([], []);",
            "app/etc/config.php:1",
        ),
        (
            "app/etc/config.php",
            "<?php return ['modules' => [",
            "app/etc/config.php",
        ),
        (
            "app/etc/config.php",
            "<?php return ['modules' => []];",
            "modules",
        ),
        (
            "app/code/Acme/One/registration.php",
            "<?php \\Magento\\Framework\\Component\\ComponentRegistrar::register(",
            "app/code/Acme/One/registration.php",
        ),
        (
            "app/design/frontend/Acme/base/theme.xml",
            "<theme><title>x</theme>",
            "theme.xml:1",
        ),
        (
            "app/code/Acme/One/etc/config.xml",
            "<config",
            "etc/config.xml",
        ),
        (
            "app/design/frontend/Acme/base/etc/view.xml",
            "<view><vars></view>",
            "etc/view.xml",
        ),
    ] {
        let shop = live_shop();
        shop.write(path, text);
        let before = shop.published();
        let run = shop.deploy(SCD, &["en_US"]);
        assert!(matches!(run.code, Some(1 | 2)), "{path}: {run:?}");
        assert_eq!(shop.published(), before, "{path}");
        run.expect_complaint(complaint);
    }
}

#[test]
fn a_theme_without_its_parent_is_reported_and_a_circle_refused() {
    let shop = live_shop();
    theme(&shop, "orphan", Some("Acme/gone"));
    shop.write("app/design/frontend/Acme/orphan/web/js/o.js", "var o;");
    shop.deploy(SCD, &["en_US"])
        .expect_code(0)
        .expect_complaint("Acme/gone");
    let shop = live_shop();
    theme(&shop, "one", Some("Acme/two"));
    theme(&shop, "two", Some("Acme/one"));
    refused(&shop, &["en_US"], 2)
        .expect_complaint("Acme/one")
        .expect_complaint("Acme/two");
}

#[test]
fn two_components_of_one_name_are_refused() {
    let shop = live_shop();
    module(&shop, "One");
    shop.write(
        "app/code/Acme/Twin/registration.php",
        "<?php \\Magento\\Framework\\Component\\ComponentRegistrar::register('module', 'Acme_One', __DIR__);",
    );
    refused(&shop, &["en_US"], 2).expect_complaint("Acme_One");
}

#[test]
fn a_dangling_link_fails_loudly() {
    let shop = live_shop();
    let link = shop
        .root()
        .join("app/design/frontend/Acme/base/web/images/gone.png");
    std::os::unix::fs::symlink("/nowhere/at/all.png", link).unwrap();
    refused(&shop, &["en_US"], 1).expect_complaint("images/gone.png");
}

#[test]
fn a_target_that_cannot_be_written_is_named() {
    let shop = shop();
    std::fs::remove_dir_all(shop.root().join("pub")).unwrap();
    shop.write("pub", "a file where a folder belongs");
    shop.deploy(SCD, &["en_US"])
        .expect_code(2)
        .expect_complaint("pub");
    assert_eq!(shop.read("pub"), "a file where a folder belongs");
}

#[test]
fn hostile_imports_stay_inside() {
    let shop = live_shop();
    shop.write("secret.less", ".secret { a: b }\n");
    shop.write(
        "app/design/frontend/Acme/base/web/css/styles.less",
        "@import '../../../../../../../secret';\n.a { b: c }\n",
    );
    refused(&shop, &["en_US"], 1).expect_complaint("secret");
}

#[test]
fn translations_that_are_not_utf8_are_left_out_and_reported() {
    let shop = shop();
    shop.write(
        "app/code/Acme/One/view/frontend/web/js/say.js",
        "define(['mage/translate'], function ($t) { $t('Hi'); $t('Bye'); });",
    );
    shop.write(
        "app/code/Acme/One/i18n/de_DE.csv",
        b"\"Hi\",\"Gr\xFC\xDF\"\n\"Bye\",\"Ade\"\n",
    );
    let run = shop.deploy(SCD, &["de_DE"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("Hi"), "{}", run.stderr);
    assert_eq!(
        shop.read("pub/static/frontend/Acme/base/de_DE/js-translation.json"),
        "{\"Bye\":\"Ade\"}"
    );
}

#[test]
fn an_interrupted_run_publishes_nothing() {
    let shop = live_shop();
    let before = shop.published();
    let options = scd::options::Options {
        interrupted: std::sync::Arc::new(true.into()),
        ..scd_tests::options::options()
    };
    let result = scd::deploy(&shop.root(), &options, &scd::event::Silent);
    assert!(matches!(result, Err(scd::Error::Interrupted)), "{result:?}");
    assert_eq!(shop.published(), before);
    assert_eq!(shop.read("pub/static/deployed_version.txt"), "1");
}

#[test]
fn a_pipe_among_the_sources_does_not_hang_the_run() {
    let shop = live_shop();
    let pipe = shop
        .root()
        .join("app/design/frontend/Acme/base/web/js/pipe.js");
    shop.write("app/design/frontend/Acme/base/web/js/other.js", "var o;");
    let made = std::process::Command::new("mkfifo").arg(pipe).status();
    assert!(
        made.is_ok_and(|status| status.success()),
        "mkfifo is part of every system"
    );
    refused(&shop, &["en_US"], 1).expect_complaint("js/pipe.js");
}

#[test]
fn a_report_that_cannot_be_written_is_known_before_anything_is_published() {
    let shop = live_shop();
    refused(
        &shop,
        &["--report", "/no/such/folder/report.json", "en_US"],
        2,
    )
    .expect_complaint("report.json");
}

#[test]
fn a_broken_requirejs_configuration_fails_and_an_odd_one_is_published_unminified() {
    let shop = live_shop();
    let config = "app/code/Acme/One/view/frontend/requirejs-config.js";
    shop.write(config, "var config = { paths: { a: 'b' };\n");
    refused(&shop, &["en_US"], 1).expect_complaint("requirejs-config.js:1:");
    shop.write(config, b"var config = {}; // caf\xE9\n");
    shop.deploy(SCD, &["en_US"])
        .expect_code(0)
        .expect_complaint("not UTF-8");
    assert!(
        shop.read("pub/static/frontend/Acme/base/en_US/requirejs-config.min.js")
            .contains("caf")
    );
    shop.write(config, "var config = {};\nreturn;\n");
    shop.deploy(SCD, &["en_US"]).expect_code(0);
}

#[test]
fn a_name_that_gets_too_long_is_named() {
    let shop = live_shop();
    let long = format!(
        "app/design/frontend/Acme/base/web/js/{}.js",
        "n".repeat(250)
    );
    shop.write(&long, "var n = 1;\n");
    refused(&shop, &["en_US"], 1)
        .expect_complaint("with `.min` its name has 257 bytes")
        .expect_complaint("shorten the name")
        .expect_complaint("/web/js/nnn");
    shop.deploy(SCD, &["en_US", "--keep-going"]).expect_code(0);
    shop.remove(&long);
    // The published file fits, its compressed form does not.
    let longest = format!("js/{}.js", "m".repeat(248));
    let text = "var m = 'some text';\n".repeat(40);
    shop.write(
        &format!("app/design/frontend/Acme/base/web/{longest}"),
        &text,
    )
    .write("app/design/frontend/Acme/base/web/js/short.js", &text);
    shop.deploy(SCD, &["en_US", "--compress=gzip"])
        .expect_code(0);
    let published =
        |name: &str| shop.has(&format!("pub/static/frontend/Acme/base/en_US/js/{name}"));
    assert!(published(&format!("{}.min.js", "m".repeat(248))));
    assert!(published("short.min.js.gz"));
}

#[test]
fn names_that_a_terminal_would_obey_are_shown_as_escapes() {
    let shop = shop();
    shop.write(
        "app/design/frontend/Acme/base/web/js/a\x1b[2Jb.js",
        "var a = 1;\n",
    );
    shop.write(
        "app/design/frontend/Acme/base/web/css/c\x1b[2Jd.less",
        ".a { b: @nope }\n",
    );
    let said = shop.deploy(SCD, &["en_US", "-v"]).expect_code(1);
    for (text, name) in [
        (&said.stdout, "a\\u{1b}[2Jb.js"),
        (&said.stderr, "c\\u{1b}[2Jd.less"),
    ] {
        assert!(text.contains(name) && !text.contains('\x1b'), "{text}");
    }
}
