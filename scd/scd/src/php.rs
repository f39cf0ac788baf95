//! The root's own `bin/magento setup:static-content:deploy`, run by PHP into a scratch target.
//!
//! The command has no option for the target. Magento's `DirectoryList`, however, takes other places for its directories
//! from `$_SERVER['MAGE_DIRS']`, which a file sets that PHP runs first. Everything that a deploy writes goes there:
//! `pub/static`, `var` with its caches, and generated code. PHP's log stays in the root's `var/log`, where it writes only
//! when something fails.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child::{self, Finished};
use crate::error::Error;

/// What PHP is to do.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The program.
    pub binary: OsString,
    /// Settings of `php.ini` for this run, as `name=value`.
    pub settings: Vec<String>,
    /// The Magento root.
    pub root: &'a Path,
    /// What stands behind `setup:static-content:deploy`.
    pub arguments: Vec<String>,
    /// Variables besides those of this process.
    pub environment: Vec<(String, String)>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Deployed {
    /// Exit status, words, time.
    pub finished: Finished,
    /// What was said besides progress: complaints, since PHP says nothing else, whatever its exit code.
    pub complaints: Vec<String>,
    /// The `pub/static` that was written.
    pub static_directory: PathBuf,
    /// The place of the minified templates.
    pub template_directory: PathBuf,
}

/// The directories of Magento's `DirectoryList` that a deploy may write to, and where they go in the scratch directory.
const DIRECTORIES: [(&str, &str); 13] = [
    ("static", "static"),
    ("var", "var"),
    ("var_export", "var/export"),
    ("cache", "var/cache"),
    ("log", "var/log"),
    ("session", "var/session"),
    ("tmp", "var/tmp"),
    ("view_preprocessed", "var/view_preprocessed/pub/static"),
    ("html", "var/view_preprocessed"),
    ("composer_home", "var/composer_home"),
    ("import_export", "var"),
    ("code", "generated/code"),
    ("generation", "generated/code"),
];

/// Deploys into a scratch directory, which must be empty. That PHP exits with another code than 0 is no error here.
///
/// # Errors
/// No `bin/magento` or no installed packages in the root, no PHP, a scratch directory that cannot be written.
pub fn deploy(request: &Request<'_>, scratch: &Path) -> Result<Deployed, Error> {
    let command = request.root.join("bin/magento");
    if !command.is_file() {
        return Err(Error::refused(
            format!("there is no `{}` to run", command.display()),
            "name the Magento root with --root",
        ));
    }
    if !has_packages(request.root) {
        return Err(Error::refused(
            format!(
                "PHP cannot run `{}`: there is no `vendor/autoload.php`",
                command.display()
            ),
            "run `composer install` in the root first",
        ));
    }
    let unwritable = |path: &Path| {
        let path = path.to_path_buf();
        move |source| Error::Write { path, source }
    };
    for directory in ["static", "var", "generated/code"] {
        let directory = scratch.join(directory);
        std::fs::create_dir_all(&directory).map_err(unwritable(&directory))?;
    }
    let prepended = scratch.join("directories.php");
    std::fs::write(&prepended, directories(request.root, scratch))
        .map_err(unwritable(&prepended))?;
    let mut php = Command::new(&request.binary);
    let mut setting = OsString::from("auto_prepend_file=");
    setting.push(&prepended);
    php.arg("-d").arg(setting);
    for setting in &request.settings {
        php.arg("-d").arg(setting);
    }
    php.arg(&command)
        .arg("setup:static-content:deploy")
        .args(&request.arguments)
        .envs(
            request
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .current_dir(request.root);
    let finished = child::run(&mut php, &scratch.join("output.txt")).map_err(|source| {
        let binary = request.binary.to_string_lossy();
        Error::refused(
            format!("cannot run `{binary}`: {source}"),
            "install PHP, or name it with --php=/path/to/php",
        )
    })?;
    Ok(Deployed {
        complaints: complaints(&finished.output),
        finished,
        static_directory: scratch.join("static"),
        template_directory: scratch.join("var/view_preprocessed/pub/static"),
    })
}

/// Whether Composer has installed what `bin/magento` needs. Mirrors `app/autoload.php`, which asks
/// `app/etc/vendor_path.php`; whoever moved the directory there knows what he does.
fn has_packages(root: &Path) -> bool {
    let named = std::fs::read_to_string(root.join("app/etc/vendor_path.php")).unwrap_or_default();
    let is_moved = !named.is_empty() && !named.contains("./vendor'");
    is_moved || root.join("vendor/autoload.php").is_file()
}

/// The PHP text that sets the directories.
fn directories(root: &Path, scratch: &Path) -> Vec<u8> {
    let mut text = b"<?php\n$_SERVER['MAGE_DIRS'] = [\n".to_vec();
    let mut line = |name: &str, path: &Path| {
        text.extend_from_slice(format!("    '{name}' => ['path' => '").as_bytes());
        for &byte in path.as_os_str().as_bytes() {
            if matches!(byte, b'\'' | b'\\') {
                text.push(b'\\');
            }
            text.push(byte);
        }
        text.extend_from_slice(b"'],\n");
    };
    // Magento asks for the root's own place as soon as any place is given.
    line("base", root);
    for (name, path) in DIRECTORIES {
        line(name, &scratch.join(path));
    }
    text.extend_from_slice(b"];\n");
    text
}

/// What PHP said besides progress. It exits with 0 although files could not be made and only says so, so every line
/// that is not known to be progress counts; what follows `Stack trace:` is left out.
pub fn complaints(output: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(output);
    let text = without_control(&text);
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !is_progress(line) && !is_trace(line))
        .map(str::to_owned)
        .collect()
}

