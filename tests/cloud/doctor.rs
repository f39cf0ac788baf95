//! Each finding of `scd doctor`, brought about once.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use scd_tests::fixture::{Fixture, copy_tree};
use serde_json::Value;

use crate::project::{FLAG, build, edit, project, scd};

/// The findings' names with their severities, as JSON says them.
fn findings(project: &Fixture, code: i32, environment: &[(&str, &str)]) -> Vec<String> {
    let run = scd(project, &["doctor", "--format=json"], environment).expect_code(code);
    let report: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    let list = report["findings"].as_array().expect("a list");
    list.iter()
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap_or_default();
            assert!(!text("message").is_empty());
            format!("{} {}", text("severity"), text("id"))
        })
        .collect()
}

/// The same without the one that the project has by itself.
#[track_caller]
fn expect(project: &Fixture, code: i32, environment: &[(&str, &str)], expected: &[&str]) {
    let mut found = findings(project, code, environment);
    found.retain(|finding| finding != "note scd-options-ignored");
    assert_eq!(found, expected);
}

#[test]
fn a_sound_project_has_no_errors_before_and_after_a_build() {
    let project = project();
    expect(&project, 0, &[], &[]);
    build(&project, &[]).expect_code(0);
    expect(&project, 0, &[], &[]);
    let text = scd(&project, &["doctor"], &[]).expect_code(0).stdout;
    assert!(text.ends_with("0 errors, 0 warnings, 1 notes\n"), "{text}");
}

#[test]
fn settings() {
    for (from, to, code, expected) in [
        (
            "SKIP_SCD: true",
            "SCD_EXCLUDE_THEMES: x",
            1,
            vec!["error env-yaml-invalid", "warning php-deploys-too"],
        ),
        (
            "SKIP_SCD: true",
            "SKIP_SCD: false",
            0,
            vec!["warning php-deploys-too"],
        ),
        (
            "SCD_ON_DEMAND: false",
            "SCD_ON_DEMAND: true",
            0,
            vec!["warning scd-on-demand"],
        ),
        (
            "SKIP_HTML_MINIFICATION: true",
            "SKIP_HTML_MINIFICATION: false",
            0,
            vec!["warning html-minification"],
        ),
        (
            "SCD_ON_DEMAND: false",
            "CLEAN_STATIC_FILES: false",
            0,
            vec!["warning clean-static-files"],
        ),
        (
            "SCD_THREADS: -1",
            "SCD_USE_BALER: true",
            0,
            vec!["warning baler"],
        ),
        (
            "SCD_THREADS: -1",
            "SCD_THREADS: !php/const PHP_INT_SIZE",
            1,
            vec!["error php-constant"],
        ),
        ("Acme/outlet:", "Acme/oulet:", 1, vec!["error matrix-theme"]),
        (
            "Acme/outlet:",
            "acme/outlet:",
            0,
            vec!["warning matrix-case", "warning matrix-case"],
        ),
        ("[fr_FR, it_IT]", "fr_FR", 1, vec!["error matrix-invalid"]),
        (
            "stage:",
            "stage: [",
            1,
            vec!["error env-yaml-unreadable", "warning php-deploys-too"],
        ),
    ] {
        let project = project();
        edit(&project, from, to);
        expect(&project, code, &[], &expected);
    }
    let project = project();
    project.write("build_options.ini", "");
    expect(&project, 0, &[], &["warning build-options-ini"]);
    project.remove("build_options.ini");
    let variables = [
        ("CONFIG__DEFAULT__DEV__JS__MINIFY_FILES", "0"),
        ("MAGE_MODE", "developer"),
    ];
    let found = findings(&project, 0, &variables);
    assert!(
        found.contains(&"warning config-variables".to_owned()),
        "{found:?}"
    );
    assert!(found.contains(&"warning mage-mode".to_owned()), "{found:?}");
    project.write(
        "app/etc/config.php",
        "<?php return ['modules' => ['Acme_One' => 1]];",
    );
    expect(&project, 1, &[], &["error no-scopes"]);
}

