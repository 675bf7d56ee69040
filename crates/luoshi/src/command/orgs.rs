//! `luoshi orgs`: checks a registry of bodies and says what a name means at a date. The registry itself is the parser's.

use std::{fs, path::Path, sync::Arc};

use luoshi_intake::parse::organisations::{Registry, Resolution, Standing};
use serde_json::json;

use crate::{
    arguments::{
        document::RegistryArguments,
        orgs::{OrgsCheckArguments, OrgsCommand, OrgsResolveArguments},
    },
    exit::Exit,
    failure::{Failure, registry_fault},
    output::{complain, print},
    words::{Words, count, text},
};

/// Checks a file or resolves names.
pub(crate) fn run(command: &OrgsCommand, words: Words) -> Result<Exit, Failure> {
    match command {
        OrgsCommand::Check(arguments) => check(arguments, words),
        OrgsCommand::Resolve(arguments) => resolve(arguments, words),
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|cause| Failure::ReadFile {
        path: path.to_owned(),
        cause,
    })
}

/// The registry that a flag asks for; nothing where the shipped one serves.
pub(crate) fn registry(arguments: &RegistryArguments) -> Result<Option<Arc<Registry>>, Failure> {
    let Some(path) = &arguments.organisations else {
        return Ok(None);
    };
    match Registry::shipped().extended(&read(path)?) {
        Ok(registry) => Ok(Some(Arc::new(registry))),
        Err(faults) => Err(Failure::Registry {
            path: path.clone(),
            faults,
        }),
    }
}

fn check(arguments: &OrgsCheckArguments, words: Words) -> Result<Exit, Failure> {
    let file = read(&arguments.file)?;
    let shipped = Registry::shipped();
    match shipped.extended(&file) {
        Ok(registry) => {
            let known = shipped.ambiguous_names();
            for (name, bodies) in registry.ambiguous_names() {
                if !known.iter().any(|(other, _)| *other == name) {
                    let values = [("name", text(name)), ("bodies", text(bodies.join("、")))];
                    complain(&words.say_with("orgs-ambiguous", &values));
                }
            }
            let added = registry.len() - shipped.len();
            print(&words.say_with("orgs-sound", &[("bodies", count(added))]))?;
            Ok(Exit::Done)
        }
        Err(faults) => {
            complain(&words.say_with("parse-file-line", &[("file", text(arguments.file.display()))]));
            for fault in &faults {
                complain(&registry_fault(fault, words));
            }
            Ok(Exit::Findings)
        }
    }
}

fn resolve(arguments: &OrgsResolveArguments, words: Words) -> Result<Exit, Failure> {
    let own = registry(&arguments.registry)?;
    let registry = own.as_deref().unwrap_or_else(|| Registry::shipped());
    let mut exit = Exit::Done;
    for name in &arguments.names {
        let mut found = registry.resolve(name, arguments.at);
        if let Standing::Unknown { candidates } = &mut found.standing {
            *candidates = registry.nearest(name);
        }
        if matches!(found.standing, Standing::Unknown { .. } | Standing::Ambiguous { .. }) {
            exit = Exit::Findings;
        }
        if arguments.json {
            print(&as_json(name, &found))?;
        } else {
            print(&as_lines(name, &found, words))?;
        }
    }
    Ok(exit)
}

/// Names that a name could stand for.
fn nearest(found: &Resolution) -> &[String] {
    match &found.standing {
        Standing::Ambiguous { alternatives } => alternatives,
        Standing::Unknown { candidates } => candidates,
        Standing::Known | Standing::Superseded | Standing::NotYet => &[],
    }
}

fn as_json(name: &str, found: &Resolution) -> String {
    json!({
        "raw": name,
        "name": found.name,
        "standing": found.standing.code(),
        "level": found.level.map(|level| level.code()),
        "from": found.from.map(|date| date.to_string()),
        "until": found.until.map(|date| date.to_string()),
        "successors": found.successors,
        "nearest": nearest(found),
    })
    .to_string()
}

fn as_lines(name: &str, found: &Resolution, words: Words) -> String {
    let mut lines = vec![name.to_owned()];
    let mut add = |key: &str, value: String| {
        if !value.is_empty() {
            lines.push(format!("  {}  {value}", words.say(key)));
        }
    };
    add("orgs-name", found.name.clone());
    add(
        "orgs-standing",
        words.say(&format!("orgs-standing-{}", found.standing.code())),
    );
    let level = found
        .level
        .map(|level| words.say(&format!("orgs-level-{}", level.code())));
    add("orgs-level", level.unwrap_or_default());
    add("orgs-from", found.from.map(|date| date.to_string()).unwrap_or_default());
    add(
        "orgs-until",
        found.until.map(|date| date.to_string()).unwrap_or_default(),
    );
    add("orgs-successors", found.successors.join("、"));
    add("orgs-nearest", nearest(found).join("、"));
    lines.join("\n")
}
