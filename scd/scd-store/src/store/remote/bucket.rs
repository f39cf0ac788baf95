//! Where a bucket of an S3-compatible object store is: `s3://BUCKET/PREFIX?region=…&endpoint=…`, and what the variables of its
//! users say where the address says nothing. Its credentials are found by OpenDAL, never here.

use std::fmt;
use std::path::PathBuf;

use super::address::{Options, RemoteAddress, Service, decoded};

/// What a store that is not Amazon's is asked in when nobody names a region: most take any, and this one is their usual name.
const USUAL_REGION: &str = "us-east-1";

/// How a bucket is reached.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) name: String,
    pub(super) region: String,
    /// The address of the store; none for Amazon's own of the region.
    pub(super) endpoint: Option<String>,
    /// The certificate authorities to trust in place of the system's.
    pub(super) authorities: Option<PathBuf>,
}

/// Reads what stands behind `s3:`.
pub(super) fn bucket(
    rest: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<RemoteAddress, String> {
    let Some(rest) = rest.strip_prefix("//") else {
        return Err("expected `//` behind `s3:`".to_owned());
    };
    let (place, mut options) = Options::split(rest, &["region", "endpoint", "timeout"])?;
    if place.contains('@') {
        return Err(
            "expected `s3://BUCKET/PREFIX` without credentials; AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY hold them, or the files that the AWS command line reads"
                .to_owned(),
        );
    }
    let (name, prefix) = place.split_once('/').unwrap_or((place, ""));
    let in_a_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if !name.bytes().any(|byte| byte != b'.') || !name.bytes().all(in_a_name) {
        return Err("expected the name of a bucket behind `s3://`".to_owned());
    }
    let set = |name: &'static str| {
        let text = variable(name).filter(|text| !text.is_empty())?;
        Some((name, text))
    };
    let endpoint = options
        .endpoint
        .take()
        .map(|text| ("endpoint=", text))
        .or_else(|| set("AWS_ENDPOINT_URL_S3"))
        .or_else(|| set("AWS_ENDPOINT_URL"))
        .map(|(said_by, text)| endpoint(said_by, &text))
        .transpose()?;
    let region = options
        .region
        .take()
        .map(|text| ("region=", text))
        .or_else(|| set("AWS_REGION"))
        .or_else(|| set("AWS_DEFAULT_REGION"));
    let region = match (region, &endpoint) {
        (Some((said_by, region)), _) => {
            let in_a_region =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            if !region.bytes().all(in_a_region) {
                return Err(format!(
                    "{said_by}: expected a region, such as `eu-central-1`"
                ));
            }
            region
        }
        (None, Some(_)) => USUAL_REGION.to_owned(),
        (None, None) => {
            return Err(
                "expected the region of the bucket: `?region=…` behind it, or AWS_REGION; for a \
                 store that is not Amazon's, `?endpoint=https://HOST` or AWS_ENDPOINT_URL"
                    .to_owned(),
            );
        }
    };
    let service = Service::Bucket(Bucket {
        name: name.to_owned(),
        region,
        endpoint,
        authorities: set("AWS_CA_BUNDLE").map(|(_, path)| path.into()),
    });
    options.prefix = decoded(prefix)?;
    options.address(service)
}

/// The address of a store, which may be shown.
fn endpoint(said_by: &str, text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let place = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match place {
        Some(place) if !place.is_empty() && !place.contains(['@', '?', '#', ' ', '\\']) => {
            Ok(text.to_owned())
        }
        _ => Err(format!(
            "{said_by}: expected `https://HOST:PORT` or `http://HOST:PORT`, without a login"
        )),
    }
}

