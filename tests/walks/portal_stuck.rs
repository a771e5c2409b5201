//! No email came (C4, C5, C6): what the client is told, what the practice sees, and the help form.

use portico::args;

use crate::people::{SAM, alex, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{number, times};
use crate::support::portal::{JO, add_client, ask, asked, link_of, number_on, sign_in};
use crate::support::stage::Stage;
use crate::walk;

async fn sam_at_the_desk(stage: &Stage) -> Browser {
    relaxed(stage).await;
    signed_in(stage, SAM).await
}

// "No emails are being sent … the clinician has no idea the client tried."
walk!(the_practice_sees_who_is_trying_and_why_no_mail_came, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    sam.open("/practice/stuck").await.sees("Nobody. Everyone who tried today got in.");
    sam.open("/practice/clients").await.sees("Nobody is stuck now");
    ask(&mut stage.browser(), JO).await;
    sam.open("/practice/stuck").await.sees(JO).sees("Jo Lindqvist").sees("about to leave").sees("5:00 pm");
    stage.deliver().await;
    sam.open("/practice/stuck").await.sees("Their mail server took the email");
    // One letter wrong: nobody here has it, and whose it looks like is said.
    stage.wait(61);
    ask(&mut stage.browser(), "jo@exmaple.com").await;
    ask(&mut stage.browser(), "somebody@else.example").await;
    stage.deliver().await;
    sam.open("/practice/stuck").await.sees("No client has this address. Perhaps it is: Jo Lindqvist");
    sam.sees("We told this address that it belongs to no client").sees("none has one like it");
    sam.open("/practice/clients").await.sees("3 people are stuck now");
    // Whoever gets in is on the list no more.
    stage.wait(61);
    sign_in(&stage, &mut stage.browser(), JO).await;
    sam.open("/practice/stuck").await.misses("Their mail server took").sees("jo@exmaple.com");
    stage.wait(86_400);
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/practice/stuck").await.sees("Nobody. Everyone");
});

walk!(a_link_opened_and_not_confirmed_is_seen, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let mut jo = stage.browser();
    let link = link_of(&asked(&stage, &mut jo, JO).await);
    stage.browser().open(&link).await;
    sam.open("/practice/stuck").await.sees("The link was opened and not confirmed");
});

// Keith: "I am saying email me with the problem so I can diagnose and then contact the client."
walk!(a_request_for_help_reaches_the_practice_by_mail_and_in_its_list, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let mut jo = stage.browser();
    ask(&mut jo, JO).await;
    jo.open(&jo.link("I can't get the email"))
        .await
        .sees("Call your practice")
        .sees("+61 2 5550 1234")
        .sees("desk@harbour-physio.example");
    let shown = number_on(&jo);
    assert_eq!(shown.len(), 4);
    jo.submit_to("/portal/help", &[]).await.sees("Write how your practice can reach you");
    let said = [("reach", "0491 570 158, after 5"), ("note", "No mail since\r\n\r\nTuesday https://evil.example/x")];
    jo.submit_to("/portal/help", &said)
        .await
        .is_at("/portal/stuck")
        .sees("Your practice has your message")
        .sees(&shown);
    stage.deliver().await;
    let mail = stage.messages("desk@harbour-physio.example").await.remove(0);
    assert_eq!(mail.about, "help-asked");
    for part in ["0491 570 158, after 5", "No mail since Tuesday", JO, &shown, "/practice/stuck"] {
        assert!(mail.text.contains(part), "{part}: {}", mail.text);
    }
    assert!(!mail.html.contains("href=\"https://evil"), "what was typed is no link");
    sam.open("/practice/stuck").await.sees("Asks for help").sees("0491 570 158").sees("No mail since").sees(&shown);
    sam.submit_to("/practice/stuck", &[]).await.sees("Nobody. Everyone");
    assert_eq!((times(&stage, "help-asked").await, times(&stage, "help-seen-to").await), (1, 1));
    assert_eq!(
        number(&stage, "SELECT COUNT(*) FROM link_ask WHERE help_note IS NOT NULL", args![]).await,
        0,
        "what was written is gone"
    );
    // Three a day from one request.
    let request = jo.hidden("ask");
    for time in 0..4 {
        jo.open(&format!("/portal/stuck?ask={request}")).await;
        let fields = [("csrf", jo.hidden("csrf")), ("ask", jo.hidden("ask")), ("reach", format!("again {time}"))];
        jo.post("/portal/help", &fields.map(|(name, value)| (name.to_owned(), value))).await;
    }
    assert_eq!(times(&stage, "help-asked").await, 3);
});

