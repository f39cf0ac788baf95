//! Functions on strings.

use super::arguments::{Arguments, Outcome, Parameter, text_parameter};
use super::encode::{form_url, percent};
use super::pattern::{Pattern, expand};
use crate::value::{Fault, Property, Value};

/// `e(value)`: the text without quotes.
pub(super) fn unquote(arguments: &Arguments<'_>) -> Outcome {
    let value = arguments.required(0)?;
    if let Value::BareText(text) = value {
        return Ok(Some(Value::Anonymous(text.clone())));
    }
    Ok(Some(match value.read_property()? {
        Property::Text(text) => Value::Anonymous(text),
        Property::Number(number) => Value::NumberText(number),
        Property::Unit(unit) => Value::UnitText(unit),
        Property::Undefined | Property::Null => Value::anonymous(""),
        // less.php notices these only when it prints them.
        Property::List(_) => return Err(Fault::exception("Warning: Array to string conversion")),
        Property::Node(class) => {
            return Err(unprintable(class));
        }
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
        &arguments.required(0)?.read_property()?,
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
    let mut text = match template.read_property()? {
        // Without placeholders to fill, a list only has to become text, as numbers can.
        Property::List(list) if arguments.values.len() == 1 => {
            let stuck = list
                .iter()
                .find(|item| !matches!(item, Value::Dimension(_)));
            if let Some(item) = stuck {
                return Err(unprintable(item.class()));
            }
            String::new()
        }
        Property::Null if arguments.values.len() == 1 => String::new(),
        other => text_parameter(&other, &Parameter::MATCH)?,
    };
    for value in &arguments.values[1..] {
        let Some(at) = placeholder(&text) else {
            continue;
        };
        let sign = text.as_bytes()[at + 1];
        let mut filling = if sign.eq_ignore_ascii_case(&b's') {
            text_parameter(&value.read_property()?, &Parameter::REPLACEMENT)?
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
        text.replace_range(at..at + 2, &filling);
    }
    let Value::Quoted(template) = template else {
        let missing = if matches!(template, Value::Anonymous(_)) {
            "escaped"
        } else {
            "quote"
        };
        return Err(Fault::undefined_property(template.class(), missing));
    };
    let text = text.replace("%%", "%");
    Ok(Some(Value::quoted(template.quote, text, template.escaped)))
}

/// Where the first `%s`, `%d` or `%a` stands, in either case.
fn placeholder(text: &str) -> Option<usize> {
    text.as_bytes()
        .windows(2)
        .position(|pair| pair[0] == b'%' && matches!(pair[1] | 0x20, b's' | b'd' | b'a'))
}

/// `replace(value, pattern, replacement, flags)`
pub(super) fn replace(arguments: &Arguments<'_>) -> Outcome {
    // PHP reads all properties before it looks at their types, except for those it needs on the
    // way.
    let subject = arguments.required(0)?.read_property()?;
    let pattern = text_parameter(&arguments.required(1)?.read_property()?, &Parameter::PATH)?;
    let flags = match arguments.get(3).map(Value::read_property).transpose()? {
        None | Some(Property::Null | Property::Number(0.0)) => String::new(),
        Some(flags) => text_parameter(&flags, &Parameter::SPLIT)?,
    };
    let replacement = arguments.required(2)?.read_property()?;
    let replacement = text_parameter(&replacement, &Parameter::REPLACEMENT)?;
    let subject = text_parameter(&subject, &Parameter::SUBJECT)?;
    let result = Pattern::new(&pattern, &flags)?.replace_all(&subject, &replacement)?;
    Ok(Some(match arguments.required(0)? {
        Value::Quoted(string) => Value::quoted(string.quote, result, string.escaped),
        other @ (Value::Anonymous(_) | Value::UnitText(_) | Value::NumberText(_)) => {
            return Err(Fault::undefined_property(other.class(), "escaped"));
        }
        _ => Value::quoted(None, result, false),
    }))
}
