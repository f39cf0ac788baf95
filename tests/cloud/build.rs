//! What a build makes and leaves behind.

use std::fs;

use crate::project::{FLAG, build, edit, files, packages, project, scd};

/// What the matrix, `config.php` and inheritance come to.
const PACKAGES: [&str; 11] = [
    "adminhtml/Acme/admin/en_US",
    "frontend/Acme/base/de_DE",
    "frontend/Acme/base/en_US",
    "frontend/Acme/base/fr_FR",
    "frontend/Acme/base/it_IT",
    "frontend/Acme/outlet/fr_FR",
    "frontend/Acme/outlet/it_IT",
    "frontend/Acme/shop/de_DE",
    "frontend/Acme/shop/en_US",
    "frontend/Acme/shop/fr_FR",
    "frontend/Acme/shop/it_IT",
];

#[test]
fn three_themes_and_four_locales_become_one_plan() {
    let project = project();
    let plan = scd(&project, &["cloud", "plan"], &[]).expect_code(0);
    for line in [
        "default locale en_US: the administrator's locale\n",
        "default locale de_DE: `system/default/general/locale/code` of app/etc/config.php\n",
        "adminhtml/Acme/admin/en_US                    3 files  SCD_MATRIX, .magento.env.yaml:12\n",
        "frontend/Acme/base/de_DE                      3 files  default locale de_DE\n",
        "frontend/Acme/base/it_IT                      3 files  parent of Acme/outlet\n",
        "frontend/Acme/outlet/it_IT                    4 files  SCD_MATRIX, .magento.env.yaml:16\n",
        "11 packages, 34 files and 0 templates (SKIP_HTML_MINIFICATION), 7 jobs\n",
    ] {
        assert!(plan.stdout.contains(line), "{line} in\n{}", plan.stdout);
    }
    assert!(!project.has("pub/static/frontend") && !project.has(FLAG));
}

#[test]
fn a_build_leaves_the_packages_a_numeric_version_and_the_flag() {
    let project = project();
    let run = build(&project, &[]).expect_code(0);
    let at = |text: &str| {
        run.stdout
            .find(text)
            .unwrap_or_else(|| panic!("{text} in\n{}", run.stdout))
    };
    assert!(at("Generating fresh static content") < at("End of generating fresh static content"));
    assert_eq!(packages(&project), PACKAGES);
    assert_eq!(project.read("pub/static/.htaccess"), "# kept\n");
    let version = project.read("pub/static/deployed_version.txt");
    assert!(
        !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()),
        "{version}"
    );
    assert!(project.has(FLAG));
    assert!(!project.has("var/view_preprocessed"));
    assert!(files(&project).iter().all(|file| !file.ends_with(".gz")));
    // The theme's own colour, and that of its parent.
    let css = |theme: &str| {
        project.read(&format!(
            "pub/static/frontend/Acme/{theme}/fr_FR/css/styles.min.css"
        ))
    };
    assert!(
        css("shop").contains("#a00") && css("outlet").contains("#a00"),
        "{}",
        css("shop")
    );
    assert!(css("base").contains("#222"));
}

#[test]
fn the_flag_is_younger_than_everything_else() {
    let project = project();
    build(&project, &[]).expect_code(0);
    let modified = |path: &str| {
        fs::metadata(project.root().join(path))
            .unwrap()
            .modified()
            .unwrap()
    };
    let flag = modified(FLAG);
    for file in files(&project)
        .iter()
        .filter(|file| !file.ends_with(".htaccess"))
    {
        assert!(modified(file) <= flag, "{file}");
    }
    assert!(modified("pub/static/deployed_version.txt") <= flag);
}

