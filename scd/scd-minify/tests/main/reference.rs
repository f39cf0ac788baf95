//! The stock sources of a Magento tree, whose root `SCD_REFERENCE_ROOT` names.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use scd_minify::{Level, js, js_difference, template, template_difference};

/// The reference tree, or `None` after saying that the test is skipped.
#[expect(clippy::print_stdout, reason = "a skipped test must say so")]
fn root() -> Option<PathBuf> {
    let root = std::env::var_os("SCD_REFERENCE_ROOT").map(PathBuf::from);
    if root.is_none() {
        println!("skipped: SCD_REFERENCE_ROOT is not set");
    }
    root
}

/// All files below `directory` with this extension, sorted.
fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![directory.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                pending.push(path);
            } else if path.extension() == Some(OsStr::new(extension)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn all_templates_keep_their_tokens_at_the_opt_in_level() {
    let Some(root) = root() else { return };
    let templates = files(&root.join("vendor/magento"), "phtml");
    assert!(templates.len() > 900, "{}", templates.len());
    for path in templates {
        let source = fs::read(&path).expect("readable");
        template(&source, Level::Compat).expect("no placeholder");
        let minified = template(&source, Level::Modern).expect("never fails");
        assert_eq!(minified.findings, [], "{}", path.display());
        assert_eq!(
            template_difference(&source, &minified.bytes),
            None,
            "{}",
            path.display()
        );
    }
}

#[test]
fn all_library_scripts_keep_their_tree() {
    let Some(root) = root() else { return };
    let scripts = files(&root.join("lib/web"), "js");
    assert!(scripts.len() > 300, "{}", scripts.len());
    for path in scripts {
        let source = fs::read(&path).expect("readable");
        let minified = js(&source, Level::Compat)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(minified.findings, [], "{}", path.display());
        assert_eq!(
            js_difference(&source, &minified.bytes),
            None,
            "{}",
            path.display()
        );
        let renamed = js(&source, Level::Modern).expect("parsed before");
        assert!(
            renamed.bytes.len() <= minified.bytes.len(),
            "{}",
            path.display()
        );
    }
}
