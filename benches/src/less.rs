//! The LESS compiler beside less.php and less.js, on real themes: CPU time, throughput and allocations from one sitting.
//!
//! `SCD_REFERENCE_ROOT` names a Magento root that PHP has deployed: its materialised LESS files lie under `var/view_preprocessed`,
//! or, if the root has none, under `SCD_EXPECTED/nomin/view_preprocessed`. Its own less.php is measured. `SCD_LESSJS` names the
//! directory of the npm package `less`; without it less.js is left out.
//!
//! Every compiler reads, parses, evaluates and prints all files of an entry again in every run; process start is not counted.

mod allocator;
mod output;

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, anyhow, bail};
use rustix::time::{ClockId, clock_gettime};
use scd_less::{
    Compiled, ImportError, ImportRequest, Importer, Options, ParseOptions, Source, Stylesheet,
};
use serde_json::Value;

use crate::output::say;

#[global_allocator]
static ALLOCATOR: allocator::Counting = allocator::Counting;

/// Runs of scd-less and of less.js; the median counts.
const RUNS: usize = 15;

/// Runs of less.php, which has no warm-up to speak of.
const PHP_RUNS: usize = 3;

/// Runs of less.js before those that count.
const WARM_UP: usize = 6;

/// The entries measured.
const ENTRIES: [(&str, &str); 3] = [
    (
        "luma styles-m",
        "frontend/Magento/luma/en_US/css/styles-m.less",
    ),
    (
        "luma styles-l",
        "frontend/Magento/luma/en_US/css/styles-l.less",
    ),
    (
        "backend styles",
        "adminhtml/Magento/backend/en_US/css/styles.less",
    ),
];

fn main() -> ExitCode {
    output::ended(run())
}

fn run() -> Result<()> {
    let Some(root) = std::env::var_os("SCD_REFERENCE_ROOT") else {
        bail!("SCD_REFERENCE_ROOT must name a Magento root that PHP has deployed");
    };
    let root = std::fs::canonicalize(root)?;
    let files = entries(&root)?;
    if std::env::args().nth(1).as_deref() == Some("--only-scd") {
        for file in &files {
            ours(file, RUNS * 4)?;
        }
        return Ok(());
    }
    let ours: Vec<Ours> = files
        .iter()
        .map(|file| ours(file, RUNS))
        .collect::<Result<_>>()?;
    let php = less_php(&root, &files)?;
    let js = less_js(&files)?;
    say(
        "CPU milliseconds per compile, compressed output, everything read and parsed anew (median)",
    );
    say("");
    say(&format!(
        "{:<16}{:>7}{:>9}{:>9}{:>10}{:>9}{:>11}{:>9}{:>11}{:>9}",
        "entry",
        "files",
        "KB in",
        "KB out",
        "scd-less",
        "less.js",
        "js / scd",
        "less.php",
        "php / scd",
        ""
    ));
    for (index, (name, _)) in ENTRIES.iter().enumerate() {
        let own = &ours[index];
        let total = own.total();
        let js = js.as_ref().map(|list| list[index]);
        let ratio = |other: Option<f64>| {
            other.map_or("-".to_owned(), |other| format!("{:.1}", other / total))
        };
        let shown = |ms: Option<f64>| ms.map_or("-".to_owned(), |ms| format!("{ms:.0}"));
        say(&format!(
            "{:<16}{:>7}{:>9.0}{:>9.0}{:>10.2}{:>9}{:>11}{:>9}{:>11}",
            name,
            own.files,
            own.input as f64 / 1e3,
            own.output as f64 / 1e3,
            total,
            shown(js),
            ratio(js),
            shown(Some(php[index])),
            ratio(Some(php[index])),
        ));
    }
    say("");
    say(&format!(
        "{:<16}{:>10}{:>10}{:>12}{:>12}{:>14}{:>14}{:>14}",
        "scd-less alone",
        "read ms",
        "parse ms",
        "compile ms",
        "parse MB/s",
        "compile MB/s",
        "allocations",
        "of parsing"
    ));
    for ((name, _), own) in ENTRIES.iter().zip(&ours) {
        say(&format!(
            "{:<16}{:>10.2}{:>10.2}{:>12.2}{:>12.0}{:>14.0}{:>14}{:>14}",
            name,
            own.read,
            own.parse,
            own.compile,
            own.input as f64 / own.parse / 1e3,
            own.input as f64 / own.compile / 1e3,
            own.compile_allocations + own.parse_allocations,
            own.parse_allocations,
        ));
    }
    Ok(())
}

/// The materialised entries.
fn entries(root: &Path) -> Result<Vec<PathBuf>> {
    let mut places = vec![root.join("var/view_preprocessed/pub/static")];
    if let Some(expected) = std::env::var_os("SCD_EXPECTED") {
        places.push(PathBuf::from(expected).join("nomin/view_preprocessed/pub/static"));
    }
    let place = places
        .iter()
        .find(|place| ENTRIES.iter().all(|(_, path)| place.join(path).is_file()))
        .with_context(|| format!("none of {places:?} holds the materialised LESS files"))?;
    Ok(ENTRIES.iter().map(|(_, path)| place.join(path)).collect())
}

/// What scd-less took, in CPU milliseconds.
struct Ours {
    files: usize,
    input: usize,
    output: usize,
    read: f64,
    parse: f64,
    compile: f64,
    parse_allocations: u64,
    compile_allocations: u64,
}

impl Ours {
    fn total(&self) -> f64 {
        self.read + self.parse + self.compile
    }
}

/// How Magento has stylesheets parsed in production.
fn parsing() -> ParseOptions {
    ParseOptions {
        compress: true,
        ..ParseOptions::default()
    }
}

