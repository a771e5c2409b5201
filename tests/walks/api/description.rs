//! The description says what is true: every call is in it, and every real answer has the shape that it promises.

use std::collections::BTreeSet;

use axum::http::Method;
use portico::api::description::OPENAPI;
use portico::ops::routes;
use serde_json::{Map, Value, json};

use crate::support::portal::JO;
use crate::support::program::{LINKS, Program, Reply, wish};
use crate::support::ways::somebody;
use crate::walk;

pub fn document() -> Value {
    serde_json::from_str(OPENAPI).unwrap()
}

/// What is wrong with a value by a schema; the words of JSON Schema that the description uses, and no others.
fn problems(schema: &Value, value: &Value, at: &str, all: &mut Vec<String>) {
    let known = [
        "$ref",
        "type",
        "enum",
        "format",
        "pattern",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "minItems",
        "maxItems",
        "minLength",
        "maxLength",
        "minProperties",
        "maxProperties",
        "description",
    ];
    for word in schema.as_object().unwrap().keys() {
        assert!(known.contains(&word.as_str()), "{at}: the test does not know «{word}»");
    }
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.strip_prefix('#').unwrap();
        let document = document();
        return problems(document.pointer(pointer).unwrap_or_else(|| panic!("{name}")), value, at, all);
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let kind = kind_of(value);
    if !kinds.contains(&kind) {
        return all.push(format!("{at} is {kind}, not {kinds:?}"));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        all.push(format!("{at} is {value}, none of {words:?}"));
    }
    match value {
        Value::String(text) => text_problems(schema, text, at, all),
        Value::Array(items) => {
            if (items.len() as u64) < schema["minItems"].as_u64().unwrap_or(0) {
                all.push(format!("{at} is too short"));
            }
            items.iter().enumerate().for_each(|(n, item)| problems(&schema["items"], item, &format!("{at}/{n}"), all));
        }
        Value::Object(members) => member_problems(schema, members, at, all),
        _ => {}
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn member_problems(schema: &Value, members: &Map<String, Value>, at: &str, all: &mut Vec<String>) {
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !members.contains_key(name) {
            all.push(format!("{at}/{name} is missing"));
        }
    }
    for (name, member) in members {
        match schema["properties"].get(name) {
            Some(schema) => problems(schema, member, &format!("{at}/{name}"), all),
            None if schema["additionalProperties"] == false => all.push(format!("{at}/{name} is not described")),
            None => {}
        }
    }
}

fn text_problems(schema: &Value, text: &str, at: &str, all: &mut Vec<String>) {
    let plain = |extra: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || extra.as_bytes().contains(&b));
    let fine = match schema["format"].as_str() {
        Some("date-time") => text.len() == 20 && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok(),
        Some("uuid") => text.len() == 36 && uuid::Uuid::parse_str(text).is_ok(),
        Some("uri") => text.parse::<axum::http::Uri>().is_ok_and(|uri| uri.scheme().is_some()),
        Some(other) => panic!("{at}: the test does not know the format {other}"),
        None => true,
    } && match schema["pattern"].as_str() {
        Some("^[A-Za-z0-9_-]{43}$") => text.len() == 43 && plain("-_"),
        Some("^urn:portico:problem:[a-z-]+$") => text.starts_with("urn:portico:problem:") && plain(":-"),
        Some(other) => panic!("{at}: the test does not know the pattern {other}"),
        None => true,
    };
    if !fine {
        all.push(format!("{at}: «{text}» is of another form"));
    }
}

/// Holds an answer against what its call promises for that status.
#[track_caller]
pub fn is_as_described(method: &str, path: &str, reply: &Reply) {
    let document = document();
    let call = &document["paths"][path][method];
    let mut answer = call["responses"]
        .get(reply.status.to_string())
        .unwrap_or_else(|| panic!("{method} {path}: {} is not described", reply.status));
    if let Some(name) = answer["$ref"].as_str() {
        answer = document.pointer(&name[1..]).unwrap();
    }
    for (name, _) in
        answer["headers"].as_object().into_iter().flatten().filter(|(name, _)| *name != "Idempotency-Replayed")
    {
        assert!(reply.headers.contains_key(name.as_str()), "{method} {path} {}: without {name}", reply.status);
    }
    let Some(kinds) = answer["content"].as_object() else {
        assert!(reply.text.is_empty(), "{method} {path}: {}", reply.text);
        return;
    };
    let kind = reply.headers["content-type"].to_str().unwrap();
    let schema = &kinds
        .get(kind)
        .unwrap_or_else(|| panic!("{method} {path} {}: {kind} is not described", reply.status))["schema"];
    let mut all = vec![];
    problems(schema, &reply.json(), "", &mut all);
    assert!(all.is_empty(), "{method} {path} {}: {all:#?}\n{}", reply.status, reply.text);
}

