//! `portico practice`: adding a practice and inviting its first administrator, and listing those there are.
//! Everything after that happens on the practice's own pages.

use std::path::PathBuf;
use std::sync::Arc;

use super::practice_rename::refuse_name_on_its_way;
use super::theme;
use crate::args;
use crate::factors::mobile;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::door::background_visit;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::practice;
use crate::platform::server::{Region, Server};
use crate::platform::world::new_id;
use crate::sign_in::{invitation, person};

/// All staff have a second factor from this long after the practice's first day (decisions.md, Values).
const EVERYONE_AFTER: i64 = 14 * 86_400;
/// A page stays under 50 kB with its logo.
const MOST_LOGO: usize = 20 * 1024;
/// How often it is tried again when a running server writes at the same time.
const MOST_RUNS: u32 = 12;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Names that people take for the operator's own, or that mail and certificates give a meaning.
const RESERVED: &[&str] = &[
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "api",
    "app",
    "apps",
    "assets",
    "auth",
    "autoconfig",
    "autodiscover",
    "billing",
    "blog",
    "cdn",
    "dev",
    "docs",
    "email",
    "entrance",
    "ftp",
    "help",
    "helpdesk",
    "host",
    "hostmaster",
    "imap",
    "info",
    "internal",
    "local",
    "localhost",
    "login",
    "mail",
    "mailbox",
    "me",
    "metrics",
    "mta-sts",
    "ns1",
    "ns2",
    "oauth",
    "oidc",
    "pop",
    "portal",
    "portico",
    "postmaster",
    "practice",
    "root",
    "secure",
    "security",
    "sign-in",
    "signin",
    "smtp",
    "sso",
    "static",
    "status",
    "support",
    "system",
    "test",
    "webmail",
    "webmaster",
    "wpad",
    "www",
];

/// What the command line asked for.
pub struct Wanted {
    pub region: String,
    pub slug: String,
    pub name: String,
    pub administrator: String,
    pub administrator_name: String,
    pub colour: Option<String>,
    pub logo: Option<PathBuf>,
    pub country: String,
    pub zone: String,
    pub phone: String,
    pub email: String,
}

/// A practice as a list shows it.
pub struct Listed {
    pub region: String,
    pub slug: String,
    pub name: String,
    pub staff: i64,
    pub clients: i64,
    /// The region it is on its way to, and nobody is served; `here` where it has not arrived; else empty.
    pub moving_to: String,
}

/// A practice that was added.
pub struct Added {
    pub id: String,
    pub administrator: String,
    /// Where the invitation goes, as it was typed.
    pub email: String,
    /// Where its staff sign in.
    pub address: String,
}

/// What is wrong with a practice's part of its address, if anything.
pub fn slug_problem(slug: &str) -> Option<&'static str> {
    let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(2..=40).contains(&slug.len()) || !slug.bytes().all(fine) {
        return Some("2 to 40 of a-z, 0-9 and -");
    }
    if slug.starts_with('-') || slug.ends_with('-') {
        return Some("it may not begin or end with -");
    }
    if slug.get(2..4) == Some("--") {
        return Some("names like xn--… are other names in disguise");
    }
    if RESERVED.contains(&slug) { Some("this name is kept for the operator") } else { None }
}

/// Everything that is wrong with what was asked for.
pub fn problems(server: &Server, wanted: &Wanted) -> Vec<String> {
    let mut problems = Vec::new();
    let mut need = |right: bool, problem: String| {
        if !right {
            problems.push(problem);
        }
    };
    let regions: Vec<&str> = server.regions.iter().map(|region| region.name.as_str()).collect();
    let which = match regions.is_empty() {
        true => "this configuration serves no region; use the region's own".to_owned(),
        false => format!("one of {}", regions.join(", ")),
    };
    need(regions.contains(&wanted.region.as_str()), format!("--region: {which}"));
    let slug = slug_problem(&wanted.slug);
    need(slug.is_none(), format!("--slug: {}", slug.unwrap_or_default()));
    need(is_a_name(&wanted.administrator_name), "--administrator-name: 1 to 100 characters on one line".to_owned());
    need(Email::parse(&wanted.administrator).is_ok(), "--administrator: an email address".to_owned());
    problems.extend(profile_problems(
        &wanted.name,
        wanted.colour.as_deref(),
        (&wanted.country, &wanted.zone),
        (&wanted.phone, &wanted.email),
    ));
    problems
}

