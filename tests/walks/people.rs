//! Administrators and their people: list, invite, change, close, end sessions.

use portico::args;
use portico::platform::web::encode;

use crate::support::browser::Browser;
use crate::support::stage::{Stage, link_in};
use crate::walk;

pub const ALEX: (&str, &str) = ("alex@example.com", "lantern-orchard-72-violin");
pub const SAM: (&str, &str) = ("sam@example.com", "copper-kettle-meadow-19");

/// Here a password is enough for everybody; second steps are walked elsewhere.
pub async fn relaxed(stage: &Stage) {
    stage
        .au()
        .execute("UPDATE practice SET admins_second_from = NULL, everyone_second_from = NULL", vec![])
        .await
        .unwrap();
    stage.server.region("au").unwrap().practices.forget();
}

pub async fn signed_in(stage: &Stage, who: (&str, &str)) -> Browser {
    let mut browser = stage.browser();
    browser.open("/sign-in").await.submit(&[("email", who.0), ("password", who.1)]).await;
    assert!(browser.cookies.contains_key("__Host-session"), "{}", browser.text());
    browser
}

pub async fn alex(stage: &Stage) -> Browser {
    relaxed(stage).await;
    signed_in(stage, ALEX).await
}

pub async fn id_of(stage: &Stage, email: &str) -> String {
    let row: Option<(String,)> = stage
        .au()
        .optional("SELECT id FROM person WHERE email_key = $1 AND kind = 'staff'", args![email])
        .await
        .unwrap();
    row.expect("a person").0
}

/// Makes somebody an administrator behind everybody's back.
pub async fn promote(stage: &Stage, email: &str) {
    stage
        .au()
        .execute("UPDATE person SET role = 'administrator' WHERE email_key = $1 AND kind = 'staff'", args![email])
        .await
        .unwrap();
}

/// Presses the button of the page's own form; the menu's "Log out" is a form too.
pub async fn press(browser: &mut Browser) -> &mut Browser {
    let form = browser.forms().into_iter().find(|form| form.action.starts_with("/practice/"));
    let form = form.unwrap_or_else(|| panic!("no form on {}: {}", browser.path, browser.text()));
    browser.submit_to(&form.action, &[]).await
}

pub async fn is_in(browser: &mut Browser) -> bool {
    browser.send(axum::http::Method::GET, "/", None).await;
    let to = browser.answered.get("location").map(|to| to.to_str().unwrap().to_owned());
    to.as_deref() == Some("/me")
}

// AC-125
walk!(only_administrators_see_people_and_refusals_are_recorded, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = id_of(&stage, "alex@example.com").await;
    for path in ["/practice/people", "/practice/people/new", "/practice/record", "/practice/record.csv"] {
        sam.open(path).await;
        assert_eq!(sam.status, 403, "{path}");
    }
    sam.open(&format!("/practice/people/{id}/close")).await;
    assert_eq!(sam.status, 403);
    assert_eq!(stage.events().await.iter().filter(|event| *event == "refused").count(), 5);
    stage.browser().open("/practice/people").await.is_at("/sign-in");
    let mut alex = signed_in(&stage, ALEX).await;
    alex.open("/practice/people").await.sees("Sam Okafor").sees("sam@example.com").misses("Jo Lindqvist");
    alex.open("/practice/people/no-such-id").await;
    assert_eq!(alex.status, 404);
    alex.open("/practice/people/%00").await;
    assert_eq!(alex.status, 404);
});