#[test]
fn nothing_of_earlier_runs_stays_but_dot_files() {
    let project = project();
    build(&project, &[]).expect_code(0);
    let first = project.published();
    project
        .write("pub/static/frontend/Old/theme/en_US/a.js", "old")
        .write("pub/static/frontend/Acme/shop/nl_NL/a.js", "old")
        .write("pub/static/frontend/Acme/shop/fr_FR/old.js", "old")
        .write("pub/static/frontend/stray.js", "old")
        .write("pub/static/_cache/merged/a.js", "old")
        .write("pub/static/stray.js.gz", "old")
        .write("pub/static/.kept", "kept")
        .write("var/view_preprocessed/pub/static/app/old.phtml", "old");
    std::os::unix::fs::symlink("/", project.root().join("pub/static/link")).unwrap();
    build(&project, &[]).expect_code(0);
    let mut second = project.published();
    assert_eq!(
        second.remove("pub/static/.kept").as_deref(),
        Some(b"kept".as_slice())
    );
    let names: Vec<&String> = second.keys().collect();
    assert_eq!(names, first.keys().collect::<Vec<_>>());
    assert!(second == first, "equal names, other bytes");
    for path in [
        "pub/static/frontend/Old",
        "pub/static/_cache",
        "pub/static/link",
        "var/view_preprocessed",
    ] {
        assert!(
            fs::symlink_metadata(project.root().join(path)).is_err(),
            "{path}"
        );
    }
}

#[test]
fn a_smaller_matrix_leaves_fewer_packages() {
    let project = project();
    build(&project, &[]).expect_code(0);
    edit(&project, "[en_US, de_DE, fr_FR, it_IT]", "[en_US]");
    edit(&project, "[fr_FR, it_IT]", "[]");
    build(&project, &[]).expect_code(0);
    assert_eq!(
        packages(&project),
        [
            "adminhtml/Acme/admin/en_US",
            "frontend/Acme/base/de_DE",
            "frontend/Acme/base/en_US",
            "frontend/Acme/shop/en_US"
        ]
    );
}

#[test]
fn a_failure_takes_the_flag_away_and_leaves_the_old_tree() {
    let project = project();
    build(&project, &[]).expect_code(0);
    let before = project.published();
    project.write(
        "app/design/frontend/Acme/shop/web/css/source/_theme.less",
        "@accent: @nowhere;\n",
    );
    build(&project, &[])
        .expect_code(19)
        .expect_complaint("variable @nowhere is undefined")
        .expect_complaint("the sources have errors; nothing was published");
    assert!(!project.has(FLAG));
    assert!(project.published() == before);
}

#[test]
fn a_typo_in_a_theme_is_an_error_with_the_nearest_name() {
    let project = project();
    build(&project, &[]).expect_code(0);
    edit(&project, "Acme/outlet:", "Acme/outlte:");
    build(&project, &[])
        .expect_code(10)
        .expect_complaint("Unable to resolve Acme/outlte to an available theme.\n  --> .magento.env.yaml:16\n  hint: did you mean `Acme/outlet`?");
    assert!(!project.has(FLAG));
}

#[test]
fn other_letters_are_corrected_with_ece_tools_words() {
    let project = project();
    edit(&project, "Acme/outlet:", "acme/Outlet:");
    build(&project, &[])
        .expect_code(0)
        .expect_complaint("Theme acme/Outlet does not exist, attempting to resolve.")
        .expect_complaint("Theme found as Acme/outlet.  Using corrected name instead.");
    assert_eq!(packages(&project), PACKAGES);
}

#[test]
fn templates_are_minified_only_where_they_are_wanted() {
    let project = project();
    edit(
        &project,
        "SKIP_HTML_MINIFICATION: true",
        "SKIP_HTML_MINIFICATION: false",
    );
    build(&project, &[]).expect_code(0);
    let template =
        "var/view_preprocessed/pub/static/app/code/Acme/One/view/frontend/templates/a.phtml";
    assert_eq!(project.read(template), "<p><?= 1 ?></p>");
    project.write("var/view_preprocessed/pub/static/vendor/old.phtml", "old");
    build(&project, &[]).expect_code(0);
    assert!(project.has(template));
    assert!(!project.has("var/view_preprocessed/pub/static/vendor"));
    // Without any template the directory goes: an empty one kills ece-tools' transfer step.
    project.remove("app/code/Acme/One/view/frontend/templates/a.phtml");
    build(&project, &[]).expect_code(0);
    assert!(!project.has("var/view_preprocessed"));
}

