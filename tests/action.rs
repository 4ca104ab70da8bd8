//! The GitHub Action and the pre-commit hooks: their own shell, run step by step.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot set up fails")]

mod checkout;

use checkout::{Checkout, HOME, Ran};
use serde_norway::Value;
use std::fs;
use std::path::Path;

fn yaml(file: &str) -> Value {
    serde_norway::from_str(&fs::read_to_string(Path::new(HOME).join(file)).unwrap()).unwrap()
}

/// The action on a runner: what GitHub does with `action.yml`, for the expressions that stand there.
struct Runner {
    checkout: Checkout,
    action: Value,
}

impl Runner {
    fn new() -> Self {
        let checkout = Checkout::new();
        fs::create_dir_all(checkout.path("temp")).unwrap();
        Runner { checkout, action: yaml("action.yml") }
    }

    /// The value of an expression such as `${{ inputs.paths }}`.
    fn value(&self, expression: &str, inputs: &[(&str, &str)]) -> String {
        let name = expression.strip_prefix("${{ inputs.").and_then(|rest| rest.strip_suffix(" }}")).unwrap();
        let default = self.action["inputs"][name]["default"].as_str().unwrap_or_default();
        let given = inputs.iter().find(|(input, _)| *input == name);
        given.map_or(default, |(_, value)| value).to_owned()
    }

    /// Runs the step whose shell ends with this word.
    fn step(&self, word: &str, inputs: &[(&str, &str)]) -> Ran {
        let steps = self.action["runs"]["steps"].as_sequence().unwrap();
        let shell = |step: &&Value| step["run"].as_str().is_some_and(|run| run.ends_with(word));
        let step = steps.iter().find(shell).unwrap();
        let paths = ["output", "path", "temp"].map(|name| self.checkout.path(name).display().to_string());
        let mut environment: Vec<(String, String)> = ["GITHUB_OUTPUT", "GITHUB_PATH", "RUNNER_TEMP"]
            .map(str::to_owned)
            .into_iter()
            .zip(paths)
            .collect();
        environment.push(("GITHUB_ACTION_PATH".to_owned(), HOME.to_owned()));
        for (name, expression) in step["env"].as_mapping().unwrap() {
            let value = self.value(expression.as_str().unwrap(), inputs);
            environment.push((name.as_str().unwrap().to_owned(), value));
        }
        let environment: Vec<_> = environment.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.checkout.bash(step["run"].as_str().unwrap(), &environment)
    }

