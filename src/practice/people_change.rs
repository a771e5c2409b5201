//! A colleague's name and role, and more time before a required second factor is enforced.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::people_invite::{NAME_CHARS, ROLES};
use super::{actor, begin, colleague, fresh_administrator, own_account, people_email};
use crate::args;
use crate::factors::mine::required_from;
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::names::clean_name;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::platform::when;
use crate::sign_in::device;
use crate::sign_in::person::Person;
use crate::sign_in::session::{self, Session};

/// The longest grace, in days; a rule that everybody is excused from forever is none.
const MOST_DAYS: i64 = 60;

#[derive(askama::Template)]
#[template(path = "practice/people_change.html")]
struct ChangePage {
    frame: Frame,
    person_id: String,
    name: String,
    role: String,
    wrong_name: Option<String>,
    wrong_role: Option<String>,
    /// Name and role that the page was opened with: what is left as it was is not written.
    was: (String, String),
}

#[derive(askama::Template)]
#[template(path = "practice/people_more_time.html")]
struct MoreTimePage {
    frame: Frame,
    person_id: String,
    person_name: String,
    until: String,
    latest: String,
    wrong: Option<String>,
}

/// `GET /practice/people/{id}/change`.
pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    let (session, person) = match enter(&visit, &id).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    page(&ChangePage::new(&visit, &session, &person, &person.name, &person.role))
}

/// `POST /practice/people/{id}/change`.
pub async fn answer(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    // read
    let (session, person) = match enter(&visit, &id).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    let name = clean_name(fields.text("name"), NAME_CHARS);
    let role = ROLES.into_iter().find(|role| *role == fields.text("role"));
    let (Ok(name), Some(role)) = (&name, role) else {
        let mut form = ChangePage::new(&visit, &session, &person, fields.text("name"), fields.text("role"));
        form.wrong_name = name.as_ref().err().map(|problem| visit.say(super::name_words(*problem)));
        form.wrong_role = role.is_none().then(|| visit.say("people-wrong-role"));
        form.was = (fields.text("name_was").to_owned(), fields.text("role_was").to_owned());
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &form);
    };

    // write
    let (mut tx, person) = begin(&visit, &session, &id).await?;
    if person.closed_at.is_some() {
        return Err(Error::NotFound);
    }
    if fields.text("role_was") != person.role && role != person.role {
        // Somebody else gave them another role meanwhile, and the page would take that back unseen.
        drop(tx);
        let name = if fields.text("name") == fields.text("name_was") { &person.name } else { fields.text("name") };
        let mut form = ChangePage::new(&visit, &session, &person, name, &person.role);
        form.wrong_role = Some(visit.say("people-role-changed"));
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &form);
    }
    if *name != person.name && fields.text("name") != fields.text("name_was") {
        rename(&visit, &mut tx, &session, &person, name).await?;
    }
    if role != person.role {
        change_role(&visit, &mut tx, &session, &person, role).await?;
    }
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go(&format!("/practice/people/{id}?done=changed")))
}

async fn rename(visit: &Visit, tx: &mut Tx, session: &Session, person: &Person, name: &str) -> Result<()> {
    tx.execute(
        "UPDATE person SET name = $3 WHERE practice_id = $1 AND id = $2",
        args![&visit.practice()?.id, &person.id, name],
    )
    .await?;
    let happening = Happening::of(Event::NameChangedByAdministrator, person).by(actor(session)).session(&session.id);
    happened(visit, tx, happening.detail("before", &person.name).detail("after", name)).await
}

/// A new role is a new sign-in: what an administrator must show was not asked of whoever is signed in as something else.
async fn change_role(visit: &Visit, tx: &mut Tx, session: &Session, person: &Person, role: &'static str) -> Result<()> {
    tx.execute(
        "UPDATE person SET role = $3 WHERE practice_id = $1 AND id = $2",
        args![&visit.practice()?.id, &person.id, role],
    )
    .await?;
    session::end_all(visit, tx, &person.id, None).await?;
    if role == "administrator" {
        device::end_all(visit, tx, &person.id).await?;
    }
    if person.is_administrator() {
        people_email::end_entered_by(visit, tx, session, person).await?;
    }
    let happening = Happening::of(Event::RoleChanged, person).by(actor(session)).session(&session.id);
    happened(visit, tx, happening.detail("before", &person.role).detail("after", role)).await
}

