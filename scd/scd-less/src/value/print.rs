//! Printing of values.

use super::{Fault, Value, text_of_float};

/// Appends a value as part of a declaration (`genCSS`).
///
/// A lone `%` and a detached helper result cannot be printed.
pub(crate) fn to_css(value: &Value, compress: bool, out: &mut String) -> Result<(), Fault> {
    match value {
        Value::Dimension(dimension) => dimension.print(compress, out),
        Value::Color(color) => color.print(compress, out)?,
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
        Value::UnitText(unit) => out.push_str(&unit.text()),
        Value::Url(inner) => wrapped("url(", inner, compress, out)?,
        Value::Paren(inner) => wrapped("(", inner, compress, out)?,
        Value::Alpha(inner) => wrapped("alpha(opacity=", inner, compress, out)?,
        Value::Negative(inner) => {
            out.push('-');
            to_css(inner, compress, out)?;
        }
        Value::Comma(list) => joined(list, if compress { "," } else { ", " }, compress, out)?,
        Value::Space(list) => joined(list, " ", compress, out)?,
        Value::Call(call) => {
            out.push_str(&call.name);
            out.push('(');
            joined(&call.args, ", ", compress, out)?;
            out.push(')');
        }
        Value::Operation(operation) => {
            let blank = if operation.spaced { " " } else { "" };
            to_css(&operation.left, compress, out)?;
            out.push_str(blank);
            out.push_str(operation.operator.as_str());
            out.push_str(blank);
            to_css(&operation.right, compress, out)?;
        }
        Value::Assignment(assignment) => {
            out.push_str(&assignment.key);
            out.push('=');
            to_css(&assignment.value, compress, out)?;
        }
        Value::Comment(text) => {
            out.push_str(text.trim_matches([' ', '\t', '\n', '\r', '\0', '\u{b}']))
        }
        // What walks the tree before it is printed stumbles over these.
        Value::Bare(_) | Value::BareText(_) => {
            return Err(Fault::undefined_property(value.class(), "type"));
        }
        Value::Detached(_) => {}
    }
    Ok(())
}

/// The text of a value on its own (`toCSS`), which differs from the printed form for comments.
pub(crate) fn css(value: &Value, compress: bool) -> Result<String, Fault> {
    match value {
        Value::Comment(text) => {
            return Ok(if compress {
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
    to_css(value, compress, &mut out)?;
    Ok(out)
}

fn wrapped(open: &str, inner: &Value, compress: bool, out: &mut String) -> Result<(), Fault> {
    out.push_str(open);
    to_css(inner, compress, out)?;
    out.push(')');
    Ok(())
}

fn joined(list: &[Value], glue: &str, compress: bool, out: &mut String) -> Result<(), Fault> {
    // Lists can share their parts, so that few lines make a list that would fill the memory.
    const MOST_BYTES: usize = 64 << 20;
    for (index, value) in list.iter().enumerate() {
        if out.len() > MOST_BYTES {
            return Err(Fault::exception(format!(
                "more than {MOST_BYTES} bytes of output"
            )));
        }
        if index > 0 {
            out.push_str(glue);
        }
        to_css(value, compress, out)?;
    }
    Ok(())
}
