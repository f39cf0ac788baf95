//! Any text compiles or is refused with a message, within the limits, in both dialects, expanded and compressed.
//!
//! The first byte chooses dialect, form, source map and recovery from errors. The text may hold further files, each begun by a line `// --- name`, which the
//! first one may import; `lib.less` is always there.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use scd_less::{Dialect, Limits, MemoryImporter, Options, ParseOptions, Source, compile, parse, parse_recovering};

const LIBRARY: &str = "@c: #abc; .m(@a: 1; @rest...) when (@a > 0) { w: @a @rest } .p { &:hover { x: @c } } @r: { y: z };";

fuzz_target!(|data: &[u8]| {
    let Some((&choice, text)) = data.split_first() else {
        return;
    };
    let parsing = ParseOptions {
        compress: choice & 1 != 0,
        dialect: if choice & 2 == 0 { Dialect::V3 } else { Dialect::V5 },
        ..ParseOptions::default()
    };
    let options = Options {
        compress: parsing.compress,
        dialect: parsing.dialect,
        source_map: choice & 4 != 0,
        // Small enough that reaching one is no timeout.
        limits: Limits {
            statements: 20_000,
            selectors: 20_000,
            output: 1 << 20,
            imports: 100,
            ..Limits::default()
        },
        ..Options::default()
    };
    let text = String::from_utf8_lossy(text);
    let mut parts = text.split("// --- ");
    let entry = parts.next().unwrap_or_default();
    let mut files = MemoryImporter::new(parsing).with("lib.less", LIBRARY);
    for part in parts {
        if let Some((name, text)) = part.split_once('\n') {
            files = files.with(name, text);
        }
    }
    let source = Source::new("case.less", entry);
    let sheet = if choice & 8 == 0 {
        parse(source, &parsing)
    } else {
        Ok(parse_recovering(source, &parsing))
    };
    let result = sheet.and_then(|sheet| compile(&Arc::new(sheet), &files, &options));
    if let Err(findings) = result {
        assert!(!findings.is_empty(), "a failure says why");
    }
});
