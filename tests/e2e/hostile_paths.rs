//! Names and paths that lead out of where they belong: refused, or contained. What PHP does with them was recorded with
//! Magento 2.4.6 on PHP 8.2.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use scd_tests::fixture::Fixture;
use scd_tests::run::Run;
use scd_tests::shop::{module, register, shop, theme};

use crate::SCD;

const WEB: &str = "app/design/frontend/Acme/base/web";
const PACKAGE: &str = "pub/static/frontend/Acme/base/en_US";

/// What no output may hold.
const SECRET: &str = "the-secret";

/// A shop with secrets beside what is published: in the root and next to it.
fn shop_with_secrets() -> Fixture {
    let shop = shop();
    for extension in ["less", "css", "txt", "js", "csv", "xml"] {
        let text = format!(".{SECRET} {{ a: b }}\n");
        shop.write(&format!("secret.{extension}"), &text)
            .write(&format!("../secret.{extension}"), &text);
    }
    shop
}

/// Nothing may lie outside of the targets that was not there, and no secret inside.
#[track_caller]
fn contained(shop: &Fixture, what: &str) {
    for (path, bytes) in shop.published() {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(SECRET), "{what}: {path}");
    }
    let names = |directory: &str| {
        let entries = std::fs::read_dir(shop.root().join(directory)).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let expected = [
        "app",
        "lib",
        "pub",
        "secret.css",
        "secret.csv",
        "secret.js",
        "secret.less",
    ];
    let expected = [&expected[..], &["secret.txt", "secret.xml", "var"]].concat();
    let mut found = names(".");
    if !found.contains(&"var".to_owned()) {
        found.push("var".to_owned());
    }
    assert_eq!(found, expected, "{what}");
    assert_eq!(names("pub"), ["static"], "{what}");
    let own = |name: &String| {
        !matches!(
            name.as_str(),
            ".htaccess" | "deployed_version.txt" | "frontend"
        )
    };
    let odd: Vec<String> = names("pub/static").into_iter().filter(own).collect();
    assert!(odd.is_empty(), "{what}: {odd:?}");
}

/// Deploys, and checks that the run was refused before anything was published.
#[track_caller]
fn refused(shop: &Fixture, arguments: &[&str], what: &str) -> Run {
    let run = shop.deploy(SCD, arguments);
    assert!(matches!(run.code, Some(1 | 2)), "{what}: {run:?}");
    assert!(!run.stderr.contains("panicked"), "{what}: {}", run.stderr);
    assert!(!shop.has(PACKAGE), "{what}");
    assert!(!shop.has("pub/static/deployed_version.txt"), "{what}");
    contained(shop, what);
    run
}

#[test]
fn locales_themes_and_areas_of_the_command_line_are_names() {
    let shop = shop_with_secrets();
    for arguments in [
        ["-l", "../../../../evil"],
        ["-l", ".."],
        ["-l", "."],
        ["-l", "en_US/../../../../../evil"],
        ["-l", "/tmp/evil"],
        ["-f", "../../../../evil"],
        ["-t", "../../evil"],
        ["-t", "Acme/../../evil"],
        ["-a", "../evil"],
        ["--exclude-theme", "../evil"],
    ] {
        let what = format!("{arguments:?}");
        refused(&shop, &arguments, &what);
    }
}

#[test]
fn keys_of_themes_and_modules_cannot_lead_out() {
    for key in [
        "frontend/Acme/..",
        "frontend/../evil",
        "frontend//evil",
        "frontend/Acme/.",
        "frontend/Acme/evil/../../..",
        "/frontend/Acme/evil",
    ] {
        let shop = shop_with_secrets();
        theme(&shop, "evil", None);
        register(&shop, "app/design/frontend/Acme/evil", "theme", key);
        shop.write("app/design/frontend/Acme/evil/web/x.txt", "x");
        refused(&shop, &["en_US"], key)
            .expect_complaint(key)
            .expect_complaint("area/Vendor/name");
    }
    for name in [
        "Acme_../../../../../../evil",
        "../../../../../evil",
        "..",
        "Acme_Evil/..",
    ] {
        let shop = shop_with_secrets();
        module(&shop, "Evil");
        register(&shop, "app/code/Acme/Evil", "module", name);
        shop.write(
            "app/code/Acme/Evil/etc/module.xml",
            format!("<config><module name=\"{name}\"/></config>"),
        );
        let config = shop.read("app/etc/config.php");
        let enabled = format!("'Acme_One' => 1, '{name}' => 1");
        shop.write(
            "app/etc/config.php",
            config.replace("'Acme_One' => 1", &enabled),
        );
        shop.write("app/code/Acme/Evil/view/frontend/web/x.txt", "x");
        refused(&shop, &["en_US"], name).expect_complaint(name);
    }
}

