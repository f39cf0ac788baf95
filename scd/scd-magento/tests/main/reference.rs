//! The packages of a real Magento tree against what PHP deployed from it.
//!
//! Needs `SCD_REFERENCE_ROOT` (the tree) and `SCD_EXPECTED` (PHP's output, minification off, in
//! `nomin/static`).

#![expect(
    clippy::print_stdout,
    reason = "figures for whoever runs the tests by hand"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use scd_magento::{
    Area, Components, DefaultLocales, Environment, FsTree, Inventory, Project, Selection, resolve,
    templates,
};

/// The root and PHP's output, none where the variables are not set.
fn reference() -> Option<(PathBuf, PathBuf)> {
    let root = std::env::var_os("SCD_REFERENCE_ROOT").map(PathBuf::from);
    let expected = std::env::var_os("SCD_EXPECTED").map(PathBuf::from);
    if root.is_none() || expected.is_none() {
        println!("skipped: SCD_REFERENCE_ROOT is not set");
    }
    root.zip(expected)
}

/// All files below a directory: relative path to absolute path.
fn files_below(directory: &Path) -> BTreeMap<String, PathBuf> {
    let mut files = BTreeMap::new();
    let mut todo = vec![directory.to_owned()];
    while let Some(next) = todo.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let relative = path.strip_prefix(directory).unwrap();
                files.insert(relative.to_str().unwrap().to_owned(), path);
            }
        }
    }
    files
}

fn is_generated(path: &str) -> bool {
    path.starts_with("js/bundle/")
        || [
            "requirejs-config.js",
            "requirejs-min-resolver.js",
            "js-translation.json",
        ]
        .contains(&path)
}

#[test]
fn packages_have_exactly_the_paths_that_php_wrote() {
    let Some((root, expected)) = reference() else {
        return;
    };
    let project = Project::open(&FsTree, &root, &Environment::default()).unwrap();
    let components = Components::from(&project);
    let started = Instant::now();
    let inventory = Inventory::scan(&components, &FsTree).unwrap();
    let scanned = started.elapsed();
    let selection = Selection::default();
    let packages = resolve(
        &components,
        &inventory,
        &selection,
        &DefaultLocales::read(project.config()).unwrap(),
    )
    .unwrap();
    println!(
        "{} sources, {} layers, scan {scanned:?}, resolve {:?}",
        inventory.sources().count(),
        inventory.layers().count(),
        started.elapsed() - scanned
    );
    assert_eq!(packages.findings, []);
    let names: Vec<String> = packages.packages.iter().map(|p| p.id.to_string()).collect();
    assert_eq!(
        names,
        [
            "adminhtml/Magento/backend/en_US",
            "frontend/Magento/blank/en_US",
            "frontend/Magento/luma/en_US",
        ]
    );
    let mut equal = 0;
    for package in &packages.packages {
        let directory = expected.join("nomin/static").join(package.id.to_string());
        let mut written = files_below(&directory);
        written.retain(|path, _| !is_generated(path));
        let mut ours = BTreeMap::new();
        for file in packages.overlay(package).files() {
            let path = file.id.package_path();
            let path = match path.strip_suffix(".less") {
                Some(stem) => format!("{stem}.css"),
                None => path,
            };
            ours.insert(path, inventory.source(file.source));
        }
        let missing: Vec<_> = written.keys().filter(|p| !ours.contains_key(*p)).collect();
        let extra: Vec<_> = ours.keys().filter(|p| !written.contains_key(*p)).collect();
        assert_eq!((missing, extra), (vec![], vec![]), "{}", package.id);
        let mut different = Vec::new();
        for (path, theirs) in &written {
            // Style sheets are compiled or have their urls rewritten.
            if path.ends_with(".css") {
                continue;
            }
            if fs::read(theirs).unwrap() == fs::read(&ours[path].path).unwrap() {
                equal += 1;
            } else {
                different.push(path);
            }
        }
        assert_eq!(different, Vec::<&String>::new(), "{}", package.id);
        println!("{}: {} paths equal", package.id, written.len());
    }
    println!("{equal} verbatim files equal to the byte");
}

#[test]
fn templates_are_exactly_those_that_php_minified() {
    let Some((root, expected)) = reference() else {
        return;
    };
    let project = Project::open(&FsTree, &root, &Environment::default()).unwrap();
    let components = Components::from(&project);
    let inventory = Inventory::scan(&components, &FsTree).unwrap();
    let ours: Vec<String> = templates(project.root(), &inventory)
        .unwrap()
        .into_iter()
        .map(|template| template.output)
        .collect();
    let mut theirs = files_below(&expected.join("nomin/view_preprocessed/pub/static"));
    theirs.retain(|path, _| path.ends_with(".phtml"));
    assert_eq!(ours.len(), 1019);
    assert!(ours.iter().eq(theirs.keys()));
}

#[test]
fn phrases_are_looked_for_in_as_many_files_as_php_reads() {
    let Some((root, _)) = reference() else {
        return;
    };
    let project = Project::open(&FsTree, &root, &Environment::default()).unwrap();
    let components = Components::from(&project);
    let inventory = Inventory::scan(&components, &FsTree).unwrap();
    let counts = |area: &str| {
        let sources = inventory.phrase_sources(&Area::new(area));
        let count = |extension: &str| {
            let path = |&&id: &&_| inventory.source(id).relative.ends_with(extension);
            sources.iter().filter(path).count()
        };
        (count(".js"), count(".html"))
    };
    assert_eq!(counts("frontend"), (707, 277));
    assert_eq!(counts("adminhtml"), (855, 325));
}