impl Bucket {
    /// The address with the prefix of its objects.
    pub(super) fn show(&self, prefix: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "s3://{}", self.name)?;
        if !prefix.is_empty() {
            write!(formatter, "/{prefix}")?;
        }
        write!(formatter, "?region={}", self.region)?;
        match &self.endpoint {
            Some(endpoint) => write!(formatter, "&endpoint={endpoint}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an address comes to where these variables are set.
    fn shown(text: &str, variables: &[(&str, &str)]) -> String {
        let variable = |name: &str| {
            let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
            Some((*value).to_owned())
        };
        match RemoteAddress::parse(text, variable) {
            Ok(address) => format!("{address} within {:?}", address.answer_within),
            Err(message) => message,
        }
    }

    #[test]
    fn what_the_address_says_wins_over_variables() {
        let variables = [
            ("AWS_ENDPOINT_URL", "http://all:1"),
            ("AWS_ENDPOINT_URL_S3", "https://s3:2/"),
            ("AWS_DEFAULT_REGION", "default"),
            ("AWS_REGION", "eu-west-1"),
        ];
        for (text, known, expected) in [
            ("s3://b?region=r1", 0, "s3://b?region=r1 within 3s"),
            (
                "s3://b/shop/a%20b/?region=r1&timeout=9",
                0,
                "s3://b/shop/a b?region=r1 within 9s",
            ),
            (
                "s3://b?endpoint=http://127.0.0.1:9000/",
                0,
                "s3://b?region=us-east-1&endpoint=http://127.0.0.1:9000 within 3s",
            ),
            (
                "s3://b",
                1,
                "s3://b?region=us-east-1&endpoint=http://all:1 within 3s",
            ),
            (
                "s3://b",
                2,
                "s3://b?region=us-east-1&endpoint=https://s3:2 within 3s",
            ),
            (
                "s3://b",
                3,
                "s3://b?region=default&endpoint=https://s3:2 within 3s",
            ),
            (
                "s3://b",
                4,
                "s3://b?region=eu-west-1&endpoint=https://s3:2 within 3s",
            ),
            (
                "s3://b?region=r1&endpoint=https://x/y",
                4,
                "s3://b?region=r1&endpoint=https://x/y within 3s",
            ),
        ] {
            assert_eq!(shown(text, &variables[..known]), expected, "{text}");
        }
        // Empty is as good as not set.
        let empty = [("AWS_ENDPOINT_URL_S3", ""), ("AWS_REGION", "")];
        assert!(shown("s3://b", &empty).contains("expected the region"));
    }

    #[test]
    fn nonsense_is_named_without_credentials() {
        let variables = [("AWS_REGION", "r")];
        for (text, expected) in [
            ("s3:b", "expected `//`"),
            ("s3://", "the name of a bucket"),
            ("s3:///secret", "the name of a bucket"),
            ("s3://../secret", "the name of a bucket"),
            ("s3://key:secret", "the name of a bucket"),
            ("s3://key:secret@b/shop", "without credentials"),
            ("s3://b/a/../c", "may not hold"),
            ("s3://b/%ff", "in UTF-8"),
            (
                "s3://b?prefix=shop",
                "expected `region=`, `endpoint=` or `timeout=` behind the `?`",
            ),
            ("s3://b?secret", "behind the `?`"),
            ("s3://b?region=a/secret", "region=: expected a region"),
            (
                "s3://b?endpoint=minio:9000",
                "endpoint=: expected `https://HOST:PORT`",
            ),
            ("s3://b?endpoint=http://me:secret@minio", "without a login"),
            ("s3://b?endpoint=http://", "endpoint=: expected"),
            ("s3://b?timeout=61", "1 to 60 seconds"),
        ] {
            let said = shown(text, &variables);
            assert!(said.contains(expected), "{text}: {said}");
            assert!(!said.contains("secret"), "{said}");
        }
        let said = shown("s3://b", &[("AWS_ENDPOINT_URL", "secret@minio")]);
        assert!(said.starts_with("AWS_ENDPOINT_URL: expected"), "{said}");
        assert!(shown("s3://b", &[]).contains("AWS_REGION"));
    }
}
