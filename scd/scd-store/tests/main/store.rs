//! The store: what is remembered is recalled, and whatever happens to its files is a miss.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scd_store::{Digest, Store};

fn remember(directory: &Path, texts: &[&str]) {
    let store = Store::open(directory, "build");
    for text in texts {
        store.remember_blob(
            &store.key("test", &[text.as_bytes()]),
            text.as_bytes().into(),
        );
    }
    store.commit().unwrap();
}

fn recalled(directory: &Path, text: &str) -> Option<Arc<[u8]>> {
    let store = Store::open(directory, "build");
    let bytes = store.recall_blob(&store.key("test", &[text.as_bytes()]));
    if let Some(bytes) = &bytes {
        assert_eq!(&**bytes, text.as_bytes());
    }
    bytes
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory.join("v1")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn what_is_remembered_is_recalled() {
    let scratch = tempfile::tempdir().unwrap();
    remember(scratch.path(), &["one", "two", ""]);
    remember(scratch.path(), &["three", "one"]);
    for text in ["one", "two", "", "three"] {
        assert!(recalled(scratch.path(), text).is_some(), "{text}");
    }
    assert!(recalled(scratch.path(), "four").is_none());
    let size = Store::size(scratch.path());
    assert_eq!((size.entry_count, size.byte_count), (4, 11));

    let other = Store::open(scratch.path(), "another build");
    assert!(!other.has(&other.key("test", &[b"one"])));
    let off = Store::off();
    let key = off.key("test", &[b"one"]);
    off.remember_blob(&key, b"one".as_slice().into());
    assert!(off.recall_blob(&key).is_none() && !off.has(&key));
    off.commit().unwrap();
}

#[test]
fn a_run_recalls_what_it_has_remembered_itself() {
    let scratch = tempfile::tempdir().unwrap();
    let store = Store::open(scratch.path(), "build");
    let key = Digest::of(b"key");
    assert!(!store.has(&key) && store.content(&key).is_none() && store.has_lost());
    store.remember_blob(&key, b"x".as_slice().into());
    assert!(store.has(&key));
    assert_eq!(store.recall_blob(&key).as_deref(), Some(&b"x"[..]));
}

#[test]
fn damage_is_a_miss_and_heals() {
    let scratch = tempfile::tempdir().unwrap();
    remember(scratch.path(), &["one", "two"]);
    let whole: Vec<(PathBuf, Vec<u8>)> = files(scratch.path())
        .into_iter()
        .map(|path| (path.clone(), fs::read(&path).unwrap()))
        .filter(|(_, bytes)| !bytes.is_empty())
        .collect();
    assert_eq!(whole.len(), 2);
    for (path, bytes) in &whole {
        for position in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[position] ^= 0x40;
            fs::write(path, &damaged).unwrap();
            let hits = ["one", "two"].map(|text| recalled(scratch.path(), text).is_some());
            assert_ne!(hits, [true, true], "{} byte {position}", path.display());
            fs::write(path, &bytes[..position]).unwrap();
            let hits = ["one", "two"].map(|text| recalled(scratch.path(), text).is_some());
            assert_ne!(hits, [true, true], "{} cut at {position}", path.display());
        }
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
        assert!(recalled(scratch.path(), "one").is_none());
        fs::remove_dir(path).unwrap();
        fs::write(path, bytes).unwrap();
    }
    // A run that met damage writes the entry anew.
    let pack = &whole
        .iter()
        .find(|(path, _)| path.extension().is_some())
        .unwrap()
        .0;
    fs::write(pack, "").unwrap();
    let store = Store::open(scratch.path(), "build");
    let key = store.key("test", &[b"one"]);
    assert!(store.has(&key) && store.recall_blob(&key).is_none());
    store.remember_blob(&key, b"one".as_slice().into());
    assert!(store.recall_blob(&key).is_some());
    store.commit().unwrap();
    assert!(recalled(scratch.path(), "one").is_some());
}

#[test]
fn a_directory_that_cannot_be_written_is_said_once_and_a_file_in_its_place_too() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("file");
    fs::write(&file, "").unwrap();
    let store = Store::open(&file, "build");
    store.remember_blob(&Digest::of(b"x"), b"x".as_slice().into());
    assert!(store.commit().is_err());

    let closed = scratch.path().join("closed");
    remember(&closed, &["one"]);
    fs::set_permissions(closed.join("v1"), fs::Permissions::from_mode(0o555)).unwrap();
    let is_root = fs::write(closed.join("v1/probe"), "").is_ok();
    assert!(recalled(&closed, "one").is_some());
    if is_root {
        eprintln!("skipped: root may write anywhere");
        return;
    }
    let store = Store::open(&closed, "build");
    store.remember_blob(&Digest::of(b"x"), b"x".as_slice().into());
    assert!(store.commit().is_err());
}

#[test]
fn runs_at_the_same_time_keep_what_the_others_have_made() {
    let scratch = tempfile::tempdir().unwrap();
    let texts: Vec<String> = (0..8).map(|number| format!("text {number}")).collect();
    std::thread::scope(|scope| {
        for text in &texts {
            let directory = scratch.path();
            scope.spawn(move || {
                for round in 0..5 {
                    remember(directory, &[text, &format!("{text} {round}")]);
                }
            });
        }
    });
    for text in &texts {
        assert!(recalled(scratch.path(), text).is_some(), "{text}");
        assert!(
            recalled(scratch.path(), &format!("{text} 4")).is_some(),
            "{text}"
        );
    }
    let packs = files(scratch.path()).len() - 2;
    assert!(packs < 20, "{packs} packs: they are to be joined");
}

#[test]
fn pruning_and_clearing_give_space_back() {
    let scratch = tempfile::tempdir().unwrap();
    Store::prune(scratch.path(), 30).unwrap();
    Store::clear(scratch.path()).unwrap();
    remember(scratch.path(), &["one"]);
    remember(scratch.path(), &["two"]);
    Store::prune(scratch.path(), 30).unwrap();
    assert!(recalled(scratch.path(), "one").is_some() && recalled(scratch.path(), "two").is_some());
    assert_eq!(files(scratch.path()).len(), 3, "index, lock and one pack");
    Store::clear(scratch.path()).unwrap();
    assert!(recalled(scratch.path(), "one").is_none());
    assert_eq!(Store::size(scratch.path()).disk_bytes, 0);
}
