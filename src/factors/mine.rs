//! "My info": everything a person has at this practice, on one page. What changes it is beside: name and email in
//! `mine_email.rs` and `mine_name.rs`, lists in `mine_sessions.rs` and `mine_devices.rs`, factors in their own files.

use axum::response::Response;

use super::codes_left::{self, Codes};
use super::{
    client_email, mine_changes, mine_devices, mine_email_waiting, mine_sessions, mobile, passkey_known, passkey_lost,
    passkey_new, passkeys,
};
use crate::platform::browser::Browser;
use crate::platform::error::{Error, Result};
use crate::platform::frame::{Banner, Frame};
use crate::platform::practice::Practice;
use crate::platform::web::{Fields, Query, Visit, page};
use crate::platform::when;
use crate::sign_in::contact::{self, Contact, Portal};
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

/// A date is near when it comes within so many seconds (30 days).
const NEAR_SECONDS: i64 = 30 * 86_400;

/// What a person is told after an act, by the word in the query.
const DONE: &[(&str, &str)] = &[
    ("session-ended", "mine-session-ended"),
    ("device-forgotten", "mine-device-forgotten"),
    ("device-renamed", "mine-device-renamed"),
    ("name-changed", "mine-name-changed"),
    ("email-changed", "mine-email-changed"),
    ("email-stopped", "mine-email-stopped"),
    ("email-not-stopped", "mine-email-not-stopped"),
    ("contact-shut", "mine-contact-shut"),
    ("passkey-added", "passkey-done-added"),
    ("passkey-added-client", "passkey-done-added-client"),
    ("passkey-added-beside", "passkey-done-added-beside"),
];

#[derive(askama::Template)]
#[template(path = "factors/mine.html")]
struct MinePage {
    frame: Frame,
    person: Person,
    staff: bool,
    mobile: Option<String>,
    role: &'static str,
    second: Second,
    /// Passkeys are for this person: staff, or a client whose practice offers them.
    offers_passkeys: bool,
    /// The practice keeps passwords as one of its clients' ways to sign in.
    keeps_passwords: bool,
    /// No mail of the practice has a link.
    code_only: bool,
    /// The practice may let a client in with a PIN.
    gives_pins: bool,
    /// What is said where wrong codes switched the app off, by its name in the catalogue.
    app_off: Option<&'static str>,
    backup_codes: String,
    sessions: Vec<mine_sessions::Listed>,
    pages: mine_sessions::Pages,
    devices: Vec<mine_devices::Listed>,
    /// Passkeys that nobody in this browser has said they know.
    news: Vec<passkeys::Listed>,
    /// A passkey is the second factor, and no number is on file by which a colleague could help.
    lacks_number: bool,
    /// When the practice deleted one.
    deleted: Option<String>,
    /// That a client's passkey may have been copied, in words.
    copied: Option<String>,
    by_pin: bool,
    /// New addresses of staff whose mailbox is still to be proved.
    waiting: Vec<mine_email_waiting::Waiting>,
    /// Passkeys are made here.
    makes_passkeys: bool,
    client: ClientPart,
}

/// What only clients and contacts have here; empty for staff.
#[derive(Default)]
struct ClientPart {
    /// A change of the address under way.
    change: Option<client_email::Change>,
    /// Who may open this client's portal, or is on file as a contact.
    contacts: Vec<Contact>,
    /// Portals that this person may open as a contact, and which one is open: empty, their own.
    portals: Vec<Portal>,
    open: String,
    has_own: bool,
    /// A lock of their own, or private sign-in, lets no contact in.
    is_locked: bool,
    /// From when the practice can take the lock off, while it was asked to.
    lock_off_asked: Option<i64>,
}

/// The second step in words.
struct Second {
    on: bool,
    /// From when it is required of this person, if at all.
    required_from: Option<i64>,
    /// Required now.
    is_required: bool,
    /// Nothing is set up and the date is near or past.
    is_due: bool,
}

