//! `portico practice change` and `portico practice invite`: what was given with `practice add` and turned out wrong. Who
//! signs in is the practice's own affair: only the first administrator, whom nobody there can invite anew, is invited again.

use std::path::PathBuf;
use std::sync::Arc;

use super::practice::{logo, profile_problems};
use crate::args;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::door::background_visit;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::practice;
use crate::platform::server::{Region, Server};
use crate::sign_in::{invitation, person};

/// How often it is tried again when a running server writes at the same time.
const MOST_RUNS: u32 = 12;

/// What the operator wants different; what is not given stays.
#[derive(Default)]
pub struct Changes {
    pub name: Option<String>,
    pub colour: Option<String>,
    pub logo: Option<PathBuf>,
    pub country: Option<String>,
    pub zone: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
}

impl Changes {
    /// The names of what is given, for the record and the mail.
    fn what(&self) -> Vec<&'static str> {
        let given = [
            ("name", self.name.is_some()),
            ("colour", self.colour.is_some()),
            ("logo", self.logo.is_some()),
            ("country", self.country.is_some()),
            ("time zone", self.zone.is_some()),
            ("telephone number", self.phone.is_some()),
            ("email address", self.email.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
    }

    /// Everything that is wrong with it.
    pub fn problems(&self) -> Vec<String> {
        if self.what().is_empty() {
            return vec!["nothing to change was given".to_owned()];
        }
        let or = |given: &Option<String>, fine: &str| given.clone().unwrap_or_else(|| fine.to_owned());
        profile_problems(
            &or(&self.name, "fine"),
            self.colour.as_deref(),
            (&or(&self.country, "AU"), &or(&self.zone, "UTC")),
            (&or(&self.phone, ""), &or(&self.email, "")),
        )
    }
}

/// Changes it; the administrators are told. A running server shows it within seconds.
///
/// # Errors
/// A fault that says why not; nothing is changed then.
pub async fn change(server: &Arc<Server>, region: &str, slug: &str, changes: &Changes) -> Result<()> {
    let region = region_of(server, region)?;
    let logo = changes.logo.as_deref().map(logo).transpose()?;
    let mut run = 1;
    loop {
        match change_once(server, region, slug, changes, logo.as_deref()).await {
            Err(Error::Conflict) if run < MOST_RUNS => run += 1,
            done => break done?,
        }
    }
    region.practices.forget();
    Ok(())
}

async fn change_once(
    server: &Arc<Server>,
    region: &Region,
    slug: &str,
    changes: &Changes,
    logo: Option<&str>,
) -> Result<()> {
    let mut tx = region.db.write().await?;
    let id = living(&mut tx, &region.name, slug).await?;
    tx.execute(
        "UPDATE practice SET name = COALESCE($2, name), colour = COALESCE($3, colour), logo = COALESCE($4, logo),
            country = COALESCE($5, country), zone = COALESCE($6, zone), contact_phone = COALESCE($7, contact_phone),
            contact_email = COALESCE($8, contact_email) WHERE id = $1",
        args![
            &id,
            changes.name.as_deref().map(str::trim),
            changes.colour.as_deref(),
            logo,
            changes.country.as_deref(),
            changes.zone.as_deref(),
            changes.phone.as_deref(),
            changes.email.as_deref()
        ],
    )
    .await?;
    let practice = practice::by_id_in(&mut tx, &region.name, &id).await?.ok_or(Error::NotFound)?;
    let visit = background_visit(server, practice)?;
    let changed =
        Happening::to_nobody(Event::PracticeChanged, Actor::System).detail("what", &changes.what().join(", "));
    happened(&visit, &mut tx, changed).await?;
    tx.commit().await
}

/// Invites the first administrator anew, to another address where the first was mistyped; whatever was mailed before ends.
/// Answers where the invitation goes.
///
/// # Errors
/// A fault that says why not: somebody of the practice has joined, and invites the others.
pub async fn invite(server: &Arc<Server>, region: &str, slug: &str, who: (&str, &str)) -> Result<String> {
    let region = region_of(server, region)?;
    let email = Email::parse(who.0).map_err(|_| Error::Fault("--administrator: an email address".into()))?;
    let mut run = 1;
    loop {
        match invite_once(server, region, slug, &email, who.1.trim()).await {
            Err(Error::Conflict) if run < MOST_RUNS => run += 1,
            done => break done?,
        }
    }
    Ok(email.typed().to_owned())
}

async fn invite_once(server: &Arc<Server>, region: &Region, slug: &str, email: &Email, name: &str) -> Result<()> {
    let mut tx = region.db.write().await?;
    let id = living(&mut tx, &region.name, slug).await?;
    let joined: Option<(String,)> = tx
        .optional(
            "SELECT id FROM person WHERE practice_id = $1 AND kind = 'staff' AND joined_at IS NOT NULL LIMIT 1",
            args![&id],
        )
        .await?;
    if joined.is_some() {
        return Err(Error::Fault(format!("people of {slug} have joined; its administrators invite others")));
    }
    let first: Option<(String,)> = tx
        .optional(
            "SELECT id FROM person WHERE practice_id = $1 AND kind = 'staff' AND role = 'administrator' ORDER BY created_at, id LIMIT 1",
            args![&id],
        )
        .await?;
    let (administrator,) = first.ok_or(Error::NotFound)?;
    tx.execute(
        "UPDATE person SET email = $3, email_key = $4, name = CASE WHEN $5 = '' THEN name ELSE $5 END, closed_at = NULL
         WHERE practice_id = $1 AND id = $2 AND joined_at IS NULL",
        args![&id, &administrator, email.typed(), email.canonical(), name],
    )
    .await?;
    let practice = practice::by_id_in(&mut tx, &region.name, &id).await?.ok_or(Error::NotFound)?;
    let visit = background_visit(server, practice)?;
    let person = person::by_id_in(&mut tx, &id, &administrator).await?;
    invitation::invite(&visit, &mut tx, &person, &server.config.operator_name).await?;
    let invited = Happening::of(Event::InvitedAgain, &person).by(Actor::System).detail("role", "administrator");
    happened(&visit, &mut tx, invited).await?;
    tx.commit().await
}

fn region_of<'a>(server: &'a Server, region: &str) -> Result<&'a Arc<Region>> {
    server.region(region).ok_or_else(|| Error::Fault(format!("no region {region} here")))
}

async fn living(tx: &mut Tx, region: &str, slug: &str) -> Result<String> {
    let found: Option<(String,)> = tx
        .optional("SELECT id FROM practice WHERE slug = $1 AND closed_at IS NULL AND moving_to IS NULL", args![slug])
        .await?;
    found.map(|(id,)| id).ok_or_else(|| Error::Fault(format!("no practice is called {slug} in {region}")))
}
