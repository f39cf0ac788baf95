//! Compiles the stylesheets of the reference tree from the sources that PHP's preprocessing left behind.
//!
//! Needs `SCD_REFERENCE_ROOT` to run at all and `SCD_EXPECTED`, a directory that holds `view_preprocessed/pub/static`.

use std::path::{Path, PathBuf};

use scd_less::{ParseOptions, Source};

/// Where the materialised sources are, or `None` with a note.
fn sources() -> Option<PathBuf> {
    if std::env::var_os("SCD_REFERENCE_ROOT").is_none() {
        println!("skipped: SCD_REFERENCE_ROOT is not set");
        return None;
    }
    let Some(expected) = std::env::var_os("SCD_EXPECTED") else {
        println!("skipped: SCD_EXPECTED is not set");
        return None;
    };
    Some(Path::new(&expected).join("view_preprocessed/pub/static"))
}

fn less_files(directory: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(directory)
        .expect("the directory can be read")
        .map(|entry| entry.expect("the entry can be read").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            less_files(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "less")
        {
            found.push(path);
        }
    }
}

#[test]
fn every_materialised_file_parses() {
    let Some(root) = sources() else { return };
    let mut files = Vec::new();
    less_files(&root, &mut files);
    assert!(!files.is_empty(), "no .less files under {}", root.display());
    let mut failures = Vec::new();
    for path in &files {
        let text = std::fs::read_to_string(path).expect("the file can be read");
        for compress in [true, false] {
            let options = ParseOptions {
                compress,
                ..ParseOptions::default()
            };
            let name = path.display().to_string();
            if let Err(error) = scd_less::parse(Source::new(name, &*text), &options) {
                failures.push(error.to_string());
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures: {}",
        failures.len(),
        failures.join("\n")
    );
}
