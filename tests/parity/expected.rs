//! What PHP makes of a configuration: run once, and kept in `SCD_EXPECTED` by configuration and reference tree.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use scd::php::{Request, deploy};
use serde_json::json;

use crate::matrix::{Configuration, Matrix};
use crate::root::ScratchRoot;

/// A run of PHP.
#[derive(Clone, Debug)]
pub(crate) struct PhpResult {
    /// The exit code.
    pub(crate) code: Option<i32>,
    /// CPU time.
    pub(crate) cpu: Duration,
    /// What it complained about.
    pub(crate) complaints: Vec<String>,
    /// The `pub/static`.
    pub(crate) packages: PathBuf,
    /// The minified templates.
    pub(crate) templates: PathBuf,
}

/// Where results are kept.
pub(crate) struct Expected {
    kept: Option<PathBuf>,
    /// Stands for everything in the reference tree.
    fingerprint: String,
}

impl Expected {
    /// Looks at the reference tree.
    pub(crate) fn open(reference: &Path) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in ["app", "lib", "vendor"] {
            fingerprint(reference, &reference.join(part), &mut hasher);
        }
        for file in ["app/etc/config.php", "composer.lock"] {
            hasher.update(&fs::read(reference.join(file)).unwrap_or_default());
        }
        Self {
            kept: std::env::var_os("SCD_EXPECTED").map(|kept| PathBuf::from(kept).join("matrix")),
            fingerprint: hasher.finalize().to_hex().to_string(),
        }
    }

    /// What PHP makes of a root that has been configured.
    pub(crate) fn of(
        &self,
        root: &ScratchRoot,
        matrix: &Matrix,
        configuration: &Configuration,
        arguments: &[String],
    ) -> PhpResult {
        let Some(kept) = &self.kept else {
            let scratch = root.scratch("php");
            let result = run(root, configuration, arguments, &scratch);
            return read(&scratch, &result);
        };
        let place = kept.join(format!(
            "{}-{}",
            configuration.name,
            self.key(matrix, configuration, arguments)
        ));
        let about = place.join("php.json");
        if !about.is_file() {
            let scratch = root.scratch("php");
            let result = run(root, configuration, arguments, &scratch);
            fs::create_dir_all(kept).expect("SCD_EXPECTED can be written");
            let _ = fs::remove_dir_all(&place);
            keep(&scratch, &place);
            // Last, so that what is there is whole.
            fs::write(&about, result.to_string()).expect("it can be written");
        }
        let text = fs::read_to_string(&about).expect("it can be read");
        read(&place, &serde_json::from_str(&text).expect("it is JSON"))
    }

    /// Everything the result depends on.
    fn key(&self, matrix: &Matrix, configuration: &Configuration, arguments: &[String]) -> String {
        let mut hasher = blake3::Hasher::new();
        let inputs = format!(
            "{:?}",
            (
                &self.fingerprint,
                &matrix.base,
                arguments,
                &configuration.php,
                &configuration.config,
                &configuration.env,
                &configuration.environment,
            )
        );
        hasher.update(inputs.as_bytes());
        for overlay in &configuration.overlays {
            content(&crate::folder().join("overlay").join(overlay), &mut hasher);
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }
}

fn run(
    root: &ScratchRoot,
    configuration: &Configuration,
    arguments: &[String],
    scratch: &Path,
) -> serde_json::Value {
    let mut settings = vec!["memory_limit=-1".to_owned()];
    settings.extend(configuration.php.iter().cloned());
    let request = Request {
        binary: "php".into(),
        settings,
        root: &root.path(),
        arguments: arguments.to_vec(),
        environment: configuration.environment.clone(),
    };
    let deployed = deploy(&request, scratch).expect("PHP can be run");
    json!({
        "arguments": arguments,
        "code": deployed.finished.status.code(),
        "cpu": deployed.finished.took.cpu.unwrap_or_default().as_secs_f64(),
        "complaints": deployed.complaints,
    })
}

fn read(place: &Path, about: &serde_json::Value) -> PhpResult {
    let complaints = about["complaints"].as_array().into_iter().flatten();
    PhpResult {
        code: about["code"]
            .as_i64()
            .and_then(|code| i32::try_from(code).ok()),
        cpu: Duration::from_secs_f64(about["cpu"].as_f64().unwrap_or(0.0)),
        complaints: complaints
            .filter_map(|line| line.as_str().map(str::to_owned))
            .collect(),
        packages: place.join("static"),
        templates: place.join("var/view_preprocessed/pub/static"),
    }
}

/// Copies what is compared.
fn keep(scratch: &Path, place: &Path) {
    for (part, only_templates) in [
        ("static", false),
        ("var/view_preprocessed/pub/static", true),
    ] {
        copy(&scratch.join(part), &place.join(part), only_templates);
    }
}

fn copy(from: &Path, to: &Path, only_templates: bool) {
    let Ok(entries) = fs::read_dir(from) else {
        return;
    };
    fs::create_dir_all(to).expect("it can be made");
    for entry in entries {
        let entry = entry.expect("it can be read");
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target, only_templates);
        } else if !only_templates
            || path
                .extension()
                .is_some_and(|extension| extension == "phtml")
        {
            fs::copy(&path, &target).expect("it can be copied");
        }
    }
}

fn sorted(directory: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    paths.sort();
    paths
}

/// Paths and sizes of everything below a directory.
fn fingerprint(root: &Path, directory: &Path, hasher: &mut blake3::Hasher) {
    for path in sorted(directory) {
        let Ok(about) = fs::symlink_metadata(&path) else {
            continue;
        };
        let name = path.strip_prefix(root).unwrap_or(&path);
        hasher.update(name.as_os_str().as_encoded_bytes());
        if about.is_dir() {
            fingerprint(root, &path, hasher);
        } else {
            hasher.update(&about.len().to_le_bytes());
        }
    }
}

/// Names and bytes of everything below a directory.
fn content(directory: &Path, hasher: &mut blake3::Hasher) {
    for path in sorted(directory) {
        hasher.update(path.file_name().unwrap_or_default().as_encoded_bytes());
        if path.is_dir() {
            content(&path, hasher);
        } else {
            hasher.update(&fs::read(&path).expect("it can be read"));
        }
    }
}
