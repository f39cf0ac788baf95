//! `js/bundle/bundleN.js`: the scripts and HTML templates of a package, packed into few files.
//!
//! Mirrors `Magento\Deploy\Service\Bundle` (which files) and `Magento\Deploy\Package\Bundle\RequireJs` (packing). Two
//! things differ on purpose. PHP packs in the order in which the file system lists directories; here the order is that of
//! the paths, so that every machine makes the same bundles. And where a file is not valid UTF-8, PHP often loses the whole
//! bundle (`json_encode` fails and nothing is written); here each bad sequence becomes a `?`, as PHP does in the cases
//! that it notices.

use std::borrow::Cow;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

/// What a theme's `view.xml` says about bundles, and what the deploy says about names.
#[derive(Clone, Debug, Default)]
pub struct BundleConfig {
    /// How much text goes into one bundle, in units of 1,024 characters (`bundle_size`). Zero or less: one file each.
    pub limit: i64,
    /// Files that stay out: `Vendor_Module::path`, `Lib::path` or a path in the package, without the min sign.
    pub excluded_files: Vec<String>,
    /// Beginnings of paths that stay out, in the same notation. `a/b` excludes `a/bc.js`, too.
    pub excluded_directories: Vec<String>,
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

/// Selects and packs the files of one package, in whatever order they come. No files, no bundles.
#[must_use]
pub fn bundle(files: &[BundleFile<'_>], config: &BundleConfig) -> Vec<Bundle> {
    pack(&select(files, config), config)
}

/// The files that belong into bundles, sorted by path. Of two twins `x.min.js` and `x.js` the first one is taken.
#[must_use]
pub fn select<'a>(files: &[BundleFile<'a>], config: &BundleConfig) -> Vec<BundleFile<'a>> {
    let excluded_files: FxHashSet<Cow<'_, str>> = config
        .excluded_files
        .iter()
        .map(|id| exclude_path(id))
        .collect();
    let excluded_directories: Vec<Cow<'_, str>> = config
        .excluded_directories
        .iter()
        .map(|id| exclude_path(id))
        .collect();
    let shadowed: FxHashSet<String> = files
        .iter()
        .filter_map(|file| plain_twin(file.path))
        .collect();
    let mut selected: Vec<BundleFile<'a>> = files
        .iter()
        .copied()
        .filter(|file| {
            let path = file.path;
            is_listed(path)
                && Pool::of(path).is_some()
                && !shadowed.contains(path)
                && !excluded_files.contains(path)
                && !excluded_files.contains(path.replace(".min.js", ".js").as_str())
                && !excluded_directories
                    .iter()
                    .any(|start| path.starts_with(start.as_ref()))
        })
        .collect();
    selected.sort_by(|one, other| one.path.cmp(other.path));
    selected
}

/// Whether PHP's glob for `*.*` sees the file: no hidden segment, and a name with a dot.
fn is_listed(path: &str) -> bool {
    !path.split('/').any(|segment| segment.starts_with('.'))
}

/// The path that a file with `.min.` in its path makes superfluous.
fn plain_twin(path: &str) -> Option<String> {
    let (_, extension) = path.rsplit_once('.')?;
    let twin = path.replace(&format!(".min.{extension}"), &format!(".{extension}"));
    (twin != path).then_some(twin)
}

/// `Lib::x` means `x`, `Vendor_Module::x` means `Vendor_Module/x`; anything else is a path already.
fn exclude_path(id: &str) -> Cow<'_, str> {
    let mut parts = id.split("::");
    match (parts.next(), parts.next()) {
        (Some("Lib"), Some(path)) => Cow::Borrowed(path),
        (Some(module), Some(path)) => Cow::Owned(format!("{module}/{path}")),
        _ => Cow::Borrowed(id),
    }
}

/// The two kinds of bundles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pool {
    Script,
    Text,
}

impl Pool {
    fn of(path: &str) -> Option<Pool> {
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

/// Packs files in the order given, all scripts before all templates; what is neither is left out.
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
        push_json_string(&mut bytes, entry.key);
        bytes.push(b':');
        push_json_string(&mut bytes, &entry.text);
    }
    bytes.extend_from_slice(b"}\n}});\n");
    bytes
}

/// What a byte becomes in a JSON string: itself, a letter after a backslash, `\u00xx`, or a part of a longer character.
const PLAIN: u8 = 0;
const CONTROL: u8 = 1;
const WIDE: u8 = 2;

