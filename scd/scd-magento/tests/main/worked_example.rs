//! One root with everything in it: three themes, two modules, two locales. The table of paths and
//! winners was recorded from PHP.

use std::collections::BTreeMap;

use scd_magento::{DefaultLocales, FileId, Filter, Group, Layout, Parents, Selection, resolve};

use crate::site::{self, Scanned, Site, names, overlay};

pub(crate) fn example() -> Site {
    Site::default()
        .files(&[
            "lib/web/lib.js",
            "lib/web/css/lib.css",
            "lib/web/css/docs/x.html",
        ])
        .module(
            "Acme_One",
            &[
                "view/base/web/js/both.js",
                "view/base/web/js/onlybase.js",
                "view/base/web/i18n/de_DE/js/onlybase.js",
                "view/frontend/web/js/both.js",
                "view/frontend/web/js/fr.js",
                "view/frontend/web/i18n/de_DE/js/fr.js",
                "view/frontend/web/i18n/de_DE/js/onlyde.js",
                "view/frontend/web/template/t.html",
                "view/frontend/web/css/m.less",
                "view/frontend/web/css/_p.less",
                "view/frontend/web/README",
                "view/frontend/web/data.ts",
                "view/frontend/web/empty.txt",
                "view/frontend/web/.hidden",
                "view/frontend/web/.hid/x.js",
                "view/adminhtml/web/js/adm.js",
                "view/install/web/js/inst.js",
                "view/crontab/web/js/cron.js",
            ],
        )
        .module(
            "Acme_Two",
            &[
                "view/frontend/web/js/two.js",
                "view/frontend/web/images/a.png",
            ],
        )
        .theme(
            "frontend/Acme/base",
            None,
            &[
                "web/lib.js",
                "web/js/theme.js",
                "web/i18n/de_DE/js/theme.js",
                "web/images/i.png",
                "web/css/styles.less",
                "web/css/source/_x.less",
                "web/css/plain.css",
                "web/css/other.css",
                "Acme_One/web/js/fr.js",
            ],
        )
        .theme(
            "frontend/Acme/mid",
            Some("Acme/base"),
            &[
                "web/images/i.png",
                "web/media/pic.gif",
                "Acme_One/web/i18n/de_DE/js/fr.js",
                "Acme_Two/web/images/a.png",
            ],
        )
        .theme(
            "frontend/Other/leaf",
            Some("Acme/mid"),
            &[
                "web/js/leaf.js",
                "web/css/source/_x.less",
                "Acme_One/web/js/fr.js",
            ],
        )
}

pub(crate) fn selection() -> Selection {
    Selection {
        groups: vec![Group {
            areas: Filter::only(["frontend"]),
            themes: Filter::only(["Other/leaf"]),
            locales: Filter::only(["en_US", "de_DE"]),
            unlisted_locales: false,
        }],
        parents: Parents::Deploy,
        ..Selection::default()
    }
}

const ONE: &str = "app/code/Acme/One/view";
const BASE: &str = "app/design/frontend/Acme/base";
const MID: &str = "app/design/frontend/Acme/mid";
const LEAF: &str = "app/design/frontend/Other/leaf";