fn ours(entry: &Path, runs: usize) -> Result<Ours> {
    let options = Options {
        compress: true,
        ..Options::default()
    };
    let name = entry.to_str().context("a path that is not UTF-8")?;
    let compile = |files: &Files| -> Result<Compiled> {
        let sheet = files.stylesheet(name).map_err(|error| anyhow!("{error}"))?;
        scd_less::compile(&sheet, files, &options).map_err(|error| anyhow!("{error}"))
    };
    // A first compile tells which files there are.
    let known = Files::default();
    let output = compile(&known)?.css.len();
    let names: Vec<Arc<str>> = {
        let mut names: Vec<_> = known
            .parsed
            .lock()
            .expect("no panic")
            .keys()
            .cloned()
            .collect();
        names.sort_unstable();
        names
    };
    let mut times = Vec::new();
    let (mut parse_allocations, mut compile_allocations, mut input) = (0, 0, 0);
    for _ in 0..runs {
        let start = cpu();
        let mut sources = Vec::new();
        for name in &names {
            sources.push(Source::new(
                Arc::clone(name),
                std::fs::read_to_string(&**name)?,
            ));
        }
        input = sources.iter().map(|source| source.text.len()).sum();
        let read = cpu();
        let before = allocator::count();
        let files = Files::default();
        for source in sources {
            let name = Arc::clone(&source.name);
            let sheet = scd_less::parse(source, &parsing()).map_err(|error| anyhow!("{error}"))?;
            let mut parsed = files.parsed.lock().expect("no panic");
            parsed.insert(name, Arc::new(sheet));
        }
        let parsed = cpu();
        let between = allocator::count();
        drop(compile(&files)?);
        let compiled = cpu();
        parse_allocations = between - before;
        compile_allocations = allocator::count() - between;
        times.push([read - start, parsed - read, compiled - parsed]);
    }
    let median_of = |stage: usize| median(times.iter().map(|run| run[stage]).collect());
    Ok(Ours {
        files: names.len(),
        input,
        output,
        read: median_of(0),
        parse: median_of(1),
        compile: median_of(2),
        parse_allocations,
        compile_allocations,
    })
}

/// CPU milliseconds of this process.
fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

fn median(mut list: Vec<f64>) -> f64 {
    list.sort_unstable_by(f64::total_cmp);
    list[list.len() / 2]
}

/// The median CPU milliseconds of less.php per entry.
fn less_php(root: &Path, files: &[PathBuf]) -> Result<Vec<f64>> {
    let mut command = Command::new("php");
    command
        .args(["-d", "memory_limit=4G"])
        .arg(script("lessphp.php"))
        .arg(root.join("vendor/wikimedia/less.php"))
        .arg(PHP_RUNS.to_string())
        .args(files);
    results(&mut command, files.len())
}

/// The median CPU milliseconds of less.js per entry, if there is one.
fn less_js(files: &[PathBuf]) -> Result<Option<Vec<f64>>> {
    let Some(library) = std::env::var_os("SCD_LESSJS") else {
        say("SCD_LESSJS is not set: less.js is not measured");
        return Ok(None);
    };
    let mut command = Command::new("node");
    command
        .arg(script("lessjs.cjs"))
        .arg(library)
        .args([WARM_UP.to_string(), RUNS.to_string()])
        .args(files);
    results(&mut command, files.len()).map(Some)
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("less")
        .join(name)
}

fn results(command: &mut Command, count: usize) -> Result<Vec<f64>> {
    let output = command
        .stderr(std::process::Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} ended with {}", output.status);
    }
    let mut medians = Vec::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let result: Value = serde_json::from_str(line)?;
        let times = result["ms"].as_array().context("no times")?;
        medians.push(median(times.iter().filter_map(Value::as_f64).collect()));
    }
    if medians.len() != count {
        bail!("{command:?} measured {} of {count} files", medians.len());
    }
    Ok(medians)
}

/// Files on disk by absolute path, parsed once.
#[derive(Default)]
struct Files {
    parsed: Mutex<HashMap<Arc<str>, Arc<Stylesheet>>>,
}

impl Importer for Files {
    fn resolve(&self, request: &ImportRequest<'_>) -> Result<Option<Arc<str>>, ImportError> {
        let base = Path::new(request.from).parent().unwrap_or(Path::new(""));
        let mut path = PathBuf::new();
        for component in base.join(request.path).components() {
            match component {
                Component::ParentDir => {
                    path.pop();
                }
                Component::CurDir => {}
                other => path.push(other),
            }
        }
        let name: Arc<str> = Arc::from(path.to_string_lossy());
        let is_known = self.parsed.lock().expect("no panic").contains_key(&name);
        Ok((is_known || path.is_file()).then_some(name))
    }

    fn stylesheet(&self, name: &str) -> Result<Arc<Stylesheet>, ImportError> {
        if let Some(sheet) = self.parsed.lock().expect("no panic").get(name) {
            return Ok(Arc::clone(sheet));
        }
        let text = std::fs::read_to_string(name)
            .map_err(|error| ImportError::Unavailable(format!("`{name}`: {error}")))?;
        let sheet = scd_less::parse(Source::new(name, text), &parsing())
            .map(Arc::new)
            .map_err(ImportError::Broken)?;
        self.parsed
            .lock()
            .expect("no panic")
            .insert(Arc::from(name), Arc::clone(&sheet));
        Ok(sheet)
    }

    fn read(&self, name: &str) -> Result<Arc<[u8]>, ImportError> {
        std::fs::read(name)
            .map(Arc::from)
            .map_err(|error| ImportError::Unavailable(format!("`{name}`: {error}")))
    }
}
