//! A theme of the kind that Hyvä made common: eleven thousand finished files, most of them icons, and no LESS. Made from a seed.

use std::fs;
use std::path::Path;

use anyhow::Result;

/// The theme's code.
pub(crate) const THEME: &str = "Bench/copy";

/// Files of the theme itself; what modules and the library bring comes on top.
const FILES: u64 = 11_000;

/// Lays the theme into a root.
pub(crate) fn make(root: &Path, seed: u64) -> Result<()> {
    let theme = root.join("app/design/frontend").join(THEME);
    fs::create_dir_all(theme.join("web"))?;
    let registration = format!(
        "<?php\nuse Magento\\Framework\\Component\\ComponentRegistrar;\n\
         ComponentRegistrar::register(ComponentRegistrar::THEME, 'frontend/{THEME}', __DIR__);\n"
    );
    fs::write(theme.join("registration.php"), registration)?;
    let about = "<theme xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
        xsi:noNamespaceSchemaLocation=\"urn:magento:framework:Config/etc/theme.xsd\">\n    \
        <title>Copy</title>\n</theme>\n";
    fs::write(theme.join("theme.xml"), about)?;
    let mut random = Random(seed);
    for number in 0..FILES {
        let (folder, ending) = kind(number);
        // Fifty files to a directory, as in an icon set.
        let directory = theme.join(format!("web/{folder}/set-{}", number / 50));
        fs::create_dir_all(&directory)?;
        let text = content(ending, number, &mut random);
        fs::write(directory.join(format!("file-{number}.{ending}")), text)?;
    }
    Ok(())
}

/// Of a hundred files, seventy are icons.
fn kind(number: u64) -> (&'static str, &'static str) {
    match number % 100 {
        0..70 => ("svg", "svg"),
        70..82 => ("js", "js"),
        82..90 => ("images", "png"),
        90..94 => ("css", "css"),
        94..97 => ("fonts", "woff2"),
        _ => ("data", "json"),
    }
}

/// Bytes that look like what they are, most of them short and some long.
fn content(ending: &str, number: u64, random: &mut Random) -> Vec<u8> {
    let length = match random.below(100) {
        0..60 => 300 + random.below(700),
        60..90 => 1_000 + random.below(4_000),
        90..99 => 5_000 + random.below(20_000),
        _ => 50_000 + random.below(150_000),
    };
    let mut text = match ending {
        "svg" => {
            format!("<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"i{number}\"><path d=\"M0 0")
        }
        "js" => format!("window.f{number} = ["),
        "css" => format!(".f{number} {{\n    width: 1px;\n}}\n"),
        "json" => "[0".to_owned(),
        _ => String::new(),
    }
    .into_bytes();
    while (text.len() as u64) < length {
        let value = random.next();
        match ending {
            "svg" => text.extend(format!("l{} {}", value % 97, value % 89).bytes()),
            "js" | "json" => text.extend(format!(",{}", value % 99_991).bytes()),
            "css" => {
                text.extend(format!(".c{value:x} {{\n    top: {}px;\n}}\n", value % 97).bytes())
            }
            _ => text.extend(value.to_le_bytes()),
        }
    }
    text.extend_from_slice(match ending {
        "svg" => b"\"/></svg>\n",
        "js" => b"];\n",
        "json" => b"]\n",
        _ => b"",
    });
    text
}

/// SplitMix64: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
