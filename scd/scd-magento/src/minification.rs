//! Which files are minified, and how that shows in their names.
//!
//! Mirrors `Magento\Framework\View\Asset\Minification`.

use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use std::borrow::Cow;

use crate::deployment_config::{DeploymentConfig, Mode, Scope};
use crate::error::Error;
use crate::php::PhpValue;

/// The switches and exclusions of one run.
#[derive(Clone, Debug)]
pub struct Minification {
    js: Kind,
    css: Kind,
    html: bool,
}

#[derive(Clone, Debug, Default)]
struct Kind {
    store: bool,
    default: bool,
    excludes: Vec<String>,
    patterns: Vec<Pattern>,
    /// Each exclusion as a sequence of bytes, if it is one.
    sequences: Vec<Option<Sequence>>,
}

/// What one extension is told, in plain values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Whether files are minified outside `adminhtml/`.
    pub store: bool,
    /// Whether files are minified below `adminhtml/`.
    pub default: bool,
    /// The exclusions, in order, trimmed.
    pub excludes: Vec<String>,
}

/// Bytes; none stands for any byte but a line feed.
type Sequence = Vec<Option<u8>>;

/// What exclusions find in the beginning of a path, see [`Minification::beginning`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Beginning(Vec<(bool, Vec<usize>)>);

/// An entry of `minify_exclude`: an unanchored regular expression over bytes.
#[derive(Clone, Debug)]
enum Pattern {
    /// No character of it has a meaning in expressions.
    Literal(Box<memchr::memmem::Finder<'static>>),
    Expression(Box<Regex>),
}

impl Minification {
    /// Reads the switches. `appended` are the entries of PHP plugins that are known by name.
    ///
    /// # Errors
    /// An exclusion that is not a regular expression.
    pub fn new(config: &DeploymentConfig, mode: Mode, appended: &[&str]) -> Result<Self, Error> {
        let kind = |extension: &str| -> Result<Kind, Error> {
            let flag = format!("dev/{extension}/minify_files");
            let key = format!("dev/{extension}/minify_exclude");
            let mut excludes = entries(config.value(Scope::Store, &key), &key)?;
            excludes.extend(appended.iter().map(|entry| (*entry).to_owned()));
            let on = mode != Mode::Developer;
            let terms = Terms {
                store: on && config.flag(Scope::Store, &flag),
                default: on && config.flag(Scope::Default, &flag),
                excludes,
            };
            Kind::new(terms, extension)
        };
        Ok(Self {
            js: kind("js")?,
            css: kind("css")?,
            html: mode != Mode::Developer && config.flag(Scope::Store, "dev/template/minify_html"),
        })
    }

    /// What [`Minification::terms`] has said.
    ///
    /// # Errors
    /// An exclusion that is not a regular expression.
    pub fn of_terms([js, css]: [Terms; 2], html: bool) -> Result<Self, Error> {
        Ok(Self {
            js: Kind::new(js, "js")?,
            css: Kind::new(css, "css")?,
            html,
        })
    }

    /// The terms for scripts and for stylesheets.
    pub fn terms(&self) -> [Terms; 2] {
        [&self.js, &self.css].map(|kind| Terms {
            store: kind.store,
            default: kind.default,
            excludes: kind.excludes.clone(),
        })
    }

    /// Whether files of the extension are minified at `path`: below `adminhtml/` the default scope decides,
    /// elsewhere the store scope. Case-sensitive; false for anything but `js` and `css`.
    pub fn enabled(&self, path: &str, extension: &str) -> bool {
        let Some(kind) = self.kind(extension) else {
            return false;
        };
        if path.split('/').next() == Some("adminhtml") {
            kind.default
        } else {
            kind.store
        }
    }

    /// Everything that decides about scripts and stylesheets, as a text that differs wherever a decision could.
    pub fn description(&self) -> String {
        let Self { js, css, html } = self;
        let describe = |kind: &Kind| format!("{:?}", (kind.store, kind.default, &kind.excludes));
        format!("{} {} {html}", describe(js), describe(css))
    }

    /// Whether templates are asked to be minified, `dev/template/minify_html`.
    pub fn templates(&self) -> bool {
        self.html
    }

    /// Whether an exclusion for the path's extension matches the path.
    pub fn is_excluded(&self, path: &str) -> bool {
        let kind = self.kind(extension(path));
        kind.is_some_and(|kind| kind.patterns.iter().any(|pattern| pattern.matches(path)))
    }

    /// What the exclusions find in the beginning of a path: paths that go on alike after equal findings are excluded alike. None
    /// where an exclusion does more than to stand for a sequence of characters.
    pub fn beginning(&self, prefix: &str) -> Option<Beginning> {
        let kinds = [&self.js, &self.css].into_iter();
        let patterns = kinds.flat_map(|kind| &kind.sequences);
        let found = patterns.map(|sequence| {
            let sequence = sequence.as_deref()?;
            let prefix = prefix.as_bytes();
            let mut windows = prefix.windows(sequence.len());
            let is_inside = windows.any(|window| stands_for(sequence, window));
            // Where a match could begin that ends behind the prefix.
            let open = (1..sequence.len().min(prefix.len() + 1))
                .filter(|&length| stands_for(&sequence[..length], &prefix[prefix.len() - length..]))
                .collect();
            Some((is_inside, open))
        });
        found.collect::<Option<_>>().map(Beginning)
    }

    /// The exclusions for an extension, in order, trimmed.
    pub fn excludes(&self, extension: &str) -> &[String] {
        self.kind(extension).map_or(&[], |kind| &kind.excludes)
    }

