//! Buckets: an object store of the tests' own in all its moods, and a real one where there is one.

use std::fs;

use scd_tests::edits::shop;
use scd_tests::run::run;
use scd_tests::say::say;

use super::bucket::{Mood, ObjectStore};
use super::service::{closed, door_that_closes, silent};
use super::{Variables, asked, damage, deploy_with, recalled, share, warnings};
use crate::SCD;

/// What nobody may read in a message.
const KEYS: Variables<'_> = &[
    ("AWS_ACCESS_KEY_ID", "KEYhush"),
    ("AWS_SECRET_ACCESS_KEY", "secret/hush+"),
    ("AWS_SESSION_TOKEN", "token/hush=="),
    ("NO_PROXY", "127.0.0.1"),
];

fn url(port: u16) -> String {
    format!("s3://shared/shop/a?region=eu-test-1&endpoint=http://127.0.0.1:{port}&timeout=1")
}

#[test]
fn a_bucket_is_shared() {
    let store = ObjectStore::start(Mood::Fine);
    let url = url(store.port);
    let questions = share(&url, KEYS);
    let seen = store.asked();
    let count = |method: &str| seen.iter().filter(|asked| asked.method == method).count();
    say(&format!(
        "requests for four deploys: {} GET, {} PUT",
        count("GET"),
        count("PUT")
    ));
    // Each question is one request; nothing is looked at or listed beforehand.
    assert_eq!(seen.len() as u64, questions);
    assert_eq!(seen.len(), count("GET") + count("PUT"));
    for asked in &seen {
        assert!(asked.path.starts_with("/shared/shop/a/v1/"), "{asked:?}");
        let signature = asked.header("authorization");
        let (key, rest) = signature
            .strip_prefix("AWS4-HMAC-SHA256 Credential=KEYhush/")
            .and_then(|rest| rest.split_once("/eu-test-1/s3/aws4_request, SignedHeaders="))
            .unwrap_or_else(|| panic!("{signature}"));
        assert_eq!(key.len(), "20261121".len());
        assert!(rest.contains("host;") && rest.contains("x-amz-date"));
        assert_eq!(asked.header("x-amz-security-token"), "token/hush==");
    }

    let arguments = ["cache", "--cache=/nowhere", "--remote-cache", &url];
    let said = run(SCD, &arguments, KEYS).expect_code(0).stdout;
    let shown = format!(
        "s3://shared/shop/a?region=eu-test-1&endpoint=http://127.0.0.1:{}\n",
        store.port
    );
    assert!(
        said.contains(&shown) && said.contains("in 2 packs"),
        "{said}"
    );
}

#[test]
fn region_and_endpoint_come_from_variables_too() {
    let store = ObjectStore::start(Mood::Fine);
    let endpoint = format!("http://127.0.0.1:{}", store.port);
    let named = [
        ("AWS_REGION", "eu-named-1"),
        ("AWS_ENDPOINT_URL_S3", endpoint.as_str()),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
    ];
    let arguments = ["cache", "--cache=/nowhere", "--remote-cache", "s3://shared"];
    let said = run(SCD, &arguments, &[KEYS, &named].concat()).expect_code(0);
    assert!(said.stdout.contains("in 0 packs"), "{}", said.stdout);
    let seen = store.asked();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].path, "/shared/v1/catalogue");
    assert!(seen[0].header("authorization").contains("/eu-named-1/s3/"));
}

#[test]
fn keys_come_from_files_and_roles_too() {
    let store = ObjectStore::start(Mood::Fine);
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let file = scratch.path().join("credentials");
    let keys = "[shop]\naws_access_key_id = KEYOFFILE\naws_secret_access_key = s\n";
    fs::write(&file, keys).expect("it can be written");
    let role = format!("http://127.0.0.1:{}", store.port);
    let nowhere = ("HOME", "/nowhere");
    let said = |variables: Variables<'_>| {
        let url = url(store.port);
        let arguments = ["cache", "--cache=/nowhere", "--remote-cache", &url];
        run(SCD, &arguments, variables).expect_code(0).stdout
    };
    let seen = |key: &str| {
        let asked = store.asked();
        let last = asked.last().expect("it was asked");
        last.header("authorization").contains(key)
    };
    said(&[
        nowhere,
        (
            "AWS_SHARED_CREDENTIALS_FILE",
            file.to_str().expect("it is in Unicode"),
        ),
        ("AWS_PROFILE", "shop"),
    ]);
    assert!(seen("Credential=KEYOFFILE/"));
    said(&[nowhere, ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &role)]);
    assert!(seen("Credential=KEYOFROLE/"));
    let said = said(&[nowhere, ("AWS_EC2_METADATA_DISABLED", "true")]);
    assert!(
        said.contains("cannot be used: no credentials were found: neither AWS_ACCESS_KEY_ID"),
        "{said}"
    );
    assert!(store.asked().is_empty());
}

#[test]
fn damaged_and_foreign_objects_of_a_bucket_are_misses() {
    let store = ObjectStore::start(Mood::Fine);
    let url = url(store.port);
    let one = shop();
    deploy_with(&one, &url, KEYS, &[]);
    let objects = store.objects();
    let names: Vec<&String> = objects.keys().collect();
    let whole: Vec<Vec<u8>> = objects.values().cloned().collect();
    damage(&one, &url, KEYS, &whole, |number, bytes| {
        store.put(names[number], bytes);
    });
}

