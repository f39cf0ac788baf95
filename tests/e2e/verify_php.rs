//! `scd verify --php`, with a stand-in for PHP: a script that puts what it is told to where Magento would deploy.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use scd_tests::fixture::Fixture;
use scd_tests::run::{Run, run};
use scd_tests::shop::shop;
use tempfile::TempDir;

use crate::SCD;

/// A shop that is deployed already, what a deploy of it makes, and the stand-in for PHP.
struct Stage {
    shop: Fixture,
    beside: TempDir,
}

impl Stage {
    /// PHP makes the same as scd, then does what the shell text says.
    fn new(last_act: &str) -> Self {
        let shop = shop();
        shop.write("bin/magento", "#!/usr/bin/env php\n")
            .write("vendor/autoload.php", "<?php\n");
        shop.deploy(SCD, &["en_US"]).expect_code(0);
        let stage = Self {
            shop,
            beside: tempfile::tempdir().unwrap(),
        };
        let (packages, templates) = (stage.beside("static"), stage.beside("templates"));
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let options = [
            "--static",
            &text(&packages),
            "--templates",
            &text(&templates),
        ];
        let mut arguments = options.to_vec();
        arguments.push("en_US");
        stage.shop.deploy(SCD, &arguments).expect_code(0);
        let script = format!(
            "#!/bin/sh\nset -e\nfile=${{2#auto_prepend_file=}}\n\
             place() {{ sed -n \"s/.*'$1' => \\['path' => '\\(.*\\)'\\],/\\1/p\" \"$file\"; }}\n\
             echo \"$@\" > {asked}\n\
             static=$(place static); templates=$(place view_preprocessed); root=$(place base)\n\
             cp -R {packages}/. \"$static\"; mkdir -p \"$templates\"; cp -R {templates}/. \"$templates\"\n\
             echo 'Deploy using quick strategy'; echo 'frontend/Acme/base/en_US   9/9   ===> 100%  1 sec'\n\
             {last_act}\n",
            asked = text(&stage.beside("asked.txt")),
            packages = text(&packages),
            templates = text(&templates),
        );
        fs::write(stage.php(), script).unwrap();
        fs::set_permissions(stage.php(), fs::Permissions::from_mode(0o755)).unwrap();
        stage
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.beside.path().join(name)
    }

    fn php(&self) -> PathBuf {
        self.beside("php")
    }

    fn verify(&self, more: &[&str]) -> Run {
        let (root, php) = (self.shop.root(), format!("--php={}", self.php().display()));
        let mut arguments = vec!["verify", &php, "-f", "--root", root.to_str().unwrap()];
        arguments.extend(more);
        let path = std::env::var("PATH").unwrap_or_default();
        run(SCD, &arguments, &[("PATH", &path)])
    }

    /// Everything in the root: content, inode, times.
    fn live(&self) -> BTreeMap<PathBuf, (Vec<u8>, u64, i64, i64)> {
        let mut found = BTreeMap::new();
        let mut open = vec![self.shop.root()];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                let about = fs::metadata(&path).unwrap();
                let content = if about.is_dir() {
                    open.push(path.clone());
                    Vec::new()
                } else {
                    fs::read(&path).unwrap()
                };
                let times = (about.ino(), about.mtime(), about.mtime_nsec());
                found.insert(path, (content, times.0, times.1, times.2));
            }
        }
        found
    }
}

#[test]
fn equal_deploys_are_equal_and_the_root_stays_as_it_is() {
    let stage = Stage::new("");
    let before = stage.live();
    let run = stage.verify(&[
        "-s",
        "quick",
        "-t",
        "Acme/base",
        "--no-less",
        "-j",
        "2",
        "en_US",
    ]);
    let run = run.expect_code(0);
    assert!(run.stdout.contains("the trees are equal"), "{}", run.stdout);
    for name in ["PHP", "scd"] {
        let row = run
            .stdout
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap();
        assert_eq!(row.split_whitespace().count(), 3, "{}", run.stdout);
    }
    assert_eq!(stage.live(), before);
    let asked = fs::read_to_string(stage.beside("asked.txt")).unwrap();
    let (_, arguments) = asked.split_once("bin/magento ").unwrap();
    assert_eq!(
        arguments,
        "setup:static-content:deploy --no-ansi --no-interaction --force --no-less --strategy=quick --jobs=2 \
         --theme=Acme/base -- en_US\n"
    );
}

