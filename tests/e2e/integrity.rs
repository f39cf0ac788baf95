//! Integrity hashes of scripts, in the layouts of the Magento that a shop has installed.

use std::collections::BTreeMap;
use std::process::Command;

use scd_tests::fixture::Fixture;
use scd_tests::shop::{config, register, shop, theme};

use crate::SCD;

const REPOSITORY: &str = "Model/SubresourceIntegrityRepository.php";
const FILE_STORAGE: &str = "Model/SubresourceIntegrity/Storage/File.php";
const RESOLVER: &str = "Model/SubresourceIntegrity/HashResolver/HashResolver.php";

/// The shop with a module `Magento_Csp` of our own that has classes of these names, and a second theme.
fn shop_with(classes: &[&str]) -> Fixture {
    let shop = shop();
    let folder = "app/code/Magento/Csp";
    register(&shop, folder, "module", "Magento_Csp");
    for class in classes {
        shop.write(
            &format!("{folder}/{class}"),
            "<?php\n// Nothing but a name.\n",
        );
    }
    let config = config("1").replace("'Acme_One' => 1,", "'Acme_One' => 1, 'Magento_Csp' => 1,");
    shop.write("app/etc/config.php", config);
    theme(&shop, "other", None);
    shop.write("app/design/frontend/Acme/other/web/js/o.js", "var other;\n");
    shop
}

/// The hashes of a file, and that it is written as PHP writes JSON.
#[track_caller]
fn hashes(shop: &Fixture, path: &str) -> BTreeMap<String, String> {
    let text = shop.read(&format!("pub/static/{path}"));
    assert!(!text.contains("a/b") && !text.contains('\n'), "{text}");
    assert!(
        text.contains("frontend\\/Acme"),
        "slashes are escaped: {text}"
    );
    serde_json::from_str(&text).expect("an object of texts")
}

/// SHA-256 of a published file in base64, by openssl where the machine has it.
fn by_openssl(shop: &Fixture, path: &str) -> Option<String> {
    let script = format!(
        "openssl dgst -sha256 -binary '{}' | base64",
        shop.root().join("pub/static").join(path).display()
    );
    let output = Command::new("sh").args(["-c", &script]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[track_caller]
fn all_are_right(shop: &Fixture, hashes: &BTreeMap<String, String>) {
    for (path, hash) in hashes {
        assert!(shop.has(&format!("pub/static/{path}")), "{path}");
        if let Some(expected) = by_openssl(shop, path) {
            assert_eq!(*hash, format!("sha256-{expected}"), "{path}");
        }
    }
}

/// Every published script below a folder of `pub/static`.
fn scripts(shop: &Fixture, folder: &str) -> Vec<String> {
    let published = shop.published().into_keys();
    published
        .filter_map(|path| Some(path.strip_prefix("pub/static/")?.to_owned()))
        .filter(|path| path.starts_with(folder) && path.ends_with(".js"))
        .collect()
}

#[test]
fn each_package_has_a_file_of_its_own_where_magento_looks_package_by_package() {
    let shop = shop_with(&[REPOSITORY, FILE_STORAGE, RESOLVER]);
    shop.deploy(SCD, &["en_US", "de_DE"]).expect_code(0);
    for package in ["frontend/Acme/base/en_US", "frontend/Acme/other/de_DE"] {
        let found = hashes(&shop, &format!("{package}/sri-hashes.json"));
        let names: Vec<String> = found.keys().cloned().collect();
        assert_eq!(names, scripts(&shop, &format!("{package}/")));
        assert!(names.contains(&format!("{package}/requirejs-config.min.js")));
        assert!(names.contains(&format!("{package}/js/bundle/bundle0.min.js")));
        all_are_right(&shop, &found);
    }
    let before = shop.read("pub/static/frontend/Acme/base/en_US/sri-hashes.json");
    shop.write(
        "app/design/frontend/Acme/other/web/js/o.js",
        "var changed;\n",
    );
    shop.deploy(SCD, &["-t", "Acme/other", "en_US"])
        .expect_code(0);
    let after = shop.read("pub/static/frontend/Acme/base/en_US/sri-hashes.json");
    assert_eq!(before, after, "other packages are left alone");
    let found = hashes(&shop, "frontend/Acme/other/en_US/sri-hashes.json");
    all_are_right(&shop, &found);
}

#[test]
fn an_area_has_one_file_and_partial_runs_keep_what_they_do_not_deploy() {
    let shop = shop_with(&[REPOSITORY, FILE_STORAGE]);
    let file = "frontend/sri-hashes.json";
    shop.deploy(SCD, &["en_US"]).expect_code(0);
    let full = hashes(&shop, file);
    let names: Vec<String> = full.keys().cloned().collect();
    assert_eq!(names, scripts(&shop, "frontend/"));
    all_are_right(&shop, &full);

    shop.write(
        "app/design/frontend/Acme/other/web/js/o.js",
        "var changed;\n",
    );
    shop.deploy(SCD, &["-t", "Acme/other", "en_US"])
        .expect_code(0);
    let partial = hashes(&shop, file);
    assert_eq!(
        partial.keys().collect::<Vec<_>>(),
        full.keys().collect::<Vec<_>>()
    );
    let script = "frontend/Acme/other/en_US/js/o.min.js";
    assert_ne!(partial[script], full[script]);
    all_are_right(&shop, &partial);

    shop.deploy(SCD, &["-t", "Acme/other", "--no-javascript", "en_US"])
        .expect_code(0);
    let without = hashes(&shop, file);
    assert!(
        without
            .keys()
            .all(|path| path.starts_with("frontend/Acme/base/"))
    );

    shop.write(&format!("pub/static/{file}"), "{broken");
    shop.deploy(SCD, &["-t", "Acme/other", "en_US"])
        .expect_code(0)
        .expect_complaint("sri-hashes.json");
    all_are_right(&shop, &hashes(&shop, file));
}

#[test]
fn with_bundling_an_area_lists_the_configuration_alone() {
    let shop = shop_with(&[REPOSITORY, FILE_STORAGE]);
    let bundling = "'js' => ['enable_js_bundling' => '1', 'minify_files'";
    let config = shop
        .read("app/etc/config.php")
        .replace("'js' => ['minify_files'", bundling);
    shop.write("app/etc/config.php", config);
    shop.deploy(SCD, &["-t", "Acme/base", "en_US"])
        .expect_code(0);
    let found = hashes(&shop, "frontend/sri-hashes.json");
    let names: Vec<&String> = found.keys().collect();
    assert_eq!(names, ["frontend/Acme/base/en_US/requirejs-config.min.js"]);
    all_are_right(&shop, &found);
}

#[test]
fn nothing_is_written_where_magento_has_no_files_for_it() {
    let cached = shop_with(&[REPOSITORY]);
    cached
        .deploy(SCD, &["en_US"])
        .expect_code(0)
        .expect_complaint("flush Magento's cache");
    let none = shop_with(&[]);
    let run = none.deploy(SCD, &["en_US"]).expect_code(0);
    assert!(!run.stderr.contains("integrity"), "{}", run.stderr);
    for shop in [cached, none] {
        let found = shop.published().into_keys();
        assert_eq!(found.filter(|path| path.contains("sri-hashes")).count(), 0);
    }
}
