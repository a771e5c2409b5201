//! The members of a call's object, read one after the other; what is wrong with them is gathered, so that a caller hears of
//! everything at once.

use serde_json::{Map, Value};

use crate::platform::problem_json::Wrong;
use crate::platform::web::Visit;

/// Reads an object and notes what is wrong.
pub(super) struct Fields<'a> {
    visit: &'a Visit,
    object: &'a Map<String, Value>,
    /// Where the object stands in the whole, as a pointer.
    above: String,
    known: Vec<&'static str>,
    pub wrong: Vec<Wrong>,
}

impl<'a> Fields<'a> {
    pub fn new(visit: &'a Visit, object: &'a Map<String, Value>) -> Fields<'a> {
        Fields { visit, object, above: String::new(), known: vec![], wrong: vec![] }
    }

    /// The fields of an object within.
    pub fn within(visit: &'a Visit, object: &'a Map<String, Value>, above: &str) -> Fields<'a> {
        Fields { above: above.to_owned(), ..Fields::new(visit, object) }
    }

    /// Notes a problem in the words of that sentence.
    pub fn problem(&mut self, name: &str, sentence: &str) {
        self.problem_with(name, sentence, &[]);
    }

    pub fn problem_with(&mut self, name: &str, sentence: &str, values: &[(&str, &str)]) {
        let pointer = format!("{}/{}", self.above, name.replace('~', "~0").replace('/', "~1"));
        self.wrong.push(Wrong { pointer, detail: self.visit.say_with(sentence, values) });
    }

    /// The member of that name; `null` is as good as none.
    pub fn get(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// A text of 1 to so many characters; without one nothing is noted.
    pub fn text(&mut self, name: &'static str, most: usize) -> Option<&'a str> {
        let value = self.get(name)?;
        let text = value.as_str().filter(|text| (1..=most).contains(&text.chars().count()));
        if text.is_none() {
            self.problem_with(name, "api-field-text", &[("most", &most.to_string())]);
        }
        text
    }

    /// As [`Fields::text`]; without one the field is missing.
    pub fn needed(&mut self, name: &'static str, most: usize) -> Option<&'a str> {
        if self.get(name).is_none() {
            self.problem(name, "api-field-missing");
            return None;
        }
        self.text(name, most)
    }

    /// A time (RFC 3339, with its offset) as unix seconds.
    pub fn time(&mut self, name: &'static str) -> Option<i64> {
        let text = self.needed(name, 64)?;
        let at = text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second);
        if at.is_none() {
            self.problem(name, "api-field-time");
        }
        at
    }

    /// Notes every member that nobody asked for: most likely a name was misspelt.
    pub fn nothing_else(&mut self) {
        let more: Vec<&String> = self.object.keys().filter(|name| !self.known.contains(&name.as_str())).collect();
        for name in more.into_iter().take(20) {
            let short: String = name.chars().take(80).collect();
            self.problem(&short, "api-field-unknown");
        }
    }
}