#[test]
fn a_difference_is_seen_in_every_form() {
    let stage =
        Stage::new("echo 'b{color:red}' > \"$static/frontend/Acme/base/en_US/css/<i>.css\"");
    let (json, html) = (stage.beside("result.json"), stage.beside("result.html"));
    let missing = "frontend/Acme/base/en_US/css/<i>.css";
    let run = stage.verify(&["en_US"]).expect_code(1);
    assert!(
        run.stdout.contains(&format!("missing   {missing}")),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("the trees differ"));
    let to = |format: &str, file: &Path| {
        let (format, file) = (format!("--format={format}"), file.to_str().unwrap());
        let run = stage
            .verify(&[&format, "--output", file, "en_US"])
            .expect_code(1);
        assert_eq!(run.stdout, "");
        fs::read_to_string(file).unwrap()
    };
    let result: serde_json::Value = serde_json::from_str(&to("json", &json)).unwrap();
    assert_eq!(result["equal"], false);
    assert_eq!(result["total"]["missing"], 1);
    assert!(result["runs"]["php"]["wall_seconds"].as_f64().unwrap() > 0.0);
    assert!(result["runs"]["scd"]["cpu_seconds"].is_number());
    let page = to("html", &html);
    assert!(
        page.contains("css/&lt;i&gt;.css") && !page.contains("<i>"),
        "{page}"
    );
    assert!(
        !page.contains("http") && !page.contains("src="),
        "it needs nothing besides itself"
    );
}

#[test]
fn complaints_of_a_php_that_ends_with_0_are_told() {
    let stage = Stage::new("echo 'Compilation from source: /x/broken.less' >&2");
    let run = stage.verify(&["en_US"]).expect_code(0);
    assert!(
        run.stdout
            .contains("  Compilation from source: /x/broken.less"),
        "{}",
        run.stdout
    );
}

#[test]
fn the_trees_can_be_kept() {
    let stage = Stage::new("");
    let kept = stage.beside("kept");
    let arguments = ["--scratch", kept.to_str().unwrap(), "en_US"];
    stage.verify(&arguments).expect_code(0);
    for tree in ["php/static", "scd/static"] {
        assert!(
            kept.join(tree)
                .join("frontend/Acme/base/en_US/css/plain.min.css")
                .is_file()
        );
    }
    stage
        .verify(&arguments)
        .expect_code(2)
        .expect_complaint("is not empty");
}

#[test]
fn runs_that_could_not_be_done_end_with_2() {
    let stage = Stage::new("echo 'Error happened during deploy process: no luck'; exit 1");
    stage
        .verify(&["en_US"])
        .expect_code(2)
        .expect_complaint("Error happened during deploy process: no luck");
    let stage = Stage::new("touch \"$root/pub/static/.htaccess\"");
    stage
        .verify(&["en_US"])
        .expect_code(2)
        .expect_complaint("pub/static/.htaccess` has changed");
    fs::remove_file(stage.php()).unwrap();
    stage
        .verify(&["en_US"])
        .expect_code(2)
        .expect_complaint("cannot run");
    stage.shop.remove("vendor/autoload.php");
    stage
        .verify(&["en_US"])
        .expect_code(2)
        .expect_complaint("vendor/autoload.php");
    stage.shop.remove("bin/magento");
    stage
        .verify(&["en_US"])
        .expect_code(2)
        .expect_complaint("bin/magento");
    stage
        .verify(&["--static", "/x", "en_US"])
        .expect_code(2)
        .expect_complaint("--scratch");
}

#[test]
fn options_of_a_deploy_go_with_php_alone() {
    run(SCD, &["verify", "--against", "/", "en_US"], &[])
        .expect_code(2)
        .expect_complaint("--php");
    run(SCD, &["verify"], &[]).expect_code(2);
}
