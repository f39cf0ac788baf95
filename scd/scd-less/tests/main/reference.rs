//! Compiles the stylesheets of the reference tree from the sources that PHP's preprocessing left behind.
//!
//! Needs `SCD_REFERENCE_ROOT` to run at all and `SCD_EXPECTED`, a directory that holds `min/view_preprocessed/pub/static`.
#![expect(clippy::disallowed_methods, reason = "tests read the reference tree")]

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use scd_less::{
    Compiled, ImportError, ImportRequest, Importer, Options, ParseOptions, Source, Stylesheet,
    compile, parse,
};

/// A package, an entry, the length of its CSS and the CSS's FNV-1a hash, as less.php 3.2.1 makes it.
type Expected = (&'static str, &'static str, usize, u64);

/// How many warnings the entries get that get any: sums of `rem` and `px`, and extends of what is nowhere. All are true.
const WARNINGS: &[(&str, &str, usize)] = &[
    ("frontend/Magento/blank/en_US", "css/styles-m", 2),
    ("frontend/Magento/blank/en_US", "css/styles-l", 2),
    ("frontend/Magento/luma/en_US", "css/styles-m", 4),
    ("frontend/Magento/luma/en_US", "css/styles-l", 1),
    ("adminhtml/Magento/backend/en_US", "mage/gallery/gallery", 1),
    ("adminhtml/Magento/backend/en_US", "css/styles", 8),
];

const EXPANDED: &[Expected] = &[
    (
        "frontend/Magento/blank/en_US",
        "css/styles-m",
        359189,
        0x187CE93B350D4300,
    ),
    (
        "frontend/Magento/blank/en_US",
        "css/styles-l",
        58030,
        0x060DAFD744C75990,
    ),
    (
        "frontend/Magento/blank/en_US",
        "css/email",
        6874,
        0x1E1DD918C0E2A781,
    ),
    (
        "frontend/Magento/blank/en_US",
        "css/email-inline",
        10195,
        0x284797E5189C1F3C,
    ),
    (
        "frontend/Magento/blank/en_US",
        "css/email-fonts",
        1238,
        0xEF9D368F025D0544,
    ),
    (
        "frontend/Magento/blank/en_US",
        "css/print",
        1738,
        0x3EB3BA7E7DFC1A76,
    ),
    (
        "frontend/Magento/blank/en_US",
        "mage/gallery/gallery",
        28832,
        0x2AF6B0673EE689EA,
    ),
    (
        "frontend/Magento/blank/en_US",
        "Magento_PageBuilder/css/source/hljs/hljs",
        781,
        0x0971568679BA098F,
    ),
    (
        "frontend/Magento/luma/en_US",
        "css/styles-m",
        422930,
        0x515ABAD934C7DDEF,
    ),
    (
        "frontend/Magento/luma/en_US",
        "css/styles-l",
        98417,
        0x9C27B5EB45182AEB,
    ),
    (
        "frontend/Magento/luma/en_US",
        "css/email",
        7150,
        0xCA9B4DDD010785B5,
    ),
    (
        "frontend/Magento/luma/en_US",
        "css/email-inline",
        11037,
        0xCE61F13AABAD8459,
    ),
    (
        "frontend/Magento/luma/en_US",
        "css/email-fonts",
        1238,
        0xEF9D368F025D0544,
    ),
    (
        "frontend/Magento/luma/en_US",
        "css/print",
        1738,
        0x3EB3BA7E7DFC1A76,
    ),
    (
        "frontend/Magento/luma/en_US",
        "mage/gallery/gallery",
        28832,
        0x00BF4ED2C728FBF4,
    ),
    (
        "frontend/Magento/luma/en_US",
        "Magento_PageBuilder/css/source/hljs/hljs",
        781,
        0x0971568679BA098F,
    ),
    (
        "adminhtml/Magento/backend/en_US",
        "mage/gallery/gallery",
        28830,
        0xFD7818B082FFB35F,
    ),
    (
        "adminhtml/Magento/backend/en_US",
        "Magento_PageBuilder/css/source/hljs/hljs",
        781,
        0x0971568679BA098F,
    ),
    (
        "adminhtml/Magento/backend/en_US",
        "css/styles",
        671971,
        0x0FD9876854C2D4CA,
    ),
    (
        "adminhtml/Magento/backend/en_US",
        "css/styles-old",
        180352,
        0x336E2B54357745AF,
    ),
    (
        "adminhtml/Magento/backend/en_US",
        "Magento_AdminAdobeIms/css/adobe_email",
        3499,
        0x08C59974EDE18430,
    ),
    (
        "adminhtml/Magento/backend/en_US",
        "Magento_ReCaptchaUser/css/recaptcha",
        279,
        0x71F7C80444127968,
    ),
];

