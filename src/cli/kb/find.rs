//! Finds known issues by id, product, module or words.

use kbtriage::Signature;
use kbtriage::signature::Clauses;

/// How many ids are named when none fits.
const NEAREST: usize = 3;

/// Those of a product and a module, where these are given.
pub(super) fn listed<'s>(
    signatures: &[&'s Signature],
    product: Option<&str>,
    module: Option<&str>,
) -> Vec<&'s Signature> {
    let product = product.map(str::to_lowercase);
    let module = module.map(module_name);
    signatures
        .iter()
        .copied()
        .filter(|signature| {
            product.as_ref().is_none_or(|product| {
                signature.products.iter().any(|name| name.to_lowercase().contains(product))
            })
        })
        .filter(|signature| {
            module
                .as_ref()
                .is_none_or(|module| modules(signature).iter().any(|name| module_name(name) == *module))
        })
        .collect()
}

/// Those that contain all the words, in any case; those with more of them in the title first.
pub(super) fn searched<'s>(signatures: &[&'s Signature], words: &[String]) -> Vec<&'s Signature> {
    let words: Vec<_> =
        words.iter().flat_map(|words| words.split_whitespace()).map(str::to_lowercase).collect();
    let mut found: Vec<_> = signatures
        .iter()
        .copied()
        .filter_map(|signature| {
            let all = words_of(signature).to_lowercase();
            let title = signature.title.to_lowercase();
            let telling = words.iter().filter(|word| title.contains(*word)).count();
            words.iter().all(|word| all.contains(word)).then_some((telling, signature))
        })
        .collect();
    found.sort_by_key(|(telling, _)| std::cmp::Reverse(*telling));
    found.into_iter().map(|(_, signature)| signature).collect()
}

/// The issue of this id, in any case. A bare number is a KB article.
pub(super) fn by_id<'s>(signatures: &[&'s Signature], id: &str) -> Option<&'s Signature> {
    let article = format!("KB{id}");
    signatures.iter().copied().find(|signature| {
        signature.id.eq_ignore_ascii_case(id) || signature.id.eq_ignore_ascii_case(&article)
    })
}

/// The ids most like one that is not there.
pub(super) fn nearest<'s>(signatures: &[&'s Signature], id: &str) -> Vec<&'s str> {
    // Nobody mistypes an id of this length, and the comparison costs its square.
    let id: String = id.to_uppercase().chars().take(64).collect();
    let id = if id.starts_with(|ch: char| ch.is_ascii_digit()) { format!("KB{id}") } else { id };
    let mut ids: Vec<_> = signatures.iter().map(|signature| signature.id.as_str()).collect();
    ids.sort_by_cached_key(|known| edits(&id, &known.to_uppercase()));
    ids.truncate(NEAREST);
    ids
}

/// A module name for comparing: no case, no extension.
fn module_name(name: &str) -> String {
    let name = name.to_lowercase();
    let stem = [".exe", ".dll", ".sys"].iter().find_map(|extension| name.strip_suffix(extension));
    stem.unwrap_or(&name).to_owned()
}

/// Every module or file that a signature names.
fn modules(signature: &Signature) -> Vec<&str> {
    let mut names: Vec<_> = signature.fixed_in.iter().map(|fix| fix.file.as_str()).collect();
    for Clauses { stack, bugcheck, fault, .. } in &signature.matches {
        let frames = stack.iter().flatten();
        names.extend(frames.filter_map(|frame| frame.split_once('!')).map(|(module, _)| module));
        names.extend(bugcheck.iter().filter_map(|check| check.module.as_deref()));
        names.extend(
            fault.iter().flat_map(|fault| [fault.process.as_deref(), fault.module.as_deref()]).flatten(),
        );
    }
    names
}

