//! Lists made from the inventory: `//@magento_import`, RequireJS configurations, templates, phrases.

use std::path::Path;

use scd_magento::{
    Area, Components, Inventory, MemoryTree, Modules, Overlay, Packages, Selection, Themes,
    templates,
};

use crate::site::{Scanned, Site, overlay};

fn child(packages: &Packages) -> &Overlay {
    overlay(packages, "frontend/Acme/child/en_US")
}

/// What an import of a path becomes: IDs and sources.
fn collected(root: &Scanned, path: &str) -> Vec<(String, String)> {
    let packages = root.resolve(&Selection::default()).unwrap();
    let found = child(&packages).collect(&root.inventory, path);
    found
        .into_iter()
        .map(|(id, source)| (id.to_string(), root.name(source)))
        .collect()
}

const PART: &str = "web/css/source/_module.less";

#[test]
fn overridden_modules_are_imported_behind_the_others() {
    let view = [
        "view/frontend/web/css/source/_module.less",
        "view/base/web/css/source/_module.less",
    ];
    let area = [view[0]];
    let base_theme = [
        PART,
        "Acme_Late/web/css/source/_module.less",
        "Acme_Early/web/css/source/_module.less",
        "Acme_Off/web/css/source/_module.less",
    ];
    let child_theme = [
        PART,
        "Foo_Bar/web/css/source/_module.less",
        "Acme_Late/web/css/source/_module.less",
        "Acme_Mute/web/css/source/_module.less",
    ];
    let root = Site::default()
        .files(&["lib/web/css/source/_module.less"])
        .module("Acme_Zero", &view)
        .module("Acme_Early", &area)
        .module("Acme_Late", &view)
        .module("Acme_Mute", &area)
        .but(|module| module.output_enabled = false)
        .module("Acme_Adm", &["view/adminhtml/web/css/source/_module.less"])
        .module("Acme_Alpha", &area)
        .disabled_module("Acme_Off", &view)
        .theme("frontend/Acme/base", None, &base_theme)
        .theme("frontend/Acme/child", Some("Acme/base"), &child_theme)
        .scan()
        .unwrap();
    let base = "app/design/frontend/Acme/base";
    let child = "app/design/frontend/Acme/child";
    let code = "app/code/Acme";
    let id = |module: &str| format!("{module}::css/source/_module.less");
    assert_eq!(
        collected(&root, "css/source/_module.less"),
        [
            (
                "css/source/_module.less".to_owned(),
                format!("{child}/{PART}")
            ),
            (id("Acme_Zero"), format!("{code}/Zero/view/base/{PART}")),
            (id("Acme_Zero"), format!("{code}/Zero/view/frontend/{PART}")),
            (
                id("Acme_Alpha"),
                format!("{code}/Alpha/view/frontend/{PART}")
            ),
            (id("Acme_Early"), format!("{base}/Acme_Early/{PART}")),
            (id("Acme_Off"), format!("{base}/Acme_Off/{PART}")),
            (id("Acme_Late"), format!("{child}/Acme_Late/{PART}")),
            (id("Acme_Mute"), format!("{child}/Acme_Mute/{PART}")),
            (id("Foo_Bar"), format!("{child}/Foo_Bar/{PART}")),
        ]
    );
    assert_eq!(collected(&root, "css/source/_nothing.less"), []);
}

#[test]
fn locales_are_not_collected_but_found() {
    let root = Site::default()
        .theme(
            "frontend/Acme/child",
            None,
            &[
                "Acme_One/web/css/_m.less",
                "Acme_One/web/i18n/en_US/css/_m.less",
            ],
        )
        .module("Acme_One", &["view/frontend/web/i18n/en_US/css/_n.less"])
        .scan()
        .unwrap();
    let theme = "app/design/frontend/Acme/child/Acme_One/web";
    let found = [(
        "Acme_One::css/_m.less".to_owned(),
        format!("{theme}/css/_m.less"),
    )];
    assert_eq!(collected(&root, "css/_m.less"), found);
    let packages = root.resolve(&Selection::default()).unwrap();
    let winner = root.find(child(&packages), "Acme_One::css/_m.less");
    assert_eq!(winner, Some(format!("{theme}/i18n/en_US/css/_m.less")));
    assert_eq!(collected(&root, "css/_n.less"), []);
}

