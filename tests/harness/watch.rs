//! A run of the command that goes on by itself, watched line by line.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Long enough for a loaded machine, and a bound for a test that fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running command; killed when the test is over.
#[derive(Debug)]
pub struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    /// Starts `binary` in a directory.
    pub fn start(binary: &str, directory: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(binary)
            .args(arguments)
            .current_dir(directory)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command can be started");
        let (sender, lines) = channel();
        let stdout = child.stdout.take().expect("it is piped");
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, lines }
    }

    /// The next line of standard output.
    #[track_caller]
    pub fn line(&self) -> String {
        self.lines
            .recv_timeout(PATIENCE)
            .expect("the command says something in time")
    }

    /// Waits until a line holds a text; lines before it are passed over.
    #[track_caller]
    pub fn line_with(&self, text: &str) -> String {
        loop {
            let line = self.line();
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Interrupts the command as ctrl-c does, and gives its exit code and what it complained about.
    #[track_caller]
    pub fn interrupt(mut self) -> (Option<i32>, String) {
        let status = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status()
            .expect("there is a command `kill`");
        assert!(status.success());
        let mut complaints = String::new();
        let mut stderr = self.child.stderr.take().expect("it is piped");
        let status = self.ended();
        let _ = stderr.read_to_string(&mut complaints);
        (status.code(), complaints)
    }

    #[track_caller]
    fn ended(&mut self) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be asked") {
                return status;
            }
            assert!(started.elapsed() < PATIENCE, "the command does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
