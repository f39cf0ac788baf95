//! Findings about `.magento.app.yaml` and the version of ece-tools: hooks and mounts.

use scd::diagnostic::{Diagnostic, Place, Severity};

use super::super::platform::APPLICATION_FILE;
use super::super::request::compression_level;
use super::super::wizard::NO_POST_DEPLOY_HOOK;
use super::{Findings, Patient};

/// What a hook that runs scd holds.
const COMMAND: &str = "scd cloud build";

pub(super) fn look(patient: &Patient, findings: &mut Findings) {
    version(patient, findings);
    if !patient.platform.has_application() {
        findings.add(
            "no-application",
            Diagnostic::new(
                Severity::Note,
                format!("neither `MAGENTO_CLOUD_APPLICATION` nor `{APPLICATION_FILE}` is there, so hooks and mounts are not checked"),
            ),
        );
        return;
    }
    post_deploy(patient, findings);
    mounts(patient, findings);
    build(patient, findings);
    deploy(patient, findings);
}

fn place(patient: &Patient) -> Place {
    Place::file(patient.root.join(APPLICATION_FILE))
}

fn version(patient: &Patient, findings: &mut Findings) {
    match &patient.ece_tools {
        None => findings.add(
            "ece-tools-unknown",
            Diagnostic::new(Severity::Note, "`composer.lock` names no `magento/ece-tools`; the newest one known, 2002.1.17, is assumed"),
        ),
        Some(_) if !patient.has_ece_tools([2002, 1, 0]) => findings.add(
            "ece-tools-old",
            Diagnostic::warning("the installed ece-tools is older than 2002.1.0, which hands static content over in other ways")
                .at(Place::file(patient.root.join("composer.lock")))
                .with_hint("run `composer update magento/ece-tools --with-dependencies`"),
        ),
        Some(_) => {}
    }
}

fn post_deploy(patient: &Patient, findings: &mut Findings) {
    if !patient.platform.has_post_deploy_hook() {
        findings.add(
            "post-deploy-hook",
            Diagnostic::warning(NO_POST_DEPLOY_HOOK)
                .at(place(patient))
                .with_hint("add `post_deploy: php ./vendor/bin/ece-tools run scenario/post-deploy.xml` to `hooks`, so that caches are cleaned and warmed outside of maintenance mode; ece-tools looks for `/ece-tools` in it"),
        );
    }
}

fn mounts(patient: &Patient, findings: &mut Findings) {
    if patient.platform.has_mount("pub/static") {
        return;
    }
    let hint = "add `pub/static: 'shared:files/static'` to `mounts`";
    if patient.ece_tools.is_none() || patient.has_ece_tools([2002, 1, 17]) {
        findings.add(
            "pub-static-not-mounted",
            Diagnostic::error("`pub/static` is no mount, and ece-tools from 2002.1.17 on empties it in the transfer step all the same: the shop would have no static content")
                .at(place(patient))
                .with_hint(hint),
        );
    } else {
        findings.add(
            "pub-static-not-mounted",
            Diagnostic::warning("`pub/static` is no mount, so it is read-only in the shop: merging of files does not work, and ece-tools from 2002.1.17 on would empty it")
                .at(place(patient))
                .with_hint(hint),
        );
    }
}

fn build(patient: &Patient, findings: &mut Findings) {
    let Some(hook) = patient.platform.hook("build") else {
        return;
    };
    let hook = &without_comments(hook);
    let Some(here) = hook.find(COMMAND) else {
        findings.add(
            "build-hook",
            Diagnostic::new(
                Severity::Note,
                format!("the build hook does not run `{COMMAND}`, so PHP makes the static content"),
            )
            .at(place(patient))
            .with_hint("see docs/cloud.md for the hook"),
        );
        return;
    };
    let first = |words: [&str; 2]| words.iter().filter_map(|word| hook.find(word)).min();
    let generate = first(["build/generate.xml", "build:generate"]);
    let transfer = first(["build/transfer.xml", "build:transfer"]);
    let is_between = generate.is_some_and(|at| at < here) && transfer.is_some_and(|at| here < at);
    if !is_between {
        findings.add(
            "build-hook-order",
            Diagnostic::error(format!("`{COMMAND}` does not stand between ece-tools' generate and transfer steps: before, its flag is deleted; behind, nobody takes its files over"))
                .at(place(patient))
                .with_hint("write `php ./vendor/bin/ece-tools run scenario/build/generate.xml` before it and `… scenario/build/transfer.xml` behind it"),
        );
    }
    if !hook.contains("set -e") {
        findings.add(
            "build-hook-set-e",
            Diagnostic::warning("the build hook goes on after a command that fails, and would put a broken release live")
                .at(place(patient))
                .with_hint("begin it with `set -e`"),
        );
    }
    let line = hook
        .lines()
        .find(|line| line.contains("build/generate.xml"))
        .unwrap_or_default();
    let has_scenario = line.matches(".xml").count() > 1;
    if !patient.file.build_flag("SKIP_SCD", false) && !has_scenario {
        findings.add(
            "php-deploys-too",
            Diagnostic::warning("nothing keeps ece-tools from making the static content with PHP before scd makes it again")
                .at(place(patient))
                .with_hint("set `SKIP_SCD: true` in the stage global, or leave the step out with a scenario file; see docs/cloud.md"),
        );
    }
    let command = hook[here..].lines().next().unwrap_or_default();
    if command.contains("--compress")
        && command.contains("gzip")
        && compression_level(&patient.file) != 0
    {
        findings.add(
            "gz-conflict",
            Diagnostic::error("scd writes `.gz` files, and ece-tools' transfer step, which compresses too, fails where it finds any")
                .at(patient.place_of("SCD_COMPRESSION_LEVEL"))
                .with_hint("set `SCD_COMPRESSION_LEVEL: 0` in the stage build"),
        );
    }
}

fn deploy(patient: &Patient, findings: &mut Findings) {
    let runs_scd = |name: &&str| {
        let hook = patient
            .platform
            .hook(name)
            .map(without_comments)
            .unwrap_or_default();
        hook.contains(COMMAND) || hook.contains("scd deploy")
    };
    for name in ["deploy", "post_deploy"].into_iter().filter(runs_scd) {
        findings.add(
            "scd-in-deploy",
            Diagnostic::error(format!(
                "the hook `{name}` runs scd, where the shop waits for it and the image is read-only"
            ))
            .at(place(patient))
            .with_hint("run it in the build hook"),
        );
    }
}

fn without_comments(hook: &str) -> String {
    let code = |line: &str| !line.trim_start().starts_with('#');
    let lines: Vec<&str> = hook.lines().filter(|line| code(line)).collect();
    lines.join("\n")
}
