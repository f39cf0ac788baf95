//! The cache that machines share: what one has made the other one gets, in few questions, and whatever is wrong is a miss.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scd_store::{Digest, Objects, Remote, RemoteUse, Store};

/// A service in memory that counts how often it is asked.
#[derive(Clone, Default)]
struct Memory(Arc<State>);

#[derive(Default)]
struct State {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    asked: AtomicU64,
    /// Fails once it was asked so often; 0 for never.
    dies_after: AtomicU64,
    /// Loses the next catalogue that is written, as when another machine writes it at the same time.
    overwrites: AtomicBool,
}

impl Memory {
    fn ask(&self) -> Result<(), String> {
        let asked = self.0.asked.fetch_add(1, Ordering::SeqCst) + 1;
        match self.0.dies_after.load(Ordering::SeqCst) {
            0 => Ok(()),
            limit if asked <= limit => Ok(()),
            _ => Err("it has died".to_owned()),
        }
    }

    fn asked(&self) -> u64 {
        self.0.asked.swap(0, Ordering::SeqCst)
    }

    fn names(&self) -> Vec<String> {
        self.0.objects.lock().unwrap().keys().cloned().collect()
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        change(self.0.objects.lock().unwrap().get_mut(name).unwrap());
    }

    fn remote(&self) -> Remote {
        Remote::over(Box::new(self.clone()), Duration::from_secs(3))
    }
}

impl Objects for Memory {
    fn read(&self, name: &str, _: Duration) -> Result<Option<Vec<u8>>, String> {
        self.ask()?;
        Ok(self.0.objects.lock().unwrap().get(name).cloned())
    }

    fn write(&self, name: &str, bytes: Vec<u8>, _: Duration) -> Result<(), String> {
        self.ask()?;
        if name.ends_with("catalogue") && self.0.overwrites.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        self.0
            .objects
            .lock()
            .unwrap()
            .insert(name.to_owned(), bytes);
        Ok(())
    }

    fn remove(&self, name: &str, _: Duration) -> Result<(), String> {
        self.ask()?;
        self.0.objects.lock().unwrap().remove(name);
        Ok(())
    }
}

/// A run over so many results on a machine: how many it had to make, and how it used the service.
fn run(machine: &Path, service: &Memory, results: std::ops::Range<u32>) -> (usize, RemoteUse) {
    let store = Store::open(machine, "build").with_remote(service.remote(), "build");
    let mut made = 0;
    for number in results {
        let text: Arc<[u8]> = format!("result {number} ").repeat(40).into_bytes().into();
        let key = store.key("test", &[&number.to_le_bytes()]);
        let digest = Digest::of(&text);
        let record = store.recall_blob(&key);
        if record.is_some_and(|record| *record == digest.as_bytes()[..]) && store.has(&digest) {
            assert_eq!(store.content(&digest).as_deref(), Some(&*text));
            continue;
        }
        made += 1;
        store.remember_blob(&digest, text);
        store.remember_blob(&key, digest.as_bytes().as_slice().into());
    }
    store.commit().unwrap();
    (made, store.settle().unwrap())
}

/// A directory for each of two machines.
fn machines() -> [tempfile::TempDir; 2] {
    [0, 1].map(|_| tempfile::tempdir().unwrap())
}

#[test]
fn another_machine_makes_nothing_in_few_questions() {
    let service = Memory::default();
    let [one, two] = machines();
    let (made, used) = run(one.path(), &service, 0..2500);
    assert_eq!((made, used.fetched_bytes, used.trouble), (2500, 0, None));
    let packs = service.names().len() as u64 - 1;
    assert!((1..=4).contains(&packs), "{packs} packs for 1.4 MB");
    // The catalogue at first; the packs; the catalogue again, written, and looked at.
    assert_eq!(service.asked(), 1 + packs + 3);
    assert_eq!(used.round_trips, 1 + packs + 3);

    let (made, used) = run(two.path(), &service, 0..2500);
    assert_eq!((made, used.sent_bytes, used.fetched_entries), (0, 0, 5000));
    assert_eq!(service.asked(), 1 + packs);
    // What came is in the store here, and nobody is asked again.
    let (made, _) = run(two.path(), &service, 0..2500);
    assert_eq!((made, service.asked()), (0, 0));
    // Only what is new is sent.
    let (made, used) = run(two.path(), &service, 0..2510);
    assert_eq!(made, 10);
    assert!(used.sent_bytes < 10_000, "{used:?}");
    let (made, _) = run(one.path(), &service, 0..2510);
    assert_eq!(made, 0);
    let size = service.remote().size().unwrap();
    assert_eq!(
        (size.entry_count, size.pack_count),
        (5020, packs as usize + 1)
    );
}