#[test]
fn hooks_and_mounts() {
    let cases: [(&str, &str, i32, &[&str]); 9] = [
        (
            "php ./vendor/bin/ece-tools run scenario/post-deploy.xml",
            "ece-tools post-deploy",
            0,
            &["warning post-deploy-hook"],
        ),
        (
            "  pub/static: 'shared:files/static'\n",
            "",
            1,
            &["error pub-static-not-mounted"],
        ),
        ("    set -e\n", "", 0, &["warning build-hook-set-e"]),
        (
            "./bin/scd cloud build",
            "# scd cloud build",
            0,
            &["note build-hook"],
        ),
        (
            "run scenario/build/transfer.xml",
            "list",
            1,
            &["error build-hook-order"],
        ),
        (
            "run scenario/build/generate.xml",
            "build",
            1,
            &["error build-hook-order"],
        ),
        (
            "./bin/scd cloud build",
            "./bin/scd cloud build --compress=gzip",
            1,
            &["error gz-conflict"],
        ),
        (
            "run scenario/deploy.xml",
            "run scenario/deploy.xml\n    ./bin/scd cloud build",
            1,
            &["error scd-in-deploy"],
        ),
        (
            "name:",
            "hooks: [\nname:",
            1,
            &["error platform-unreadable", "note no-application"],
        ),
    ];
    for (from, to, code, expected) in cases {
        let project = project();
        let text = project.read(".magento.app.yaml");
        assert!(text.contains(from), "{from}");
        project.write(".magento.app.yaml", text.replace(from, to));
        expect(&project, code, &[], expected);
    }
    let project = project();
    let lock = project.read("composer.lock");
    project.write("composer.lock", lock.replace("2002.1.17", "2002.0.20"));
    expect(&project, 0, &[], &["warning ece-tools-old"]);
    project.write("composer.lock", "{}");
    expect(&project, 0, &[], &["note ece-tools-unknown"]);
}

#[test]
fn trees() {
    let project = project();
    project.write(FLAG, "");
    expect(&project, 1, &[], &["error flag-without-content"]);
    build(&project, &[]).expect_code(0);
    project.write("pub/static/deployed_version.txt", "1.2-beta");
    expect(&project, 1, &[], &["error version-not-digits"]);
    project.write("pub/static/deployed_version.txt", "");
    expect(&project, 1, &[], &["error no-version"]);
    project.write("pub/static/deployed_version.txt", "1");
    project.write("pub/static/_cache/merged/a.js", "x");
    expect(&project, 0, &[], &["warning cache-in-build"]);
    fs::remove_dir_all(project.root().join("pub/static/_cache")).unwrap();
    let link = project.root().join("pub/static/frontend/Acme/link");
    symlink("/", &link).unwrap();
    expect(&project, 1, &[], &["error directory-links"]);
    fs::remove_file(link).unwrap();
    let styles = "pub/static/frontend/Acme/shop/en_US/css/styles.min.css";
    project.write(&format!("{styles}.gz"), "x");
    expect(&project, 1, &[], &["error gz-conflict"]);
    edit(&project, "SCD_THREADS: -1", "SCD_COMPRESSION_LEVEL: 0");
    expect(&project, 0, &[], &[]);
    // The size counts: 300 bytes are not compressed, 301 are.
    edit(
        &project,
        "SCD_COMPRESSION_LEVEL: 0",
        "SCD_COMPRESSION_LEVEL: 1",
    );
    project.write(styles, [b'x'; 300]);
    expect(&project, 0, &[], &[]);
    project.write(styles, [b'x'; 301]);
    expect(&project, 1, &[], &["error gz-conflict"]);
}