#[test]
fn stylesheets_cannot_import_what_lies_outside() {
    let shop = shop_with_secrets();
    let root = shop.root();
    let up = "../../../../../../../secret";
    for import in [
        format!("@import '{up}';"),
        format!("@import (inline) '{up}.css';"),
        format!("@import (css) '{up}.css';"),
        format!("@import (optional) '{up}';"),
        format!("@import (reference) '{up}';"),
        format!("@import url('{up}.less');"),
        format!("@import 'Acme_One::{up}';"),
        format!("@import '{}/secret';", root.display()),
        format!("@p: '{up}'; @import '@{{p}}';"),
        format!("@plugin '{up}';"),
    ] {
        shop.write(&format!("{WEB}/css/evil.less"), &import);
        refused(&shop, &["en_US"], &import).expect_complaint("evil.less");
    }
    // These ask every module and theme, and find nothing.
    for import in [
        format!("//@magento_import '{up}';"),
        format!("//@magento_import 'Acme_One::{up}.less';"),
    ] {
        shop.write(
            &format!("{WEB}/css/evil.less"),
            format!("{import}\n.a {{ b: c }}\n"),
        );
        shop.deploy(SCD, &["en_US"]).expect_code(0);
        contained(&shop, &import);
    }
}

#[test]
fn an_import_may_lead_up_inside_of_the_package() {
    let shop = shop();
    shop.write(&format!("{WEB}/_inner.less"), ".inner { a: b }\n")
        .write(&format!("{WEB}/css/up.less"), "@import '../_inner';\n");
    shop.deploy(SCD, &["en_US"]).expect_code(0);
    assert_eq!(
        shop.read(&format!("{PACKAGE}/css/up.min.css")),
        ".inner{a:b}"
    );
}

#[test]
fn files_are_not_written_into_stylesheets_from_outside() {
    let shop = shop_with_secrets();
    let root = shop.root();
    let up = "../../../../../../../secret.txt";
    // PHP embeds a file that is named from the root of the disk on.
    for (address, left) in [
        (up.to_owned(), "secret.txt)"),
        (format!("../{up}"), "secret.txt)"),
        (format!("Acme_One::{up}"), "secret.txt)"),
        (format!("{}/secret.txt", root.display()), "secret.txt)"),
        ("/etc/passwd".to_owned(), "url(/etc/passwd)"),
    ] {
        shop.write(
            &format!("{WEB}/css/evil.less"),
            format!(".a {{ background: data-uri('{address}') }}\n"),
        );
        shop.deploy(SCD, &["en_US"]).expect_code(0);
        contained(&shop, &address);
        let css = shop.read(&format!("{PACKAGE}/css/evil.min.css"));
        assert!(css.contains(left) && !css.contains("data:"), "{css}");
    }
}

#[test]
fn addresses_in_stylesheets_stay_what_they_are() {
    let shop = shop_with_secrets();
    let css = "@import url(\"../../../../../../../secret.css\");.a{background:url(../../../../../../../app/etc/env.php)}\
               .b{background:url(\"../../../../../../../../../../etc/passwd\")}";
    shop.write(&format!("{WEB}/css/evil.css"), css);
    theme(&shop, "child", Some("Acme/base"));
    shop.deploy(SCD, &["en_US"]).expect_code(0);
    contained(&shop, "addresses");
    assert_eq!(shop.read(&format!("{PACKAGE}/css/evil.min.css")), css);
}

#[test]
fn configuration_cannot_lead_out() {
    let shop = shop_with_secrets();
    shop.write(
        "app/design/frontend/Acme/base/etc/view.xml",
        "<view><vars module=\"../../../secret\"><var name=\"bundle_size\">1MB</var></vars><exclude>\
         <item type=\"file\">../../../../secret.js</item><item type=\"directory\">../../..</item>\
         <item type=\"file\">Acme_One::../../../secret.js</item></exclude></view>",
    )
    .write("app/i18n/acme/evil/registration.php", "<?php\nuse Magento\\Framework\\Component\\ComponentRegistrar;\nComponentRegistrar::register(ComponentRegistrar::LANGUAGE, 'acme_evil', __DIR__);\n")
    .write(
        "app/i18n/acme/evil/language.xml",
        "<language><code>../../../secret</code><vendor>../..</vendor><package>../../evil</package>\
         <use vendor=\"../..\" package=\"../../secret\"/></language>",
    )
    .write("app/i18n/acme/evil/en_US.csv", format!("\"lib\",\"{SECRET}\"\n"));
    let run = shop.deploy(SCD, &["en_US"]);
    assert!(matches!(run.code, Some(0..=2)), "{run:?}");
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    contained(&shop, "configuration");
}

