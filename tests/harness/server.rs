//! The little web server that a browser talks to: files of a deployed tree, one page, and one answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Serves until the process ends. What is posted to `/result` arrives at the receiver.
pub fn serve(tree: &Path, page: String) -> (SocketAddr, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let (sender, receiver) = channel();
    let shared = Arc::new((tree.to_path_buf(), page));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (shared, sender) = (Arc::clone(&shared), sender.clone());
            std::thread::spawn(move || {
                // A browser that goes away in the middle of a file is none of our business.
                let _ = answer(&stream, &shared.0, &shared.1, &sender);
            });
        }
    });
    (address, receiver)
}

fn answer(
    stream: &TcpStream,
    tree: &Path,
    page: &str,
    results: &Sender<Vec<u8>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let target = line.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let header = header.trim_end().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let (status, kind, body) = match &*path {
        "/page" => ("200 OK", "text/html", page.as_bytes().to_vec()),
        "/result" => {
            let mut body = vec![0; length];
            reader.read_exact(&mut body)?;
            // Nobody listens any more when the answer comes too late.
            let _ = results.send(body);
            ("200 OK", "text/plain", Vec::new())
        }
        path => match file(tree, path).and_then(|path| std::fs::read(path).ok()) {
            Some(body) => ("200 OK", content_type(path), body),
            None => ("404 Not Found", "text/plain", Vec::new()),
        },
    };
    // As Magento's configurations of web servers have it.
    let caching = match &*path {
        "/page" | "/result" => "no-store",
        _ => "max-age=31536000",
    };
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: {caching}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)
}

/// The file of an address; as with Magento, a version in front of it does not count.
fn file(tree: &Path, path: &str) -> Option<PathBuf> {
    let path = path.trim_start_matches('/');
    let path = match path.split_once('/') {
        Some((version, rest)) if version.starts_with("version") => rest,
        _ => path,
    };
    let path = Path::new(path);
    let is_inside = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    is_inside.then(|| tree.join(path))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("html") => "text/html",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
