//! A colleague lost everything: the proof on the phone, the mailed link, and what an administrator cannot do with either.

use portico::args;

use super::people::{SAM, alex, id_of, press, promote, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::stage::{Stage, code_in, link_in};
use crate::walk;

const SAMS_MOBILE: &str = "+61491570157";

/// The same databases behind a server that has no way to send text messages.
pub async fn without_texts(mut stage: Stage) -> Stage {
    stage.restart().await;
    stage
}

/// Gives Sam a second factor, backup codes and a passkey, as the set-up pages would.
async fn give_factors(stage: &Stage, id: &str) {
    let db = stage.au();
    db.execute(
        "UPDATE person SET totp_secret = 'sealed', totp_since = 1, backup_set = 's', backup_made_at = 1 WHERE id = $1",
        args![id],
    )
    .await
    .unwrap();
    db.execute(
        "INSERT INTO backup_code (practice_id, person_id, hash, set_id) SELECT practice_id, id, 'h', 's' FROM person WHERE id = $1",
        args![id],
    )
    .await
    .unwrap();
}

async fn give_passkey(stage: &Stage, id: &str) {
    stage
        .au()
        .execute(
            "INSERT INTO passkey (practice_id, id, person_id, public_key, algorithm, aaguid, name, created_at)
             SELECT practice_id, 'k', id, 'p', -7, 'a', 'Key', 1 FROM person WHERE id = $1",
            args![id],
        )
        .await
        .unwrap();
}

pub async fn factors(stage: &Stage, id: &str) -> (i64, i64, i64, i64) {
    let row: Option<(i64, i64, i64, i64)> = stage
        .au()
        .optional(
            "SELECT CAST(CASE WHEN totp_secret IS NULL THEN 0 ELSE 1 END AS BIGINT), (SELECT COUNT(*) FROM backup_code b WHERE b.person_id = p.id),
                (SELECT COUNT(*) FROM passkey k WHERE k.person_id = p.id), CAST(CASE WHEN re_enrol_since IS NULL THEN 0 ELSE 1 END AS BIGINT)
             FROM person p WHERE id = $1",
            args![id],
        )
        .await
        .unwrap();
    row.unwrap()
}

pub async fn call_back(alex: &mut Browser, id: &str) {
    alex.open(&format!("/practice/people/{id}/reset")).await;
    alex.submit(&[("called", "yes"), ("reason", "lost phone")]).await;
}

// AC-123
walk!(the_code_read_out_resets_and_the_mail_opens_the_way, |stage| {
    let mut sam = {
        relaxed(&stage).await;
        signed_in(&stage, SAM).await
    };
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    give_factors(&stage, &id).await;
    alex.open(&format!("/practice/people/{id}/reset"))
        .await
        .sees("•• ••• ••• 157".trim_start_matches("•• ••• ••• "))
        .misses("491570157");
    press(&mut alex).await.sees("Type what the person reads out");
    let text = stage.messages(SAMS_MOBILE).await.remove(0);
    assert_eq!(text.kind, "text");
    let code = code_in(&text.text);
    assert!(!alex.html.contains(&code), "the administrator never sees it before it is read out");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    alex.submit(&[("code", wrong)]).await.sees("That isn't the code");
    assert_eq!(factors(&stage, &id).await, (1, 1, 0, 0));
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    alex.submit(&[("code", &spaced)]).await.sees("Reset.").sees("Reset waiting");
    assert_eq!(factors(&stage, &id).await, (0, 0, 0, 1));
    // Everything given out before is over, and the administrator was shown nothing that opens anything.
    sam.open("/").await.is_at("/sign-in");
    assert!(!alex.html.contains("/re-enrol/"));
    // A password alone leads to the page that waits for the mail.
    let mut thief = stage.browser();
    thief.open("/sign-in").await.submit(&[("email", SAM.0), ("password", SAM.1)]).await;
    thief.is_at("/sign-in/reset-mail").sees("Open the link we mailed you");
    assert!(!thief.cookies.contains_key("__Host-session"));
    // The mail: opening it changes nothing, the button begins an attempt that still asks for the password.
    let mails = stage.messages(SAM.0).await;
    let link = link_in(&mails.iter().find(|mail| mail.about == "re-enrol").unwrap().text);
    let mut sam = stage.browser();
    sam.open(&link).await.open(&link).await.sees("Set up your sign-in again");
    sam.submit(&[]).await.is_at("/sign-in");
    assert!(!sam.cookies.contains_key("__Host-session"));
    let mut again = stage.browser();
    again.open(&link).await;
    assert_eq!(again.status, 410, "once");
    sam.submit(&[("email", SAM.0), ("password", SAM.1)]).await.is_at("/sign-in/set-up");
    assert!(!sam.cookies.contains_key("__Host-session"), "never a password-only account");
    // Once a factor is there (set up on another page), the session says that it came by recovery.
    give_passkey(&stage, &id).await;
    let told = stage.messages(SAM.0).await;
    assert!(told.iter().any(|mail| mail.about == "factors-reset"));
    for event in ["mobile-code-sent", "wrong-code", "reset-proved", "factors-reset", "re-enrol-mailed"] {
        assert!(stage.events().await.contains(&event.to_owned()), "{event}");
    }
});

walk!(the_link_carries_over_to_its_own_person_only, |stage| {
    let stage = without_texts(stage).await;
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    call_back(&mut alex, &id).await;
    let link = link_in(&stage.messages(SAM.0).await.iter().find(|mail| mail.about == "re-enrol").unwrap().text);
    let mut browser = stage.browser();
    browser.open(&link).await.submit(&[]).await.is_at("/sign-in");
    // Another person's reset is not opened by Sam's mail, nor by a mail half an hour old.
    let of_alex = id_of(&stage, "alex@example.com").await;
    stage.au().execute("UPDATE person SET re_enrol_since = 1 WHERE id = $1", args![&of_alex]).await.unwrap();
    let mut other = browser.clone();
    other.submit(&[("email", "alex@example.com"), ("password", "lantern-orchard-72-violin")]).await;
    other.is_at("/sign-in/reset-mail");
    stage.wait(31 * 60);
    browser.open("/sign-in").await.submit(&[("email", SAM.0), ("password", SAM.1)]).await.is_at("/sign-in/reset-mail");
    // The mail once more, within its limits; the older link ends.
    browser.submit(&[]).await.sees("Sent.");
    browser.submit(&[]).await.sees("A mail is on its way already");
    let links: Vec<_> = stage.messages(SAM.0).await.into_iter().filter(|mail| mail.about == "re-enrol").collect();
    assert_eq!(links.len(), 2);
    let newest = link_in(&links[0].text);
    assert_ne!(newest, link);
    browser.open(&newest).await.submit(&[]).await.is_at("/sign-in");
    browser.submit(&[("email", SAM.0), ("password", SAM.1)]).await.is_at("/sign-in/set-up");
    // After a day the link is nothing any more.
    alex.open("/practice/people").await;
    let mut late = stage.browser();
    late.open("/sign-in").await.submit(&[("email", SAM.0), ("password", SAM.1)]).await;
    stage.wait(90);
    late.submit(&[]).await.sees("Sent.");
    let newest = link_in(&stage.messages(SAM.0).await[0].text);
    stage.wait(86_401);
    late.open(&newest).await;
    assert_eq!(late.status, 410);
});

// Nobody is logged out without a word: the page says who is logged in here and whose link it is.
walk!(whoever_was_logged_in_here_is_asked_to_make_room, |stage| {
    let stage = without_texts(stage).await;
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    call_back(&mut alex, &id).await;
    let link = link_in(&stage.messages(SAM.0).await.iter().find(|mail| mail.about == "re-enrol").unwrap().text);
    alex.open(&link).await.sees("You are logged in here as Alex Rivera").sees("This link is for Sam Okafor");
    assert_eq!(alex.link("Stay logged in as Alex Rivera"), "/");
    // A form from a page that was open before asks first too, and uses nothing up.
    let mut older = stage.browser();
    older.open(&link).await.sees("The second step of Sam Okafor was reset").misses("logs you out");
    alex.submit_to(&link, &[]).await.sees("This link is for Sam Okafor");
    assert_eq!(alex.status, 409);
    alex.clone().open("/me").await.is_at("/me").sees("Alex Rivera");
    alex.submit_to(&link, &[("switch", "1")]).await.is_at("/sign-in");
    assert!(!alex.cookies.contains_key("__Host-session"));
    alex.submit(&[("email", SAM.0), ("password", SAM.1)]).await.is_at("/sign-in/set-up");
});

walk!(whoever_reset_it_is_not_told_to_ask_themself, |stage| {
    let stage = without_texts(stage).await;
    promote(&stage, "sam@example.com").await;
    let mut alex = alex(&stage).await;
    let sql = "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, mobile, password, joined_at, created_at)
               SELECT practice_id, '00000000-0000-0000-0000-000000000001', 'staff', 'reception', 'Rae Lin', 'rae@example.org', 'rae@example.org',
                   mobile, password, 1, 1 FROM person WHERE id = $1";
    let sam = id_of(&stage, SAM.0).await;
    stage.au().execute(sql, args![&sam]).await.unwrap();
    let sealed = stage
        .server
        .seal(
            "mobile",
            &[&crate::support::ways::practice_id(&stage).await, "00000000-0000-0000-0000-000000000001"],
            SAMS_MOBILE,
        )
        .unwrap();
    let sql = "UPDATE person SET mobile = $2 WHERE id = $1";
    stage.au().execute(sql, args!["00000000-0000-0000-0000-000000000001", sealed]).await.unwrap();
    call_back(&mut alex, "00000000-0000-0000-0000-000000000001").await;
    let told = async |who: &str| {
        let mails = stage.messages(who).await;
        mails.into_iter().find(|mail| mail.about == "factors-reset-administrators").expect(who).text
    };
    let (own, other) = (told("alex@example.com").await, told(SAM.0).await);
    assert!(own.contains("If this wasn't you") && !own.contains("ask Alex Rivera"), "{own}");
    assert!(other.contains("ask Alex Rivera or Rae Lin now") && !other.contains("If this wasn't you"), "{other}");
});

walk!(without_a_gateway_the_number_is_called_back, |stage| {
    let stage = without_texts(stage).await;
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    give_factors(&stage, &id).await;
    give_passkey(&stage, &id).await;
    alex.open(&format!("/practice/people/{id}/reset")).await.sees("+61491570157");
    for fields in [vec![("reason", "lost phone")], vec![("called", "yes"), ("reason", " ")]] {
        alex.open(&format!("/practice/people/{id}/reset")).await;
        alex.submit(&fields).await.sees("Please call the number");
        assert_eq!(alex.status, 422);
    }
    assert_eq!(factors(&stage, &id).await, (1, 1, 1, 0));
    call_back(&mut alex, &id).await;
    assert_eq!(factors(&stage, &id).await, (0, 0, 1, 1), "passkeys stay unless ticked");
    let told = stage.messages("alex@example.com").await;
    assert!(told.iter().any(|mail| mail.about == "factors-reset-administrators"));
    alex.open(&format!("/practice/people/{id}/reset")).await;
    alex.submit(&[("called", "yes"), ("reason", "stolen bag"), ("passkeys", "delete")]).await.sees("Reset.");
    assert_eq!(factors(&stage, &id).await, (0, 0, 0, 1));
    // Without a number on file another proof is needed.
    stage.au().execute("UPDATE person SET mobile = NULL WHERE id = $1", args![&id]).await.unwrap();
    alex.open(&format!("/practice/people/{id}/reset"))
        .await
        .sees("There is no mobile number on file")
        .sees("they can give their number in My info");
    assert!(!alex.html.contains("name=\"called\""));
});

walk!(a_code_has_five_tries_ten_minutes_and_one_asker, |stage| {
    promote(&stage, SAM.0).await;
    let mut alex = alex(&stage).await;
    let (of_sam, of_alex) = (id_of(&stage, SAM.0).await, id_of(&stage, "alex@example.com").await);
    let path = format!("/practice/people/{of_sam}/reset");
    alex.open(&path).await;
    press(&mut alex).await;
    let code = code_in(&stage.messages(SAMS_MOBILE).await[0].text);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        alex.submit(&[("code", wrong)]).await.sees("That isn't the code");
    }
    let csrf = ("csrf".to_owned(), alex.hidden("csrf"));
    alex.post(&path, &[csrf, ("code".into(), code)]).await;
    assert_eq!(alex.status, 422, "the sixth try is none, even with the right code");
    assert_eq!(factors(&stage, &of_sam).await.3, 0);
    // Ten minutes.
    alex.open(&path).await;
    press(&mut alex).await;
    let code = code_in(&stage.messages(SAMS_MOBILE).await[0].text);
    stage.wait(601);
    stage.au().execute("UPDATE session SET fresh_at = $1", args![stage.now()]).await.unwrap();
    stage.wait(5);
    let csrf = ("csrf".to_owned(), alex.hidden("csrf"));
    alex.post(&path, &[csrf, ("code".into(), code)]).await;
    assert_eq!(alex.status, 422);
    // A hundred right answers at once reset once.
    alex.open(&path).await;
    press(&mut alex).await.sees("Type what the person reads out");
    let code = code_in(&stage.messages(SAMS_MOBILE).await[0].text);
    let csrf = alex.hidden("csrf");
    let fields = [("csrf".to_owned(), csrf), ("code".to_owned(), code)];
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let (mut browser, path, fields) = (alex.clone(), path.clone(), fields.clone());
            tokio::spawn(async move { browser.post(&path, &fields).await.status.as_u16() })
        })
        .collect();
    let mut through = 0;
    for answer in tries {
        through += usize::from(answer.await.unwrap() == 303);
    }
    assert_eq!(through, 1);
    let resets = stage.events().await.iter().filter(|event| *event == "factors-reset").count();
    assert_eq!(resets, 1);
    assert_eq!(factors(&stage, &of_alex).await.3, 0);
});

