//! The jobs that are measured.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::contender::Bench;
use super::{Options, copy_only};
use crate::output::say;
use crate::root_copy::copy_root;

/// The locales, the first of which is deployed alone.
const LOCALES: [&str; 8] = [
    "en_US", "de_DE", "fr_FR", "nl_NL", "es_ES", "it_IT", "pt_BR", "pl_PL",
];

/// The themes of the reference tree.
const THEMES: [&str; 3] = ["Magento/blank", "Magento/luma", "Magento/backend"];

/// The seed of the theme that is only copied.
const SEED: u64 = 6;

/// One job.
#[derive(Debug)]
pub(crate) struct Case {
    /// By which options and targets name it.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) root: PathBuf,
    /// What `setup:static-content:deploy` is called with, by PHP and scd alike.
    pub(crate) arguments: Vec<String>,
    /// Of a theme that is only copied.
    pub(crate) is_copy_only: bool,
    /// Whether PHP can deploy it.
    pub(crate) has_php: bool,
    /// Whether all contenders run; otherwise scd, PHP with one process, and the bare writer.
    pub(crate) is_full: bool,
    /// Whether it is measured how it scales over cores, and with a cold file cache.
    pub(crate) is_scaled: bool,
}

/// The jobs that are wanted, their roots made.
pub(crate) fn cases(options: &Options, bench: &Bench<'_>) -> Result<Vec<Case>> {
    let mut cases = match &options.root {
        Some(root) => reference(root, options, bench)?,
        None => {
            say(
                "there is no Magento root (--root): a shipped fixture stands in, whose times say little",
            );
            vec![fixture(bench)?]
        }
    };
    if let Some(root) = &options.synth {
        cases.push(Case {
            id: "synth".to_owned(),
            name: "the synthetic shop".to_owned(),
            root: bench.copy(root, "synth")?,
            arguments: Vec::new(),
            is_copy_only: false,
            has_php: false,
            is_full: true,
            is_scaled: false,
        });
    }
    cases.retain(|case| options.rows.is_empty() || options.rows.contains(&case.id));
    Ok(cases)
}

fn reference(root: &Path, options: &Options, bench: &Bench<'_>) -> Result<Vec<Case>> {
    let wants = |id: &str| options.rows.is_empty() || options.rows.iter().any(|row| row == id);
    let mut cases = Vec::new();
    let copy = bench.copy(root, "reference")?;
    configure(root, &copy, "1")?;
    let counts: &[usize] = if options.quick { &[1] } else { &[1, 2, 4, 8] };
    for &count in counts {
        let locales = if count == 1 { "locale" } else { "locales" };
        cases.push(of_reference(
            format!("locales-{count}"),
            format!("three themes, {count} {locales}, minified"),
            &copy,
            "quick",
            count,
        ));
        let strategies: &[&str] = if count == 1 && !options.quick {
            &["standard", "compact"]
        } else {
            &[]
        };
        for strategy in strategies {
            let name = format!("three themes, 1 locale, minified, strategy {strategy}");
            cases.push(of_reference(
                (*strategy).to_owned(),
                name,
                &copy,
                strategy,
                1,
            ));
        }
    }
    if wants("copy-only") {
        let copy = bench.copy(root, "copy-only")?;
        configure(root, &copy, "0")?;
        copy_only::make(&copy, SEED)?;
        // Where the Go tool looks for the library.
        let library = copy.join("vendor/mage-os/magento2-base/lib/web");
        copy_root(&copy.join("lib/web"), &library)?;
        let theme = copy_only::THEME;
        let arguments = ["-a", "frontend", "-t", theme, "--no-js-bundle", "en_US"];
        cases.push(Case {
            id: "copy-only".to_owned(),
            name: "a theme of 11,000 files that are only copied, 1 locale".to_owned(),
            root: copy,
            arguments: arguments.map(str::to_owned).to_vec(),
            is_copy_only: true,
            has_php: true,
            is_full: true,
            is_scaled: false,
        });
    }
    Ok(cases)
}

fn of_reference(id: String, name: String, root: &Path, strategy: &str, count: usize) -> Case {
    let themes = THEMES.iter().flat_map(|theme| ["-t", theme]);
    let arguments = ["-s", strategy].into_iter().chain(themes);
    let arguments = arguments.chain(LOCALES[..count].iter().copied());
    Case {
        id,
        name,
        root: root.to_path_buf(),
        arguments: arguments.map(str::to_owned).collect(),
        is_copy_only: false,
        has_php: true,
        is_full: strategy == "quick",
        is_scaled: strategy == "quick" && count == 1,
    }
}

fn fixture(bench: &Bench<'_>) -> Result<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../themes-fixtures");
    Ok(Case {
        id: "fixture".to_owned(),
        name: "the fixture `minified`".to_owned(),
        root: bench.copy(&folder.join("minified/root"), "fixture")?,
        arguments: vec!["en_US".to_owned()],
        is_copy_only: false,
        has_php: false,
        is_full: true,
        is_scaled: true,
    })
}

/// Writes the configuration of a copy: that of the root, with everything minified (`1`) or nothing (`0`).
fn configure(root: &Path, copy: &Path, minified: &str) -> Result<()> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/parity/configure.php");
    let switches = [
        "js/minify_files",
        "css/minify_files",
        "template/minify_html",
    ];
    let settings: serde_json::Map<String, serde_json::Value> = switches
        .iter()
        .map(|switch| (format!("system/default/dev/{switch}"), minified.into()))
        .collect();
    let scratch = copy.join("var/settings.json");
    std::fs::write(&scratch, serde_json::to_string(&settings)?)?;
    let output = Command::new("php")
        .arg(script)
        .arg(root.join("app/etc/config.php"))
        .stdin(std::fs::File::open(&scratch)?)
        .output()
        .context("the reference tree is configured by PHP, which cannot be started")?;
    ensure!(
        output.status.success(),
        "configure.php ended with {}",
        output.status
    );
    std::fs::remove_file(scratch)?;
    let config = copy.join("app/etc/config.php");
    // A new file: the old one is a link to the root's.
    std::fs::remove_file(&config)?;
    Ok(std::fs::write(config, output.stdout)?)
}
