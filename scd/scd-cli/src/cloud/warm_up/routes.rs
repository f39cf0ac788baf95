//! The base url out of the platform's routes, for a shop whose `bin/magento` does not answer.
//!
//! Mirrors `Magento\MagentoCloud\Util\UrlManager::parseRoutes` and `getBaseUrl`.

use anyhow::{Result, bail};
use serde_json::Value;

use super::address::host;
use crate::cloud::platform;

/// The variable with the routes.
pub(super) const VARIABLE: &str = "MAGENTO_CLOUD_ROUTES";

/// The route of the default host, secure ones first, primary ones alone where there are any; else the first route.
///
/// # Errors
/// No variable, one that is not JSON in base64, no route that leads to a shop.
pub(super) fn base(variable: Option<&str>) -> Result<String> {
    let Some(text) = variable else {
        bail!("`{VARIABLE}` is not set");
    };
    let routes = platform::object(VARIABLE, text)?;
    let upstream: Vec<(&String, &Value)> = routes
        .iter()
        .filter(|(_, route)| route["type"] == "upstream")
        .collect();
    let is_primary = |route: &Value| route["primary"] == true;
    let has_primary = upstream.iter().any(|(_, route)| is_primary(route));
    for scheme in ["https://", "http://"] {
        let found: Vec<&(&String, &Value)> = upstream
            .iter()
            .filter(|(url, route)| url.starts_with(scheme) && (!has_primary || is_primary(route)))
            .collect();
        let is_default = |route: &Value| {
            let original = route["original_url"].as_str().and_then(host);
            original.is_some_and(|host| matches!(host, "{default}" | "www.{default}"))
        };
        let default = found.iter().find(|(_, route)| is_default(route));
        if let Some((url, _)) = default.or(found.first()) {
            return Ok((*url).clone());
        }
    }
    bail!("`{VARIABLE}` holds no route of the type `upstream`")
}
