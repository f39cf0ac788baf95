//! Finds the phrases of a script or Knockout template that its author marked for translation.
//!
//! Mirrors the loop of Magento's `Translation\Model\Js\DataProvider` with its five stock patterns. Everything is
//! judged byte by byte: comments, nesting and regular expressions of the script play no role. Literals joined by
//! `+` are glued together first, then each of five recognisers runs over the whole text on its own. Time is linear
//! in the size of the text; a text without any anchor costs a few vectorised searches.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter, memchr2_iter, memchr3};

/// The white space that the patterns skip: space, TAB, LF, VT, FF and CR, never a byte above 0x7F.
fn is_white_space(byte: u8) -> bool {
    matches!(byte, b' ' | 0x09..=0x0D)
}

/// The first position at or after `at` that holds no white space.
fn skip_white_space(text: &[u8], at: usize) -> usize {
    text[at..]
        .iter()
        .position(|&byte| !is_white_space(byte))
        .map_or(text.len(), |n| at + n)
}

/// Collects the phrases of one source file, in the order in which Magento meets them: by recogniser, then by place.
///
/// A phrase can occur several times. `\'` and `\"` are decoded, no other escape is.
///
/// ```
/// use scd::derive::phrase::phrases;
///
/// let found = phrases(br#"alert($t('It\'s ' + 'ready')); label = $t(name);"#);
/// assert_eq!(found, [b"It's ready".to_vec()]);
/// ```
#[must_use]
pub fn phrases(source: &[u8]) -> Vec<Vec<u8>> {
    let text = join_literals(source);
    let mut found = Vec::new();
    binding(&text, &mut found);
    quoted_attribute(&text, &mut found);
    for callee in [&WIDGET_CALL, &STATIC_CALL] {
        let literals = calls(&text, callee).into_iter();
        found.extend(literals.map(|call| text[call.literal].to_vec()));
    }
    argument_attribute(&text, &mut found);
    for phrase in &mut found {
        unescape(phrase);
    }
    found
}

/// Deletes every quote, `+` and equal quote (white space between allowed), so that `'a' + 'b'` reads `'ab'`.
fn join_literals(source: &[u8]) -> Cow<'_, [u8]> {
    let mut joined: Vec<u8> = Vec::new();
    let mut copied = 0;
    for plus in memchr_iter(b'+', source) {
        // Most sums have an operand that is no literal, which the two neighbours usually tell.
        let Some(left) = source[copied.min(plus)..plus]
            .iter()
            .rposition(|&b| !is_white_space(b))
        else {
            continue;
        };
        let left = copied + left;
        let quote = source[left];
        if quote != b'\'' && quote != b'"' {
            continue;
        }
        let right = skip_white_space(source, plus + 1);
        if source.get(right) != Some(&quote) {
            continue;
        }
        joined.extend_from_slice(&source[copied..left]);
        copied = right + 1;
    }
    if copied == 0 {
        return Cow::Borrowed(source);
    }
    joined.extend_from_slice(&source[copied..]);
    Cow::Owned(joined)
}

/// Whether the first recogniser finds a phrase in the text as it stands.
pub(super) fn holds_binding(text: &[u8]) -> bool {
    holds(text, binding)
}

/// Whether the second recogniser finds a phrase in the text as it stands.
pub(super) fn holds_quoted_attribute(text: &[u8]) -> bool {
    holds(text, quoted_attribute)
}

/// Whether the fifth recogniser finds a phrase in the text as it stands.
pub(super) fn holds_argument_attribute(text: &[u8]) -> bool {
    holds(text, argument_attribute)
}

fn holds(text: &[u8], recogniser: impl Fn(&[u8], &mut Vec<Vec<u8>>)) -> bool {
    let mut found = Vec::new();
    recogniser(text, &mut found);
    !found.is_empty()
}

