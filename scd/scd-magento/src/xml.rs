//! XML documents with positions for messages.

use std::path::Path;

use roxmltree::{Document, Node, ParsingOptions, TextPos};

use crate::error::Error;

/// A parsed file.
pub(crate) struct Xml<'a> {
    document: Document<'a>,
}

impl<'a> Xml<'a> {
    /// Parses a file. A byte-order mark is skipped, as libxml does.
    pub(crate) fn new(path: &Path, source: &'a [u8]) -> Result<Self, Error> {
        let text = std::str::from_utf8(source).map_err(|error| {
            Error::at(
                path,
                source,
                error.valid_up_to(),
                "invalid UTF-8 in an XML file",
                Some("save the file as UTF-8".to_owned()),
            )
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let options = ParsingOptions {
            allow_dtd: true,
            ..ParsingOptions::default()
        };
        let document = Document::parse_with_options(text, options).map_err(|error| {
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
        self.document.text_pos_at(node.range().start).row as usize
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
