//! Environment variables that change what a deployment is configured to be. They come as data: whoever calls reads the
//! environment.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::php::{PhpKey, PhpValue};

/// What a variable that sets a configuration value begins with.
pub const CONFIG_PREFIX: &str = "CONFIG__";

/// Top-level keys of `app/etc/env.php` as JSON. Mirrors `Magento\Framework\App\DeploymentConfig::getEnvOverride`.
pub(crate) const OVERRIDE: &str = "MAGENTO_DC__OVERRIDE";

/// What a variable that sets one key of `app/etc/env.php` begins with.
const DEPLOYMENT_PREFIX: &str = "MAGENTO_DC_";

/// Variables of a process. Remembers which ones were asked for; clones remember together.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: Vec<(String, String)>,
    sets_config: bool,
    asked: Arc<Mutex<BTreeSet<String>>>,
}

impl Environment {
    /// Variables in their order. `sets_config` tells whether those that begin with [`CONFIG_PREFIX`] count: for PHP they
    /// do when its setting `variables_order` contains `E`.
    pub fn new(
        variables: impl IntoIterator<Item = (String, String)>,
        sets_config: bool,
    ) -> Environment {
        Environment {
            variables: variables.into_iter().collect(),
            sets_config,
            asked: Arc::default(),
        }
    }

    /// The text of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert(name.to_owned());
        let found = self.variables.iter().find(|(known, _)| known == name);
        found.map(|(_, text)| text.as_str())
    }

    /// The names of the variables that were asked for one by one, present or not.
    pub fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().cloned().collect()
    }

    /// The variables that count by how their names begin, in their order, and whether those for settings do.
    pub fn settings(&self) -> (Vec<(&str, &str)>, bool) {
        let variables = self.variables.iter();
        let is_setting =
            |name: &str| name.starts_with(CONFIG_PREFIX) || name.starts_with(DEPLOYMENT_PREFIX);
        let settings = variables.filter(|(name, _)| is_setting(name));
        let settings = settings.map(|(name, text)| (name.as_str(), text.as_str()));
        (settings.collect(), self.sets_config)
    }

    /// The variable that sets the key `name` of the deployment configuration.
    /// Mirrors `Magento\Framework\App\DeploymentConfig::reloadData`.
    pub(crate) fn deployment_value(&self, name: &str) -> Option<&str> {
        let found = self.variables.iter().find(|(known, _)| {
            let key = known.strip_prefix(DEPLOYMENT_PREFIX);
            known != OVERRIDE && key.is_some_and(|key| key.to_lowercase() == name)
        });
        found.map(|(_, text)| text.as_str())
    }

    /// Name, path below `system` and text of each variable that is meant to set a configuration value, whether it counts
    /// or not. Mirrors `Magento\Config\Model\Placeholder\Environment`.
    pub(crate) fn config_values(&self) -> impl Iterator<Item = (&str, Vec<String>, &str)> {
        self.variables.iter().filter_map(|(name, text)| {
            let rest = name.strip_prefix(CONFIG_PREFIX)?;
            let is_applicable = rest.starts_with(|first: char| first.is_ascii_alphabetic())
                && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            let path = rest.split("__").map(str::to_ascii_lowercase).collect();
            is_applicable.then_some((name.as_str(), path, text.as_str()))
        })
    }

    /// Whether [`Self::config_values`] count.
    pub(crate) fn sets_config(&self) -> bool {
        self.sets_config
    }

    /// A value of the deployment configuration with `#env(NAME, "default")` replaced.
    /// Mirrors `Magento\Framework\App\DeploymentConfig::flattenParams`.
    pub(crate) fn resolve<'v>(&self, value: &'v PhpValue) -> Cow<'v, PhpValue> {
        let Some((name, default)) = value.as_str().and_then(reference) else {
            return Cow::Borrowed(value);
        };
        // As in PHP, an empty text and `0` count as not set.
        let set = self.get(name).filter(|text| !matches!(*text, "" | "0"));
        Cow::Owned(set.or(default).map_or(PhpValue::Null, PhpValue::string))
    }
}

