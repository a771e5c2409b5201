//! The door that knows no practice. It mails people where they can log in, and sends whoever knows their practice's name
//! straight there. It tells nobody anything about anybody, and keeps no list of people.

pub mod ask;
mod asker;
pub mod between;
pub mod far;
pub mod find;
pub mod finding;
pub mod keep;
pub mod left;
mod letters;
pub mod link;
pub mod list;
mod name;
pub mod region;
pub mod regions;
pub mod remembered;
pub mod worker;

use axum::response::Response;

use self::name::Address;
use self::remembered::Shown;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Query, Visit, page};

#[derive(askama::Template)]
#[template(path = "entrance/entrance.html")]
struct EntrancePage {
    frame: Frame,
    /// The practices that this device remembers.
    shown: Vec<Shown>,
    email: String,
    remember: bool,
    shared: bool,
    problem: Option<String>,
    typed: String,
    addresses: Vec<Address>,
    /// The name holds nothing that an address could be made of.
    unusable: bool,
    signposts: Vec<Signpost>,
}

/// More that the entrance points to; the demo puts its mailbox and its people here.
pub struct Signposts(pub Vec<Signpost>);

#[derive(Clone)]
pub struct Signpost {
    pub path: &'static str,
    /// The name of a message, and of one with `-more`.
    pub message: &'static str,
}

#[derive(askama::Template)]
#[template(path = "entrance/support.html")]
struct SupportPage {
    frame: Frame,
}

/// Why an asking was not taken.
#[derive(Debug, Clone, Copy)]
enum Problem {
    Stale,
    NotAnAddress,
    Network,
    /// The page that sent something was for an asking that this browser has forgotten.
    Over,
}

/// `GET /` at the bare host; `?practice=` is a typed name.
pub async fn front(visit: Visit, Query(query): Query) -> Result<Response> {
    let shown = remembered::shown(&visit).await?;
    page(&EntrancePage { shown, ..EntrancePage::new(&visit, query.trimmed("practice")) })
}

/// `GET /` at the support host.
pub async fn support_front(visit: Visit) -> Result<Response> {
    page(&SupportPage { frame: Frame::new(&visit, "support-title") })
}

impl EntrancePage {
    fn new(visit: &Visit, typed: &str) -> EntrancePage {
        let typed: String = typed.chars().take(80).collect();
        // An email address in the wrong field is one all the same.
        let (email, typed) = if typed.contains('@') { (typed, String::new()) } else { (String::new(), typed) };
        let addresses = name::addresses(visit, &typed);
        let signposts = visit.server.kept::<Signposts>().map_or_else(|_| vec![], |posts| posts.0.clone());
        EntrancePage {
            frame: Frame::new(visit, "entrance-title"),
            shown: vec![],
            email,
            remember: false,
            shared: remembered::is_shared(visit),
            problem: None,
            unusable: !typed.is_empty() && addresses.is_empty(),
            typed,
            addresses,
            signposts,
        }
    }

    /// What was typed is kept, and what this device remembers stays in sight.
    async fn with(visit: &Visit, email: &str, remember: bool, problem: Problem) -> Result<EntrancePage> {
        let problem = match problem {
            Problem::Stale => "entrance-stale",
            Problem::NotAnAddress => "entrance-not-an-address",
            Problem::Network => "entrance-network",
            Problem::Over => "entrance-over",
        };
        Ok(EntrancePage {
            shown: remembered::shown(visit).await?,
            email: email.chars().take(254).collect(),
            remember,
            problem: Some(visit.say(problem)),
            ..EntrancePage::new(visit, "")
        })
    }
}
