//! The product's help: short pages in the visitor's language, the same at every door, with whom to ask at this one;
//! and the page that says which languages there are.

use axum::extract::Path;
use axum::response::Response;

use super::help_topics::{self, GROUPS};
use crate::factors::passkey_places::{self, Parts};
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::prose::{self, Block};
use crate::platform::web::{Door, Visit, page};

#[derive(askama::Template)]
#[template(path = "ops/help.html")]
struct IndexPage {
    frame: Frame,
    groups: Vec<Group>,
    contact: Contact,
}

struct Group {
    name: &'static str,
    title: String,
    topics: Vec<Link>,
}

/// Where a page is, and its title.
struct Link {
    word: &'static str,
    title: String,
}

#[derive(askama::Template)]
#[template(path = "ops/help_topic.html")]
struct TopicPage {
    frame: Frame,
    blocks: Vec<Block>,
    parts: Option<Parts>,
    /// The pages that the text speaks of.
    more: Vec<Link>,
    contact: Contact,
    /// Who runs the server, where the practice itself cannot help.
    operator: Option<Contact>,
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

/// `GET /help`.
pub async fn index(visit: Visit) -> Result<Response> {
    let link = |topic: &help_topics::Topic| Link { word: topic.word, title: visit.say(topic.title) };
    let group = |(title, topics): &(&'static str, &[help_topics::Topic])| Group {
        name: title,
        title: visit.say(title),
        topics: topics.iter().map(link).collect(),
    };
    page(&IndexPage {
        frame: Frame::new(&visit, "help-title").exit_for_clients(),
        groups: GROUPS.iter().map(group).collect(),
        contact: contact(&visit),
    })
}

/// `GET /help/{topic}`.
pub async fn topic(visit: Visit, Path(word): Path<String>) -> Result<Response> {
    let topic = help_topics::all().find(|topic| topic.word == word).ok_or(Error::NotFound)?;
    let text = visit.say(topic.text);
    page(&TopicPage {
        frame: Frame::new(&visit, topic.title).exit_for_clients(),
        more: spoken_of(&visit, &text),
        blocks: prose::read(&text),
        parts: topic.places.map(|told| passkey_places::parts(&visit, told)),
        contact: contact(&visit),
        operator: topic.names_operator.then(|| operator(&visit)),
    })
}

/// The pages whose titles stand in a text, in the order of the list.
fn spoken_of(visit: &Visit, text: &str) -> Vec<Link> {
    let links = help_topics::all().map(|topic| Link { word: topic.word, title: visit.say(topic.title) });
    links.filter(|link| text.contains(&format!("\"{}\"", link.title))).collect()
}

/// `GET /language`: the languages there are; the browser's wish is followed, so there is nothing to set.
pub async fn languages(visit: Visit) -> Result<Response> {
    let texts = &visit.server.texts;
    let names = texts.tags().map(|tag| (tag.to_owned(), texts.say(tag, "language-name", &[]))).collect();
    page(&LanguagePage { frame: Frame::new(&visit, "language-title").exit_for_clients(), names })
}

fn contact(visit: &Visit) -> Contact {
    match &visit.door {
        Door::Practice(practice, _) => Contact {
            name: practice.name.clone(),
            phone: practice.contact_phone.clone(),
            email: practice.contact_email.clone(),
            hours: practice.contact_hours.clone(),
        },
        _ => operator(visit),
    }
}

fn operator(visit: &Visit) -> Contact {
    Contact {
        name: visit.server.config.operator_name.clone(),
        phone: String::new(),
        email: visit.server.config.operator_contact.clone(),
        hours: String::new(),
    }
}
