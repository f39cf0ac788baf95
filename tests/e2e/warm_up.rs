//! `scd cloud warm-up` against a server and a `bin/magento` that the tests bring along.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scd_tests::fixture::Fixture;
use scd_tests::run::{Run, run};

use crate::SCD;

/// A web server that answers by path, and knows what it was asked for.
struct Server {
    base: String,
    asked: Arc<Mutex<Vec<String>>>,
    most_at_once: Arc<AtomicUsize>,
}

impl Server {
    /// `/missing` is not there, `/flaky` is there the second time, `/down` never, `/moved` leads to `/new`, `/circle` to itself, `/slow` takes its time, `/cut` ends early.
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            asked: Arc::default(),
            most_at_once: Arc::default(),
        };
        let (asked, most) = (server.asked.clone(), server.most_at_once.clone());
        let now = Arc::new(AtomicUsize::new(0));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (asked, most, now) = (asked.clone(), most.clone(), now.clone());
                std::thread::spawn(move || {
                    let count = now.fetch_add(1, Ordering::SeqCst) + 1;
                    most.fetch_max(count, Ordering::SeqCst);
                    let mut stream = stream.unwrap();
                    let answer = answer(&stream, &asked);
                    // Whoever has the answer may ask again before this thread goes on.
                    now.fetch_sub(1, Ordering::SeqCst);
                    // Whoever has gone away needs no answer.
                    let _ = stream.write_all(answer.as_bytes());
                });
            }
        });
        server
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked
    }
}

fn answer(stream: &TcpStream, asked: &Mutex<Vec<String>>) -> String {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap().unwrap();
    let path = first.split(' ').nth(1).unwrap().to_owned();
    asked.lock().unwrap().push(path.clone());
    for line in lines {
        if line.unwrap().is_empty() {
            break;
        }
    }
    let is_first = asked
        .lock()
        .unwrap()
        .iter()
        .filter(|one| **one == path)
        .count()
        == 1;
    let (status, headers, length) = match path.as_str() {
        "/flaky" if is_first => ("503 Service Unavailable", "", 2),
        "/down" => ("500 Internal Server Error", "", 2),
        "/missing" => ("404 Not Found", "", 2),
        "/moved" => ("302 Found", "Location: /new\r\n", 2),
        "/circle" => ("302 Found", "Location: /circle\r\n", 2),
        "/cut" => ("200 OK", "", 1000),
        _ => ("200 OK", "", 2),
    };
    if path == "/slow" {
        std::thread::sleep(Duration::from_secs(5));
    }
    if path.starts_with("/together") {
        std::thread::sleep(Duration::from_millis(100));
    }
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\nok")
}

/// A shop whose `bin/magento` is a script for the shell, which stands in for PHP.
fn shop(server: &Server) -> Fixture {
    let shop = Fixture::empty();
    let base = &server.base;
    shop.write(
        "bin/magento",
        format!(
            "echo \"$*\" >> asked.txt\n\
             case \"$1 $2\" in\n\
             'config:show:default-url --no-interaction') echo '{base}/' ;;\n\
             'config:show:store-url --no-interaction') echo '{{\"1\":\"{base}/\",\"2\":\"{base}/de/\"}}' ;;\n\
             'config:show:store-url de') echo '{base}/de/' ;;\n\
             'config:show:urls --entity-type=category') echo '[\"{base}/cars.html\",\"{base}/car_vw.html\"]' ;;\n\
             'config:show:urls --entity-type=product') echo '[\"{base}/product.html\"]' ;;\n\
             'config:show:urls --entity-type=cms-page') echo 'null' ;;\n\
             *) echo 'There is no such thing.' >&2; exit 1 ;;\n\
             esac\n"
        ),
    );
    shop
}

fn warm_up(shop: &Fixture, arguments: &[&str]) -> Run {
    let root = shop.root();
    let mut all = vec!["cloud", "warm-up", "--root", root.to_str().unwrap()];
    all.extend(arguments);
    run(
        SCD,
        &all,
        &[("PHP_BINARY", "/bin/sh"), ("PATH", "/usr/bin:/bin")],
    )
}

