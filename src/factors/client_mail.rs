//! The form of mail to a client who comes to a mailbox that others have already. Where one of them wants no mail that names the
//! practice, whoever comes wants none either, until they or the practice choose otherwise (docs/decisions/0014).

use crate::args;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::web::Visit;
use crate::sign_in::person::Person;

/// Whether somebody else with that address gets mail that names nobody, or none; their access may be off.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn is_quiet(visit: &Visit, tx: &mut Tx, email_key: &str, person: &str) -> Result<bool> {
    let quiet: Option<(String,)> = tx
        .optional(
            "SELECT id FROM person WHERE practice_id = $1 AND email_key = $2 AND kind = 'client' AND id <> $3
                AND (private_since IS NOT NULL OR mail_form <> 'plain') LIMIT 1",
            args![&visit.practice()?.id, email_key, person],
        )
        .await?;
    Ok(quiet.is_some())
}

/// A client has just got the address they have: mail there stays as quiet as it was. Answers whether that changed theirs.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn stay_quiet(visit: &Visit, tx: &mut Tx, person: &Person, by: Actor) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE person SET mail_form = 'discreet' WHERE practice_id = $1 AND id = $2 AND mail_form = 'plain'
                AND EXISTS (SELECT 1 FROM person o WHERE o.practice_id = person.practice_id AND o.email_key = person.email_key
                    AND o.kind = 'client' AND o.id <> person.id AND (o.private_since IS NOT NULL OR o.mail_form <> 'plain'))",
            args![&visit.practice()?.id, &person.id],
        )
        .await?;
    if changed == 1 {
        happened(visit, tx, Happening::of(Event::MailFormChanged, person).by(by).detail("form", "discreet")).await?;
    }
    Ok(changed == 1)
}
