//! What a run did, as data.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use scd_store::Digest;
/// How a run fared with a cache that machines share.
pub use scd_store::RemoteUse;

use crate::compress::codec::{Codec, Format};
use crate::diagnostic::{Diagnostic, Severity};
use crate::event::Stage;

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Each package in the order of the plan.
    pub packages: Vec<PackageReport>,
    /// Every output, sorted by path.
    pub outputs: Vec<OutputReport>,
    /// How much of what.
    pub counts: Counts,
    /// Compressed files, for each codec.
    pub compression: Vec<CompressionReport>,
    /// Wall time per step, in order.
    pub timings: Vec<(Stage, Duration)>,
    /// The jobs that took longest, longest first.
    pub slowest: Vec<(String, Duration)>,
    /// Findings, errors first, then by place.
    pub diagnostics: Vec<Diagnostic>,
    /// Text of `deployed_version.txt`, when something was published.
    pub version: Option<String>,
    /// What was there already.
    pub reuse: Reuse,
    /// How the cache that machines share was used; none where there is none, or nothing was to be done.
    pub remote: Option<RemoteUse>,
}

/// What a run did not have to do again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reuse {
    /// Nothing has changed since the last run with the same options, so nothing was done but to write the version.
    pub is_unchanged: bool,
    /// Jobs whose results were recalled.
    pub recalled_jobs: usize,
    /// Compressed contents that were recalled; each counts for each codec.
    pub recalled_compressions: usize,
    /// Files that stayed where they are, because their whole unit is as it was.
    pub untouched_files: usize,
    /// Files that were taken over from the outgoing tree.
    pub linked_files: usize,
    /// Files that were written.
    pub written_files: usize,
}

/// One package.
#[derive(Clone, Debug)]
pub struct PackageReport {
    /// `area/Vendor/theme/locale`.
    pub name: String,
    /// Files in it, generated ones included.
    pub file_count: usize,
    /// Bytes in it.
    pub byte_count: u64,
}

/// One output file.
#[derive(Clone, Debug)]
pub struct OutputReport {
    /// Path below the target directory.
    pub path: Arc<str>,
    /// Which target: packages or templates.
    pub target: TargetKind,
    /// The source it was made from; none for derived files.
    pub source: Option<Arc<Path>>,
    /// Bytes.
    pub size: u64,
    /// BLAKE3 of the bytes.
    pub digest: Digest,
    /// What it is, where it is the compressed form of the output of the same path without the suffix.
    pub compressed: Option<Format>,
}

/// The compressed files that one codec made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompressionReport {
    /// Format and level.
    pub codec: Codec,
    /// Compressed files.
    pub file_count: usize,
    /// Distinct contents among them.
    pub distinct_count: usize,
    /// Bytes of the files that they were made from.
    pub bytes_before: u64,
    /// Bytes of the compressed files.
    pub bytes_after: u64,
}

impl CompressionReport {
    /// No file yet.
    pub(crate) fn new(codec: Codec, distinct_count: usize) -> Self {
        Self {
            codec,
            file_count: 0,
            distinct_count,
            bytes_before: 0,
            bytes_after: 0,
        }
    }

    /// One file more.
    pub(crate) fn add(&mut self, before: usize, after: usize) {
        self.file_count += 1;
        self.bytes_before += before as u64;
        self.bytes_after += after as u64;
    }
}

/// The two directories that a run writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// `pub/static`.
    Static,
    /// `var/view_preprocessed/pub/static`.
    Templates,
}

/// How much of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Packages with an output directory.
    pub package_count: usize,
    /// Distinct views of the sources.
    pub overlay_count: usize,
    /// Static source files found.
    pub source_count: usize,
    /// Distinct pieces of work: minified scripts.
    pub script_jobs: usize,
    /// Distinct pieces of work: plain CSS.
    pub css_jobs: usize,
    /// Distinct pieces of work: compiled LESS.
    pub less_jobs: usize,
    /// Distinct pieces of work: templates.
    pub template_jobs: usize,
    /// Output files below `pub/static`.
    pub static_files: usize,
    /// Output files below `var/view_preprocessed`.
    pub template_files: usize,
    /// Bytes of distinct sources that were read.
    pub bytes_in: u64,
    /// Bytes of all output files, however they came to their places.
    pub bytes_out: u64,
}

impl Counts {
    /// All distinct pieces of work.
    pub fn job_count(&self) -> usize {
        self.script_jobs + self.css_jobs + self.less_jobs + self.template_jobs
    }
}

impl Report {
    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}
