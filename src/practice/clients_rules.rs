//! How clients sign in here: every choice the practice has about it, on one page (C5, C9 to C12, C15). What a value may be
//! is in `rule_choices.rs`.

use axum::http::StatusCode;
use axum::response::Response;

use super::rule_choices::{self as choices, Number, Problems, Select, line};
use super::{actor, begin_alone, fresh_administrator};
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::{Banner, Frame, away};
use crate::platform::practice::{Practice, by_id_in};
use crate::platform::web::{Fields, Query, Visit, go, page, page_with};
use crate::sign_in::session::{self, Session};

const PIN_BY: &[(&str, &str)] = &[
    ("everyone", "rules-pin-everyone"),
    ("administrators", "rules-pin-administrators"),
    ("nobody", "rules-pin-nobody"),
];
/// Stands in the list of places to leave for; the address is in a field of its own.
const OWN: &str = "own";
/// Characters of the phone number and of the hours.
const MOST_LINE: usize = 80;
/// Characters of the practice's own words.
const MOST_WORDS: usize = 300;

const LINK: Number = Number {
    name: "link_minutes",
    label: "rules-link",
    hint: "rules-link-hint",
    offered: choices::LINK_MINUTES,
    words: "rules-span",
};
const KEEP: Number = Number {
    name: "keep_days",
    label: "rules-keep",
    hint: "rules-keep-hint",
    offered: choices::KEEP_DAYS,
    words: "rules-days",
};
const IDLE: Number = Number {
    name: "idle_minutes",
    label: "rules-idle",
    hint: "rules-idle-hint",
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
#[template(path = "practice/clients_rules.html")]
struct RulesPage {
    frame: Frame,
    rules: Rules,
    problems: Problems,
    /// The values that the page was opened with.
    was: String,
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
    idle_minutes: i64,
    total_minutes: i64,
    passkeys: bool,
    passphrases: bool,
    passwords: bool,
    discreet: bool,
    /// An address of the list, or [`OWN`].
    exit: String,
    exit_own: String,
}

/// `GET /practice/client-rules`.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let session = match fresh_administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let rules = Rules::of(visit.practice()?);
    let was = choices::carried(&rules.values());
    let mut shown = RulesPage::new(&visit, &session, rules, Problems::default(), was);
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
    let (rules, problems) = Rules::typed(&visit, &fields)?;
    if !problems.is_empty() {
        let shown = RulesPage::new(&visit, &session, rules, problems, fields.text("was").to_owned());
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }

    // write
    let practice = visit.practice()?;
    let mut tx = begin_alone(&visit, &session).await?;
    let now = Rules::of(&*by_id_in(&mut tx, &practice.region, &practice.id).await?.ok_or(Error::NotFound)?);
    if rules.values() == now.values() {
        // Pressed twice, or what somebody else has just saved: it holds already.
        return Ok(go("/practice/client-rules?done=1"));
    }
    if let Some(merged) = choices::merged(&fields, &now.values()) {
        let (rules, problems) = Rules::typed(&visit, &merged)?;
        let mut shown = RulesPage::new(&visit, &session, rules, problems, choices::carried(&now.values()));
        shown.frame = shown.frame.banner("warning", "rules-changed-meanwhile");
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    tx.execute(
        "UPDATE practice SET contact_phone = $2, contact_email = $3, contact_hours = $4, stuck_words = $5, stuck_phone = $6,
            stuck_email = $7, stuck_form = $8, pin_by = $9, link_minutes = $10, client_keep_days = $11, client_idle_minutes = $12,
            client_total_minutes = $13, client_passphrases = $14, discreet = $15, exit_to = $16
         WHERE id = $1",
        args![
            &practice.id, &rules.phone, &rules.email, &rules.hours, &rules.words, rules.by_phone, rules.by_email, rules.by_form,
            &rules.pin_by, rules.link_minutes, rules.keep_days, rules.idle_minutes, rules.total_minutes, rules.passphrases,
            rules.discreet, rules.exit_to(),
        ],
    )
    .await?;
    tx.execute(
        "UPDATE practice SET client_passkeys = $2, client_passwords = $3,
            client_passwords_off_at = CASE WHEN $3 = 1 THEN NULL WHEN client_passwords = 1 THEN $4 ELSE client_passwords_off_at END,
            client_ways_since = $4
         WHERE id = $1 AND (client_passkeys <> $2 OR client_passwords <> $3)",
        args![&practice.id, rules.passkeys, rules.passwords, visit.now],
    )
    .await?;
    let Rules { keep_days, idle_minutes, total_minutes, .. } = rules;
    let limits = session::Limits { keep_days, idle_minutes, total_minutes };
    session::shorten(&visit, &mut tx, "client", limits).await?;
    happened(&visit, &mut tx, rules.noted(&session)).await?;
    tx.commit().await?;
    visit.server.region_of(practice)?.practices.forget();
    Ok(go("/practice/client-rules?done=1"))
}

impl Rules {
    fn of(practice: &Practice) -> Rules {
        let exit_to = if practice.exit_to.is_empty() { away::USUAL } else { &practice.exit_to };
        let listed = away::LIST.iter().any(|(address, _)| *address == exit_to);
        Rules {
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
            idle_minutes: practice.client_idle_minutes,
            total_minutes: practice.client_total_minutes,
            passkeys: practice.client_passkeys != 0,
            passphrases: practice.client_passphrases != 0,
            passwords: practice.client_passwords != 0,
            discreet: practice.discreet != 0,
            exit: if listed { exit_to.to_owned() } else { OWN.to_owned() },
            exit_own: if listed { String::new() } else { exit_to.to_owned() },
        }
    }

    fn values(&self) -> choices::Values {
        use choices::tick;
        vec![
            ("phone", self.phone.clone()),
            ("email", self.email.clone()),
            ("hours", self.hours.clone()),
            ("words", self.words.clone()),
            ("by_phone", tick(self.by_phone)),
            ("by_email", tick(self.by_email)),
            ("by_form", tick(self.by_form)),
            ("pin_by", self.pin_by.clone()),
            (LINK.name, self.link_minutes.to_string()),
            (KEEP.name, self.keep_days.to_string()),
            (IDLE.name, self.idle_minutes.to_string()),
            (TOTAL.name, self.total_minutes.to_string()),
            ("passkeys", tick(self.passkeys)),
            ("passphrases", tick(self.passphrases)),
            ("passwords", tick(self.passwords)),
            ("discreet", tick(self.discreet)),
            ("exit", self.exit.clone()),
            ("exit_own", self.exit_own.clone()),
        ]
    }

    /// What was sent, and everything that is wrong with it.
    fn typed(visit: &Visit, fields: &Fields) -> Result<(Rules, Problems)> {
        let (practice, mut problems) = (visit.practice()?, Problems::default());
        let wanted = [
            (LINK, practice.link_minutes),
            (KEEP, practice.client_keep_days),
            (IDLE, practice.client_idle_minutes),
            (TOTAL, practice.client_total_minutes),
        ];
        let [link_minutes, keep_days, idle_minutes, total_minutes] =
            choices::read(visit, fields, wanted, &mut problems);
        let rules = Rules {
            phone: line(fields, "phone"),
            email: line(fields, "email"),
            hours: line(fields, "hours"),
            words: line(fields, "words"),
            by_phone: fields.ticked("by_phone"),
            by_email: fields.ticked("by_email"),
            by_form: fields.ticked("by_form"),
            pin_by: fields.text("pin_by").to_owned(),
            link_minutes,
            keep_days,
            idle_minutes,
            total_minutes,
            passkeys: fields.ticked("passkeys"),
            passphrases: fields.ticked("passphrases"),
            passwords: fields.ticked("passwords"),
            discreet: fields.ticked("discreet"),
            exit: fields.text("exit").to_owned(),
            exit_own: fields.trimmed("exit_own").to_owned(),
        };
        Ok(rules.judged(visit, problems))
    }

    /// Each wrong value is named, and an address to leave for stands as it is kept.
    fn judged(mut self, visit: &Visit, mut problems: Problems) -> (Rules, Problems) {
        let mut wrong = |field, sentence: &str| problems.add(field, visit.say(sentence));
        if self.idle_minutes > self.total_minutes {
            wrong("idle_minutes", "rules-idle-too-long");
        }
        if self.exit == OWN {
            match away::checked(&self.exit_own, &visit.server.config.base) {
                Some(kept) => self.exit_own = kept,
                None => wrong("exit_own", "rules-exit-wrong"),
            }
        }
        let email_is_one = Email::parse(&self.email).is_ok();
        if !self.email.is_empty() && !email_is_one {
            wrong("email", "forgot-not-an-address");
        }
        // A client who is stuck must be left with some way on.
        if !(self.by_phone && !self.phone.is_empty() || self.by_email && email_is_one || self.by_form) {
            wrong("by_phone", "rules-no-way");
        }
        let mut named = |field, sentence: &str, label: &str| {
            problems.add(field, visit.say_with(sentence, &[("field", &visit.say(label))]));
        };
        if !PIN_BY.iter().any(|(word, _)| *word == self.pin_by) {
            named("pin_by", "rules-choose", "rules-pin-by");
        }
        if self.exit != OWN && !away::LIST.iter().any(|(address, _)| *address == self.exit) {
            named("exit", "rules-choose", "rules-exit");
        }
        if self.words.chars().count() > MOST_WORDS {
            named("words", "rules-words-too-long", "rules-words");
        }
        for (field, text, label) in [("phone", &self.phone, "rules-phone"), ("hours", &self.hours, "rules-hours")] {
            if text.chars().count() > MOST_LINE {
                named(field, "rules-line-too-long", label);
            }
        }
        (self, problems)
    }

    /// What is kept of the place to leave for: nothing where it is the usual one.
    fn exit_to(&self) -> &str {
        let chosen = if self.exit == OWN { &self.exit_own } else { &self.exit };
        if chosen == away::USUAL { "" } else { chosen }
    }

    fn noted(&self, session: &Session) -> Happening<'static> {
        let yes = |on: bool| if on { "yes" } else { "no" };
        Happening::to_nobody(Event::ClientRulesChanged, actor(session))
            .session(&session.id)
            .detail("PIN by", &self.pin_by)
            .detail("link minutes", &self.link_minutes.to_string())
            .detail("keep days", &self.keep_days.to_string())
            .detail("idle minutes", &self.idle_minutes.to_string())
            .detail("total minutes", &self.total_minutes.to_string())
            .detail("passkeys offered", yes(self.passkeys))
            .detail("passphrases", yes(self.passphrases))
            .detail("passwords", yes(self.passwords))
            .detail("discreet mail", yes(self.discreet))
            .detail("exit to", self.exit_to())
    }
}

