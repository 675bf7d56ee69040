//! Which of our crates may use which crates of others. A crate that is not named here may be used anywhere.

use super::{Check, Violation, crates::readable_manifests};
use crate::tree::Tree;

pub(super) const CHECK: Check = Check {
    name: "externals",
    agreement: "a database driver, a web framework, a file format or the clock of a runtime has one home each, so that replacing it touches one crate",
    run,
};

/// Crates of others with the crates of ours that may ship them. Tests may look at a room from outside with whatever they like.
const HOMES: &[(&[&str], &[&str])] = &[
    // Only the store talks to a database; only the binary picks one.
    (
        &[
            "libsqlite3-sys",
            "sqlx",
            "postgres",
            "tokio-postgres",
            "diesel",
            "sea-orm",
        ],
        &["luoshi-store"],
    ),
    // The torture forges records behind the store's back.
    (&["rusqlite"], &["luoshi-store", "luoshi-torture"]),
    // Only web knows HTTP, templates and cookies. The binary hands a socket to web and nothing else.
    (
        &[
            "axum",
            "axum-extra",
            "hyper",
            "hyper-util",
            "tower",
            "tower-http",
            "askama",
            "http",
        ],
        &["luoshi-web"],
    ),
    // What waits stands above the store: below it everything is a function of its arguments. The store waits for a database server.
    (
        &[
            "tokio",
            "tokio-util",
            "futures",
            "futures-util",
            "futures-executor",
            "async-trait",
        ],
        &["luoshi-store", "luoshi-app", "luoshi-web", "luoshi"],
    ),
    // Law 9: randomness enters at App. The binary makes the key of a new site.
    (&["rand", "getrandom"], &["luoshi-app", "luoshi"]),
    (&["argon2"], &["luoshi-app"]),
    // Received files lie where App puts them, in a folder or a bucket.
    (&["object_store", "reqwest"], &["luoshi-app"]),
    // The log's format and signatures have one home.
    (&["tlog_tiles", "signed_note", "ed25519-dalek"], &["luoshi-tlog"]),
    // Hostile bytes are opened in one place.
    (
        &[
            "zip",
            "quick-xml",
            "scraper",
            "html5ever",
            "chardetng",
            "infer",
            "calamine",
        ],
        &["luoshi-reader"],
    ),
    // Texts are taken apart in one place; tests look for planted words in raw files with the same search.
    (&["aho-corasick"], &["luoshi-parse", "luoshi-equipment"]),
    (&["winnow"], &["luoshi-parse"]),
    (&["rust_xlsxwriter", "csv", "docx-rs", "icalendar"], &["luoshi-export"]),
    // Settings, flags and what is printed are the binary's.
    (&["figment", "indicatif", "tracing-subscriber"], &["luoshi"]),
    (&["clap"], &["luoshi", "luoshi-torture"]),
    // Libraries name their errors; only what ends a process may gather them.
    (&["anyhow"], &["luoshi", "luoshi-torture", "xtask"]),
    // The wire form of the parse contract, of events and of public data; the values themselves are told apart from it.
    (
        &["serde_json"],
        &[
            "luoshi-intake",
            "luoshi-ledger",
            "luoshi-store",
            "luoshi-app",
            "luoshi-web",
            "luoshi",
            "xtask",
        ],
    ),
    // The log of a running program is written where something runs.
    (&["tracing"], &["luoshi-store", "luoshi-app", "luoshi-web", "luoshi"]),
];

fn run(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (file, manifest) in readable_manifests(tree) {
        for name in manifest.shipped() {
            let Some((_, homes)) = HOMES.iter().find(|(names, _)| names.contains(&name)) else {
                continue;
            };
            if !homes.contains(&manifest.name()) {
                let message = format!(
                    "{} may not use {name}; its home is {}",
                    manifest.name(),
                    homes.join(", ")
                );
                violations.push(Violation::in_file(&file.path, message));
            }
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::{super::*, CHECK};

    #[test]
    fn this_repository_keeps_it() {
        assert_kept(&CHECK);
    }

    #[test]
    fn finds_a_database_driver_outside_the_store() {
        let manifest =
            "[package]\nname = \"luoshi-web\"\n[dependencies]\nrusqlite.workspace = true\naxum.workspace = true\n";
        assert_eq!(
            found_in(&CHECK, &[("crates/luoshi-web/Cargo.toml", manifest)]),
            ["crates/luoshi-web/Cargo.toml: luoshi-web may not use rusqlite; its home is luoshi-store, luoshi-torture"]
        );
    }

    #[test]
    fn lets_tests_look_from_outside() {
        let manifest = "[package]\nname = \"luoshi-web\"\n[dev-dependencies]\nscraper.workspace = true\n";
        assert_eq!(
            found_in(&CHECK, &[("crates/luoshi-web/Cargo.toml", manifest)]),
            Vec::<String>::new()
        );
    }
}
