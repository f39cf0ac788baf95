//! `js/bundle/bundleN.js`: the scripts and HTML templates of a package, packed into few files.
//!
//! Mirrors `Magento\Deploy\Package\Bundle\RequireJs`; [`super::bundle_choice`] says which files come in which order. One
//! thing differs on purpose: where a file is not valid UTF-8, PHP often loses the whole bundle (`json_encode` fails and
//! nothing is written); here each bad sequence becomes a `?`, as PHP does in the cases that it notices.

use std::borrow::Cow;

use super::php_json::{Slashes, push_string};

/// How bundles are packed and called.
#[derive(Clone, Copy, Debug, Default)]
pub struct BundleConfig {
    /// How much text goes into one bundle, in units of 1,024 characters (`bundle_size`). Zero or less: one file each.
    pub limit: i64,
    /// Whether bundles are called `bundleN.min.js`.
    pub has_min_sign: bool,
}

/// A published file that may go into a bundle.
#[derive(Clone, Copy, Debug)]
pub struct BundleFile<'a> {
    /// Where it was published, relative to the package: what exclusions are compared with.
    pub path: &'a str,
    /// What it is called in the bundle: the path, with the min sign as if the package were the whole of `pub/static`.
    pub key: &'a str,
    /// How long its text is, as [`length`] counts.
    pub length: usize,
}

/// A bundle, and what goes into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Where it belongs, relative to the package.
    pub path: String,
    pool: Pool,
    /// The files in it, as places in the list that it was planned from.
    pub files: Vec<usize>,
    /// Whether it is the last one of the package.
    is_last: bool,
}

/// The two kinds of bundles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pool {
    Script,
    Text,
}

impl Pool {
    pub(super) fn of(path: &str) -> Option<Pool> {
        let name = path.rsplit('/').next()?;
        match name.rsplit_once('.')?.1 {
            "js" => Some(Pool::Script),
            "html" => Some(Pool::Text),
            _ => None,
        }
    }

    /// What the runtime calls it.
    fn name(self) -> &'static str {
        match self {
            Pool::Script => "jsbuild",
            Pool::Text => "text",
        }
    }
}

/// Which files go into which bundle, in the order given, all scripts before all templates; what is neither is left out. No files,
/// no bundles.
#[must_use]
pub fn plan(files: &[BundleFile<'_>], config: &BundleConfig) -> Vec<Bundle> {
    let parts = split(files, config.limit);
    let last = parts.len().saturating_sub(1);
    let sign = if config.has_min_sign { ".min" } else { "" };
    let bundle = |(number, (pool, files))| Bundle {
        path: format!("js/bundle/bundle{number}{sign}.js"),
        pool,
        files,
        is_last: number == last,
    };
    parts.into_iter().enumerate().map(bundle).collect()
}

/// How many characters the text of a file has.
#[must_use]
pub fn length(content: &[u8]) -> usize {
    decode(content).chars().count()
}

impl Bundle {
    /// The text of the bundle: of keys with the contents that belong to them, in the order of its files.
    #[must_use]
    pub fn print<'a>(&self, entries: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
        let entries = entries.into_iter();
        let entries = entries.map(|(key, content)| (key, decode(content)));
        let mut bytes = print(self.pool, &entries.collect::<Vec<_>>());
        if self.is_last {
            bytes.extend_from_slice(START.as_bytes());
        }
        bytes
    }

    /// What its text depends on beside the files.
    #[must_use]
    pub(super) fn kind(&self) -> (&'static str, bool) {
        (self.pool.name(), self.is_last)
    }
}

/// Tells RequireJS that the runtime of the bundles provides these modules; ends the last bundle.
const START: &str = "require.config({
    bundles: {
        'mage/requirejs/static': [
            'jsbuild',
            'buildTools',
            'text',
            'statistician'
        ]
    },
    deps: [
        'jsbuild'
    ]
});
";

/// Where bundles end.
fn split(files: &[BundleFile<'_>], limit: i64) -> Vec<(Pool, Vec<usize>)> {
    let mut bundles = Vec::new();
    for pool in [Pool::Script, Pool::Text] {
        let mut current: Option<Vec<usize>> = None;
        // Beyond 2^53 KB the limit loses its last digits, and no file comes near it.
        let mut free = limit as f64;
        for (place, file) in files
            .iter()
            .enumerate()
            .filter(|(_, file)| Pool::of(file.path) == Some(pool))
        {
            let size = file.length as f64 / 1024.0;
            let entries = current.get_or_insert_default();
            if free > size {
                free -= size;
            } else {
                // Even an empty bundle is closed here: that is what the runtime gets when the first file is too large.
                bundles.push((pool, std::mem::take(entries)));
                free = limit as f64 - size;
            }
            entries.push(place);
        }
        bundles.extend(current.map(|entries| (pool, entries)));
    }
    bundles
}

/// The text of a file, with a `?` for each sequence that is not UTF-8.
fn decode(content: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(content) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(content.len());
    for chunk in content.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push('?');
        }
    }
    Cow::Owned(text)
}

