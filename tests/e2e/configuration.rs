//! Configuration from files and variables, and translations that are embedded into scripts.

use scd_tests::fixture::Fixture;
use scd_tests::shop::{config, shop};

use crate::SCD;

/// Adds a setting below `dev/js`.
fn with_setting(shop: &Fixture, minify: &str, setting: &str) {
    let config = config(minify).replace("'js' => [", &format!("'js' => [{setting}, "));
    shop.write("app/etc/config.php", config);
}

const PACKAGE: &str = "pub/static/frontend/Acme/base";

#[test]
fn embedded_translations_are_those_of_modules_and_differ_by_locale() {
    let shop = shop();
    with_setting(&shop, "0", "'translate_strategy' => 'embedded'");
    shop.write(
        "app/code/Acme/One/view/frontend/web/js/words.js",
        "define([], function ($t) {\n    return $t('Add') + $.mage.__( \"Add\" )\n        + $t('Theme');\n});\n",
    );
    shop.write(
        "app/code/Acme/One/view/frontend/web/js/deep.JS",
        "$t('Add');\n",
    );
    shop.write(
        "app/code/Acme/One/i18n/de_DE.csv",
        "Add,Hinzu\nTheme,Modul\n",
    );
    shop.write("app/code/Acme/One/i18n/fr_FR.csv", "Add,Ajouter\n");
    shop.write(
        "app/design/frontend/Acme/base/i18n/de_DE.csv",
        "Theme,Thema\n",
    );
    shop.deploy(SCD, &["de_DE", "fr_FR"]).expect_code(0);
    let read = |name: &str| shop.read(&format!("{PACKAGE}/{name}"));
    assert_eq!(
        read("de_DE/Acme_One/js/words.js"),
        "define([], function ($t) {\n    return 'Hinzu' + 'Hinzu'+ 'Modul';\n});\n"
    );
    assert_eq!(
        read("fr_FR/Acme_One/js/words.js"),
        "define([], function ($t) {\n    return 'Ajouter' + 'Ajouter'+ 'Theme';\n});\n"
    );
    assert_eq!(read("de_DE/Acme_One/js/deep.JS"), "'Hinzu';\n");
    let bundled = shop.published().into_iter().any(|(path, bytes)| {
        let text = String::from_utf8_lossy(&bytes);
        path.contains("de_DE/js/bundle/") && text.contains("'Hinzu' + 'Hinzu'")
    });
    assert!(bundled);
    assert!(read("de_DE/js-translation.json").contains("\"Theme\":\"Thema\""));
    // The strategy `compact` embeds nothing.
    let compact = Fixture::empty();
    scd_tests::fixture::copy_tree(&shop.root(), &compact.root());
    compact
        .deploy(SCD, &["-s", "compact", "de_DE"])
        .expect_code(0);
    let script = compact.read("pub/static/frontend/Magento/base/default/Acme_One/js/words.js");
    assert!(script.contains("$t('Add')"), "{script}");
}

#[test]
fn embedded_phrases_with_quotes_are_the_same_minified_and_not() {
    for (minify, name) in [("0", "quoted.js"), ("1", "quoted.min.js")] {
        let shop = shop();
        with_setting(&shop, minify, "'translate_strategy' => 'embedded'");
        shop.write(
            "app/code/Acme/One/view/frontend/web/js/quoted.js",
            r#"define(["mage/translate"],function($t){return [$t('can\'t'),$t("say \"hi\""),$t('a "b"'),$t('isn\'t "it"'),$t('Add'),"$t(\'Add\')"]});"#,
        );
        shop.write(
            "app/code/Acme/One/i18n/de_DE.csv",
            "Add,Hinzu\ncan't,Geht nicht\n\"a \"\"b\"\"\",\"ein \"\"b\"\"\"\n",
        );
        let run = shop.deploy(SCD, &["de_DE"]).expect_code(0);
        assert!(!run.stderr.contains("broken"), "{}", run.stderr);
        let script = shop.read(&format!("{PACKAGE}/de_DE/Acme_One/js/{name}"));
        assert_eq!(
            script,
            r#"define(["mage/translate"],function($t){return [TEXTS,"$t(\'Add\')"]});"#
                .replace(
                    "return [",
                    if minify == "1" { "return[" } else { "return [" }
                )
                .replace(
                    "TEXTS",
                    r#"'Geht nicht','say \"hi\"','ein "b"','isn\'t "it"','Hinzu'"#
                )
        );
    }
}

