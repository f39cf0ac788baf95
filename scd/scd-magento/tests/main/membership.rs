//! Which file IDs exist in a package, and the oddities of collecting them.

use scd_magento::{Broken, Error, Filter, Group, Packages, Selection};

use crate::site::{Scanned, Site, names, overlay};

fn in_locale(locale: &str) -> Selection {
    Selection {
        groups: vec![Group {
            locales: Filter::only([locale]),
            unlisted_locales: true,
            ..Group::default()
        }],
        ..Selection::default()
    }
}

/// The IDs that a theme's package has beside `keep.txt`.
fn ids(site: Site, locale: &str) -> Vec<String> {
    let root = site.scan().unwrap();
    let packages = root.resolve(&in_locale(locale)).unwrap();
    let files = overlay(&packages, &format!("frontend/Acme/child/{locale}"))
        .files()
        .iter();
    files
        .map(|file| file.id.to_string())
        .filter(|id| id != "keep.txt")
        .collect()
}

fn child(files: &[&str]) -> Site {
    Site::default()
        .theme("frontend/Acme/child", None, &["web/keep.txt"])
        .files(
            &files
                .iter()
                .map(|file| format!("app/design/frontend/Acme/child/{file}"))
                .collect::<Vec<_>>()
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
        )
}

#[test]
fn the_documentation_of_the_library_is_left_out_by_prefix() {
    let site = child(&["web/css/docs/theme.css"]).files(&[
        "lib/web/css/docs/x.css",
        "lib/web/css/docsify.css",
        "lib/web/js/css/docs/y.css",
    ]);
    assert_eq!(
        ids(site, "en_US"),
        ["css/docs/theme.css", "js/css/docs/y.css"]
    );
}

#[test]
fn modules_localised_files_appear_twice_and_themes_once() {
    let site = || {
        child(&["web/i18n/de_DE/t.js", "Acme_One/web/i18n/de_DE/m.js"])
            .module("Acme_One", &["view/frontend/web/i18n/de_DE/o.js"])
    };
    assert_eq!(ids(site(), "en_US"), ["Acme_One::i18n/de_DE/o.js"]);
    assert_eq!(
        ids(site(), "de_DE"),
        [
            "t.js",
            "Acme_One::i18n/de_DE/o.js",
            "Acme_One::m.js",
            "Acme_One::o.js"
        ]
    );
}

#[test]
fn oddly_named_locales_are_ordinary_directories() {
    let site = child(&[
        "web/i18n/es_419/t.js",
        "web/i18n/direct.js",
        "web/i18n/en_GB-x/t.js",
    ])
    .module("Acme_One", &["view/base/web/i18n/o.js"]);
    let expected = [
        "i18n/direct.js",
        "i18n/en_GB-x/t.js",
        "i18n/es_419/t.js",
        "Acme_One::i18n/o.js",
    ];
    assert_eq!(ids(site, "es_419"), expected);
}

#[test]
fn oddly_named_locales_of_modules_stop_the_run_as_in_php() {
    let refused = |file: &str| {
        let site = child(&[]).disabled_module("Acme_Off", &[file]);
        site.scan().err().map(|error| error.to_string())
    };
    assert_eq!(
        refused("view/base/web/i18n/es_419/o.js").unwrap(),
        "module `Acme_Off` has a translated file `i18n/es_419/o.js` in `view/base/web`, but \
         `es_419` is no locale that Magento can read"
    );
    assert_eq!(
        refused("view/webapi_rest/web/i18n/de_DE/o.js").unwrap(),
        "module `Acme_Off` has a translated file `i18n/de_DE/o.js` in `view/webapi_rest/web`, but \
         `webapi_rest` is no area that Magento can read"
    );
    assert_eq!(refused("view/webapi_rest/web/o.js"), None);
    assert_eq!(refused("view/base/templates/i18n/es_419/o.phtml"), None);
}

#[test]
fn oddly_named_locales_are_still_looked_into() {
    let root = child(&["web/t.js", "web/i18n/es_419/t.js"]).scan().unwrap();
    let packages = root.resolve(&in_locale("es_419")).unwrap();
    let deployed = root.deployed(overlay(&packages, "frontend/Acme/child/es_419"));
    assert_eq!(
        deployed["t.js"],
        "app/design/frontend/Acme/child/web/i18n/es_419/t.js"
    );
}

#[test]
fn disabled_and_unknown_modules_have_no_files() {
    let site = child(&[
        "Acme_Off/web/a.js",
        "Acme_None/web/b.js",
        "acme_on/web/c.js",
        "Acme_On/web/d.js",
    ])
    .module("Acme_On", &["view/base/web/e.js"])
    .disabled_module(
        "Acme_Off",
        &["view/base/web/f.js", "view/frontend/web/g.js"],
    );
    assert_eq!(ids(site, "en_US"), ["Acme_On::d.js", "Acme_On::e.js"]);
}

