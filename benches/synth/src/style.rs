//! LESS in the structure that Magento's own themes have: entries that gather a library, the modules' `_module.less` and the
//! theme's last words, twice, for small and for large screens.

use crate::random::Random;
use crate::words::{name, noun, sentence};

/// Partials of the library, below `css/source/lib`.
pub(crate) const LIBRARY_PARTIALS: usize = 40;

/// `_lib.less`, which gathers the library.
pub(crate) fn library_index() -> String {
    let mut text = String::from(
        "//  What every theme builds upon\n\n@import '_responsive.less';\n@import '_variables.less';\n",
    );
    for number in 0..LIBRARY_PARTIALS {
        text += &format!("@import '_part-{number}.less';\n");
    }
    text
}

/// `_variables.less`: what themes override.
pub(crate) fn variables(random: &mut Random) -> String {
    let mut text = String::from(
        "@screen__m: 768px;\n@screen__l: 1024px;\n@indent__base: 20px;\n@color__accent: #1979c3;\n@media-common: true;\n@media-target: 'all';\n",
    );
    for number in 0..LIBRARY_PARTIALS {
        text += &format!(
            "@part-{number}__color: #{:06x};\n@part-{number}__size: {}px;\n@part-{number}__border: 1px solid darken(@part-{number}__color, {}%);\n",
            random.between(0, 0xff_ffff),
            random.between(8, 40),
            random.between(3, 30)
        );
    }
    text
}

/// `_responsive.less`: where rules for screens of a width end up.
pub(crate) fn responsive() -> &'static str {
    "//  Rules for one width\n\n\
     .media-width(@extremum, @break) when (default()) { }\n\n\
     & when (@media-target = 'mobile'), (@media-target = 'all') {\n    \
     @media only screen and (max-width: (@screen__m - 1)) {\n        .media-width('max', @screen__m);\n    }\n}\n\n\
     & when (@media-target = 'desktop'), (@media-target = 'all') {\n    \
     @media all and (min-width: @screen__m) {\n        .media-width('min', @screen__m);\n    }\n}\n"
}

/// A partial of the library: mixins.
pub(crate) fn library_partial(random: &mut Random, number: usize) -> String {
    let mut text = format!("//  {}\n\n", sentence(random));
    for mixin in 0..random.between(2, 5) {
        text += &format!(
            ".lib-part-{number}-{mixin}(\n    @_color: @part-{number}__color,\n    @_size: @part-{number}__size\n) {{\n    \
             color: @_color;\n    font-size: @_size;\n    border: @part-{number}__border;\n    padding: ceil((@_size / {})) {}px;\n\n    \
             &:hover {{\n        color: lighten(@_color, {}%);\n    }}\n}}\n\n",
            random.between(2, 5),
            random.between(1, 20),
            random.between(2, 20)
        );
    }
    text
}

/// An entry: `styles-m`, `styles-l`, `print` or `email`.
pub(crate) fn entry(name: &str) -> String {
    let mut text = String::from(
        "@import 'source/_reset.less';\n@import (reference) 'source/lib/_lib.less';\n@import 'source/_theme.less';\n",
    );
    match name {
        "styles-m" => {
            text += "@import 'source/_styles.less';\n\n//@magento_import 'source/_module.less';\n//@magento_import 'source/_widgets.less';\n\n";
            text += "@media-target: 'mobile';\n";
        }
        "styles-l" => {
            text += "@import 'source/_styles.less';\n\n//@magento_import 'source/_module.less';\n//@magento_import 'source/_widgets.less';\n\n";
            text += "@media-target: 'desktop';\n@media-common: false;\n";
        }
        "email" => text += "\n//@magento_import 'source/_email.less';\n",
        _ => text += "\n.page-print { display: none; }\n",
    }
    text + "\n//@magento_import 'source/_extend.less';\n"
}

/// `_reset.less`.
pub(crate) fn reset() -> &'static str {
    "html, body { margin: 0; }\n\nimg { max-width: 100%; }\n\n* { box-sizing: border-box; }\n"
}

/// `_styles.less` of a root theme: rules of the theme itself.
pub(crate) fn styles(random: &mut Random) -> String {
    (0..random.between(20, 40))
        .map(|number| block(random, "page", number))
        .collect()
}

/// `_theme.less`: variables, some of which win over the library's.
pub(crate) fn theme(random: &mut Random) -> String {
    let mut text = format!(
        "//  {}\n\n@color__accent: #{:06x};\n",
        sentence(random),
        random.between(0, 0xff_ffff)
    );
    for _ in 0..random.between(5, 25) {
        let number = random.between(0, LIBRARY_PARTIALS - 1);
        text += &match random.between(0, 1) {
            0 => format!(
                "@part-{number}__color: #{:06x};\n",
                random.between(0, 0xff_ffff)
            ),
            _ => format!("@part-{number}__size: {}px;\n", random.between(8, 40)),
        };
    }
    text
}

/// A module's `_module.less`, or a theme's `_extend.less`.
pub(crate) fn module(random: &mut Random, scope: &str) -> String {
    let mut text = format!(
        "//  {}\n\n@{scope}__accent: @color__accent;\n\n& when (@media-common = true) {{\n",
        sentence(random)
    );
    for number in 0..random.skewed(1, 14) {
        text += &indented(&block(random, scope, number));
    }
    text += "}\n\n";
    for (extremum, percent) in [("max", 50), ("min", 70)] {
        if random.chance(percent) {
            text += &format!(
                ".media-width(@extremum, @break) when (@extremum = '{extremum}') and (@break = @screen__m) {{\n{}}}\n\n",
                indented(&block(random, scope, 90))
            );
        }
    }
    text
}

/// A rule with what is nested in it.
fn block(random: &mut Random, scope: &str, number: usize) -> String {
    let class = name(random, number);
    let part = random.between(0, LIBRARY_PARTIALS - 1);
    let mut text = format!(
        ".{scope}-{class} {{\n    .lib-part-{part}-{}();\n    margin: 0 {}px @indent__base;\n",
        random.between(0, 1),
        random.between(0, 40)
    );
    for _ in 0..random.between(0, 3) {
        text += &match random.between(0, 3) {
            0 => format!("\n    .{} {{\n        color: @{};\n        width: percentage((1 / {}));\n    }}\n", noun(random), "color__accent", random.between(2, 12)),
            1 => format!("\n    &:before {{\n        content: '\\e{}';\n        color: fade(#{:06x}, {}%);\n    }}\n", random.between(600, 699), random.between(0, 0xff_ffff), random.between(10, 90)),
            2 => format!("\n    > .{} {{\n        background: #{:06x} url('@{{baseDir}}images/{}.png') no-repeat {}px 0;\n    }}\n", noun(random), random.between(0, 0xff_ffff), noun(random), random.between(0, 50)).replace("@{baseDir}", "../"),
            _ => format!("    line-height: (@indent__base / {});\n    border-radius: {}px;\n", random.between(2, 9), random.between(1, 12)),
        };
    }
    text + "}\n"
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| {
            if line.is_empty() {
                "\n".to_owned()
            } else {
                format!("    {line}\n")
            }
        })
        .collect()
}

/// A plain stylesheet.
pub(crate) fn css(random: &mut Random) -> String {
    let mut text = format!("/* {} */\n", sentence(random));
    for number in 0..random.skewed(3, 60) {
        text += &format!(
            ".{} > .{} {{\n    color: #{:06x};\n    margin: 0px {}px 0px 0.50em;\n    background: transparent;\n}}\n\n",
            name(random, number),
            noun(random),
            random.between(0, 0xff_ffff),
            random.between(0, 99)
        );
    }
    text
}
