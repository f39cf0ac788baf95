//! An object store of the tests' own: as much of S3 as a shared cache needs, in memory, with a memory for who asked what, and with
//! moods. Also the service that tells a machine the keys of its role.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

/// How a store behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Fine,
    /// Takes nothing and gives nothing to anybody, and repeats the token that came with the request.
    Denies,
    /// Has no such bucket.
    HasNoBucket,
    /// Says that it is somewhere else.
    HasMoved,
    /// Fails.
    Fails,
    /// Answers a page to everything, as a login portal does.
    ShowsPages,
    /// Speaks something else.
    Babbles,
    /// Cuts every answer off.
    CutsOff,
    /// Begins an answer and goes on so slowly that it never ends.
    Crawls,
}

/// A request that came.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

struct State {
    mood: Mood,
    objects: BTreeMap<String, Vec<u8>>,
    asked: Vec<Asked>,
}

/// A store with one bucket, `shared`.
pub(super) struct ObjectStore {
    pub(super) port: u16,
    state: Arc<Mutex<State>>,
}

impl ObjectStore {
    pub(super) fn start(mood: Mood) -> ObjectStore {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let state = Arc::new(Mutex::new(State {
            mood,
            objects: BTreeMap::new(),
            asked: Vec::new(),
        }));
        let of_guests = state.clone();
        thread::spawn(move || {
            for guest in listener.incoming().flatten() {
                let state = of_guests.clone();
                thread::spawn(move || serve(&guest, &state));
            }
        });
        ObjectStore { port, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics")
    }

    /// What was asked since the last time.
    pub(super) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state().asked)
    }

    /// The objects by their paths.
    pub(super) fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        self.state().objects.clone()
    }

    pub(super) fn put(&self, path: &str, bytes: Vec<u8>) {
        self.state().objects.insert(path.to_owned(), bytes);
    }
}

/// Answers all requests of a connection.
fn serve(guest: &TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(guest);
    while let Some(asked) = read(&mut reader) {
        let (mood, (status, body)) = {
            let mut state = state.lock().expect("nobody panics");
            let answer = answer(&mut state, &asked);
            state.asked.push(asked);
            (state.mood, answer)
        };
        let mut said = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nETag: \"1\"\r\n\r\n",
            body.len()
        )
        .into_bytes();
        said.extend(body);
        let mut guest = guest;
        match mood {
            Mood::Babbles => said = b"220 ready when you are\r\n".to_vec(),
            Mood::CutsOff => said.truncate(said.len() - 3),
            Mood::Crawls => {
                for byte in said {
                    if guest.write_all(&[byte]).is_err() {
                        return;
                    }
                    thread::sleep(Duration::from_millis(300));
                }
                return;
            }
            _ => {}
        }
        let is_lost = guest.write_all(&said).is_err();
        if is_lost || matches!(mood, Mood::Babbles | Mood::CutsOff) {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Asked> {
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        Some(line.trim_end().to_owned()).filter(|line| !line.is_empty())
    };
    let first = line()?;
    let mut first = first.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let mut headers = BTreeMap::new();
    while let Some(line) = line() {
        let (name, value) = line.split_once(':')?;
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or("0", String::as_str);
    let mut body = vec![0; length.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some(Asked {
        method,
        path,
        headers,
        body,
    })
}

/// The status and the body of an answer.
fn answer(state: &mut State, asked: &Asked) -> (&'static str, Vec<u8>) {
    let refused = |status, code: &str| {
        let token = asked.header("x-amz-security-token");
        let message = format!("<Message>none of that, {token}</Message>");
        let error = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code>{message}</Error>");
        (status, error.into_bytes())
    };
    match state.mood {
        Mood::Denies => return refused("403 Forbidden", "AccessDenied"),
        Mood::HasNoBucket => return refused("404 Not Found", "NoSuchBucket"),
        Mood::HasMoved => return refused("301 Moved", "PermanentRedirect"),
        Mood::Fails => return ("500 Oh", b"<h1>oh".to_vec()),
        Mood::ShowsPages => return ("200 OK", b"<h1>please log in</h1>".to_vec()),
        _ => {}
    }
    if let Some(answer) = answer_of_role(asked) {
        return ("200 OK", answer.into());
    }
    match asked.method.as_str() {
        _ if !asked.path.starts_with("/shared/") => refused("404 Not Found", "NoSuchBucket"),
        "GET" => match state.objects.get(&asked.path) {
            Some(bytes) => ("200 OK", bytes.clone()),
            None => refused("404 Not Found", "NoSuchKey"),
        },
        "PUT" => {
            state.objects.insert(asked.path.clone(), asked.body.clone());
            ("200 OK", Vec::new())
        }
        "DELETE" => {
            state.objects.remove(&asked.path);
            ("204 No Content", Vec::new())
        }
        // A shared cache needs nothing else, and each question takes its time.
        _ => refused("405 Method Not Allowed", "MethodNotAllowed"),
    }
}

/// What a machine of Amazon's learns about its own role.
fn answer_of_role(asked: &Asked) -> Option<&'static str> {
    const KEYS: &str = "/latest/meta-data/iam/security-credentials/";
    match (asked.method.as_str(), asked.path.strip_prefix(KEYS)) {
        ("PUT", _) if asked.path == "/latest/api/token" => Some("a ticket"),
        ("GET", Some("")) if asked.header("x-aws-ec2-metadata-token") == "a ticket" => Some("web"),
        ("GET", Some("web")) => Some(
            r#"{"Code":"Success","AccessKeyId":"KEYOFROLE","SecretAccessKey":"s","Token":"t",
                "Expiration":"2100-01-01T00:00:00Z"}"#,
        ),
        _ => None,
    }
}
