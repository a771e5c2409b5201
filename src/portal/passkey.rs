//! A client's passkey at the door: by button or in the email field's own list. It needs no address and no mail, and no
//! stranger's asking ever delays it.

use axum::response::Response;

use super::ask;
use crate::factors::passkey_ceremony::Purpose;
use crate::factors::passkey_check::{self as check, Answer, Asking, Worth};
use crate::factors::passkey_sign_in::not_alone;
use crate::platform::error::Result;
use crate::platform::web::{Fields, Visit, encode, go, safe_path};
use crate::sign_in::step::Factor;
use crate::sign_in::{self, Start, lock_off, marks};

/// `POST /portal/passkey`. Unknown, deleted, of staff, of a client whose access is off: one answer.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read, work
    let asking = Asking { purpose: Purpose::Portal, bound: "", whose: None };
    let right = match check::judge(&visit, &fields, &asking).await? {
        Answer::Right(right) => *right,
        Answer::Empty => return Ok(go(&format!("/portal/passkey/none{}", then(&fields)))),
        Answer::Old => return ask::refused(&visit, &fields, visit.say("passkey-old"), None),
        Answer::Wrong(wrong) => {
            check::refused(&visit, &wrong).await?;
            return ask::refused(&visit, &fields, visit.say("portal-passkey-wrong"), wrong.gone);
        }
    };
    if right.worth() != Worth::Alone {
        let words = not_alone(&visit, &right)?;
        check::set_aside(&visit, &right).await?;
        return ask::refused(&visit, &fields, words, None);
    }

    // write
    let mut tx = visit.db()?.write().await?;
    if !check::accept(&visit, &mut tx, &right, false).await? {
        drop(tx);
        check::replayed(&visit, right).await?;
        return ask::refused(&visit, &fields, visit.say("portal-passkey-wrong"), None);
    }
    lock_off::not_forgotten(&visit, &mut tx, &right.person).await?;
    let shared = fields.ticked("shared");
    marks::mark_passkey(&visit, right.short_id(), shared);
    let start = Start {
        person_id: &right.person.id,
        goal: "sign-in",
        then_path: &safe_path(fields.text("then"), "/me"),
        keep: fields.ticked("keep") && !shared,
        shared,
        ..Start::default()
    };
    let attempt = sign_in::start(&visit, &mut tx, &start).await?;
    sign_in::proved(&visit, &mut tx, &attempt, Factor::Passkey).await?;
    sign_in::advance(&visit, tx, &attempt).await
}

fn then(fields: &Fields) -> String {
    let path = safe_path(fields.text("then"), "");
    if path.is_empty() { String::new() } else { format!("?then={}", encode(&path)) }
}
