//! XML documents with positions for messages.

use std::path::Path;

use roxmltree::{Document, Node, ParsingOptions, TextPos};

use crate::error::Error;

/// A parsed file.
pub(crate) struct Xml<'a> {
    document: Document<'a>,
}

/// The text of a file as libxml understands it.
pub(crate) struct XmlText(String);

impl XmlText {
    /// Decodes a file that Magento's merger of XML files reads: a prefix that nobody declared is declared, for libxml
    /// goes on without it.
    pub(crate) fn new(path: &Path, source: &[u8]) -> Result<Self, Error> {
        let Self(text) = Self::as_written(path, source)?;
        Ok(Self(with_declared_prefixes(text)))
    }

    /// Decodes a file: UTF-8, UTF-16, or the single-byte encodings that Western editors write, where the declaration
    /// names one. A byte-order mark is skipped.
    pub(crate) fn as_written(path: &Path, source: &[u8]) -> Result<Self, Error> {
        if let Some(text) = utf_16(source) {
            return Ok(Self(text));
        }
        let text = match std::str::from_utf8(source) {
            Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
            Err(_) if declares_latin(source) => {
                source.iter().map(|&byte| char::from(byte)).collect()
            }
            Err(error) => {
                let hint = "save the file as UTF-8, or declare its encoding".to_owned();
                let message = "invalid UTF-8 in an XML file";
                return Err(Error::at(
                    path,
                    source,
                    error.valid_up_to(),
                    message,
                    Some(hint),
                ));
            }
        };
        Ok(Self(text))
    }
}

/// The text of a file that begins with the byte-order mark of UTF-16.
fn utf_16(source: &[u8]) -> Option<String> {
    let (is_little, rest) = match source {
        [0xff, 0xfe, rest @ ..] => (true, rest),
        [0xfe, 0xff, rest @ ..] => (false, rest),
        _ => return None,
    };
    let unit = if is_little {
        u16::from_le_bytes
    } else {
        u16::from_be_bytes
    };
    let (pairs, odd) = rest.as_chunks();
    let units: Vec<u16> = pairs.iter().map(|&pair| unit(pair)).collect();
    String::from_utf16(&units).ok().filter(|_| odd.is_empty())
}

/// Whether the declaration names ISO-8859-1 or a superset of it.
fn declares_latin(source: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&source[..source.len().min(200)]).to_ascii_lowercase();
    let declaration = head.split("?>").next().unwrap_or_default();
    ["iso-8859-1", "windows-1252", "latin1", "cp1252"]
        .iter()
        .any(|name| declaration.contains(name))
}

/// Prefixes that the parser misses are declared at the root element, one after another.
fn with_declared_prefixes(mut text: String) -> String {
    const MOST: usize = 8;
    // Nearly every file declares what it uses, and is not to be parsed twice.
    if text.contains("xmlns:") {
        return text;
    }
    for _ in 0..MOST {
        let Err(roxmltree::Error::UnknownNamespace(prefix, _)) =
            Document::parse_with_options(&text, options())
        else {
            break;
        };
        let Some(at) = root_name_end(&text) else {
            break;
        };
        text.insert_str(at, &format!(" xmlns:{prefix}=\"urn:undeclared\""));
    }
    text
}

/// Behind the name of the root element.
fn root_name_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at += text[at..].find('<')?;
        match bytes.get(at + 1)? {
            b'?' => at += text[at..].find("?>")?,
            b'!' if text[at..].starts_with("<!--") => at += text[at..].find("-->")?,
            b'!' => at += 1,
            _ => {
                let end = text[at..].find(|c: char| c.is_whitespace() || c == '>' || c == '/')?;
                return Some(at + end);
            }
        }
    }
}

fn options<'input>() -> ParsingOptions<'input> {
    ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    }
}

impl<'a> Xml<'a> {
    /// Parses a file.
    pub(crate) fn new(path: &Path, text: &'a XmlText) -> Result<Self, Error> {
        let document = Document::parse_with_options(&text.0, options()).map_err(|error| {
            let TextPos { row, col } = error.pos();
            Error::Malformed {
                path: path.to_path_buf(),
                line: row as usize,
                column: col as usize,
                message: format!("malformed XML: {}", without_place(&error.to_string())),
                hint: Some(format!(
                    "check the file with `xmllint --noout {}`",
                    path.display()
                )),
            }
        })?;
        Ok(Self { document })
    }

    pub(crate) fn document(&self) -> &Document<'a> {
        &self.document
    }

    /// The line of a node, from 1.
    pub(crate) fn line(&self, node: Node<'_, '_>) -> usize {
        self.place(node).0
    }

    /// The line and column of a node, from 1.
    pub(crate) fn place(&self, node: Node<'_, '_>) -> (usize, usize) {
        let TextPos { row, col } = self.document.text_pos_at(node.range().start);
        (row as usize, col as usize)
    }

    /// All text inside the first element of that name, in document order.
    pub(crate) fn first_text(&self, tag: &str) -> Option<String> {
        let node = self
            .document
            .descendants()
            .find(|node| node.has_tag_name(tag))?;
        Some(text_of(node))
    }
}

/// DOM's `nodeValue`/`textContent`: the text of the node and everything in it.
pub(crate) fn text_of(node: Node<'_, '_>) -> String {
    node.descendants()
        .filter(Node::is_text)
        .filter_map(|node| node.text())
        .collect()
}

/// roxmltree ends its messages with ` at 3:14`; the place is shown in front already.
fn without_place(message: &str) -> &str {
    message
        .rsplit_once(" at ")
        .map_or(message, |(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &[u8]) -> Option<String> {
        let path = Path::new("x.xml");
        let decoded = XmlText::new(path, source).ok()?;
        let xml = Xml::new(path, &decoded).ok()?;
        xml.first_text("a")
    }

    #[test]
    fn what_libxml_accepts_is_read() {
        assert_eq!(text(b"<r xsi:x='1'><a>1</a></r>").as_deref(), Some("1"));
        assert_eq!(
            text(b"<?xml version='1.0'?><!-- < --><r x:y='' z:w=''><a>2</a></r>").as_deref(),
            Some("2")
        );
        let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><r><a>\xE9</a></r>";
        assert_eq!(text(latin).as_deref(), Some("\u{e9}"));
        assert_eq!(
            text("\u{feff}<r><a>3</a></r>".as_bytes()).as_deref(),
            Some("3")
        );
        assert_eq!(text(b"<r><a>\xE9</a></r>"), None);
        assert_eq!(text(b"<r><a></r>"), None);
    }
}
