//! The ledgers of a run's two targets: where they are kept, and what they say about a run for its report.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use rustc_hash::FxHashMap;
use scd_store::{Digest, Ledger, Link, ManifestEntry, Preview, Spare, Stamp};

use super::{static_directory, template_directory};
use crate::check::STATE_DIRECTORY;
use crate::compress::codec::Format;
use crate::diagnostic::Diagnostic;
use crate::error::Error;
use crate::options::{Cache, Options};
use crate::report::{OutputReport, PackageReport, Report, TargetKind};
use crate::warm::run_record::{Left, slot};

/// Both targets of a run.
pub(crate) const TARGETS: [TargetKind; 2] = [TargetKind::Static, TargetKind::Templates];

/// The directory of a target.
pub(crate) fn directory(kind: TargetKind, root: &Path, options: &Options) -> PathBuf {
    match kind {
        TargetKind::Static => static_directory(root, options),
        TargetKind::Templates => template_directory(root, options),
    }
}

/// Where what must outlive a run is kept. It is no cache: it says what is live.
pub(crate) fn state_directory(root: &Path, options: &Options) -> PathBuf {
    let directory = options.lock_directory.as_deref();
    directory.unwrap_or(root).join(STATE_DIRECTORY)
}

/// Where the ledger of a target is kept.
pub(crate) fn ledger_path(kind: TargetKind, root: &Path, options: &Options) -> PathBuf {
    let target = directory(kind, root, options);
    let target = std::path::absolute(&target).unwrap_or(target);
    let name = Digest::of(target.as_os_str().as_encoded_bytes()).to_string();
    state_directory(root, options)
        .join("ledgers")
        .join(&name[..32])
}

/// Where spares are kept, in the state directory.
const SPARES: &str = "spare";

/// Removes the spares in a state directory.
pub(crate) fn clear_spares(state_directory: &Path) -> Result<(), Error> {
    let path = state_directory.join(SPARES);
    match std::fs::remove_dir_all(&path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::Write { path, source })
        }
        _ => Ok(()),
    }
}

/// Where it is kept what the spare of a target holds; beside it, without the extension, is the spare itself.
fn spare_record(kind: TargetKind, root: &Path, options: &Options) -> PathBuf {
    let ledger = ledger_path(kind, root, options);
    let name = ledger.file_name().unwrap_or_default();
    let directory = state_directory(root, options).join(SPARES);
    directory.join(name).with_extension("ledger")
}

/// The spare of a target, with what it holds, as far as that is known. `forecast` is what was found out earlier.
pub(crate) fn spare(
    kind: TargetKind,
    root: &Path,
    options: &Options,
    forecast: Option<Forecast>,
) -> Spare {
    let record = spare_record(kind, root, options);
    let current =
        forecast.filter(|forecast| Stamp::at(&record).is_ok_and(|it| it == forecast.stamp));
    let (holds, preview) = match current {
        Some(forecast) => (Some(forecast.ledger), Some(forecast.preview)),
        None => (Ledger::load(&record), None),
    };
    Spare {
        directory: record.with_extension(""),
        holds,
        preview,
        // Under hard links and kept files, nothing tells the names that a file has in the spare.
        is_wanted: options.cache != Cache::Off
            && options.link != Link::Hardlink
            && options.keep_versions == 0,
    }
}

