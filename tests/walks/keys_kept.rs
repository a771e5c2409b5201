//! Which keys must stay: one that anything somebody typed is hashed under, locks and safe words included, is not dropped.

use std::sync::Arc;

use portico::args;
use portico::config::Config;
use portico::ops::{demo, doctor, keys, start};
use portico::platform::keyring::Keyring;
use portico::platform::ring_marks;
use portico::platform::world::RealWorld;

use crate::people::{SAM, relaxed, signed_in};
use crate::running::{config_like, write_new_key};
use crate::support::browser::Browser;
use crate::support::desk::number;
use crate::support::portal::{JO, ask, code_of, number_on};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

const PASSPHRASE: &str = "tide over pebbles, softly";

/// Another key seals and hashes from now on.
async fn rotated(stage: &Stage, id: &str) {
    let ring = write_new_key(stage, id);
    assert!(stage.server.reload_keys().unwrap());
    keys::reseal::reseal(stage.au(), &ring, &RealWorld).await.unwrap();
}

async fn why_not(stage: &Stage, id: &str) -> String {
    keys::drop_key(&config_like(stage), id).await.unwrap_err().to_string()
}

async fn at_the_lock(stage: &Stage) -> crate::support::browser::Browser {
    stage.wait(61);
    let mut jo = stage.browser();
    ask(&mut jo, JO).await;
    stage.deliver().await;
    let code = code_of(&stage.messages(JO).await[0]);
    jo.submit_to("/portal/code", &[("code", &code)]).await.is_at("/portal/lock");
    jo
}

/// Sam sets up private sign-in with Jo, and is on the page of it.
async fn agreed(stage: &Stage) -> Browser {
    let mut sam = signed_in(stage, SAM).await;
    let page = format!("/practice/clients/{}/privacy", somebody(stage, JO).await.id);
    let private = [("passphrase", PASSPHRASE), ("safe_word", "blue heron"), ("do", "private-on")];
    sam.open(&page).await.submit(&private).await.sees("Private sign-in is on");
    sam.open(&page).await;
    sam
}

async fn under_k3(stage: &Stage, sql: &'static str) -> i64 {
    number(stage, sql, args!["%,keyid=k3$%"]).await
}

walk!(a_key_that_a_lock_rests_on_is_not_dropped, |stage| {
    rotated(&stage, "k2").await;
    relaxed(&stage).await;
    let page = agreed(&stage).await.path;
    rotated(&stage, "k3").await;
    let mut sam = signed_in(&stage, SAM).await;
    let needs = why_not(&stage, "k2").await;
    assert!(needs.contains("0 password hashes, 1 passphrases, 1 safe words, 0 PINs"), "{needs}");

    // A guess moves nothing; the right one opens and takes the new key, and opens again.
    let mut jo = at_the_lock(&stage).await;
    jo.submit_to("/portal/lock", &[("passphrase", "guess guess guess")]).await.sees("That isn't the passphrase");
    let moved = "SELECT COUNT(*) FROM person WHERE passphrase LIKE $1";
    assert_eq!(under_k3(&stage, moved).await, 0);
    jo.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me").sees("Jo Lindqvist");
    assert_eq!(under_k3(&stage, moved).await, 1);
    let needs = why_not(&stage, "k2").await;
    assert!(needs.contains("0 passphrases, 1 safe words"), "{needs}");

    let moved = "SELECT COUNT(*) FROM person WHERE safe_word LIKE $1";
    sam.open(&page).await.submit(&[("safe_word", "grey heron"), ("do", "lock-off")]).await.sees("isn't the safe word");
    assert_eq!(under_k3(&stage, moved).await, 0);
    // Said once more for a change of what was agreed, in the same request that moves it.
    let again = [("safe_word", "Blue heron"), ("new_safe_word", "red kite"), ("do", "private-on")];
    sam.submit(&again).await.sees("Private sign-in is on");
    assert_eq!(under_k3(&stage, moved).await, 1);
    sam.open(&page).await.submit(&[("safe_word", "red kite"), ("do", "lock-off")]).await.sees("In a day");

    keys::drop_key(&config_like(&stage), "k2").await.unwrap();
    assert!(stage.server.reload_keys().unwrap());
    let mut jo = at_the_lock(&stage).await;
    jo.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me").sees("Jo Lindqvist");
});

