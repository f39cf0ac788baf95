//! Configuration of unexpected types, and what the environment does to it: the same decision as PHP, key by key.

use std::path::Path;

use scd_magento::{
    DeploymentConfig, Environment, Error, MemoryTree, Minification, Mode, Scope,
    TranslationStrategy,
};

use crate::configuring::{SCOPES, config};

/// What `dev/js/minify_files` of a type means: none where the run is refused.
fn minifies(system: &str) -> Option<(bool, bool)> {
    let xml =
        "<config><default><dev><js><minify_files>0</minify_files></js></dev></default></config>";
    let config = config(&format!("{system},"), None, &[xml]).ok()?;
    let minification = Minification::new(&config, Mode::Production, &[]).ok()?;
    let enabled = |path: &str| minification.enabled(path, "js");
    Some((enabled("frontend/a.js"), enabled("adminhtml/a.js")))
}

#[test]
fn switches_of_every_type_mean_what_they_mean_to_php() {
    // Recorded from Magento 2.4.6 on PHP 8.2.
    for (value, is_on) in [
        ("true", true),
        ("false", false),
        ("1", true),
        ("0", false),
        ("'1'", true),
        ("'0'", false),
        ("'false'", true),
        ("''", false),
        ("' '", true),
        ("null", false),
        ("[]", true),
        ("['x' => 1]", true),
        ("1.5", true),
        ("0.0", false),
        ("'0.0'", true),
    ] {
        let system =
            format!("'system' => ['default' => ['dev' => ['js' => ['minify_files' => {value}]]]]");
        assert_eq!(minifies(&system), Some((is_on, is_on)), "{value}");
    }
}

#[test]
fn scopes_of_every_type_are_taken_or_refused_as_php_does() {
    let on = "'default' => ['dev' => ['js' => ['minify_files' => '1']]]";
    let off = Some((false, false));
    for (system, expected) in [
        ("null", off),
        ("''", off),
        ("false", off),
        ("0", off),
        ("'x'", None),
        ("5", None),
        ("true", None),
        ("['default' => 'x']", None),
        ("['default' => null]", None),
        ("['default' => []]", off),
        ("['default' => ['dev' => null]]", off),
        ("['default' => ['dev' => ['js' => 'x']]]", off),
        (&format!("[{on}, 'websites' => 'x']"), None),
        (&format!("[{on}, 'websites' => null]"), None),
        (&format!("[{on}, 'websites' => ['base' => 'x']]"), None),
        (
            &format!("[{on}, 'websites' => ['base' => []]]"),
            Some((true, true)),
        ),
        (&format!("[{on}, 'stores' => 5]"), None),
        (&format!("[{on}, 'stores' => ['other' => null]]"), None),
        (
            &format!(
                "[{on}, 'websites' => ['base' => ['dev' => ['js' => ['minify_files' => '0']]]]]"
            ),
            Some((false, true)),
        ),
        (
            &format!(
                "[{on}, 'websites' => ['admin' => ['dev' => ['js' => ['minify_files' => '0']]]]]"
            ),
            Some((true, true)),
        ),
    ] {
        assert_eq!(
            minifies(&format!("'system' => {system}")),
            expected,
            "{system}"
        );
    }
    let refused = config("'system' => ['websites' => 'x'],", None, &[]).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "expected a map of settings in `system/websites`, found string"
    );
}

#[test]
fn exclusions_of_every_type_mean_what_they_mean_to_php() {
    let xml = "<config><default><dev><js><minify_exclude><t>/t/</t></minify_exclude></js></dev></default></config>";
    let excludes = |value: &str| {
        let system = format!(
            "'system' => ['default' => ['dev' => ['js' => ['minify_exclude' => {value}]]]],"
        );
        let config = config(&system, None, &[xml]).unwrap();
        let minification = Minification::new(&config, Mode::Production, &[]).ok()?;
        Some(minification.excludes("js").join(" "))
    };
    for (value, expected) in [
        ("null", Some("")),
        ("''", Some("")),
        ("5", Some("5")),
        ("0", Some("")),
        ("true", Some("1")),
        ("false", Some("")),
        ("1.5", Some("1.5")),
        ("[]", Some("/t/")),
        ("['u' => '/c/']", Some("/t/ /c/")),
        ("['t' => '/c/']", Some("/c/")),
        ("['t' => null]", Some("")),
        (
            "['a' => 5, 'b' => true, 'c' => 0, 'd' => false, 'e' => 1.5]",
            Some("/t/ 5 1 1.5"),
        ),
        ("['a' => ['b' => '/x/']]", None),
        ("['a' => '(']", None),
        ("'\\\\'", None),
    ] {
        assert_eq!(excludes(value).as_deref(), expected, "{value}");
    }
}

