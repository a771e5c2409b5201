//! The record for a practice's administrators: newest first, filtered, in words; and as a file for other programs.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::record_words::{Line, day_begins, day_is_over};
use super::{actor, administrator, begin_alone};
use crate::args;
use crate::audit::export::{self, Filter, Form, Mark};
use crate::notices::{Event, Happening, happened};
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Query, Visit, encode, page, page_with};
use crate::platform::when;
use crate::sign_in::person;
use crate::sign_in::session::{self, Session};

/// Lines on one page.
const PAGE: usize = 50;

#[derive(askama::Template)]
#[template(path = "practice/record.html")]
struct RecordPage {
    frame: Frame,
    intro: String,
    lines: Vec<Line>,
    name: String,
    person: String,
    person_name: String,
    from: String,
    from_problem: Option<String>,
    until: String,
    until_problem: Option<String>,
    events: Vec<Choice>,
    next: Option<String>,
    /// The filter as a query, for the files.
    query: String,
}

struct Choice {
    word: &'static str,
    label: String,
    chosen: bool,
}

/// `GET /practice/record`.
pub async fn list(visit: Visit, Query(query): Query) -> Result<Response> {
    let session = match administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let Some(filter) = filter_of(&visit, &query).await? else { return no_such_day(&visit, &session, &query) };
    let practice = &visit.practice()?.id;
    let mut lines = export::before(visit.db()?, practice, &filter, &mark_of(query.text("before"))).await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let same = same_query(&query);
    let last = lines.last().filter(|_| more);
    let next = last.map(|last| format!("{same}&before={}.{}", last.row.at, last.row.id));
    let of = if filter.person_id.is_empty() {
        None
    } else {
        person::by_id(visit.db()?, practice, &filter.person_id).await?
    };
    page(&RecordPage {
        lines: lines.iter().map(|line| Line::of(&visit, &line.row)).collect(),
        person_name: of.map(|person| person.name).unwrap_or_default(),
        next,
        ..RecordPage::of(&visit, &session, &query)
    })
}

/// The form as it was filled in, with what is wrong in it: lines of other days would pass for those of this one.
fn no_such_day(visit: &Visit, session: &Session, query: &Fields) -> Result<Response> {
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &RecordPage::of(visit, session, query))
}

impl RecordPage {
    fn of(visit: &Visit, session: &Session, query: &Fields) -> RecordPage {
        let problem = |name: &str| day(visit, query, name).is_err().then(|| visit.say("record-wrong-day"));
        RecordPage {
            frame: session::frame(visit, session, "record-title"),
            intro: visit.say_with("record-intro", &[("years", &visit.server.config.audit_keep_years.to_string())]),
            lines: vec![],
            name: query.trimmed("name").to_owned(),
            person: query.text("person").to_owned(),
            person_name: String::new(),
            from: query.trimmed("from").to_owned(),
            from_problem: problem("from"),
            until: query.trimmed("until").to_owned(),
            until_problem: problem("until"),
            events: choices(visit, query.text("event")),
            next: None,
            query: same_query(query),
        }
    }
}

/// When the chosen time begins or is over (unix seconds), or that there is no such day; none where no day is given.
fn day(visit: &Visit, query: &Fields, name: &str) -> Result<Option<i64>, NoSuchDay> {
    let typed = query.trimmed(name);
    if typed.is_empty() {
        return Ok(None);
    }
    let at = if name == "from" { day_begins(typed, visit.zone()) } else { day_is_over(typed, visit.zone()) };
    at.map(Some).ok_or(NoSuchDay)
}

struct NoSuchDay;

fn choices(visit: &Visit, chosen: &str) -> Vec<Choice> {
    let words = Event::ALL.iter().map(|event| event.word());
    let mut all: Vec<Choice> = words
        .map(|word| Choice { word, label: visit.say(&format!("record-name-{word}")), chosen: word == chosen })
        .collect();
    all.sort_by(|a, b| a.label.cmp(&b.label));
    all
}

