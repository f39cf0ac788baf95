//! The `url(...)` references that Magento sees: the pattern of `Magento\Framework\View\Url\CssResolver`, which works on plain text
//! and knows nothing of comments, strings or data URIs.

use std::ops::Range;

/// One `url(...)` that Magento takes for a relative reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlMatch {
    /// The whole `url(...)`.
    pub whole: Range<usize>,
    /// The path inside: no quotes, no query, no fragment.
    pub value: Range<usize>,
}

/// Every reference, in order. Equal texts occur as often as the source has them; Magento keys its work by the whole
/// text, so the first one decides the order.
#[must_use]
pub fn url_matches(source: &[u8]) -> Vec<UrlMatch> {
    let mut matches = Vec::new();
    let mut from = 0;
    // No match begins before this position: a search in the same line has reached its end in vain.
    let mut in_vain = 0;
    while let Some(found) = memchr::memmem::find(&source[from..], b"url") {
        let start = from + found;
        from = start + 3;
        let paren = from + spaces(&source[from..]);
        if source.get(paren) != Some(&b'(') || paren < in_vain {
            continue;
        }
        let first = paren + 1;
        let longest = spaces(&source[first..]);
        // White space is given back byte by byte when an absolute url follows, but a line feed cannot be part of a value.
        let line = source[first..first + longest]
            .iter()
            .rposition(|byte| *byte == b'\n');
        let least = line.map_or(0, |last| last + 1);
        for count in (least.max(longest.saturating_sub(2))..=longest).rev() {
            let mut value = first + count;
            value += usize::from(matches!(source.get(value), Some(b'"' | b'\'')));
            let rest = &source[value.min(source.len())..];
            if [&b"http://"[..], b"https://", b"/", b"data:"]
                .iter()
                .any(|p| rest.starts_with(p))
            {
                continue;
            }
            match value_end(source, value) {
                Ok((end, whole_end)) => {
                    matches.push(UrlMatch {
                        whole: start..whole_end,
                        value: value..end,
                    });
                    from = whole_end;
                }
                Err(stop) => in_vain = stop,
            }
            break;
        }
    }
    matches
}

/// End of the shortest value from `start` and end of its `url(...)`; or how far the search went in vain.
fn value_end(source: &[u8], start: usize) -> Result<(usize, usize), usize> {
    let closes = |at: usize| {
        let paren = at + source.get(at..).map_or(0, spaces);
        (source.get(paren) == Some(&b')')).then_some(paren + 1)
    };
    if matches!(source.get(start), None | Some(b'\n')) {
        return Err(start);
    }
    let mut at = start + 1;
    loop {
        match source.get(at) {
            None => return Err(at),
            Some(b')') => return Ok((at, at + 1)),
            Some(b'#' | b'?') => {
                // Anything up to the closing parenthesis, in the same line or behind the white space that ends it.
                let tail = &source[at + 1..];
                let stop = memchr::memchr2(b')', b'\n', tail).ok_or(source.len())?;
                return match closes(at + 1 + stop) {
                    Some(end) => Ok((at, end)),
                    None => Err(at + 1 + stop),
                };
            }
            Some(b'"' | b'\'') => {
                if let Some(end) = closes(at + 1) {
                    return Ok((at, end));
                }
                at += 1;
            }
            Some(byte) if is_space(*byte) => {
                let run = spaces(&source[at..]);
                if let Some(end) = closes(at) {
                    return Ok((at, end));
                }
                if let Some(line) = memchr::memchr(b'\n', &source[at..at + run]) {
                    return Err(at + line);
                }
                at += run;
            }
            Some(_) => at += 1,
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn spaces(text: &[u8]) -> usize {
    text.iter().take_while(|byte| is_space(**byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The captured values; the expectations were recorded from PHP.
    fn values(source: &str) -> Vec<&str> {
        url_matches(source.as_bytes())
            .into_iter()
            .map(|m| &source[m.value])
            .collect()
    }

    #[test]
    fn captures_what_magento_captures() {
        let cases: &[(&str, &[&str])] = &[
            (
                "url(a.png) url(\"a.png\") url( 'a.png' ) url (a.png)",
                &["a.png"; 4],
            ),
            ("url(\n a.png\n)", &["a.png"]),
            ("url(a.png?x#y) url(a.png#y?x)", &["a.png", "a.png"]),
            ("url(#f) url(?q)", &["#f", "?q"]),
            ("url(/a) url(//h/a) url(http://h/a) url(data:x)", &[]),
            ("url( \"http://h/a\" )", &[" \"http://h/a"]),
            ("url( data:x )", &[" data:x"]),
            ("url(HTTP://x) url(ftp://x)", &["HTTP://x", "ftp://x"]),
            ("URL(a.png)", &[]),
            ("url() a{b:url(b.png)}", &[") a{b:url(b.png"]),
            ("url(a(b).png)", &["a(b"]),
            ("url(\"data:image/svg+xml,<a b='url(#g)'/>\")", &["#g"]),
            ("/* url(c.png) */", &["c.png"]),
            ("url(a\nb.png) url(c)", &["c"]),
            ("url(a?b\n) url(c)", &["a", "c"]),
            ("url(a?b\nc) url(d)", &["d"]),
        ];
        for (source, expected) in cases {
            assert_eq!(values(source), *expected, "{source}");
        }
    }

    #[test]
    fn a_match_spans_the_whole_reference() {
        let matches = url_matches(b"a url( 'x.png?v' ) b");
        assert_eq!(
            matches,
            [UrlMatch {
                whole: 2..18,
                value: 8..13
            }]
        );
    }
}
