//! `/portal`: a client types an address. One answer and one job for every address; nobody is looked up here.
//! What the job does is in `letter.rs`, the page that follows in `sent.rs`.

use axum::http::StatusCode;
use axum::response::Response;

use super::numbers::{draws, two_digits};
use super::{Ask, BOUND_SECONDS, PAUSE_SECONDS, REQUEST_SECONDS, binding, bound};
use crate::args;
use crate::factors::passkey_options::{self as options, Asked};
use crate::factors::{passkey_dropped, passkey_offer};
use crate::notices::outbox::put_job;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::asked::{self, Asker};
use crate::platform::db::Tx;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::joined::Statement;
use crate::platform::limit;
use crate::platform::network::network_of;
use crate::platform::web::{Fields, Query, Visit, go, page, page_with, safe_path};
use crate::sign_in::session::{self, Session, State};
use crate::sign_in::{flash, hello, marks, way_in};

/// Askings from one network within an hour, whoever they are for; a waiting room behind one address stays below. Numbers for
/// the phone are counted apart, so that whoever gets no mail still gets one.
const PER_NETWORK: i64 = 60;
/// How long askings are counted, in seconds.
const COUNTED_SECONDS: i64 = 3600;
/// How long the page says that passwords are over, in seconds (half a year): some clients come seldom.
const NEWS_SECONDS: i64 = 180 * 86_400;

#[derive(askama::Template)]
#[template(path = "portal/ask.html")]
struct AskPage {
    frame: Frame,
    email: String,
    then_path: String,
    keep_days: i64,
    keep: bool,
    shared: bool,
    keeps_passwords: bool,
    /// No mail of the practice has a link.
    code_only: bool,
    /// Passwords opened this portal until a while ago.
    passwords_are_over: bool,
    problem: Option<String>,
    passkey: Asked,
    /// What is wrong with the passkey that was shown.
    passkey_problem: Option<String>,
    /// A passkey that the browser may forget.
    unknown: Option<String>,
    /// It was made a moment ago, and not kept.
    not_kept: bool,
}

/// What is asked for.
pub(super) struct Wanted<'a> {
    pub email: &'a Email,
    pub then_path: &'a str,
    pub keep: bool,
    pub shared: bool,
    /// A locked session to open again.
    pub session_id: Option<&'a str>,
}

/// `GET /portal`; a client who is signed in goes on.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let then_path = safe_path(query.text("then"), "");
    match session::state(&visit).await? {
        State::Open(session) if session.is_client() => return Ok(go(&safe_path(&then_path, "/me"))),
        State::Locked(session) if session.is_client() => return super::locked::lead(&then_path),
        State::Nobody => way_in::at_portal(&visit),
        State::Open(_) | State::Locked(_) => {}
    }
    let left = flash::take(&visit);
    let email = left.as_ref().map_or_else(|| hello::email(&visit).unwrap_or_default(), |left| left.email.clone());
    let mut asking = AskPage::new(&visit, &email, then_path)?;
    if let Some(left) = left {
        if asking.then_path.is_empty() {
            asking.then_path = safe_path(&left.then_path, "");
        }
        (asking.keep, asking.shared) = (left.keep, left.shared);
        asking.frame = asking.frame.banner(left.notice.kind(), left.notice.sentence());
    } else if query.text("note") == "everywhere" {
        asking.frame = asking.frame.banner("success", "mine-everywhere-done-client");
    } else if query.ticked("again") {
        asking.frame = asking.frame.banner("info", "sign-in-again");
    } else if session::reached_its_end(&visit).await? {
        asking.frame = asking.frame.banner("info", "portal-total-end");
    } else if session::was_ended(&visit, false).await? {
        asking.frame = asking.frame.banner("info", "portal-ended");
    }
    asking.unknown = passkey_dropped::take_at_the_door(&visit).await?;
    asking.not_kept = asking.unknown.is_some();
    page(&asking)
}