walk!(whoever_is_stuck_before_the_first_mail_gets_a_number_too, |stage| {
    let mut jo = stage.browser();
    jo.open("/portal").await;
    jo.open(&jo.link("I can't get the email")).await.submit_to("/portal/stuck", &[("email", "nonsense")]).await;
    jo.sees("Type an email address");
    jo.submit_to("/portal/stuck", &[("email", JO)]).await.sees("read out this number");
    stage.deliver().await;
    assert!(stage.messages(JO).await.is_empty(), "no mail was asked for");
    // Known or not, the page is the same but for what was typed and the number.
    let mut nobody = stage.browser();
    nobody.open("/portal/stuck").await.submit_to("/portal/stuck", &[("email", "nobody@example.com")]).await;
    let plain = |browser: &Browser, email: &str| browser.text().replace(email, "…").replace(&number_on(browser), "#");
    assert_eq!(plain(&jo, JO), plain(&nobody, "nobody@example.com"));
});

walk!(the_practice_chooses_what_its_clients_are_told, |stage| {
    let mut alex = alex(&stage).await;
    alex.open("/practice/clients").await;
    alex.open(&alex.link("How clients sign in")).await.is_at("/practice/client-rules");
    let fields = |by_email: &'static str| {
        let (csrf, was) = (alex.hidden("csrf"), alex.hidden("was"));
        let all = [
            ("csrf", csrf.as_str()),
            ("was", was.as_str()),
            ("email", "desk@harbour-physio.example"),
            ("by_email", by_email),
            ("pin_by", "nobody"),
            ("words", "We answer by email within an hour."),
            ("link_minutes", "60"),
            ("keep_days", "7"),
            ("idle_minutes", "30"),
            ("total_minutes", "720"),
            ("exit", "https://www.wikipedia.org/"),
        ];
        all.map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let (nothing, email) = (fields(""), fields("1"));
    alex.post("/practice/client-rules", &nothing).await.sees("some way to reach you");
    alex.post("/practice/client-rules", &email).await.follow().await.sees("It holds from now on");
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/practice/client-rules").await;
    assert_eq!(sam.status, 403);
    let mut jo = stage.browser();
    ask(&mut jo, JO).await;
    jo.open(&jo.link("I can't get the email"))
        .await
        .sees("We answer by email within an hour.")
        .sees("desk@harbour-physio.example");
    jo.misses("Call your practice").misses("PIN").misses("ask them to get in touch");
});

// C5. "Why can't this be changed to be an email address? I would much rather keep our communication with clients on email
// than receive a cold call." The page offers mail and form alone, and what arrives tells enough to look before calling.
walk!(keith_email_instead_of_phone, |stage| {
    let mut keith = alex(&stage).await;
    keith
        .open("/practice/client-rules")
        .await
        .submit(&[("words", "Write to us; we answer within an hour."), ("by_phone", "")])
        .await;
    keith.sees("It holds from now on");
    stage
        .au()
        .execute(
            "UPDATE person SET email = 'jo@old.example', email_key = 'jo@old.example' WHERE kind = 'client'",
            args![],
        )
        .await
        .unwrap();
    let mut jo = stage.browser();
    ask(&mut jo, JO).await;
    jo.open(&jo.link("I can't get the email")).await.sees("Write to us; we answer within an hour.");
    jo.sees("desk@harbour-physio.example").misses("Call your practice").misses("+61 2 5550 1234");
    let shown = number_on(&jo);
    let said = [("reach", "jo.work@example.org"), ("note", "I have a new address")];
    jo.submit_to("/portal/help", &said).await.sees("Your practice has your message");
    stage.deliver().await;
    let mail = stage.messages("desk@harbour-physio.example").await.remove(0);
    for part in [JO, "jo.work@example.org", "I have a new address", &shown, "/practice/stuck"] {
        assert!(mail.text.contains(part), "{part}: {}", mail.text);
    }
    keith.open("/practice/stuck").await.sees("Asks for help").sees("jo.work@example.org").sees(&shown);
    keith.sees("We told this address that it belongs to no client").misses("Jo Lindqvist");
});

