//! The main job on a small shop: which files, which bytes, the same every time.

use scd_tests::fixture::Fixture;
use scd_tests::run::run;
use scd_tests::shop::{config, shop};

use crate::SCD;

const PACKAGE: &str = "pub/static/frontend/Acme/base/en_US";

#[test]
fn a_minified_shop_gets_exactly_these_files() {
    let shop = shop();
    shop.deploy(SCD, &["en_US"]).expect_code(0);
    let names: Vec<String> = shop.published().into_keys().collect();
    let expected = [
        "pub/static/.htaccess",
        "pub/static/frontend/Acme/base/en_US/Acme_One/js/one.min.js",
        "pub/static/frontend/Acme/base/en_US/Acme_One/template/t.html",
        "pub/static/frontend/Acme/base/en_US/css/plain.min.css",
        "pub/static/frontend/Acme/base/en_US/css/styles.min.css",
        "pub/static/frontend/Acme/base/en_US/images/i.png",
        "pub/static/frontend/Acme/base/en_US/js-translation.json",
        "pub/static/frontend/Acme/base/en_US/js/bundle/bundle0.min.js",
        "pub/static/frontend/Acme/base/en_US/js/bundle/bundle1.min.js",
        "pub/static/frontend/Acme/base/en_US/lib.min.js",
        "pub/static/frontend/Acme/base/en_US/requirejs-config.min.js",
        "pub/static/frontend/Acme/base/en_US/requirejs-min-resolver.min.js",
        "var/view_preprocessed/pub/static/app/code/Acme/One/view/frontend/templates/a.phtml",
    ];
    // Without a bundle size in view.xml each file has a bundle of its own, so their number says nothing here.
    let is_further_bundle = |name: &&String| {
        name.contains("/js/bundle/")
            && !name.ends_with("bundle0.min.js")
            && !name.ends_with("bundle1.min.js")
    };
    let names: Vec<&String> = names
        .iter()
        .filter(|name| !is_further_bundle(name))
        .collect();
    assert_eq!(names, expected);
    assert_eq!(
        shop.read(&format!("{PACKAGE}/css/plain.min.css")),
        "a{color:red}b{color:blue}"
    );
    assert_eq!(
        shop.read(&format!("{PACKAGE}/css/styles.min.css")),
        ".a{color:red}.a .b{width:2px}"
    );
    assert_eq!(
        shop.read(&format!("{PACKAGE}/lib.min.js"))
            .trim_end_matches(';'),
        "var lib=1"
    );
    assert_eq!(
        shop.read(&format!("{PACKAGE}/Acme_One/template/t.html")),
        "<b>  kept  </b>\n"
    );
    assert_eq!(
        shop.read(
            "var/view_preprocessed/pub/static/app/code/Acme/One/view/frontend/templates/a.phtml"
        ),
        "<p><?= 1 ?></p>"
    );
    let version = shop.read("pub/static/deployed_version.txt");
    assert!(
        !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()),
        "{version}"
    );
}

#[test]
fn without_minification_names_and_texts_stay() {
    let shop = shop();
    shop.write("app/etc/config.php", config("0"));
    shop.deploy(SCD, &["en_US"]).expect_code(0);
    assert_eq!(
        shop.read(&format!("{PACKAGE}/lib.js")),
        "var lib = 1; // a comment\n"
    );
    assert!(shop.has(&format!("{PACKAGE}/requirejs-config.js")));
    // Compression of LESS depends on the mode alone.
    assert_eq!(
        shop.read(&format!("{PACKAGE}/css/styles.css")),
        ".a{color:#f00}.a .b{width:2px}"
    );
}

#[test]
fn thread_counts_and_repeats_change_no_byte() {
    let one = shop();
    one.deploy(SCD, &["-j", "1", "en_US", "de_DE"])
        .expect_code(0);
    let two = shop();
    two.deploy(SCD, &["-j", "2", "en_US", "de_DE"])
        .expect_code(0);
    assert_eq!(one.published(), two.published());
    two.deploy(SCD, &["-j", "7", "en_US", "de_DE"])
        .expect_code(0);
    assert_eq!(one.published(), two.published());
}

#[test]
fn a_deploy_behaves_as_into_a_clean_tree_and_leaves_the_rest_alone() {
    let shop = shop();
    shop.write(&format!("{PACKAGE}/stale.js"), "old")
        .write(&format!("{PACKAGE}/lib.min.js"), "old")
        .write(
            "pub/static/frontend/Acme/base/fr_FR/other.js",
            "another package",
        );
    shop.deploy(SCD, &["en_US"]).expect_code(0);
    assert!(!shop.has(&format!("{PACKAGE}/stale.js")));
    assert_ne!(shop.read(&format!("{PACKAGE}/lib.min.js")), "old");
    assert_eq!(
        shop.read("pub/static/frontend/Acme/base/fr_FR/other.js"),
        "another package"
    );
    assert_eq!(shop.read("pub/static/.htaccess"), "# kept\n");
}

