//! Reads the entries back out of a JavaScript bundle.

use std::collections::BTreeMap;

/// The entries of a bundle: path to content; none when the text is not a bundle.
pub fn entries(bundle: &[u8]) -> Option<BTreeMap<String, String>> {
    Some(ordered_entries(bundle)?.into_iter().collect())
}

/// The same in the order in which they are written.
pub fn ordered_entries(bundle: &[u8]) -> Option<Vec<(String, String)>> {
    let start = memchr::memmem::find(bundle, b"{\"config\":")?;
    let mut documents =
        serde_json::Deserializer::from_slice(&bundle[start..]).into_iter::<serde_json::Value>();
    let document = documents.next()?.ok()?;
    let pools = document.get("config")?.as_object()?;
    let mut found = Vec::new();
    for pool in pools.values() {
        // PHP writes an empty pool as `{}`.
        for (path, content) in pool.as_object()? {
            found.push((path.clone(), content.as_str()?.to_owned()));
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::entries;

    #[test]
    fn reads_entries_and_ignores_the_trailing_statement() {
        let text = b"require.config({\"config\": {\n        \"jsbuild\":{\"a.js\":\"x=1\",\"b.js\":\"\\u00e9\"}\n}});\nrequire.config({\n    bundles: {}\n});\n";
        let found = entries(text).unwrap();
        assert_eq!(found["a.js"], "x=1");
        assert_eq!(found["b.js"], "é");
        assert_eq!(
            entries(b"require.config({\"config\": {\n        \"text\":{}\n}});\n")
                .unwrap()
                .len(),
            0
        );
        assert!(entries(b"alert(1)").is_none());
    }
}
