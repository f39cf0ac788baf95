//! Media queries, and the options of imports.

use super::Grammar;
use super::entity::is_nothing;
use super::expression::value;
use crate::ast::{ImportOptions, MediaFeature};
use crate::parse::scan::{is_space, is_word, run};
use crate::parse::{Attempt, Failure};
use crate::value::Text;

/// Media queries separated by commas.
pub(in crate::parse) fn features<'s>(
    parser: &mut impl Grammar<'s>,
) -> Result<Vec<Vec<MediaFeature>>, Box<Failure>> {
    let mut features = Vec::new();
    loop {
        let found = match feature(parser)? {
            Some(feature) => feature,
            None => match parser.variable_value()? {
                Some(variable) => vec![MediaFeature::Plain(variable)],
                None => break,
            },
        };
        features.push(found);
        if !parser.eat(b',') {
            break;
        }
    }
    Ok(features)
}

fn feature<'s>(parser: &mut impl Grammar<'s>) -> Attempt<Vec<MediaFeature>> {
    let mut parts = Vec::new();
    loop {
        let word = match parser.keyword() {
            Some(word) => Some(word),
            None => parser.variable_value()?,
        };
        if let Some(word) = word {
            parts.push(MediaFeature::Plain(word));
            continue;
        }
        if !parser.eat(b'(') {
            break;
        }
        let name = feature_name(parser);
        let value = value(parser)?;
        if !parser.eat(b')') {
            return Ok(None);
        }
        let Some(value) = value else { return Ok(None) };
        parts.push(match name {
            Some(name) => MediaFeature::Named {
                name,
                value,
                slot: parser.slot(),
            },
            None => MediaFeature::Paren(value),
        });
    }
    Ok((!parts.is_empty()).then_some(parts))
}

fn feature_name<'s, P: Grammar<'s>>(parser: &mut P) -> Option<Text> {
    let rest = parser.rest();
    let star = usize::from(rest.first() == Some(&b'*'));
    let name = star + run(&rest[star..], is_word);
    let colon = name + run(&rest[name..], is_space);
    if name == star || rest.get(colon) != Some(&b':') {
        return None;
    }
    let start = parser.position();
    let text = parser.text(start, start + name);
    parser.skip(colon + 1);
    (!is_nothing(P::DIALECT, &text)).then_some(text)
}

/// The length of `@import` and the white space behind it; the last letter may be missing.
pub(in crate::parse) fn import_length(rest: &[u8]) -> Option<usize> {
    let tail = rest.strip_prefix(b"@impor")?;
    let word = 6 + usize::from(tail.first() == Some(&b't'));
    let blanks = run(&rest[word..], is_space);
    (blanks > 0).then_some(word + blanks)
}

/// `(less, optional)` and the like, if it is there.
pub(in crate::parse) fn import_options<'s>(
    parser: &mut impl Grammar<'s>,
) -> Result<ImportOptions, Box<Failure>> {
    let mut options = ImportOptions::default();
    if !parser.eat(b'(') {
        return Ok(options);
    }
    loop {
        if parser.eat_word(b"less") {
            options.less = Some(true);
        } else if parser.eat_word(b"css") {
            options.less = Some(false);
        } else if parser.eat_word(b"multiple") {
            options.multiple = Some(true);
        } else if parser.eat_word(b"once") {
            options.multiple = Some(false);
        } else if parser.eat_word(b"inline") {
            options.inline = true;
        } else if parser.eat_word(b"reference") {
            options.reference = true;
        } else if parser.eat_word(b"optional") {
            options.optional = true;
        } else {
            break;
        }
        if !parser.eat(b',') {
            break;
        }
    }
    parser.expect(b')')?;
    Ok(options)
}
