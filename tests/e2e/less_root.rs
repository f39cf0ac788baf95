//! `scd less --root`: a stylesheet as a package of a shop sees it, beside what is deployed.

use std::path::Path;

use scd_tests::fixture::Fixture;
use scd_tests::reference::reference;
use scd_tests::run::{Run, run, run_in};
use scd_tests::shop::{config, shop, theme};

use crate::SCD;
use crate::less::{map, read};

#[track_caller]
fn in_root(shop: &Fixture, arguments: &[&str]) -> Run {
    let root = shop.root();
    let mut all = vec!["less", "--root", root.to_str().expect("a path in Unicode")];
    all.extend(arguments);
    run_in(SCD, Path::new("/"), &all)
}

/// A shop without minification, so that what is deployed can be compared.
pub(crate) fn unminified() -> Fixture {
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
        let theirs = std::fs::read_to_string(theirs).expect("PHP deployed it");
        assert!(run.stdout == theirs, "{theme} {entry} differs");
    }
}
