//! Times in words, in the practice's own zone. Pure.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// "21 November 2026, 10:42 am AEDT".
pub fn full(at: i64, zone: &str) -> String {
    written(at, zone, "%-d %B %Y, %-I:%M %P %Z")
}

/// "21 November 2026".
pub fn day(at: i64, zone: &str) -> String {
    written(at, zone, "%-d %B %Y")
}

/// "10:42 am".
pub fn clock(at: i64, zone: &str) -> String {
    written(at, zone, "%-I:%M %P")
}

/// As [`clock`], for a time to wait for: never named before it has come, so seconds count as a minute.
pub fn clock_from(at: i64, zone: &str) -> String {
    clock(next_minute(at), zone)
}

/// The first whole minute that is not before a time (unix seconds).
pub fn next_minute(at: i64) -> i64 {
    at.saturating_add(59).div_euclid(60) * 60
}

/// "10:42 am AEDT".
pub fn zoned_clock(at: i64, zone: &str) -> String {
    written(at, zone, "%-I:%M %P %Z")
}

/// RFC 3339 in UTC, for machines and the record.
pub fn rfc3339(at: i64) -> String {
    written(at, "UTC", "%Y-%m-%dT%H:%M:%SZ")
}

fn written(at: i64, zone: &str, pattern: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Timestamp::from_second(at).map_or_else(|_| at.to_string(), |at| at.to_zoned(zone).strftime(pattern).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_to_come_too_early() {
        for (seconds, named) in [(0, "1:42 pm"), (1, "1:43 pm"), (36, "1:43 pm"), (60, "1:43 pm"), (61, "1:44 pm")] {
            assert_eq!(clock_from(1_795_228_920 + seconds, "Australia/Sydney"), named);
        }
    }

    #[test]
    fn people_read_their_own_clock() {
        assert_eq!(full(1_795_228_920, "Australia/Sydney"), "21 November 2026, 1:42 pm AEDT");
        assert_eq!(rfc3339(1_795_228_920), "2026-11-21T02:42:00Z");
        assert_eq!(day(1_795_228_920, "No/Where"), "21 November 2026");
    }
}
