//! Every example of every shipped signature, against the whole database.

use kbtriage::matching::failing_examples;
use kbtriage::{Database, Matcher, Parser};

#[test]
fn every_example_holds() {
    let database = Database::embedded().unwrap();
    let matcher = Matcher::new(&database);
    let parser = Parser::new(database.phrases());
    let failures: Vec<String> = failing_examples(&database, &matcher, |text| parser.parse(text))
        .into_iter()
        .map(|failure| format!("{} example {}: {}", failure.signature.id, failure.number, failure.message))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
