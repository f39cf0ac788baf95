//! Control characters in names and texts, made visible: a terminal would obey them.

use std::borrow::Cow;

/// The text with every control character but line ends and tabs as an escape, such as `\u{1b}`. So are characters that turn the
/// direction of what follows.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match is_hidden(character) {
            true => shown.extend(character.escape_unicode()),
            false => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

fn is_hidden(character: char) -> bool {
    let turns = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (character.is_control() && !matches!(character, '\n' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(
            visible("a\x1b[31mb\r\u{9b}c\u{202e}"),
            "a\\u{1b}[31mb\\u{d}\\u{9b}c\\u{202e}"
        );
        assert!(matches!(visible("grün\n\tb 中"), Cow::Borrowed(_)));
    }
}
