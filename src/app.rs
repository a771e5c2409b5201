//! The whole server: every route in one table, what stands behind each kind of door, and the work in the background.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn;
use axum::routing::get;

use crate::notices::outbox::{Job, Jobs};
use crate::platform::door::{self, Doors};
use crate::platform::server::Server;
use crate::practice::{
    email_link, people, people_acts, people_change, people_email, people_invite, people_one, people_reset, re_enrol,
    record,
};
use crate::sign_in::remembered::Remembered;
use crate::{entrance, factors, ops};

/// The jobs that the outbox's worker hands to their features.
const JOBS: &[(&str, Job)] = &[];

/// Puts what the features keep in memory on the server's shelf.
pub fn furnish(server: &mut Server) {
    server.keep(Remembered::default());
    server.keep(Jobs(JOBS));
}

/// The pages of a practice. A route not listed here does not exist; `tests/map.rs` prints the list.
pub fn practice_routes() -> Router {
    Router::new()
        .route("/", get(factors::password::front))
        .merge(sign_in_routes())
        .merge(second_step_routes())
        .merge(mine_routes())
        .merge(practice_office_routes())
        .merge(shared_routes())
        .layer(from_fn(door::note_route))
}

/// Password, forgotten password, invitations, locked sessions, fresh proof.
fn sign_in_routes() -> Router {
    Router::new().route("/sign-in", get(factors::password::ask).post(factors::password::answer))
}

/// Codes, their set-up, backup codes, turning off.
fn second_step_routes() -> Router {
    Router::new()
}

/// What a person sees and changes of their own.
fn mine_routes() -> Router {
    Router::new()
}

/// What administrators see and change of their practice.
fn practice_office_routes() -> Router {
    Router::new()
        .route("/practice/people", get(people::list))
        .route("/practice/people/new", get(people_invite::ask).post(people_invite::answer))
        .route("/practice/people/{id}", get(people_one::show))
        .route("/practice/people/{id}/change", get(people_change::ask).post(people_change::answer))
        .route("/practice/people/{id}/more-time", get(people_change::ask_more_time).post(people_change::give_more_time))
        .route("/practice/people/{id}/email", get(people_email::ask).post(people_email::answer))
        .route("/practice/people/{id}/close", get(people_acts::ask_close).post(people_acts::close))
        .route("/practice/people/{id}/reopen", get(people_acts::ask_reopen).post(people_acts::reopen))
        .route("/practice/people/{id}/end-sessions", get(people_acts::ask_end_sessions).post(people_acts::end_sessions))
        .route("/practice/people/{id}/invite", get(people_acts::ask_invite).post(people_acts::invite))
        .route("/practice/people/{id}/reset", get(people_reset::ask).post(people_reset::answer))
        .route("/practice/people/{id}/reset/send", get(people_reset::ask).post(people_reset::send))
        .route("/practice/record", get(record::list))
        .route("/practice/record.csv", get(record::csv))
        .route("/practice/record.jsonl", get(record::json_lines))
        .route("/new-address/{token}", get(email_link::ask).post(email_link::answer))
        .route("/re-enrol/{token}", get(re_enrol::ask).post(re_enrol::answer))
        .route("/sign-in/reset-mail", get(re_enrol::reset_mail).post(re_enrol::send_again))
}

/// The pages at the bare host.
pub fn entrance_routes() -> Router {
    Router::new().route("/", get(entrance::front)).merge(shared_routes()).layer(from_fn(door::note_route))
}

/// The pages at the support host.
pub fn support_routes() -> Router {
    Router::new().route("/", get(entrance::support_front)).merge(shared_routes()).layer(from_fn(door::note_route))
}

fn shared_routes() -> Router {
    Router::new()
        .route("/assets/{name}", get(ops::assets::asset))
        .route("/theme.css", get(ops::assets::theme))
        .route("/logo", get(ops::assets::logo))
        .route("/healthz", get(ops::health::alive))
        .route("/readyz", get(ops::health::ready))
        .fallback(ops::assets::nothing_here)
        .method_not_allowed_fallback(ops::assets::wrong_method)
}

/// Everything behind one listener.
pub fn router(server: Arc<Server>) -> Router {
    router_with(server, Router::new())
}

/// As [`router`], with more pages at the entrance (the demo's mailbox).
pub fn router_with(server: Arc<Server>, more: Router) -> Router {
    let doors = Doors {
        server,
        practice: practice_routes(),
        entrance: entrance_routes().merge(more),
        support: support_routes(),
        keeps_stale: &["/sign-in", "/forgot"],
    };
    Router::new().fallback_service(tower::service_fn(move |request: Request| door::enter(doors.clone(), request)))
}