/// The sources of every ID, by theme (0 base, 1 mid, 2 leaf) and locale.
fn expected(level: usize, german: bool) -> BTreeMap<String, String> {
    let mut files: Vec<(&str, String)> = Vec::new();
    let mut add = |id, source: String| files.push((id, source));
    add("lib.js", format!("{BASE}/web/lib.js"));
    add("css/lib.css", "lib/web/css/lib.css".to_owned());
    add("css/plain.css", format!("{BASE}/web/css/plain.css"));
    add("css/other.css", format!("{BASE}/web/css/other.css"));
    add("css/styles.less", format!("{BASE}/web/css/styles.less"));
    let image = if level == 0 { BASE } else { MID };
    add("images/i.png", format!("{image}/web/images/i.png"));
    let theme = if german {
        "web/i18n/de_DE/js/theme.js"
    } else {
        "web/js/theme.js"
    };
    add("js/theme.js", format!("{BASE}/{theme}"));
    if level > 0 {
        add("media/pic.gif", format!("{MID}/web/media/pic.gif"));
    }
    if level > 1 {
        add("js/leaf.js", format!("{LEAF}/web/js/leaf.js"));
    }
    add(
        "Acme_One::js/both.js",
        format!("{ONE}/frontend/web/js/both.js"),
    );
    let only_base = if german {
        "i18n/de_DE/js/onlybase.js"
    } else {
        "js/onlybase.js"
    };
    add(
        "Acme_One::js/onlybase.js",
        format!("{ONE}/base/web/{only_base}"),
    );
    let fr = match (level, german) {
        (0, _) | (1, false) => format!("{BASE}/Acme_One/web/js/fr.js"),
        (1, true) => format!("{MID}/Acme_One/web/i18n/de_DE/js/fr.js"),
        _ => format!("{LEAF}/Acme_One/web/js/fr.js"),
    };
    add("Acme_One::js/fr.js", fr);
    if german {
        add(
            "Acme_One::js/onlyde.js",
            format!("{ONE}/frontend/web/i18n/de_DE/js/onlyde.js"),
        );
    }
    let literal = if level == 0 {
        format!("{ONE}/frontend/web/i18n/de_DE/js/fr.js")
    } else {
        format!("{MID}/Acme_One/web/i18n/de_DE/js/fr.js")
    };
    add("Acme_One::i18n/de_DE/js/fr.js", literal);
    add(
        "Acme_One::i18n/de_DE/js/onlyde.js",
        format!("{ONE}/frontend/web/i18n/de_DE/js/onlyde.js"),
    );
    add(
        "Acme_One::i18n/de_DE/js/onlybase.js",
        format!("{ONE}/base/web/i18n/de_DE/js/onlybase.js"),
    );
    for (id, path) in [
        ("Acme_One::css/m.less", "css/m.less"),
        ("Acme_One::template/t.html", "template/t.html"),
        ("Acme_One::README", "README"),
        ("Acme_One::data.ts", "data.ts"),
        ("Acme_One::empty.txt", "empty.txt"),
    ] {
        add(id, format!("{ONE}/frontend/web/{path}"));
    }
    let two = "app/code/Acme/Two/view/frontend/web";
    add("Acme_Two::js/two.js", format!("{two}/js/two.js"));
    let image = if level == 0 {
        two.to_owned()
    } else {
        format!("{MID}/Acme_Two/web")
    };
    add("Acme_Two::images/a.png", format!("{image}/images/a.png"));
    files
        .into_iter()
        .map(|(id, source)| (id.to_owned(), source))
        .collect()
}

#[test]
fn every_package_has_the_recorded_paths_and_winners() {
    let root = example().scan().unwrap();
    let packages = root.resolve(&selection()).unwrap();
    assert_eq!(packages.findings, []);
    assert_eq!(
        names(&packages),
        [
            "frontend/Acme/base/de_DE",
            "frontend/Acme/base/en_US",
            "frontend/Acme/mid/de_DE",
            "frontend/Acme/mid/en_US",
            "frontend/Other/leaf/de_DE",
            "frontend/Other/leaf/en_US",
        ]
    );
    // The recorded counts hold three generated files besides.
    let counts = [
        (0, false, 23),
        (0, true, 24),
        (1, false, 24),
        (1, true, 25),
        (2, false, 25),
        (2, true, 26),
    ];
    for (level, german, count) in counts {
        let theme = ["Acme/base", "Acme/mid", "Other/leaf"][level];
        let locale = if german { "de_DE" } else { "en_US" };
        let overlay = overlay(&packages, &format!("frontend/{theme}/{locale}"));
        let deployed = root.deployed(overlay);
        assert_eq!(deployed, expected(level, german), "{theme} {locale}");
        assert_eq!(deployed.len() + 3, count, "{theme} {locale}");
    }
}

