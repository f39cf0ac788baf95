//! The list of configurations, `matrix.toml`; its first lines describe the format.

use std::fs;
use std::path::Path;

use toml::{Table, Value};

/// One way to deploy the reference tree.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    /// Its name in the scoreboard.
    pub(crate) name: String,
    /// The arguments of both commands.
    pub(crate) arguments: Vec<String>,
    /// Arguments of scd alone.
    pub(crate) scd: Vec<String>,
    /// Settings of `php.ini`.
    pub(crate) php: Vec<String>,
    /// What `app/etc/config.php` holds besides the reference's modules, scopes and themes: path to value.
    pub(crate) config: Table,
    /// What `app/etc/env.php` holds; the file is there only when this is not empty.
    pub(crate) env: Table,
    /// Variables of both processes.
    pub(crate) environment: Vec<(String, String)>,
    /// Folders of `overlay` that are laid into the root.
    pub(crate) overlays: Vec<String>,
    /// Whether it is run although nobody asks for the whole list.
    pub(crate) is_default: bool,
    /// Both commands refuse it.
    pub(crate) is_refused: bool,
    /// Why scd refuses what PHP accepts, if it does on purpose.
    pub(crate) deviation: Option<String>,
}

/// The list.
#[derive(Debug)]
pub(crate) struct Matrix {
    /// What every `config.php` holds unless a configuration says otherwise.
    pub(crate) base: Table,
    /// In the order of the file.
    pub(crate) configurations: Vec<Configuration>,
}

const KEYS: [&str; 12] = [
    "name",
    "about",
    "arguments",
    "scd",
    "php",
    "config",
    "env",
    "environment",
    "overlays",
    "default",
    "refused",
    "deviation",
];

impl Matrix {
    /// Reads the list; what is wrong with it ends the test.
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("the list is there");
        let list: Table = text
            .parse()
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let configurations = list["configuration"].as_array().expect("a list of tables");
        Self {
            base: list["base"].as_table().expect("a table").clone(),
            configurations: configurations.iter().map(configuration).collect(),
        }
    }

    /// What `SCD_PARITY` asks for: everything with `all`, else the names between commas, else the small set.
    pub(crate) fn chosen(&self, asked: &str) -> Vec<&Configuration> {
        let names: Vec<&str> = asked.split(',').collect();
        let is_chosen = |configuration: &&Configuration| match asked {
            "all" => true,
            "" => configuration.is_default,
            _ => names.contains(&configuration.name.as_str()),
        };
        self.configurations.iter().filter(is_chosen).collect()
    }
}

fn configuration(value: &Value) -> Configuration {
    let table = value.as_table().expect("a table");
    let name = table["name"].as_str().expect("a name").to_owned();
    for key in table.keys() {
        assert!(KEYS.contains(&key.as_str()), "{name}: what is `{key}`?");
    }
    let text = |value: &Value| {
        value
            .as_str()
            .unwrap_or_else(|| panic!("{name}: a text"))
            .to_owned()
    };
    let list = |key: &str| -> Vec<String> {
        let values = table.get(key).and_then(Value::as_array);
        values.into_iter().flatten().map(text).collect()
    };
    let inner = |key: &str| {
        let inner = table
            .get(key)
            .map(|value| value.as_table().expect("a table"));
        inner.cloned().unwrap_or_default()
    };
    let is_set = |key: &str| table.get(key).and_then(Value::as_bool).unwrap_or(false);
    Configuration {
        arguments: list("arguments"),
        scd: list("scd"),
        php: list("php"),
        config: inner("config"),
        env: inner("env"),
        environment: inner("environment")
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
        overlays: list("overlays"),
        is_default: is_set("default"),
        is_refused: is_set("refused"),
        deviation: table.get("deviation").map(text),
        name: name.clone(),
    }
}
