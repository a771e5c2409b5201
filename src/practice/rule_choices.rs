//! What the pages of rules offer: numbers to choose from, with the one that holds now, and what is wrong beside a field.

use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit};

/// How long a mailed link may work, in minutes (decisions.md: 10 minutes to 24 hours).
pub(super) const LINK_MINUTES: &[i64] = &[10, 60, 240, 1440];
/// Days that a browser may stay signed in; 0: not at all (decisions.md: 1 to 90).
pub(super) const KEEP_DAYS: &[i64] = &[0, 1, 7, 14, 30, 60, 90];
/// Idle limits in minutes (decisions.md: 10 minutes to 12 hours).
pub(super) const IDLE_MINUTES: &[i64] = &[10, 15, 30, 60, 120, 240, 720];
/// Total limits in minutes; never over 12 hours (decisions.md).
pub(super) const TOTAL_MINUTES: &[i64] = &[60, 120, 240, 480, 720];

/// What is wrong, by the field it stands beside.
#[derive(Default)]
pub(super) struct Problems(Vec<(&'static str, String)>);

impl Problems {
    pub fn add(&mut self, field: &'static str, words: String) {
        self.0.push((field, words));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn list(&self) -> &[(&'static str, String)] {
        &self.0
    }

    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, words)| words.as_str())
    }
}

/// A list of numbers on a page, `practice/rule_select.html`.
pub(super) struct Select {
    pub name: &'static str,
    pub label: String,
    pub hint: String,
    /// Value, whether it is chosen, and its words.
    pub options: Vec<(i64, bool, String)>,
    pub problem: Option<String>,
}

/// A number that a practice chooses from a list.
#[derive(Clone, Copy)]
pub(super) struct Number {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub offered: &'static [i64],
    /// The sentence that says a value, by its `count`.
    pub words: &'static str,
}

impl Number {
    /// The number that was sent: one of the list, or the one that holds now, which may be another.
    pub fn typed(&self, fields: &Fields, now: i64) -> Option<i64> {
        let typed = fields.trimmed(self.name).parse().ok()?;
        (typed == now || self.offered.contains(&typed)).then_some(typed)
    }

    /// The list with `chosen` in its place, even where it is none of those offered.
    pub fn select(&self, frame: &Frame, chosen: i64, problems: &Problems) -> Select {
        let mut offered = self.offered.to_vec();
        if !offered.contains(&chosen) {
            offered.push(chosen);
            offered.sort_unstable();
        }
        let words = |count: i64| frame.say1(self.words, "count", &count.to_string());
        Select {
            name: self.name,
            label: frame.say(self.label),
            hint: if self.hint.is_empty() { String::new() } else { frame.say(self.hint) },
            options: offered.into_iter().map(|count| (count, count == chosen, words(count))).collect(),
            problem: problems.of(self.name).map(str::to_owned),
        }
    }
}

/// The numbers that were sent, or the ones before with what is wrong with them beside each.
pub(super) fn read<const N: usize>(
    visit: &Visit,
    fields: &Fields,
    wanted: [(Number, i64); N],
    problems: &mut Problems,
) -> [i64; N] {
    wanted.map(|(number, now)| {
        number.typed(fields, now).unwrap_or_else(|| {
            problems.add(number.name, visit.say_with("rules-choose", &[("field", &visit.say(number.label))]));
            now
        })
    })
}

/// The values of a page by the names of its fields, as they go along in it: what somebody else changes meanwhile is then seen.
pub(super) type Values = Vec<(&'static str, String)>;

/// The values as the page carries them, in its field `was`.
pub(super) fn carried(values: &Values) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(values).finish()
}

/// What was sent, with what somebody else changed since the page was opened; none where nothing was. What the sender left as
/// it was shown takes the value of now, what they changed stays theirs.
pub(super) fn merged(fields: &Fields, now: &Values) -> Option<Fields> {
    let was: Vec<(String, String)> = form_urlencoded::parse(fields.text("was").as_bytes()).into_owned().collect();
    let shown = |name: &str| was.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    if now.iter().all(|(name, value)| shown(name) == Some(value)) {
        return None;
    }
    let one = |(name, now): &(&'static str, String)| {
        let sent = fields.text(name);
        ((*name).to_owned(), if shown(name) == Some(sent) { now.clone() } else { sent.to_owned() })
    };
    Some(Fields::of(now.iter().map(one).collect()))
}

/// A box as its field is sent.
pub(super) fn tick(on: bool) -> String {
    if on { "1".to_owned() } else { String::new() }
}

/// One line, without the white space around and between.
pub(super) fn line(fields: &Fields, name: &str) -> String {
    fields.trimmed(name).split_whitespace().collect::<Vec<_>>().join(" ")
}
