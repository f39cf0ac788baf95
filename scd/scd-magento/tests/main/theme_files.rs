//! `theme.xml`: parents, and everything that stops Magento.

use std::path::PathBuf;

use scd_magento::{Component, ComponentKind, Error, Finding, MemoryTree, Themes};

fn read(themes: &[(&str, Option<&str>)]) -> Result<(Themes, Vec<Finding>), Error> {
    let mut tree = MemoryTree::new();
    let mut components = Vec::new();
    for (key, xml) in themes {
        let directory = PathBuf::from(format!("/d/{key}"));
        if let Some(xml) = xml {
            tree = tree.file(directory.join("theme.xml"), xml);
        }
        components.push(Component {
            kind: ComponentKind::Theme,
            name: (*key).to_owned(),
            file: directory.join("registration.php"),
            directory,
            line: 1,
        });
    }
    let mut notices = Vec::new();
    let themes = Themes::read(&tree, components.iter(), &mut notices)?;
    Ok((themes, notices))
}

fn parents(themes: &[(&str, Option<&str>)]) -> Vec<String> {
    let (themes, _) = read(themes).unwrap();
    themes
        .registered()
        .iter()
        .map(|theme| {
            theme
                .parent
                .as_ref()
                .map_or(String::new(), ToString::to_string)
        })
        .collect()
}

const ROOT: Option<&str> = Some("<theme><title>x</title></theme>");

#[test]
fn parents_are_looked_up_in_the_same_area() {
    let child = |parent: &str| format!("<theme><parent>{parent}</parent></theme>");
    let cases = [
        ("A/base", "frontend/A/base"),
        ("base", "frontend/A/base"),
        (" A/base ", ""),
        ("A/admin", ""),
        ("B/none", ""),
        ("", ""),
    ];
    for (parent, expected) in cases {
        let child = child(parent);
        let themes = [
            ("frontend/A/leaf", Some(child.as_str())),
            ("frontend/A/base", ROOT),
            ("adminhtml/A/admin", ROOT),
            ("adminhtml/A/leaf", ROOT),
        ];
        assert_eq!(parents(&themes)[0], expected, "{parent:?}");
    }
}

#[test]
fn a_missing_parent_is_noticed_and_makes_a_root_theme() {
    let themes = [(
        "frontend/A/leaf",
        Some("<theme><parent>B/none</parent></theme>"),
    )];
    let (_, notices) = read(&themes).unwrap();
    assert!(
        notices[0].message.contains("`frontend/B/none`"),
        "{notices:?}"
    );
}

#[test]
fn what_stops_magento_stops_us_with_a_place() {
    let cases: [(&str, Option<&str>, &str); 8] = [
        (
            "frontend/A/t",
            None,
            "cannot read `/d/frontend/A/t/theme.xml`",
        ),
        (
            "frontend/A/t",
            Some(""),
            "/d/frontend/A/t/theme.xml:1:1: malformed XML",
        ),
        (
            "frontend/A/t",
            Some("<theme>\n<a></theme>"),
            "/d/frontend/A/t/theme.xml:2:",
        ),
        (
            "frontend/A/t",
            Some("<theme>\n <media/></theme>"),
            "theme.xml:2:2: expected `preview_image`",
        ),
        (
            "frontend/A/t",
            Some("<themes/>"),
            "expected the element `theme`",
        ),
        ("frontend/t", ROOT, "does not have three parts"),
        ("frontend/A/..", ROOT, "no name of a directory"),
        ("frontend//t", ROOT, "no name of a directory"),
    ];
    for (key, xml, expected) in cases {
        let message = read(&[(key, xml)]).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn a_cycle_is_refused_and_named() {
    let child = |parent: &str| format!("<theme><parent>{parent}</parent></theme>");
    let (a, b) = (child("b"), child("c"));
    let themes = [
        ("frontend/V/a", Some(a.as_str())),
        ("frontend/V/b", Some(b.as_str())),
        ("frontend/V/c", Some(a.as_str())),
    ];
    let message = read(&themes).unwrap_err().to_string();
    let expected = "`frontend/V/a` -> `frontend/V/b` -> `frontend/V/c` -> `frontend/V/b`";
    assert!(message.contains(expected), "{message}");
}
