//! A shop whose every file tells which version it is of, and what a deploy of it leaves.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use scd_tests::fixture::Fixture;
use scd_tests::run::Run;
use scd_tests::shop::shop;

use crate::SCD;

/// Files of each kind in the theme.
const FILES: usize = 16;

/// Where Magento looks for packages and for minified templates.
pub(crate) const STATIC: &str = "pub/static";
pub(crate) const TEMPLATES: &str = "var/view_preprocessed/pub/static";

/// Path below a directory to a hash of the bytes; links and directories are of no interest.
pub(crate) type Tree = BTreeMap<String, blake3::Hash>;

/// A shop that has one version after the other.
pub(crate) struct Versions {
    pub(crate) shop: Fixture,
}

impl Versions {
    /// The shop, without a version yet, with something live in it that no deploy may lose.
    pub(crate) fn new() -> Versions {
        let shop = shop();
        shop.write("pub/static/_cache/merged/m.js", "merged").write(
            "pub/static/frontend/Acme/other/en_US/o.js",
            "of another run",
        );
        for number in 0..FILES {
            let text = format!("var always = {number}; // {}\n", "x".repeat(4000));
            shop.write(&format!("{THEME}/js/same/{number}.js"), text);
        }
        Versions { shop }
    }

    /// Changes the sources: every file names the version, and half of the files are only in every other version.
    pub(crate) fn set(&self, version: u64) {
        let filler = "x".repeat(3000);
        for number in 0..FILES {
            let script = format!("var version = {version}; var text = '{filler}';\n");
            let style = format!(".v{version} {{ content: '{filler}'; }}\n");
            self.shop
                .write(&format!("{THEME}/js/changing/{number}.js"), script)
                .write(&format!("{THEME}/css/changing/{number}.css"), style);
            let (here, gone) = (version % 2, 1 - version % 2);
            let path = |parity| format!("{THEME}/js/parity-{parity}/{number}.js");
            self.shop
                .write(&path(here), format!("var only = {version};\n"));
            if self.shop.has(&path(gone)) {
                self.shop.remove(&path(gone));
            }
        }
        self.shop
            .write(
                &format!("{THEME}/css/source/_x.less"),
                format!("@c: #{version:06};\n"),
            )
            .write(
                "app/code/Acme/One/view/frontend/templates/a.phtml",
                format!("<p>\n    <?= {version} ?>\n</p>\n"),
            );
    }

    /// The arguments of a deploy of a version.
    fn arguments(&self, version: u64) -> Vec<String> {
        let root = self.shop.root();
        vec![
            "deploy".to_owned(),
            "-f".to_owned(),
            "-j2".to_owned(),
            format!("--root={}", root.display()),
            format!("--content-version={version}"),
            "en_US".to_owned(),
        ]
    }

    /// Deploys a version to its end.
    pub(crate) fn deploy(&self, version: u64) -> Run {
        let arguments = self.arguments(version);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        scd_tests::run::run(SCD, &arguments, &[])
    }

    /// Starts a deploy of a version.
    pub(crate) fn start(&self, version: u64) -> Child {
        Command::new(SCD)
            .args(self.arguments(version))
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command can be started")
    }

    /// What is live below a directory of the root.
    pub(crate) fn live(&self, target: &str) -> Tree {
        tree(&self.shop.root().join(target))
    }

    /// Stages and other things of ours that lie about, as paths below the root.
    pub(crate) fn leftovers(&self) -> Vec<String> {
        let mut found = Vec::new();
        for directory in ["pub", STATIC, "var/view_preprocessed/pub", TEMPLATES] {
            found.extend(
                names(&self.shop.root().join(directory))
                    .into_iter()
                    .filter(|name| name.starts_with(".scd-"))
                    .map(|name| format!("{directory}/{name}")),
            );
        }
        found
    }
}

const THEME: &str = "app/design/frontend/Acme/base/web";

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// All files below a directory.
pub(crate) fn tree(directory: &Path) -> Tree {
    let mut found = Tree::new();
    let mut open = vec![directory.to_owned()];
    while let Some(current) = open.pop() {
        for name in names(&current) {
            let path = current.join(&name);
            if path.is_dir() {
                if !name.starts_with(".scd-") {
                    open.push(path);
                }
                continue;
            }
            let below = path.strip_prefix(directory).expect("it lies below");
            let bytes = fs::read(&path).expect("it can be read");
            found.insert(below.to_string_lossy().into_owned(), blake3::hash(&bytes));
        }
    }
    found
}
