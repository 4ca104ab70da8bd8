//! Whether the file versions in an incident are older than the fix.
//!
//! Versions compare as numbers, part by part, and only within a branch: two versions whose first two parts
//! differ belong to different products or releases, and say nothing of each other.

use super::finding::Verdict;
use crate::evidence::{Evidence, Kind};
use crate::signature::Fix;
use crate::signature::names;
use rustc_hash::FxHashMap;
use std::cmp::Ordering;

/// Versions of a file that are looked at in one place; more than one or two are rare.
const VERSIONS: usize = 32;

/// The file versions that an input names, by incident and file.
#[derive(Default)]
pub(super) struct Versions<'e>(FxHashMap<(Option<u32>, String), Vec<&'e str>>);

impl<'e> Versions<'e> {
    pub(super) fn of(evidence: &'e [Evidence]) -> Self {
        let mut versions = Versions::default();
        for piece in evidence {
            match &piece.kind {
                Kind::Module(module) => versions.see(piece, Some(&module.name), module.version.as_deref()),
                Kind::Fault(fault) => {
                    versions.see(piece, fault.process.as_deref(), fault.process_version.as_deref());
                    versions.see(piece, fault.module.as_deref(), fault.module_version.as_deref());
                }
                _ => {}
            }
        }
        versions
    }

    fn see(&mut self, piece: &Evidence, file: Option<&str>, version: Option<&'e str>) {
        if let (Some(file), Some(version)) = (file, version) {
            let seen = self.0.entry((piece.incident, names::module(file))).or_default();
            if seen.len() < VERSIONS {
                seen.push(version);
            }
        }
    }

    /// Compares what an incident names with the fixes of a signature.
    pub(super) fn verdict(&self, incident: Option<u32>, fixes: &[Fix]) -> Verdict {
        let (mut older, mut newer) = (false, false);
        let fixes = if self.0.is_empty() { &[] } else { fixes };
        for fix in fixes {
            let file = names::module(&fix.file);
            let branches = || fixes.iter().filter(|other| names::module(&other.file) == file);
            for seen in self.0.get(&(incident, file.clone())).map_or(&[][..], Vec::as_slice) {
                let is_older = |fix: &Fix| compare(seen, &fix.version).map(Ordering::is_lt);
                // Two fixes of one branch that disagree belong to products that the version cannot tell apart.
                let mut said = branches().filter_map(is_older);
                if let Some(first) = said.next()
                    && said.all(|other| other == first)
                {
                    older |= first;
                    newer |= !first;
                }
            }
        }
        match (older, newer) {
            (true, _) => Verdict::Affected,
            (false, true) => Verdict::Fixed,
            (false, false) => Verdict::Unknown,
        }
    }
}

/// Compares two versions of a branch; `None` for two branches, or what is no version.
fn compare(seen: &str, fix: &str) -> Option<Ordering> {
    let (mut seen, mut fix) = (parts(seen)?, parts(fix)?);
    if seen.get(..2)? != fix.get(..2)? {
        return None;
    }
    let length = seen.len().max(fix.len());
    seen.resize(length, 0);
    fix.resize(length, 0);
    Some(seen.cmp(&fix))
}

/// The numbers of `5.5.2654.22`, `5, 5, 2654, 22` and `6.1.7601.17514 (win7sp1_rtm.101119-1850)`.
fn parts(version: &str) -> Option<Vec<u64>> {
    let version = version.split('(').next().unwrap_or(version);
    version.split(['.', ',']).take(8).map(|part| part.trim().parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Fault, Module, Place};

    fn fix(file: &str, version: &str) -> Fix {
        Fix { file: file.into(), version: version.into(), product: None }
    }

    fn seen(incident: Option<u32>, kind: Kind) -> Evidence {
        Evidence { place: Place { lines: (1, 1), bytes: 0..1 }, incident, kind }
    }

    fn module(name: &str, version: &str) -> Kind {
        Kind::Module(Module { name: name.into(), version: Some(version.into()), ..Module::default() })
    }

    fn verdict(evidence: &[Evidence], fixes: &[Fix]) -> Verdict {
        Versions::of(evidence).verdict(Some(1), fixes)
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(compare("5.5.2654.9", "5.5.2654.22"), Some(Ordering::Less));
        assert_eq!(compare("5.5.2654.22", "5.5.2654.22"), Some(Ordering::Equal));
        assert_eq!(compare("5.5.2654", "5.5.2654.0"), Some(Ordering::Equal));
        assert_eq!(compare("05, 5, 2655, 1", "5.5.2654.22"), Some(Ordering::Greater));
        assert_eq!(
            compare("6.1.7601.17514 (win7sp1_rtm.101119-1850)", "6.1.7601.20000"),
            Some(Ordering::Less)
        );
    }

    #[test]
    fn versions_of_two_branches_do_not_compare() {
        assert_eq!(compare("6.5.7233.36", "5.5.2654.22"), None);
        assert_eq!(compare("unknown", "5.5.2654.22"), None);
        assert_eq!(compare("5", "5"), None);
    }

    #[test]
    fn an_older_file_is_affected_and_an_equal_one_fixed() {
        let fixes = [fix("Emsmta.exe", "5.5.2654.22"), fix("X400om.dll", "5.5.2654.22")];
        let old = seen(Some(1), module("EMSMTA", "5.5.2653.10"));
        let new = seen(Some(1), module("x400om.dll", "5.5.2654.22"));
        assert_eq!(verdict(&[old.clone(), new.clone()], &fixes), Verdict::Affected);
        assert_eq!(verdict(&[new], &fixes), Verdict::Fixed);
        assert_eq!(verdict(&[seen(Some(2), old.kind)], &fixes), Verdict::Unknown, "another crash");
    }

    #[test]
    fn a_fault_names_versions_too() {
        let fault = Kind::Fault(Fault {
            process: Some("store.exe".into()),
            process_version: Some("6.5.7651.60".into()),
            ..Fault::default()
        });
        assert_eq!(verdict(&[seen(Some(1), fault)], &[fix("Store.exe", "6.5.7652.5")]), Verdict::Affected);
    }

    #[test]
    fn branches_that_disagree_say_nothing() {
        let fixes = [fix("a.dll", "5.0.100.1"), fix("a.dll", "5.0.200.1"), fix("a.dll", "5.1.1.1")];
        assert_eq!(verdict(&[seen(Some(1), module("a.dll", "5.0.150.0"))], &fixes), Verdict::Unknown);
        assert_eq!(verdict(&[seen(Some(1), module("a.dll", "5.1.0.9"))], &fixes), Verdict::Affected);
    }
}