    /// The arguments with which the action calls `kbtriage`, a line each.
    fn arguments(&self, inputs: &[(&str, &str)]) -> Vec<String> {
        self.checkout.program("kbtriage", r#"printf '<%s>\n' "$@""#);
        let ran = self.step("check", inputs);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let argument = |line: &str| line.trim_start_matches('<').trim_end_matches('>').to_owned();
        ran.out.lines().map(argument).collect()
    }
}

#[test]
fn no_input_becomes_part_of_a_script() {
    let action = yaml("action.yml");
    for step in action["runs"]["steps"].as_sequence().unwrap() {
        let run = step["run"].as_str().unwrap_or_default();
        assert!(!run.contains("${{"), "{run}");
    }
}

#[test]
fn every_input_reaches_the_shell() {
    let action = yaml("action.yml");
    let steps = serde_norway::to_string(&action["runs"]["steps"]).unwrap();
    let script = fs::read_to_string(Path::new(HOME).join(".ci/action.sh")).unwrap();
    for (input, _) in action["inputs"].as_mapping().unwrap() {
        let input = input.as_str().unwrap();
        let variable = format!("INPUT_{}", input.to_uppercase().replace('-', "_"));
        assert!(steps.contains(&format!("{variable}: ${{{{ inputs.{input} }}}}")), "{input}");
        let of_a_format = ["sarif", "junit", "html"].contains(&input);
        assert!(of_a_format || script.contains(&variable), "{variable}");
    }
}

#[test]
fn inputs_become_arguments() {
    let arguments = Runner::new().arguments(&[
        ("paths", "tickets\nlogs/a b.log\r\n\n"),
        ("fail-on", "known"),
        ("min-confidence", "exact"),
        ("baseline", "accepted.toml"),
        ("signatures", "ours\ntheirs.pack"),
        ("junit", "reports/junit.xml"),
        ("args", "--glob\n*.txt"),
    ]);
    let expected = [
        "check --format github --fail-on known --min-confidence exact --baseline accepted.toml",
        "--signatures ours --signatures theirs.pack --output sarif=kbtriage.sarif",
        "--output junit=reports/junit.xml --glob *.txt -- tickets",
    ];
    let mut expected: Vec<_> = expected.iter().flat_map(|line| line.split(' ')).collect();
    expected.push("logs/a b.log");
    assert_eq!(arguments, expected);
}

#[test]
fn hostile_inputs_stay_arguments() {
    let hostile = "$(touch pwned); `touch pwned` '\" --fail-on=never";
    let runner = Runner::new();
    let arguments = runner.arguments(&[("paths", hostile), ("baseline", hostile), ("args", hostile)]);
    assert_eq!(arguments.iter().filter(|argument| *argument == hostile).count(), 3, "{arguments:?}");
    assert!(!runner.checkout.path("work/pwned").exists());
}

#[test]
fn an_input_adds_no_output_of_its_own() {
    let runner = Runner::new();
    let ran = runner.step("check", &[("paths", "tickets"), ("sarif", "a.sarif\nexit-code=0")]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(!runner.checkout.read("output").contains("exit-code=0"));
}

#[test]
fn without_paths_nothing_waits_for_standard_input() {
    let ran = Runner::new().step("check", &[]);
    assert!(ran.code == Some(2) && ran.out.contains("paths names no file"), "{ran:?}");
}

#[test]
fn the_exit_code_and_the_paths_are_outputs() {
    for code in [0, 1, 2] {
        let runner = Runner::new();
        runner.checkout.program("kbtriage", &format!("exit {code}"));
        let ran = runner.step("check", &[("paths", "tickets"), ("html", "out/page.html")]);
        assert_eq!(ran.code, Some(code));
        let expected = format!("sarif=kbtriage.sarif\njunit=\nhtml=out/page.html\nexit-code={code}\n");
        assert_eq!(runner.checkout.read("output"), expected);
        assert!(runner.checkout.path("work/out").is_dir());
    }
}

#[test]
fn a_program_on_the_path_is_used_when_it_has_the_version_asked_for() {
    for (version, installed) in [("", true), (env!("CARGO_PKG_VERSION"), true), ("99.0.0", false)] {
        let runner = Runner::new();
        let ran = runner.step("find", &[("version", version)]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let output = runner.checkout.read("output");
        assert!(output.contains(&format!("installed={installed}\n")), "{version:?}: {output}");
        let key = output.lines().find_map(|line| line.strip_prefix("key="));
        assert_eq!(key.is_some_and(|key| key.len() == 40), !installed, "{output}");
    }
}

#[test]
fn a_program_is_built_from_the_action_s_own_checkout_unless_the_cache_had_it() {
    let runner = Runner::new();
    let built = runner.checkout.path("temp/kbtriage/bin");
    let log = runner.checkout.path("cargo.log");
    runner.checkout.program(
        "cargo",
        &format!(
            "echo \"$@\" >>'{}'; mkdir -p '{bin}'; cp '{}' '{bin}'/kbtriage",
            log.display(),
            env!("CARGO_BIN_EXE_kbtriage"),
            bin = built.display()
        ),
    );
    for _ in 0..2 {
        let ran = runner.step("install", &[]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    let root = runner.checkout.path("temp/kbtriage");
    let once = format!("install --locked --path {HOME} --root {}\n", root.display());
    assert_eq!(runner.checkout.read("cargo.log"), once);
    assert!(runner.checkout.read("path").contains(&*built.to_string_lossy()));
    let ran = runner.step("install", &[("version", "99.0.0")]);
    assert!(ran.code == Some(2) && ran.out.contains("use the action of that version"), "{ran:?}");
}

#[test]
fn the_action_passes_on_monday_and_fails_on_tuesday() {
    let runner = Runner::new();
    let inputs = [
        ("paths", "tickets"),
        ("baseline", "accepted.toml"),
        ("junit", "reports/kbtriage.xml"),
        ("html", "reports/kbtriage.html"),
    ];
    let accepted = [&inputs[..], &[("args", "--update-baseline")]].concat();
    assert_eq!(runner.step("check", &accepted).code, Some(0));
    let monday = runner.step("check", &inputs);
    assert_eq!(monday.code, Some(0), "{monday:?}");
    runner.checkout.let_it_be_tuesday();
    let tuesday = runner.step("check", &inputs);
    assert_eq!(tuesday.code, Some(1), "{tuesday:?}");
    assert!(tuesday.out.contains("unknown-crash.txt"), "{tuesday:?}");
    for file in ["kbtriage.sarif", "reports/kbtriage.xml", "reports/kbtriage.html"] {
        assert!(runner.checkout.read(&format!("work/{file}")).contains("unknown-crash.txt"), "{file}");
    }
}

/// What pre-commit runs for a hook.
fn hook(id: &str, files: &str) -> String {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hook = hooks.as_sequence().unwrap().iter().find(|hook| hook["id"] == id).unwrap();
    let arguments = hook["args"].as_sequence().into_iter().flatten().filter_map(Value::as_str);
    let files = if hook["pass_filenames"].as_bool() == Some(false) { "" } else { files };
    let words = [hook["entry"].as_str().unwrap()].into_iter().chain(arguments).chain([files]);
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_check_hook_fails_on_a_crash_in_a_commit() {
    let checkout = Checkout::new();
    assert_eq!(checkout.bash(&hook("kbtriage-check", "tickets/no-crash.txt"), &[]).code, Some(0));
    let both = hook("kbtriage-check", "tickets/no-crash.txt tickets/mta-otpmralt.txt");
    assert_eq!(checkout.bash(&both, &[]).code, Some(1));
}

#[test]
fn the_lint_hook_fails_on_a_mistake_in_a_signature() {
    let checkout = Checkout::new();
    let signatures = checkout.path("work/signatures");
    fs::create_dir(&signatures).unwrap();
    let shipped = fs::read_to_string(Path::new(HOME).join("signatures/exchange/kb276222.toml")).unwrap();
    fs::write(signatures.join("kb276222.toml"), &shipped).unwrap();
    let lint = hook("kbtriage-kb-lint", "signatures/kb276222.toml");
    assert_eq!(checkout.bash(&lint, &[]).code, Some(0));
    fs::write(signatures.join("other-name.toml"), shipped.replace("KB276222", "ACME-17")).unwrap();
    let ran = checkout.bash(&lint, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}