/// What is asked for; none where a day is no day.
async fn filter_of(visit: &Visit, query: &Fields) -> Result<Option<Filter>> {
    let (Ok(from), Ok(until)) = (day(visit, query, "from"), day(visit, query, "until")) else { return Ok(None) };
    let name: String = query.trimmed("name").chars().take(254).collect();
    let mut filter = Filter {
        person_id: query.text("person").chars().take(40).collect(),
        event: query.text("event").chars().take(60).collect(),
        from,
        until,
        email_key: String::new(),
        name,
    };
    // An address finds whoever has it, colleagues and clients; names in the record are those of the time of the act.
    if let Ok(email) = Email::parse(&filter.name)
        && is_somebodys(visit, email.canonical()).await?
    {
        email.canonical().clone_into(&mut filter.email_key);
        filter.name.clear();
    }
    Ok(Some(filter))
}

async fn is_somebodys(visit: &Visit, email_key: &str) -> Result<bool> {
    let found: Option<(String,)> = visit
        .db()?
        .optional(
            "SELECT id FROM person WHERE practice_id = $1 AND email_key = $2 LIMIT 1",
            args![&visit.practice()?.id, email_key],
        )
        .await?;
    Ok(found.is_some())
}

fn same_query(query: &Fields) -> String {
    let names = ["person", "name", "event", "from", "until"];
    let given = names.into_iter().filter(|name| !query.trimmed(name).is_empty());
    given.map(|name| format!("{name}={}", encode(query.trimmed(name)))).collect::<Vec<_>>().join("&")
}

fn mark_of(before: &str) -> Mark {
    let parts = before.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
    parts.unwrap_or((i64::MAX, String::new()))
}

/// `GET /practice/record.csv`.
pub async fn csv(visit: Visit, Query(query): Query) -> Result<Response> {
    file(&visit, &query, Form::Csv).await
}

/// `GET /practice/record.jsonl`.
pub async fn json_lines(visit: Visit, Query(query): Query) -> Result<Response> {
    file(&visit, &query, Form::JsonLines).await
}

async fn file(visit: &Visit, query: &Fields, form: Form) -> Result<Response> {
    let session = match administrator(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let Some(filter) = filter_of(visit, query).await? else { return no_such_day(visit, &session, query) };
    let (kind, ending) = match form {
        Form::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
        Form::JsonLines => ("application/jsonl; charset=utf-8", "jsonl"),
    };
    let mut tx = begin_alone(visit, &session).await?;
    let me = person::by_id_in(&mut tx, &visit.practice()?.id, &session.person_id).await?;
    let exported = Happening::of(Event::RecordExported, &me).by(actor(&session)).session(&session.id);
    happened(visit, &mut tx, exported.detail("form", ending).detail("filter", &same_query(query))).await?;
    tx.commit().await?;
    let day = when::rfc3339(visit.now);
    let name = format!("record-{}-{}.{ending}", visit.practice()?.slug, day.get(..10).unwrap_or_default());
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .map_err(|error| Error::fault("file name", error))?;
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, disposition)];
    Ok((StatusCode::OK, headers, body(visit, filter, form)?).into_response())
}

/// The file in pieces of 500 lines, read as the browser takes them, so that its size never matters. A read that fails
/// breaks the transfer off: a browser then shows a failed download, never a short file that looks whole.
fn body(visit: &Visit, filter: Filter, form: Form) -> Result<Body> {
    let (db, practice) = (visit.db()?.clone(), visit.practice()?.id.clone());
    // What comes in later belongs to the next export; without a bound a busy practice's file would never end.
    let filter = Filter { until: Some(filter.until.unwrap_or(i64::MAX).min(visit.now + 1)), ..filter };
    let start = Some((form.head(), (i64::MIN, String::new())));
    let pieces = stream::unfold((db, practice, filter, start), move |(db, practice, filter, state)| async move {
        let (text, mark) = state?;
        match export::piece(&db, &practice, &filter, form, &mark).await {
            Ok(Some((more, mark))) => Some((Ok(Bytes::from(text)), (db, practice, filter, Some((more, mark))))),
            Ok(None) => Some((Ok(Bytes::from(text)), (db, practice, filter, None))),
            Err(error) => Some((Err(error), (db, practice, filter, None))),
        }
    });
    Ok(Body::from_stream(pieces))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::record_words::event_id;

    #[test]
    fn every_event_has_its_words() {
        let texts = crate::platform::text::Texts::load().unwrap();
        for event in Event::ALL {
            assert!(texts.has(&event_id(event.word())), "{event:?}");
            assert!(texts.has(&format!("record-name-{}", event.word())), "{event:?}");
        }
    }
}