fn print(pool: Pool, entries: &[(&str, Cow<'_, str>)]) -> Vec<u8> {
    let size: usize = entries
        .iter()
        .map(|(key, text)| key.len() + text.len() + 6)
        .sum();
    let mut bytes = Vec::with_capacity(size + size / 8 + 512);
    bytes.extend_from_slice(b"require.config({\"config\": {\n        \"");
    bytes.extend_from_slice(pool.name().as_bytes());
    bytes.extend_from_slice(b"\":{");
    for (number, (key, text)) in entries.iter().enumerate() {
        if number > 0 {
            bytes.push(b',');
        }
        push_string(&mut bytes, key, Slashes::Plain);
        bytes.push(b':');
        push_string(&mut bytes, text, Slashes::Plain);
    }
    bytes.extend_from_slice(b"}\n}});\n");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with what it holds.
    type Sample<'a> = (&'a str, &'a str);

    fn files<'a>(samples: &[Sample<'a>]) -> Vec<BundleFile<'a>> {
        let file = |&(path, content): &Sample<'a>| BundleFile {
            path,
            key: path,
            length: length(content.as_bytes()),
        };
        samples.iter().map(file).collect()
    }

    /// The texts of the bundles by their paths.
    fn pack(samples: &[Sample<'_>], config: &BundleConfig) -> Vec<(String, String)> {
        let bundles = plan(&files(samples), config).into_iter();
        let print = |bundle: Bundle| {
            let entries = bundle.files.iter().map(|&place| samples[place]);
            let text = bundle.print(entries.map(|(key, content)| (key, content.as_bytes())));
            (bundle.path, String::from_utf8(text).unwrap())
        };
        bundles.map(print).collect()
    }

    fn config(limit: i64) -> BundleConfig {
        BundleConfig {
            limit,
            ..BundleConfig::default()
        }
    }

    /// The keys of each bundle.
    fn keys<'a>(samples: &[Sample<'a>], config: &BundleConfig) -> Vec<Vec<&'a str>> {
        let name = |&place: &usize| samples[place].0;
        plan(&files(samples), config)
            .iter()
            .map(|bundle| bundle.files.iter().map(name).collect())
            .collect()
    }

    #[test]
    fn a_bundle_is_a_require_call_and_the_last_one_starts_the_runtime() {
        let samples = [("t.html", "<p>"), ("a.js", "a(\"1\")"), ("b/c.js", "")];
        let bundles = pack(
            &samples,
            &BundleConfig {
                has_min_sign: true,
                ..config(1024)
            },
        );
        let paths: Vec<&str> = bundles.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(
            paths,
            ["js/bundle/bundle0.min.js", "js/bundle/bundle1.min.js"]
        );
        assert_eq!(
            bundles[0].1,
            "require.config({\"config\": {\n        \"jsbuild\":{\"a.js\":\"a(\\\"1\\\")\",\"b/c.js\":\"\"}\n}});\n"
        );
        assert_eq!(
            bundles[1].1,
            format!(
                "require.config({{\"config\": {{\n        \"text\":{{\"t.html\":\"<p>\"}}\n}}}});\n{START}"
            )
        );
        assert!(START.ends_with("deps: [\n        'jsbuild'\n    ]\n});\n"));
    }

    #[test]
    fn no_files_make_no_bundle() {
        assert_eq!(pack(&[], &config(1024)), []);
        assert_eq!(pack(&[("a.css", "")], &config(1024)), []);
    }

    #[test]
    fn a_file_that_does_not_fit_starts_the_next_bundle() {
        let (half, large) = ("x".repeat(512), "x".repeat(3000));
        let samples = [
            ("a.js", half.as_str()),
            ("b.js", &large),
            ("c.js", "x"),
            ("t.html", "x"),
        ];
        assert_eq!(
            keys(&samples, &config(2)),
            [["a.js"], ["b.js"], ["c.js"], ["t.html"]]
        );
        // What fills the rest exactly does not fit.
        let samples = [("a.js", half.as_str()), ("b.js", &half)];
        assert_eq!(keys(&samples, &config(1)), [["a.js"], ["b.js"]]);
    }

    #[test]
    fn a_first_file_that_is_too_large_leaves_an_empty_bundle() {
        let large = "x".repeat(1024);
        let samples = [("a.js", large.as_str())];
        assert_eq!(keys(&samples, &config(1)), [vec![], vec!["a.js"]]);
        let bundles = pack(&samples, &config(1));
        assert!(bundles[0].1.ends_with("\"jsbuild\":{}\n}});\n"));
        let samples = [("a.js", ""), ("b.js", ""), ("t.html", "")];
        let expected = [vec![], vec!["a.js"], vec!["b.js"], vec![], vec!["t.html"]];
        assert_eq!(keys(&samples, &config(0)), expected);
    }

    #[test]
    fn sizes_are_counted_in_characters() {
        let text = "é".repeat(600);
        let samples = [("a.js", text.as_str()), ("b.js", "")];
        assert_eq!(keys(&samples, &config(1)).len(), 1);
    }

    #[test]
    fn broken_sequences_become_question_marks() {
        let cases: [(&[u8], &str); 8] = [
            (b"a\xffb", "a?b"),
            (b"\xff\xe2\x82a", "??a"),
            (b"\xff\xf0\x9f\x98b", "??b"),
            (b"\xff\xed\xa0\x80x", "????x"),
            (b"\xff\xf4\x90\x80\x80x", "?????x"),
            (b"\xff\xc3\xc3\xa9", "??é"),
            (b"caf\xe9", "caf?"),
            (b"\xf8\x88\x80\x80\x80z", "?????z"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(decode(bytes), expected);
        }
    }
}
