//! The last passkey: nothing goes but what the page told on which the button was pressed, whatever another tab did meanwhile; and a
//! password that opens nothing is no other way in.

use portico::args;

use crate::portal_passkeys::jo_with_passkey;
use crate::support::authenticator::{Authenticator, make_passkey};
use crate::support::browser::Browser;
use crate::support::desk::number;
use crate::support::portal::JO;
use crate::support::stage::Stage;
use crate::support::ways::{SAM, ask_no_second, give_app, log_in, somebody};
use crate::walk;

/// Somebody with two; the browser, and the way to each one's deletion.
async fn two_of_sam(stage: &Stage) -> (Browser, String, String) {
    ask_no_second(stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut Authenticator::synced()).await;
    make_passkey(&mut sam, &mut Authenticator::security_key()).await;
    let (first, second) = ways(&mut sam).await;
    (sam, first, second)
}

async fn ways(browser: &mut Browser) -> (String, String) {
    browser.open("/me/passkeys").await;
    let all: Vec<String> =
        browser.html.split('"').filter(|piece| piece.ends_with("/delete")).map(str::to_owned).collect();
    (all[0].clone(), all[1].clone())
}

walk!(the_last_one_goes_only_from_a_page_that_says_so, |stage| {
    let (mut sam, first, second) = two_of_sam(&stage).await;
    let mut tab = sam.clone();
    tab.open(&first).await.sees("Your other passkeys go on working");
    sam.open(&second).await.submit_to(&second, &[]).await.is_at("/me/passkeys");
    tab.submit_to(&first, &[])
        .await
        .sees("Nothing was deleted yet")
        .sees("your password alone would open your account");
    assert_eq!(somebody(&stage, SAM.0).await.passkeys, 1);
    // Read, and meant.
    tab.submit_to(&first, &[]).await.is_at("/me/passkeys").sees("The passkey is deleted");
    assert_eq!(somebody(&stage, SAM.0).await.passkeys, 0);
});

// A page that says nothing of it, as an old or a made-up form.
walk!(a_form_that_says_nothing_of_what_follows_deletes_nothing, |stage| {
    let (mut sam, first, _) = two_of_sam(&stage).await;
    let csrf = sam.open(&first).await.hidden("csrf");
    sam.post(&first, &[("csrf".into(), csrf)]).await;
    assert_eq!((sam.status.as_u16(), somebody(&stage, SAM.0).await.passkeys), (422, 2));
    sam.sees("Nothing was deleted yet").sees("Your other passkeys go on working");
});

// C8: the lock that the mailbox can't open does not go without a word.
walk!(a_clients_lock_goes_only_from_a_page_that_says_so, |stage| {
    let mut jo = jo_with_passkey(&stage, &mut Authenticator::synced()).await;
    make_passkey(&mut jo, &mut Authenticator::security_key()).await;
    let path = jo.open("/me/privacy").await.link("Make my passkeys my lock");
    jo.open(&path).await.submit_to("/me/privacy/passkey", &[("do", "on")]).await.is_at("/me/privacy");
    let (first, second) = ways(&mut jo).await;
    let mut tab = jo.clone();
    tab.open(&first).await.sees("Your other passkeys go on working");
    jo.open(&second).await.submit_to(&second, &[]).await.is_at("/me/passkeys");
    tab.submit_to(&first, &[]).await.sees("Nothing was deleted yet").sees("When you delete it, the lock is gone");
    let locked =
        "SELECT COUNT(*) FROM person WHERE email_key = $1 AND kind = 'client' AND passkey_lock_since IS NOT NULL
                     AND practice_id = (SELECT id FROM practice WHERE slug = 'harbour-physio')";
    assert_eq!(number(&stage, locked, args![JO]).await, 1);
    assert_eq!(somebody(&stage, JO).await.passkeys, 1);
    tab.submit_to(&first, &[]).await.is_at("/me/passkeys");
    assert_eq!(number(&stage, locked, args![JO]).await, 0);
});

