//! What a region answers the entrance: where an address can sign in, and whether remembered practices are still there.
//! The least that serves: names and addresses of practices, never of people.

use serde::{Deserialize, Serialize};

use super::regions;
use crate::args;
use crate::platform::error::Result;
use crate::platform::server::{Region, Server};
use crate::sign_in::hello::{self, Hello};

/// Sign-ins of one address in one region at most.
const MOST: i64 = 100;

/// Characters of a practice's name at most.
const MOST_NAME: usize = 100;

/// What the entrance asks.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub enum Question {
    /// Where can this address sign in? Canonical for the look-up; as typed for the field it is filled into.
    /// `remember` ties a note about the sign-in that follows to the browser that asked for one; else empty.
    Where { key: String, email: String, remember: String },
    /// Which of these are still there? Ids of practices and people.
    Still { pairs: Vec<(String, String)> },
}

/// What a region answers.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub enum Answer {
    Where(Vec<Place>),
    /// One for each pair, in their order; none where the practice is gone, or the person may not sign in any more or does so privately.
    Still(Vec<Option<Place>>),
}

/// A place to sign in.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Place {
    pub name: String,
    /// `https://practice.region.base`, as it is reached now.
    pub origin: String,
    pub client: bool,
    /// Shown on the page and not named in the mail: the client's, or the practice's, wish (C9).
    pub quiet: bool,
    /// Fills in the address there; empty where none is to be filled in.
    pub ticket: String,
    /// The practice's id, by which it is known again when two regions tell of it.
    #[serde(default)]
    pub practice: String,
    /// The region that the practice went to, where the one that answers has given it up; else empty.
    #[serde(default)]
    pub gone_to: String,
}

impl Place {
    /// The direct address, as people keep it.
    pub fn url(&self) -> String {
        format!("{}{}", self.origin, if self.client { "/portal" } else { "/sign-in" })
    }

    /// The practice's name in its address.
    pub fn slug(&self) -> &str {
        let host = self.origin.split_once("://").map_or(self.origin.as_str(), |(_, host)| host);
        host.split('.').next().unwrap_or_default()
    }

    /// The place, where the region that answers may say so: the address is one of its own practices', or in the region that it names,
    /// and the name is one. A region in the wrong hands leads nobody to another host by it, and into nobody's mail. On which port
    /// another region is reached the one that answers need not know.
    pub fn believed(mut self, server: &Server, answering: &str) -> Option<Place> {
        let region = if self.gone_to.is_empty() { answering } else { &self.gone_to };
        let home = server.origin_in(region, self.slug());
        let is_name = (1..=MOST_NAME).contains(&self.name.chars().count()) && !self.name.chars().any(char::is_control);
        let is_home =
            self.origin == home || !self.gone_to.is_empty() && without_port(&self.origin) == without_port(&home);
        let known = regions::names(server).iter().any(|name| name == region);
        if is_name && is_slug(self.slug()) && known && is_home {
            self.origin = home;
            return Some(self);
        }
        let origin = self.origin.chars().take(100).collect::<String>();
        tracing::warn!(region = answering, origin, "a region tells of a place that is not its own: not believed");
        None
    }

    /// As people read and type it.
    pub fn shown(&self) -> String {
        let url = self.url();
        url.split_once("://").map_or(url.as_str(), |(_, rest)| rest).to_owned()
    }

    /// The way there from the list.
    pub fn href(&self) -> String {
        if self.ticket.is_empty() {
            return self.url();
        }
        let at = if self.client { "&at=portal" } else { "" };
        format!("{}/hello?for={}{at}", self.origin, crate::platform::web::encode(&self.ticket))
    }
}

fn without_port(origin: &str) -> &str {
    let port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    origin.rsplit_once(':').filter(|(_, rest)| port(rest)).map_or(origin, |(host, _)| host)
}

/// Whether it can be a practice's part of an address: one label of a host name (RFC 1123 section 2.1), lower case.
pub(super) fn is_slug(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(plain)
}

/// Answers from this region's own database.
///
/// # Errors
/// A failed read is a fault, never "nowhere".
pub async fn answer(server: &Server, region: &Region, question: &Question) -> Result<Answer> {
    match question {
        Question::Where { key, email, remember } => {
            places(server, region, key, (email, remember)).await.map(Answer::Where)
        }
        Question::Still { pairs } => {
            let mut all = Vec::with_capacity(pairs.len());
            for (practice, person) in pairs {
                all.push(still(server, region, practice, person).await?);
            }
            Ok(Answer::Still(all))
        }
    }
}

