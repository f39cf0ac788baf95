//! What earlier runs have left, and what this one leaves for later ones.
//!
//! A run goes four ways. If nothing that the last run with the same options looked at has changed, and the targets are as it
//! left them, there is nothing to do but to write the version ([`unchanged`]). If LESS files alone hold something else, the
//! stylesheets that they are part of are compiled again ([`crate::restyle`]). Otherwise everything is planned anew, and the
//! jobs whose sources are as they were are recalled from the store (`execute/memo.rs`). Without a cache everything is made.
//! All four come to the same bytes and the same report.

pub(crate) mod findings;
pub(crate) mod key;
pub(crate) mod recorder;
mod remembered;
pub(crate) mod run_record;
pub(crate) mod trace;
mod unchanged;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use scd_magento::{FsTree, Tree};
use scd_store::{Digest, Reader, Record, Remote, Stamp, Store, Writer};

use crate::check::LastUse;
use crate::diagnostic::Diagnostic;
use crate::facts::Facts;
use crate::options::{Cache, Options};
use crate::publication::books::Reading;
use crate::publication::{Shipped, books};
use crate::report::{Report, TargetKind};
use crate::restyle::compilations::Compilations;
use recorder::Recorder;
use remembered::Remembered;
use run_record::RunRecord;
use trace::{Found, Question};

/// The memory of one run.
pub(crate) struct Session<'a> {
    options: &'a Options,
    /// With every link resolved.
    root: PathBuf,
    /// When the run began, in nanoseconds since 1970.
    began: i64,
    pub(crate) store: Arc<Store>,
    /// Takes notes of what the run looks at; none where nothing is to be remembered.
    pub(crate) recorder: Option<Recorder>,
    /// The ledgers, which every run needs in the end.
    reading: Mutex<Option<Reading>>,
    /// What the last run with the same options has left, if nothing that it looked at has changed.
    last: Option<RunRecord>,
    /// The same, if only few of the files and directories have.
    few: Option<Few>,
    /// What this run has asked, once that is written down.
    notes: Mutex<Option<Notes>>,
}

/// A run of which few answers do not hold any more.
pub(crate) struct Few {
    pub(crate) record: RunRecord,
    answers: Vec<Option<Found>>,
    /// The places of those that do not, among the questions.
    changed: Vec<usize>,
}

/// So many changed files and directories are few.
const FEW: usize = 64;

/// The beginning of a run's record, none where the next run must not go by it; and the number of its compilations.
type Notes = Result<(Option<Writer>, u64), scd_store::Error>;

/// Where the store of a root is kept; none where nothing is kept.
pub(crate) fn cache_directory(root: &Path, options: &Options) -> Option<PathBuf> {
    match &options.cache {
        Cache::InRoot => Some(books::state_directory(root, options)),
        Cache::Directory(directory) => Some(directory.clone()),
        Cache::Off => None,
    }
}

/// The store with what machines share behind it, if that is wanted.
fn shared(store: Store, options: &Options) -> Store {
    match &options.remote_cache {
        Some(address) => store.with_remote(Remote::at(address), key::BUILD),
        None => store,
    }
}

impl<'a> Session<'a> {
    /// Opens the store and finds out what has changed since the last run.
    pub(crate) fn open(root: &Path, options: &'a Options) -> Session<'a> {
        // A root that cannot be found is reported where it is opened.
        let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
        let mut session = Session {
            options,
            store: Arc::new(shared(Store::off(), options)),
            recorder: None,
            reading: Mutex::default(),
            last: None,
            few: None,
            notes: Mutex::default(),
            began: Stamp::now(),
            root,
        };
        let Some(directory) = cache_directory(&session.root, options) else {
            return session;
        };
        session.reading = Mutex::new(Reading::begin(&session.root, options));
        let (store, record) = rayon::join(
            || Store::open(&directory, key::BUILD),
            || session.last_record(&directory),
        );
        session.store = Arc::new(shared(store, options));
        session.recorder = Some(Recorder::new(session.began, Remembered::default()));
        if let Some(found) = record {
            session.compare(&directory, found);
        }
        session
    }

    /// The root, with every link resolved.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// When the run began, in nanoseconds since 1970.
    pub(crate) fn began(&self) -> i64 {
        self.began
    }

    /// What runs over this root with these options are known by.
    pub(crate) fn name(&self) -> Digest {
        key::of_run(&self.root, self.options)
    }

    /// What the last run with the same options has found in files; nothing where nothing is to be remembered.
    pub(crate) fn facts(&self) -> Arc<Facts> {
        let directory = cache_directory(&self.root, self.options);
        let place = directory.map(|it| facts_path(&it, &self.name()));
        Arc::new(place.map(Facts::open).unwrap_or_default())
    }

    /// Looks at what publishing will start from.
    pub(crate) fn look_ahead(&self) {
        // Not under the lock: a thread that waits for its part of this does other work of the run meanwhile.
        let Some(mut reading) = self.take_reading() else {
            return;
        };
        reading.look_ahead(&self.root, self.options);
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) = Some(reading);
    }

