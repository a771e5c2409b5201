//! Mails and texts, written from the catalogue: subject, plain text and HTML with the same content.
//! Who is told is decided in `mod.rs`; sending is the outbox's.

use super::outbox::{self, Message};
use super::{Actor, Happening, administrators};
use crate::args;
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::secret;
use crate::platform::server::ENTRANCE;
use crate::platform::web::Visit;
use crate::platform::when;
use crate::sign_in::person::Person;

/// "This wasn't me" stays possible for so long (seconds).
const NOT_ME_SECONDS: i64 = 7 * 86_400;

#[derive(askama::Template)]
#[template(path = "notices/mail.html")]
struct MailPage<'a> {
    lang: &'a str,
    dir: &'a str,
    practice: &'a str,
    subject: &'a str,
    paragraphs: &'a [Paragraph],
    footer: String,
}

impl MailPage<'_> {
    /// Where a line begins; `text-align: start` is not known to every mail program.
    fn start(&self) -> &'static str {
        if self.dir == "rtl" { "right" } else { "left" }
    }
}

/// A paragraph of a mail: words, or a link on its own line, or a code on its own line.
enum Paragraph {
    Words(String),
    Link(String),
    Code(String),
}

impl Paragraph {
    fn text(&self) -> &str {
        let (Paragraph::Words(text) | Paragraph::Link(text) | Paragraph::Code(text)) = self;
        text
    }
}

/// A mail to be written: message names in the catalogue are `mail-<name>-subject` and `mail-<name>-text`.
/// In the text a line that is a link or begins with `##` stands alone.
pub struct Letter<'a> {
    pub name: &'a str,
    pub to: &'a str,
    pub person_id: Option<&'a str>,
    pub language: &'a str,
    pub words: Vec<(&'a str, String)>,
    /// Until when (unix seconds) what it holds is good; none where it tells of something and is right however late.
    pub until: Option<i64>,
}

/// Writes a letter and puts it into the outbox.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn letter(visit: &Visit, tx: &mut Tx, letter: &Letter<'_>) -> Result<()> {
    letter_with_id(visit, tx, letter).await.map(drop)
}

/// As [`letter`]; answers the message's id in the outbox, to follow what becomes of it.
///
/// # Errors
/// As [`letter`].
pub async fn letter_with_id(visit: &Visit, tx: &mut Tx, letter: &Letter<'_>) -> Result<String> {
    write(visit, tx, letter, false).await
}

/// As [`letter_with_id`], under the operator's name and without a word of the practice (C9).
///
/// # Errors
/// As [`letter`].
pub async fn discreet_letter(visit: &Visit, tx: &mut Tx, letter: &Letter<'_>) -> Result<String> {
    write(visit, tx, letter, true).await
}

async fn write(visit: &Visit, tx: &mut Tx, letter: &Letter<'_>, discreet: bool) -> Result<String> {
    let sender = visit.sender();
    let told: Vec<(&str, String)> = letter.words.iter().map(|(name, value)| (*name, as_meant(name, value))).collect();
    let mut words: Vec<(&str, &str)> = told.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words.push(("practice", sender));
    let say = |id: &str| visit.server.texts.say(letter.language, id, &words);
    let subject = say(&format!("mail-{}-subject", letter.name)).replace(['\r', '\n'], " ");
    let text = say(&format!("mail-{}-text", letter.name));
    let footer = say(match discreet {
        true => "mail-footer-discreet",
        false if visit.whose()? == ENTRANCE => "mail-footer-entrance",
        false => "mail-footer",
    });
    let paragraphs = paragraphs(&text);
    let page = MailPage {
        lang: letter.language,
        dir: crate::platform::text::direction(letter.language),
        practice: if discreet { "" } else { sender },
        subject: &subject,
        paragraphs: &paragraphs,
        footer: footer.clone(),
    };
    let html = askama::Template::render(&page).map_err(|error| Error::fault("mail", error))?;
    let lines: Vec<&str> = paragraphs.iter().map(Paragraph::text).collect();
    // "-- " alone begins what mail programs fold away (RFC 3676, 4.3).
    let plain = format!("{}\n\n-- \n{footer}\n", lines.join("\n\n"));
    let message = Message {
        kind: "mail",
        about: letter.name,
        to: letter.to,
        person_id: letter.person_id,
        subject: &subject,
        text: &plain,
        html: &html,
        discreet,
        until: letter.until,
    };
    outbox::put(visit, tx, &message).await
}