#[test]
fn gzip_is_written_only_where_ece_tools_does_not_compress() {
    let project = project();
    build(&project, &["--compress=gzip"])
        .expect_code(20)
        .expect_complaint("`SCD_COMPRESSION_LEVEL: 0`");
    assert!(!project.has(FLAG) && !project.has("pub/static/frontend"));
    build(&project, &["--compress=brotli"]).expect_code(0);
    let styles = "pub/static/frontend/Acme/shop/en_US/css/styles.min.css";
    assert!(project.has(&format!("{styles}.br")) && !project.has(&format!("{styles}.gz")));
    edit(
        &project,
        "SCD_THREADS: -1",
        "SCD_COMPRESSION_LEVEL: 0\n    SCD_COMPRESSION_TIMEOUT: 60",
    );
    build(&project, &["--compress=gzip:9,brotli"]).expect_code(0);
    assert!(project.has(&format!("{styles}.br")) && project.has(&format!("{styles}.gz")));
    build(&project, &[]).expect_code(0);
    assert!(
        files(&project)
            .iter()
            .all(|file| !file.ends_with(".gz") && !file.ends_with(".br"))
    );
}

#[test]
fn more_locales_may_be_named() {
    let project = project();
    build(&project, &["--locale=nl_NL"]).expect_code(0);
    assert_eq!(packages(&project).len(), PACKAGES.len() + 1);
    assert!(project.has("pub/static/frontend/Acme/base/nl_NL"));
    build(&project, &["--locale=xx_XX"])
        .expect_code(19)
        .expect_complaint("xx_XX");
    assert!(!project.has(FLAG));
}

#[test]
fn the_version_is_a_number() {
    let project = project();
    build(&project, &["--content-version=20261121"]).expect_code(0);
    assert_eq!(project.read("pub/static/deployed_version.txt"), "20261121");
    build(&project, &["--content-version=content"]).expect_code(0);
    let version = project.read("pub/static/deployed_version.txt");
    assert!(
        version.len() == 18 && version.bytes().all(|byte| byte.is_ascii_digit()),
        "{version}"
    );
    // What earlier runs left does not count, since it goes, and the file stays if it says the same.
    project.write("pub/static/frontend/Old/theme/en_US/a.js", "old");
    project.write("pub/static/frontend/Acme/shop/nl_NL/a.js", "old");
    build(&project, &["--content-version=content"]).expect_code(0);
    assert_eq!(project.read("pub/static/deployed_version.txt"), version);
    assert_eq!(packages(&project), PACKAGES);
    build(&project, &["--content-version=1.2"])
        .expect_code(2)
        .expect_complaint("must be a number");
    assert!(!project.has(FLAG));
}

#[test]
fn everything_left_out_is_no_failure() {
    let project = project();
    project.write(
        ".magento.env.yaml",
        "stage: {build: {SCD_MATRIX: {Acme/admin: [], Acme/base: [], Acme/shop: [], Acme/outlet: []}}}",
    );
    build(&project, &[]).expect_code(0);
    assert_eq!(files(&project), ["pub/static/.htaccess"]);
    assert!(project.has("pub/static/deployed_version.txt") && project.has(FLAG));
}

#[test]
fn a_time_limit_is_a_wish_and_verbosity_is_obeyed() {
    let project = project();
    edit(
        &project,
        "VERBOSE_COMMANDS: ''",
        "VERBOSE_COMMANDS: '-vvv'\n    SCD_MAX_EXECUTION_TIME: 0",
    );
    let run = build(&project, &[]).expect_code(0);
    // Single files are named from `-v` on.
    assert!(
        run.stdout.contains("Acme_One/js/one") || run.stdout.contains("one.js"),
        "{}",
        run.stdout
    );
}

#[test]
fn builds_share_results_although_nothing_is_kept_in_the_container() {
    let service = tempfile::tempdir().expect("a scratch directory");
    let remote = format!("--remote-cache=fs:{}", service.path().display());
    let [one, two] = [project(), project()].map(|project| {
        let report = project.root().join("../report.json");
        let report_option = format!("--report={}", report.display());
        build(&project, &[&remote, &report_option]).expect_code(0);
        assert!(!project.has("var/scd/v1"));
        let report: serde_json::Value =
            serde_json::from_slice(&fs::read(report).expect("it is there")).expect("it is JSON");
        (project.published(), report["reuse"].clone())
    });
    assert!(one.0 == two.0);
    assert_eq!(
        (&one.1["recalled_jobs"], &two.1["recalled_jobs"]),
        (&0.into(), &7.into())
    );
}
