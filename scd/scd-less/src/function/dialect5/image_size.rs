//! `image-size()`, `image-width()` and `image-height()`.

use super::super::arguments::{Arguments, Outcome};
use super::super::data_uri::path_text;
use super::super::image_header;
use super::data_uri::{EXPLODE, find, missing};
use crate::value::{Dimension, Fault, Value};

/// `image-size(file)`
pub(super) fn size(arguments: &Arguments<'_>) -> Outcome {
    let (width, height) = measure(arguments)?;
    Ok(Some(Value::Space([pixels(width), pixels(height)].into())))
}

/// `image-width(file)`
pub(super) fn width(arguments: &Arguments<'_>) -> Outcome {
    measure(arguments).map(|(width, _)| Some(pixels(width)))
}

/// `image-height(file)`
pub(super) fn height(arguments: &Arguments<'_>) -> Outcome {
    measure(arguments).map(|(_, height)| Some(pixels(height)))
}

fn pixels(number: f64) -> Value {
    Value::Dimension(Dimension::new(number, "px"))
}

/// What PHP hands a path to next.
const PREG_MATCH: &str = "preg_match(): Argument #2 ($subject)";

/// Width and height; 0 for what is no image.
fn measure(arguments: &Arguments<'_>) -> Result<(f64, f64), Fault> {
    let Some(node) = arguments.get(0) else {
        return Err(Fault::exception(
            "Warning: Attempt to read property \"value\" on null",
        ));
    };
    let path = path_text(&arguments.read(node)?, PREG_MATCH)?.replace('\\', "/");
    let Some(found) = find(arguments, &path) else {
        return Err(missing(EXPLODE));
    };
    let is_svg = found
        .path
        .rsplit('.')
        .next()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("svg"));
    if is_svg {
        return image_header::svg_size(&found.bytes)
            .ok_or_else(|| Fault::exception("`image-size` could not read the SVG image"));
    }
    match image_header::size(&found.bytes) {
        Some(size) => Ok(size),
        // PHP notices a file that ends before it could tell.
        None if image_header::is_undecided(&found.bytes) => Err(Fault::exception(format!(
            "Notice: getimagesize(): Error reading from {}!",
            found.path
        ))),
        None => Ok((0.0, 0.0)),
    }
}
