//! A mailbox that is not private: what a member of the practice sets up with the client in the room, and the one way
//! round a forgotten passphrase, with the client's safe word and a day in which the client can stop it.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::{actor, client, fresh_member};
use crate::args;
use crate::factors::password::{self, hash, pool_error};
use crate::factors::{passkey_store, password_strength};
use crate::notices::{Event, Happening, happened};
use crate::platform::asked;
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::{Banner, Frame};
use crate::platform::hashing::Verdict;
use crate::platform::limit::{self, Bound, Turn};
use crate::platform::web::{Fields, Query, Visit, go, page, page_with};
use crate::platform::when;
use crate::portal::lock;
use crate::sign_in::act;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};
use crate::sign_in::step::Factor;

/// The pause between asking that a lock be taken off and taking it off (seconds).
const PAUSE_SECONDS: i64 = 86_400;
/// Wrong safe words in a row for one client.
const SAFE_WORD: Bound = Bound { slow_from: 3, off_at: 20 };
const DONE: &[&str] = &["private-on", "private-off", "mail", "lock-off", "lock-off-now"];

#[derive(askama::Template)]
#[template(path = "practice/clients_privacy.html")]
struct PrivacyPage {
    frame: Frame,
    person: Person,
    /// From when and until when the lock can be taken off, while that is asked for.
    asked: Option<(String, String)>,
    /// The day of waiting is over.
    can_take_off: bool,
    /// Others behind the mailbox who want plain mail, by name: so it is for this client too.
    plain_beside: String,
    problems: Vec<String>,
}

/// `GET /practice/clients/{id}/privacy`.
pub async fn show(visit: Visit, Path(id): Path<String>, Query(query): Query) -> Result<Response> {
    let (session, person) = match enter(&visit, &id).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let mut privacy = PrivacyPage::new(&visit, &session, person, vec![]).await?;
    privacy.frame.banner = DONE.iter().find(|word| **word == query.text("done")).map(|word| {
        let bare = *word == "private-off" && privacy.person.lock().is_none();
        let words = if bare {
            "clients-privacy-done-private-off-bare".to_owned()
        } else {
            format!("clients-privacy-done-{word}")
        };
        Banner { kind: "success", text: visit.say(&words) }
    });
    page(&privacy)
}

/// `POST /practice/clients/{id}/privacy`.
pub async fn answer(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    // read and work
    let (session, person) = match enter(&visit, &id).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let (word, act) = match judge(&visit, &session, &person, &fields).await? {
        Ok(found) => found,
        Err(problems) => {
            return page_with(
                StatusCode::UNPROCESSABLE_ENTITY,
                &PrivacyPage::new(&visit, &session, person, problems).await?,
            );
        }
    };

    // write
    let mut tx = act::begin(&visit, &session).await?;
    // What was so already is no event: the button was pressed twice.
    if let Some(event) = write(&visit, &mut tx, &person, act).await? {
        happened(&visit, &mut tx, Happening::of(event, &person).by(actor(&session)).session(&session.id)).await?;
    }
    tx.commit().await?;
    Ok(go(&format!("/practice/clients/{}/privacy?done={word}", person.id)))
}

