//! Makes what is reported fit to share: names of people, computers and domains, addresses and SIDs become placeholders.
//!
//! `marks` finds the places that say themselves that a name stands there (`Computer: SERVER7`, `C:\Users\bob\`),
//! `names` collects these from an input before it is reported, `identities` knows who is who and numbers everybody
//! in the order of the report. A name once known is replaced as a whole word wherever it stands, but in no symbol, no
//! module and no word of everyday use (`vocabulary`). What signatures say is not touched.

mod address;
mod identities;
mod marks;
mod names;
mod vocabulary;

pub use names::Names;

use crate::evidence::{Evidence, Fault, Frame, Kind as Piece};
use crate::matching::{Crash, Finding};
use identities::{Id, Identities, Kind, first_part, placeholder_at};
use marks::{Mark, What, in_symbol};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;
use std::ops::{Deref, Range};
use vocabulary::{is_code, is_common, is_public, is_well_known};

/// Parts of a name, as in `server7.corp.example.com` or `John Smith`.
const PARTS: usize = 6;

/// Replaces names by placeholders, the same name by the same placeholder throughout its life.
///
/// ```
/// use kbtriage::redact::Redactor;
///
/// let mut redactor = Redactor::new();
/// let text = r"Profile C:\Users\bob\ntuser.dat: access denied to bob";
/// assert_eq!(redactor.text(text), r"Profile C:\Users\<user-1>\ntuser.dat: access denied to <user-1>");
/// ```
#[derive(Debug, Default)]
pub struct Redactor {
    identities: Identities,
    /// Modules and versions, which are no names.
    code: HashSet<String>,
}

impl Redactor {
    /// One that knows no name yet.
    pub fn new() -> Self {
        Redactor::default()
    }

    /// Learns what an input tells, to be called before anything of it is redacted.
    pub fn learn(&mut self, names: Names) {
        self.code.extend(names.code);
        names.told.iter().for_each(|(what, name)| self.meet(*what, name));
    }

