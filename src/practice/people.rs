//! The list of a practice's staff with the state of everyone's sign-in; searched by name or address, a page at a time.

use std::collections::HashSet;

use axum::response::Response;

use super::administrator;
use crate::args;
use crate::audit::export::contains;
use crate::factors::password_lanes::far_lane;
use crate::platform::email::looks_mixed;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::limit;
use crate::platform::names;
use crate::platform::web::{Query, Visit, encode, page};
use crate::sign_in::invitation::SECONDS as INVITATION_SECONDS;
use crate::sign_in::session;

/// People on one page.
const PAGE: usize = 50;

#[derive(askama::Template)]
#[template(path = "practice/people.html")]
struct PeoplePage {
    frame: Frame,
    people: Vec<Member>,
    search: String,
    show: String,
    /// The rest of the address of the next page.
    next: Option<String>,
    my_id: String,
    filtered: bool,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Member {
    pub id: String,
    pub name: String,
    pub email: String,
    pub email_key: String,
    pub role: String,
    pub has_totp: i64,
    pub passkeys: i64,
    pub last_sign_in_at: Option<i64>,
    pub invited_at: Option<i64>,
    pub joined_at: Option<i64>,
    pub closed_at: Option<i64>,
    pub re_enrol_since: Option<i64>,
    pub password_set_at: Option<i64>,
    pub more_time_until: Option<i64>,
    #[sqlx(skip)]
    pub locked_out: bool,
    #[sqlx(skip)]
    pub mixed: bool,
    #[sqlx(skip)]
    pub invitation_over: bool,
}

/// `GET /practice/people`.
pub async fn list(visit: Visit, Query(query): Query) -> Result<Response> {
    let session = match administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let search: String = query.trimmed("search").chars().take(254).collect();
    let show = match query.text("show") {
        "closed" => "closed",
        "all" => "all",
        _ => "open",
    };
    let mut people = members(&visit, &search, show, query.text("after")).await?;
    let more = people.len() > PAGE;
    people.truncate(PAGE);
    let last = people.last().filter(|_| more);
    let next = last.map(|last| format!("search={}&show={show}&after={}", encode(&search), encode(&last.id)));
    page(&PeoplePage {
        frame: session::frame(&visit, &session, "people-title"),
        people,
        filtered: !search.is_empty() || show != "open",
        search,
        show: show.to_owned(),
        next,
        my_id: session.person_id.clone(),
    })
}

async fn members(visit: &Visit, search: &str, show: &str, after: &str) -> Result<Vec<Member>> {
    let pattern = |text: &str| if search.is_empty() { String::new() } else { contains(text) };
    let [a, b, c, d] = names::spellings(search).map(|text| pattern(&text));
    let people: Vec<Member> = visit
        .db()?
        .all(
            "SELECT p.id, p.name, p.email, p.email_key, p.role, CAST(CASE WHEN p.totp_secret IS NULL THEN 0 ELSE 1 END AS BIGINT) AS has_totp,
                (SELECT COUNT(*) FROM passkey k WHERE k.practice_id = p.practice_id AND k.person_id = p.id) AS passkeys,
                p.last_sign_in_at, p.invited_at, p.joined_at, p.closed_at, p.re_enrol_since, p.password_set_at, p.more_time_until
             FROM person p WHERE p.practice_id = $1 AND p.kind = 'staff'
                AND (p.name, p.id) > (COALESCE((SELECT name FROM person WHERE practice_id = $1 AND id = $2), ''), $2)
                AND ($3 = 'all' OR ($3 = 'closed' AND p.closed_at IS NOT NULL) OR ($3 = 'open' AND p.closed_at IS NULL))
                AND ($4 = '' OR LOWER(p.name) LIKE $4 ESCAPE '\\' OR LOWER(p.name) LIKE $5 ESCAPE '\\' OR LOWER(p.name) LIKE $6 ESCAPE '\\'
                    OR LOWER(p.name) LIKE $7 ESCAPE '\\' OR p.email_key LIKE $8 ESCAPE '\\')
             ORDER BY p.name, p.id LIMIT 51",
            args![&visit.practice()?.id, after, show, a, b, c, d, pattern(&search.to_lowercase())],
        )
        .await?;
    let off = lanes_off(visit).await?;
    people.into_iter().map(|member| with_states(visit, member, &off)).collect()
}

fn with_states(visit: &Visit, mut member: Member, off: &HashSet<String>) -> Result<Member> {
    member.locked_out = is_off(visit, off, &member.id, &member.email_key, member.password_set_at)?;
    member.mixed = looks_mixed(&member.name) || looks_mixed(&member.email);
    let invited = member.invited_at.filter(|_| member.joined_at.is_none());
    member.invitation_over = invited.is_some_and(|at| at + INVITATION_SECONDS <= visit.now);
    Ok(member)
}

/// The lanes of this practice that wrong answers switched off.
///
/// # Errors
/// Faults of the database.
pub async fn lanes_off(visit: &Visit) -> Result<HashSet<String>> {
    let rows: Vec<(String, i64)> = visit
        .db()?
        .all(
            "SELECT lane, count FROM tries WHERE practice_id = $1 AND count >= $2 ORDER BY updated_at DESC LIMIT 5000",
            args![&visit.practice()?.id, limit::TOTP.off_at],
        )
        .await?;
    let off = |(lane, count): &(String, i64)| *count >= bound_of(lane);
    Ok(rows.into_iter().filter(off).map(|(lane, _)| lane).collect())
}

fn bound_of(lane: &str) -> i64 {
    match lane.split(':').next() {
        Some("totp") => limit::TOTP.off_at,
        Some("backup code") => limit::BACKUP_CODE.off_at,
        Some("password") => limit::PASSWORD_ALL.off_at,
        _ => i64::MAX,
    }
}

/// Whether one of a person's factors is switched off.
///
/// # Errors
/// Not found outside a practice.
pub fn is_off(
    visit: &Visit,
    off: &HashSet<String>,
    id: &str,
    email_key: &str,
    password_set_at: Option<i64>,
) -> Result<bool> {
    Ok(off.contains(&far_lane(visit, email_key, password_set_at)?)
        || off.contains(&visit.lane("totp", id)?)
        || off.contains(&visit.lane("backup code", id)?))
}