fn is_a_name(name: &str) -> bool {
    (1..=100).contains(&name.trim().chars().count()) && !name.chars().any(char::is_control)
}

/// Everything that is wrong with how a practice is called and reached.
pub fn profile_problems(
    name: &str,
    colour: Option<&str>,
    (country, zone): (&str, &str),
    (phone, email): (&str, &str),
) -> Vec<String> {
    let country_is_one =
        country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()) && mobile::knows(country);
    let all = [
        (is_a_name(name), "--name: 1 to 100 characters on one line"),
        (email.is_empty() || Email::parse(email).is_ok(), "--email: an email address"),
        (phone.chars().count() <= 40 && !phone.chars().any(char::is_control), "--phone: at most 40 characters"),
        (colour.is_none_or(theme::is_colour), "--colour: #rrggbb"),
        (country_is_one, "--country: the two capital letters of a country (ISO 3166), such as AU"),
        (jiff::tz::TimeZone::get(zone).is_ok(), "--zone: a time zone such as Australia/Sydney"),
    ];
    all.into_iter().filter(|(right, _)| !right).map(|(_, problem)| problem.to_owned()).collect()
}

/// The picture as it is stored.
///
/// # Errors
/// A fault that says what is wrong with it.
pub fn logo(path: &std::path::Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|error| Error::fault(&path.display().to_string(), error))?;
    if !bytes.starts_with(PNG) {
        return Err(Error::Fault(format!("{} is not a PNG picture", path.display())));
    }
    if bytes.len() > MOST_LOGO {
        return Err(Error::Fault(format!("{} is over 20 kB", path.display())));
    }
    Ok(data_encoding::BASE64.encode(&bytes))
}

/// Adds the practice and its first administrator with the invitation, all or nothing. The invitation waits in the outbox
/// for the worker of a running server.
///
/// # Errors
/// A fault when the name is taken or the database fails; nothing is stored then.
pub async fn add(server: &Arc<Server>, wanted: &Wanted) -> Result<Added> {
    let region = server.region(&wanted.region).ok_or(Error::NotFound)?;
    let email = Email::parse(&wanted.administrator).map_err(|_| Error::Fault("not an email address".into()))?;
    let new = New {
        id: new_id(&*server.world),
        administrator: new_id(&*server.world),
        host: format!("{}.{}.{}", wanted.slug, wanted.region, server.config.base),
        logo: wanted.logo.as_deref().map(logo).transpose()?,
        email,
    };
    refuse_birth_name(server, &new.host).await?;
    refuse_name_on_its_way(server, &wanted.region, &wanted.slug, "").await?;
    let mut run = 1;
    loop {
        match store(server, region, wanted, &new).await {
            Err(Error::Conflict) if run < MOST_RUNS => run += 1,
            stored => break stored?,
        }
    }
    region.practices.forget();
    let address = format!("{}/sign-in", server.origin_of(&new.host));
    Ok(Added { id: new.id, administrator: new.administrator, email: new.email.typed().to_owned(), address })
}

/// What is made up before anything is stored, so that a second run stores the same.
struct New {
    id: String,
    administrator: String,
    host: String,
    logo: Option<String>,
    email: Email,
}

/// Passkeys are bound to the host name given at birth for good, in whatever region their practice lives now.
async fn refuse_birth_name(server: &Server, host: &str) -> Result<()> {
    for region in &server.regions {
        let born: Option<(String,)> =
            region.db.optional("SELECT id FROM practice WHERE host = $1", args![host]).await?;
        if born.is_some() {
            return Err(was_anothers(host));
        }
    }
    Ok(())
}

fn was_anothers(host: &str) -> Error {
    Error::Fault(format!("{host} is, or was, another practice's address; nothing was changed"))
}

