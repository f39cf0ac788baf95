//! What a successful run leaves behind.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use scd_store::{Digest, PublishOptions, TargetTree, publish};

use crate::support::{Root, files, mode, place, place_file, snapshot, traces};

#[test]
fn a_fresh_target_holds_exactly_what_was_placed() {
    let root = Root::new();
    let mut tree = root.tree(
        &["frontend/A/b/en_US", "adminhtml/A/c/en_US"],
        &[
            ("frontend/A/b/en_US/css/a.css", "a{}"),
            ("frontend/A/b/en_US/x.js", "x()"),
            ("adminhtml/A/c/en_US/M_N/y.js", ""),
        ],
    );
    tree.loose.push(place("deployed_version.txt", "170"));
    let published = root.publish(&[tree]).unwrap();
    let found = root.published();
    assert_eq!(
        files(&found),
        [
            ("adminhtml/A/c/en_US/M_N/y.js", ""),
            ("deployed_version.txt", "170"),
            ("frontend/A/b/en_US/css/a.css", "a{}"),
            ("frontend/A/b/en_US/x.js", "x()"),
        ]
    );
    assert_eq!((published.file_count, published.byte_count), (4, 9));
    assert_eq!(published.leftovers, [] as [&Path; 0]);
    assert_eq!(traces(&root.path("pub")), [] as [&str; 0]);
    assert_eq!(traces(&root.path("pub/static")), [] as [&str; 0]);
}

#[test]
fn units_are_replaced_as_if_the_target_were_empty_and_the_rest_stays() {
    let root = Root::new();
    root.write("pub/static/.htaccess", "rules");
    root.write("pub/static/_cache/merged/1.js", "merged");
    root.write("pub/static/frontend/A/b/de_DE/x.js", "german");
    root.write("pub/static/frontend/A/b/en_US/old/gone.js", "stale");
    root.write("pub/static/frontend/A/b/en_US/x.js", "old");
    root.write("pub/static/deployed_version.txt", "1");
    let mut tree = root.tree(
        &["frontend/A/b/en_US"],
        &[("frontend/A/b/en_US/x.js", "new")],
    );
    tree.loose.push(place("deployed_version.txt", "2"));
    root.publish(&[tree]).unwrap();
    let found = root.published();
    assert_eq!(
        files(&found),
        [
            (".htaccess", "rules"),
            ("_cache/merged/1.js", "merged"),
            ("deployed_version.txt", "2"),
            ("frontend/A/b/de_DE/x.js", "german"),
            ("frontend/A/b/en_US/x.js", "new"),
        ]
    );
    assert!(!found.contains_key("frontend/A/b/en_US/old/"));
}

#[test]
fn a_unit_without_files_goes_and_one_in_place_of_a_file_comes() {
    let root = Root::new();
    root.write("pub/static/vendor/a.phtml", "old");
    root.write("pub/static/app", "a file where a directory must be");
    let tree = root.tree(&["vendor", "app", "never"], &[("app/code/b.phtml", "b")]);
    root.publish(&[tree]).unwrap();
    assert_eq!(files(&root.published()), [("app/code/b.phtml", "b")]);
}

#[test]
fn two_targets_go_live_in_one_run() {
    let root = Root::new();
    let templates = TargetTree {
        target: root.path("var/view_preprocessed/pub/static"),
        units: vec!["vendor".to_owned()],
        placements: vec![place("vendor/m/view/t.phtml", "<p>")],
        loose: Vec::new(),
        keep_versions: 0,
    };
    let tree = root.tree(&["frontend/A/b/en_US"], &[("frontend/A/b/en_US/x.js", "x")]);
    let published = root.publish(&[templates, tree]).unwrap();
    assert_eq!(published.manifests.len(), 2);
    let entries = published.manifests[0].entries();
    assert_eq!(&*entries[0].path, "vendor/m/view/t.phtml");
    assert_eq!(
        fs::read_to_string(root.path("var/view_preprocessed/pub/static/vendor/m/view/t.phtml"))
            .unwrap(),
        "<p>"
    );
    assert_eq!(files(&root.published()), [("frontend/A/b/en_US/x.js", "x")]);
}

