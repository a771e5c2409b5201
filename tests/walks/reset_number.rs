//! A code that an administrator sent to a colleague's number proves whoever has that number: it ends when the number changes.

use portico::args;

use super::passkey_attacks::made;
use super::people::{SAM, alex, id_of, press, relaxed, signed_in};
use crate::support::authenticator::Authenticator;
use crate::support::browser::Browser;
use crate::support::desk::{self, times};
use crate::support::stage::{Stage, code_in, link_in};
use crate::support::two_factor::{code, enrol, key_on};
use crate::walk;

const FORMER: &str = "+61491570157";
const NEW: &str = "+61491570110";
const NEW_TYPED: &str = "0491 570 110";

/// Alex sent a code to the number on file for that act; answers the page that takes it, and the code.
async fn sent(stage: &Stage, act: &str) -> (Browser, String) {
    let page = format!("/practice/people/{}/{act}", id_of(stage, SAM.0).await);
    let mut alex = alex(stage).await;
    alex.open(&page).await;
    press(&mut alex).await.sees("Type what the person reads out");
    let code = code_in(&stage.messages(FORMER).await.remove(0).text);
    (alex, code)
}

async fn changes_number(stage: &Stage, sam: &mut Browser) {
    sam.open("/me/mobile").await.submit(&[("mobile", NEW_TYPED)]).await.is_at("/me/mobile/code");
    let code = code_in(&stage.messages(NEW).await.remove(0).text);
    sam.submit(&[("code", &code)]).await.is_at("/me/mobile").sees("changed");
}

/// The page that was left open takes the code no more, and offers another.
async fn is_dead(mut alex: Browser, code: &str) -> Browser {
    let page = alex.path.clone();
    alex.clone().open(&page).await.misses("Type what the person reads out").sees("Send a code to the mobile number");
    let boxes = alex.forms().into_iter().flat_map(|form| form.inputs).map(|input| input.name);
    let boxes: Vec<String> = boxes.filter(|name| name.starts_with("passkey-")).collect();
    let mut fields = vec![("code", code)];
    fields.extend(boxes.iter().map(|name| (name.as_str(), "1")));
    alex.submit(&fields).await.sees("That isn't the code, or it is too old");
    alex.sees("Send a code to the mobile number on file");
    alex
}

walk!(a_code_read_out_ends_with_the_number, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let (alex, code) = sent(&stage, "reset").await;
    changes_number(&stage, &mut sam).await;
    let mut alex = is_dead(alex, &code).await;
    assert_eq!(times(&stage, "factors-reset").await, 0);
    // The twin: a code to the number that is on file now.
    press(&mut alex).await.sees("Type what the person reads out");
    let code = code_in(&stage.messages(NEW).await.remove(0).text);
    alex.submit(&[("code", &code)]).await.sees("Reset.");
    assert_eq!(times(&stage, "factors-reset").await, 1);
});

walk!(a_code_that_deletes_passkeys_ends_with_the_number, |stage| {
    let mut sam = made(&stage, SAM, &mut Authenticator::synced()).await;
    let (alex, code) = sent(&stage, "passkeys").await;
    changes_number(&stage, &mut sam).await;
    is_dead(alex, &code).await;
    assert_eq!(times(&stage, "passkey-removed-by-administrator").await, 0);
});

walk!(a_code_read_out_ends_with_a_number_given_in_the_set_up, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let (alex, read_out) = sent(&stage, "reset").await;
    sam.open("/me/two-factor").await.submit(&[("mobile", NEW_TYPED)]).await;
    let text = code_in(&stage.messages(NEW).await.remove(0).text);
    sam.submit(&[("code", &text)]).await.is_at("/me/two-factor/app");
    sam.open(&sam.link("I have an app")).await;
    let secret = key_on(&sam);
    sam.open(&sam.link("Continue")).await.submit(&[("code", &code(&stage, &secret))]).await;
    sam.sees("2 factor authentication is on");
    is_dead(alex, &read_out).await;
    assert_eq!(times(&stage, "factors-reset").await, 0);
});

// The twin: whoever keeps the number while they set up an app.
walk!(a_code_read_out_outlasts_a_set_up_with_the_same_number, |stage| {
    relaxed(&stage).await;
    let (mut alex, read_out) = sent(&stage, "reset").await;
    stage.wait(61);
    enrol(&mut stage.browser(), &stage).await;
    alex.submit(&[("code", &read_out)]).await.sees("Reset.");
});

walk!(a_code_read_out_ends_with_a_number_that_is_taken_back, |stage| {
    relaxed(&stage).await;
    signed_in(&stage, SAM).await;
    stage.wait(3600);
    signed_in(&stage, SAM).await;
    let link = link_in(&stage.messages(SAM.0).await.remove(0).text);
    let added = "UPDATE person SET mobile_changed_at = $2 WHERE email_key = $1 AND kind = 'staff'";
    stage.au().execute(added, args![SAM.0, stage.now()]).await.unwrap();
    let (_alex, _code) = sent(&stage, "reset").await;
    let waiting = "SELECT COUNT(*) FROM mobile_code WHERE purpose = 'reset' AND used_at IS NULL";
    assert_eq!(desk::number(&stage, waiting, args![]).await, 1);
    stage.browser().open(&link).await.submit_to(&link, &[]).await;
    assert_eq!(desk::number(&stage, waiting, args![]).await, 0);
});
