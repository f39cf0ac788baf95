//! Services of the tests' own: one that never answers, a door to a Redis that closes in the middle, and a real Redis.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

/// A port of this machine on which somebody listens and never answers. Ends with the test.
pub(super) fn silent() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    (listener, port)
}

/// A port on which nobody listens.
pub(super) fn closed() -> u16 {
    silent().1
}

/// A Redis of the test's own, in memory alone.
pub(super) struct Redis {
    child: Child,
    pub(super) port: u16,
}

impl Redis {
    /// Starts one with a password; none where there is no `redis-server`.
    pub(super) fn start(directory: &Path, password: &str) -> Option<Redis> {
        let port = closed();
        let child = Command::new("redis-server")
            .args([
                "--port",
                &port.to_string(),
                "--save",
                "",
                "--bind",
                "127.0.0.1",
            ])
            .args(["--requirepass", password])
            .current_dir(directory)
            .stdout(Stdio::null())
            .spawn()
            .ok()?;
        let redis = Redis { child, port };
        for _ in 0..1000 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(redis);
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the Redis of the test does not listen");
    }

    /// `kill -9`.
    pub(super) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// What it says to one command.
    pub(super) fn say(&self, password: &str, command: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        write!(stream, "AUTH {password}\r\n{command}\r\nQUIT\r\n").expect("it takes commands");
        let mut said = String::new();
        stream.read_to_string(&mut said).expect("it answers");
        said
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Lets everything through to a service, but after that many requests nothing any more, and does what is to be `done` then.
pub(super) fn door_that_closes(
    service: String,
    after: u32,
    done: impl Fn() + Send + Sync + 'static,
) -> u16 {
    let (listener, port) = silent();
    let asked = Arc::new(AtomicU32::new(0));
    let done = Arc::new(done);
    thread::spawn(move || {
        for guest in listener.incoming().flatten() {
            let Ok(host) = TcpStream::connect(&service) else {
                continue;
            };
            let [from_host, to_guest] =
                [&host, &guest].map(|one| one.try_clone().expect("it is open"));
            thread::spawn(move || pass(from_host, to_guest, || true));
            let (asked, done) = (asked.clone(), done.clone());
            thread::spawn(move || {
                pass(guest, host, || {
                    let is_open = asked.fetch_add(1, Ordering::SeqCst) < after;
                    if !is_open {
                        done();
                    }
                    is_open
                });
            });
        }
    });
    port
}

/// Passes bytes on while both ends are open and `may` says so.
fn pass(mut from: TcpStream, mut to: TcpStream, may: impl Fn() -> bool) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if !may() || to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    for end in [from, to] {
        let _ = end.shutdown(std::net::Shutdown::Both);
    }
}