/// Staff who have joined and clients, each practice once for either. A practice on its way to another region is told of by the
/// one it leaves, until that one forgets it, and by the one it goes to from its arrival on (docs/decisions/0016); older rows that a backup
/// brought back, and that were given up (`ops/practice_twice.rs`), tell of nobody. Whoever signs in privately is in no mail and on no list:
/// the mailbox must not open a door to them (C8). Several people of one mailbox get the plainest mail that one of them wants (docs/decisions/0014).
async fn places(server: &Server, region: &Region, key: &str, (email, remember): (&str, &str)) -> Result<Vec<Place>> {
    let rows: Vec<(String, String, String, String, i64, String)> = region
        .db
        .all(
            "SELECT pr.id, CASE WHEN pr.closed_at IS NULL THEN pr.slug
                    ELSE COALESCE((SELECT m.now_slug FROM moved m WHERE m.practice_id = pr.id AND m.slug = pr.slug), pr.slug) END,
                pr.name, p.kind,
                MIN(CAST(CASE WHEN p.kind = 'client' AND (p.mail_form <> 'plain' OR pr.discreet <> 0) THEN 1 ELSE 0 END AS BIGINT)),
                CASE WHEN pr.closed_at IS NULL THEN '' ELSE pr.moving_to END
             FROM person p JOIN practice pr ON pr.id = p.practice_id
             WHERE p.email_key = $1 AND p.closed_at IS NULL
                AND (pr.closed_at IS NULL AND (pr.moving_to IS NULL OR pr.moving_to <> 'here')
                    OR pr.closed_at IS NOT NULL AND pr.moving_to <> '-')
                AND (p.kind = 'client' AND p.private_since IS NULL AND p.mail_form <> 'none'
                    OR p.kind = 'staff' AND p.joined_at IS NOT NULL)
             GROUP BY pr.id, pr.slug, pr.name, p.kind, pr.closed_at, pr.moving_to
             ORDER BY pr.name, p.kind DESC LIMIT $2",
            args![key, MOST],
        )
        .await?;
    let now = server.world.now();
    rows.into_iter()
        .map(|(id, slug, name, kind, quiet, gone_to)| {
            let client = kind == "client";
            let hello = Hello { email: email.to_owned(), client, remember: remember.to_owned() };
            let ticket = hello::ticket(server, &id, &hello, now)?;
            let origin =
                if gone_to.is_empty() { origin(server, region, &slug) } else { server.origin_in(&gone_to, &slug) };
            Ok(Place { name, origin, client, quiet: quiet != 0, ticket, practice: id, gone_to })
        })
        .collect()
}

async fn still(server: &Server, region: &Region, practice: &str, person: &str) -> Result<Option<Place>> {
    let row: Option<(String, String, String)> = region
        .db
        .optional(
            "SELECT pr.slug, pr.name, p.kind FROM person p JOIN practice pr ON pr.id = p.practice_id
             WHERE p.practice_id = $1 AND p.id = $2 AND p.closed_at IS NULL AND pr.closed_at IS NULL
                AND (p.kind <> 'client' OR p.private_since IS NULL)",
            args![practice, person],
        )
        .await?;
    if let Some((slug, name, kind)) = row {
        let client = kind == "client";
        return Ok(Some(Place {
            name,
            origin: origin(server, region, &slug),
            client,
            quiet: false,
            ticket: String::new(),
            practice: practice.to_owned(),
            gone_to: String::new(),
        }));
    }
    gone(server, region, practice).await
}

/// Of a practice that has moved, only where to: whether the person still has access is known there.
async fn gone(server: &Server, region: &Region, practice: &str) -> Result<Option<Place>> {
    let row: Option<(String, String)> = region
        .db
        .optional(
            "SELECT region, now_slug FROM moved WHERE practice_id = $1 AND region <> $2 ORDER BY at DESC LIMIT 1",
            args![practice, &region.name],
        )
        .await?;
    Ok(row.map(|(region, slug)| {
        let origin = server.origin_in(&region, &slug);
        Place {
            name: slug,
            origin,
            client: false,
            quiet: false,
            ticket: String::new(),
            practice: practice.to_owned(),
            gone_to: region,
        }
    }))
}

fn origin(server: &Server, region: &Region, slug: &str) -> String {
    server.origin_of(&format!("{slug}.{}.{}", region.name, server.config.base))
}
