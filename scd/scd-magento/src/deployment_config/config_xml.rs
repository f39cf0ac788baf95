//! Defaults that modules bring in `etc/config.xml`.

use std::path::Path;

use rayon::prelude::*;

use crate::error::Error;
use crate::module::Module;
use crate::php::{PhpArray, PhpKey, PhpValue};
use crate::tree::Tree;
use crate::xml::{Xml, XmlText, text_of};

/// The merged defaults of modules, later ones winning.
///
/// # Errors
/// Malformed XML, with its place.
pub(super) fn defaults(tree: &dyn Tree, modules: &[&Module]) -> Result<PhpArray, Error> {
    let parts: Vec<Option<PhpArray>> = modules
        .par_iter()
        .map(|module| {
            let path = module.directory.join("etc/config.xml");
            match tree.read(&path) {
                Ok(source) => config_xml(&path, &source).map(Some),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(Error::read(&path)(error)),
            }
        })
        .collect::<Result<_, _>>()?;
    let mut merged = PhpArray::new();
    for part in parts.iter().flatten() {
        merged.replace_recursive(part);
    }
    Ok(merged)
}

/// `default`, `websites`, `stores` of one `config.xml`. Mirrors `Magento\Framework\App\Config\Initial\Converter`.
fn config_xml(path: &Path, source: &[u8]) -> Result<PhpArray, Error> {
    let text = XmlText::new(path, source)?;
    let xml = Xml::new(path, &text)?;
    let mut data = PhpArray::new();
    for section in xml
        .document()
        .root_element()
        .children()
        .filter(roxmltree::Node::is_element)
    {
        let name = section.tag_name().name();
        if matches!(name, "default" | "websites" | "stores") {
            data.insert(PhpKey::from_bytes(name.as_bytes()), node_value(section, 0));
        }
    }
    Ok(data)
}

/// Elements deeper than this are no configuration path.
const MAX_DEPTH: usize = 32;

fn node_value(node: roxmltree::Node<'_, '_>, depth: usize) -> PhpValue {
    let mut children = node
        .children()
        .filter(roxmltree::Node::is_element)
        .peekable();
    if children.peek().is_none() || depth > MAX_DEPTH {
        let text = text_of(node);
        return if text.trim().is_empty() {
            PhpValue::Null
        } else {
            PhpValue::string(text)
        };
    }
    let mut array = PhpArray::new();
    for child in children {
        let mut single = PhpArray::new();
        single.insert(
            PhpKey::from_bytes(child.tag_name().name().as_bytes()),
            node_value(child, depth + 1),
        );
        array.replace_recursive(&single);
    }
    PhpValue::Array(array)
}
