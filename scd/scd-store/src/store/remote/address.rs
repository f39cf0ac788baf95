//! Where a shared cache is, as it is typed: `redis://host:port/db?prefix=…`, `fs:/path`, `s3://bucket/prefix`.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::bucket::{self, Bucket};

/// How long one answer is waited for unless the address says something else.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// No address may make a deploy wait longer than that for one answer.
const MOST_SECONDS: u64 = 60;

/// The address of a shared cache. Printed without its password, whatever way it is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct RemoteAddress {
    pub(super) service: Service,
    /// What the names of all objects begin with.
    pub(super) prefix: String,
    /// How long one answer is waited for, beyond the time that its bytes take.
    pub(super) answer_within: Duration,
}

/// The kinds of services.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Service {
    /// A Redis, or what speaks like one.
    Redis(Redis),
    /// A directory, such as one on a network share.
    Directory(PathBuf),
    /// A bucket of an object store.
    Bucket(Bucket),
}

/// How a Redis is reached.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Redis {
    pub(super) is_encrypted: bool,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) database: i64,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
}

impl RemoteAddress {
    /// Reads an address. `variable` gives the variables of the environment, which say where an object store is if the address
    /// does not: AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL and AWS_CA_BUNDLE.
    ///
    /// # Errors
    /// An address that makes no sense. The message holds nothing of what was typed that could be a password in the wrong place.
    pub fn parse(
        text: &str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<RemoteAddress, String> {
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(unknown("nothing in front of a `:`"));
        };
        match scheme {
            "fs" | "file" => directory(rest),
            "redis" | "rediss" => redis(rest, scheme == "rediss"),
            "s3" => bucket::bucket(rest, variable),
            _ => Err(unknown(&format!("`{scheme}:`"))),
        }
    }
}

fn unknown(found: &str) -> String {
    format!(
        "expected `redis://HOST:PORT/DB`, `rediss://HOST:PORT/DB`, `s3://BUCKET/PREFIX` or `fs:/DIRECTORY`, \
         found {found}"
    )
}

fn directory(rest: &str) -> Result<RemoteAddress, String> {
    let (path, options) = Options::split(rest, &["prefix", "timeout"])?;
    let path = path.strip_prefix("//").unwrap_or(path);
    if !path.starts_with('/') {
        return Err("expected an absolute path behind `fs:`, such as `fs:/mnt/scd`".to_owned());
    }
    options.address(Service::Directory(decoded(path)?.into()))
}

fn redis(rest: &str, is_encrypted: bool) -> Result<RemoteAddress, String> {
    let Some(rest) = rest.strip_prefix("//") else {
        return Err("expected `//` behind `redis:`".to_owned());
    };
    let (place, options) = Options::split(rest, &["prefix", "timeout"])?;
    // A password may hold an `@` that nobody has written as `%40`.
    let (login, place) = match place.rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, place),
    };
    let (user, password) = match login.map(|login| login.split_once(':').unwrap_or((login, ""))) {
        Some((user, password)) => (some(decoded(user)?), some(decoded(password)?)),
        None => (None, None),
    };
    let (authority, database) = place.split_once('/').unwrap_or((place, ""));
    let (host, port) = match authority.rsplit_once(':') {
        // The colons of an IPv6 address are within its brackets.
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (authority, "6379"),
    };
    let port = port
        .parse()
        .map_err(|_| "expected `HOST:PORT` behind `redis://`, with a number as port".to_owned())?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() {
        return Err("expected the name of a host behind `redis://`".to_owned());
    }
    let database = match database.trim_end_matches('/') {
        "" => 0,
        number => number
            .parse()
            .ok()
            .filter(|number| *number >= 0)
            .ok_or_else(|| {
                "expected the number of a database behind the `/`; a prefix is given as `?prefix=…`"
                    .to_owned()
            })?,
    };
    options.address(Service::Redis(Redis {
        is_encrypted,
        host: host.to_owned(),
        port,
        database,
        user,
        password,
    }))
}

/// What stands behind the `?`.
pub(super) struct Options {
    /// The names of all objects begin with it.
    pub(super) prefix: String,
    pub(super) region: Option<String>,
    pub(super) endpoint: Option<String>,
    answer_within: Duration,
}

impl Options {
    /// What stands before the `?`, and the options behind it, if they are among the `known`.
    pub(super) fn split<'a>(text: &'a str, known: &[&str]) -> Result<(&'a str, Options), String> {
        let (place, query) = text.split_once('?').unwrap_or((text, ""));
        let mut options = Options {
            prefix: String::new(),
            region: None,
            endpoint: None,
            answer_within: ANSWER_WITHIN,
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=').unwrap_or((pair, "")) {
                (name, _) if !known.contains(&name) => return Err(expected(known)),
                ("region", region) => options.region = some(decoded(region)?),
                ("endpoint", endpoint) => options.endpoint = some(decoded(endpoint)?),
                ("timeout", seconds) => {
                    let seconds = seconds.parse().ok();
                    let seconds = seconds.filter(|seconds| (1..=MOST_SECONDS).contains(seconds));
                    let seconds = seconds.ok_or_else(|| {
                        format!("expected 1 to {MOST_SECONDS} seconds behind `timeout=`")
                    })?;
                    options.answer_within = Duration::from_secs(seconds);
                }
                (_, prefix) => options.prefix = decoded(prefix)?,
            }
        }
        Ok((place, options))
    }

    /// The address of a service.
    pub(super) fn address(self, service: Service) -> Result<RemoteAddress, String> {
        let is_fine = |part: &str| !matches!(part, "." | "..");
        if !self.prefix.split('/').all(is_fine) {
            return Err("the prefix may not hold `.` or `..` as a directory".to_owned());
        }
        Ok(RemoteAddress {
            service,
            prefix: self.prefix.trim_matches('/').to_owned(),
            answer_within: self.answer_within,
        })
    }
}