/// What will be written, once it was judged.
enum Act {
    /// What is none here stays as it was.
    PrivateOn {
        passphrase: Option<String>,
        safe_word: Option<String>,
    },
    /// It is so already: the button was pressed twice.
    Nothing,
    PrivateOff,
    Mail(&'static str),
    LockOff,
    LockOffNow,
}

type Judged = std::result::Result<(&'static str, Act), Vec<String>>;

async fn judge(visit: &Visit, session: &Session, person: &Person, fields: &Fields) -> Result<Judged> {
    let refused = |sentence: &str| Ok(Err(vec![visit.say(sentence)]));
    let wanted = fields.text("do");
    // Without a safe word there is the pause alone, and the client in the room.
    let needs_word = wanted == "private-off" || wanted == "lock-off" && person.safe_word.is_some();
    if needs_word && let Some(problem) = safe_word_problem(visit, session, person, fields.text("safe_word")).await? {
        return Ok(Err(vec![problem]));
    }
    match wanted {
        "private-on" => private_on(visit, session, person, fields).await,
        "private-off" => Ok(Ok(("private-off", Act::PrivateOff))),
        "lock-off" if person.lock().is_some() => Ok(Ok(("lock-off", Act::LockOff))),
        "lock-off-now" if person.lock_off_asked(visit.now).is_some_and(|from| from <= visit.now) => {
            Ok(Ok(("lock-off-now", Act::LockOffNow)))
        }
        "lock-off-now" if person.lock().is_none() => Ok(Ok(("lock-off-now", Act::Nothing))),
        "mail" => {
            // Without mail, PINs, passkeys and a password nothing would let the client in.
            if fields.text("mail") == "none" && lives_on_mail(visit, person)? {
                return refused("clients-privacy-mail-no-pin");
            }
            let form = match fields.text("mail") {
                "none" => "none",
                "plain" if !person.is_private() => "plain",
                _ => "discreet",
            };
            Ok(Ok(("mail", Act::Mail(form))))
        }
        _ => refused("clients-privacy-not-now"),
    }
}

/// The client types both here, with the screen turned to them. What is there already is not replaced: a lock goes with the
/// safe word and the pause alone, and a new safe word takes the one that was agreed.
async fn private_on(visit: &Visit, session: &Session, person: &Person, fields: &Fields) -> Result<Judged> {
    let typed = fields.text("passphrase");
    if person.lock().is_some() && !typed.is_empty() {
        if was_just_set(visit, session, person, fields).await? {
            return Ok(Ok(("private-on", Act::Nothing)));
        }
        return Ok(Err(vec![visit.say("clients-privacy-lock-stays")]));
    }
    let agreed = person.safe_word.is_some();
    let new_word = normal(fields.text(if agreed { "new_safe_word" } else { "safe_word" }));
    let keeps_word = agreed && new_word.is_empty();
    let mut problems = vec![];
    if !keeps_word && new_word.chars().count() < 4 {
        problems.push(visit.say("clients-privacy-safe-short"));
    }
    // A passkey is a lock as good; the client has made it before.
    let has_lock = person.lock().is_some() || person.have().has(Factor::Passkey);
    if !has_lock || !typed.is_empty() {
        problems.extend(password_strength::passphrase_problems(visit, person, typed).await?);
    }
    if problems.is_empty() && agreed {
        problems.extend(safe_word_problem(visit, session, person, fields.text("safe_word")).await?);
    }
    if !problems.is_empty() {
        return Ok(Err(problems));
    }
    let passphrase = if typed.is_empty() { None } else { Some(hash(visit, typed).await?) };
    let safe_word = if keeps_word { None } else { Some(hash(visit, &new_word).await?) };
    Ok(Ok(("private-on", Act::PrivateOn { passphrase, safe_word })))
}

/// Whether private sign-in was set up a moment ago with just what is typed. The safe word is judged first, so that nobody without
/// it guesses at the passphrase; each is counted as anywhere.
async fn was_just_set(visit: &Visit, session: &Session, person: &Person, fields: &Fields) -> Result<bool> {
    let set_at = if person.is_private() { person.passphrase_set_at } else { None };
    if !set_at.is_some_and(|at| asked::a_moment_ago(at, visit.now))
        || safe_word_problem(visit, session, person, fields.text("safe_word")).await?.is_some()
    {
        return Ok(false);
    }
    let lane = visit.lane("passphrase own", &session.id)?;
    if !matches!(visit.take_try(&lane, limit::PASSWORD_NEAR).await?, Turn::Allowed(_)) {
        return Ok(false);
    }
    let same = lock::verify(visit, person, fields.text("passphrase")).await? != Verdict::Wrong;
    if same {
        limit::clear(visit.db()?, &visit.practice()?.id, &lane).await?;
    }
    Ok(same)
}

/// Turns private sign-in on, and stops what was asked before there was a safe word, unless the lock or the safe word are others by now
/// than those that were judged, or the passkeys that would be the lock are gone.
async fn turn_on(
    visit: &Visit,
    tx: &mut Tx,
    person: &Person,
    passphrase: Option<String>,
    safe_word: Option<String>,
) -> Result<Event> {
    let on = tx
        .execute(
            "UPDATE person SET private_since = COALESCE(private_since, $3), mail_form = CASE WHEN mail_form = 'none' THEN 'none' ELSE 'discreet' END,
                lock_off_from = NULL, safe_word = COALESCE($4, safe_word), passphrase = COALESCE($5, passphrase),
                passphrase_set_at = CASE WHEN CAST($5 AS TEXT) IS NULL THEN passphrase_set_at ELSE $3 END,
                passkey_lock_since = CASE WHEN COALESCE($5, passphrase) IS NULL THEN COALESCE(passkey_lock_since, $3) ELSE passkey_lock_since END
             WHERE practice_id = $1 AND id = $2 AND COALESCE(safe_word, '') = $6
                AND (CAST($5 AS TEXT) IS NULL OR passphrase IS NULL AND passkey_lock_since IS NULL)
                AND (COALESCE($5, passphrase) IS NOT NULL OR passkey_lock_since IS NOT NULL OR EXISTS (
                    SELECT 1 FROM passkey k WHERE k.practice_id = $1 AND k.person_id = $2 AND k.verified_at IS NOT NULL))",
            args![
                &visit.practice()?.id, &person.id, visit.now, safe_word, passphrase,
                person.safe_word.clone().unwrap_or_default(),
            ],
        )
        .await?;
    if on == 0 {
        return Err(Error::Conflict);
    }
    lock::count_anew(visit, tx, person).await?;
    // Who had private sign-in and a lock stays signed in, and can stop what was begun against them.
    if !person.is_private() || person.lock().is_none() {
        lock::end_all_but(visit, tx, person, None).await?;
    }
    Ok(Event::PrivateOn)
}

/// Whether mail is all that lets the client in.
fn lives_on_mail(visit: &Visit, person: &Person) -> Result<bool> {
    Ok(person.has_no_way_without(person::Gone::Mail, visit.practice()?))
}

async fn write(visit: &Visit, tx: &mut Tx, person: &Person, act: Act) -> Result<Option<Event>> {
    let practice = &visit.practice()?.id;
    let (changed, event) = match act {
        Act::PrivateOn { passphrase, safe_word } => {
            return turn_on(visit, tx, person, passphrase, safe_word).await.map(Some);
        }
        Act::Nothing => return Ok(None),
        Act::PrivateOff => {
            let off = tx
                .execute(
                    "UPDATE person SET private_since = NULL WHERE practice_id = $1 AND id = $2 AND private_since IS NOT NULL",
                    args![practice, &person.id],
                )
                .await?;
            (off, Event::PrivateOff)
        }
        Act::Mail(form) => {
            // Here and not only before: a passkey or a password may have gone meanwhile.
            if form == "none" && lives_on_mail(visit, &person::by_id_in(tx, practice, &person.id).await?)? {
                return Err(Error::Conflict);
            }
            let changed = tx
                .execute(
                    "UPDATE person SET mail_form = $3 WHERE practice_id = $1 AND id = $2 AND mail_form <> $3",
                    args![practice, &person.id, form],
                )
                .await?;
            (changed, Event::MailFormChanged)
        }
        Act::LockOff => {
            let asked = tx
                .execute(
                    "UPDATE person SET lock_off_from = $3 WHERE practice_id = $1 AND id = $2 AND (lock_off_from IS NULL OR lock_off_from <= $4)",
                    args![practice, &person.id, visit.now + PAUSE_SECONDS, visit.now - person::LOCK_OFF_LAPSES],
                )
                .await?;
            (asked, if person.safe_word.is_some() { Event::LockOffAsked } else { Event::LockOffAskedNoWord })
        }
        Act::LockOffNow => {
            let taken = tx
                .execute(
                    "UPDATE person SET passphrase = NULL, passphrase_set_at = NULL, passkey_lock_since = NULL, lock_off_from = NULL
                     WHERE practice_id = $1 AND id = $2 AND lock_off_from <= $3 AND lock_off_from > $4",
                    args![practice, &person.id, visit.now, visit.now - person::LOCK_OFF_LAPSES],
                )
                .await?;
            if taken == 0 {
                // Pressed twice at once, or stopped: judged anew, by what there is now.
                return Err(Error::Conflict);
            }
            if person.passkey_lock_since.is_some() {
                // The lock that nobody can open any more: its passkeys are lost, or somebody else's.
                passkey_store::delete_all(visit, tx, &person.id).await?;
            }
            lock::end_all_but(visit, tx, person, None).await?;
            lock::count_anew(visit, tx, person).await?;
            (taken, Event::LockRemovedByPractice)
        }
    };
    Ok((changed == 1).then_some(event))
}

/// What to say where that is not the client's safe word; none where it is. Guesses are slowed, end some day, and stand in the
/// record, since they are made where the client is not.
///
/// # Errors
/// Busy when the hashing pool's queue is full; faults of the database.
pub(super) async fn safe_word_problem(
    visit: &Visit,
    session: &Session,
    person: &Person,
    typed: &str,
) -> Result<Option<String>> {
    let practice = &visit.practice()?.id;
    let lane = lock::safe_word_lane(visit, person)?;
    match visit.take_try(&lane, SAFE_WORD).await? {
        Turn::Allowed(_) => {}
        Turn::Wait(until) => {
            let time = when::clock_from(until, visit.zone());
            return Ok(Some(visit.say_with("clients-privacy-safe-wait", &[("time", &time)])));
        }
        Turn::Off => return Ok(Some(visit.say("clients-privacy-safe-off"))),
    }
    let word = normal(typed);
    let verdict = password::verify(visit, person.safe_word.clone(), &word).await.map_err(pool_error)?;
    if matches!(verdict, Verdict::Right { .. }) {
        limit::clear(visit.db()?, practice, &lane).await?;
        if let Some(new_hash) = password::renewed(visit, verdict, &word).await {
            let sql = "UPDATE person SET safe_word = $4 WHERE practice_id = $1 AND id = $2 AND safe_word = $3";
            visit.db()?.execute(sql, args![practice, &person.id, person.safe_word.clone(), new_hash]).await?;
        }
        return Ok(None);
    }
    let mut tx = visit.db()?.write().await?;
    let wrong = Happening::of(Event::WrongSafeWord, person).by(actor(session)).session(&session.id).result("refused");
    happened(visit, &mut tx, wrong).await?;
    tx.commit().await?;
    Ok(Some(visit.say("clients-privacy-safe-wrong")))
}

/// As it is said, not as it is written: on the phone nobody hears capitals.
fn normal(word: &str) -> String {
    word.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn enter(visit: &Visit, id: &str) -> Result<std::result::Result<(Arc<Session>, Person), Response>> {
    let session = match fresh_member(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    Ok(Ok((session, client(visit, id).await?)))
}

impl PrivacyPage {
    async fn new(visit: &Visit, session: &Session, person: Person, problems: Vec<String>) -> Result<PrivacyPage> {
        let asked = person.lock_off_asked(visit.now);
        let full = |at: i64| when::full(at, visit.zone());
        Ok(PrivacyPage {
            frame: session::frame(visit, session, "clients-privacy-title").script("strength.js"),
            asked: asked.map(|from| (full(from), full(from + person::LOCK_OFF_LAPSES))),
            can_take_off: asked.is_some_and(|from| from <= visit.now),
            plain_beside: person::plain_beside(visit, &person).await?.join(", "),
            person,
            problems,
        })
    }

    /// What "None" means here: the ways that are left to the client.
    fn none_words(&self) -> &'static str {
        let practice = self.frame.visit.practice().ok();
        match practice.map(|practice| (practice.pin_by != "nobody", self.person.password_opens(practice))) {
            Some((false, true)) => "clients-privacy-mail-none-password",
            Some((false, false)) => "clients-privacy-mail-none-passkey",
            _ => "clients-privacy-mail-none",
        }
    }
}
