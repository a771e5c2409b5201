//! A key for one of the practice's programs. It is shown on the answer's page and never again.

use axum::http::StatusCode;
use axum::response::Response;

use super::{actor, begin_alone, fresh_administrator};
use crate::api::keys::{self, GUEST_LINKS, Refused, Wanted};
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit, page, page_with};
use crate::sign_in::session::{self, Session};

#[derive(askama::Template)]
#[template(path = "practice/programs_new.html")]
struct NewPage {
    frame: Frame,
    name: String,
    app: String,
    wrong_name: Option<String>,
    wrong_app: Option<String>,
    /// There are as many as there may be.
    enough: bool,
    /// The key that was just made.
    made: Option<String>,
    /// Where the program calls.
    url: String,
}

/// `GET /practice/programs/new`.
pub async fn ask(visit: Visit) -> Result<Response> {
    match fresh_administrator(&visit).await? {
        Ok(session) => page(&NewPage::new(&visit, &session, &Fields::default())?),
        Err(response) => Ok(response),
    }
}

/// `POST /practice/programs/new`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let session = match fresh_administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let wanted = Wanted { name: fields.trimmed("name"), scopes: &[GUEST_LINKS], app: fields.trimmed("app") };

    // write
    let mut tx = begin_alone(&visit, &session).await?;
    let made = keys::make(&visit, &mut tx, &wanted, actor(&session)).await?;
    let mut new = NewPage::new(&visit, &session, &fields)?;
    let refused = match made {
        Ok(made) => {
            tx.commit().await?;
            visit.server.outbox_bell.notify_one();
            new.frame.title = visit.say("programs-made-title");
            new.made = Some(made.key);
            return page(&new);
        }
        Err(refused) => refused,
    };
    let wrong = |one: Refused, id: &str| refused.contains(&one).then(|| visit.say(id));
    new.wrong_name = wrong(Refused::Name, "programs-wrong-name");
    new.wrong_app = wrong(Refused::App, "programs-wrong-app");
    new.enough = refused.contains(&Refused::TooMany);
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &new)
}

impl NewPage {
    fn new(visit: &Visit, session: &Session, fields: &Fields) -> Result<NewPage> {
        Ok(NewPage {
            frame: session::frame(visit, session, "programs-new-title"),
            name: fields.trimmed("name").to_owned(),
            app: fields.trimmed("app").to_owned(),
            wrong_name: None,
            wrong_app: None,
            enough: false,
            made: None,
            url: format!("{}/api/v1", visit.server.home_of(visit.practice()?)),
        })
    }

    fn is_wrong(&self) -> bool {
        self.wrong_name.is_some() || self.wrong_app.is_some() || self.enough
    }
}
