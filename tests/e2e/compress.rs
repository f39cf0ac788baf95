//! `--compress`: which files are compressed, that they are what they say, and that none outlives its file.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use scd::compress::Compression;
use scd::options::Options;
use scd_tests::fixture::Fixture;
use scd_tests::run::run;
use scd_tests::say::say;
use scd_tests::shop::{shop, theme};

use crate::SCD;

const PACKAGE: &str = "pub/static/frontend/Acme/base/en_US";

/// A shop with files of every kind, above and below the size from which on they are compressed.
fn shop_to_compress() -> Fixture {
    let shop = shop();
    let web = "app/design/frontend/Acme/base/web";
    let rules = |count: usize| {
        (0..count)
            .map(|n| format!(".a{n}{{color:red}}\n"))
            .collect::<String>()
    };
    shop.write(&format!("{web}/css/large.min.css"), rules(40))
        .write(&format!("{web}/css/at-the-limit.min.css"), "a".repeat(300))
        .write(&format!("{web}/css/above.min.css"), "a".repeat(301))
        .write(&format!("{web}/css/same.min.css"), rules(40))
        .write(&format!("{web}/css/main.less"), rules(60))
        .write(&format!("{web}/js/large.min.js"), "f();\n".repeat(100))
        .write(&format!("{web}/js/SHOUTING.min.JS"), "f();\n".repeat(100))
        .write(&format!("{web}/data.json"), "[1,2,3]\n".repeat(100))
        .write(&format!("{web}/images/i.svg"), "<svg/>\n".repeat(100))
        .write(&format!("{web}/t.html"), "<p>x</p>\n".repeat(100))
        .write(&format!("{web}/t.htm"), "<p>y</p>\n".repeat(100));
    shop
}

/// The published files of `suffix`, without it, and their texts; each checked against the file beside it.
fn decompressed(shop: &Fixture, suffix: &str) -> BTreeMap<String, Vec<u8>> {
    let published = shop.published();
    let compressed = published
        .iter()
        .filter_map(|(path, bytes)| Some((path.strip_suffix(suffix)?, bytes)));
    compressed
        .map(|(path, bytes)| {
            let text = match suffix {
                ".gz" => gunzip(bytes),
                _ => unbrotli(bytes),
            };
            assert_eq!(text, published[path], "{path}{suffix}");
            (path.to_owned(), text)
        })
        .collect()
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    // The last four bytes are the length of the text.
    let (_, length) = bytes.split_at(bytes.len() - 4);
    let length = u32::from_le_bytes(length.try_into().unwrap()) as usize;
    let mut text = vec![0; length];
    let mut decompressor = libdeflater::Decompressor::new();
    let written = decompressor.gzip_decompress(bytes, &mut text).unwrap();
    assert_eq!(written, length);
    text
}

fn unbrotli(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    brotli::BrotliDecompress(&mut &*bytes, &mut text).unwrap();
    text
}

#[test]
fn names_and_sizes_decide_and_every_compressed_file_is_its_file() {
    let shop = shop_to_compress();
    shop.deploy(SCD, &["--compress=gzip:6,brotli:1", "en_US"])
        .expect_code(0);
    let gzip = decompressed(&shop, ".gz");
    let brotli = decompressed(&shop, ".br");
    assert_eq!(gzip, brotli);
    let wanted = |path: &str, size: usize| {
        let endings = [".js", ".css", ".svg", ".html", ".htm"];
        size > 300 && endings.iter().any(|ending| path.ends_with(ending))
    };
    for (path, bytes) in shop.published() {
        let is_static = path.starts_with("pub/static/");
        let is_wanted = is_static && wanted(&path, bytes.len());
        assert_eq!(gzip.contains_key(&path), is_wanted, "{path}");
    }
    for name in [
        "css/large.min.css",
        "css/above.min.css",
        "css/main.min.css",
        "js/large.min.js",
        "images/i.svg",
        "t.html",
        "t.htm",
    ] {
        assert!(gzip.contains_key(&format!("{PACKAGE}/{name}")), "{name}");
    }
}

#[test]
fn gzip_itself_is_content() {
    let shop = shop_to_compress();
    shop.deploy(SCD, &["--compress=gzip", "en_US"])
        .expect_code(0);
    let published = shop.published();
    for (path, bytes) in published.iter().filter(|(path, _)| path.ends_with(".gz")) {
        let child = Command::new("gzip").arg("-t").stdin(Stdio::piped()).spawn();
        let Ok(mut child) = child else {
            say("gzip_itself_is_content: skipped: there is no gzip");
            return;
        };
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(bytes).unwrap();
        drop(stdin);
        assert!(child.wait().unwrap().success(), "{path}");
    }
}

