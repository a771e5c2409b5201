//! The record for other programs: CSV (RFC 4180) and JSON lines, oldest first, a page at a time. One line of the record is
//! one line of the file, whatever its texts hold; nothing in a cell can act as a formula.

use super::Row;
use crate::args;
use crate::platform::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::names;
use crate::platform::when;

/// Lines read at once.
const PAGE: usize = 500;

/// Which lines; empty texts and `None` ask for all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The person who did it or to whom it was done.
    pub person_id: String,
    /// The canonical address of such a person at the time of asking; several may have it.
    pub email_key: String,
    /// A part of either's name.
    pub name: String,
    pub event: String,
    /// Unix seconds, included.
    pub from: Option<i64>,
    /// Unix seconds, not included.
    pub until: Option<i64>,
}

/// A line with its number and hash in the chain, where it is sealed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Sealed {
    pub seq: Option<i64>,
    pub hash: Option<String>,
    #[sqlx(flatten)]
    pub row: Row,
}

/// Where a page of the record ends: time and id of its last line.
pub type Mark = (i64, String);

/// The lines after a mark, oldest first; at most 500.
///
/// # Errors
/// Faults of the database.
pub async fn after(db: &Db, practice: &str, filter: &Filter, mark: &Mark) -> Result<Vec<Sealed>> {
    db.all(
        "SELECT c.seq, c.hash, a.id, a.at, a.event, a.actor_kind, a.actor_id, a.actor_name, a.subject_id, a.subject_name, a.result,
                a.address, a.browser, a.session_id, a.request_id, a.detail
         FROM audit a LEFT JOIN audit_chain c ON c.practice_id = a.practice_id AND c.record_id = a.id
         WHERE a.practice_id = $1 AND (a.at, a.id) > ($2, $3) AND a.at >= $4 AND a.at < $5
           AND ($6 = '' OR a.event = $6) AND ($7 = '' OR a.subject_id = $7 OR a.actor_id = $7)
           AND ($13 = '' OR a.subject_id IN (SELECT p.id FROM person p WHERE p.practice_id = $1 AND p.email_key = $13)
                OR a.actor_id IN (SELECT p.id FROM person p WHERE p.practice_id = $1 AND p.email_key = $13))
           AND ($8 = '' OR LOWER(a.subject_name) LIKE $8 ESCAPE '\\' OR LOWER(a.actor_name) LIKE $8 ESCAPE '\\'
                OR $12 = 1 AND (LOWER(a.subject_name) LIKE $9 ESCAPE '\\' OR LOWER(a.actor_name) LIKE $9 ESCAPE '\\'
                    OR LOWER(a.subject_name) LIKE $10 ESCAPE '\\' OR LOWER(a.actor_name) LIKE $10 ESCAPE '\\'
                    OR LOWER(a.subject_name) LIKE $11 ESCAPE '\\' OR LOWER(a.actor_name) LIKE $11 ESCAPE '\\'))
         ORDER BY a.at, a.id LIMIT 500",
        arguments(practice, filter, mark),
    )
    .await
}

/// The lines before a mark, newest first; at most 51, so that a page of 50 knows whether another follows.
///
/// # Errors
/// Faults of the database.
pub async fn before(db: &Db, practice: &str, filter: &Filter, mark: &Mark) -> Result<Vec<Sealed>> {
    db.all(
        "SELECT c.seq, c.hash, a.id, a.at, a.event, a.actor_kind, a.actor_id, a.actor_name, a.subject_id, a.subject_name, a.result,
                a.address, a.browser, a.session_id, a.request_id, a.detail
         FROM audit a LEFT JOIN audit_chain c ON c.practice_id = a.practice_id AND c.record_id = a.id
         WHERE a.practice_id = $1 AND (a.at, a.id) < ($2, $3) AND a.at >= $4 AND a.at < $5
           AND ($6 = '' OR a.event = $6) AND ($7 = '' OR a.subject_id = $7 OR a.actor_id = $7)
           AND ($13 = '' OR a.subject_id IN (SELECT p.id FROM person p WHERE p.practice_id = $1 AND p.email_key = $13)
                OR a.actor_id IN (SELECT p.id FROM person p WHERE p.practice_id = $1 AND p.email_key = $13))
           AND ($8 = '' OR LOWER(a.subject_name) LIKE $8 ESCAPE '\\' OR LOWER(a.actor_name) LIKE $8 ESCAPE '\\'
                OR $12 = 1 AND (LOWER(a.subject_name) LIKE $9 ESCAPE '\\' OR LOWER(a.actor_name) LIKE $9 ESCAPE '\\'
                    OR LOWER(a.subject_name) LIKE $10 ESCAPE '\\' OR LOWER(a.actor_name) LIKE $10 ESCAPE '\\'
                    OR LOWER(a.subject_name) LIKE $11 ESCAPE '\\' OR LOWER(a.actor_name) LIKE $11 ESCAPE '\\'))
         ORDER BY a.at DESC, a.id DESC LIMIT 51",
        arguments(practice, filter, mark),
    )
    .await
}

fn arguments(practice: &str, filter: &Filter, mark: &Mark) -> Vec<crate::platform::db::Arg> {
    let pattern = |text: String| if filter.name.is_empty() { String::new() } else { contains(&text) };
    let [a, b, c, d] = names::spellings(&filter.name).map(pattern);
    args![
        practice,
        mark.0,
        &mark.1,
        filter.from.unwrap_or(0),
        filter.until.unwrap_or(i64::MAX),
        &filter.event,
        &filter.person_id,
        a,
        b,
        c,
        d,
        !filter.name.is_ascii(),
        &filter.email_key,
    ]
}

/// The LIKE pattern of "holds this text", with backslash as the escape.
pub fn contains(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// How a file of the record is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Csv,
    JsonLines,
}

