//! The store that configuration values are read for.

use crate::php::{PhpArray, PhpValue};

/// Website and store code that values are read for: website with `is_default`, its group, the group's store.
pub(super) fn default_store(data: &PhpArray) -> Result<(String, String), String> {
    let scopes = |kind: &str| data.at(&["scopes", kind]).and_then(PhpValue::as_array);
    let (Some(websites), Some(groups), Some(stores)) =
        (scopes("websites"), scopes("groups"), scopes("stores"))
    else {
        return Err(
            "expected `scopes` with `websites`, `groups` and `stores`, found none".to_owned(),
        );
    };
    let field = |entry: &PhpValue, name: &str| -> Option<String> {
        let text = entry.as_array()?.get(name)?.to_text()?.into_owned();
        String::from_utf8(text).ok()
    };
    let is_default = |entry: &&PhpValue| {
        let flag = entry.as_array().and_then(|entry| entry.get("is_default"));
        flag.is_some_and(PhpValue::is_truthy)
    };
    let by_id = |entries: &PhpArray, name: &str, id: &str| {
        entries
            .values()
            .find(|entry| field(entry, name).as_deref() == Some(id))
            .cloned()
    };
    let website = websites
        .values()
        .find(is_default)
        .ok_or("no website in `scopes/websites` has `is_default`")?;
    let group = field(website, "default_group_id")
        .and_then(|id| by_id(groups, "group_id", &id))
        .ok_or("the default website's `default_group_id` is not in `scopes/groups`")?;
    let store = field(&group, "default_store_id")
        .and_then(|id| by_id(stores, "store_id", &id))
        .ok_or("the default group's `default_store_id` is not in `scopes/stores`")?;
    field(website, "code")
        .zip(field(&store, "code"))
        .ok_or_else(|| "the default website or store has no `code`".to_owned())
}