#[test]
fn the_bytes_do_not_depend_on_threads_or_time() {
    let shop = shop_to_compress();
    let deploy = |jobs: &str| {
        shop.deploy(SCD, &["--compress=gzip,brotli:9", jobs, "en_US"])
            .expect_code(0);
        shop.published()
    };
    let one = deploy("-j1");
    assert!(one.keys().any(|path| path.ends_with(".br")));
    assert_eq!(one, deploy("-j4"));
}

#[test]
fn equal_contents_are_compressed_once_and_reported_with_their_origin() {
    let shop = shop_to_compress();
    theme(&shop, "child", Some("Acme/base"));
    let report = shop.root().join("report.json");
    let option = format!("--report={}", report.display());
    let run = shop
        .deploy(SCD, &["--compress=gzip", &option, "en_US", "de_DE"])
        .expect_code(0);
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    let total = &report["compression"][0];
    let files = decompressed(&shop, ".gz").len();
    assert_eq!(total["codec"], "gzip:9");
    assert_eq!(total["files"], files);
    let distinct = total["distinct"].as_u64().unwrap();
    assert!(distinct as usize * 4 <= files, "{distinct} of {files}");
    assert!(total["bytes_after"].as_u64() < total["bytes_before"].as_u64());
    let said = format!("gzip:9: {files} files of {distinct} contents; ");
    assert!(run.stdout.contains(&said), "{}", run.stdout);
    let outputs = report["outputs"].as_array().unwrap();
    let path = "frontend/Acme/child/de_DE/css/main.min.css.gz";
    let output = outputs.iter().find(|output| output["path"] == path);
    let output = output.unwrap();
    assert_eq!(output["compressed"], "gzip");
    let source = output["source"].as_str().unwrap();
    assert!(source.ends_with("base/web/css/main.less"), "{source}");
}

#[test]
fn no_compressed_file_outlives_its_file() {
    let shop = shop_to_compress();
    let gone = "app/design/frontend/Acme/base/web/t.html";
    shop.deploy(SCD, &["--compress=gzip,brotli", "en_US"])
        .expect_code(0);
    assert!(shop.has(&format!("{PACKAGE}/t.html.gz")));
    shop.remove(gone);
    shop.deploy(SCD, &["--compress=gzip", "en_US"])
        .expect_code(0);
    assert!(!shop.has(&format!("{PACKAGE}/t.html.gz")));
    assert!(shop.has(&format!("{PACKAGE}/t.htm.gz")));
    assert!(!shop.published().keys().any(|path| path.ends_with(".br")));
    shop.deploy(SCD, &["en_US"]).expect_code(0);
    assert!(!shop.published().keys().any(|path| path.ends_with(".gz")));
}

#[test]
fn an_own_file_of_the_name_wins_and_is_told() {
    let shop = shop_to_compress();
    let own = "app/design/frontend/Acme/base/web/t.html.gz";
    shop.write(own, "own");
    shop.deploy(SCD, &["--compress=gzip", "en_US"])
        .expect_code(0)
        .expect_complaint(own)
        .expect_complaint("`t.html.gz` is published as it is");
    assert_eq!(shop.read(&format!("{PACKAGE}/t.html.gz")), "own");
}

#[test]
fn nonsense_publishes_nothing() {
    let shop = shop_to_compress();
    for (arguments, complaint) in [
        (["--compress=zstd", "-f"], "`zstd`"),
        (["--compress=gzip:13", "-f"], "from 1 to 12"),
        (["--compress=gzip:1,gzip:2", "-f"], "`gzip:1` and `gzip:2`"),
        (["--compress-timeout=3", "-f"], "--compress"),
    ] {
        let arguments = [arguments[0], arguments[1], "en_US"];
        shop.deploy(SCD, &arguments)
            .expect_code(2)
            .expect_complaint(complaint);
        assert!(!shop.has("pub/static/deployed_version.txt"));
    }
}

