//! Contacts (C7, A2): who may open a client's portal beside the client, what the session says, and how it ends.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{mails, number, times};
use crate::support::portal::{JO, add_client, asked, link_of, sign_in};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

const DANA: &str = "dana@example.com";

async fn sam_at_the_desk(stage: &Stage) -> Browser {
    relaxed(stage).await;
    signed_in(stage, SAM).await
}

/// Sam adds a contact on the page.
async fn add_contact(sam: &mut Browser, client: &str, name: &str, email: &str, portal: bool) {
    sam.open(&format!("/practice/clients/{client}")).await;
    sam.open(&sam.link("Add a contact")).await;
    let mut fields = vec![("name", name), ("email", email), ("relation", "parent")];
    if portal {
        fields.push(("portal", "yes"));
    }
    sam.submit(&fields).await.sees("The contact is added").sees(name);
}

async fn person_named(stage: &Stage, name: &str) -> String {
    let row: Option<(String,)> =
        stage.au().optional("SELECT id FROM person WHERE name = $1 AND kind = 'client'", args![name]).await.unwrap();
    row.unwrap().0
}

fn header(browser: &Browser, name: &str) -> Option<String> {
    browser.answered.get(name).map(|value| value.to_str().unwrap().to_owned())
}

// The fixture of the family: Dana has no portal of her own, and three children with addresses of theirs.
walk!(a_parent_opens_the_portals_of_three_children, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let mut children = vec![];
    for name in ["Anna Moreau", "Alex Moreau", "Bo Moreau"] {
        let email = format!("{}@example.com", name[..2].to_lowercase());
        children.push(add_client(&stage, name, &email).await);
    }
    for child in &children {
        add_contact(&mut sam, child, "Dana Moreau", DANA, true).await;
    }
    let dana = person_named(&stage, "Dana Moreau").await;
    let there = number(&stage, "SELECT COUNT(*) FROM person WHERE email_key = $1", args![DANA]).await;
    assert_eq!(there, 1, "one person, three times a contact");
    sam.open(&format!("/practice/clients/{dana}")).await.sees("Contact of").sees("Anna Moreau").sees("Bo Moreau");

    let mut browser = stage.browser();
    let link = link_of(&asked(&stage, &mut browser, DANA).await);
    browser.open(&link).await.submit_to(&link, &[]).await.is_at("/portal/who");
    browser.sees("As a contact of").sees("An. M.").sees("Al. M.").sees("B. M.").sees("Opened by D. M.");
    browser.misses("Moreau").misses("Anna");
    browser.submit(&[("person", &format!("{dana}.{}", children[1]))]).await.is_at("/me");
    browser.sees("Dana Moreau for Alex Moreau").sees("Portals you may open");
    browser.open("/auth/check").await;
    assert_eq!(header(&browser, "portico-person"), Some(dana.clone()), "who acts");
    assert_eq!(header(&browser, "portico-for"), Some(children[1].clone()), "for whom");
    // The next child takes one press and no mail.
    browser.open("/me").await.submit(&[("client", &children[2])]).await.sees("Dana Moreau for Bo Moreau");
    browser.open("/auth/check").await;
    assert_eq!(header(&browser, "portico-for"), Some(children[2].clone()));
    assert_eq!(times(&stage, "portal-opened").await, 2);
    sam.open(&format!("/practice/clients/{}", children[1]))
        .await
        .sees("Dana Moreau opened the portal of Alex Moreau as a contact");
    // Alex, signed in by themself, sees who may and who did.
    let mut alex = stage.browser();
    sign_in(&stage, &mut alex, "al@example.com").await;
    alex.is_at("/me").sees("Your contacts").sees("Dana Moreau").sees("May open your portal").sees("Last opened it");
    alex.misses("Portals you may open");
    alex.open("/auth/check").await;
    assert_eq!(header(&alex, "portico-for"), None);
});

walk!(one_child_is_opened_without_a_question, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let anna = add_client(&stage, "Anna Moreau", "anna@example.com").await;
    add_contact(&mut sam, &anna, "Dana Moreau", DANA, true).await;
    stage.deliver().await;
    let told = mails(&stage, "anna@example.com").await;
    assert!(told.iter().any(|mail| mail.about == "contact-allowed" && mail.text.contains("Dana Moreau")), "{told:?}");
    let mut dana = stage.browser();
    sign_in(&stage, &mut dana, DANA).await;
    dana.is_at("/me").sees("Dana Moreau for Anna Moreau");
    // What is Dana's own stays Dana's: no page here changes anything of Anna's.
    dana.sees(DANA).misses("anna@example.com");
});