walk!(the_list_shows_states_and_is_searched_literally, |stage| {
    let mut alex = alex(&stage).await;
    let db = stage.au();
    let sam = id_of(&stage, "sam@example.com").await;
    alex.open("/practice/people").await.sees("Never").sees("2FA off").sees("No passkey").misses("Reset waiting");
    db.execute(
        "UPDATE person SET totp_secret = 'x', re_enrol_since = 1, last_sign_in_at = $2, name = 'S%m Okafor' WHERE id = $1",
        args![&sam, stage.now()],
    )
    .await
    .unwrap();
    alex.open("/practice/people").await.sees("2FA on").sees("Reset waiting").misses("Locked out");
    alex.open("/practice/people?search=S%25m").await.sees("sam@example.com").misses("alex@example.com");
    alex.open("/practice/people?search=%25").await.sees("sam@example.com").misses("alex@example.com");
    alex.open("/practice/people?search=_").await.sees("Nobody matches");
    alex.open("/practice/people?search=SAM@EX").await.sees("S%m Okafor");
    for search in ["'", "\\", "\" OR 1=1 --", "\u{0430}"] {
        alex.open(&format!("/practice/people?search={}", encode(search))).await.sees("Nobody matches");
        assert_eq!(alex.status, 200);
    }
    db.execute("UPDATE person SET name = $2 WHERE id = $1", args![&sam, "S\u{0430}m Okafor"]).await.unwrap();
    alex.open("/practice/people").await.sees("Unusual letters");
    let mut wrong = stage.browser();
    for _ in 0..50 {
        // Fifty wrong passwords in a row, each after its pause: the person is locked out, and the list says so.
        wrong.open("/sign-in").await.submit(&[("email", "sam@example.com"), ("password", "not this one at all")]).await;
        stage.wait(901);
    }
    let mut alex = signed_in(&stage, ALEX).await;
    alex.open("/practice/people").await.sees("Locked out by wrong answers");
    alex.open(&format!("/practice/people/{sam}")).await.sees("a way to sign in is switched off");
});

