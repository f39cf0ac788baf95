//! `js/bundle/bundleN.js`: the scripts and HTML templates of a package, packed into few files.
//!
//! Mirrors `Magento\Deploy\Package\Bundle\RequireJs`; [`super::bundle_choice`] says which files come in which order. One
//! thing differs on purpose: where a file is not valid UTF-8, PHP often loses the whole bundle (`json_encode` fails and
//! nothing is written); here each bad sequence becomes a `?`, as PHP does in the cases that it notices.

use std::borrow::Cow;

use rayon::prelude::*;

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
    /// What was published.
    pub content: &'a [u8],
}

/// One finished bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Where it belongs, relative to the package.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
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

/// Packs files in the order given, all scripts before all templates; what is neither is left out. No files, no bundles.
#[must_use]
pub fn pack(files: &[BundleFile<'_>], config: &BundleConfig) -> Vec<Bundle> {
    let plan = plan(files, config.limit);
    let last = plan.len().saturating_sub(1);
    plan.par_iter()
        .enumerate()
        .map(|(number, (pool, entries))| {
            let sign = if config.has_min_sign { ".min" } else { "" };
            let mut bytes = print(*pool, entries);
            if number == last {
                bytes.extend_from_slice(START.as_bytes());
            }
            Bundle {
                path: format!("js/bundle/bundle{number}{sign}.js"),
                bytes,
            }
        })
        .collect()
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

/// A file on its way into a bundle.
struct Entry<'a> {
    key: &'a str,
    text: Cow<'a, str>,
}

/// Which files go into which bundle.
fn plan<'a>(files: &[BundleFile<'a>], limit: i64) -> Vec<(Pool, Vec<Entry<'a>>)> {
    let mut bundles = Vec::new();
    for pool in [Pool::Script, Pool::Text] {
        let mut current: Option<Vec<Entry<'a>>> = None;
        // Beyond 2^53 KB the limit loses its last digits, and no file comes near it.
        let mut free = limit as f64;
        for file in files
            .iter()
            .filter(|file| Pool::of(file.path) == Some(pool))
        {
            let text = decode(file.content);
            let size = text.chars().count() as f64 / 1024.0;
            let entries = current.get_or_insert_default();
            if free > size {
                free -= size;
            } else {
                // Even an empty bundle is closed here: that is what the runtime gets when the first file is too large.
                bundles.push((pool, std::mem::take(entries)));
                free = limit as f64 - size;
            }
            entries.push(Entry {
                key: file.key,
                text,
            });
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

fn print(pool: Pool, entries: &[Entry<'_>]) -> Vec<u8> {
    let size: usize = entries
        .iter()
        .map(|entry| entry.key.len() + entry.text.len() + 6)
        .sum();
    let mut bytes = Vec::with_capacity(size + size / 8 + 512);
    bytes.extend_from_slice(b"require.config({\"config\": {\n        \"");
    bytes.extend_from_slice(pool.name().as_bytes());
    bytes.extend_from_slice(b"\":{");
    for (number, entry) in entries.iter().enumerate() {
        if number > 0 {
            bytes.push(b',');
        }
        push_string(&mut bytes, entry.key, Slashes::Plain);
        bytes.push(b':');
        push_string(&mut bytes, &entry.text, Slashes::Plain);
    }
    bytes.extend_from_slice(b"}\n}});\n");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file<'a>(path: &'a str, content: &'a str) -> BundleFile<'a> {
        BundleFile {
            path,
            key: path,
            content: content.as_bytes(),
        }
    }

    fn config(limit: i64) -> BundleConfig {
        BundleConfig {
            limit,
            ..BundleConfig::default()
        }
    }

    /// The keys of each bundle.
    fn keys(files: &[BundleFile<'_>], config: &BundleConfig) -> Vec<Vec<String>> {
        plan(files, config.limit)
            .iter()
            .map(|(_, entries)| entries.iter().map(|entry| entry.key.to_owned()).collect())
            .collect()
    }

    #[test]
    fn a_bundle_is_a_require_call_and_the_last_one_starts_the_runtime() {
        let files = [
            file("t.html", "<p>"),
            file("a.js", "a(\"1\")"),
            file("b/c.js", ""),
        ];
        let bundles = pack(
            &files,
            &BundleConfig {
                has_min_sign: true,
                ..config(1024)
            },
        );
        let paths: Vec<&str> = bundles.iter().map(|bundle| bundle.path.as_str()).collect();
        assert_eq!(
            paths,
            ["js/bundle/bundle0.min.js", "js/bundle/bundle1.min.js"]
        );
        assert_eq!(
            String::from_utf8_lossy(&bundles[0].bytes),
            "require.config({\"config\": {\n        \"jsbuild\":{\"a.js\":\"a(\\\"1\\\")\",\"b/c.js\":\"\"}\n}});\n"
        );
        assert_eq!(
            String::from_utf8_lossy(&bundles[1].bytes),
            format!(
                "require.config({{\"config\": {{\n        \"text\":{{\"t.html\":\"<p>\"}}\n}}}});\n{START}"
            )
        );
        assert!(START.ends_with("deps: [\n        'jsbuild'\n    ]\n});\n"));
    }

    #[test]
    fn no_files_make_no_bundle() {
        assert_eq!(pack(&[], &config(1024)), []);
        assert_eq!(pack(&[file("a.css", "")], &config(1024)), []);
    }

    #[test]
    fn a_file_that_does_not_fit_starts_the_next_bundle() {
        let (half, large) = ("x".repeat(512), "x".repeat(3000));
        let files = [
            file("a.js", &half),
            file("b.js", &large),
            file("c.js", "x"),
            file("t.html", "x"),
        ];
        assert_eq!(
            keys(&files, &config(2)),
            [vec!["a.js"], vec!["b.js"], vec!["c.js"], vec!["t.html"]]
        );
        // What fills the rest exactly does not fit.
        let files = [file("a.js", &half), file("b.js", &half)];
        assert_eq!(keys(&files, &config(1)), [vec!["a.js"], vec!["b.js"]]);
    }

    #[test]
    fn a_first_file_that_is_too_large_leaves_an_empty_bundle() {
        let large = "x".repeat(1024);
        assert_eq!(
            keys(&[file("a.js", &large)], &config(1)),
            [vec![], vec!["a.js"]]
        );
        let bundles = pack(&[file("a.js", &large)], &config(1));
        assert!(bundles[0].bytes.ends_with(b"\"jsbuild\":{}\n}});\n"));
        let files = [file("a.js", ""), file("b.js", ""), file("t.html", "")];
        let expected = [vec![], vec!["a.js"], vec!["b.js"], vec![], vec!["t.html"]];
        assert_eq!(keys(&files, &config(0)), expected);
    }

    #[test]
    fn sizes_are_counted_in_characters() {
        let text = "é".repeat(600);
        assert_eq!(
            keys(&[file("a.js", &text), file("b.js", "")], &config(1)).len(),
            1
        );
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