#[test]
fn partials_are_kept_apart() {
    let root = example().scan().unwrap();
    let packages = root.resolve(&selection()).unwrap();
    let partials: Vec<(String, String)> = overlay(&packages, "frontend/Other/leaf/en_US")
        .partials()
        .iter()
        .map(|file| (file.id.to_string(), root.name(file.source)))
        .collect();
    assert_eq!(
        partials,
        [
            (
                "css/source/_x.less".to_owned(),
                format!("{LEAF}/web/css/source/_x.less")
            ),
            (
                "Acme_One::css/_p.less".to_owned(),
                format!("{ONE}/frontend/web/css/_p.less")
            ),
        ]
    );
}

#[test]
fn origins_are_the_packages_that_have_the_file_of_their_own() {
    let root = example().scan().unwrap();
    let packages = root.resolve(&selection()).unwrap();
    let overlay = overlay(&packages, "frontend/Other/leaf/de_DE");
    let origin = |id: &str| {
        let mut files = overlay.files().iter();
        files
            .find(|file| file.id.to_string() == id)
            .unwrap()
            .origin
            .to_string()
    };
    assert_eq!(origin("Acme_One::js/fr.js"), "frontend/Other/leaf/default");
    assert_eq!(origin("js/theme.js"), "frontend/Acme/base/de_DE");
    assert_eq!(origin("lib.js"), "frontend/Acme/base/default");
    assert_eq!(origin("css/lib.css"), "base/Magento/base/default");
    assert_eq!(
        origin("Acme_One::js/onlyde.js"),
        "frontend/Magento/base/de_DE"
    );
}

#[test]
fn packages_of_the_compact_layout_have_their_own_files_only() {
    let root = example().scan().unwrap();
    let compact = Selection {
        layout: Layout::Compact,
        ..selection()
    };
    let packages = root.resolve(&compact).unwrap();
    let own = |path: &str| -> Vec<String> {
        let overlay = overlay(&packages, path);
        let mut files: Vec<&FileId> = overlay.files().iter().map(|file| &file.id).collect();
        files.extend(overlay.partials().iter().map(|file| &file.id));
        files.sort();
        files.into_iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        site::names(&packages),
        [
            "base/Magento/base/default",
            "base/Magento/base/de_DE",
            "frontend/Magento/base/default",
            "frontend/Magento/base/de_DE",
            "frontend/Acme/base/default",
            "frontend/Acme/base/de_DE",
            "frontend/Acme/base/en_US",
            "frontend/Acme/mid/default",
            "frontend/Acme/mid/de_DE",
            "frontend/Acme/mid/en_US",
            "frontend/Other/leaf/default",
            "frontend/Other/leaf/de_DE",
            "frontend/Other/leaf/en_US",
        ]
    );
    assert_eq!(
        own("base/Magento/base/default"),
        [
            "css/lib.css",
            "lib.js",
            "Acme_One::i18n/de_DE/js/onlybase.js",
            "Acme_One::js/both.js",
            "Acme_One::js/onlybase.js",
        ]
    );
    assert_eq!(own("base/Magento/base/de_DE"), ["Acme_One::js/onlybase.js"]);
    assert_eq!(
        own("frontend/Magento/base/de_DE"),
        ["Acme_One::js/fr.js", "Acme_One::js/onlyde.js"]
    );
    assert_eq!(own("frontend/Acme/base/de_DE"), ["js/theme.js"]);
    assert_eq!(own("frontend/Acme/mid/de_DE"), ["Acme_One::js/fr.js"]);
    assert_eq!(
        own("frontend/Other/leaf/default"),
        ["css/source/_x.less", "js/leaf.js", "Acme_One::js/fr.js"]
    );
    assert!(own("frontend/Other/leaf/de_DE").is_empty());
}

