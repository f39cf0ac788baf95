//! Source maps: every mapping is decoded here, independently of the encoder, and must lead to the token that it is for.

use std::sync::Arc;

use scd_less::{
    Compiled, Dialect, MemoryImporter, Options, Origin, ParseOptions, Source, SourceMap,
    SourceMapFormat, compile, parse,
};

const LESS: &str = "@import 'm';\n@w: 2px;\n/* kept */\n.a {\n  .b,\n  &:hover { width: @w * 2; color: RED }\n  .mix(3px);\n}\n@media print {\n  .é { content: \"😀\"; top: 1px }\n}\n.c:extend(.a) { x: y }\n";
const MIXINS: &str = ".mix(@v) {\n  margin: @v;\n}\n@font-face { font-family: f }\n";

/// A decoded mapping: generated line and column, source, line and column, all from 0.
type Mapping = (usize, usize, Option<(usize, usize, usize)>);

fn compiled(source: Source, dialect: Dialect, compress: bool, source_map: bool) -> Compiled {
    let parsing = ParseOptions {
        dialect,
        compress,
        ..ParseOptions::default()
    };
    let files = MemoryImporter::new(parsing).with("css/m.less", MIXINS);
    let options = Options {
        dialect,
        compress,
        source_map,
        ..Options::default()
    };
    let sheet = parse(source, &parsing).expect("the case parses");
    compile(&Arc::new(sheet), &files, &options).expect("the case compiles")
}

/// The value of a key of a flat JSON text in which it is the last thing or a list of plain strings follows.
fn field<'j>(json: &'j str, key: &str, end: char) -> &'j str {
    let start = json.find(&format!("\"{key}\":")).expect("the key is there") + key.len() + 4;
    let length = json[start..].find(end).expect("the value ends");
    &json[start..start + length]
}

fn decode(mappings: &str) -> Vec<Mapping> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut found = Vec::new();
    let (mut source, mut from_line, mut from_column) = (0_i64, 0_i64, 0_i64);
    for (line, segments) in mappings.split(';').enumerate() {
        let mut column = 0_i64;
        for segment in segments.split(',').filter(|segment| !segment.is_empty()) {
            let (mut numbers, mut number, mut shift) = (Vec::new(), 0_i64, 0);
            for character in segment.chars() {
                let digit = DIGITS.find(character).expect("a base64 digit") as i64;
                number |= (digit & 31) << shift;
                shift += 5;
                if digit & 32 == 0 {
                    numbers.push(if number & 1 == 1 {
                        -(number >> 1)
                    } else {
                        number >> 1
                    });
                    (number, shift) = (0, 0);
                }
            }
            column += numbers[0];
            let from = (numbers.len() == 4).then(|| {
                source += numbers[1];
                from_line += numbers[2];
                from_column += numbers[3];
                (source as usize, from_line as usize, from_column as usize)
            });
            found.push((line, column as usize, from));
        }
    }
    found
}

/// What stands at a line and column, counted in UTF-16 units.
fn text_at(text: &str, line: usize, column: usize) -> String {
    let line: Vec<u16> = text
        .split('\n')
        .nth(line)
        .expect("the line is there")
        .encode_utf16()
        .collect();
    String::from_utf16(&line[column..]).expect("the column is no half of a character")
}

/// For every mapping the beginnings of what it joins.
fn joined(compiled: &Compiled, sources: &[&str]) -> Vec<(String, String)> {
    let map = compiled.source_map.as_ref().expect("it was asked for");
    let json = map.to_json(&SourceMapFormat::default());
    let short = |text: String| text.chars().take(4).collect::<String>();
    decode(field(&json, "mappings", '"'))
        .into_iter()
        .filter_map(|(line, column, from)| {
            let (source, from_line, from_column) = from?;
            let css = short(text_at(&compiled.css, line, column));
            Some((css, short(text_at(sources[source], from_line, from_column))))
        })
        .collect()
}