#[test]
fn a_run_that_takes_too_long_publishes_nothing() {
    let shop = shop_to_compress();
    let codec = "gzip".parse().unwrap();
    let options = Options {
        compression: Compression::new([codec], Some(Duration::ZERO)).unwrap(),
        ..scd_tests::options::options()
    };
    let result = scd::deploy(&shop.root(), &options, &scd::event::Silent);
    assert!(
        matches!(result, Err(scd::Error::CompressionTimeout { .. })),
        "{result:?}"
    );
    assert!(!shop.has("pub/static/deployed_version.txt"));
    // To `timeout` and to scd alike, 0 is no limit.
    shop.deploy(SCD, &["--compress=gzip", "--compress-timeout=0", "en_US"])
        .expect_code(0);
}

#[test]
fn a_second_run_compresses_only_what_has_changed() {
    let shop = shop_to_compress();
    let report = shop.root().join("report.json");
    let option = format!("--report={}", report.display());
    let deploy = |more: &[&str]| -> (u64, u64, bool) {
        let all = [&["--compress=gzip,brotli:9", &option, "en_US"], more].concat();
        shop.deploy(SCD, &all).expect_code(0);
        let report: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
        let distinct = report["compression"][0]["distinct"].as_u64().unwrap();
        let recalled = report["reuse"]["recalled_compressions"].as_u64().unwrap();
        let is_unchanged = report["reuse"]["unchanged"].as_bool().unwrap();
        (2 * distinct, recalled, is_unchanged)
    };
    let (all, recalled, _) = deploy(&[]);
    assert!(all > 10 && recalled == 0, "{recalled} of {all}");
    assert_eq!(deploy(&[]), (all, 0, true));
    // No bundle holds it.
    let changed = "app/design/frontend/Acme/base/web/t.htm";
    shop.write(changed, "<p>z</p>\n".repeat(100));
    assert_eq!(deploy(&[]), (all, all - 2, false));
    let warm = shop.published();
    assert_eq!(decompressed(&shop, ".gz"), decompressed(&shop, ".br"));
    assert_eq!(deploy(&["--no-cache"]), (all, 0, false));
    assert_eq!(shop.published(), warm);
    // Another level is another result.
    let arguments = ["--compress=gzip:1,brotli:9", "en_US", "--no-cache"];
    shop.deploy(SCD, &arguments[..2]).expect_code(0);
    let mixed = shop.published();
    assert_ne!(mixed, warm);
    shop.deploy(SCD, &arguments).expect_code(0);
    assert_eq!(shop.published(), mixed);
}

#[test]
fn a_kept_version_leaves_no_outdated_compressed_file() {
    let shop = shop_to_compress();
    let web = "app/design/frontend/Acme/base/web";
    shop.write(&format!("{web}/gone.html"), "<p>old</p>\n".repeat(100));
    shop.deploy(SCD, &["--compress=gzip", "--keep-versions=1", "en_US"])
        .expect_code(0);
    shop.remove(&format!("{web}/gone.html"));
    shop.write(&format!("{web}/t.html"), "<p>new</p>\n".repeat(100));
    shop.deploy(SCD, &["--keep-versions=1", "en_US"])
        .expect_code(0);
    assert!(!shop.has(&format!("{PACKAGE}/t.html.gz")));
    assert!(shop.has(&format!("{PACKAGE}/gone.html")));
    assert!(shop.has(&format!("{PACKAGE}/gone.html.gz")));
}

#[test]
fn verify_judges_a_compressed_file_by_the_file_beside_it() {
    let (plain, compressed) = (shop_to_compress(), shop_to_compress());
    plain.deploy(SCD, &["en_US"]).expect_code(0);
    compressed
        .deploy(SCD, &["--compress=gzip,brotli", "en_US"])
        .expect_code(0);
    let verify = |checked: &Fixture, reference: &Fixture| {
        let (checked, reference) = (checked.root(), reference.root());
        let roots = [checked.to_str().unwrap(), reference.to_str().unwrap()];
        let arguments = ["verify", "--root", roots[0], "--against", roots[1]];
        run(SCD, &arguments, &[])
    };
    verify(&compressed, &plain).expect_code(0);
    verify(&plain, &compressed).expect_code(0);
    let path = format!("{PACKAGE}/t.html.br");
    let other = std::fs::read(compressed.root().join(format!("{PACKAGE}/t.htm.br"))).unwrap();
    compressed.remove(&path).write(&path, other);
    let said = verify(&compressed, &plain).expect_code(1);
    assert!(said.stdout.contains("t.html.br"), "{}", said.stdout);
}