#[test]
fn requirejs_configurations_come_from_general_to_special() {
    let root = Site::default()
        .files(&["lib/web/requirejs-config.js"])
        .module(
            "Acme_Zero",
            &[
                "view/frontend/requirejs-config.js",
                "view/base/requirejs-config.js",
            ],
        )
        .module("Acme_Mute", &["view/base/requirejs-config.js"])
        .but(|module| module.output_enabled = false)
        .module("Acme_Alpha", &["view/frontend/requirejs-config.js"])
        .module("Acme_Adm", &["view/adminhtml/requirejs-config.js"])
        .module("Acme_Inert", &["view/frontend/web/requirejs-config.js"])
        .disabled_module("Acme_Off", &["view/base/requirejs-config.js"])
        .theme(
            "frontend/Acme/base",
            None,
            &[
                "web/keep.txt",
                "requirejs-config.js",
                "Acme_Alpha/requirejs-config.js",
                "Acme_Zero/requirejs-config.js",
                "Acme_Off/requirejs-config.js",
                "Acme_Mute/requirejs-config.js",
                "Foo_Bar/requirejs-config.js",
                "web/requirejs-config.js",
            ],
        )
        .theme(
            "frontend/Acme/child",
            Some("Acme/base"),
            &["requirejs-config.js", "Acme_Alpha/requirejs-config.js"],
        )
        .scan()
        .unwrap();
    let packages = root.resolve(&Selection::default()).unwrap();
    let configs = child(&packages).requirejs_configs(&root.inventory);
    let configs: Vec<String> = configs
        .into_iter()
        .map(|source| root.name(source))
        .collect();
    assert_eq!(
        configs,
        [
            "lib/web/requirejs-config.js",
            "app/code/Acme/Zero/view/base/requirejs-config.js",
            "app/code/Acme/Zero/view/frontend/requirejs-config.js",
            "app/code/Acme/Alpha/view/frontend/requirejs-config.js",
            "app/design/frontend/Acme/base/Acme_Zero/requirejs-config.js",
            "app/design/frontend/Acme/base/Acme_Alpha/requirejs-config.js",
            "app/design/frontend/Acme/base/requirejs-config.js",
            "app/design/frontend/Acme/child/Acme_Alpha/requirejs-config.js",
            "app/design/frontend/Acme/child/requirejs-config.js",
        ]
    );
    let files = root.deployed(child(&packages));
    assert!(files.contains_key("Acme_Inert::requirejs-config.js"));
}

#[test]
fn templates_of_all_registered_components_are_listed() {
    let root = Site::default()
        .module(
            "Fix_ModA",
            &[
                "view/frontend/templates/a.phtml",
                "view/frontend/templates/deep/x/b.phtml",
                "view/foo/templates/c.phtml",
                "view/base/templates/d.phtml",
                "view/frontend/templates/sp ace/n.phtml",
                "view/frontend/templates/ünï/o.phtml",
                "view/frontend/templates/in.phtml/p.phtml",
                "view/frontend/templates/f.xhtml",
                "view/frontend/templates/f.html",
                "view/frontend/templates/e.PHTML",
                "view/frontend/templates/.g.phtml",
                "view/frontend/templates/.hid/h.phtml",
                "view/frontend/templates/br[x]/m.phtml",
                "Test/view/frontend/templates/j.phtml",
                "templates/k.phtml",
                "view/frontend/other/i.phtml",
                "view/adminhtml/ui_component/templates/q.phtml",
                "view/frontend/email/r.phtml",
                "view/frontend/web/z.phtml",
            ],
        )
        .disabled_module("Fix_ModOff", &["view/frontend/templates/l.phtml"])
        .theme(
            "frontend/Fix/child",
            None,
            &[
                "Fix_ModA/templates/s.phtml",
                "Fix_Nope/templates/v.phtml",
                "templates/t.phtml",
                "NoUnderscore/templates/u.phtml",
                "Fix_ModA/layout/templates/y.phtml",
                "Fix_ModA/web/w.phtml",
            ],
        )
        .files(&["elsewhere/sym.phtml"])
        .link(
            "app/code/Fix/ModA/view/frontend/templates/slink",
            "/root/elsewhere",
        )
        .link(
            "app/code/Fix/ModA/view/frontend/templates/slf.phtml",
            "/root/elsewhere/sym.phtml",
        )
        .scan()
        .unwrap();
    let templates = templates(&root.root, &root.inventory).unwrap();
    let outputs: Vec<&str> = templates.iter().map(|t| t.output.as_str()).collect();
    assert_eq!(
        outputs,
        [
            "app/code/Fix/ModA/view/base/templates/d.phtml",
            "app/code/Fix/ModA/view/foo/templates/c.phtml",
            "app/code/Fix/ModA/view/frontend/templates/a.phtml",
            "app/code/Fix/ModA/view/frontend/templates/deep/x/b.phtml",
            "app/code/Fix/ModA/view/frontend/templates/in.phtml/p.phtml",
            "app/code/Fix/ModA/view/frontend/templates/slf.phtml",
            "app/code/Fix/ModA/view/frontend/templates/slink/sym.phtml",
            "app/code/Fix/ModA/view/frontend/templates/sp ace/n.phtml",
            "app/code/Fix/ModA/view/frontend/templates/ünï/o.phtml",
            "app/code/Fix/ModOff/view/frontend/templates/l.phtml",
            "app/design/frontend/Fix/child/Fix_ModA/templates/s.phtml",
            "app/design/frontend/Fix/child/Fix_Nope/templates/v.phtml",
        ]
    );
    for template in &templates {
        assert_eq!(root.name(template.source), template.output);
    }
}

