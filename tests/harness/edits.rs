//! A small shop with something of every kind, and what may happen to it between two deploys.

use std::fs;
use std::path::{Path, PathBuf};

use scd::options::{ContentVersion, Options, Strategy};
use scd_magento::Layout;
use scd_magento::selection::{Filter, Group};

use crate::fixture::Fixture;
use crate::random::Random;
use crate::shop::{config, module, theme};

/// The shop of all tests with a child theme, a second module, imports over modules, urls into other packages, translations
/// and links.
pub fn shop() -> Fixture {
    let shop = crate::shop::shop();
    module(&shop, "Two");
    shop.write(
        "app/etc/config.php",
        config("1").replace("'Acme_One' => 1", "'Acme_One' => 1, 'Acme_Two' => 1"),
    );
    theme(&shop, "child", Some("Acme/base"));
    for (path, text) in [
        (
            "app/design/frontend/Acme/base/web/css/all.less",
            "//@magento_import 'source/_module.less';\n@import 'source/_x';\n.all { color: @c }\n",
        ),
        (
            "app/code/Acme/One/view/frontend/web/css/source/_module.less",
            ".one { width: 1px }\n",
        ),
        (
            "app/code/Acme/Two/view/base/web/css/source/_module.less",
            ".two { width: 2px; .mix() }\n.mix() { top: 0 }\n",
        ),
        (
            "app/design/frontend/Acme/child/web/css/own.css",
            "a { background: url('../images/i.png') }\n",
        ),
        (
            "app/design/frontend/Acme/child/Acme_Two/web/js/two.js",
            "define(['mage/translate'], function ($t) { return $t('Two'); });\n",
        ),
        (
            "app/code/Acme/Two/view/frontend/web/js/two.js",
            "define([], function () { return 2; });\n",
        ),
        (
            "app/code/Acme/Two/view/frontend/requirejs-config.js",
            "var config = { map: { '*': { two: 'Acme_Two/js/two' } } };\n",
        ),
        (
            "app/code/Acme/Two/view/frontend/templates/b.phtml",
            "<b>\n    <?= 2 ?>\n</b>\n",
        ),
        ("app/code/Acme/Two/i18n/de_DE.csv", "\"Two\",\"Zwei\"\n"),
        (
            "app/design/frontend/Acme/base/web/i18n/de_DE/css/source/_x.less",
            "@c: #0000ff;\n",
        ),
        ("shared/linked.js", "var linked = 1;\n"),
    ] {
        shop.write(path, text);
    }
    let link = shop.root().join("app/design/frontend/Acme/base/web/js");
    fs::create_dir_all(&link).expect("it can be made");
    std::os::unix::fs::symlink(
        "../../../../../../../shared/linked.js",
        link.join("linked.js"),
    )
    .expect("it can be linked");
    shop
}

/// Locales, strategy, version and threads by chance.
pub fn options_for(random: &mut Random, mut options: Options) -> Options {
    let locales: &[&str] = random.one(&[&["en_US"][..], &["de_DE"], &["en_US", "de_DE"]]);
    options.selection.groups = vec![Group {
        locales: Filter {
            include: locales.iter().map(|locale| (*locale).to_owned()).collect(),
            ..Filter::default()
        },
        ..Group::default()
    }];
    options.jobs = 1 + random.below(2);
    options.content_version = match random.below(2) {
        0 => ContentVersion::OfContent,
        _ => ContentVersion::Text("3".to_owned()),
    };
    let strategies = [
        Strategy::Quick,
        Strategy::Quick,
        Strategy::Standard,
        Strategy::Compact,
    ];
    with_strategy(options, random.one(&strategies))
}

/// With a strategy and the layout that belongs to it.
pub fn with_strategy(mut options: Options, strategy: Strategy) -> Options {
    options.strategy = strategy;
    options.selection.layout = match strategy {
        Strategy::Compact => Layout::Compact,
        _ => Layout::Complete,
    };
    options
}

/// Changes a shop.
#[derive(Debug)]
pub struct Editor {
    root: PathBuf,
    number: usize,
    /// All sources as they were at first.
    whole: Vec<(PathBuf, Vec<u8>)>,
}

/// Where sources lie.
const SOURCES: [&str; 4] = ["app/code", "app/design", "lib", "shared"];

