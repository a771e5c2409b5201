//! "Privacy": a client's own lock, mail that names nobody, what was changed of either, and stopping somebody who asked the
//! practice to take the lock off. It is never mentioned in a mail; a session that began with a PIN cannot change it.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use super::lock;
use crate::args;
use crate::factors::mine_changes::{self, Change};
use crate::factors::password::hash;
use crate::factors::{passkey_new, passkeys, password_strength};
use crate::notices::{Event, Happening, happened};
use crate::platform::asked;
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::{Banner, Frame};
use crate::platform::hashing::Verdict;
use crate::platform::limit;
use crate::platform::web::{Fields, Query, Visit, encode, go, page, page_with};
use crate::sign_in::act;
use crate::sign_in::marks;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

const DONE: &[&str] = &["lock-set", "lock-removed", "passkey-on", "passkey-off", "mail", "cancelled", "not-saved"];

#[derive(askama::Template)]
#[template(path = "portal/privacy.html")]
struct PrivacyPage {
    frame: Frame,
    person: Person,
    /// A session from a PIN: nothing here can be changed.
    by_pin: bool,
    /// The passphrase of now is asked for; not of whoever has just shown a passkey.
    asks_current: bool,
    passkeys: Vec<passkeys::Listed>,
    passkeys_offered: bool,
    changes: Vec<Change>,
    /// The practice names itself in no mail, so that there is nothing to choose.
    discreet: bool,
    /// Others behind the mailbox want plain mail, and so it is.
    shared: bool,
    /// From when the practice can take the lock off, while it was asked to.
    lock_off_asked: Option<i64>,
    /// There is a passphrase, and private sign-in does not stand on it.
    may_remove: bool,
    /// The practice lets its clients set a passphrase, or there is one already.
    may_lock: bool,
    /// The first passphrase takes fresh proof: the field comes after it, so that nothing is typed in vain.
    prove_first: bool,
    problems: Vec<String>,
}