#[test]
fn every_mapping_leads_to_its_token() {
    for dialect in [Dialect::V3, Dialect::V5] {
        for compress in [false, true] {
            let source = Source::new("css/a.less", LESS);
            let compiled = compiled(source, dialect, compress, true);
            let map = compiled.source_map.as_ref().expect("it was asked for");
            let sources: Vec<&str> = map
                .sources()
                .map(|name| if name == "css/a.less" { LESS } else { MIXINS })
                .collect();
            assert_eq!(sources.len(), 2);
            let pairs = joined(&compiled, &sources);
            let has = |css: &str, less: &str| {
                assert!(
                    pairs
                        .iter()
                        .any(|(one, other)| one.starts_with(css) && other.starts_with(less)),
                    "{css} from {less} in {pairs:#?}"
                );
            };
            has("widt", "widt");
            has("4px", "@w *");
            has("marg", "marg");
            has("3px", "@v;");
            has(".a .", ".b,");
            has(".a:h", "&:ho");
            has("@med", "@med");
            has("@fon", "@fon");
            has("colo", "colo");
            has(".é", ".é {");
            has("top", "top:");
            has(".c", ".c:e");
            if !compress {
                has("/* k", "/* k");
            }
        }
    }
}

#[test]
fn the_css_is_the_same_with_and_without_a_map() {
    for compress in [false, true] {
        let source = || Source::new("css/a.less", LESS);
        let with = compiled(source(), Dialect::V3, compress, true);
        let without = compiled(source(), Dialect::V3, compress, false);
        assert_eq!(with.css, without.css);
        assert!(without.source_map.is_none());
    }
}

#[test]
fn a_map_names_the_file_before_preprocessing() {
    let mut source = Source::new("css/a.less", ".a {\n  b: c;\n  d: @e;\n}\n@e: 1;");
    let original = "// gone\n.a {\n  b: c; // gone\n  /* gone */ d: @e;\n}\n@e: 1;";
    source.origin = Some(Arc::new(Origin {
        name: "theme/a.less".into(),
        text: original.into(),
        lines: vec![2, 3, 4, 5, 6],
    }));
    let compiled = compiled(source, Dialect::V3, false, true);
    let map = compiled.source_map.as_ref().expect("it was asked for");
    assert_eq!(map.sources().collect::<Vec<_>>(), ["theme/a.less"]);
    let pairs = joined(&compiled, &[original]);
    let pair = |css: &str, less: &str| (css.to_owned(), less.to_owned());
    assert!(pairs.contains(&pair(".a {", ".a {")));
    assert!(pairs.contains(&pair("b: c", "b: c")));
    // The line was changed before the place, so that only the line is known.
    assert!(pairs.contains(&pair("d: 1", "  /*")));
}

#[test]
fn the_format_is_the_callers_choice() {
    let compiled = compiled(Source::new("css/a.less", LESS), Dialect::V3, false, true);
    let map = compiled.source_map.expect("it was asked for");
    let format = SourceMapFormat {
        file: Some("out\"1\".css".to_owned()),
        source_root: Some("/root/".to_owned()),
        bases: vec![
            ("css/".to_owned(), "less/".to_owned()),
            ("css/m".to_owned(), "mixins/m".to_owned()),
        ],
        with_content: true,
    };
    let json = map.to_json(&format);
    assert!(
        json.starts_with(r#"{"version":3,"file":"out\"1\".css","sourceRoot":"/root/","sources":["#)
    );
    let sources = field(&json, "sources", ']');
    assert!(sources.contains("\"less/a.less\""), "{sources}");
    assert!(sources.contains("\"mixins/m.less\""), "{sources}");
    assert!(json.contains(r#"content: \"😀\"; top: 1px }\n"#));
    let url = map.to_data_url(&SourceMapFormat::default());
    assert!(url.starts_with(
        "data:application/json;charset=utf-8;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpb"
    ));
    assert_eq!(
        SourceMap::link("a.css.map"),
        "/*# sourceMappingURL=a.css.map */"
    );
}
