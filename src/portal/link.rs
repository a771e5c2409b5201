//! The page behind the mailed link. Opening it uses nothing up, however often and by whatever program; only a press in
//! the browser that asked signs in. Elsewhere it leads to `elsewhere.html`; a link that is over says which and when.

use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;

use super::elsewhere::Device;
use super::{Ask, Standing, Use, binding, by_link, elsewhere, letter, newer, spend, who};
use crate::args;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Visit, go, page, page_with};
use crate::platform::when;
use crate::sign_in::flash::{self, Left, Notice};
use crate::sign_in::link::Token;
use crate::sign_in::session::{self, State};
use crate::sign_in::way_in;

#[derive(askama::Template)]
#[template(path = "portal/link.html")]
struct LinkPage {
    frame: Frame,
    token: String,
    /// Whom the mail went to, as a hint.
    masked: String,
    /// Why the link opens nothing any more; then there is no button to sign in.
    over: Option<String>,
    /// The browser that asked goes on: nothing is left to do here.
    handed_on: bool,
    /// Whether the way to a new mail can fill in the address.
    can_ask: bool,
    /// The link was made at another practice: this one's door is another way, and named as that.
    of_another: bool,
    /// A newer mail ended the link, and its code can be typed here.
    takes_codes: bool,
    code_problem: Option<String>,
    device: Device,
}

/// `GET /link/{token}`, any number of times. That it was opened is noted for the practice; that is all.
pub async fn show(visit: Visit, Token(token): Token, method: Method, headers: HeaderMap) -> Result<Response> {
    let Some(ask) = by_link(&visit, &token).await? else { return unknown(&visit, &token) };
    if method == Method::GET && !is_prefetch(&headers) {
        note_opened(&visit, &ask).await?;
    }
    way_in::at_portal(&visit);
    if ask.is_proved(&visit) {
        return Ok(go(&format!("/portal/who?ask={}", ask.id)));
    }
    if ask.standing(visit.now) != Standing::Good {
        return over(&visit, &token, &ask).await;
    }
    if ask.is_bound(&visit) {
        page(&LinkPage::good(&visit, &token, &ask))
    } else {
        elsewhere::show(&visit, &token, &ask)
    }
}

/// `POST /link/{token}`: signs in, once, in the browser that asked.
pub async fn answer(visit: Visit, Token(token): Token) -> Result<Response> {
    // read
    let Some(ask) = by_link(&visit, &token).await? else { return unknown(&visit, &token) };
    if ask.is_proved(&visit) {
        return Ok(go(&format!("/portal/who?ask={}", ask.id)));
    }
    if ask.standing(visit.now) != Standing::Good {
        return over(&visit, &token, &ask).await;
    }
    if !ask.is_bound(&visit) {
        return elsewhere::show(&visit, &token, &ask);
    }

    // write
    let proved_in = binding(&visit).ok_or(Error::Bad("no-cookie"))?;
    let mut tx = visit.db()?.write().await?;
    if spend(&visit, &mut tx, &ask, &Use { by: "link", proved_in: &proved_in }).await? {
        return who::go_on(&visit, tx, &ask).await;
    }
    drop(tx);
    // Somebody was quicker with the same link: the page says what it is worth now.
    Ok(go(&format!("/link/{token}")))
}

/// `POST /link/{token}/new`: to the sign-in page with the address filled in; the press there sends the mail. Where the person
/// wanted to go is not forgotten on the way, nor what they ticked, in the browser that they ticked it in.
pub async fn send_new(visit: Visit, Token(token): Token) -> Result<Response> {
    if let Some(ask) = by_link(&visit, &token).await? {
        let here = ask.is_bound(&visit);
        let (keep, shared) = (here && ask.keep != 0, here && ask.shared != 0);
        flash::leave_all(
            &visit,
            &Left { notice: Notice::AskAnew, email: ask.email, then_path: ask.then_path, keep, shared },
        )?;
    }
    Ok(go("/portal"))
}

