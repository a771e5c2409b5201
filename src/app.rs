//! The whole server: every route in one table, what stands behind each kind of door, and the work in the background.

pub mod forms;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::notices::outbox::{Job, Jobs};
use crate::ops::listen;
use crate::platform::door::{self, Doors};
use crate::platform::headers;
use crate::platform::only_read::{self, OnlyRead};
use crate::platform::server::Server;
use crate::practice::{
    email_link, people, people_acts, people_change, people_email, people_invite, people_one, people_passkeys,
    people_reset, re_enrol, record, staff_rules,
};
use crate::sign_in::remembered::Remembered;
use crate::{api, entrance, factors, ops, portal, practice, sign_in};

/// The jobs that the outbox's worker hands to their features.
const JOBS: &[(&str, Job)] = &[
    ("password-reset", factors::password_forgotten::send),
    ("password-off", factors::password_lanes::tell_off),
    ("mail-held", factors::password_forgotten::note_held),
    ("invitation", sign_in::invitation::again),
    ("portal-link", portal::letter::send),
    ("portal-password-off", portal::password::tell_off),
    (factors::client_email::JOB, factors::client_email::after_the_day),
];

/// Puts what the features keep in memory on the server's shelf.
pub fn furnish(server: &mut Server) {
    server.keep(Remembered::default());
    server.keep(Jobs(JOBS));
    server.keep(entrance::worker::Bell::default());
    server.keep(entrance::regions::Silence::default());
    server.keep(entrance::regions::Stopped::default());
    server.keep(factors::password_stand_in::Mixes::default());
    server.keep(factors::password_strength::Turns::default());
}

/// The pages of a practice. A route not listed here does not exist; `tests/map.rs` prints the list.
pub fn practice_routes() -> Router {
    Router::new()
        .route("/", get(factors::password::front))
        .merge(sign_in_routes())
        .merge(second_step_routes())
        .merge(passkey_routes())
        .merge(mine_routes())
        .merge(portal_routes())
        .merge(practice_office_routes())
        .merge(client_office_routes())
        .merge(shared_routes())
        .method_not_allowed_fallback(ops::assets::wrong_method)
        .layer(from_fn(sign_in::kept_form::bring_back))
        .layer(from_fn(door::note_route))
}

/// Password, forgotten password, invitations, locked sessions, fresh proof.
fn sign_in_routes() -> Router {
    use factors::{password, password_change, password_confirm, password_due, password_forgotten, password_join};
    use factors::{password_reset, password_strength, password_unlock};
    Router::new()
        .route("/sign-in", get(password::ask).post(password::answer))
        .route("/hello", get(sign_in::hello::arrive).post(sign_in::hello::answer))
        .route("/keep", get(entrance::keep::show))
        .route("/sign-in/new-password", get(password_due::ask).post(password_due::answer))
        .route("/forgot", get(password_forgotten::ask).post(password_forgotten::answer))
        .route("/reset/{token}", get(password_reset::ask).post(password_reset::answer))
        .route("/reset/{token}/new", post(password_reset::send_new))
        .route("/join/{token}", get(password_join::ask).post(password_join::answer))
        .route("/join/{token}/switch", post(password_join::switch))
        .route("/join/{token}/new", post(password_join::send_new))
        .route("/password/strength", post(password_strength::live))
        .route("/me/password", get(password_change::ask).post(password_change::answer))
        .route("/confirm", get(password_confirm::ask).post(password_confirm::answer))
        .route("/locked", get(password_unlock::ask).post(password_unlock::answer))
        .route("/unsent", post(sign_in::kept_form::unsent))
        .route("/log-out", get(sign_in::log_out::ask).post(sign_in::log_out::answer))
        .route("/not-me/{token}", get(sign_in::not_me::ask).post(sign_in::not_me::answer))
}

/// What other programs ask with every request of theirs. Nothing of a page is laid around it.
fn only_read_routes() -> OnlyRead {
    OnlyRead::default().route("/auth/check", only_read::get(sign_in::check::check))
}

