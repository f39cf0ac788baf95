//! One entry of `WARM_UP_PAGES`, and which of the four kinds it is.
//!
//! Mirrors `Magento\MagentoCloud\WarmUp\Urls::getAll` and `UrlsPattern::isValid`.

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry<'a> {
    /// Urls that Magento is asked for.
    Pattern(Pattern<'a>),
    /// A page with its host.
    Url(&'a str),
    /// A page below the base url.
    Path(&'a str),
    /// Neither.
    Wrong(&'a str),
}

/// `type:filter:stores`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pattern<'a> {
    /// What is asked for.
    pub(super) kind: Kind,
    /// `*`, a path, a regular expression, or product numbers; what it is depends on the type.
    pub(super) filter: &'a str,
    /// `*`, or numbers and codes of stores with `|` between them.
    pub(super) stores: &'a str,
}

/// The types of urls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Categories.
    Category,
    /// Pages of the content management.
    CmsPage,
    /// Products.
    Product,
    /// The same path in every store.
    StorePage,
}

impl Kind {
    const ALL: [Kind; 4] = [
        Kind::Category,
        Kind::CmsPage,
        Kind::Product,
        Kind::StorePage,
    ];

    /// The name in entries and for `config:show:urls`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Category => "category",
            Kind::CmsPage => "cms-page",
            Kind::Product => "product",
            Kind::StorePage => "store-page",
        }
    }
}

impl<'a> Entry<'a> {
    /// Which kind an entry is: a pattern if it begins like one, a url if it begins with `http`, wrong if there is a colon, else
    /// a path.
    pub(super) fn read(text: &'a str) -> Self {
        if let Some(pattern) = Pattern::read(text) {
            Entry::Pattern(pattern)
        } else if text.starts_with("http") {
            Entry::Url(text)
        } else if text.contains(':') {
            Entry::Wrong(text)
        } else {
            Entry::Path(text)
        }
    }
}

impl<'a> Pattern<'a> {
    /// Text counts as a pattern when a colon that at least one character stands before leads to a word or `*`; what is taken
    /// out of it are the parts up to the third colon.
    fn read(text: &'a str) -> Option<Self> {
        let (name, rest) = text.split_once(':')?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name)?;
        // A dot of PHP's expression is any character but the end of a line.
        let line = rest.lines().next().unwrap_or_default();
        let is_store = |after: &str| {
            after
                .bytes()
                .next()
                .is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'*')
        };
        let is_pattern = line
            .match_indices(':')
            .any(|(at, _)| at > 0 && is_store(&line[at + 1..]));
        if !is_pattern {
            return None;
        }
        let mut parts = rest.split(':');
        Some(Self {
            kind,
            filter: parts.next()?,
            stores: parts.next()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_told_apart_as_ece_tools_does() {
        let pattern = |kind, filter, stores| {
            Entry::Pattern(Pattern {
                kind,
                filter,
                stores,
            })
        };
        for (text, expected) in [
            ("category:*:1", pattern(Kind::Category, "*", "1")),
            ("cms-page:*:*", pattern(Kind::CmsPage, "*", "*")),
            (
                "category:cars:store_en",
                pattern(Kind::Category, "cars", "store_en"),
            ),
            (
                r"category:|car_.*?\.html$|:2",
                pattern(Kind::Category, r"|car_.*?\.html$|", "2"),
            ),
            (
                "product:sku1|sku2:*",
                pattern(Kind::Product, "sku1|sku2", "*"),
            ),
            (
                "store-page:/contact-us:1|2",
                pattern(Kind::StorePage, "/contact-us", "1|2"),
            ),
            // What stands behind the third colon is lost.
            ("category:a:b:c", pattern(Kind::Category, "a", "b")),
            ("category::-:1", pattern(Kind::Category, "", "-")),
            (
                "category:a:1 and more",
                pattern(Kind::Category, "a", "1 and more"),
            ),
            ("category::1", Entry::Wrong("category::1")),
            ("category:a:-", Entry::Wrong("category:a:-")),
            ("category:a", Entry::Wrong("category:a")),
            ("Category:*:1", Entry::Wrong("Category:*:1")),
            ("xcategory:*:1", Entry::Wrong("xcategory:*:1")),
            ("https://a.example/", Entry::Url("https://a.example/")),
            ("http-help", Entry::Url("http-help")),
            ("ftp://a.example", Entry::Wrong("ftp://a.example")),
            ("", Entry::Path("")),
            ("index.php", Entry::Path("index.php")),
            ("/contact", Entry::Path("/contact")),
            ("category", Entry::Path("category")),
        ] {
            assert_eq!(Entry::read(text), expected, "{text}");
        }
    }
}
