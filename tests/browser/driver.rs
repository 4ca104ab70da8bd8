//! A headless Chromium, driven through chromedriver as WebDriver has it.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// One browser at a time, for one test measures how fast it is.
static TURN: Mutex<()> = Mutex::new(());

/// The key of an element's id in answers.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser, ended when it is dropped.
pub(crate) struct Browser {
    driver: Child,
    agent: ureq::Agent,
    session: String,
    _turn: MutexGuard<'static, ()>,
}

impl Browser {
    /// Starts a browser; none, and a word on stderr, where this machine has none.
    pub(crate) fn start() -> Option<Self> {
        let named = ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path);
        let (Some(chromium), Some(driver)) = (named, on_path("chromedriver")) else {
            eprintln!("skipped: no Chromium and chromedriver on this machine");
            return None;
        };
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port =
            said.filter_map(|line| line.split_once("successfully on port ").map(|(_, port)| port.to_owned()));
        let port = port.map(|port| port.trim_end_matches('.').to_owned()).next().unwrap();
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let mut browser =
            Browser { driver, agent, session: format!("http://127.0.0.1:{port}/session"), _turn: turn };
        // Its own sandbox cannot be set up by root, nor in most containers; the page is ours.
        let arguments = ["--headless", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1600,1000"];
        let answer = browser.post(
            "",
            json!({"capabilities": {"alwaysMatch": {
                "goog:chromeOptions": {"binary": chromium, "args": arguments},
                "goog:loggingPrefs": {"browser": "ALL"},
            }}}),
        );
        browser.session = format!("{}/{}", browser.session, answer["sessionId"].as_str().unwrap());
        Some(browser)
    }

    fn post(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.session);
        let mut answer: Value = self.agent.post(url).send_json(body).unwrap().body_mut().read_json().unwrap();
        let value = answer["value"].take();
        assert!(value.get("error").is_none(), "{path}: {value}");
        value
    }

    /// Opens a file.
    pub(crate) fn open(&self, page: &Path) {
        self.post("/url", json!({"url": format!("file://{}", page.display())}));
    }

    /// Opens a file, and says how long it took until it was drawn.
    pub(crate) fn time_to_open(&self, page: &Path) -> Duration {
        let begun = Instant::now();
        self.open(page);
        let drawn = "const done = arguments[0]; requestAnimationFrame(() => setTimeout(() => done(true)))";
        self.post("/execute/async", json!({"script": drawn, "args": []}));
        begun.elapsed()
    }

    /// Runs a script in the page.
    pub(crate) fn run(&self, script: &str, arguments: Value) -> Value {
        self.post("/execute/sync", json!({"script": script, "args": arguments}))
    }

    /// Clicks the first element of a selector.
    pub(crate) fn click(&self, selector: &str) {
        let found = self.post("/element", json!({"using": "css selector", "value": selector}));
        self.post(&format!("/element/{}/click", found[ELEMENT].as_str().unwrap()), json!({}));
    }

    /// Presses keys one after the other, wherever the focus is.
    pub(crate) fn keys(&self, keys: &str) {
        let press =
            |key: char| [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})];
        let presses: Vec<_> = keys.chars().flat_map(press).collect();
        self.post("/actions", json!({"actions": [{"type": "key", "id": "keyboard", "actions": presses}]}));
    }

    /// Whether the first element of a selector can be seen.
    pub(crate) fn is_shown(&self, selector: &str) -> bool {
        let script = "return document.querySelector(arguments[0]).checkVisibility()";
        self.run(script, json!([selector])) == true
    }

    /// Makes the window this wide.
    pub(crate) fn resize(&self, width: u32) {
        let size = json!({"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": false});
        self.command("Emulation.setDeviceMetricsOverride", size);
    }

    /// Pages opened from here on run no script of their own.
    pub(crate) fn without_script(&self) {
        self.command("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    }

    fn command(&self, name: &str, parameters: Value) {
        self.post("/goog/cdp/execute", json!({"cmd": name, "params": parameters}));
    }

    /// What the browser complained of: errors of the script, what the policy refused.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = self.post("/se/log", json!({"type": "browser"}));
        log.as_array().unwrap().iter().map(Value::to_string).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The program of this name in the PATH.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}
