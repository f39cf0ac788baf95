//! Regular expressions as PHP takes them, with delimiters and modifiers, for the middle part of an entry.

use regex_automata::meta::{BuildError, Regex};
use regex_automata::util::syntax;

/// What a text is to `preg_match`.
#[derive(Debug)]
pub(super) enum Reading {
    /// An expression.
    Expression(Box<Regex>),
    /// An expression by its delimiters, but one that is not understood here, such as one that looks around.
    Unknown(Box<BuildError>),
    /// No expression.
    Text,
}

/// Reads a text. Delimiters are any ASCII character but letters, digits, blanks and the backslash; brackets come in pairs.
pub(super) fn read(text: &str) -> Reading {
    let Some((expression, modifiers)) = parts(text) else {
        return Reading::Text;
    };
    let mut config = syntax::Config::new().unicode(false).utf8(false);
    let mut is_anchored = false;
    for modifier in modifiers.chars() {
        config = match modifier {
            'i' => config.case_insensitive(true),
            'm' => config.multi_line(true),
            's' => config.dot_matches_new_line(true),
            'x' => config.ignore_whitespace(true),
            'U' => config.swap_greed(true),
            'A' => {
                is_anchored = true;
                config
            }
            // Without effect on whether a path matches.
            'D' | 'S' | 'u' | 'n' | ' ' | '\n' | '\r' => config,
            _ => return Reading::Text,
        };
    }
    let expression = if is_anchored {
        format!(r"\A(?:{expression})")
    } else {
        expression.to_owned()
    };
    match Regex::builder().syntax(config).build(&expression) {
        Ok(regex) => Reading::Expression(Box::new(regex)),
        Err(error) => Reading::Unknown(Box::new(error)),
    }
}

/// What stands between the delimiters and what stands behind them.
fn parts(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let open = *text.as_bytes().first()?;
    if open.is_ascii_alphanumeric() || !open.is_ascii() || matches!(open, b'\\' | 0) {
        return None;
    }
    let close = match open {
        b'(' => b')',
        b'[' => b']',
        b'{' => b'}',
        b'<' => b'>',
        other => other,
    };
    let mut depth = 1;
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        if byte == b'\\' {
            bytes.next();
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return Some((&text[1..at], &text[at + 1..]));
            }
        } else if byte == open {
            depth += 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(text: &str, path: &str) -> Option<bool> {
        match read(text) {
            Reading::Expression(regex) => Some(regex.is_match(path)),
            Reading::Unknown(error) => panic!("{text}: {error}"),
            Reading::Text => None,
        }
    }

    #[test]
    fn what_php_takes_for_an_expression_is_one() {
        for (text, path, expected) in [
            (r"|car_.*?\.html$|", "/car_vw.html", Some(true)),
            (r"|car_.*?\.html$|", "/car_vw.htm", Some(false)),
            ("/contact/", "/x/contact/y", Some(true)),
            ("#^/A#i", "/a", Some(true)),
            ("#^/A#", "/a", Some(false)),
            ("{x{2}}", "/xx", Some(true)),
            ("(x|y)A", "/x", Some(false)),
            (r"/a\/b/", "/a/b", Some(true)),
            ("cars", "/cars", None),
            ("/cars", "/cars", None),
            // The second slash ends the expression, and `b` is no modifier.
            ("/a/b", "/a/b", None),
            ("/a/i", "/A", Some(true)),
            ("*", "/", None),
            (r"\x\", "/x", None),
            ("", "/", None),
            ("ä.ä", "/", None),
        ] {
            assert_eq!(matches(text, path), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_followed_is_told_apart() {
        assert!(matches!(read("/a(?=b)/"), Reading::Unknown(_)));
    }
}
