//! Magento's rewriting of `url(...)` references, as pure text: `{{...}}` placeholders, `Module_Name::path`, and the arithmetic of the
//! post-processor `CssUrls`. Which files exist is the caller's knowledge.

use super::url::url_matches;
use crate::MinifyError;
use memchr::memmem;
use std::collections::{BTreeMap, HashSet};

/// Fills in placeholders inside references, as the chain step `variable_notation` does
/// (`Magento\Framework\View\Asset\NotationResolver\Variable`): `{{base_url_path}}` is kept and followed by area, theme
/// and a literal `{{locale}}`, every other placeholder vanishes. `theme` is the design theme of the moment, `_view` without a
/// database. None when nothing changes.
#[must_use]
pub fn variable_notation(source: &[u8], area: &str, theme: &str) -> Option<Vec<u8>> {
    let theme = if theme.is_empty() {
        String::new()
    } else {
        format!("/{theme}/")
    };
    let base = format!("{{{{base_url_path}}}}{area}{theme}{{{{locale}}}}").into_bytes();
    let result = replace_references(source, |value, _| Ok(fill_placeholders(value, &base)));
    result.unwrap_or_default()
}

/// `value` with its placeholders filled in; none when it has none.
fn fill_placeholders(value: &[u8], base: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut copied = 0;
    let mut from = 0;
    while let Some(found) = memmem::find(&value[from..], b"{{") {
        let start = from + found;
        let name = &value[start + 2..];
        let length = name
            .iter()
            .take_while(|b| b.is_ascii_alphabetic() || **b == b'_')
            .count();
        if !name[length..].starts_with(b"}}") {
            from = start + 1;
            continue;
        }
        out.extend_from_slice(&value[copied..start]);
        if &name[..length] == b"base_url_path" {
            out.extend_from_slice(base);
        }
        copied = start + 2 + length + 2;
        from = copied;
    }
    out.extend_from_slice(&value[copied..]);
    (copied > 0).then_some(out)
}

/// Resolves `Module_Name::path` inside references, as the chain step `module_notation` does
/// (`Magento\Framework\View\Asset\NotationResolver\Module`). `css_path` is the path of the stylesheet inside its package,
/// `package` the package's path (`frontend/Magento/luma/en_US`), `add_min` adds the `.min` sign where it belongs. None
/// when nothing changes.
///
/// # Errors
///
/// A `::` without a module before it. Magento aborts the deployment there.
pub fn module_notation(
    source: &[u8],
    css_path: &str,
    package: &str,
    add_min: &dyn Fn(&str) -> String,
) -> Result<Option<Vec<u8>>, MinifyError> {
    let css_path = format!("{package}/{css_path}");
    replace_references(source, |value, offset| {
        let Some(separator) = memmem::find(value, b"::") else {
            return Ok(None);
        };
        if separator == 0 {
            return Err(MinifyError {
                offset,
                message: format!(
                    "expected a module name before `::`, found `{}`",
                    String::from_utf8_lossy(value)
                ),
                hint: Some("write `Vendor_Module::path`, or remove the `::`".to_owned()),
            });
        }
        // Bytes that are not UTF-8 cannot name a file of a module; such a reference stays as it is.
        let (Ok(module), Ok(path)) = (
            std::str::from_utf8(&value[..separator]),
            std::str::from_utf8(&value[separator + 2..]),
        ) else {
            return Ok(None);
        };
        let target = add_min(&format!("{package}/{module}/{path}"));
        Ok(Some(relative_path(&target, &css_path).into_bytes()))
    })
}

/// Replaces values as `CssResolver::replaceRelativeUrls` does: in each distinct reference every occurrence of its value,
/// then that reference everywhere, one reference after another in the order of first sight.
fn replace_references(
    source: &[u8],
    replace: impl Fn(&[u8], usize) -> Result<Option<Vec<u8>>, MinifyError>,
) -> Result<Option<Vec<u8>>, MinifyError> {
    let mut seen = HashSet::new();
    let mut result: Option<Vec<u8>> = None;
    for found in url_matches(source) {
        let whole = &source[found.whole];
        if !seen.insert(whole) {
            continue;
        }
        let value = &source[found.value.clone()];
        let Some(new_value) = replace(value, found.value.start)? else {
            continue;
        };
        let new_whole = replace_all(whole, value, &new_value);
        if new_whole != whole {
            let text = result.as_deref().unwrap_or(source);
            result = Some(replace_all(text, whole, &new_whole));
        }
    }
    Ok(result)
}

fn replace_all(text: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut copied = 0;
    for at in memmem::find_iter(text, old) {
        out.extend_from_slice(&text[copied..at]);
        out.extend_from_slice(new);
        copied = at + old.len();
    }
    out.extend_from_slice(&text[copied..]);
    out
}