/// `GET /practice/people/{id}/more-time`.
pub async fn ask_more_time(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    let (session, person) = match enter(&visit, &id).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    if person.is_administrator() || required_from(&person, visit.practice()?).is_none() {
        return Ok(go(&format!("/practice/people/{id}")));
    }
    page(&MoreTimePage::new(&visit, &session, &person, "", None))
}

/// `POST /practice/people/{id}/more-time`; never for administrators.
pub async fn give_more_time(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    // read
    let (session, person) = match enter(&visit, &id).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    let until = end_of_day(fields.trimmed("until"), visit.zone());
    let fine = until.filter(|until| *until > visit.now && *until <= visit.now + (MOST_DAYS + 1) * 86_400);
    let Some(until) = fine else {
        let wrong = Some(visit.say("people-wrong-until"));
        let form = MoreTimePage::new(&visit, &session, &person, fields.trimmed("until"), wrong);
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &form);
    };

    // write
    let (mut tx, person) = begin(&visit, &session, &id).await?;
    if person.is_administrator() || person.closed_at.is_some() {
        return Err(Error::Forbidden);
    }
    let person = Person { more_time_until: Some(until), ..person };
    // The rule may begin later than the time ends, or be gone since the page was opened.
    let Some(from) = required_from(&person, visit.practice()?) else {
        return Ok(go(&format!("/practice/people/{id}")));
    };
    tx.execute(
        "UPDATE person SET more_time_until = $3 WHERE practice_id = $1 AND id = $2",
        args![&visit.practice()?.id, &person.id, until],
    )
    .await?;
    let happening = Happening::of(Event::MoreTimeGiven, &person).by(actor(&session)).session(&session.id);
    happened(&visit, &mut tx, happening.detail("until", &when::full(from, visit.zone()))).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go(&format!("/practice/people/{id}?done=more-time")))
}

/// The last second of a day (`2026-11-30`) in the practice's zone.
fn end_of_day(typed: &str, zone: &str) -> Option<i64> {
    let day: Date = typed.parse().ok()?;
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Some(day.tomorrow().ok()?.to_zoned(zone).ok()?.timestamp().as_second() - 1)
}

/// The day (`2026-11-30`) of a time in the practice's zone.
fn day_of(at: i64, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    jiff::Timestamp::from_second(at).map_or_else(|_| String::new(), |at| at.to_zoned(zone).date().to_string())
}

/// The administrator, freshly proved, and the open colleague; nobody changes their own account here.
async fn enter(visit: &Visit, id: &str) -> Result<std::result::Result<(std::sync::Arc<Session>, Person), Response>> {
    let session = match fresh_administrator(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    if id == session.person_id {
        return Ok(Err(own_account(visit, &session).await?));
    }
    let person = colleague(visit, id).await?;
    if person.closed_at.is_some() {
        return Ok(Err(go(&format!("/practice/people/{id}"))));
    }
    Ok(Ok((session, person)))
}

impl ChangePage {
    fn new(visit: &Visit, session: &Session, person: &Person, name: &str, role: &str) -> ChangePage {
        let mut frame = session::frame(visit, session, "people-act-change");
        frame.title = visit.say_with("people-change-title", &[("name", &person.name)]);
        ChangePage {
            frame,
            person_id: person.id.clone(),
            name: name.to_owned(),
            role: role.to_owned(),
            wrong_name: None,
            wrong_role: None,
            was: (person.name.clone(), person.role.clone()),
        }
    }
}

impl MoreTimePage {
    fn new(visit: &Visit, session: &Session, person: &Person, until: &str, wrong: Option<String>) -> MoreTimePage {
        MoreTimePage {
            frame: session::frame(visit, session, "people-act-more-time"),
            person_id: person.id.clone(),
            person_name: person.name.clone(),
            until: until.to_owned(),
            latest: day_of(visit.now + MOST_DAYS * 86_400, visit.zone()),
            wrong,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_where_the_practice_is() {
        // 30 November 2026, 23:59:59 in Sydney (UTC+11).
        assert_eq!(end_of_day("2026-11-30", "Australia/Sydney"), Some(1_796_043_599));
        assert_eq!(day_of(1_796_043_599, "Australia/Sydney"), "2026-11-30");
        for bad in ["", "30/11/2026", "2026-02-30", "soon", "99999-01-01"] {
            assert_eq!(end_of_day(bad, "Australia/Sydney"), None, "{bad}");
        }
    }
}
