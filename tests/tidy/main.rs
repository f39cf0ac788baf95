//! House rules that a machine can check: file length and headers, banned names, who may depend on whom.

use std::fs;
use std::path::{Path, PathBuf};

/// The workspace's folder.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All Rust files below a folder, build output aside.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![workspace().join(folder)];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).expect("the folder exists") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                if path.file_name().is_none_or(|name| name != "target") {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no Rust file below {folder}");
    found
}

fn all_rust_files() -> Vec<PathBuf> {
    ["scd", "tests", "benches"]
        .iter()
        .flat_map(|folder| rust_files(folder))
        .collect()
}

/// Flat tables may be longer: one row for each name.
const TABLES: [&str; 3] = ["color_name.rs", "colour_table.rs", "locale_list.rs"];

#[test]
fn no_file_is_longer_than_six_hundred_lines() {
    let too_long: Vec<String> = all_rust_files()
        .iter()
        .filter(|path| !TABLES.iter().any(|table| path.ends_with(table)))
        .filter_map(|path| {
            let lines = fs::read_to_string(path)
                .expect("it can be read")
                .lines()
                .count();
            (lines > 600).then(|| format!("{} has {lines} lines", path.display()))
        })
        .collect();
    assert!(
        too_long.is_empty(),
        "one idea per file:\n{}",
        too_long.join("\n")
    );
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let silent: Vec<String> = all_rust_files()
        .iter()
        .filter(|path| {
            !fs::read_to_string(path)
                .expect("it can be read")
                .starts_with("//! ")
        })
        .map(|path| path.display().to_string())
        .collect();
    assert!(
        silent.is_empty(),
        "these do not start with `//! `:\n{}",
        silent.join("\n")
    );
}

#[test]
fn no_file_is_a_drawer() {
    let banned = [
        "util", "utils", "helper", "helpers", "common", "misc", "shared", "types", "core",
    ];
    for path in all_rust_files() {
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a name in Unicode");
        assert!(
            !banned.contains(&stem),
            "name the concept instead: {}",
            path.display()
        );
    }
}

#[test]
fn nothing_is_left_for_later() {
    // Written in parts, so that this file does not find itself.
    let marks = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["#[igno", "re"].concat(),
    ];
    for path in all_rust_files() {
        let text = fs::read_to_string(&path).expect("it can be read");
        for mark in &marks {
            assert!(
                !text.contains(mark.as_str()),
                "`{mark}` in {}",
                path.display()
            );
        }
    }
}

/// The names of the workspace's crates that a crate's `[dependencies]` lists.
fn dependencies(krate: &str) -> Vec<String> {
    let manifest = workspace().join("scd").join(krate).join("Cargo.toml");
    let text = fs::read_to_string(manifest).expect("it can be read");
    let section = text
        .split("[dependencies]")
        .nth(1)
        .expect("every crate has dependencies");
    let section = section.split("\n[").next().unwrap_or(section);
    section
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| name.starts_with("scd"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_leaf_crates_do_not_know_each_other() {
    for leaf in ["scd-less", "scd-magento", "scd-minify", "scd-store"] {
        assert_eq!(dependencies(leaf), Vec::<String>::new(), "{leaf} is a leaf");
    }
    let engine = dependencies("scd");
    assert_eq!(
        engine,
        ["scd-less", "scd-magento", "scd-minify", "scd-store"]
    );
    assert!(dependencies("scd-cli").contains(&"scd".to_owned()));
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let text = fs::read_to_string(workspace().join("Cargo.toml")).expect("it can be read");
    let section = text
        .split("[workspace.dependencies]")
        .nth(1)
        .expect("it is there");
    let section = section.split("\n[").next().unwrap_or(section);
    let mut has_reason = false;
    for line in section.lines().filter(|line| !line.trim().is_empty()) {
        let name = line.split([' ', '=']).next().unwrap_or(line);
        if line.starts_with('#') {
            has_reason = true;
        } else if !name.starts_with("scd") && line.contains('=') {
            // Crates of one family, released together, share a reason.
            assert!(
                has_reason || name.starts_with("mago-"),
                "say why `{name}` is there"
            );
            has_reason = false;
        }
    }
}

#[test]
fn only_the_console_prints() {
    for path in rust_files("scd") {
        if path.components().any(|part| part.as_os_str() == "console") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("it can be read");
        let code = text.split("#[cfg(test)]").next().unwrap_or(&text);
        let is_test = path.components().any(|part| part.as_os_str() == "tests");
        for name in ["println!", "eprintln!", "print!(", "eprint!("] {
            let mark = name.trim_end_matches('(');
            assert!(
                is_test || !code.contains(mark),
                "`{mark}` in {}",
                path.display()
            );
        }
    }
}
