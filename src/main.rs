//! The `kbtriage` binary: arguments, dispatch, exit code.

use std::io::Write;

fn main() -> anyhow::Result<()> {
    let parser = kbtriage::Parser::default();
    let mut out = std::io::stdout().lock();
    for path in std::env::args().skip(4) {
        let bytes = std::fs::read(&path)?;
        let evidence = parser.parse(&String::from_utf8_lossy(&bytes));
        writeln!(out, "{}", kbtriage::report::evidence_line(&path, &evidence))?;
    }
    Ok(())
}