/// Puts a text message to a number into the outbox, in words that are written already, and until when they are of use.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn text(
    visit: &Visit,
    tx: &mut Tx,
    about: &str,
    (person, number): (&Person, &str),
    (words, until): (&str, Option<i64>),
) -> Result<()> {
    let message = Message {
        kind: "text",
        about,
        to: number,
        person_id: Some(&person.id),
        subject: "",
        text: words,
        html: "",
        discreet: false,
        until,
    };
    outbox::put(visit, tx, &message).await.map(drop)
}

/// What the server itself puts into a mail and may stand on a line of its own as a link. Everything else may have been
/// written by somebody: a person, a browser, another mail server.
const OURS: [&str; 6] = ["link", "not_me", "url", "entrance", "list", "silent"];

fn as_meant(name: &str, value: &str) -> String {
    if OURS.contains(&name) { value.to_owned() } else { only_words(value) }
}

/// What somebody wrote, on one line that is neither a link nor a code, wherever in a mail it stands.
pub fn only_words(value: &str) -> String {
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ").replace("://", ":");
    line.trim_start_matches(['#', ' ']).to_owned()
}

fn paragraphs(text: &str) -> Vec<Paragraph> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| match line.strip_prefix("## ") {
            Some(code) => Paragraph::Code(code.to_owned()),
            None if line.starts_with("https://") || line.starts_with("http://") => Paragraph::Link(line.to_owned()),
            None => Paragraph::Words(line.to_owned()),
        })
        .collect()
}

/// The notice of an event to the person, with the way to say "this wasn't me" where that helps.
pub(super) async fn notice(visit: &Visit, tx: &mut Tx, happening: &Happening<'_>, person: &Person) -> Result<()> {
    let link = if happening.event.offers_not_me() { Some(not_me_link(visit, tx, person).await?) } else { None };
    let name = happening.event.mail_about(person.is_client());
    to_person(visit, tx, happening, person, (&name, "discreet-notice"), link).await
}

/// The notice at the address that is no longer the person's. It has no link: whoever reads the old mailbox (a former
/// employer, a thief who was locked out) could end the person's sessions with it, and an owner whose account was taken
/// would gain nothing, since the new password is mailed to the new address. It names the practice, which can see in the
/// record what happened and set the address right; not of a client whose mails named nobody there, as they were `before`.
pub(super) async fn notice_to_old_address(
    visit: &Visit,
    tx: &mut Tx,
    happening: &Happening<'_>,
    before: &Person,
) -> Result<()> {
    let name = format!("{}-old-address", happening.event.word());
    to_person(visit, tx, happening, before, (&name, "discreet-notice-old-address"), None).await
}

/// To the person at the address and in the form that they have: the letter of that name, or the one that names nobody.
async fn to_person(
    visit: &Visit,
    tx: &mut Tx,
    happening: &Happening<'_>,
    person: &Person,
    (name, discreet): (&str, &str),
    not_me: Option<String>,
) -> Result<()> {
    // Whoever else reads a client's mailbox must not learn from it.
    let inside = happening.event.stays_inside() || person.lock().is_some() && happening.event.stays_behind_a_lock();
    if person.is_private() || person.is_client() && (person.mail_form == "none" || inside) {
        return Ok(());
    }
    if person.is_client() && (person.mail_form == "discreet" || visit.practice()?.discreet != 0) {
        let words = vec![("time", when::full(visit.now, visit.zone()))];
        let language = person.language.as_deref().unwrap_or(&visit.language);
        let (name, to) = (discreet, &person.email);
        let notice = Letter { name, to, person_id: Some(&person.id), language, words, until: None };
        return discreet_letter(visit, tx, &notice).await.map(drop);
    }
    let mut words = words_of(visit, happening)?;
    words.push(("name", person.name.clone()));
    words.extend(not_me.map(|link| ("not_me", link)));
    let language = person.language.as_deref().unwrap_or(&visit.language);
    let to = &person.email;
    letter(visit, tx, &Letter { name, to, person_id: Some(&person.id), language, words, until: None }).await
}

