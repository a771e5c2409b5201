//! The practice's clients: searched by name, address or the practice's own number, a page at a time, as quick for a hundred as for a hundred thousand.

use axum::response::Response;

use super::member;
use crate::args;
use crate::audit::export::contains;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::names;
use crate::platform::web::{Query, Visit, encode, page};
use crate::sign_in::session;

/// Clients on one page.
const PAGE: usize = 50;

#[derive(askama::Template)]
#[template(path = "practice/clients.html")]
struct ClientsPage {
    frame: Frame,
    clients: Vec<Client>,
    search: String,
    /// The rest of the address of the next page.
    next: Option<String>,
    /// How many are stuck now, up to a hundred.
    stuck: usize,
    administrator: bool,
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct Client {
    id: String,
    name: String,
    email: String,
    role: String,
    /// What the practice's own software calls the client.
    reference: Option<String>,
    last_sign_in_at: Option<i64>,
    closed_at: Option<i64>,
    bounced_at: Option<i64>,
}

/// `GET /practice/clients?search=&after=`.
pub async fn list(visit: Visit, Query(query): Query) -> Result<Response> {
    let session = match member(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let search: String = query.trimmed("search").chars().take(254).collect();
    let mut clients = if search.is_empty() {
        all(&visit, query.text("after")).await?
    } else {
        found(&visit, &search, query.text("after")).await?
    };
    let more = clients.len() > PAGE;
    clients.truncate(PAGE);
    let last = clients.last().filter(|_| more);
    let next = last.map(|last| format!("search={}&after={}", encode(&search), encode(&last.id)));
    page(&ClientsPage {
        frame: session::frame(&visit, &session, "clients-title"),
        clients,
        search,
        next,
        stuck: super::clients_stuck::count(&visit).await?,
        administrator: session.is_administrator(),
    })
}

/// By name, from a person on; the index gives one page and no more.
async fn all(visit: &Visit, after: &str) -> Result<Vec<Client>> {
    visit
        .db()?
        .all(
            "SELECT id, name, email, role, reference, last_sign_in_at, closed_at, bounced_at FROM person
             WHERE practice_id = $1 AND kind = 'client'
                AND (name, id) > (COALESCE((SELECT name FROM person WHERE practice_id = $1 AND id = $2), ''), $2)
             ORDER BY name, id LIMIT 51",
            args![&visit.practice()?.id, after],
        )
        .await
}

/// Whose name, address or number of the practice's own holds the words, however they are capitalised: one walk along the index, in the order of the names, until a page is full.
async fn found(visit: &Visit, search: &str, after: &str) -> Result<Vec<Client>> {
    let [a, b, c, d] = names::spellings(search).map(|text| contains(&text));
    visit
        .db()?
        .all(
            "SELECT p.id, p.name, p.email, p.role, p.reference, p.last_sign_in_at, p.closed_at, p.bounced_at FROM (
                SELECT n.id FROM person n WHERE n.practice_id = $1 AND n.kind = 'client'
                    AND (n.name, n.id) > (COALESCE((SELECT l.name FROM person l WHERE l.practice_id = $1 AND l.id = $2), ''), $2)
                    AND (LOWER(n.name) LIKE $3 ESCAPE '\\' OR n.email_key LIKE $7 ESCAPE '\\' OR LOWER(n.reference) LIKE $3 ESCAPE '\\'
                        OR $8 = 1 AND (LOWER(n.name) LIKE $4 ESCAPE '\\' OR LOWER(n.name) LIKE $5 ESCAPE '\\' OR LOWER(n.name) LIKE $6 ESCAPE '\\'
                            OR LOWER(n.reference) LIKE $4 ESCAPE '\\' OR LOWER(n.reference) LIKE $5 ESCAPE '\\'
                            OR LOWER(n.reference) LIKE $6 ESCAPE '\\'))
                ORDER BY n.name, n.id LIMIT 51
             ) AS found JOIN person p ON p.practice_id = $1 AND p.id = found.id ORDER BY p.name, p.id",
            args![&visit.practice()?.id, after, a, b, c, d, contains(&search.to_lowercase()), !search.is_ascii()],
        )
        .await
}
