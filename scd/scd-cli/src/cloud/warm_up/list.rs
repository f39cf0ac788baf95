//! From the entries of `WARM_UP_PAGES` to the list of pages.
//!
//! Mirrors `Magento\MagentoCloud\WarmUp\Urls` and the classes of `WarmUp\UrlsPattern`. What an entry cannot be turned into is
//! told, and the rest goes on.

use anyhow::Result;

use super::address::{host, path};
use super::entry::{Entry, Kind, Pattern};
use super::expression::{self, Reading};
use super::magento::{Magento, NoUrls};

/// What all products means: this many of each store. Mirrors `UrlsPattern::PRODUCT_LIMIT`.
const PRODUCT_LIMIT: usize = 100;

/// What was said while the list was made.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Entries that lead nowhere.
    pub(super) errors: Vec<String>,
    /// Answers that are missing.
    pub(super) warnings: Vec<String>,
    /// How many pages an entry stands for.
    pub(super) notes: Vec<String>,
}

/// All pages, in the order of the entries.
///
/// # Errors
/// No base url, or an answer of Magento that makes no sense.
pub(super) fn pages(
    entries: &[String],
    magento: &Magento<'_>,
    told: &mut Told,
) -> Result<Vec<String>> {
    let mut pages = Vec::new();
    for text in entries {
        match Entry::read(text) {
            Entry::Pattern(pattern) => {
                let found = distinct(of_pattern(&pattern, text, magento, told)?);
                told.notes
                    .push(format!("found {} urls for pattern `{text}`", found.len()));
                pages.extend(found);
            }
            Entry::Url(url) => {
                let stores = magento.stores(&mut |text| told.warnings.push(text));
                let is_known = |(_, store): &(String, String)| host(store) == host(url);
                if stores.iter().any(is_known) {
                    pages.push(url.to_owned());
                } else {
                    told.errors.push(format!(
                        "page `{url}` cannot be warmed up, because no store of this Magento has such a domain"
                    ));
                }
            }
            Entry::Wrong(text) => told.errors.push(format!(
                "page `{text}` is not correct and cannot be warmed up"
            )),
            Entry::Path(path) => {
                let base = magento.base(&mut |text| told.errors.push(text))?;
                pages.push(format!("{base}/{path}"));
            }
        }
    }
    Ok(pages)
}

fn of_pattern(
    pattern: &Pattern<'_>,
    text: &str,
    magento: &Magento<'_>,
    told: &mut Told,
) -> Result<Vec<String>> {
    let arguments = match pattern.kind {
        Kind::StorePage => return Ok(of_stores(pattern, magento, told)),
        Kind::Product => product_arguments(pattern),
        Kind::Category | Kind::CmsPage => store_arguments(pattern),
    };
    let urls = match magento.urls(&arguments) {
        Ok(urls) => urls,
        Err(NoUrls::Told(error)) => {
            told.errors.push(format!("page `{text}`: {error:#}"));
            return Ok(Vec::new());
        }
        Err(NoUrls::Fatal(error)) => return Err(error),
    };
    if pattern.kind == Kind::Product || pattern.filter == "*" {
        return Ok(urls);
    }
    let wanted = pattern.filter;
    let is_wanted: Box<dyn Fn(&String) -> bool> = match expression::read(wanted) {
        Reading::Expression(regex) => Box::new(move |url| regex.is_match(path(url))),
        Reading::Text => Box::new(|url| path(url).trim_matches('/') == wanted.trim_matches('/')),
        Reading::Unknown(error) => {
            told.errors.push(format!(
                "page `{text}` cannot be warmed up, because scd does not know the regular expression: {error}"
            ));
            return Ok(Vec::new());
        }
    };
    Ok(urls.into_iter().filter(is_wanted).collect())
}

/// The same path in each store.
fn of_stores(pattern: &Pattern<'_>, magento: &Magento<'_>, told: &mut Told) -> Vec<String> {
    let mut tell = |text| told.warnings.push(text);
    let stores: Vec<String> = match pattern.stores {
        "*" => {
            let stores = magento.stores(&mut tell).iter();
            stores.map(|(_, url)| url.clone()).collect()
        }
        listed => listed
            .split('|')
            .filter_map(|store| magento.store(store, &mut tell))
            .collect(),
    };
    let path = pattern.filter.trim_start_matches('/');
    distinct(stores)
        .iter()
        .map(|store| format!("{}/{path}", store.trim_end_matches('/')))
        .collect()
}

