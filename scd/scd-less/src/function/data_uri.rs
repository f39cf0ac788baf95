//! `data-uri()`: a file written into the stylesheet. The file comes from the context's reader,
//! never from the disk.

use super::arguments::{Arguments, Outcome, Parameter, text_parameter};
use super::encode::{base64, raw_url};
use super::string::pattern_text;
use crate::options::Dialect;
use crate::value::{Fault, FaultClass, Property, Value, is_relative_path, normalize_path, round};
use std::rc::Rc;

/// From this many kilobytes on, the file stays a file.
const LIMIT: f64 = 32.0;

/// What PHP hands a path to once its slashes are exchanged.
const NEXT: &str = "preg_match(): Argument #2 ($subject)";

/// `data-uri(mime-type, file)` or `data-uri(file)`
pub(super) fn data_uri(arguments: &Arguments<'_>) -> Outcome {
    let first = arguments.required(0)?;
    let second = arguments
        .get(1)
        .map(|value| arguments.read(value).map(|property| (value, property)))
        .transpose()?;
    let property = arguments.read(first)?;
    // What PHP takes for nothing counts as no file name, and an object is something.
    let second = match second {
        None | Some((_, Property::Null)) => None,
        Some((value, path)) => {
            let text = path_text(&path, NEXT)?;
            let named = matches!(path, Property::Unit(_)) || !text.is_empty() && text != "0";
            named.then_some((value, text))
        }
    };
    let (kind, mut path) = match &second {
        Some((_, path)) => (
            Some(text_parameter(&property, &Parameter::MATCH)?),
            path.clone(),
        ),
        None => (None, path_text(&property, NEXT)?),
    };
    let written = path.replace('\\', "/");
    path = match arguments.context.caller.rfind('/') {
        Some(slash) if is_relative_path(&written, Dialect::V3) => {
            let directory = arguments.context.caller[..slash].trim_end_matches('/');
            normalize_path(&format!("{directory}/{written}"))
        }
        _ => written.clone(),
    };
    let kind = kind.unwrap_or_else(|| mime_type(&path));
    let encoded = kind.ends_with(";base64");
    let bytes = (arguments.context.read)(&written);
    let length = bytes.as_deref().map_or(0, <[u8]>::len);
    if round(length as f64 / 1024.0) >= LIMIT {
        let node = second.map_or(first, |(value, _)| value);
        return Ok(Some(Value::Url(Rc::new(as_address(arguments, node)))));
    }
    Ok(Some(Value::Url(Rc::new(match bytes.as_deref() {
        // PHP takes a file that holds nothing but `0` for empty.
        None | Some(b"" | b"0") => Value::anonymous(path),
        Some(bytes) => {
            let content = if encoded {
                base64(bytes)
            } else {
                raw_url(bytes)
            };
            Value::anonymous(format!("\"data:{kind},{content}\""))
        }
    }))))
}

/// The text of a path. A list of what PHP can make text of becomes an array, which the function
/// that comes next does not take.
pub(super) fn path_text(path: &Property, next: &str) -> Result<String, Fault> {
    pattern_text(path).map_err(|fault| match (path, fault.class) {
        (Property::List(_), FaultClass::Exception) => {
            Fault::error(format!("{next} must be of type string, array given"))
        }
        _ => fault,
    })
}

/// The file name as an address, as any other `url()` is evaluated.
pub(super) fn as_address(arguments: &Arguments<'_>, node: &Value) -> Value {
    let addresses = arguments.context.addresses;
    addresses
        .evaluated(node.clone())
        .unwrap_or_else(|| node.clone())
}

/// The type that the extension stands for, with the marker for base64 unless it is text.
pub(super) fn mime_type(path: &str) -> String {
    let extension = path.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
    match extension.as_str() {
        "htm" | "html" => "text/html",
        "gif" => "image/gif;base64",
        "jpg" | "jpeg" => "image/jpeg;base64",
        "png" => "image/png;base64",
        "ttf" => "application/x-font-ttf;base64",
        "otf" => "application/x-font-otf;base64",
        "eot" => "application/vnd.ms-fontobject;base64",
        "woff" => "application/x-font-woff;base64",
        "svg" => "image/svg+xml;base64",
        _ => ";base64",
    }
    .to_owned()
}
