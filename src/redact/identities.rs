//! Who is who: names of the same person, machine or domain, and the placeholder that stands for them.

use super::vocabulary::{is_common, is_public, is_well_known};
use std::collections::{HashMap, HashSet};

/// Shorter names are replaced only where the input says that they are names.
const SHORTEST_WORD: usize = 3;

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    User,
    Computer,
    Domain,
    Email,
    Ip,
    Sid,
}

impl Kind {
    pub(super) const ALL: [Kind; 6] =
        [Kind::User, Kind::Computer, Kind::Domain, Kind::Email, Kind::Ip, Kind::Sid];

    /// As in placeholders.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::User => "user",
            Kind::Computer => "computer",
            Kind::Domain => "domain",
            Kind::Email => "email",
            Kind::Ip => "ip",
            Kind::Sid => "sid",
        }
    }
}

/// The number of somebody in [`Identities`].
pub(super) type Id = usize;

#[derive(Debug)]
struct Identity {
    kind: Kind,
    /// From the first time on that it was shown.
    number: Option<usize>,
}

/// Everybody known so far.
#[derive(Debug, Default)]
pub(super) struct Identities {
    everybody: Vec<Identity>,
    /// By kind and folded name.
    names: HashMap<(Kind, String), Id>,
    /// Names that are replaced wherever they stand, folded.
    words: HashMap<String, Id>,
    /// The first parts of `words`.
    beginnings: HashSet<String>,
    /// Domains that are known by a name with dots.
    dotted: HashSet<Id>,
    /// How many of a kind were shown.
    shown: HashMap<Kind, usize>,
}

impl Identities {
    /// Whoever has this name; somebody new where it was not known.
    pub(super) fn named(&mut self, kind: Kind, name: &str) -> Id {
        let name = name.to_lowercase();
        match self.names.get(&(kind, name.clone())) {
            Some(id) => *id,
            None => {
                let id = self.everybody.len();
                self.everybody.push(Identity { kind, number: None });
                self.also(id, kind, name);
                id
            }
        }
    }

    pub(super) fn known(&self, kind: Kind, name: &str) -> Option<Id> {
        self.names.get(&(kind, name.to_lowercase())).copied()
    }

    pub(super) fn kind(&self, id: Id) -> Option<Kind> {
        self.everybody.get(id).map(|identity| identity.kind)
    }

    /// Gives somebody another name.
    fn also(&mut self, id: Id, kind: Kind, name: String) {
        if matches!(kind, Kind::User | Kind::Computer | Kind::Domain) && is_a_word(&name) {
            self.beginnings.insert(first_part(&name).to_owned());
            self.words.entry(name.clone()).or_insert(id);
        }
        self.names.entry((kind, name)).or_insert(id);
    }

    /// A user, as folders and labels name them: `bob.CORP` and `bob.000` are folders of `bob`.
    pub(super) fn user(&mut self, name: &str) -> Id {
        let folder_of = name.split_once('.').filter(|(_, rest)| {
            self.known(Kind::Domain, rest).or(self.known(Kind::Computer, rest)).is_some()
                || rest.bytes().all(|byte| byte.is_ascii_digit())
        });
        let id = folder_of.and_then(|(user, _)| self.known(Kind::User, user));
        match id {
            Some(id) if self.known(Kind::User, name).is_none() => {
                self.also(id, Kind::User, name.to_lowercase());
                id
            }
            _ => {
                let id = self.named(Kind::User, name);
                // `Jane Roe` is called by either name too.
                for part in name.split([' ', ',']).filter(|part| part.len() < name.len() && is_a_word(part)) {
                    self.also(id, Kind::User, part.to_lowercase());
                }
                id
            }
        }
    }

    /// A domain. `CORP` and `corp.example.com` are one; a second `corp.example.org` is another.
    pub(super) fn domain(&mut self, name: &str) -> Id {
        if let Some(id) = self.known(Kind::Domain, name) {
            return id;
        }
        let Some((label, _)) = name.split_once('.') else { return self.named(Kind::Domain, name) };
        let short = self.known(Kind::Domain, label);
        let id = match short.filter(|id| !self.dotted.contains(id)) {
            Some(id) => {
                self.also(id, Kind::Domain, name.to_lowercase());
                id
            }
            None => {
                let id = self.named(Kind::Domain, name);
                self.also(id, Kind::Domain, label.to_lowercase());
                id
            }
        };
        self.dotted.insert(id);
        id
    }

    /// Who has a name that stands somewhere as a word.
    pub(super) fn word(&self, name: &str) -> Option<Id> {
        self.words.get(&name.to_lowercase()).copied()
    }

    /// Whether a name may begin with this word.
    pub(super) fn begins(&self, word: &str) -> bool {
        !self.beginnings.is_empty() && self.beginnings.contains(&word.to_lowercase())
    }

    /// What stands for somebody: `<user-1>`.
    pub(super) fn placeholder(&mut self, id: Id) -> String {
        let Some(identity) = self.everybody.get_mut(id) else { return String::new() };
        let shown = self.shown.entry(identity.kind).or_default();
        let number = *identity.number.get_or_insert_with(|| {
            *shown += 1;
            *shown
        });
        format!("<{}-{number}>", identity.kind.name())
    }

    /// How many of each kind were shown.
    pub(super) fn shown(&self) -> impl Iterator<Item = (Kind, usize)> {
        self.shown.iter().map(|(kind, count)| (*kind, *count))
    }
}

/// Whether a name tells so much that it is replaced wherever it stands.
fn is_a_word(name: &str) -> bool {
    name.chars().count() >= SHORTEST_WORD
        && name.contains(char::is_alphabetic)
        && !is_common(name)
        && !is_well_known(name)
        && !is_public(name)
}

/// Up to the first character that is no letter and no digit.
pub(super) fn first_part(name: &str) -> &str {
    name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()
}

/// Bytes of the placeholder that a text begins with.
pub(super) fn placeholder_at(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('<')?;
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| inside.strip_prefix(kind.name()).is_some_and(|rest| rest.starts_with('-')))?;
    let number = inside.get(kind.name().len() + 1..)?;
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0 && number.get(digits..)?.starts_with('>')).then_some(kind.name().len() + digits + 3)
}

/// Whether a text ends with a placeholder.
pub(super) fn ends_with_placeholder(text: &str) -> bool {
    let digits = text.strip_suffix('>').map(|text| text.trim_end_matches(|c: char| c.is_ascii_digit()));
    digits.is_some_and(|text| {
        Kind::ALL.into_iter().any(|kind| {
            let before = text.strip_suffix('-').and_then(|text| text.strip_suffix(kind.name()));
            before.is_some_and(|before| before.ends_with('<'))
        })
    })
}