/// The way from the directory of `from` to `target`, both relative to the same root
/// (`Magento\Framework\View\FileSystem::offsetPath`).
fn relative_path(target: &str, from: &str) -> String {
    let target = clean(target);
    let from = clean(from);
    let same = target
        .iter()
        .zip(&from)
        .take_while(|(left, right)| left == right)
        .count();
    let mut segments = vec![".."; from.len().saturating_sub(same + 1)];
    segments.extend_from_slice(&target[same.min(target.len().saturating_sub(1))..]);
    clean(&segments.join("/")).join("/")
}

/// Path segments without `.`, and with `..` resolved where something precedes it.
fn clean(path: &str) -> Vec<&str> {
    let mut result: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            ".." if result.last().is_some_and(|last| *last != "..") => {
                result.pop();
            }
            "." => {}
            part => result.push(part),
        }
    }
    result
}

/// Removes `..` from a path as the post-processor `CssUrls` does, which is not how a file system does: `.` segments stay and
/// are eaten by a following `..`, and surplus `..` vanish.
#[must_use]
pub fn normalise(path: &str) -> String {
    let mut parts: Vec<Option<&str>> = path.split('/').map(Some).collect();
    let mut previous = Some(0usize);
    for index in 0..parts.len() {
        if parts[index] == Some("..") {
            parts[index] = None;
            if let Some(previous) = previous {
                parts[previous] = None;
            }
            previous = previous.and_then(|previous| previous.checked_sub(1));
        } else {
            previous = Some(index);
        }
    }
    parts.into_iter().flatten().collect::<Vec<_>>().join("/")
}

/// Whether a value has a `{{...}}` placeholder: the post-processor then looks for a file by name only.
#[must_use]
pub fn is_external(value: &str) -> bool {
    value
        .find("{{")
        .is_some_and(|open| value[open + 2..].contains("}}"))
}

/// The file name of an external value: the segments behind the last one that is a placeholder and nothing else. The
/// value comes without its min sign.
#[must_use]
pub fn external_name(value: &str) -> &str {
    let mut end = value.len();
    let mut start = value.len() + 1;
    for part in value.rsplit('/') {
        if part.len() >= 4 && part.starts_with("{{") && part.ends_with("}}") {
            break;
        }
        start = end - part.len();
        end = start.saturating_sub(1);
    }
    value.get(start..).unwrap_or("")
}

/// An external value, with its min sign, that points to the package that owns the file: `owner` is `<area>/<theme>`, and
/// replaces what stands between the first `}}` and the last `/{{`.
#[must_use]
pub fn external_replacement(value: &str, owner: &str) -> String {
    let range = value
        .find("}}")
        .map(|open| open + 2)
        .zip(value.rfind("/{{"));
    let Some((start, end)) = range.filter(|(start, end)| start <= end) else {
        return value.to_owned();
    };
    // Where another placeholder ends the replaced text, PHP's pattern matches once more, behind it.
    let again = if end > start && value[start..end].ends_with("}}") {
        owner
    } else {
        ""
    };
    format!("{}{owner}{again}{}", &value[..start], &value[end..])
}

/// The way from a stylesheet in `directory` (`.` at the root of its package) to a deployed file: packages are always four
/// segments deep.
#[must_use]
pub fn redirect(directory: &str, deployed: &str) -> String {
    format!(
        "{}{deployed}",
        "../".repeat(4 + directory.split('/').count())
    )
}

/// Replaces values where they stand as values of references, and as whole quoted strings. Magento replaces the bare text wherever it
/// occurs, which corrupts paths that contain one another.
#[must_use]
pub fn replace_values(source: &[u8], replacements: &BTreeMap<Vec<u8>, Vec<u8>>) -> Option<Vec<u8>> {
    let mut spans: Vec<_> = url_matches(source)
        .into_iter()
        .map(|found| found.value)
        .collect();
    spans.extend(quoted_strings(source));
    spans.sort_by_key(|span| (span.start, span.end));
    let mut out = Vec::with_capacity(source.len());
    let mut copied = 0;
    for span in spans {
        let Some(new) = replacements.get(&source[span.clone()]) else {
            continue;
        };
        if span.start >= copied {
            out.extend_from_slice(&source[copied..span.start]);
            out.extend_from_slice(new);
            copied = span.end;
        }
    }
    if copied == 0 {
        return None;
    }
    out.extend_from_slice(&source[copied..]);
    Some(out)
}

