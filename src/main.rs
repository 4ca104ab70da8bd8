//! The `kbtriage` binary: arguments, dispatch, exit code.

#![forbid(unsafe_code)]

mod cli;

use std::io;
use std::process::ExitCode;

/// Evidence is made of many small pieces: with the system's allocator a scan of nothing else takes a quarter longer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::run() {
        Ok(exit) => exit.into(),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            cli::complain(&format!("{error:#}"));
            cli::Exit::Unreadable.into()
        }
    }
}

/// Whether the reader of our output has left (`| head`), which is no error.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
