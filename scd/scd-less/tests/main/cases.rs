//! Our own inputs with what less.php makes of them; see `record.php` for how the expectations are made.
#![expect(clippy::disallowed_methods, reason = "tests read their cases")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use scd_less::{MemoryImporter, Options, ParseOptions, Severity, Source};

/// The sections of a case file by title, in order.
fn sections(text: &str) -> Vec<(String, String)> {
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("// === "), sections.last_mut()) {
            (Some(title), _) => sections.push((title.trim_end().to_owned(), String::new())),
            (None, Some(last)) => last.1.push_str(line),
            (None, None) => panic!("text before the first title"),
        }
    }
    sections
}

fn compiled(less: &str, compress: bool) -> String {
    let parsing = ParseOptions {
        compress,
        ..ParseOptions::default()
    };
    let options = Options {
        compress,
        ..Options::default()
    };
    let mut files = less.split("// --- ");
    let entry = files.next().unwrap_or_default();
    let mut importer = MemoryImporter::new(parsing);
    for file in files {
        let (name, text) = file.split_once('\n').expect("a file has a name and a text");
        importer = importer.with(name, text);
    }
    let css = scd_less::parse(Source::new("case.less", entry), &parsing)
        .and_then(|sheet| scd_less::compile(&Arc::new(sheet), &importer, &options));
    match css {
        Ok(compiled) => format!("{}\n", compiled.css.trim_end_matches('\n')),
        Err(error) if error.iter().any(|one| one.severity == Severity::Fatal) => {
            "! fatal\n".to_owned()
        }
        Err(_) => "! error\n".to_owned(),
    }
}

fn check(topic: &str) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let read = |extension: &str| {
        let path = directory.join(format!("{topic}.{extension}"));
        sections(&std::fs::read_to_string(path).expect("the case can be read"))
    };
    let mut failures = Vec::new();
    for (extension, compress) in [("css", false), ("min.css", true)] {
        let expected: BTreeMap<String, String> = read(extension).into_iter().collect();
        for (title, less) in read("less") {
            let found = compiled(&less, compress);
            let expected = expected.get(&title).expect("the case was recorded");
            if found != *expected {
                failures.push(format!(
                    "{title} (compress: {compress})\n{less}expected:\n{expected}found:\n{found}"
                ));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures\n\n{}",
        failures.len(),
        failures.join("\n")
    );
}

macro_rules! topics {
    ($($topic:ident)*) => {
        $(#[test] fn $topic() { check(stringify!($topic)); })*
    };
}

topics! { at_rules errors evaluation_order extends guards imports mixins selectors values }