    /// The ledgers, for whoever needs them first.
    pub(crate) fn take_reading(&self) -> Option<Reading> {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        reading.take()
    }

    /// The record of the last run with these options, or else that of the last run over this root, which knows many of the
    /// same files. With its name.
    fn last_record(&self, directory: &Path) -> Option<(RunRecord, Digest)> {
        let own = self.name();
        if let Some(record) = RunRecord::load(&record_path(directory, &own)) {
            return Some((record, own));
        }
        let pointer = record_path(directory, &key::of_root(&self.root));
        let pointer = Record::load(&pointer, &pointer_kind())?;
        let name = Reader::new(pointer.payload()).digest()?;
        Some((RunRecord::load(&record_path(directory, &name))?, name))
    }

    /// Asks again what an earlier run has asked, and keeps what still holds.
    fn compare(&mut self, directory: &Path, (record, name): (RunRecord, Digest)) {
        let answers = record.trace.ask();
        let is_same_request = name == self.name()
            && self.options.bundle_order.is_none()
            // What others have left in the targets since then is to go.
            && !self.options.exclusive
            && record.holds_in(&self.options.environment);
        let changed = (0..).zip(&answers).filter(|(_, answer)| answer.is_none());
        let changed: Vec<usize> = changed.map(|(place, _)| place).take(FEW + 1).collect();
        if is_same_request && changed.is_empty() {
            self.last = Some(record);
        } else if is_same_request && changed.len() <= FEW && record.compilations != 0 {
            self.few = Some(Few {
                record,
                answers,
                changed,
            });
        } else {
            self.remember(directory, &name, record, answers);
        }
    }

    /// The last run, if few of its answers do not hold any more. Whoever does not build upon that has to give it back.
    pub(crate) fn take_few(&mut self) -> Option<Few> {
        self.few.take()
    }

    /// Lets the run go the long way after all.
    pub(crate) fn give_back(&mut self, few: Few) {
        if let Some(directory) = cache_directory(&self.root, self.options) {
            let name = self.name();
            self.remember(&directory, &name, few.record, few.answers);
        }
    }

    /// What has changed since that run, by its place among the questions, where it is no more than the bytes of files.
    pub(crate) fn renewed(&self, few: &Few) -> Option<Vec<(usize, Question, Vec<u8>)>> {
        let renew = |&place: &usize| {
            let question = few.record.trace.questions.get(place)?;
            let (question, bytes) = question.renewed(self.began)?;
            Some((place, question, bytes))
        };
        few.changed.iter().map(renew).collect()
    }

    /// What the last run has compiled.
    pub(crate) fn compilations(&self, few: &Few) -> Option<Compilations> {
        let directory = cache_directory(&self.root, self.options)?;
        let path = compilations_path(&directory, &self.name());
        Compilations::load(&path, few.record.compilations)
    }

