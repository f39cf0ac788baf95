//! Differences from PHP that are known, meant to stay, and recognised by what they look like. Each is listed with its
//! reason in `tests/parity/scoreboard.txt`, too.

use std::collections::BTreeSet;

use memchr::memmem;
use scd_minify::css::css_difference;
use scd_minify::{Level, js_difference};

/// One known difference.
struct Known {
    /// How the path ends.
    path: &'static str,
    /// Whether the two contents differ in the way that is known, ours first.
    is_it: fn(&[u8], &[u8], Level) -> bool,
    /// Why it stays.
    reason: &'static str,
}

const BROKEN_ALIKE: &str = "embedded between single quotes, a text with an apostrophe breaks the script, PHP's and ours alike";

const ALL: [Known; 5] = [
    Known {
        path: "jquery/fileUploader/vendor/blueimp-tmpl/js/compile.min.js",
        is_it: |ours, theirs, _| {
            // The line behind `#!` has run into it.
            ours.starts_with(b"#!/usr/bin/env node\n")
                && theirs.starts_with(b"#!/usr/bin/env node;")
        },
        reason: "PHP's JShrink drops the line break behind `#!`, and what is left does not parse",
    },
    Known {
        path: "PayPal_Braintree/js/applepay/api.min.js",
        is_it: are_broken_alike,
        reason: BROKEN_ALIKE,
    },
    Known {
        path: "PayPal_Braintree/js/applepay/button.min.js",
        is_it: are_broken_alike,
        reason: BROKEN_ALIKE,
    },
    Known {
        path: ".min.css",
        is_it: |ours, theirs, _| without_doubled_places(ours, theirs) == ours,
        reason: "PHP rewrites the urls of a stylesheet that is there as `x.css` and `x.min.css` twice, and they lead nowhere",
    },
    Known {
        path: "jquery/jstree/themes/default/style.min.css",
        is_it: |ours, theirs, _| {
            // The same stylesheet, minified by its author and by PHP, whose minifier writes ` 0%` as ` 0`.
            let theirs = without_doubled_places(ours, theirs);
            css_difference(&with_bare_zeros(ours), &with_bare_zeros(&theirs)).is_none()
        },
        reason: "`style.css` and `style.min.css` have one name here, and PHP publishes the one that the directory lists first",
    },
];

/// Whether neither script parses, and both are the same but for what [`tokens`] leaves out; where variables may be renamed, but
/// for all words.
fn are_broken_alike(ours: &[u8], theirs: &[u8], level: Level) -> bool {
    let shown = |script: &[u8]| {
        let mut shown = tokens(script);
        if level == Level::Modern {
            shown.retain(|byte| !byte.is_ascii_alphanumeric() && !b"_$".contains(byte));
        }
        shown
    };
    // A script that does not parse differs from itself.
    js_difference(ours, ours).is_some()
        && js_difference(theirs, theirs).is_some()
        && shown(ours) == shown(theirs)
}

/// A script without what minifiers may take away: white space, semicolons, and the comma behind the last element of a list.
fn tokens(script: &[u8]) -> Vec<u8> {
    let mut tokens = script.to_vec();
    tokens.retain(|byte| !byte.is_ascii_whitespace() && *byte != b';');
    let mut behind = tokens.clone().into_iter().skip(1);
    tokens.retain(|byte| behind.next() != Some(b']') || *byte != b',');
    tokens
}

/// A stylesheet whose percentages of zero are plain zeros.
fn with_bare_zeros(css: &[u8]) -> Vec<u8> {
    let mut bare = Vec::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = memmem::find(rest, b" 0%") {
        bare.extend_from_slice(&rest[..at + 2]);
        rest = &rest[at + 3..];
    }
    bare.extend_from_slice(rest);
    bare
}

/// The bytes of PHP's stylesheet, each place in another package that stands in itself put once. The places are those of our
/// stylesheet.
fn without_doubled_places(ours: &[u8], theirs: &[u8]) -> Vec<u8> {
    let mut mended = theirs.to_vec();
    let mut places = BTreeSet::new();
    for start in memmem::find_iter(ours, b"../../../../") {
        let address = &ours[start..];
        let end = address
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\'' | b')' | b'?' | b'#'));
        let address = &address[..end.unwrap_or(address.len())];
        // From the first step up on, not from one in the middle.
        if ours[..start].last() != Some(&b'/')
            && let Some(end) = memchr::memrchr(b'/', address)
        {
            places.insert(&address[..=end]);
        }
    }
    for place in places {
        let doubled = [place, place].concat();
        let mut rest = std::mem::take(&mut mended);
        while let Some(at) = memmem::find(&rest, &doubled) {
            mended.extend_from_slice(&rest[..at]);
            mended.extend_from_slice(place);
            rest.drain(..at + doubled.len());
        }
        mended.append(&mut rest);
    }
    mended
}

/// Why PHP leaves a script out of the bundles of a package, when it has met the minified script of that name in another one.
pub(super) const MET_ELSEWHERE: &str =
    "PHP leaves plain scripts out of bundles whose minified twin it met in a package before";

/// Why two files of a name differ, when that is known.
pub(super) fn reason(name: &str, ours: &[u8], theirs: &[u8], level: Level) -> Option<&'static str> {
    ALL.iter()
        .find(|known| name.ends_with(known.path) && (known.is_it)(ours, theirs, level))
        .map(|known| known.reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_that_both_break_is_known_and_nothing_else_is() {
        let name = "a/PayPal_Braintree/js/applepay/api.min.js";
        let theirs = b"f(['It's on',]);g();\n";
        assert!(reason(name, b"f(['It's on']);g()", theirs, Level::Compat).is_some());
        assert_eq!(
            reason(name, b"f(['It's off']);g()", theirs, Level::Compat),
            None
        );
        assert_eq!(
            reason(name, b"f([\"It's on\"]);g()", theirs, Level::Compat),
            None
        );
        assert_eq!(
            reason("a/api.min.js", b"f(['It's on']);g()", theirs, Level::Compat),
            None
        );
        assert_eq!(
            reason(name, b"f('on')g()", b"f('on');g()", Level::Compat),
            None
        );
    }

    #[test]
    fn a_place_that_stands_in_itself_is_known_and_nothing_else_is() {
        let ours = b"a{b:url(\"../../../../p/x/i.png\")}c{d:url(../../../../p/x/j.png)}";
        let theirs = b"a{b:url(\"../../../../p/x/../../../../p/x/i.png\")}c{d:url(../../../../p/x/../../../../p/x/j.png)}";
        assert!(reason("css/s.min.css", ours, theirs, Level::Compat).is_some());
        let other = b"a{b:url(\"../../../../p/x/../../../../p/x/k.png\")}c{d:url(../../../../p/x/../../../../p/x/j.png)}";
        assert_eq!(reason("css/s.min.css", ours, other, Level::Compat), None);
        assert_eq!(reason("css/s.css", ours, theirs, Level::Compat), None);
    }
}
