//! The exchange of a whole target: what it carries over, what comes in meanwhile, and when it is not done.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::{CWD, FileType, Mode, XattrFlags};
use scd_store::{Published, TargetTree};

use crate::support::{Mount, Root, files, mode, place, place_file, snapshot, traces};

/// A run that brings one package and the version file.
fn request(root: &Root, version: &str) -> TargetTree {
    let mut tree = root.tree(
        &["frontend/A/b/en_US"],
        &[("frontend/A/b/en_US/x.js", version)],
    );
    tree.loose.push(place("deployed_version.txt", version));
    tree
}

fn inode(path: &Path) -> u64 {
    fs::symlink_metadata(path).unwrap().ino()
}

fn assert_whole(published: &Published) {
    assert_eq!(published.in_parts, []);
    assert_eq!(published.leftovers, [] as [&Path; 0]);
}

#[test]
fn everything_else_is_carried_over_as_it_is() {
    let root = Root::new();
    let live = |path: &str| root.path("pub/static").join(path);
    root.write("pub/static/.htaccess", "rules");
    root.write("pub/static/frontend/A/b/de_DE/css/a.css", "german");
    root.write("pub/static/_cache/merged/1.js", "merged");
    root.write(
        "pub/static/.scd-new.deployed_version.txt",
        "of a killed run",
    );
    fs::create_dir_all(live("_cache/minified")).unwrap();
    symlink("../nowhere", live("dangling")).unwrap();
    symlink("_cache", live("link")).unwrap();
    rustix::fs::mknodat(
        CWD,
        live("pipe"),
        FileType::Fifo,
        Mode::RUSR | Mode::WUSR,
        0,
    )
    .unwrap();
    for (path, mode) in [
        ("", 0o2771),
        ("frontend/A", 0o700),
        ("_cache/merged", 0o3777),
    ] {
        fs::set_permissions(live(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    let has_attributes =
        rustix::fs::setxattr(live("_cache"), "user.scd", b"kept", XattrFlags::empty()).is_ok();
    let is_root = chown(live("_cache"), Some(1234), Some(4321)).is_ok()
        && chown(live("_cache/merged/1.js"), Some(1234), Some(4321)).is_ok();
    fs::set_permissions(live("_cache"), fs::Permissions::from_mode(0o2770)).unwrap();
    let before = (inode(&live("")), inode(&live("_cache/merged/1.js")));

    assert_whole(&root.publish(&[request(&root, "1")]).unwrap());
    let mut expected = snapshot(&live(""));
    assert_eq!(
        files(&expected),
        [
            (".htaccess", "rules"),
            ("_cache/merged/1.js", "merged"),
            ("dangling", "-> ../nowhere"),
            ("deployed_version.txt", "1"),
            ("frontend/A/b/de_DE/css/a.css", "german"),
            ("frontend/A/b/en_US/x.js", "1"),
            ("link", "-> _cache"),
            ("pipe", "(pipe)"),
        ]
    );
    assert!(expected.contains_key("_cache/minified/"));
    assert_ne!(inode(&live("")), before.0);
    assert_eq!(inode(&live("_cache/merged/1.js")), before.1);
    assert_eq!(fs::metadata(live("_cache/merged/1.js")).unwrap().nlink(), 1);
    for (path, expected) in [
        ("", 0o2771),
        ("frontend/A", 0o700),
        ("_cache/merged", 0o3777),
        ("_cache", 0o2770),
    ] {
        assert_eq!(mode(&live(path)), expected, "{path}");
    }
    if has_attributes {
        let mut value = [0; 8];
        let length = rustix::fs::getxattr(live("_cache"), "user.scd", &mut value).unwrap();
        assert_eq!(&value[..length], b"kept");
    }
    if is_root {
        let owner = |path| fs::metadata(live(path)).map(|file| (file.uid(), file.gid()));
        assert_eq!(owner("_cache").unwrap(), (1234, 4321));
        assert_eq!(owner("_cache/merged/1.js").unwrap(), (1234, 4321));
    } else {
        eprintln!("skipped: owners, because files cannot be given away here");
    }
    // And once more, onto what the exchange left.
    assert_whole(&root.publish(&[request(&root, "2")]).unwrap());
    for path in ["deployed_version.txt", "frontend/A/b/en_US/x.js"] {
        expected.insert(path.to_owned(), "2".to_owned());
    }
    assert_eq!(snapshot(&live("")), expected);
    assert_eq!(traces(&root.path("pub")), [] as [&str; 0]);
}

#[test]
fn what_comes_in_between_linking_and_exchange_is_kept() {
    let root = Root::new();
    let live = |path: &str| root.path("pub/static").join(path);
    for (path, text) in [
        ("_cache/merged/1.js", "one"),
        ("_cache/merged/2.js", "two"),
        ("_cache/merged/3.js", "three"),
        ("frontend/A/b/en_US/old.js", "old"),
    ] {
        root.write(&format!("pub/static/{path}"), text);
    }
    // What is long settled is told apart from what has just come by its time alone.
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    for path in ["_cache/merged", "_cache", "frontend/A/b", "frontend", ""] {
        fs::File::open(live(path))
            .unwrap()
            .set_modified(hour_ago)
            .unwrap();
    }
    // The run waits for the bytes of a pipe while it fills its stage.
    let pipe = root.path("pipe");
    rustix::fs::mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let mut tree = request(&root, "1");
    tree.placements
        .push(place_file("frontend/A/b/en_US/pipe.js", &pipe));
    let published = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut pipe = fs::File::options().write(true).open(&pipe).unwrap();
            fs::write(live("_cache/merged/4.js"), "four").unwrap();
            fs::write(live("_cache/merged/1.js"), "one, in place").unwrap();
            fs::write(live("_cache/merged/new"), "two, by rename").unwrap();
            fs::rename(live("_cache/merged/new"), live("_cache/merged/2.js")).unwrap();
            fs::create_dir_all(live("_cache/minified/deep")).unwrap();
            fs::write(live("_cache/minified/deep/5.js"), "five").unwrap();
            fs::create_dir_all(live("frontend/A/b/de_DE")).unwrap();
            fs::write(live("frontend/A/b/de_DE/x.js"), "of somebody else").unwrap();
            fs::write(live("frontend/A/b/en_US/late.js"), "of the old package").unwrap();
            pipe.write_all(b"pipe").unwrap();
        });
        root.publish(&[tree]).unwrap()
    });
    assert_whole(&published);
    assert_eq!(
        files(&root.published()),
        [
            ("_cache/merged/1.js", "one, in place"),
            ("_cache/merged/2.js", "two, by rename"),
            ("_cache/merged/3.js", "three"),
            ("_cache/merged/4.js", "four"),
            ("_cache/minified/deep/5.js", "five"),
            ("deployed_version.txt", "1"),
            ("frontend/A/b/de_DE/x.js", "of somebody else"),
            ("frontend/A/b/en_US/pipe.js", "pipe"),
            ("frontend/A/b/en_US/x.js", "1"),
        ]
    );
}

