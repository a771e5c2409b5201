//! Setting up 2 factor authentication, the first three of its four steps: mobile number, an app, the picture. The same
//! pages serve My info and a sign-in that requires it; nothing about the person changes before `two_factor_on.rs`.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE32_NOPAD;

use crate::args;
use crate::factors::code::{CodeKind, CodePage};
use crate::factors::mobile_code::{self, Asked, Judged, Sent};
use crate::factors::{mobile, totp, totp_code};
use crate::notices::can_text;
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Query, Visit, go, page, page_with};
use crate::platform::when;
use crate::platform::world::random;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};
use crate::sign_in::step::Step;
use crate::sign_in::{self, Attempt, act};

pub const SIGNED_IN: &str = "/me/two-factor";
pub const IN_SIGN_IN: &str = "/sign-in/set-up";
/// A set-up left alone so long begins anew (seconds): its secret was on a screen.
const SET_UP_SECONDS: i64 = 15 * 60;

/// Who sets up, and where: signed in with fresh proof, or inside a sign-in that requires it.
pub(super) struct Who {
    pub person: Person,
    /// Where this set-up's pages are.
    pub base: &'static str,
    pub place: Place,
}

pub(super) enum Place {
    Session(Arc<Session>),
    Attempt(Box<Attempt>),
}

impl Who {
    /// The session or attempt that alone sees this set-up's secret.
    pub fn begun_in(&self) -> &str {
        match &self.place {
            Place::Session(session) => &session.id,
            Place::Attempt(attempt) => &attempt.id,
        }
    }

    /// What goes on when everything else of the person ends: this session, or this attempt and the session it opens again.
    pub fn goes_on(&self) -> &str {
        match &self.place {
            Place::Session(session) => &session.id,
            Place::Attempt(attempt) => attempt.session_id.as_deref().unwrap_or(&attempt.id),
        }
    }

    /// Begins a transaction in which they still are who they are.
    pub async fn begin(&self, visit: &Visit) -> Result<Tx> {
        match &self.place {
            Place::Session(session) => act::begin(visit, session).await,
            Place::Attempt(attempt) => act::begin_under_way(visit, attempt).await,
        }
    }

    pub fn frame(&self, visit: &Visit) -> Frame {
        match &self.place {
            Place::Session(session) => session::frame(visit, session, "set-up-title"),
            Place::Attempt(_) => sign_in::other::frame(visit, &self.person, "set-up-title"),
        }
    }

    fn asked(&self) -> Asked<'_> {
        Asked { person: &self.person, purpose: "enrol", by: self.begun_in() }
    }
}

