//! What is kept of a run so that the next one with the same options can find out that there is nothing to do, and can say what
//! this one has said.

use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use scd_magento::Environment;
use scd_store::{Digest, Reader, Record, Writer};

use super::findings::{self, Files};
use super::key::BUILD;
use super::trace::Trace;
use crate::compress::codec::{Codec, Format};
use crate::diagnostic::Diagnostic;
use crate::report::{CompressionReport, Counts, TargetKind};

/// What a run has left in one of its targets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Left {
    /// Each unit with the digest of its paths and contents; in the order of the plan.
    pub(crate) units: Vec<(String, Digest)>,
    /// Files outside the units, without the version file.
    pub(crate) loose: Vec<(String, Digest)>,
}

/// A run without errors.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunRecord {
    pub(crate) trace: Trace,
    /// Tells which contents belong to the trace.
    pub(crate) contents: u64,
    /// Tells which [`crate::restyle::compilations`] belong to the run; 0 where there are none.
    pub(crate) compilations: u64,
    /// Variables that count because of how their names begin, and whether those for settings do.
    pub(crate) settings: (Vec<(String, String)>, bool),
    /// Variables that were asked for one by one.
    pub(crate) asked: Vec<(String, Option<String>)>,
    /// What was left in the directory of packages and in that of templates.
    pub(crate) left: [Left; 2],
    /// Which files are the compressed form of others.
    pub(crate) compressed: Vec<(Arc<str>, Format)>,
    pub(crate) compression: Vec<CompressionReport>,
    pub(crate) umask: u32,
    pub(crate) counts: Counts,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// The index of a target among those of [`RunRecord::left`].
pub(crate) fn slot(kind: TargetKind) -> usize {
    match kind {
        TargetKind::Static => 0,
        TargetKind::Templates => 1,
    }
}

fn kind() -> Digest {
    Digest::of(format!("scd run {BUILD}").as_bytes())
}

impl RunRecord {
    /// Reads the record at `path`; none if there is none of this program that is whole.
    pub(crate) fn load(path: &Path) -> Option<RunRecord> {
        let record = Record::load(path, &kind())?;
        RunRecord::read(&mut Reader::new(record.payload()))
    }

    pub(crate) fn save(&self, path: &Path) -> Result<(), scd_store::Error> {
        self.save_behind(Self::begin(&self.trace, self.contents), path)
    }

    /// What a record begins with.
    pub(crate) fn begin(trace: &Trace, contents: u64) -> Writer {
        let mut writer = Writer::new();
        trace.write(&mut writer);
        writer.number(contents);
        writer
    }

    /// Saves a record that begins like that.
    pub(crate) fn save_behind(
        &self,
        mut beginning: Writer,
        path: &Path,
    ) -> Result<(), scd_store::Error> {
        self.write_rest(&mut beginning);
        Record::save(path, &kind(), &beginning.finish())
    }

    /// Notes which variables the run has looked at.
    pub(crate) fn note_environment(&mut self, environment: &Environment) {
        self.settings = settings(environment);
        let names = environment.asked().into_iter();
        self.asked = names
            .map(|name| {
                let text = environment.get(&name).map(str::to_owned);
                (name, text)
            })
            .collect();
    }

    /// Whether the variables that the run has looked at are the same in `environment`.
    pub(crate) fn holds_in(&self, environment: &Environment) -> bool {
        let is_same =
            |(name, text): &(String, Option<String>)| environment.get(name) == text.as_deref();
        self.settings == settings(environment) && self.asked.iter().all(is_same)
    }

