//! Invitations: a colleague joins by mail, once, within a day, as themself.

use axum::http::{Method, StatusCode};
use portico::args;
use portico::ops::practice::{Wanted, add};
use portico::platform::door::background_visit;
use portico::platform::practice;
use portico::sign_in::{invitation, person};

use crate::sign_in::{SAM, sam_in};
use crate::support::desk;
use crate::support::portal::{JO, sign_in as sign_in_client};
use crate::support::stage::{Stage, link_in};
use crate::walk;

const NIA: &str = "nia@example.com";
const PASSWORD: &str = "marble window thunder 88";

/// Invites Nia to Harbour Physio, as the people page does; answers the link of the mail.
async fn invite(stage: &Stage) -> String {
    let (home, _) = desk::ids(stage, SAM).await;
    let practice = practice::by_id(stage.au(), "au", &home).await.unwrap().unwrap();
    let visit = background_visit(&stage.server, practice).unwrap();
    let mut tx = stage.au().write().await.unwrap();
    tx.execute(
        "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, created_at)
         VALUES ($1, 'nia', 'staff', 'practitioner', 'Nia Abebe', $2, $2, 1) ON CONFLICT (practice_id, id) DO NOTHING",
        args![&home, NIA],
    )
    .await
    .unwrap();
    let nia = person::by_id_in(&mut tx, &home, "nia").await.unwrap();
    invitation::invite(&visit, &mut tx, &nia, "Alex Rivera").await.unwrap();
    tx.commit().await.unwrap();
    link_in(&stage.messages(NIA).await[0].text)
}

// S8.
walk!(an_invited_colleague_joins, |stage| {
    let link = invite(&stage).await;
    let mail = stage.messages(NIA).await.remove(0);
    assert_eq!(mail.subject, "Alex Rivera invites you to Harbour Physio");
    let mut nia = stage.browser();
    for _ in 0..3 {
        nia.send(Method::HEAD, &link, None).await;
        nia.open(&link).await.sees("Welcome to Harbour Physio").sees(NIA);
    }
    assert_eq!(nia.hidden("name"), "Nia Abebe");
    nia.submit(&[("name", " "), ("password", PASSWORD)]).await.sees("Type your name");
    nia.submit(&[("name", "Nia O. Abebe"), ("password", "nia o. abebe 2026")]).await.sees("anybody would try here");
    assert_eq!(nia.hidden("name"), "Nia O. Abebe");
    nia.submit(&[("password", PASSWORD)]).await.is_at("/me");
    assert!(nia.cookies.contains_key("__Host-session"));
    assert_eq!(desk::times(&stage, "joined").await, 1);
    let sql = "SELECT COUNT(*) FROM person WHERE id = 'nia' AND name = 'Nia O. Abebe' AND joined_at IS NOT NULL";
    assert_eq!(desk::number(&stage, sql, vec![]).await, 1);
    // Once.
    let mut again = stage.browser();
    again.open(&link).await.sees("This invitation was accepted on");
    assert_eq!(again.status, StatusCode::GONE);
    again.open("/sign-in").await.submit(&[("email", NIA), ("password", PASSWORD)]).await;
    assert!(again.cookies.contains_key("__Host-session"));
});

walk!(where_a_second_step_is_required_it_is_set_up_before_anything_else, |stage| {
    stage
        .au()
        .execute("UPDATE practice SET everyone_second_from = 1 WHERE slug = 'harbour-physio'", vec![])
        .await
        .unwrap();
    stage.wait(10);
    let link = invite(&stage).await;
    let mut nia = stage.browser();
    nia.open(&link).await.sees("At least 12 characters");
    nia.submit(&[("password", "fjord marble 8")]).await;
    nia.is_at("/sign-in/set-up");
    assert!(!nia.cookies.contains_key("__Host-session"));
});

// AC-129.
walk!(an_invitation_lasts_a_day_and_brings_its_successor, |stage| {
    let first = invite(&stage).await;
    stage.wait(60);
    let second = invite(&stage).await;
    let mut nia = stage.browser();
    nia.open(&first).await.sees("A newer invitation was sent");
    stage.wait(25 * 3600);
    nia.open(&second).await.sees("could be accepted until");
    nia.submit(&[]).await.sees("A new invitation is on its way");
    assert_eq!(desk::run_jobs(&stage).await, 1);
    let mail = stage.messages(NIA).await.remove(0);
    assert_eq!(mail.subject, "Alex Rivera invites you to Harbour Physio");
    nia.open(&link_in(&mail.text)).await.submit(&[("password", PASSWORD)]).await.is_at("/me");
});

// AC-129.
walk!(whoever_is_logged_in_here_is_asked_first, |stage| {
    let link = invite(&stage).await;
    let mut shared = sam_in(&stage).await;
    shared.open(&link).await.sees("You are logged in here as Sam Okafor").sees("Log out and accept as Nia Abebe");
    shared.open("/me/password").await.is_at("/me/password");
    shared.open(&link).await.submit(&[]).await.sees("Welcome to Harbour Physio");
    shared.submit(&[("password", PASSWORD)]).await.is_at("/me");
    assert_eq!(desk::times(&stage, "logged-out").await, 1);
});