#[test]
fn the_report_lists_every_output_with_its_digest() {
    let shop = shop();
    let report = shop.root().join("report.json");
    shop.deploy(SCD, &["--report", report.to_str().unwrap(), "en_US"])
        .expect_code(0);
    let report: serde_json::Value = serde_json::from_str(&shop.read("report.json")).unwrap();
    let outputs = report["outputs"].as_array().unwrap();
    for output in outputs {
        let target = match output["target"].as_str().unwrap() {
            "static" => "pub/static",
            _ => "var/view_preprocessed/pub/static",
        };
        let path = shop
            .root()
            .join(target)
            .join(output["path"].as_str().unwrap());
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(output["size"], bytes.len(), "{}", path.display());
        assert_eq!(
            output["blake3"],
            blake3::hash(&bytes).to_hex().as_str(),
            "{}",
            path.display()
        );
    }
    // All but `.htaccess`, which was there before.
    assert_eq!(
        outputs.len(),
        shop.published().len() - 1 + 1,
        "the version file is an output, too"
    );
    let png = outputs
        .iter()
        .find(|output| output["path"].as_str().unwrap().ends_with("i.png"))
        .unwrap();
    assert!(
        png["source"]
            .as_str()
            .unwrap()
            .ends_with("web/images/i.png")
    );
}

/// What `scd plan` says about a shop.
fn planned(shop: &Fixture, locales: &[&str]) -> String {
    let root = shop.root();
    let mut arguments = vec!["plan", "-f", "--root", root.to_str().unwrap()];
    arguments.extend(locales);
    run(SCD, &arguments, &[]).expect_code(0).stdout
}

#[test]
fn planning_counts_and_writes_nothing() {
    let shop = shop();
    let before = shop.published();
    let said = planned(&shop, &["en_US", "de_DE"]);
    assert!(said.contains("2 packages see 1 different views"), "{said}");
    assert!(
        said.contains("5 jobs: 2 scripts, 1 stylesheets, 1 LESS compilations, 1 templates"),
        "{said}"
    );
    assert_eq!(shop.published(), before);
}

#[test]
fn equal_work_is_done_once() {
    let shop = shop();
    scd_tests::shop::theme(&shop, "child", Some("Acme/base"));
    shop.write(
        "app/design/frontend/Acme/child/web/css/source/_x.less",
        "@c: #00ff00;\n",
    );
    let said = planned(&shop, &["en_US"]);
    // Two themes share scripts and plain CSS; the stylesheet is compiled twice, because the child changes what it imports.
    assert!(
        said.contains("6 jobs: 2 scripts, 1 stylesheets, 2 LESS compilations, 1 templates"),
        "{said}"
    );
    shop.deploy(SCD, &["en_US"]).expect_code(0);
    assert_eq!(
        shop.read("pub/static/frontend/Acme/child/en_US/css/styles.min.css"),
        ".a{color:#0f0}.a .b{width:2px}"
    );
    shop.remove("app/design/frontend/Acme/child/web/css/source/_x.less");
    shop.write("app/design/frontend/Acme/child/web/images/other.png", "x");
    let said = planned(&shop, &["en_US"]);
    assert!(
        said.contains("1 LESS compilations"),
        "another overlay, the same closure: {said}"
    );
}

#[test]
fn only_the_version_is_refreshed_when_asked() {
    let shop = shop();
    let said = shop
        .deploy(
            SCD,
            &["--refresh-content-version-only", "--content-version", "123"],
        )
        .expect_code(0)
        .stdout;
    assert_eq!(said, "New content version: 123\n");
    assert_eq!(shop.read("pub/static/deployed_version.txt"), "123");
    assert_eq!(shop.published().len(), 1);
}

#[test]
fn the_modern_level_is_smaller_and_means_the_same() {
    let shop = shop();
    shop.write(
        "app/code/Acme/One/view/frontend/web/js/long.js",
        "define([], function () {\n    var aLongLocalName = 1;\n    return function (another) { return aLongLocalName + another; };\n});\n",
    );
    shop.deploy(SCD, &["en_US"]).expect_code(0);
    let compat = shop.published();
    shop.deploy(SCD, &["--minify=modern", "en_US"])
        .expect_code(0);
    let modern = shop.published();
    assert!(compat.keys().eq(modern.keys()));
    let size = |files: &std::collections::BTreeMap<String, Vec<u8>>| {
        files.values().map(Vec::len).sum::<usize>()
    };
    assert!(size(&modern) < size(&compat));
}

#[test]
fn an_empty_folder_is_not_a_root() {
    Fixture::empty()
        .deploy(SCD, &["en_US"])
        .expect_code(2)
        .expect_complaint("config.php");
}
