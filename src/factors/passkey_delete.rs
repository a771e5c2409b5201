//! Deleting a passkey, after fresh proof and on a page that says what follows; the last way in is guarded.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::codes_left::{self, Codes};
use super::mine;
use super::passkey_new;
use super::passkey_providers as providers;
use super::passkey_store::{self as store, Passkey};
use super::passkeys::GONE;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::practice::Practice;
use crate::platform::web::{Fields, Visit, encode, go, page, page_with};
use crate::sign_in::act;
use crate::sign_in::flash;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};
use crate::sign_in::step::Factor;

/// What follows from deleting it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// Others are left.
    Others,
    /// The app's code is asked for from then on.
    Code,
    /// As that, but wrong codes switched the app off: a backup code is asked for.
    BackupCode,
    /// As that, and there is none: the password would lead nowhere.
    CodesOff,
    /// The password alone opens the account.
    PasswordOnly,
    /// The practice requires a second factor and there would be none.
    Required,
    /// An administrator reset the second step, and nothing but the passkey was left: the password opens nothing.
    Reset,
    /// There is no password: nothing would be left.
    NoWayIn,
    /// The password was stopped by "this wasn't me", and opens nothing.
    Stopped,
    /// A client goes on signing in by mail.
    MailOnly,
    /// As that, but no mail goes to them: the practice gives them a PIN.
    PinOnly,
    /// As that, where nobody may give them a PIN: there is a password.
    PasswordLeft,
    /// No mail goes to them, and nobody may give them a PIN.
    NothingElse,
    /// As by mail, and the passphrase is asked for.
    Passphrase,
    /// It is the client's own lock, which goes with it.
    LockGoes,
    /// As that, where no mail goes to them.
    LockGoesNoMail,
    /// It is their lock, and private sign-in stands on it.
    LockStays,
}

impl After {
    /// `left` are the others, and `codes` what is left of 2 factor authentication. One that was never verified stands beside a
    /// password, and is no way in without one.
    fn of(visit: &Visit, person: &Person, left: &[Passkey], codes: Codes) -> Result<After> {
        let alone = left.iter().any(|passkey| passkey.verified_at.is_some());
        Ok(if person.is_client() {
            if left.is_empty() { After::of_client(visit.practice()?, person) } else { After::Others }
        } else if person.password.is_none() && !alone {
            After::NoWayIn
        } else if person.password_stolen_at.is_some() && !alone {
            After::Stopped
        } else if !left.is_empty() {
            After::Others
        } else if person.totp_secret.is_some() {
            match codes {
                Codes::Backup if person.backup_left > 0 => After::BackupCode,
                Codes::Backup | Codes::Off => After::CodesOff,
                Codes::None | Codes::App => After::Code,
            }
        } else if person.re_enrol_since.is_some() {
            After::Reset
        } else if person.second_required(visit.practice()?, visit.now) {
            After::Required
        } else {
            After::PasswordOnly
        })
    }

    fn of_client(practice: &Practice, person: &Person) -> After {
        let no_mail = person.mail_form == "none";
        match person.lock() {
            _ if person.comes_in_by_nothing_else(practice) => After::NothingElse,
            Some(Factor::Passphrase) | None if no_mail && practice.pin_by == "nobody" => After::PasswordLeft,
            Some(Factor::Passphrase) | None if no_mail => After::PinOnly,
            Some(Factor::Passphrase) => After::Passphrase,
            _ if person.is_private() => After::LockStays,
            Some(_) if no_mail => After::LockGoesNoMail,
            Some(_) => After::LockGoes,
            None => After::MailOnly,
        }
    }

    const fn is_refused(self) -> bool {
        matches!(
            self,
            After::CodesOff
                | After::Required
                | After::Reset
                | After::NoWayIn
                | After::NothingElse
                | After::Stopped
                | After::LockStays
        )
    }