/// Codes, their set-up, backup codes, turning off.
fn second_step_routes() -> Router {
    use factors::{backup_codes, mobile_change, totp, two_factor, two_factor_off, two_factor_on};
    Router::new()
        .route("/sign-in/code", get(totp::ask).post(totp::answer))
        .route("/sign-in/backup-code", get(backup_codes::ask).post(backup_codes::answer))
        .route("/sign-in/set-up/done", get(two_factor_on::done).post(two_factor_on::go_on))
        .route("/me/two-factor/off", get(two_factor_off::ask).post(two_factor_off::answer))
        .route("/me/backup-codes", get(backup_codes::mine).post(backup_codes::make))
        .route("/me/mobile", get(mobile_change::ask).post(mobile_change::answer))
        .route("/me/mobile/code", get(mobile_change::ask_code).post(mobile_change::answer_code))
        // The same set-up, for who is signed in and for who has to set up before.
        .route("/me/two-factor", get(two_factor::mobile).post(two_factor::mobile_answer))
        .route("/me/two-factor/mobile-code", get(two_factor::code_sent).post(two_factor::code_sent_answer))
        .route("/me/two-factor/app", get(two_factor::app))
        .route("/me/two-factor/key", get(two_factor::key))
        .route("/me/two-factor/picture", get(two_factor::picture))
        .route("/me/two-factor/code", get(two_factor_on::ask).post(two_factor_on::answer))
        .route("/sign-in/set-up", get(two_factor::mobile).post(two_factor::mobile_answer))
        .route("/sign-in/set-up/mobile-code", get(two_factor::code_sent).post(two_factor::code_sent_answer))
        .route("/sign-in/set-up/app", get(two_factor::app))
        .route("/sign-in/set-up/key", get(two_factor::key))
        .route("/sign-in/set-up/picture", get(two_factor::picture))
        .route("/sign-in/set-up/code", get(two_factor_on::ask).post(two_factor_on::answer))
}

/// Passkeys: shown, made, named, deleted, and what browsers are told of them.
fn passkey_routes() -> Router {
    use factors::{
        passkey_delete, passkey_known, passkey_name, passkey_new, passkey_options, passkey_own, passkey_sign_in,
    };
    use factors::{passkey_offer, passkey_signal, passkey_silent, passkey_step, passkeys};
    Router::new()
        .route("/sign-in/passkey", get(passkey_step::ask).post(passkey_sign_in::answer))
        .route("/sign-in/passkey/none", get(passkey_sign_in::none))
        .route("/me/passkeys/offer", get(passkey_offer::ask).post(passkey_offer::answer))
        .route("/sign-in/set-up/passkey", get(passkey_new::ask).post(passkey_new::answer))
        .route("/locked/passkey", post(passkey_own::unlock))
        .route("/confirm/passkey", post(passkey_own::confirm))
        .route("/passkey/options", post(passkey_options::refresh))
        .route("/me/passkeys", get(passkeys::show))
        .route("/me/passkeys/new", get(passkey_new::ask).post(passkey_new::answer))
        .route("/me/passkeys/silent", post(passkey_silent::answer))
        .route("/me/passkeys/signal", get(passkey_signal::current))
        .route("/me/passkeys/{id}/name", get(passkey_name::ask).post(passkey_name::answer))
        .route("/me/passkeys/{id}/known", post(passkey_known::answer))
        .route("/me/passkeys/{id}/delete", get(passkey_delete::ask).post(passkey_delete::answer))
        .route("/.well-known/webauthn", get(passkey_signal::related_origins))
        .route("/.well-known/passkey-endpoints", get(passkey_signal::endpoints))
        .route("/.well-known/change-password", get(passkey_signal::change_password))
}

/// What a person sees and changes of their own.
fn mine_routes() -> Router {
    use factors::{mine, mine_contacts, mine_devices, mine_email, mine_email_client, mine_name, mine_sessions};
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
        .route("/me/email/code", post(mine_email_client::code))
        .route("/me/email/stop", post(mine_email_client::stop))
        .route("/me/portals", post(mine_contacts::open))
        .route("/me/contacts/{id}/shut", post(mine_contacts::shut))
        .route("/confirm-email/{token}", get(mine_email::arrive).post(mine_email::confirm))
}