async fn store(server: &Arc<Server>, region: &Region, wanted: &Wanted, new: &New) -> Result<()> {
    let now = server.world.now();
    let mut tx = region.db.write().await?;
    let former: Option<(String,)> = tx
        .optional(
            "SELECT practice_id FROM moved WHERE slug = $1 UNION ALL SELECT practice_id FROM practice_host WHERE host = $2",
            args![&wanted.slug, &new.host],
        )
        .await?;
    if former.is_some() {
        return Err(was_anothers(&new.host));
    }
    let added = tx
        .execute(
            "INSERT INTO practice (id, slug, host, name, colour, logo, country, zone, contact_phone, contact_email, created_at, admins_second_from, everyone_second_from)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12) ON CONFLICT DO NOTHING",
            args![
                &new.id, &wanted.slug, &new.host, wanted.name.trim(), wanted.colour.as_deref().unwrap_or("#1f6f6b"), new.logo.clone(),
                &wanted.country, &wanted.zone, &wanted.phone, &wanted.email, now, now + EVERYONE_AFTER,
            ],
        )
        .await?;
    if added == 0 {
        return Err(Error::Fault(format!("there is a practice at {} already; nothing was changed", new.host)));
    }
    tx.execute(
        "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, invited_at, created_at)
         VALUES ($1, $2, 'staff', 'administrator', $3, $4, $5, $6, $6)",
        args![
            &new.id,
            &new.administrator,
            wanted.administrator_name.trim(),
            new.email.typed(),
            new.email.canonical(),
            now
        ],
    )
    .await?;
    invite(server, &mut tx, region, new).await?;
    tx.commit().await
}

/// In the operator's name: nobody of the practice is there yet.
async fn invite(server: &Arc<Server>, tx: &mut Tx, region: &Region, new: &New) -> Result<()> {
    let practice = practice::by_id_in(tx, &region.name, &new.id).await?.ok_or(Error::NotFound)?;
    let visit = background_visit(server, practice)?;
    let person = person::by_id_in(tx, &new.id, &new.administrator).await?;
    invitation::invite(&visit, tx, &person, &server.config.operator_name).await?;
    let invited = Happening::of(Event::Invited, &person).by(Actor::System).detail("role", "administrator");
    happened(&visit, tx, invited).await
}

/// All practices, region by region.
///
/// # Errors
/// Faults of the databases.
pub async fn list(server: &Server) -> Result<Vec<Listed>> {
    let mut all = Vec::new();
    for region in &server.regions {
        let rows: Vec<(String, String, i64, i64, String)> = region
            .db
            .all(
                "SELECT slug, name,
                    (SELECT COUNT(*) FROM person WHERE practice_id = practice.id AND kind = 'staff' AND closed_at IS NULL),
                    (SELECT COUNT(*) FROM person WHERE practice_id = practice.id AND kind = 'client' AND closed_at IS NULL),
                    COALESCE(moving_to, '')
                 FROM practice WHERE closed_at IS NULL ORDER BY slug",
                args![],
            )
            .await?;
        all.extend(rows.into_iter().map(|(slug, name, staff, clients, moving_to)| Listed {
            region: region.name.clone(),
            slug,
            name,
            staff,
            clients,
            moving_to,
        }));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_an_address_is_plain() {
        for right in ["harbour-physio", "a1", "0"].iter().filter(|slug| slug.len() > 1) {
            assert_eq!(slug_problem(right), None, "{right}");
        }
        let long = "a".repeat(41);
        for wrong in
            ["", "a", "Harbour", "a.b", "a_b", "-ab", "ab-", "xn--harbour", "ab--cd", "support", "www", "é1", &long]
        {
            assert!(slug_problem(wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn a_logo_is_a_small_png() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        assert!(logo(&file("svg", b"<svg onload=alert(1)>")).is_err());
        assert!(logo(&file("large", &[PNG, &[0; MOST_LOGO]].concat())).is_err());
        assert!(logo(&file("right", include_bytes!("../assets/demo-harbour.png"))).is_ok());
    }
}