impl Form {
    /// What stands before the first line.
    pub fn head(self) -> String {
        match self {
            Form::Csv => format!("{}\r\n", NAMES.join(",")),
            Form::JsonLines => String::new(),
        }
    }

    pub fn line(self, line: &Sealed) -> Result<String> {
        match self {
            Form::Csv => csv_line(line),
            Form::JsonLines => json_line(line),
        }
    }
}

/// The next piece of a file: its lines, and the mark to go on from; none at the end.
///
/// # Errors
/// Faults of the database.
pub async fn piece(
    db: &Db,
    practice: &str,
    filter: &Filter,
    form: Form,
    mark: &Mark,
) -> Result<Option<(String, Mark)>> {
    let mut lines = after(db, practice, filter, mark).await?;
    let Some(last) = lines.last() else { return Ok(None) };
    let mark = (last.row.at, last.row.id.clone());
    // Ids of two nodes or commands do not say which line of one second was first; the chain does.
    lines.sort_by_key(|line| (line.row.at, line.seq.unwrap_or(i64::MAX)));
    let mut text = String::with_capacity(lines.len().min(PAGE) * 300);
    for line in &lines {
        text.push_str(&form.line(line)?);
    }
    Ok(Some((text, mark)))
}

const NAMES: [&str; 17] = [
    "seq",
    "at",
    "event",
    "result",
    "actor_kind",
    "actor_id",
    "actor_name",
    "subject_id",
    "subject_name",
    "address",
    "browser",
    "session_id",
    "request_id",
    "detail",
    "id",
    "unix",
    "hash",
];

fn values(line: &Sealed) -> [String; 17] {
    let row = &line.row;
    [
        line.seq.map(|seq| seq.to_string()).unwrap_or_default(),
        when::rfc3339(row.at),
        row.event.clone(),
        row.result.clone(),
        row.actor_kind.clone(),
        row.actor_id.clone(),
        row.actor_name.clone(),
        row.subject_id.clone(),
        row.subject_name.clone(),
        row.address.clone(),
        row.browser.clone(),
        row.session_id.clone(),
        row.request_id.clone(),
        row.detail.clone(),
        row.id.clone(),
        row.at.to_string(),
        line.hash.clone().unwrap_or_default(),
    ]
}

fn csv_line(line: &Sealed) -> Result<String> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![]);
    let cells = values(line).map(|value| cell(&value));
    writer.write_record(&cells).map_err(|error| Error::fault("export", error))?;
    let bytes = writer.into_inner().map_err(|error| Error::fault("export", error))?;
    String::from_utf8(bytes).map_err(|error| Error::fault("export", error))
}

/// A cell that a spreadsheet reads as text (CWE-1236), in one line.
fn cell(value: &str) -> String {
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let shown = one_line(value);
    if formula { format!("'{shown}") } else { shown }
}

/// The text with control and line-breaking characters written out (`\u{1b}`), so that it stays one line and moves no cursor.
pub fn one_line(value: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    value.chars().map(|c| if breaks(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}

fn json_line(line: &Sealed) -> Result<String> {
    let mut object = serde_json::Map::new();
    for (name, value) in NAMES.iter().zip(values(line)) {
        object.insert((*name).to_owned(), value.into());
    }
    object.insert("seq".into(), line.seq.into());
    object.insert("unix".into(), line.row.at.into());
    if let Ok(detail) = serde_json::from_str::<serde_json::Value>(&line.row.detail) {
        object.insert("detail".into(), detail);
    }
    let text = serde_json::to_string(&object).map_err(|error| Error::fault("export", error))?;
    Ok(format!("{}\n", escape_rest(&text)))
}

/// JSON allows these as they are, but some readers of lines break at them.
fn escape_rest(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}') {
            safe.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str) -> Sealed {
        let text = String::new;
        let row = Row {
            id: "r".into(),
            at: 1_795_240_800,
            event: "closed".into(),
            actor_kind: "person".into(),
            actor_id: text(),
            actor_name: name.into(),
            subject_id: text(),
            subject_name: name.into(),
            result: "done".into(),
            address: text(),
            browser: text(),
            session_id: text(),
            request_id: text(),
            detail: "{\"by\":\"password\"}".into(),
        };
        Sealed { seq: Some(1), hash: None, row }
    }

    // AC-140, AC-178
    #[test]
    fn a_name_can_neither_break_a_line_nor_calculate() {
        let names = [
            "=HYPERLINK(\"http://evil\")",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "a\r\nb,closed",
            "\u{1b}[2Jx",
            "x\",\"event\":\"joined",
            "a\u{2028}b\u{85}c",
        ];
        for name in names {
            let text = Form::Csv.line(&line(name)).unwrap();
            assert_eq!(text.lines().count(), 1, "{text:?}");
            assert!(!text.trim_end().chars().any(char::is_control), "{text:?}");
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let record = reader.records().next().unwrap().unwrap();
            assert_eq!(record.len(), NAMES.len());
            assert!(!record[8].starts_with(['=', '+', '-', '@', '\t', '\r']), "{text:?}");
            let json = Form::JsonLines.line(&line(name)).unwrap();
            assert!(!json.trim_end_matches('\n').chars().any(|c| c.is_control() || c == '\u{2028}'), "{json:?}");
            let read: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert_eq!(read["subject_name"], name, "JSON gives back the very name");
            assert_eq!(read["event"], "closed");
            assert_eq!(read["detail"]["by"], "password");
        }
        assert_eq!(cell("Alex O'Brien-Smith"), "Alex O'Brien-Smith");
    }

    #[test]
    fn a_pattern_takes_its_text_literally() {
        assert_eq!(contains("50%_a\\b"), "%50\\%\\_a\\\\b%");
    }
}
