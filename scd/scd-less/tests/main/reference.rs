//! Compiles the stylesheets of the reference tree from the sources that PHP's preprocessing left behind.
//!
//! Needs `SCD_REFERENCE_ROOT` to run at all and `SCD_EXPECTED`, a directory that holds `min/view_preprocessed/pub/static`.
#![expect(clippy::disallowed_methods, reason = "tests read the reference tree")]

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use scd_less::{
    Compiled, Dialect, ImportError, ImportRequest, Importer, Math, Options, ParseOptions, Source,
    Stylesheet, compile, parse,
};

/// What less.php made of the entries: see `tests/reference.php`.
const RECORDED: &str = include_str!("../reference.txt");

/// An entry as less.php makes it.
struct Expected<'t> {
    package: &'t str,
    entry: &'t str,
    /// The length of its CSS.
    length: usize,
    /// The CSS's FNV-1a hash.
    hash: u64,
}

/// The entries recorded for a dialect and a form of output.
fn recorded(dialect: Dialect, compress: bool) -> impl Iterator<Item = Expected<'static>> {
    let dialect = match dialect {
        Dialect::V3 => "v3",
        _ => "v5",
    };
    let form = if compress { "compressed" } else { "expanded" };
    RECORDED.lines().filter_map(move |line| {
        let parts: Vec<&str> = line.split(' ').collect();
        let &[of, as_form, package, entry, length, hash] = &parts[..] else {
            panic!("six columns: {line}");
        };
        (of == dialect && as_form == form).then(|| Expected {
            package,
            entry,
            length: length.parse().expect("a length"),
            hash: u64::from_str_radix(hash, 16).expect("a hash"),
        })
    })
}

/// How many warnings the entries get in dialect 3 that get any: sums of `rem` and `px`, and extends of what is nowhere. All are true.
const WARNINGS: &[(&str, &str, usize)] = &[
    ("frontend/Magento/blank/en_US", "css/styles-m", 2),
    ("frontend/Magento/blank/en_US", "css/styles-l", 2),
    ("frontend/Magento/luma/en_US", "css/styles-m", 4),
    ("frontend/Magento/luma/en_US", "css/styles-l", 1),
    ("adminhtml/Magento/backend/en_US", "mage/gallery/gallery", 1),
    ("adminhtml/Magento/backend/en_US", "css/styles", 8),
];

/// A directory of sources; every file is parsed once.
struct Disk {
    options: ParseOptions,
    parsed: Mutex<HashMap<String, Arc<Stylesheet>>>,
}

impl Disk {
    fn new(dialect: Dialect, compress: bool) -> Self {
        let options = ParseOptions {
            compress,
            dialect,
            ..ParseOptions::default()
        };
        Self {
            options,
            parsed: Mutex::default(),
        }
    }

    fn compile(&self, path: &Path) -> Compiled {
        let sheet = self
            .stylesheet(&path.display().to_string())
            .expect("the entry parses");
        let options = Options {
            compress: self.options.compress,
            dialect: self.options.dialect,
            // What the sources are written for; dialect 3 knows nothing else.
            math: Some(Math::Always),
            ..Options::default()
        };
        compile(&sheet, self, &options).expect("the entry compiles")
    }
}

impl Importer for Disk {
    fn resolve(&self, request: &ImportRequest<'_>) -> Result<Option<Arc<str>>, ImportError> {
        let directory = Path::new(request.from)
            .parent()
            .expect("a file has a directory");
        let mut path = PathBuf::new();
        for part in directory.join(request.path).components() {
            match part {
                Component::ParentDir => {
                    path.pop();
                }
                part => path.push(part),
            }
        }
        Ok(path.is_file().then(|| path.display().to_string().into()))
    }

    fn stylesheet(&self, name: &str) -> Result<Arc<Stylesheet>, ImportError> {
        if let Some(sheet) = self.parsed.lock().expect("no test panicked").get(name) {
            return Ok(Arc::clone(sheet));
        }
        let text = std::fs::read_to_string(name)
            .map_err(|error| ImportError::Unavailable(error.to_string()))?;
        let sheet = parse(Source::new(name, text), &self.options).map_err(ImportError::Broken)?;
        let sheet = Arc::new(sheet);
        let mut parsed = self.parsed.lock().expect("no test panicked");
        parsed.insert(name.to_owned(), Arc::clone(&sheet));
        Ok(sheet)
    }

    fn read(&self, name: &str) -> Result<Arc<[u8]>, ImportError> {
        std::fs::read(name)
            .map(Arc::from)
            .map_err(|error| ImportError::Unavailable(error.to_string()))
    }
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
    })
}

fn check(dialect: Dialect, compress: bool) {
    let Some(root) = sources() else { return };
    let disk = Disk::new(dialect, compress);
    let mut count = 0;
    for expected in recorded(dialect, compress) {
        let (package, entry) = (expected.package, expected.entry);
        let compiled = disk.compile(&root.join(package).join(entry).with_extension("less"));
        let css = compiled.css;
        assert_eq!(
            (css.len(), fnv1a(css.as_bytes())),
            (expected.length, expected.hash),
            "{package}/{entry}"
        );
        count += 1;
        if dialect == Dialect::V5 {
            continue;
        }
        let warnings = WARNINGS
            .iter()
            .find(|row| (row.0, row.1) == (package, entry));
        assert_eq!(
            compiled.warnings.len(),
            warnings.map_or(0, |row| row.2),
            "{package}/{entry}: {}",
            compiled.warnings
        );
    }
    assert_eq!(count, 22, "every entry is recorded");
}

#[test]
fn entries_equal_less_php_3() {
    check(Dialect::V3, false);
}

#[test]
fn compressed_entries_equal_less_php_3() {
    check(Dialect::V3, true);
}

#[test]
fn entries_equal_less_php_5() {
    check(Dialect::V5, false);
}

#[test]
fn compressed_entries_equal_less_php_5() {
    check(Dialect::V5, true);
}

/// Where the materialised sources are, or `None` with a note.
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn sources() -> Option<PathBuf> {
    if std::env::var_os("SCD_REFERENCE_ROOT").is_none() {
        println!("skipped: SCD_REFERENCE_ROOT is not set");
        return None;
    }
    let Some(expected) = std::env::var_os("SCD_EXPECTED") else {
        println!("skipped: SCD_EXPECTED is not set");
        return None;
    };
    Some(Path::new(&expected).join("min/view_preprocessed/pub/static"))
}

fn less_files(directory: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(directory)
        .expect("the directory can be read")
        .map(|entry| entry.expect("the entry can be read").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            less_files(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "less")
        {
            found.push(path);
        }
    }
}

#[test]
fn every_materialised_file_parses() {
    let Some(root) = sources() else { return };
    let mut files = Vec::new();
    less_files(&root, &mut files);
    assert!(!files.is_empty(), "no .less files under {}", root.display());
    let mut failures = Vec::new();
    for path in &files {
        let text = std::fs::read_to_string(path).expect("the file can be read");
        for compress in [true, false] {
            let options = ParseOptions {
                compress,
                ..ParseOptions::default()
            };
            let name = path.display().to_string();
            if let Err(error) = parse(Source::new(name, &*text), &options) {
                failures.push(error.to_string());
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures: {}",
        failures.len(),
        failures.join("\n")
    );
}
