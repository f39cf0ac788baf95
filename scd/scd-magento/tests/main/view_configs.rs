//! `view.xml`: sizes, exclusions and inheritance, as recorded from Magento 2.4.6 for texts of our own.

use std::path::PathBuf;

use scd_magento::{MemoryTree, Modules, Theme, ThemeId, ViewConfig};

/// What a chain of files comes to, nearest theme first: the size in KB and the lists, or the complaint. A theme for
/// which nothing is given has no file.
fn outcome(chain: &[Option<&[u8]>]) -> Result<(i64, String), String> {
    let mut tree = MemoryTree::new();
    let mut themes = Vec::new();
    for (place, file) in chain.iter().enumerate() {
        let directory = PathBuf::from(format!("/t/{place}"));
        if let Some(bytes) = file {
            tree = tree.file(directory.join("etc/view.xml"), bytes);
        }
        themes.push(Theme {
            id: ThemeId {
                area: "frontend".into(),
                code: format!("Acme/t{place}").as_str().into(),
            },
            directory,
            parent: None,
        });
    }
    let chain: Vec<&Theme> = themes.iter().collect();
    let config = ViewConfig::read(&tree, &Modules::default(), &chain);
    let size = |config: &ViewConfig| config.bundle_kilobytes();
    let config = config.map_err(|error| error.to_string())?;
    let size = size(&config).map_err(|error| error.to_string())?;
    let lists = [&config.excluded_files, &config.excluded_directories];
    Ok((size, lists.map(|list| list.join(" ")).join(" | ")))
}

fn view(body: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<view>{body}</view>")
}

fn sized(size: &str) -> String {
    format!("<vars module=\"Js_Bundle\"><var name=\"bundle_size\">{size}</var></vars>")
}

fn excluding(items: &[(&str, &str)]) -> String {
    let item = |(kind, id): &(&str, &str)| format!("<item type=\"{kind}\">{id}</item>");
    let items: String = items.iter().map(item).collect();
    format!("<exclude>{items}</exclude>")
}

/// The outcome of a chain of bodies.
fn of(chain: &[Option<&str>]) -> Result<(i64, String), String> {
    let files: Vec<Option<String>> = chain.iter().map(|body| body.map(view)).collect();
    let files: Vec<Option<&[u8]>> = files
        .iter()
        .map(|file| file.as_ref().map(String::as_bytes))
        .collect();
    outcome(&files)
}

fn size_of(chain: &[Option<&str>]) -> Option<i64> {
    of(chain).ok().map(|(size, _)| size)
}

#[test]
fn sizes_are_read_as_php_reads_them() {
    let accepted = [
        ("1MB", 1024),
        ("0", 0),
        ("0MB", 0),
        ("2048", 2),
        ("2048 ", 2),
        (" 2048", 2),
        ("1e6", 976),
        ("1e6 ", 976),
        ("MB", 0),
        ("KB", 0),
        ("1,5MB", 1024),
        ("1.9MB", 1024),
        ("-1MB", -1024),
        ("-2048", -2),
        ("true", 0),
        ("false", 0),
        ("TRUE", 0),
        ("1 MB", 1024),
        ("1K B", 1),
        ("K1B", 0),
        ("+3KB", 3),
        ("\n12 KB\n", 12),
        ("1mb", 1024),
        ("99999999999999999999KB", i64::MAX),
        ("1.5", 0),
        ("1048576.7", 1024),
        (".5e7", 4882),
        ("1MB<!-- c -->", 1024),
        ("<![CDATA[3KB]]>", 3),
        ("1<b>0</b>KB", 10),
        ("1&#77;B", 1024),
        ("\u{663}MB", 0),
    ];
    for (text, expected) in accepted {
        assert_eq!(size_of(&[Some(&sized(text))]), Some(expected), "{text:?}");
    }
    let refused = [
        "",
        "  ",
        "10GB",
        "2048abc",
        "0x800",
        "x",
        "\u{e9}",
        "null",
        "1_000",
        "1024B",
        "1M",
        "1e3KB",
        "<var name=\"a\">1</var>",
    ];
    for text in refused {
        let complaint = of(&[Some(&sized(text))]).expect_err(text);
        assert!(
            complaint.starts_with("/t/0/etc/view.xml:2:32: expected"),
            "{complaint}"
        );
        assert!(complaint.contains("`bundle_size`"), "{complaint}");
    }
    for nothing in [
        "",
        "<vars module=\"Js_Bundle\"/>",
        "<vars module=\"Js_Bundle\">6MB</vars>",
        "<vars module=\"Js_Bundle\"><var name=\"x\">1</var></vars>",
        "<vars module=\"Js_Bundle\"><VAR name=\"bundle_size\">6MB</VAR></vars>",
        "<vars module=\"Js_Bundle\"><vars module=\"Js_Bundle\"><var name=\"bundle_size\">7MB</var></vars></vars>",
    ] {
        assert_eq!(size_of(&[Some(nothing)]), Some(0), "{nothing}");
    }
}

