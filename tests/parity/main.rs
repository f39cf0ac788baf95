//! scd beside PHP on the reference tree, configuration by configuration, and the committed scoreboard of the result.
//!
//! `matrix.toml` lists the configurations. Each is deployed by PHP and by scd from a scratch copy of the reference tree that is
//! configured as the list says; then the outputs are compared. `CONTRIBUTING.md` says how to run it.

mod bundles;
mod expected;
mod matrix;
mod outcome;
mod root;
mod scoreboard;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use scd_minify::Level;
use scd_tests::say::say;

use crate::expected::Expected;
use crate::matrix::{Configuration, Matrix};
use crate::outcome::Outcome;
use crate::root::ScratchRoot;

/// The command under test.
const SCD: &str = env!("CARGO_BIN_EXE_scd-under-test");

/// How many configurations are deployed at a time; each PHP keeps one core busy.
const AT_A_TIME: usize = 2;

/// The folder of this test.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("parity")
}

#[test]
fn the_matrix_covers_what_is_asked_for() {
    let matrix = Matrix::read(&folder().join("matrix.toml"));
    assert!(matrix.configurations.len() >= 40);
    let mut names: Vec<&str> = matrix
        .configurations
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "two configurations have one name");
    // Everything the list is to cover, by what stands in its arguments and settings.
    let text = matrix
        .configurations
        .iter()
        .map(|c| format!("{c:?}\n"))
        .collect::<String>();
    for topic in [
        "standard",
        "compact",
        "-j",
        "--no-parent",
        "--no-javascript",
        "--no-js-bundle",
        "--no-css",
        "--no-less",
        "--no-images",
        "--no-fonts",
        "--no-html\"",
        "--no-misc",
        "--no-html-minify",
        "--exclude-area",
        "--exclude-theme",
        "--exclude-language",
        "--content-version",
        "--refresh-content-version-only",
        "--symlink-locale",
        "--max-execution-time",
        "minify_files",
        "minify_exclude",
        "minify_html",
        "dev/static/sign",
        "translate_strategy",
        "merge_files",
        "enable_js_bundling",
        "static_content_on_demand_in_production",
        "CONFIG__",
        "admin_locales_for_deploy",
        "MAGE_MODE",
    ] {
        assert!(text.contains(topic), "no configuration is about `{topic}`");
    }
}

#[test]
fn scd_and_php_deploy_the_same() {
    const TEST: &str = "scd_and_php_deploy_the_same";
    let Some(reference) = std::env::var_os("SCD_REFERENCE_ROOT").map(PathBuf::from) else {
        say(&format!("{TEST}: skipped: SCD_REFERENCE_ROOT is not set"));
        return;
    };
    let matrix = Matrix::read(&folder().join("matrix.toml"));
    let asked = std::env::var("SCD_PARITY").unwrap_or_default();
    let chosen = matrix.chosen(&asked);
    assert!(
        !chosen.is_empty(),
        "SCD_PARITY names no configuration: {asked}"
    );
    let expected = Expected::open(&reference);
    let (level, board) = match std::env::var("SCD_PARITY_LEVEL").as_deref() {
        Err(_) | Ok("compat") => (Level::Compat, "scoreboard.txt"),
        Ok("modern") => (Level::Modern, "scoreboard-modern.txt"),
        Ok(other) => panic!("SCD_PARITY_LEVEL is `compat` or `modern`, not `{other}`"),
    };
    let outcomes = deploy_all(&reference, &matrix, &chosen, &expected, level);
    let path = folder().join(board);
    if asked == "all" {
        scoreboard::rewrite(&path, &outcomes);
    }
    let mut faults: Vec<String> = outcomes.iter().flat_map(Outcome::report).collect();
    if asked != "all" {
        faults.extend(scoreboard::changes(&path, &outcomes));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The outcomes in the order of the list.
fn deploy_all(
    reference: &Path,
    matrix: &Matrix,
    chosen: &[&Configuration],
    expected: &Expected,
    level: Level,
) -> Vec<Outcome> {
    let queue: Mutex<VecDeque<(usize, &Configuration)>> =
        Mutex::new(chosen.iter().copied().enumerate().collect());
    let done: Mutex<Vec<(usize, Outcome)>> = Mutex::default();
    let workers = AT_A_TIME.min(chosen.len());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let root = ScratchRoot::make(reference);
                loop {
                    let next = queue.lock().expect("no worker has panicked").pop_front();
                    let Some((place, configuration)) = next else {
                        break;
                    };
                    let outcome = outcome::of(&root, matrix, configuration, expected, level);
                    say(&outcome.line());
                    done.lock()
                        .expect("no worker has panicked")
                        .push((place, outcome));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no worker has panicked");
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}