/// `POST /portal`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let typed = fields.trimmed("email");
    let again = |status: StatusCode, problem: &str| {
        let mut asking = AskPage::new(&visit, typed, safe_path(fields.text("then"), ""))?;
        (asking.keep, asking.shared) = (fields.ticked("keep"), fields.ticked("shared"));
        asking.problem = Some(visit.say(problem));
        page_with(status, &asking)
    };
    if visit.stale {
        return again(StatusCode::UNPROCESSABLE_ENTITY, "forgot-stale");
    }
    let Ok(email) = Email::parse(typed) else {
        return again(StatusCode::UNPROCESSABLE_ENTITY, "forgot-not-an-address");
    };

    // write
    passkey_offer::note_able_by_mail(&visit, &fields);
    let then_path = safe_path(fields.text("then"), "");
    let shared = fields.ticked("shared");
    let keep = fields.ticked("keep") && !shared;
    let wanted = Wanted { email: &email, then_path: &then_path, keep, shared, session_id: None };
    match put(&visit, &wanted).await? {
        Some(on) => Ok(on),
        None => again(StatusCode::TOO_MANY_REQUESTS, "portal-network"),
    }
}

/// The page again after a passkey that got nobody in; `unknown` is one that the browser may forget.
///
/// # Errors
/// Not found where there is no practice.
pub(super) fn refused(visit: &Visit, fields: &Fields, problem: String, unknown: Option<String>) -> Result<Response> {
    let mut asking = AskPage::new(visit, fields.trimmed("email"), safe_path(fields.text("then"), ""))?;
    (asking.keep, asking.shared) = (fields.ticked("keep"), fields.ticked("shared"));
    (asking.passkey_problem, asking.unknown) = (Some(problem), unknown);
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &asking)
}

/// Notes an asking and puts its job, silently within the limits of mail; answers where the browser goes on, none where the
/// network asked too often. Pressed again within the pause in the same browser, it is the same asking; past the limits it is
/// the one of this browser whose mail still works, since no other code will come.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn put(visit: &Visit, wanted: &Wanted<'_>) -> Result<Option<Response>> {
    let practice = &visit.practice()?.id;
    let (bound_to, key) = (bound::to_ask(visit, wanted).await?, wanted.email.canonical());
    // Whoever floods an address from elsewhere must not use up the mails of the browser that has proved it.
    let own = marks::knows_mailbox(visit, key);
    let lane = visit.lane(if own { "portal mail own" } else { "portal mail" }, key)?;
    // One way to the database, since everybody who asks waits for it.
    let draws = draws(visit);
    let questions = vec![looking(visit, wanted, &bound_to, &draws)?, limit::mail_counting(practice, &lane, visit.now)];
    let (network, most) = (counted_on(visit, key, wanted.session_id.is_some(), "portal")?, PER_NETWORK);
    let begun = asked::begin(visit, Asker { network: &network, most }, questions).await?;
    let Some((mut tx, load, rows)) = begun else { return Ok(None) };
    let Found { mut same, mut living, number, counted } = found(rows, &draws);
    if asked::alarm(visit, &mut tx, load).await? {
        happened(visit, &mut tx, Happening::to_nobody(Event::AskingsTooMany, Actor::Stranger)).await?;
    }
    let may_mail = if same.is_none() {
        limit::mail_counted(&mut tx, practice, counted).await?
    } else {
        limit::give_mail_back(&mut tx, practice, counted).await?;
        false
    };
    if same.is_none() && !may_mail {
        // Pressed twice at the same moment, the second waited for the first's count and sees its asking only now.
        Found { same, living, .. } =
            found(tx.together(vec![looking(visit, wanted, &bound_to, &draws)?]).await?, &draws);
    }
    if let Some(same) = same {
        ask_again(visit, &mut tx, &same, wanted).await?;
        tx.commit().await?;
        return Ok(Some(go(&format!("/portal/sent?ask={same}"))));
    }
    let id = insert(visit, &mut tx, wanted, &bound_to, number, if may_mail { "asked" } else { "limited" }).await?;
    if may_mail {
        let job = serde_json::json!({ "ask": id, "flood": load.is_flood() && !own });
        put_job(visit, &mut tx, "portal-link", key, &job).await?;
    }
    let living = living.filter(|_| !may_mail);
    if let Some(living) = &living {
        ask_again(visit, &mut tx, living, wanted).await?;
    }
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(Some(go(&match living {
        Some(living) => format!("/portal/sent?ask={living}&still=1"),
        None => format!("/portal/sent?ask={id}"),
    })))
}