/// What a file of that ending may hold; the last one of each kind is wrong.
const TEXTS: [(&str, &[&str]); 6] = [
    (
        "less",
        &[
            ".a { color: red }\n",
            "@c: #123456;\n.b { color: @c }\n",
            "@c: teal;\n",
            ".q { .nope() }\n",
        ],
    ),
    (
        "css",
        &[
            "a { color: red }\n",
            "b { background: url(../images/i.png) }\n",
            "i { top: 0 ;; }\n",
        ],
    ),
    (
        "js",
        &[
            "var a = 1;\n",
            "define([], function () { return $t('Two'); });\n",
            "var config = { paths: { a: 'b' } };\n",
            "var = ;\n",
        ],
    ),
    (
        "html",
        &["<i data-bind=\"i18n: 'Two'\"></i>\n", "<b>x</b>\n"],
    ),
    ("phtml", &["<p>\n  x\n</p>\n", "<p><?= 1 // x\n ?></p>\n"]),
    (
        "csv",
        &["\"Two\",\"Zwo\"\n", "\"One\",\"Eins\"\n\"Two\",\"Zwei!\"\n"],
    ),
];

impl Editor {
    /// For a shop as it is now.
    pub fn new(shop: &Fixture) -> Self {
        let mut editor = Self {
            root: shop.root(),
            number: 0,
            whole: Vec::new(),
        };
        let files = editor.files(&SOURCES, &|_| true).into_iter();
        editor.whole = files
            .map(|path| {
                let bytes = fs::read(&path).expect("it is there");
                (path, bytes)
            })
            .collect();
        editor
    }

    /// Brings back what has been there at first, beside what is not wrong by itself.
    pub fn heal(&self) -> String {
        for path in self.files(&SOURCES, &|path| ending(path).is_some()) {
            let text = fs::read(&path).expect("it is there");
            let is_wrong = TEXTS
                .iter()
                .any(|(_, texts)| texts.last().is_some_and(|wrong| wrong.as_bytes() == text));
            if is_wrong || path.extension().is_some_and(|ending| ending == "less") {
                fs::remove_file(path).expect("it is there");
            }
        }
        for (path, bytes) in &self.whole {
            fs::write(path, bytes).expect("it can be written");
        }
        "heal".to_owned()
    }

    /// Does something, and says what.
    pub fn edit(&mut self, random: &mut Random) -> String {
        let sources = self.files(&["app/code", "app/design", "lib", "shared"], &|path| {
            ending(path).is_some()
        });
        let source = random.one(&sources);
        match random.below(17) {
            0..=3 => {
                let text = text_for(&source, random);
                self.put(&source, text)
            }
            4 => {
                fs::remove_file(&source).expect("it is there");
                format!("remove {}", self.name(&source))
            }
            5 | 6 => self.add(random),
            7 => {
                self.number += 1;
                let to = source.with_file_name(format!(
                    "moved{}.{}",
                    self.number,
                    ending(&source).unwrap_or_default()
                ));
                fs::rename(&source, &to).expect("it can be moved");
                format!("move {} to {}", self.name(&source), self.name(&to))
            }
            8 => {
                let file = fs::File::options()
                    .append(true)
                    .open(&source)
                    .expect("it is there");
                file.set_modified(std::time::SystemTime::now())
                    .expect("it is ours");
                format!("touch {}", self.name(&source))
            }
            9 => self.change_secretly(&source),
            10 => {
                let parent = random.one(&["<parent>Acme/base</parent>", ""]);
                let path = self.root.join("app/design/frontend/Acme/child/theme.xml");
                self.put(
                    &path,
                    &format!("<theme><title>child</title>{parent}</theme>\n"),
                )
            }
            11 => {
                let text = config(random.one(&["0", "1"]))
                    .replace("'Acme_One' => 1", "'Acme_One' => 1, 'Acme_Two' => 1");
                let strategy = random.one(&["dictionary", "embedded"]);
                let text = text.replace(
                    "'js' => [",
                    &format!("'js' => ['translate_strategy' => '{strategy}', "),
                );
                self.put(&self.root.join("app/etc/config.php"), &text)
            }
            12 | 13 => self.disturb(random, &["pub/static/frontend", "var/view_preprocessed"]),
            _ => self.disturb(random, &["var/scd"]),
        }
    }