    /// How many users, computers, domains, ... have a placeholder, by what stands in the placeholders.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.identities.shown().map(|(kind, count)| (kind.name().to_owned(), count)).collect()
    }

    /// A text in which any name may stand: a message, a path, an error.
    pub fn text<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        let marks = marks::marks(text);
        for mark in &marks {
            self.meet(mark.what, text.get(mark.range.clone()).unwrap_or_default());
        }
        self.replaced(text, &marks, true)
    }

    /// A symbol, a module or a process: only the path before it can name somebody.
    fn symbol<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        self.replaced(text, &marks::path_marks(text), false)
    }

    /// A computer, where nothing else stands.
    fn computer(&mut self, name: &mut String) {
        let trimmed = name.trim_start_matches('\\');
        if placeholder_at(trimmed).is_none() && !is_well_known(trimmed) && !trimmed.is_empty() {
            *name = self.show(What::Host, trimmed);
        }
    }

    /// A finding. What its signature says stays.
    pub fn finding(&mut self, finding: &mut Finding<'_>) {
        let (crash, accepted) = match finding {
            Finding::Match(found) => {
                for reason in &mut found.because {
                    self.put_symbol(&mut reason.found);
                    self.put_symbols(&mut reason.differs);
                }
                (&mut found.crash, &mut found.accepted)
            }
            Finding::Unknown(found) => {
                self.put_symbol(&mut found.summary);
                self.put_symbols(&mut found.top);
                if let Some(nearest) = &mut found.nearest {
                    self.put_symbol(&mut nearest.differs);
                }
                (&mut found.crash, &mut found.accepted)
            }
        };
        self.crash(crash);
        self.put_texts(accepted);
    }

    fn crash(&mut self, crash: &mut Crash) {
        if let Some(computer) = &mut crash.computer {
            self.computer(computer);
        }
        for line in &mut crash.evidence {
            // Id and source of an event stand before its message.
            match line.split_once(": ") {
                Some((head, message)) if head.starts_with("event ") => {
                    let message = self.text(message);
                    *line = format!("{head}: {message}");
                }
                _ => self.put_symbol(line),
            }
        }
        crash.files.iter_mut().for_each(|seen| self.put_symbol(&mut seen.file));
    }

    /// A piece of evidence.
    pub fn evidence(&mut self, evidence: &mut Evidence) {
        match &mut evidence.kind {
            Piece::Stack(stack) => {
                self.put_symbols(&mut stack.thread);
                stack.frames.iter_mut().for_each(|frame| self.frame(frame));
            }
            Piece::Event(event) => {
                if let Some(computer) = &mut event.computer {
                    self.computer(computer);
                }
                self.put_texts(&mut event.message);
            }
            Piece::Fault(fault) => self.fault(fault),
            Piece::Bugcheck(stop) => {
                for field in [&mut stop.name, &mut stop.module, &mut stop.bucket] {
                    self.put_symbols(field);
                }
            }
            Piece::Module(module) => self.put_symbol(&mut module.name),
            Piece::Exception(_) | Piece::Text(_) => {}
        }
    }

    fn frame(&mut self, frame: &mut Frame) {
        self.put_symbols(&mut frame.module);
        self.put_symbols(&mut frame.function);
        if let Some(source) = &mut frame.source {
            self.put_text(&mut source.file);
        }
    }

    fn fault(&mut self, fault: &mut Fault) {
        for field in [&mut fault.process, &mut fault.module, &mut fault.bucket] {
            self.put_symbols(field);
        }
        self.put_texts(&mut fault.description);
    }

    /// Redacts a text in its place.
    pub fn put_text(&mut self, text: &mut (impl Deref<Target = str> + From<String>)) {
        if let Cow::Owned(redacted) = self.text(text) {
            *text = redacted.into();
        }
    }

    fn put_symbol(&mut self, text: &mut (impl Deref<Target = str> + From<String>)) {
        if let Cow::Owned(redacted) = self.symbol(text) {
            *text = redacted.into();
        }
    }

    fn put_texts(&mut self, text: &mut Option<String>) {
        text.iter_mut().for_each(|text| self.put_text(text));
    }

    fn put_symbols(&mut self, text: &mut Option<impl Deref<Target = str> + From<String>>) {
        text.iter_mut().for_each(|text| self.put_symbol(text));
    }

    /// Learns a name.
    fn meet(&mut self, what: What, name: &str) {
        match what {
            What::User => {
                self.identities.user(name);
            }
            What::Domain => {
                self.identities.domain(name);
            }
            What::Host => {
                self.host(name);
            }
            What::Email => {
                let Some((user, domain)) = name.split_once('@') else { return };
                if !is_common(user) && !is_well_known(user) {
                    self.identities.user(user);
                }
                if !is_public(domain) && self.identities.known(Kind::Computer, first_part(domain)).is_none() {
                    self.identities.domain(domain);
                }
            }
            What::Ip | What::Sid => {}
        }
    }

    /// A computer, and the domain behind its name. A name that is a domain as a whole is no computer.
    fn host(&mut self, name: &str) -> (Option<Id>, Option<Id>) {
        if name.contains('.') && self.identities.known(Kind::Domain, name).is_some() {
            return (None, Some(self.identities.domain(name)));
        }
        match name.split_once('.') {
            Some((short, domain)) => {
                let computer = self.identities.named(Kind::Computer, short);
                let is_one = domain.contains('.') || self.identities.known(Kind::Domain, domain).is_some();
                (Some(computer), is_one.then(|| self.identities.domain(domain)))
            }
            None => (Some(self.identities.named(Kind::Computer, name)), None),
        }
    }

    /// What stands for a name.
    fn show(&mut self, what: What, name: &str) -> String {
        let id = match what {
            What::User => self.identities.user(name),
            What::Domain => self.identities.domain(name),
            What::Email => self.identities.named(Kind::Email, name),
            What::Sid => self.identities.named(Kind::Sid, name),
            What::Ip => {
                let same =
                    name.parse::<IpAddr>().map_or_else(|_| name.to_owned(), |address| address.to_string());
                self.identities.named(Kind::Ip, &same)
            }
            What::Host => {
                let (computer, domain) = self.host(name);
                let mut shown = computer.map(|id| self.identities.placeholder(id)).unwrap_or_default();
                if let (Some((_, rest)), true) = (name.split_once('.'), computer.is_some()) {
                    shown.push('.');
                    shown.push_str(domain.map_or(rest, |_| ""));
                }
                shown.push_str(&domain.map(|id| self.identities.placeholder(id)).unwrap_or_default());
                return shown;
            }
        };
        self.identities.placeholder(id)
    }

    /// The text with its marks replaced, and between them the names that are known, where `words` asks for these.
    fn replaced<'t>(&mut self, text: &'t str, marks: &[Mark], words: bool) -> Cow<'t, str> {
        let mut out = String::new();
        let mut from = 0;
        for mark in marks {
            let name = text.get(mark.range.clone()).unwrap_or_default();
            if mark.what == What::Ip && self.code.contains(name) {
                continue;
            }
            self.between(text, from..mark.range.start, words, &mut out);
            out.push_str(&self.show(mark.what, name));
            from = mark.range.end;
        }
        self.between(text, from..text.len(), words, &mut out);
        if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
    }

    /// Copies a part of a text, with the names in it replaced.
    fn between(&mut self, text: &str, part: Range<usize>, words: bool, out: &mut String) {
        let mut from = part.start;
        let mut at = if words { part.start } else { part.end };
        while let Some(rest) = text.get(at..part.end).filter(|rest| !rest.is_empty()) {
            let word = first_part(rest);
            if word.is_empty() {
                let other = placeholder_at(rest).or_else(|| rest.chars().next().map(char::len_utf8));
                at += other.unwrap_or(1);
            } else if let Some((end, id)) = self.name_at(text, at..part.end) {
                out.push_str(text.get(from..at).unwrap_or_default());
                out.push_str(&self.identities.placeholder(id));
                (from, at) = (end, end);
                if let Some(user) = self.account_behind(text, id, end..part.end) {
                    out.push('\\');
                    out.push_str(&self.show(What::User, text.get(user.clone()).unwrap_or_default()));
                    (from, at) = (user.end, user.end);
                }
            } else {
                at += word.len();
            }
        }
        out.push_str(text.get(from..part.end).unwrap_or_default());
    }

    /// The longest known name that begins where a word does, where it ends, and whose it is.
    fn name_at(&self, text: &str, part: Range<usize>) -> Option<(usize, Id)> {
        let rest = text.get(part.clone())?;
        if !self.identities.begins(first_part(rest)) {
            return None;
        }
        let mut ends = Vec::with_capacity(PARTS);
        let mut end = first_part(rest).len();
        ends.push(end);
        while ends.len() < PARTS {
            let Some(more) = rest.get(end..).and_then(|more| more.strip_prefix([' ', '.', '-', '_', '\'']))
            else {
                break;
            };
            let part = first_part(more);
            if part.is_empty() {
                break;
            }
            end += 1 + part.len();
            ends.push(end);
        }
        ends.into_iter().rev().find_map(|end| {
            let id = self.identities.word(rest.get(..end)?)?;
            let range = part.start..part.start + end;
            (!self.is_code(text, &range)).then_some((range.end, id))
        })
    }

    /// Whether a name that stands here belongs to a module, a file of a program or a symbol.
    fn is_code(&self, text: &str, range: &Range<usize>) -> bool {
        let name = text.get(range.clone()).unwrap_or_default();
        let after = text.get(range.end..).unwrap_or_default();
        let ending = after.strip_prefix('.').map(first_part).filter(|ending| !ending.is_empty());
        let is_file = ending.is_some_and(|ending| is_code(&format!("x.{ending}")));
        // `Corp.Billing.Invoice` is a name space.
        let is_space = ending.is_some_and(|ending| {
            ending.starts_with(char::is_uppercase)
                && ending.contains(char::is_lowercase)
                && self.identities.word(ending).is_none()
        });
        is_file || is_space || self.code.contains(&name.to_lowercase()) || in_symbol(text, range)
    }

    /// The user of `CORP\bob`, where a known domain stands before it.
    fn account_behind(&self, text: &str, id: Id, part: Range<usize>) -> Option<Range<usize>> {
        if self.identities.kind(id) != Some(Kind::Domain) {
            return None;
        }
        let rest = text.get(part.clone())?.strip_prefix('\\')?;
        let end = rest.find(|c: char| !c.is_alphanumeric() && !"._-".contains(c)).unwrap_or(rest.len());
        let user = rest.get(..end)?.trim_end_matches(['.', '-']);
        let goes_on = rest.get(end..)?.starts_with('\\');
        let start = part.start + 1;
        (!user.is_empty() && !goes_on && !is_code(user) && !is_well_known(user))
            .then(|| start..start + user.len())
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
