//! The second step of a sign-in: the code from the app. A code is taken once; wrong ones are counted per person,
//! in the database. Setting it up is in `two_factor.rs`, what a code is in `totp_code.rs`.

use axum::response::Response;
use data_encoding::BASE32_NOPAD;

use crate::args;
use crate::factors::code::{CodeKind, CodePage};
use crate::factors::totp_code::{self, Match};
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::limit::{self, Bound, Turn};
use crate::platform::metrics::{SignIn, Way};
use crate::platform::web::{Fields, Visit, go};
use crate::platform::when;
use crate::sign_in::person::Person;
use crate::sign_in::step::{Factor, Step};
use crate::sign_in::{self, Attempt};

/// From this many wrong codes in a row the person is told: somebody may know the password.
const TELL_FROM: i64 = 3;

/// `GET /sign-in/code`.
pub async fn ask(visit: Visit) -> Result<Response> {
    let (attempt, person) = match asked(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let lane = lane(&visit, &person.id)?;
    match limit::look(visit.db()?, &visit.practice()?.id, &lane, limit::TOTP, visit.now).await? {
        Turn::Allowed(_) => asking(&visit, &attempt, &person).fresh(),
        turn => held_back(&visit, &attempt, &person, turn),
    }
}

/// `POST /sign-in/code`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let (attempt, person) = match asked(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let code_page = asking(&visit, &attempt, &person);
    if fields.text("of") != attempt.id {
        return code_page.refused(visit.say_with("code-other-sign-in", &[("email", &person.email)]));
    }
    let sealed = person.totp_secret.as_deref().unwrap_or_default();
    let secret = open_secret(&visit, &person.id, sealed)?;
    let Some(typed) = totp_code::normalise_typed(fields.text("code")) else {
        return code_page.refused(visit.say("code-six-digits"));
    };
    let lane = lane(&visit, &person.id)?;
    let count = match visit.take_try(&lane, limit::TOTP).await? {
        Turn::Allowed(count) => count,
        turn => return held_back(&visit, &attempt, &person, turn),
    };

    // work
    let found = totp_code::matching_step(&secret, &typed, visit.now, Some(person.totp_last_step));

    // write
    match found {
        Match::Step(step) => right(&visit, &attempt, &person, step).await,
        Match::Replayed => {
            let row = WrongRow::of_app(&lane, count, &attempt);
            refused(&visit, &person, &row, Event::CodeReplayed).await?;
            code_page.refused(visit.say("code-replayed"))
        }
        Match::Wrong => {
            wrong(&visit, &person, &WrongRow::of_app(&lane, count, &attempt)).await?;
            match limit::look(visit.db()?, &visit.practice()?.id, &lane, limit::TOTP, visit.now).await? {
                Turn::Allowed(_) => code_page.refused(visit.say("code-wrong")),
                turn => held_back(&visit, &attempt, &person, turn),
            }
        }
    }
}

/// The attempt of this browser where the app's code, or what stands for it, is the next step; else the way there.
pub(super) async fn asked(visit: &Visit) -> Result<std::result::Result<(Attempt, Person), Response>> {
    let (attempt, step, person) = match sign_in::under_way(visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(Err(response)),
    };
    Ok(match step {
        Step::Ask(asked) if asked.has(Factor::Totp) && person.totp_secret.is_some() => Ok((attempt, person)),
        step => Err(go(&path_of(&step, &attempt, &person))),
    })
}

/// As [`sign_in::path_of`]; an attempt that lacks nothing waits on the last page of the set-up for a press.
pub(super) fn path_of(step: &Step, attempt: &Attempt, person: &Person) -> String {
    match step {
        Step::Done(_) => "/sign-in/set-up/done".to_owned(),
        step => sign_in::path_of(step, attempt, person),
    }
}

/// The secret of an app, as bytes.
///
/// # Errors
/// A fault: a secret that does not open is never "no 2 factor authentication" (ASVS 5.0, 11.3.3).
pub(super) fn open_secret(visit: &Visit, person: &str, sealed: &str) -> Result<Vec<u8>> {
    let text = visit.server.open("totp", &[&visit.practice()?.id, person], sealed)?;
    BASE32_NOPAD.decode(text.as_bytes()).map_err(|_| Error::Fault("a code's secret is not base 32".into()))
}

/// The counter of wrong codes of one person.
pub(super) fn lane(visit: &Visit, person: &str) -> Result<String> {
    visit.lane("totp", person)
}

/// Another factor was shown, or the app replaced: wrong codes before it count no more.
///
/// # Errors
/// Faults of the database.
pub async fn forgive(visit: &Visit, person: &str) -> Result<()> {
    limit::clear(visit.db()?, &visit.practice()?.id, &lane(visit, person)?).await
}

async fn right(visit: &Visit, attempt: &Attempt, person: &Person, step: i64) -> Result<Response> {
    // Before the transaction, so that a run that met another writer does not count against the person.
    forgive(visit, &person.id).await?;
    let mut tx = visit.db()?.write().await?;
    let taken = tx
        .execute(
            "UPDATE person SET totp_last_step = $3 WHERE practice_id = $1 AND id = $2 AND totp_last_step < $3 AND totp_secret = $4",
            args![&visit.practice()?.id, &person.id, step, person.totp_secret.clone()],
        )
        .await?;
    if taken == 0 {
        drop(tx);
        // Right a moment ago, and used by another press since: that is the first of a new row.
        let lane = lane(visit, &person.id)?;
        refused(visit, person, &WrongRow::of_app(&lane, 1, attempt), Event::CodeReplayed).await?;
        return asking(visit, attempt, person).refused(visit.say("code-replayed"));
    }
    visit.server.world.reached("code accepted");
    sign_in::proved(visit, &mut tx, attempt, Factor::Totp).await?;
    sign_in::advance(visit, tx, attempt).await
}

