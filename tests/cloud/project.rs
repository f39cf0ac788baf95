//! Scratch copies of the project `tests/cloud/project`: three themes of a matrix, four locales.

use std::path::{Path, PathBuf};

use scd_tests::fixture::Fixture;
use scd_tests::run::{Run, run};

use crate::SCD;

/// The flag's name.
pub(crate) const FLAG: &str = ".static_content_deploy";

/// This folder.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cloud")
}

/// A scratch copy.
pub(crate) fn project() -> Fixture {
    Fixture::of(&folder().join("project"))
}

/// Runs `scd` with `--root` and these arguments, the first of which are the command.
pub(crate) fn scd(fixture: &Fixture, command: &[&str], environment: &[(&str, &str)]) -> Run {
    let root = fixture.root();
    let mut arguments = command.to_vec();
    arguments.extend(["--root", root.to_str().expect("a path in Unicode")]);
    run(SCD, &arguments, environment)
}

/// Builds.
pub(crate) fn build(fixture: &Fixture, options: &[&str]) -> Run {
    scd(fixture, &[&["cloud", "build"], options].concat(), &[])
}

/// Replaces a part of `.magento.env.yaml`.
#[track_caller]
pub(crate) fn edit(fixture: &Fixture, from: &str, to: &str) {
    let text = fixture.read(".magento.env.yaml");
    assert!(text.contains(from), "`{from}` is not in\n{text}");
    fixture.write(".magento.env.yaml", text.replace(from, to));
}

/// Every file below `pub/static` and the minified templates, by path.
pub(crate) fn files(fixture: &Fixture) -> Vec<String> {
    fixture.published().into_keys().collect()
}

/// The packages that are there, `area/Vendor/theme/locale`.
pub(crate) fn packages(fixture: &Fixture) -> Vec<String> {
    let mut packages: Vec<String> = files(fixture)
        .iter()
        .filter_map(|file| {
            let parts: Vec<&str> = file.strip_prefix("pub/static/")?.split('/').collect();
            (parts.len() > 4).then(|| parts[..4].join("/"))
        })
        .collect();
    packages.dedup();
    packages
}