    fn write_rest(&self, writer: &mut Writer) {
        writer.number(self.compilations);
        let pair = |writer: &mut Writer, (name, text): &(String, String)| {
            writer.text(name).text(text);
        };
        writer.list(&self.settings.0, pair).flag(self.settings.1);
        writer.list(&self.asked, |writer, (name, text)| {
            writer.text(name).optional(text.as_ref(), |writer, text| {
                writer.text(text);
            });
        });
        for left in &self.left {
            for named in [&left.units, &left.loose] {
                writer.list(named, |writer, (name, digest)| {
                    writer.text(name).digest(digest);
                });
            }
        }
        writer.list(&self.compressed, |writer, (path, format)| {
            writer.text(path).text(format.name());
        });
        writer.list(&self.compression, |writer, report| {
            writer.text(&report.codec.to_string());
            writer
                .length(report.file_count)
                .length(report.distinct_count);
            writer
                .number(report.bytes_before)
                .number(report.bytes_after);
        });
        writer.number(u64::from(self.umask));
        for count in numbers(&mut self.counts.clone()) {
            writer.length(*count);
        }
        writer
            .number(self.counts.bytes_in)
            .number(self.counts.bytes_out);
        with_files(|files| findings::write(writer, &self.diagnostics, files));
    }

    fn read(reader: &mut Reader<'_>) -> Option<RunRecord> {
        let mut record = RunRecord {
            trace: Trace::read(reader)?,
            contents: reader.number()?,
            compilations: reader.number()?,
            ..RunRecord::default()
        };
        let pair = |reader: &mut Reader<'_>| Some((reader.text()?.into(), reader.text()?.into()));
        record.settings = (reader.list(pair)?, reader.flag()?);
        record.asked = reader.list(|reader| {
            let name = reader.text()?.to_owned();
            let text = reader.optional(Reader::text)?;
            Some((name, text.map(str::to_owned)))
        })?;
        for left in &mut record.left {
            for named in [&mut left.units, &mut left.loose] {
                *named =
                    reader.list(|reader| Some((reader.text()?.to_owned(), reader.digest()?)))?;
            }
        }
        record.compressed = reader.list(|reader| {
            let path = reader.text()?.into();
            Some((path, reader.text()?.parse::<Codec>().ok()?.format()))
        })?;
        record.compression = reader.list(|reader| {
            Some(CompressionReport {
                codec: reader.text()?.parse().ok()?,
                file_count: reader.length()?,
                distinct_count: reader.length()?,
                bytes_before: reader.number()?,
                bytes_after: reader.number()?,
            })
        })?;
        record.umask = u32::try_from(reader.number()?).ok()?;
        for count in numbers(&mut record.counts) {
            *count = reader.length()?;
        }
        record.counts.bytes_in = reader.number()?;
        record.counts.bytes_out = reader.number()?;
        record.diagnostics = with_files(|files| findings::read(reader, files))?;
        reader.is_at_end().then_some(record)
    }
}

fn settings(environment: &Environment) -> (Vec<(String, String)>, bool) {
    let (settings, count) = environment.settings();
    let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
    (settings.into_iter().map(owned).collect(), count)
}

/// The counts that are no bytes, in a fixed order.
fn numbers(counts: &mut Counts) -> [&mut usize; 9] {
    let Counts {
        package_count,
        overlay_count,
        source_count,
        script_jobs,
        css_jobs,
        less_jobs,
        template_jobs,
        static_files,
        template_files,
        bytes_in: _,
        bytes_out: _,
    } = counts;
    [
        package_count,
        overlay_count,
        source_count,
        script_jobs,
        css_jobs,
        less_jobs,
        template_jobs,
        static_files,
        template_files,
    ]
}

/// Calls with the file system as what findings speak of; each file is read once.
pub(crate) fn with_files<T>(call: impl FnOnce(&Files<'_>) -> T) -> T {
    let known = std::cell::RefCell::new(FxHashMap::default());
    let text = |path: &Path| -> Option<Arc<[u8]>> {
        let mut known = known.borrow_mut();
        let entry = known.entry(path.to_path_buf());
        let read = || std::fs::read(path).ok().map(Arc::<[u8]>::from);
        entry.or_insert_with(read).clone()
    };
    call(&Files {
        paths: &[],
        text: &text,
    })
}
