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
fn sort_orders_are_compared_as_php_compares_texts() {
    let strongest = |one: &str, other: &str| {
        let [one, other] = [("v_a", one, "a"), ("v_b", other, "b")].map(|(name, sort, package)| {
            let fields = format!("xx_XX v {package} {sort}");
            (name, fields)
        });
        let packs: [Pack<'_>; 2] = [(one.0, &one.1, &[]), (other.0, &other.1, &[])];
        order(&packs, "xx_XX")
            .split(' ')
            .next_back()
            .map(str::to_owned)
    };
    // Numbers are compared as numbers, and as soon as one is none, both are compared as texts.
    for (stronger, weaker) in [
        ("1e1", "9"),
        ("10", "9"),
        ("7.5", "7"),
        ("-3", "-4"),
        ("9", "10abc"),
        ("abc", "99"),
        ("0", ""),
    ] {
        assert_eq!(
            strongest(stronger, weaker).as_deref(),
            Some("a"),
            "{stronger} {weaker}"
        );
        assert_eq!(
            strongest(weaker, stronger).as_deref(),
            Some("b"),
            "{weaker} {stronger}"
        );
    }
    // Equal ones are ordered by name.
    assert_eq!(strongest("10", "1e1").as_deref(), Some("b"));
}

#[test]
fn packs_that_use_each_other_count_once() {
    let packs: [Pack<'_>; 3] = [
        ("v_a", "xx_XX v a 0", &["v|b"]),
        ("v_b", "yy_YY v b 0", &["v|c", "v|a"]),
        ("v_c", "zz_ZZ v c 0", &["v|a", "v|c"]),
    ];
    assert_eq!(order(&packs, "xx_XX"), "c b a");
    assert_eq!(order(&packs, "zz_ZZ"), "b a c");
    // Two registrations of one vendor and package are one pack: for its own locale the first, for users the last.
    let twins: [Pack<'_>; 4] = [
        ("v_one", "xx_XX v one 0", &["v|a"]),
        ("v_two", "xx_XX v one 0", &["v|b"]),
        ("v_a", "yy_YY v a 0", &[]),
        ("v_b", "yy_YY v b 0", &["v|one"]),
    ];
    assert_eq!(order(&twins, "xx_XX"), "a one");
    assert_eq!(order(&twins, "yy_YY"), "a one b");
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
    // Elements count at any depth, the first of a name alone.
    let nested = "<packs><language><x><code>aa_AA</code></x><vendor>v</vendor><package>p</package><code>bb_BB</code>\
                  <x:y z:w='1'/></language></packs>";
    let languages = read(nested).unwrap();
    assert_eq!(languages.packs()[0].code, "aa_AA");
    assert_eq!(languages.packs()[0].sort_order, "0");
    assert!(
        read("<lang/>")
            .unwrap_err()
            .to_string()
            .contains("expected the element `language`")
    );
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
