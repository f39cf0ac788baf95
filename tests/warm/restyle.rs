//! Runs after which LESS files alone have changed: they compile what these files are part of and do nothing else, if that is
//! enough, and come to what a run from nothing comes to in any case.

use std::fs;

use scd::options::{Link, Options, Strategy};
use scd::report::Report;
use scd_tests::edits::{Editor, shop, with_strategy};
use scd_tests::fixture::Fixture;
use scd_tests::options::options;
use scd_tests::random::Random;
use scd_tests::say::say;

use crate::{compare, is_restyled};

const BASE: &str = "app/design/frontend/Acme/base/web/css";
const CHILD: &str = "app/design/frontend/Acme/child/web/css";
const X: &str = "app/design/frontend/Acme/base/web/css/source/_x.less";
const TWO: &str = "app/code/Acme/Two/view/base/web/css/source/_module.less";

/// A shop that was deployed twice, so that there is a spare.
fn deployed() -> (Fixture, Options) {
    let shop = shop();
    for (path, text) in [
        (
            "css/styles.less",
            "@import 'source/_x';\n@import 'source/_y';\n.a { color: @c; background: url('../images/i.png') }\n",
        ),
        ("css/source/_y.less", ".y { top: 1px }\n"),
        ("css/inline.min.css", ".inline { top: 0 }\n"),
        (
            "css/with.less",
            "@import (inline) 'inline.min.css';\n@import 'source/_y';\n",
        ),
        (
            "css/email.less",
            "@import 'source/_y';\n.m { background: url('{{base_url_path}}/images/i.png') }\n",
        ),
        ("css/named.less", "@import 'source/_named';\n"),
        (
            "css/source/_named.less",
            "@import 'Acme_Two::css/named.css';\n.n { top: 0 }\n",
        ),
    ] {
        shop.write(&format!("app/design/frontend/Acme/base/web/{path}"), text);
    }
    shop.write(
        "app/code/Acme/Two/view/base/web/css/named.css",
        ".named { top: 0 }\n",
    );
    crate::deploy(&shop, &["en_US"]).expect_code(0);
    let wanted = options();
    compare(&shop, &wanted).expect("nothing is wrong");
    shop.write("lib/web/lib.js", "var lib = 2;\n");
    compare(&shop, &wanted).expect("nothing is wrong");
    (shop, wanted)
}

/// Deploys after changes; whether that has compiled stylesheets again and done nothing else.
fn after(shop: &Fixture, wanted: &Options, changes: &[(&str, &str)]) -> (bool, Report) {
    for (path, text) in changes {
        shop.write(path, text);
    }
    let report = compare(shop, wanted).expect("nothing is wrong");
    (is_restyled(&report), report)
}

#[test]
fn changed_partials_are_compiled_and_nothing_else_is_done() {
    let (shop, wanted) = deployed();
    let styles = "pub/static/frontend/Acme/base/en_US/css/styles.min.css";
    let before = shop.read(styles);
    let (is_restyled, report) = after(&shop, &wanted, &[(X, "@c: #00ff00;\n")]);
    assert!(is_restyled && report.reuse.written_files > 0);
    assert!(report.reuse.recalled_jobs > 0 && shop.read(styles) != before);

    // Of both themes, of two files, through a module; and replaced by editors, which leaves other times on directories.
    let more = [
        (X, "@c: #000;\n"),
        (TWO, ".two { width: 3px; .mix() }\n.mix() { top: 1px }\n"),
    ];
    assert!(after(&shop, &wanted, &more).0);
    let beside = shop.root().join(X).with_extension("new");
    fs::write(&beside, "@c: #0000ff; @d: 1px;\n").expect("it can be written");
    fs::rename(&beside, shop.root().join(X)).expect("it can be renamed");
    assert!(after(&shop, &wanted, &[]).0);

    // What was made once is recalled.
    let (is_restyled, report) = after(&shop, &wanted, &[(X, "@c: #000;\n")]);
    assert!(is_restyled);
    assert_eq!(report.reuse.recalled_jobs, report.counts.job_count());
    let (is_restyled, report) = after(&shop, &wanted, &[(X, "@c: #000;\n")]);
    assert!(is_restyled, "only its time is another");
    assert_eq!(report.reuse.written_files, 1, "the version");
    assert!(after(&shop, &wanted, &[]).1.reuse.is_unchanged);

    // A url that leads into the package whose file it is.
    let y = [(&*format!("{BASE}/source/_y.less"), ".y { top: 4px }\n")];
    assert!(after(&shop, &wanted, &y).0);
    let email = shop.read("pub/static/frontend/Acme/child/en_US/css/email.min.css");
    assert!(email.contains("frontend/Acme/child/{{locale}}") && email.contains("top:4px"));
}