/// Who may set up here and now, or the way there.
pub(super) async fn who(visit: &Visit) -> Result<std::result::Result<Who, Response>> {
    if visit.path.starts_with(IN_SIGN_IN) {
        let (attempt, step, person) = match sign_in::under_way(visit).await? {
            Ok(found) => found,
            Err(response) => return Ok(Err(response)),
        };
        return Ok(match step {
            Step::SetUp => Ok(Who { person, base: IN_SIGN_IN, place: Place::Attempt(Box::new(attempt)) }),
            step => Err(go(&totp::path_of(&step, &attempt, &person))),
        });
    }
    let session = match session::fresh(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
    let person = person.filter(|person| person.kind == "staff").ok_or(Error::NotFound)?;
    Ok(Ok(Who { person, base: SIGNED_IN, place: Place::Session(session) }))
}

/// A set-up under way; its values are sealed.
#[derive(sqlx::FromRow)]
pub(super) struct SetUp {
    pub secret: String,
    pub mobile: Option<String>,
    pub mobile_proved_at: Option<i64>,
    pub created_at: i64,
}

/// The set-up that was begun here within its time, or the way to its beginning.
pub(super) async fn under_way(visit: &Visit, who: &Who) -> Result<std::result::Result<SetUp, Response>> {
    let found: Option<SetUp> = visit
        .db()?
        .optional(
            "SELECT secret, mobile, mobile_proved_at, created_at FROM totp_setup WHERE practice_id = $1 AND person_id = $2 AND begun_in = $3",
            args![&visit.practice()?.id, &who.person.id, who.begun_in()],
        )
        .await?;
    Ok(match found {
        Some(set_up) if set_up.created_at + SET_UP_SECONDS > visit.now => Ok(set_up),
        Some(_) => Err(go(&format!("{}?again=1", who.base))),
        None => Err(go(who.base)),
    })
}

#[derive(askama::Template)]
#[template(path = "factors/two_factor.html")]
struct SetUpPage {
    frame: Frame,
    base: &'static str,
    step: u8,
    problem: Option<String>,
    /// The number on file, but for its last digits hidden.
    masked: Option<String>,
    typed: String,
    /// Whether an app is in use until the new one is proved.
    has_app: bool,
    /// The key in groups of four.
    key: Vec<String>,
    /// What is in the picture, for an app on this very device.
    uri: String,
}

/// `GET`, step one: the mobile number.
pub async fn mobile(visit: Visit, Query(query): Query) -> Result<Response> {
    let who = match who(&visit).await? {
        Ok(who) => who,
        Err(response) => return Ok(response),
    };
    let mut set_up_page = number_page(&visit, &who)?;
    if query.ticked("again") {
        set_up_page.frame = set_up_page.frame.banner("info", "set-up-again");
    }
    page(&set_up_page)
}

/// `POST`, step one: the number on file, or another.
pub async fn mobile_answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let who = match who(&visit).await? {
        Ok(who) => who,
        Err(response) => return Ok(response),
    };
    let on_file = mobile_code::on_file(&visit, &who.person)?;
    let number = match on_file.clone().filter(|_| fields.text("do") == "same") {
        Some(number) => number,
        None => match mobile_code::read_number(fields.text("mobile"), &visit.practice()?.country).await? {
            Ok(number) => number.e164().to_owned(),
            Err(problem) => {
                return number_refused(&visit, &who, &fields, mobile_code::problem_in_words(&visit, problem));
            }
        },
    };
    let proved_at = who.person.mobile_proved_at.filter(|_| on_file.as_deref() == Some(number.as_str()));

    // write
    let mut tx = who.begin(&visit).await?;
    if proved_at.is_some() || !can_text(&visit.server) {
        begin(&visit, &mut tx, &who, &number, proved_at).await?;
        tx.commit().await?;
        return Ok(go(&format!("{}/app", who.base)));
    }
    match mobile_code::send(&visit, &mut tx, &who.asked(), &number).await? {
        Sent::Yes => {
            tx.commit().await?;
            visit.server.outbox_bell.notify_one();
            Ok(go(&format!("{}/mobile-code", who.base)))
        }
        refused => number_refused(&visit, &who, &fields, not_sent(&visit, &refused)),
    }
}

/// Why no code was sent, in words.
pub(super) fn not_sent(visit: &Visit, sent: &Sent) -> String {
    match sent {
        Sent::Wait(until) => visit.say_with("mobile-code-wait", &[("time", &when::clock_from(*until, visit.zone()))]),
        _ => visit.say("mobile-code-enough"),
    }
}

/// Notes the number and makes the secret, once for one set-up: going back changes the number only.
async fn begin(visit: &Visit, tx: &mut Tx, who: &Who, number: &str, proved_at: Option<i64>) -> Result<()> {
    let (practice, person) = (&visit.practice()?.id, &who.person.id);
    tx.execute(
        "DELETE FROM totp_setup WHERE practice_id = $1 AND person_id = $2 AND (begun_in <> $3 OR created_at <= $4)",
        args![practice, person, who.begun_in(), visit.now - SET_UP_SECONDS],
    )
    .await?;
    let secret = BASE32_NOPAD.encode(&random::<{ totp_code::SECRET_BYTES }>(&*visit.server.world));
    tx.execute(
        "INSERT INTO totp_setup (practice_id, person_id, secret, mobile, mobile_proved_at, begun_in, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (practice_id, person_id) DO UPDATE SET mobile = $4, mobile_proved_at = $5",
        args![
            practice,
            person,
            visit.server.seal("totp", &[practice, person], &secret)?,
            mobile_code::seal(visit, person, number)?,
            proved_at,
            who.begun_in(),
            visit.now,
        ],
    )
    .await?;
    Ok(())
}

/// `GET …/mobile-code`: the code that was sent to the number.
pub async fn code_sent(visit: Visit) -> Result<Response> {
    let who = match who(&visit).await? {
        Ok(who) => who,
        Err(response) => return Ok(response),
    };
    match mobile_code::waiting(&visit, &who.asked()).await? {
        Some(waiting) => sent_page(&visit, &who, &waiting.number(&visit, &who.person.id)?).fresh(),
        None => Ok(go(who.base)),
    }
}

