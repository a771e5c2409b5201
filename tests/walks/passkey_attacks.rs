//! What an attacker tries with passkeys (AC-040 to AC-057), each beside the honest one who gets in.

use portico::args;
use serde_json::json;

use super::support::authenticator::{
    Authenticator, BE, BS, Spoil, UP, UV, log_in_by_passkey, make_passkey, options_of, send,
};
use super::support::browser::Browser;
use super::support::desk;
use super::support::stage::Stage;
use super::support::ways::{ALEX, SAM, ask_no_second, log_in, practice_id, somebody};
use super::walk;

pub(super) async fn made(stage: &Stage, who: (&str, &str), authenticator: &mut Authenticator) -> Browser {
    ask_no_second(stage).await;
    let mut browser = stage.browser();
    log_in(&mut browser, who, false).await;
    make_passkey(&mut browser, authenticator).await;
    browser
}

/// A new browser at the sign-in page, which shows this and is refused in the words that everybody gets.
async fn refused(stage: &Stage, authenticator: &mut Authenticator, name: &str) -> Browser {
    let mut browser = stage.browser().from("198.51.100.7");
    log_in_by_passkey(&mut browser, authenticator, &[]).await;
    assert_eq!(browser.status, 422, "{name}");
    browser.sees("That passkey didn't get you in.");
    assert!(!browser.cookies.contains_key("__Host-session"), "{name}");
    browser
}

async fn gets_in(stage: &Stage, authenticator: &mut Authenticator) {
    let mut browser = stage.browser().from("198.51.100.7");
    log_in_by_passkey(&mut browser, authenticator, &[]).await;
    browser.is_at("/me");
}

