//! `POST /api/v1/bounces`: mail that came back, reported by the operator's mail service. It does what `portico mail bounce`
//! does, so a report counts only when it names the signed return address of one of our messages (AC-076).

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::body;
use super::fields::Fields;
use super::signature;
use crate::notices::bounce::{self, Report, Taken};
use crate::platform::error::{Error, Result};
use crate::platform::problem_json::{Problem, Wrong};
use crate::platform::web::{Query, Visit};

/// Reports of one call.
const MOST_REPORTS: usize = 100;
/// Characters of an address (RFC 5321, 4.5.3.1.3), and of another server's words.
const MOST_ADDRESS: usize = 254;
const MOST_REASON: usize = 1000;
/// A whole mail, or its parts (RFC 3462, RFC 3464).
const MAIL: &[&str] = &["message/rfc822", "multipart/report"];

/// `POST /api/v1/bounces`, under any name of this server.
pub async fn take(visit: Visit, headers: HeaderMap, Query(query): Query, bytes: Bytes) -> Result<Response> {
    // read
    let secret = bounce::hook_secret(&visit.server).ok_or(Error::NotFound)?;
    if !signature::is_signed(secret, &headers, &bytes, visit.now) {
        return Ok(Problem::new(StatusCode::UNAUTHORIZED, "signature").answer(&visit));
    }
    let kind = body::kind_of(&headers).unwrap_or_default();
    let reports = if MAIL.contains(&kind.as_str()) { Ok(vec![]) } else { reports(&visit, &headers, &bytes) };
    let reports = match reports {
        Ok(reports) => reports,
        Err(problem) => return Ok(problem.answer(&visit)),
    };

    // write
    let mut results = vec![];
    if reports.is_empty() {
        results.push(word(&bounce::take(&visit.server, query.trimmed("to"), &bytes).await?)?);
    }
    for (to, report) in reports {
        results.push(word(&bounce::take_report(&visit.server, &to, report).await?)?);
    }
    let text = json!({ "results": results }).to_string();
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// The reports of the JSON form, at least one, or everything that is wrong with them.
fn reports(visit: &Visit, headers: &HeaderMap, bytes: &Bytes) -> Result<Vec<(String, Report)>, Problem> {
    let object = body::object(visit, headers, bytes)?;
    let mut fields = Fields::new(visit, &object);
    let list = fields.get("reports").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if !(1..=MOST_REPORTS).contains(&list.len()) {
        fields.problem_with("reports", "api-field-reports", &[("most", &MOST_REPORTS.to_string())]);
    }
    fields.nothing_else();
    let (mut all, mut wrong) = (vec![], fields.wrong);
    let none = Map::new();
    for (place, value) in list.iter().take(MOST_REPORTS).enumerate() {
        let mut within = Fields::within(visit, value.as_object().unwrap_or(&none), &format!("/reports/{place}"));
        all.extend(report(&mut within));
        wrong.append(&mut within.wrong);
    }
    if wrong.is_empty() { Ok(all) } else { Err(refused(wrong)) }
}

fn report(fields: &mut Fields<'_>) -> Option<(String, Report)> {
    let to = fields.needed("to", MOST_ADDRESS);
    let failed = match fields.needed("action", 20) {
        Some("failed") => Some(true),
        Some("delayed") => Some(false),
        Some(_) => {
            fields.problem("action", "api-field-action");
            None
        }
        None => None,
    };
    let reason = fields.text("reason", MOST_REASON).unwrap_or_default();
    fields.nothing_else();
    Some((to?.to_owned(), Report::new(failed?, reason)))
}

fn refused(wrong: Vec<Wrong>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "fields").wrong(wrong)
}

/// The whole call is to be sent again where one report is early: what was noted is nothing new then.
fn word(taken: &Taken) -> Result<&'static str> {
    match taken {
        Taken::Noted => Ok("noted"),
        Taken::NotOurs => Ok("not-ours"),
        Taken::Nothing => Ok("nothing-new"),
        Taken::Later => Err(Error::OutOfService),
    }
}
