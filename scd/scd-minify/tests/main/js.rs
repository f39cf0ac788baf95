//! JavaScript: the tree stays, the guards hold, comparisons see what they must.

use scd_minify::{Level, Phrases, js, js_difference, js_with_phrases};

fn compat(source: &str) -> String {
    let minified = js(source.as_bytes(), Level::Compat).expect(source);
    let text = String::from_utf8(minified.bytes).expect("text");
    assert_eq!(
        js_difference(source.as_bytes(), text.as_bytes()),
        None,
        "{source} became {text}"
    );
    text
}

fn modern(source: &str) -> String {
    let minified = js(source.as_bytes(), Level::Modern).expect(source);
    String::from_utf8(minified.bytes).expect("text")
}

#[test]
fn compat_prints_the_same_tree() {
    let rows = [
        ("", ""),
        (" \n// x\n", ""),
        ("var a = 1; // b\nvar b = 2", "var a=1;var b=2;"),
        ("a = b + ++c", "a=b+ ++c;"),
        ("a++ + ++b; a - --b; a-- > c", "a+++ ++b;a- --b;a-- >c;"),
        ("while(a)/it's/.exec(c)", "while(a)/it's/.exec(c);"),
        ("a = b\n!c", "a=b;!c;"),
        ("function f() { return\n`a` }", "function f(){return;`a`}"),
        (
            "1 .toString(); 1..toString()",
            "1..toString();1..toString();",
        ),
        ("a = '<\\/script>'", "a=\"</script>\";"),
        ("a = `x  ${ `b  c` }\\n\\u{41}`", "a=`x  ${`b  c`}\\nA`;"),
        (
            "a = `\\x60 \\x24{b} \\u{24}{c} \\${d} \\``",
            "a=`\\` $\\{b} $\\{c} $\\{d} \\``;",
        ),
        ("a = f`\\x60 \\u{41}`", "a=f`\\x60 \\u{41}`;"),
        (
            "a = '\\ud800' + '\\0' + '\\x001' + '\u{2028}'",
            "a=\"\\uD800\"+\"\\0\"+\"\\x001\"+\"\\u2028\";",
        ),
        ("a = 'x\\\n y\t'", "a=\"x y\t\";"),
        (
            "function f() { 'use strict'; ('use x') }",
            "function f(){\"use strict\";(\"use x\")}",
        ),
        (
            "a = [0xFF, 1.0, 017, 1e21, 9007199254740993n, 1e400]",
            "a=[255,1,15,1e21,9007199254740993n,1/0];",
        ),
        (
            "class A { static y = 2\n#z = 3\nm() { return this.#z?.x } }",
            "class A{static y=2;#z=3;m(){return this.#z?.x}}",
        ),
        (
            "<!-- html\nx = y\n--> too\nwith (o) { p }",
            "x=y;with(o){p}",
        ),
        ("#!/usr/bin/env node\nf()", "#!/usr/bin/env node\nf();"),
        ("x = 'é😀'", "x=\"é😀\";"),
        ("/*! a */ f() /* b */; /*! c */", "/*! a */f();/*! c */"),
        (
            "var require, let_, await, yield_ = (a, b)",
            "var require,let_,await,yield_=(a,b);",
        ),
    ];
    for (source, expected) in rows {
        assert_eq!(compat(source), expected);
    }
}

