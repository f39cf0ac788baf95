//! Language packs: which are merged for a locale, in which order, and which files are read.

use std::path::PathBuf;

use scd_magento::{Component, ComponentKind, Error, Languages, MemoryTree};

/// A pack: registered name, `code vendor package sort_order`, uses.
type Pack<'a> = (&'a str, &'a str, &'a [&'a str]);

fn languages(packs: &[Pack<'_>], files: &[&str]) -> Result<(Languages, MemoryTree), Error> {
    let mut tree = MemoryTree::new();
    let mut components = Vec::new();
    for (name, fields, uses) in packs {
        let directory = PathBuf::from(format!("/l/{name}"));
        let [code, vendor, package, sort_order] =
            fields.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let uses: String = uses
            .iter()
            .map(|used| {
                let (vendor, package) = used.split_once('|').unwrap();
                format!("<use vendor=\"{vendor}\" package=\"{package}\"/>")
            })
            .collect();
        let xml = format!(
            "<language><code>{code}</code><vendor>{vendor}</vendor><package>{package}</package>\
             <sort_order>{sort_order}</sort_order>{uses}</language>"
        );
        tree = tree.file(directory.join("language.xml"), xml);
        components.push(Component {
            kind: ComponentKind::Language,
            name: (*name).to_owned(),
            file: directory.join("registration.php"),
            directory,
            line: 1,
        });
    }
    for file in files {
        tree = tree.file(format!("/l/{file}"), "a,b\n");
    }
    let languages = Languages::read(&tree, components.iter())?;
    Ok((languages, tree))
}

fn order(packs: &[Pack<'_>], locale: &str) -> String {
    let (languages, _) = languages(packs, &[]).unwrap();
    let packs = languages.merge_order(&locale.into());
    let names: Vec<&str> = packs.iter().map(|pack| pack.package.as_str()).collect();
    names.join(" ")
}

#[test]
fn stronger_packs_come_last() {
    let italian: [Pack<'_>; 4] = [
        ("v_a", "it_IT v a 0", &[]),
        ("v_base", "it_CH v base 99", &[]),
        ("v_b", "it_IT v b 10", &["v|base", "v|unknown", "V|base"]),
        ("v_z", "it_IT v z 5", &[]),
    ];
    assert_eq!(order(&italian, "it_IT"), "a z base b");
    assert_eq!(order(&italian, "it_it"), "");
    let danish: [Pack<'_>; 4] = [
        ("v_d", "da_XX v D 0", &[]),
        ("v_c", "da_XX v C 0", &["v|D", "v|A"]),
        ("v_b", "da_XX v B 0", &["v|D"]),
        ("v_a", "da_DK v A 0", &["v|B", "v|C"]),
    ];
    assert_eq!(order(&danish, "da_DK"), "C D B A");
    let equals: [Pack<'_>; 2] = [
        ("mageplaza_de_de", "de_DE mageplaza de_de 0", &[]),
        ("magento_de_de", "de_DE Magento de_DE 0", &[]),
    ];
    assert_eq!(order(&equals, "de_DE"), "de_DE de_de");
}

#[test]
fn a_pack_reached_both_ways_counts_as_inherited() {
    let packs: [Pack<'_>; 3] = [
        ("v_strong", "xx_XX v strong 50", &[]),
        ("v_a", "xx_XX v a 1", &["v|strong"]),
        ("v_b", "xx_XX v b 2", &[]),
    ];
    assert_eq!(order(&packs, "xx_XX"), "strong a b");
}

#[test]
fn all_csv_files_are_read_if_the_registered_name_fits() {
    let packs: [Pack<'_>; 2] = [
        ("v_it_it", "it_IT V it_IT 0", &[]),
        ("Odd_Name", "it_IT W it_IT 9", &[]),
    ];
    let files = [
        "v_it_it/zz.csv",
        "v_it_it/it_IT.csv",
        "v_it_it/x.CSV",
        "v_it_it/sub/y.csv",
        "Odd_Name/it_IT.csv",
    ];
    let (languages, tree) = languages(&packs, &files).unwrap();
    let files = languages.dictionaries(&tree, &"it_IT".into()).unwrap();
    let expected = ["/l/v_it_it/it_IT.csv", "/l/v_it_it/zz.csv"].map(PathBuf::from);
    assert_eq!(files, expected);
}

#[test]
fn a_broken_pack_is_an_error_with_its_place() {
    let component = |name: &str| Component {
        kind: ComponentKind::Language,
        name: name.to_owned(),
        file: "/l/registration.php".into(),
        directory: "/l".into(),
        line: 1,
    };
    let read = |xml: &str| {
        let tree = MemoryTree::new().file("/l/language.xml", xml);
        Languages::read(&tree, [component("a_b")].iter())
    };
    let message = read("<language>\n<code></language>")
        .unwrap_err()
        .to_string();
    assert!(message.starts_with("/l/language.xml:2:"), "{message}");
    let message = read("<language><vendor>v</vendor></language>")
        .unwrap_err()
        .to_string();
    assert!(message.contains("expected the element `code`"), "{message}");
    assert!(
        Languages::read(&MemoryTree::new(), [component("a_b")].iter())
            .unwrap()
            .packs()
            .is_empty()
    );
}