#[test]
fn the_translation_strategy_is_that_of_the_default_scope_compared_loosely() {
    let strategy = |system: &str| config(&format!("'system' => [{system}],"), None, &[]).unwrap();
    for (value, expected) in [
        ("'embedded'", TranslationStrategy::Embedded),
        ("true", TranslationStrategy::Embedded),
        ("'dictionary'", TranslationStrategy::Dictionary),
        ("'none'", TranslationStrategy::Dictionary),
        ("'Embedded'", TranslationStrategy::Dictionary),
        ("1", TranslationStrategy::Dictionary),
        ("0", TranslationStrategy::Dictionary),
        ("null", TranslationStrategy::Dictionary),
        ("['embedded']", TranslationStrategy::Dictionary),
    ] {
        let config = strategy(&format!(
            "'default' => ['dev' => ['js' => ['translate_strategy' => {value}]]]"
        ));
        assert_eq!(config.translation_strategy(), expected, "{value}");
    }
    let store = strategy(
        "'stores' => ['shop' => ['dev' => ['js' => ['translate_strategy' => 'embedded']]]]",
    );
    assert_eq!(
        store.translation_strategy(),
        TranslationStrategy::Dictionary
    );
    assert!(
        store.notices()[0]
            .message
            .contains("only the default value counts")
    );
}

#[test]
fn odd_values_are_named_with_what_php_takes_them_for() {
    let messages = |system: &str| -> Vec<String> {
        let config = config(
            &format!("'system' => ['default' => ['dev' => [{system}]]],"),
            None,
            &[],
        );
        let notices = config.unwrap().notices();
        notices.into_iter().map(|notice| notice.message).collect()
    };
    assert_eq!(
        messages("'js' => ['minify_files' => 'false'], 'css' => ['minify_files' => []]"),
        [
            "`dev/js/minify_files` is `'false'`, which PHP takes for true",
            "`dev/css/minify_files` is a list, which PHP takes for true"
        ]
    );
    assert_eq!(
        messages("'js' => ['translate_strategy' => 'dictonary']"),
        ["`dev/js/translate_strategy` is `'dictonary'`, which PHP takes for `none`"]
    );
    let usual = "'js' => ['minify_files' => '1', 'translate_strategy' => 'none'], 'css' => ['minify_files' => 0]";
    assert!(messages(usual).is_empty());
}

#[test]
fn modes_of_every_type_are_taken_or_refused_as_php_does() {
    for (value, expected) in [
        ("'production'", Some(Mode::Production)),
        ("'developer'", Some(Mode::Developer)),
        ("null", Some(Mode::Default)),
        ("true", Some(Mode::Developer)),
        ("''", None),
        ("5", None),
        ("0", None),
        ("[]", None),
        ("'Production'", None),
        ("'#env(NOPE, \"production\")'", Some(Mode::Production)),
    ] {
        let config = config("", Some(&format!("'MAGE_MODE' => {value}")), &[]).unwrap();
        assert_eq!(config.mode().ok(), expected, "{value}");
    }
}

#[test]
fn configured_locales_must_be_a_list_of_texts() {
    for (value, expected) in [
        ("['de_DE', 'fr_FR']", Some(2)),
        ("[]", Some(0)),
        ("'de_DE'", None),
        ("5", None),
        ("null", None),
        ("true", None),
        ("[['de_DE']]", None),
    ] {
        let config = config(
            &format!("'admin_locales_for_deploy' => {value},"),
            None,
            &[],
        )
        .unwrap();
        let locales = config.admin_locales().map(|locales| locales.len());
        assert_eq!(locales.ok(), expected, "{value}");
    }
}

/// A configuration with minification on, under variables.
fn under(variables: &[(&str, &str)], sets_config: bool) -> Result<DeploymentConfig, Error> {
    let source = format!(
        "<?php return ['modules' => ['A_B' => 1], {SCOPES} 'system' => ['default' => ['dev' => ['js' => \
         ['minify_files' => '1', 'minify_exclude' => ['t' => '/t/']]]]]];"
    );
    let tree = MemoryTree::new().file("/m/app/etc/config.php", source);
    let owned = variables
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let environment = Environment::new(owned, sets_config);
    let mut config = DeploymentConfig::read(&tree, Path::new("/m"), &environment)?;
    config.add_module_defaults(&tree, [].iter())?;
    Ok(config)
}