#[test]
fn modes_follow_the_umask_of_the_options_not_of_the_process() {
    for (umask, directory, file) in [
        (0o002, 0o775, 0o664),
        (0o077, 0o700, 0o600),
        (0, 0o777, 0o666),
    ] {
        let root = Root::new();
        let mut tree = root.tree(&["a/b"], &[("a/b/c/d.css", "")]);
        tree.loose.push(place("v.txt", "1"));
        publish(
            &[tree],
            &PublishOptions {
                umask,
                ..PublishOptions::new(&root.lock)
            },
        )
        .unwrap();
        for path in [
            "pub/static",
            "pub/static/a",
            "pub/static/a/b",
            "pub/static/a/b/c",
        ] {
            assert_eq!(mode(&root.path(path)), directory, "{path} with {umask:o}");
        }
        assert_eq!(mode(&root.path("pub/static/a/b/c/d.css")), file);
        assert_eq!(mode(&root.path("pub/static/v.txt")), file);
    }
}

#[test]
fn the_modes_of_sources_and_of_existing_directories_do_not_matter() {
    use std::os::unix::fs::PermissionsExt;
    let root = Root::new();
    let source = root.write("lib/web/x.js", "x");
    fs::set_permissions(&source, fs::Permissions::from_mode(0o400)).unwrap();
    fs::create_dir_all(root.path("pub/static/a")).unwrap();
    fs::set_permissions(root.path("pub/static/a"), fs::Permissions::from_mode(0o711)).unwrap();
    let mut tree = root.tree(&["a/b"], &[]);
    tree.placements.push(place_file("a/b/x.js", &source));
    root.publish(&[tree]).unwrap();
    assert_eq!(mode(&root.path("pub/static/a/b/x.js")), 0o664);
    assert_eq!(mode(&root.path("pub/static/a")), 0o711);
}

#[test]
fn files_are_copied_once_read_and_never_linked() {
    use std::os::unix::fs::MetadataExt;
    let root = Root::new();
    let large = "0123456789abcdef".repeat(200_000);
    let exact = "x".repeat(1 << 20);
    let sources = [("large.bin", &large), ("exact.bin", &exact)];
    let mut tree = root.tree(&["a", "b"], &[]);
    for (name, text) in sources {
        let source = root.write(name, text);
        for unit in ["a", "b"] {
            tree.placements
                .push(place_file(&format!("{unit}/{name}"), &source));
        }
    }
    let published = root.publish(&[tree]).unwrap();
    for (name, text) in sources {
        for unit in ["a", "b"] {
            let path = format!("{unit}/{name}");
            let live = root.path("pub/static").join(&path);
            assert!(
                fs::read(&live).unwrap() == text.as_bytes(),
                "{path} differs"
            );
            assert_eq!(fs::metadata(&live).unwrap().nlink(), 1);
            let entry = published.manifests[0].find(&path).unwrap();
            assert_eq!(
                (entry.digest, entry.size()),
                (Digest::of(text.as_bytes()), text.len() as u64)
            );
        }
    }
    assert_eq!(published.byte_count, 2 * (large.len() + exact.len()) as u64);
}

#[test]
fn links_as_sources_are_followed() {
    let root = Root::new();
    root.write("lib/real.js", "real");
    symlink("real.js", root.path("lib/link.js")).unwrap();
    let mut tree = root.tree(&["a"], &[]);
    tree.placements
        .push(place_file("a/x.js", &root.path("lib/link.js")));
    root.publish(&[tree]).unwrap();
    assert_eq!(files(&root.published()), [("a/x.js", "real")]);
}

#[test]
fn a_linked_target_stays_a_link() {
    let root = Root::new();
    fs::create_dir_all(root.path("shared/files")).unwrap();
    fs::create_dir_all(root.path("pub")).unwrap();
    symlink("../shared/files", root.path("pub/static")).unwrap();
    root.publish(&[root.tree(&["a"], &[("a/x.js", "1")])])
        .unwrap();
    root.publish(&[root.tree(&["a"], &[("a/x.js", "2")])])
        .unwrap();
    assert!(root.path("pub/static").is_symlink());
    assert_eq!(
        files(&snapshot(&root.path("shared/files"))),
        [("a/x.js", "2")]
    );
    assert_eq!(traces(&root.path("shared")), [] as [&str; 0]);
}

