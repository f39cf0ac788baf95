//! One configuration, deployed by both and compared.

use std::path::Path;
use std::time::Duration;

use scd::compare::{Comparison, FileComparison, Scope, Tally, Verdict, compare};
use scd_minify::{Level, template_difference};

use crate::SCD;
use crate::expected::{Expected, PhpResult};
use crate::matrix::{Configuration, Matrix};
use crate::root::ScratchRoot;

/// How many findings are named for a configuration.
const NAMED: usize = 25;

/// What came of a configuration.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// The configuration.
    pub(crate) name: String,
    /// The files; missing, extra and less equal than asked for count as different.
    pub(crate) tally: Tally,
    /// CPU time of PHP.
    pub(crate) php: Duration,
    /// CPU time of scd.
    pub(crate) scd: Duration,
    /// Said instead of comparing: both refuse, or scd alone for a known reason.
    pub(crate) remark: Option<String>,
    /// Everything that is not as it should be.
    pub(crate) faults: Vec<String>,
}

impl Outcome {
    /// The row of the scoreboard.
    pub(crate) fn line(&self) -> String {
        crate::scoreboard::row(self)
    }

    /// Each fault with the configuration's name, the first ones at least.
    pub(crate) fn report(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .faults
            .iter()
            .take(NAMED)
            .map(|fault| format!("{}: {fault}", self.name))
            .collect();
        if self.faults.len() > NAMED {
            lines.push(format!(
                "{}: … and {} more",
                self.name,
                self.faults.len() - NAMED
            ));
        }
        lines
    }
}

/// Deploys a configuration with both.
pub(crate) fn of(
    root: &ScratchRoot,
    matrix: &Matrix,
    configuration: &Configuration,
    expected: &Expected,
    level: Level,
) -> Outcome {
    let mut config = matrix.base.clone();
    config.extend(configuration.config.clone());
    let _overlaid = root.configure(&config, &configuration.env, &configuration.overlays);
    let theirs = expected.of(root, matrix, configuration, &configuration.arguments);
    let scratch = root.scratch("scd");
    let mut command = std::process::Command::new(SCD);
    command
        .args(["deploy", "-q"])
        // What PHP publishes in spite of errors is compared; what it refuses has to be refused.
        .args((theirs.code == Some(0)).then_some("--keep-going"))
        .arg("--root")
        .arg(root.path())
        .arg("--static")
        .arg(scratch.join("static"))
        .arg("--templates")
        .arg(scratch.join("templates"))
        .args((level == Level::Modern).then_some("--minify=modern"))
        .args(&configuration.scd)
        .args(&configuration.arguments)
        .envs(
            configuration
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        );
    let ours = scd::child::run(&mut command, &scratch.join("output.txt")).expect("scd can be run");
    let said = String::from_utf8_lossy(&ours.output).trim().to_owned();
    let mut outcome = Outcome {
        name: configuration.name.clone(),
        tally: Tally::default(),
        php: theirs.cpu,
        scd: ours.took.cpu.unwrap_or_default(),
        remark: None,
        faults: Vec::new(),
    };
    let is_done = ours.status.code() == Some(0);
    match (is_done, theirs.code == Some(0)) {
        (true, true) => judge(&mut outcome, &theirs, &scratch, &root.path(), level),
        (false, false) => outcome.remark = Some("both refuse".to_owned()),
        (false, true) => match &configuration.deviation {
            Some(reason) => outcome.remark = Some(format!("scd refuses: {reason}")),
            None => outcome
                .faults
                .push(format!("scd ends with {}: {said}", ours.status)),
        },
        (true, false) => {
            let complaints = theirs.complaints.join(" | ");
            outcome.faults.push(format!(
                "PHP ends with {:?}, scd with 0: {complaints}",
                theirs.code
            ));
        }
    }
    let is_refused = outcome.remark.as_deref() == Some("both refuse");
    if is_refused != configuration.is_refused && outcome.faults.is_empty() {
        outcome.faults.push(format!(
            "refused by both: {is_refused}; PHP: {:?}; scd: {said}",
            theirs.complaints
        ));
    }
    if configuration.deviation.is_some() && outcome.remark.is_none() {
        outcome
            .faults
            .push("the deviation that the list names does not happen".to_owned());
    }
    outcome
}

/// Compares the trees.
fn judge(outcome: &mut Outcome, theirs: &PhpResult, scratch: &Path, root: &Path, level: Level) {
    let of = |ours: &str, theirs, scope| {
        compare(&scratch.join(ours), theirs, scope, level).expect("both trees can be read")
    };
    let packages = of("static", &theirs.packages, Scope::Static);
    let templates = of("templates", &theirs.templates, Scope::Templates);
    let all = Comparison {
        packages: packages
            .packages
            .into_iter()
            .chain(templates.packages)
            .collect(),
    };
    let mut tally = all.tally();
    tally.different += tally.missing + tally.extra;
    for file in all.files() {
        let path = &file.path;
        match &file.verdict {
            Verdict::Different(_)
                if level == Level::Modern && is_same_template(path, scratch, root) =>
            {
                tally.different -= file.file_count;
                tally.same_meaning += file.file_count;
            }
            Verdict::Different(detail) => outcome.faults.push(format!("{path}: {detail}")),
            Verdict::Missing => outcome.faults.push(format!("{path}: missing")),
            Verdict::Extra => outcome.faults.push(format!("{path}: extra")),
            Verdict::SameMeaning if level == Level::Compat && !may_differ_in_bytes(file) => {
                tally.same_meaning -= file.file_count;
                tally.different += file.file_count;
                outcome
                    .faults
                    .push(format!("{path}: the bytes differ, the meaning does not"));
            }
            _ => {}
        }
    }
    if tally.script_bytes > tally.reference_script_bytes {
        outcome.faults.push(format!(
            "scripts have {} bytes, PHP's {}",
            tally.script_bytes, tally.reference_script_bytes
        ));
    }
    outcome.tally = tally;
}

/// Minified JavaScript, bundles, the maps that PHP writes in the order of the file system, and the version, which is the time.
fn may_differ_in_bytes(file: &FileComparison) -> bool {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    const NAMES: [&str; 5] = [
        "deployed_version.txt",
        "map.json",
        "result_map.json",
        "requirejs-map.js",
        "*",
    ];
    name.ends_with(".min.js") || NAMES.contains(&name)
}

/// Whether the file is a template that means what its source means. PHP's takes white space away that shows, which the level
/// `modern` does not.
fn is_same_template(path: &str, scratch: &Path, root: &Path) -> bool {
    let read = |directory: &Path| std::fs::read(directory.join(path)).ok();
    path.ends_with(".phtml")
        && read(root)
            .zip(read(&scratch.join("templates")))
            .is_some_and(|(source, ours)| template_difference(&source, &ours).is_none())
}