#[test]
fn the_entries_of_the_file_are_requested() {
    let server = Server::start();
    let shop = shop(&server);
    shop.write(
        ".magento.env.yaml",
        format!(
            "stage:\n  post-deploy:\n    WARM_UP_PAGES:\n      - ''\n      - 'contact'\n      - 'category:*:1'\n      \
             - 'category:|car_.*?\\.html$|:2'\n      - 'product:a|b:*'\n      - 'store-page:/about:1|de'\n      \
             - '{}'\n      - 'https://other.example/'\n      - 'page:1'\n    WARM_UP_CONCURRENCY: 2\n",
            server.url("/typed")
        ),
    );
    let run = warm_up(&shop, &[])
        .expect_code(0)
        .expect_complaint("`https://other.example/`")
        .expect_complaint("`page:1` is not correct");
    assert_eq!(
        server.asked(),
        [
            "/",
            "/about",
            "/car_vw.html",
            "/car_vw.html",
            "/cars.html",
            "/contact",
            "/de/about",
            "/product.html",
            "/typed",
        ]
    );
    assert!(
        run.stdout.contains("9 of 9 pages warmed up"),
        "{}",
        run.stdout
    );
    let asked = shop.read("asked.txt");
    assert!(
        asked.contains("--entity-type=product --product-sku=a --product-sku=b"),
        "{asked}"
    );
    assert!(
        asked.contains("--entity-type=category --store-id=1"),
        "{asked}"
    );
    assert!(server.most_at_once.load(Ordering::SeqCst) <= 2);
}

#[test]
fn without_entries_the_home_page_is_requested() {
    let server = Server::start();
    let shop = shop(&server);
    warm_up(&shop, &[]).expect_code(0);
    assert_eq!(server.asked(), ["/"]);
}

