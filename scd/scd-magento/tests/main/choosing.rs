//! Which packages a selection deploys.

use scd_magento::{
    DefaultLocales, Error, Filter, Group, Layout, Locale, Packages, Parents, Selection, resolve,
};

use crate::site::{Scanned, Site, names, package};

fn shop() -> Scanned {
    Site::default()
        .files(&["lib/web/lib.js"])
        .module("Acme_One", &["view/base/web/a.js", "view/crontab/web/b.js"])
        .disabled_module("Acme_Off", &["view/base/web/a.js"])
        .theme("frontend/Acme/base", None, &["web/a.js"])
        .theme(
            "frontend/Acme/child",
            Some("Acme/base"),
            &["web/i18n/it_IT/a.js"],
        )
        .theme("frontend/Acme/empty", Some("Acme/child"), &[])
        .theme(
            "frontend/Acme/lonely",
            None,
            &["Acme_Off/web/a.js", "theme.xml"],
        )
        .theme("adminhtml/Acme/back", None, &["web/a.js"])
        .theme("adminhtml/Acme/base", None, &["web/a.js"])
        .scan()
        .unwrap()
}

fn filter(include: &[&str], exclude: &[&str]) -> Filter {
    let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    Filter {
        include: owned(include),
        exclude: owned(exclude),
    }
}

fn group(areas: Filter, themes: Filter, locales: Filter) -> Selection {
    Selection {
        groups: vec![Group {
            areas,
            themes,
            locales,
            unlisted_locales: false,
        }],
        ..Selection::default()
    }
}

fn all() -> Filter {
    Filter::default()
}

fn deployed(selection: &Selection) -> Vec<String> {
    names(&shop().resolve(selection).unwrap())
}

