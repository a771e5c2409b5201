//! How staff log in here: what an administrator may change at once, because it shuts nobody out. A second factor that is
//! required from a date is shown and not changed here.

use axum::http::StatusCode;
use axum::response::Response;

use super::rule_choices::{self as choices, Number, Problems, Select};
use super::{actor, begin_alone, fresh_administrator};
use crate::args;
use crate::factors::passkey_silent;
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::{Banner, Frame};
use crate::platform::practice::{Practice, by_id_in};
use crate::platform::web::{Fields, Query, Visit, go, page, page_with};
use crate::sign_in::session::{self, Session};

const KEEP: Number = Number {
    name: "keep_days",
    label: "staff-rules-keep",
    hint: "staff-rules-keep-hint",
    offered: choices::KEEP_DAYS,
    words: "rules-days",
};
const IDLE: Number = Number {
    name: "idle_minutes",
    label: "rules-idle",
    hint: "staff-rules-idle-hint",
    offered: choices::IDLE_MINUTES,
    words: "rules-span",
};
const TOTAL: Number = Number {
    name: "total_minutes",
    label: "rules-total",
    hint: "rules-total-hint",
    offered: choices::TOTAL_MINUTES,
    words: "rules-span",
};

#[derive(askama::Template)]
#[template(path = "practice/staff_rules.html")]
struct RulesPage {
    frame: Frame,
    rules: Rules,
    /// Since or from when a second factor is required, in words.
    required: Vec<String>,
    problems: Problems,
    /// The values that the page was opened with.
    was: String,
}

/// What stands on the page.
struct Rules {
    silent_passkeys: bool,
    keep_days: i64,
    idle_minutes: i64,
    total_minutes: i64,
}

/// `GET /practice/staff-rules`.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let session = match fresh_administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let practice = visit.practice()?;
    let rules = Rules::of(practice, passkey_silent::practice_allows(visit.db()?, &practice.id).await?);
    let was = choices::carried(&rules.values());
    let mut shown = RulesPage::new(&visit, &session, rules, Problems::default(), was)?;
    if query.ticked("done") {
        shown.frame.banner = Some(Banner { kind: "success", text: visit.say("rules-done") });
    }
    page(&shown)
}

/// `POST /practice/staff-rules`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let session = match fresh_administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let practice = visit.practice()?;
    let (rules, problems) = Rules::typed(&visit, practice, &fields);
    if !problems.is_empty() {
        let shown = RulesPage::new(&visit, &session, rules, problems, fields.text("was").to_owned())?;
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }

    // write
    let mut tx = begin_alone(&visit, &session).await?;
    let now = Rules::now(&mut tx, practice).await?;
    if rules.values() == now.values() {
        // Pressed twice, or what somebody else has just saved: it holds already.
        return Ok(go("/practice/staff-rules?done=1"));
    }
    if let Some(merged) = choices::merged(&fields, &now.values()) {
        let (rules, problems) = Rules::typed(&visit, practice, &merged);
        let mut shown = RulesPage::new(&visit, &session, rules, problems, choices::carried(&now.values()))?;
        shown.frame = shown.frame.banner("warning", "rules-changed-meanwhile");
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    tx.execute(
        "UPDATE practice SET silent_passkeys = $2, keep_days = $3, idle_minutes = $4, total_minutes = $5 WHERE id = $1",
        args![&practice.id, rules.silent_passkeys, rules.keep_days, rules.idle_minutes, rules.total_minutes],
    )
    .await?;
    let Rules { keep_days, idle_minutes, total_minutes, .. } = rules;
    let limits = session::Limits { keep_days, idle_minutes, total_minutes };
    session::shorten(&visit, &mut tx, "staff", limits).await?;
    let changed = Happening::to_nobody(Event::StaffRulesChanged, actor(&session))
        .session(&session.id)
        .detail("passkeys made by browsers", if rules.silent_passkeys { "yes" } else { "no" })
        .detail("keep days", &rules.keep_days.to_string())
        .detail("idle minutes", &rules.idle_minutes.to_string())
        .detail("total minutes", &rules.total_minutes.to_string());
    happened(&visit, &mut tx, changed).await?;
    tx.commit().await?;
    visit.server.region_of(practice)?.practices.forget();
    Ok(go("/practice/staff-rules?done=1"))
}

impl Rules {
    fn of(practice: &Practice, silent_passkeys: bool) -> Rules {
        Rules {
            silent_passkeys,
            keep_days: practice.keep_days,
            idle_minutes: practice.idle_minutes,
            total_minutes: practice.total_minutes,
        }
    }

    /// As they are now, whatever a node remembers.
    async fn now(tx: &mut Tx, practice: &Practice) -> Result<Rules> {
        let silent: Option<(i64,)> =
            tx.optional("SELECT silent_passkeys FROM practice WHERE id = $1", args![&practice.id]).await?;
        let now = by_id_in(tx, &practice.region, &practice.id).await?.ok_or(Error::NotFound)?;
        Ok(Rules::of(&now, silent.is_some_and(|(on,)| on != 0)))
    }

    fn values(&self) -> choices::Values {
        vec![
            ("silent_passkeys", choices::tick(self.silent_passkeys)),
            (KEEP.name, self.keep_days.to_string()),
            (IDLE.name, self.idle_minutes.to_string()),
            (TOTAL.name, self.total_minutes.to_string()),
        ]
    }

    /// What was sent, and everything that is wrong with it.
    fn typed(visit: &Visit, practice: &Practice, fields: &Fields) -> (Rules, Problems) {
        let mut problems = Problems::default();
        let wanted = [(IDLE, practice.idle_minutes), (TOTAL, practice.total_minutes), (KEEP, practice.keep_days)];
        let [idle_minutes, total_minutes, keep_days] = choices::read(visit, fields, wanted, &mut problems);
        if idle_minutes > total_minutes {
            problems.add(IDLE.name, visit.say("rules-idle-too-long"));
        }
        let silent_passkeys = fields.ticked("silent_passkeys");
        (Rules { silent_passkeys, keep_days, idle_minutes, total_minutes }, problems)
    }
}

impl RulesPage {
    fn new(visit: &Visit, session: &Session, rules: Rules, problems: Problems, was: String) -> Result<RulesPage> {
        let practice = visit.practice()?;
        let frame = session::frame(visit, session, "staff-rules-title");
        let of = |group: &str, from: Option<i64>| match from {
            None => visit.say(&format!("{group}-never")),
            Some(from) => visit.say_with(&format!("{group}-from"), &[("day", &frame.day(&from))]),
        };
        let required = vec![
            of("staff-rules-admins", practice.admins_second_from),
            of("staff-rules-everyone", practice.everyone_second_from),
        ];
        Ok(RulesPage { required, frame, rules, problems, was })
    }

    fn lasting(&self) -> [Select; 3] {
        let Rules { keep_days, idle_minutes, total_minutes, .. } = self.rules;
        [(IDLE, idle_minutes), (TOTAL, total_minutes), (KEEP, keep_days)]
            .map(|(number, chosen)| number.select(&self.frame, chosen, &self.problems))
    }
}