#[test]
fn files_with_too_many_links_are_copied() {
    let root = Root::new();
    let crowded = root.write("pub/static/crowded.txt", "crowded");
    fs::create_dir(root.path("links")).unwrap();
    let past = SystemTime::UNIX_EPOCH + Duration::new(1_600_000_000, 0);
    fs::File::open(&crowded)
        .unwrap()
        .set_modified(past)
        .unwrap();
    // ext4 allows 65,000 links.
    let is_full = (0..70_000).any(|number| {
        fs::hard_link(&crowded, root.path("links").join(number.to_string())).is_err()
    });
    if !is_full {
        eprintln!("skipped: files can have more than 70,000 links here");
        return;
    }
    let first = root.publish(&[request(&root, "1")]).unwrap();
    assert_whole(&first);
    let metadata = fs::metadata(&crowded).unwrap();
    assert_eq!((metadata.nlink(), metadata.modified().unwrap()), (1, past));
    assert_eq!(root.published()["crowded.txt"], "crowded");
}

#[test]
fn what_keeps_the_target_from_being_exchanged_is_named() {
    let root = Root::new();
    let reason = |tree: TargetTree| {
        let published = root.publish(&[tree]).unwrap();
        assert_eq!(published.leftovers, [] as [&Path; 0]);
        assert_eq!(traces(&root.path("pub")), [] as [&str; 0]);
        let in_parts = published.in_parts;
        assert!(in_parts.len() < 2);
        in_parts.into_iter().next().map(|part| part.reason)
    };
    assert_eq!(reason(request(&root, "1")), None);
    // One part is one step in any case.
    let target = root.path("pub/static");
    let before = inode(&target);
    let mut version = root.tree(&[], &[]);
    version.loose.push(place("deployed_version.txt", "2"));
    assert_eq!(reason(version), None);
    assert_eq!(inode(&target), before);

    fs::rename(target.join("frontend/A"), root.path("elsewhere")).unwrap();
    symlink("../../../elsewhere", target.join("frontend/A")).unwrap();
    assert_eq!(
        reason(request(&root, "3")).as_deref(),
        Some("`frontend/A` is a symbolic link")
    );
    assert_eq!(inode(&target), before);
    let elsewhere = fs::read_to_string(root.path("elsewhere/b/en_US/x.js"));
    assert_eq!(elsewhere.unwrap(), "3");
    fs::remove_file(target.join("frontend/A")).unwrap();

    if let Some(_mount) = Mount::small(target.join("_cache")) {
        root.write("pub/static/_cache/x.js", "mounted");
        let mounted = format!("`{}` is a mount point", target.join("_cache").display());
        assert_eq!(reason(request(&root, "4")), Some(mounted));
        assert_eq!(root.published()["_cache/x.js"], "mounted");
        assert_eq!(inode(&target), before);
    }
    let flag = |argument: &str, path: &Path| {
        let status = std::process::Command::new("chattr")
            .arg(argument)
            .arg(path)
            .status();
        status.is_ok_and(|status| status.success())
    };
    let rules = root.write("pub/static/.htaccess", "rules");
    if flag("+i", &rules) {
        let reason = reason(request(&root, "5"));
        assert!(flag("-i", &rules));
        assert_eq!(
            reason.as_deref(),
            Some("cannot carry over `.htaccess`: operation not permitted")
        );
    }
    assert_eq!(reason(request(&root, "6")), None);
    assert_ne!(inode(&target), before);
}

