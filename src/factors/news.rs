//! Whether there is news about signing in for a client who has just signed in (C15, N5). The page is `portal/ways.rs`.

use crate::platform::practice::Practice;
use crate::platform::web::{Visit, encode};
use crate::sign_in::person::Person;

const PATH: &str = "/me/ways";

/// Where a sign-in goes on: to what is new first, where something is, and from there to `then`. `person` is as they were
/// before this sign-in.
pub fn way(visit: &Visit, person: &Person, then: &str) -> String {
    let fits = visit.practice().is_ok_and(|practice| is_news(person, practice));
    if fits { format!("{PATH}?new=1&then={}", encode(then)) } else { then.to_owned() }
}

/// Who brought a password along that opens nothing here is told until they have read it; else whoever was here before
/// the ways changed.
fn is_news(person: &Person, practice: &Practice) -> bool {
    let was_here = |changed| person.last_sign_in_at.is_some_and(|at| at < changed);
    person.is_client() && (has_idle_password(person, practice) || practice.client_ways_since.is_some_and(was_here))
}

/// Whether a client has a password that opens nothing, because the practice keeps none.
pub fn has_idle_password(person: &Person, practice: &Practice) -> bool {
    practice.client_passwords == 0 && person.password.is_some()
}
