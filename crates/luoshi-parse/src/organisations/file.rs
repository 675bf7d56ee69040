//! Reading a registry file: its form, and what can be wrong with it. It resolves no name.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::{Body, Level};

/// A registry file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    reform: Vec<Reform>,
    #[serde(default)]
    stem: Vec<Stem>,
    #[serde(default)]
    body: Vec<Whole>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reform {
    id: String,
    national: String,
    province: String,
    city: String,
    county: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stem {
    full: String,
    #[serde(default)]
    short: Vec<String>,
    ends: Vec<String>,
    from: Option<String>,
    until: Option<String>,
    #[serde(default)]
    successors: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    full: String,
    #[serde(default)]
    branch: bool,
    #[serde(default)]
    short: Vec<String>,
    from: Option<String>,
    until: Option<String>,
    #[serde(default)]
    successors: Vec<String>,
}

/// What is wrong with a registry file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryFault {
    /// It is no TOML of the form that a registry has.
    Form {
        /// The line, counted from 1, where one is to blame.
        line: Option<usize>,
        /// What the reader of TOML says.
        cause: String,
    },
    /// A name is empty, or has white space in it.
    Name {
        /// The name as written.
        name: String,
    },
    /// A stem has no ends, so that it names nothing.
    NoEnds {
        /// The stem.
        name: String,
    },
    /// A validity names neither a reform nor a date.
    Period {
        /// Whose.
        name: String,
        /// What stands there.
        period: String,
    },
    /// A body ends before it begins.
    Order {
        /// Whose validity it is.
        name: String,
    },
    /// A successor is no body of the registry.
    Successor {
        /// Who is followed.
        name: String,
        /// By whom.
        successor: String,
    },
    /// The same full name stands twice for the same time.
    Twice {
        /// The name.
        name: String,
    },
}

impl RegistryFault {
    /// The stable word of the fault, which is the key of its text in locale files.
    pub fn code(&self) -> &'static str {
        match self {
            RegistryFault::Form { .. } => "registry-form",
            RegistryFault::Name { .. } => "registry-name",
            RegistryFault::NoEnds { .. } => "registry-no-ends",
            RegistryFault::Period { .. } => "registry-period",
            RegistryFault::Order { .. } => "registry-order",
            RegistryFault::Successor { .. } => "registry-successor",
            RegistryFault::Twice { .. } => "registry-twice",
        }
    }
}

/// The first day of a name at the centre, or its last day at each level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    national: Date,
    province: Date,
    city: Date,
    county: Date,
}

impl Days {
    fn all(date: Date) -> Self {
        Self {
            national: date,
            province: date,
            city: date,
            county: date,
        }
    }

    /// The day from which a name that the reform brought can be met.
    pub(super) fn first(self) -> Date {
        self.national
    }

    /// The day by which a name that the reform ended had gone at a level; without one, the latest of all.
    pub(super) fn last(self, level: Option<Level>) -> Date {
        match level {
            Some(Level::National) => self.national,
            Some(Level::Province) => self.province,
            Some(Level::City) => self.city,
            Some(Level::County) => self.county,
            None => self.national.max(self.province).max(self.city).max(self.county),
        }
    }
}

/// The reforms of a registry by their ids; those of the shipped file can be named by a site's own.
pub(super) type Reforms = BTreeMap<String, Days>;

