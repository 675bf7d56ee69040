//! What the browser tests need from the machine, found or missed with a word. It starts nothing.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

/// Where Debian puts the driver and the browser; elsewhere they are looked for in the search path.
const DRIVERS: &[&str] = &["chromedriver"];
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The tools of one test.
#[derive(Debug, Clone)]
pub(super) struct Equipment {
    pub(super) driver: PathBuf,
    pub(super) browser: PathBuf,
    /// Where screenshots and prints go.
    pub(super) artefacts: PathBuf,
}

/// The tools, or none after saying why the test is skipped.
pub(super) fn find(test: &str) -> Option<Equipment> {
    if !is_on("LUOSHI_TEST_BROWSER") {
        return skip(test, "LUOSHI_TEST_BROWSER=1 switches it on");
    }
    let Some(driver) = DRIVERS.iter().find_map(|name| in_search_path(name)) else {
        return skip(test, "chromedriver not found");
    };
    let Some(browser) = BROWSERS.iter().find_map(|name| in_search_path(name)) else {
        return skip(test, "chromium not found");
    };
    let artefacts = variable("LUOSHI_TEST_ARTEFACTS").map_or_else(|| repository().join("artefacts"), PathBuf::from);
    fs::create_dir_all(&artefacts).unwrap();
    Some(Equipment {
        driver,
        browser,
        artefacts,
    })
}

/// The text of axe-core, or none after saying that pages are not checked with it.
pub(super) fn axe_core(test: &str) -> Option<String> {
    let file = repository().join("tools/browser/node_modules/axe-core/axe.min.js");
    match fs::read_to_string(file) {
        Ok(text) => Some(text),
        Err(_) => skip(test, "axe-core not found; `npm ci --prefix tools/browser` gets it"),
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Says what is skipped.
fn skip<T>(test: &str, reason: &str) -> Option<T> {
    assert!(!is_on("LUOSHI_TEST_REQUIRE_ALL"), "{test} may not be skipped: {reason}");
    crate::skipped(&format!("{test}: {reason}"));
    None
}

fn is_on(name: &str) -> bool {
    variable(name).is_some_and(|value| value == "1")
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

fn in_search_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&variable("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