walk!(a_client_who_is_also_a_contact_chooses, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let anna = add_client(&stage, "Anna Moreau", "anna@example.com").await;
    add_contact(&mut sam, &anna, "Jo Lindqvist", JO, true).await;
    let jo_id = somebody(&stage, JO).await.id;
    let mut jo = stage.browser();
    let link = link_of(&asked(&stage, &mut jo, JO).await);
    jo.open(&link).await.submit_to(&link, &[]).await.is_at("/portal/who").sees("J. L.").sees("A. M.");
    jo.submit(&[("person", &jo_id)]).await.is_at("/me").misses("for Anna");
    jo.submit(&[("client", &anna)]).await.sees("Jo Lindqvist for Anna Moreau");
    jo.submit(&[("client", "")]).await.misses("Jo Lindqvist for Anna Moreau").sees("Your own");
});

walk!(a_contact_on_file_opens_nothing, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let anna = add_client(&stage, "Anna Moreau", "anna@example.com").await;
    let other = add_client(&stage, "Pat Reyes", "pat@example.com").await;
    add_contact(&mut sam, &anna, "Dana Moreau", DANA, false).await;
    let dana = person_named(&stage, "Dana Moreau").await;
    let mut browser = stage.browser();
    sign_in(&stage, &mut browser, DANA).await;
    browser.is_at("/me").misses("for Anna").misses("Portals you may open");
    let csrf = browser.hidden("csrf");
    for client in [&anna, &other, &dana] {
        browser.post("/me/portals", &[("csrf".into(), csrf.clone()), ("client".into(), client.clone())]).await;
        browser.open("/auth/check").await;
        assert_eq!(header(&browser, "portico-for"), None, "{client}");
    }
    // Nor by a choice that was never offered.
    stage.wait(61);
    let mut trick = stage.browser();
    add_client(&stage, "Kit Moreau", DANA).await;
    let link = link_of(&asked(&stage, &mut trick, DANA).await);
    trick.open(&link).await.submit_to(&link, &[]).await.is_at("/portal/who").misses("As a contact of");
    trick.submit(&[("person", &format!("{dana}.{anna}"))]).await.is_at("/portal/who");
    assert!(!trick.cookies.contains_key("__Host-session"));
    assert_eq!(times(&stage, "portal-opened").await, 0);
    // Allowed, it opens.
    sam.open(&format!("/practice/clients/{anna}/contacts/{dana}")).await.submit(&[("do", "allow")]).await;
    sam.sees("They may open the portal now");
    browser.open("/me").await.submit(&[("client", &anna)]).await.sees("Dana Moreau for Anna Moreau");
});

// Removed by the practice, shut by the client, or behind the client's own lock: over at once here, within five seconds
// on every other node.
walk!(what_is_taken_away_ends_at_once_on_all_nodes, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let anna = add_client(&stage, "Anna Moreau", "anna@example.com").await;
    add_contact(&mut sam, &anna, "Dana Moreau", DANA, true).await;
    let dana = person_named(&stage, "Dana Moreau").await;
    let page = format!("/practice/clients/{anna}/contacts/{dana}");
    for way in ["remove", "shut", "client", "lock", "off"] {
        let mut here = stage.browser();
        sign_in(&stage, &mut here, DANA).await;
        here.is_at("/me").sees("for Anna Moreau");
        let mut there = here.clone();
        there.go_to_node(stage.second_node().await);
        there.open("/me").await.sees("for Anna Moreau");
        match way {
            "remove" | "shut" => {
                sam.open(&page).await.submit(&[("do", way)]).await.is_at(&format!("/practice/clients/{anna}"));
            }
            "off" => {
                sam.open(&format!("/practice/clients/{anna}/act?do=off")).await;
                crate::people::press(&mut sam).await;
            }
            _ => {
                let mut client = stage.browser();
                sign_in(&stage, &mut client, "anna@example.com").await;
                if way == "client" {
                    client.submit_to(&format!("/me/contacts/{dana}/shut"), &[]).await.sees("can't open your portal");
                } else {
                    client.open("/me/privacy").await;
                    client.submit_to("/me/privacy/lock", &[("passphrase", "tide over pebbles, softly")]).await;
                    client.sees("Your lock is set");
                }
            }
        }
        here.open("/me").await.is_at("/portal");
        stage.wait(5);
        there.open("/me").await.is_at("/portal");
        // Dana still signs in, as herself.
        stage.wait(3601);
        let mut again = stage.browser();
        sign_in(&stage, &mut again, DANA).await;
        again.is_at("/me").misses("for Anna Moreau").misses("Portals you may open");
        sam = signed_in(&stage, SAM).await;
        match way {
            "remove" => add_contact(&mut sam, &anna, "Dana Moreau", DANA, true).await,
            "shut" | "client" => {
                sam.open(&page).await.submit(&[("do", "allow")]).await;
            }
            _ => {
                stage.au().execute("UPDATE person SET passphrase = NULL WHERE id = $1", args![&anna]).await.unwrap();
            }
        }
        stage.wait(3601);
        sam = signed_in(&stage, SAM).await;
    }
    assert_eq!((times(&stage, "contact-removed").await, times(&stage, "contact-shut").await), (1, 2));
});