// AC-131
walk!(mass_resets_are_refused_and_the_others_are_told, |stage| {
    let stage = without_texts(stage).await;
    promote(&stage, SAM.0).await;
    let mut alex = alex(&stage).await;
    let of_sam = id_of(&stage, SAM.0).await;
    for number in 0..6 {
        let id = format!("00000000-0000-0000-0000-{number:012}");
        stage
            .au()
            .execute(
                "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, mobile, joined_at, created_at)
                 SELECT practice_id, $2, 'staff', 'reception', $3, $4, $4, NULL, 1, 1 FROM person WHERE id = $1",
                args![&of_sam, &id, format!("Person {number}"), format!("p{number}@example.org")],
            )
            .await
            .unwrap();
        let practice: Option<(String,)> =
            stage.au().optional("SELECT practice_id FROM person WHERE id = $1", args![&id]).await.unwrap();
        let sealed = stage.server.seal("mobile", &[&practice.unwrap().0, &id], "+61491570159").unwrap();
        stage.au().execute("UPDATE person SET mobile = $2 WHERE id = $1", args![&id, sealed]).await.unwrap();
        call_back(&mut alex, &id).await;
        if number < 5 {
            alex.sees("Reset.");
        } else {
            alex.sees("have to wait");
            assert_eq!(alex.status, 429);
            assert_eq!(factors(&stage, &id).await.3, 0);
            call_back(&mut alex, &id).await;
        }
    }
    let alarms = stage.messages(SAM.0).await.into_iter().filter(|mail| mail.about == "resets-too-many-administrators");
    assert_eq!(alarms.count(), 1, "once an hour");
    stage.wait(3601);
    stage.au().execute("UPDATE session SET fresh_at = $1, seen_at = $1", args![stage.now()]).await.unwrap();
    stage.wait(5);
    call_back(&mut alex, "00000000-0000-0000-0000-000000000005").await;
    alex.sees("Reset.");
});
