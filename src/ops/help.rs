//! The product's help: short pages in the visitor's language, the same at every door, with whom to ask at this one;
//! and the page that says which languages there are.

use axum::extract::Path;
use axum::response::Response;

use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Door, Visit, page};

/// Address, title and text of each page, in the order of the list.
const TOPICS: &[(&str, &str, &str)] = &[
    ("two-factor", "help-two-factor-title", "help-two-factor-text"),
    ("set-up", "help-set-up-title", "help-set-up-text"),
    ("log-in", "help-log-in-title", "help-log-in-text"),
    ("code-refused", "help-code-refused-title", "help-code-refused-text"),
    ("backup-codes", "help-backup-codes-title", "help-backup-codes-text"),
    ("lost-phone", "help-lost-phone-title", "help-lost-phone-text"),
    ("recognised-devices", "help-recognised-devices-title", "help-recognised-devices-text"),
    ("locked", "help-locked-title", "help-locked-text"),
    ("new-device-mail", "help-new-device-mail-title", "help-new-device-mail-text"),
    ("not-me", "help-not-me-title", "help-not-me-text"),
    ("forgotten-password", "help-forgotten-password-title", "help-forgotten-password-text"),
    ("too-many-tries", "help-too-many-tries-title", "help-too-many-tries-text"),
    ("no-mail", "help-no-mail-title", "help-no-mail-text"),
];

#[derive(askama::Template)]
#[template(path = "ops/help.html")]
struct IndexPage {
    frame: Frame,
    topics: Vec<(&'static str, String)>,
    contact: Contact,
}

#[derive(askama::Template)]
#[template(path = "ops/help_topic.html")]
struct TopicPage {
    frame: Frame,
    blocks: Vec<Block>,
    contact: Contact,
}

#[derive(askama::Template)]
#[template(path = "ops/help_language.html")]
struct LanguagePage {
    frame: Frame,
    names: Vec<(String, String)>,
}

/// Whom to ask at this door; empty texts are not shown.
struct Contact {
    name: String,
    phone: String,
    email: String,
    hours: String,
}

enum Block {
    Words(String),
    /// A numbered list: what to do, in order.
    Steps(Vec<String>),
}

/// `GET /help`.
pub async fn index(visit: Visit) -> Result<Response> {
    page(&IndexPage {
        frame: Frame::new(&visit, "help-title"),
        topics: TOPICS.iter().map(|(word, title, _)| (*word, visit.say(title))).collect(),
        contact: contact(&visit),
    })
}

/// `GET /help/{topic}`.
pub async fn topic(visit: Visit, Path(word): Path<String>) -> Result<Response> {
    let (_, title, text) = TOPICS.iter().find(|(known, ..)| *known == word).ok_or(Error::NotFound)?;
    page(&TopicPage { frame: Frame::new(&visit, title), blocks: blocks(&visit.say(text)), contact: contact(&visit) })
}

/// `GET /language`: the languages there are; the browser's wish is followed, so there is nothing to set.
pub async fn languages(visit: Visit) -> Result<Response> {
    let texts = &visit.server.texts;
    let names = texts.tags().map(|tag| (tag.to_owned(), texts.say(tag, "language-name", &[]))).collect();
    page(&LanguagePage { frame: Frame::new(&visit, "language-title"), names })
}

fn contact(visit: &Visit) -> Contact {
    match &visit.door {
        Door::Practice(practice, _) => Contact {
            name: practice.name.clone(),
            phone: practice.contact_phone.clone(),
            email: practice.contact_email.clone(),
            hours: practice.contact_hours.clone(),
        },
        _ => Contact {
            name: visit.server.config.operator_name.clone(),
            phone: String::new(),
            email: visit.server.config.operator_contact.clone(),
            hours: String::new(),
        },
    }
}

/// Lines of a text: those that begin with a dash are the steps of a list.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = vec![];
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match (line.strip_prefix("- "), blocks.last_mut()) {
            (Some(step), Some(Block::Steps(steps))) => steps.push(step.to_owned()),
            (Some(step), _) => blocks.push(Block::Steps(vec![step.to_owned()])),
            (None, _) => blocks.push(Block::Words(line.to_owned())),
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::text::Texts;

    #[test]
    fn every_topic_has_words_and_steps_stay_together() {
        let texts = Texts::load().unwrap();
        for (word, title, text) in TOPICS {
            assert!(texts.has(title) && texts.has(text), "{word}");
        }
        let read = blocks("One.\n- a\n- b\nTwo.");
        assert!(matches!(&read[..], [Block::Words(_), Block::Steps(steps), Block::Words(_)] if steps.len() == 2));
    }
}