#[test]
fn a_template_outside_the_root_has_no_place() {
    let root = Site::default()
        .module("Acme_Far", &[])
        .but(|module| module.directory = "/far/away".into())
        .files(&["/far/away/view/frontend/templates/x.phtml"])
        .scan()
        .unwrap();
    let error = templates(&root.root, &root.inventory)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("the template `/far/away/view/frontend/templates/x.phtml` lies outside"),
        "{error}"
    );
}

#[test]
fn phrases_are_looked_for_per_area() {
    let view = [
        "web/js/a.js",
        "web/template/a.html",
        "web/templates/a.html",
        "web/i18n/de_DE/a.js",
        "web/a.min.js",
        "web/a.html",
        "web/a.JS",
        "web/a.htm",
        "requirejs-config.js",
    ];
    let in_area = |area: &str| -> Vec<String> {
        view.iter()
            .map(|file| format!("view/{area}/{file}"))
            .collect()
    };
    let files: Vec<String> = ["base", "frontend", "adminhtml"]
        .into_iter()
        .flat_map(in_area)
        .collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let theme = [
        "web/a.js",
        "web/template/a.html",
        "web/templates/a.html",
        "Foo_Bar/web/a.js",
        "Foo_Bar/web/template/a.html",
        "Foo_Bar/web/templates/a.html",
    ];
    let root = Site::default()
        .files(&[
            "lib/web/mage/a.js",
            "lib/web/varien/a.js",
            "lib/web/jquery/a.js",
            "lib/web/mage/template/a.html",
        ])
        .disabled_module("Acme_Off", &files)
        .theme("frontend/Acme/one", None, &theme)
        .theme("adminhtml/Acme/two", None, &theme)
        .scan()
        .unwrap();
    let sources = root.inventory.phrase_sources(&Area::new("frontend"));
    assert!(sources.is_sorted());
    let names: Vec<String> = sources
        .into_iter()
        .map(|source| root.name(source))
        .collect();
    let mut expected = vec![
        "lib/web/mage/a.js".to_owned(),
        "lib/web/varien/a.js".to_owned(),
    ];
    for area in ["base", "frontend"] {
        for file in [
            "a.min.js",
            "i18n/de_DE/a.js",
            "js/a.js",
            "template/a.html",
            "templates/a.html",
        ] {
            expected.push(format!("app/code/Acme/Off/view/{area}/web/{file}"));
        }
    }
    for file in [
        "Foo_Bar/web/a.js",
        "Foo_Bar/web/template/a.html",
        "web/a.js",
        "web/template/a.html",
    ] {
        expected.push(format!("app/design/frontend/Acme/one/{file}"));
    }
    assert_eq!(names, expected);
}

#[test]
fn sizes_are_asked_for_one_by_one() {
    let tree = MemoryTree::new()
        .file("/root/lib/web/a.js", "four")
        .link("/root/lib/web/b.js", "a.js")
        .link("/root/lib/web/c.js", "nowhere.js");
    let (modules, themes) = (Modules::default(), Themes::default());
    let components = Components {
        root: Path::new("/root"),
        modules: &modules,
        themes: &themes,
    };
    let inventory = Inventory::scan(&components, &tree).unwrap();
    let sizes: Vec<Result<u64, String>> = inventory
        .sources()
        .map(|(id, _)| inventory.size(&tree, id).map_err(|error| error.to_string()))
        .collect();
    let missing = "cannot read `/root/lib/web/c.js`".to_owned();
    assert_eq!(sizes, [Ok(4), Ok(4), Err(missing)]);
}
