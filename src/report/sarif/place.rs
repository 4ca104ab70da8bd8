//! Where an input is, as a URI that other tools resolve.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What is encoded; `!` stands between an archive and its member.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b'!');

/// The URI of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) uri: String,
    /// Whether it is relative to the working directory.
    pub(super) is_below: bool,
}

impl Place {
    /// The place of an input, of which `name` and the working directory have `/` between folders.
    pub(super) fn of(name: &str, directory: &str) -> Self {
        if name == "-" {
            return Place { uri: "stdin".to_owned(), is_below: false };
        }
        let path = if is_absolute(name) { tidy(name) } else { tidy(&format!("{directory}/{name}")) };
        let directory = tidy(directory);
        let below = path.strip_prefix(&directory).and_then(|rest| rest.strip_prefix('/'));
        match below {
            Some(below) => Place { uri: encoded(below), is_below: true },
            // `//server/share/x` names its host already; a drive has no slash before it.
            None if path.starts_with("//") => {
                Place { uri: format!("file:{}", encoded(&path)), is_below: false }
            }
            None => {
                let path = path.trim_start_matches('/');
                let (drive, rest) = path.split_at(if has_drive(path) { 2 } else { 0 });
                Place { uri: format!("file:///{drive}{}", encoded(rest)), is_below: false }
            }
        }
    }
}

fn encoded(path: &str) -> String {
    utf8_percent_encode(path, ENCODED).to_string()
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || has_drive(path)
}

/// `C:`, where there are drives.
fn has_drive(path: &str) -> bool {
    cfg!(windows) && path.as_bytes().get(1) == Some(&b':')
}

/// A path without `.` and `..`, as far as its spelling tells.
fn tidy(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let root = match path {
        _ if cfg!(windows) && path.starts_with("//") => "//",
        _ if path.starts_with('/') => "/",
        _ => "",
    };
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(name: &str) -> (String, bool) {
        let place = Place::of(name, "/home/ci/work");
        (place.uri, place.is_below)
    }

    #[test]
    fn what_lies_below_the_working_directory_is_relative() {
        for name in
            ["mail/4711.txt", "./mail//x/../4711.txt", "/home/ci/work/mail/4711.txt", "../work/mail/4711.txt"]
        {
            assert_eq!(uri(name), ("mail/4711.txt".to_owned(), true), "{name}");
        }
    }

    #[test]
    fn other_places_are_named_in_full() {
        assert_eq!(uri("/var/log/app.log"), ("file:///var/log/app.log".to_owned(), false));
        assert_eq!(uri("../other/x"), ("file:///home/ci/other/x".to_owned(), false));
        assert_eq!(uri("/home/ci/work2/x"), ("file:///home/ci/work2/x".to_owned(), false));
        assert_eq!(uri("-"), ("stdin".to_owned(), false));
    }

    #[test]
    fn names_are_encoded() {
        assert_eq!(uri("logs.zip!mail/a b.log").0, "logs.zip!mail/a%20b.log");
        assert_eq!(uri("50%:é\u{202e}\n#?.txt").0, "50%25%3A%C3%A9%E2%80%AE%0A%23%3F.txt");
        assert_eq!(uri("C:x").0, if cfg!(windows) { "file:///C:x" } else { "C%3Ax" });
    }

    #[cfg(windows)]
    #[test]
    fn drives_and_shares_have_their_own_form() {
        assert_eq!(Place::of("D:/logs/x", "C:/work").uri, "file:///D:/logs/x");
        assert_eq!(Place::of("//server/share/x", "C:/work").uri, "file://server/share/x");
    }
}
