//! Addresses under the options that change them. `urls/record.php` writes what less.php makes of `urls/main.less` under each
//! row of `urls/variants.tsv`; what only less.js knows is tested by hand.
#![expect(clippy::disallowed_methods, reason = "tests read fixtures")]

use std::path::Path;
use std::sync::Arc;

use scd_less::{Dialect, MemoryImporter, Options, ParseOptions, Rewrite, Source, Urls};
use scd_less::{compile, parse};

use super::disk::{Disk, text};

const DIALECTS: [(Dialect, &str); 2] = [(Dialect::V3, "v3"), (Dialect::V5, "v5")];

#[test]
fn addresses_are_those_of_less_php() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/urls");
    let variants = std::fs::read_to_string(directory.join("variants.tsv")).expect("variants");
    let mut differing = String::new();
    for variant in variants.lines() {
        let fields: Vec<&str> = variant.split('\t').collect();
        let [name, relative, root_path, args] = fields[..] else {
            panic!("`{variant}` has not four columns");
        };
        for (dialect, word) in DIALECTS {
            let urls = Urls {
                rewrite: match relative {
                    "" => Rewrite::Off,
                    _ => Rewrite::All,
                },
                root_path: root_path.to_owned(),
                args: args.to_owned(),
            };
            let file = directory.join(format!("{name}.{word}.css"));
            let expected = std::fs::read_to_string(&file).expect("recorded css");
            let css = compiled(&directory, dialect, urls);
            if css != expected {
                differing.push_str(&difference(&format!("{name}.{word}"), &expected, &css));
            }
        }
    }
    assert!(differing.is_empty(), "less.php, then this:\n{differing}");
}

fn compiled(directory: &Path, dialect: Dialect, urls: Urls) -> String {
    let parsing = ParseOptions {
        dialect,
        ..ParseOptions::default()
    };
    let importer = Disk {
        include: vec![(directory.join("include"), "address/of/include/".to_owned())],
        parsing,
    };
    let entry = directory.join("main.less");
    let source = Source::new(entry.to_string_lossy().into_owned(), text(&entry).unwrap());
    let options = Options {
        dialect,
        urls,
        ..Options::default()
    };
    let sheet = Arc::new(parse(source, &parsing).unwrap());
    match compile(&sheet, &importer, &options) {
        Ok(compiled) => compiled.css,
        Err(error) => format!("! error {error}\n"),
    }
}

/// The lines that are not alike.
fn difference(name: &str, expected: &str, found: &str) -> String {
    let mut text = format!(
        "{name}: {} lines, {}\n",
        expected.lines().count(),
        found.lines().count()
    );
    for (one, other) in expected.lines().zip(found.lines()) {
        if one != other {
            text.push_str(&format!("  {one}\n  {other}\n"));
        }
    }
    text
}

/// The values of `url` in an imported file `d/b.less`.
fn imported(urls: Urls, sheet: &str) -> String {
    let parsing = ParseOptions::default();
    let importer = MemoryImporter::new(parsing).with("d (1)/b.less", sheet);
    let source = Source::new("a.less", "@import 'd (1)/b.less';");
    let options = Options {
        urls,
        ..Options::default()
    };
    let sheet = Arc::new(parse(source, &parsing).unwrap());
    compile(&sheet, &importer, &options).unwrap().css
}

#[test]
fn local_addresses_alone_may_be_rewritten() {
    let urls = |root_path: &str| Urls {
        rewrite: Rewrite::Local,
        root_path: root_path.to_owned(),
        ..Urls::default()
    };
    let sheet = "@import './e.css'; @import 'f.css'; \
                 .a { a: url(./a.png); b: url('../b.png'); c: url(c.png); d: url('./../d (1)/d') }";
    assert_eq!(
        imported(urls(""), sheet),
        "@import 'd (1)/e.css';\n@import 'f.css';\n.a {\n  a: url(./d\\ \\(1\\)/a.png);\n  b: url('./b.png');\n  \
         c: url(c.png);\n  d: url('./d (1)/d');\n}\n"
    );
    assert_eq!(
        imported(urls("/x"), sheet),
        "@import '/x/d (1)/e.css';\n@import 'f.css';\n.a {\n  a: url(/x/d\\ \\(1\\)/a.png);\n  b: url('/x/b.png');\n  \
         c: url(c.png);\n  d: url('/x/d (1)/d');\n}\n"
    );
}

#[test]
fn a_root_path_stands_before_addresses_that_are_not_rewritten() {
    let urls = Urls {
        root_path: "e (2)".to_owned(),
        ..Urls::default()
    };
    assert_eq!(
        imported(
            urls,
            ".a { a: url(a.png); b: url('./b.png'); c: url(/c.png); d: url(#d) }"
        ),
        ".a {\n  a: url(e\\ \\(2\\)/a.png);\n  b: url('./e (2)/b.png');\n  c: url(/c.png);\n  d: url(#d);\n}\n"
    );
}
