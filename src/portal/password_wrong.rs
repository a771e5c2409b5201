//! A wrong password at the portal, noted with the same work whether anybody has the address or not; and the job that tells
//! clients when so many were wrong that their password is switched off.

use super::password::with_password;
use crate::factors::password_lanes::Lanes;
use crate::factors::password_stuffing;
use crate::notices::outbox::put_job;
use crate::notices::{Actor, Event, Happening, gathered, happened};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::metrics::{SignIn, Way};
use crate::platform::web::Visit;
use crate::sign_in::person::Person;

/// One try: who could be meant, the address it counts for, and where it counts.
pub(super) struct Tried<'a> {
    pub people: &'a [Person],
    /// The canonical address.
    pub key: &'a str,
    pub lanes: &'a Lanes,
    /// The name may be among those that were tried in vain from here.
    pub in_vain: bool,
}

impl Tried<'_> {
    /// Whom the record names: the one client who can be meant.
    pub fn person(&self) -> Option<&Person> {
        if let [person] = self.people { Some(person) } else { None }
    }
}

/// Writes a wrong password down; `last` switches it off.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn note(visit: &Visit, tried: &Tried<'_>, last: bool) -> Result<()> {
    visit.note_vain_name(tried.key).await?;
    let flood = visit.once("wrong".into(), password_stuffing::count(visit)).await?;
    let refused = gathered::refused(visit, Event::WrongPassword, tried.person()).await?;
    let mut tx = if last || flood { visit.db()?.write().await? } else { refused.begin(visit).await? };
    refused.write(visit, &mut tx, &[("page", "/portal/password")]).await?;
    if last {
        let body = serde_json::json!({ "browser": visit.browser().in_english(), "place": visit.place() });
        put_job(visit, &mut tx, "portal-password-off", tried.key, &body).await?;
    }
    if flood {
        password_stuffing::raise(visit, &mut tx).await?;
    }
    tx.commit().await?;
    if last || flood {
        visit.server.outbox_bell.notify_one();
    }
    visit.server.metrics.sign_in(Way::Password, SignIn::Wrong);
    Ok(())
}

/// Tells whoever has the address and a password; nobody else is looked for.
pub(super) async fn tell_off(visit: &Visit, tx: &mut Tx, to: &str, body: &serde_json::Value) -> Result<()> {
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    for person in with_password(visit.db()?, &visit.practice()?.id, to).await? {
        let off = Happening::of(Event::PortalPasswordOff, &person)
            .by(Actor::System)
            .detail("browser", text("browser"))
            .detail("place", text("place"));
        happened(visit, tx, off).await?;
    }
    Ok(())
}