/// Message and hint.
fn refused(selection: &Selection) -> (String, String) {
    match shop().resolve(selection) {
        Err(Error::Inconsistent { message, hint, .. }) => (message, hint.unwrap_or_default()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_requested_locales_a_theme_invites_its_own() {
    assert_eq!(
        deployed(&Selection::default()),
        [
            "adminhtml/Acme/back/en_US",
            "adminhtml/Acme/base/en_US",
            "frontend/Acme/base/en_US",
            "frontend/Acme/child/en_US",
            "frontend/Acme/child/it_IT",
            "frontend/Acme/empty/en_US",
            "frontend/Acme/empty/it_IT",
        ]
    );
}

#[test]
fn requested_locales_are_the_only_ones() {
    let selection = group(
        filter(&["frontend"], &[]),
        all(),
        filter(&["de_DE", "de_DE"], &[]),
    );
    assert_eq!(
        deployed(&selection),
        [
            "frontend/Acme/base/de_DE",
            "frontend/Acme/child/de_DE",
            "frontend/Acme/empty/de_DE"
        ]
    );
    let all_first = group(
        filter(&["adminhtml"], &[]),
        all(),
        filter(&["all", "de_DE"], &[]),
    );
    assert_eq!(
        deployed(&all_first),
        ["adminhtml/Acme/back/en_US", "adminhtml/Acme/base/en_US"]
    );
}

#[test]
fn parents_come_along_even_when_excluded() {
    let child = ["frontend/Acme/base/de_DE", "frontend/Acme/child/de_DE"];
    let selection = group(all(), filter(&["Acme/child"], &[]), filter(&["de_DE"], &[]));
    assert_eq!(deployed(&selection), child);
    let without = filter(&[], &["Acme/base", "Acme/back"]);
    let selection = group(all(), without, filter(&["de_DE"], &[]));
    assert_eq!(
        deployed(&selection),
        [child[0], child[1], "frontend/Acme/empty/de_DE"]
    );
}

#[test]
fn a_parent_gets_no_locale_of_its_child() {
    let selection = group(all(), filter(&["Acme/child"], &[]), all());
    assert_eq!(
        deployed(&selection),
        [
            "frontend/Acme/base/en_US",
            "frontend/Acme/child/en_US",
            "frontend/Acme/child/it_IT"
        ]
    );
}

#[test]
fn a_theme_name_stands_for_every_area_that_has_it() {
    let selection = group(all(), filter(&["Acme/base"], &[]), filter(&["de_DE"], &[]));
    assert_eq!(
        deployed(&selection),
        ["adminhtml/Acme/base/de_DE", "frontend/Acme/base/de_DE"]
    );
    let selection = group(
        filter(&[], &["frontend"]),
        filter(&["Acme/base"], &[]),
        all(),
    );
    assert_eq!(deployed(&selection), ["adminhtml/Acme/base/en_US"]);
}

#[test]
fn excluded_locales_leave_the_invited_ones() {
    let selection = group(filter(&["frontend"], &[]), all(), filter(&[], &["en_US"]));
    assert_eq!(
        deployed(&selection),
        ["frontend/Acme/child/it_IT", "frontend/Acme/empty/it_IT"]
    );
    let both = group(
        filter(&["frontend"], &[]),
        all(),
        filter(&["de_DE"], &["en_US"]),
    );
    assert_eq!(
        deployed(&both),
        [
            "frontend/Acme/base/de_DE",
            "frontend/Acme/child/de_DE",
            "frontend/Acme/child/it_IT",
            "frontend/Acme/empty/de_DE",
            "frontend/Acme/empty/it_IT",
        ]
    );
}

#[test]
fn a_theme_without_files_is_reported_when_it_is_asked_for() {
    let root = shop();
    let packages = root
        .resolve(&group(all(), filter(&["Acme/lonely"], &[]), all()))
        .unwrap();
    assert_eq!(names(&packages), Vec::<String>::new());
    assert_eq!(packages.findings.len(), 1);
    assert_eq!(
        packages.findings[0].message,
        "theme `frontend/Acme/lonely` is not deployed: it has no web files"
    );
    let packages = root
        .resolve(&group(all(), filter(&["Acme/empty"], &[]), all()))
        .unwrap();
    assert_eq!(packages.findings, []);
}

#[test]
fn configured_locales_of_the_administration_are_added() {
    let root = shop();
    let mut locales = DefaultLocales::default();
    locales.adminhtml.push(Locale::new("fr_FR"));
    let selection = group(
        filter(&["adminhtml"], &[]),
        filter(&["Acme/back"], &[]),
        all(),
    );
    let resolve = |locales: &DefaultLocales| -> Result<Packages, Error> {
        resolve(&root.components(), &root.inventory, &selection, locales)
    };
    let packages = resolve(&locales).unwrap();
    assert_eq!(
        names(&packages),
        ["adminhtml/Acme/back/en_US", "adminhtml/Acme/back/fr_FR"]
    );
    locales.adminhtml.push(Locale::new("fr_XX"));
    let error = resolve(&locales).unwrap_err().to_string();
    assert_eq!(
        error,
        "the configured locale `fr_XX` is not one that Magento knows"
    );
}

#[test]
fn unknown_names_are_refused_and_the_nearest_is_named() {
    let (message, hint) = refused(&group(filter(&["fronted"], &[]), all(), all()));
    assert_eq!(message, "there is no area `fronted`");
    assert_eq!(hint, "did you mean `frontend`?");
    let (message, hint) = refused(&group(all(), filter(&["Acme/chlid"], &[]), all()));
    assert_eq!(message, "there is no theme `Acme/chlid`");
    assert_eq!(hint, "did you mean `Acme/child`?");
    let (_, hint) = refused(&group(all(), filter(&["frontend/Acme/child"], &[]), all()));
    assert_eq!(hint, "did you mean `Acme/child`?");
    let (message, _) = refused(&group(all(), filter(&[], &["Foo/bar"]), all()));
    assert_eq!(message, "there is no theme `Foo/bar`");
    let (message, hint) = refused(&group(all(), all(), filter(&["de_de"], &[])));
    assert_eq!(message, "the locale `de_de` is not one that Magento knows");
    assert_eq!(hint, "did you mean `de_DE`?");
    let (message, _) = refused(&group(all(), all(), filter(&[], &["xx_YY"])));
    assert_eq!(
        message,
        "the excluded locale `xx_YY` is not one that Magento knows"
    );
}

#[test]
fn unlisted_locales_are_deployed_where_they_are_accepted() {
    let mut selection = group(all(), filter(&["Acme/back"], &[]), filter(&["xx_XX"], &[]));
    assert!(shop().resolve(&selection).is_err());
    selection.groups[0].unlisted_locales = true;
    assert_eq!(deployed(&selection), ["adminhtml/Acme/back/xx_XX"]);
    for locale in ["", "../x", "a/b", ".x", "a\\b"] {
        selection.groups[0].locales = filter(&[locale], &[]);
        let (message, _) = refused(&selection);
        assert!(
            message.ends_with("it cannot be a directory name"),
            "{message}"
        );
    }
}

#[test]
fn areas_of_modules_are_known_but_have_no_packages() {
    assert_eq!(
        deployed(&group(filter(&["crontab"], &[]), all(), all())),
        Vec::<String>::new()
    );
}

#[test]
fn a_theme_of_an_unknown_area_is_refused_only_when_it_is_deployed() {
    let root = Site::default()
        .theme("frontent/Acme/odd", None, &["web/a.js"])
        .theme("frontend/Acme/fine", None, &["web/a.js"])
        .scan()
        .unwrap();
    let fine = group(filter(&["frontend"], &[]), all(), all());
    assert_eq!(
        names(&root.resolve(&fine).unwrap()),
        ["frontend/Acme/fine/en_US"]
    );
    let error = root.resolve(&Selection::default()).unwrap_err().to_string();
    assert_eq!(
        error,
        "theme `frontent/Acme/odd` is registered for the area `frontent`, which Magento does not know"
    );
}

#[test]
fn groups_are_united() {
    let one = |theme: &str, locales: &[&str]| Group {
        themes: filter(&[theme], &[]),
        locales: filter(locales, &[]),
        ..Group::default()
    };
    let selection = Selection {
        groups: vec![
            one("Acme/child", &["de_DE"]),
            one("Acme/back", &["en_US", "fr_FR"]),
            one("Acme/base", &["de_DE"]),
        ],
        parents: Parents::LeaveOut,
        ..Selection::default()
    };
    assert_eq!(
        deployed(&selection),
        [
            "adminhtml/Acme/back/en_US",
            "adminhtml/Acme/back/fr_FR",
            "adminhtml/Acme/base/de_DE",
            "frontend/Acme/base/de_DE",
            "frontend/Acme/child/de_DE",
        ]
    );
}

#[test]
fn a_parent_that_another_group_asks_for_is_deployed_in_full() {
    let one = |theme: &str| Group {
        areas: filter(&["frontend"], &[]),
        themes: filter(&[theme], &[]),
        locales: filter(&["de_DE"], &[]),
        ..Group::default()
    };
    let mut selection = Selection {
        groups: vec![one("Acme/child")],
        parents: Parents::DeriveOnly,
        ..Selection::default()
    };
    let packages = shop().resolve(&selection).unwrap();
    assert!(package(&packages, "frontend/Acme/base/de_DE").is_derived_only);
    assert!(!package(&packages, "frontend/Acme/child/de_DE").is_derived_only);
    selection.groups.push(one("Acme/base"));
    let packages = shop().resolve(&selection).unwrap();
    assert!(!package(&packages, "frontend/Acme/base/de_DE").is_derived_only);
}

#[test]
fn packages_of_the_compact_layout_are_filtered_and_kept_as_ancestors() {
    let compact = |areas: Filter, themes: Filter, locale: &str| {
        let selection = Selection {
            layout: Layout::Compact,
            ..group(areas, themes, filter(&[locale], &[]))
        };
        deployed(&selection)
    };
    assert_eq!(
        compact(filter(&["crontab"], &[]), all(), "de_DE"),
        ["base/Magento/base/default", "crontab/Magento/base/default"]
    );
    assert_eq!(
        compact(
            filter(&["frontend"], &[]),
            filter(&["Acme/empty"], &[]),
            "it_IT"
        ),
        [
            "base/Magento/base/default",
            "frontend/Acme/base/default",
            "frontend/Acme/base/it_IT",
            "frontend/Acme/child/default",
            "frontend/Acme/child/it_IT",
            "frontend/Acme/empty/default",
            "frontend/Acme/empty/it_IT",
        ]
    );
    let of_areas = compact(all(), filter(&["Acme/back"], &[]), "en_US");
    assert!(
        of_areas.contains(&"crontab/Magento/base/default".to_owned()),
        "themes do not filter what has none"
    );
}

#[test]
fn an_area_that_magento_does_not_know_is_refused_where_it_is_deployed() {
    let site = || {
        Site::default()
            .module("Acme_One", &["view/foo/web/a.js", "view/frontend/web/b.js"])
            .theme("frontend/Acme/base", None, &["web/a.js"])
    };
    let run = |layout| {
        let root = site().scan().unwrap();
        let selection = Selection {
            layout,
            ..Selection::default()
        };
        root.resolve(&selection).map(|packages| names(&packages))
    };
    assert_eq!(run(Layout::Complete).unwrap(), ["frontend/Acme/base/en_US"]);
    let error = run(Layout::Compact).unwrap_err().to_string();
    assert!(error.contains("`foo`"), "{error}");
}

#[test]
fn an_empty_child_sees_what_its_parent_sees() {
    let selection = group(filter(&["frontend"], &[]), all(), filter(&["it_IT"], &[]));
    let packages = shop().resolve(&selection).unwrap();
    let overlay = |theme: &str| package(&packages, &format!("frontend/Acme/{theme}/it_IT")).overlay;
    assert_eq!(overlay("empty"), overlay("child"));
    assert_ne!(overlay("child"), overlay("base"));
    assert_eq!(package(&packages, "frontend/Acme/empty/it_IT").level, 3);
}
