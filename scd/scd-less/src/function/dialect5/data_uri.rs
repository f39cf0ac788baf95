//! `data-uri()`: a file written into the stylesheet, an SVG image percent-encoded.

use super::super::arguments::{Arguments, Outcome, Parameter, text_parameter};
use super::super::data_uri::{as_address, mime_type, path_text};
use super::super::encode::{base64, raw_url};
use crate::value::{Fault, Property, Value};
use std::rc::Rc;
use std::sync::Arc;

/// From this many encoded bytes on, the file stays a file.
const LIMIT: usize = 32_768;

/// A file as less.php finds it.
pub(super) struct Found {
    /// The path in the stylesheet, perhaps with `.less` added.
    pub(super) path: String,
    /// What is in it.
    pub(super) bytes: Arc<[u8]>,
}

/// Looks a file up as imports are looked up: as it is called, or with `.less` added
/// (`Less_FileManager::getFilePath`).
pub(super) fn find(arguments: &Arguments<'_>, path: &str) -> Option<Found> {
    if path.is_empty() || path == "0" {
        return None;
    }
    [path.to_owned(), format!("{path}.less")]
        .into_iter()
        .find_map(|path| {
            let bytes = (arguments.context.read)(&path)?;
            Some(Found { path, bytes })
        })
}

/// The failure for a file that does not exist: less.php hands its missing path to a function of PHP
/// that wants a text.
pub(super) fn missing(parameter: &str) -> Fault {
    Fault::exception(format!(
        "Deprecated Functionality: {parameter} of type string is deprecated"
    ))
}

/// PHP's complaint about a missing path whose extension is looked for.
pub(super) const EXPLODE: &str = "explode(): Passing null to parameter #2 ($string)";
/// PHP's complaint about a missing path that is looked for.
const FILE_EXISTS: &str = "file_exists(): Passing null to parameter #1 ($filename)";

/// `data-uri(mime-type, file)` or `data-uri(file)`
pub(super) fn data_uri(arguments: &Arguments<'_>) -> Outcome {
    let (kind, node) = match arguments.get(1) {
        Some(file) => (Some(arguments.required(0)?), file),
        None => (None, arguments.required(0)?),
    };
    let path = arguments.read(node)?;
    let kind = kind.map(|kind| arguments.read(kind)).transpose()?;
    let path = path_text(&path, "strpos(): Argument #1 ($haystack)")?.replace('\\', "/");
    let (path, fragment) = match path.find('#') {
        Some(at) => path.split_at(at),
        None => (path.as_str(), ""),
    };
    let found = find(arguments, path);
    let kind = match kind {
        Some(Property::Text(kind)) if !kind.is_empty() && &*kind != "0" => Some(kind.to_string()),
        Some(Property::Number(number)) if number != 0.0 => {
            Some(text_parameter(&Property::Number(number), &Parameter::PATH)?)
        }
        Some(Property::Unit(unit)) => Some(unit.text()),
        Some(other @ (Property::List(_) | Property::Node(_))) => {
            return Err(Fault::error(format!(
                "preg_match(): Argument #2 ($subject) must be of type string, {} given",
                other.php_type()
            )));
        }
        _ => None,
    };
    let Some(found) = found else {
        return Err(missing(if kind.is_some() { FILE_EXISTS } else { EXPLODE }));
    };
    let kind = kind.unwrap_or_else(|| match mime_type(&found.path) {
        svg if svg.starts_with("image/svg+xml") => "image/svg+xml".to_owned(),
        other => other,
    });
    // A final line feed does not count as behind the end of the text.
    let encoded = kind
        .strip_suffix('\n')
        .unwrap_or(&kind)
        .ends_with(";base64");
    let content = if encoded {
        base64(&found.bytes)
    } else {
        raw_url(&found.bytes)
    };
    let address = if content.len() >= LIMIT {
        as_address(arguments, node)
    } else {
        Value::quoted(Some('"'), format!("data:{kind},{content}{fragment}"), false)
    };
    Ok(Some(Value::Url(Rc::new(address))))
}
