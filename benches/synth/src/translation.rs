//! CSV files of modules and themes, and language packs.

use anyhow::Result;

use crate::component::registration;
use crate::random::Random;
use crate::words::phrase;
use crate::{Shape, Sink};

/// Phrases in the CSV file of a locale.
const PACK_PHRASES: usize = 2_500;

/// `phrase,translation` for some phrases.
pub(crate) fn csv(random: &mut Random, locale: &str, count: usize) -> String {
    let mut text = String::new();
    for _ in 0..count {
        let source = phrase(random);
        text += &format!("\"{source}\",\"{}\"\n", translated(&source, locale));
    }
    text
}

/// What stands for a phrase in a locale; nothing changes in American English.
fn translated(source: &str, locale: &str) -> String {
    if locale == "en_US" {
        return source.to_owned();
    }
    let words: Vec<String> = source
        .split(' ')
        .map(|word| match word {
            "%1" => word.to_owned(),
            word => format!("{word}{}", &locale[..2]),
        })
        .collect();
    words.join(" ")
}

/// One language pack for each locale but the first.
pub(crate) fn packs(shape: &Shape, sink: &mut Sink<'_>) -> Result<()> {
    for locale in shape.locale_names().iter().skip(1) {
        let name = locale.to_lowercase();
        let directory = format!("app/i18n/synth/{name}");
        sink(
            &format!("{directory}/registration.php"),
            registration("LANGUAGE", &format!("synth_{name}")).as_bytes(),
        )?;
        // A dialect uses the pack of its language.
        let language = match *locale {
            "de_AT" | "de_CH" => Some("de_de"),
            "fr_CH" => Some("fr_fr"),
            "it_CH" => Some("it_it"),
            _ => None,
        };
        let used = language.map_or_else(String::new, |language| {
            format!("    <use vendor=\"synth\" package=\"{language}\"/>\n")
        });
        let manifest = format!(
            "<?xml version=\"1.0\"?>\n<language xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xsi:noNamespaceSchemaLocation=\"urn:magento:framework:App/Language/package.xsd\">\n    \
             <code>{locale}</code>\n    <vendor>synth</vendor>\n    <package>{name}</package>\n{used}</language>\n"
        );
        sink(&format!("{directory}/language.xml"), manifest.as_bytes())?;
        // All packs translate the same phrases.
        let mut random = Random::of(shape.seed, "pack");
        let count = if language.is_some() {
            PACK_PHRASES / 10
        } else {
            PACK_PHRASES
        };
        let text = csv(&mut random, locale, count);
        sink(&format!("{directory}/{locale}.csv"), text.as_bytes())?;
    }
    Ok(())
}
