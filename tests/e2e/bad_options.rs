//! Options with nonsense: the decision of `bin/magento setup:static-content:deploy`, with a better message, or a stricter
//! one where PHP's ends in success without a deploy.

use scd_tests::shop::shop;

use crate::SCD;

/// What PHP does, as recorded from Magento 2.4.6 on PHP 8.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Php {
    /// Takes it; scd does, too.
    Takes,
    /// Takes it, and deploys nothing or something else than was meant; scd refuses.
    TakesInVain,
    /// Refuses with code 1; scd does with 2.
    Refuses,
}

use Php::{Refuses, Takes, TakesInVain};

/// Arguments, PHP's decision, and what scd says about them.
const TABLE: &[(&[&str], Php, &str)] = &[
    (&["-j", "x", "en_US"], Takes, "`x` counts as 0"),
    (&["-j=-1", "en_US"], Takes, ""),
    (&["--jobs=-1", "en_US"], Takes, ""),
    (&["--jobs=1.5", "en_US"], Takes, "`1.5` counts as 1"),
    (&["--jobs=", "en_US"], Takes, "`` counts as 0"),
    (&["en_US", "-j"], Takes, ""),
    (&["--max-execution-time=x", "en_US"], Refuses, "`x`"),
    (&["en_US", "--max-execution-time"], Takes, ""),
    (&["-s", "nope", "en_US"], Refuses, "`nope`"),
    (&["-s", "QUICK", "en_US"], Refuses, "`QUICK`"),
    (&["-s", "", "en_US"], Takes, ""),
    (&["--content-version=a-b", "en_US"], Refuses, "`a-b`"),
    (&["--content-version=", "en_US"], Takes, ""),
    (&["--content-version=0", "en_US"], Takes, ""),
    (
        &["--content-version=7", "--content-version=8", "en_US"],
        Takes,
        "",
    ),
    (
        &["en_US", "--content-version"],
        Refuses,
        "--content-version",
    ),
    (&["-a", "nowhere", "en_US"], TakesInVain, "`nowhere`"),
    (&["-t", "Nope/nope", "en_US"], TakesInVain, "`Nope/nope`"),
    (
        &["-t", "Acme/base,Acme/other", "en_US"],
        TakesInVain,
        "`Acme/base,Acme/other`",
    ),
    (
        &["--exclude-theme", "Nope/nope", "en_US"],
        TakesInVain,
        "`Nope/nope`",
    ),
    (&["en_US", "-t"], Refuses, "--theme needs a value"),
    (&["en_US", "-a"], TakesInVain, "--area needs a value"),
    (
        &["en_US", "--exclude-area"],
        TakesInVain,
        "--exclude-area needs a value",
    ),
    (
        &["-t", "A/b", "--exclude-theme", "C/d", "en_US"],
        Refuses,
        "--exclude-theme",
    ),
    (
        &["-a", "frontend", "--exclude-area", "adminhtml", "en_US"],
        Refuses,
        "--exclude-area",
    ),
    (&["-l", "xx_XX"], Takes, ""),
    (&["-l"], TakesInVain, "--language"),
    (&["xx_XX"], Refuses, "`xx_XX`"),
    (&["en_us"], Refuses, "`en_US`"),
    (&["all"], Takes, ""),
    (&["all", "xx_XX"], Takes, ""),
    (&["en_US", "all"], Refuses, "`all`"),
    (
        &["en_US", "--exclude-language", "de_DE"],
        Refuses,
        "--exclude-language",
    ),
    (
        &["--no-parent", "-s", "compact", "en_US"],
        Refuses,
        "--no-parent",
    ),
    (&["--no-parent", "-s", "", "en_US"], Refuses, "--no-parent"),
    (&["--symlink-locale", "en_US"], Takes, ""),
    (
        &["--symlink-locale=x", "en_US"],
        Refuses,
        "--symlink-locale",
    ),
    (&["--force=1", "en_US"], Refuses, "--force"),
    (&["--no-css=yes", "en_US"], Refuses, "--no-css"),
    (&["--nope", "en_US"], Refuses, "--nope"),
    (&["--no-java", "en_US"], Refuses, "--no-java"),
    (&["-x", "en_US"], Refuses, "-x"),
    (&[""], Refuses, "locale"),
    (
        &[
            "--refresh-content-version-only",
            "--content-version=9",
            "en_US",
        ],
        Takes,
        "",
    ),
];

#[test]
fn every_option_with_nonsense_ends_as_in_php_or_in_a_message() {
    let shop = shop();
    let mut wrong = Vec::new();
    for (arguments, php, said) in TABLE {
        let run = shop.deploy(SCD, arguments);
        let expected = if *php == Takes { 0 } else { 2 };
        let is_said = run.stderr.contains(said) && (!said.is_empty() || *php == Takes);
        if run.code != Some(expected) || !is_said || run.stderr.contains("panicked") {
            wrong.push(format!("{arguments:?} {php:?}: {run:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