/// Mirrors `CommandArgumentBuilder::generate`; the text `0` is false to PHP.
fn store_arguments(pattern: &Pattern<'_>) -> Vec<String> {
    let mut arguments = vec![format!("--entity-type={}", pattern.kind.name())];
    if !matches!(pattern.stores, "" | "0" | "*") {
        let stores = pattern.stores.split('|');
        arguments.extend(stores.map(|store| format!("--store-id={store}")));
    }
    arguments
}

/// Mirrors `CommandArgumentBuilder::generateWithProductSku`.
fn product_arguments(pattern: &Pattern<'_>) -> Vec<String> {
    let mut arguments = store_arguments(pattern);
    match pattern.filter {
        "*" => arguments.push(format!("--product-limit={PRODUCT_LIMIT}")),
        listed => {
            let products = listed.split('|');
            arguments.extend(products.map(|product| format!("--product-sku={product}")));
        }
    }
    arguments
}

/// Each text once, where it comes first.
fn distinct(texts: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let mut texts = texts;
    texts.retain(|text| seen.insert(text.clone()));
    texts
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    /// A shop with two stores that tells what it is asked for in its urls.
    fn shop(words: &[String]) -> Result<String> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        Ok(match words.as_slice() {
            ["config:show:default-url"] => "https://shop.example/".to_owned(),
            ["config:show:store-url"] => {
                r#"{"1": "https://shop.example/", "2": "https://shop.example/de/"}"#.to_owned()
            }
            ["config:show:store-url", "de"] => "https://shop.example/de/".to_owned(),
            ["config:show:urls", "--entity-type=cms-page", ..] => "no JSON".to_owned(),
            ["config:show:urls", "--entity-type=product", rest @ ..] => {
                format!(r#"["https://shop.example/{}"]"#, rest.join("&"))
            }
            [
                "config:show:urls",
                "--entity-type=category",
                "--store-id=broken",
            ] => "null".to_owned(),
            ["config:show:urls", "--entity-type=category", ..] => r#"[
                "https://shop.example/cars.html", "https://shop.example/car_vw.html",
                "https://shop.example/cars.html"
            ]"#
            .to_owned(),
            _ => bail!("no such store"),
        })
    }

    fn listed(entries: &[&str]) -> (Result<Vec<String>>, Told) {
        let entries: Vec<String> = entries.iter().map(|&entry| entry.to_owned()).collect();
        let mut told = Told::default();
        let pages = pages(&entries, &Magento::new(&shop, None), &mut told);
        (pages, told)
    }

    #[test]
    fn every_form_of_entry_becomes_pages() {
        let base = "https://shop.example";
        for (entry, expected) in [
            ("", vec!["/"]),
            ("index.php", vec!["/index.php"]),
            ("/contact", vec!["//contact"]),
            ("https://shop.example/x", vec!["/x"]),
            ("category:*:*", vec!["/cars.html", "/car_vw.html"]),
            ("category:/cars.html/:1", vec!["/cars.html"]),
            ("category:cars.html:1", vec!["/cars.html"]),
            (r"category:|car_.*?\.html$|:2", vec!["/car_vw.html"]),
            ("category:car:2", vec![]),
            ("product:*:*", vec!["/--product-limit=100"]),
            (
                "product:a|b:1|en",
                vec!["/--store-id=1&--store-id=en&--product-sku=a&--product-sku=b"],
            ),
            ("store-page:/contact:*", vec!["/contact", "/de/contact"]),
            ("store-page:contact:2|de", vec!["/de/contact"]),
        ] {
            let (pages, told) = listed(&[entry]);
            let expected: Vec<String> = expected
                .iter()
                .map(|path| format!("{base}{path}"))
                .collect();
            assert_eq!(pages.unwrap(), expected, "{entry}");
            assert!(told.errors.is_empty(), "{entry}: {told:?}");
        }
    }

    #[test]
    fn what_leads_nowhere_is_told_and_the_rest_goes_on() {
        let (pages, told) = listed(&[
            "https://other.example/",
            "http-help",
            "page:1",
            "cms-page:*:*",
            "category:/a(?=b)/:1",
            "store-page:x:9",
            "last",
        ]);
        assert_eq!(pages.unwrap(), ["https://shop.example/last"]);
        assert_eq!(told.errors.len(), 5, "{told:?}");
        assert!(told.errors[0].contains("domain"));
        assert!(told.errors[2].contains("`page:1` is not correct"));
        assert!(told.errors[3].contains("cannot parse the result of `config:show:urls`"));
        assert!(told.errors[4].contains("regular expression"));
        assert!(told.warnings[0].contains("`9`"), "{told:?}");
    }

    #[test]
    fn an_answer_that_makes_no_sense_ends_the_run() {
        assert!(listed(&["category:*:broken"]).0.is_err());
    }
}
