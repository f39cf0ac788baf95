//! ece-tools' transfer and restore steps on a tree that scd built, where `SCD_ECE_TOOLS` names a checkout of
//! magento/ece-tools; the same conditions from the books where it does not.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use scd_tests::fixture::Fixture;
use scd_tests::say::say;
use serde_json::Value;

use crate::project::{FLAG, build, edit, files, folder, project};

/// ece-tools, and the libraries that it needs.
pub(crate) struct EceTools {
    tools: PathBuf,
    vendor: PathBuf,
}

impl EceTools {
    /// The checkout, if there is one; a line says so if there is not.
    pub(crate) fn find(test: &str) -> Option<Self> {
        let named = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let found = named("SCD_ECE_TOOLS").zip(named("SCD_REFERENCE_ROOT"));
        if found.is_none() {
            say(&format!(
                "{test}: skipped: SCD_ECE_TOOLS or SCD_REFERENCE_ROOT is not set"
            ));
        }
        found.map(|(tools, root)| Self {
            tools,
            vendor: root.join("vendor"),
        })
    }

    /// What `ece_tools.php` prints.
    pub(crate) fn run(
        &self,
        fixture: &Fixture,
        command: &[&str],
        environment: &[(&str, String)],
    ) -> Value {
        let output = Command::new("php")
            .arg(folder().join("ece_tools.php"))
            .args([&self.tools, &self.vendor])
            .arg(fixture.root())
            .args(command)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(
                environment
                    .iter()
                    .map(|(name, text)| (*name, text.as_str())),
            )
            .output()
            .expect("PHP can be started");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!(
                "{error}\n{}\n{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            )
        })
    }

    /// Transfers, empties what the platform would mount over, and restores.
    #[track_caller]
    fn hand_over(&self, project: &Fixture) -> String {
        let transfer = self.run(project, &["transfer"], &[]);
        assert_eq!(transfer["failure"], Value::Null, "{transfer:#}");
        assert!(
            project.has("init/pub/static/deployed_version.txt"),
            "{transfer:#}"
        );
        let restore = self.run(project, &["restore"], &[]);
        assert_eq!(restore["failure"], Value::Null, "{restore:#}");
        let log = format!("{}{}", transfer["log"], restore["log"]);
        assert!(!log.contains("Cannot copy directory"), "{log}");
        log
    }
}