/// Forgets what the spare of a target holds, because it is about to change; false where that cannot be done.
pub(crate) fn forget_spare(kind: TargetKind, root: &Path, options: &Options) -> bool {
    match std::fs::remove_file(spare_record(kind, root, options)) {
        Ok(()) => true,
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

/// Notes that the outgoing units of a target have become its spare: from now on what its ledger said says what that holds.
/// To be called before the new ledger is saved.
pub(crate) fn spared(kind: TargetKind, root: &Path, options: &Options) {
    // Without a record the next run does not use the spare.
    let _ = std::fs::rename(
        ledger_path(kind, root, options),
        spare_record(kind, root, options),
    );
}

/// What is known of both targets.
pub(crate) struct Books([Ledger; 2]);

/// Ledgers that are being read while the run has other things to do, before it may rely on them.
pub(crate) struct Reading {
    /// A thread of their own.
    ledgers: JoinHandle<[Glimpse; 2]>,
    /// What is known of the spares, if somebody has looked.
    forecasts: [Option<Forecast>; 2],
}

/// A ledger, and what tells whether it has been replaced since.
struct Glimpse {
    stamp: Option<Stamp>,
    ledger: Option<Ledger>,
}

/// What a spare holds, and what tells whether it has been replaced since.
pub(crate) struct Forecast {
    /// Of its record.
    stamp: Stamp,
    ledger: Ledger,
    preview: Preview,
}

impl Forecast {
    fn of(kind: TargetKind, root: &Path, options: &Options) -> Option<Self> {
        let record = spare_record(kind, root, options);
        let stamp = Stamp::at(&record).ok()?;
        let ledger = Ledger::load(&record)?;
        let preview = Preview::of(&ledger, &record.with_extension(""));
        Some(Self {
            stamp,
            ledger,
            preview,
        })
    }
}

impl Reading {
    /// Begins to read both ledgers; none where the system has no thread left for that.
    pub(crate) fn begin(root: &Path, options: &Options) -> Option<Reading> {
        let paths = TARGETS.map(|kind| ledger_path(kind, root, options));
        let read = move || {
            paths.map(|path| Glimpse {
                stamp: Stamp::at(&path).ok(),
                ledger: Ledger::load(&path),
            })
        };
        let reading = std::thread::Builder::new().spawn(read);
        Some(Reading {
            ledgers: reading.ok()?,
            forecasts: [None, None],
        })
    }

    /// Looks at the spares, too.
    pub(crate) fn look_ahead(&mut self, root: &Path, options: &Options) {
        self.forecasts = TARGETS.map(|kind| Forecast::of(kind, root, options));
    }

    /// What the ledgers say now, when the lock keeps others from changing them; read now where they were not before. With what
    /// is known of the spares.
    pub(crate) fn books(
        reading: Option<Reading>,
        root: &Path,
        options: &Options,
    ) -> (Books, [Option<Forecast>; 2]) {
        let Some(reading) = reading else {
            return (Books::open(root, options), [None, None]);
        };
        let forecasts = reading.forecasts;
        let Ok(glimpses) = reading.ledgers.join() else {
            return (Books::open(root, options), forecasts);
        };
        let mut kinds = TARGETS.into_iter();
        let books = Books(glimpses.map(|glimpse| {
            let path = kinds.next().map(|kind| ledger_path(kind, root, options));
            let path = path.unwrap_or_default();
            let is_current = Stamp::at(&path).ok() == glimpse.stamp;
            let ledger = glimpse.ledger.filter(|_| is_current);
            ledger.or_else(|| Ledger::load(&path)).unwrap_or_default()
        }));
        (books, forecasts)
    }
}

impl Books {
    /// Opens both ledgers; what is not there is empty.
    pub(crate) fn open(root: &Path, options: &Options) -> Books {
        let load = |kind| Ledger::load(&ledger_path(kind, root, options)).unwrap_or_default();
        let [packages, templates] = TARGETS;
        let (packages, templates) = rayon::join(|| load(packages), || load(templates));
        Books([packages, templates])
    }

    pub(crate) fn of(&self, kind: TargetKind) -> &Ledger {
        &self.0[slot(kind)]
    }

    pub(crate) fn of_mut(&mut self, kind: TargetKind) -> &mut Ledger {
        &mut self.0[slot(kind)]
    }

    /// Writes the ledger of a target; a warning where that cannot be done.
    pub(crate) fn save(
        &self,
        kind: TargetKind,
        root: &Path,
        options: &Options,
    ) -> Option<Diagnostic> {
        let saved = self.of(kind).save(&ledger_path(kind, root, options));
        saved.err().map(|error| {
            Diagnostic::warning(format!("what is published cannot be written down: {error}"))
                .with_hint("`scd verify` and the next deploy go by that; make `var/scd` writable")
        })
    }

    /// Completes a report with the outputs of a run.
    pub(crate) fn account(
        &self,
        left: &[Left; 2],
        compressed: &FxHashMap<Arc<str>, Format>,
        report: &mut Report,
    ) {
        for kind in TARGETS {
            let (ledger, left) = (self.of(kind), &left[slot(kind)]);
            let units = left
                .units
                .iter()
                .filter_map(|(name, _)| ledger.units.get(name));
            let is_left = |path: &str| left.loose.iter().any(|(name, _)| name == path);
            let loose = ledger.loose.iter().filter(|file| is_left(&file.path));
            let files = units.flat_map(|unit| unit.outputs()).chain(loose);
            report.outputs.extend(files.map(|file| OutputReport {
                path: file.path.clone(),
                target: kind,
                source: file.source.clone(),
                size: file.size(),
                digest: file.digest,
                compressed: compressed.get(&file.path).copied(),
            }));
        }
        let units = &left[slot(TargetKind::Static)].units;
        let packages = units.iter().map(|(name, _)| {
            let unit = self.of(TargetKind::Static).units.get(name);
            let sizes = || {
                let outputs = unit.into_iter().flat_map(|unit| unit.outputs());
                outputs.map(ManifestEntry::size)
            };
            PackageReport {
                name: name.clone(),
                file_count: sizes().count(),
                byte_count: sizes().sum(),
            }
        });
        report.packages = packages.collect();
    }
}
