//! Configuration, its scopes, and what they mean for minification.

use std::path::Path;

use scd_magento::{
    DeploymentConfig, Environment, Error, MemoryTree, Minification, Mode, Module, ModuleName, Scope,
};

pub(crate) const SCOPES: &str = "'scopes' => [
    'websites' => ['admin' => ['website_id' => '0', 'code' => 'admin', 'default_group_id' => '0', 'is_default' => '0'],
                   'base' => ['website_id' => '1', 'code' => 'base', 'default_group_id' => '1', 'is_default' => '1']],
    'groups' => [['group_id' => '0', 'default_store_id' => '0'], ['group_id' => '1', 'default_store_id' => '7']],
    'stores' => ['shop' => ['store_id' => '7', 'code' => 'shop']],
],";

pub(crate) fn config(
    system: &str,
    env: Option<&str>,
    xml: &[&str],
) -> Result<DeploymentConfig, Error> {
    let source = format!(
        "<?php return ['modules' => ['A_B' => 1, 'C_D' => '0', 'E_F' => '1'], {SCOPES} {system}];"
    );
    let mut tree = MemoryTree::new().file("/m/app/etc/config.php", source);
    if let Some(env) = env {
        tree = tree.file("/m/app/etc/env.php", format!("<?php return [{env}];"));
    }
    let mut modules = Vec::new();
    for (position, xml) in xml.iter().enumerate() {
        tree = tree.file(format!("/m/{position}/etc/config.xml"), xml);
        modules.push(Module {
            name: ModuleName::new(format!("M_{position}")),
            directory: format!("/m/{position}").into(),
            position: Some(position),
            output_enabled: true,
        });
    }
    let mut config = DeploymentConfig::read(&tree, Path::new("/m"), &Environment::default())?;
    config.add_module_defaults(&tree, modules.iter())?;
    Ok(config)
}

fn minification(system: &str) -> Minification {
    let config = config(&format!("'system' => [{system}]"), None, &[]).unwrap();
    Minification::new(&config, Mode::Production, &[]).unwrap()
}

#[test]
fn modules_keep_their_order_and_only_truthy_ones_are_enabled() {
    let config = config("", None, &[]).unwrap();
    let modules: Vec<_> = config
        .modules()
        .map(|(name, on)| (name.to_string(), on))
        .collect();
    let expected = [("A_B", true), ("C_D", false), ("E_F", true)];
    assert_eq!(modules, expected.map(|(name, on)| (name.to_owned(), on)));
}

#[test]
fn later_and_nearer_values_win() {
    let first = "<config><default><dev><js><minify_files>0</minify_files><minify_exclude><a>/a/</a></minify_exclude></js></dev></default></config>";
    let second = "<config><default><dev><js><minify_exclude><b> /b/ </b></minify_exclude></js></dev></default>\
        <stores><shop><dev><js><minify_files>x</minify_files></js></dev></shop></stores></config>";
    let system = "'system' => ['websites' => ['base' => ['dev' => ['js' => ['minify_files' => 'w', 'site' => 1]]]]],";
    let env = "'system' => ['default' => ['dev' => ['js' => ['minify_exclude' => ['a' => '/c/']]]]], 'MAGE_MODE' => 'production'";
    let config = config(system, Some(env), &[first, second]).unwrap();
    let text = |scope, path| {
        config
            .value(scope, path)
            .and_then(|v| v.as_str().map(str::to_owned))
    };
    assert_eq!(
        text(Scope::Default, "dev/js/minify_files").as_deref(),
        Some("0")
    );
    assert_eq!(
        text(Scope::Store, "dev/js/minify_files").as_deref(),
        Some("x")
    );
    assert!(config.flag(Scope::Store, "dev/js/site"));
    assert!(!config.flag(Scope::Default, "dev/js/site"));
    let minification = Minification::new(&config, config.mode().unwrap(), &["/g.h/"]).unwrap();
    assert_eq!(minification.excludes("js"), ["/c/", "/b/", "/g.h/"]);
    assert_eq!(minification.excludes("css"), ["/g.h/"]);
    assert!(minification.is_excluded("x/gXh/y.css"));
    let again = Minification::of_terms(minification.terms(), minification.templates()).unwrap();
    assert_eq!(again.description(), minification.description());
    assert!(again.is_excluded("x/gXh/y.css") && !again.is_excluded("x/g/y.css"));
}