/// `GET /me/privacy`.
pub async fn show(visit: Visit, Query(query): Query) -> Result<Response> {
    let (session, person) = match enter(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let mut privacy = PrivacyPage::new(&visit, &session, person, vec![]).await?;
    privacy.frame.banner = DONE.iter().find(|word| **word == query.text("done")).map(|word| Banner {
        kind: if *word == "not-saved" { "warning" } else { "success" },
        text: visit.say(&format!("privacy-done-{word}")),
    });
    page(&privacy)
}

/// `POST /me/privacy/lock`: sets the passphrase, changes it, or takes it off.
pub async fn set_lock(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let (session, person) = match enter(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    refuse_pin(&session)?;
    let remove = fields.text("do") == "remove";
    if remove && person.passphrase.is_none() {
        // Pressed twice: there is none any more.
        return Ok(go("/me/privacy?done=lock-removed"));
    }
    // The first passphrase keeps its own client out as well, who may only have left the browser open.
    if person.passphrase.is_none() && !session.is_fresh(visit.now) {
        return Ok(go(&format!("/portal/confirm?then={}", encode("/me/privacy?done=not-saved"))));
    }
    if asks_current(&visit, &session, &person) {
        // Counted for the session: what is typed in another one turns nothing off here.
        let lane = visit.lane("passphrase own", &session.id)?;
        if let Some(held) = lock::held(&visit, visit.take_try(&lane, limit::PASSWORD_NEAR).await?, true) {
            let again = PrivacyPage::new(&visit, &session, person, vec![held]).await?;
            return page_with(StatusCode::TOO_MANY_REQUESTS, &again);
        }
        if lock::verify(&visit, &person, fields.text("current")).await? == Verdict::Wrong {
            // Pressed twice: what was typed as the new one is the passphrase of now.
            let just_set = person.passphrase_set_at.is_some_and(|at| asked::a_moment_ago(at, visit.now));
            if !remove
                && just_set
                && lock::verify_new(&visit, &person, fields.text("passphrase")).await? != Verdict::Wrong
            {
                limit::clear(visit.db()?, &visit.practice()?.id, &lane).await?;
                return Ok(go("/me/privacy?done=lock-set"));
            }
            return refused(&visit, &session, person, vec![visit.say("lock-wrong")]).await;
        }
        limit::clear(visit.db()?, &visit.practice()?.id, &lane).await?;
    }
    if person.passphrase.is_none() && visit.practice()?.client_passphrases == 0 {
        return refused(&visit, &session, person, vec![visit.say("privacy-lock-not-here")]).await;
    }
    if remove && keeps_lock(&person) {
        return refused(&visit, &session, person, vec![visit.say("privacy-keeps-lock")]).await;
    }

    // work
    let new_hash = if remove {
        None
    } else {
        let typed = fields.text("passphrase");
        let problems = password_strength::passphrase_problems(&visit, &person, typed).await?;
        if !problems.is_empty() {
            return refused(&visit, &session, person, problems).await;
        }
        Some(hash(&visit, typed).await?)
    };

    // write
    let mut tx = act::begin(&visit, &session).await?;
    write_lock(&visit, &mut tx, &person, new_hash).await?;
    lock::end_all_but(&visit, &mut tx, &person, Some(&session.id)).await?;
    lock::count_anew(&visit, &mut tx, &person).await?;
    if !remove && session.shared == 0 {
        marks::mark_lock_opener(&visit, &person.id);
    }
    let event = if remove { Event::LockRemoved } else { Event::LockSet };
    happened(&visit, &mut tx, Happening::of(event, &person).session(&session.id)).await?;
    tx.commit().await?;
    Ok(go(if remove { "/me/privacy?done=lock-removed" } else { "/me/privacy?done=lock-set" }))
}

/// Whether private sign-in stands on the passphrase.
fn keeps_lock(person: &Person) -> bool {
    person.is_private() && person.passkey_lock_since.is_none()
}

/// The new passphrase, or none; judged anew where another browser set one meanwhile, or took the passkeys from under private
/// sign-in, which keeps a lock.
async fn write_lock(visit: &Visit, tx: &mut Tx, person: &Person, new_hash: Option<String>) -> Result<()> {
    let (before, since) = (person.passphrase.clone().unwrap_or_default(), new_hash.as_ref().map(|_| visit.now));
    let changed = tx
        .execute(
            "UPDATE person SET passphrase = $3, passphrase_set_at = $4, lock_off_from = NULL
             WHERE practice_id = $1 AND id = $2 AND COALESCE(passphrase, '') = $5
                AND (CAST($3 AS TEXT) IS NOT NULL OR private_since IS NULL OR passkey_lock_since IS NOT NULL)",
            args![&visit.practice()?.id, &person.id, new_hash, since, before],
        )
        .await?;
    if changed == 1 { Ok(()) } else { Err(Error::Conflict) }
}

/// Whoever has passkeys and has just proved who they are may replace a passphrase they have forgotten.
fn asks_current(visit: &Visit, session: &Session, person: &Person) -> bool {
    person.passphrase.is_some() && !(person.passkeys > 0 && session.is_fresh(visit.now))
}

async fn refused(visit: &Visit, session: &Session, person: Person, problems: Vec<String>) -> Result<Response> {
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &PrivacyPage::new(visit, session, person, problems).await?)
}

/// `POST /me/privacy/mail`: plain or discreet.
pub async fn set_mail(visit: Visit, fields: Fields) -> Result<Response> {
    let (session, person) = match enter(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    refuse_pin(&session)?;
    let form = match fields.text("mail") {
        "plain" if !person.is_private() => "plain",
        "plain" | "discreet" => "discreet",
        // Nothing was chosen where no mail goes to the client: that stays.
        _ => return Ok(go("/me/privacy")),
    };
    let mut tx = act::begin(&visit, &session).await?;
    let changed = tx
        .execute(
            "UPDATE person SET mail_form = $3 WHERE practice_id = $1 AND id = $2 AND mail_form <> $3",
            args![&visit.practice()?.id, &person.id, form],
        )
        .await?;
    if changed == 1 {
        let chosen = Happening::of(Event::MailFormChanged, &person).session(&session.id);
        happened(&visit, &mut tx, chosen.detail("form", form)).await?;
    }
    tx.commit().await?;
    Ok(go("/me/privacy?done=mail"))
}

/// `POST /me/privacy/cancel`: whoever is signed in stops the taking off of the lock.
pub async fn cancel(visit: Visit) -> Result<Response> {
    let (session, person) = match enter(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let mut tx = act::begin(&visit, &session).await?;
    let cancelled = tx
        .execute(
            "UPDATE person SET lock_off_from = NULL WHERE practice_id = $1 AND id = $2 AND lock_off_from IS NOT NULL",
            args![&visit.practice()?.id, &person.id],
        )
        .await?;
    if cancelled == 1 {
        happened(&visit, &mut tx, Happening::of(Event::LockOffCancelled, &person).session(&session.id)).await?;
    }
    tx.commit().await?;
    Ok(go("/me/privacy?done=cancelled"))
}

/// A session from a PIN changes nothing that decides who gets in (AC-085).
pub(super) fn refuse_pin(session: &Session) -> Result<()> {
    if session.is_by_pin() { Err(Error::ByPin) } else { Ok(()) }
}

async fn enter(visit: &Visit) -> Result<std::result::Result<(Arc<Session>, Person), Response>> {
    let session = match session::required(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
    Ok(Ok((session, person.filter(Person::is_client).ok_or(Error::NotFound)?)))
}

impl PrivacyPage {
    async fn new(visit: &Visit, session: &Session, person: Person, problems: Vec<String>) -> Result<PrivacyPage> {
        Ok(PrivacyPage {
            frame: session::frame(visit, session, "privacy-title").script("strength.js"),
            by_pin: session.is_by_pin(),
            asks_current: asks_current(visit, session, &person),
            passkeys: passkeys::list(visit, &person.id).await?,
            passkeys_offered: passkey_new::are_offered(visit, true)?,
            discreet: visit.practice()?.discreet != 0,
            shared: !person::plain_beside(visit, &person).await?.is_empty(),
            changes: mine_changes::of(visit, &person).await?,
            lock_off_asked: person.lock_off_asked(visit.now),
            may_remove: person.passphrase.is_some() && !keeps_lock(&person),
            may_lock: person.passphrase.is_some()
                || visit.practice().is_ok_and(|practice| practice.client_passphrases != 0),
            prove_first: person.passphrase.is_none() && !session.is_fresh(visit.now),
            person,
            problems,
        })
    }
}
