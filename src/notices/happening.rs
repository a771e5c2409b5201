//! One thing that happened, and who did it, on its way into the record and the mails.

use super::Event;
use crate::sign_in::person::Person;

/// Who did it.
#[derive(Clone, Debug)]
pub enum Actor {
    /// The person it happened to.
    Self_,
    /// A colleague: id and name.
    Person(String, String),
    /// A program of the practice: the id and name of its key.
    Program(String, String),
    Stranger,
    System,
}

/// One thing that happened to one person's sign-in (or to nobody's in particular).
pub struct Happening<'a> {
    pub event: Event,
    pub person: Option<&'a Person>,
    pub actor: Actor,
    pub result: &'static str,
    pub session: String,
    /// The person as they were before, for events that tell the address they had.
    pub before: Option<&'a Person>,
    pub details: Vec<(&'static str, String)>,
    /// Only for the record: another mail of the same act says it.
    pub quiet: bool,
}

impl<'a> Happening<'a> {
    pub fn of(event: Event, person: &'a Person) -> Happening<'a> {
        Happening { person: Some(person), ..Happening::to_nobody(event, Actor::Self_) }
    }

    pub fn to_nobody(event: Event, actor: Actor) -> Happening<'a> {
        Happening {
            event,
            person: None,
            actor,
            result: "done",
            session: String::new(),
            before: None,
            details: vec![],
            quiet: false,
        }
    }

    #[must_use]
    pub fn by(mut self, actor: Actor) -> Self {
        self.actor = actor;
        self
    }

    #[must_use]
    pub fn session(mut self, id: &str) -> Self {
        id.clone_into(&mut self.session);
        self
    }

    #[must_use]
    pub fn result(mut self, result: &'static str) -> Self {
        self.result = result;
        self
    }

    #[must_use]
    pub fn before(mut self, person: &'a Person) -> Self {
        self.before = Some(person);
        self
    }

    /// Without a mail of its own.
    #[must_use]
    pub fn quietly(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// A word for the record and the mail; never a secret.
    #[must_use]
    pub fn detail(mut self, name: &'static str, value: &str) -> Self {
        self.details.push((name, value.to_owned()));
        self
    }
}
