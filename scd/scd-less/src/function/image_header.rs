//! Reading width and height out of image files, for the formats that stylesheets use.

/// How many bytes tell every format.
const LONGEST_SIGNATURE: usize = 12;

/// Whether a file is so short that its format cannot be told.
pub(super) fn is_undecided(bytes: &[u8]) -> bool {
    let known = [&b"GIF"[..], b"\xff\xd8\xff", b"BM"];
    bytes.len() < 3
        || bytes.len() < LONGEST_SIGNATURE && !known.iter().any(|start| bytes.starts_with(start))
}

/// Width and height in pixels of a GIF, PNG, JPEG, WebP, BMP or WBMP file; `None` for anything else.
pub(super) fn size(bytes: &[u8]) -> Option<(f64, f64)> {
    let (width, height) = match bytes {
        [b'G', b'I', b'F', _, _, _, a, b, c, d, ..] => (little(&[*a, *b]), little(&[*c, *d])),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, rest @ ..] => {
            (big(rest.get(8..12)?), big(rest.get(12..16)?))
        }
        [0xff, 0xd8, 0xff, ..] => jpeg(bytes)?,
        [b'B', b'M', ..] => bitmap(bytes)?,
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            rest @ ..,
        ] => webp(rest)?,
        [0, rest @ ..] if bytes.len() >= LONGEST_SIGNATURE => wireless_bitmap(rest)?,
        _ => return None,
    };
    Some((f64::from(width), f64::from(height)))
}

fn little(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn big(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// The first frame header among the segments.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        at += bytes.get(at..)?.iter().position(|byte| *byte != 0xff)?;
        let marker = bytes[at];
        let length = big(bytes.get(at + 1..at + 3)?) as usize;
        match marker {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let sizes = bytes.get(at + 4..at + 8)?;
                return Some((big(&sizes[2..]), big(&sizes[..2])));
            }
            // The data and the end of the image: there was no header.
            0xd9 | 0xda => return None,
            _ => at += 1 + length,
        }
    }
}

fn bitmap(bytes: &[u8]) -> Option<(u32, u32)> {
    match little(bytes.get(14..18)?) {
        12 => Some((little(bytes.get(18..20)?), little(bytes.get(20..22)?))),
        // Rows from top to bottom are told by a negative height.
        size if size > 12 && (size <= 64 || size == 108 || size == 124) => {
            let height = little(bytes.get(22..26)?) as i32;
            Some((little(bytes.get(18..22)?), height.unsigned_abs()))
        }
        _ => None,
    }
}

/// A header and two numbers of seven bits per byte, the top bit telling that more follow.
fn wireless_bitmap(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.iter();
    rest.find(|byte| **byte < 0x80)?;
    let mut number = || {
        let mut number = 0;
        for byte in rest.by_ref() {
            number = number << 7 | u32::from(byte & 0x7f);
            // The largest side that PHP takes for real.
            if number > 2048 {
                return None;
            }
            if *byte < 0x80 {
                return Some(number).filter(|number| *number > 0);
            }
        }
        None
    };
    Some((number()?, number()?))
}

fn webp(chunk: &[u8]) -> Option<(u32, u32)> {
    let data = chunk.get(8..18)?;
    Some(match chunk.get(..4)? {
        b"VP8 " => (little(&data[6..8]) & 0x3fff, little(&data[8..10]) & 0x3fff),
        b"VP8L" => {
            let bits = little(&data[1..5]);
            ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)
        }
        b"VP8X" => (little(&data[4..7]) + 1, little(&data[7..10]) + 1),
        _ => return None,
    })
}

/// The numbers that the `width` and `height` attributes of the root element of an SVG image begin
/// with, 0 if there are none; `None` if there is no root element.
pub(super) fn svg_size(bytes: &[u8]) -> Option<(f64, f64)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut rest = text;
    // The root is the first tag that is neither declaration, instruction nor comment.
    let tag = loop {
        rest = &rest[rest.find('<')?..];
        let end = if rest.starts_with("<!--") {
            rest.find("-->")? + 3
        } else if rest.starts_with("<?") {
            rest.find("?>")? + 2
        } else if rest.starts_with("<!") {
            rest.find('>')? + 1
        } else {
            break &rest[1..];
        };
        rest = &rest[end..];
    };
    let name = tag.find(|sign: char| sign.is_ascii_whitespace() || matches!(sign, '>' | '/'))?;
    let (mut width, mut height) = (0.0, 0.0);
    let mut rest = tag[name..].trim_start();
    while !rest.starts_with(['>', '/']) {
        let (key, value) = rest.split_once('=')?;
        let value = value.trim_start();
        let quote = value.chars().next().filter(|sign| "\"'".contains(*sign))?;
        let (value, behind) = value[1..].split_once(quote)?;
        match key.trim() {
            "width" => width = leading_number(value),
            "height" => height = leading_number(value),
            _ => {}
        }
        rest = behind.trim_start();
    }
    Some((width, height))
}

/// The number that a text begins with, as `floatval()` reads it.
fn leading_number(text: &str) -> f64 {
    let text = text.trim_start();
    let limit = text.len().min(64);
    (1..=limit)
        .rev()
        .filter_map(|end| text.get(..end))
        .filter(|start| start.ends_with(|sign: char| sign.is_ascii_digit() || sign == '.'))
        .find_map(|start| start.parse().ok())
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_headers() {
        assert_eq!(size(b"GIF89a\x03\x01\x02\x00"), Some((259.0, 2.0)));
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\x01\0";
        assert_eq!(size(png), Some((16.0, 256.0)));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x07\0\x09";
        assert_eq!(size(jpeg), Some((9.0, 7.0)));
        assert_eq!(
            size(b"RIFF....WEBPVP8X....\0\0\0\0\x04\0\0\x02\0\0"),
            Some((5.0, 3.0))
        );
        assert_eq!(size(b"\0\0\x81\x05\x03......."), Some((133.0, 3.0)));
        assert_eq!(size(b"text"), None);
        assert_eq!(size(b"\xff\xd8\xff\xe0"), None);
    }

    #[test]
    fn reads_the_root_element() {
        let svg = b"<?xml version='1.0'?><!-- <svg> --><svg a='>' width=\"12.5px\" height='3e1'/>";
        assert_eq!(svg_size(svg), Some((12.5, 30.0)));
        assert_eq!(svg_size(b"<svg/>"), Some((0.0, 0.0)));
        assert_eq!(svg_size(b"none"), None);
    }
}
