//! `scd verify` without a tree to compare with, and `scd cache`.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, SystemTime};

use scd_tests::fixture::Fixture;
use scd_tests::run::{Run, run};
use scd_tests::shop::shop;

use crate::{SCD, deploy};

fn on(shop: &Fixture, arguments: &[&str]) -> Run {
    let root = shop.root();
    let mut all = arguments.to_vec();
    all.extend(["--root", root.to_str().expect("a path in Unicode")]);
    run(SCD, &all, &[])
}

#[test]
fn verify_names_what_is_not_as_it_was_published() {
    let shop = shop();
    on(&shop, &["verify"])
        .expect_code(2)
        .expect_complaint("it is not known what is published")
        .expect_complaint("scd deploy");
    deploy(&shop, &["en_US"]).expect_code(0);
    // Not ours: what Magento merges while the shop runs, and the web server's file.
    shop.write("pub/static/_cache/merged/x.css", "")
        .write("pub/static/.htaccess", "other");
    let said = on(&shop, &["verify"]).expect_code(0);
    assert!(
        said.stdout.ends_with("0 changed, 0 missing, 0 extra\n"),
        "{}",
        said.stdout
    );

    let package = "pub/static/frontend/Acme/base/en_US";
    shop.remove(&format!("{package}/css/plain.min.css"));
    shop.write(&format!("{package}/css/extra.css"), "");
    let text = shop.read(&format!("{package}/lib.min.js"));
    shop.write(&format!("{package}/lib.min.js"), text.replace('1', "2"));
    let template =
        "var/view_preprocessed/pub/static/app/code/Acme/One/view/frontend/templates/a.phtml";
    shop.remove(template);
    let said = on(&shop, &["verify"]).expect_code(1).stdout;
    for line in [
        format!(
            "missing  {}",
            shop.root()
                .join(package)
                .join("css/plain.min.css")
                .display()
        ),
        format!(
            "extra    {}",
            shop.root().join(package).join("css/extra.css").display()
        ),
        format!(
            "changed  {}",
            shop.root().join(package).join("lib.min.js").display()
        ),
        format!("missing  {}", shop.root().join(template).display()),
        "1 changed, 2 missing, 1 extra".to_owned(),
    ] {
        assert!(said.contains(&line), "`{line}` is not in\n{said}");
    }
    let data = on(&shop, &["verify", "--format=json"])
        .expect_code(1)
        .stdout;
    let data: serde_json::Value = serde_json::from_str(&data).expect("it is JSON");
    assert_eq!(data["missing"].as_array().map(Vec::len), Some(2));
    on(&shop, &["verify", "-t", "Acme/base"])
        .expect_code(2)
        .expect_complaint("--php");

    deploy(&shop, &["en_US"]).expect_code(0);
    on(&shop, &["verify"]).expect_code(0);
}

#[test]
fn verify_covers_what_several_deploys_have_published() {
    let shop = shop();
    deploy(&shop, &["en_US", "--no-cache"]).expect_code(0);
    deploy(&shop, &["de_DE", "--compress=gzip"]).expect_code(0);
    on(&shop, &["verify"]).expect_code(0);
    shop.remove("pub/static/frontend/Acme/base/en_US/lib.min.js");
    on(&shop, &["verify"]).expect_code(1);
}

#[test]
fn the_cache_tells_its_size_and_gives_space_back() {
    let shop = shop();
    deploy(&shop, &["en_US"]).expect_code(0);
    let said = on(&shop, &["cache"]).expect_code(0).stdout;
    assert!(
        said.contains("var/scd") && said.contains("recalled 0 of"),
        "{said}"
    );
    deploy(&shop, &["en_US"]).expect_code(0);
    let said = on(&shop, &["cache"]).expect_code(0).stdout;
    assert!(said.contains("the last deploy had nothing to do"), "{said}");
    on(&shop, &["cache", "prune", "--unused-for", "30d"]).expect_code(0);
    assert!(shop.has("var/scd/v1/index"));
    on(&shop, &["cache", "prune", "--unused-for=soon"])
        .expect_code(2)
        .expect_complaint("30d");

    let before = shop.published();
    on(&shop, &["cache", "clear"]).expect_code(0);
    assert!(!shop.has("var/scd/v1") && shop.has("var/scd/ledgers"));
    deploy(&shop, &["en_US"]).expect_code(0);
    assert_eq!(before, shop.published());
    fs::remove_dir_all(shop.root().join("var/scd")).expect("it is there");
    deploy(&shop, &["en_US"]).expect_code(0);
    assert_eq!(before, shop.published());
}

#[test]
fn deploys_without_changes_keep_results_from_being_forgotten() {
    let shop = shop();
    deploy(&shop, &["en_US"]).expect_code(0);
    let index = || {
        fs::metadata(shop.root().join("var/scd/v1/index"))
            .expect("it is there")
            .ino()
    };
    let before = index();
    deploy(&shop, &["en_US"]).expect_code(0);
    assert_eq!(index(), before, "once a day is enough");
    let ago = SystemTime::now() - Duration::from_secs(3 * 24 * 60 * 60);
    for record in fs::read_dir(shop.root().join("var/scd/v1/runs")).expect("it is there") {
        let record = record.expect("it can be listed").path();
        let file = fs::File::options()
            .write(true)
            .open(record)
            .expect("it can be written");
        file.set_modified(ago).expect("it can be set");
    }
    deploy(&shop, &["en_US"]).expect_code(0);
    let after = index();
    assert_ne!(after, before);
    deploy(&shop, &["en_US"]).expect_code(0);
    assert_eq!(index(), after);
}
