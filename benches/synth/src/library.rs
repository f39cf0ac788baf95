//! `lib/web`: what every package has.

use anyhow::Result;

use crate::random::Random;
use crate::{Shape, Sink, image, script, style, words};

/// Scripts of `mage`, beside those of libraries.
const SCRIPTS: usize = 160;
/// Large scripts, minified already in half of the cases.
const LARGE: usize = 20;
const IMAGES: usize = 120;
const FONTS: usize = 8;

pub(crate) fn files(shape: &Shape, sink: &mut Sink<'_>) -> Result<()> {
    let random = |name: &str| Random::of(shape.seed, &format!("library {name}"));
    let mut text = |path: &str, text: String| sink(&format!("lib/web/{path}"), text.as_bytes());
    for number in 0..SCRIPTS {
        let mut random = random(&format!("script {number}"));
        let name = words::name(&mut random, number);
        let size = random.skewed(600, 9_000);
        text(
            &format!("mage/{name}.js"),
            script::module(&mut random, &name, size),
        )?;
    }
    for number in 0..LARGE {
        let mut random = random(&format!("large {number}"));
        let size = random.skewed(20_000, 150_000);
        let made = script::module(&mut random, "large", size);
        let sign = if number % 2 == 0 { ".min" } else { "" };
        text(&format!("vendor/large-{number}{sign}.js"), made)?;
    }
    text("css/source/lib/_lib.less", style::library_index())?;
    text(
        "css/source/lib/_responsive.less",
        style::responsive().to_owned(),
    )?;
    text(
        "css/source/lib/_variables.less",
        style::variables(&mut random("variables")),
    )?;
    for number in 0..style::LIBRARY_PARTIALS {
        let made = style::library_partial(&mut random(&format!("part {number}")), number);
        text(&format!("css/source/lib/_part-{number}.less"), made)?;
    }
    for number in 0..IMAGES {
        let mut random = random(&format!("image {number}"));
        let extension = random.pick(&["png", "gif", "svg"]);
        let bytes = image::bytes(&mut random, extension);
        sink(
            &format!("lib/web/images/image-{number}.{extension}"),
            &bytes,
        )?;
    }
    for number in 0..FONTS {
        let bytes = image::bytes(&mut random(&format!("font {number}")), "woff2");
        sink(&format!("lib/web/fonts/font-{number}.woff2"), &bytes)?;
    }
    Ok(())
}