/// The clients' way in.
fn portal_routes() -> Router {
    use portal::{
        address, ask, confirm, elsewhere, exit, link, lock, locked, passkey, passkey_none, password, password_own, pin,
        privacy, privacy_passkey,
    };
    use portal::{sent, stuck, ways, who};
    Router::new()
        .route("/portal", get(ask::ask).post(ask::answer))
        .route("/portal/passkey", post(passkey::answer))
        .route("/portal/passkey/none", get(passkey_none::show))
        .route("/portal/password", get(password::ask).post(password::answer))
        .route("/portal/sent", get(sent::show))
        .route("/portal/waiting", get(sent::waiting))
        .route("/portal/code", post(sent::answer))
        .route("/portal/again", post(sent::again))
        .route("/portal/address/{token}", get(address::ask).post(address::answer))
        .route("/portal/who", get(who::show).post(who::answer))
        .route("/portal/locked", get(locked::ask).post(locked::answer))
        .route("/portal/locked/passkey", post(locked::passkey))
        .route("/portal/stuck", get(stuck::show).post(stuck::begin))
        .route("/portal/help", post(stuck::help))
        .route("/portal/pin", post(pin::answer))
        .route("/portal/lock", get(lock::ask).post(lock::answer))
        .route("/portal/lock/passkey", post(lock::passkey))
        .route("/portal/confirm", get(confirm::ask).post(confirm::answer))
        .route("/portal/confirm/passkey", post(confirm::passkey))
        .route("/portal/ask-practice", get(lock::ask_practice))
        .route("/me/privacy", get(privacy::show))
        .route("/me/privacy/lock", post(privacy::set_lock))
        .route("/me/privacy/passkey", get(privacy_passkey::ask).post(privacy_passkey::answer))
        .route("/me/privacy/mail", post(privacy::set_mail))
        .route("/me/privacy/cancel", post(privacy::cancel))
        .route("/me/portal-password", get(password_own::show).post(password_own::answer))
        .route("/me/ways", get(ways::show).post(ways::answer))
        .route("/portal/exit", post(exit::answer))
        .route("/portal/left", get(exit::away))
        .route("/link/{token}", get(link::show).post(link::answer))
        .route("/link/{token}/code", post(elsewhere::code))
        .route("/link/{token}/number", post(elsewhere::number))
        .route("/link/{token}/new", post(link::send_new))
        .route("/go/{token}", get(portal::go::show))
}

/// What administrators see and change of their practice.
fn practice_office_routes() -> Router {
    Router::new()
        .route("/practice", get(practice::front))
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
        .route("/practice/people/{id}/passkeys", get(people_passkeys::ask).post(people_passkeys::answer))
        .route("/practice/people/{id}/passkeys/send", get(people_passkeys::ask).post(people_passkeys::send))
        .route("/practice/programs", get(practice::programs::list))
        .route("/practice/programs/new", get(practice::programs_new::ask).post(practice::programs_new::answer))
        .route("/practice/programs/{id}/end", get(practice::programs_end::ask).post(practice::programs_end::answer))
        .route("/practice/staff-rules", get(staff_rules::ask).post(staff_rules::answer))
        .route("/practice/record", get(record::list))
        .route("/practice/record.csv", get(record::csv))
        .route("/practice/record.jsonl", get(record::json_lines))
        .route("/new-address/{token}", get(email_link::ask).post(email_link::answer))
        .route("/re-enrol/{token}", get(re_enrol::ask).post(re_enrol::answer))
        .route("/sign-in/reset-mail", get(re_enrol::reset_mail).post(re_enrol::send_again))
}

/// What members of a practice see and do for its clients.
fn client_office_routes() -> Router {
    use practice::{
        clients, clients_act, clients_add, clients_contact, clients_contact_add, clients_email, clients_one,
        clients_passkeys, clients_phone, clients_pin, clients_privacy, clients_reference, clients_rules, clients_stuck,
    };
    Router::new()
        .route("/practice/clients", get(clients::list))
        .route("/practice/clients/new", get(clients_add::ask).post(clients_add::answer))
        .route("/practice/clients/{id}", get(clients_one::show))
        .route("/practice/clients/{id}/act", get(clients_act::ask).post(clients_act::answer))
        .route("/practice/clients/{id}/pin", get(clients_pin::ask).post(clients_pin::answer))
        .route("/practice/clients/{id}/reference", get(clients_reference::ask).post(clients_reference::answer))
        .route("/practice/clients/{id}/phone", get(clients_phone::ask).post(clients_phone::answer))
        .route("/practice/clients/{id}/passkeys", get(clients_passkeys::ask).post(clients_passkeys::answer))
        .route("/practice/clients/{id}/email", get(clients_email::ask).post(clients_email::answer))
        .route("/practice/clients/{id}/contacts/new", get(clients_contact_add::ask).post(clients_contact_add::answer))
        .route("/practice/clients/{id}/contacts/{contact}", get(clients_contact::ask).post(clients_contact::answer))
        .route("/practice/clients/{id}/privacy", get(clients_privacy::show).post(clients_privacy::answer))
        .route("/practice/client-rules", get(clients_rules::ask).post(clients_rules::answer))
        .route("/practice/stuck", get(clients_stuck::list).post(clients_stuck::seen_to))
}

