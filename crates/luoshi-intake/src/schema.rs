//! The JSON Schema of the parse contract. It stands beside the contract's types and a test holds the two together.

use luoshi_parse::{DeadlineKind, MentionReason, ScopeReason, SpanKind, TrackingState};
use luoshi_types::{Comparator, DiagnosticCode, Direction, PartyRole, Severity, Strength};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::SCHEMA;

/// The words that the values of a type are written as.
fn words<T: Serialize>(values: impl IntoIterator<Item = T>) -> Value {
    values.into_iter().map(|value| json!(value)).collect()
}

fn one_of(words: Value) -> Value {
    json!({ "enum": words })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn text_or_null() -> Value {
    json!({ "type": ["string", "null"] })
}

fn decimal_or_null() -> Value {
    json!({ "type": ["string", "null"], "pattern": "^-?[0-9]+(\\.[0-9]+)?$" })
}

fn date_or_null() -> Value {
    json!({ "type": ["string", "null"], "format": "date" })
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn list(item: Value) -> Value {
    json!({ "type": "array", "items": item })
}

fn or_null(mut words: Value) -> Value {
    if let Some(words) = words.as_array_mut() {
        words.push(Value::Null);
    }
    one_of(words)
}

/// An object of which every field is always there.
fn object(fields: &[(&str, Value)]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
        .collect();
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// An object with a place in the text.
fn placed(fields: &[(&str, Value)]) -> Value {
    let mut all = vec![("start", count()), ("end", count())];
    all.extend(fields.iter().map(|(name, schema)| (*name, schema.clone())));
    let mut schema = object(&all);
    // Formats without pages and cells give none.
    schema["properties"]["place"] = json!({ "$ref": "#/$defs/place" });
    schema
}

/// The schema of one object that `luoshi parse` prints.
pub fn contract_schema() -> Value {
    let party = placed(&[
        ("raw", text()),
        ("name", text()),
        ("role", one_of(words(PartyRole::ALL))),
        ("inherited", json!({ "type": "boolean" })),
    ]);
    let target = placed(&[
        ("quantity_text", text()),
        ("value", decimal_or_null()),
        ("value_max", decimal_or_null()),
        ("unit", text_or_null()),
        ("comparator", one_of(words(Comparator::ALL))),
        ("direction", one_of(words(Direction::ALL))),
        ("strength", or_null(words(Strength::ALL))),
        ("subject", text_or_null()),
        ("qualifier", text_or_null()),
        ("rule", text()),
    ]);
    let deadline = placed(&[
        ("text", text()),
        ("kind", one_of(words(DeadlineKind::ALL.map(DeadlineKind::code)))),
        ("resolved", date_or_null()),
        ("inherited", json!({ "type": "boolean" })),
    ]);
    let reasons = || words(ScopeReason::ALL.map(ScopeReason::code));
    let tracking = object(&[
        (
            "state",
            one_of(words(
                [TrackingState::Tracked, TrackingState::NotTracked].map(TrackingState::code),
            )),
        ),
        ("reason", or_null(reasons())),
        ("excluded", list(placed(&[("reason", one_of(reasons()))]))),
    ]);
    let task = placed(&[
        ("id", text()),
        ("label", text()),
        ("path", list(text())),
        ("section", text_or_null()),
        ("title", text()),
        ("parties", list(json!({ "$ref": "#/$defs/party" }))),
        ("measures", list(placed(&[]))),
        ("targets", list(target)),
        ("deadlines", list(deadline)),
        ("tracking", tracking),
    ]);
    let kinds = || words(SpanKind::ALL.map(SpanKind::code));
    let mut document = object(&[
        ("file", text()),
        ("title", text_or_null()),
        ("doc_no", text_or_null()),
        ("issuer", text_or_null()),
        ("date", date_or_null()),
        ("addressees", list(text())),
        ("sha256", json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })),
        ("chars", count()),
    ]);
    // Only --with-text puts it there.
    document["properties"]["text"] = text();
    let mut schema = object(&[
        ("schema", json!({ "const": SCHEMA })),
        ("document", document),
        (
            "sections",
            list(placed(&[("id", text()), ("no", text()), ("title", text())])),
        ),
        ("tasks", list(task)),
        (
            "mentions",
            list(placed(&[
                ("text", text()),
                ("why", one_of(words(MentionReason::ALL.map(MentionReason::code)))),
            ])),
        ),
        (
            "inheritance",
            list(placed(&[
                ("text", text()),
                ("parties", list(json!({ "$ref": "#/$defs/party" }))),
            ])),
        ),
        ("spans", list(placed(&[("kind", one_of(kinds()))]))),
        (
            "coverage",
            object(&[
                ("total", count()),
                ("accounted", count()),
                ("context", count()),
                ("unresolved", list(placed(&[("alternatives", list(one_of(kinds())))]))),
            ]),
        ),
        (
            "diagnostics",
            list(placed(&[
                (
                    "code",
                    one_of(words(DiagnosticCode::ALL.iter().map(|code| code.code()))),
                ),
                (
                    "severity",
                    one_of(words([Severity::Info, Severity::Warning, Severity::Error])),
                ),
                ("message", text()),
                ("hint", text()),
            ])),
        ),
    ]);
    let number = || json!({ "type": "integer", "minimum": 1 });
    let place = json!({
        "type": "object",
        "properties": { "page": number(), "line": number(), "cell": text() },
        "additionalProperties": false,
    });
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!(SCHEMA);
    schema["description"] = json!(
        "One file read by luoshi parse. start and end count Unicode scalars of the normalised text; numbers are decimal strings."
    );
    schema["$defs"] = json!({ "party": party, "place": place });
    schema
}
