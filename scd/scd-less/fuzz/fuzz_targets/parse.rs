//! Any text parses or is refused with a message, in both dialects, expanded and compressed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scd_less::{Dialect, ParseOptions, Source, parse};

fuzz_target!(|data: &[u8]| {
    let Some((&choice, text)) = data.split_first() else {
        return;
    };
    let options = ParseOptions {
        compress: choice & 1 != 0,
        dialect: if choice & 2 == 0 { Dialect::V3 } else { Dialect::V5 },
        ..ParseOptions::default()
    };
    let text = String::from_utf8_lossy(text);
    if let Err(findings) = parse(Source::new("a.less", &*text), &options) {
        assert!(!findings.is_empty(), "a failure says why");
    }
});
