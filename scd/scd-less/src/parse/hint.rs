//! Advice on parse errors: what was expected, and the traps of less.php that people fall into.

use super::scan::{is_word, run};
use crate::options::Dialect;

/// Advice on a failure in a statement; the parser stood at `position`.
pub(super) fn hint(
    message: &str,
    position: usize,
    statement: &[u8],
    bytes: &[u8],
    dialect: Dialect,
) -> Option<String> {
    let what = message.strip_prefix("ParseError: ").unwrap_or(message);
    let structural = match what {
        "missing closing `}`" | "missing closing `}` or `*/`" => Some(
            "the last block that was opened is here; the one that is not closed may stand before it",
        ),
        "missing opening `{`" => {
            Some("this `}` closes nothing; a `{` is missing before it, or it is one too many")
        }
        "missing closing `*/`" => Some("the comment that begins here does not end"),
        "unmatched `/*`" => Some("this `*/` ends no comment"),
        "missing closing `)`" => Some("a `)` is missing in this statement"),
        "missing opening `(`" => Some("this `)` closes nothing"),
        _ if what.starts_with("unmatched") => Some(
            "the string that begins here does not end; an apostrophe in plain text needs a backslash",
        ),
        _ => None,
    };
    if let Some(structural) = structural {
        return Some(structural.to_owned());
    }
    let statement = String::from_utf8_lossy(statement);
    if let Some(trap) = trap(&statement, dialect) {
        return Some(trap.to_owned());
    }
    let advice = if what.starts_with("Guards are only") {
        "write a rule of its own for every selector that shall have the guard"
    } else if what.starts_with("Expected ')'")
        && bytes.get(position) == Some(&b'(')
        && !what.ends_with("'('")
    {
        "this `(` is not closed where less.php expects it"
    } else if what == "Unexpected input" {
        return Some(expected(&statement, bytes, position));
    } else {
        // It says itself what was expected.
        return None;
    };
    Some(advice.to_owned())
}

