//! Which bytes win: every rung of the fallback ladder, one above the other.

use scd_magento::{Filter, Group, Overlay, Packages, Parents, Selection};

use crate::site::{Scanned, Site, overlay};

fn german() -> Selection {
    Selection {
        groups: vec![Group {
            locales: Filter::only(["de_DE"]),
            ..Group::default()
        }],
        parents: Parents::Deploy,
        ..Selection::default()
    }
}

/// Removes the best file again and again and notes where the next one is found.
fn ladder(files: &[(&str, &str)], id: &str) -> Vec<String> {
    let mut left = files.to_vec();
    let mut winners = Vec::new();
    for _ in 0..files.len() {
        let mut site = Site::default().files(&["lib/web/stays.js"]);
        for module in ["Acme_One", "Acme_Off"] {
            site = match module {
                "Acme_One" => site.module(module, &[]),
                _ => site.disabled_module(module, &[]),
            };
        }
        site = site
            .theme("frontend/Acme/base", None, &["web/stays.txt"])
            .theme("frontend/Acme/child", Some("Acme/base"), &["web/stays.txt"]);
        let paths: Vec<&str> = left.iter().map(|(_, path)| *path).collect();
        let root = site.files(&paths).scan().unwrap();
        let packages = root.resolve(&german()).unwrap();
        let found = root
            .find(overlay(&packages, "frontend/Acme/child/de_DE"), id)
            .unwrap();
        let place = left.iter().position(|(_, path)| *path == found).unwrap();
        winners.push(left.remove(place).0.to_owned());
    }
    winners
}

const CHILD: &str = "app/design/frontend/Acme/child";

#[test]
fn a_theme_file_beats_its_parent_and_the_library() {
    let winners = ladder(
        &[
            ("library", "lib/web/js/x.js"),
            ("base", "app/design/frontend/Acme/base/web/js/x.js"),
            ("child", "app/design/frontend/Acme/child/web/js/x.js"),
            (
                "base i18n",
                "app/design/frontend/Acme/base/web/i18n/de_DE/js/x.js",
            ),
            (
                "child i18n",
                "app/design/frontend/Acme/child/web/i18n/de_DE/js/x.js",
            ),
        ],
        "js/x.js",
    );
    assert_eq!(
        winners,
        ["child i18n", "child", "base i18n", "base", "library"]
    );
}

#[test]
fn a_module_file_is_looked_for_in_themes_then_in_its_areas() {
    for (module, directory) in [("Acme_One", "One"), ("Acme_Off", "Off")] {
        let path = |rest: &str| rest.replace("{M}", module).replace("{m}", directory);
        let files = [
            ("view base", path("app/code/Acme/{m}/view/base/web/js/x.js")),
            (
                "view area",
                path("app/code/Acme/{m}/view/frontend/web/js/x.js"),
            ),
            (
                "view base i18n",
                path("app/code/Acme/{m}/view/base/web/i18n/de_DE/js/x.js"),
            ),
            (
                "view area i18n",
                path("app/code/Acme/{m}/view/frontend/web/i18n/de_DE/js/x.js"),
            ),
            (
                "base",
                path("app/design/frontend/Acme/base/{M}/web/js/x.js"),
            ),
            (
                "base i18n",
                path("app/design/frontend/Acme/base/{M}/web/i18n/de_DE/js/x.js"),
            ),
            (
                "child",
                path("app/design/frontend/Acme/child/{M}/web/js/x.js"),
            ),
            (
                "child i18n",
                path("app/design/frontend/Acme/child/{M}/web/i18n/de_DE/js/x.js"),
            ),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(l, p)| (*l, p.as_str())).collect();
        assert_eq!(
            ladder(&files, &format!("{module}::js/x.js")),
            [
                "child i18n",
                "child",
                "base i18n",
                "base",
                "view area i18n",
                "view base i18n",
                "view area",
                "view base"
            ],
            "{module}"
        );
    }
}

