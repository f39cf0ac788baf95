//! The cache that machines share: `--remote-cache`, else the variable `SCD_REMOTE_CACHE`.

use anyhow::{Result, anyhow};
use scd::options::RemoteAddress;

use crate::command::variable;

const VARIABLE: &str = "SCD_REMOTE_CACHE";

/// The address, if there is one. An empty one is none.
///
/// # Errors
/// An address that makes no sense; what was typed is not repeated, because there may be a password in it.
pub(crate) fn address(option: Option<&str>) -> Result<Option<RemoteAddress>> {
    let of_variable = option.is_none().then(|| variable(VARIABLE)).flatten();
    let (text, name) = match option {
        Some(text) => (Some(text), "--remote-cache"),
        None => (of_variable.as_deref(), VARIABLE),
    };
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let address = RemoteAddress::parse(text, variable);
    Ok(Some(
        address.map_err(|message| anyhow!("{name}: {message}"))?,
    ))
}