/// Takes out the sequences that move the cursor; Magento sends them even to a file.
fn without_control(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut parts = text.split("\u{1b}[");
    clean.push_str(parts.next().unwrap_or_default());
    for part in parts {
        // Parameters, then one letter.
        let end = part.find(|letter: char| letter.is_ascii_alphabetic());
        clean.push_str(end.map_or("", |end| &part[end + 1..]));
    }
    clean
}

fn is_progress(line: &str) -> bool {
    const BEGINNINGS: [&str; 4] = [
        "Deploy using ",
        "Execution time:",
        "New content version:",
        // With -v, or in the middle of a redrawing.
        "Execute:",
    ];
    let mut words = line.split_whitespace();
    let (first, second) = (words.next(), words.next());
    let is_count = |word: &str| {
        word.split_once('/').is_some_and(|(done, all)| {
            let is_number =
                |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            is_number(done) && is_number(all)
        })
    };
    let is_package = first.is_some_and(|word| word.matches('/').count() == 3);
    BEGINNINGS
        .iter()
        .any(|beginning| line.starts_with(beginning))
        || (is_package && second.is_some_and(is_count))
}

fn is_trace(line: &str) -> bool {
    let number = line.strip_prefix('#').and_then(|rest| rest.split_once(' '));
    line == "Stack trace:"
        || number.is_some_and(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_from_complaints() {
        let output = "\nDeploy using quick strategy\n\u{1b}[1A\u{1b}[2Kfrontend/A/b/en_US            3/20           \
                      ==>- 96%    30 secs\nCompilation from source: /x/app/a.less\nvariable @x is undefined\n\
                      \u{1b}[1A\u{1b}[2K\n#0 /x/y.php(3): f()\nStack trace:\nExecution time: 34.538857936859\n";
        assert_eq!(
            complaints(output.as_bytes()),
            [
                "Compilation from source: /x/app/a.less",
                "variable @x is undefined"
            ]
        );
    }

    #[test]
    fn a_place_with_quotes_is_still_a_place() {
        let text = directories(Path::new("/it's"), Path::new("/a\\b"));
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains("'base' => ['path' => '/it\\'s']"), "{text}");
        assert!(text.contains("'/a\\\\b/static'"), "{text}");
    }

    #[test]
    fn a_root_that_php_cannot_run_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let scratch = tempfile::tempdir().unwrap();
        let request = Request {
            binary: "/no/such/php".into(),
            settings: Vec::new(),
            root: root.path(),
            arguments: Vec::new(),
            environment: Vec::new(),
        };
        let refusal = || deploy(&request, scratch.path()).unwrap_err().to_string();
        assert!(refusal().contains("bin/magento"));
        std::fs::create_dir(root.path().join("bin")).unwrap();
        std::fs::write(root.path().join("bin/magento"), "").unwrap();
        assert!(refusal().contains("vendor/autoload.php"));
        std::fs::create_dir(root.path().join("vendor")).unwrap();
        std::fs::write(root.path().join("vendor/autoload.php"), "").unwrap();
        assert!(refusal().contains("`/no/such/php`"));
    }
}
