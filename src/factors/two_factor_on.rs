//! The fourth step of the set-up: the right code turns 2 factor authentication on, all at once, and the backup codes
//! are shown. A wrong code changes nothing.

use axum::response::Response;

use crate::args;
use crate::factors::backup_codes::{self, CodesPage};
use crate::factors::code::{CodeKind, CodePage};
use crate::factors::mobile_code;
use crate::factors::totp;
use crate::factors::totp_code::{self, Match};
use crate::factors::two_factor::{self, Place, SetUp, Who};
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::web::{Fields, Visit, go, page};
use crate::sign_in::step::{Factor, Step};
use crate::sign_in::{self, device, session};

const DONE: &str = "/sign-in/set-up/done";
const ALREADY_ON: &str = "/me/backup-codes?on=1";

/// `GET …/code`.
pub async fn ask(visit: Visit) -> Result<Response> {
    let who = match two_factor::who(&visit).await? {
        Ok(who) => who,
        Err(response) => return Ok(response),
    };
    match two_factor::under_way(&visit, &who).await? {
        Ok(_) => asking(&visit, &who).fresh(),
        Err(response) => Ok(response),
    }
}

/// `POST …/code`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let who = match two_factor::who(&visit).await? {
        Ok(who) => who,
        Err(response) => return Ok(response),
    };
    let set_up = match two_factor::under_way(&visit, &who).await? {
        Ok(set_up) => set_up,
        Err(response) => return Ok(just_done(&visit, &who).unwrap_or(response)),
    };
    let secret = totp::open_secret(&visit, &who.person.id, &set_up.secret)?;
    let Some(typed) = totp_code::normalise_typed(fields.text("code")) else {
        return asking(&visit, &who).refused(visit.say("code-six-digits"));
    };

    // work
    let Match::Step(step) = totp_code::matching_step(&secret, &typed, visit.now, None) else {
        return asking(&visit, &who).refused(visit.say("set-up-code-wrong"));
    };

    // write
    let mut tx = who.begin(&visit).await?;
    let number = new_number(&visit, &who, &set_up)?;
    if !turn_on(&visit, &mut tx, &who, (&set_up, number.is_some()), step).await? {
        return Ok(if matches!(who.place, Place::Session(_)) { go(ALREADY_ON) } else { go(who.base) });
    }
    let codes = backup_codes::replace(&visit, &mut tx, &who.person.id).await?;
    device::end_all(&visit, &mut tx, &who.person.id).await?;
    session::end_all(&visit, &mut tx, &who.person.id, Some(who.goes_on())).await?;
    tell(&visit, &mut tx, &who, number.as_deref()).await?;
    let go_on = match &who.place {
        Place::Session(_) => None,
        Place::Attempt(attempt) => {
            sign_in::proved(&visit, &mut tx, attempt, Factor::Totp).await?;
            Some(DONE)
        }
    };
    visit.server.world.reached("two factor on");
    tx.commit().await?;
    totp::forgive(&visit, &who.person.id).await?;
    visit.server.outbox_bell.notify_one();
    let mut frame = who.frame(&visit).script("codes.js").banner("success", "set-up-done");
    frame.title = visit.say("backup-codes-title");
    let (left, made_at, email) = (i64::try_from(codes.len()).unwrap_or(0), Some(visit.now), who.person.email);
    page(&CodesPage { frame, codes, left, made_at, email, go_on, on: true })
}

/// Where a form leads that was sent twice: the first turned it on, and whatever it showed never arrived. (Every other session
/// ended then; inside a sign-in the next step is known.)
fn just_done(visit: &Visit, who: &Who) -> Option<Response> {
    let recent = who.person.totp_since.is_some_and(|since| visit.now - since <= session::FRESH_SECONDS);
    (recent && matches!(who.place, Place::Session(_))).then(|| go(ALREADY_ON))
}

