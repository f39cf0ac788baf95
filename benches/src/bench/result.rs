//! What the benchmark finds out, as it stands in its JSON file.

use serde::{Deserialize, Serialize};

/// One run of the benchmark.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Results {
    /// Where it ran.
    pub(crate) machine: Machine,
    /// Seconds since 1970.
    pub(crate) began: u64,
    /// The arguments it was called with.
    pub(crate) arguments: Vec<String>,
    /// In the order of measuring.
    pub(crate) rows: Vec<Row>,
    /// How scd's cold run scales; none where it was not measured.
    pub(crate) scaling: Option<Scaling>,
}

/// A computer and what runs on it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory_bytes: u64,
    pub(crate) kernel: String,
    /// Of the directory in which everything is read and written.
    pub(crate) file_system: String,
    /// The processes waiting when the benchmark began, so that a loaded run can be told.
    pub(crate) load: String,
    /// Name and version of what is compared.
    pub(crate) programs: Vec<(String, String)>,
}

impl Machine {
    /// The programs with their versions, in one line.
    pub(crate) fn programs(&self) -> String {
        let programs = self.programs.iter();
        let programs: Vec<String> = programs
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        programs.join(", ")
    }
}

/// One job, done by several contenders.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    /// A short name, for options and targets.
    pub(crate) id: String,
    /// For people.
    pub(crate) name: String,
    pub(crate) entries: Vec<Entry>,
}

impl Row {
    /// The figures of a contender whose output is as it should be.
    pub(crate) fn valid(&self, contender: &str) -> Option<&Figures> {
        let mut entries = self.entries.iter();
        let entry = entries.find(|entry| entry.contender == contender)?;
        entry.figures.as_ref().filter(|_| entry.is_same_list())
    }
}

/// One contender in one row.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) contender: String,
    /// None where it could not be measured; the remark says why.
    pub(crate) figures: Option<Figures>,
    /// How its list of files differs from the one that is expected; none where it is the same.
    pub(crate) difference: Option<Difference>,
    /// What one has to know.
    pub(crate) remark: String,
}

impl Entry {
    /// Whether it did the job.
    pub(crate) fn is_same_list(&self) -> bool {
        self.difference.is_none()
    }
}

/// How two lists of files differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Difference {
    pub(crate) missing: usize,
    pub(crate) extra: usize,
    /// Some of both.
    pub(crate) examples: Vec<String>,
}

/// What a run took; the run with the median wall time of several.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) runs: usize,
    pub(crate) wall_seconds: f64,
    /// User and system time of the process and its children.
    pub(crate) cpu_seconds: f64,
    /// Most resident memory of the process and its children; none where it says nothing.
    pub(crate) peak_bytes: Option<u64>,
    /// Counted in a run of its own.
    pub(crate) system_calls: Option<u64>,
    pub(crate) files: usize,
    pub(crate) bytes: u64,
}

impl Figures {
    /// As tables show them: wall and CPU seconds, peak memory in MB, system calls, files, MB written, files per second.
    pub(crate) fn cells(&self) -> [String; 7] {
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        [
            format!("{:.3}", self.wall_seconds),
            format!("{:.2}", self.cpu_seconds),
            or_none(
                self.peak_bytes
                    .map(|bytes| format!("{:.0}", bytes as f64 / 1e6)),
            ),
            or_none(self.system_calls.map(|calls| calls.to_string())),
            self.files.to_string(),
            format!("{:.1}", self.bytes as f64 / 1e6),
            format!("{:.0}", self.files as f64 / self.wall_seconds),
        ]
    }
}

/// Where the time of one cold run goes, and what more cores would make of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Scaling {
    /// What was run.
    pub(crate) row: String,
    /// Each stage of the run with one thread, in milliseconds.
    pub(crate) stages: Vec<StageShare>,
    /// Everything that cannot be done side by side, with the longest piece of everything that can.
    pub(crate) critical_path_ms: f64,
    pub(crate) points: Vec<Point>,
}

/// One stage of a run with one thread, in milliseconds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StageShare {
    pub(crate) stage: String,
    pub(crate) wall: f64,
    /// What can be done side by side.
    pub(crate) parallel: f64,
    /// The longest piece of it.
    pub(crate) longest: f64,
    /// How many pieces there are; 0 where the parallel part is estimated from the runs with one and two threads.
    pub(crate) pieces: usize,
}

/// A number of cores.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) cores: usize,
    pub(crate) predicted_ms: f64,
    /// Where the machine has so many cores.
    pub(crate) measured_ms: Option<f64>,
}
