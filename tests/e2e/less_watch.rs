//! `scd less --watch`: what changes is compiled again, whatever happens in between.

use std::fs;
use std::time::Duration;

use scd_tests::watch::Running;

use crate::SCD;
use crate::less::{PLAIN, directory, less, read, write};
use crate::less_root::unminified;

#[test]
fn watching_survives_errors_and_missing_files() {
    let here = directory(&[
        ("a.less", "@import 'sub/p'; .a { w: @w }"),
        ("sub/p.less", "@w: 1px;"),
    ]);
    let place = here.path();
    let css = || read(place, "out/a.css");
    let watch = Running::start(SCD, place, &["less", "--watch", "a.less", "out/a.css"]);
    let line = watch.line();
    assert!(
        line.starts_with("a.less: compiled to out/a.css in "),
        "{line}"
    );
    assert!(line.ends_with(" ms"), "{line}");
    assert_eq!(css(), ".a {\n  w: 1px;\n}\n");

    write(place, "sub/p.less", "@w: 2px;");
    watch.line_with("compiled");
    assert_eq!(css(), ".a {\n  w: 2px;\n}\n");

    write(place, "sub/p.less", "@w: ;;{");
    watch.line_with("failed");
    assert_eq!(css(), ".a {\n  w: 2px;\n}\n");
    write(place, "sub/p.less", "@w: 3px;");
    watch.line_with("compiled");
    assert_eq!(css(), ".a {\n  w: 3px;\n}\n");

    // An import goes, with its directory, and comes back.
    fs::remove_dir_all(place.join("sub")).unwrap();
    watch.line_with("failed");
    write(place, "sub/p.less", "@w: 4px;");
    while css() != ".a {\n  w: 4px;\n}\n" {
        watch.line();
    }

    // The entry is replaced by renaming, as editors do, and may be away in between.
    fs::rename(place.join("a.less"), place.join("a.less~")).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    write(place, "a.new", "@import 'sub/p'; .b { w: @w }");
    fs::rename(place.join("a.new"), place.join("a.less")).unwrap();
    while css() != ".b {\n  w: 4px;\n}\n" {
        watch.line();
    }

    let (code, complaints) = watch.interrupt();
    assert_eq!(code, Some(0));
    assert!(complaints.contains("error: "), "{complaints}");
    assert!(complaints.contains("cannot read `a.less`"), "{complaints}");
}

#[test]
fn watching_a_theme_sees_files_that_are_added() {
    let shop = unminified();
    let root = shop.root();
    let output = root.join("out.css");
    let watch = Running::start(
        SCD,
        &root,
        &[
            "less",
            "-w",
            "--root",
            ".",
            "-t",
            "Acme/child",
            "css/main.less",
            "out.css",
        ],
    );
    watch.line_with("compiled");
    assert!(
        fs::read_to_string(&output)
            .unwrap()
            .contains(".one{color:#00f}")
    );
    // An override in the child's directory for the module.
    shop.write(
        "app/design/frontend/Acme/child/Acme_One/web/css/source/_module.less",
        ".two { color: @c }\n",
    );
    while !fs::read_to_string(&output)
        .unwrap()
        .contains(".two{color:#00f}")
    {
        watch.line();
    }
    assert_eq!(watch.interrupt().0, Some(0));
}

#[test]
fn watching_needs_files() {
    let here = directory(&[("a.less", PLAIN)]);
    less(here.path(), &["-w", "a.less"])
        .expect_code(2)
        .expect_complaint("--watch needs a file as OUTPUT");
    less(here.path(), &["-w", "-", "a.css"])
        .expect_code(2)
        .expect_complaint("--watch needs a file as INPUT");
    let watch = Running::start(SCD, here.path(), &["less", "-w", "--lint", "a.less"]);
    watch.line_with("a.less: checked in ");
    assert_eq!(watch.interrupt().0, Some(0));
}