#[test]
fn variables_win_over_the_configuration_where_they_count() {
    // Recorded from Magento 2.4.6 with `variables_order` EGPCS: minified below `frontend`, below `adminhtml`, exclusions.
    for (variable, store, default, excludes) in [
        (
            ("CONFIG__DEFAULT__DEV__JS__MINIFY_FILES", "0"),
            false,
            false,
            "/t/",
        ),
        (
            ("CONFIG__DEFAULT__DEV__JS__MINIFY_FILES", ""),
            false,
            false,
            "/t/",
        ),
        (
            ("CONFIG__default__dev__js__minify_files", "0"),
            false,
            false,
            "/t/",
        ),
        (
            ("config__default__dev__js__minify_files", "0"),
            true,
            true,
            "/t/",
        ),
        (
            ("CONFIG__STORES__SHOP__DEV__JS__MINIFY_FILES", "0"),
            false,
            true,
            "/t/",
        ),
        (
            ("CONFIG__WEBSITES__BASE__DEV__JS__MINIFY_FILES", "0"),
            false,
            true,
            "/t/",
        ),
        (
            ("CONFIG__STORES__OTHER__DEV__JS__MINIFY_FILES", "0"),
            true,
            true,
            "/t/",
        ),
        (
            ("CONFIG__DEFAULT__DEV__JS__MINIFY_EXCLUDE", "/x/"),
            true,
            true,
            "/x/",
        ),
        (
            ("CONFIG__DEFAULT__DEV__JS__MINIFY_EXCLUDE__T", "/x/"),
            true,
            true,
            "/x/",
        ),
        (
            ("CONFIG__DEFAULT__DEV__JS__MINIFY_FILES__X", "1"),
            true,
            true,
            "/t/",
        ),
        (
            ("CONFIG__DEFAULT__DEV__JS__MINIFY-FILES", "0"),
            true,
            true,
            "/t/",
        ),
        (
            ("MAGENTO_DC_SYSTEM__DEFAULT__DEV__JS__MINIFY_FILES", "0"),
            true,
            true,
            "/t/",
        ),
        (
            ("MAGENTO_DC__OVERRIDE", "{\"system\":{}}"),
            true,
            true,
            "/t/",
        ),
    ] {
        let config = under(&[variable], true).unwrap();
        let minification = Minification::new(&config, Mode::Production, &[]).unwrap();
        let found = (
            minification.enabled("frontend/a.js", "js"),
            minification.enabled("adminhtml/a.js", "js"),
        );
        assert_eq!(found, (store, default), "{variable:?}");
        assert_eq!(
            minification.excludes("js").join(" "),
            excludes,
            "{variable:?}"
        );
    }
    assert!(under(&[("CONFIG__DEFAULT", "5")], true).is_err());
    let idle = under(&[("CONFIG__DEFAULT__DEV__JS__MINIFY_FILES", "0")], false).unwrap();
    assert!(idle.flag(Scope::Default, "dev/js/minify_files"));
    assert!(
        idle.notices()[0]
            .message
            .contains("is not taken into account")
    );
    let other = under(&[("CONFIG__DEFAULT__WEB__SECURE__BASE_URL", "x")], false).unwrap();
    assert!(other.notices().is_empty());
}

#[test]
fn variables_replace_keys_of_the_deployment() {
    let over = |json: &str| under(&[("MAGENTO_DC__OVERRIDE", json)], false);
    let modes = over("{\"MAGE_MODE\":\"developer\"}")
        .unwrap()
        .mode()
        .unwrap();
    assert_eq!(modes, Mode::Developer);
    let locales = over("{\"admin_locales_for_deploy\":[\"de_DE\"]}").unwrap();
    assert_eq!(locales.admin_locales().unwrap(), ["de_DE".into()]);
    assert!(
        over("{\"scopes\":[]}").is_ok(),
        "scopes are read from the files"
    );
    assert!(over("{\"modules\":{}}").is_err());
    assert!(over("nonsense").is_ok() && over("0").is_ok() && over("null").is_ok());
    assert!(over("5").unwrap_err().to_string().contains("found integer"));
    let locales = under(&[("MAGENTO_DC_ADMIN_LOCALES_FOR_DEPLOY", "de_DE")], false).unwrap();
    assert!(locales.admin_locales().is_err());
    let mode = under(&[("MAGENTO_DC_MAGE_MODE", "developer")], false).unwrap();
    assert_eq!(mode.mode().unwrap(), Mode::Default);
}