#[test]
fn empty_directories_and_templates() {
    let project = project();
    fs::create_dir_all(project.root().join("pub/media")).unwrap();
    fs::create_dir_all(project.root().join("var/view_preprocessed")).unwrap();
    expect(&project, 1, &[], &["error empty-directory"]);
    project.write("pub/media/logo.png", "x");
    expect(&project, 0, &[], &[]);
    edit(
        &project,
        "SKIP_HTML_MINIFICATION: true",
        "SKIP_HTML_MINIFICATION: false",
    );
    expect(
        &project,
        1,
        &[],
        &["error empty-directory", "warning html-minification"],
    );
    build(&project, &[]).expect_code(0);
    expect(&project, 0, &[], &["warning html-minification"]);
    let config = project.read("app/etc/config.php");
    project.write(
        "app/etc/config.php",
        config.replace(
            "'dev' => [",
            "'dev' => ['template' => ['minify_html' => '1'], ",
        ),
    );
    expect(&project, 0, &[], &["warning html-minification"]);
    fs::remove_dir_all(project.root().join("var/view_preprocessed")).unwrap();
    expect(
        &project,
        1,
        &[],
        &["error templates-missing", "warning html-minification"],
    );
}

#[test]
fn read_only_directories_and_links_out_of_cleared_ones() {
    let project = project();
    let target = project.root().join("pub/static");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o555)).unwrap();
    expect(&project, 0, &[], &["warning pub-static-read-only"]);
    let config = project.read("app/etc/config.php");
    project.write(
        "app/etc/config.php",
        config.replace("'css' => [", "'css' => ['merge_css_files' => '1', "),
    );
    expect(&project, 1, &[], &["error pub-static-read-only"]);
    fs::set_permissions(&target, fs::Permissions::from_mode(0o755)).unwrap();
    expect(&project, 0, &[], &[]);
    fs::create_dir_all(project.root().join("var")).unwrap();
    symlink("/", project.root().join("var/link")).unwrap();
    expect(&project, 1, &[], &["error directory-links"]);
}

#[test]
fn what_a_deploy_did_not_link() {
    let project = project();
    build(&project, &[]).expect_code(0);
    // As ece-tools' transfer step leaves it.
    for directory in ["app/etc", "pub/static"] {
        let to = project.root().join("init").join(directory);
        copy_tree(&project.root().join(directory), &to);
    }
    let target = project.root().join("pub/static");
    fs::remove_dir_all(target.join("frontend")).unwrap();
    expect(&project, 1, &[], &["error not-linked"]);
    symlink(
        project.root().join("init/pub/static/frontend"),
        target.join("frontend"),
    )
    .unwrap();
    expect(&project, 0, &[], &[]);
    fs::remove_dir_all(project.root().join("init/pub/static")).unwrap();
    expect(&project, 1, &[], &["error init-missing"]);
}

#[test]
fn what_cannot_be_read() {
    let project = project();
    let config = project.read("app/etc/config.php");
    project.write("app/etc/config.php", "<?php return [");
    let found = findings(&project, 1, &[]);
    assert!(
        found.contains(&"error config-php-unreadable".to_owned()),
        "{found:?}"
    );
    assert!(
        !found.contains(&"warning no-config-php".to_owned()),
        "{found:?}"
    );
    project.write("app/etc/config.php", config);
    project.write(
        "app/code/Acme/One/registration.php",
        "<?php ComponentRegistrar::register(",
    );
    let found = findings(&project, 1, &[]);
    assert!(
        found.contains(&"error root-unreadable".to_owned()),
        "{found:?}"
    );
}

#[test]
fn customised_pre_processors() {
    let project = project();
    project.write(
        "app/code/Acme/One/etc/di.xml",
        "<?xml version=\"1.0\"?>\n<config><type name=\"Magento\\Framework\\View\\Asset\\PreProcessor\\Pool\"><plugin name=\"x\" type=\"Acme\\One\\Plugin\"/></type></config>\n",
    );
    expect(&project, 1, &[], &["error customised"]);
}

#[test]
fn outside_of_the_cloud_only_the_tree_counts() {
    let project = project();
    for file in [".magento.env.yaml", ".magento.app.yaml", "composer.lock"] {
        project.remove(file);
    }
    expect(&project, 0, &[], &[]);
    project.write("pub/static/deployed_version.txt", "abc");
    symlink("/", project.root().join("pub/static/link")).unwrap();
    expect(&project, 1, &[], &["error version-not-digits"]);
    let nowhere = Fixture::empty();
    scd(&nowhere, &["doctor"], &[])
        .expect_code(2)
        .expect_complaint("is not a Magento root");
}