#[test]
fn a_linked_unit_becomes_a_directory_and_its_goal_is_left_alone() {
    let root = Root::new();
    root.write("elsewhere/x.js", "theirs");
    fs::create_dir_all(root.path("pub/static")).unwrap();
    symlink("../../elsewhere", root.path("pub/static/a")).unwrap();
    root.publish(&[root.tree(&["a"], &[("a/x.js", "ours")])])
        .unwrap();
    assert!(!root.path("pub/static/a").is_symlink());
    assert_eq!(
        fs::read_to_string(root.path("elsewhere/x.js")).unwrap(),
        "theirs"
    );
    assert_eq!(files(&root.published()), [("a/x.js", "ours")]);
}

#[test]
fn a_way_that_leads_to_another_disk_is_filled_file_by_file() {
    // `/dev/shm` is a file system of its own on every Linux; where it is not, there is nothing to test.
    let Ok(other) = tempfile::tempdir_in("/dev/shm") else {
        eprintln!("skipped: /dev/shm cannot be written");
        return;
    };
    let root = Root::new();
    fs::create_dir_all(root.path("pub/static")).unwrap();
    symlink(other.path(), root.path("pub/static/frontend")).unwrap();
    let unit = other.path().join("A/en_US");
    fs::create_dir_all(unit.join("dir/was")).unwrap();
    fs::write(unit.join("stale.js"), "stale").unwrap();
    fs::write(unit.join("x.js"), "old").unwrap();
    fs::write(unit.join("file"), "a file where a directory must be").unwrap();
    let tree = root.tree(
        &["frontend/A/en_US", "frontend/A/de_DE"],
        &[
            ("frontend/A/en_US/x.js", "new"),
            ("frontend/A/en_US/file/y.js", "y"),
            ("frontend/A/en_US/dir", "a directory where a file must be"),
            ("frontend/A/de_DE/x.js", "neu"),
        ],
    );
    root.publish(&[tree]).unwrap();
    assert_eq!(
        files(&snapshot(other.path())),
        [
            ("A/de_DE/x.js", "neu"),
            ("A/en_US/dir", "a directory where a file must be"),
            ("A/en_US/file/y.js", "y"),
            ("A/en_US/x.js", "new"),
        ]
    );
    assert_eq!(mode(&unit.join("x.js")), 0o664);
    // A unit that has no files any more goes there, too.
    root.publish(&[root.tree(&["frontend/A/en_US"], &[])])
        .unwrap();
    assert_eq!(files(&snapshot(other.path())), [("A/de_DE/x.js", "neu")]);
}

#[test]
fn stages_of_killed_runs_are_swept_and_only_those() {
    let root = Root::new();
    root.write("pub/.scd-stage.static.4711/new/a/x.js", "half");
    root.write("pub/.scd-stage.media.4711/new/a/x.js", "of another target");
    root.write("pub/static/.scd-stage.4711/new/a/x.js", "half");
    root.write("pub/static/keep/x.js", "kept");
    let published = root
        .publish(&[root.tree(&["a"], &[("a/x.js", "1")])])
        .unwrap();
    assert_eq!(published.leftovers, [] as [&Path; 0]);
    assert_eq!(traces(&root.path("pub")), [".scd-stage.media.4711"]);
    assert_eq!(
        files(&root.published()),
        [("a/x.js", "1"), ("keep/x.js", "kept")]
    );
}

#[test]
fn the_manifest_says_where_the_bytes_came_from() {
    let root = Root::new();
    let source = root.write("lib/x.js", "x");
    let mut tree = root.tree(&["a"], &[("a/y.js", "y")]);
    tree.placements.push(place_file("a/b.js", &source));
    tree.loose.push(place("v.txt", "1"));
    let published = root.publish(&[tree.clone()]).unwrap();
    let entries = published.manifests[0].entries();
    let paths: Vec<&str> = entries.iter().map(|entry| &*entry.path).collect();
    assert_eq!(paths, ["a/b.js", "a/y.js", "v.txt"]);
    assert_eq!(entries[0].source.as_deref(), Some(source.as_path()));
    assert_eq!(entries[1].source, None);
    let [verbatim] = &published.verbatim[..] else {
        panic!("{:?}", published.verbatim);
    };
    assert_eq!(
        (&*verbatim.path, verbatim.digest, verbatim.size),
        (source.as_path(), Digest::of(b"x"), 1)
    );
    let without = publish(&[tree], &PublishOptions::new(&root.lock)).unwrap();
    assert!(without.manifests.is_empty() && without.verbatim.is_empty());
}