#[test]
fn warnings_come_and_go() {
    let (shop, wanted) = deployed();
    let y = &format!("{BASE}/source/_y.less");
    let is_warned = |report: &Report| {
        let mut messages = report.diagnostics.iter().map(|finding| &finding.message);
        messages.any(|message| message.contains("darkenn"))
    };
    for text in [".y { top: 2px }\n", ".y { top: 3px }\n"] {
        let warned = [(&**y, ".y { color: darkenn(red, 10%) }\n")];
        let (is_restyled, report) = after(&shop, &wanted, &warned);
        assert!(
            is_restyled && is_warned(&report),
            "{:?}",
            report.diagnostics
        );
        assert!(is_warned(&after(&shop, &wanted, &[]).1), "unchanged");
        assert!(
            is_warned(&after(&shop, &wanted, &[(X, "@c: #123;\n")]).1),
            "of another file"
        );
        let (is_restyled, report) = after(&shop, &wanted, &[(y, text)]);
        assert!(
            is_restyled && !is_warned(&report),
            "{:?}",
            report.diagnostics
        );
    }
}

#[test]
fn whatever_else_may_change_goes_the_long_way() {
    let y = &format!("{BASE}/source/_y.less");
    let cases: [(&str, &[(&str, &str)]); 10] = [
        ("an import more", &[(X, "@import '_y';\n@c: red;\n")]),
        (
            "an import less",
            &[(&format!("{BASE}/with.less"), "@import 'source/_y';\n")],
        ),
        (
            "a directive",
            &[(X, "//@magento_import 'source/_module.less';\n@c: red;\n")],
        ),
        (
            "a url",
            &[(y, ".y { background: url('../images/other.png') }\n")],
        ),
        (
            "a file more",
            &[
                (X, "@c: red;\n"),
                (&format!("{BASE}/source/_z.less"), "@z: 1;\n"),
            ],
        ),
        (
            "a script, too",
            &[(X, "@c: red;\n"), ("lib/web/lib.js", "var lib = 3;\n")],
        ),
        (
            "a file that is inserted as it is",
            &[(&format!("{BASE}/inline.min.css"), "i { top: 9px }\n")],
        ),
        (
            "a file that names CSS of a module",
            &[(
                &format!("{BASE}/source/_named.less"),
                "@import 'Acme_Two::css/named.css';\n.n { top: 7px }\n",
            )],
        ),
        (
            "another parent",
            &[
                (X, "@c: red;\n"),
                (
                    "app/design/frontend/Acme/child/theme.xml",
                    "<theme><title>child</title></theme>\n",
                ),
            ],
        ),
        (
            "an entry more",
            &[(&format!("{BASE}/one.less"), ".one { top: 0 }\n")],
        ),
    ];
    for (name, changes) in cases {
        let (shop, wanted) = deployed();
        assert!(!after(&shop, &wanted, changes).0, "{name}");
        // From there, it goes the short way again.
        let (is_restyled, _) = after(&shop, &wanted, &[(y, ".y { top: 5px }\n")]);
        assert!(is_restyled, "{name}");
    }
}

#[test]
fn runs_that_publish_in_another_way_take_the_long_way() {
    let (shop, wanted) = deployed();
    let linked = Options {
        link: Link::Hardlink,
        ..wanted.clone()
    };
    for wanted in [with_strategy(wanted, Strategy::Compact), linked] {
        after(&shop, &wanted, &[(X, "@c: #777;\n")]);
        for text in ["@c: #888;\n", "@c: #999;\n"] {
            let (is_restyled, report) = after(&shop, &wanted, &[(X, text)]);
            let made = report.counts.job_count() - report.reuse.recalled_jobs;
            assert!(!is_restyled && made < 6, "{:?}", report.reuse);
        }
    }
}

#[test]
fn a_copy_that_shares_its_stylesheet_with_the_original_is_told_apart() {
    let (shop, wanted) = deployed();
    let copy = &format!("{CHILD}/source/_x.less");
    let text = shop.read(X);
    after(&shop, &wanted, &[(copy, &text)]);
    // Until now one job makes the stylesheet of both themes.
    assert!(!after(&shop, &wanted, &[(copy, "@c: #111;\n")]).0);
    assert!(after(&shop, &wanted, &[(copy, "@c: #222;\n")]).0);
    assert!(
        !after(&shop, &wanted, &[(X, "@c: #222;\n")]).0,
        "they are one again"
    );
    assert!(!after(&shop, &wanted, &[(X, "@c: #333;\n")]).0);
    assert!(after(&shop, &wanted, &[(X, "@c: #444;\n")]).0);
}