walk!(thousands_are_paged_by_key, |stage| {
    let mut alex = alex(&stage).await;
    let practice: Option<(String,)> =
        stage.au().optional("SELECT id FROM practice WHERE slug = 'harbour-physio'", vec![]).await.unwrap();
    let practice = practice.unwrap().0;
    let mut tx = stage.au().write().await.unwrap();
    for number in 0..3000 {
        let name = format!("Person {number:05}");
        tx.execute(
            "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, joined_at, created_at) VALUES ($1, $2, 'staff', 'reception', $3, $4, $4, 1, 1)",
            args![&practice, format!("00000000-0000-0000-0000-{number:012}"), &name, format!("p{number}@example.org")],
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    let mut seen = std::collections::BTreeSet::new();
    let mut path = "/practice/people".to_owned();
    let started = std::time::Instant::now();
    for pages in 1.. {
        alex.open(&path).await;
        for word in alex.html.split("/practice/people/").skip(1) {
            seen.insert(word.split('"').next().unwrap().to_owned());
        }
        if !alex.text().contains("Next page") {
            assert_eq!(pages, 61);
            break;
        }
        path = alex.link("Next page");
    }
    assert!(started.elapsed().as_secs() < 60);
    assert_eq!(seen.iter().filter(|id| id.starts_with("00000000")).count(), 3000);
    alex.open("/practice/people?search=Person+0299")
        .await
        .sees("Person 02990")
        .sees("Person 02999")
        .misses("Next page");
});

// AC-093, AC-129
walk!(an_invitation_reads_the_same_for_every_address, |stage| {
    let mut alex = alex(&stage).await;
    let mut read = vec![];
    for email in ["new.person@example.org", "casey@example.com", "jo@example.com"] {
        alex.open("/practice/people/new").await;
        alex.submit(&[("name", "New Person"), ("email", email), ("role", "reception")]).await;
        alex.sees("Invited. The link in the mail is good for 24 hours.");
        read.push(alex.text().replace(email, "-"));
        let mail = &stage.messages(email).await[0];
        assert!(mail.subject.contains("Alex Rivera invites you"), "{mail:?}");
        assert!(link_in(&mail.text).starts_with("/join/"), "{mail:?}");
    }
    assert!(read.windows(2).all(|pair| pair[0] == pair[1]), "{read:#?}");
    alex.open("/practice/people").await.sees("Invited");
    // An existing colleague is visible anyway.
    alex.open("/practice/people/new").await;
    alex.submit(&[("name", "Sam"), ("email", "SAM@example.com"), ("role", "reception")]).await;
    assert_eq!(alex.status, 422);
    alex.sees("A colleague at your practice has this address already");
    assert!(alex.html.contains("value=\"SAM@example.com\""), "what was typed stays");
    for (name, email, role) in
        [("", "a@example.org", "reception"), ("A", "nonsense", "reception"), ("A", "a@example.org", "owner")]
    {
        alex.open("/practice/people/new").await;
        alex.submit(&[("name", name), ("email", email), ("role", role)]).await;
        assert_eq!(alex.status, 422, "{name} {email} {role}");
    }
    // Two days later the list says that it is over, and a new one goes out.
    stage.wait(2 * 86_400);
    let mut alex = signed_in(&stage, ALEX).await;
    alex.open("/practice/people").await.sees("Invitation expired");
    let id = id_of(&stage, "new.person@example.org").await;
    let old: Option<(i64,)> = stage
        .au()
        .optional(
            "SELECT COUNT(*) FROM token WHERE person_id = $1 AND purpose = 'invite' AND replaced_at IS NULL",
            args![&id],
        )
        .await
        .unwrap();
    assert_eq!(old, Some((1,)));
    alex.open(&format!("/practice/people/{id}/invite")).await.sees("Invite New Person again?");
    press(&mut alex).await.sees("Invited. The link");
    assert_eq!(stage.messages("new.person@example.org").await.len(), 2);
    let tokens: Option<(i64,)> = stage
        .au()
        .optional(
            "SELECT COUNT(*) FROM token WHERE person_id = $1 AND purpose = 'invite' AND replaced_at IS NULL",
            args![&id],
        )
        .await
        .unwrap();
    assert_eq!(tokens, Some((1,)), "the older link ends");
});

// AC-127
walk!(whoever_leaves_keeps_nothing, |stage| {
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, "sam@example.com").await;
    let mut sam = stage.browser();
    sam.open("/sign-in").await;
    sam.submit(&[("email", SAM.0), ("password", SAM.1), ("keep", "1")]).await;
    let mut half_way = stage.browser();
    half_way.open("/sign-in").await;
    assert!(is_in(&mut sam).await);
    stage
        .au()
        .execute(
            "INSERT INTO token (practice_id, hash, purpose, person_id, sent_to, created_at, expires_at)
             SELECT practice_id, 'h', 'password', id, email_key, 1, 9999999999 FROM person WHERE id = $1",
            args![&id],
        )
        .await
        .unwrap();
    alex.open(&format!("/practice/people/{id}/close")).await.sees("Close the account of Sam Okafor?");
    assert!(is_in(&mut sam).await, "asking changes nothing");
    press(&mut alex).await.sees("The account is closed.");
    assert!(!is_in(&mut sam).await, "at once");
    let left: Option<(i64, i64, i64)> = stage
        .au()
        .optional(
            "SELECT (SELECT COUNT(*) FROM session WHERE person_id = $1 AND ended_at IS NULL), (SELECT COUNT(*) FROM device WHERE person_id = $1 AND ended_at IS NULL),
                    (SELECT COUNT(*) FROM token WHERE person_id = $1 AND used_at IS NULL AND replaced_at IS NULL AND purpose <> 'not-me')",
            args![&id],
        )
        .await
        .unwrap();
    assert_eq!(left, Some((0, 0, 0)));
    sam.open("/sign-in").await.submit(&[("email", SAM.0), ("password", SAM.1)]).await;
    sam.sees("That email address and password don't match");
    assert!(stage.messages(SAM.0).await.iter().any(|mail| mail.about == "closed"));
    assert!(stage.events().await.contains(&"closed".to_owned()));
    alex.open("/practice/people").await.misses("Sam Okafor");
    alex.open("/practice/people?show=closed").await.sees("Sam Okafor");
    alex.open(&format!("/practice/people/{id}/reopen")).await;
    press(&mut alex).await.sees("The account is open again.");
    sam.open("/sign-in").await.submit(&[("email", SAM.0), ("password", SAM.1)]).await;
    assert!(is_in(&mut sam).await);
    alex.open(&format!("/practice/people/{id}/end-sessions")).await;
    press(&mut alex).await.sees("Logged out everywhere.");
    assert!(!is_in(&mut sam).await);
});

// AC-033, AC-126
walk!(a_new_role_is_a_new_sign_in, |stage| {
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, "sam@example.com").await;
    let mut sam = stage.browser();
    sam.open("/sign-in").await;
    sam.submit(&[("email", SAM.0), ("password", SAM.1), ("keep", "1")]).await;
    let devices = "SELECT COUNT(*) FROM device WHERE person_id = $1 AND ended_at IS NULL";
    assert_eq!(stage.au().optional::<(i64,)>(devices, args![&id]).await.unwrap(), Some((1,)));
    alex.open(&format!("/practice/people/{id}/change")).await;
    alex.submit(&[("name", "Sam Okafor"), ("role", "administrator")]).await.sees("Saved.");
    assert!(!is_in(&mut sam).await);
    assert_eq!(stage.au().optional::<(i64,)>(devices, args![&id]).await.unwrap(), Some((0,)));
    assert!(stage.messages(SAM.0).await.iter().any(|mail| mail.about == "role-changed"));
    // As administrator: in, with a form open; then the role goes, and the very next press is refused.
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/practice/people/new").await.sees("Invite a colleague");
    alex.open(&format!("/practice/people/{id}/change")).await;
    alex.submit(&[("name", "Sam O."), ("role", "reception")]).await.sees("Saved.").sees("Sam O.");
    sam.submit(&[("name", "Friend"), ("email", "friend@example.org"), ("role", "administrator")]).await;
    sam.is_at("/sign-in");
    assert!(stage.messages("friend@example.org").await.is_empty());
    assert!(stage.messages(SAM.0).await.iter().any(|mail| mail.about == "name-changed-by-administrator"));
});

