//! Signatures of a company with very many known issues.

use super::random::Random;
use std::fs;
use std::io;
use std::path::Path;

const WORDS: &[&str] = &[
    "router",
    "queue",
    "mailbox",
    "delivery",
    "gateway",
    "connector",
    "agent",
    "directory",
    "replication",
    "folder",
    "session",
    "buffer",
    "handle",
    "index",
    "transport",
    "message",
    "address",
    "encoder",
    "security",
    "account",
    "domain",
    "client",
    "response",
    "window",
    "driver",
    "volume",
    "stream",
    "interface",
    "registry",
    "policy",
];

/// Writes `count` signatures, a thousand to a folder.
pub(crate) fn write(folder: &Path, count: usize) -> io::Result<()> {
    let mut random = Random::new(5);
    for number in 1..=count {
        let folder = folder.join(format!("{:03}", number / 1000));
        if number.is_multiple_of(1000) || number == 1 {
            fs::create_dir_all(&folder)?;
        }
        fs::write(folder.join(format!("gen-{number:06}.toml")), signature(&mut random, number))?;
    }
    Ok(())
}

fn signature(random: &mut Random, number: usize) -> String {
    let module = format!("{}{}", random.one(WORDS), random.below(400));
    let (clause, example) = clause(random, number, &module);
    let (one, other) = (random.one(WORDS), random.one(WORDS));
    format!(
        "id = \"GEN-{number:06}\"\n\
         title = \"The {one} of {module} stops in its {other}\"\n\
         products = [\"Product {}\"]\n\
         status = \"reviewed\"\n\
         url = \"https://example.com/{number}\"\n\
         cause = \"The {one} is not checked before the {other} is used.\"\n\
         resolution = \"Install update {number}.\"\n\n\
         [[fixed_in]]\nfile = \"{module}.exe\"\nversion = \"1.{}.{number}.0\"\n\n\
         [[match]]\n{clause}\n\n\
         [[example]]\nexpect = \"match\"\ntext = \"\"\"\n{example}\n\"\"\"\n",
        number % 50,
        number % 100,
    )
}

fn name(random: &mut Random) -> String {
    format!("{}_{}{}", random.one(WORDS), random.one(WORDS), random.below(10_000))
}

/// A clause, and a text that it matches.
fn clause(random: &mut Random, number: usize, module: &str) -> (String, String) {
    if number.is_multiple_of(100) {
        let phrases: Vec<String> =
            (0..3).map(|_| format!("{} {} {}", random.one(WORDS), random.one(WORDS), name(random))).collect();
        return (format!("text = [\"{}\"]", phrases.join("\", \"")), phrases.join("\n"));
    }
    let hex = random.hex();
    match number % 4 {
        0 => {
            let frames: Vec<String> =
                (0..2 + random.below(3)).map(|_| format!("{module}!{}", name(random))).collect();
            let rows = frames.iter().map(|frame| format!("0ab1fcfc 00510cc7 cffa119e {frame}+0x25"));
            (format!("stack = [\"{}\"]", frames.join("\", \"")), rows.collect::<Vec<_>>().join("\n"))
        }
        1 => {
            let id = random.below(60_000) + 1;
            let message = format!("{} {} {number}", random.one(WORDS), random.one(WORDS));
            (
                format!("event = {{ id = {id}, source = \"{module}\", message = \"{message}\" }}"),
                format!("Event ID: {id}\nSource: {module}\nDescription: The {message} has failed."),
            )
        }
        2 => {
            let code = random.below(0x1ff) + 1;
            (
                format!("bugcheck = {{ code = {code}, parameters = [\"0x{hex}\", \"*\", \"*\", \"*\"] }}"),
                format!("*** STOP: 0x{code:08X} (0x{hex}, 0x00000001, 0x00000002, 0x00000003)"),
            )
        }
        _ => {
            let dll = format!("{}{}.dll", random.one(WORDS), random.below(400));
            (
                format!(
                    "fault = {{ process = \"{module}.exe\", module = \"{dll}\", address = \"0137:{hex}\" }}"
                ),
                format!("{module} caused an invalid page fault in module {dll} at 0137:{hex}."),
            )
        }
    }
}