/// Wrong answers in a row on one lane.
pub(super) struct WrongRow<'a> {
    pub lane: &'a str,
    pub bound: Bound,
    /// How many, with this one.
    pub count: i64,
    pub factor: Factor,
    /// What the attempt is for: whoever proves anew who they are is in already.
    pub goal: &'a str,
    /// It was right once, and is used up.
    pub used: bool,
}

impl<'a> WrongRow<'a> {
    fn of_app(lane: &'a str, count: i64, attempt: &'a Attempt) -> WrongRow<'a> {
        WrongRow { lane, bound: limit::TOTP, count, factor: Factor::Totp, goal: &attempt.goal, used: false }
    }
}

/// Records a wrong code; the third in a row and the one that switches the factor off are told to the person, once.
pub(super) async fn wrong(visit: &Visit, person: &Person, row: &WrongRow<'_>) -> Result<()> {
    refused(visit, person, row, Event::WrongCode).await
}

/// As [`wrong`], under that event. A code of the app that was shown before is told only when it switches the app off: people
/// are often quicker than their app.
async fn refused(visit: &Visit, person: &Person, row: &WrongRow<'_>, event: Event) -> Result<()> {
    let mut tx = visit.db()?.write().await?;
    let of = |event| {
        Happening::of(event, person).by(Actor::Stranger).detail("factor", row.factor.word()).detail("goal", row.goal)
    };
    let happening = of(event).result("refused");
    happened(visit, &mut tx, if row.used { happening.detail("used", "yes") } else { happening }).await?;
    let thrice = (TELL_FROM, Event::WrongCodesThrice);
    let told = [thrice, (row.bound.off_at, Event::FactorOff)].into_iter();
    for (from, told) in told.filter(|(_, told)| event == Event::WrongCode || *told == Event::FactorOff) {
        if row.count >= from && !told_in_this_row(visit, &mut tx, person, row.lane, told).await? {
            happened(visit, &mut tx, of(told)).await?;
        }
    }
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    let way = if row.factor == Factor::Totp { Way::Totp } else { Way::BackupCode };
    visit.server.metrics.sign_in(way, SignIn::Wrong);
    Ok(())
}

/// By the record and not by the exact count: a request that is run again has counted twice.
async fn told_in_this_row(visit: &Visit, tx: &mut Tx, person: &Person, lane: &str, event: Event) -> Result<bool> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT COUNT(*) FROM audit WHERE practice_id = $1 AND subject_id = $2 AND event = $3
                AND at >= (SELECT window_start FROM tries WHERE practice_id = $1 AND lane = $4)",
            args![&visit.practice()?.id, &person.id, event.word(), lane],
        )
        .await?;
    Ok(row.is_some_and(|(told,)| told > 0))
}

/// The sentence that asks to wait; a passkey is named to those who have one.
pub(super) fn wait_id(person: &Person) -> &'static str {
    if person.passkeys > 0 { "code-wait-passkey" } else { "code-wait" }
}

fn held_back(visit: &Visit, attempt: &Attempt, person: &Person, turn: Turn) -> Result<Response> {
    let mut code_page = asking(visit, attempt, person);
    if let Turn::Wait(until) = turn {
        let time = when::clock_from(until, visit.zone());
        return code_page.too_often(visit.say_with(wait_id(person), &[("time", &time)]), until - visit.now);
    }
    code_page.closed = true;
    let practice = &visit.practice()?.name;
    let said = if person.passkeys > 0 { "code-off-passkey" } else { "code-off" };
    code_page.too_often(visit.say_with(said, &[("practice", practice)]), 900)
}

fn asking(visit: &Visit, attempt: &Attempt, person: &Person) -> CodePage {
    let mut ways = vec![("/sign-in/backup-code".to_owned(), visit.say("code-use-backup"))];
    if person.passkeys > 0 {
        ways.push(("/sign-in/passkey".to_owned(), visit.say("code-use-passkey")));
    }
    ways.push(("/help/code-refused".to_owned(), visit.say("help-code-refused-title")));
    ways.push(("/help/lost-phone".to_owned(), visit.say("help-lost-phone-title")));
    if attempt.goal == "fresh" {
        ways.push(("/me".to_owned(), visit.say("confirm-cancel")));
    }
    CodePage {
        frame: sign_in::other::frame(visit, person, "code-title"),
        step: 0,
        action: "/sign-in/code".into(),
        hidden: Some(("of", attempt.id.clone())),
        intro: visit.say_with(
            if attempt.goal == "sign-in" { "code-who" } else { "code-who-fresh" },
            &[("email", &person.email)],
        ),
        label: visit.say("field-verification-code"),
        hint: visit.say("code-hint"),
        kind: CodeKind::Digits,
        button: visit.say("code-verify"),
        problem: None,
        closed: false,
        ways,
        again: None,
    }
}