/// The known trap that a statement is, if it is one.
fn trap(statement: &str, dialect: Dialect) -> Option<&'static str> {
    let text = statement.trim_start();
    let brace = text
        .match_indices('{')
        .find(|(at, _)| !text[..*at].ends_with('@'));
    let head = brace.map_or(text, |(at, _)| &text[..at]);
    let has_block = head.len() < text.len();
    if let Some(name) = text.strip_prefix('@') {
        let length = run(name.as_bytes(), is_word);
        let rest = name[length..].trim_start();
        let name = &name[..length];
        if rest.starts_with(':') && text.trim_end().ends_with('}') {
            return Some(
                "a detached ruleset needs a `;` behind its `}`, and at least one statement",
            );
        }
        let found = match name {
            "plugin" => {
                Some("plugins are JavaScript, which less.php does not run; write a mixin instead")
            }
            "media" if head.contains("@{") => {
                Some("`@{…}` is not replaced in `@media`; write the variable as `@name`")
            }
            "import" => Some(
                "`@import` wants options in parentheses, a string or `url(…)`, media queries and a `;`",
            ),
            "layer" | "container" | "property" | "counter-style" | "scope" | "starting-style"
                if dialect == Dialect::V3 =>
            {
                Some(
                    "less.php 3 does not know this at-rule; put it into a `.css` file that is imported with `(inline)`",
                )
            }
            "charset" | "namespace" => Some("write it on a line of its own that ends in `;`"),
            _ if has_block && is_empty_block(text) => {
                Some("less.php refuses at-rules with an empty block; remove it")
            }
            _ if rest.starts_with('[') => {
                Some("looking up values with `[…]` works in less.php 5 only")
            }
            _ if rest.starts_with("()") => Some("a call of a detached ruleset is `@name();`"),
            "" if !rest.starts_with('{') => {
                Some("the name of a variable is made of ASCII letters, digits, `-` and `_`")
            }
            _ if rest.is_empty() || rest.starts_with(';') => Some(
                "a variable is set with `@name: value;`, a detached ruleset is called with `@name();`",
            ),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    if head.contains(":extend(") && !has_block {
        return Some("a statement `&:extend(…)` must end in `;`, also as the last one of a block");
    }
    if head.contains(";;") && head.contains('(') {
        return Some(
            "`;;` in arguments is an error; leave the argument out by naming the ones behind it",
        );
    }
    let lower = head.to_ascii_lowercase();
    if lower.contains('!') && lower.contains("important") && !head.contains("important") {
        return Some("write `!important` in lower case");
    }
    if head.starts_with(['.', '#']) && head.contains("!important") && head.contains('(') {
        return Some(
            "`!important` inside arguments is an error; write it behind the `)`, or as `~'… !important'`",
        );
    }
    if dialect == Dialect::V3 {
        let newer = [
            (
                "if(",
                "`if()` works in less.php 5 only; use a mixin with a guard",
            ),
            (
                "each(",
                "`each()` works in less.php 5 only; use a mixin that calls itself",
            ),
            ("range(", "`range()` works in less.php 5 only"),
        ];
        for (sign, advice) in newer {
            if has_call(head, sign) {
                return Some(advice);
            }
        }
        if head.contains(")[") || head.contains('$') && !head.contains("$=") {
            return Some(
                "values of other blocks (`$property`, `.mixin()[@value]`) can be used in less.php 5 only",
            );
        }
    }
    if text.starts_with("--") && has_block {
        return Some("a custom property cannot hold a block; escape the value as `~\"{…}\"`");
    }
    None
}

fn is_empty_block(text: &str) -> bool {
    text.split_once('{')
        .is_some_and(|(_, inner)| inner.trim_end().trim_end_matches('}').trim().is_empty())
}

/// Whether a call begins with the name and `(` of `sign`, not with a longer name.
fn has_call(text: &str, sign: &str) -> bool {
    text.match_indices(sign).any(|(at, _)| {
        text[..at]
            .bytes()
            .next_back()
            .is_none_or(|before| !is_word(before) && before != b'.' && before != b'@')
    })
}

/// What could have stood at a place.
fn expected(statement: &str, bytes: &[u8], offset: usize) -> String {
    let text = statement.trim();
    let expected = if text.is_empty() {
        "a statement or a `}`"
    } else if text.contains('{') {
        "a selector list or the head of a mixin or at-rule before `{`"
    } else if text.contains(':') {
        "a value and a `;`; what Less cannot read must be escaped as `~\"…\"`"
    } else if text.starts_with(['.', '#']) {
        "`;` behind a mixin call or `{` behind a selector"
    } else {
        "`property: value;`, a mixin call or a block"
    };
    let found = match bytes.get(offset) {
        None => "the file ends".to_owned(),
        Some(b'{') if !text.is_empty() => {
            return "what stands before this `{` is neither a selector list nor the head of a mixin or at-rule".to_owned();
        }
        Some(end @ (b';' | b'}')) if !text.is_empty() => {
            let end = char::from(*end);
            let expected = if text.contains(':') && !text.contains('{') {
                "`property: value`; what Less cannot read must be escaped as `~\"…\"`"
            } else {
                "`property: value` or a mixin call"
            };
            return format!(
                "what stands before this `{end}` is not complete; less.php expects {expected}"
            );
        }
        Some(_) => {
            let start = character_start(bytes, offset);
            let token = &bytes[start..start + span_length(bytes, start).max(1)];
            let token = String::from_utf8_lossy(token);
            let mut shown = String::with_capacity(token.len());
            for character in token.chars() {
                if character.is_control() {
                    shown.extend(character.escape_default());
                } else {
                    shown.push(character);
                }
            }
            format!("`{shown}` stands")
        }
    };
    format!("{found} where less.php expects {expected}")
}

/// Where the character begins that a place is in: less.php can give up between its bytes.
fn character_start(bytes: &[u8], offset: usize) -> usize {
    let inside = |&at: &usize| bytes[at] & 0xC0 == 0x80;
    let earliest = offset.saturating_sub(3);
    let start = (earliest..=offset).rev().find(|at| !inside(at));
    start.unwrap_or(offset)
}

/// The length of the token at a place.
pub(crate) fn span_length(bytes: &[u8], offset: usize) -> usize {
    let Some(rest) = bytes.get(offset..) else {
        return 0;
    };
    let is_name = |byte: u8| is_word(byte) || byte >= 0x80;
    match rest.first() {
        None | Some(b'\n' | b'\r') => 0,
        Some(b'@' | b'.' | b'#' | b'$') => {
            let signs = run(rest, |byte| matches!(byte, b'@' | b'{')).max(1);
            let word = run(&rest[signs..], is_name);
            let end = signs + word;
            end + usize::from(rest[..signs].contains(&b'{') && rest.get(end) == Some(&b'}'))
        }
        Some(quote @ (b'"' | b'\'')) => {
            let inner = run(&rest[1..], |byte| byte != *quote && byte != b'\n');
            1 + inner + usize::from(rest.get(1 + inner) == Some(quote))
        }
        Some(&byte) if is_name(byte) => run(rest, is_name),
        Some(_) => 1,
    }
}
