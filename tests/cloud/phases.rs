//! When a build has nothing to do, when it may not, and what becomes of the flag.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::SCD;
use crate::project::{FLAG, build, edit, packages, project, scd};

#[test]
fn on_demand_there_is_nothing_to_build() {
    let project = project();
    project.write(FLAG, "");
    edit(&project, "SCD_ON_DEMAND: false", "SCD_ON_DEMAND: true");
    let run = build(&project, &[]).expect_code(0);
    assert_eq!(
        run.stdout,
        "Skipping static content deploy: SCD_ON_DEMAND variable is enabled\n"
    );
    assert!(!project.has(FLAG) && packages(&project).is_empty());
}

#[test]
fn the_two_variants_of_the_hook_are_told_apart() {
    // SKIP_SCD keeps ece-tools out, not scd, and a second run without ece-tools in between is no different.
    let project = project();
    build(&project, &[]).expect_code(0);
    build(&project, &[]).expect_code(0);
    assert!(project.has(FLAG));
    // In the scenario variant it is a condition like the others.
    let run = build(&project, &["--hook=scenario"]).expect_code(0);
    assert_eq!(
        run.stdout,
        "Skipping static content deploy: SKIP_SCD variable is enabled\n"
    );
    assert!(!project.has(FLAG));
    // There, ece-tools has set the flag if all is well.
    edit(&project, "SKIP_SCD: true", "SKIP_SCD: false");
    build(&project, &["--hook=scenario"])
        .expect_code(19)
        .expect_complaint("`.static_content_deploy` is not set");
    project.write(FLAG, "");
    build(&project, &["--hook=scenario"]).expect_code(0);
    assert!(project.has(FLAG));
}

#[test]
fn without_stores_the_deploy_takes_over_or_there_is_an_error() {
    let project = project();
    project.write(
        "app/etc/config.php",
        "<?php return ['modules' => ['Acme_One' => 1]];",
    );
    build(&project, &[])
        .expect_code(19)
        .expect_complaint("No stores/website/locales found in config.php")
        .expect_complaint("config:dump");
    edit(&project, "SKIP_SCD: true", "SKIP_SCD: false");
    let run = build(&project, &[]).expect_code(0);
    assert_eq!(
        run.stdout,
        "Skipping static content deploy: No stores/website/locales found in config.php\n"
    );
    assert!(!project.has(FLAG));
}

#[test]
fn later_phases_are_refused_and_nothing_is_touched() {
    let project = project();
    project.write(FLAG, "");
    let services = [("MAGENTO_CLOUD_RELATIONSHIPS", "e30=")];
    scd(&project, &["cloud", "build"], &services)
        .expect_code(2)
        .expect_complaint("this is not the build phase: `MAGENTO_CLOUD_RELATIONSHIPS` is set");
    assert!(project.has(FLAG) && packages(&project).is_empty());
    scd(&project, &["cloud", "build", "--force"], &services).expect_code(0);
    assert_eq!(packages(&project).len(), 11);
    // Behind the transfer step.
    std::fs::create_dir_all(project.root().join("init/app")).unwrap();
    std::fs::rename(
        project.root().join("app/etc"),
        project.root().join("init/app/etc"),
    )
    .unwrap();
    build(&project, &[])
        .expect_code(2)
        .expect_complaint("ece-tools' transfer step has run already");
    assert!(project.has(FLAG));
}

#[test]
fn configuration_that_is_wrong_ends_with_ece_tools_codes() {
    for (text, code, complaint) in [
        (
            "stage: {build: {SCD_THREADS: '2'}}",
            10,
            "Use the following type: integer.",
        ),
        (
            "stage:\n  build: [\n",
            4,
            "cannot read `.magento.env.yaml`, line ",
        ),
        (
            "stage:\n  build:\n    SCD_THREADS: !php/const PHP_INT_SIZE\n",
            4,
            "`.magento.env.yaml`, line 3: scd does not know PHP's constants",
        ),
        (
            "stage: {build: {SCD_MATRIX: {Acme/shop: {language: de_DE}}}}",
            10,
            "must be a list",
        ),
    ] {
        let project = project();
        project.write(FLAG, "").write(".magento.env.yaml", text);
        build(&project, &[])
            .expect_code(code)
            .expect_complaint(complaint);
        assert!(!project.has(FLAG), "{text}");
    }
}

#[test]
fn a_signal_leaves_either_the_old_tree_without_a_flag_or_the_new_one_with_it() {
    let project = project();
    for index in 0..60 {
        project.write(
            &format!("app/design/frontend/Acme/base/web/css/page-{index}.less"),
            "@import 'source/_theme';\n.a { color: darken(@accent, 1%); }\n",
        );
    }
    build(&project, &["--content-version=1"]).expect_code(0);
    for delay in [0, 2, 5, 10, 20, 40, 80, 160] {
        project.write(FLAG, "");
        let root = project.root();
        let mut child = Command::new(SCD)
            .args(["cloud", "build", "--content-version=2", "--root"])
            .arg(&root)
            .env_clear()
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while project.has(FLAG) {
            thread::yield_now();
        }
        thread::sleep(Duration::from_millis(delay));
        let id = child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        let code = child.wait().unwrap().code();
        let version = project.read("pub/static/deployed_version.txt");
        match code {
            Some(0) => assert!(project.has(FLAG) && version == "2"),
            // 130, or no code where the signal came before it was listened to.
            Some(130) | None => assert!(!project.has(FLAG), "after {delay} ms"),
            other => panic!("{other:?} after {delay} ms"),
        }
        assert_eq!(packages(&project).len(), 11);
        build(&project, &["--content-version=1"]).expect_code(0);
    }
}
