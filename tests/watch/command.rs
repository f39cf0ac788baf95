//! The command as people run it, told by the system what has changed. Waits are generous: lines are waited for, not times.

use std::fs;

use scd_tests::edits::shop;
use scd_tests::fixture::Fixture;
use scd_tests::watch::Running;

use crate::SCD;

const PARTIAL: &str = "app/design/frontend/Acme/base/web/css/source/_x.less";

/// Starts a watch and waits until it is ready.
pub(crate) fn start(shop: &Fixture, options: &[&str]) -> (Running, Vec<String>) {
    let mut arguments = vec!["watch"];
    arguments.extend(options);
    arguments.push("en_US");
    let watch = Running::start(SCD, &shop.root(), &arguments);
    let first = watch.line_with("all packages: ");
    let second = watch.line_with("watching ");
    (watch, vec![first, second])
}

fn styles(shop: &Fixture) -> String {
    shop.read("pub/static/frontend/Acme/base/en_US/css/styles.min.css")
}

/// Replaces a file as most editors do.
fn save(shop: &Fixture, path: &str, text: &str) {
    let path = shop.root().join(path);
    let other = path.with_extension("tmp");
    fs::write(&other, text).expect("it can be written");
    fs::rename(&other, &path).expect("it can be renamed");
}

#[test]
fn every_way_of_saving_is_seen() {
    let shop = shop();
    let (watch, said) = start(&shop, &[]);
    assert!(said[0].contains(" outputs written ("), "{said:?}");
    assert!(styles(&shop).contains("red") || styles(&shop).contains("#f00"));

    shop.write(PARTIAL, "@c: #00ff00;\n");
    let line = watch.line_with("_x.less: wrote ");
    assert!(
        line.starts_with(&format!(
            "{PARTIAL}: wrote frontend/Acme/base/en_US/css/all.min.css, "
        )),
        "{line}"
    );
    assert!(
        line.contains(" and 1 more (") && line.ends_with(" ms)"),
        "{line}"
    );
    assert!(styles(&shop).contains("#0f0"));

    save(&shop, PARTIAL, "@c: #0000ff;\n");
    while !styles(&shop).contains("#00f") {
        watch.line();
    }

    // The old file is kept as a copy, and the new one takes its name.
    let path = shop.root().join(PARTIAL);
    fs::rename(&path, path.with_extension("less~")).expect("it can be renamed");
    fs::write(&path, "@c: #ff00ff;\n").expect("it can be written");
    while !styles(&shop).contains("#f0f") {
        watch.line();
    }

    shop.write(
        "app/design/frontend/Acme/base/web/css/more.less",
        ".more { top: 0 }\n",
    );
    watch.line_with("more.less: the plan is made anew: wrote ");
    shop.remove("app/design/frontend/Acme/base/web/css/more.less");
    let line = watch.line_with("removed ");
    assert!(
        line.contains("frontend/Acme/base/en_US/css/more.min.css"),
        "{line}"
    );

    let packages = shop.root().join("pub/static/frontend");
    fs::rename(&packages, shop.root().join("gone")).expect("it can be moved away");
    while !shop.has("pub/static/frontend/Acme/child/en_US/css/styles.min.css") {
        watch.line();
    }
    assert_eq!(watch.interrupt().0, Some(0));
}

#[test]
fn errors_are_printed_with_their_place_and_the_watch_goes_on() {
    let shop = shop();
    let (watch, _) = start(&shop, &[]);
    let before = styles(&shop);
    save(&shop, PARTIAL, "@c: red;\n@d: @nope;\n.x { color: @d }\n");
    watch.line_with("whose outputs stay as they were");
    assert_eq!(styles(&shop), before);
    save(&shop, PARTIAL, "@c: #00ff00;\n");
    watch.line_with("wrote ");
    assert!(styles(&shop).contains("#0f0"));
    let (code, complaints) = watch.interrupt();
    assert_eq!(code, Some(0));
    assert!(
        complaints.contains("variable @nope is undefined"),
        "{complaints}"
    );
    assert!(
        complaints.contains(&format!("{PARTIAL}:2:")),
        "{complaints}"
    );
}

#[test]
fn polling_sees_the_same() {
    let shop = shop();
    let (watch, _) = start(&shop, &["--poll=20"]);
    save(&shop, PARTIAL, "@c: #00ff00;\n");
    watch.line_with("_x.less: wrote ");
    assert!(styles(&shop).contains("#0f0"));
    shop.write(
        "app/design/frontend/Acme/child/web/css/more.css",
        "i { top: 0 }\n",
    );
    watch.line_with("more.css: the plan is made anew: wrote ");
    assert_eq!(watch.interrupt().0, Some(0));
}

#[test]
fn a_deploy_in_progress_is_named_and_waited_for() {
    let shop = shop();
    let (watch, _) = start(&shop, &[]);
    let lock = scd_store::Lock::acquire(&shop.root(), "publishing").expect("it is free");
    save(&shop, PARTIAL, "@c: #00ff00;\n");
    let line = watch.line_with("waiting: ");
    assert!(
        line.contains("another deploy is running on this root"),
        "{line}"
    );
    drop(lock);
    watch.line_with("_x.less: wrote ");
    assert!(styles(&shop).contains("#0f0"));
    assert_eq!(watch.interrupt().0, Some(0));
}

#[test]
fn options_of_whole_deploys_are_refused() {
    let shop = shop();
    let root = shop.root();
    let root = root.to_str().expect("a path in Unicode");
    for option in [
        "--compress=gzip",
        "--keep-versions=2",
        "--report=x.json",
        "--content-version=1",
    ] {
        scd_tests::run::run(SCD, &["watch", "--root", root, option], &[])
            .expect_code(2)
            .expect_complaint("is for whole deploys");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it is bound").to_string();
    scd_tests::run::run(
        SCD,
        &["watch", "--root", root, &format!("--livereload={address}")],
        &[],
    )
    .expect_code(2)
    .expect_complaint("name another address with --livereload=HOST:PORT");
}
