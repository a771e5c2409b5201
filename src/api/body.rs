//! The JSON body of a call. It has one meaning: UTF-8, no name twice, no nesting without end, an object at the top.

use std::fmt;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::platform::problem_json::{Problem, Wrong};
use crate::platform::web::Visit;

/// The media type of a request, lower case, when its text is UTF-8 or says nothing about it.
pub(super) fn kind_of(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?.to_ascii_lowercase();
    let mut pieces = kind.split(';').map(str::trim);
    let name = pieces.next()?.to_owned();
    let other = |piece: &str| piece.strip_prefix("charset=").is_some_and(|set| set.trim_matches('"') != "utf-8");
    (!pieces.any(other)).then_some(name)
}

/// Reads the object that a call brings.
pub(super) fn object(visit: &Visit, headers: &HeaderMap, body: &Bytes) -> Result<Map<String, Value>, Problem> {
    if kind_of(headers).as_deref() != Some("application/json") {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-type"));
    }
    let Ok(text) = std::str::from_utf8(body) else { return Err(Problem::new(StatusCode::BAD_REQUEST, "text")) };
    match serde_json::from_str::<Strict>(text) {
        Ok(Strict(Value::Object(object))) => Ok(object),
        Ok(_) => Err(unreadable(visit, "1", "1")),
        Err(error) => Err(unreadable(visit, &error.line().to_string(), &error.column().to_string())),
    }
}

fn unreadable(visit: &Visit, line: &str, column: &str) -> Problem {
    let detail = visit.say_with("api-json-where", &[("line", line), ("column", column)]);
    Problem::new(StatusCode::BAD_REQUEST, "json").wrong(vec![Wrong { pointer: String::new(), detail }])
}

/// A value in which no object has a name twice: of two, programs on the way may take the other one.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Strict, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = vec![];
        while let Some(Strict(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, Strict>()? {
            if all.insert(name, value).is_some() {
                return Err(A::Error::custom("a name twice"));
            }
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str) -> bool {
        serde_json::from_str::<Strict>(text).is_ok()
    }

    #[test]
    fn json_has_one_meaning() {
        assert!(reads(r#"{"a": [1, -2, 3.5, true, null, {"b": "c"}], "d": {"a": 1}}"#));
        for bad in [r#"{"a": 1, "a": 2}"#, r#"{"a": {"b": 1, "b": 1}}"#, r#"{"a": 1"#, "{a: 1}", "", r#"{"a": 1} x"#] {
            assert!(!reads(bad), "{bad}");
        }
        assert!(!reads(&"[".repeat(100_000)), "as deep as it likes");
    }

    #[test]
    fn other_alphabets_are_refused() {
        let kind = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, text.parse().unwrap());
            kind_of(&headers)
        };
        assert_eq!(kind("Application/JSON; charset=UTF-8").as_deref(), Some("application/json"));
        assert_eq!(kind("application/json; charset=utf-16"), None);
    }
}
