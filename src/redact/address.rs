//! Tells addresses and SIDs of somebody from versions, times and those that every machine has.

use super::vocabulary::is_code;
use std::net::{IpAddr, Ipv4Addr};

/// Bytes before four numbers in which a word may say that they are a version.
const BEFORE: usize = 32;
/// Words that say so.
const VERSION_WORDS: &[&str] = &[
    "version",
    "versions",
    "ver",
    "v",
    "build",
    "release",
    "rev",
    "revision",
    "fileversion",
    "productversion",
];

/// The address that a text is, where it is somebody's: not a version, a mask, this machine or none at all.
pub(super) fn address(text: &str, before: &str) -> Option<IpAddr> {
    let address: IpAddr = text.parse().ok()?;
    let somebodys = match address {
        IpAddr::V4(four) => is_somebodys(four) && !says_version(before),
        IpAddr::V6(six) => {
            !six.is_loopback() && !six.is_unspecified() && !six.is_multicast() && looks_like_address(text)
        }
    };
    somebodys.then_some(address)
}

fn is_somebodys(four: Ipv4Addr) -> bool {
    let [first, ..] = four.octets();
    first != 0 && first != 127 && first < 240
}

/// Whether the words before four numbers make them a version: `version 5.0.0.1`, `route.dll 2.1.0.5`.
fn says_version(before: &str) -> bool {
    let from = before.ceil_char_boundary(before.len().saturating_sub(BEFORE));
    let words = before.get(from..).unwrap_or_default();
    let words = words.trim_end_matches(|c: char| c.is_whitespace() || "\"'([:=,<>-".contains(c));
    let word = words.rsplit(|c: char| c.is_whitespace() || "\"'([=<>".contains(c)).next().unwrap_or_default();
    let word = word.trim_end_matches('.');
    VERSION_WORDS.contains(&word.to_lowercase().as_str()) || is_code(word)
}

/// `dead::beef` reads as an address too; one has digits, and more than two groups or four digits in the first.
fn looks_like_address(text: &str) -> bool {
    let groups = text.split(':').filter(|group| !group.is_empty()).count();
    let first = text.split(':').next().unwrap_or_default();
    text.contains(|c: char| c.is_ascii_digit()) && (groups > 2 || first.len() == 4 || text.contains('.'))
}

/// Whether a SID is that of an account or a machine; those of the system are the same everywhere.
pub(super) fn is_private_sid(sid: &str) -> bool {
    let mut parts = sid.split('-').skip(2);
    let authority = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    // S-1-5-80: services, computed from their names. S-1-15, S-1-16: capabilities and integrity levels.
    parts.count() >= 3 && !matches!(authority, ("5", "80" | "82" | "83" | "90" | "96") | ("15" | "16", _))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_no_addresses() {
        assert!(address("5.5.2653.12", "").is_none());
        for before in
            ["version ", "Version: ", "route.dll, ", "ROUTER.EXE (", "v", "file version=\"", "ver. "]
        {
            assert!(address("2.1.0.5", before).is_none(), "{before}");
        }
        assert!(address("2.1.0.5", "connection from ").is_some());
    }

    #[test]
    fn masks_and_this_machine_are_nobodys() {
        for text in ["127.0.0.1", "0.0.0.0", "255.255.255.0", "::1", "::"] {
            assert!(address(text, "").is_none(), "{text}");
        }
    }

    #[test]
    fn times_and_qualified_names_are_no_addresses() {
        for text in ["10:15:00", "dead::beef", "0137:bff7b9a6", "::add", "a::1"] {
            assert!(address(text, "").is_none(), "{text}");
        }
        for text in ["fe80::1", "2001:db8::7:1", "::ffff:10.0.0.1", "fd00:0:0:0:0:0:0:5"] {
            assert!(address(text, "").is_some(), "{text}");
        }
    }

    #[test]
    fn sids_of_the_system_stay() {
        for sid in ["S-1-5-18", "S-1-1-0", "S-1-5-32-544", "S-1-5-80-1-2-3-4-5", "S-1-16-12288"] {
            assert!(!is_private_sid(sid), "{sid}");
        }
        assert!(is_private_sid("S-1-5-21-1004336348-1177238915-682003330-512"));
    }
}