#[test]
fn another_build_takes_nothing() {
    let service = Memory::default();
    let [one, two] = machines();
    run(one.path(), &service, 0..3);
    let store = Store::open(two.path(), "other").with_remote(service.remote(), "other");
    let key = store.key("test", &[&0_u32.to_le_bytes()]);
    assert!(store.recall_blob(&key).is_none() && !store.has(&key));
}

#[test]
fn damage_is_a_miss_and_heals() {
    let [one, _] = machines();
    let service = Memory::default();
    run(one.path(), &service, 0..3);
    for name in service.names() {
        let length = service.0.objects.lock().unwrap()[&name].len();
        for position in (0..length).step_by(29) {
            for is_cut in [false, true] {
                let service = Memory::default();
                run(tempfile::tempdir().unwrap().path(), &service, 0..3);
                service.change(&name, |bytes| match is_cut {
                    true => bytes.truncate(position),
                    false => bytes[position] ^= 0x20,
                });
                let [two, three] = machines();
                let (made, used) = run(two.path(), &service, 0..3);
                assert_eq!((made, used.trouble), (3, None), "{name} byte {position}");
                let (made, _) = run(three.path(), &service, 0..3);
                assert_eq!(made, 0, "{name} byte {position} does not heal");
            }
        }
    }
    // A pack that somebody has removed.
    let pack = service.names().pop().unwrap();
    service.0.objects.lock().unwrap().remove(&pack);
    let [two, three] = machines();
    assert_eq!(run(two.path(), &service, 0..3).0, 3);
    assert_eq!(run(three.path(), &service, 0..3).0, 0);
}

#[test]
fn a_service_that_dies_is_a_miss_and_is_not_asked_again() {
    for dies_after in 1..6 {
        let [one, two] = machines();
        let service = Memory::default();
        run(one.path(), &service, 0..2500);
        service.asked();
        service.0.dies_after.store(dies_after, Ordering::SeqCst);
        let (made, used) = run(two.path(), &service, 0..3000);
        // What came before is of use.
        assert!(made >= 500, "{made}");
        assert_eq!(used.trouble.as_deref(), Some("it has died"));
        // Those who send at the same time may each learn it for themselves.
        assert!(service.asked() <= dies_after + 8, "dies after {dies_after}");
        service.0.dies_after.store(0, Ordering::SeqCst);
        let (made, used) = run(two.path(), &service, 0..3000);
        assert_eq!((made, used.trouble), (0, None));
    }
}

#[test]
fn a_machine_that_writes_at_the_same_time_loses_nothing() {
    let service = Memory::default();
    let [one, two] = machines();
    service.0.overwrites.store(true, Ordering::SeqCst);
    run(one.path(), &service, 0..3);
    assert_eq!(run(two.path(), &service, 0..3).0, 0);

    std::thread::scope(|scope| {
        for number in 0..4_u32 {
            let service = &service;
            scope.spawn(move || {
                let machine = tempfile::tempdir().unwrap();
                run(machine.path(), service, number * 10..number * 10 + 15);
            });
        }
    });
    let [three, four] = machines();
    // Nothing that was lost stays lost.
    run(three.path(), &service, 0..45);
    assert_eq!(run(four.path(), &service, 0..45).0, 0);
}

#[test]
fn nothing_need_be_kept_here() {
    let service = Memory::default();
    let [one, _] = machines();
    run(one.path(), &service, 0..9);
    let store = Store::off().with_remote(service.remote(), "build");
    assert!(store.is_on());
    let key = store.key("test", &[&7_u32.to_le_bytes()]);
    assert!(store.has(&key));
    let fresh = store.key("test", &[b"fresh"]);
    store.remember_blob(&fresh, b"fresh".as_slice().into());
    store.commit().unwrap();
    assert_eq!(store.settle().unwrap().trouble, None);
    let store = Store::off().with_remote(service.remote(), "build");
    assert_eq!(store.recall_blob(&fresh).as_deref(), Some(&b"fresh"[..]));
}
