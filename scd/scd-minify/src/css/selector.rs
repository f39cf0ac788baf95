//! The canonical form of selectors: sorted, without white space that is no combinator, pseudo-elements with two colons,
//! attribute values quoted.

use super::token::{Kind, Token};
use super::value;

/// A selector list as one text. In keyframes `from` is `0%` and `to` is `100%`.
pub(super) fn list(source: &[u8], tokens: &[Token], keyframes: bool) -> Vec<u8> {
    let mut selectors: Vec<Vec<u8>> = Vec::new();
    for part in split_commas(tokens) {
        let mut text = Vec::new();
        one(source, part, &mut text);
        if keyframes {
            match &text.to_ascii_lowercase()[..] {
                b"from" => text = b"0%".to_vec(),
                b"to" => text = b"100%".to_vec(),
                _ => {}
            }
        }
        selectors.push(text);
    }
    selectors.sort();
    selectors.dedup();
    selectors.join(&b","[..])
}

fn split_commas(tokens: &[Token]) -> Vec<&[Token]> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut depth = 0usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Function(_) | Kind::Delim(b'(' | b'[') => depth += 1,
            Kind::Delim(b')' | b']') => depth = depth.saturating_sub(1),
            Kind::Delim(b',') if depth == 0 => {
                parts.push(&tokens[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&tokens[start..]);
    parts
}

/// Whether white space beside this token is not a combinator.
fn absorbs_space(kind: Option<&Kind>, behind: bool) -> bool {
    match kind {
        None | Some(Kind::Delim(b'>' | b'+' | b'~' | b',' | b'/' | b'=' | b'|')) => true,
        Some(Kind::Delim(b'(' | b'[') | Kind::Function(_)) => behind,
        Some(Kind::Delim(b')' | b']')) => !behind,
        _ => false,
    }
}

fn one(source: &[u8], tokens: &[Token], out: &mut Vec<u8>) {
    let mut brackets = 0usize;
    let mut at = 0;
    while at < tokens.len() {
        let last = at.checked_sub(1).map(|before| &tokens[before].kind);
        let next = tokens.get(at + 1).map(|token| &token.kind);
        match &tokens[at].kind {
            Kind::Space => {
                if !absorbs_space(last, true) && !absorbs_space(next, false) {
                    out.push(b' ');
                }
            }
            Kind::Delim(b'[') => {
                brackets += 1;
                out.push(b'[');
            }
            Kind::Delim(b']') => {
                brackets = brackets.saturating_sub(1);
                out.push(b']');
            }
            // The universal selector says nothing in front of another simple selector.
            Kind::Delim(b'*')
                if brackets == 0
                    && matches!(next, Some(Kind::Delim(b'.' | b':' | b'[') | Kind::Hash(_)))
                    && !matches!(last, Some(Kind::Delim(b'|'))) => {}
            Kind::Delim(byte) => out.push(*byte),
            Kind::Ident(name) if brackets > 0 && behind_equals(tokens, at) => {
                value::quote(name, out);
            }
            Kind::Ident(name) if last == Some(&Kind::Delim(b':')) => {
                let name = name.to_ascii_lowercase();
                let old = matches!(
                    &name[..],
                    b"before" | b"after" | b"first-line" | b"first-letter"
                );
                if old && !out.ends_with(b"::") {
                    out.push(b':');
                }
                value::name(&name, out);
            }
            Kind::Function(name) if last == Some(&Kind::Delim(b':')) => {
                let name = name.to_ascii_lowercase();
                if name.starts_with(b"nth-") {
                    at = nth(source, tokens, at, &name, out);
                    continue;
                }
                value::name(&name, out);
                out.push(b'(');
            }
            _ => out.extend_from_slice(&value::plain(tokens, at)),
        }
        at += 1;
    }
}

/// Whether the token is the value of an attribute selector.
fn behind_equals(tokens: &[Token], at: usize) -> bool {
    tokens[..at]
        .iter()
        .rev()
        .find(|token| token.kind != Kind::Space)
        .map(|token| &token.kind)
        == Some(&Kind::Delim(b'='))
}

/// `:nth-child(...)` and its family, from the token of its name; returns the position behind it.
fn nth(source: &[u8], tokens: &[Token], at: usize, name: &[u8], out: &mut Vec<u8>) -> usize {
    let mut depth = 0usize;
    let mut end = at;
    while end < tokens.len() {
        match tokens[end].kind {
            Kind::Function(_) | Kind::Delim(b'(') => depth += 1,
            Kind::Delim(b')') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        end += 1;
    }
    let mut argument = Vec::new();
    for token in &tokens[at + 1..end] {
        if token.kind != Kind::Space {
            argument.extend_from_slice(&source[token.start..token.end]);
        }
    }
    argument.make_ascii_lowercase();
    if argument.first() == Some(&b'+') {
        argument.remove(0);
    }
    match (&argument[..], name) {
        (b"1", b"nth-child") => out.extend_from_slice(b"first-child"),
        (b"1", b"nth-last-child") => out.extend_from_slice(b"last-child"),
        (b"1", b"nth-of-type") => out.extend_from_slice(b"first-of-type"),
        (b"1", b"nth-last-of-type") => out.extend_from_slice(b"last-of-type"),
        (argument, name) => {
            let argument: &[u8] = match argument {
                b"even" | b"2n+0" => b"2n",
                b"odd" => b"2n+1",
                argument => argument,
            };
            out.extend_from_slice(name);
            out.push(b'(');
            out.extend_from_slice(argument);
            out.push(b')');
        }
    }
    end + 1
}
