//! Bundles in PHP's order: how PHP's `glob` lists a tree, without sorting, as `Magento\Framework\App\Utility\Files::getFiles`
//! uses it, and a deploy that follows such a listing.
//!
//! The order is that of the directories on the disk, so it can be told only of a tree that was not copied since. glibc
//! hands names out in blocks, each twice as long as the one before, the last block first.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use scd::derive::bundle_choice::ReadingOrder;
use scd::event::Silent;
use scd::options::{Options, Skip};
use scd_magento::{Filter, Group, Selection};

use crate::options::options;

/// How many names the first block takes.
const FIRST_BLOCK: usize = 64;

/// Every file below a directory whose name has a dot inside, as path below it: the files of a folder before those of its
/// folders.
pub fn php_listing(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    list(directory, "", &mut found);
    found
}

fn list(directory: &Path, prefix: &str, found: &mut Vec<String>) {
    let entries =
        fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in entries {
        let entry = entry.expect("it can be read");
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let is_folder = entry.path().is_dir();
        if is_folder {
            folders.push(name.clone());
        }
        // The pattern finds folders, too; they are taken out of the result, but have had a place in a block.
        if name.contains('.') {
            files.push((name, is_folder));
        }
    }
    for (name, is_folder) in last_block_first(files) {
        if !is_folder {
            found.push(format!("{prefix}{name}"));
        }
    }
    for name in last_block_first(folders) {
        list(&directory.join(&name), &format!("{prefix}{name}/"), found);
    }
}

fn last_block_first<T>(mut names: Vec<T>) -> Vec<T> {
    let (mut start, mut length) = (0, FIRST_BLOCK);
    let mut starts = Vec::new();
    while start < names.len() {
        starts.push(start);
        start += length;
        length *= 2;
    }
    let mut ordered = Vec::with_capacity(names.len());
    for start in starts.into_iter().rev() {
        ordered.extend(names.split_off(start));
    }
    ordered
}

/// Deploys the scripts and templates of packages below `to`, in the folder `static`, and bundles them in an order.
pub fn deploy_in_order(root: &Path, to: &Path, packages: &[String], order: ReadingOrder) {
    let part = |from: usize, to: usize| -> BTreeSet<String> {
        packages
            .iter()
            .map(|package| package.split('/').collect::<Vec<_>>()[from..to].join("/"))
            .collect()
    };
    let group = Group {
        areas: Filter::only(part(0, 1)),
        themes: Filter::only(part(1, 3)),
        locales: Filter::only(part(3, 4)),
        unlisted_locales: false,
    };
    let options = Options {
        selection: Selection {
            groups: vec![group],
            ..Selection::default()
        },
        skip: Skip {
            css: true,
            images: true,
            fonts: true,
            misc: true,
            html_minify: true,
            ..Skip::default()
        },
        bundle_order: Some(Arc::new(order)),
        static_directory: Some(to.join("static")),
        template_directory: Some(to.join("templates")),
        lock_directory: Some(to.to_path_buf()),
        ..options()
    };
    fs::create_dir_all(to).expect("it can be made");
    let report = scd::deploy(root, &options, &Silent).expect("the root deploys");
    assert!(!report.has_errors(), "{:?}", report.diagnostics);
}

#[cfg(test)]
mod tests {
    use super::last_block_first;

    #[test]
    fn blocks_double_and_the_last_comes_first() {
        let ordered = last_block_first((0..200).collect::<Vec<usize>>());
        let expected: Vec<usize> = (192..200).chain(64..192).chain(0..64).collect();
        assert_eq!(ordered, expected);
        assert_eq!(last_block_first(vec![1, 2]), [1, 2]);
    }
}