#[test]
fn nearer_themes_replace_farther_ones_place_by_place() {
    let parent = sized("3MB")
        + &excluding(&[
            ("file", "A_B::p.js"),
            ("file", "p2.js"),
            ("directory", "Lib::pd"),
            ("directory", "Lib::pe"),
        ]);
    let directories = "Lib::pd Lib::pe";
    let cases = [
        (Some(String::new()), 3072, "A_B::p.js p2.js"),
        (None, 3072, "A_B::p.js p2.js"),
        (Some(sized("1KB")), 1, "A_B::p.js p2.js"),
        // A section without variables is a text, which hides the parent's section.
        (
            Some("<vars module=\"Js_Bundle\"/>".to_owned()),
            0,
            "A_B::p.js p2.js",
        ),
        (
            Some("<vars module=\"Js_Bundle\">\n</vars>".to_owned()),
            0,
            "A_B::p.js p2.js",
        ),
        (
            Some("<vars module=\"Js_Bundle\"><var name=\"x\">1</var></vars>".to_owned()),
            3072,
            "A_B::p.js p2.js",
        ),
        (Some(excluding(&[("file", "c.js")])), 3072, "c.js p2.js"),
        (
            Some(excluding(&[
                ("file", "c.js"),
                ("file", "d.js"),
                ("file", "e.js"),
            ])),
            3072,
            "c.js d.js e.js",
        ),
    ];
    for (child, size, files) in cases {
        let expected = (size, format!("{files} | {directories}"));
        assert_eq!(
            of(&[child.as_deref(), Some(&parent)]),
            Ok(expected),
            "{child:?}"
        );
    }
    assert_eq!(
        of(&[Some(&sized("2MB")), None, Some(&parent)]),
        Ok((2048, format!("A_B::p.js p2.js | {directories}")))
    );
    // An empty size hides the parent's, and PHP cannot calculate with it.
    assert!(of(&[Some(&sized("")), Some(&parent)]).is_err());
    assert_eq!(of(&[None, None]), Ok((0, " | ".to_owned())));
}

#[test]
fn what_is_written_twice() {
    let twice = sized("1MB") + &sized("2MB");
    let in_one = "<vars module=\"Js_Bundle\"><var name=\"bundle_size\">1MB</var>\
                  <var name=\"bundle_size\">2MB</var></vars>";
    // The theme's own file is merged element by element, a parent's is not: there two sections become a list.
    assert_eq!(size_of(&[Some(&twice)]), Some(2048));
    let complaint = of(&[Some(""), Some(&twice)]).unwrap_err();
    assert!(complaint.contains("found several values"), "{complaint}");
    assert_eq!(size_of(&[Some(&sized("4MB")), Some(&twice)]), Some(4096));
    assert_eq!(size_of(&[Some(in_one)]), Some(2048));
    assert_eq!(size_of(&[Some(""), Some(in_one)]), Some(2048));
    let lists = excluding(&[("file", "a.js")]) + &excluding(&[("file", "b.js")]);
    for chain in [&[Some(lists.as_str())][..], &[Some(""), Some(&lists)]] {
        assert_eq!(of(chain), Ok((0, "a.js b.js | ".to_owned())));
    }
}

#[test]
fn items_of_other_types_say_nothing() {
    let body = "<exclude>x<item type=\"file\"> a.js </item><item>b.js</item><item type=\"File\">c.js</item>\
                <item type=\"directory\"></item><item type=\"file\"><![CDATA[d.js]]></item>\
                <sub><item type=\"file\">e.js</item></sub><item type=\"file\">f<b>g</b>.js</item></exclude>";
    assert_eq!(
        of(&[Some(body)]),
        Ok((0, " a.js  d.js e.js fg.js | ".to_owned()))
    );
}

#[test]
fn files_that_magento_cannot_load_are_refused() {
    let utf_16: Vec<u8> = "\u{feff}<view/>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let latin = |declaration: &str| -> Vec<u8> {
        let text = format!(
            "{declaration}<view>{}</view>",
            excluding(&[("file", "caf\u{e9}.js")])
        );
        text.chars().map(|character| character as u8).collect()
    };
    let accepted: [(&[u8], &str); 5] = [
        (b"\xef\xbb\xbf<view/>", " | "),
        (&utf_16, " | "),
        (
            &latin("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"),
            "caf\u{e9}.js | ",
        ),
        (b"<view xmlns=\"urn:x\"/>", " | "),
        (b"<!-- c --><view x=\"y\"/>\n", " | "),
    ];
    for (bytes, expected) in accepted {
        let text = String::from_utf8_lossy(bytes);
        assert_eq!(
            outcome(&[Some(bytes)]),
            Ok((0, expected.to_owned())),
            "{text}"
        );
    }
    let refused: [&[u8]; 12] = [
        b"<view><a></view>",
        b"<view>",
        b"",
        b"hello",
        &latin(""),
        b"<view>&nope;</view>",
        b"<view x:y=\"1\"/>",
        b"<view><xi:include href=\"x\"/></view>",
        b" <?xml version=\"1.0\"?><view/>",
        b"<view/><view/>",
        b"<view/>x",
        b"<other/>",
    ];
    for bytes in refused {
        let text = String::from_utf8_lossy(bytes);
        let complaint = outcome(&[Some(bytes)]).expect_err(&text);
        assert!(
            complaint.starts_with("/t/0/etc/view.xml:1:"),
            "{text}: {complaint}"
        );
        // It counts for themes below, too, even where they have no file.
        if *bytes != *b"<other/>" {
            assert!(outcome(&[Some(b"<view/>"), Some(bytes)]).is_err(), "{text}");
        }
        assert!(outcome(&[None, Some(bytes)]).is_err(), "{text}");
    }
}

#[test]
fn a_theme_with_the_file_needs_a_root_theme_with_it() {
    let complaint = of(&[Some(""), None]).unwrap_err();
    assert!(
        complaint
            .contains("the theme `Acme/t1`, from which this one descends, has no `etc/view.xml`"),
        "{complaint}"
    );
    assert!(of(&[None, Some(""), None]).is_err());
    assert!(of(&[Some(""), None, Some("")]).is_ok());
    assert!(of(&[None, None, Some("")]).is_ok());
}
