//! The whole server: every route in one table, what stands behind each kind of door, and the work in the background.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn;
use axum::routing::get;

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
    Router::new()
}

/// What a person sees and changes of their own.
fn mine_routes() -> Router {
    Router::new()
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
    let doors = Arc::new(Doors {
        server,
        practice: practice_routes(),
        entrance: entrance_routes().merge(more),
        support: support_routes(),
        keeps_stale: &["/sign-in", "/forgot"],
        only_read: &["/auth/check"],
    });
    Router::new().fallback_service(tower::service_fn(move |request: Request| door::enter(Arc::clone(&doors), request)))
}