#[test]
fn a_file_of_the_compact_layout_is_found_as_its_package_sees_it() {
    let root = example().scan().unwrap();
    let compact = Selection {
        layout: Layout::Compact,
        ..selection()
    };
    let packages = root.resolve(&compact).unwrap();
    let found = |path: &str, id: &str| {
        let source = overlay(&packages, path).find(&root.inventory, &FileId::parse(id));
        source.map(|source| root.inventory.source(source).path.display().to_string())
    };
    let ends = |found: Option<String>, end: &str| found.is_some_and(|path| path.ends_with(end));
    let lib = found("base/Magento/base/default", "lib.js");
    assert!(ends(lib, "lib/web/lib.js"));
    let both = found("base/Magento/base/default", "Acme_One::js/both.js");
    assert!(ends(both, &format!("{ONE}/base/web/js/both.js")));
    let style = found("frontend/Other/leaf/default", "css/styles.less");
    assert!(ends(style, &format!("{BASE}/web/css/styles.less")));
}

#[test]
fn ancestors_are_named_nearest_first() {
    let root = example().scan().unwrap();
    let packages = root.resolve(&selection()).unwrap();
    let package = site::package(&packages, "frontend/Acme/mid/de_DE");
    let ancestors: Vec<String> = package.ancestors.iter().map(ToString::to_string).collect();
    assert_eq!(
        ancestors,
        [
            "frontend/Acme/mid/default",
            "frontend/Acme/base/de_DE",
            "frontend/Acme/base/default",
            "frontend/Magento/base/de_DE",
            "frontend/Magento/base/default",
            "base/Magento/base/de_DE",
            "base/Magento/base/default",
        ]
    );
    assert_eq!(package.level, 2);
}

#[test]
fn without_parents_only_the_requested_theme_is_left() {
    let root = example().scan().unwrap();
    let mut selection = selection();
    selection.parents = Parents::LeaveOut;
    let packages = root.resolve(&selection).unwrap();
    assert_eq!(
        names(&packages),
        ["frontend/Other/leaf/de_DE", "frontend/Other/leaf/en_US"]
    );
    let deployed = root.deployed(overlay(&packages, "frontend/Other/leaf/de_DE"));
    assert_eq!(deployed, expected(2, true));

    selection.parents = Parents::DeriveOnly;
    let packages = root.resolve(&selection).unwrap();
    assert_eq!(packages.packages.len(), 6);
    for package in &packages.packages {
        assert_eq!(
            package.is_derived_only,
            package.id.theme.as_str() != "Other/leaf"
        );
    }
}

#[test]
fn locales_that_see_the_same_share_an_overlay() {
    let root = example().scan().unwrap();
    let mut selection = selection();
    selection.groups[0].locales = Filter::only(["en_US", "fr_FR", "it_IT", "de_DE"]);
    let packages = root.resolve(&selection).unwrap();
    assert_eq!(packages.packages.len(), 12);
    assert_eq!(packages.overlays.len(), 6);
    let id = |path: &str| site::package(&packages, path).overlay;
    assert_eq!(id("frontend/Acme/mid/en_US"), id("frontend/Acme/mid/it_IT"));
    assert_ne!(id("frontend/Acme/mid/en_US"), id("frontend/Acme/mid/de_DE"));
    assert_ne!(
        id("frontend/Acme/mid/en_US"),
        id("frontend/Acme/base/en_US")
    );
}

#[test]
fn two_scans_give_the_same_numbers() {
    let numbers = |root: &Scanned| -> Vec<String> {
        root.inventory
            .sources()
            .map(|(id, _)| root.name(id))
            .collect()
    };
    let (first, second) = (example().scan().unwrap(), example().scan().unwrap());
    assert_eq!(numbers(&first), numbers(&second));
    let overlays = |root: &Scanned| {
        let locales = DefaultLocales::default();
        resolve(&root.components(), &root.inventory, &selection(), &locales)
            .unwrap()
            .overlays
    };
    assert_eq!(overlays(&first), overlays(&second));
}