#[test]
fn kept_phrases_are_written_as_in_the_source() {
    let rows = [
        (r"$t( 'can\'t' )", r"$t('can\'t');"),
        (r#"$t( "can't" )"#, r#"$t("can't");"#),
        (r#"$t( "a \"b\"" )"#, r#"$t("a \"b\"");"#),
        (r#"$t('a "b" \x41 </i>')"#, r#"$t('a "b" \x41 </i>');"#),
        ("$t('one \\\r\n two\\\n \\\\')", "$t('one  two \\\\');"),
        (r#"a = '<b x="$t(\'c\')">'"#, r#"a='<b x="$t(\'c\')">';"#),
        (
            r"a = { 'i18n: \'x\'' : 1, b: 'c', ['d']: 2 }",
            r"a={'i18n: \'x\'':1,b:'c',['d']:2};",
        ),
        (
            "function f() { 'use strict'; return 'a' + typeof 'b' + ('c' in d) }",
            "function f(){'use strict';return'a'+typeof'b'+('c' in d)}",
        ),
        ("f(/*! a */ 'b')", "f(/*! a */'b');"),
        (
            "class A { static 'x' = 1; get 'y'() { return /'/ } }",
            "class A{static 'x'=1;get 'y'(){return/'/}}",
        ),
        (
            "a = 'é\\t\u{2028}' + `'${ 'b' }'`",
            "a='é\\t\u{2028}'+`'${'b'}'`;",
        ),
    ];
    for (source, expected) in rows {
        let minified = js_with_phrases(source.as_bytes(), Level::Compat, Phrases::Kept);
        let bytes = minified.expect(source).bytes;
        assert_eq!(js_difference(source.as_bytes(), &bytes), None, "{source}");
        assert_eq!(String::from_utf8(bytes).expect("text"), expected);
    }
}

#[test]
fn modern_keeps_the_names_of_what_translates_where_phrases_are_kept() {
    let source = r"define(function (jQuery, $t) { return $t('can\'t') + jQuery.mage.__('a'); })";
    let minified = js_with_phrases(source.as_bytes(), Level::Modern, Phrases::Kept);
    assert_eq!(
        String::from_utf8(minified.expect(source).bytes).expect("text"),
        r"define(function(jQuery,$t){return $t('can\'t')+jQuery.mage.__('a')});"
    );
    assert!(!modern(source).contains("$t"));
}

#[test]
fn what_is_no_sloppy_script_is_refused() {
    let rows = [
        ("a(", 2, "expression expected"),
        (
            "import a from 'b'",
            0,
            "'import', and 'export' cannot be used outside of module code",
        ),
        (
            "'use strict'; with (a) {}",
            14,
            "with statement are not allowed in strict mode",
        ),
    ];
    for (source, offset, message) in rows {
        let error = js(source.as_bytes(), Level::Compat).expect_err(source);
        assert_eq!((error.offset, &*error.message), (offset, message));
        assert!(error.hint.is_some());
    }
    let error = js(b"a = '\xff'", Level::Compat).expect_err("encoding");
    assert_eq!(
        (error.offset, &*error.message),
        (5, "expected UTF-8, found another encoding")
    );
}

#[test]
fn code_too_deep_for_the_stack_is_refused() {
    let nested = format!("x={}1{}", "[".repeat(5000), "]".repeat(5000));
    let rows = [
        nested,
        format!("x={}1", "a+".repeat(50_000)),
        format!("x=a{}", ".b(c, d)".repeat(50_000)),
        format!("x={}a", "!".repeat(50_000)),
        format!("x={}a", "a=>".repeat(200)),
        format!("x={}a", "a?b:".repeat(50_000)),
    ];
    for source in rows {
        assert!(
            js(source.as_bytes(), Level::Compat).is_err(),
            "{}",
            &source[..20]
        );
    }
    // Long is not deep.
    compat(&format!("x=[{}]", "'a+/b',c.d,{e:1},".repeat(50_000)));
    compat(&"a=b+c;".repeat(50_000));
}

#[test]
fn dependencies_that_requirejs_reads_stay() {
    let hidden = "define(function (require) {\n    var r = /^\\//;\n    var a = require('a');\n});";
    assert_eq!(
        compat(hidden),
        "define(function(require) {\nvar r = /^\\//;\nvar a = require('a');\n});"
    );
    let plain = "define(function (require) {\n    var a = require('a');\n});";
    assert_eq!(
        compat(plain),
        "define(function(require){var a=require(\"a\")});"
    );
    let listed =
        "define(['b'], function (b) {\n    var r = /^\\//;\n    var a = require('a');\n});";
    assert_eq!(
        compat(listed),
        "define([\"b\"],function(b){var r=/^\\//;var a=require(\"a\")});"
    );
}

#[test]
fn modern_renames_local_variables_only() {
    let rows = [
        (
            "var top = 1; function pub(alpha) { var beta = alpha + top; return { alpha, beta: beta } }",
            "var top=1;function pub(e){var t=e+top;return{alpha:e,beta:t}}",
        ),
        (
            "(function () { var { x, ...rest } = window.e; f(x, rest) })()",
            "(function(){var{x:e,...t}=window.e;f(e,t)})();",
        ),
        // Read by Prototype and by module loaders.
        (
            "c({ f: function ($super, long) { var x = long; $super(x) } })",
            "c({f:function($super,long){var e=long;$super(e)}});",
        ),
        (
            "define(function (require, exports, module) { exports.a = require('b') })",
            "define(function(require,exports,module){exports.a=require(\"b\")});",
        ),
        (
            "f(function (long) { return this._super(long) })",
            "f(function(e){return this._super(e)});",
        ),
        // Visible to code made at run time.
        (
            "function f(a1) { var secret; function g(par) { return par + secret } return eval(a1) }",
            "function f(a1){var secret;function g(e){return e+secret}return eval(a1)}",
        ),
        (
            "function f(obj, two) { with (obj) { two; (function (loc) { loc })() } }",
            "function f(obj,two){with(obj){two;(function(loc){loc})()}}",
        ),
        // Free names are not taken.
        (
            "f(function (one, two) { return e + one + two })",
            "f(function(t,n){return e+t+n});",
        ),
    ];
    for (source, expected) in rows {
        assert_eq!(modern(source), expected);
    }
}

#[test]
fn modern_falls_back_where_a_reader_would_notice() {
    // The comment with the word goes, so `mage/utils/wrapper` would answer otherwise.
    let source = "f(function (long) { /* _super */ return long })";
    assert_eq!(modern(source), compat(source));
}

#[test]
fn difference_sees_what_counts() {
    let differs = |left: &str, right: &str| js_difference(left.as_bytes(), right.as_bytes());
    assert_eq!(differs("a = (b + 'c');;", "a=b+\"c\""), None);
    assert_eq!(differs("new A; x = 1.0", "new A();x=1"), None);
    let renamed = differs(
        "x(); function f(a) { return a }",
        "x();function f(b){return a}",
    )
    .expect("renamed");
    assert_eq!((renamed.left, renamed.right), (Some(5), Some(4)));
    assert_eq!(
        renamed.message,
        "`function f(a){return a}` became `function f(b){return a}`"
    );
    assert!(differs("a = (b + c) * d", "a = b + c * d").is_some());
    assert!(differs("'use strict'; a", "('use strict'); a").is_some());
    assert!(differs("a; b", "a").is_some());
    assert!(differs("a`\\n`", "a`\n`").is_some());
    assert!(differs("a(", "a(").is_some());
}