/// Replaces `\'` by `'`, then `\"` by `"`: two passes, as their order shows in `\\'"`.
fn unescape(phrase: &mut Vec<u8>) {
    for quote in [b'\'', b'"'] {
        if memchr(b'\\', phrase).is_none() {
            return;
        }
        let mut kept = Vec::with_capacity(phrase.len());
        let mut rest = phrase.as_slice();
        while let Some(at) = memchr(b'\\', rest) {
            kept.extend_from_slice(&rest[..at]);
            if rest.get(at + 1) == Some(&quote) {
                kept.push(quote);
                rest = &rest[at + 2..];
            } else {
                kept.push(b'\\');
                rest = &rest[at + 1..];
            }
        }
        kept.extend_from_slice(rest);
        *phrase = kept;
    }
}

/// The first `quote` at or after `from` that no backslash precedes.
fn closing_quote(text: &[u8], from: usize, quote: u8) -> Option<usize> {
    memchr_iter(quote, &text[from..])
        .map(|n| from + n)
        .find(|&at| text[at - 1] != b'\\')
}

/// As [`closing_quote`], but only up to the next LF.
fn closing_quote_in_line(text: &[u8], from: usize, quote: u8) -> Option<usize> {
    let at = memchr2_iter(quote, b'\n', &text[from.min(text.len())..])
        .map(|n| from + n)
        .find(|&at| text[at] == b'\n' || text[at - 1] != b'\\')?;
    (text[at] == quote).then_some(at)
}

/// First recogniser: `i18n: 'phrase'` and `_.i18n('phrase'`, on one line, possibly empty.
fn binding(text: &[u8], found: &mut Vec<Vec<u8>>) {
    static ANCHOR: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"i18n"));
    let mut resume = 0;
    let mut at = 0;
    while let Some(n) = ANCHOR.find(&text[at..]) {
        let name = at + n;
        at = name + 1;
        let opened = match text.get(name + 4) {
            Some(b':') => true,
            Some(b'(') => name >= resume + 2 && text[..name].ends_with(b"_."),
            _ => false,
        };
        if !opened {
            continue;
        }
        let start = skip_white_space(text, name + 5) + 1;
        let Some(&quote @ (b'\'' | b'"')) = text.get(start - 1) else {
            continue;
        };
        // A failing search reads to the end of its line, but no other anchor with the same quote can follow on
        // that line (its own quote would have ended the search), so lines are read at most twice in vain.
        if let Some(close) = closing_quote_in_line(text, start, quote) {
            found.push(text[start..close].to_vec());
            resume = close + 1;
            at = resume;
        }
    }
}

/// Second recogniser: `translate="'phrase'"`.
fn quoted_attribute(text: &[u8], found: &mut Vec<Vec<u8>>) {
    static ANCHOR: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"translate=\"'"));
    static CLOSE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"'\""));
    let mut at = 0;
    // Up to here no closing pair follows: spares reading one long line again for each of its anchors.
    let mut barren_until = 0;
    // The end of the line that the last phrase lay in.
    let mut line_end = 0;
    while let Some(n) = ANCHOR.find(&text[at..]) {
        let start = at + n + 12;
        at += n + 1;
        if text.get(start).is_none_or(|&byte| byte == b'\'') {
            continue;
        }
        // The first byte may even be a line break, the rest may not hold one.
        if start < barren_until {
            continue;
        }
        if line_end < start + 1 {
            line_end = memchr(b'\n', &text[start + 1..]).map_or(text.len(), |n| start + 1 + n);
        }
        if let Some(length) = CLOSE.find(&text[start + 1..line_end]) {
            let close = start + 1 + length;
            found.push(text[start..close].to_vec());
            at = close + 2;
        } else {
            barren_until = line_end;
        }
    }
}

/// How a translating function is called: the text before the opening parenthesis, split for the search.
pub(super) struct Callee {
    /// What is searched for, ending in the parenthesis.
    anchor: LazyLock<Finder<'static>>,
    /// Length of the anchor in bytes.
    anchor_length: usize,
    /// What stands before the anchor, one of these.
    heads: &'static [&'static [u8]],
    /// Whether the white space behind the call belongs to it.
    takes_white_space: bool,
}

