//! Findings about what lies in `pub/static` and `var/view_preprocessed`.

use std::fs;
use std::path::{Path, PathBuf};

use scd::check::{exchange_obstacle, may_write};
use scd::diagnostic::{Diagnostic, Place, Severity};

use super::super::request::compression_level;
use super::{Findings, Patient};

/// What was seen on a walk through `pub/static`.
#[derive(Default)]
struct Seen {
    /// Links that lead to directories, but for those that ece-tools makes.
    links: Vec<PathBuf>,
    /// `.gz` files beside files that ece-tools would compress.
    compressed: Vec<PathBuf>,
    /// Whether there is any package.
    has_packages: bool,
}

/// Directories deeper than this are nobody's static content.
const DEEPEST: usize = 64;

pub(super) fn look(patient: &Patient, findings: &mut Findings) {
    let target = patient.root.join("pub/static");
    if !target.is_dir() {
        return;
    }
    let mut seen = Seen::default();
    walk(&target, &patient.root.join("init"), 0, &mut seen);
    seen.links.sort();
    seen.compressed.sort();
    version(&target, &seen, findings);
    if patient.is_on_cloud {
        for_ece_tools(patient, &target, &seen, findings);
    }
    templates(patient, &seen, findings);
    writable(patient, &target, findings);
    if !patient.is_on_cloud {
        exchange(&target, findings);
    }
}

fn walk(directory: &Path, init: &Path, depth: usize, seen: &mut Seen) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        let path = entry.path();
        if kind.is_symlink() {
            let is_of_ece_tools =
                fs::canonicalize(&path).is_ok_and(|target| target.starts_with(init));
            if path.is_dir() && !is_of_ece_tools {
                seen.links.push(path);
            }
        } else if kind.is_dir() {
            let name = entry.file_name();
            if depth == 0 && (name == "frontend" || name == "adminhtml") {
                seen.has_packages = true;
            }
            if depth < DEEPEST && !name.to_string_lossy().starts_with("DELETING_") {
                walk(&path, init, depth + 1, seen);
            }
        } else if is_compressed(&path) {
            seen.compressed.push(path);
        }
    }
}

/// Whether ece-tools' compression would meet this file: `X.gz` beside an `X` that it looks for. Mirrors the `find` of
/// `Magento\MagentoCloud\Util\StaticContentCompressor`.
fn is_compressed(path: &Path) -> bool {
    let name = path.to_string_lossy();
    let Some(source) = name.strip_suffix(".gz") else {
        return false;
    };
    let is_meant = [".js", ".css", ".svg", ".html", ".htm"]
        .iter()
        .any(|ending| source.ends_with(ending));
    is_meant
        && fs::symlink_metadata(source).is_ok_and(|source| source.is_file() && source.len() > 300)
}

fn version(target: &Path, seen: &Seen, findings: &mut Findings) {
    let path = target.join("deployed_version.txt");
    let text = fs::read_to_string(&path).unwrap_or_default();
    if text.is_empty() {
        if seen.has_packages {
            findings.add(
                "no-version",
                Diagnostic::error("`pub/static/deployed_version.txt` is missing or empty: in production mode Magento answers with an exception")
                    .at(Place::file(path))
                    .with_hint("deploy again, or run `scd deploy --refresh-content-version-only`"),
            );
        }
    } else if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        findings.add(
            "version-not-digits",
            Diagnostic::error(format!("the version `{}` is not a number: the cloud and Magento's nginx rules find `/static/version<digits>/…` only", text.trim_end()))
                .at(Place::file(path))
                .with_hint("deploy with --content-version=NUMBER, or without it"),
        );
    }
}

/// What keeps a tree from surviving ece-tools' steps.
fn for_ece_tools(patient: &Patient, target: &Path, seen: &Seen, findings: &mut Findings) {
    if let Some(first) = seen.compressed.first()
        && compression_level(&patient.file) != 0
    {
        findings.add(
            "gz-conflict",
            Diagnostic::error(format!("{} `.gz` files are in `pub/static`, on which ece-tools' compression fails with exit code 20", seen.compressed.len()))
                .at(Place::file(first))
                .with_hint("remove them, or set `SCD_COMPRESSION_LEVEL: 0` in the stage build"),
        );
    }
    if let Some(first) = seen.links.first() {
        findings.add(
            "directory-links",
            Diagnostic::error(format!("{} links to directories are in `pub/static`: ece-tools' clearing follows them and deletes what they lead to", seen.links.len()))
                .at(Place::file(first))
                .with_hint("copy the files instead"),
        );
    }
    let cache = target.join("_cache");
    let is_real = fs::symlink_metadata(&cache).is_ok_and(|cache| cache.is_dir());
    if is_real && !patient.root.join("init/app/etc").is_dir() {
        findings.add(
            "cache-in-build",
            Diagnostic::warning("`pub/static/_cache` would become a read-only link in the shop, and merging of files fail")
                .at(Place::file(cache))
                .with_hint("remove it; `scd cloud build` does"),
        );
    }
}

/// In production Magento takes minified templates for granted where they are configured.
fn templates(patient: &Patient, seen: &Seen, findings: &mut Findings) {
    let is_left_to_magento =
        patient.is_on_cloud && super::super::request::skips_html(&patient.file);
    if !seen.has_packages
        || is_left_to_magento
        || !patient.config.default_flag("dev/template/minify_html")
    {
        return;
    }
    let path = patient.root.join("var/view_preprocessed/pub/static");
    let is_filled = fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_some());
    if !is_filled {
        findings.add(
            "templates-missing",
            Diagnostic::error("`dev/template/minify_html` is on, but no minified templates are there: pages come out broken in production mode")
                .at(Place::file(path))
                .with_hint("deploy without --no-html-minify (on the cloud: `SKIP_HTML_MINIFICATION`), or set `force_html_minification` in app/etc/env.php"),
        );
    }
}

fn writable(patient: &Patient, target: &Path, findings: &mut Findings) {
    let merges = ["dev/js/merge_files", "dev/css/merge_css_files"]
        .iter()
        .any(|path| patient.config.default_flag(path));
    if is_read_only(target) {
        let diagnostic = Diagnostic::new(
            if merges {
                Severity::Error
            } else {
                Severity::Warning
            },
            "`pub/static` cannot be written by this user, and files that Magento merges are written to its `_cache`",
        );
        findings.add(
            "pub-static-read-only",
            diagnostic
                .at(Place::file(target))
                .with_hint("make the directory itself writable for PHP; what is in it need not be"),
        );
    }
}

/// As the kernel judges it (mode, access lists, the file system), and by the mode alone for root, whom no mode keeps from
/// writing, but PHP.
fn is_read_only(directory: &Path) -> bool {
    let by_mode = fs::metadata(directory).is_ok_and(|found| found.permissions().readonly());
    by_mode || !may_write(directory)
}

/// What makes visitors see the new files of one package before those of another. In the cloud it is a mount, and nothing is
/// deployed into it.
fn exchange(target: &Path, findings: &mut Findings) {
    if let Some(obstacle) = exchange_obstacle(target) {
        findings.add(
            "published-in-parts",
            Diagnostic::warning(format!("a deploy by this user replaces `pub/static` package by package, not in one step: {obstacle}"))
                .at(Place::file(target))
                .with_hint("deploy as the owner of all of `pub`, and mount volumes at `pub` or above, not in it; see docs/zero-downtime.md"),
        );
    }
}
