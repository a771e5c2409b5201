//! What a page hands to the browser for a ceremony (WebAuthn L3, 5.4 and 5.5, as JSON), and fresh ones for a page that
//! was open too long.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::passkey_again;
use super::passkey_ceremony::{self as ceremony, Purpose};
use super::passkey_store::{self as store, Passkey};
use crate::args;
use crate::platform::db::Tx;
use crate::platform::door;
use crate::platform::error::{Error, Result};
use crate::platform::web::{Fields, Visit};
use crate::platform::webauthn::ALGORITHMS;
use crate::platform::world::random;
use crate::sign_in::person::Person;
use crate::sign_in::session::{self, State};
use crate::sign_in::{self, device};

/// What a form with `data-passkey` carries; `factors/passkey_form.html` writes it, and the words for what can happen.
pub struct Asked {
    pub ceremony: String,
    /// JSON for `data-options`.
    pub options: String,
}

impl Asked {
    fn new(token: String, options: &Value) -> Asked {
        Asked { ceremony: token, options: options.to_string() }
    }
}

/// The relying party is the practice's first host, whatever it is called now (decisions.md, Addresses).
///
/// # Errors
/// Not found where there is no practice.
pub fn rp_id(visit: &Visit) -> Result<&str> {
    Ok(&visit.practice()?.host)
}

/// The origins at which the practice's passkeys may be used: its first host, its present one, and its others. The same
/// list is served as `/.well-known/webauthn`.
///
/// # Errors
/// A failed read is a fault: then nobody gets in by a passkey, rather than by one too many.
pub async fn origins(visit: &Visit) -> Result<Vec<String>> {
    let (practice, server) = (visit.practice()?, &visit.server);
    if let Some(known) = practice.origins.get() {
        return Ok(known.clone());
    }
    let others: Vec<(String,)> = visit
        .db()?
        .all("SELECT host FROM practice_host WHERE practice_id = $1 ORDER BY since, host", args![&practice.id])
        .await?;
    let hosts = [practice.host.clone(), practice.present_host(&server.config.base)]
        .into_iter()
        .chain(others.into_iter().map(|(host,)| host));
    let mut all: Vec<String> = vec![];
    for origin in hosts.map(|host| server.origin_of(&host)) {
        if !all.contains(&origin) {
            all.push(origin);
        }
    }
    // Whoever was quicker found the same.
    let _ = practice.origins.set(all.clone());
    Ok(all)
}

/// To sign in: any passkey of this practice that the browser can find. The same for everybody, so that nobody learns who
/// has one (AC-053).
///
/// # Errors
/// Not found where there is no practice.
pub fn to_sign_in(visit: &Visit) -> Result<Asked> {
    to_get(visit, Purpose::SignIn, "", &[])
}

/// As [`to_sign_in`], at the clients' door.
///
/// # Errors
/// As [`to_sign_in`].
pub fn to_enter_portal(visit: &Visit) -> Result<Asked> {
    to_get(visit, Purpose::Portal, "", &[])
}

/// To show one of these passkeys; after another proof one without verification will do.
///
/// # Errors
/// As [`to_sign_in`].
pub fn to_get(visit: &Visit, purpose: Purpose, bound: &str, allowed: &[Passkey]) -> Result<Asked> {
    let begun = ceremony::begin(visit, purpose, bound)?;
    let options = json!({
        "challenge": begun.challenge,
        "timeout": ceremony::SECONDS * 1000,
        "rpId": rp_id(visit)?,
        "allowCredentials": descriptors(allowed),
        "userVerification": if purpose == Purpose::Step { "preferred" } else { "required" },
    });
    Ok(Asked::new(begun.token, &options))
}

/// To make one: discoverable and verified, on none of the authenticators that have one already.
///
/// # Errors
/// Not found where there is no practice.
pub fn to_create(visit: &Visit, purpose: Purpose, bound: &str, person: &Person, had: &[Passkey]) -> Result<Asked> {
    let begun = ceremony::begin(visit, purpose, bound)?;
    let handle = person.passkey_user.as_deref().ok_or_else(|| Error::Fault("a person without a user handle".into()))?;
    let options = json!({
        "rp": { "id": rp_id(visit)?, "name": visit.practice()?.name },
        "user": { "id": handle, "name": shown_as(visit, person), "displayName": person.name },
        "challenge": begun.challenge,
        "pubKeyCredParams": ALGORITHMS.map(|alg| json!({ "type": "public-key", "alg": alg })),
        "timeout": ceremony::SECONDS * 1000,
        "excludeCredentials": descriptors(had),
        "authenticatorSelection":
            { "residentKey": "required", "requireResidentKey": true, "userVerification": "required" },
        "attestation": "none",
        "extensions": { "credProps": true },
    });
    Ok(Asked::new(begun.token, &options))
}

