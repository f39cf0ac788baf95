//! What `--keep-versions` and `--link` leave.

use std::fs;
use std::os::unix::fs::MetadataExt;

use scd_tests::fixture::Fixture;
use scd_tests::run::run;
use scd_tests::shop::shop;

use crate::SCD;

const PACKAGE: &str = "pub/static/frontend/Acme/base/en_US";
const LEAVING: &str = "app/design/frontend/Acme/base/web/js/leaving.js";

fn deploy(shop: &Fixture, arguments: &[&str]) -> serde_json::Value {
    let report = shop.root().join("report.json");
    let report_option = format!("--report={}", report.display());
    let mut all = vec!["en_US", &report_option];
    all.extend(arguments);
    shop.deploy(SCD, &all).expect_code(0);
    let text = fs::read_to_string(report).expect("it was written");
    serde_json::from_str(&text).expect("it is JSON")
}

#[test]
fn kept_files_stay_for_two_versions_and_are_no_outputs() {
    let shop = shop();
    shop.write(LEAVING, "leaving();");
    let kept = format!("{PACKAGE}/js/leaving.min.js");
    deploy(&shop, &["--keep-versions=2", "--content-version=1"]);
    assert!(shop.has(&kept));
    shop.remove(LEAVING);
    for version in ["2", "3", "4"] {
        shop.write(LEAVING.replace("leaving", "other").as_str(), version);
        let option = format!("--content-version={version}");
        let report = deploy(&shop, &["--keep-versions=2", &option]);
        assert_eq!(shop.has(&kept), version != "4", "version {version}");
        assert!(!report.to_string().contains("leaving"));
        // What is kept was published, too.
        let root = shop.root();
        run(
            SCD,
            &[
                "verify",
                "--root",
                root.to_str().expect("a path in Unicode"),
            ],
            &[],
        )
        .expect_code(0);
    }
}

#[test]
fn hard_links_join_equal_outputs_of_two_packages() {
    let shop = shop();
    let names = || {
        let metadata = |path: &str| fs::metadata(shop.root().join(path)).expect(path);
        let image = "images/i.png";
        (
            metadata(&format!("{PACKAGE}/{image}")).nlink(),
            metadata(&format!("{}/{image}", PACKAGE.replace("en_US", "de_DE"))).nlink(),
            metadata(&format!("app/design/frontend/Acme/base/web/{image}")).nlink(),
        )
    };
    deploy(&shop, &["de_DE", "--link=hardlink"]);
    assert_eq!(names(), (2, 2, 1));
    // Another manner takes hold even where nothing else has changed.
    deploy(&shop, &["de_DE", "--link=copy", "--content-version=2"]);
    assert_eq!(names(), (1, 1, 1));
}