/// The same event in words for those who manage the practice's people; they get no link of the person's.
pub(super) async fn to_administrators(visit: &Visit, tx: &mut Tx, happening: &Happening<'_>) -> Result<()> {
    let about = happening.event.mail_about(happening.person.is_some_and(Person::is_client));
    let name = format!("{about}-administrators");
    for (id, who, email) in administrators(visit, tx).await? {
        if happening.person.is_some_and(|person| person.id == id) {
            continue;
        }
        let mut words = words_of(visit, happening)?;
        words.push(("name", who));
        let acted = matches!(&happening.actor, Actor::Person(actor, _) if *actor == id);
        words.push(("acted", if acted { "yes" } else { "no" }.to_owned()));
        if !words.iter().any(|(word, _)| *word == "person") {
            words.push(("person", happening.person.map_or_else(String::new, |person| person.name.clone())));
        }
        let (to, language) = (&email, &visit.language);
        letter(visit, tx, &Letter { name: &name, to, person_id: Some(&id), language, words, until: None }).await?;
    }
    Ok(())
}

fn words_of(visit: &Visit, happening: &Happening<'_>) -> Result<Vec<(&'static str, String)>> {
    let practice = visit.practice()?;
    let place = visit.place();
    let mut words = vec![
        ("time", when::full(visit.now, &practice.zone)),
        ("browser", visit.browser().in_english()),
        ("place", if place.is_empty() { visit.say("unknown-place") } else { place }),
        ("url", visit.server.home_of(practice)),
        (
            "actor",
            if let Actor::Person(_, name) | Actor::Program(_, name) = &happening.actor { name } else { &practice.name }
                .clone(),
        ),
        ("contact", contact(visit)?),
        ("remembered", "no".to_owned()),
        ("goal", "sign-in".to_owned()),
    ];
    for (name, value) in happening.details.iter().filter(|(_, value)| !value.is_empty()) {
        words.retain(|(known, _)| known != name);
        words.push((name, value.clone()));
    }
    Ok(words)
}

/// How to reach the practice, in one line; its own name where it gave nothing else.
///
/// # Errors
/// Not found where there is no practice.
pub fn contact(visit: &Visit) -> Result<String> {
    let practice = visit.practice()?;
    let ways: Vec<&str> = [practice.contact_phone.as_str(), practice.contact_email.as_str()]
        .into_iter()
        .filter(|way| !way.is_empty())
        .collect();
    Ok(if ways.is_empty() { practice.name.clone() } else { ways.join(", ") })
}

/// A link with which the person says "this wasn't me": it ends sessions and the password, and opens nothing.
async fn not_me_link(visit: &Visit, tx: &mut Tx, person: &Person) -> Result<String> {
    let token = visit.new_token();
    tx.execute(
        "INSERT INTO token (practice_id, hash, purpose, person_id, sent_to, created_at, expires_at) VALUES ($1, $2, 'not-me', $3, $4, $5, $6)",
        args![&visit.practice()?.id, secret::hash_token(&token), &person.id, &person.email_key, visit.now, visit.now + NOT_ME_SECONDS],
    )
    .await?;
    Ok(format!("{}/not-me/{token}", visit.server.home_of(visit.practice()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_words() {
        for (written, told) in [
            ("https://evil.example/portico-login?", "https:evil.example/portico-login?"),
            ("## 482913", "482913"),
            ("# ## 482913", "482913"),
            ("Jo\r\n\r\nhttps://evil.example", "Jo https:evil.example"),
            ("Jo\u{2028}## 1", "Jo ## 1"),
            ("550 5.1.1 no such mailbox", "550 5.1.1 no such mailbox"),
        ] {
            assert_eq!(as_meant("reason", written), told);
            let line = paragraphs(&as_meant("name", written));
            assert!(line.iter().all(|part| matches!(part, Paragraph::Words(_))), "{written}");
        }
        assert_eq!(as_meant("link", "https://a.example/link"), "https://a.example/link");
    }

    /// Both parts are made of the same paragraphs, and what people typed is words in both.
    #[test]
    fn both_parts_say_the_same() {
        let text = "Hello <b>Jo</b>,\n\nhttps://a.example/link?x=1&y=2\n  ## 482913\nBye & thanks";
        let paragraphs = paragraphs(text);
        let page = MailPage {
            lang: "en",
            dir: "ltr",
            practice: "P",
            subject: "S",
            paragraphs: &paragraphs,
            footer: "F".into(),
        };
        let html = askama::Template::render(&page).unwrap();
        assert_eq!(paragraphs.len(), 4);
        for piece in [
            "Hello &#60;b&#62;Jo&#60;/b&#62;,",
            "href=\"https://a.example/link?x=1&#38;y=2\"",
            ">482913</p>",
            "Bye &#38; thanks",
        ] {
            assert!(html.contains(piece), "{piece} is not in:\n{html}");
        }
        assert!(!html.contains("<b>"));
    }
}