#[test]
fn a_phrase_that_cannot_be_embedded_is_an_error_with_its_file() {
    let shop = shop();
    with_setting(&shop, "1", "'translate_strategy' => 'embedded'");
    shop.write(
        "app/code/Acme/One/view/frontend/web/js/bound.js",
        "var x = { i18n: 'Add item' };\n",
    );
    shop.deploy(SCD, &["en_US"])
        .expect_code(1)
        .expect_complaint("js/bound.js")
        .expect_complaint("cannot be embedded")
        .expect_complaint("`dictionary`");
    // As PHP does: the rest is published.
    shop.deploy(SCD, &["--keep-going", "en_US"]).expect_code(0);
    assert!(!shop.has(&format!("{PACKAGE}/en_US/Acme_One/js/bound.min.js")));
    assert!(shop.has(&format!("{PACKAGE}/en_US/Acme_One/js/one.min.js")));
}

#[test]
fn variables_set_the_configuration_where_that_is_asked_for() {
    let variable = [("CONFIG__DEFAULT__DEV__JS__MINIFY_FILES", "0")];
    let shop = shop();
    shop.deploy_with(SCD, &["en_US"], &variable)
        .expect_code(0)
        .expect_complaint("`CONFIG__DEFAULT__DEV__JS__MINIFY_FILES` is not taken into account")
        .expect_complaint("--config-env");
    assert!(shop.has(&format!("{PACKAGE}/en_US/lib.min.js")));
    let run = shop
        .deploy_with(SCD, &["--config-env", "en_US"], &variable)
        .expect_code(0);
    assert!(!run.stderr.contains("CONFIG__"), "{}", run.stderr);
    assert!(shop.has(&format!("{PACKAGE}/en_US/lib.js")));
    assert!(shop.has(&format!("{PACKAGE}/en_US/css/plain.min.css")));
    shop.deploy_with(SCD, &["--config-env", "en_US"], &[("CONFIG__DEFAULT", "5")])
        .expect_code(2)
        .expect_complaint("`system/default`");
}

#[test]
fn odd_settings_are_named_and_broken_ones_refused() {
    let shop = shop();
    with_setting(&shop, "false", "'minify_exclude' => ['a' => '/one/']");
    shop.deploy(SCD, &["en_US"])
        .expect_code(0)
        .expect_complaint("`dev/js/minify_files` is `'false'`, which PHP takes for true");
    with_setting(&shop, "1", "'minify_exclude' => ['a' => ['b' => '/one/']]");
    shop.deploy(SCD, &["en_US"])
        .expect_code(2)
        .expect_complaint("`dev/js/minify_exclude`")
        .expect_complaint("hint: ");
    shop.write(
        "app/etc/config.php",
        config("1").replace(
            "'system' => [",
            "'admin_locales_for_deploy' => 'de_DE', 'system' => [",
        ),
    );
    shop.deploy(SCD, &[])
        .expect_code(2)
        .expect_complaint("`admin_locales_for_deploy`");
    shop.deploy(SCD, &["en_US"]).expect_code(0);
    shop.deploy_with(SCD, &["en_US"], &[("MAGE_MODE", "")])
        .expect_code(2)
        .expect_complaint("`MAGE_MODE`");
}

#[test]
fn the_files_of_one_machine_win_over_those_of_all() {
    let shop = shop();
    shop.write(
        "app/etc/env.php",
        "<?php return ['MAGE_MODE' => 'production', 'system' => ['stores' => ['default' => ['dev' => ['js' => ['minify_files' => '0']]]]]];",
    );
    shop.deploy(SCD, &["en_US"]).expect_code(0);
    assert!(shop.has(&format!("{PACKAGE}/en_US/lib.js")));
    assert!(shop.has(&format!("{PACKAGE}/en_US/css/plain.min.css")));
}
