//! Options and variables: which packages and kinds of files they leave.

use scd_tests::fixture::Fixture;
use scd_tests::run::run;
use scd_tests::shop::{shop, theme};

use crate::SCD;

fn packages(shop: &Fixture) -> Vec<String> {
    let mut found: Vec<String> = shop
        .published()
        .into_keys()
        .filter_map(|path| {
            let path = path.strip_prefix("pub/static/")?.to_owned();
            let end = path.match_indices('/').nth(3)?.0;
            Some(path[..end].to_owned())
        })
        .collect();
    found.dedup();
    found
}

#[test]
fn filters_select_packages_and_the_parents_they_need() {
    let shop = shop();
    theme(&shop, "child", Some("base"));
    shop.write("app/design/frontend/Acme/child/web/js/c.js", "var c;");
    shop.deploy(SCD, &["-t", "Acme/child", "de_DE"])
        .expect_code(0);
    assert_eq!(
        packages(&shop),
        ["frontend/Acme/base/de_DE", "frontend/Acme/child/de_DE"]
    );
    let alone = self::shop();
    theme(&alone, "child", Some("base"));
    alone.write("app/design/frontend/Acme/child/web/js/c.js", "var c;");
    alone
        .deploy(SCD, &["-t", "Acme/child", "--no-parent", "de_DE"])
        .expect_code(0);
    assert_eq!(packages(&alone), ["frontend/Acme/child/de_DE"]);
}

#[test]
fn bundles_take_the_place_of_what_lies_in_their_folder() {
    let shop = shop();
    let folder = "app/design/frontend/Acme/base/web/js/bundle";
    for (name, text) in [
        ("own.less", "a {b: c}"),
        ("other.css", "a {b: c}"),
        ("own.js", "var a;"),
        ("own.png", ""),
    ] {
        shop.write(&format!("{folder}/{name}"), text);
    }
    let has = |name: &str| {
        shop.has(&format!(
            "pub/static/frontend/Acme/base/en_US/js/bundle/{name}"
        ))
    };
    let published = ["own.min.css", "other.min.css", "own.min.js", "own.png"];
    shop.deploy(SCD, &["--no-js-bundle", "en_US"])
        .expect_code(0);
    assert!(published.iter().all(|name| has(name)));
    shop.deploy(SCD, &["en_US"]).expect_code(0);
    assert!(published.iter().all(|name| !has(name)) && has("bundle0.min.js"));
}

#[test]
fn kinds_of_files_can_be_left_out() {
    for (option, gone, kept) in [
        ("--no-javascript", "lib.min.js", "css/plain.min.css"),
        ("--no-javascript", "js-translation.json", "images/i.png"),
        (
            "--no-js-bundle",
            "js/bundle/bundle0.min.js",
            "requirejs-config.min.js",
        ),
        ("--no-css", "css/styles.min.css", "lib.min.js"),
        ("--no-images", "images/i.png", "css/styles.min.css"),
        ("--no-html", "Acme_One/template/t.html", "lib.min.js"),
    ] {
        let shop = shop();
        shop.deploy(SCD, &[option, "en_US"]).expect_code(0);
        let has = |name: &str| shop.has(&format!("pub/static/frontend/Acme/base/en_US/{name}"));
        assert!(!has(gone), "{option} {gone}");
        assert!(has(kept), "{option} {kept}");
    }
    let shop = shop();
    shop.deploy(SCD, &["--no-html-minify", "--no-less", "en_US"])
        .expect_code(0);
    assert!(!shop.has("var/view_preprocessed"));
    assert!(
        shop.has("pub/static/frontend/Acme/base/en_US/css/styles.min.css"),
        "--no-less changes nothing"
    );
}

#[test]
fn without_force_only_production_mode_deploys() {
    let shop = shop();
    let root = shop.root();
    let root = root.to_str().unwrap();
    run(SCD, &["deploy", "--root", root, "en_US"], &[]).expect_code(0);
    run(
        SCD,
        &["deploy", "--root", root, "en_US"],
        &[("MAGE_MODE", "developer")],
    )
    .expect_code(2)
    .expect_complaint("-f");
    shop.write(
        "app/etc/env.php",
        "<?php return ['MAGE_MODE' => 'default'];",
    );
    run(SCD, &["deploy", "--root", root, "en_US"], &[])
        .expect_code(2)
        .expect_complaint("`default`");
    shop.write("app/etc/env.php", "<?php return ['MAGE_MODE' => 'fast'];");
    run(SCD, &["deploy", "-f", "--root", root, "en_US"], &[])
        .expect_code(2)
        .expect_complaint("`fast`");
}