/// `GET /me`.
pub async fn show(visit: Visit, Query(query): Query) -> Result<Response> {
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let person = myself(&visit, &session).await?;
    let practice = visit.practice()?;
    let waiting = if person.is_client() { vec![] } else { mine_email_waiting::of(&visit, &person).await? };
    let mut frame = session::frame(&visit, &session, "mine-title");
    frame.banner = banner(&visit, &query, &person, &waiting);
    let (sessions, pages) = mine_sessions::list(&visit, &session, query.text("from")).await?;
    page(&MinePage {
        frame,
        staff: person.kind == "staff",
        mobile: mobile_of(&visit, &person)?,
        role: role_id(&person),
        second: second_of(&person, practice, visit.now),
        offers_passkeys: person.kind == "staff" || person.passkeys > 0 || practice.client_passkeys != 0,
        keeps_passwords: practice.client_passwords != 0,
        code_only: practice.discreet != 0,
        gives_pins: practice.pin_by != "nobody",
        app_off: app_off(codes_left::of(&visit, &person).await?, person.passkeys > 0),
        backup_codes: backup_codes(&visit, &person),
        sessions,
        pages,
        devices: mine_devices::list(&visit, &session).await?,
        news: passkey_known::news(&visit, &session).await?,
        lacks_number: passkey_lost::lacks_number(&visit, &person).await?,
        deleted: if person.is_client() { mine_changes::deleted_by_practice(&visit, &person).await? } else { None },
        copied: if person.is_client() { mine_changes::may_be_copied(&visit, &person).await? } else { None },
        by_pin: session.is_by_pin(),
        waiting,
        client: client_part(&visit, &session, &person).await?,
        makes_passkeys: passkey_new::are_offered(&visit, person.is_client())?,
        person,
    })
}

/// What is told after an act; where one of two new addresses was stopped, that the other still waits.
fn banner(visit: &Visit, query: &Fields, person: &Person, waiting: &[mine_email_waiting::Waiting]) -> Option<Banner> {
    let done = query.text("done");
    if let ("email-stopped", Some(other)) = (done, waiting.first()) {
        let text = visit.say_with("mine-email-stopped-one", &[("email", &other.email)]);
        return Some(Banner { kind: "warning", text });
    }
    let (_, id) = DONE.iter().find(|(word, _)| *word == done)?;
    let mut text = visit.say_with(id, &[("email", &person.email)]);
    if done == "email-changed" && query.text("also") == "discreet" {
        text = format!("{text} {}", visit.say("mine-email-also-discreet"));
    }
    Some(Banner { kind: if done == "email-not-stopped" { "warning" } else { "success" }, text })
}

async fn client_part(visit: &Visit, session: &Session, person: &Person) -> Result<ClientPart> {
    if !person.is_client() {
        return Ok(ClientPart::default());
    }
    let (db, practice) = (visit.db()?, &visit.practice()?.id);
    Ok(ClientPart {
        change: client_email::under_way(db, practice, &person.id, visit.now).await?,
        contacts: contact::of_client(db, practice, &person.id).await?,
        portals: contact::portals(db, practice, &person.id).await?,
        open: session.for_id.clone().unwrap_or_default(),
        has_own: person.role != "contact",
        is_locked: client_email::is_protected(person),
        lock_off_asked: person.lock_off_asked(visit.now),
    })
}

/// The person whose session this is.
///
/// # Errors
/// Faults of the database; not found when the person is gone meanwhile.
pub(super) async fn myself(visit: &Visit, session: &Session) -> Result<Person> {
    let found = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
    found.ok_or(Error::NotFound)
}

/// A browser in the visitor's words, from its stored form.
pub(super) fn browser_words(visit: &Visit, stored: &str) -> String {
    let Browser { browser, system } = Browser::from_stored(stored);
    match (browser, system) {
        ("", "") => visit.say("mine-browser-unknown"),
        ("", system) => visit.say_with("mine-browser-unknown-on", &[("system", system)]),
        (browser, "") => browser.to_owned(),
        (browser, system) => visit.say_with("mine-browser-on", &[("browser", browser), ("system", system)]),
    }
}

/// A stored place, or "unknown place".
pub(super) fn place_words(visit: &Visit, stored: &str) -> String {
    if stored.is_empty() { visit.say("unknown-place") } else { stored.to_owned() }
}

fn mobile_of(visit: &Visit, person: &Person) -> Result<Option<String>> {
    let Some(sealed) = &person.mobile else { return Ok(None) };
    let number = visit.server.open("mobile", &[&visit.practice()?.id, &person.id], sealed)?;
    Ok(Some(mobile::masked(&number)))
}

fn role_id(person: &Person) -> &'static str {
    match person.role.as_str() {
        "administrator" => "mine-role-administrator",
        "practitioner" => "mine-role-practitioner",
        "reception" => "mine-role-reception",
        "supporter" => "mine-role-supporter",
        _ => "mine-role-client",
    }
}

const fn app_off(codes: Codes, has_passkey: bool) -> Option<&'static str> {
    match codes {
        Codes::None | Codes::App => None,
        Codes::Backup => Some("mine-app-off"),
        Codes::Off if has_passkey => Some("mine-app-off-passkey"),
        Codes::Off => Some("mine-app-off-alone"),
    }
}

fn backup_codes(visit: &Visit, person: &Person) -> String {
    let Some(made) = person.backup_made_at else { return visit.say("mine-backup-none") };
    let (left, day) = (person.backup_left.to_string(), when::day(made, visit.zone()));
    visit.say_with("mine-backup-left", &[("left", &left), ("day", &day)])
}

