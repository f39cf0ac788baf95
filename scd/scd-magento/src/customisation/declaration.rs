//! What a `di.xml` declares about watched classes.

use std::path::Path;

use memchr::memmem;
use roxmltree::Node;
use serde::{Deserialize, Serialize};

use super::effect::effect_of;
use crate::error::Error;
use crate::xml::{Xml, XmlText};

/// A declaration about a watched class or virtual type.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Declaration {
    /// The class or virtual type.
    pub(super) target: String,
    /// Line, from 1.
    pub(super) line: usize,
    pub(super) kind: Kind,
}

/// What is declared.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) enum Kind {
    /// Another class in its place, by a preference or as the type of a virtual type.
    Class(String),
    Plugin {
        name: String,
        /// None where an earlier declaration of that name gives it.
        class: Option<String>,
        is_disabled: bool,
    },
    Argument {
        /// Names of the argument and of the items that lead to the value, separated by `/`.
        path: String,
        value: String,
        /// Whether the value names a class.
        is_class: bool,
    },
}

/// Bytes of which at least one is in every file with a watched name; a search before any XML is parsed.
const TRACES: [&[u8]; 14] = [
    br"PreProcessor",
    br"AlternativeSource",
    br"Minif",
    br"viewFile",
    br"Magento\Deploy\",
    br"Magento\Framework\App\Language\",
    br"Magento\Framework\App\View\",
    br"Magento\Framework\Css\",
    br"Magento\Framework\Locale\Config",
    br"Magento\Framework\View\",
    br"Phrase",
    br"RequireJs",
    br"DeployStaticContent",
    br"Transl",
];

/// The declarations of a file, in order.
///
/// # Errors
/// Malformed XML in a file that names a watched class.
pub(super) fn declarations(file: &Path, source: &[u8]) -> Result<Vec<Declaration>, Error> {
    let is_there = |trace: &&[u8]| memmem::find(source, trace).is_some();
    if !TRACES.iter().any(is_there) {
        return Ok(Vec::new());
    }
    let text = XmlText::new(file, source)?;
    let xml = Xml::new(file, &text)?;
    let mut found = Vec::new();
    for node in xml.document().root_element().children() {
        let mut declare = |at: Node<'_, '_>, target: &str, kind: Kind| {
            found.push(Declaration {
                target: target.to_owned(),
                line: xml.line(at),
                kind,
            });
        };
        match node.tag_name().name() {
            "preference" => {
                let target = class_of(node, "for");
                if effect_of(target).is_some() {
                    declare(node, target, Kind::Class(class_of(node, "type").to_owned()));
                }
            }
            "type" | "virtualType" => {
                let target = class_of(node, "name");
                if effect_of(target).is_none() {
                    continue;
                }
                let class = class_of(node, "type");
                if !class.is_empty() {
                    declare(node, target, Kind::Class(class.to_owned()));
                }
                for child in node.children() {
                    match child.tag_name().name() {
                        "plugin" => declare(child, target, plugin(child)),
                        "arguments" => {
                            for argument in child.children().filter(Node::is_element) {
                                let mut leaves = Vec::new();
                                arguments(argument, "", 0, &mut leaves);
                                for (leaf, kind) in leaves {
                                    declare(leaf, target, kind);
                                }
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

fn class_of<'a>(node: Node<'a, '_>, attribute: &str) -> &'a str {
    let class = node.attribute(attribute).unwrap_or_default();
    class.trim_start_matches('\\')
}

fn plugin(node: Node<'_, '_>) -> Kind {
    let class = class_of(node, "type");
    Kind::Plugin {
        name: node.attribute("name").unwrap_or_default().to_owned(),
        class: (!class.is_empty()).then(|| class.to_owned()),
        is_disabled: matches!(node.attribute("disabled"), Some("true" | "1")),
    }
}

/// Items nested deeper than this are not followed; Magento nests three deep.
const MAX_DEPTH: usize = 16;

/// The values of an argument with the names that lead to them.
fn arguments<'a, 'i>(
    node: Node<'a, 'i>,
    way: &str,
    depth: usize,
    leaves: &mut Vec<(Node<'a, 'i>, Kind)>,
) {
    let name = node.attribute("name").unwrap_or_default();
    let path = if way.is_empty() {
        name.to_owned()
    } else {
        format!("{way}/{name}")
    };
    let mut items = node.children().filter(Node::is_element).peekable();
    if items.peek().is_some() && depth < MAX_DEPTH {
        for item in items {
            arguments(item, &path, depth + 1, leaves);
        }
        return;
    }
    let kind = node.attribute(("http://www.w3.org/2001/XMLSchema-instance", "type"));
    let value = node.text().unwrap_or_default().trim();
    if kind == Some("array") {
        return;
    }
    let is_class = kind == Some("object")
        || kind == Some("string") && (name == "class" || is_class_name(value));
    let kind = Kind::Argument {
        path,
        value: value.trim_start_matches('\\').to_owned(),
        is_class,
    };
    leaves.push((node, kind));
}

/// Whether a text is the name of a class in a name space.
fn is_class_name(text: &str) -> bool {
    let is_part = |part: &str| {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        !part.is_empty() && part.bytes().all(is_word)
    };
    let text = text.trim_start_matches('\\');
    text.contains('\\') && text.split('\\').all(is_part)
}
