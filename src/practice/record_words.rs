//! The record in words: what an event is called, and the days a person types. No query is here.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::audit::Row;
use crate::audit::export::one_line;
use crate::platform::web::Visit;

/// One line as people read it.
pub struct Line {
    pub at: i64,
    pub words: String,
    pub result: String,
    pub place: String,
    /// Names and values; what is a sentence has no value.
    pub details: Vec<(String, String)>,
}

impl Line {
    pub fn of(visit: &Visit, row: &Row) -> Line {
        let nobody = visit.say("record-nobody");
        let or_nobody = |name: &str| if name.is_empty() { nobody.clone() } else { one_line(name) };
        let actor = match row.actor_kind.as_str() {
            "system" => visit.say("record-system"),
            "stranger" => visit.say("record-stranger"),
            _ => or_nobody(&row.actor_name),
        };
        let words =
            visit.say_with(&event_id(&row.event), &[("person", &or_nobody(&row.subject_name)), ("actor", &actor)]);
        // Older lines of jobs and commands say where nobody was.
        let nowhere = row.address.is_empty() || row.address == "0.0.0.0";
        let place = [row.address.as_str(), row.browser.as_str()];
        let place = place.into_iter().filter(|part| !part.is_empty() && !nowhere);
        Line {
            at: row.at,
            words,
            result: row.result.clone(),
            place: place.map(one_line).collect::<Vec<_>>().join(", "),
            details: details(visit, &row.detail),
        }
    }
}

/// The catalogue's name of an event.
pub fn event_id(event: &str) -> String {
    format!("record-event-{event}")
}

fn details(visit: &Visit, json: &str) -> Vec<(String, String)> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let said =
        object.iter().map(|(name, value)| (one_line(name), one_line(&text(value)))).filter(|(_, v)| !v.is_empty());
    // A reset that stopped a change of address says so; that there was none to stop tells nobody anything,
    // nor does what chose the words of a mail.
    said.filter(|(name, value)| name != "held" && (name != "stopped" || value != "no"))
        .map(
            |(name, value)| {
                if name == "stopped" { (visit.say("record-detail-stopped"), String::new()) } else { (name, value) }
            },
        )
        .collect()
}

/// The first second of a day (`2026-11-30`) in a zone.
pub fn day_begins(typed: &str, zone: &str) -> Option<i64> {
    let day: Date = typed.parse().ok()?;
    Some(day.to_zoned(TimeZone::get(zone).unwrap_or(TimeZone::UTC)).ok()?.timestamp().as_second())
}

/// The first second after a day.
pub fn day_is_over(typed: &str, zone: &str) -> Option<i64> {
    let day: Date = typed.parse().ok()?;
    day_begins(&day.tomorrow().ok()?.to_string(), zone)
}