    /// What the form carries, so that nothing is deleted but what its page told.
    const fn word(self) -> &'static str {
        match self {
            After::Others => "others",
            After::Code => "code",
            After::BackupCode => "backup-code",
            After::CodesOff => "codes-off",
            After::PasswordOnly => "password-only",
            After::Required => "required",
            After::Reset => "reset",
            After::NoWayIn => "no-way-in",
            After::Stopped => "stopped",
            After::MailOnly => "mail-only",
            After::PinOnly => "pin-only",
            After::PasswordLeft => "password-left",
            After::NothingElse => "nothing-else",
            After::Passphrase => "passphrase",
            After::LockGoes => "lock-goes",
            After::LockGoesNoMail => "lock-goes-no-mail",
            After::LockStays => "lock-stays",
        }
    }

    /// The sentence in the catalogue; in some practices, and to some clients, no mail has a link.
    const fn sentence(self, code_only: bool) -> &'static str {
        match self {
            After::Others => "passkey-delete-others",
            After::Code => "passkey-delete-code",
            After::BackupCode => "passkey-delete-backup-code",
            After::CodesOff => "passkey-delete-codes-off",
            After::PasswordOnly => "passkey-delete-password-only",
            After::Required => "passkey-delete-required",
            After::Reset => "passkey-delete-reset",
            After::NoWayIn => "passkey-delete-no-way-in",
            After::Stopped => "passkey-delete-stopped",
            After::MailOnly if code_only => "passkey-delete-mail-only-code",
            After::MailOnly => "passkey-delete-mail-only",
            After::PinOnly => "passkey-delete-pin-only",
            After::PasswordLeft => "passkey-delete-password-left",
            After::NothingElse => "passkey-delete-nothing-else",
            After::Passphrase if code_only => "passkey-delete-passphrase-code",
            After::Passphrase => "passkey-delete-passphrase",
            After::LockGoes => "passkey-delete-lock-goes",
            After::LockGoesNoMail => "passkey-delete-lock-goes-no-mail",
            After::LockStays => "passkey-delete-lock-stays",
        }
    }

    /// What a client can do first; where the practice offers no passkeys, nobody is told to make one.
    const fn first(self, offered: bool) -> Option<&'static str> {
        match self {
            After::NothingElse if offered => Some("passkey-delete-first-other"),
            After::NothingElse => Some("passkey-delete-first-talk"),
            After::LockStays if offered => Some("passkey-delete-first-lock"),
            After::LockStays => Some("passkey-delete-first-passphrase"),
            After::LockGoes | After::LockGoesNoMail if offered => Some("passkey-delete-matters"),
            After::LockGoes | After::LockGoesNoMail => Some("passkey-delete-matters-passphrase"),
            _ => None,
        }
    }
}

#[derive(askama::Template)]
#[template(path = "factors/passkey_delete.html")]
struct DeletePage {
    frame: Frame,
    short_id: String,
    name: String,
    after: After,
    /// Mails to this client have a code and no link.
    code_only: bool,
    /// Another one may be made.
    offered: bool,
    /// It is another than the page told on which the button was pressed.
    changed: bool,
}

/// `GET /me/passkeys/{id}/delete`.
pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    match enter(&visit, &id).await? {
        Ok((session, person, passkey)) => {
            let left = others(store::of(&visit, &person.id).await?, &passkey);
            let after = After::of(&visit, &person, &left, codes_left::of(&visit, &person).await?)?;
            page(&delete_page(&visit, (&session, &person), &passkey, after).await?)
        }
        Err(response) => Ok(response),
    }
}

/// `POST /me/passkeys/{id}/delete`.
pub async fn answer(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    // read
    let (session, person, passkey) = match enter(&visit, &id).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };

    let codes = codes_left::of(&visit, &person).await?;

    // write
    let mut tx = act::begin(&visit, &session).await?;
    let person = person::by_id_in(&mut tx, &visit.practice()?.id, &session.person_id).await?;
    let left = others(store::of_in(&visit, &mut tx, &person.id).await?, &passkey);
    let after = After::of(&visit, &person, &left, codes)?;
    if after.is_refused() {
        drop(tx);
        return page_with(StatusCode::FORBIDDEN, &delete_page(&visit, (&session, &person), &passkey, after).await?);
    }
    if fields.text("after") != after.word() {
        drop(tx);
        let again = DeletePage { changed: true, ..delete_page(&visit, (&session, &person), &passkey, after).await? };
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    }
    if !store::delete(&visit, &mut tx, &person, &passkey, (Actor::Self_, ""), Some(&session.id)).await? {
        drop(tx);
        return Ok(go(GONE));
    }
    let lock_goes = matches!(after, After::LockGoes | After::LockGoesNoMail);
    if store::unlock_without_any(&visit, &mut tx, &person.id).await? && lock_goes {
        happened(&visit, &mut tx, Happening::of(Event::LockRemoved, &person).session(&session.id)).await?;
    }
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    flash::signal(&visit);
    let keeper = providers::keeper(&passkey.aaguid, &passkey.transports);
    let kept = keeper.map_or(String::new(), |name| format!("&in={}", encode(name)));
    Ok(go(&format!("/me/passkeys?done=deleted{kept}")))
}

fn others(mut all: Vec<Passkey>, but: &Passkey) -> Vec<Passkey> {
    all.retain(|passkey| passkey.id != but.id);
    all
}

type Entered = std::result::Result<(Arc<Session>, Person, Passkey), Response>;

async fn enter(visit: &Visit, id: &str) -> Result<Entered> {
    let session = match session::fresh(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    let person = mine::myself(visit, &session).await?;
    Ok(match store::own(visit, &person.id, id).await {
        Ok(passkey) => Ok((session, person, passkey)),
        Err(Error::NotFound) => Err(go(GONE)),
        Err(error) => return Err(error),
    })
}

async fn delete_page(
    visit: &Visit,
    (session, person): (&Session, &Person),
    passkey: &Passkey,
    after: After,
) -> Result<DeletePage> {
    Ok(DeletePage {
        frame: session::frame(visit, session, "passkey-delete-title"),
        short_id: passkey.short_id.clone(),
        name: passkey.name.clone(),
        after,
        code_only: person.is_client() && person::mails_have_no_link(visit, person).await?,
        offered: passkey_new::are_offered(visit, person.is_client())?,
        changed: false,
    })
}
