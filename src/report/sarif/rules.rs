//! Rules: a known issue each, and one for crashes that nothing known explains.

use crate::matching::Match;
use crate::report::escape::brief;
use crate::report::{markdown, plain};
use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor,
};
use std::collections::BTreeMap;

/// The rule of crashes that nothing known explains.
pub(super) const UNKNOWN: &str = "unknown-crash";

/// Characters that GitHub takes of a name and of a description.
const NAME: usize = 255;
const DESCRIPTION: usize = 1000;
/// Tags that GitHub shows.
const TAGS: usize = 10;

/// The rule of a known issue.
pub(super) fn of_match(found: &Match<'_>) -> ReportingDescriptor {
    let signature = found.signature;
    let title = brief(&signature.title, NAME);
    let full = signature.cause.as_deref().map_or_else(|| title.clone(), |cause| brief(cause, DESCRIPTION));
    let tags = ["crash", "known-issue"].map(str::to_owned).into_iter();
    let tags = tags.chain(signature.products.iter().map(|product| brief(product, NAME)));
    let mut rule = rule(&id(found), &title, &full, help(found), "error", tags.take(TAGS).collect());
    rule.help_uri = signature.url.as_deref().and_then(plain::web_address).map(str::to_owned);
    rule
}

pub(super) fn of_unknown() -> ReportingDescriptor {
    let help = "Nothing known explains this crash. Its nearest known issue, where there is one, is named with what differs. \
                Collect the loaded modules with their versions and all threads of the dump, and search for the innermost \
                frames; once it is solved, `kbtriage kb draft` makes a signature of the ticket.";
    rule(
        UNKNOWN,
        "Crash that no known issue explains",
        "There is evidence of a crash (a call stack, a stop code, a fault or an exception) that no known issue matches.",
        MultiformatMessageString::builder().text(help.replace('`', "\"")).markdown(help).build(),
        "warning",
        vec!["crash".to_owned()],
    )
}

/// The id of the rule of a known issue.
pub(super) fn id(found: &Match<'_>) -> String {
    brief(&found.signature.id, NAME)
}

fn rule(
    id: &str,
    title: &str,
    full: &str,
    help: MultiformatMessageString,
    level: &str,
    tags: Vec<String>,
) -> ReportingDescriptor {
    let text = |text: &str| MultiformatMessageString::builder().text(text).build();
    let more = [("precision", "high"), ("problem.severity", level)];
    let more: BTreeMap<_, _> =
        more.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    ReportingDescriptor::builder()
        .id(id)
        .name(title)
        .short_description(text(title))
        .full_description(text(full))
        .help(help)
        .default_configuration(ReportingConfiguration::builder().level(level).build())
        .properties(PropertyBag::builder().tags(tags).additional_properties(more).build())
        .build()
}

/// Why it happens, what fixes it and what to do meanwhile.
fn help(found: &Match<'_>) -> MultiformatMessageString {
    let signature = found.signature;
    let fixes = plain::fixes(found);
    let said = [
        ("Cause", signature.cause.as_deref()),
        ("Fixed in", Some(fixes.as_str()).filter(|fixes| !fixes.is_empty())),
        ("Resolution", signature.resolution.as_deref()),
        ("Workaround", Some(signature.workaround.as_deref().unwrap_or("None is known."))),
        ("Article", signature.url.as_deref()),
    ];
    let (mut text, mut markdown) = (Vec::new(), Vec::new());
    for (label, said) in said.into_iter().filter_map(|(label, said)| Some((label, said?))) {
        let said = brief(said, plain::PROSE);
        text.push(format!("{label}: {said}"));
        // An address is a link as it stands.
        let said = match plain::web_address(&said) {
            Some(address) => format!("<{address}>"),
            None => markdown::escaped(&said),
        };
        markdown.push(format!("**{label}**: {said}"));
    }
    MultiformatMessageString::builder().text(text.join("\n")).markdown(markdown.join("\n\n")).build()
}
