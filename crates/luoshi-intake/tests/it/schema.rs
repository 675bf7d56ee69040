//! The published schema of the parse contract: it is the one that the code gives, and what the code prints keeps to it.

use std::fs;

use expect_test::expect_file;
use luoshi_intake::{IntakeSettings, contract_schema, intake};
use luoshi_types::Language;
use serde_json::Value;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Whether a value keeps to a schema, as far as the schemas of this project go.
fn broken(value: &Value, schema: &Value, whole: &Value, place: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let target = whole
            .pointer(name.trim_start_matches('#'))
            .expect("a reference leads somewhere");
        return broken(value, target, whole, place);
    }
    let mut found = Vec::new();
    if let Some(constant) = schema.get("const")
        && constant != value
    {
        found.push(format!("{place}: {value} is not {constant}"));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        found.push(format!("{place}: {value} is not of {words:?}"));
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allowed: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(some) => some.iter().filter_map(Value::as_str).collect(),
        _ => vec![kind],
    };
    if !allowed.contains(&kind) {
        found.push(format!("{place}: {kind} is not of {allowed:?}"));
    }
    if let Value::Object(fields) = value {
        for required in schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            if !fields.contains_key(required) {
                found.push(format!("{place}: {required} is missing"));
            }
        }
        for (name, field) in fields {
            match schema["properties"].get(name) {
                Some(inner) => found.extend(broken(field, inner, whole, &format!("{place}.{name}"))),
                None => found.push(format!("{place}: {name} is not in the schema")),
            }
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(broken(item, &schema["items"], whole, &format!("{place}[{index}]")));
    }
    found
}

#[test]
fn the_published_schema_is_the_one_of_the_code() {
    let drawn = serde_json::to_string_pretty(&contract_schema()).expect("the schema is JSON") + "\n";
    expect_file![format!("{ROOT}/docs/parse-contract.schema.json")].assert_eq(&drawn);
}

#[test]
fn every_contract_of_the_corpus_keeps_to_the_schema() {
    let schema = contract_schema();
    let mut count = 0;
    for entry in fs::read_dir(format!("{ROOT}/corpus/documents"))
        .expect("the corpus is part of the project")
        .flatten()
    {
        let Ok(source) = fs::read(entry.path().join("source.txt")) else {
            continue;
        };
        for with_text in [false, true] {
            let found = intake(&source, "source.txt", &IntakeSettings::default());
            let contract =
                serde_json::to_value(found.contract(Language::Chinese, with_text)).expect("a contract is JSON");
            assert_eq!(
                broken(&contract, &schema, &schema, "$"),
                Vec::<String>::new(),
                "{}",
                entry.path().display()
            );
            count += 1;
        }
    }
    assert!(count >= 20, "{count}");
}

#[test]
fn the_check_finds_what_does_not_keep_to_the_schema() {
    let schema = contract_schema();
    let found = intake(b"", "a.txt", &IntakeSettings::default());
    let mut contract = serde_json::to_value(found.contract(Language::Chinese, false)).expect("a contract is JSON");
    contract["document"]["chars"] = Value::String("7".to_owned());
    contract["surplus"] = Value::Null;
    contract["diagnostics"][0]["severity"] = Value::String("fatal".to_owned());
    assert_eq!(broken(&contract, &schema, &schema, "$").len(), 3);
}