    /// Keeps what this run has compiled; returns under which number.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn keep_compilations(&self, made: &Compilations) -> Result<u64, scd_store::Error> {
        let Some(directory) = cache_directory(&self.root, self.options) else {
            return Ok(0);
        };
        let id = self.began.unsigned_abs();
        made.save(&compilations_path(&directory, &self.name()), id)?;
        Ok(id)
    }

    /// Writes down a run that has built upon an earlier one, whose record this is with what has changed; `notes` are its beginning
    /// and the number of its compilations. A warning where that, or keeping what it has made, could not be done.
    pub(crate) fn conclude_few(
        &self,
        record: &mut RunRecord,
        notes: Result<Option<(Writer, u64)>, scd_store::Error>,
        report: &Report,
    ) -> Option<Diagnostic> {
        let directory = cache_directory(&self.root, self.options)?;
        self.touch();
        let path = record_path(&directory, &self.name());
        // The time of a record says since when everything is used that it stands for, and most of that was not asked for.
        let used = std::fs::metadata(&path).and_then(|about| about.modified());
        let saved = notes.and_then(|notes| {
            let Some((beginning, compilations)) = notes else {
                return Ok(());
            };
            record.compilations = compilations;
            record.save_behind(beginning, &path)
        });
        if let (Ok(()), Ok(used)) = (&saved, used)
            && let Ok(file) = File::options().write(true).open(&path)
        {
            // If it seems younger than it is, results are forgotten sooner.
            let _ = file.set_modified(used);
        }
        self.concluded(
            saved.and_then(|()| self.point(&directory)),
            &directory,
            report,
        )
    }

    /// Notes which run over the root was the last one.
    fn point(&self, directory: &Path) -> Result<(), scd_store::Error> {
        let mut pointer = Writer::new();
        pointer.digest(&self.name());
        let path = record_path(directory, &key::of_root(&self.root));
        Record::save(&path, &pointer_kind(), &pointer.finish())
    }

    /// Lets the run build upon the answers of an earlier one that still hold.
    fn remember(
        &mut self,
        directory: &Path,
        name: &Digest,
        record: RunRecord,
        answers: Vec<Option<Found>>,
    ) {
        let place = (contents_path(directory, name), record.contents);
        let remembered = Remembered::new(record.trace, answers, place);
        self.recorder = Some(Recorder::new(self.began, remembered));
    }

    /// The file system, as this run looks at it.
    pub(crate) fn tree(&self) -> &dyn Tree {
        match &self.recorder {
            Some(recorder) => recorder,
            None => &FsTree,
        }
    }

    /// From now on nothing of earlier runs is used, but what is made is remembered.
    pub(crate) fn forget(&mut self) {
        self.store = Arc::new(Store::off());
        if let Some(directory) = cache_directory(&self.root, self.options) {
            self.store = Arc::new(Store::open_anew(&directory, key::BUILD));
            self.recorder = Some(Recorder::new(self.began, Remembered::default()));
        }
    }

    /// Waits until other machines can have what is new, and notes how that went; a warning where it could not be done.
    pub(crate) fn share(&self, report: &mut Report) {
        let Some(used) = self.store.settle() else {
            return;
        };
        if let (Some(trouble), Some(address)) = (&used.trouble, &self.options.remote_cache) {
            let message = format!("the remote cache `{address}` is not used any more: {trouble}");
            let hint =
                "the deploy is done without it; check that it is up and that the address is right";
            report
                .diagnostics
                .push(Diagnostic::warning(message).with_hint(hint));
        }
        report.remote = Some(used);
    }

    /// Writes down what the run has asked and compiled, so that less is left to be done at its end. To be called when nothing is
    /// asked any more.
    pub(crate) fn take_notes(&self, compilations: impl Fn() -> Option<Compilations> + Sync) {
        let (asked, compiled) = rayon::join(
            || self.notes(),
            || compilations().map_or(Ok(0), |made| self.keep_compilations(&made)),
        );
        let notes = asked.and_then(|asked| Ok((asked, compiled?)));
        *self.notes.lock().unwrap_or_else(PoisonError::into_inner) = Some(notes);
    }

    fn notes(&self) -> Result<Option<Writer>, scd_store::Error> {
        // What the run itself writes to says nothing about its sources: the ledgers tell whether that is as it was left.
        let written = [TargetKind::Static, TargetKind::Templates]
            .map(|kind| books::directory(kind, &self.root, self.options));
        let written: Vec<&Path> = written.iter().map(PathBuf::as_path).collect();
        let Some(directory) = cache_directory(&self.root, self.options) else {
            return Ok(None);
        };
        let Some(recorder) = &self.recorder else {
            return Ok(None);
        };
        let Some((trace, kept)) = recorder.finish(&written) else {
            return Ok(None);
        };
        let path = contents_path(&directory, &self.name());
        let fresh = self.began.unsigned_abs();
        let contents = recorder.remembered().keep(&kept, &path, fresh)?;
        Ok(Some(RunRecord::begin(&trace, contents)))
    }

    /// Writes down what the run has found; a warning where that, or keeping what it has made, could not be done. `done` is what
    /// it has published, if there was nothing wrong.
    pub(crate) fn conclude(
        &self,
        done: Option<Shipped>,
        kept: Result<(), scd_store::Error>,
        report: &Report,
        findings: Vec<Diagnostic>,
        umask: u32,
    ) -> Option<Diagnostic> {
        let directory = cache_directory(&self.root, self.options)?;
        let save = |shipped| self.save(&directory, shipped, report, findings, umask);
        let saved = done.map_or(Ok(()), save);
        self.concluded(kept.and(saved), &directory, report)
    }

    /// The warning where something could not be kept.
    fn concluded(
        &self,
        saved: Result<(), scd_store::Error>,
        directory: &Path,
        report: &Report,
    ) -> Option<Diagnostic> {
        let Err(error) = saved else {
            self.note_use(directory, report);
            return None;
        };
        let hint = "the deploy is done; make the directory writable, name another one with --cache, or use --no-cache";
        let message = format!("results cannot be kept for the next deploy: {error}");
        Some(Diagnostic::warning(message).with_hint(hint))
    }

    /// Notes how the run has fared with the cache, for whoever asks.
    fn note_use(&self, directory: &Path, report: &Report) {
        let mut writer = Writer::new();
        writer
            .flag(report.reuse.is_unchanged)
            .length(report.counts.job_count())
            .length(report.reuse.recalled_jobs);
        // Nobody goes by that, so a failure is not worth a word.
        let _ = Record::save(
            &last_use_path(directory),
            &last_use_kind(),
            &writer.finish(),
        );
    }

    fn save(
        &self,
        directory: &Path,
        shipped: Shipped,
        report: &Report,
        findings: Vec<Diagnostic>,
        umask: u32,
    ) -> Result<(), scd_store::Error> {
        let notes = self.notes.lock();
        let notes = notes.unwrap_or_else(PoisonError::into_inner).take();
        let notes = notes.unwrap_or_else(|| Ok((self.notes()?, 0)));
        let (Some(beginning), compilations) = notes? else {
            return Ok(());
        };
        let mut compressed: Vec<_> = shipped.compressed.into_iter().collect();
        compressed.sort_by(|one, other| one.0.cmp(&other.0));
        let mut record = RunRecord {
            compilations,
            left: shipped.left,
            compressed,
            compression: report.compression.clone(),
            umask,
            counts: report.counts,
            diagnostics: findings,
            ..RunRecord::default()
        };
        record.note_environment(&self.options.environment);
        let name = self.name();
        record.save_behind(beginning, &record_path(directory, &name))?;
        self.point(directory)
    }
}