#[test]
fn failed_pages_are_told_and_strict_makes_them_count() {
    let server = Server::start();
    let shop = shop(&server);
    let pages = ["/fine", "/missing", "/moved", "/circle", "/cut"].map(|path| server.url(path));
    let mut arguments: Vec<&str> = pages.iter().flat_map(|page| ["--url", page]).collect();
    // Nobody listens there.
    arguments.extend(["--url", "http://127.0.0.1:1/", "--format=json"]);
    let said = warm_up(&shop, &arguments).expect_code(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(json["failed"], 4, "{json}");
    let is_fine: Vec<bool> = json["pages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|page| page["is_fine"].as_bool().unwrap())
        .collect();
    assert_eq!(is_fine, [true, false, true, false, false, false], "{json}");
    assert_eq!(json["pages"][1]["status"], 404);
    assert_eq!(json["pages"][2]["status"], 200);
    assert!(json["pages"][5]["error"].is_string());
    assert_eq!(
        server
            .asked()
            .iter()
            .filter(|path| *path == "/circle")
            .count(),
        6
    );
    arguments.push("--strict");
    warm_up(&shop, &arguments).expect_code(1);
    let fine = server.url("/fine");
    warm_up(&shop, &["--url", &fine, "--strict"]).expect_code(0);
    assert!(!shop.has("asked.txt"), "typed pages need no Magento");
}

#[test]
fn pages_come_from_a_file_and_are_requested_at_once() {
    let server = Server::start();
    let shop = shop(&server);
    let pages: Vec<String> = (0..6)
        .map(|n| server.url(&format!("/together{n}")))
        .collect();
    let list = format!("# six pages\n\n{}\n", pages.join("\n"));
    shop.write("pages.txt", list);
    let file = shop.root().join("pages.txt");
    let option = format!("--from-file={}", file.display());
    warm_up(&shop, &[&option, "--concurrency=6", "--strict"]).expect_code(0);
    assert_eq!(server.asked().len(), 6);
    assert!(server.most_at_once.load(Ordering::SeqCst) > 1);
}

#[test]
fn a_page_has_a_time_limit() {
    let server = Server::start();
    let shop = shop(&server);
    let slow = server.url("/slow");
    let run = warm_up(&shop, &["--url", &slow, "--timeout=1"]).expect_code(0);
    assert!(run.stdout.contains("0 of 1 pages"), "{}", run.stdout);
}

#[test]
fn a_list_that_cannot_be_made_has_the_code_of_ece_tools() {
    let server = Server::start();
    let shop = shop(&server);
    warm_up(&shop, &["--page", "cms-page:*:*"])
        .expect_code(207)
        .expect_complaint("config:show:urls");
    shop.write(
        ".magento.env.yaml",
        "stage: {post-deploy: {WARM_UP_PAGES: [1]}}",
    );
    warm_up(&shop, &[])
        .expect_code(207)
        .expect_complaint("line 1");
    shop.write(".magento.env.yaml", "stage: [");
    warm_up(&shop, &[]).expect_code(204);
    shop.write("bin/magento", "echo broken >&2\nexit 1\n");
    warm_up(&shop, &["--page", "contact"])
        .expect_code(207)
        .expect_complaint("MAGENTO_CLOUD_ROUTES");
    warm_up(&shop, &["--url", "shop.example"])
        .expect_code(2)
        .expect_complaint("`shop.example`");
}

#[test]
fn the_routes_stand_in_for_a_shop_that_does_not_answer() {
    let server = Server::start();
    let shop = shop(&server);
    shop.write("bin/magento", "echo broken >&2\nexit 1\n");
    let routes = format!(
        "{{\"http://redirect.example/\": {{\"type\": \"redirect\"}}, \"{}/\": {{\"type\": \"upstream\", \"original_url\": \
         \"http://{{default}}/\"}}}}",
        server.base
    );
    let root = shop.root();
    let arguments = [
        "cloud",
        "warm-up",
        "--page=x",
        "--root",
        root.to_str().unwrap(),
    ];
    let environment = [
        ("PHP_BINARY", "/bin/sh"),
        ("PATH", "/usr/bin:/bin"),
        ("MAGENTO_CLOUD_ROUTES", &base64(routes.as_bytes())),
    ];
    run(SCD, &arguments, &environment)
        .expect_code(0)
        .expect_complaint("broken");
    assert_eq!(server.asked(), ["/x"]);
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .fold(0u32, |bits, &byte| bits << 8 | u32::from(byte))
            << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            let letter = bits >> (18 - 6 * place) & 63;
            text.push(LETTERS[letter as usize].into());
        }
    }
    text
}

#[test]
fn pages_that_fail_are_requested_again_where_that_is_asked_for() {
    let server = Server::start();
    let shop = shop(&server);
    let urls = ["/flaky", "/down", "/missing"].map(|path| server.url(path));
    let mut arguments: Vec<&str> = urls.iter().flat_map(|url| ["--url", url]).collect();
    arguments.extend(["--retries=1", "--format=json"]);
    let said = warm_up(&shop, &arguments).expect_code(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    let of = |key: &str| -> Vec<u64> {
        let pages = json["pages"].as_array().unwrap();
        pages
            .iter()
            .map(|page| page[key].as_u64().unwrap())
            .collect()
    };
    assert_eq!(
        (of("status"), of("attempts")),
        (vec![200, 500, 404], vec![2, 2, 1])
    );
    for page in json["pages"].as_array().unwrap() {
        let first = page["first_byte_milliseconds"].as_f64();
        assert!(
            first > Some(0.0) && first <= page["milliseconds"].as_f64(),
            "{page}"
        );
    }
    assert_eq!(server.asked().len(), 5);
    let text = warm_up(&shop, &["--url", &server.url("/flaky")])
        .expect_code(0)
        .stdout;
    assert!(text.contains("first byte"), "{text}");
    warm_up(&shop, &["--url", &server.url("/new"), "--retries=11"]).expect_code(2);
}