// AC-042, AC-043, AC-044, AC-046, AC-047, AC-048.
walk!(what_is_not_exactly_right_is_refused, |stage| {
    let honest = {
        let mut phone = Authenticator::synced();
        made(&stage, SAM, &mut phone).await;
        phone
    };
    let origin = |origin: &str| Authenticator { origin: Some(origin.into()), ..honest.clone() };
    let flags = |flags| Authenticator { flags, ..honest.clone() };
    let client = |client| Authenticator { client, ..honest.clone() };
    let wrong = [
        ("evil", origin("http://evil.example:8080")),
        ("another scheme", origin("https://harbour-physio.au.localhost:8080")),
        ("another port", origin("http://harbour-physio.au.localhost:8081")),
        ("no port", origin("http://harbour-physio.au.localhost")),
        ("trailing dot", origin("http://harbour-physio.au.localhost.:8080")),
        ("trailing slash", origin("http://harbour-physio.au.localhost:8080/")),
        ("upper case", origin("http://HARBOUR-PHYSIO.au.localhost:8080")),
        ("below", origin("http://x.harbour-physio.au.localhost:8080")),
        ("above", origin("http://au.localhost:8080")),
        ("the entrance", origin("http://localhost:8080")),
        ("another practice", origin("http://thames-therapy.uk.localhost:8080")),
        ("another region", origin("http://harbour-physio.uk.localhost:8080")),
        ("as a prefix", origin("http://harbour-physio.au.localhost:8080.evil.example")),
        ("as a user", origin("http://harbour-physio.au.localhost:8080@evil.example")),
        ("as a path", origin("http://evil.example/harbour-physio.au.localhost:8080")),
        ("a look-alike", origin("http://harbour-physi\u{43e}.au.localhost:8080")),
        ("an IDN", origin("http://xn--harbour-physi-5ng.au.localhost:8080")),
        ("opaque", origin("null")),
        ("nothing", origin("")),
        ("an app", origin("android:apk-key-hash:abc")),
        ("another RP ID", Authenticator { rp_id: Some("thames-therapy.uk.localhost".into()), ..honest.clone() }),
        ("the parent's RP ID", Authenticator { rp_id: Some("localhost".into()), ..honest.clone() }),
        ("nobody present", flags(UV | BE | BS)),
        ("nobody verified", flags(UP | BE | BS)),
        ("backed up but not eligible", flags(UP | UV | BS)),
        ("eligibility changed", flags(UP | UV)),
        ("framed", client(json!({ "crossOrigin": true }))),
        ("framed by", client(json!({ "topOrigin": "http://evil.example" }))),
        ("a registration", client(json!({ "type": "webauthn.create" }))),
        ("another challenge", client(json!({ "challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }))),
        ("a bad signature", Authenticator { spoil: Spoil::Signature, ..honest.clone() }),
        ("no handle", Authenticator { spoil: Spoil::NoHandle, ..honest.clone() }),
        ("another handle", Authenticator { spoil: Spoil::OtherHandle, ..honest.clone() }),
    ];
    for (name, mut authenticator) in wrong {
        let browser = refused(&stage, &mut authenticator, name).await;
        assert!(!browser.html.contains("data-passkey-unknown"), "{name}: a living passkey is never called unknown");
    }
    gets_in(&stage, &mut honest.clone()).await;
    let noted = desk::number(&stage, "SELECT COUNT(*) FROM audit WHERE event = 'wrong-passkey'", vec![]).await;
    assert_eq!(noted, 30, "refused answers are in the record, as many as say something");
});

// AC-041.
walk!(an_answer_is_taken_once_and_only_where_it_was_asked_for, |stage| {
    let mut phone = Authenticator::synced();
    made(&stage, SAM, &mut phone).await;
    let mut sam = stage.browser().from("198.51.100.7");
    sam.open("/sign-in").await;
    let (options, origin) = options_of(&sam);
    let credential = phone.show(&options, &origin);
    let (csrf, ceremony) = (sam.hidden("csrf"), sam.hidden("ceremony"));
    let page = sam.clone();
    send(&mut sam, &credential, &[]).await;
    sam.is_at("/me");
    // Again, in the same browser.
    let mut again = page.clone();
    send(&mut again, &credential, &[]).await;
    again.sees("That passkey didn't get you in.");
    // In another browser, with its own form and the stolen ceremony and answer.
    let mut thief = stage.browser();
    let own = thief.open("/sign-in").await.hidden("csrf");
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    for form in [own, csrf] {
        let all = [field("csrf", &form), field("ceremony", &ceremony), field("credential", &credential)];
        thief.post("/sign-in/passkey", &all).await;
        assert!(!thief.cookies.contains_key("__Host-session"));
    }
    // A challenge of the door opens no locked session and is no fresh proof.
    let mut fresh = stage.browser();
    log_in_by_passkey(&mut fresh, &mut phone, &[]).await;
    fresh.is_at("/me");
    let door = {
        let mut door = fresh.clone();
        door.lose_session();
        door.open("/sign-in").await;
        door
    };
    let (options, origin) = options_of(&door);
    let all = [
        field("csrf", &door.hidden("csrf")),
        field("ceremony", &door.hidden("ceremony")),
        field("credential", &phone.show(&options, &origin)),
    ];
    stage.wait(301);
    fresh.post("/confirm/passkey", &all).await;
    assert_eq!(fresh.status, 422);
    // A wrong answer uses its challenge up as well.
    let mut wrong = stage.browser();
    wrong.open("/sign-in").await;
    let page = wrong.clone();
    let (options, origin) = options_of(&wrong);
    let bad = Authenticator { spoil: Spoil::Signature, ..phone.clone() }.show(&options, &origin);
    send(&mut wrong, &bad, &[]).await;
    wrong.sees("didn't get you in");
    let mut right = page;
    let credential = phone.show(&options, &origin);
    send(&mut right, &credential, &[]).await;
    right.sees("That passkey didn't get you in.");
});

// AC-040.
walk!(making_one_needs_fresh_proof, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    sam.open("/me/passkeys/new").await;
    let (options, origin) = options_of(&sam);
    let page = sam.clone();
    stage.wait(301);
    // What was not begun while the proof was fresh is no way in: a question that is over, another purpose's, none at all.
    let credential = Authenticator::synced().make(&options, &origin);
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let door = stage.browser().open("/sign-in").await.hidden("ceremony");
    let (csrf, over) = (page.hidden("csrf"), page.hidden("ceremony"));
    let forged = over.replace(&stage.now().saturating_sub(301).to_string(), &stage.now().to_string());
    assert_ne!(forged, over);
    for (name, ceremony) in [("over", over.as_str()), ("forged", &forged), ("none", ""), ("another's", &door)] {
        let fields = [field("csrf", &csrf), field("ceremony", ceremony), field("credential", &credential)];
        sam.post("/me/passkeys/new", &fields).await;
        sam.follow().await.is_at("/confirm");
        assert_eq!(somebody(&stage, SAM.0).await.passkeys, 0, "{name}");
    }
    sam.post("/passkey/options", &[field("csrf", &csrf), field("ceremony", &over)]).await;
    assert_eq!(sam.status, 409, "no fresh options without fresh proof");
    // The honest one types the password again.
    sam.open("/me/passkeys/new").await.submit(&[("password", SAM.1)]).await.is_at("/me/passkeys/new");
    let (options, origin) = options_of(&sam);
    let credential = Authenticator::synced().make(&options, &origin);
    send(&mut sam, &credential, &[]).await;
    sam.sees("Name your passkey");
});

// AC-045, AC-050.
walk!(a_credential_is_one_persons, |stage| {
    let (mut sams, mut alexs) = (Authenticator::synced(), Authenticator::synced());
    made(&stage, SAM, &mut sams).await;
    let mut alex = made(&stage, ALEX, &mut alexs).await;
    // Alex's handle with Sam's credential.
    let mut mixed = Authenticator { passkeys: sams.passkeys.clone(), ..Authenticator::synced() };
    mixed.passkeys[0].user.clone_from(&alexs.passkeys[0].user);
    refused(&stage, &mut mixed, "another's handle").await;
    // Sam's passkey as Alex's second step and fresh proof.
    stage.wait(301);
    alex.open("/me/passkeys/new").await.is_at("/confirm");
    let (options, origin) = options_of(&alex);
    let credential = sams.show_this(0, &options, &origin);
    send(&mut alex, &credential, &[]).await;
    alex.sees("That passkey wasn't accepted.");
    alex.open("/me/passkeys/new").await;
    let (options, origin) = options_of(&alex);
    let credential = alexs.show(&options, &origin);
    send(&mut alex, &credential, &[]).await;
    alex.is_at("/me/passkeys/new");
    // Sam's credential id on Alex's account.
    let (mut options, origin) = options_of(&alex);
    options["excludeCredentials"] = json!([]);
    let mut copy = Authenticator::synced();
    let made = copy.make(&options, &origin);
    let (own, stolen) = (copy.passkeys[0].id.clone(), sams.passkeys[0].id.clone());
    let mut made: serde_json::Value = serde_json::from_str(&made.replace(&own, &stolen)).unwrap();
    let attestation = data_encoding::BASE64URL_NOPAD
        .decode(made["response"]["attestationObject"].as_str().unwrap().as_bytes())
        .unwrap();
    let raw = |id: &str| data_encoding::BASE64URL_NOPAD.decode(id.as_bytes()).unwrap();
    let at = attestation.windows(32).position(|window| window == raw(&own)).unwrap();
    let mut forged = attestation;
    forged[at..at + 32].copy_from_slice(&raw(&stolen));
    made["response"]["attestationObject"] = json!(data_encoding::BASE64URL_NOPAD.encode(&forged));
    send(&mut alex, &made.to_string(), &[]).await;
    alex.sees("This passkey is on record here already");
    gets_in(&stage, &mut sams).await;
    assert_eq!(somebody(&stage, ALEX.0).await.passkeys, 1);
});

// AC-053: the question is the same for whoever is known, with a passkey or without, and for strangers.
walk!(the_question_at_the_door_is_the_same_for_everybody, |stage| {
    made(&stage, SAM, &mut Authenticator::synced()).await;
    let mut asked = vec![];
    for email in [SAM.0, ALEX.0, "nobody@example.com"] {
        let mut browser = stage.browser();
        browser.open("/sign-in").await.submit(&[("email", email), ("password", "not the one at all")]).await;
        assert_eq!(browser.status, 422);
        let (mut options, _) = options_of(&browser);
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = [field("csrf", &browser.hidden("csrf")), field("ceremony", &browser.hidden("ceremony"))];
        browser.post("/passkey/options", &fields).await;
        let mut anew: serde_json::Value = serde_json::from_str(&browser.html).unwrap();
        for one in [&mut options, &mut anew["options"]] {
            assert_eq!(one["challenge"].take().as_str().unwrap().len(), 43);
        }
        assert_eq!(options, anew["options"], "{email}");
        assert_eq!(options["allowCredentials"], json!([]));
        asked.push(options);
    }
    assert!(asked.iter().all(|one| *one == asked[0]));
});

// AC-042: the same authenticator has passkeys at both practices.
walk!(a_passkey_works_only_at_its_own_practice, |stage| {
    let mut phone = Authenticator::synced();
    made(&stage, SAM, &mut phone).await;
    let mut thames = stage.browser_at("thames-therapy.uk.localhost:8080");
    thames.open("/sign-in").await;
    let (options, origin) = options_of(&thames);
    let forged = phone.show_this(0, &options, &origin);
    send(&mut thames, &forged, &[]).await;
    thames.sees("That passkey didn't get you in.");
    assert!(!thames.html.contains("data-passkey-unknown"));
    gets_in(&stage, &mut phone).await;
});

// AC-049.
walk!(a_counter_that_goes_back_asks_for_the_password_and_locks_nobody_out, |stage| {
    let mut key = Authenticator::security_key();
    made(&stage, SAM, &mut key).await;
    gets_in(&stage, &mut key).await;
    let mut clone = key.clone();
    gets_in(&stage, &mut key).await;
    let mut thief = stage.browser().from("198.51.100.66");
    log_in_by_passkey(&mut thief, &mut clone, &[]).await;
    thief.sees("the count went back");
    assert!(!thief.cookies.contains_key("__Host-session"));
    assert_eq!(stage.messages(SAM.0).await[0].about, "passkey-counter-back");
    // The owner's own goes on, and the page says what was seen.
    gets_in(&stage, &mut key).await;
    let mut sam = stage.browser();
    log_in_by_passkey(&mut sam, &mut key, &[]).await;
    sam.open("/me/passkeys").await.sees("Count went back");
    // Whose count really went back gets in with the password beside it.
    let mut repaired = Authenticator { passkeys: clone.passkeys.clone(), ..Authenticator::security_key() };
    let mut sam = stage.browser().from("203.0.113.9");
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/sign-in/passkey");
    let (options, origin) = options_of(&sam);
    let credential = repaired.show(&options, &origin);
    send(&mut sam, &credential, &[]).await;
    sam.is_at("/me");
});

walk!(a_synced_passkeys_counter_is_only_noted, |stage| {
    let mut phone = Authenticator { counts: true, ..Authenticator::synced() };
    made(&stage, SAM, &mut phone).await;
    let mut copy = phone.clone();
    gets_in(&stage, &mut phone).await;
    gets_in(&stage, &mut phone).await;
    gets_in(&stage, &mut copy).await;
    let events = stage.events().await;
    assert!(
        events.contains(&"passkey-counter-noted".to_owned()) && !events.contains(&"passkey-counter-back".to_owned())
    );
});

// AC-051: at the door.
walk!(bombs_are_refused_at_the_door, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    let deep = vec![0x81_u8; 10_000];
    for bomb in [data_encoding::BASE64URL_NOPAD.encode(&deep), "A".repeat(40_000), "not base64!".into()] {
        sam.open("/me/passkeys/new").await;
        let (options, origin) = options_of(&sam);
        let mut made: serde_json::Value =
            serde_json::from_str(&Authenticator::synced().make(&options, &origin)).unwrap();
        made["response"]["attestationObject"] = json!(bomb);
        send(&mut sam, &made.to_string(), &[]).await;
        assert_eq!(sam.status, 422);
        sam.sees("The passkey couldn't be added");
    }
    let csrf = sam.hidden("csrf");
    let huge = [("csrf".to_owned(), csrf), ("credential".to_owned(), "A".repeat(10_000_000))];
    sam.post("/me/passkeys/new", &huge).await;
    assert_eq!(sam.status, 413);
});

// AC-053, AC-054: closed people, and people without any.
walk!(nobody_learns_who_has_passkeys_or_is_closed, |stage| {
    let mut phone = Authenticator::synced();
    made(&stage, SAM, &mut phone).await;
    let sam = somebody(&stage, SAM.0).await;
    let closed = "UPDATE person SET closed_at = $2 WHERE id = $1";
    stage.au().execute(closed, args![&sam.id, stage.now()]).await.unwrap();
    let of_closed = refused(&stage, &mut phone, "closed").await;
    let mut unknown = phone.clone();
    unknown.passkeys[0].id = data_encoding::BASE64URL_NOPAD.encode(&[3; 32]);
    let of_unknown = refused(&stage, &mut unknown, "unknown").await;
    let mut bad = Authenticator { spoil: Spoil::Signature, ..phone.clone() };
    let of_bad = refused(&stage, &mut bad, "bad").await;
    assert_eq!(of_closed.text(), of_unknown.text());
    assert_eq!(of_closed.text(), of_bad.text());
    let names = |browser: &Browser| browser.answered.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&of_closed), names(&of_unknown));
    assert!(!of_unknown.html.contains("data-passkey-unknown"), "never ours: nothing is said of it");
    stage.au().execute("UPDATE person SET closed_at = NULL WHERE id = $1", args![&sam.id]).await.unwrap();
    gets_in(&stage, &mut phone).await;
});

