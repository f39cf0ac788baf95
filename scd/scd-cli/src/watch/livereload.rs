//! The small server that browsers listen to: server-sent events, and the script that acts on them.
//!
//! One thread accepts, one for each connection reads its request, and whoever has something to tell writes to all that
//! listen. There is nothing to log in to and nothing to change: it tells paths of outputs and what is wrong with sources.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

use super::message::Message;

/// Where browsers on the same machine listen unless told otherwise; the port of grunt's livereload.
pub(crate) const ADDRESS: &str = "127.0.0.1:35729";

/// The script for the page.
const SCRIPT: &str = include_str!("client.js");

/// Where the script is served.
const SCRIPT_PATH: &str = "/livereload.js";

/// Longer requests are none of a browser's.
const LONGEST_REQUEST: u64 = 16 << 10;

/// More pages than that do not listen at once.
const LISTENERS: usize = 64;

/// How long a peer may take to ask, or to take what it is told.
const PATIENCE: Duration = Duration::from_secs(5);

/// So often a sign of life is sent, which also shows who has gone.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Everybody who listens, and what newcomers have to know.
struct Listeners {
    streams: Vec<TcpStream>,
    /// Tells this run of the watch apart from others.
    session: u128,
    /// Of the last event.
    number: u64,
    /// What is wrong at the moment.
    problems: Message,
}

/// The running server.
pub(crate) struct Livereload {
    address: SocketAddr,
    listeners: Arc<Mutex<Listeners>>,
}

impl Livereload {
    /// Begins to serve at an address, `HOST:PORT` or a port alone. Ends with the process.
    ///
    /// # Errors
    /// An address that makes no sense or is taken.
    pub(crate) fn start(address: &str) -> Result<Livereload> {
        let full = if address.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("127.0.0.1:{address}")
        } else {
            address.to_owned()
        };
        let listener = TcpListener::bind(&full).with_context(|| {
            format!(
                "cannot serve at `{full}`; name another address with --livereload=HOST:PORT, if that one is taken"
            )
        })?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let listeners = Arc::new(Mutex::new(Listeners {
            streams: Vec::new(),
            session: since.map_or(0, |since| since.as_millis()),
            number: 0,
            problems: Message::default(),
        }));
        let server = Livereload {
            address: listener.local_addr().context("cannot serve")?,
            listeners: listeners.clone(),
        };
        let alive = listeners.clone();
        thread::spawn(move || {
            loop {
                thread::sleep(HEARTBEAT);
                lock(&alive).send(": alive\n\n");
            }
        });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let listeners = listeners.clone();
                thread::spawn(move || {
                    // A browser that goes away is none of our business.
                    let _ = answer(stream, &listeners);
                });
            }
        });
        Ok(server)
    }

    /// The address of the script.
    pub(crate) fn script(&self) -> String {
        format!("http://{}{SCRIPT_PATH}", self.address)
    }

    /// Tells everybody who listens.
    pub(crate) fn tell(&self, message: Message) {
        let mut listeners = lock(&self.listeners);
        listeners.number += 1;
        let text = listeners.event(message.kind(), &message);
        listeners.send(&text);
        listeners.problems = message.problems_alone();
    }
}

impl Listeners {
    fn event(&self, kind: &str, message: &Message) -> String {
        let (session, number) = (self.session, self.number);
        format!(
            "event: {kind}\nid: {session}-{number}\ndata: {}\n\n",
            message.json()
        )
    }

    /// Sends to all, and forgets who does not take it.
    fn send(&mut self, text: &str) {
        self.streams
            .retain_mut(|stream| stream.write_all(text.as_bytes()).is_ok());
    }
}

fn lock(listeners: &Mutex<Listeners>) -> MutexGuard<'_, Listeners> {
    // Whatever a thread did that ended early, streams are whole or fail when they are written to.
    listeners.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(mut stream: TcpStream, listeners: &Mutex<Listeners>) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new((&stream).take(LONGEST_REQUEST)).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // The headers say nothing of interest, but closing before they are read would break the connection.
    for header in lines {
        if header?.is_empty() {
            break;
        }
    }
    let mut words = request.split(' ');
    let (method, target) = (words.next(), words.next().unwrap_or_default());
    if method != Some("GET") {
        return respond(&mut stream, "405 Method Not Allowed", "text/plain", "");
    }
    match target.split('?').next().unwrap_or_default() {
        "/events" => listen(stream, listeners),
        SCRIPT_PATH => respond(&mut stream, "200 OK", "text/javascript", SCRIPT),
        _ => respond(&mut stream, "404 Not Found", "text/plain", "scd watch\n"),
    }
}

fn respond(stream: &mut TcpStream, status: &str, kind: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {length}\r\n\
         Access-Control-Allow-Origin: *\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n{body}"
    )
}

/// Keeps a connection as one that listens.
fn listen(mut stream: TcpStream, listeners: &Mutex<Listeners>) -> io::Result<()> {
    let mut listeners = lock(listeners);
    if listeners.streams.len() >= LISTENERS {
        return respond(&mut stream, "503 Service Unavailable", "text/plain", "");
    }
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nAccess-Control-Allow-Origin: *\r\n\
         Cache-Control: no-cache\r\nX-Accel-Buffering: no\r\nConnection: keep-alive\r\n\r\nretry: 1000\n\n{}",
        listeners.event("ready", &listeners.problems)
    )?;
    listeners.streams.push(stream);
    Ok(())
}
