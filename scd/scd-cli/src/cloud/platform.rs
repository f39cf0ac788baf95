//! What the platform tells in environment variables, and `.magento.app.yaml`, which stands in for one of them. Mirrors
//! `Magento\MagentoCloud\Config\EnvironmentData` and `PlatformVariable\Decoder`.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value as Json};

use super::env_file::EnvFile;
use super::yaml::{self, Entry, Node, Value};

/// Looks up an environment variable.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The file with hooks and mounts, below the root.
pub(crate) const APPLICATION_FILE: &str = ".magento.app.yaml";

/// The platform as far as static content goes.
#[derive(Debug)]
pub(crate) struct Platform {
    /// The project's variables.
    variables: Map<String, Json>,
    /// Hooks and mounts.
    application: Node,
    /// The variable that only phases after the build have, where it is set.
    pub(crate) later_phase: Option<String>,
}

impl Platform {
    /// Reads the variables, under the names that `.magento.env.yaml` gives them, and `.magento.app.yaml`.
    ///
    /// # Errors
    /// A variable that is not JSON in base64, a file that is not YAML.
    pub(crate) fn read(root: &Path, file: &EnvFile, lookup: Lookup<'_>) -> Result<Self> {
        let named = |key: &str, default: &'static str| {
            let name = file.variable_name(key, default).to_owned();
            lookup(&name).map(|text| (name, text))
        };
        let variables = match named("ENV_VARIABLES", "MAGENTO_CLOUD_VARIABLES") {
            Some((name, text)) => object(&name, &text)?,
            None => Map::new(),
        };
        let application = match named("ENV_APPLICATION", "MAGENTO_CLOUD_APPLICATION") {
            Some((name, text)) => object(&name, &text)?,
            None => Map::new(),
        };
        let services = [
            ("ENV_RELATIONSHIPS", "MAGENTO_CLOUD_RELATIONSHIPS"),
            ("ENV_ROUTES", "MAGENTO_CLOUD_ROUTES"),
        ];
        let later_phase = services.iter().find_map(|(key, default)| {
            let (name, text) = named(key, default)?;
            (!text.is_empty()).then_some(name)
        });
        Ok(Self {
            variables,
            application: with_file(application, read_application(root)?),
            later_phase,
        })
    }

    /// A platform that tells nothing.
    pub(crate) fn unknown() -> Self {
        Self {
            variables: Map::new(),
            application: Node {
                value: Value::Null,
                line: 0,
            },
            later_phase: None,
        }
    }

    /// The locale of the first administrator. Mirrors `Magento\MagentoCloud\Config\AdminData::getLocale`.
    ///
    /// # Errors
    /// Something other than a text.
    pub(crate) fn admin_locale(&self) -> Result<&str> {
        match self.variables.get("ADMIN_LOCALE") {
            None | Some(Json::Null) => Ok("en_US"),
            Some(Json::String(locale)) => Ok(locale),
            Some(other) => bail!("the variable `ADMIN_LOCALE` must be a locale, found `{other}`"),
        }
    }

    /// Whether the deploy phase takes a switch for on: the variable's value wins over the file's. Mirrors
    /// `Magento\MagentoCloud\Config\Stage\Deploy\MergedConfig`.
    pub(crate) fn deploy_flag(&self, file: &EnvFile, key: &str, default: bool) -> bool {
        match self.variables.get(key) {
            // Texts are decoded where that is possible: `true` is true, `0` is zero, and any other word counts as on.
            Some(Json::String(text)) if !text.is_empty() => {
                let word = match serde_json::from_str(text) {
                    Ok(Json::Null) | Err(_) => Json::String(text.clone()),
                    Ok(decoded) => decoded,
                };
                from_json(&word).is_truthy()
            }
            Some(value) => from_json(value).is_truthy(),
            None => file
                .deploy(key)
                .map_or(default, |node| node.value.is_truthy()),
        }
    }

    /// A hook's commands.
    pub(crate) fn hook(&self, name: &str) -> Option<&str> {
        self.application.get("hooks")?.get(name)?.value.as_str()
    }

    /// Whether there is a post_deploy hook as ece-tools looks for it: by a part of its text. Mirrors
    /// `Magento\MagentoCloud\Config\Application\HookChecker`.
    pub(crate) fn has_post_deploy_hook(&self) -> bool {
        self.hook("post_deploy")
            .is_some_and(|hook| hook.contains("/ece-tools"))
    }

    /// Whether a directory is a mount. Mirrors `Magento\MagentoCloud\Config\Environment::hasMount`.
    pub(crate) fn has_mount(&self, directory: &str) -> bool {
        let Some(mounts) = self.application.get("mounts") else {
            return false;
        };
        let is_set = |name: &str| {
            mounts
                .get(name)
                .is_some_and(|mount| mount.value != Value::Null)
        };
        is_set(directory) || is_set(&format!("/{directory}"))
    }

    /// Whether anything is known of the application.
    pub(crate) fn has_application(&self) -> bool {
        self.application.value.is_truthy()
    }
}

