//! Differences from PHP that are known, meant to stay, and recognised by what they look like. Each is listed with its
//! reason in `tests/parity/scoreboard.txt`, too.

/// One known difference.
struct Known {
    /// How the path ends.
    path: &'static str,
    /// Whether the two contents differ in the way that is known, ours first.
    is_it: fn(&[u8], &[u8]) -> bool,
    /// Why it stays.
    reason: &'static str,
}

const ALL: [Known; 1] = [Known {
    path: "jquery/fileUploader/vendor/blueimp-tmpl/js/compile.min.js",
    is_it: |ours, theirs| {
        // The line behind `#!` has run into it.
        ours.starts_with(b"#!/usr/bin/env node\n") && theirs.starts_with(b"#!/usr/bin/env node;")
    },
    reason: "PHP's JShrink drops the line break behind `#!`, and what is left does not parse",
}];

/// Why two files of a name differ, when that is known.
pub(super) fn reason(name: &str, ours: &[u8], theirs: &[u8]) -> Option<&'static str> {
    ALL.iter()
        .find(|known| name.ends_with(known.path) && (known.is_it)(ours, theirs))
        .map(|known| known.reason)
}
