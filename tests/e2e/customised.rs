//! Modules that change Magento's PHP side: found before work starts, handed to PHP where that is asked for.

use std::os::unix::fs::PermissionsExt;

use scd_tests::fixture::Fixture;
use scd_tests::shop::shop;

use crate::SCD;

/// A shop whose module changes something of Magento.
fn customised(body: &str) -> Fixture {
    let shop = shop();
    shop.write(
        "app/code/Acme/One/etc/di.xml",
        format!(
            "<config xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n{body}\n</config>\n"
        ),
    );
    shop
}

const SCRIPTS: &str = r#"<virtualType name="jsMinificationAdapter" type="Acme\One\Js"/>"#;

#[test]
fn a_run_that_is_concerned_stops_before_it_starts() {
    let shop = customised(SCRIPTS);
    let run = shop
        .deploy(SCD, &["en_US"])
        .expect_code(2)
        .expect_complaint("app/code/Acme/One/etc/di.xml:2")
        .expect_complaint("`Acme\\One\\Js`")
        .expect_complaint("minified scripts")
        .expect_complaint("`Acme_One` declares it")
        .expect_complaint("--fallback=php");
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    assert_eq!(shop.published().len(), 1, "nothing but what was there");
    shop.deploy(SCD, &["--allow-customised", "en_US"])
        .expect_code(0)
        .expect_complaint("`Acme\\One\\Js`");
}

#[test]
fn a_run_that_is_not_concerned_goes_on() {
    for (body, arguments) in [
        (SCRIPTS, &["--no-javascript", "en_US"][..]),
        (
            r#"<preference for="Magento\Framework\View\Template\Html\MinifierInterface" type="Acme\One\Html"/>"#,
            &["--no-html-minify", "en_US"],
        ),
        (
            r#"<type name="Magento\Framework\View\Asset\MergeService"><plugin name="p" type="Acme\One\P"/></type>"#,
            &["en_US"],
        ),
        (
            r#"<type name="Magento\Deploy\Strategy\DeployStrategyFactory"><arguments><argument name="strategies" xsi:type="array"><item name="mine" xsi:type="string">Acme\One\S</item></argument></arguments></type>"#,
            &["en_US"],
        ),
    ] {
        let run = customised(body).deploy(SCD, arguments).expect_code(0);
        assert!(!run.stderr.contains("warning"), "{body}: {}", run.stderr);
    }
    let shop = customised(SCRIPTS);
    let config = shop
        .read("app/etc/config.php")
        .replace("'minify_files' => '1'", "'minify_files' => '0'");
    shop.write("app/etc/config.php", config);
    shop.deploy(SCD, &["en_US"]).expect_code(0);
}

/// A PHP that says what it was started with and exits with 7.
fn own_php(shop: &Fixture) -> String {
    let path = shop.root().join("own-php");
    shop.write(
        "own-php",
        "#!/bin/sh\necho \"PHP $*\"\necho complaint >&2\nexit 7\n",
    );
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    shop.write("bin/magento", "<?php\n");
    path.to_str().unwrap().to_owned()
}

#[test]
fn php_gets_what_was_typed_and_its_exit_code_is_passed_on() {
    let shop = customised(SCRIPTS);
    let php = own_php(&shop);
    let environment = [("PHP_BINARY", php.as_str())];
    let run = shop
        .deploy_with(
            SCD,
            &[
                "--fallback=php",
                "-t",
                "Acme/base",
                "-s",
                "standard",
                "-j2",
                "-vv",
                "en_US",
                "de_DE",
            ],
            &environment,
        )
        .expect_code(7)
        .expect_complaint("complaint")
        .expect_complaint("`Acme\\One\\Js`")
        .expect_complaint("handing over");
    assert!(
        run.stdout.ends_with("/bin/magento setup:static-content:deploy --no-interaction -vv --force --strategy=standard --jobs=2 --theme=Acme/base -- en_US de_DE\n"),
        "{}",
        run.stdout
    );
    // A strategy that scd has never heard of.
    let plain = self::shop();
    let php = own_php(&plain);
    let environment = [("PHP_BINARY", php.as_str())];
    plain
        .deploy_with(
            SCD,
            &["--fallback=php", "-s", "mine", "en_US"],
            &environment,
        )
        .expect_code(7);
    plain
        .deploy(SCD, &["-s", "mine", "en_US"])
        .expect_code(2)
        .expect_complaint("`mine`");
    // Nothing to hand over.
    plain
        .deploy_with(SCD, &["--fallback=php", "en_US"], &environment)
        .expect_code(0);
    assert!(plain.has("pub/static/frontend/Acme/base/en_US/lib.min.js"));
}

#[test]
fn a_fallback_that_cannot_be_is_a_clear_error() {
    let shop = customised(SCRIPTS);
    shop.deploy(SCD, &["--fallback=php", "en_US"])
        .expect_code(2)
        .expect_complaint("bin/magento");
    shop.write("bin/magento", "<?php\n");
    shop.deploy_with(
        SCD,
        &["--fallback=php", "en_US"],
        &[("PHP_BINARY", "/nowhere/php")],
    )
    .expect_code(2)
    .expect_complaint("`/nowhere/php`")
    .expect_complaint("PHP_BINARY");
    shop.deploy(SCD, &["--fallback=php", "--static", "/tmp/x", "en_US"])
        .expect_code(2)
        .expect_complaint("--static");
    shop.deploy(SCD, &["--fallback=ruby", "en_US"])
        .expect_code(2);
    shop.deploy(SCD, &["--fallback=php", "--allow-customised", "en_US"])
        .expect_code(2);
}