// C6, AC-071: the time line of one client.
walk!(the_time_line_tells_each_step, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let id = crate::support::ways::somebody(&stage, JO).await.id;
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    for _ in 0..2 {
        ask(&mut stage.browser(), JO).await;
    }
    sam.open("/practice/clients").await;
    sam.open(&sam.link("Jo Lindqvist")).await.is_at(&format!("/practice/clients/{id}"));
    for words in [
        "Asked for a sign-in email",
        "The email was written",
        "The email was handed over to their mail server",
        "The page behind the link was opened",
        "Opened the link and pressed “Sign in”",
        "Jo Lindqvist signed in",
        "none was sent, because this address had as many as are allowed",
        "Chrome on Windows",
    ] {
        sam.sees(words);
    }
    // Looking is not for clients, and a client of another practice is not there.
    jo.open(&format!("/practice/clients/{id}")).await;
    assert_eq!(jo.status, 404);
    sam.open("/practice/clients/0196c5f0-0000-7000-8000-000000000000").await;
    assert_eq!(sam.status, 404);
    sam.open(&format!("/practice/clients/{}", crate::people::id_of(&stage, "alex@example.com").await)).await;
    assert_eq!(sam.status, 404, "staff are no clients");
});

walk!(clients_are_found_added_and_shut_out, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    for n in 0..60 {
        add_client(&stage, &format!("Client {n:02}"), &format!("c{n}@example.com")).await;
    }
    sam.open("/practice/clients").await.sees("Client 00").sees("Client 49").misses("Client 55");
    sam.open(&sam.link("Next")).await.sees("Client 55").sees("Jo Lindqvist").misses("Client 00");
    sam.open("/practice/clients?search=LINDQ").await.sees("Jo Lindqvist").misses("Client 00");
    sam.open("/practice/clients?search=c7@exam").await.sees("Client 07").misses("Client 08");
    sam.open("/practice/clients?search=%25").await.sees("Nobody");
    sam.open("/practice/clients/new").await.submit(&[("name", " "), ("email", "x")]).await.sees("There is a problem");
    sam.submit(&[("name", "Robin Ashworth"), ("email", JO), ("role", "contact")])
        .await
        .sees("The client can sign in now")
        .sees("Same address Jo Lindqvist");
    let robin = sam.path.split(['/', '?']).nth(3).unwrap().to_owned();
    let mut browser = stage.browser();
    sign_in(&stage, &mut browser, JO).await;
    browser.is_at("/portal/who");
    browser.submit(&[("person", &robin)]).await.is_at("/me").sees("Robin Ashworth");
    sam.open(&format!("/practice/clients/{robin}/act?do=off")).await.sees("Turn off portal access of Robin Ashworth?");
    sam.submit_to(&format!("/practice/clients/{robin}/act"), &[]).await.sees("Access is off");
    stage.wait(5);
    browser.open("/me").await.is_at("/portal");
    stage.wait(61);
    let mut again = stage.browser();
    sign_in(&stage, &mut again, JO).await;
    again.is_at("/me").sees("Jo Lindqvist");
    sam.open(&format!("/practice/clients/{robin}/act?do=on"))
        .await
        .submit_to(&format!("/practice/clients/{robin}/act"), &[])
        .await;
    sam.sees("Access is on");
    assert_eq!(
        (times(&stage, "client-added").await, times(&stage, "access-off").await, times(&stage, "access-on").await),
        (1, 1, 1)
    );
    let jo = crate::support::ways::somebody(&stage, "c1@example.com").await.id;
    sam.open(&format!("/practice/clients/{jo}/act?do=end"))
        .await
        .submit_to(&format!("/practice/clients/{jo}/act"), &[])
        .await;
    sam.sees("signed out everywhere");
    // A mail tells nobody that access is off or on: whoever reads the mailbox may be the reason.
    assert!(!stage.messages(JO).await.iter().any(|sent| sent.about.contains("access")));
    let mut alex = alex(&stage).await;
    alex.open("/practice/clients").await.sees("Clients");
});
