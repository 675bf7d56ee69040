//! The crates of the house and what each may know: the table that several checks read.
//!
//! It is not a check itself.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::tree::{File, Tree};

/// One crate of ours and the agreements that bind it.
#[derive(Debug)]
pub(crate) struct Room {
    /// Its name, which is its folder's name too.
    pub(crate) name: &'static str,
    /// Crates of ours that it may depend on.
    pub(crate) may_import: &'static [&'static str],
    /// Crates of ours that its tests may use beyond these.
    pub(crate) tests_may_import: &'static [&'static str],
    /// Whether its sources must be free of files, sockets, threads, processes and the clock.
    pub(crate) pure: bool,
}

/// Floor by floor, from the ground up. It is the table of ARCHITECTURE.md; an import that is not here needs a decision record.
pub(crate) const ROOMS: &[Room] = &[
    Room {
        name: "luoshi-types",
        may_import: &[],
        tests_may_import: &[],
        pure: true,
    },
    Room {
        name: "luoshi-tlog",
        may_import: &[],
        tests_may_import: &[],
        pure: true,
    },
    Room {
        name: "luoshi-reader",
        may_import: &["luoshi-types"],
        tests_may_import: &[],
        pure: true,
    },
    Room {
        name: "luoshi-parse",
        may_import: &["luoshi-types"],
        tests_may_import: &[],
        pure: true,
    },
    Room {
        name: "luoshi-export",
        may_import: &["luoshi-types"],
        tests_may_import: &[],
        pure: true,
    },
    Room {
        name: "luoshi-ledger",
        may_import: &["luoshi-types"],
        tests_may_import: &[],
        pure: true,
    },
    Room {
        name: "luoshi-intake",
        may_import: &["luoshi-types", "luoshi-reader", "luoshi-parse", "luoshi-export"],
        tests_may_import: &[],
        pure: true,
    },
    Room {
        name: "luoshi-store",
        may_import: &["luoshi-types", "luoshi-ledger", "luoshi-tlog"],
        tests_may_import: &["luoshi-equipment"],
        pure: false,
    },
    Room {
        name: "luoshi-app",
        may_import: &[
            "luoshi-types",
            "luoshi-tlog",
            "luoshi-reader",
            "luoshi-parse",
            "luoshi-export",
            "luoshi-ledger",
            "luoshi-intake",
            "luoshi-store",
        ],
        tests_may_import: &["luoshi-equipment"],
        pure: false,
    },
    Room {
        name: "luoshi-web",
        may_import: &["luoshi-types", "luoshi-ledger", "luoshi-app"],
        // A test of a page needs a whole site behind it, and somebody has to pick its database and its key.
        tests_may_import: &["luoshi-store", "luoshi-tlog", "luoshi-equipment"],
        pure: false,
    },
    Room {
        name: "luoshi",
        may_import: &[
            "luoshi-types",
            "luoshi-tlog",
            "luoshi-reader",
            "luoshi-parse",
            "luoshi-export",
            "luoshi-ledger",
            "luoshi-intake",
            "luoshi-store",
            "luoshi-app",
            "luoshi-web",
        ],
        tests_may_import: &["luoshi-equipment"],
        pure: false,
    },
    // Outside the floors: what tests are given to work with. No shipped crate may import it.
    Room {
        name: "luoshi-equipment",
        may_import: &[],
        tests_may_import: &[],
        pure: false,
    },
    // Outside the floors: it stands around the program as anybody does, and checks with the log's mathematics what it was promised.
    Room {
        name: "luoshi-torture",
        may_import: &["luoshi-tlog", "luoshi-equipment"],
        tests_may_import: &[],
        pure: false,
    },
    Room {
        name: "xtask",
        may_import: &[
            "luoshi-types",
            "luoshi-reader",
            "luoshi-parse",
            "luoshi-export",
            "luoshi-intake",
        ],
        tests_may_import: &[],
        pure: false,
    },
];

/// The room of this name.
pub(crate) fn room(name: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.name == name)
}

/// The parts of a manifest that the checks read.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Manifest {
    /// `[package]`, as it stands.
    #[serde(default)]
    pub(crate) package: toml::Table,
    /// `[lints]`, as it stands.
    #[serde(default)]
    pub(crate) lints: toml::Table,
    /// `[dependencies]`.
    #[serde(default)]
    pub(crate) dependencies: BTreeMap<String, toml::Value>,
    /// `[dev-dependencies]`.
    #[serde(default, rename = "dev-dependencies")]
    pub(crate) dev_dependencies: BTreeMap<String, toml::Value>,
    /// `[build-dependencies]`.
    #[serde(default, rename = "build-dependencies")]
    pub(crate) build_dependencies: BTreeMap<String, toml::Value>,
}

/// The manifests of the tree with their files. What is no manifest is left out here and reported by `imports`.
pub(crate) fn readable_manifests(tree: &Tree) -> impl Iterator<Item = (&File, Manifest)> {
    tree.manifests()
        .filter_map(|file| Some((file, toml::from_str(&file.text).ok()?)))
}

impl Manifest {
    /// `[package] name`.
    pub(crate) fn name(&self) -> &str {
        self.package
            .get("name")
            .and_then(toml::Value::as_str)
            .unwrap_or_default()
    }

    /// What the shipped program is built from: normal and build dependencies.
    pub(crate) fn shipped(&self) -> impl Iterator<Item = &str> {
        self.dependencies
            .keys()
            .chain(self.build_dependencies.keys())
            .map(String::as_str)
    }
}
