//! Tells builds apart: a digest of all sources of the engine, so that no program takes results of another one for its own.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

fn main() {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = Vec::new();
    // In a package from a registry there is only the engine itself; then its version and those of its dependencies stand for
    // the rest, and published versions never change.
    for part in [
        "",
        "../scd-less",
        "../scd-magento",
        "../scd-minify",
        "../scd-store",
    ] {
        for sources in ["src", "build.rs", "Cargo.toml"] {
            let path = here.join(part).join(sources);
            if path.exists() {
                println!("cargo::rerun-if-changed={}", path.display());
                list(&path, &mut files);
            }
        }
    }
    let lock = here.join("../../Cargo.lock");
    if lock.exists() {
        println!("cargo::rerun-if-changed={}", lock.display());
        files.push(lock);
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        let name = file.strip_prefix(&here).unwrap_or(&file);
        hasher.write(name.as_os_str().as_encoded_bytes());
        hasher.write(&fs::read(&file).unwrap_or_default());
    }
    for variable in ["TARGET", "CARGO_PKG_VERSION"] {
        let text = std::env::var(variable).unwrap_or_default();
        hasher.write(text.as_bytes());
    }
    println!(
        "cargo::rustc-env=SCD_BUILD_SOURCES={:016x}",
        hasher.finish()
    );
}

fn list(path: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(path) else {
        files.push(path.to_path_buf());
        return;
    };
    for entry in entries.flatten() {
        list(&entry.path(), files);
    }
}