/// Third recogniser: `$.mage.__('phrase')` and `jQuery.mage.__('phrase')`.
pub(super) static WIDGET_CALL: Callee = Callee {
    anchor: LazyLock::new(|| Finder::new(b".mage.__(")),
    anchor_length: 9,
    heads: &[b"$", b"jQuery"],
    takes_white_space: true,
};

/// Fourth recogniser: `$t('phrase')`.
pub(super) static STATIC_CALL: Callee = Callee {
    anchor: LazyLock::new(|| Finder::new(b"$t(")),
    anchor_length: 3,
    heads: &[b""],
    takes_white_space: false,
};

/// A call with one literal.
pub(super) struct Call {
    /// From the callee to the closing parenthesis, or to the end of the white space behind it.
    pub(super) whole: Range<usize>,
    /// What stands between the quotes.
    pub(super) literal: Range<usize>,
}

/// Third and fourth recogniser: a call with one literal of at least one byte, which may span lines.
///
/// When the literal is not followed by `)`, the search goes on behind the literal, not behind the anchor. So an
/// empty literal, whose closing quote counts as content, hides what comes up to the next quote.
pub(super) fn calls(text: &[u8], callee: &Callee) -> Vec<Call> {
    let mut found = Vec::new();
    let mut resume = 0;
    let mut at = 0;
    // Whether a search for that quote has failed; it reads to the end of the text, so all later ones fail, too.
    let mut barren_single = false;
    let mut barren_double = false;
    while let Some(n) = callee.anchor.find(&text[at..]) {
        let anchor = at + n;
        at = anchor + 1;
        let before = &text[resume..anchor];
        let Some(head) = callee.heads.iter().find(|head| before.ends_with(head)) else {
            continue;
        };
        let start = skip_white_space(text, anchor + callee.anchor_length) + 1;
        let (quote, barren) = match text.get(start - 1) {
            Some(b'\'') => (b'\'', &mut barren_single),
            Some(b'"') => (b'"', &mut barren_double),
            _ => continue,
        };
        if *barren || start >= text.len() {
            continue;
        }
        let Some(close) = closing_quote(text, start + 1, quote) else {
            *barren = true;
            continue;
        };
        let behind = skip_white_space(text, close + 1);
        if text.get(behind) == Some(&b')') {
            resume = behind + 1;
            if callee.takes_white_space {
                resume = skip_white_space(text, resume);
            }
            found.push(Call {
                whole: anchor - head.len()..resume,
                literal: start..close,
            });
        } else {
            resume = behind;
        }
        at = resume;
    }
    found
}

/// Fifth recogniser: `translate args="'phrase'"` with any of four openers, up to the next quote of either kind.
fn argument_attribute(text: &[u8], found: &mut Vec<Vec<u8>>) {
    static ANCHOR: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"translate args="));
    let mut at = 0;
    while let Some(n) = ANCHOR.find(&text[at..]) {
        let opener = &text[at + n + 15..];
        let opener_length = if opener.starts_with(b"\"'") {
            2
        } else if opener.starts_with(b"\"") || opener.starts_with(b"'") {
            1
        } else if opener.starts_with(b"\\\"'") {
            3
        } else {
            0
        };
        let start = at + n + 15 + opener_length;
        at += n + 1;
        if opener_length == 0 || text.get(start).is_none_or(|&byte| byte == b'\'') {
            continue;
        }
        let Some(length) = memchr3(b'\'', b'"', b'\n', &text[start + 1..]) else {
            continue;
        };
        let close = start + 1 + length;
        if text[close] == b'\n' {
            continue;
        }
        found.push(text[start..close].to_vec());
        let closer = &text[close..];
        at = close
            + if closer.starts_with(b"'\\\"") {
                3
            } else if closer.starts_with(b"'\"") {
                2
            } else {
                1
            };
    }
}

#[cfg(test)]
mod tests {
    use super::phrases;