/// One of the three above, or the letter after the backslash.
static ESCAPES: [u8; 256] = {
    let mut table = [PLAIN; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = CONTROL;
        byte += 1;
    }
    byte = 0x80;
    while byte < 0x100 {
        table[byte] = WIDE;
        byte += 1;
    }
    table[0x08] = b'b';
    table[b'\t' as usize] = b't';
    table[b'\n' as usize] = b'n';
    table[0x0c] = b'f';
    table[b'\r' as usize] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

/// Prints a string as PHP's `json_encode` does with `JSON_UNESCAPED_SLASHES`: pure ASCII, `<>&'/` as they are.
fn push_json_string(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(b'"');
    let mut rest = text;
    loop {
        let plain = rest
            .bytes()
            .position(|byte| ESCAPES[usize::from(byte)] != PLAIN)
            .unwrap_or(rest.len());
        let (head, tail) = rest.split_at(plain);
        bytes.extend_from_slice(head.as_bytes());
        let Some(character) = tail.chars().next() else {
            break;
        };
        match u8::try_from(character).map(|byte| ESCAPES[usize::from(byte)]) {
            Ok(letter) if letter > WIDE => bytes.extend_from_slice(&[b'\\', letter]),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    push_unicode_escape(bytes, *unit);
                }
            }
        }
        rest = &tail[character.len_utf8()..];
    }
    bytes.push(b'"');
}

fn push_unicode_escape(bytes: &mut Vec<u8>, unit: u16) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.extend_from_slice(b"\\u");
    for shift in [12, 8, 4, 0] {
        bytes.push(DIGITS[usize::from(unit >> shift & 0xf)]);
    }
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
        plan(&select(files, config), config.limit)
            .iter()
            .map(|(_, entries)| entries.iter().map(|entry| entry.key.to_owned()).collect())
            .collect()
    }

    fn json(text: &str) -> String {
        let mut bytes = Vec::new();
        push_json_string(&mut bytes, text);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_bundle_is_a_require_call_and_the_last_one_starts_the_runtime() {
        let files = [
            file("t.html", "<p>"),
            file("a.js", "a(\"1\")"),
            file("b/c.js", ""),
        ];
        let bundles = bundle(
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
        assert_eq!(bundle(&[], &config(1024)), []);
        assert_eq!(bundle(&[file("a.css", "")], &config(1024)), []);
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
        let bundles = bundle(&[file("a.js", &large)], &config(1));
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
    fn only_visible_scripts_and_templates_are_taken() {
        let names = [
            "a.JS", "a.mjs", "a.json", ".a.js", ".d/a.js", "js", "d.js/a", "a.js.map", "x/b.html",
            "a.js",
        ];
        let files: Vec<BundleFile<'_>> = names.iter().map(|name| file(name, "")).collect();
        assert_eq!(keys(&files, &config(1)), [vec!["a.js"], vec!["x/b.html"]]);
    }

    #[test]
    fn the_min_twin_is_taken_and_paths_decide_the_order() {
        let names = [
            "b.js",
            "a/x.js",
            "a.js",
            "a.min.js",
            "a-b.js",
            "x.min.d/y.js",
        ];
        let files: Vec<BundleFile<'_>> = names.iter().map(|name| file(name, "")).collect();
        let expected = [["a-b.js", "a.min.js", "a/x.js", "b.js", "x.min.d/y.js"]];
        assert_eq!(keys(&files, &config(1)), expected);
    }

    #[test]
    fn exclusions_name_files_and_beginnings_of_paths() {
        let config = BundleConfig {
            excluded_files: ["Lib::jq.js", "A_B::c.js", "d.js"]
                .map(str::to_owned)
                .to_vec(),
            excluded_directories: ["Lib::ext", "A_B::lib"].map(str::to_owned).to_vec(),
            ..config(1)
        };
        let names = [
            "jq.js",
            "A_B/c.min.js",
            "d.js",
            "ext/a.js",
            "extra.js",
            "A_B/lib/x.html",
            "A_B/d.js",
            "x/jq.js",
        ];
        let files: Vec<BundleFile<'_>> = names.iter().map(|name| file(name, "")).collect();
        assert_eq!(keys(&files, &config), [["A_B/d.js", "x/jq.js"]]);
    }

    #[test]
    fn strings_are_escaped_as_php_does() {
        assert_eq!(json("a/b<>&'"), "\"a/b<>&'\"");
        assert_eq!(
            json("\"\\\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}"),
            "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\u{7f}\""
        );
        assert_eq!(
            json("é\u{2028}\u{fffe}😀x"),
            "\"\\u00e9\\u2028\\ufffe\\ud83d\\ude00x\""
        );
        assert_eq!(json(""), "\"\"");
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
