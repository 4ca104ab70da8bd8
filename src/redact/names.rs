//! What a part of an input tells of names, before anything of it is reported.

use super::marks::{What, in_symbol, marks};
use crate::evidence::{Evidence, Kind};
use std::collections::HashSet;
use std::net::Ipv4Addr;

/// Names that a text and its evidence tell, and words of theirs that are no names.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// In the order of the text.
    pub(super) told: Vec<(What, String)>,
    /// Modules, in lower case without their ending, and versions that read as addresses.
    pub(super) code: HashSet<String>,
}

impl Names {
    /// What a text and the evidence found in it tell.
    pub fn of(text: &str, evidence: &[Evidence]) -> Self {
        let mut names = Names::default();
        let mut seen = HashSet::new();
        for mark in marks(text) {
            let Some(name) = text.get(mark.range.clone()) else { continue };
            let teaches = !matches!(mark.what, What::Ip | What::Sid) && !in_symbol(text, &mark.range);
            if teaches && seen.insert((mark.what, name)) {
                names.told.push((mark.what, name.to_owned()));
            }
        }
        for piece in evidence {
            names.see(&piece.kind);
        }
        names
    }

    /// Adds what another part tells.
    pub fn extend(&mut self, other: Names) {
        self.told.extend(other.told);
        self.code.extend(other.code);
    }

    fn see(&mut self, kind: &Kind) {
        match kind {
            Kind::Event(event) => {
                self.told.extend(event.computer.as_ref().map(|name| (What::Host, name.clone())));
            }
            Kind::Stack(stack) => {
                stack.frames.iter().for_each(|frame| self.module(frame.module.as_deref()));
            }
            Kind::Fault(fault) => {
                self.module(fault.process.as_deref());
                self.module(fault.module.as_deref());
                self.version(fault.process_version.as_deref());
                self.version(fault.module_version.as_deref());
            }
            Kind::Module(module) => {
                self.module(Some(&module.name));
                self.version(module.version.as_deref());
            }
            Kind::Bugcheck(stop) => self.module(stop.module.as_deref()),
            Kind::Exception(_) | Kind::Text(_) => {}
        }
    }

    fn module(&mut self, printed: Option<&str>) {
        let name = printed.and_then(|name| name.rsplit(['\\', '/']).next()).unwrap_or_default();
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        if !stem.is_empty() && !self.code.contains(stem) {
            self.code.insert(stem.to_lowercase());
        }
    }

    fn version(&mut self, printed: Option<&str>) {
        let version = printed.filter(|version| version.parse::<Ipv4Addr>().is_ok());
        self.code.extend(version.map(str::to_owned));
    }
}