fn read_application(root: &Path) -> Result<Node> {
    let path = root.join(APPLICATION_FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => yaml::parse(APPLICATION_FILE, &text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => yaml::parse("", ""),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}

/// The variable, or the file where the variable is empty, with the file's mounts where the variable has none.
fn with_file(variable: Map<String, Json>, file: Node) -> Node {
    if variable.is_empty() {
        return file;
    }
    let mut entries = map_of_json(&variable);
    let has_mounts = variable
        .get("mounts")
        .is_some_and(|mounts| !mounts.is_null());
    if !has_mounts && let Some(mounts) = file.get("mounts") {
        entries.retain(|entry| entry.key != "mounts");
        entries.push(entry("mounts".to_owned(), false, mounts.clone()));
    }
    Node {
        value: Value::Array(entries),
        line: 0,
    }
}

/// An object out of base64 of JSON.
pub(super) fn object(name: &str, text: &str) -> Result<Map<String, Json>> {
    match serde_json::from_slice(&decode(text)) {
        Ok(Json::Object(object)) => Ok(object),
        // PHP encodes an empty map as a list.
        Ok(Json::Array(list)) if list.is_empty() => Ok(Map::new()),
        _ => Err(anyhow!("`{name}` must hold a JSON object in base64")),
    }
}

/// Base64 as PHP's `base64_decode` reads it: what does not belong is skipped.
fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    bytes
}

fn entry(key: String, is_listed: bool, node: Node) -> Entry {
    Entry {
        key,
        line: 0,
        is_constant: false,
        is_listed,
        node,
    }
}

fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::Int(number),
            None => Value::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::String(text.clone()),
        Json::Array(list) => {
            let element = |json| entry(String::new(), true, node_of_json(json));
            Value::Array(list.iter().map(element).collect())
        }
        Json::Object(map) => Value::Array(map_of_json(map)),
    }
}

fn map_of_json(map: &Map<String, Json>) -> Vec<Entry> {
    map.iter()
        .map(|(key, json)| entry(key.clone(), false, node_of_json(json)))
        .collect()
}

fn node_of_json(json: &Json) -> Node {
    Node {
        value: from_json(json),
        line: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(yaml: &str, variables: &[(&str, &str)]) -> Result<Platform> {
        let file = EnvFile::parse("x".into(), yaml).unwrap();
        let lookup = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, text)| (*text).to_owned())
        };
        Platform::read(Path::new("/nonexistent"), &file, &lookup)
    }

    /// `{"ADMIN_LOCALE":"pl_PL","SKIP_SCD":"0"}`
    const VARIABLES: &str = "eyJBRE1JTl9MT0NBTEUiOiJwbF9QTCIsIlNLSVBfU0NEIjoiMCJ9";

    #[test]
    fn base64_is_read_as_php_reads_it() {
        assert_eq!(decode("aGk="), b"hi");
        assert_eq!(decode(" aG\nk"), b"hi");
        assert_eq!(decode("/+8="), [0xff, 0xef]);
        assert_eq!(decode(""), b"");
    }

    #[test]
    fn the_projects_variables_are_found_under_their_name() {
        let file = EnvFile::parse("x".into(), "stage: {global: {SKIP_SCD: true}}").unwrap();
        let set = platform("", &[("MAGENTO_CLOUD_VARIABLES", VARIABLES)]).unwrap();
        assert_eq!(set.admin_locale().unwrap(), "pl_PL");
        assert!(!set.deploy_flag(&file, "SKIP_SCD", true));
        let unset = platform("", &[]).unwrap();
        assert_eq!(unset.admin_locale().unwrap(), "en_US");
        assert!(unset.deploy_flag(&file, "SKIP_SCD", false));
        let renamed = platform(
            "system: {variables: {ENV_VARIABLES: MINE}}",
            &[("MINE", VARIABLES), ("MAGENTO_CLOUD_VARIABLES", "bnVsbA==")],
        );
        assert_eq!(renamed.unwrap().admin_locale().unwrap(), "pl_PL");
        assert!(platform("", &[("MAGENTO_CLOUD_VARIABLES", "bnVsbA==")]).is_err());
    }

    #[test]
    fn relationships_tell_the_phase() {
        assert_eq!(
            platform("", &[("MAGENTO_CLOUD_VARIABLES", VARIABLES)])
                .unwrap()
                .later_phase,
            None
        );
        assert_eq!(
            platform("", &[("MAGENTO_CLOUD_RELATIONSHIPS", "e30=")])
                .unwrap()
                .later_phase
                .as_deref(),
            Some("MAGENTO_CLOUD_RELATIONSHIPS")
        );
    }

    #[test]
    fn the_variable_wins_over_the_file_but_for_missing_mounts() {
        let file = yaml::parse(
            "a",
            "hooks: {post_deploy: 'php ./vendor/bin/ece-tools run'}\nmounts: {/pub/static: x}\n",
        )
        .unwrap();
        let of = |json: &str| Platform {
            variables: Map::new(),
            application: with_file(serde_json::from_str(json).unwrap(), file.clone()),
            later_phase: None,
        };
        assert!(of("{}").has_post_deploy_hook());
        assert!(of("{}").has_mount("pub/static"));
        let variable = of(r#"{"hooks": {"post_deploy": "ece-tools run"}}"#);
        assert!(!variable.has_post_deploy_hook());
        assert!(variable.has_mount("pub/static"));
        assert!(!of(r#"{"mounts": {"var": "x"}}"#).has_mount("pub/static"));
    }
}