// AC-054: a fault is never "unknown".
walk!(a_fault_never_calls_a_passkey_unknown, |stage| {
    let mut phone = Authenticator::synced();
    made(&stage, SAM, &mut phone).await;
    let mut sam = stage.browser().from("198.51.100.7");
    sam.open("/sign-in").await;
    let (options, origin) = options_of(&sam);
    let credential = phone.show(&options, &origin);
    stage.au().execute("ALTER TABLE passkey RENAME TO passkey_away", vec![]).await.unwrap();
    send(&mut sam, &credential, &[]).await;
    assert_eq!(sam.status, 500);
    assert!(!sam.html.contains("data-passkey-unknown"));
    stage.au().execute("ALTER TABLE passkey_away RENAME TO passkey", vec![]).await.unwrap();
    gets_in(&stage, &mut phone).await;
});

// "This wasn't me" takes a stranger's passkey away.
walk!(a_strangers_passkey_goes_with_the_mails_link, |stage| {
    let mut own = Authenticator::synced();
    made(&stage, SAM, &mut own).await;
    stage.wait(3600);
    let mut thiefs = Authenticator::security_key();
    let mut thief = stage.browser().from("198.51.100.66");
    log_in_by_passkey(&mut thief, &mut own.clone(), &[]).await;
    make_passkey(&mut thief, &mut thiefs).await;
    let mail = stage.messages(SAM.0).await.into_iter().find(|mail| mail.about == "passkey-added").unwrap();
    let at = mail.text.find("/not-me/").unwrap();
    let path: String = mail.text[at..].split_whitespace().next().unwrap().to_owned();
    let mut sam = stage.browser();
    sam.open(&path).await.sees("deletes passkeys made since that mail");
    sam.submit_to(&path, &[]).await;
    refused(&stage, &mut thiefs, "the stranger's").await;
    gets_in(&stage, &mut own).await;
    let practice = practice_id(&stage).await;
    let left = "SELECT COUNT(*) FROM passkey WHERE practice_id = $1";
    assert_eq!(desk::number(&stage, left, args![practice]).await, 1);
});