/// Name and default of `#env(NAME, "default")`.
fn reference(text: &str) -> Option<(&str, Option<&str>)> {
    let inner = text.strip_prefix("#env(")?.strip_suffix(')')?;
    let (name, default) = match inner.split_once(',') {
        Some((name, default)) => {
            let default = default.trim_start().strip_prefix('"')?.strip_suffix('"')?;
            (name, Some(default).filter(|text| !text.is_empty())?.into())
        }
        None => (inner, None),
    };
    let name = name.trim();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (!name.is_empty() && name.bytes().all(is_word)).then_some((name, default))
}

/// A JSON value as PHP's `json_decode` to arrays gives it.
pub(crate) fn from_json(value: serde_json::Value) -> PhpValue {
    use serde_json::Value;
    match value {
        Value::Null => PhpValue::Null,
        Value::Bool(flag) => PhpValue::Bool(flag),
        Value::Number(number) => match number.as_i64() {
            Some(number) => PhpValue::Int(number),
            None => PhpValue::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => PhpValue::string(text),
        Value::Array(list) => {
            let mut array = crate::php::PhpArray::new();
            list.into_iter()
                .for_each(|value| array.push(from_json(value)));
            PhpValue::Array(array)
        }
        Value::Object(map) => {
            let mut array = crate::php::PhpArray::new();
            for (key, value) in map {
                array.insert(PhpKey::from_bytes(key.as_bytes()), from_json(value));
            }
            PhpValue::Array(array)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        let owned = pairs
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Environment::new(owned, true)
    }

    #[test]
    fn names_become_paths_in_lower_case() {
        let environment = environment(&[
            ("CONFIG__DEFAULT__DEV__JS__MINIFY_FILES", "0"),
            ("CONFIG__default__a", "1"),
            ("config__default__a", "2"),
            ("CONFIG__DEFAULT__A-B", "3"),
            ("CONFIG__1", "4"),
            ("CONFIG__", "5"),
        ]);
        let found: Vec<(String, &str)> = environment
            .config_values()
            .map(|(_, path, text)| (path.join("/"), text))
            .collect();
        assert_eq!(
            found,
            [
                ("default/dev/js/minify_files".to_owned(), "0"),
                ("default/a".to_owned(), "1")
            ]
        );
    }

    #[test]
    fn what_was_asked_for_is_remembered() {
        let environment = environment(&[("CONFIG__A", "1"), ("B", "2"), ("MAGENTO_DC_X", "3")]);
        environment.clone().resolve(&PhpValue::string("#env(B)"));
        environment.resolve(&PhpValue::string("#env(NOPE)"));
        assert_eq!(environment.asked(), ["B", "NOPE"]);
        let settings = vec![("CONFIG__A", "1"), ("MAGENTO_DC_X", "3")];
        assert_eq!(environment.settings(), (settings, true));
    }

    #[test]
    fn references_name_a_variable_and_a_default() {
        let environment = environment(&[("MODE", "production"), ("ZERO", "0"), ("EMPTY", "")]);
        let resolved = |text: &str| {
            let value = PhpValue::string(text);
            environment.resolve(&value).into_owned()
        };
        for (text, expected) in [
            ("#env(MODE)", "production"),
            ("#env( MODE , \"developer\")", "production"),
            ("#env(NOPE, \"developer\")", "developer"),
            ("#env(ZERO, \"x\")", "x"),
            ("#env(EMPTY, \"x\")", "x"),
            ("env(MODE)", "env(MODE)"),
            ("#env(MODE) ", "#env(MODE) "),
            ("#env(MO-DE)", "#env(MO-DE)"),
        ] {
            assert_eq!(resolved(text), PhpValue::string(expected), "{text}");
        }
        assert_eq!(resolved("#env(NOPE)"), PhpValue::Null);
    }
}