/// Reads a file into bodies. `known` are the full names, without ends for stems, that successors may name beyond the file's own.
pub(super) fn read(
    text: &str,
    reforms: &mut Reforms,
    known: &dyn Fn(&str) -> bool,
) -> Result<Vec<Body>, Vec<RegistryFault>> {
    let file: File = toml::from_str(text).map_err(|error| {
        vec![RegistryFault::Form {
            line: error
                .span()
                .and_then(|span| text.get(..span.start))
                .map(|before| before.matches('\n').count() + 1),
            cause: error.message().to_owned(),
        }]
    })?;
    let mut faults = Vec::new();
    for reform in &file.reform {
        let day = |text: &str, faults: &mut Vec<RegistryFault>| match text.parse::<Date>() {
            Ok(date) => Some(date),
            Err(_) => {
                faults.push(RegistryFault::Period {
                    name: reform.id.clone(),
                    period: text.to_owned(),
                });
                None
            }
        };
        let days =
            [&reform.national, &reform.province, &reform.city, &reform.county].map(|text| day(text, &mut faults));
        if let [Some(national), Some(province), Some(city), Some(county)] = days {
            reforms.insert(
                reform.id.clone(),
                Days {
                    national,
                    province,
                    city,
                    county,
                },
            );
        }
    }
    let own: Vec<&str> = file
        .stem
        .iter()
        .map(|stem| stem.full.as_str())
        .chain(file.body.iter().map(|body| body.full.as_str()))
        .collect();
    let mut bodies = Vec::new();
    for stem in &file.stem {
        if stem.ends.is_empty() {
            faults.push(RegistryFault::NoEnds {
                name: stem.full.clone(),
            });
        }
        for end in &stem.ends {
            let long_end = match end.as_str() {
                "委" => "委员会",
                "办" => "办公室",
                other => other,
            };
            let mut short: Vec<String> = stem.short.iter().map(|short| format!("{short}{end}")).collect();
            if long_end != end {
                short.push(format!("{}{end}", stem.full));
            }
            bodies.push(Body {
                full: format!("{}{long_end}", stem.full),
                short,
                family: stem.full.clone(),
                end: end.clone(),
                is_branch: false,
                from: period(&stem.full, stem.from.as_deref(), reforms, &mut faults),
                until: period(&stem.full, stem.until.as_deref(), reforms, &mut faults),
                successors: stem.successors.clone(),
            });
        }
    }
    for whole in &file.body {
        bodies.push(Body {
            full: whole.full.clone(),
            short: whole.short.clone(),
            family: whole.full.clone(),
            end: String::new(),
            is_branch: whole.branch,
            from: period(&whole.full, whole.from.as_deref(), reforms, &mut faults),
            until: period(&whole.full, whole.until.as_deref(), reforms, &mut faults),
            successors: whole.successors.clone(),
        });
    }
    for body in &bodies {
        for name in body.short.iter().chain([&body.full]) {
            if name.is_empty() || name.contains(char::is_whitespace) {
                faults.push(RegistryFault::Name { name: name.clone() });
            }
        }
        if let (Some(from), Some(until)) = (body.from, body.until)
            && from.first() > until.last(None)
        {
            faults.push(RegistryFault::Order {
                name: body.full.clone(),
            });
        }
        for successor in &body.successors {
            if !own.contains(&successor.as_str()) && !known(successor) {
                faults.push(RegistryFault::Successor {
                    name: body.full.clone(),
                    successor: successor.clone(),
                });
            }
        }
    }
    let mut by_name: BTreeMap<&str, Vec<&Body>> = BTreeMap::new();
    for body in &bodies {
        let others = by_name.entry(&body.full).or_default();
        if others.iter().any(|other| overlap(other, body)) {
            faults.push(RegistryFault::Twice {
                name: body.full.clone(),
            });
        }
        others.push(body);
    }
    faults.dedup();
    if faults.is_empty() { Ok(bodies) } else { Err(faults) }
}

/// Whether two bodies have their names at the same time for good, and not only while a reform is under way.
fn overlap(left: &Body, right: &Body) -> bool {
    let ends_before = |first: &Body, second: &Body| matches!((first.until, second.from), (Some(until), Some(from)) if until.first() <= from.first());
    !ends_before(left, right) && !ends_before(right, left)
}

fn period(name: &str, text: Option<&str>, reforms: &Reforms, faults: &mut Vec<RegistryFault>) -> Option<Days> {
    let text = text?;
    if let Some(days) = reforms.get(text) {
        return Some(*days);
    }
    match text.parse::<Date>() {
        Ok(date) => Some(Days::all(date)),
        Err(_) => {
            faults.push(RegistryFault::Period {
                name: name.to_owned(),
                period: text.to_owned(),
            });
            None
        }
    }
}