/// The pages at the bare host.
pub fn entrance_routes() -> Router {
    use entrance::{ask, find, left, link, list, remembered};
    Router::new()
        .route("/", get(entrance::front).post(ask::answer))
        .route("/find", get(find::look).post(find::answer))
        .route("/find/{token}", get(link::ask).post(link::answer))
        .route("/list", get(list::show))
        .route("/left", get(left::leave))
        .route("/left/back", get(left::back))
        .route("/remember", get(remembered::remember))
        .route("/remembered", get(remembered::ask).post(remembered::answer))
        .merge(shared_routes())
        .method_not_allowed_fallback(ops::assets::wrong_method)
        .layer(from_fn(door::note_route))
}

/// The pages at the support host.
pub fn support_routes() -> Router {
    Router::new()
        .route("/", get(entrance::support_front))
        .merge(shared_routes())
        .method_not_allowed_fallback(ops::assets::wrong_method)
        .layer(from_fn(door::note_route))
}

/// What the entrance asks the regions, when they are other deployments.
fn between_routes(server: &Arc<Server>) -> Router {
    Router::new().route("/between/{region}", post(entrance::between::answer)).layer(axum::Extension(Arc::clone(server)))
}

/// What programs of a practice call at its own address, with a key.
fn program_routes() -> Router {
    use api::{description, guest_link_end, guest_link_new, guest_link_show};
    Router::new()
        .route("/api/v1/guest-links", post(guest_link_new::make))
        .route("/api/v1/guest-links/{id}", get(guest_link_show::show).delete(guest_link_end::end))
        .route("/api/v1/jwks.json", get(description::key_set))
        .route("/api/v1/openapi.json", get(description::openapi))
        .fallback(ops::assets::nothing_here)
        .method_not_allowed_fallback(ops::assets::wrong_method)
        .layer(from_fn(door::note_route))
}

/// What programs of the operator call under any name, with a signature.
fn hook_routes() -> Router {
    Router::new()
        .route("/api/v1/bounces", post(api::bounces::take))
        .method_not_allowed_fallback(ops::assets::wrong_method)
        .layer(from_fn(door::note_route))
}

fn shared_routes() -> Router {
    Router::new()
        .route("/assets/{name}", get(ops::assets::asset))
        .route("/manifest.webmanifest", get(entrance::keep::manifest))
        .route("/theme.css", get(ops::assets::theme))
        .route("/logo", get(ops::assets::logo))
        .route("/help", get(ops::help::index))
        .route("/help/{topic}", get(ops::help::topic))
        .route("/language", get(ops::help::languages))
        .route("/healthz", get(ops::health::alive))
        .route("/readyz", get(ops::health::ready))
        .fallback(ops::assets::nothing_here)
}

/// As [`front`], for whoever calls it without a listener.
pub fn router(server: Arc<Server>) -> Router {
    router_with(server, Router::new())
}

/// As [`front_with`], likewise.
pub fn router_with(server: Arc<Server>, more: Router) -> Router {
    Router::new().fallback_service(front_with(server, more))
}

/// Everything behind one listener.
pub fn front(server: Arc<Server>) -> impl listen::Answers + Send + Sync + 'static {
    front_with(server, Router::new())
}

/// As [`front`], with more pages at the entrance (the demo's mailbox).
pub fn front_with(server: Arc<Server>, more: Router) -> impl listen::Answers + Send + Sync + 'static {
    let doors = Arc::new(Doors {
        headers: headers::usual(&server),
        between: between_routes(&server),
        programs: program_routes(),
        hooks: hook_routes(),
        server,
        practice: practice_routes(),
        entrance: entrance_routes().merge(more),
        support: support_routes(),
        keeps_stale: forms::KEEPS_STALE,
        keeps_other: forms::KEEPS_OTHER,
        takes_any: forms::TAKES_ANY,
        pages: forms::PAGES,
        hides_origin: forms::HIDES_ORIGIN,
        anywhere: &["/healthz", "/readyz"],
        only_read: only_read_routes(),
    });
    tower::service_fn(move |request: Request| door::enter(Arc::clone(&doors), request))
}