// AC-126
walk!(a_role_lost_on_another_node_stops_acts_at_once, |stage| {
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, "sam@example.com").await;
    alex.open(&format!("/practice/people/{id}/close")).await.sees("Close the account");
    // Another node took the role; this one still remembers the session.
    stage
        .au()
        .execute("UPDATE person SET role = 'reception' WHERE email_key = 'alex@example.com'", vec![])
        .await
        .unwrap();
    press(&mut alex).await;
    assert_eq!(alex.status, 403);
    let closed: Option<(Option<i64>,)> =
        stage.au().optional("SELECT closed_at FROM person WHERE id = $1", args![&id]).await.unwrap();
    assert_eq!(closed, Some((None,)));
});

// AC-122, AC-125
walk!(nobody_acts_on_themself_and_the_last_one_stays, |stage| {
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, "alex@example.com").await;
    let before =
        stage.au().all::<(String, String)>("SELECT id, role FROM person WHERE closed_at IS NULL ORDER BY id", vec![]);
    let before = before.await.unwrap();
    alex.open(&format!("/practice/people/{id}")).await.is_at("/me");
    for act in ["change", "close", "reset", "end-sessions", "email", "more-time"] {
        alex.open(&format!("/practice/people/{id}/{act}"))
            .await
            .sees("the last one cannot be removed")
            .sees("nobody at your practice can reset them for you");
        assert_eq!(alex.status, 403);
        let csrf = {
            alex.open("/practice/people/new").await;
            alex.hidden("csrf")
        };
        let fields = [
            ("csrf", csrf.as_str()),
            ("role", "administrator"),
            ("name", "X"),
            ("email", "x@example.org"),
            ("until", "2026-12-01"),
        ];
        let fields: Vec<(String, String)> = fields.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        alex.post(&format!("/practice/people/{id}/{act}"), &fields).await;
        assert_eq!(alex.status, 403, "{act}");
    }
    let after =
        stage.au().all::<(String, String)>("SELECT id, role FROM person WHERE closed_at IS NULL ORDER BY id", vec![]);
    assert_eq!(before, after.await.unwrap());
    promote(&stage, "sam@example.com").await;
    alex.open(&format!("/practice/people/{id}/close"))
        .await
        .misses("the last one cannot")
        .sees("This is your own account");
});

walk!(two_administrators_cannot_close_each_other_at_once, |stage| {
    promote(&stage, "sam@example.com").await;
    let mut alex = alex(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let (of_alex, of_sam) = (id_of(&stage, "alex@example.com").await, id_of(&stage, "sam@example.com").await);
    alex.open(&format!("/practice/people/{of_sam}/close")).await;
    sam.open(&format!("/practice/people/{of_alex}/close")).await;
    tokio::join!(
        async {
            press(&mut alex).await;
        },
        async {
            sam.submit(&[]).await;
        }
    );
    let open: Option<(i64,)> = stage
        .au()
        .optional(
            "SELECT COUNT(*) FROM person WHERE role = 'administrator' AND closed_at IS NULL AND kind = 'staff'",
            vec![],
        )
        .await
        .unwrap();
    assert_eq!(open, Some((1,)));
});

walk!(acts_ask_for_fresh_proof, |stage| {
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, "sam@example.com").await;
    alex.open(&format!("/practice/people/{id}/close")).await.sees("Close the account");
    stage.wait(6 * 60);
    let csrf = ("csrf".to_owned(), alex.hidden("csrf"));
    alex.post(&format!("/practice/people/{id}/close"), &[csrf]).await;
    let to = alex.answered["location"].to_str().unwrap().to_owned();
    assert_eq!(to, format!("/confirm?then={}", encode(&format!("/practice/people/{id}/close"))));
    alex.open("/practice/people").await.sees("Sam Okafor");
});