    fn found(source: &str) -> Vec<String> {
        phrases(source.as_bytes())
            .into_iter()
            .map(|phrase| String::from_utf8(phrase).expect("the sources here are text"))
            .collect()
    }

    #[test]
    fn finds_what_php_finds() {
        // Recorded from Magento 2.4.6: its five patterns on PHP 8.2.
        let table: &[(&str, &[&str])] = &[
            (r"$t('It\'s')", &["It's"]),
            (r#"$t("say \"hi\"")"#, &[r#"say "hi""#]),
            (r#"$t("don't")"#, &["don't"]),
            ("$t('a' + 'b' +\n  'c')", &["abc"]),
            (r#"$t('a' + "b")"#, &[]),
            (r#"$t("a' + 'b")"#, &["ab"]),
            ("$t('a', x)", &[]),
            ("$t('a',)", &[]),
            ("$t('a' /* c */)", &[]),
            ("$t('a' + x)", &[]),
            ("$t(v)", &[]),
            ("$t(`a`)", &[]),
            ("$t ('a')", &[]),
            ("$T('a')", &[]),
            (r"$t('a\\')", &[]),
            ("$t('a, x); $t('b')", &[]),
            ("$t('') + $t('x')", &[]),
            ("foo$t('x')", &["x"]),
            ("// $t('x')", &["x"]),
            ("this.$.mage.__('x')", &["x"]),
            ("jQuery.mage.__( \"x\" )", &["x"]),
            ("Query.mage.__('x')", &[]),
            (r"$t('a\nb')", &[r"a\nb"]),
            ("$t('a\nb')", &["a\nb"]),
            ("i18n: 'A'", &["A"]),
            ("i18n:\"A\"", &["A"]),
            ("x=\"i18n: 'A'\"", &["A"]),
            ("i18n: 'A' + 'B'", &["AB"]),
            ("_.i18n( 'A', x)", &["A"]),
            ("i18n('A')", &[]),
            ("i18n : 'A'", &[]),
            ("i18n: label", &[]),
            ("i18n: 'a\nb'", &[]),
            ("i18n: ''", &[""]),
            ("translate=\"'It's'\"", &["It's"]),
            (r#"translate="'A\'B'""#, &["A'B"]),
            ("translate=\"label\"", &[]),
            ("translate=\" 'A'\"", &[]),
            ("translate='\"A\"'", &[]),
            ("translate=\"''\"", &[]),
            ("translate args=\"'A'\"", &["A"]),
            ("translate args='A'", &["A"]),
            ("translate args=\"label\"", &["label"]),
            (r#"translate args=\"'A'\""#, &["A"]),
            ("translate args=\"'Don't'\"", &["Don"]),
            ("translate args=\"$t('x')\"", &["x", "$t("]),
            ("translate args='\"q\"'", &["\"q"]),
        ];
        for (source, expected) in table {
            assert_eq!(found(source), *expected, "{source}");
        }
    }

    #[test]
    fn reports_by_recogniser_then_by_place() {
        let source = "$t('d') translate args='e' $.mage.__('c') translate=\"'b'\" i18n:'a' $t('D')";
        assert_eq!(found(source), ["a", "b", "c", "d", "D", "e"]);
    }

    #[test]
    fn an_anchor_may_span_joined_literals() {
        assert_eq!(found("'$'+'t('x')"), ["x"]);
    }

    #[test]
    fn bytes_beyond_ascii_are_no_white_space() {
        assert_eq!(phrases(b"$t(\xa0'x')"), Vec::<Vec<u8>>::new());
        assert_eq!(phrases(b"$t('\xff')"), [b"\xff".to_vec()]);
    }

    #[test]
    fn unclosed_anchors_cost_linear_time() {
        for anchor in [
            "translate=\"'x ",
            "$t('x' ",
            "$t(\"x ",
            "i18n: 'x ",
            "translate args=' ",
        ] {
            let source = anchor.repeat(200_000);
            let start = std::time::Instant::now();
            let _ = phrases(source.as_bytes());
            assert!(start.elapsed().as_secs() < 2, "{anchor}");
        }
    }
}
