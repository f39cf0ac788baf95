//! Functions on strings.

use super::arguments::{Arguments, Outcome, Parameter, text_parameter};
use super::encode::{form_url, percent};
use super::pattern::{Pattern, check_length, expand};
use crate::value::{Fault, Property, Value};
use std::rc::Rc;

/// `e(value)`: the text without quotes.
pub(super) fn unquote(arguments: &Arguments<'_>) -> Outcome {
    let value = arguments.required(0)?;
    if let Value::BareText(text) = value {
        return Ok(Some(Value::Anonymous(text.clone())));
    }
    Ok(Some(match arguments.read(value)? {
        Property::Text(text) => Value::Anonymous(text),
        Property::Number(number) => Value::NumberText(number),
        Property::Unit(unit) => Value::UnitText(unit),
        Property::Undefined | Property::Null => Value::anonymous(""),
        // less.php notices these only when it prints them.
        property @ (Property::List(_) | Property::Node(_)) => Value::Unprintable(Rc::new(property)),
    }))
}

/// The error for a node that PHP cannot turn into text.
fn unprintable(class: &str) -> Fault {
    Fault::error(format!(
        "Object of class {class} could not be converted to string"
    ))
}

/// `escape(value)`: percent-encoded, apart from what usually stands in an address.
pub(super) fn escape(arguments: &Arguments<'_>) -> Outcome {
    let text = text_parameter(
        &arguments.read(arguments.required(0)?)?,
        &Parameter::RAW_URL,
    )?;
    Ok(Some(Value::anonymous(percent(
        text.as_bytes(),
        b"~!*'?&,/@+$",
    ))))
}

/// `%(format, value…)`
pub(super) fn format(arguments: &Arguments<'_>) -> Outcome {
    let Some(template) = arguments.get(0) else {
        return Err(Fault::error(
            "func_get_arg(): Argument #1 ($position) must be less than the number of the arguments passed to the currently executed function",
        ));
    };
    let text = template_text(arguments, &arguments.read(template)?)?;
    let mut text = text.unwrap_or_default();
    for value in &arguments.values[1..] {
        let Some(at) = placeholder(&text) else {
            continue;
        };
        let sign = text.as_bytes()[at + 1];
        let mut filling = if sign.eq_ignore_ascii_case(&b's') {
            text_parameter(&arguments.read(value)?, &Parameter::REPLACEMENT)?
        } else {
            arguments.css(value)?
        };
        if sign.is_ascii_uppercase() {
            filling = form_url(&filling);
        }
        // PHP takes the value for a replacement pattern, in which `$0` and `\0` stand for the
        // placeholder itself.
        let token = text[at..at + 2].to_owned();
        let filling = expand(&filling, &[Some(&token)]);
        check_length(text.len() + filling.len())?;
        text.replace_range(at..at + 2, &filling);
    }
    let Value::Quoted(template) = template else {
        let missing = if template.class() == "Less_Tree_Anonymous" {
            "escaped"
        } else {
            "quote"
        };
        return Err(Fault::undefined_property(template.class(), missing));
    };
    let text = text.replace("%%", "%");
    Ok(Some(Value::quoted(template.quote, text, template.escaped)))
}

/// The text of the first argument of `%()`. Without placeholders to fill, a list only has to be
/// one that PHP can make text of; there is no text then.
pub(super) fn template_text(
    arguments: &Arguments<'_>,
    template: &Property,
) -> Result<Option<String>, Fault> {
    if arguments.values.len() > 1 {
        return text_parameter(template, &Parameter::MATCH).map(Some);
    }
    match template {
        Property::List(list) => check_printable(list).map(|()| None),
        other => text_parameter(other, &Parameter::PATH).map(Some),
    }
}

/// Where the first `%s`, `%d` or `%a` stands, in either case.
pub(super) fn placeholder(text: &str) -> Option<usize> {
    text.as_bytes()
        .windows(2)
        .position(|pair| pair[0] == b'%' && matches!(pair[1] | 0x20, b's' | b'd' | b'a'))
}

/// Fails unless PHP can make text of all parts of a list, as it can of numbers.
fn check_printable(list: &[Value]) -> Result<(), Fault> {
    let stuck = list
        .iter()
        .find(|item| !matches!(item, Value::Dimension(_)));
    stuck.map_or(Ok(()), |item| Err(unprintable(item.class())))
}

/// The text of a pattern or path: PHP exchanges the slashes in all parts of a list before it finds
/// that it needs a text.
pub(super) fn pattern_text(pattern: &Property) -> Result<String, Fault> {
    match pattern {
        Property::List(list) => {
            check_printable(list)?;
            Err(Fault::exception("Warning: Array to string conversion"))
        }
        other => text_parameter(other, &Parameter::PATH),
    }
}

/// Replaces the matches in what is searched, at most as many as given. PHP searches the parts of a
/// list one by one; the list that this makes cannot be printed, and then there is no text.
pub(super) fn replaced(
    subject: &Property,
    pattern: &str,
    flags: &str,
    replacement: &str,
    most: usize,
) -> Result<Option<String>, Fault> {
    let Property::List(list) = subject else {
        let subject = text_parameter(subject, &Parameter::SUBJECT)?;
        let result = Pattern::new(pattern, flags)?.replace(&subject, replacement, most);
        return result.map(Some);
    };
    check_printable(&list[..list.len().min(1)])?;
    Pattern::new(pattern, flags)?;
    check_printable(list)?;
    Ok(None)
}

/// `replace(value, pattern, replacement, flags)`
pub(super) fn replace(arguments: &Arguments<'_>) -> Outcome {
    // PHP reads all properties before it looks at their types, except for those it needs on the
    // way.
    let subject = arguments.read(arguments.required(0)?)?;
    let pattern = pattern_text(&arguments.read(arguments.required(1)?)?)?;
    let flags = match arguments
        .get(3)
        .map(|value| arguments.read(value))
        .transpose()?
    {
        None | Some(Property::Null | Property::Number(0.0)) => String::new(),
        Some(flags) => text_parameter(&flags, &Parameter::SPLIT)?,
    };
    let replacement = arguments.read(arguments.required(2)?)?;
    let replacement = text_parameter(&replacement, &Parameter::REPLACEMENT)?;
    let result = replaced(&subject, &pattern, &flags, &replacement, usize::MAX)?;
    let Some(result) = result else {
        return Ok(Some(Value::Unprintable(Rc::new(subject))));
    };
    Ok(Some(match arguments.required(0)? {
        Value::Quoted(string) => Value::quoted(string.quote, result, string.escaped),
        other if other.class() == "Less_Tree_Anonymous" => {
            return Err(Fault::undefined_property(other.class(), "escaped"));
        }
        _ => Value::quoted(None, result, false),
    }))
}