    fn files(&self, directories: &[&str], is_wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
        let mut open: Vec<PathBuf> = directories
            .iter()
            .map(|directory| self.root.join(directory))
            .collect();
        let mut files = Vec::new();
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
                let kind = entry.file_type().expect("it is there");
                if kind.is_dir() {
                    open.push(entry.path());
                } else if kind.is_file() && is_wanted(&entry.path()) {
                    files.push(entry.path());
                }
            }
        }
        files.sort();
        files
    }

    fn name(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }

    fn put(&self, path: &Path, text: &str) -> String {
        fs::create_dir_all(path.parent().expect("it lies in a directory")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
        format!("write {} {text:?}", self.name(path))
    }

    fn add(&mut self, random: &mut Random) -> String {
        let directory = random.one(&[
            "app/design/frontend/Acme/base/web",
            "app/design/frontend/Acme/child/web",
            "app/design/frontend/Acme/child/Acme_Two/web",
            "app/code/Acme/One/view/frontend/web",
            "app/code/Acme/Off/view/frontend/web",
            "app/code/Acme/Two/view/base/web",
        ]);
        let path = random.one(&[
            "css/source/_module.less",
            "css/source/_x.less",
            "css/all.less",
            "css/more.less",
            "css/plain.css",
            "js/two.js",
            "js/three.js",
            "template/t.html",
            "i18n/de_DE/js/two.js",
        ]);
        let path = self.root.join(directory).join(path);
        let text = text_for(&path, random);
        self.put(&path, text)
    }

    /// Another text of the same size and with the same time.
    fn change_secretly(&self, path: &Path) -> String {
        let modified = fs::metadata(path)
            .and_then(|about| about.modified())
            .expect("it is there");
        let text = fs::read_to_string(path).expect("it is a text");
        let other = text.replace('1', "7").replace("red", "tan");
        fs::write(path, &other).expect("it can be written");
        let file = fs::File::options()
            .append(true)
            .open(path)
            .expect("it is there");
        file.set_modified(modified).expect("it is ours");
        format!("change {} secretly", self.name(path))
    }

    /// Damages, removes or adds a file where deploys write.
    fn disturb(&mut self, random: &mut Random, directories: &[&str]) -> String {
        let files = self.files(directories, &|_| true);
        if files.is_empty() {
            return "nothing to disturb".to_owned();
        }
        let path = random.one(&files);
        let name = self.name(&path);
        match random.below(5) {
            0 => {
                fs::remove_file(&path).expect("it is there");
                format!("lose {name}")
            }
            1 => {
                let mut bytes = fs::read(&path).expect("it is there");
                if let Some(length) = bytes.len().checked_sub(1) {
                    bytes[random.below(length + 1)] ^= 1;
                }
                // Files of the outgoing tree may be linked into others; a new one takes the name.
                fs::remove_file(&path).expect("it is there");
                fs::write(&path, bytes).expect("it can be written");
                format!("damage {name}")
            }
            2 => {
                let length = fs::metadata(&path).expect("it is there").len();
                let file = fs::File::options()
                    .write(true)
                    .open(&path)
                    .expect("it is there");
                file.set_len(length / 2).expect("it can be cut");
                format!("cut {name}")
            }
            3 => {
                self.number += 1;
                let foreign = path.with_file_name(format!("foreign{}", self.number));
                self.put(&foreign, "foreign")
            }
            _ => {
                fs::remove_file(&path).expect("it is there");
                fs::create_dir(&path).expect("its name is free");
                format!("put a directory in the place of {name}")
            }
        }
    }
}

fn ending(path: &Path) -> Option<&str> {
    let ending = path.extension()?.to_str()?;
    TEXTS
        .iter()
        .any(|(known, _)| *known == ending)
        .then_some(ending)
}

fn text_for<'a>(path: &Path, random: &mut Random) -> &'a str {
    let ending = ending(path).unwrap_or_default();
    let (_, texts) = TEXTS
        .iter()
        .find(|(known, _)| *known == ending)
        .expect("it is a known ending");
    // What is wrong keeps everything from being published, so it is rare.
    let count = if random.below(8) == 0 {
        texts.len()
    } else {
        texts.len() - 1
    };
    texts[random.below(count)]
}