    /// Inserts `min.` before the extension where that is how the file is deployed.
    pub fn add_min<'p>(&self, path: &'p str) -> Cow<'p, str> {
        let extension = extension(path);
        if self.enabled(path, extension) && !is_min(path) && !self.is_excluded(path) {
            return with_min(path, extension);
        }
        path.into()
    }

    /// The same for a path below a package (`area/Vendor/theme/locale`), decided on the full path.
    pub fn add_min_below<'p>(&self, package: &str, path: &'p str) -> Cow<'p, str> {
        let extension = extension(path);
        if self.enabled(package, extension)
            && !is_min(path)
            && !self.is_excluded(&[package, "/", path].concat())
        {
            return with_min(path, extension);
        }
        path.into()
    }

    /// The inverse of [`Self::add_min`] under the same conditions.
    pub fn remove_min(&self, path: &str) -> String {
        let extension = extension(path);
        if self.enabled(path, extension) && is_min(path) && !self.is_excluded(path) {
            let stem = &path[..path.len() - extension.len() - "min.".len()];
            return format!("{stem}{extension}");
        }
        path.to_owned()
    }

    fn kind(&self, extension: &str) -> Option<&Kind> {
        match extension {
            "js" => Some(&self.js),
            "css" => Some(&self.css),
            _ => None,
        }
    }
}

impl Kind {
    fn new(terms: Terms, extension: &str) -> Result<Self, Error> {
        let Terms {
            store,
            default,
            excludes,
        } = terms;
        let patterns = excludes.iter().map(|entry| Pattern::new(entry, extension));
        Ok(Self {
            store,
            default,
            patterns: patterns.collect::<Result<_, _>>()?,
            sequences: excludes.iter().map(|entry| sequence(entry)).collect(),
            excludes,
        })
    }
}

/// Whether the five characters that end at the last dot are `.min.`.
pub fn is_min(path: &str) -> bool {
    path.rfind('.')
        .is_some_and(|dot| path[..=dot].ends_with(".min."))
}

fn with_min(path: &str, extension: &str) -> Cow<'static, str> {
    let stem = &path[..path.len() - extension.len()];
    [stem, "min.", extension].concat().into()
}

/// What PHP's `pathinfo` takes for the extension: after the last dot of the last segment.
fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// The entries of a list, or of a text with one entry per line.
fn entries(value: Option<&PhpValue>, key: &str) -> Result<Vec<String>, Error> {
    let refuse = || Error::Inconsistent {
        path: None,
        message: format!("expected texts in `{key}`, found a list within the list"),
        hint: Some(format!(
            "write one regular expression for each key of `{key}`"
        )),
    };
    let texts: Vec<String> = match value {
        None => Vec::new(),
        Some(PhpValue::Array(array)) => array
            .values()
            .map(|value| {
                let text = value.to_text().ok_or_else(refuse)?;
                Ok(String::from_utf8_lossy(&text).into_owned())
            })
            .collect::<Result<_, Error>>()?,
        Some(scalar) => {
            let text = scalar.to_text().unwrap_or_default();
            let text = String::from_utf8_lossy(&text).into_owned();
            text.split('\n').map(str::to_owned).collect()
        }
    };
    Ok(texts
        .iter()
        .filter(|text| *text != "0")
        .map(|text| {
            text.trim_matches([' ', '\t', '\n', '\r', '\0', '\x0b'])
                .to_owned()
        })
        .filter(|text| !text.is_empty())
        .collect())
}

/// The bytes that an expression stands for, if it is a mere sequence.
fn sequence(entry: &str) -> Option<Sequence> {
    let mut sequence = Sequence::new();
    let mut bytes = entry.bytes();
    while let Some(byte) = bytes.next() {
        sequence.push(match byte {
            b'.' => None,
            // Before a letter or a digit it is more than a sign of its own.
            b'\\' => Some(bytes.next().filter(u8::is_ascii_punctuation)?),
            byte if MEANINGFUL.contains(&char::from(byte)) => return None,
            byte => Some(byte),
        });
    }
    Some(sequence)
}

fn stands_for(sequence: &[Option<u8>], text: &[u8]) -> bool {
    let mut pairs = sequence.iter().zip(text);
    pairs.all(|(wanted, byte)| wanted.map_or(*byte != b'\n', |wanted| wanted == *byte))
}

/// Characters that mean something in expressions.
const MEANINGFUL: [char; 14] = [
    '.', '^', '$', '*', '+', '?', '(', ')', '[', ']', '{', '}', '|', '\\',
];

impl Pattern {
    fn new(entry: &str, extension: &str) -> Result<Self, Error> {
        // A dot is a wildcard, but PHP's delimiter has been escaped, so `/` is plain.
        if !entry.contains(MEANINGFUL) {
            let finder = memchr::memmem::Finder::new(entry).into_owned();
            return Ok(Self::Literal(Box::new(finder)));
        }
        Regex::builder()
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .build(entry)
            .map(|regex| Self::Expression(Box::new(regex)))
            .map_err(|error| Error::Inconsistent {
                path: None,
                message: format!("`{entry}` in `dev/{extension}/minify_exclude` is not a regular expression that can be used: {error}"),
                hint: Some(format!("correct `dev/{extension}/minify_exclude` in `app/etc/config.php` or in the module's `etc/config.xml`")),
            })
    }

    fn matches(&self, path: &str) -> bool {
        match self {
            Self::Literal(finder) => finder.find(path.as_bytes()).is_some(),
            Self::Expression(regex) => regex.is_match(path),
        }
    }
}
