//! A year of sign-ins for the demo, so that lists and the record have something to show. Made up, and the same each time.

use crate::args;
use crate::audit::{self, Line};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::secret;
use crate::platform::server::Server;
use crate::platform::world::{World, new_id, new_id_at};

const DAY: i64 = 86_400;
const DAYS: i64 = 365;
/// Sessions older than this (days) would be thrown away at once.
const SESSION_DAYS: i64 = 30;
/// Browsers as the record names them and as a session stores them, with addresses of documentation networks (RFC 5737).
const BROWSERS: &[(&str, &str)] = &[
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36", "192.0.2.44"),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
        "198.51.100.7",
    ),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "203.0.113.90"),
];

/// One sign-in that never was.
struct Made<'a> {
    practice: &'a str,
    person: &'a str,
    name: &'a str,
    at: i64,
    session: String,
    agent: usize,
}

/// Fills in the year before now where a region's record is empty; answers how many sign-ins.
///
/// # Errors
/// Faults of the databases.
pub async fn fill(server: &Server) -> Result<usize> {
    let (mut all, now) = (0, server.world.now());
    for region in &server.regions {
        let there: Option<(i64,)> = region.db.optional("SELECT COUNT(*) FROM audit", args![]).await?;
        if there.is_some_and(|(rows,)| rows > 0) {
            continue;
        }
        let people: Vec<(String, String, String)> = region
            .db
            .all(
                "SELECT practice_id, id, name FROM person WHERE kind IN ('staff', 'client') ORDER BY practice_id, id",
                args![],
            )
            .await?;
        let mut tx = region.db.write().await?;
        for day in (1..=DAYS).rev() {
            for (number, person) in people.iter().enumerate() {
                let at = now - day * DAY;
                if let Some(made) = sign_in(&*server.world, person, at, day, number) {
                    write(&mut tx, server, &made, now).await?;
                    all += 1;
                }
            }
        }
        tx.commit().await?;
    }
    Ok(all)
}

/// Staff on working days, at about the same time each; clients, who have no password here, about twice a month.
fn sign_in<'a>(
    world: &dyn World,
    (practice, person, name): &'a (String, String, String),
    at: i64,
    day: i64,
    number: usize,
) -> Option<Made<'a>> {
    let spread = scatter(practice, person, day);
    // 1 January 1970 was a Thursday.
    let weekend = matches!((at / DAY + 4) % 7, 0 | 6);
    if weekend || spread.is_multiple_of(9) {
        return None;
    }
    let minutes = i64::from(spread % 97) + i64::try_from(number).unwrap_or(0) * 7;
    Some(Made {
        practice,
        person,
        name,
        at: at - at % DAY + 7 * 3600 + minutes * 60,
        session: new_id(world),
        agent: usize::from(spread.is_multiple_of(5)) + usize::from(spread.is_multiple_of(31)),
    })
}

/// A number that looks drawn and is always the same for the same day and person.
fn scatter(practice: &str, person: &str, day: i64) -> u32 {
    let seed = format!("{practice} {person} {day}");
    seed.bytes().fold(2_166_136_261, |sum: u32, byte| (sum ^ u32::from(byte)).wrapping_mul(16_777_619))
}

async fn write(tx: &mut Tx, server: &Server, made: &Made<'_>, now: i64) -> Result<()> {
    let spread = scatter(made.practice, made.person, made.at);
    if spread.is_multiple_of(23) {
        line(tx, server, made, ("wrong-password", "stranger", "refused"), made.at - 20).await?;
    }
    let event = if spread.is_multiple_of(61) { "signed-in-new-browser" } else { "signed-in" };
    line(tx, server, made, (event, "person", "done"), made.at).await?;
    let out = made.at + 4 * 3600 + i64::from(spread % 7200);
    if spread.is_multiple_of(3) {
        line(tx, server, made, ("logged-out", "person", "done"), out).await?;
    }
    if made.at > now - SESSION_DAYS * DAY {
        session(tx, server, made, out).await?;
    }
    let updated = tx
        .execute(
            "UPDATE person SET last_sign_in_at = $3 WHERE practice_id = $1 AND id = $2",
            args![made.practice, made.person, made.at],
        )
        .await?;
    if updated == 1 { Ok(()) } else { Err(Error::NotFound) }
}

async fn line(tx: &mut Tx, server: &Server, made: &Made<'_>, what: (&str, &str, &str), at: i64) -> Result<()> {
    let (event, actor_kind, result) = what;
    let (agent, address) = BROWSERS[made.agent % BROWSERS.len()];
    let himself = actor_kind == "person";
    audit::append(
        tx,
        Line {
            practice_id: made.practice,
            id: new_id_at(&*server.world, at),
            at,
            event,
            actor_kind,
            actor_id: if himself { made.person } else { "" },
            actor_name: if himself { made.name } else { "" },
            subject_id: made.person,
            subject_name: made.name,
            result,
            address: address.to_owned(),
            browser: crate::platform::browser::Browser::read(agent).in_english(),
            session_id: if himself { &made.session } else { "" },
            request_id: &new_id_at(&*server.world, at),
            detail: "{}".to_owned(),
        },
    )
    .await
}

/// Ended long ago: nobody holds its secret.
async fn session(tx: &mut Tx, server: &Server, made: &Made<'_>, ended: i64) -> Result<()> {
    let agent = BROWSERS[made.agent % BROWSERS.len()].0;
    tx.execute(
        "INSERT INTO session (practice_id, id, token_hash, person_id, rule, proofs, browser, created_at, seen_at, fresh_at, idle_seconds, ends_at, ended_at)
         VALUES ($1, $2, $3, $4, 'one proof is enough', 'password', $5, $6, $7, $6, 3600, $8, $7)",
        args![
            made.practice, &made.session, secret::hash_token(&secret::new_token(&*server.world)), made.person,
            crate::platform::browser::Browser::read(agent).to_stored(), made.at, ended, made.at + 12 * 3600,
        ],
    )
    .await?;
    Ok(())
}