fn child(packages: &Packages) -> &Overlay {
    overlay(packages, "frontend/Acme/child/de_DE")
}

fn scanned(child_files: &[&str], library: &[&str]) -> Scanned {
    let child: Vec<String> = child_files
        .iter()
        .map(|file| format!("{CHILD}/{file}"))
        .collect();
    let child: Vec<&str> = child.iter().map(String::as_str).collect();
    Site::default()
        .files(library)
        .module("Acme_One", &["view/frontend/web/js/one.js"])
        .theme("frontend/Acme/child", None, &["web/stays.txt"])
        .files(&child)
        .scan()
        .unwrap()
}

#[test]
fn a_theme_can_hold_files_of_modules_that_do_not_exist() {
    let root = scanned(&["Foo_Bar/web/css/x.less"], &[]);
    let packages = root.resolve(&german()).unwrap();
    let overlay = child(&packages);
    let found = root.find(overlay, "Foo_Bar::css/x.less");
    assert_eq!(found, Some(format!("{CHILD}/Foo_Bar/web/css/x.less")));
    assert!(!root.deployed(overlay).contains_key("Foo_Bar::css/x.less"));
    assert_eq!(root.find(overlay, "No_Such::css/x.less"), None);
}

#[test]
fn a_module_does_not_see_files_without_module_and_vice_versa() {
    let root = scanned(&["web/js/x.js"], &["lib/web/js/one.js"]);
    let packages = root.resolve(&german()).unwrap();
    assert_eq!(root.find(child(&packages), "Acme_One::js/x.js"), None);
    assert_eq!(
        root.find(child(&packages), "js/one.js"),
        Some("lib/web/js/one.js".to_owned())
    );
}

#[test]
fn other_locales_and_areas_are_not_looked_at() {
    let root = scanned(&["web/i18n/fr_FR/js/x.js"], &["lib/web/i18n/de_DE/js/y.js"]);
    let packages = root.resolve(&german()).unwrap();
    assert_eq!(root.find(child(&packages), "js/x.js"), None);
    // The library has no locales.
    assert_eq!(root.find(child(&packages), "js/y.js"), None);
    assert!(root.find(child(&packages), "i18n/de_DE/js/y.js").is_some());
    assert!(root.find(child(&packages), "i18n/fr_FR/js/x.js").is_some());
}

#[test]
fn a_literal_locale_path_of_a_module_is_overridden_in_every_locale() {
    let root = Site::default()
        .module("Acme_One", &["view/frontend/web/i18n/fr_FR/x.js"])
        .theme(
            "frontend/Acme/child",
            None,
            &["Acme_One/web/i18n/fr_FR/x.js"],
        )
        .scan()
        .unwrap();
    let packages = root.resolve(&german()).unwrap();
    let deployed = root.deployed(child(&packages));
    let theirs = format!("{CHILD}/Acme_One/web/i18n/fr_FR/x.js");
    assert_eq!(deployed.get("Acme_One::i18n/fr_FR/x.js"), Some(&theirs));
    assert!(!deployed.contains_key("Acme_One::x.js"));
}

#[test]
fn paths_with_dots_lead_into_the_library_only() {
    let root = scanned(
        &["web/css/mine.css"],
        &["lib/web/css/lib.css", "lib/web/css/mine.css"],
    );
    let packages = root.resolve(&german()).unwrap();
    let found = |id| root.find(child(&packages), id);
    assert_eq!(
        found("js/../css/lib.css"),
        Some("lib/web/css/lib.css".to_owned())
    );
    assert_eq!(
        found("./css/lib.css"),
        Some("lib/web/css/lib.css".to_owned())
    );
    // The theme's file is nearer, and PHP refuses it.
    assert_eq!(found("js/../css/mine.css"), None);
    assert_eq!(found("../../web/css/lib.css"), None);
    assert_eq!(found("Acme_One::css/../js/one.js"), None);
    assert!(found("Acme_One::js/one.js").is_some());
}
