//! The whole server: every route in one table, what stands behind each kind of door, and the work in the background.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::notices::outbox::{Job, Jobs};
use crate::platform::door::{self, Doors};
use crate::platform::server::Server;
use crate::sign_in::remembered::Remembered;
use crate::{entrance, factors, ops, sign_in};

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
    Router::new()
        .route("/sign-in", get(factors::password::ask).post(factors::password::answer))
        .route("/auth/check", get(sign_in::check::check))
}

/// Codes, their set-up, backup codes, turning off.
fn second_step_routes() -> Router {
    use factors::{backup_codes, mobile_change, totp, two_factor, two_factor_off, two_factor_on};
    let mut routes = Router::new()
        .route("/sign-in/code", get(totp::ask).post(totp::answer))
        .route("/sign-in/backup-code", get(backup_codes::ask).post(backup_codes::answer))
        .route("/sign-in/set-up/done", get(two_factor_on::done).post(two_factor_on::go_on))
        .route("/me/two-factor/off", get(two_factor_off::ask).post(two_factor_off::answer))
        .route("/me/backup-codes", get(backup_codes::mine).post(backup_codes::make))
        .route("/me/mobile", get(mobile_change::ask).post(mobile_change::answer))
        .route("/me/mobile/code", get(mobile_change::ask_code).post(mobile_change::answer_code));
    // The same set-up, for who is signed in and for who has to set up before.
    for base in [two_factor::SIGNED_IN, two_factor::IN_SIGN_IN] {
        routes = routes
            .route(base, get(two_factor::mobile).post(two_factor::mobile_answer))
            .route(&format!("{base}/mobile-code"), get(two_factor::code_sent).post(two_factor::code_sent_answer))
            .route(&format!("{base}/app"), get(two_factor::app))
            .route(&format!("{base}/key"), get(two_factor::key))
            .route(&format!("{base}/picture"), get(two_factor::picture))
            .route(&format!("{base}/code"), get(two_factor_on::ask).post(two_factor_on::answer));
    }
    routes
}

/// What a person sees and changes of their own.
fn mine_routes() -> Router {
    use factors::{mine, mine_devices, mine_email, mine_name, mine_sessions};
    Router::new()
        .route("/me", get(mine::show))
        .route("/me/stay", post(mine_sessions::stay))
        .route("/me/sessions/{id}/end", post(mine_sessions::end))
        .route("/me/log-out-everywhere", post(mine_sessions::end_everything))
        .route("/me/devices/{id}", get(mine_devices::ask).post(mine_devices::rename))
        .route("/me/devices/{id}/forget", post(mine_devices::forget))
        .route("/me/name", get(mine_name::ask).post(mine_name::answer))
        .route("/me/email", get(mine_email::ask).post(mine_email::answer))
        .route("/me/email/sent", get(mine_email::sent))
        .route("/confirm-email/{token}", get(mine_email::arrive).post(mine_email::confirm))
}

/// What administrators see and change of their practice.
fn practice_office_routes() -> Router {
    Router::new()
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
        .route("/help", get(ops::help::index))
        .route("/help/{topic}", get(ops::help::topic))
        .route("/language", get(ops::help::languages))
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