/// Contents of the quoted strings of a stylesheet, comments skipped.
fn quoted_strings(source: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(found) = source
        .get(at..)
        .and_then(|s| memchr::memchr3(b'"', b'\'', b'/', s))
    {
        let start = at + found;
        at = start + 1;
        if source[start] == b'/' {
            if source.get(at) == Some(&b'*') {
                let end = memmem::find(&source[at + 1..], b"*/");
                at = end.map_or(source.len(), |end| at + 1 + end + 2);
            }
            continue;
        }
        while let Some(found) = source
            .get(at..)
            .and_then(|s| memchr::memchr3(source[start], b'\\', b'\n', s))
        {
            at += found + 1;
            match source[at - 1] {
                b'\\' => at += 1,
                b'\n' => break,
                _ => {
                    spans.push(start + 1..at - 1);
                    break;
                }
            }
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKAGE: &str = "frontend/Test/child/en_US";

    fn resolve(css: &str, source: &str) -> Result<Option<String>, MinifyError> {
        let add_min = |path: &str| match path.strip_suffix(".css") {
            Some(stem) if !stem.ends_with(".min") => format!("{stem}.min.css"),
            _ => path.to_owned(),
        };
        let result = module_notation(source.as_bytes(), css, PACKAGE, &add_min)?;
        Ok(result.map(|bytes| String::from_utf8(bytes).expect("the source is text")))
    }

    #[test]
    fn module_paths_become_relative() {
        let cases = [
            (
                "css/p.css",
                "url(Test_Css::images/m.png)",
                "url(../Test_Css/images/m.png)",
            ),
            ("p.css", "url(Test_Css::m.png)", "url(Test_Css/m.png)"),
            (
                "Test_Css/css/m.css",
                "url('Test_Css::images/m.png?v=1#f')",
                "url('../images/m.png?v=1#f')",
            ),
            (
                "Test_Css/css/m.css",
                "url(Magento_Catalog::images/no.gif)",
                "url(../../Magento_Catalog/images/no.gif)",
            ),
            (
                "css/p.css",
                "@import url(Test_Css::css/mod.css);",
                "@import url(../Test_Css/css/mod.min.css);",
            ),
        ];
        for (css, source, expected) in cases {
            assert_eq!(
                resolve(css, source),
                Ok(Some(expected.to_owned())),
                "{source}"
            );
        }
        assert_eq!(
            resolve("css/p.css", "@import 'Test_Css::css/mod.css';"),
            Ok(None)
        );
        assert_eq!(
            resolve("css/p.css", "a{b:url(::x)}").map_err(|e| e.offset),
            Err(8)
        );
    }

    #[test]
    fn placeholders_are_filled_in_urls_only() {
        let fill = |source: &str| {
            variable_notation(source.as_bytes(), "frontend", "_view")
                .map(|bytes| String::from_utf8(bytes).expect("the source is text"))
        };
        assert_eq!(
            fill("@import url('{{base_url_path}}/css/x.css');{{locale}}").as_deref(),
            Some("@import url('{{base_url_path}}frontend/_view/{{locale}}/css/x.css');{{locale}}")
        );
        assert_eq!(
            fill("url({{BASE_URL_PATH}}a) url({{x}}b)").as_deref(),
            Some("url(a) url(b)")
        );
        assert_eq!(fill("url(a.png){{base_url_path}}"), None);
    }

    #[test]
    fn normalises_as_css_urls_does() {
        let cases = [
            ("a/b/../c", "a/c"),
            ("a/b/../../c", "c"),
            ("css/./../i.png", "css/i.png"),
            ("../../../images/o.png", "images/o.png"),
            ("a/b/c", "a/b/c"),
        ];
        for (path, expected) in cases {
            assert_eq!(normalise(path), expected, "{path}");
        }
    }

    #[test]
    fn external_values_point_to_their_owner() {
        let value = "{{base_url_path}}frontend/_view/{{locale}}/css/email-fonts.css";
        assert!(is_external(value));
        assert_eq!(external_name(value), "css/email-fonts.css");
        assert_eq!(
            external_name("{{base_url_path}}images/o.png"),
            "{{base_url_path}}images/o.png"
        );
        assert_eq!(
            external_replacement(
                "{{base_url_path}}frontend/_view/{{locale}}/css/email-fonts.min.css",
                "frontend/Magento/luma"
            ),
            "{{base_url_path}}frontend/Magento/luma/{{locale}}/css/email-fonts.min.css"
        );
        assert_eq!(
            redirect("css", "frontend/T/p/default/i.png"),
            "../../../../../frontend/T/p/default/i.png"
        );
    }

    #[test]
    fn values_that_contain_one_another_do_not_mix() {
        let replacements = BTreeMap::from([
            (b"p.png".to_vec(), b"R".to_vec()),
            (b"../images/p.png".to_vec(), b"S".to_vec()),
        ]);
        let source = b"a{b:url(p.png);c:url('../images/p.png?v');d:x(src=\"p.png\");e:p.png}";
        let expected = b"a{b:url(R);c:url('S?v');d:x(src=\"R\");e:p.png}";
        assert_eq!(
            replace_values(source, &replacements).as_deref(),
            Some(&expected[..])
        );
        assert_eq!(replace_values(b"a{b:c}", &replacements), None);
    }
}
