//! The shell of `docs/ci.md`, run on a checkout that must pass on Monday and fail on Tuesday.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot set up fails")]

mod checkout;

use checkout::{Checkout, HOME};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};
use serde_norway::Value;
use std::fs;
use std::path::Path;

/// The fenced blocks of the page, each with its language.
fn blocks() -> Vec<(String, String)> {
    let page = fs::read_to_string(Path::new(HOME).join("docs/ci.md")).unwrap();
    let mut blocks = Vec::new();
    let mut inside = false;
    for event in Parser::new(&page) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                blocks.push((language.to_string(), String::new()));
                inside = true;
            }
            Event::Text(text) if inside => blocks.last_mut().unwrap().1.push_str(&text),
            Event::End(_) => inside = false,
            _ => {}
        }
    }
    blocks
}

fn of_language(language: &str) -> Vec<String> {
    blocks().into_iter().filter(|(of, _)| of == language).map(|(_, text)| text).collect()
}

fn yaml() -> Vec<Value> {
    of_language("yaml").iter().map(|text| serde_norway::from_str(text).unwrap()).collect()
}

fn strings(values: &Value) -> Vec<&str> {
    values.as_sequence().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The steps of a GitHub workflow.
fn steps(workflow: &Value) -> Vec<&Value> {
    let jobs = workflow["jobs"].as_mapping().into_iter().flatten();
    jobs.flat_map(|(_, job)| job["steps"].as_sequence().into_iter().flatten()).collect()
}

/// The shell of the workflow without the action.
fn github() -> String {
    let runs = |workflow: &Value| -> Vec<String> {
        steps(workflow).iter().filter_map(|step| step["run"].as_str().map(str::to_owned)).collect()
    };
    let found: Vec<_> = yaml().iter().map(runs).filter(|runs| !runs.is_empty()).collect();
    assert_eq!(found.len(), 1, "one workflow with shell");
    found.concat().join("\n")
}

/// The GitLab job.
fn gitlab() -> Value {
    yaml().into_iter().find(|file| !file["triage"].is_null()).unwrap()["triage"].clone()
}

/// What the first `sh` step of the pipeline runs.
fn jenkins() -> String {
    let pipeline = of_language("groovy").concat();
    let shell = pipeline.split("sh '''").nth(1).and_then(|rest| rest.split("'''").next()).unwrap();
    // Groovy reads a backslash at the end of a line as the line going on, as the shell would.
    shell.replace("\\\n", "")
}

/// Accepts what is there as the page says, then runs a job on both days; the files must tell of the new crash.
fn holds(shell: &str, files: &[&str]) {
    let checkout = Checkout::new();
    let accept = of_language("sh").concat();
    assert!(accept.contains("--update-baseline"));
    let accepted = checkout.bash(&accept, &[]);
    assert_eq!(accepted.code, Some(0), "{accepted:?}");
    let monday = checkout.bash(shell, &[]);
    assert_eq!(monday.code, Some(0), "{shell}: {monday:?}");
    checkout.let_it_be_tuesday();
    let tuesday = checkout.bash(shell, &[]);
    assert_eq!(tuesday.code, Some(1), "{shell}: {tuesday:?}");
    assert!(tuesday.err.contains("1 new unknown crash"), "{tuesday:?}");
    for file in files {
        assert!(checkout.read(&format!("work/{file}")).contains("unknown-crash.txt"), "{file}");
    }
}

#[test]
fn the_baseline_accepts_monday_and_not_tuesday() {
    holds("kbtriage check tickets --baseline accepted.toml", &[]);
}

#[test]
fn the_github_job_passes_on_monday_and_fails_on_tuesday() {
    holds(&github(), &[]);
}

#[test]
fn the_gitlab_job_passes_on_monday_and_fails_on_tuesday() {
    let job = gitlab();
    let artifacts = &job["artifacts"];
    let mut files = strings(&artifacts["paths"]);
    files.push(artifacts["reports"]["junit"].as_str().unwrap());
    holds(&strings(&job["script"]).join("\n"), &files);
}

#[test]
fn the_jenkins_stage_passes_on_monday_and_fails_on_tuesday() {
    let pipeline = of_language("groovy").concat();
    let named = |start: &str| {
        pipeline.split(start).nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned()
    };
    let files = [named("testResults: '"), named("artifacts: '")];
    holds(&jenkins(), &files.each_ref().map(String::as_str));
}

#[test]
fn the_action_is_given_inputs_that_it_has_and_its_report_is_uploaded() {
    let action = fs::read_to_string(Path::new(HOME).join("action.yml")).unwrap();
    let action: Value = serde_norway::from_str(&action).unwrap();
    let files = yaml();
    let steps: Vec<_> = files.iter().flat_map(steps).collect();
    let uses = |start: &str| {
        let starts = |step: &&&Value| step["uses"].as_str().is_some_and(|name| name.starts_with(start));
        *steps.iter().find(starts).unwrap()
    };
    let given = &uses("your-org/kbtriage@")["with"];
    for (input, _) in given.as_mapping().unwrap() {
        assert!(!action["inputs"][input].is_null(), "{input:?}");
    }
    assert_eq!(uses("github/codeql-action/upload-sarif@")["with"]["sarif_file"], given["sarif"]);
}

#[test]
fn the_page_names_every_input_and_output_of_the_action() {
    let page = fs::read_to_string(Path::new(HOME).join("docs/ci.md")).unwrap();
    let action = fs::read_to_string(Path::new(HOME).join("action.yml")).unwrap();
    let action: Value = serde_norway::from_str(&action).unwrap();
    for part in ["inputs", "outputs"] {
        for (name, _) in action[part].as_mapping().unwrap() {
            assert!(page.contains(&format!("`{}`", name.as_str().unwrap())), "{name:?}");
        }
    }
}

#[test]
fn the_hooks_of_the_page_are_there() {
    let hooks = fs::read_to_string(Path::new(HOME).join(".pre-commit-hooks.yaml")).unwrap();
    let hooks: Value = serde_norway::from_str(&hooks).unwrap();
    let files = yaml();
    let repos = files.iter().find_map(|file| file["repos"].as_sequence()).unwrap();
    let named: Vec<_> = repos[0]["hooks"].as_sequence().unwrap().iter().map(|hook| &hook["id"]).collect();
    let there: Vec<_> = hooks.as_sequence().unwrap().iter().map(|hook| &hook["id"]).collect();
    assert_eq!(named, there);
}