/// What an asking is counted on: the network, or the mailbox where this browser has proved it or its client is signed in. Who
/// shares the network with a flood is then not part of it.
///
/// # Errors
/// Not found where there is no practice.
pub(super) fn counted_on(visit: &Visit, key: &str, signed_in: bool, what: &str) -> Result<String> {
    if signed_in || marks::knows_mailbox(visit, key) {
        return visit.lane(&format!("{what} own"), key);
    }
    visit.lane(what, &network_of(visit.address).0)
}

/// A mail to the address of a client's session, which its link or code then opens or proves; answers where the browser goes on,
/// or the sentence to say instead.
///
/// # Errors
/// As [`put`].
pub(super) async fn put_for(
    visit: &Visit,
    session: &Session,
    then_path: &str,
) -> Result<std::result::Result<Response, String>> {
    if visit.stale {
        return Ok(Err(visit.say("forgot-stale")));
    }
    let email = Email::parse(&session.email).map_err(|_| Error::NotFound)?;
    let wanted = Wanted {
        email: &email,
        then_path,
        keep: session.kept != 0,
        shared: session.shared != 0,
        session_id: Some(&session.id),
    };
    Ok(match put(visit, &wanted).await? {
        Some(on) => Ok(on),
        None => Err(visit.say("portal-network")),
    })
}

/// A request without a mail, for whoever says first that no mail comes; answers its id. It asks for no mail and so adds to no
/// flood of them.
///
/// # Errors
/// As [`put`].
pub(super) async fn put_without_mail(visit: &Visit, wanted: &Wanted<'_>) -> Result<Option<String>> {
    let (bound_to, key) = (bound::to_ask(visit, wanted).await?, wanted.email.canonical());
    let lane = counted_on(visit, key, wanted.session_id.is_some(), "portal number")?;
    if !visit.within(&lane, PER_NETWORK, COUNTED_SECONDS).await? {
        return Ok(None);
    }
    let draws = draws(visit);
    let mut tx = visit.db()?.counting().await?;
    let rows = tx.together(vec![looking(visit, wanted, &bound_to, &draws)?]).await?;
    let id = insert(visit, &mut tx, wanted, &bound_to, found(rows, &draws).number, "stuck").await?;
    tx.commit().await?;
    Ok(Some(id))
}

async fn insert(
    visit: &Visit,
    tx: &mut Tx,
    wanted: &Wanted<'_>,
    bound_to: &str,
    request_number: String,
    result: &str,
) -> Result<String> {
    let id = visit.new_id();
    tx.later(
        "INSERT INTO link_ask (practice_id, id, email, email_key, bound_to, number, then_path, keep, shared, session_id, language,
            browser, place, result, asked_at, request_number)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        args![
            &visit.practice()?.id, &id, wanted.email.typed(), wanted.email.canonical(), bound_to, two_digits(visit), wanted.then_path,
            wanted.keep, wanted.shared, wanted.session_id, &visit.language, visit.browser().to_stored(), visit.place(), result, visit.now,
            request_number,
        ],
    )
    .await?;
    Ok(id)
}

