//! Starts the command as a process and keeps what it said.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What a run of the command came to.
#[derive(Debug)]
pub struct Run {
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Runs `binary` with arguments, in a clean environment apart from what is given.
pub fn run(binary: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let mut command = Command::new(binary);
    command
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied());
    finished(command.output().expect("the command can be started"))
}

/// The same in a directory.
pub fn run_in(binary: &str, directory: &Path, arguments: &[&str]) -> Run {
    let mut command = Command::new(binary);
    command.args(arguments).current_dir(directory).env_clear();
    finished(command.output().expect("the command can be started"))
}

/// The same in a directory, with a text as standard input.
pub fn run_with_input(binary: &str, directory: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut child = Command::new(binary)
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command can be started");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A command that does not read its input is none of our business here.
    let _ = stdin.write_all(input);
    drop(stdin);
    finished(child.wait_with_output().expect("the command ends"))
}

fn finished(output: Output) -> Run {
    Run {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Run {
    /// The same run, after checking its exit code; a failure shows everything that was said.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// The same run, after checking that standard error holds a text.
    #[track_caller]
    pub fn expect_complaint(self, text: &str) -> Self {
        assert!(
            self.stderr.contains(text),
            "`{text}` is not in\n{}",
            self.stderr
        );
        self
    }
}
