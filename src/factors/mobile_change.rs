//! Changing the mobile number later: after fresh proof, proved by a text message where those can be sent, and told.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use crate::args;
use crate::factors::code::{CodeKind, CodePage};
use crate::factors::mobile_code::{self, Asked, Judged, Sent};
use crate::factors::{mobile, two_factor};
use crate::notices::{can_text, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Query, Visit, go, page, page_with};
use crate::sign_in::act;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

#[derive(askama::Template)]
#[template(path = "factors/mobile_change.html")]
struct MobilePage {
    frame: Frame,
    /// The number on file, but for its last digits hidden.
    masked: Option<String>,
    typed: String,
    problem: Option<String>,
}

struct Mine {
    session: Arc<Session>,
    person: Person,
}

impl Mine {
    fn asked(&self) -> Asked<'_> {
        Asked { person: &self.person, purpose: "change", by: &self.session.id }
    }
}

/// `GET /me/mobile`.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let mine = match mine(&visit).await? {
        Ok(mine) => mine,
        Err(response) => return Ok(response),
    };
    let mut mobile_page = mine.page(&visit)?;
    if query.ticked("changed") {
        mobile_page.frame = mobile_page.frame.banner("success", "mobile-changed");
    }
    page(&mobile_page)
}

/// `POST /me/mobile`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let mine = match mine(&visit).await? {
        Ok(mine) => mine,
        Err(response) => return Ok(response),
    };
    let refused = |problem: String| {
        let typed = fields.trimmed("mobile").chars().take(40).collect();
        let refused = MobilePage { problem: Some(problem), typed, ..mine.page(&visit)? };
        page_with(StatusCode::UNPROCESSABLE_ENTITY, &refused)
    };
    let number = match mobile_code::read_number(fields.text("mobile"), &visit.practice()?.country).await? {
        Ok(number) => number.e164().to_owned(),
        Err(problem) => return refused(mobile_code::problem_in_words(&visit, problem)),
    };

    // write
    let mut tx = act::begin(&visit, &mine.session).await?;
    if !can_text(&visit.server) {
        return change(&visit, tx, &mine, &number, None).await;
    }
    match mobile_code::send(&visit, &mut tx, &mine.asked(), &number).await? {
        Sent::Yes => {
            tx.commit().await?;
            visit.server.outbox_bell.notify_one();
            Ok(go("/me/mobile/code"))
        }
        sent => refused(two_factor::not_sent(&visit, &sent)),
    }
}

/// `GET /me/mobile/code`.
pub async fn ask_code(visit: Visit) -> Result<Response> {
    let mine = match mine(&visit).await? {
        Ok(mine) => mine,
        Err(response) => return Ok(response),
    };
    match mobile_code::waiting(&visit, &mine.asked()).await? {
        Some(waiting) => mine.code_page(&visit, &waiting.number(&visit, &mine.person.id)?).fresh(),
        None => Ok(go("/me/mobile")),
    }
}

/// `POST /me/mobile/code`: the code, or the wish for a new one.
pub async fn answer_code(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let mine = match mine(&visit).await? {
        Ok(mine) => mine,
        Err(response) => return Ok(response),
    };
    let Some(waiting) = mobile_code::waiting(&visit, &mine.asked()).await? else { return Ok(go("/me/mobile")) };
    let number = waiting.number(&visit, &mine.person.id)?;
    let code_page = mine.code_page(&visit, &number);
    if fields.text("do") == "again" {
        let mut tx = act::begin(&visit, &mine.session).await?;
        let sent = mobile_code::send(&visit, &mut tx, &mine.asked(), &number).await?;
        if sent != Sent::Yes {
            return code_page.refused(two_factor::not_sent(&visit, &sent));
        }
        tx.commit().await?;
        visit.server.outbox_bell.notify_one();
        return Ok(go("/me/mobile/code"));
    }

    // work
    let (number, id) = match mobile_code::judge(&visit, &mine.person.id, &waiting, fields.text("code")).await? {
        Judged::Right(number, id) => (number, id),
        Judged::Wrong => return code_page.refused(visit.say("mobile-code-wrong")),
        Judged::Over => return code_page.refused(visit.say("mobile-code-over")),
        Judged::NoCode => return code_page.refused(visit.say("code-six-digits")),
    };

    // write
    let mut tx = act::begin(&visit, &mine.session).await?;
    if !mobile_code::spend(&visit, &mut tx, &id).await? {
        return Ok(go("/me/mobile"));
    }
    change(&visit, tx, &mine, &number, Some(visit.now)).await
}

async fn change(visit: &Visit, mut tx: Tx, mine: &Mine, number: &str, proved_at: Option<i64>) -> Result<Response> {
    tx.execute(
        "UPDATE person SET mobile = $3, mobile_proved_at = $4, mobile_changed_at = $5 WHERE practice_id = $1 AND id = $2",
        args![
            &visit.practice()?.id,
            &mine.person.id,
            mobile_code::seal(visit, &mine.person.id, number)?,
            proved_at,
            visit.now
        ],
    )
    .await?;
    mobile_code::end_read_out(visit, &mut tx, &mine.person.id).await?;
    let happening = mobile_code::told_of(&mine.person, number).session(&mine.session.id);
    happened(visit, &mut tx, happening).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go("/me/mobile?changed=1"))
}

async fn mine(visit: &Visit) -> Result<std::result::Result<Mine, Response>> {
    let session = match session::fresh(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
    let person = person.filter(|person| person.kind == "staff").ok_or(Error::NotFound)?;
    Ok(Ok(Mine { session, person }))
}

impl Mine {
    fn page(&self, visit: &Visit) -> Result<MobilePage> {
        Ok(MobilePage {
            frame: session::frame(visit, &self.session, "mobile-title"),
            masked: mobile_code::on_file(visit, &self.person)?.map(|number| mobile::masked(&number)),
            typed: String::new(),
            problem: None,
        })
    }

    fn code_page(&self, visit: &Visit, number: &str) -> CodePage {
        CodePage {
            frame: session::frame(visit, &self.session, "mobile-title"),
            step: 0,
            action: "/me/mobile/code".into(),
            hidden: None,
            intro: visit.say_with("mobile-code-sent", &[("mobile", &mobile::masked(number))]),
            label: visit.say("field-mobile-code"),
            hint: visit.say("mobile-code-hint"),
            kind: CodeKind::Digits,
            button: visit.say("mobile-save"),
            problem: None,
            closed: false,
            ways: vec![("/me/mobile".into(), visit.say("mobile-other-number"))],
            again: Some(visit.say("mobile-code-again")),
        }
    }
}