fn second_of(person: &Person, practice: &Practice, now: i64) -> Second {
    let required_from = required_from(person, practice);
    let has_second = person.totp_secret.is_some() || person.passkeys > 0;
    Second {
        on: person.totp_secret.is_some(),
        required_from,
        is_required: required_from.is_some_and(|from| from <= now),
        is_due: !has_second && required_from.is_some_and(|from| from <= now + NEAR_SECONDS),
    }
}

/// From when a second factor is required of the person (unix seconds); the calendar side of
/// [`Person::second_required`], which must agree with it at every moment.
pub fn required_from(person: &Person, practice: &Practice) -> Option<i64> {
    if person.kind != "staff" {
        return None;
    }
    let administrators = practice.admins_second_from.filter(|_| person.is_administrator());
    let from = [administrators, practice.everyone_second_from].into_iter().flatten().min()?;
    let more_time = person.more_time_until.filter(|_| !person.is_administrator());
    Some(more_time.map_or(from, |until| until.max(from)))
}

impl MinePage {
    /// Whether nothing but the app's code lets this person in where no browser is recognised.
    fn code_is_all(&self) -> bool {
        self.second.on && self.person.backup_left == 0 && self.person.passkeys == 0
    }
}

impl Second {
    fn day(&self, frame: &Frame) -> String {
        self.required_from.map_or_else(String::new, |from| when::day(from, frame.visit.zone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn practice(admins: Option<i64>, everyone: Option<i64>) -> Practice {
        Practice {
            id: "p".into(),
            slug: "p".into(),
            host: "p".into(),
            name: "P".into(),
            colour: "#000000".into(),
            has_logo: 0,
            language: "en".into(),
            country: "AU".into(),
            zone: "UTC".into(),
            contact_phone: String::new(),
            contact_email: String::new(),
            contact_hours: String::new(),
            keep_days: 30,
            idle_minutes: 60,
            total_minutes: 720,
            client_keep_days: 30,
            client_idle_minutes: 30,
            client_total_minutes: 720,
            link_minutes: 1440,
            stuck_phone: 1,
            stuck_email: 1,
            stuck_form: 1,
            stuck_words: String::new(),
            pin_by: "everyone".into(),
            discreet: 0,
            client_passkeys: 1,
            client_passphrases: 1,
            client_passwords: 0,
            client_passwords_off_at: None,
            client_ways_since: None,
            exit_to: String::new(),
            admins_second_from: admins,
            everyone_second_from: everyone,
            region: "au".into(),
            origins: std::sync::OnceLock::new(),
        }
    }

    fn somebody(kind: &str, role: &str, more_time: Option<i64>) -> Person {
        Person {
            id: "x".into(),
            kind: kind.into(),
            role: role.into(),
            name: "X".into(),
            email: "x@example.com".into(),
            email_key: "x@example.com".into(),
            mobile: None,
            mobile_proved_at: None,
            mobile_changed_at: None,
            language: None,
            password: None,
            password_set_at: None,
            password_stolen_at: None,
            password_change_by: None,
            totp_secret: None,
            totp_since: None,
            totp_last_step: 0,
            backup_set: None,
            backup_made_at: None,
            backup_left: 0,
            passkeys: 0,
            passkeys_touch: 0,
            passkey_user: None,
            passkey_offer_off_at: None,
            re_enrol_since: None,
            more_time_until: more_time,
            email_changed_at: None,
            email_changed_by: None,
            email_disputed_at: None,
            resets_from: None,
            invited_at: None,
            joined_at: None,
            last_sign_in_at: None,
            closed_at: None,
            passphrase: None,
            passphrase_set_at: None,
            passkey_lock_since: None,
            private_since: None,
            mail_form: "plain".into(),
            safe_word: None,
            lock_off_from: None,
        }
    }

    #[test]
    fn the_date_on_the_page_is_the_date_of_the_rule() {
        for (kind, role) in [("staff", "administrator"), ("staff", "reception"), ("client", "client")] {
            for more_time in [None, Some(50), Some(150), Some(300)] {
                for admins in [None, Some(100), Some(250)] {
                    for everyone in [None, Some(100), Some(200)] {
                        let (person, practice) = (somebody(kind, role, more_time), practice(admins, everyone));
                        for now in [40, 50, 99, 100, 101, 149, 150, 199, 200, 249, 250, 299, 300, 400] {
                            let said = required_from(&person, &practice).is_some_and(|from| from <= now);
                            assert_eq!(said, person.second_required(&practice, now), "{role} {more_time:?} {now}");
                        }
                    }
                }
            }
        }
    }
}
