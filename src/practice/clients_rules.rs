//! How clients sign in here, and what one who cannot get in is told: the practice's choice, on one page (C5).

use axum::http::StatusCode;
use axum::response::Response;

use super::{actor, begin_alone, fresh_administrator};
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::frame::{Banner, Frame};
use crate::platform::web::{Fields, Query, Visit, go, page, page_with};
use crate::sign_in::session::{self, Session};

/// How long a link may work, in minutes (decisions.md: 10 minutes to 24 hours).
const LINK_MINUTES: &[i64] = &[10, 60, 240, 1440];
/// Days that a client's browser may be kept; 0: not at all.
const KEEP_DAYS: &[i64] = &[0, 7, 30, 90];
const PIN_BY: &[&str] = &["everyone", "administrators", "nobody"];
const MOST_WORDS: usize = 300;

#[derive(askama::Template)]
#[template(path = "practice/clients_rules.html")]
struct RulesPage {
    frame: Frame,
    rules: Rules,
    problem: Option<String>,
}

/// What stands on the page.
struct Rules {
    phone: String,
    email: String,
    hours: String,
    words: String,
    by_phone: bool,
    by_email: bool,
    by_form: bool,
    pin_by: String,
    link_minutes: i64,
    keep_days: i64,
}

/// `GET /practice/client-rules`.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let session = match fresh_administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let practice = visit.practice()?;
    let rules = Rules {
        phone: practice.contact_phone.clone(),
        email: practice.contact_email.clone(),
        hours: practice.contact_hours.clone(),
        words: practice.stuck_words.clone(),
        by_phone: practice.stuck_phone != 0,
        by_email: practice.stuck_email != 0,
        by_form: practice.stuck_form != 0,
        pin_by: practice.pin_by.clone(),
        link_minutes: practice.link_minutes,
        keep_days: practice.client_keep_days,
    };
    let mut shown = RulesPage::new(&visit, &session, rules);
    if query.ticked("done") {
        shown.frame.banner = Some(Banner { kind: "success", text: visit.say("rules-done") });
    }
    page(&shown)
}

/// `POST /practice/client-rules`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let session = match fresh_administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let rules = Rules::typed(&fields);
    if let Some(problem) = rules.problem() {
        let mut shown = RulesPage::new(&visit, &session, rules);
        shown.problem = Some(visit.say(problem));
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }

    // write
    let mut tx = begin_alone(&visit, &session).await?;
    tx.execute(
        "UPDATE practice SET contact_phone = $2, contact_email = $3, contact_hours = $4, stuck_words = $5, stuck_phone = $6,
            stuck_email = $7, stuck_form = $8, pin_by = $9, link_minutes = $10, client_keep_days = $11 WHERE id = $1",
        args![
            &visit.practice()?.id, &rules.phone, &rules.email, &rules.hours, &rules.words, rules.by_phone, rules.by_email, rules.by_form,
            &rules.pin_by, rules.link_minutes, rules.keep_days,
        ],
    )
    .await?;
    let changed = Happening::to_nobody(Event::ClientRulesChanged, actor(&session)).session(&session.id);
    let changed = changed.detail("PIN by", &rules.pin_by).detail("link minutes", &rules.link_minutes.to_string());
    happened(&visit, &mut tx, changed.detail("keep days", &rules.keep_days.to_string())).await?;
    tx.commit().await?;
    visit.server.region_of(visit.practice()?)?.practices.forget();
    Ok(go("/practice/client-rules?done=1"))
}

impl Rules {
    fn typed(fields: &Fields) -> Rules {
        let line = |name: &str| fields.trimmed(name).split_whitespace().collect::<Vec<_>>().join(" ");
        let number = |name: &str, of: &[i64], usual: i64| {
            fields.trimmed(name).parse().ok().filter(|number| of.contains(number)).unwrap_or(usual)
        };
        let pin_by = PIN_BY.iter().find(|word| **word == fields.text("pin_by")).unwrap_or(&"nobody");
        Rules {
            phone: line("phone"),
            email: line("email"),
            hours: line("hours"),
            words: line("words"),
            by_phone: fields.ticked("by_phone"),
            by_email: fields.ticked("by_email"),
            by_form: fields.ticked("by_form"),
            pin_by: (*pin_by).to_owned(),
            link_minutes: number("link_minutes", LINK_MINUTES, 1440),
            keep_days: number("keep_days", KEEP_DAYS, 0),
        }
    }

    /// What is wrong, as a sentence's name: a client who is stuck must be left with some way on.
    fn problem(&self) -> Option<&'static str> {
        let reachable =
            self.by_phone && !self.phone.is_empty() || self.by_email && !self.email.is_empty() || self.by_form;
        if !self.email.is_empty() && Email::parse(&self.email).is_err() {
            return Some("forgot-not-an-address");
        }
        if [&self.phone, &self.hours].iter().any(|text| text.chars().count() > 80)
            || self.words.chars().count() > MOST_WORDS
        {
            return Some("rules-too-long");
        }
        (!reachable).then_some("rules-no-way")
    }
}

impl RulesPage {
    fn new(visit: &Visit, session: &Session, rules: Rules) -> RulesPage {
        RulesPage { frame: session::frame(visit, session, "rules-title"), rules, problem: None }
    }

    fn links(&self) -> impl Iterator<Item = (i64, bool, String)> + '_ {
        LINK_MINUTES.iter().map(|minutes| {
            let words = self.frame.say1("rules-link-minutes", "minutes", &minutes.to_string());
            (*minutes, *minutes == self.rules.link_minutes, words)
        })
    }

    fn days(&self) -> impl Iterator<Item = (i64, bool, String)> + '_ {
        KEEP_DAYS.iter().map(|days| {
            (*days, *days == self.rules.keep_days, self.frame.say1("rules-keep-days", "days", &days.to_string()))
        })
    }
}
