//! How OpenDAL's requests for an object store are sent: by `ureq`, on threads that may wait. Whatever is neither the answer nor that
//! there is no such object becomes an error that says what a person needs to know of it, and no credential.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use opendal::{Buffer, Error, ErrorKind, HttpBody, HttpTransport};
use ureq::http::{Method, Request, Response, StatusCode, Uri, header, request};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::bucket::Bucket;
use super::{LARGEST_PACK, UPLOADS};

/// So long is waited for the role of this machine, which most machines have none of and some networks say nothing about. The
/// command line of AWS waits as long.
const ROLE_WITHIN: Duration = Duration::from_secs(1);

/// More of what a service says is not repeated.
const LONGEST_MESSAGE: usize = 200;

/// An HTTP client for one object store.
pub(super) struct Http {
    agent: ureq::Agent,
    answer_within: Duration,
}

impl Http {
    pub(super) fn new(bucket: &Bucket, answer_within: Duration) -> Http {
        let is_encrypted = |endpoint: &String| endpoint.starts_with("https:");
        let authorities = match bucket.endpoint.as_ref().is_none_or(is_encrypted) {
            true => authorities(bucket.authorities.as_deref()),
            false => RootCerts::WebPki,
        };
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // A signed request holds for one host. What the service says instead of an answer names the right one.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(answer_within))
            // Whoever asks waits less; this ends the threads whose answer nobody waits for any more.
            .timeout_global(Some(
                answer_within + super::patience::time_for(LARGEST_PACK),
            ))
            .max_idle_connections_per_host(UPLOADS)
            .user_agent(concat!("scd/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(authorities).build())
            .build()
            .into();
        Http {
            agent,
            answer_within,
        }
    }
}

impl HttpTransport for Http {
    async fn fetch(&self, request: Request<Buffer>) -> opendal::Result<Response<HttpBody>> {
        let agent = self.agent.clone();
        let role_within = ROLE_WITHIN.min(self.answer_within / 2);
        let exchange = tokio::task::spawn_blocking(move || exchange(&agent, request, role_within));
        let answer = exchange
            .await
            .unwrap_or_else(|error| Err(error.to_string()));
        let answer = answer.map_err(|message| Error::new(ErrorKind::Unexpected, message))?;
        Ok(answer.map(|bytes| {
            let size = bytes.len() as u64;
            HttpBody::new(futures::stream::iter([Ok(Buffer::from(bytes))]), Some(size))
        }))
    }
}

/// Sends a request and reads the whole answer.
fn exchange(
    agent: &ureq::Agent,
    request: Request<Buffer>,
    role_within: Duration,
) -> Result<Response<Vec<u8>>, String> {
    let (parts, body) = request.into_parts();
    let credentials = credentials(&parts);
    let role_within = is_of_this_machine(&parts.uri).then_some(role_within);
    let body = body.to_bytes();
    let answer = match parts.method {
        Method::PUT | Method::POST => run(agent, Request::from_parts(parts, &*body), role_within),
        _ => run(agent, Request::from_parts(parts, ()), role_within),
    };
    let (parts, body) = answer.map_err(plain)?.into_parts();
    let bytes = body.into_with_config().limit(LARGEST_PACK).read_to_vec();
    let bytes = bytes.map_err(plain)?;
    match refusal(parts.status, &bytes, &credentials) {
        Some(message) => Err(message),
        None => Ok(Response::from_parts(parts, bytes)),
    }
}

fn run(
    agent: &ureq::Agent,
    request: Request<impl ureq::AsSendBody>,
    within: Option<Duration>,
) -> Result<Response<ureq::Body>, ureq::Error> {
    match within {
        Some(within) => {
            let request = agent.configure_request(request);
            agent.run(request.timeout_global(Some(within)).build())
        }
        None => agent.run(request),
    }
}

/// Whether somebody is asked who knows the role of the machine that asks: such addresses lead no further than the next router.
fn is_of_this_machine(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    host.starts_with("169.254.") || host == "[fd00:ec2::254]"
}

/// What of a request must not be repeated, whatever the service says.
fn credentials(request: &request::Parts) -> Vec<String> {
    let said = |name: &str| request.headers.get(name)?.to_str().ok();
    let key = said(header::AUTHORIZATION.as_str()).and_then(|said| {
        let (_, key) = said.split_once("Credential=")?;
        key.split('/').next()
    });
    let tokens = ["x-amz-security-token", "x-amz-s3session-token"].map(said);
    let known = tokens.into_iter().chain([key]).flatten();
    known
        .filter(|known| !known.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What is said where a service does not do what it was asked; that there is no such object is an answer.
fn refusal(status: StatusCode, body: &[u8], credentials: &[String]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let code = element(&text, "Code");
    let is_answer = status == StatusCode::NOT_FOUND && code != Some("NoSuchBucket");
    if status.is_success() || is_answer {
        return None;
    }
    let mut message = format!("it answers {status}");
    for (part, before) in [(code, ": "), (element(&text, "Message"), ", ")] {
        if let Some(part) = part {
            message += before;
            message += &repeated(part, credentials);
        }
    }
    Some(message)
}

/// What a service says, as far as it is said to a person.
fn repeated(said: &str, credentials: &[String]) -> String {
    let mut said = said.to_owned();
    for credential in credentials {
        said = said.replace(credential.as_str(), "…");
    }
    let said = said.chars().take(LONGEST_MESSAGE);
    said.filter(|letter| !letter.is_control()).collect()
}

/// What stands in the first element of that name, as it is written.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, behind) = text.split_once(&format!("<{name}>"))?;
    let (inside, _) = behind.split_once(&format!("</{name}>"))?;
    Some(inside.trim()).filter(|inside| !inside.is_empty())
}

/// What went wrong on the way, without the names of kinds of errors.
fn plain(error: ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::Protocol(error) => format!("it does not speak HTTP: {error}"),
        ureq::Error::HostNotFound => "there is no such host".to_owned(),
        error => error.to_string(),
    }
}

/// The authorities of `file`, else those of the system, else those that this program was built with: small containers have none.
fn authorities(file: Option<&Path>) -> RootCerts {
    let found = match file {
        Some(_) => rustls_native_certs::load_certs_from_paths(file, None),
        None => rustls_native_certs::load_native_certs(),
    };
    if found.certs.is_empty() && file.is_none() {
        return RootCerts::WebPki;
    }
    let own = |certificate: &_| Certificate::from_der(certificate).to_owned();
    RootCerts::Specific(Arc::new(
        found.certs.iter().map(|found| own(found)).collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_why_and_no_credential() {
        let credentials = ["TOKEN", "AKIA", "answers"].map(str::to_owned);
        for (status, body, expected) in [
            (200, "<html>", None),
            (204, "", None),
            (404, "<Error><Code>NoSuchKey</Code></Error>", None),
            (404, "", None),
            (
                404,
                "<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>",
                Some("it answers 404 Not Found: NoSuchBucket, none"),
            ),
            (
                403,
                "<Error><Code>Denied</Code><Message>\n AKIA with\u{7} TOKEN\n</Message></Error>",
                Some("it answers 403 Forbidden: Denied, … with …"),
            ),
            (
                400,
                "<Error><Code>answers</Code><Message>TOKEN</Message></Error>",
                Some("it answers 400 Bad Request: …, …"),
            ),
            (503, "<h1>TOKEN", Some("it answers 503 Service Unavailable")),
            (
                301,
                "<Code></Code><Message>",
                Some("it answers 301 Moved Permanently"),
            ),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let said = refusal(status, body.as_bytes(), &credentials);
            assert_eq!(said.as_deref(), expected, "{body}");
        }
        let long = format!("<Message>{}</Message>", "long ".repeat(1000));
        let said = refusal(StatusCode::BAD_REQUEST, long.as_bytes(), &[]).unwrap();
        assert!(said.len() < 2 * LONGEST_MESSAGE, "{said}");
    }

    #[test]
    fn only_this_machine_is_asked_for_its_role() {
        for (url, expected) in [
            ("http://169.254.169.254/latest/api/token", true),
            ("http://169.254.170.2/v2/credentials", true),
            ("http://[fd00:ec2::254]/latest/api/token", true),
            ("https://sts.eu-central-1.amazonaws.com", false),
            ("http://169.25.4.1", false),
        ] {
            assert_eq!(is_of_this_machine(&url.parse().unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn credentials_of_a_request_are_known() {
        let request = Request::builder()
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIA/2026/s3, Signature=abc",
            )
            .header("x-amz-security-token", "TOKEN")
            .body(());
        let (parts, ()) = request.unwrap().into_parts();
        assert_eq!(credentials(&parts), ["TOKEN", "AKIA"]);
    }
}
