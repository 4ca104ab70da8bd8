//! Lists the shipped signature files, so that the binary carries them and works anywhere alone.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const FOLDER: &str = "signatures";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let mut files = Vec::new();
    walk(&root.join(FOLDER), FOLDER, &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    for file in files {
        let path = format!("/{file}");
        let _ = writeln!(list, "({file:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),");
    }
    list.push_str("]\n");
    fs::write(out.join("signatures.rs"), list)
}

/// Collects the TOML files below `folder` as paths with forward slashes, which every system's compiler reads.
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
