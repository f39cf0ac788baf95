//! Modules: most of them have nothing for browsers, others a few files, some very many.

use anyhow::Result;

use crate::component::registration;
use crate::random::Random;
use crate::words::{self, TOPICS, VENDORS};
use crate::{Shape, Sink, image, script, style, translation};

/// `Vendor_Name`.
pub(crate) fn full_name(number: usize) -> String {
    let (vendor, name) = names(number);
    format!("{vendor}_{name}")
}

fn names(number: usize) -> (&'static str, String) {
    let vendor = VENDORS[number % VENDORS.len()];
    let topic = TOPICS[number / VENDORS.len() % TOPICS.len()];
    // Beyond 800 modules names repeat with a number.
    let round = number / (VENDORS.len() * TOPICS.len());
    let name = if round == 0 {
        topic.to_owned()
    } else {
        format!("{topic}{round}")
    };
    (vendor, name)
}

/// What a module has in an area, below its `web` directory.
#[derive(Default)]
pub(crate) struct WebFiles {
    pub(crate) scripts: Vec<String>,
    pub(crate) templates: Vec<String>,
    pub(crate) stylesheets: Vec<String>,
    pub(crate) images: Vec<String>,
    /// Whether it has a `css/source/_module.less`.
    pub(crate) has_less: bool,
}

/// The names of the files that a module has in an area; themes override some of them.
pub(crate) fn web_files(seed: u64, number: usize, area: &str) -> WebFiles {
    let mut random = Random::of(seed, &format!("module {number} {area}"));
    // How many of a hundred modules have no file, at most a few, at most some; the others have many.
    let (bare, few, some) = match area {
        "base" => (88, 96, 99),
        _ => (65, 90, 98),
    };
    let kind = random.between(0, 99);
    let count = if kind < bare {
        return WebFiles::default();
    } else if kind < few {
        random.between(1, 3)
    } else if kind < some {
        random.between(4, 10)
    } else {
        random.between(20, 42)
    };
    let mut files = WebFiles {
        has_less: area != "base" && random.chance(70),
        ..WebFiles::default()
    };
    for number in 0..count {
        let name = words::name(&mut random, number);
        match random.between(0, 99) {
            0..=54 => files.scripts.push(format!("js/{name}.js")),
            55..=74 => files.templates.push(format!("template/{name}.html")),
            75..=79 => files.stylesheets.push(format!("css/{name}.css")),
            _ => files.images.push(format!(
                "images/{name}.{}",
                random.pick(&["png", "svg", "gif", "png"])
            )),
        }
    }
    files
}

/// The files of a module.
pub(crate) fn files(shape: &Shape, number: usize, sink: &mut Sink<'_>) -> Result<()> {
    let (vendor, name) = names(number);
    let full = full_name(number);
    let directory = format!("app/code/{vendor}/{name}");
    let mut put = |path: &str, bytes: &[u8]| sink(&format!("{directory}/{path}"), bytes);
    let random = |what: &str| Random::of(shape.seed, &format!("{full} {what}"));
    put("registration.php", registration("MODULE", &full).as_bytes())?;
    put("etc/module.xml", module_xml(number).as_bytes())?;
    let mut own = random("i18n");
    for locale in ["en_US", "de_DE", "fr_FR"] {
        if own.chance(if locale == "en_US" { 60 } else { 8 }) {
            let text = translation::csv(&mut random("phrases"), locale, own.skewed(3, 120));
            put(&format!("i18n/{locale}.csv"), text.as_bytes())?;
        }
    }
    for area in ["base", "frontend", "adminhtml"] {
        let web = web_files(shape.seed, number, area);
        let random = |path: &str| Random::of(shape.seed, &format!("{full} {area} {path}"));
        let mut put = |path: &str, bytes: &[u8]| put(&format!("view/{area}/{path}"), bytes);
        write_web(&web, &random, &mut put)?;
        if web.has_less {
            let scope = full.to_lowercase().replace('_', "-");
            let text = style::module(&mut random("module.less"), &scope);
            put("web/css/source/_module.less", text.as_bytes())?;
            if random("email").chance(10) {
                let text = style::css(&mut random("email.less"));
                put("web/css/source/_email.less", text.as_bytes())?;
            }
        }
        if web.scripts.len() > 1 {
            let text = script::config(&mut random("requirejs"), &full, &web.scripts);
            put("requirejs-config.js", text.as_bytes())?;
        }
        let count = random("templates").skewed(0, 10);
        for template in 0..count {
            let mut random = random(&format!("template {template}"));
            let name = words::name(&mut random, template);
            put(
                &format!("templates/{name}.phtml"),
                script::phtml(&mut random, &name).as_bytes(),
            )?;
        }
    }
    Ok(())
}

/// Writes web files with the bytes that `random` gives to each path.
pub(crate) fn write_web(
    web: &WebFiles,
    random: &dyn Fn(&str) -> Random,
    put: &mut dyn FnMut(&str, &[u8]) -> Result<()>,
) -> Result<()> {
    for path in &web.scripts {
        let mut random = random(path);
        let size = random.skewed(400, 12_000);
        put(
            &format!("web/{path}"),
            script::module(&mut random, path, size).as_bytes(),
        )?;
    }
    for path in &web.templates {
        put(
            &format!("web/{path}"),
            script::html(&mut random(path)).as_bytes(),
        )?;
    }
    for path in &web.stylesheets {
        put(
            &format!("web/{path}"),
            style::css(&mut random(path)).as_bytes(),
        )?;
    }
    for path in &web.images {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        put(
            &format!("web/{path}"),
            &image::bytes(&mut random(path), extension),
        )?;
    }
    Ok(())
}

/// Every third module comes after another one.
fn module_xml(number: usize) -> String {
    let sequence = if number % 3 == 2 {
        format!(
            "\n        <sequence>\n            <module name=\"{}\"/>\n        </sequence>\n    ",
            full_name(number - 1)
        )
    } else {
        String::new()
    };
    format!(
        "<?xml version=\"1.0\"?>\n<config>\n    <module name=\"{}\">{sequence}</module>\n</config>\n",
        full_name(number)
    )
}
