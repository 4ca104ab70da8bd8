//! Makes the corpora that `compare.sh` measures with: the same bytes for the same arguments, everywhere.
//!
//! ```text
//! corpus names                      every Module!Function that a stack clause names
//! corpus logs FOLDER MIB FILES      ordinary logs, a stack in every 4 MiB
//! corpus evidence FILE MIB          stacks, events, faults and stops, and nothing else
//! corpus tickets FOLDER COUNT       short tickets with one to three pieces of evidence
//! corpus ticket                     one ticket of 2 KiB
//! corpus signatures FOLDER COUNT    signature files, a thousand to a folder
//! ```

#![allow(clippy::print_stdout, reason = "it prints what it was asked for")]

mod evidence;
mod logs;
mod random;
mod signatures;

use random::Random;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<usize>().map_err(io::Error::other);
    match words.as_slice() {
        ["names"] => {
            println!("{}", evidence::names()?.join("\n"));
            Ok(())
        }
        ["logs", folder, mebibytes, files] => logs(folder, number(mebibytes)? << 20, number(files)?),
        ["evidence", file, mebibytes] => evidence(file, number(mebibytes)? << 20),
        ["tickets", folder, count] => tickets(folder, number(count)?),
        ["ticket"] => {
            let mut text = ticket(&mut Random::new(2), &evidence::names()?);
            while text.len() < 2_048 {
                text.push_str("The customer has restarted the server twice and waits for an answer.\n");
            }
            print!("{text}");
            Ok(())
        }
        ["signatures", folder, count] => signatures::write(Path::new(folder), number(count)?),
        _ => Err(io::Error::other("names | logs | evidence | tickets | ticket | signatures: see the source")),
    }
}

fn logs(folder: &str, bytes: usize, files: usize) -> io::Result<()> {
    const APART: usize = 4 << 20;
    let names = evidence::names()?;
    fs::create_dir_all(folder)?;
    for file in 0..files {
        let mut random = Random::new(100 + file as u64);
        let mut out = BufWriter::new(File::create(format!("{folder}/{file:02}.log"))?);
        let mut written = 0;
        let mut next_stack = random.below(APART);
        while written < bytes / files {
            let mut text = logs::line(&mut random, file);
            if written > next_stack {
                next_stack += APART;
                text.push_str(&evidence::debugger_stack(&mut random, &names));
            }
            out.write_all(text.as_bytes())?;
            written += text.len();
        }
        out.flush()?;
    }
    Ok(())
}

fn evidence(file: &str, bytes: usize) -> io::Result<()> {
    let names = evidence::names()?;
    let mut random = Random::new(3);
    let mut out = BufWriter::new(File::create(file)?);
    let mut written = 0;
    while written < bytes {
        let text = evidence::piece(&mut random, &names);
        out.write_all(text.as_bytes())?;
        out.write_all(b"\n")?;
        written += text.len() + 1;
    }
    out.flush()
}

fn tickets(folder: &str, count: usize) -> io::Result<()> {
    let names = evidence::names()?;
    let mut random = Random::new(4);
    fs::create_dir_all(folder)?;
    for number in 0..count {
        fs::write(format!("{folder}/{number:05}.txt"), ticket(&mut random, &names))?;
    }
    Ok(())
}

fn ticket(random: &mut Random, names: &[String]) -> String {
    let mut text =
        "Hello,\n\nour server stopped again last night, please have a look at this:\n\n".to_owned();
    for _ in 0..1 + random.below(3) {
        text.push_str(&evidence::piece(random, names));
        text.push('\n');
    }
    text.push_str("\nThank you\n");
    text
}