const COMPRESSED: &[Expected] = &[
    (
        "frontend/Magento/blank/en_US",
        "css/styles-m",
        311577,
        0x4063942EEF4F5468,
    ),
    (
        "frontend/Magento/blank/en_US",
        "css/styles-l",
        46022,
        0x5572377656A787C5,
    ),
    (
        "frontend/Magento/blank/en_US",
        "css/email",
        5533,
        0xC0DFBD5B3448856C,
    ),
    (
        "frontend/Magento/blank/en_US",
        "css/email-inline",
        8273,
        0x3D8DC196014C01AD,
    ),
    (
        "frontend/Magento/blank/en_US",
        "css/email-fonts",
        954,
        0xF18E7AEB076FDFFA,
    ),
    (
        "frontend/Magento/blank/en_US",
        "css/print",
        1199,
        0xB724030B1FE7CB8D,
    ),
    (
        "frontend/Magento/blank/en_US",
        "mage/gallery/gallery",
        25498,
        0x74704B1073288B70,
    ),
    (
        "frontend/Magento/blank/en_US",
        "Magento_PageBuilder/css/source/hljs/hljs",
        664,
        0xC61238F6F85310C1,
    ),
    (
        "frontend/Magento/luma/en_US",
        "css/styles-m",
        365251,
        0x801AEF214CF24846,
    ),
    (
        "frontend/Magento/luma/en_US",
        "css/styles-l",
        78868,
        0x96A1782CE153F242,
    ),
    (
        "frontend/Magento/luma/en_US",
        "css/email",
        5719,
        0x57CE803A97CD81AF,
    ),
    (
        "frontend/Magento/luma/en_US",
        "css/email-inline",
        8951,
        0xFDCB4E70D20BF901,
    ),
    (
        "frontend/Magento/luma/en_US",
        "css/email-fonts",
        954,
        0xF18E7AEB076FDFFA,
    ),
    (
        "frontend/Magento/luma/en_US",
        "css/print",
        1199,
        0xB724030B1FE7CB8D,
    ),
    (
        "frontend/Magento/luma/en_US",
        "mage/gallery/gallery",
        25498,
        0xDE05BE7E828208CA,
    ),
    (
        "frontend/Magento/luma/en_US",
        "Magento_PageBuilder/css/source/hljs/hljs",
        664,
        0xC61238F6F85310C1,
    ),
    (
        "adminhtml/Magento/backend/en_US",
        "mage/gallery/gallery",
        25496,
        0xE0BF570DCFC785B9,
    ),
    (
        "adminhtml/Magento/backend/en_US",
        "Magento_PageBuilder/css/source/hljs/hljs",
        664,
        0xC61238F6F85310C1,
    ),
    (
        "adminhtml/Magento/backend/en_US",
        "css/styles",
        590462,
        0x9E40DA782A2EA2F0,
    ),
    (
        "adminhtml/Magento/backend/en_US",
        "css/styles-old",
        162902,
        0xBB234240D5443B32,
    ),
    (
        "adminhtml/Magento/backend/en_US",
        "Magento_AdminAdobeIms/css/adobe_email",
        2746,
        0xC418EE6A5E2CB01D,
    ),
    (
        "adminhtml/Magento/backend/en_US",
        "Magento_ReCaptchaUser/css/recaptcha",
        156,
        0xFB16CA12DB599ED9,
    ),
];

/// A directory of sources; every file is parsed once.
struct Disk {
    options: ParseOptions,
    parsed: Mutex<HashMap<String, Arc<Stylesheet>>>,
}

impl Disk {
    fn new(compress: bool) -> Self {
        let options = ParseOptions {
            compress,
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

fn check(entries: &[Expected], compress: bool) {
    let Some(root) = sources() else { return };
    let disk = Disk::new(compress);
    for &(package, entry, length, hash) in entries {
        let compiled = disk.compile(&root.join(package).join(entry).with_extension("less"));
        let css = compiled.css;
        assert_eq!(
            (css.len(), fnv1a(css.as_bytes())),
            (length, hash),
            "{package}/{entry}"
        );
        let expected = WARNINGS
            .iter()
            .find(|row| (row.0, row.1) == (package, entry));
        assert_eq!(
            compiled.warnings.len(),
            expected.map_or(0, |row| row.2),
            "{package}/{entry}: {}",
            compiled.warnings
        );
    }
}

#[test]
fn expanded_entries_equal_less_php() {
    check(EXPANDED, false);
}

#[test]
fn compressed_entries_equal_less_php() {
    check(COMPRESSED, true);
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
