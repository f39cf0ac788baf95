//! The run that finds nothing to do: the last run's targets are looked at, the version is written, and its report is given
//! again.

use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use rustc_hash::FxHashMap;
use scd_store::{Stamp, Store};

use super::run_record::{Left, slot};
use super::{Session, cache_directory, compilations_path, contents_path, facts_path, record_path};
use crate::error::Error;
use crate::publication::books::{self, Books, Reading, TARGETS};
use crate::publication::{self, version};
use crate::report::{Report, Reuse};

impl Session<'_> {
    /// The report of the last run, if there is nothing to be done again.
    ///
    /// # Errors
    /// A version file that cannot be written, another deploy that is going on.
    pub(crate) fn unchanged(&mut self) -> Result<Option<Report>, Error> {
        let Some(mut last) = self.last.take() else {
            return Ok(None);
        };
        let (root, options) = (&self.root, self.options);
        let lock = publication::lock(root, options)?;
        let (mut books, _) = Reading::books(self.take_reading(), root, options);
        let mut warnings = Vec::new();
        for kind in TARGETS {
            let target = books::directory(kind, root, options);
            let left = &last.left[slot(kind)];
            if !is_as_left(left, &books, kind, &target) {
                // Its sources are known all the same.
                let asked = last.trace.questions.iter();
                let answers: Vec<_> = asked.map(|asked| Some(asked.found)).collect();
                if let Some(directory) = cache_directory(root, options) {
                    let name = self.name();
                    self.remember(&directory, &name, last, answers);
                }
                return Ok(None);
            }
            let ledger = books.of_mut(kind);
            let mut has_young = false;
            for (name, _) in &left.units {
                if let Some(unit) = ledger.units.get_mut(name).filter(|unit| unit.has_young()) {
                    has_young = true;
                    unit.settle(&target, Stamp::now());
                }
            }
            if has_young {
                warnings.extend(books.save(kind, root, options));
            }
        }
        if let Some(crash) = publication::crash(&lock) {
            warnings.push(crash);
            let targets = TARGETS.map(|kind| books::directory(kind, root, options));
            // What resists is tried again by the next run that publishes.
            let _ = scd_store::sweep(targets.iter().map(PathBuf::as_path), &lock);
        }
        let text = version::write(root, last.umask, &books, &lock, options)?;
        if let Some(directory) = cache_directory(root, options)
            && last.trace.settle(self.began)
        {
            // If it cannot be written, the next run reads the same files once more.
            let _ = last.save(&record_path(&directory, &self.name()));
        }
        self.touch();
        let compressed: FxHashMap<_, _> = last.compressed.into_iter().collect();
        let mut report = Report {
            counts: last.counts,
            compression: last.compression,
            diagnostics: last.diagnostics,
            reuse: Reuse {
                is_unchanged: true,
                recalled_jobs: last.counts.job_count(),
                ..Reuse::default()
            },
            ..Report::default()
        };
        report.diagnostics.extend(warnings);
        books.account(&last.left, &compressed, &mut report);
        report.reuse.untouched_files = report.outputs.len();
        report.outputs.push(version::output(&text));
        report.version = Some(text);
        publication::complete(&mut report);
        if let Some(directory) = cache_directory(root, options) {
            self.note_use(&directory, &report);
        }
        Ok(Some(report))
    }

    /// Keeps the record, and the results that the next change builds upon, from growing old while nothing changes; once a day.
    pub(super) fn touch(&self) {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        let Some(directory) = cache_directory(&self.root, self.options) else {
            return;
        };
        let name = self.name();
        let now = SystemTime::now();
        let record = record_path(&directory, &name);
        let beside = [
            contents_path(&directory, &name),
            compilations_path(&directory, &name),
            facts_path(&directory, &name),
        ];
        for path in std::iter::once(&record).chain(&beside) {
            let Ok(modified) = std::fs::metadata(path).and_then(|about| about.modified()) else {
                continue;
            };
            let is_old = now.duration_since(modified).is_ok_and(|age| age > DAY);
            if is_old && let Ok(file) = File::options().write(true).open(path) {
                // If something grows old all the same, a later run takes longer.
                if *path == record {
                    // What the run has asked the store for was used when its record was written or touched last, or later.
                    let _ = Store::renew(&directory, modified);
                }
                let _ = file.set_modified(now);
            }
        }
    }
}

/// Whether everything that a run has left in a target is there, and nothing else in its units.
fn is_as_left(
    left: &Left,
    books: &Books,
    kind: crate::report::TargetKind,
    target: &std::path::Path,
) -> bool {
    let ledger = books.of(kind);
    let is_left = |(name, digest): &(String, _)| {
        if publication::digest_of_unit(ledger, name) != *digest {
            return false;
        }
        match ledger.units.get(name) {
            Some(unit) => unit.is_as_left(target),
            None => std::fs::symlink_metadata(target.join(name)).is_err(),
        }
    };
    let is_there = |(path, digest): &(String, _)| {
        let mut files = ledger.loose.iter().filter(|file| *file.path == **path);
        files.any(|file| file.digest == *digest && file.is_as_left(target))
    };
    left.units.iter().all(is_left) && left.loose.iter().all(is_there)
}