walk!(taken_away_between_the_choice_and_the_lock_it_is_not_opened, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let anna = add_client(&stage, "Anna Moreau", "anna@example.com").await;
    add_contact(&mut sam, &anna, "Dana Moreau", DANA, true).await;
    let dana = person_named(&stage, "Dana Moreau").await;
    // Dana has a lock of her own: her mailbox alone opens no child's portal.
    let mut browser = stage.browser();
    sign_in(&stage, &mut browser, DANA).await;
    browser.open("/me/privacy").await;
    browser.submit_to("/me/privacy/lock", &[("passphrase", "tide over pebbles, softly")]).await;
    stage.wait(61);
    let mut reader = stage.browser();
    sign_in(&stage, &mut reader, DANA).await;
    reader.is_at("/portal/lock").misses("Anna");
    sam.open(&format!("/practice/clients/{anna}/contacts/{dana}")).await.submit(&[("do", "shut")]).await;
    reader.submit_to("/portal/lock", &[("passphrase", "tide over pebbles, softly")]).await.is_at("/me");
    reader.misses("for Anna Moreau");
    assert_eq!(times(&stage, "portal-opened").await, 1);
});

walk!(a_bad_contact_is_refused_and_what_was_typed_stays, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let anna = add_client(&stage, "Anna Moreau", "anna@example.com").await;
    sam.open(&format!("/practice/clients/{anna}/contacts/new")).await;
    let wrong = [("name", ""), ("email", "dana at home"), ("relation", "boss")];
    sam.submit(&wrong).await.sees("Type a name").sees("Type an email address").sees("Choose what they are");
    assert_eq!((sam.status.as_u16(), sam.hidden("email")), (422, "dana at home".to_owned()));
    sam.submit(&[("name", "Anna Moreau"), ("email", "anna@example.com"), ("relation", "other")])
        .await
        .sees("This is the client");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM contact", args![]).await, 0);
    // A client of this practice is no contact page of another's.
    sam.open(&format!("/practice/clients/{anna}/contacts/{anna}")).await;
    assert_eq!(sam.status, 404);
});

// 0014: nothing in the mailbox tells of the lock, and nobody is told that they may what they can't.
walk!(while_there_is_a_lock_no_contact_is_let_in_nor_told, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let anna = add_client(&stage, "Anna Moreau", "anna@example.com").await;
    let mut browser = stage.browser();
    sign_in(&stage, &mut browser, "anna@example.com").await;
    browser.open("/me/privacy").await;
    browser
        .submit_to("/me/privacy/lock", &[("passphrase", "tide over pebbles, softly")])
        .await
        .sees("Your lock is set");
    add_contact(&mut sam, &anna, "Eve Partner", "eve@example.com", true).await;
    add_contact(&mut sam, &anna, "Dana Moreau", DANA, false).await;
    let dana = person_named(&stage, "Dana Moreau").await;
    let page = format!("/practice/clients/{anna}/contacts/{dana}");
    sam.open(&page).await.sees("While it is set, nobody else opens the portal").misses("Let them open the portal");
    let allow = [("csrf".to_owned(), sam.hidden("csrf")), ("do".to_owned(), "allow".to_owned())];
    sam.post(&page, &allow).await.follow().await.sees("While their lock is set, nobody else opens the portal");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM contact WHERE portal_since IS NOT NULL", args![]).await, 0);
    stage.deliver().await;
    for address in ["anna@example.com", "eve@example.com", DANA] {
        let told = mails(&stage, address).await;
        assert!(told.iter().all(|mail| mail.about == "portal-link"), "{told:?}");
    }
    browser.open("/me").await.sees("Eve Partner").sees("On file only").misses("May open your portal");
    // A lock that comes later says so as well, and once it is gone they are let in.
    browser.open("/me/privacy").await;
    let remove = [("current", "tide over pebbles, softly"), ("do", "remove")];
    browser.submit_to("/me/privacy/lock", &remove).await.sees("Your lock is removed");
    sam.open(&format!("/practice/clients/{anna}/contacts/{dana}")).await.submit(&[("do", "allow")]).await;
    sam.sees("They may open the portal now");
    stage.deliver().await;
    assert!(mails(&stage, "anna@example.com").await.iter().any(|mail| mail.about == "contact-allowed"));
    browser.open("/me").await.sees("May open your portal");
    browser.open("/me/privacy").await;
    browser
        .submit_to("/me/privacy/lock", &[("passphrase", "tide over pebbles, softly")])
        .await
        .sees("Your lock is set");
    browser.open("/me").await.misses("May open your portal").sees("Not while you have a lock");
});