#[test]
fn a_text_of_exclusions_replaces_the_list_and_is_split_at_lines() {
    let xml = "<config><default><dev><js><minify_exclude><a>/a/</a></minify_exclude></js></dev></default></config>";
    let system = "'system' => ['default' => ['dev' => ['js' => ['minify_exclude' => \" /x/ \\n\\n0\\r\\n^b.*\\\\.js$\"]]]],";
    let config = config(system, None, &[xml]).unwrap();
    let minification = Minification::new(&config, Mode::Default, &[]).unwrap();
    assert_eq!(minification.excludes("js"), ["/x/", "0", "^b.*\\.js$"]);
    assert!(minification.is_excluded("b/c.js") && !minification.is_excluded("a/b/c.js"));
}

#[test]
fn packages_that_look_alike_to_the_exclusions_have_alike_files() {
    let minification = minification(
        r#"'default' => ['dev' => ['js' => ['minify_exclude' => "/de_DE/\nh/d.e/\n/a\\.b/\nDE/x\n"]]]"#,
    );
    let excludes = minification.excludes("js");
    assert_eq!(excludes, ["/de_DE/", "h/d.e/", r"/a\.b/", "DE/x"]);
    let locales = ["de_DE", "en_US", "fr_FR", "de_DEDE", "h", "dxe"];
    let prefixes = locales.map(|locale| format!("frontend/A/b/{locale}/"));
    let files = [
        "x.js",
        "x/y.js",
        "d_e/x.js",
        "a.b/x.js",
        "aXb/x.js",
        "E/x.js",
        "de_DE/x.js",
    ];
    for one in &prefixes {
        for other in &prefixes {
            let excluded = |prefix: &str| {
                files.map(|file| minification.is_excluded(&format!("{prefix}{file}")))
            };
            let (first, second) = (minification.beginning(one), minification.beginning(other));
            assert!(first.is_some());
            assert!(
                first != second || excluded(one) == excluded(other),
                "{one} {other}"
            );
        }
    }
    let alike = |one: usize, other: usize| {
        minification.beginning(&prefixes[one]) == minification.beginning(&prefixes[other])
    };
    assert!(alike(1, 2) && !alike(0, 1) && !alike(1, 4));
    let expression =
        self::minification("'default' => ['dev' => ['js' => ['minify_exclude' => '^x']]]");
    assert_eq!(expression.beginning(&prefixes[0]), None);
}

#[test]
fn names_with_and_without_min() {
    let on = minification(
        "'default' => ['dev' => ['js' => ['minify_files' => '1'], 'css' => ['minify_files' => 'false', 'minify_exclude' => ['t' => '/tiny_mce/']]]]",
    );
    let cases = [
        ("a.css", "a.min.css"),
        ("a.min.css", "a.min.css"),
        ("a.b.css", "a.b.min.css"),
        ("min.css", "min.min.css"),
        ("a.min.b.css", "a.min.b.min.css"),
        ("a.MIN.css", "a.MIN.min.css"),
        ("a.css?x=1", "a.css?x=1"),
        ("a.CSS", "a.CSS"),
        ("a.png", "a.png"),
        ("x.js.map", "x.js.map"),
        ("tiny_mce/x.css", "tiny_mce/x.min.css"),
        (
            "frontend/V/t/en_US/tiny_mce/x.css",
            "frontend/V/t/en_US/tiny_mce/x.css",
        ),
        ("d.x/name", "d.x/name"),
        ("", ""),
    ];
    for (path, expected) in cases {
        assert_eq!(on.add_min(path), expected, "{path}");
    }
    assert_eq!(on.remove_min("a.min.css"), "a.css");
    assert_eq!(on.remove_min("a.b.min.js"), "a.b.js");
    assert_eq!(on.remove_min("a.js"), "a.js");
    assert_eq!(
        on.remove_min("p/tiny_mce/x.min.css"),
        "p/tiny_mce/x.min.css"
    );
}