walk!(a_safe_word_moves_when_it_is_said, |stage| {
    relaxed(&stage).await;
    let mut sam = agreed(&stage).await;
    let page = sam.path.clone();
    rotated(&stage, "k3").await;
    sam.open(&page).await.submit(&[("safe_word", "BLUE heron"), ("do", "lock-off")]).await.sees("In a day");
    assert_eq!(under_k3(&stage, "SELECT COUNT(*) FROM person WHERE safe_word LIKE $1").await, 1);
    sam.open(&page)
        .await
        .submit(&[("safe_word", "blue heron"), ("do", "lock-off")])
        .await
        .misses("isn't the safe word");
});

walk!(a_key_that_a_pin_rests_on_is_not_dropped, |stage| {
    rotated(&stage, "k2").await;
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let mut jo = stage.browser().from("203.0.113.9");
    ask(&mut jo, JO).await;
    jo.open(&jo.link("I can't get the email")).await;
    let request = number_on(&jo);
    sam.open(&format!("/practice/clients/{}/pin", somebody(&stage, JO).await.id)).await;
    sam.submit(&[("number", &request), ("how", "called-back")]).await;
    let pin = number_on(&sam);
    rotated(&stage, "k3").await;
    signed_in(&stage, SAM).await;
    let needs = why_not(&stage, "k2").await;
    assert!(needs.contains("1 PINs"), "{needs}");
    jo.submit_to("/portal/pin", &[("pin", &pin)]).await.is_at("/me").sees("Jo Lindqvist");
});

/// The key file without one of its keys, as after a drop that a backup from before it knows nothing of.
fn without(stage: &Stage, id: &str) {
    let file = stage.server.config.keys.file.clone().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let left: Vec<&str> = text.lines().filter(|line| !line.starts_with(&format!("{id}:"))).collect();
    Keyring::parse(&left.join("\n")).unwrap().rewrite(&file).unwrap();
}

async fn failed(config: &Config, about: &str) -> Vec<String> {
    let found = doctor::examine(config, &RealWorld, None).await;
    let failed = found.iter().filter(|one| one.level == doctor::Level::Fail && one.what.contains(about));
    failed.map(ToString::to_string).collect()
}

walk!(a_key_that_the_data_needs_and_the_ring_lacks_is_told_beforehand, |stage| {
    rotated(&stage, "k2").await;
    signed_in(&stage, SAM).await;
    assert!(failed(&config_like(&stage), "key").await.is_empty());
    write_new_key(&stage, "k3");
    without(&stage, "k2");
    let said = failed(&config_like(&stage), "key").await;
    assert!(said.iter().any(|line| line.contains("region au") && line.contains("k2")), "{said:?}");
});

walk!(another_ring_does_not_take_the_place_of_the_right_one, |stage| {
    let marks = ring_marks::noted(stage.au()).await.unwrap();
    assert!(failed(&config_like(&stage), "key").await.is_empty());
    let folder = tempfile::tempdir().unwrap();
    let mut config = demo::settings(folder.path(), stage.server.config.listen, &RealWorld).unwrap();
    config.regions.clone_from(&stage.server.config.regions);
    let said = failed(&config, "key").await;
    assert!(said.iter().any(|line| line.contains("region au") && line.contains("other keys")), "{said:?}");
    let other = start::server(config, Arc::new(RealWorld)).await.unwrap();
    let _ = ring_marks::note(&other).await;
    assert_eq!(ring_marks::noted(stage.au()).await.unwrap(), marks);
    // The right one with a new key in front is noted as ever.
    write_new_key(&stage, "k2");
    stage.server.reload_keys().unwrap();
    let _ = ring_marks::note(&stage.server).await;
    assert_eq!(ring_marks::noted(stage.au()).await.unwrap(), Some(ring_marks::of(&stage.server.keyring())));
    assert_ne!(ring_marks::noted(stage.au()).await.unwrap(), marks);
});
