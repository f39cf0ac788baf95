//! Printing of values.

use super::{Fault, Rules, Value, text_of_float};
use crate::options::Dialect;

/// Appends a value as part of a declaration (`genCSS`).
///
/// A lone `%` and a detached helper result cannot be printed.
pub(crate) fn to_css(value: &Value, rules: Rules, out: &mut String) -> Result<(), Fault> {
    match value {
        Value::Dimension(dimension) => dimension.print(rules, out)?,
        Value::Color(color) => color.print(rules.compress, out)?,
        Value::Quoted(quoted) => {
            let quote = quoted.quote.filter(|_| !quoted.escaped);
            out.extend(quote);
            out.push_str(&quoted.text);
            out.extend(quote);
        }
        Value::Keyword(word) if &**word == "%" => {
            return Err(Fault::exception("Invalid % without number"));
        }
        Value::Keyword(text) | Value::Anonymous(text) | Value::UnicodeRange(text) => {
            out.push_str(text);
        }
        Value::NumberText(number) => text_of_float(*number, out),
        Value::Unprintable(property) => return Err(property.unprintable()),
        Value::UnitText(unit) => out.push_str(&unit.text()),
        Value::Url(inner) => wrapped("url(", inner, rules, out)?,
        Value::Paren(inner) => wrapped("(", inner, rules, out)?,
        Value::Alpha(inner) => wrapped("alpha(opacity=", inner, rules, out)?,
        Value::Negative(inner) => {
            out.push('-');
            to_css(inner, rules, out)?;
        }
        Value::Comma(list) => joined(list, if rules.compress { "," } else { ", " }, rules, out)?,
        Value::Joined(list) => joined(list, "", rules, out)?,
        Value::Space(list) if rules.dialect == Dialect::V5 => spaced(list, rules, out)?,
        Value::Space(list) => joined(list, " ", rules, out)?,
        Value::Call(call) => {
            out.push_str(&call.name);
            out.push('(');
            joined(&call.args, ", ", rules, out)?;
            out.push(')');
        }
        Value::Operation(operation) => {
            let blank = if operation.spaced { " " } else { "" };
            to_css(&operation.left, rules, out)?;
            out.push_str(blank);
            out.push_str(operation.operator.as_str());
            out.push_str(blank);
            to_css(&operation.right, rules, out)?;
        }
        Value::Assignment(assignment) => {
            out.push_str(&assignment.key);
            out.push('=');
            to_css(&assignment.value, rules, out)?;
        }
        Value::Comment(text) if rules.dialect == Dialect::V5 => out.push_str(text),
        Value::Comment(text) => {
            out.push_str(text.trim_matches([' ', '\t', '\n', '\r', '\0', '\u{b}']))
        }
        // What walks the tree before it is printed stumbles over these.
        Value::Bare(_) | Value::BareText(_) | Value::Truth(_) => {
            return Err(Fault::undefined_property(value.class(), "type"));
        }
        Value::Detached(_) => {}
    }
    Ok(())
}

/// The text of a value on its own (`toCSS`), which differs from the printed form for comments.
pub(crate) fn css(value: &Value, rules: Rules) -> Result<String, Fault> {
    match value {
        Value::Comment(text) if rules.dialect == Dialect::V3 => {
            return Ok(if rules.compress {
                String::new()
            } else {
                text.as_ref().to_owned()
            });
        }
        Value::Bare(_) | Value::BareText(_) => {
            let class = value.class();
            return Err(Fault::error(format!(
                "Call to a member function toCSS() on {class}"
            )));
        }
        _ => {}
    }
    let mut out = String::new();
    to_css(value, rules, &mut out)?;
    Ok(out)
}

fn wrapped(open: &str, inner: &Value, rules: Rules, out: &mut String) -> Result<(), Fault> {
    out.push_str(open);
    to_css(inner, rules, out)?;
    out.push(')');
    Ok(())
}

/// A list with blanks, none of them before a comma that stands in it as text.
fn spaced(list: &[Value], rules: Rules, out: &mut String) -> Result<(), Fault> {
    for (index, value) in list.iter().enumerate() {
        check_length(out)?;
        let comma = matches!(value, Value::Anonymous(text) if &**text == ",");
        if index > 0 && !comma {
            out.push(' ');
        }
        to_css(value, rules, out)?;
    }
    Ok(())
}

/// Lists can share their parts, so that few lines make a list that would fill the memory.
fn check_length(out: &str) -> Result<(), Fault> {
    const MOST_BYTES: usize = 64 << 20;
    if out.len() > MOST_BYTES {
        return Err(Fault::exception(format!(
            "more than {MOST_BYTES} bytes of output"
        )));
    }
    Ok(())
}

fn joined(list: &[Value], glue: &str, rules: Rules, out: &mut String) -> Result<(), Fault> {
    for (index, value) in list.iter().enumerate() {
        check_length(out)?;
        if index > 0 {
            out.push_str(glue);
        }
        to_css(value, rules, out)?;
    }
    Ok(())
}