/// In one question: `living`, the newest asking of this browser for this address whose link still works (where a session is to be
/// opened or proved, one that was asked for that); `same`, that one while
/// it is not older than the pause; and `taken`, those of the draws that an open request of this practice has.
fn looking(visit: &Visit, wanted: &Wanted<'_>, bound_to: &str, draws: &[String; 5]) -> Result<Statement> {
    let [first, second, third, fourth, last] = draws;
    // A browser that carries no secret yet has no older asking; strangers in a flood look through few rows.
    let looks_back = if binding(visit).is_some() { BOUND_SECONDS } else { PAUSE_SECONDS };
    let sql = "SELECT 'same', just.id, CAST(0 AS BIGINT) FROM (
            SELECT id FROM link_ask WHERE practice_id = $1 AND email_key = $2 AND bound_to = $3 AND asked_at > $4
                AND used_at IS NULL AND replaced_at IS NULL AND ended_at IS NULL AND result NOT IN ('limited', 'stuck', 'held')
            ORDER BY asked_at DESC, id DESC LIMIT 1) AS just
         UNION ALL
         SELECT 'living', found.id, CAST(0 AS BIGINT) FROM (
            SELECT id FROM link_ask WHERE practice_id = $1 AND email_key = $2 AND bound_to = $3 AND asked_at > $11
                AND COALESCE(link_until, asked_at + CAST($12 AS BIGINT)) > $13
                AND used_at IS NULL AND replaced_at IS NULL AND ended_at IS NULL AND result NOT IN ('limited', 'stuck')
                AND (CAST($14 AS TEXT) IS NULL OR session_id = $14)
            ORDER BY asked_at DESC, id DESC LIMIT 1) AS found
         UNION ALL
         SELECT 'taken', request_number, CAST(0 AS BIGINT) FROM link_ask
         WHERE practice_id = $1 AND request_number IN ($5, $6, $7, $8, $9) AND asked_at > $10";
    let args = args![
        &visit.practice()?.id,
        wanted.email.canonical(),
        bound_to,
        visit.now - PAUSE_SECONDS,
        first,
        second,
        third,
        fourth,
        last,
        visit.now - REQUEST_SECONDS,
        visit.now - looks_back,
        BOUND_SECONDS,
        visit.now,
        wanted.session_id
    ];
    Ok((sql, args))
}

/// What the first questions found.
struct Found {
    /// The asking that this one is, pressed again.
    same: Option<String>,
    /// This browser's asking whose mail still works.
    living: Option<String>,
    /// A draw that is free, or after a few the last one, since the practice sees both.
    number: String,
    /// The lanes that were counted for a mail.
    counted: Vec<String>,
}

fn found(rows: Vec<(String, String, i64)>, draws: &[String; 5]) -> Found {
    let (mut same, mut living, mut taken, mut counted) = (None, None, vec![], vec![]);
    for (what, value, _) in rows {
        match what.as_str() {
            "same" => same = Some(value),
            "living" => living = Some(value),
            "taken" => taken.push(value),
            "mail" => counted.push(value),
            _ => {}
        }
    }
    let number = draws.iter().find(|draw| !taken.contains(draw)).unwrap_or(&draws[4]).clone();
    Found { same, living, number, counted }
}

/// What was ticked this time counts.
async fn ask_again(visit: &Visit, tx: &mut Tx, id: &str, wanted: &Wanted<'_>) -> Result<()> {
    tx.later(
        "UPDATE link_ask SET then_path = $3, keep = $4, shared = $5, session_id = $6 WHERE practice_id = $1 AND id = $2",
        args![&visit.practice()?.id, id, wanted.then_path, wanted.keep, wanted.shared, wanted.session_id],
    )
    .await
}

/// As [`put`], for what an asking asked for before.
///
/// # Errors
/// As [`put`].
pub(super) async fn put_again(visit: &Visit, ask: &Ask, email: &Email) -> Result<Option<Response>> {
    let wanted = Wanted {
        email,
        then_path: &ask.then_path,
        keep: ask.keep != 0,
        shared: ask.shared != 0,
        session_id: ask.session_id.as_deref(),
    };
    put(visit, &wanted).await
}

impl AskPage {
    fn new(visit: &Visit, email: &str, then_path: String) -> Result<AskPage> {
        let practice = visit.practice()?;
        let mut frame = Frame::new(visit, "portal-title").script("passkey.js");
        frame.exit = true;
        Ok(AskPage {
            frame,
            email: email.to_owned(),
            then_path,
            keep_days: practice.client_keep_days,
            keep: false,
            shared: false,
            keeps_passwords: practice.client_passwords != 0,
            passwords_are_over: practice.client_passwords_off_at.is_some_and(|at| visit.now - at < NEWS_SECONDS),
            code_only: practice.discreet != 0,
            problem: None,
            passkey: options::to_enter_portal(visit)?,
            passkey_problem: None,
            unknown: None,
            not_kept: false,
        })
    }
}
