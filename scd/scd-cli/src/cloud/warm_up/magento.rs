//! What the shop itself knows of its urls: answers of `bin/magento`.
//!
//! Mirrors `Magento\MagentoCloud\Util\UrlManager` and `WarmUp\UrlsPattern\ConfigShowUrlCommand`. The commands come from the
//! module magento/magento-cloud-components.

use std::cell::OnceCell;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

use super::routes;
use crate::php_arguments::php_binary;

/// Runs `bin/magento` with a command and its arguments and gives what it printed, or why it failed.
pub(super) type Ask<'a> = &'a dyn Fn(&[String]) -> Result<String>;

/// Asks the root's own `bin/magento`.
///
/// # Errors
/// When it cannot be run or exits with another code than 0.
pub(super) fn ask(root: &Path, arguments: &[String]) -> Result<String> {
    let binary = php_binary();
    let output = Command::new(&binary)
        .arg("bin/magento")
        .args(arguments)
        .arg("--no-interaction")
        .current_dir(root)
        .output()
        .with_context(|| {
            format!(
                "cannot run `{}`; install PHP, or name it in `PHP_BINARY`",
                binary.to_string_lossy()
            )
        })?;
    if !output.status.success() {
        let said = [output.stderr, output.stdout].concat();
        let said = String::from_utf8_lossy(&said);
        let reason = said.lines().map(str::trim).find(|line| !line.is_empty());
        bail!(
            "`bin/magento {}` failed: {}",
            arguments.join(" "),
            reason.unwrap_or("it said nothing")
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The shop's urls, each asked for once.
pub(super) struct Magento<'a> {
    ask: Ask<'a>,
    /// `MAGENTO_CLOUD_ROUTES`, for a shop that does not answer.
    routes: Option<String>,
    base: OnceCell<String>,
    stores: OnceCell<Vec<(String, String)>>,
}

impl<'a> Magento<'a> {
    /// Nothing is asked yet.
    pub(super) fn new(ask: Ask<'a>, routes: Option<String>) -> Self {
        Self {
            ask,
            routes,
            base: OnceCell::new(),
            stores: OnceCell::new(),
        }
    }

    /// The url of the default store without the slash at its end; that of the platform's routes, which is told, where Magento
    /// does not answer.
    ///
    /// # Errors
    /// When there are no routes either.
    pub(super) fn base(&self, tell: &mut dyn FnMut(String)) -> Result<&str> {
        if let Some(known) = self.base.get() {
            return Ok(known);
        }
        let found = match (self.ask)(&["config:show:default-url".to_owned()]) {
            Ok(url) => url,
            Err(error) => {
                tell(format!(
                    "cannot fetch the base url by `config:show:default-url` ({error:#}); it is taken from `{}`",
                    routes::VARIABLE
                ));
                routes::base(self.routes.as_deref())?
            }
        };
        let found = found.trim_end_matches('/').to_owned();
        Ok(self.base.get_or_init(|| found))
    }

    /// Number or code and url of each store; none, which is told, where Magento does not answer.
    pub(super) fn stores(&self, tell: &mut dyn FnMut(String)) -> &[(String, String)] {
        self.stores.get_or_init(|| {
            let answer = match (self.ask)(&["config:show:store-url".to_owned()]) {
                Ok(answer) => answer,
                Err(error) => {
                    tell(format!("cannot fetch the urls of the stores: {error:#}"));
                    return Vec::new();
                }
            };
            pairs(&answer).unwrap_or_default()
        })
    }

    /// The url of a store by its number or code; none, which is told, where Magento knows none.
    pub(super) fn store(&self, store: &str, tell: &mut dyn FnMut(String)) -> Option<String> {
        let stores = self.stores(tell);
        if let Some((_, url)) = stores.iter().find(|(known, _)| known == store) {
            return Some(url.clone()).filter(|url| !url.is_empty());
        }
        match (self.ask)(&["config:show:store-url".to_owned(), store.to_owned()]) {
            Ok(url) => Some(url).filter(|url| !url.is_empty()),
            Err(error) => {
                tell(format!(
                    "cannot fetch the url of the store `{store}`: {error:#}"
                ));
                None
            }
        }
    }

    /// The urls of categories, pages or products.
    ///
    /// # Errors
    /// No answer, or one that is not JSON, which are told and forgotten; or JSON that is no list, which ends PHP's run, too.
    pub(super) fn urls(&self, arguments: &[String]) -> Result<Vec<String>, NoUrls> {
        let mut words = vec!["config:show:urls".to_owned()];
        words.extend_from_slice(arguments);
        let answer = (self.ask)(&words).map_err(NoUrls::Told)?;
        let answer: Value = serde_json::from_str(&answer).map_err(|error| {
            NoUrls::Told(anyhow!(
                "cannot parse the result of `config:show:urls`: {error}"
            ))
        })?;
        let values: Vec<&Value> = match &answer {
            Value::Array(list) => list.iter().collect(),
            Value::Object(map) => map.values().collect(),
            other => {
                return Err(NoUrls::Fatal(anyhow!(
                    "`config:show:urls` did not answer with a list, but with `{other}`"
                )));
            }
        };
        let texts = values.into_iter().map(|value| value.as_str());
        let urls: Option<Vec<String>> = texts.map(|text| text.map(str::to_owned)).collect();
        urls.ok_or_else(|| {
            NoUrls::Fatal(anyhow!(
                "`config:show:urls` answered with something besides texts"
            ))
        })
    }
}

/// Why there are no urls.
#[derive(Debug)]
pub(super) enum NoUrls {
    /// The pattern is left out.
    Told(anyhow::Error),
    /// There is no list at all.
    Fatal(anyhow::Error),
}

/// Keys and texts of a JSON object, or of a list; none for anything else.
fn pairs(json: &str) -> Option<Vec<(String, String)>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match serde_json::from_str(json).ok()? {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| Some((key.clone(), text(value)?)))
            .collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(index, value)| Some((index.to_string(), text(value)?)))
            .collect(),
        _ => None,
    }
}