#[test]
fn links_are_followed_as_in_php_because_composer_makes_them() {
    let shop = shop();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("logo.txt"), "linked").unwrap();
    std::fs::write(outside.path().join("a.less"), ".linked { a: b }").unwrap();
    let web = shop.root().join(WEB);
    symlink(outside.path().join("logo.txt"), web.join("logo.txt")).unwrap();
    symlink(outside.path(), web.join("vendor")).unwrap();
    shop.deploy(SCD, &["en_US"]).expect_code(0);
    assert_eq!(shop.read(&format!("{PACKAGE}/logo.txt")), "linked");
    assert_eq!(shop.read(&format!("{PACKAGE}/vendor/logo.txt")), "linked");
    assert_eq!(
        shop.read(&format!("{PACKAGE}/vendor/a.min.css")),
        ".linked{a:b}"
    );
    // Copies: whoever changes the tree does not change what lies outside.
    for path in ["logo.txt", "vendor"] {
        let published = shop.root().join(PACKAGE).join(path);
        assert!(
            !published.symlink_metadata().unwrap().is_symlink(),
            "{path}"
        );
    }
}

#[test]
fn odd_names_are_published_as_they_are() {
    let shop = shop();
    let long = format!("{}.txt", "n".repeat(251));
    let names = [
        "control\u{1}\u{1b}[31mchar.txt",
        "dot.",
        "dots..css.txt",
        "space ",
        " leading",
        "tab\t.txt",
        "q'u\"o`te.txt",
        "%2e%2e%2fup.txt",
        "dollar$HOME;rm.txt",
        "-rf",
        "ünï.txt",
        "case.txt",
        "CASE.txt",
        long.as_str(),
        // PHP stops at a name with a line end.
        "new\nline.txt",
    ];
    for name in names {
        shop.write(&format!("{WEB}/images/{name}"), name);
    }
    shop.deploy(SCD, &["--compress=gzip", "en_US"])
        .expect_code(0);
    for name in names {
        let published = shop.read(&format!("{PACKAGE}/images/{name}"));
        assert_eq!(published, name);
    }
}

#[test]
fn names_that_cannot_be_published_are_named() {
    let too_long = [&b"m".repeat(252)[..], b".js"].concat();
    for name in [&b"back\\slash.txt"[..], b"latin\xE9.txt", &too_long] {
        let shop = shop_with_secrets();
        let path = shop.root().join(WEB).join(OsStr::from_bytes(name));
        std::fs::write(path, "x").unwrap();
        let what = String::from_utf8_lossy(name).into_owned();
        // Minified, a name is four bytes longer.
        let said = what.trim_end_matches(".js");
        refused(&shop, &["en_US"], &what).expect_complaint(said);
    }
}

#[test]
fn names_of_the_targets_own_files_mean_nothing_in_a_theme() {
    let shop = shop();
    let own = [
        ("deployed_version.txt", "999"),
        (".htaccess", "deny from all"),
        ("_cache/merged/x.txt", "merged"),
        ("frontend/Acme/base/en_US/x.txt", "nested"),
    ];
    for (name, text) in own {
        shop.write(&format!("{WEB}/{name}"), text);
    }
    shop.write("pub/static/_cache/merged/live.css", "live");
    for _ in 0..2 {
        shop.deploy(SCD, &["--content-version=7", "en_US"])
            .expect_code(0);
        assert_eq!(shop.read("pub/static/deployed_version.txt"), "7");
        assert_eq!(shop.read("pub/static/.htaccess"), "# kept\n");
        assert_eq!(shop.read("pub/static/_cache/merged/live.css"), "live");
        assert!(!shop.has("pub/static/_cache/merged/x.txt"));
        for (name, text) in &own[2..] {
            assert_eq!(shop.read(&format!("{PACKAGE}/{name}")), *text, "{name}");
        }
        assert_eq!(shop.read(&format!("{PACKAGE}/deployed_version.txt")), "999");
    }
}