/// What may stand behind the `?`.
fn expected(known: &[&str]) -> String {
    let names: Vec<String> = known.iter().map(|name| format!("`{name}=`")).collect();
    let (last, others) = names
        .split_last()
        .map_or(("", &[][..]), |(last, others)| (last, others));
    format!("expected {} or {last} behind the `?`", others.join(", "))
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// The text with each `%XX` as its byte.
pub(super) fn decoded(text: &str) -> Result<String, String> {
    let nonsense = || "expected two hexadecimal digits behind each `%`, in UTF-8".to_owned();
    let mut bytes = Vec::with_capacity(text.len());
    let mut pieces = text.split('%');
    bytes.extend_from_slice(pieces.next().unwrap_or_default().as_bytes());
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2).ok_or_else(nonsense)?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| nonsense())?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).map_err(|_| nonsense())
}

impl RemoteAddress {
    /// What must never be printed.
    #[cfg(any(test, feature = "remote"))]
    pub(super) fn secret(&self) -> Option<&str> {
        match &self.service {
            Service::Redis(redis) => redis.password.as_deref(),
            Service::Directory(_) | Service::Bucket(_) => None,
        }
    }
}

impl fmt::Display for RemoteAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.service {
            Service::Redis(redis) => {
                let scheme = if redis.is_encrypted {
                    "rediss"
                } else {
                    "redis"
                };
                let host = &redis.host;
                match host.contains(':') {
                    true => write!(formatter, "{scheme}://[{host}]")?,
                    false => write!(formatter, "{scheme}://{host}")?,
                }
                write!(formatter, ":{}/{}", redis.port, redis.database)?;
            }
            Service::Directory(directory) => write!(formatter, "fs:{}", directory.display())?,
            Service::Bucket(bucket) => return bucket.show(&self.prefix, formatter),
        }
        match self.prefix.as_str() {
            "" => Ok(()),
            prefix => write!(formatter, "?prefix={prefix}"),
        }
    }
}

impl fmt::Debug for RemoteAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RemoteAddress({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match RemoteAddress::parse(text, |_| None) {
            Ok(address) => format!("{address} within {:?}", address.answer_within),
            Err(message) => message,
        }
    }

    #[test]
    fn addresses_are_read_and_shown_without_passwords() {
        for (text, expected) in [
            ("redis://cache", "redis://cache:6379/0 within 3s"),
            (
                "redis://me:s%40cr@t@cache:7000/4?prefix=shop/a&timeout=9",
                "redis://cache:7000/4?prefix=shop/a within 9s",
            ),
            ("rediss://:s@[::1]:7000", "rediss://[::1]:7000/0 within 3s"),
            ("redis://[::1]", "redis://[::1]:6379/0 within 3s"),
            ("fs:/mnt/a%20b/", "fs:/mnt/a b/ within 3s"),
            ("file:///mnt/x?prefix=/p/", "fs:/mnt/x?prefix=p within 3s"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
        let address = RemoteAddress::parse("redis://me:s%40cr@t@cache/4", |_| None).unwrap();
        assert_eq!(address.secret(), Some("s@cr@t"));
        assert!(!format!("{address:?} {address}").contains("cr@t"));
    }

    #[test]
    fn nonsense_is_named_without_passwords() {
        for (text, expected) in [
            ("cache", "nothing in front of a `:`"),
            ("memcached://secret@cache", "found `memcached:`"),
            ("fs:relative", "expected an absolute path"),
            ("redis:cache", "expected `//`"),
            ("redis://:secret@", "expected the name of a host"),
            ("redis://:secret@cache:x", "a number as port"),
            ("redis://me:secret", "a number as port"),
            ("redis://:secret?@cache", "behind the `?`"),
            ("redis://:secret@cache/shop", "`?prefix=…`"),
            ("redis://:secret@cache/-1", "the number of a database"),
            ("redis://:secret%4@cache", "two hexadecimal digits"),
            ("redis://cache?prefix=%ff", "in UTF-8"),
            ("redis://cache?prefix=a/../b", "may not hold"),
            (
                "redis://cache?ttl=3",
                "expected `prefix=` or `timeout=` behind the `?`",
            ),
            (
                "fs:/x?region=a",
                "expected `prefix=` or `timeout=` behind the `?`",
            ),
            ("redis://cache?timeout=0", "1 to 60 seconds"),
            ("redis://cache?timeout=soon", "1 to 60 seconds"),
        ] {
            let said = shown(text);
            assert!(said.contains(expected), "{text}: {said}");
            assert!(!said.contains("secret"), "{said}");
        }
    }
}