/// The name under which browsers list a passkey. Staff know theirs by the address; several clients may share one, and a
/// client may be staff of the same practice, so that a client's says who it is and for which door.
pub fn shown_as(visit: &Visit, person: &Person) -> String {
    if person.is_client() {
        visit.say_with("passkey-shown-as-client", &[("name", &person.name)])
    } else {
        person.email.clone()
    }
}

fn descriptors(passkeys: &[Passkey]) -> Vec<Value> {
    let one = |passkey: &Passkey| {
        let mut one = json!({ "type": "public-key", "id": passkey.id });
        if !passkey.transports.is_empty() {
            one["transports"] = passkey.transports.split(',').collect();
        }
        one
    };
    passkeys.iter().map(one).collect()
}

/// The person's user handle, made on first use: 64 random bytes, base64url (WebAuthn L3, 14.6.1).
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn user_handle(visit: &Visit, tx: &mut Tx, person: &str) -> Result<String> {
    let fresh = BASE64URL_NOPAD.encode(&random::<64>(&*visit.server.world));
    let row: Option<(String,)> = tx
        .optional(
            "UPDATE person SET passkey_user = COALESCE(passkey_user, $3) WHERE practice_id = $1 AND id = $2 RETURNING passkey_user",
            args![&visit.practice()?.id, person, fresh],
        )
        .await?;
    row.map(|(handle,)| handle).ok_or(Error::NotFound)
}

/// `POST /passkey/options`: new ones for the same purpose, for a page that was open longer than a challenge lasts.
/// Where the page's form has grown too old as well, or another tab's cookie has taken the place of its own, what is hidden in
/// its forms comes anew with them, so that one press does. 204 says that the page's own question still holds, 409 that the page
/// itself has to be loaded again.
pub async fn refresh(visit: Visit, fields: Fields) -> Result<Response> {
    let token = fields.text("ceremony");
    let (asked, whose) = match ceremony::purpose_of(token) {
        Some(purpose @ (Purpose::SignIn | Purpose::Portal)) => {
            // The same question for everybody who opens the door, in whichever tab.
            let fits = visit.stale || fits(&visit, token, purpose, "")?;
            (fits.then(|| to_get(&visit, purpose, "", &[])).transpose()?, None)
        }
        Some(purpose @ (Purpose::Step | Purpose::Lock)) => match sign_in::current(&visit).await? {
            Some(attempt) if fits(&visit, token, purpose, &attempt.id)? => {
                let passkeys = store::of(&visit, &attempt.person_id).await?;
                (Some(to_get(&visit, purpose, &attempt.id, &passkeys)?), Some(attempt.person_id))
            }
            _ => (None, None),
        },
        Some(purpose @ (Purpose::Unlock | Purpose::Confirm)) => match session::glance(&visit).await? {
            State::Open(session) | State::Locked(session) if fits(&visit, token, purpose, &session.id)? => {
                let passkeys = store::of(&visit, &session.person_id).await?;
                (Some(to_get(&visit, purpose, &session.id, &passkeys)?), Some(session.person_id.clone()))
            }
            _ => (None, None),
        },
        Some(purpose @ (Purpose::Create | Purpose::Silent)) => passkey_again::again(&visit, token, purpose)
            .await?
            .map_or((None, None), |(asked, whose)| (Some(asked), Some(whose))),
        None => (None, None),
    };
    Ok(match asked {
        Some(Asked { ceremony, options }) => {
            let options: Value = serde_json::from_str(&options).map_err(|error| Error::fault("options", error))?;
            let hidden = if visit.stale {
                json!({ "csrf": visit.form_token(whose.as_deref()), "device_challenge": device::challenge(&visit) })
            } else {
                json!({})
            };
            Json(json!({ "ceremony": ceremony, "options": options, "hidden": hidden })).into_response()
        }
        // For the page's own question, which was asked while the proof was fresh.
        None if passkey_again::holds(&visit, token).await? => door::status(StatusCode::NO_CONTENT),
        None => door::status(StatusCode::CONFLICT),
    })
}

/// Whether a token was made here for this, however long ago.
pub(super) fn fits(visit: &Visit, token: &str, purpose: Purpose, bound: &str) -> Result<bool> {
    Ok(ceremony::however_old(visit, token, purpose, bound)?.is_some())
}
