//! Functions on strings, as far as dialect 5 has its own.

use super::super::arguments::{Arguments, Outcome};
use super::super::encode::form_url;
use super::super::pattern::{check_length, expand};
use super::super::string::{pattern_text, placeholder, replaced, template_text};
use crate::value::{Property, Value};
use std::rc::Rc;

/// A string with the quotes of the value that it was made from.
fn like(value: &Value, text: String) -> Value {
    match value {
        Value::Quoted(string) => Value::quoted(string.quote, text, string.escaped),
        _ => Value::quoted(None, text, true),
    }
}

/// `%(format, value…)`: strings fill `%s` without their quotes, everything else as it is printed.
pub(super) fn format(arguments: &Arguments<'_>) -> Outcome {
    let template = arguments.required(0)?;
    let property = arguments.read(template)?;
    let Some(mut text) = template_text(arguments, &property)? else {
        return Ok(Some(Value::Unprintable(Rc::new(property))));
    };
    for value in &arguments.values[1..] {
        let Some(at) = placeholder(&text) else {
            continue;
        };
        let sign = text.as_bytes()[at + 1];
        let mut filling = match value {
            Value::Quoted(string) if sign.eq_ignore_ascii_case(&b's') => string.text.to_string(),
            other => arguments.css(other)?,
        };
        if sign.is_ascii_uppercase() {
            filling = form_url(&filling);
        }
        let token = text[at..at + 2].to_owned();
        let filling = expand(&filling, &[Some(&token)]);
        check_length(text.len() + filling.len())?;
        text.replace_range(at..at + 2, &filling);
    }
    Ok(Some(like(template, text.replace("%%", "%"))))
}

/// `replace(value, pattern, replacement, flags)`: the first match only, unless the flags say `g`.
pub(super) fn replace(arguments: &Arguments<'_>) -> Outcome {
    let value = arguments.required(0)?;
    let subject = arguments.read(value)?;
    let pattern = arguments.read(arguments.required(1)?)?;
    let pattern = pattern_text(&pattern)?;
    let flags = arguments.get(3).map(|flags| arguments.read(flags));
    let flags = match flags.transpose()? {
        None | Some(Property::Null | Property::Number(0.0)) => String::new(),
        Some(flags) => pattern_text(&flags)?,
    };
    // PHP takes `0` for no flags at all.
    let flags = if flags == "0" { "" } else { &flags };
    let replacement = match arguments.required(2)? {
        Value::Quoted(string) => string.text.to_string(),
        other => arguments.css(other)?,
    };
    let most = if flags.contains('g') { usize::MAX } else { 1 };
    Ok(Some(
        match replaced(&subject, &pattern, flags, &replacement, most)? {
            Some(text) => like(value, text),
            None => Value::Unprintable(Rc::new(subject)),
        },
    ))
}