#[test]
fn every_call_is_described_and_no_other() {
    let mut real = BTreeSet::new();
    for route in
        routes::table().into_iter().filter(|route| ["program_routes", "hook_routes"].contains(&route.area.as_str()))
    {
        real.extend(route.methods.iter().map(|method| format!("{} {}", method.to_lowercase(), route.path)));
    }
    let document = document();
    let mut said = BTreeSet::new();
    for (path, calls) in document["paths"].as_object().unwrap() {
        said.extend(
            calls
                .as_object()
                .unwrap()
                .keys()
                .filter(|key| *key != "parameters")
                .map(|method| format!("{method} {path}")),
        );
    }
    assert_eq!(real, said);
    assert_eq!(document["openapi"], "3.1.0");
}

/// The judge itself: a shape that is not as promised is seen.
#[test]
fn the_judge_sees_what_is_wrong() {
    let schema = json!({ "$ref": "#/components/schemas/GuestLink" });
    let mut all = vec![];
    problems(&schema, &json!({ "id": "x", "state": "asleep", "more": 1, "opened_at": "yesterday" }), "", &mut all);
    for part in
        ["/id: «x»", "/state is \"asleep\"", "/more is not described", "/opened_at: «yesterday»", "/url is missing"]
    {
        assert!(all.iter().any(|problem| problem.contains(part)), "{part}: {all:#?}");
    }
}

walk!(every_answer_is_as_described, |stage| {
    let program = Program::at_harbour(&stage).await;
    let jo = somebody(&stage, JO).await.id;
    let anybody = Program::without_key(&stage);
    let stranger = Program { key: "portico_x".into(), ..program.clone() };
    let post = async |program: &Program, body: Value| program.call(Method::POST, LINKS, Some(body)).await;
    let once = program.with("idempotency-key", "one");
    let first = post(&once, wish(&stage, &jo)).await;
    let mut statuses = BTreeSet::new();
    let mut other = wish(&stage, &jo);
    other["resource"] = json!("another");
    for reply in [
        first.clone(),
        post(&once, wish(&stage, &jo)).await,
        post(&once, other).await,
        post(&program, json!({ "client": {} })).await,
        post(&anybody, json!({})).await,
        post(&stranger, json!({})).await,
        program.send(Method::POST, LINKS, "application/json", b"{".to_vec()).await,
        program.send(Method::POST, LINKS, "text/plain", b"{}".to_vec()).await,
        program.send(Method::POST, LINKS, "application/json", vec![b' '; 100_000]).await,
    ] {
        is_as_described("post", LINKS, &reply);
        statuses.insert(reply.status);
    }
    assert_eq!(statuses, [201, 400, 401, 413, 415, 422].into());
    let (one, shape) = (format!("{LINKS}/{}", first.json()["id"].as_str().unwrap()), "/api/v1/guest-links/{id}");
    is_as_described("get", shape, &program.call(Method::GET, &one, None).await);
    stage.wait(3700);
    stage.browser().open(&crate::support::program::path_of(&first.json())).await;
    is_as_described("get", shape, &program.call(Method::GET, &one, None).await);
    is_as_described("delete", shape, &anybody.call(Method::DELETE, &one, None).await);
    is_as_described("delete", shape, &program.call(Method::DELETE, &one, None).await);
    let ended = program.call(Method::GET, &one, None).await;
    is_as_described("get", shape, &ended);
    assert!(ended.json()["ended_at"].is_string() && ended.json()["opened_at"].is_string());
    let none = format!("{LINKS}/0196c5f0-0000-7000-8000-000000000000");
    is_as_described("get", shape, &program.call(Method::GET, &none, None).await);
    is_as_described("delete", shape, &program.call(Method::DELETE, &none, None).await);
    stage.au().execute("UPDATE api_key SET scopes = 'x'", vec![]).await.unwrap();
    is_as_described("get", shape, &program.call(Method::GET, &one, None).await);
    is_as_described("get", "/api/v1/jwks.json", &anybody.call(Method::GET, "/api/v1/jwks.json", None).await);
    let description = anybody.call(Method::GET, "/api/v1/openapi.json", None).await;
    is_as_described("get", "/api/v1/openapi.json", &description);
    assert_eq!(description.json(), document());
    for _ in 0..40 {
        stranger.call(Method::GET, &one, None).await;
    }
    let slowed = stranger.call(Method::GET, &one, None).await;
    is_as_described("get", shape, &slowed);
    assert_eq!(slowed.status, 429);
});
