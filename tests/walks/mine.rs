//! My info: everything a person has, in words, and the small changes.

use portico::args;

use crate::support::ways::{ALEX, SAM, ask_no_second, give_app, log_in, somebody};
use crate::walk;

walk!(my_info_shows_what_a_person_has, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/me").sees("My info").sees("Sam Okafor").sees("sam@example.com").sees("Practitioner");
    sam.sees("Harbour Physio").sees("•157").misses("+61491570157").misses("491570157");
    sam.sees("Last set on 21 November 2026").sees("No passkey yet.");
    sam.sees("Your practice asks for a passkey or 2 factor authentication from 5 December 2026.");
    assert_eq!(sam.link("Enable 2 factor authentication"), "/me/two-factor");
    assert_eq!(sam.link("Change password"), "/me/password");
    sam.misses("Generate backup codes").misses("Disable 2 factor");
    assert!(sam.html.len() < 30_000, "{}", sam.html.len());

    give_app(&stage, SAM.0).await;
    let sql = "UPDATE person SET backup_set = 's', backup_made_at = $1 WHERE email_key = 'sam@example.com'";
    stage.au().execute(sql, args![stage.now()]).await.unwrap();
    let person = somebody(&stage, SAM.0).await;
    let practice = crate::support::ways::practice_id(&stage).await;
    for code in ["a", "b"] {
        let sql = "INSERT INTO backup_code (practice_id, person_id, hash, set_id) VALUES ($1, $2, $3, 's')";
        stage.au().execute(sql, args![&practice, &person.id, code]).await.unwrap();
    }
    sam.open("/me").await.sees("2 backup codes are left of those made on 21 November 2026.");
    assert_eq!(sam.link("Generate backup codes"), "/me/backup-codes");
    assert_eq!(sam.link("Disable 2 factor authentication"), "/me/two-factor/off");
    sam.misses("Your practice asks for").misses("Enable 2 factor");
    stage.au().execute("UPDATE backup_code SET used_at = 1 WHERE hash = 'a'", args![]).await.unwrap();
    sam.open("/me").await.sees("1 backup code is left");
    stage.au().execute("UPDATE backup_code SET used_at = 1", args![]).await.unwrap();
    sam.open("/me").await.sees("are all used");
});

walk!(who_has_nothing_is_warned_when_the_date_is_near, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/me").misses("Your practice asks for a passkey or 2 factor authentication");
    let sql = "UPDATE practice SET everyone_second_from = $1";
    for (days, words, banner) in
        [(60, "from 20 January 2027", false), (20, "from 11 December 2026", true), (-1, "set one up now", true)]
    {
        stage.au().execute(sql, args![stage.now() + days * 86_400]).await.unwrap();
        stage.wait(5);
        sam.open("/me").await.sees(words);
        assert_eq!(sam.html.contains("banner warning"), banner, "{words}");
    }
});

walk!(a_person_changes_their_name, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    let path = sam.link("Change Name");
    for wrong in ["", " ", &"x".repeat(101), "Sam\u{202e}", "Sam\r\nBcc: x"] {
        sam.open(&path).await.submit(&[("name", wrong)]).await;
        assert_eq!(sam.status, 422, "{wrong:?}");
    }
    sam.submit(&[("name", " Sam   \"O'Kafor\" <i> ")]).await;
    sam.is_at("/me").sees("Your name is changed.").sees("Sam \"O'Kafor\" <i>");
    assert!(!sam.html.contains("<i>"), "escaped");
    assert_eq!(somebody(&stage, SAM.0).await.name, "Sam \"O'Kafor\" <i>");
    assert_eq!(stage.events().await.last().unwrap(), "name-changed");
});

walk!(help_and_languages_are_at_every_door, |stage| {
    for host in ["harbour-physio.au.localhost:8080", "localhost:8080", "support.localhost:8080"] {
        let mut anybody = stage.browser_at(host);
        anybody.open("/").await;
        let (help, language) = (anybody.link("Help"), anybody.link("Language"));
        anybody.open(&language).await.sees("English").sees("nothing to choose");
        anybody.open(&help).await.sees("Whom to ask");
        let topics: Vec<String> = anybody
            .html
            .split("href=\"/help/")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        assert!(topics.len() >= 12, "{topics:?}");
        for topic in topics {
            anybody.open(&format!("/help/{topic}")).await.sees("Whom to ask");
            assert_eq!(anybody.status, 200);
            assert!(!anybody.text().contains("help-"), "a sentence is missing: {}", anybody.text());
        }
        anybody.open("/help/nothing").await;
        assert_eq!(anybody.status, 404);
    }
    let mut sam = stage.browser();
    sam.open("/help/lost-phone").await.sees("+61 2 5550 1234").sees("Monday to Friday");
});

walk!(no_sentence_is_missing, |stage| {
    ask_no_second(&stage).await;
    let mut alex = stage.browser();
    log_in(&mut alex, ALEX, true).await;
    let device = crate::support::ways::devices_of(&stage, ALEX.0).await.remove(0);
    for path in
        ["/me", "/me/name", "/me/email", "/me/email/sent", "/confirm-email/none", &format!("/me/devices/{device}")]
    {
        alex.open(path).await;
        let text = alex.text();
        for word in ["mine-", "confirm-email-", "frame-", "idle-", "sign-in-"] {
            assert!(!text.contains(word), "{path}: {text}");
        }
    }
});

// Seventeen or a hundred sessions: each can be seen and ended, and no page grows with them.
walk!(many_sessions_are_shown_fifteen_at_a_time, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    sam.open("/me").await.misses("in all, fifteen on a page").misses("Older ones");
    let sql = "INSERT INTO session (practice_id, id, token_hash, person_id, rule, proofs, browser, place, created_at, seen_at, fresh_at, idle_seconds, ends_at)
               SELECT practice_id, $2, $2, id, 'one proof is enough', 'password', 'Firefox on Linux', '', $3, $3, 0, 3600, $4 FROM person
               WHERE email_key = $1 AND kind = 'staff' AND practice_id = (SELECT id FROM practice WHERE slug = 'harbour-physio')";
    for number in 0..46_i64 {
        let at = stage.now() - number - 1;
        stage.au().execute(sql, args![SAM.0, format!("s-{number:03}"), at, stage.now() + 3600]).await.unwrap();
    }
    let ids = |html: &str| -> Vec<String> {
        let parts = html.split("/me/sessions/").skip(1);
        parts.map(|part| part.split('/').next().unwrap_or_default().to_owned()).collect()
    };
    sam.open("/me").await.sees("There are 47 in all, fifteen on a page").misses("The newest");
    let mut seen = vec![];
    loop {
        assert!(sam.html.len() < 45_000, "{}", sam.html.len());
        let here = ids(&sam.html);
        assert!(here.len() <= 15, "{}", here.len());
        seen.extend(here);
        if !sam.text().contains("Older ones") {
            break;
        }
        let older = sam.link("Older ones");
        sam.open(older.split('#').next().unwrap()).await.sees("The newest");
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 47);
    // The oldest of all is ended from its page, and what is beyond the end is the beginning.
    sam.submit_to("/me/sessions/s-045/end", &[]).await.sees("There are 46 in all");
    for wrong in ["999", "-1", "x", "9223372036854775807", "46"] {
        sam.open(&format!("/me?from={wrong}")).await.misses("The newest");
        assert_eq!((sam.status.as_u16(), ids(&sam.html).len()), (200, 15), "{wrong}");
    }
});