#[test]
fn a_whole_target_is_taken_back_when_the_next_one_fails() {
    let root = Root::new();
    root.write("pub/static/_cache/x.js", "kept");
    let Some(mount) = Mount::small(root.path("other/frozen")) else {
        return;
    };
    root.write("other/frozen/unit/x.js", "old");
    mount.make_read_only();
    let target = root.path("pub/static");
    root.publish(&[request(&root, "1")]).unwrap();
    let (before, tree) = (inode(&target), root.published());
    let frozen = TargetTree {
        target: root.path("other"),
        units: vec!["frozen/unit".to_owned(), "free".to_owned()],
        placements: vec![place("frozen/unit/x.js", "new"), place("free/x.js", "new")],
        loose: Vec::new(),
        keep_versions: 0,
    };
    let error = root.publish(&[request(&root, "2"), frozen]).unwrap_err();
    assert!(
        error.to_string().contains("read-only file system"),
        "{error}"
    );
    assert_eq!((inode(&target), root.published()), (before, tree));
    assert_eq!(traces(&root.path("pub")), [] as [&str; 0]);
}

#[test]
fn a_target_that_a_killed_run_had_moved_away_comes_back() {
    // Without an exchange in one step there is a moment between two renames.
    let root = Root::new();
    root.write("pub/.scd-stage.static.4711/outgoing/_cache/x.js", "kept");
    root.write("pub/.scd-stage.static.4711/new/frontend/x.js", "half");
    assert_whole(&root.publish(&[request(&root, "1")]).unwrap());
    assert_eq!(
        files(&root.published()),
        [
            ("_cache/x.js", "kept"),
            ("deployed_version.txt", "1"),
            ("frontend/A/b/en_US/x.js", "1"),
        ]
    );
    assert_eq!(traces(&root.path("pub")), [] as [&str; 0]);
}

#[test]
fn names_that_are_not_text_are_carried_over() {
    let root = Root::new();
    root.write("pub/static/_cache/x.js", "x");
    let name = OsStr::from_bytes(b"\xff\xfe name");
    fs::create_dir(root.path("pub/static/_cache").join(name)).unwrap();
    fs::write(root.path("pub/static/_cache").join(name).join(name), "y").unwrap();
    assert_whole(&root.publish(&[request(&root, "1")]).unwrap());
    let path = root.path("pub/static/_cache").join(name).join(name);
    assert_eq!(fs::read_to_string(path).unwrap(), "y");
}
