//! Changes to Magento's PHP side that cannot be followed here: plugins, preferences and extra items on the classes
//! whose work is mirrored. They are found in `etc/di.xml` and reported.

use std::path::{Path, PathBuf};

use memchr::memmem;
use rayon::prelude::*;

use crate::error::Error;
use crate::ident::ModuleName;
use crate::module::Modules;
use crate::tree::Tree;
use crate::xml::{Xml, XmlText};

/// A declaration in a module's global `etc/di.xml` that changes how static files come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customisation {
    /// The module that declares it.
    pub module: ModuleName,
    /// Its `etc/di.xml`.
    pub file: PathBuf,
    /// Line of the declaration, from 1.
    pub line: usize,
    /// The class or virtual type that is changed.
    pub target: String,
    /// How: `plugin X of type Y`, `preference for Y`, `arguments`.
    pub what: String,
    /// Whether its effect is reproduced.
    pub is_known: bool,
}

/// Classes and name spaces that are mirrored; a name ending in `\` stands for everything in it.
const WATCHED: [&str; 24] = [
    r"AlternativeSourceProcessors",
    r"AssetPreProcessorPool",
    r"AssetPreProcessorPoolForSourceThemeDeploy",
    r"Magento\Deploy\Collector\",
    r"Magento\Deploy\Config\BundleConfig",
    r"Magento\Deploy\Package\",
    r"Magento\Deploy\Process\",
    r"Magento\Deploy\Service\",
    r"Magento\Deploy\Source\",
    r"Magento\Deploy\Strategy\",
    r"Magento\Framework\Code\Minifier\",
    r"Magento\Framework\Css\",
    r"Magento\Framework\Locale\Config",
    r"Magento\Framework\Phrase\Renderer\Translate",
    r"Magento\Framework\RequireJs\",
    r"Magento\Framework\Translate",
    r"Magento\Framework\TranslateInterface",
    r"Magento\Framework\View\Asset\",
    r"Magento\Framework\View\Design\Fallback\",
    r"Magento\Framework\View\Design\FileResolution\",
    r"Magento\Framework\View\Template\Html\Minifier",
    r"Magento\Framework\View\Template\Html\MinifierInterface",
    r"Magento\Translation\Model\Js\",
    r"Magento\Translation\Model\Json\",
];

/// Bytes of which at least one is in every file with a watched name; a search before any XML is parsed.
const TRACES: [&[u8]; 8] = [
    br"PreProcessorPool",
    br"AlternativeSource",
    br"Magento\Deploy\",
    br"Magento\Framework\View\",
    br"Magento\Framework\Css\",
    br"Magento\Framework\Code\Minifier",
    br"Magento\Framework\RequireJs",
    br"Transl",
];

/// Modules of Magento itself whose declarations are part of what is mirrored.
const STOCK: [&str; 6] = [
    "Magento_Catalog",
    "Magento_Deploy",
    "Magento_Developer",
    "Magento_MediaStorage",
    "Magento_RequireJs",
    "Magento_Translation",
];

/// The plugin whose entry `/pay.google.com/` is appended to every exclusion list.
const BRAINTREE: &str = r"PayPal\Braintree\Plugin\ExcludeFromMinification";

/// Entries that plugins of enabled modules append to `minify_exclude`.
pub(crate) fn appended_excludes(customisations: &[Customisation]) -> Vec<&'static str> {
    let is_braintree = |found: &Customisation| found.is_known && found.what.ends_with(BRAINTREE);
    if customisations.iter().any(is_braintree) {
        vec!["/pay.google.com/"]
    } else {
        Vec::new()
    }
}

/// Searches the global `etc/di.xml` of all enabled modules, in their order.
///
/// # Errors
/// Malformed XML in a file that names a watched class.
pub(crate) fn find(tree: &dyn Tree, modules: &Modules) -> Result<Vec<Customisation>, Error> {
    let enabled: Vec<_> = modules.enabled().collect();
    let found: Vec<Vec<Customisation>> = enabled
        .par_iter()
        .map(|module| {
            if STOCK.contains(&module.name.as_str()) {
                return Ok(Vec::new());
            }
            let file = module.directory.join("etc/di.xml");
            match tree.read(&file) {
                Ok(source) => in_file(&module.name, &file, &source),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
                Err(error) => Err(Error::read(&file)(error)),
            }
        })
        .collect::<Result<_, _>>()?;
    Ok(found.into_iter().flatten().collect())
}

fn in_file(module: &ModuleName, file: &Path, source: &[u8]) -> Result<Vec<Customisation>, Error> {
    let is_traced = TRACES
        .iter()
        .any(|trace| memmem::find(source, trace).is_some())
        || memmem::find(source, br"Magento\Framework\Locale\Config").is_some();
    if !is_traced {
        return Ok(Vec::new());
    }
    let text = XmlText::new(file, source)?;
    let xml = Xml::new(file, &text)?;
    let mut found = Vec::new();
    let mut report = |node: roxmltree::Node<'_, '_>, target: &str, what: String| {
        let is_known =
            target == r"Magento\Framework\View\Asset\Minification" && what.ends_with(BRAINTREE);
        found.push(Customisation {
            module: module.clone(),
            file: file.to_path_buf(),
            line: xml.line(node),
            target: target.to_owned(),
            what,
            is_known,
        });
    };
    for node in xml.document().root_element().children() {
        let attribute = |name| {
            node.attribute(name)
                .unwrap_or_default()
                .trim_start_matches('\\')
        };
        match node.tag_name().name() {
            "preference" if is_watched(attribute("for")) => {
                report(
                    node,
                    attribute("for"),
                    format!("preference for {}", attribute("type")),
                );
            }
            "type" | "virtualType" if is_watched(attribute("name")) => {
                for child in node.children() {
                    if child.has_tag_name("plugin") && child.attribute("disabled") == Some("true") {
                        continue;
                    }
                    if child.has_tag_name("plugin") {
                        let name = child.attribute("name").unwrap_or_default();
                        let class = child
                            .attribute("type")
                            .unwrap_or_default()
                            .trim_start_matches('\\');
                        report(
                            child,
                            attribute("name"),
                            format!("plugin {name} of type {class}"),
                        );
                    } else if child.has_tag_name("arguments") {
                        report(child, attribute("name"), "arguments".to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

fn is_watched(class: &str) -> bool {
    WATCHED
        .iter()
        .any(|watched| match watched.strip_suffix('\\') {
            Some(_) => class.starts_with(watched),
            None => class == *watched,
        })
}
