//! Templates: Magento's rules row by row, time, and the opt-in level's promise to keep all PHP tokens.

use std::time::{Duration, Instant};

use scd_minify::template::lexer::{Kind, tokens};
use scd_minify::{Level, template, template_difference};

use crate::template_rows::{AT_RANDOM, BY_HAND, REFUSED};

fn compat(source: &[u8]) -> Vec<u8> {
    template(source, Level::Compat)
        .expect("no placeholder")
        .bytes
}

fn modern(source: &str) -> String {
    let minified = template(source.as_bytes(), Level::Modern).expect("never fails");
    assert_eq!(minified.findings, [], "{source:?}");
    String::from_utf8(minified.bytes).expect("text")
}

#[test]
fn compat_writes_what_magento_writes() {
    for (source, expected) in BY_HAND.iter().chain(AT_RANDOM) {
        let written = compat(source);
        assert_eq!(
            String::from_utf8_lossy(&written),
            String::from_utf8_lossy(expected),
            "source {:?}",
            String::from_utf8_lossy(source)
        );
        assert_eq!(written, *expected);
    }
}

#[test]
fn compat_refuses_what_magento_refuses() {
    for source in REFUSED {
        assert!(template(source, Level::Compat).is_err(), "{source:?}");
    }
    let source = b"<?php $a = <<<A\n x\nA;7 ?>";
    let error = template(source, Level::Compat).expect_err("index 07");
    assert_eq!(
        error.message,
        "`__MINIFIED_HEREDOC__07` refers to a heredoc that the template does not have"
    );
}

#[test]
fn compat_takes_linear_time() {
    let units: [(&str, &str); 9] = [
        ("", "<p>x</p>\n"),
        ("<pre>", " "),
        ("", "/"),
        ("", "//<?php "),
        ("", "<<<AB A; "),
        ("", "<<<Ab"),
        ("", "// ?> "),
        ("", "<?php  x "),
        ("<<<", "A"),
    ];
    for (start, unit) in units {
        let mut source = start.to_owned();
        source.push_str(&unit.repeat((1 << 20) / unit.len()));
        let begun = Instant::now();
        let _ = template(source.as_bytes(), Level::Compat);
        // Milliseconds when optimised; a quadratic pass would take minutes.
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{unit:?} took {:?}",
            begun.elapsed()
        );
    }
}

#[test]
fn modern_shortens_code_and_keeps_its_tokens() {
    let rows = [
        (
            "<?php\n// a\n$a = 1; # b\n?>\n<p>  <?= $a // c ?></p>",
            "<?php $a = 1; ?>\n<p> <?= $a ?></p>",
        ),
        (
            "<?php switch ($a): ?>\n<?php case 1: ?>\n <b>x</b>",
            "<?php switch ($a): ?>\n<?php case 1: ?>\n <b>x</b>",
        ),
        (
            "<?php $s = 'a    b'; $t = \"x\n   {$y[\"k  k\"]}\"; ?>",
            "<?php $s = 'a    b'; $t = \"x\n   {$y[\"k  k\"]}\"; ?>",
        ),
        (
            "<?= f(<<<SCRIPT\n // x\n a   b\nSCRIPT  ,  1) ?>",
            "<?= f(<<<SCRIPT\n // x\n a   b\nSCRIPT , 1) ?>",
        ),
        (
            "<?php $s = <<<'EOT'\n a    b\n  EOT;\n?>",
            "<?php $s = <<<'EOT'\n a    b\n  EOT; ?>",
        ),
        (
            "<?php $s = <<<JS1\n a {$b['x']}  c\nJS1;\n\n?>",
            "<?php $s = <<<JS1\n a {$b['x']}  c\nJS1; ?>",
        ),
        ("<?php // x < y ?>\n<b>q</b>", "<?php ?>\n<b>q</b>"),
        (
            "<?php #[A]  /* c */\nfunction f() {}",
            "<?php #[A] function f() {}",
        ),
        (
            "<?php __halt_compiler(); raw   ?>  data",
            "<?php __halt_compiler(); raw   ?>  data",
        ),
        ("<?= 1 ?> \n <b>x</b>", "<?= 1 ?> <b>x</b>"),
        (
            "<a href=//c.x/y>z</a>  <b>k</b>",
            "<a href=//c.x/y>z</a> <b>k</b>",
        ),
    ];
    for (source, expected) in rows {
        assert_eq!(modern(source), expected);
        assert_eq!(
            template_difference(source.as_bytes(), expected.as_bytes()),
            None
        );
    }
}

#[test]
fn modern_collapses_only_where_white_space_is_not_content() {
    let rows = [
        (
            "<div   class=\"a   b\"\n   data-x='{\n  }'\n>\n\n x</div>",
            "<div class=\"a   b\"\ndata-x='{\n  }'\n>\nx</div>",
        ),
        (
            "<textarea>\n  a\n   b </textarea>  c",
            "<textarea>\n  a\n   b </textarea> c",
        ),
        (
            "<script>\n  var a;  // b\n</script>  c",
            "<script>\n  var a;  // b\n</script> c",
        ),
        (
            "<!--  ko if:  a -->  <b></b>",
            "<!--  ko if:  a --> <b></b>",
        ),
        (
            "<a title=\"<?= $a ?>  b\"  id=c>  d",
            "<a title=\"<?= $a ?>  b\" id=c> d",
        ),
        (
            "<<?= $tag ?> title=\"a  b\">  c",
            "<<?= $tag ?> title=\"a  b\"> c",
        ),
    ];
    for (source, expected) in rows {
        assert_eq!(modern(source), expected);
    }
}

#[test]
fn modern_leaves_a_doubtful_template_alone() {
    for source in [
        "<?php $a = 'x",
        "<?php /* x",
        "<? echo 1 ?>  <b>",
        "<?php $a = <<<A\n x",
        "<?xml  ?>",
    ] {
        let minified = template(source.as_bytes(), Level::Modern).expect("never fails");
        assert_eq!(minified.bytes, source.as_bytes());
        assert_eq!(minified.findings.len(), 1, "{source}");
    }
}

#[test]
fn difference_sees_tokens_and_text() {
    let differs = |left: &str, right: &str| template_difference(left.as_bytes(), right.as_bytes());
    assert_eq!(
        differs("<?php  $a = 1 ?>\n<p>  x", "<?php $a=1?><p> x"),
        None
    );
    let changed = differs("a <?php $b = 'x  y' ?>", "a <?php $b = 'x y' ?>").expect("literal");
    assert_eq!((changed.left, changed.right), (Some(13), Some(13)));
    assert_eq!(changed.message, "`'x  y'` became `'x y'`");
    assert!(differs("<?php $b = 2", "<?php # $b = 2").is_some());
    assert!(differs("<?php f() ?>\n<?php g()", "<?php f() ?> <?php g()").is_some());
    assert!(differs("<b> x</b>", "<b>x</b>").is_some());
}

#[test]
fn lexer_ends_a_string_behind_the_code_in_it() {
    let source = b"<?php \"a{$b[\"}\"]}${c}\\\"\" . `d{$e(\"`\")}`;";
    let strings: Vec<&[u8]> = tokens(source)
        .list
        .iter()
        .filter(|token| token.kind == Kind::String)
        .map(|token| &source[token.start..token.end])
        .collect();
    assert_eq!(
        strings,
        [&b"\"a{$b[\"}\"]}${c}\\\"\""[..], b"`d{$e(\"`\")}`"]
    );
}
