//! scd beside recorded deploys of PHP on the reference tree, and the committed scoreboard of the result.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use scd::compare::{Comparison, Scope, Verdict, compare};
use scd_tests::reference::reference;
use scd_tests::run::run;

/// The command under test.
const SCD: &str = env!("CARGO_BIN_EXE_scd-under-test");

/// Puts `config.php` back when the test is over, whichever way it ends.
struct Config {
    path: PathBuf,
    text: String,
}

impl Config {
    fn open(root: &Path) -> Self {
        let path = root.join("app/etc/config.php");
        let text = fs::read_to_string(&path).expect("the reference tree has a configuration");
        Self { path, text }
    }

    /// Switches minification of CSS and JavaScript.
    fn switch(&self, minify: bool) {
        let (from, to) = if minify {
            ("'0'", "'1'")
        } else {
            ("'1'", "'0'")
        };
        let flag = |value: &str| format!("'minify_files' => {value}");
        fs::write(&self.path, self.text.replace(&flag(from), &flag(to)))
            .expect("it can be written");
    }
}

impl Drop for Config {
    fn drop(&mut self) {
        let _ = fs::write(&self.path, &self.text);
    }
}

/// What a difference has to look like to be known.
const KNOWN: &str = "jquery/fileUploader/vendor/blueimp-tmpl/js/compile.min.js";

fn section(title: &str, comparison: &Comparison, text: &mut String) -> Vec<String> {
    let mut unknown = Vec::new();
    let _ = writeln!(text, "\n[{title}]");
    let _ = writeln!(
        text,
        "{:<34} {:>6} {:>10} {:>8} {:>6} {:>8} {:>6}",
        "package", "files", "same bytes", "meaning", "known", "missing", "extra"
    );
    for package in &comparison.packages {
        let mut known = 0;
        for file in &package.files {
            match &file.verdict {
                Verdict::Same | Verdict::SameMeaning => {}
                Verdict::Different(detail)
                    if file.path.ends_with(KNOWN) || detail.contains(KNOWN) =>
                {
                    known += file.file_count;
                }
                other => unknown.push(format!("{title}: {}: {other:?}", file.path)),
            }
        }
        let name = if package.name.is_empty() {
            "(outside)"
        } else {
            &package.name
        };
        let _ = writeln!(
            text,
            "{name:<34} {:>6} {:>10} {:>8} {known:>6} {:>8} {:>6}",
            package.count(|_| true),
            package.count(|verdict| *verdict == Verdict::Same),
            package.count(|verdict| *verdict == Verdict::SameMeaning),
            package.count(|verdict| *verdict == Verdict::Missing),
            package.count(|verdict| *verdict == Verdict::Extra),
        );
    }
    unknown
}

/// Deploys into scratch directories and compares both with PHP's.
fn deploy_and_compare(root: &Path, expected: &Path, extra: &[&str]) -> (Comparison, Comparison) {
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let (packages, templates) = (
        scratch.path().join("static"),
        scratch.path().join("templates"),
    );
    let text = |path: &Path| path.to_str().expect("a path in Unicode").to_owned();
    let (root, to, templates_to) = (text(root), text(&packages), text(&templates));
    let mut arguments = vec![
        "deploy",
        "-q",
        "-f",
        "--root",
        &root,
        "--static",
        &to,
        "--templates",
        &templates_to,
    ];
    arguments.extend(extra);
    arguments.push("en_US");
    run(SCD, &arguments, &[]).expect_code(0);
    let of = |ours: &Path, theirs: &str, scope| {
        compare(ours, &expected.join(theirs), scope).expect("both trees can be read")
    };
    (
        of(&packages, "static", Scope::Static),
        of(&templates, "view_preprocessed/pub/static", Scope::Templates),
    )
}

#[test]
fn the_reference_tree_is_as_the_scoreboard_says() {
    let Some((root, expected)) = reference("the_reference_tree_is_as_the_scoreboard_says") else {
        return;
    };
    let config = Config::open(&root);
    let committed_path = Path::new(env!("CARGO_MANIFEST_DIR")).join("parity/scoreboard.txt");
    let committed = fs::read_to_string(&committed_path).unwrap_or_default();
    let head = committed
        .split("\n[")
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_owned();
    let mut text = head + "\n";
    let mut unknown = Vec::new();
    for (name, minify) in [("min", true), ("nomin", false)] {
        config.switch(minify);
        let (packages, templates) = deploy_and_compare(&root, &expected.join(name), &[]);
        let title = format!(
            "Magento 2.4.6, en_US, minification {}",
            if minify { "on" } else { "off" }
        );
        unknown.extend(section(&title, &packages, &mut text));
        unknown.extend(section(
            &format!("{title}: templates"),
            &templates,
            &mut text,
        ));
    }
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
    if std::env::var_os("SCD_BLESS").is_some() {
        fs::write(&committed_path, &text).expect("the scoreboard can be written");
    } else {
        assert_eq!(
            text, committed,
            "run with SCD_BLESS=1 to accept, after reading the difference"
        );
    }
}
