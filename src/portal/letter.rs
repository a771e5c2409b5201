//! The job behind an asking: looks up who has the address and writes one mail, with a link for the browser that asked
//! and a code. It runs in the outbox's worker, so that no page takes longer for a known address.

use futures_util::future::BoxFuture;

use super::{Ask, CODE_SECONDS, code_hash};
use crate::args;
use crate::notices::compose::{Letter, discreet_letter, letter_with_id};
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::asked;
use crate::platform::browser::Browser;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::limit;
use crate::platform::secret;
use crate::platform::web::Visit;
use crate::platform::when;
use crate::sign_in::person::{self, Person};

/// An address that nobody here has gets a mail that says so, once in so many seconds.
const NOBODY_SECONDS: i64 = 86_400;
/// Characters of a token; what follows is the mark of its practice.
const TOKEN_CHARS: usize = 43;
const MARK_CHARS: usize = 6;

/// The job of that name in the outbox; `to` is the canonical address, the body names the asking.
pub fn send<'a>(
    visit: &'a Visit,
    tx: &'a mut Tx,
    to: &'a str,
    body: &'a serde_json::Value,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let Some(ask) = take(visit, tx, body["ask"].as_str().unwrap_or_default()).await? else { return Ok(()) };
        let people = person::clients_by_email_in(tx, &visit.practice()?.id, to).await?;
        // In a flood an address that nobody has gets no mail, and whoever is on file still does, up to the limit again.
        if body["flood"].as_bool() == Some(true) && (people.is_empty() || !asked::still_goes(visit, tx).await?) {
            return hold(visit, tx, &ask).await;
        }
        if people.is_empty() { tell_stranger(visit, tx, &ask).await } else { mail(visit, tx, &ask, &people).await }
    })
}

/// Notes for the practice that no mail was written.
async fn hold(visit: &Visit, tx: &mut Tx, ask: &Ask) -> Result<()> {
    // It ends when a client's would, so that their pages cannot be told apart.
    let practice = visit.practice()?;
    tx.execute(
        "UPDATE link_ask SET result = 'held', link_until = $3 WHERE practice_id = $1 AND id = $2",
        args![&practice.id, &ask.id, visit.now + practice.link_minutes * 60],
    )
    .await?;
    Ok(())
}

/// Takes an asking that nobody has looked at yet.
async fn take(visit: &Visit, tx: &mut Tx, id: &str) -> Result<Option<Ask>> {
    tx.optional(
        "UPDATE link_ask SET handled_at = $3 WHERE practice_id = $1 AND id = $2 AND handled_at IS NULL AND ended_at IS NULL
         RETURNING id, email, email_key, bound_to, number, then_path, keep, shared, session_id, language, browser, place, result,
            message_id, tries, request_number, pin_tries, help_at, asked_at, handled_at, link_until, replaced_at, ended_at, used_at, used_by, proved_in",
        args![&visit.practice()?.id, id, visit.now],
    )
    .await
}

async fn mail(visit: &Visit, tx: &mut Tx, ask: &Ask, people: &[Person]) -> Result<()> {
    let practice = visit.practice()?;
    let (token, code) = (new_link(visit)?, secret::six_digits(&*visit.server.world));
    let until = visit.now + practice.link_minutes * 60;
    tx.execute(
        "UPDATE link_ask SET replaced_at = $4 WHERE practice_id = $1 AND email_key = $2 AND id <> $3 AND link_hash IS NOT NULL
            AND used_at IS NULL AND replaced_at IS NULL AND ended_at IS NULL",
        args![&practice.id, &ask.email_key, &ask.id, visit.now],
    )
    .await?;
    let message_id = write(visit, tx, ask, people, &Made { token: &token, code: &code, until }).await?;
    tx.execute(
        "UPDATE link_ask SET result = CASE WHEN CAST($3 AS TEXT) IS NULL THEN 'private' ELSE 'mailed' END, message_id = $3, link_hash = $4,
            code_hash = $5, link_until = $6
         WHERE practice_id = $1 AND id = $2",
        args![&practice.id, &ask.id, message_id, secret::hash_token(&token), code_hash(visit, &ask.id, &code)?, until],
    )
    .await?;
    for person in people {
        let asked = Happening::of(Event::LinkAsked, person).by(Actor::Stranger);
        happened(visit, tx, asked.detail("browser", &Browser::from_stored(&ask.browser).in_english())).await?;
    }
    Ok(())
}

/// What goes into one mail.
struct Made<'a> {
    token: &'a str,
    code: &'a str,
    until: i64,
}