/// Everything of a signature that a person would search in.
fn words_of(signature: &Signature) -> String {
    let mut words = vec![signature.id.as_str(), &signature.title];
    words.extend(signature.products.iter().map(String::as_str));
    words.extend(
        [&signature.cause, &signature.resolution, &signature.workaround]
            .into_iter()
            .flatten()
            .map(String::as_str),
    );
    words.extend(signature.fixed_in.iter().flat_map(|fix| [fix.file.as_str(), &fix.version]));
    for clauses in &signature.matches {
        words.extend(clauses.stack.iter().flatten().map(String::as_str));
        words.extend(clauses.text.iter().flatten().map(String::as_str));
        words.extend(clauses.event.iter().filter_map(|event| event.message.as_deref()));
    }
    words.extend(modules(signature));
    let mut numbers = Vec::new();
    for Clauses { event, bugcheck, fault, exception, .. } in &signature.matches {
        numbers.extend(event.iter().map(|event| event.id.to_string()));
        let raised = fault.iter().filter_map(|fault| fault.exception);
        let codes = bugcheck.iter().map(|stop| stop.code).chain(raised);
        let codes = codes.chain(exception.iter().map(|exception| exception.code));
        numbers.extend(codes.map(|code| format!("0x{code:08x}")));
        words.extend(bugcheck.iter().flat_map(|stop| &stop.parameters).map(String::as_str));
        words.extend(fault.iter().filter_map(|fault| fault.address.as_deref()));
    }
    format!("{}\n{}", words.join("\n"), numbers.join("\n"))
}

/// How many characters must be put in, taken out or replaced to make one text the other.
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<_> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, ch) in one.chars().enumerate() {
        let mut next = vec![line + 1];
        let mut left = line + 1;
        for ((above, across), wanted) in row.iter().skip(1).zip(&row).zip(&other) {
            left = (across + usize::from(ch != *wanted)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kbtriage::signature::{Fix, Status};

    fn signature(id: &str, title: &str) -> Signature {
        Signature {
            id: id.to_owned(),
            title: title.to_owned(),
            products: vec!["Router 2".to_owned()],
            status: Status::Reviewed,
            url: None,
            cause: Some("A bad index.".to_owned()),
            resolution: None,
            workaround: None,
            fixed_in: vec![Fix { file: "Route.dll".to_owned(), version: "1.2".to_owned(), product: None }],
            matches: vec![Clauses { stack: Some(vec!["ROUTER!f".to_owned()]), ..Clauses::default() }],
            examples: Vec::new(),
            allows: Vec::new(),
        }
    }

    #[test]
    fn an_id_is_found_in_any_case_and_by_its_number() {
        let all = [signature("KB276222", "a"), signature("ACME-17", "b")];
        let all: Vec<_> = all.iter().collect();
        for id in ["KB276222", "kb276222", "276222"] {
            assert_eq!(by_id(&all, id).unwrap().id, "KB276222");
        }
        assert_eq!(by_id(&all, "acme-17").unwrap().id, "ACME-17");
        assert!(by_id(&all, "17").is_none());
    }

    #[test]
    fn a_mistyped_id_finds_its_neighbours() {
        let all = [signature("KB898782", ""), signature("KB276222", ""), signature("ACME-17", "")];
        let all: Vec<_> = all.iter().collect();
        assert_eq!(nearest(&all, "276232")[0], "KB276222");
        assert_eq!(nearest(&all, "acme17")[0], "ACME-17");
        assert_eq!((edits("kitten", "sitting"), edits("", "abc"), edits("abc", "")), (3, 3, 3));
    }

    #[test]
    fn a_module_is_named_by_frames_and_files() {
        let one = signature("A-1", "a");
        let all = [&one];
        for (module, found) in [("router", 1), ("ROUTER.EXE", 1), ("route.dll", 1), ("rout", 0)] {
            assert_eq!(listed(&all, None, Some(module)).len(), found, "{module}");
        }
        assert_eq!(listed(&all, Some("router"), None).len(), 1);
        assert_eq!(listed(&all, Some("exchange"), None).len(), 0);
    }

    #[test]
    fn all_words_must_be_there_and_titles_come_first() {
        let all = [signature("A-1", "leak"), signature("A-2", "index out of range")];
        let all: Vec<_> = all.iter().collect();
        let ids = |words: &str| {
            let words = [words.to_owned()];
            searched(&all, &words).iter().map(|signature| signature.id.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(ids("bad INDEX"), ["A-2", "A-1"]);
        assert_eq!(ids("index leak"), ["A-1"]);
        assert!(ids("index nowhere").is_empty());
    }
}