#[test]
fn the_matrix_gives_themes_locales_of_their_own() {
    let shop = shop();
    theme(&shop, "other", None);
    shop.write("app/design/frontend/Acme/other/web/js/o.js", "var o;");
    shop.deploy_with(
        SCD,
        &["en_US"],
        &[("SCD_MATRIX", r#"{"Acme/other":["de_DE","fr_FR"]}"#)],
    )
    .expect_code(0);
    assert_eq!(
        packages(&shop),
        [
            "frontend/Acme/base/en_US",
            "frontend/Acme/other/de_DE",
            "frontend/Acme/other/fr_FR"
        ]
    );
    shop.deploy_with(
        SCD,
        &["en_US"],
        &[("SCD_MATRIX", r#"{"acme/Other":["de_DE"]}"#)],
    )
    .expect_code(0)
    .expect_complaint("`Acme/other` is taken for it");
    shop.deploy_with(
        SCD,
        &["en_US"],
        &[("SCD_MATRIX", r#"{"Acme/ohter":["de_DE"]}"#)],
    )
    .expect_code(2)
    .expect_complaint("Acme/other");
    shop.deploy_with(SCD, &["en_US"], &[("SCD_MATRIX", "[1]")])
        .expect_code(2)
        .expect_complaint("SCD_MATRIX");
    shop.deploy_with(SCD, &["en_US"], &[("SCD_THREADS", "two")])
        .expect_code(2)
        .expect_complaint("SCD_THREADS");
    shop.deploy_with(SCD, &["en_US"], &[("SCD_THREADS", "2")])
        .expect_code(0);
}

#[test]
fn strategies_are_named_as_typed_or_refused() {
    let shop = shop();
    for strategy in ["standard", "compact", "quick"] {
        let run = shop.deploy(SCD, &["-s", strategy, "en_US"]).expect_code(0);
        let told = format!("\nDeploy using {strategy} strategy\n");
        assert!(run.stdout.starts_with(&told), "{}", run.stdout);
    }
    shop.deploy(SCD, &["-s", "slow", "en_US"])
        .expect_code(2)
        .expect_complaint("wrong deploy strategy type");
}

#[test]
fn output_is_quiet_or_wordy_as_asked() {
    let shop = shop();
    let quiet = shop.deploy(SCD, &["-q", "en_US"]).expect_code(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    let normal = shop.deploy(SCD, &["--no-cache", "en_US"]).expect_code(0);
    assert!(
        normal.stdout.starts_with("\nDeploy using quick strategy\n"),
        "{}",
        normal.stdout
    );
    assert!(
        normal.stdout.contains("frontend/Acme/base/en_US"),
        "{}",
        normal.stdout
    );
    assert!(
        normal.stdout.contains("Execution time: "),
        "{}",
        normal.stdout
    );
    assert!(
        !normal.stdout.contains('\u{1b}'),
        "no escape codes off the terminal"
    );
    let wordy = shop
        .deploy(SCD, &["-v", "--no-cache", "en_US"])
        .expect_code(0);
    assert!(
        wordy.stdout.contains("Processing file 'lib/web/lib.js'"),
        "{}",
        wordy.stdout
    );
}

#[test]
fn help_and_version_work() {
    assert!(
        run(SCD, &["--version"], &[])
            .expect_code(0)
            .stdout
            .starts_with("scd ")
    );
    let help = run(SCD, &["deploy", "--help"], &[]).expect_code(0).stdout;
    for option in [
        "--no-html-minify",
        "--exclude-theme",
        "--keep-going",
        "--report",
        "--minify",
    ] {
        assert!(help.contains(option), "{option}");
    }
    run(SCD, &["deploy", "--no-such-option"], &[])
        .expect_code(2)
        .expect_complaint("--no-such-option");
}