/// Moves secret and number from the set-up to the person; answers whether it was still there.
async fn turn_on(
    visit: &Visit,
    tx: &mut Tx,
    who: &Who,
    (set_up, number_is_new): (&SetUp, bool),
    step: i64,
) -> Result<bool> {
    let (practice, person) = (&visit.practice()?.id, &who.person.id);
    let taken = tx
        .execute(
            "DELETE FROM totp_setup WHERE practice_id = $1 AND person_id = $2 AND begun_in = $3 AND secret = $4",
            args![practice, person, who.begun_in(), &set_up.secret],
        )
        .await?;
    if taken == 0 {
        return Ok(false);
    }
    tx.execute(
        "UPDATE person SET totp_secret = $3, totp_since = $4, totp_last_step = $5, mobile = $6, mobile_proved_at = $7,
                mobile_changed_at = CASE WHEN $8 = 1 THEN $4 ELSE mobile_changed_at END, re_enrol_since = NULL WHERE practice_id = $1 AND id = $2",
        args![
            practice,
            person,
            &set_up.secret,
            visit.now,
            step,
            set_up.mobile.clone(),
            set_up.mobile_proved_at,
            i64::from(number_is_new)
        ],
    )
    .await?;
    if number_is_new {
        mobile_code::end_read_out(visit, tx, person).await?;
    }
    Ok(true)
}

/// The number of the set-up, where it is another than the one on file.
fn new_number(visit: &Visit, who: &Who, set_up: &SetUp) -> Result<Option<String>> {
    let old = mobile_code::on_file(visit, &who.person)?;
    let practice = &visit.practice()?.id;
    let new = visit.server.open("mobile", &[practice, &who.person.id], set_up.mobile.as_deref().unwrap_or_default())?;
    Ok(Some(new).filter(|new| old.as_deref() != Some(new)))
}

async fn tell(visit: &Visit, tx: &mut Tx, who: &Who, number: Option<&str>) -> Result<()> {
    let event = if who.person.re_enrol_since.is_some() { Event::ReEnrolled } else { Event::TwoFactorOn };
    let replaced = if who.person.totp_secret.is_some() { "yes" } else { "no" };
    happened(visit, tx, Happening::of(event, &who.person).detail("replaced", replaced)).await?;
    if let Some(new) = number {
        happened(visit, tx, mobile_code::told_of(&who.person, new)).await?;
    }
    Ok(())
}

/// `GET /sign-in/set-up/done`: the codes were shown; reloading shows how many there are.
pub async fn done(visit: Visit) -> Result<Response> {
    let (attempt, step, person) = match sign_in::under_way(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    if !matches!(step, Step::Done(_) | Step::NewPassword) {
        return Ok(go(&totp::path_of(&step, &attempt, &person)));
    }
    page(&CodesPage {
        frame: sign_in::other::frame(&visit, &person, "backup-codes-title"),
        codes: vec![],
        left: person.backup_left,
        made_at: person.backup_made_at,
        email: person.email.clone(),
        go_on: Some(DONE),
        on: person.totp_secret.is_some(),
    })
}

/// `POST /sign-in/set-up/done`: on to where the rule says.
pub async fn go_on(visit: Visit) -> Result<Response> {
    let (attempt, _, _) = match sign_in::under_way(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let tx = visit.db()?.write().await?;
    sign_in::advance(&visit, tx, &attempt).await
}

fn asking(visit: &Visit, who: &Who) -> CodePage {
    CodePage {
        frame: who.frame(visit),
        step: 4,
        action: format!("{}/code", who.base),
        hidden: None,
        intro: visit.say("set-up-code-how"),
        label: visit.say("field-verification-code"),
        hint: visit.say("code-hint"),
        kind: CodeKind::Digits,
        button: visit.say("set-up-button"),
        problem: None,
        closed: false,
        ways: vec![
            (format!("{}/key", who.base), visit.say("set-up-back")),
            ("/help/code-refused".to_owned(), visit.say("help-code-refused-title")),
        ],
        again: None,
    }
}
