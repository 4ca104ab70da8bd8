//! Finds the places of a text that say themselves that a name or an address stands there.
//!
//! A pattern names its groups by what stands in them. What a pattern finds is then looked at once more: a version is no
//! address, `NT AUTHORITY` is no domain, `\\Device` no server.

use super::address::{address, is_private_sid};
use super::identities::ends_with_placeholder;
use super::vocabulary::{can_be_domain, can_be_server, is_code, is_common, is_public, is_well_known};
use regex::{Captures, Regex};
use std::ops::Range;
use std::sync::LazyLock;

/// What stands at a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum What {
    User,
    /// A computer: its short name, or that with its domain.
    Host,
    Domain,
    Email,
    Ip,
    Sid,
}

/// A place where a name stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) range: Range<usize>,
    pub(super) what: What,
}

/// Folders that hold a folder for every user, and the name behind them. It has blanks only where a separator ends it.
const PROFILE: &str = r#"(?ix)(?:
    (?: [a-z]: | harddiskvolume\d+ | [\\/][a-z]\$ | /mnt/[a-z] | /cygdrive/[a-z] | \\\\[\w.-]+ ) [\\/]{1,4} users
    | documents\ and\ settings | docume~\d | dokumente\ und\ einstellungen
    | [a-z]: [\\/]{1,4} win\w{0,10} [\\/]{1,4} profiles
    ) [\\/]{1,4}
    (?: (?<user> [^\\/:*?"<>|,;\s]+ (?:\ [^\\/:*?"<>|,;\s]+){0,2} ) [\\/] | (?<user2> [^\\/:*?"<>|,;\s()\[\]']+ ) )"#;

/// The same of Unix, where the folder stands at the root, or where the name of an input begins.
const HOME: &str = r#"(?ix) (?: ^ | (?:/export|/mnt|/var|/nfs)? / ) (?:home|users) [\\/] (?<home> [^\\/:*?"<>|,;\s()\[\]']+ )"#;

const UNC: &str = r"\\{2,4}(?<unc>[A-Za-z0-9][\w.-]*)";

/// Where names stand in what any program may print of a path.
const PATHS: &[&str] = &[PROFILE, HOME, UNC];

const SID: &str = r"(?i)\b(?<sid>S-1-\d{1,2}(?:-\d{1,10}){1,15})\b";
const EMAIL: &str = r"(?<email>[\w.%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)";
const IP: &str = r"\b(?<ip>\d{1,3}(?:\.\d{1,3}){3})\b";
const IP6: &str = r"(?<ip>[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)";
const URL: &str = r"(?i)\b(?:https?|ftps?|ldaps?|file|nntp|smtp|imap|pop3?|rpc|telnet)://(?:[^\s/@]{1,64}@)?(?<url>[a-z0-9][\w.-]*)";
const FQDN: &str = r"(?x)\b(?<fqdn>(?:[A-Za-z0-9][A-Za-z0-9-]*\.){1,8}
    (?: com|net|org|edu|gov|mil|local|lan|internal|intra|corp|de|uk|fr|nl|be|ch|eu|pl|cz|ru|jp|au|nz|ca|br|cn|kr|se|dk
      | COM|NET|ORG|EDU|GOV|MIL|LOCAL|LAN|INTERNAL|INTRA|CORP|DE|UK|FR|NL|CH|EU|RU|JP|AU|CA ))\b";

/// Names in a directory: of Exchange, with slashes, and of LDAP, with commas.
const DIRECTORY: &str = r#"(?ix)
    \bcn=recipients/cn=(?<user>[^/\s"',;)\]§<>]+) | \bcn=servers/cn=(?<host>[^/\s"',;)\]§<>]+)
    | \bcn=(?<user2>[^,=/"<>]{1,64}),(?:cn|ou)=users\b
    | \bcn=(?<host2>[^,=/"<>]{1,64}),(?:cn|ou)=(?:servers|computers|domain\ controllers)\b"#;

/// `User: CORP\bob`, `User Name:  bob`, `<Data Name="SubjectUserName">bob`, `User ID=bob;`
const USER_LABEL: &str = r#"(?ix)\b(?:
    (?:user|account|logon|login|client|caller|target|subject|primary|mailbox|owner|sam)
        [\ _]?(?:user|account|logon)?[\ _]?name
    | user(?:[\ _]?id)? | username | uid | login | account | logged[\ -]on\ user
    | benutzer(?:name)? | utilisateur | nom\ d'utilisateur | usuario | utente | пользователь )
    (?: ["']?[\ \t]{0,4}[:=][\ \t"']{0,40} | ["']?> )(?<account>[^\s"'<>,;:=()\[\]|]+)"#;

/// `From: Jane Roe <jroe@example.com>`, `Reported by: Jane Roe`
const PERSON: &str = r#"(?xm)
    (?<person> \p{Lu}[\w'’-]{1,30} (?: ,?\ (?: \p{Lu}\.?\ )? \p{Lu}[\w'’-]{1,30}){1,2} ) ["']?\ {1,2}[<\[(](?:mailto:)?[\w.%+'-]+@
    | ^[>\s]{0,8} (?i: from|to|cc|bcc|sender|reply-to|contact(?:\ name)?|customer(?:\ name)?|caller|requester|requested\ by
        |reported\ by|opened\ by|assigned\ to|engineer|technician|von|an|de|expéditeur|remitente ) [\ \t]?:[\ \t"']{1,40}
      (?<labelled> \p{Lu}[\w'’-]{1,30} (?: ,?\ (?: \p{Lu}\.?\ )? \p{Lu}[\w'’-]{1,30}){1,2} ) ["']?[\ \t]*(?: \r?$ | [<\[(;] )"#;

/// `Computer: SERVER7`, `<Computer>SERVER7`, `Caller Machine Name: \\SERVER7`
const HOST_LABEL: &str = r#"(?ix)\b(?:
    (?:computer|machine|server|workstation|host|client|caller|netbios|dns|subject|target|source)
        [\ _]?(?:machine|computer|workstation|server|host)?[\ _]?name
    | computer | machine | hostname | (?:source[\ _]|caller[\ _])?workstation | rechner | ordinateur | equipo
    | компьютер | コンピュータ | コンピューター | 计算机 | 電腦 )
    (?: ["']?[\ \t]{0,4}[:=][\ \t"'\\]{0,40} | ["']?> )(?<host>[\w][\w.-]*)"#;

/// `Domain: CORP`, `TargetDomainName">CORP`
const DOMAIN_LABEL: &str = r#"(?ix)\b(?:
    (?:user|account|logon|target|subject|client|caller|primary|dns|nt|windows|supplied)?[\ _]?
        (?:domain|domäne|domaine|dominio)[\ _]?(?:name)? )
    (?: ["']?[\ \t]{0,4}[:=][\ \t"']{0,40} | ["']?> )(?<domain>[\w][\w.-]*)"#;

/// `on server EXCH-01`, `domain CORP`, `user "bob"`, `by CORP\bob`: prose has more words behind these than names.
const PROSE: &str = r#"(?x)
    \b[Dd]omain\ ["']?(?<domain>[A-Z][A-Z0-9-]{2,14})\b
    | \b(?i:on\ (?:the\ )?(?:computer|server|machine|workstation|host))\ ["'\\]{0,3}(?<prose>[A-Za-z][\w.-]*)
    | \b(?i:computer|server|machine|workstation|host|node)\ (?:\\\\|["'])(?<host>[A-Za-z0-9][\w.-]*)
    | \b(?i:user|account|mailbox|logon|login|owner)\ ["'](?<user>[^"'\\/:\n<>@]{1,64})["']
    | \b(?i:user|account|logon|login|as|by|for|from|owner|client|mailbox|identity)[\ \t"'(:=]{1,4}
        (?<named>[A-Za-z0-9._-]{1,20}\\{1,2}[\w.$-]{1,40})"#;

static PATH_RULES: LazyLock<Vec<Regex>> = LazyLock::new(|| compiled(PATHS));
static OTHER_RULES: LazyLock<Vec<Regex>> = LazyLock::new(|| compiled(OTHERS));

const OTHERS: &[&str] =
    &[SID, EMAIL, IP, IP6, URL, FQDN, DIRECTORY, PERSON, USER_LABEL, HOST_LABEL, DOMAIN_LABEL, PROSE];

fn compiled(patterns: &[&str]) -> Vec<Regex> {
    patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect()
}

/// The names and addresses that a text marks, in its order.
pub(super) fn marks(text: &str) -> Vec<Mark> {
    apart(PATH_RULES.iter().chain(OTHER_RULES.iter()).flat_map(|rule| found(rule, text)).collect())
}

/// Those in paths alone.
pub(super) fn path_marks(text: &str) -> Vec<Mark> {
    apart(PATH_RULES.iter().flat_map(|rule| found(rule, text)).collect())
}

/// Of marks that overlap the one that begins first; of those the rule that is listed first.
fn apart(mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.sort_by_key(|mark| mark.range.start);
    let mut end = 0;
    marks.retain(|mark| {
        let free = mark.range.start >= end;
        if free {
            end = mark.range.end;
        }
        free
    });
    marks
}

fn found(rule: &Regex, text: &str) -> Vec<Mark> {
    let names: Vec<&str> = rule.capture_names().flatten().collect();
    let mut marks = Vec::new();
    for captures in rule.captures_iter(text) {
        for name in &names {
            look(text, name, &captures, &mut marks);
        }
    }
    marks
}

/// Takes what a group has found for what it is.
fn look(text: &str, group: &str, captures: &Captures<'_>, marks: &mut Vec<Mark>) {
    let Some(found) = captures.name(group) else { return };
    let range = trimmed(text, found.range());
    let Some(name) = text.get(range.clone()).filter(|name| !name.is_empty()) else { return };
    if is_authority(text.get(range.start..).unwrap_or_default()) {
        return;
    }
    let before = text.get(..range.start).unwrap_or_default();
    let what = match group {
        "sid" => is_private_sid(name).then_some(What::Sid),
        "email" => (!is_code(name) && !in_symbol(text, &range)).then_some(What::Email),
        "ip" => (stands_alone(text, &range) && address(name, before).is_some()).then_some(What::Ip),
        "user" | "user2" => is_user(name).then_some(What::User),
        "person" => Some(What::User),
        "labelled" => (!name.split([' ', ',']).any(is_common)).then_some(What::User),
        "home" => (is_user(name) && !is_code(name) && begins_path(captures, text)).then_some(What::User),
        "host" | "host2" => is_host(name).then_some(What::Host),
        "prose" => {
            (is_host(name) && name.contains(|c: char| c.is_ascii_digit() || c == '-') && !is_product(name))
                .then_some(What::Host)
        }
        "domain" => is_host(name).then_some(What::Domain),
        "unc" => (is_unc(before) && can_be_server(name) && !is_code(name)).then(|| host(name)),
        "url" => is_host(name).then(|| host(name)),
        "fqdn" => is_fqdn(text, &range).then(|| host(name)),
        "account" | "named" => return account(text, range, group == "named", marks),
        _ => None,
    };
    if let Some(what) = what.filter(|what| !matches!(what, What::Host | What::Domain) || !is_public(name)) {
        let what = if name.parse::<std::net::IpAddr>().is_ok() { What::Ip } else { what };
        marks.push(Mark { range, what });
    }
}

/// Without the dots that end a sentence and the `$` of a computer's account.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let name = text.get(range.clone()).unwrap_or_default();
    let kept = name.trim_end_matches(['.', '-', '$', '\'', ' ']);
    // The two colons at the end of an address belong to it.
    let kept = if kept.ends_with("::") { kept } else { kept.trim_end_matches(':') };
    range.start..range.start + kept.len()
}

/// A name with dots is a computer in a domain, or a domain: `corp.example.com` is told apart by what else is known.
fn host(name: &str) -> What {
    if name.split('.').count() == 2 { What::Domain } else { What::Host }
}

/// Whether a text begins with one of the domains of the system's own accounts: `NT AUTHORITY\SYSTEM`.
fn is_authority(text: &str) -> bool {
    let starts = |name: &&str| text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    ["NT AUTHORITY", "NT SERVICE", "NT VIRTUAL", "IIS APPPOOL", "Font Driver ", "Window Manager"]
        .iter()
        .any(starts)
}

/// Whether a word can be somebody's account; those that a web server makes are named after the machine.
fn is_user(name: &str) -> bool {
    let made =
        |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    !is_well_known(name)
        && !made("IUSR_")
        && !made("IWAM_")
        && !name.starts_with(['%', '<', '{', '$'])
        && !name.starts_with("..")
}

/// Whether a labelled word can be a computer or a domain.
fn is_host(name: &str) -> bool {
    let is_number = name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'x') && name.len() >= 8;
    let says_something = name.contains(char::is_alphabetic) && name.len() > 1 && !is_number;
    says_something && !is_well_known(name) && !is_common(name) && !is_code(name)
}

/// `Windows2000`, `SP4`, `SQL7`: what stands behind "server" without being one.
fn is_product(name: &str) -> bool {
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-').to_lowercase();
    word.len() < 3 || ["windows", "win", "exchange", "sql", "iis", "kb"].contains(&word.as_str())
}

/// Whether what a pattern has found is the beginning of a path, and no part of a longer one or of an address.
fn begins_path(captures: &Captures<'_>, text: &str) -> bool {
    let before = captures.get(0).and_then(|all| text.get(..all.start())).unwrap_or_default();
    let goes_on = before.ends_with(|c: char| c.is_alphanumeric() || "_.~-".contains(c));
    !goes_on && !ends_with_placeholder(before)
}

/// Whether the backslashes after `before` begin a path of a server, and do not stand escaped in another path.
fn is_unc(before: &str) -> bool {
    let before = before.trim_end_matches('\\');
    let mut last = before.chars().rev();
    match last.next() {
        // `C:` is a drive, `Path:` is none.
        Some(':') => {
            !last.next().is_some_and(|c| c.is_ascii_alphabetic())
                || last.next().is_some_and(char::is_alphanumeric)
        }
        Some('>') => !ends_with_placeholder(before),
        Some(c) => !c.is_alphanumeric() && !"_./%)}$*".contains(c),
        None => true,
    }
}

/// Whether a dotted name with the end of a domain is one: `server7.corp.example.com`, and not `command.com`.
fn is_fqdn(text: &str, range: &Range<usize>) -> bool {
    let name = text.get(range.clone()).unwrap_or_default();
    let end = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    let private = ["local", "lan", "internal", "intra", "corp"].contains(&end.as_str());
    (name.split('.').count() > 2 || private) && stands_alone(text, range) && !in_symbol(text, range)
}

/// Whether a number or a dotted name is not a part of a longer one.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).and_then(|text| text.chars().next_back());
    let mut after = text.get(range.end..).unwrap_or_default().chars();
    let joined = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let goes_on = match after.next() {
        Some('.' | ':') => {
            after.next().is_some_and(|c| c.is_ascii_digit())
                && text.get(range.end..).is_some_and(|rest| rest.starts_with('.'))
        }
        Some(c) => joined(c) || c == '(',
        None => false,
    };
    !before.is_some_and(|c| joined(c) || c == '.') && !goes_on
}

/// Marks the domain and the user of `CORP\bob`, or the user alone. A `named` account must have both.
fn account(text: &str, range: Range<usize>, named: bool, marks: &mut Vec<Mark>) {
    let value = text.get(range.clone()).unwrap_or_default();
    let rest = text.get(range.end..).unwrap_or_default();
    match value.split_once('\\') {
        Some((domain, user)) => {
            let user = user.trim_start_matches('\\');
            let is_path = user.contains('\\') || rest.starts_with('\\') || is_code(user);
            if domain.is_empty() || user.is_empty() || is_path || !can_be_domain(domain) {
                return;
            }
            let end = range.start + domain.len();
            if domain.contains(char::is_alphanumeric) {
                marks.push(Mark { range: range.start..end, what: What::Domain });
            }
            if is_user(user) {
                marks.push(Mark { range: range.end - user.len()..range.end, what: user_or_host(rest) });
            }
        }
        None if named || value.contains(['@', '/', '{', '%']) => {}
        None if value.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_lowercase()) => {}
        None if value.starts_with("0x") || is_code(value) || is_common(value) || !is_user(value) => {}
        None => {
            let end = range.end + more_names(rest);
            let whole = text.get(range.start..end).unwrap_or(value);
            if !is_well_known(whole) {
                marks.push(Mark { range: range.start..end, what: user_or_host(rest) });
            }
        }
    }
}

/// The account of a computer ends in `$`.
fn user_or_host(rest: &str) -> What {
    if rest.starts_with('$') { What::Host } else { What::User }
}

/// Bytes of one or two names more that end the value of a label: ` Smith`.
fn more_names(rest: &str) -> usize {
    static NAMES: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^((?: \p{Lu}[\w'-]*){1,2})(?:\t|  |[\r\n,;\x22<]|$)").ok());
    let names = NAMES.as_ref().and_then(|names| names.captures(rest)).and_then(|captures| captures.get(1));
    names.map_or(0, |names| names.len())
}

/// Whether a place stands in a symbol: `module!function`, `name::name`, `name+0x25`, a decorated name.
pub(super) fn in_symbol(text: &str, range: &Range<usize>) -> bool {
    /// Bytes of a word that are looked at on each side.
    const REACH: usize = 256;
    let before = text.get(..range.start).unwrap_or_default().chars().rev().take(REACH);
    let start: Vec<char> = before.take_while(|c| !ends_word(*c)).collect();
    let after: String = text
        .get(range.end..)
        .unwrap_or_default()
        .chars()
        .take(REACH)
        .take_while(|c| !ends_word(*c))
        .collect();
    let before: String = start.into_iter().rev().collect();
    let bang = |text: &str| {
        let mut parts = text.char_indices().filter(|(_, c)| *c == '!');
        parts.any(|(at, _)| {
            text[at + 1..].starts_with(|c: char| c.is_alphanumeric() || "_?<$@`~.".contains(c))
        })
    };
    before.ends_with('!')
        || bang(&before)
        || bang(&after)
        || before.contains("::")
        || after.contains("::")
        || after.starts_with("+0x")
        || before.contains("@@")
        || before.starts_with('?')
        || after.contains("@@")
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || "\"'<>,;()[]{}\\/|=".contains(c)
}

/// Whether every pattern is one: those that are not would find nothing.
#[cfg(test)]
pub(super) fn all_compiled() -> bool {
    PATH_RULES.len() == PATHS.len() && OTHER_RULES.len() == OTHERS.len()
}