#[test]
fn areas_are_words_and_only_base_and_the_own_count() {
    let site = child(&[]).module(
        "Acme_One",
        &[
            "view/base/web/base.js",
            "view/frontend/web/area.js",
            "view/adminhtml/web/no.js",
            "view/install/web/no.js",
            "view/Frontend/web/no.js",
            "view/frontend/web.js",
            "web/no.js",
        ],
    );
    assert_eq!(
        ids(site, "en_US"),
        ["Acme_One::area.js", "Acme_One::base.js"]
    );
}

#[test]
fn no_extension_is_special_and_partials_are_not_deployed() {
    let site = child(&[
        "web/LICENSE",
        "web/a.php",
        "web/a.phtml",
        "web/s.less",
        "web/_s.less",
        "web/_S.LESS",
        "web/S.LESS",
        "web/_s.css",
        "web/_s.js",
        "web/.dot",
        "web/.dir/x.js",
        "web/sp ace/ü#?.js",
        "web/123",
    ]);
    assert_eq!(
        ids(site, "en_US"),
        [
            "123",
            "LICENSE",
            "S.LESS",
            "_s.css",
            "_s.js",
            "a.php",
            "a.phtml",
            "s.less",
            "sp ace/ü#?.js"
        ]
    );
}

#[test]
fn directories_that_read_as_patterns_are_not_entered_but_such_files_are_seen() {
    let site = child(&[
        "web/[1]/x.js",
        "web/{a}/x.js",
        "web/f[1].js",
        "web/f{a}.js",
        "Ac_[x]/web/x.js",
    ]);
    assert_eq!(ids(site, "en_US"), ["f[1].js", "f{a}.js"]);
}

#[test]
fn a_root_that_reads_as_a_pattern_is_refused() {
    let root = child(&[]).scan().unwrap();
    let bracketed = std::path::PathBuf::from("/shop [old]");
    let components = scd_magento::Components {
        root: &bracketed,
        ..root.components()
    };
    let error = scd_magento::Inventory::scan(&components, &scd_magento::MemoryTree::new());
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("`/shop [old]` contains one of")
    );
}

#[test]
fn a_component_below_such_a_directory_has_nothing_and_is_reported() {
    let site = child(&[])
        .module("Acme_One", &[])
        .but(|module| module.directory = "/root/app/code/[Acme]/One".into())
        .files(&["app/code/[Acme]/One/view/base/web/x.js"]);
    let root = site.scan().unwrap();
    let findings = root.inventory.findings();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].path.to_str(), Some("/root/app/code/[Acme]/One"));
    let packages = root.resolve(&in_locale("en_US")).unwrap();
    let overlay = overlay(&packages, "frontend/Acme/child/en_US");
    assert_eq!(overlay.files().len(), 1);
}

#[test]
fn links_are_followed_and_dangling_ones_stay_as_broken_files() {
    let theme = "app/design/frontend/Acme/child/web";
    let site = child(&[])
        .files(&["elsewhere/dir/x.js", "lib/web/masked.js"])
        .link(&format!("{theme}/dir"), "/root/elsewhere/dir")
        .link(&format!("{theme}/file.js"), "/root/elsewhere/dir/x.js")
        .link(&format!("{theme}/gone.js"), "nowhere.js")
        .link(&format!("{theme}/loop.js"), "loop.js")
        .link(&format!("{theme}/masked.js"), "nowhere.js");
    let root = site.scan().unwrap();
    let packages = root.resolve(&in_locale("en_US")).unwrap();
    let overlay = overlay(&packages, "frontend/Acme/child/en_US");
    let broken: Vec<(String, Option<Broken>)> = overlay
        .files()
        .iter()
        .map(|file| {
            (
                file.id.to_string(),
                root.inventory.source(file.source).broken,
            )
        })
        .collect();
    let expected = [
        ("dir/x.js", None),
        ("file.js", None),
        ("gone.js", Some(Broken::NotAFile)),
        ("keep.txt", None),
        ("loop.js", Some(Broken::NotAFile)),
        ("masked.js", None),
    ];
    assert_eq!(broken, expected.map(|(id, broken)| (id.to_owned(), broken)));
    assert_eq!(root.deployed(overlay)["masked.js"], "lib/web/masked.js");
    assert_eq!(root.find(overlay, "gone.js"), None);
}

#[test]
fn names_that_php_cannot_resolve_are_broken() {
    let root = child(&["web/a\\b.js", "web/dots./x.js"])
        .files(&["lib/web/dots./lib.js"])
        .scan()
        .unwrap();
    let packages = root.resolve(&in_locale("en_US")).unwrap();
    let overlay = overlay(&packages, "frontend/Acme/child/en_US");
    let broken = |id: &str| {
        let file = overlay
            .files()
            .iter()
            .find(|file| file.id.to_string() == id)
            .unwrap();
        root.inventory.source(file.source).broken
    };
    assert_eq!(broken("a\\b.js"), Some(Broken::Backslash));
    assert_eq!(broken("dots./x.js"), Some(Broken::DotSlash));
    assert_eq!(broken("dots./lib.js"), None);
}

