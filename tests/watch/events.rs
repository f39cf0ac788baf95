//! What browsers are told, read from the socket itself.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use scd_tests::edits::shop;
use scd_tests::watch::Running;

use crate::command::start;

/// The address in the line that names the script.
pub(crate) fn script(watch: &Running) -> String {
    let line = watch.line_with("for pages: ");
    line.split('"')
        .nth(1)
        .expect("the address is quoted")
        .to_owned()
}

fn connect(address: &str, path: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("it can be set");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").expect("it is open");
    BufReader::new(stream)
}

fn line(stream: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    stream
        .read_line(&mut line)
        .expect("something comes in time");
    line.trim_end().to_owned()
}

/// The next event: kind, ID and data.
fn event(stream: &mut BufReader<TcpStream>) -> (String, String, serde_json::Value) {
    let mut kind = line(stream);
    while !kind.starts_with("event: ") {
        kind = line(stream);
    }
    let (id, data) = (line(stream), line(stream));
    let data = data.strip_prefix("data: ").expect("data follow");
    (
        kind["event: ".len()..].to_owned(),
        id,
        serde_json::from_str(data).expect("it is JSON"),
    )
}

#[test]
fn events_name_outputs_and_problems() {
    let shop = shop();
    let (watch, _) = start(&shop, &["--livereload=127.0.0.1:0"]);
    let script = script(&watch);
    let address = script
        .strip_prefix("http://")
        .and_then(|rest| rest.strip_suffix("/livereload.js"))
        .expect("an address");
    let mut page = connect(address, "/livereload.js?1");
    assert_eq!(line(&mut page), "HTTP/1.1 200 OK");
    assert_eq!(
        line(&mut page),
        "Content-Type: text/javascript; charset=utf-8"
    );
    assert_eq!(line(&mut connect(address, "/x")), "HTTP/1.1 404 Not Found");

    let mut stream = connect(address, "/events");
    assert_eq!(line(&mut stream), "HTTP/1.1 200 OK");
    assert_eq!(line(&mut stream), "Content-Type: text/event-stream");
    let (kind, first, data) = event(&mut stream);
    assert_eq!(
        (kind.as_str(), &data["problems"]),
        ("ready", &serde_json::json!([]))
    );

    let partial = "app/design/frontend/Acme/base/web/css/source/_x.less";
    shop.write(partial, "@c: #00ff00;\n");
    let (kind, id, data) = event(&mut stream);
    assert_eq!(kind, "css");
    assert_ne!(id, first);
    assert_eq!(
        data["outputs"][0],
        "frontend/Acme/base/en_US/css/all.min.css"
    );
    assert_eq!(data["outputs"].as_array().map(Vec::len), Some(4));

    shop.write(partial, "@c: @nope;\n");
    let (kind, _, data) = event(&mut stream);
    assert_eq!(
        (kind.as_str(), &data["outputs"]),
        ("problem", &serde_json::json!([]))
    );
    let problem = &data["problems"][0];
    assert_eq!(
        (&problem["file"], &problem["line"]),
        (&partial.into(), &1.into()),
        "{problem}"
    );
    assert!(problem["column"].as_u64() > Some(0), "{problem}");
    // Who comes later is told, too.
    let (kind, _, data) = event(&mut connect(address, "/events"));
    assert_eq!((kind.as_str(), &data["problems"][0]), ("ready", problem));

    // As it was before, so that nothing is written: the problem is gone all the same.
    shop.write(partial, "@c: #00ff00;\n");
    let (kind, _, data) = event(&mut stream);
    assert_eq!(
        (kind.as_str(), &data["problems"]),
        ("problem", &serde_json::json!([]))
    );

    shop.write("lib/web/lib.js", "var lib = 2;\n");
    let (kind, _, data) = event(&mut stream);
    assert_eq!(kind, "reload");
    assert!(
        data["outputs"]
            .as_array()
            .is_some_and(|list| list.contains(&"frontend/Acme/base/en_US/lib.min.js".into())),
        "{data}"
    );
    assert_eq!(watch.interrupt().0, Some(0));
}
