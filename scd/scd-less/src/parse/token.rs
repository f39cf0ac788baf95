//! The names by which mixin calls and extends find a selector.

use crate::options::Dialect;

/// Splits the printed form of a selector into its tokens as `Less_Tree_Selector::CacheElements` does: each a sign, letter or
/// digit followed by name characters. A leading lone `&` is dropped. In dialect 5 a `*` begins a token, too.
pub(crate) fn tokens(css: &str, dialect: Dialect) -> Vec<&str> {
    let mut found = Vec::new();
    for_each_token(css, dialect, |token| found.push(token));
    found
}

/// Calls `visit` with each of the [`tokens`].
pub(super) fn for_each_token<'c>(css: &'c str, dialect: Dialect, mut visit: impl FnMut(&'c str)) {
    let star = dialect == Dialect::V5;
    let bytes = css.as_bytes();
    let mut is_first = true;
    let mut at = 0;
    while at < bytes.len() {
        if !(starts_token(bytes[at]) || star && bytes[at] == b'*') {
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        while at < bytes.len() {
            if super::scan::is_word(bytes[at]) {
                at += 1;
            } else if bytes[at] == b'\\' && bytes.get(at + 1).is_some_and(|&next| next != b'\n') {
                // An escaped character may be longer than one byte; the rest of it ends the token as in a bytewise scan.
                at += 2;
                while !css.is_char_boundary(at) {
                    at += 1;
                }
            } else {
                break;
            }
        }
        let token = &css[start..at];
        if !(is_first && token == "&") {
            visit(token);
        }
        is_first = false;
    }
}

fn starts_token(byte: u8) -> bool {
    super::scan::is_word(byte) || matches!(byte, b',' | b'&' | b'#' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_at_signs_but_not_inside_names() {
        let v3 = |css| tokens(css, Dialect::V3);
        assert_eq!(v3(".a.b #c"), [".a", ".b", "#c"]);
        assert_eq!(v3("& .a:hover>b"), [".a", "hover", "b"]);
        assert_eq!(v3("&-b"), ["&-b"]);
        assert_eq!(v3("inputtext"), ["inputtext"]);
        assert_eq!(v3("*"), Vec::<&str>::new());
        assert_eq!(tokens("*.a", Dialect::V5), ["*", ".a"]);
    }
}