/// What the last run that used the cache in `directory` found in it.
pub(crate) fn last_use(directory: &Path) -> Option<LastUse> {
    let record = Record::load(&last_use_path(directory), &last_use_kind())?;
    let mut reader = Reader::new(record.payload());
    Some(LastUse {
        is_unchanged: reader.flag()?,
        job_count: reader.length()?,
        recalled_jobs: reader.length()?,
    })
}

fn last_use_path(directory: &Path) -> PathBuf {
    Store::records(directory).join("last-use")
}

fn last_use_kind() -> Digest {
    Digest::of(b"scd last use")
}

fn pointer_kind() -> Digest {
    Digest::of(b"scd last run")
}

/// Where it is kept what the paths of a trace hold.
fn contents_path(directory: &Path, name: &Digest) -> PathBuf {
    record_path(directory, name).with_extension("contents")
}

/// Where it is kept what a run has compiled.
fn compilations_path(directory: &Path, name: &Digest) -> PathBuf {
    record_path(directory, name).with_extension("compilations")
}

/// Where it is kept what a run has found in files.
fn facts_path(directory: &Path, name: &Digest) -> PathBuf {
    record_path(directory, name).with_extension("facts")
}

/// Where a record of that name is kept.
fn record_path(directory: &Path, name: &Digest) -> PathBuf {
    Store::records(directory).join(&name.to_string()[..32])
}