impl RulesPage {
    fn new(visit: &Visit, session: &Session, rules: Rules, problems: Problems, was: String) -> RulesPage {
        RulesPage { frame: session::frame(visit, session, "rules-title"), rules, problems, was }
    }

    fn link(&self) -> Select {
        LINK.select(&self.frame, self.rules.link_minutes, &self.problems)
    }

    fn lasting(&self) -> [Select; 3] {
        let Rules { keep_days, idle_minutes, total_minutes, .. } = self.rules;
        [(IDLE, idle_minutes), (TOTAL, total_minutes), (KEEP, keep_days)]
            .map(|(number, chosen)| number.select(&self.frame, chosen, &self.problems))
    }

    /// Who may issue a PIN: value, whether it is chosen, and its words.
    fn issuers(&self) -> impl Iterator<Item = (&'static str, bool, String)> + '_ {
        PIN_BY.iter().map(|(word, sentence)| (*word, *word == self.rules.pin_by, self.frame.say(sentence)))
    }

    /// Where "Exit quickly" may lead, without the practice's own address.
    fn exits(&self) -> impl Iterator<Item = (&'static str, bool, String)> + '_ {
        away::LIST.iter().map(|(address, sentence)| {
            let name = address.trim_start_matches("https://").trim_start_matches("www.").trim_end_matches('/');
            let words = self.frame.say2("rules-exit-one", ("what", &self.frame.say(sentence)), ("name", name));
            (*address, *address == self.rules.exit, words)
        })
    }

    fn exit_is_own(&self) -> bool {
        self.rules.exit == OWN
    }

    /// What a client reads in a discreet mail.
    fn discreet_mail(&self) -> String {
        let subject = self.frame.say("mail-portal-code-subject");
        self.frame.say2("rules-discreet-what", ("from", self.frame.operator()), ("subject", &subject))
    }
}
