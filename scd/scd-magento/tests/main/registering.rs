//! Every form of registration that public modules use.

use std::path::Path;

use scd_magento::{ComponentKind, Error, MemoryTree, Registrations};

const ROOT: &str = "/m";

/// A root whose autoload list names one file per entry, and the globs.
fn root(files: &[(&str, &str)]) -> MemoryTree {
    let mut list = String::from(
        "<?php\n$vendorDir = dirname(__DIR__);\n$baseDir = dirname($vendorDir);\nreturn array(\n",
    );
    let mut tree = MemoryTree::new();
    for (path, source) in files {
        if path.starts_with("vendor/") {
            let below = path.trim_start_matches("vendor");
            list.push_str(&format!("    'k{below}' => $vendorDir . '{below}',\n"));
        }
        tree = tree.file(format!("{ROOT}/{path}"), source);
    }
    list.push_str("    'z' => $baseDir . '/app/etc/NonComposerComponentRegistration.php',\n);\n");
    tree.file(format!("{ROOT}/vendor/composer/autoload_files.php"), list)
        .file(
            format!("{ROOT}/app/etc/registration_globlist.php"),
            "<?php return ['app/code/*/*/registration.php', 'app/design/*/*/*/registration.php'];",
        )
}

fn read(tree: &MemoryTree) -> Result<Registrations, Error> {
    Registrations::read(tree, Path::new(ROOT), Path::new("/m/vendor"))
}

/// Kind, name and directory of all registrations of one file.
fn one(source: &str) -> (Vec<String>, usize) {
    let tree = root(&[("vendor/v/p/registration.php", source)]);
    let found = read(&tree).unwrap();
    let names = found
        .components
        .iter()
        .map(|c| format!("{} {} {}", c.kind.word(), c.name, c.directory.display()));
    (names.collect(), found.notices.len())
}

#[test]
fn every_form_of_a_call() {
    let header = "<?php\n/** ComponentRegistrar::register('module', 'No_No', 'x') */\ndeclare(strict_types=1);\n";
    let plain = "use Magento\\Framework\\Component\\ComponentRegistrar;\n";
    let cases: [(String, &[&str]); 14] = [
        (
            format!("{plain}ComponentRegistrar::register(ComponentRegistrar::MODULE, 'A_B', __DIR__);"),
            &["module A_B /m/vendor/v/p"],
        ),
        (
            "use \\Magento\\Framework\\Component\\ComponentRegistrar as R;\nR::register(\n R::THEME,\n \"frontend/A/b\",\n __DIR__,\n);".into(),
            &["theme frontend/A/b /m/vendor/v/p"],
        ),
        (
            "\\Magento\\Framework\\Component\\ComponentRegistrar::register(\\Magento\\Framework\\Component\\ComponentRegistrar::LANGUAGE, 'a_b', __DIR__);".into(),
            &["language a_b /m/vendor/v/p"],
        ),
        (
            "use Magento\\Framework\\Component\\{ComponentRegistrar as X};\nX::register('library', 'a/b', __DIR__ . '/src');".into(),
            &["library a/b /m/vendor/v/p/src"],
        ),
        (
            format!("namespace A\\B;\n{plain}$name = 'A_' . 'B';\n$dir = __DIR__;\nComponentRegistrar::register('module', $name, $dir);"),
            &["module A_B /m/vendor/v/p"],
        ),
        (
            format!("{plain}ComponentRegistrar::register('module', 'A_B', dirname(__FILE__));"),
            &["module A_B /m/vendor/v/p"],
        ),
        (
            format!("{plain}ComponentRegistrar::register('module', 'A_B', realpath(__DIR__ . '/..'));"),
            &["module A_B /m/vendor/v"],
        ),
        (
            format!("{plain}ComponentRegistrar::register('module', 'A_B', isset($file) && realpath($file) == __FILE__ ? dirname($file) : __DIR__);"),
            &["module A_B /m/vendor/v/p"],
        ),
        (
            format!("{plain}ComponentRegistrar::register('module', 'A_B', __DIR__ . '\\src\\x');"),
            &["module A_B /m/vendor/v/p/src/x"],
        ),
        (
            format!("{plain}ComponentRegistrar::register('module', 'A_B', __DIR__);\nComponentRegistrar::register('setup', 'c', __DIR__);\nrequire __DIR__ . '/x.php';"),
            &["module A_B /m/vendor/v/p", "setup c /m/vendor/v/p"],
        ),
        (
            format!("{plain}if (!class_exists(ComponentRegistrar::class)) {{ return; }}\nComponentRegistrar::register('module', 'A_B', __DIR__);"),
            &["module A_B /m/vendor/v/p"],
        ),
        (
            format!("{plain}if (class_exists('\\Magento\\Framework\\Component\\ComponentRegistrar')):\nComponentRegistrar::register('module', 'A_B', __DIR__);\nendif;"),
            &["module A_B /m/vendor/v/p"],
        ),
        (
            format!("{plain}return;\nComponentRegistrar::register('module', 'A_B', __DIR__);"),
            &[],
        ),
        (
            "use Other\\ComponentRegistrar;\nComponentRegistrar::register('module', 'A_B', __DIR__);".into(),
            &[],
        ),
    ];
    for (source, expected) in cases {
        let (names, notices) = one(&format!("{header}{source}"));
        assert_eq!(names, expected, "{source}");
        assert_eq!(notices, usize::from(expected.is_empty()), "{source}");
    }
}