/// Writes the mail in the form its readers chose: a discreet one has a code and nothing else.
async fn write(visit: &Visit, tx: &mut Tx, ask: &Ask, people: &[Person], made: &Made<'_>) -> Result<Option<String>> {
    let practice = visit.practice()?;
    let only = people.len() == 1;
    let mut letter = Letter {
        name: "portal-link",
        to: &people[0].email,
        // Whose it is shows only after the mailbox is proved: several people may share it.
        person_id: only.then_some(people[0].id.as_str()),
        language: people[0].language.as_deref().filter(|_| only).unwrap_or(&ask.language),
        words: vec![
            ("code", made.code.to_owned()),
            ("code_until", when::clock(made.until.min(visit.now + CODE_SECONDS), &practice.zone)),
        ],
        until: Some(made.until),
    };
    match form(visit, people)? {
        Form::None => return Ok(None),
        Form::Discreet => {
            (letter.name, letter.until) = ("portal-code", Some(made.until.min(visit.now + CODE_SECONDS)));
            return discreet_letter(visit, tx, &letter).await.map(Some);
        }
        Form::Plain => {}
    }
    letter.words.extend([
        ("link", format!("{}/link/{}", visit.server.home_of(practice), made.token)),
        ("time", when::clock(ask.asked_at, &practice.zone)),
        ("browser", Browser::from_stored(&ask.browser).in_english()),
        ("until", when::full(made.until, &practice.zone)),
        ("contact", crate::notices::compose::contact(visit)?),
    ]);
    letter_with_id(visit, tx, &letter).await.map(Some)
}

enum Form {
    Plain,
    Discreet,
    None,
}

/// The plainest form that one of the mailbox's people wants; private clients never want a plain one.
fn form(visit: &Visit, people: &[Person]) -> Result<Form> {
    let wants = |form: &str| people.iter().any(|person| person.mail_form == form);
    let plain = people.iter().any(|person| person.mail_form == "plain" && !person.is_private());
    Ok(if plain && visit.practice()?.discreet == 0 {
        Form::Plain
    } else if plain || wants("discreet") || wants("plain") {
        Form::Discreet
    } else {
        Form::None
    })
}

/// Whoever typed an address that is not on file waits for nothing no longer than it takes to read this.
async fn tell_stranger(visit: &Visit, tx: &mut Tx, ask: &Ask) -> Result<()> {
    let practice = visit.practice()?;
    // It ends as soon as a link would, and ends older ones, so that the pages of its browsers age as a client's do.
    tx.execute(
        "UPDATE link_ask SET replaced_at = $4 WHERE practice_id = $1 AND email_key = $2 AND id <> $3 AND result = 'nobody'
            AND used_at IS NULL AND replaced_at IS NULL AND ended_at IS NULL",
        args![&practice.id, &ask.email_key, &ask.id, visit.now],
    )
    .await?;
    tx.execute(
        "UPDATE link_ask SET result = 'nobody', link_until = $3 WHERE practice_id = $1 AND id = $2",
        args![&practice.id, &ask.id, visit.now + practice.link_minutes * 60],
    )
    .await?;
    let lane = visit.lane("portal nobody", &ask.email_key)?;
    if !limit::once(tx, &practice.id, &lane, NOBODY_SECONDS, visit.now).await? {
        return Ok(());
    }
    let words = vec![("time", when::clock(ask.asked_at, &practice.zone))];
    let mut stranger =
        Letter { name: "portal-nobody", to: &ask.email, person_id: None, language: &ask.language, words, until: None };
    match form_for_nobody(visit, tx, &ask.email_key).await? {
        Form::None => {}
        Form::Discreet => {
            stranger.name = "portal-nobody-discreet";
            discreet_letter(visit, tx, &stranger).await?;
        }
        Form::Plain => {
            stranger.words.extend([
                ("contact", crate::notices::compose::contact(visit)?),
                ("url", visit.server.home_of(practice)),
            ]);
            letter_with_id(visit, tx, &stranger).await?;
        }
    }
    Ok(())
}

/// The form of a mail to an address with which nobody can sign in. Clients whose access is off may have it: what they chose
/// against whoever reads their mailbox goes on.
async fn form_for_nobody(visit: &Visit, tx: &mut Tx, email_key: &str) -> Result<Form> {
    let practice = visit.practice()?;
    let chosen: Vec<(String, Option<i64>)> = tx
        .all(
            "SELECT mail_form, private_since FROM person WHERE practice_id = $1 AND email_key = $2 AND kind = 'client'",
            args![&practice.id, email_key],
        )
        .await?;
    let discreet = chosen.iter().any(|(form, private)| form != "plain" || private.is_some());
    Ok(if !chosen.is_empty() && chosen.iter().all(|(form, _)| form == "none") {
        Form::None
    } else if discreet || practice.discreet != 0 {
        Form::Discreet
    } else {
        Form::Plain
    })
}

/// A link's secret with the mark of its practice, so that another practice's page can say that it is not one of its own.
fn new_link(visit: &Visit) -> Result<String> {
    Ok(visit.new_token() + &mark(&visit.practice()?.id))
}

/// Whether a link was made, by the look of it, at another practice.
///
/// # Errors
/// Not found where there is no practice.
pub(super) fn is_of_another_practice(visit: &Visit, token: &str) -> Result<bool> {
    let own = mark(&visit.practice()?.id);
    let parts = token.split_at_checked(TOKEN_CHARS);
    Ok(parts.is_some_and(|(_, given)| given.len() == MARK_CHARS && given != own))
}

/// Tells practices apart and nothing else: it is no secret and no proof.
fn mark(practice: &str) -> String {
    let mut mark = secret::hash_token(practice);
    mark.truncate(MARK_CHARS);
    mark
}