#[test]
fn what_is_broken_is_reported_and_nothing_is_published_until_it_is_mended() {
    let (shop, wanted) = deployed();
    let styles = "pub/static/frontend/Acme/base/en_US/css/styles.min.css";
    let before = shop.read(styles);
    for broken in [
        ".y { .nope() }\n",
        ".y { top: \n",
        ".y { color: @nowhere }\n",
    ] {
        shop.write(&format!("{BASE}/source/_y.less"), broken);
        assert!(compare(&shop, &wanted).is_none(), "{broken}");
        assert_eq!(shop.read(styles), before);
    }
    let mended = [(&*format!("{BASE}/source/_y.less"), ".y { top: 3px }\n")];
    assert!(after(&shop, &wanted, &mended).0);
}

#[test]
fn what_others_have_done_to_the_target_is_seen() {
    let (shop, wanted) = deployed();
    let package = shop.root().join("pub/static/frontend/Acme/base/en_US");
    // Somebody else publishes into the same package.
    let mut other = wanted.clone();
    other.skip.images = true;
    compare(&shop, &other).expect("nothing is wrong");
    let (is_restyled, report) = after(&shop, &wanted, &[(X, "@c: #010101;\n")]);
    let made = report.counts.job_count() - report.reuse.recalled_jobs;
    assert!(!is_restyled && made < 3, "{:?}", report.reuse);
    assert!(after(&shop, &wanted, &[(X, "@c: #020202;\n")]).0);
    // Files are damaged, lost and added; first where they would be taken over from the target, then where there is a spare.
    for number in 0..3 {
        fs::write(package.join("css/plain.min.css"), "damaged").expect("it can be written");
        fs::remove_file(package.join("lib.min.js")).expect("it is there");
        fs::write(package.join("foreign.txt"), "foreign").expect("it can be written");
        after(&shop, &wanted, &[(X, &format!("@c: #03030{number};\n"))]);
    }
    fs::remove_dir_all(shop.root().join("var/scd/spare")).expect("it is there");
    after(&shop, &wanted, &[(X, "@c: #040404;\n")]);
    fs::remove_dir_all(shop.root().join("pub/static/frontend")).expect("it is there");
    after(&shop, &wanted, &[(X, "@c: #050505;\n")]);
    fs::remove_dir_all(shop.root().join("var/view_preprocessed")).expect("it is there");
    after(&shop, &wanted, &[(X, "@c: #060606;\n")]);
}

/// Steps of the property test, unless `SCD_WARM_STEPS` says otherwise.
const STEPS: usize = 100;

#[test]
fn after_any_edits_of_less_a_run_is_a_cold_run() {
    let asked = |name| std::env::var(name).ok()?.parse::<u64>().ok();
    let mut random = Random::new(asked("SCD_WARM_SEED").unwrap_or(11));
    let steps = asked("SCD_WARM_STEPS").and_then(|steps| usize::try_from(steps).ok());
    let (shop, mut wanted) = deployed();
    wanted.selection.groups[0].locales.include = vec!["en_US".to_owned(), "de_DE".to_owned()];
    let mut editor = Editor::new(&shop);
    let files = [
        X,
        TWO,
        "app/design/frontend/Acme/base/web/css/styles.less",
        "app/design/frontend/Acme/base/web/css/source/_y.less",
        "app/design/frontend/Acme/base/web/i18n/de_DE/css/source/_x.less",
        "app/design/frontend/Acme/child/web/css/source/_y.less",
        "app/code/Acme/One/view/frontend/web/css/source/_module.less",
    ];
    let (mut restyled, mut long, mut refused) = (0, 0, 0);
    for step in 0..steps.unwrap_or(STEPS) {
        let mut said = Vec::new();
        for _ in 0..=random.below(2) {
            let file = random.one(&files);
            let number = random.below(4);
            let text = match random.below(14) {
                0 => "@import '_y';\n@c: red;\n".to_owned(),
                1 => format!(".u{number} {{ background: url('../images/i.png') }}\n"),
                2 => "//@magento_import 'source/_module.less';\n@c: red;\n".to_owned(),
                3 => ".q { .nope() }\n".to_owned(),
                _ => format!(
                    "@c: #00000{number};\n.mix() {{ top: {number}px }}\n.r{number} {{ .mix() }}\n"
                ),
            };
            // Entries keep their imports, or most closures fall apart at once.
            let text = match file.ends_with("styles.less") {
                true => format!("@import 'source/_x';\n@import 'source/_y';\n{text}"),
                false => text,
            };
            shop.write(file, &text);
            said.push(format!("write {file} {text:?}"));
        }
        if random.below(5) == 0 {
            said.push(editor.edit(&mut random));
        }
        say(&format!("step {step}: {}", said.join(", ")));
        match compare(&shop, &wanted) {
            Some(report) if is_restyled(&report) => restyled += 1,
            Some(_) => long += 1,
            None => {
                refused += 1;
                said.push(editor.heal());
            }
        }
    }
    say(&format!(
        "{restyled} restyled, {long} not, {refused} refused"
    ));
    if steps.is_none() {
        assert!(restyled > 20 && long > 10 && refused > 3);
    }
}