#[test]
fn an_unanswerable_guard_is_taken_for_true_and_reported() {
    let source = "<?php use Magento\\Framework\\Component\\ComponentRegistrar;\n\
        if (class_exists(\\A\\B::class)) { ComponentRegistrar::register('module', 'A_B', __DIR__); }";
    assert_eq!(
        one(source),
        (vec!["module A_B /m/vendor/v/p".to_owned()], 1)
    );
}

#[test]
fn a_call_that_cannot_be_read_falls_back_to_the_module_xml() {
    let source = "<?php use Magento\\Framework\\Component\\ComponentRegistrar;\n\
        ComponentRegistrar::register('module', \\A\\Config::MODULE, __DIR__);";
    let tree = root(&[
        ("app/code/A/B/registration.php", source),
        (
            "app/code/A/B/etc/module.xml",
            "<config><module name=\"A_B\"/></config>",
        ),
        (
            "app/design/frontend/A/t/registration.php",
            "<?php ComponentRegistrar::boot();",
        ),
        ("app/design/frontend/A/t/theme.xml", "<theme/>"),
    ]);
    let found = read(&tree).unwrap();
    let names: Vec<_> = found
        .components
        .iter()
        .map(|c| (c.kind, c.name.as_str()))
        .collect();
    let expected = [
        (ComponentKind::Module, "A_B"),
        (ComponentKind::Theme, "frontend/A/t"),
    ];
    assert_eq!(names, expected);
    let messages: Vec<_> = found.notices.iter().map(|n| n.message.as_str()).collect();
    assert!(messages[0].contains("Config::MODULE"), "{messages:?}");
    assert!(
        messages[1].contains("taken for the module `A_B`"),
        "{messages:?}"
    );
}

#[test]
fn dir_is_where_the_file_lies_not_where_a_link_is() {
    let call = |path: &str| {
        format!(
            "<?php \\Magento\\Framework\\Component\\ComponentRegistrar::register('module', 'A_B', {path});"
        )
    };
    let linked = |source: String| {
        let tree = root(&[]).file("/elsewhere/B/registration.php", source);
        let tree = tree.link("/m/app/code/A/B", "/elsewhere/B");
        read(&tree).unwrap().components[0].directory.clone()
    };
    assert_eq!(linked(call("__DIR__")), Path::new("/elsewhere/B"));
    let ternary = "isset($file) && realpath($file) == __FILE__ ? dirname($file) : __DIR__";
    assert_eq!(linked(call(ternary)), Path::new("/m/app/code/A/B"));
}

#[test]
fn a_name_registered_twice_is_an_error_that_names_both_files() {
    let source = "<?php \\Magento\\Framework\\Component\\ComponentRegistrar::register('module', 'A_B', __DIR__);";
    let tree = root(&[
        ("vendor/a/b/registration.php", source),
        ("app/code/A/B/registration.php", source),
    ]);
    let message = read(&tree).unwrap_err().to_string();
    assert!(
        message.contains("vendor/a/b") && message.contains("app/code/A/B"),
        "{message}"
    );
}

#[test]
fn broken_and_missing_files_are_errors_with_their_place() {
    let broken = root(&[(
        "vendor/a/b/registration.php",
        "<?php\nComponentRegistrar::register(;",
    )]);
    let message = read(&broken).unwrap_err().to_string();
    assert!(
        message.starts_with("/m/vendor/a/b/registration.php:2:"),
        "{message}"
    );
    let absent = root(&[]).file(
        "/m/vendor/composer/autoload_files.php",
        "<?php return [__DIR__ . '/../x/registration.php'];",
    );
    assert!(
        read(&absent)
            .unwrap_err()
            .to_string()
            .contains("/m/vendor/x/registration.php")
    );
    assert!(read(&MemoryTree::new().directory("/m")).is_err());
}

#[test]
fn composers_record_stands_in_for_a_missing_list() {
    let source = "<?php \\Magento\\Framework\\Component\\ComponentRegistrar::register('module', 'A_B', __DIR__);";
    let tree = MemoryTree::new()
        .file("/m/vendor/a/b/src/registration.php", source)
        .file(
            "/m/vendor/composer/installed.json",
            r#"{"packages":[{"name":"a/b","install-path":"../a/b","autoload":{"files":["src/registration.php"],"psr-4":{"A\\":""}}},{"name":"c/d"}]}"#,
        );
    let found = read(&tree).unwrap();
    assert_eq!(
        found.components[0].directory,
        Path::new("/m/vendor/a/b/src")
    );
    let broken =
        MemoryTree::new().file("/m/vendor/composer/installed.json", "{\n \"packages\": [}");
    assert!(
        read(&broken)
            .unwrap_err()
            .to_string()
            .contains("installed.json:2:")
    );
}
