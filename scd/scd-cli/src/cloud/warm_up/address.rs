//! The parts of a URL that warm-up asks for, as PHP's `parse_url` finds them.

/// The host, without user and port; none where no `//` leads to one.
pub(super) fn host(url: &str) -> Option<&str> {
    let authority = authority(url)?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    // The colons of an address in brackets are no port.
    let end = match host.find(']') {
        Some(end) => end + 1,
        None => host.find(':').unwrap_or(host.len()),
    };
    Some(&host[..end]).filter(|host| !host.is_empty())
}

/// The path with its slash, without query and fragment; empty where there is none.
pub(super) fn path(url: &str) -> &str {
    let rest = match authority(url) {
        Some(authority) => {
            let start = url.find("//").map_or(0, |at| at + 2) + authority.len();
            &url[start..]
        }
        None => url,
    };
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    &rest[..end]
}

fn authority(url: &str) -> Option<&str> {
    let start = match url.strip_prefix("//") {
        Some(rest) => rest,
        None => url.split_once("://")?.1,
    };
    let end = start.find(['/', '?', '#']).unwrap_or(start.len());
    Some(&start[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_of_php() {
        for (url, expected_host, expected_path) in [
            (
                "https://shop.example/a/b.html?c=d#e",
                Some("shop.example"),
                "/a/b.html",
            ),
            (
                "http://user:word@shop.example:8080/",
                Some("shop.example"),
                "/",
            ),
            ("http://[::1]:80/x", Some("[::1]"), "/x"),
            ("https://shop.example", Some("shop.example"), ""),
            ("https://shop.example?x", Some("shop.example"), ""),
            ("//shop.example/x", Some("shop.example"), "/x"),
            ("http-help", None, "http-help"),
            ("/a?b", None, "/a"),
            ("", None, ""),
        ] {
            assert_eq!(host(url), expected_host, "{url}");
            assert_eq!(path(url), expected_path, "{url}");
        }
    }
}