/// Browsers and programs say so when they fetch what nobody has asked for yet.
pub(super) fn is_prefetch(headers: &HeaderMap) -> bool {
    let says = |name: &str| headers.get(name).is_some_and(|value| value.as_bytes().starts_with(b"prefetch"));
    says("sec-purpose") || says("purpose")
}

async fn note_opened(visit: &Visit, ask: &Ask) -> Result<()> {
    visit
        .db()?
        .execute(
            "UPDATE link_ask SET opened_at = $3 WHERE practice_id = $1 AND id = $2 AND opened_at IS NULL",
            args![&visit.practice()?.id, &ask.id, visit.now],
        )
        .await?;
    Ok(())
}

/// A link that is over. Who is signed in here already with its address needs no other.
///
/// # Errors
/// Faults of the database.
pub(super) async fn over(visit: &Visit, token: &str, ask: &Ask) -> Result<Response> {
    over_with(visit, token, ask, Device::of(visit, ask)?, None).await
}

/// As [`over`], with what is wrong with a code that was typed there and what was ticked.
///
/// # Errors
/// As [`over`].
pub(super) async fn over_with(
    visit: &Visit,
    token: &str,
    ask: &Ask,
    mut device: Device,
    code_problem: Option<String>,
) -> Result<Response> {
    if let State::Open(session) = session::state(visit).await?
        && session.is_client()
        && ask.used_at.is_some()
        && Email::parse(&session.email).is_ok_and(|email| email.canonical() == ask.email_key)
    {
        return Ok(go("/me"));
    }
    let words = |id: &str, at: i64| visit.say_with(id, &[("time", &when::full(at, visit.zone()))]);
    let said = match ask.standing(visit.now) {
        Standing::Used(at) if ask.used_by.as_deref() == Some("number") => words("link-handed-on", at),
        Standing::Used(at) => words("link-used", at),
        Standing::Replaced(at) => words("link-replaced", at),
        Standing::Ended(at) => words("link-ended", at),
        Standing::Expired(at) => words("link-expired", at),
        Standing::Good => visit.say("link-unknown"),
    };
    let newer = newer::meant(visit, ask).await?.filter(|newer| newer.id != ask.id);
    device.asked = device.asked && newer.as_ref().is_some_and(|newer| !newer.is_bound(visit));
    let handed_on = ask.used_by.as_deref() == Some("number");
    let status = match (handed_on, &code_problem) {
        (true, _) => StatusCode::OK,
        (false, None) => StatusCode::GONE,
        (false, Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let over = LinkPage {
        over: Some(said),
        handed_on,
        can_ask: true,
        takes_codes: newer.is_some(),
        code_problem,
        device,
        ..LinkPage::plain(visit, token, masked(ask), if handed_on { "link-handed-on-title" } else { "link-over-title" })
    };
    page_with(status, &over)
}

fn unknown(visit: &Visit, token: &str) -> Result<Response> {
    let of_another = letter::is_of_another_practice(visit, token)?;
    let said = visit.say(if of_another { "link-other-practice" } else { "link-unknown" });
    let unknown =
        LinkPage { over: Some(said), of_another, ..LinkPage::plain(visit, token, String::new(), "link-over-title") };
    page_with(StatusCode::GONE, &unknown)
}

/// A hint of the address the mail went to: who was sent somebody else's link sees that it is not theirs.
pub(super) fn masked(ask: &Ask) -> String {
    Email::parse(&ask.email).map(|email| email.masked()).unwrap_or_default()
}

pub(super) fn frame(visit: &Visit, title: &str) -> Frame {
    let mut frame = Frame::new(visit, title);
    frame.exit = true;
    frame
}

impl LinkPage {
    fn good(visit: &Visit, token: &str, ask: &Ask) -> LinkPage {
        LinkPage::plain(visit, token, masked(ask), "portal-title")
    }

    fn plain(visit: &Visit, token: &str, masked: String, title: &str) -> LinkPage {
        LinkPage {
            frame: frame(visit, title),
            token: token.to_owned(),
            masked,
            over: None,
            handed_on: false,
            can_ask: false,
            of_another: false,
            takes_codes: false,
            code_problem: None,
            device: Device::default(),
        }
    }
}