/// What must be true of the tree before the transfer: conditions of `Magento\MagentoCloud\Step\Build` and of what follows.
fn expect_transferable(project: &Fixture, may_hold_gzip: bool) {
    assert!(project.has(FLAG));
    let names: Vec<String> = fs::read_dir(project.root().join("pub/static"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for name in &names {
        assert!(
            ["frontend", "adminhtml", "deployed_version.txt", ".htaccess"].contains(&name.as_str()),
            "{name}"
        );
    }
    for file in files(project) {
        assert!(may_hold_gzip || !file.ends_with(".gz"), "{file}");
        let kind = fs::symlink_metadata(project.root().join(&file)).unwrap();
        assert!(kind.is_file(), "{file} is no plain file");
        let mode = std::os::unix::fs::PermissionsExt::mode(&kind.permissions());
        assert_eq!(mode & 0o444, 0o444, "{file}");
    }
    let templates = project.root().join("var/view_preprocessed");
    assert!(!templates.exists() || fs::read_dir(&templates).unwrap().next().is_some());
}

/// A project whose every copied directory holds something, as a real one.
fn whole_project() -> Fixture {
    let project = project();
    project.write("pub/media/logo.png", "png");
    project
}

#[test]
fn ece_tools_takes_over_what_scd_built() {
    let project = whole_project();
    build(&project, &[]).expect_code(0);
    expect_transferable(&project, false);
    let before = project.published();
    let version = project.read("pub/static/deployed_version.txt");
    let Some(ece_tools) = EceTools::find("ece_tools_takes_over_what_scd_built") else {
        return;
    };
    let log = ece_tools.hand_over(&project);
    assert!(
        log.contains("Moving static content to init directory"),
        "{log}"
    );
    // Through the links, with ece-tools' own compressed files beside them.
    let mut after = project.published();
    let styles = "pub/static/frontend/Acme/shop/en_US/css/styles.min.css.gz";
    assert!(after.contains_key(styles), "{:?}", after.keys());
    after.retain(|path, _| !path.ends_with(".gz"));
    assert!(after == before);
    assert_eq!(project.read("pub/static/deployed_version.txt"), version);
    for name in ["frontend", "adminhtml", "deployed_version.txt", ".htaccess"] {
        let link = fs::read_link(project.root().join("pub/static").join(name)).unwrap();
        assert_eq!(link, project.root().join("init/pub/static").join(name));
    }
    let doctor = crate::project::scd(&project, &["doctor"], &[]).expect_code(0);
    assert!(doctor.stdout.contains("0 errors"), "{}", doctor.stdout);
}

#[test]
fn ece_tools_takes_over_compressed_files_and_templates() {
    let project = whole_project();
    edit(
        &project,
        "SKIP_HTML_MINIFICATION: true",
        "SKIP_HTML_MINIFICATION: false",
    );
    edit(&project, "SCD_THREADS: -1", "SCD_COMPRESSION_LEVEL: 0");
    build(&project, &["--compress=gzip"]).expect_code(0);
    expect_transferable(&project, true);
    let before = project.published();
    assert!(
        before
            .keys()
            .any(|path| path.starts_with("var/view_preprocessed/"))
    );
    let Some(ece_tools) = EceTools::find("ece_tools_takes_over_compressed_files_and_templates")
    else {
        return;
    };
    let log = ece_tools.hand_over(&project);
    assert!(
        log.contains("Static content compression was disabled."),
        "{log}"
    );
    assert!(project.published() == before);
}

#[test]
fn ece_tools_fails_where_the_doctor_says_so() {
    let Some(ece_tools) = EceTools::find("ece_tools_fails_where_the_doctor_says_so") else {
        return;
    };
    let project = whole_project();
    build(&project, &[]).expect_code(0);
    project.write(
        "pub/static/frontend/Acme/shop/en_US/css/styles.min.css.gz",
        "own",
    );
    let doctor = crate::project::scd(&project, &["doctor"], &[]).expect_code(1);
    assert!(
        doctor.stdout.contains("fails with exit code 20"),
        "{}",
        doctor.stdout
    );
    let transfer = ece_tools.run(&project, &["transfer"], &[]);
    assert_eq!(transfer["failure"]["code"], 20, "{transfer:#}");

    let project = whole_project();
    edit(
        &project,
        "SKIP_HTML_MINIFICATION: true",
        "SKIP_HTML_MINIFICATION: false",
    );
    build(&project, &[]).expect_code(0);
    fs::remove_dir_all(project.root().join("var/view_preprocessed")).unwrap();
    fs::create_dir(project.root().join("var/view_preprocessed")).unwrap();
    let doctor = crate::project::scd(&project, &["doctor"], &[]).expect_code(1);
    assert!(
        doctor
            .stdout
            .contains("`var/view_preprocessed` holds nothing to copy"),
        "{}",
        doctor.stdout
    );
    let transfer = ece_tools.run(&project, &["transfer"], &[]);
    let message = transfer["failure"]["message"].as_str().unwrap_or_default();
    assert!(
        message.contains("Array to string conversion"),
        "{transfer:#}"
    );
}

#[test]
fn the_scenario_of_the_documentation_leaves_generation_out_and_nothing_else() {
    let Some(ece_tools) =
        EceTools::find("the_scenario_of_the_documentation_leaves_generation_out_and_nothing_else")
    else {
        return;
    };
    let project = whole_project();
    edit(&project, "SKIP_SCD: true", "SKIP_SCD: false");
    let scenario = folder().join("../../docs/scd-generate.xml");
    let scenario = fs::canonicalize(scenario).unwrap();
    let command = ["scenario", scenario.to_str().expect("a path in Unicode")];
    let said = ece_tools.run(&project, &command, &[]);
    let mut expected = said["before"].clone();
    let item = &mut expected["arguments"][3]["items"]["generate"];
    item["skip"] = Value::Bool(true);
    item["priority"] = Value::from(10_000);
    assert_eq!(said["after"], expected);
    assert_eq!(said["others_are_equal"], Value::Bool(true));
    assert_eq!(said["failure"], Value::Null, "{said:#}");
    assert!(
        said["log"]
            .to_string()
            .contains("Step \\\"generate\\\" was skipped"),
        "{said:#}"
    );
    // The flag says that scd may begin.
    assert!(project.has(FLAG));
    build(&project, &["--hook=scenario"]).expect_code(0);
    expect_transferable(&project, false);
    ece_tools.hand_over(&project);
}
