//! Packs the shipped signature files, so that the binary carries them, works anywhere alone and starts fast.

#[allow(dead_code, unreachable_pub)]
#[path = "src/signature/model.rs"]
mod model;
#[allow(dead_code, unreachable_pub)]
#[path = "src/signature/pack.rs"]
mod pack;

use model::{RuntimeFile, Signature};
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const FOLDER: &str = "signatures";
const RUNTIME_FRAMES: &str = "runtime-frames.toml";

fn main() -> io::Result<()> {
    for input in [FOLDER, "src/signature/model.rs", "src/signature/pack.rs"] {
        println!("cargo::rerun-if-changed={input}");
    }
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let mut files = Vec::new();
    walk(&root.join(FOLDER), FOLDER, &mut files)?;
    files.sort();
    let mut signatures = Vec::new();
    let mut frames = Vec::new();
    for file in files {
        if file.ends_with(RUNTIME_FRAMES) {
            frames.extend(read::<RuntimeFile>(&root, &file)?.frames);
        } else {
            let signature = read::<Signature>(&root, &file)?;
            signatures.push((file, signature));
        }
    }
    fs::write(out.join("signatures.pack"), pack::write(&signatures, &frames))
}

fn read<T: DeserializeOwned>(root: &Path, file: &str) -> io::Result<T> {
    let text = fs::read_to_string(root.join(file))?;
    toml::from_str(&text).map_err(|error| io::Error::other(format!("{file}: {error}")))
}

/// Collects the TOML files below `folder`, as paths with forward slashes on every system.
fn walk(folder: &Path, name: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let file = entry.file_name();
        let Some(file) = file.to_str() else { continue };
        let path = format!("{name}/{file}");
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &path, files)?;
        } else if file.ends_with(".toml") {
            files.push(path);
        }
    }
    Ok(())
}