walk!(codes_go_only_from_a_page_that_says_what_is_left, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut Authenticator::synced()).await;
    give_app(&stage, SAM.0).await;
    let mut tab = sam.clone();
    tab.open("/me/two-factor/off").await.sees("You have a passkey: it stays");
    let path = sam.open("/me/passkeys").await.link("Delete");
    sam.open(&path).await.submit_to(&path, &[]).await.is_at("/me/passkeys");
    let mut required = tab.clone();
    tab.submit_to("/me/two-factor/off", &[]).await.sees("Nothing was turned off yet").sees("your password alone opens");
    assert!(somebody(&stage, SAM.0).await.totp_secret.is_some());
    // Where the practice requires a second factor, none of it goes.
    let sql = "UPDATE practice SET everyone_second_from = 1 WHERE slug = 'harbour-physio'";
    stage.au().execute(sql, args![]).await.unwrap();
    stage.wait(10);
    required.submit_to("/me/two-factor/off", &[]).await.sees("requires a second step of you");
    assert_eq!((required.status.as_u16(), somebody(&stage, SAM.0).await.totp_secret.is_some()), (403, true));
    let sql = "UPDATE practice SET everyone_second_from = NULL WHERE slug = 'harbour-physio'";
    stage.au().execute(sql, args![]).await.unwrap();
    stage.wait(10);
    tab.open("/me/two-factor/off")
        .await
        .submit_to("/me/two-factor/off", &[])
        .await
        .sees("2 factor authentication is off");
    assert!(somebody(&stage, SAM.0).await.totp_secret.is_none());
});

// After "this wasn't me": the password is there, and opens nothing.
walk!(a_stopped_password_is_no_way_in, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut Authenticator::synced()).await;
    let path = sam.open("/me/passkeys").await.link("Delete");
    let mut told = sam.clone();
    told.open(&path).await.sees("your password alone would open your account");
    let stop = "UPDATE person SET password_stolen_at = $2 WHERE email_key = $1 AND kind = 'staff'";
    stage.au().execute(stop, args![SAM.0, stage.now()]).await.unwrap();
    told.submit_to(&path, &[]).await.sees("your password was stopped");
    assert_eq!(told.status.as_u16(), 403);
    sam.open(&path).await.sees("It is your only way in").misses("your password alone");
    assert_eq!(sam.link("Choose a new password"), "/forgot");
    sam.open("/forgot").await.is_at("/forgot");
    assert_eq!(somebody(&stage, SAM.0).await.passkeys, 1);
    let again = "UPDATE person SET password_stolen_at = NULL WHERE email_key = $1";
    stage.au().execute(again, args![SAM.0]).await.unwrap();
    sam.open(&path).await.submit_to(&path, &[]).await.sees("The passkey is deleted");
});

walk!(back_to_one_that_is_gone_leads_to_the_list, |stage| {
    let (mut sam, first, _) = two_of_sam(&stage).await;
    let mut tab = sam.clone();
    tab.open(&first).await;
    sam.open(&first).await.submit_to(&first, &[]).await.is_at("/me/passkeys");
    tab.submit_to(&first, &[]).await.is_at("/me/passkeys").sees("not in your list any more");
    let name = first.replace("/delete", "/name");
    for path in [&first, &name] {
        sam.open(path).await.is_at("/me/passkeys").sees("not in your list any more").sees("Create a passkey");
    }
    assert_eq!(somebody(&stage, SAM.0).await.passkeys, 1);
});

// Without a password one that was never verified is no way in: two are not two ways.
walk!(one_that_stands_beside_a_password_is_no_other_way_in, |stage| {
    let (mut sam, first, second) = two_of_sam(&stage).await;
    for sql in [
        "UPDATE passkey SET verified_at = NULL WHERE name LIKE 'Security key%'",
        "UPDATE person SET password_stolen_at = 1 WHERE email_key = 'sam@example.com'",
    ] {
        assert!(stage.au().execute(sql, args![]).await.unwrap() > 0);
    }
    sam.open(&first)
        .await
        .sees("It is your only way in: your password was stopped")
        .misses("Your other passkeys go on");
    // The honest twin: with the password in order, and the key that is no way in at any time.
    sam.open(&second).await.sees("Your other passkeys go on working");
    let sql = "UPDATE person SET password_stolen_at = NULL WHERE email_key = 'sam@example.com'";
    stage.au().execute(sql, args![]).await.unwrap();
    sam.open(&first).await.sees("Your other passkeys go on working");
    sam.submit_to(&first, &[]).await.is_at("/me/passkeys").sees("The passkey is deleted");
});