/// `POST …/mobile-code`: the code, or the wish for a new one.
pub async fn code_sent_answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let who = match who(&visit).await? {
        Ok(who) => who,
        Err(response) => return Ok(response),
    };
    let Some(waiting) = mobile_code::waiting(&visit, &who.asked()).await? else { return Ok(go(who.base)) };
    let number = waiting.number(&visit, &who.person.id)?;
    let sent_page = sent_page(&visit, &who, &number);
    if fields.text("do") == "again" {
        let mut tx = who.begin(&visit).await?;
        let sent = mobile_code::send(&visit, &mut tx, &who.asked(), &number).await?;
        if sent != Sent::Yes {
            return sent_page.refused(not_sent(&visit, &sent));
        }
        tx.commit().await?;
        visit.server.outbox_bell.notify_one();
        return Ok(go(&format!("{}/mobile-code", who.base)));
    }

    // work
    let (number, id) = match mobile_code::judge(&visit, &who.person.id, &waiting, fields.text("code")).await? {
        Judged::Right(number, id) => (number, id),
        Judged::Wrong => return sent_page.refused(visit.say("mobile-code-wrong")),
        Judged::Over => return sent_page.refused(visit.say("mobile-code-over")),
        Judged::NoCode => return sent_page.refused(visit.say("code-six-digits")),
    };

    // write
    let mut tx = who.begin(&visit).await?;
    if mobile_code::spend(&visit, &mut tx, &id).await? {
        begin(&visit, &mut tx, &who, &number, Some(visit.now)).await?;
        tx.commit().await?;
    }
    Ok(go(&format!("{}/app", who.base)))
}

/// `GET …/app`, step two.
pub async fn app(visit: Visit) -> Result<Response> {
    let who = match who(&visit).await? {
        Ok(who) => who,
        Err(response) => return Ok(response),
    };
    match under_way(&visit, &who).await? {
        Ok(_) => page(&SetUpPage { step: 2, ..number_page(&visit, &who)? }),
        Err(response) => Ok(response),
    }
}

/// `GET …/key`, step three: the picture, and the key to type.
pub async fn key(visit: Visit) -> Result<Response> {
    let who = match who(&visit).await? {
        Ok(who) => who,
        Err(response) => return Ok(response),
    };
    let set_up = match under_way(&visit, &who).await? {
        Ok(set_up) => set_up,
        Err(response) => return Ok(response),
    };
    let secret = totp::open_secret(&visit, &who.person.id, &set_up.secret)?;
    let key = totp_code::key_to_type(&secret).split(' ').map(str::to_owned).collect();
    let uri = totp_code::otpauth_uri(&visit.practice()?.name, &who.person.email, &secret);
    page(&SetUpPage { step: 3, key, uri, ..number_page(&visit, &who)? })
}

/// `GET …/picture`: only while a set-up is under way here, and only for our own page.
pub async fn picture(visit: Visit, headers: HeaderMap) -> Result<Response> {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok()).unwrap_or("same-origin");
    if !matches!(site, "same-origin" | "none") {
        return Err(Error::NotFound);
    }
    let Ok(who) = who(&visit).await? else { return Err(Error::NotFound) };
    let Ok(set_up) = under_way(&visit, &who).await? else { return Err(Error::NotFound) };
    let secret = totp::open_secret(&visit, &who.person.id, &set_up.secret)?;
    let uri = totp_code::otpauth_uri(&visit.practice()?.name, &who.person.email, &secret);
    let svg = totp_code::qr_svg(&uri).map_err(|_| Error::Fault("the picture's text is too long".into()))?;
    let mut response = (StatusCode::OK, svg).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    Ok(response)
}

fn number_page(visit: &Visit, who: &Who) -> Result<SetUpPage> {
    Ok(SetUpPage {
        frame: who.frame(visit),
        base: who.base,
        step: 1,
        problem: None,
        masked: mobile_code::on_file(visit, &who.person)?.map(|number| mobile::masked(&number)),
        typed: String::new(),
        has_app: who.person.totp_secret.is_some(),
        key: vec![],
        uri: String::new(),
    })
}

fn number_refused(visit: &Visit, who: &Who, fields: &Fields, problem: String) -> Result<Response> {
    let typed = fields.trimmed("mobile").chars().take(40).collect();
    let refused = SetUpPage { problem: Some(problem), typed, ..number_page(visit, who)? };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &refused)
}

fn sent_page(visit: &Visit, who: &Who, number: &str) -> CodePage {
    CodePage {
        frame: who.frame(visit),
        step: 1,
        action: format!("{}/mobile-code", who.base),
        hidden: None,
        intro: visit.say_with("mobile-code-sent", &[("mobile", &mobile::masked(number))]),
        label: visit.say("field-mobile-code"),
        hint: visit.say("mobile-code-hint"),
        kind: CodeKind::Digits,
        button: visit.say("set-up-continue"),
        problem: None,
        closed: false,
        ways: vec![(who.base.to_owned(), visit.say("mobile-other-number"))],
        again: Some(visit.say("mobile-code-again")),
    }
}
