//! Files of earlier versions stay for as many versions as were asked for.

use std::fs;

use scd_store::{Ledger, PublishOptions, Published, TargetTree, publish};

use crate::support::{Root, ledger, place, snapshot};

/// One shop over several deploys.
struct Shop {
    root: Root,
    left: Ledger,
}

impl Shop {
    fn new() -> Shop {
        Shop {
            root: Root::new(),
            left: Ledger::default(),
        }
    }

    fn tree(&self, version: &str, paths: &[&str], keep_versions: u32) -> TargetTree {
        let placements = paths.iter().map(|path| place(&format!("a/{path}"), path));
        TargetTree {
            placements: placements.collect(),
            loose: vec![place("deployed_version.txt", version)],
            keep_versions,
            ..self.root.tree(&["a"], &[])
        }
    }

    /// Deploys and lists the files of the package, each with the number of versions that it has been kept for.
    fn deploy(&mut self, version: &str, paths: &[&str], keep_versions: u32) -> Vec<(String, u32)> {
        let tree = self.tree(version, paths, keep_versions);
        let published = self.publish(&tree);
        let found = snapshot(&self.root.path("pub/static"));
        let listed: Vec<(String, u32)> = published.manifests[0]
            .entries()
            .iter()
            .map(|entry| (entry.path.to_string(), entry.kept))
            .collect();
        // What the manifest lists is what is there.
        let live = found.keys().filter(|path| !path.ends_with('/'));
        assert!(live.eq(listed.iter().map(|(path, _)| path)), "{found:?}");
        let kept = listed.iter().filter(|(_, kept)| *kept > 0).count();
        assert_eq!(
            (published.kept_count, published.file_count),
            (kept, listed.len() - kept)
        );
        self.left = ledger(&tree, &published.manifests[0]);
        let package = listed.into_iter();
        package
            .filter_map(|(path, kept)| Some((path.strip_prefix("a/")?.to_owned(), kept)))
            .collect()
    }

    fn publish(&self, tree: &TargetTree) -> Published {
        let options = PublishOptions {
            digests: true,
            outgoing: &[&self.left],
            ..PublishOptions::new(&self.root.lock)
        };
        publish(std::slice::from_ref(tree), &options).unwrap()
    }
}

fn listed(files: &[(&str, u32)]) -> Vec<(String, u32)> {
    let files = files.iter();
    files.map(|&(path, kept)| (path.to_owned(), kept)).collect()
}

#[test]
fn files_stay_for_two_versions_and_then_go() {
    let mut shop = Shop::new();
    assert_eq!(
        shop.deploy("1", &["old/x.js", "y.js"], 2),
        listed(&[("old/x.js", 0), ("y.js", 0)])
    );
    assert_eq!(
        shop.deploy("2", &["y.js"], 2),
        listed(&[("old/x.js", 1), ("y.js", 0)])
    );
    // The same files once more, even under another name, are no version later.
    assert_eq!(
        shop.deploy("2b", &["y.js"], 2),
        listed(&[("old/x.js", 1), ("y.js", 0)])
    );
    assert_eq!(
        shop.deploy("3", &["z.js"], 2),
        listed(&[("old/x.js", 2), ("y.js", 1), ("z.js", 0)])
    );
    assert_eq!(
        shop.deploy("4", &["u.js", "z.js"], 2),
        listed(&[("u.js", 0), ("y.js", 2), ("z.js", 0)])
    );
    // Its directory goes with the last file.
    assert!(!shop.root.path("pub/static/a/old").exists());
    // What comes back is an output again.
    assert_eq!(
        shop.deploy("5", &["y.js"], 2),
        listed(&[("u.js", 1), ("y.js", 0), ("z.js", 1)])
    );
    assert_eq!(shop.deploy("6", &["y.js"], 0), listed(&[("y.js", 0)]));
}

#[test]
fn nothing_is_kept_in_the_place_of_something_new() {
    let mut shop = Shop::new();
    shop.deploy("1", &["file", "directory/x.js", "stays.js"], 9);
    assert_eq!(
        shop.deploy("2", &["file/y.js", "directory"], 9),
        listed(&[("directory", 0), ("file/y.js", 0), ("stays.js", 1)])
    );
}

#[test]
fn what_was_changed_by_hand_is_not_kept() {
    let mut shop = Shop::new();
    shop.deploy("1", &["x.js", "gone/y.js", "z.js"], 1);
    fs::write(shop.root.path("pub/static/a/x.js"), "edited").unwrap();
    fs::remove_file(shop.root.path("pub/static/a/gone/y.js")).unwrap();
    assert_eq!(
        shop.deploy("2", &["n.js"], 1),
        listed(&[("n.js", 0), ("z.js", 1)])
    );
}

#[test]
fn other_packages_are_none_of_its_business() {
    let mut shop = Shop::new();
    shop.deploy("1", &["x.js"], 1);
    let mut tree = shop.tree("2", &[], 1);
    tree.units = vec!["b".to_owned()];
    tree.placements = vec![place("b/x.js", "b")];
    let published = shop.publish(&tree);
    assert_eq!(published.kept_count, 0);
    assert_eq!(published.manifests[0].entries().len(), 2);
    assert_eq!(shop.root.published()["a/x.js"], "x.js");
}
