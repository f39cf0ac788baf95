//! Findings about directories that ece-tools copies, clears and links.

use std::fs;
use std::path::{Path, PathBuf};

use scd::diagnostic::{Diagnostic, Place};

use super::super::flag::{self, Flag};
use super::super::request::skips_html;
use super::{Findings, Patient};

pub(super) fn look(patient: &Patient, findings: &mut Findings) {
    let is_transferred = patient.root.join("init/app/etc").is_dir();
    if is_transferred {
        links(patient, findings);
    } else {
        empty_directories(patient, findings);
        links_to_directories(patient, findings);
        flag_without_content(patient, findings);
    }
}

/// ece-tools copies `directory/*` with a shell, which fails where there is nothing, and then cannot say so: exit code 1.
fn empty_directories(patient: &Patient, findings: &mut Findings) {
    let copied = ["app/etc", "pub/media", "var/log", "var/view_preprocessed"];
    for directory in copied {
        let path = patient.root.join(directory);
        let is_copied = directory != "var/view_preprocessed" || !skips_html(&patient.file);
        if is_copied && path.is_dir() && !has_visible_entry(&path) {
            findings.add(
                "empty-directory",
                Diagnostic::error(format!("`{directory}` holds nothing to copy, on which ece-tools' transfer step fails with `Array to string conversion`"))
                    .at(Place::file(path))
                    .with_hint("remove the directory; a missing one is fine"),
            );
        }
    }
}

/// ece-tools clears these directories, and follows links on the way.
fn links_to_directories(patient: &Patient, findings: &mut Findings) {
    for directory in ["app/etc", "var", "pub/media", "init"] {
        let Ok(entries) = fs::read_dir(patient.root.join(directory)) else {
            continue;
        };
        let is_link = |path: &PathBuf| path.is_symlink() && path.is_dir();
        let links = entries.flatten().map(|entry| entry.path()).filter(is_link);
        if let Some(first) = links.min() {
            findings.add(
                "directory-links",
                Diagnostic::error(format!("`{directory}` holds a link to a directory: ece-tools' clearing follows it and deletes what it leads to"))
                    .at(Place::file(first))
                    .with_hint("copy the files instead"),
            );
        }
    }
}

/// Whether a shell's `*` finds anything.
fn has_visible_entry(directory: &Path) -> bool {
    let Ok(mut entries) = fs::read_dir(directory) else {
        return true;
    };
    entries
        .any(|entry| entry.is_ok_and(|entry| !entry.file_name().to_string_lossy().starts_with('.')))
}

fn flag_without_content(patient: &Patient, findings: &mut Findings) {
    let version = patient.root.join("pub/static/deployed_version.txt");
    if Flag::of(&patient.root).is_set() && !version.exists() {
        findings.add(
            "flag-without-content",
            Diagnostic::error(format!("`{}` is set, but `pub/static` holds no deploy: the shop would get none", flag::NAME))
                .at(Place::file(patient.root.join(flag::NAME)))
                .with_hint("take the file out of the repository; `scd cloud build` sets it when static content is there"),
        );
    }
}

/// The deploy links every entry of `init/pub/static`, and stops at the first that exists without failing.
fn links(patient: &Patient, findings: &mut Findings) {
    if !Flag::of(&patient.root).is_set() || !patient.platform.has_mount("pub/static") {
        return;
    }
    let Ok(entries) = fs::read_dir(patient.root.join("init/pub/static")) else {
        findings.add(
            "init-missing",
            Diagnostic::error(format!("`{}` is set, but `init/pub/static` is missing: the transfer step has not moved the static content there", flag::NAME)),
        );
        return;
    };
    let mut missing: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !patient.root.join("pub/static").join(name).exists())
        .collect();
    missing.sort();
    if let Some(first) = missing.first() {
        findings.add(
            "not-linked",
            Diagnostic::error(format!("`init/pub/static/{first}` is not linked from `pub/static`, nor are {} others", missing.len() - 1))
                .at(Place::file(patient.root.join("pub/static").join(first)))
                .with_hint("before a deploy this is as it should be; after one, empty `pub/static` and deploy again without `CLEAN_STATIC_FILES: false`"),
        );
    }
}