#[test]
fn whatever_is_wrong_with_a_bucket_is_one_warning_and_a_miss() {
    let alone = shop();
    alone
        .deploy(SCD, &["--no-cache", "--compress=gzip", "en_US", "de_DE"])
        .expect_code(0);
    let moods = [
        (
            Mood::Denies,
            "it answers 403 Forbidden: AccessDenied, none of that, …\n",
        ),
        (
            Mood::HasNoBucket,
            "it answers 404 Not Found: NoSuchBucket, none of that, …\n",
        ),
        (
            Mood::HasMoved,
            "it answers 301 Moved Permanently: PermanentRedirect",
        ),
        (Mood::Fails, "it answers 500 Internal Server Error\n"),
        (Mood::Babbles, "it does not speak HTTP: "),
        (Mood::CutsOff, "peer disconnected\n"),
        (Mood::Crawls, "no answer within 1 seconds\n"),
    ];
    let stores = moods.map(|(mood, expected)| (ObjectStore::start(mood), expected));
    let (_listener, silent) = silent();
    let ports = stores
        .iter()
        .map(|(store, expected)| (store.port, *expected));
    let others = [
        (closed(), "connection refused\n"),
        (silent, "no answer within 1 seconds\n"),
    ];
    for (port, expected) in ports.chain(others) {
        let machine = shop();
        let (said, report) = deploy_with(&machine, &url(port), KEYS, &[]);
        say(said.stderr.lines().next().unwrap_or_default());
        assert_eq!((warnings(&said), recalled(&report).0), (1, 0));
        assert!(said.stderr.contains(expected), "{}", said.stderr);
        assert!(!said.stderr.contains("hush") && !report.to_string().contains("hush"));
        assert_eq!(asked(&report), 1, "nobody asks a second time");
        assert!(machine.published() == alone.published());

        let url = url(port);
        let arguments = ["cache", "--cache=/nowhere", "--remote-cache", &url];
        let said = run(SCD, &arguments, KEYS).expect_code(0).stdout;
        assert!(
            said.contains("cannot be used: ") && !said.contains("hush"),
            "{said}"
        );
    }
}

#[test]
fn a_service_that_answers_pages_is_a_miss() {
    let store = ObjectStore::start(Mood::ShowsPages);
    let machine = shop();
    let (said, report) = deploy_with(&machine, &url(store.port), KEYS, &[]);
    assert_eq!((warnings(&said), recalled(&report).0), (1, 0));
    let expected = "it does not give back what was brought there\n";
    assert!(said.stderr.contains(expected), "{}", said.stderr);
    assert!(store.asked().len() < 20);
}

#[test]
fn a_bucket_that_goes_away_in_the_middle_is_a_miss() {
    let store = ObjectStore::start(Mood::Fine);
    let place = format!("127.0.0.1:{}", store.port);
    goes_away(&place, KEYS, url);
}

/// Closes the door to a store after some requests, in the middle of a deploy.
fn goes_away(place: &str, variables: Variables<'_>, url: impl Fn(u16) -> String) {
    let alone = shop();
    alone
        .deploy(SCD, &["--no-cache", "--compress=gzip", "en_US", "de_DE"])
        .expect_code(0);
    for after in [0, 1, 2, 3, 5] {
        let open = door_that_closes(place.to_owned(), u32::MAX, || {});
        let full = shop();
        deploy_with(&full, &url(open), variables, &[]);
        let port = door_that_closes(place.to_owned(), after, || {});
        let machine = shop();
        let (said, report) = deploy_with(&machine, &url(port), variables, &[]);
        let (recalled_jobs, jobs) = recalled(&report);
        say(&format!(
            "gone after {after} requests: {recalled_jobs} of {jobs} jobs came before"
        ));
        let warned = warnings(&said);
        assert!(
            warned == 1 || (warned == 0 && recalled_jobs == jobs),
            "{}",
            said.stderr
        );
        assert!(after > 1 || warned == 1, "{}", said.stderr);
        assert!(machine.published() == alone.published());
        // What was not there before is not brought there any more.
        machine.write("lib/web/other.js", format!("var other = {after};\n"));
        let (said, _) = deploy_with(&machine, &url(closed()), variables, &[]);
        assert_eq!(warnings(&said), 1, "{}", said.stderr);
        assert!(machine.has("pub/static/frontend/Acme/base/en_US/other.min.js"));
    }
}

/// A store such as MinIO or moto, with a bucket `shared`; keys as for anybody who uses it.
#[test]
fn a_real_store_is_shared() {
    let Ok(endpoint) = std::env::var("SCD_S3_ENDPOINT") else {
        say("a_real_store_is_shared: skipped, SCD_S3_ENDPOINT is not set (http://HOST:PORT)");
        return;
    };
    let place = endpoint.trim_end_matches('/').replace("http://", "");
    let keys = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ];
    let keys = keys.map(|name| (name, std::env::var(name).unwrap_or_default()));
    let keys = keys.iter().filter(|(_, value)| !value.is_empty());
    let keys: Vec<(&str, &str)> = keys.map(|(name, value)| (*name, value.as_str())).collect();
    // Nothing of an earlier run is there.
    let prefix = format!("scd-{}", std::process::id());
    let url = |part: &str, endpoint: &str| {
        format!("s3://shared/{prefix}/{part}?region=us-east-1&endpoint={endpoint}")
    };
    let questions = share(&url("share", &endpoint), &keys);
    say(&format!("{questions} requests for four deploys"));
    goes_away(&place, &keys, |port| {
        url("door", &format!("http://127.0.0.1:{port}"))
    });
}
