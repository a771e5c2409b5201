//! Many at once: one answer to one challenge, one credential of one id.

use super::passkey_attacks::made;
use super::support::authenticator::{Authenticator, log_in_by_passkey, make_passkey, options_of, send};
use super::support::desk;
use super::support::ways::{SAM, ask_no_second, log_in, somebody};
use super::walk;

walk!(a_hundred_answers_at_once_start_one_session, |stage| {
    let mut phone = Authenticator::synced();
    made(&stage, SAM, &mut phone).await;
    let mut sam = stage.browser().from("198.51.100.7");
    sam.open("/sign-in").await;
    let (options, origin) = options_of(&sam);
    let credential = phone.show(&options, &origin);
    let before = desk::number(&stage, "SELECT COUNT(*) FROM session", vec![]).await;
    let all = (0..100).map(|_| {
        let (mut browser, credential) = (sam.clone(), credential.clone());
        tokio::spawn(async move { send(&mut browser, &credential, &[]).await })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    assert_eq!(desk::number(&stage, "SELECT COUNT(*) FROM session", vec![]).await - before, 1);
});

// A key that counts, shown in many tabs at once: answers overtake each other, and nobody is locked out by it.
walk!(answers_of_a_counting_key_at_once_lock_nobody_out, |stage| {
    let mut key = Authenticator::security_key();
    made(&stage, SAM, &mut key).await;
    let mut all = vec![];
    for _ in 0..20 {
        let mut sam = stage.browser().from("198.51.100.7");
        sam.open("/sign-in").await;
        let (options, origin) = options_of(&sam);
        let credential = key.show(&options, &origin);
        all.push(tokio::spawn(async move {
            send(&mut sam, &credential, &[]).await;
            // In, or told that the count went back; never a fault and never "wrong".
            let overtaken = sam.text().contains("the count went back");
            assert!(overtaken || sam.path == "/me", "{}: {}", sam.status, sam.text());
            overtaken
        }));
    }
    let mut overtaken = 0;
    for one in all {
        overtaken += usize::from(one.await.unwrap());
    }
    assert!(overtaken < 20, "somebody got in");
    let mails = stage.messages(SAM.0).await.iter().filter(|mail| mail.about == "passkey-counter-back").count();
    assert_eq!(mails, usize::from(overtaken > 0), "told once");
    let mut sam = stage.browser().from("203.0.113.9");
    log_in_by_passkey(&mut sam, &mut key, &[]).await;
    sam.is_at("/me");
});

walk!(a_hundred_of_one_id_make_one_passkey, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    let handle = {
        sam.open("/me/passkeys/new").await;
        options_of(&sam).0["user"]["id"].clone()
    };
    let mut pages = vec![];
    for _ in 0..100 {
        sam.open("/me/passkeys/new").await;
        pages.push(sam.clone());
    }
    let all = pages.into_iter().map(|mut browser| {
        let (options, origin) = options_of(&browser);
        assert_eq!(options["user"]["id"], handle);
        // The same id each time, as one authenticator's that is answered for in many tabs.
        let made = Authenticator::synced().make_with_id(&[5; 16], &options, &origin);
        tokio::spawn(async move {
            send(&mut browser, &made, &[]).await;
            browser.text().contains("Name your passkey")
        })
    });
    let mut added = 0;
    for one in all.collect::<Vec<_>>() {
        added += usize::from(one.await.unwrap());
    }
    assert_eq!((added, somebody(&stage, SAM.0).await.passkeys), (1, 1));
});

// AC-055: while passkeys are deleted, no list is told to a browser that lacks one that stays.
walk!(a_list_told_while_others_go_is_never_too_short, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    let mut stays = Authenticator::synced();
    make_passkey(&mut sam, &mut stays).await;
    for _ in 0..6 {
        make_passkey(&mut sam, &mut Authenticator::synced()).await;
    }
    sam.open("/me/passkeys").await;
    let deletes: Vec<String> = sam
        .html
        .split("href=\"")
        .filter_map(|piece| piece.split('"').next())
        .filter(|path| path.ends_with("/delete"))
        .skip(1)
        .map(str::to_owned)
        .collect();
    assert_eq!(deletes.len(), 6);
    let csrf = sam.hidden("csrf");
    let mut all = vec![];
    for path in deletes {
        let (mut browser, csrf) = (sam.clone(), csrf.clone());
        all.push(tokio::spawn(async move {
            browser.post(&path, &[("csrf".into(), csrf), ("after".into(), "others".into())]).await;
            assert_eq!(browser.status, 303);
        }));
        let (mut browser, id) = (sam.clone(), stays.passkeys[0].id.clone());
        all.push(tokio::spawn(async move {
            browser.open("/me/passkeys/signal").await;
            let told: serde_json::Value = serde_json::from_str(&browser.html).unwrap();
            assert!(told["allAcceptedCredentialIds"].as_array().unwrap().contains(&serde_json::json!(id)));
        }));
    }
    for one in all {
        one.await.unwrap();
    }
    sam.open("/me/passkeys/signal").await;
    let told: serde_json::Value = serde_json::from_str(&sam.html).unwrap();
    assert_eq!(told["allAcceptedCredentialIds"], serde_json::json!([stays.passkeys[0].id]));
});