#[test]
fn a_directory_link_to_a_directory_above_is_an_error() {
    let site = child(&["web/js/x.js"]).link("app/design/frontend/Acme/child/web/js/up", "..");
    let error = site.scan().err().unwrap().to_string();
    assert!(error.starts_with("directories nest deeper than"), "{error}");
}

#[test]
fn theme_directories_must_be_named_like_modules_if_they_have_web_files() {
    for name in ["Foo-Bar_Baz", "_Foo", "Foo_", "Fö_Bar"] {
        let error = child(&[&format!("{name}/web/y.js")]).scan().err().unwrap();
        let Error::Inconsistent { path, message, .. } = error else {
            panic!("{error}");
        };
        assert!(path.unwrap().ends_with(name));
        assert!(message.contains(&format!("`{name}`")), "{message}");
        // Without web files nobody minds.
        assert!(
            child(&[&format!("{name}/templates/y.phtml")])
                .scan()
                .is_ok()
        );
    }
    assert!(
        child(&["Foo_Bar_9/web/y.js", "Foo__Bar/web/y.js"])
            .scan()
            .is_ok()
    );
    assert!(child(&["Foo-Bar/web/y.js"]).scan().is_ok());
}

fn clash(theme: &[&str], library: &[&str], module: &[&str]) -> (Scanned, Packages) {
    let root = child(theme)
        .files(library)
        .module("Acme_Two", module)
        .scan()
        .unwrap();
    let packages = root.resolve(&in_locale("en_US")).unwrap();
    (root, packages)
}

#[test]
fn a_theme_file_that_looks_modular_loses_against_the_modules() {
    let (root, packages) = clash(&["web/Acme_Two/js/x.js"], &[], &["view/base/web/js/x.js"]);
    let overlay = overlay(&packages, "frontend/Acme/child/en_US");
    let ids: Vec<String> = root.deployed(overlay).into_keys().collect();
    assert_eq!(ids, ["Acme_Two::js/x.js", "keep.txt"]);
    assert_eq!(packages.findings.len(), 1);
    assert_eq!(
        packages.findings[0].message,
        "`Acme_Two/js/x.js` is not deployed: `Acme_Two::js/x.js` is written to the same path"
    );
    assert!(
        packages.findings[0]
            .path
            .ends_with("child/web/Acme_Two/js/x.js")
    );
}

#[test]
fn a_library_file_that_looks_modular_wins() {
    let (root, packages) = clash(
        &["web/Acme_Two/css/x.css"],
        &["lib/web/Acme_Two/css/x.css"],
        &["view/base/web/css/x.less"],
    );
    let overlay = overlay(&packages, "frontend/Acme/child/en_US");
    let deployed = root.deployed(overlay);
    let ids: Vec<&str> = deployed.keys().map(String::as_str).collect();
    assert_eq!(ids, ["Acme_Two/css/x.css", "keep.txt"]);
    // The place in the list is the library's, the bytes are the theme's.
    assert!(deployed["Acme_Two/css/x.css"].ends_with("child/web/Acme_Two/css/x.css"));
    assert!(
        packages.findings[0]
            .path
            .ends_with("view/base/web/css/x.less")
    );
}

#[test]
fn a_modular_looking_path_without_a_rival_is_deployed() {
    let (root, packages) = clash(&["web/Acme_Two/js/x.js"], &[], &["view/base/web/js/y.js"]);
    let overlay = overlay(&packages, "frontend/Acme/child/en_US");
    assert!(root.deployed(overlay).contains_key("Acme_Two/js/x.js"));
    assert_eq!(packages.findings, []);
}

#[test]
fn less_and_css_of_one_name_are_two_ids() {
    let site = child(&["web/dup.less", "web/dup.css"]);
    assert_eq!(ids(site, "en_US"), ["dup.css", "dup.less"]);
}

#[test]
fn an_unreadable_directory_is_an_error_that_names_it() {
    let site = child(&[]).module("Acme_One", &["view/base/web/js/x.js"]);
    let error = site
        .closed("app/code/Acme/One/view/base/web/js")
        .scan()
        .err()
        .unwrap();
    assert_eq!(
        error.to_string(),
        "cannot read `/root/app/code/Acme/One/view/base/web/js`"
    );
}

#[test]
fn a_file_where_a_directory_might_be_is_no_matter() {
    let site = child(&["web/i18n"]).module("Acme_One", &["view"]);
    assert_eq!(ids(site, "en_US"), ["i18n"]);
}

#[test]
fn a_root_without_anything_has_no_packages() {
    let root = Site::default().scan().unwrap();
    assert_eq!(root.inventory.sources().count(), 0);
    let packages = root.resolve(&in_locale("en_US")).unwrap();
    assert_eq!(names(&packages), Vec::<String>::new());
}