#[test]
fn the_default_scope_decides_below_adminhtml() {
    let store = minification(
        "'default' => ['dev' => ['js' => ['minify_files' => '0']]], 'stores' => ['shop' => ['dev' => ['js' => ['minify_files' => 1]]]]",
    );
    assert!(store.enabled("frontend/V/t/en_US/a.js", "js"));
    assert!(store.enabled("a.js", "js"));
    assert!(!store.enabled("adminhtml/V/t/en_US/a.js", "js"));
    let default = minification(
        "'default' => ['dev' => ['js' => ['minify_files' => '1']]], 'stores' => ['shop' => ['dev' => ['js' => ['minify_files' => 0]]]]",
    );
    assert!(!default.enabled("frontend/a.js", "js"));
    assert!(default.enabled("adminhtml/a.js", "js"));
    assert!(!default.enabled("adminhtml/a.html", "html"));
}

#[test]
fn developer_mode_switches_everything_off() {
    let system = "'system' => ['default' => ['dev' => ['js' => ['minify_files' => 1], 'template' => ['minify_html' => 1]]]],";
    let config = config(system, Some("'MAGE_MODE' => 'developer'"), &[]).unwrap();
    let off = Minification::new(&config, config.mode().unwrap(), &[]).unwrap();
    assert!(!off.enabled("a.js", "js") && !off.enabled("adminhtml/a.js", "js") && !off.templates());
    assert_eq!(off.add_min("a.js"), "a.js");
    let on = Minification::new(&config, Mode::Default, &[]).unwrap();
    assert!(on.enabled("a.js", "js") && on.templates());
}

#[test]
fn bad_configuration_is_refused_with_a_reason() {
    let read = |source: &str| {
        let tree = MemoryTree::new().file("/m/app/etc/config.php", source);
        DeploymentConfig::read(&tree, Path::new("/m"), &Environment::default())
            .unwrap_err()
            .to_string()
    };
    assert!(read("<?php return 1;").contains("expected `return` with an array, found integer"));
    assert!(read("<?php return ['modules' => include 'x.php'];").contains("config.php:1:28"));
    assert!(read("<?php return ['modules' => []];").contains("lists no `modules`"));
    assert!(read("<?php return ['modules' => ['A_B' => 1]];").contains("expected `scopes`"));
    let missing =
        DeploymentConfig::read(&MemoryTree::new(), Path::new("/m"), &Environment::default())
            .unwrap_err();
    assert!(missing.to_string().contains("is missing"));
    let mode = config("'MAGE_MODE' => 'x',", None, &[])
        .unwrap()
        .mode()
        .unwrap_err();
    assert!(mode.to_string().ends_with("found `x`"), "{mode}");
    let xml = config("", None, &["<config>\n<default></config>"]).unwrap_err();
    assert!(
        xml.to_string().starts_with("/m/0/etc/config.xml:2:"),
        "{xml}"
    );
    let system =
        "'system' => ['default' => ['dev' => ['js' => ['minify_exclude' => ['a' => '(']]]]],";
    let bad = config(system, None, &[]).unwrap();
    let bad = Minification::new(&bad, Mode::Default, &[]).unwrap_err();
    assert!(bad.to_string().contains("`(` in `dev/js/minify_exclude`"));
}

#[test]
fn translations_of_the_default_store() {
    let system =
        "'i18n' => ['de_DE' => ['shop' => ['Foo' => 'Bar', '11' => 5], 'other' => ['x' => 'y']]],";
    let config = config(system, None, &[]).unwrap();
    let rows = config.translations(&"de_DE".into());
    assert_eq!(
        rows,
        [
            (b"Foo".to_vec(), b"Bar".to_vec()),
            (b"11".to_vec(), b"5".to_vec())
        ]
    );
    assert!(config.translations(&"fr_FR".into()).is_empty());
}
