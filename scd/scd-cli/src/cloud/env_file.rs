//! `.magento.env.yaml`: which value of a key counts. Mirrors `Magento\MagentoCloud\Config\Environment\Reader`,
//! `Config\GlobalSection` and `Config\Stage\Build`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::failure::{self, Failure};
use super::yaml::{self, Node, Value};

/// The file's name, below the root.
pub(crate) const NAME: &str = ".magento.env.yaml";

/// The file, read but not validated.
#[derive(Clone, Debug)]
pub(crate) struct EnvFile {
    /// Where it is, or would be.
    pub(crate) path: PathBuf,
    document: Node,
}

impl EnvFile {
    /// Reads the file of a root; a missing one equals an empty one.
    ///
    /// # Errors
    /// A file that cannot be read, or is not YAML.
    pub(crate) fn read(root: &Path) -> Result<Self, Failure> {
        let path = root.join(NAME);
        let text = match std::fs::read(&path) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| {
                Failure::new(
                    failure::YAML_NOT_PARSED,
                    anyhow!("cannot read `{NAME}`: it is not UTF-8"),
                )
            })?,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(Failure::new(
                    failure::YAML_NOT_READ,
                    anyhow::Error::new(error).context(format!("cannot read `{}`", path.display())),
                ));
            }
        };
        Self::parse(path, &text)
    }

    /// The file of a root that has none.
    pub(crate) fn empty(root: &Path) -> Self {
        Self {
            path: root.join(NAME),
            document: Node {
                value: Value::Null,
                line: 1,
            },
        }
    }

    /// The same for a text.
    ///
    /// # Errors
    /// Text that is not YAML.
    pub(crate) fn parse(path: PathBuf, text: &str) -> Result<Self, Failure> {
        let document = yaml::parse(NAME, text)
            .map_err(|error| Failure::new(failure::YAML_NOT_PARSED, error))?;
        Ok(Self { path, document })
    }

    /// The sections below `stage`, in the order of the file.
    pub(crate) fn stages(&self) -> &[yaml::Entry] {
        let stages = self.document.get("stage");
        stages
            .and_then(|stages| stages.value.as_array())
            .unwrap_or_default()
    }

    /// Whether `stage` is there and no map; PHP dies of that.
    pub(crate) fn odd_stage_line(&self) -> Option<usize> {
        let stages = self.document.get("stage")?;
        let is_fine = matches!(stages.value, Value::Null | Value::Array(_));
        (!is_fine).then_some(stages.line)
    }

    /// The value of a key in one stage.
    pub(crate) fn in_stage(&self, stage: &str, key: &str) -> Option<&Node> {
        self.document.get("stage")?.get(stage)?.get(key)
    }

    /// The value that the build phase goes by: that of its stage, else the global one.
    pub(crate) fn build(&self, key: &str) -> Option<&Node> {
        self.in_stage("build", key).or_else(|| self.global(key))
    }

    /// The value that the deploy phase goes by, as far as the file decides.
    pub(crate) fn deploy(&self, key: &str) -> Option<&Node> {
        self.in_stage("deploy", key).or_else(|| self.global(key))
    }

    /// The value that the phase after the deploy goes by.
    pub(crate) fn post_deploy(&self, key: &str) -> Option<&Node> {
        self.in_stage("post-deploy", key)
            .or_else(|| self.global(key))
    }

    /// The value of a key that exists in the global stage alone.
    pub(crate) fn global(&self, key: &str) -> Option<&Node> {
        self.in_stage("global", key)
    }

    /// Whether the build phase takes a switch for on; `default` where it is not set.
    pub(crate) fn build_flag(&self, key: &str, default: bool) -> bool {
        self.build(key)
            .map_or(default, |node| node.value.is_truthy())
    }

    /// Whether a switch of the global stage is on; `default` where it is not set.
    pub(crate) fn global_flag(&self, key: &str, default: bool) -> bool {
        self.global(key)
            .map_or(default, |node| node.value.is_truthy())
    }

    /// The name of an environment variable of the platform, which `system.variables` may change.
    /// Mirrors `Magento\MagentoCloud\Config\System\Variables`.
    pub(crate) fn variable_name(&self, key: &str, default: &'static str) -> &str {
        let variables = self
            .document
            .get("system")
            .and_then(|system| system.get("variables"));
        variables
            .and_then(|variables| variables.get(key))
            .and_then(|node| node.value.as_str())
            .unwrap_or(default)
    }

    /// Refuses PHP constants where scd would need their values: anywhere but below the stages of later phases.
    ///
    /// # Errors
    /// The first such constant, with its line.
    pub(crate) fn refuse_constants(&self) -> Result<(), Failure> {
        let of_stage = ["global", "build"].iter().filter_map(|name| {
            let entry = self.stages().iter().find(|entry| entry.key == *name)?;
            entry.node.constant()
        });
        let of_system = self.document.get("system").and_then(Node::constant);
        let Some((name, line)) = of_stage.chain(of_system).next() else {
            return Ok(());
        };
        Err(Failure::new(
            failure::YAML_NOT_PARSED,
            anyhow!("`{NAME}`, line {line}: scd does not know PHP's constants, found `!php/const {name}`"),
        )
        .with_hint("write the constant's value; constants are fine in the stages `deploy` and `post-deploy`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn file(text: &str) -> EnvFile {
        EnvFile::parse(NAME.into(), text).unwrap()
    }

    #[test]
    fn the_stage_wins_over_global_and_key_by_key() {
        let file = file(
            "stage:\n  global: {SKIP_SCD: true, SCD_MATRIX: {A/b: []}, SCD_THREADS: 2}\n  build: {SKIP_SCD: false, SCD_MATRIX: {}}\n  deploy: {SCD_THREADS: 7}\n",
        );
        assert!(!file.build_flag("SKIP_SCD", true));
        assert!(file.global_flag("SKIP_SCD", false));
        assert_eq!(
            file.build("SCD_MATRIX").unwrap().value,
            Value::Array(vec![])
        );
        assert_eq!(file.build("SCD_THREADS").unwrap().value, Value::Int(2));
        assert_eq!(file.deploy("SCD_THREADS").unwrap().value, Value::Int(7));
        assert!(file.build("SCD_STRATEGY").is_none());
        assert!(file.global_flag("SKIP_HTML_MINIFICATION", true));
    }

    #[test]
    fn constants_matter_only_where_they_are_read() {
        let later =
            file("stage:\n  deploy:\n    DATABASE_CONFIGURATION: {o: {!php/const PDO::X : 1}}\n");
        assert!(later.refuse_constants().is_ok());
        let failure = file("stage:\n  build:\n    SCD_THREADS: !php/const PHP_INT_SIZE\n")
            .refuse_constants()
            .unwrap_err();
        assert_eq!(failure.code, failure::YAML_NOT_PARSED);
        let text = failure.error.to_string();
        assert!(
            text.contains("line 3") && text.contains("PHP_INT_SIZE"),
            "{text}"
        );
        assert!(
            file("system: {variables: {ENV_VARIABLES: !php/const X}}")
                .refuse_constants()
                .is_err()
        );
    }

    #[test]
    fn the_platforms_variables_may_have_other_names() {
        let file = file("system: {variables: {ENV_VARIABLES: SHOP_VARIABLES}}");
        assert_eq!(
            file.variable_name("ENV_VARIABLES", "MAGENTO_CLOUD_VARIABLES"),
            "SHOP_VARIABLES"
        );
        assert_eq!(
            file.variable_name("ENV_ROUTES", "MAGENTO_CLOUD_ROUTES"),
            "MAGENTO_CLOUD_ROUTES"
        );
    }
}
