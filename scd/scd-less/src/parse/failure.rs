//! Naming what is wrong with a file that could not be read to its end.

use super::Failure;

/// Looks for unbalanced brackets, strings and comments as less.php does once parsing stopped; without one the input behind
/// `furthest` is what was unexpected. `bytes` begins behind a byte order mark, which is `mark` bytes long.
pub(super) fn unexpected(bytes: &[u8], mark: usize, furthest: usize) -> Failure {
    let (message, offset) = match imbalance(bytes) {
        Some((message, offset)) => (message, mark + offset),
        None => ("Unexpected input".to_owned(), furthest),
    };
    Failure {
        message: format!("ParseError: {message}"),
        offset,
        fatal: false,
    }
}

fn imbalance(bytes: &[u8]) -> Option<(String, usize)> {
    let mut level = 0_i64;
    let mut paren_level = 0_i64;
    let (mut last_opening, mut last_paren) = (0, 0);
    let (mut last_comment, mut last_comment_brace) = (0, 0);
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'(' => {
                paren_level += 1;
                last_paren = at;
            }
            b')' => {
                paren_level -= 1;
                if paren_level < 0 {
                    return Some(("missing opening `(`".to_owned(), at));
                }
            }
            b'{' => {
                level += 1;
                last_opening = at;
            }
            b'}' => {
                level -= 1;
                if level < 0 {
                    return Some(("missing opening `{`".to_owned(), at));
                }
            }
            b'\\' => {
                if at + 1 == bytes.len() {
                    return Some(("unescaped `\\`".to_owned(), at));
                }
                at += 1;
            }
            quote @ (b'"' | b'\'' | b'`') => match string_end(bytes, at, quote) {
                Ok(end) => at = end,
                Err(true) => return Some(("unescaped `\\`".to_owned(), bytes.len() - 1)),
                Err(false) => {
                    let message = format!("unmatched `{}`", char::from(quote));
                    return Some((message, or_end(at, bytes)));
                }
            },
            b'/' if paren_level == 0 => match bytes.get(at + 1) {
                Some(b'/') => {
                    at =
                        memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |n| at + n);
                }
                Some(b'*') => {
                    let Some(length) = memchr::memmem::find(&bytes[at + 2..], b"*/") else {
                        if at + 2 == bytes.len() {
                            break;
                        }
                        let at = if at == 0 { bytes.len() - 1 } else { at };
                        return Some(("missing closing `*/`".to_owned(), at));
                    };
                    last_comment = at;
                    if let Some(brace) = memchr::memrchr(b'}', &bytes[at..at + 2 + length]) {
                        last_comment_brace = at + brace;
                    }
                    // The star of the end; its slash is looked at next.
                    at += 2 + length;
                }
                _ => {}
            },
            b'*' if bytes.get(at + 1) == Some(&b'/') => {
                return Some(("unmatched `/*`".to_owned(), at));
            }
            _ => {}
        }
        at += 1;
    }
    if level != 0 {
        let inside = last_comment > last_opening && last_comment_brace > last_comment;
        let message = if inside {
            "missing closing `}` or `*/`"
        } else {
            "missing closing `}`"
        };
        return Some((message.to_owned(), or_end(last_opening, bytes)));
    }
    (paren_level != 0).then(|| ("missing closing `)`".to_owned(), or_end(last_paren, bytes)))
}

/// The place as less.php reports it, to which the first byte is no place.
fn or_end(at: usize, bytes: &[u8]) -> usize {
    if at == 0 { bytes.len() } else { at }
}

/// Where a string ends; else whether a lone back-slash ends the file inside it.
fn string_end(bytes: &[u8], open: usize, quote: u8) -> Result<usize, bool> {
    let mut at = open + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if at + 1 == bytes.len() => return Err(true),
            b'\\' => at += 1,
            byte if byte == quote => return Ok(at),
            _ => {}
        }
        at += 1;
    }
    Err(false)
}