// AC-129: bound to the address it went to.
walk!(an_invitation_dies_with_its_address, |stage| {
    let link = invite(&stage).await;
    let mut nia = stage.browser();
    nia.open(&link).await;
    let sql = "UPDATE person SET email = 'n@example.com', email_key = 'n@example.com' WHERE email_key = $1";
    desk::change(&stage, NIA, sql).await;
    nia.submit(&[("password", PASSWORD)]).await.sees("We don't know this invitation");
    assert!(!nia.cookies.contains_key("__Host-session"));
});

walk!(who_never_joined_and_forgot_gets_the_invitation_again, |stage| {
    invite(&stage).await;
    let mut nia = stage.browser();
    nia.open("/forgot").await.submit(&[("email", NIA)]).await;
    desk::run_jobs(&stage).await;
    let mails = stage.messages(NIA).await;
    assert_eq!(mails.iter().filter(|mail| mail.about == "invitation").count(), 2);
    nia.open(&link_in(&mails[0].text)).await.submit(&[("password", PASSWORD)]).await.is_at("/me");
});

walk!(the_first_administrator_of_a_new_practice_is_invited, |stage| {
    let wanted = Wanted {
        region: "au".into(),
        slug: "bay-dental".into(),
        name: "Bay Dental".into(),
        administrator: NIA.into(),
        administrator_name: "Nia Abebe".into(),
        colour: None,
        logo: None,
        country: "AU".into(),
        zone: "Australia/Sydney".into(),
        phone: String::new(),
        email: String::new(),
    };
    let added = add(&stage.server, &wanted).await.unwrap();
    assert!(add(&stage.server, &wanted).await.is_err(), "there is one already");
    let mails = stage.messages(NIA).await;
    let [mail] = mails.as_slice() else { panic!("one letter, not {mails:?}") };
    assert_eq!((mail.kind.as_str(), mail.about.as_str()), ("mail", "invitation"));
    assert_eq!(mail.subject, "Portico demo invites you to Bay Dental");
    assert!(mail.text.contains("http://bay-dental.au.localhost:8080/join/"), "{}", mail.text);
    let sql = "SELECT COUNT(*) FROM audit WHERE practice_id = $1 AND event = 'invited' AND actor_kind = 'system' AND subject_id = $2";
    assert_eq!(desk::number(&stage, sql, args![&added.id, &added.administrator]).await, 1);
    let mut nia = stage.browser_at("bay-dental.au.localhost:8080");
    nia.open(&link_in(&mail.text)).await.sees("Welcome to Bay Dental").sees(NIA);
    nia.submit(&[("password", PASSWORD)]).await.is_at("/sign-in/set-up");
    let sql = "SELECT COUNT(*) FROM person WHERE practice_id = $1 AND joined_at IS NOT NULL AND password IS NOT NULL";
    assert_eq!(desk::number(&stage, sql, args![&added.id]).await, 1);
});

walk!(an_administrator_invites_so_many_people_a_day, |stage| {
    let mut alex = super::people::alex(&stage).await;
    let fields = |email: &'static str| [("name", "New Person"), ("email", email), ("role", "reception")];
    alex.open("/practice/people/new").await.submit(&fields("first@example.com")).await;
    assert!(alex.path.starts_with("/practice/people/"), "{}", alex.path);
    stage.au().execute("UPDATE tries SET count = 200 WHERE lane LIKE 'invitations%'", vec![]).await.unwrap();
    alex.open("/practice/people/new").await.submit(&fields("second@example.com")).await;
    assert_eq!(alex.status, 429);
    alex.sees("go on tomorrow");
    assert_eq!(alex.hidden("email"), "second@example.com", "what was typed is kept");
    stage.wait(86_400);
    let mut alex = super::people::alex(&stage).await;
    alex.open("/practice/people/new").await.submit(&fields("second@example.com")).await;
    assert!(alex.path.starts_with("/practice/people/") && alex.status == 200, "{}", alex.text());
});

walk!(an_invitation_opened_in_a_clients_browser_names_no_client, |stage| {
    let link = invite(&stage).await;
    let mut jo = stage.browser();
    sign_in_client(&stage, &mut jo, JO).await;
    jo.open(&link).await.sees("Somebody is signed in here").sees("Exit quickly").misses("Jo Lindqvist").misses(JO);
    assert_eq!(jo.link("Stay signed in"), "/");
    jo.submit_to(&format!("{link}/switch"), &[]).await.sees("Welcome to Harbour Physio");
});

// What the backup knew as open may have been accepted or withdrawn since; whom it still fits gets another by one press.
walk!(an_invitation_of_a_backup_is_sent_anew, |stage| {
    let link = invite(&stage).await;
    portico::ops::restored::end_all(&stage.server, "au").await.unwrap();
    stage.wait(61);
    let mut nia = stage.browser();
    nia.open(&link).await.sees("could be accepted until").misses("withdrawn");
    assert_eq!(nia.status, 410);
    nia.submit_to(&format!("{link}/new"), &[]).await.sees("A new invitation is on its way");
    assert_eq!(desk::run_jobs(&stage).await, 1);
    let newer = link_in(&stage.messages(NIA).await.remove(0).text);
    assert_ne!(newer, link);
    nia.open(&newer).await.submit(&[("password", PASSWORD)]).await.is_at("/me");
    // One that was withdrawn before the backup stays so.
    stage
        .au()
        .execute("UPDATE token SET replaced_at = $1, used_at = NULL WHERE purpose = 'invite'", args![stage.now()])
        .await
        .unwrap();
    portico::ops::restored::end_all(&stage.server, "au").await.unwrap();
    stage.browser().open(&newer).await.sees("This invitation was withdrawn on");
});
