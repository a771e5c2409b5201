//! The people of a thread about a client portal that had lost its passwords, each with what they suffered there and what
//! becomes of it here. Those whose mailbox is not theirs alone are in `thread_mailbox.rs`; those who asked for things of
//! their own (passkeys, telehealth, news of the change) are beside these.

use portico::args;
use portico::platform::web::encode;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{mails, number, times};
use crate::support::portal::{JO, add_client, ask, asked, code_of, link_of, newest, number_on, sign_in, wrong_code};
use crate::support::smtp_sink::{Fault, SmtpSink};
use crate::support::stage::{Sent, Stage};
use crate::support::ways::somebody;
use crate::walk;

const PASSPHRASE: &str = "tide over pebbles, softly";

/// Somebody at a browser, and how often they pressed or opened something.
struct Person {
    browser: Browser,
    presses: usize,
}

impl Person {
    fn new(stage: &Stage) -> Person {
        Person { browser: stage.browser(), presses: 0 }
    }

    /// A bookmark, or a link in a mail.
    async fn open(&mut self, path: &str) -> &mut Browser {
        self.presses += 1;
        self.browser.open(path).await
    }

    async fn press(&mut self, form: &str, fields: &[(&str, &str)]) -> &mut Browser {
        self.presses += 1;
        self.browser.submit_to(form, fields).await
    }

    /// How often since the last time this was asked.
    fn pressed(&mut self) -> usize {
        std::mem::take(&mut self.presses)
    }
}

async fn desk(stage: &Stage) -> Browser {
    relaxed(stage).await;
    signed_in(stage, SAM).await
}

async fn link_to(stage: &Stage, email: &str) -> String {
    stage.deliver().await;
    link_of(&newest(stage, email).await)
}

async fn sent(stage: &Stage, email: &str) -> Vec<Sent> {
    stage.deliver().await;
    mails(stage, email).await
}

// Claire had to explain that the PIN is a last resort, and can't be mailed to somebody whose mail is the trouble. Here the
// page offers it only beside a number to read out, it is never in any mail, and the telephone is enough to get in.
walk!(claire, |stage| {
    let mut sam = desk(&stage).await;
    let id = somebody(&stage, JO).await.id;
    let mut jo = Person::new(&stage);
    jo.browser = jo.browser.from("203.0.113.9");
    let offers = |browser: &Browser| browser.html.contains("name=\"pin\"");
    assert!(!offers(jo.open("/portal").await));
    assert!(!offers(jo.press("/portal", &[("email", JO)]).await));
    let stuck = jo.browser.link("I can't get the email");
    jo.open(&stuck).await.sees("read out this number").sees("+61 2 5550 1234").sees("PIN");
    let request = number_on(&jo.browser);
    sam.open(&format!("/practice/clients/{id}/pin")).await;
    sam.submit(&[("number", &request), ("how", "called-back")]).await.sees("It is shown only now");
    let pin = number_on(&sam);
    jo.press("/portal/pin", &[("pin", &pin)]).await.is_at("/me").sees("Jo Lindqvist");
    for mail in sent(&stage, JO).await {
        assert!(!mail.text.contains(&pin) && !mail.html.contains(&pin), "{}", mail.text);
    }
    // And it does not replace the mail: the next sign-in is by link again.
    jo.browser.submit_to("/log-out", &[]).await;
    stage.wait(61);
    sign_in(&stage, &mut jo.browser, JO).await;
    jo.browser.is_at("/me");
});

/// Michele Harris: no email is sent, neither to her nor to her client, and nobody says why. Here the mail server's own
/// words stand in the practice's list, the mail is tried again by itself, and meanwhile the telephone gets the client in.
async fn michele_no_mail(stage: Stage, mail_server: SmtpSink) {
    let mut sam = desk(&stage).await;
    let id = somebody(&stage, JO).await.id;
    mail_server.on_recipient(JO, Fault::DeferRecipient);
    let mut jo = stage.browser().from("203.0.113.9");
    ask(&mut jo, JO).await;
    stage.deliver().await;
    assert!(mail_server.mails().is_empty());
    sam.open("/practice/stuck").await.sees(JO).sees("Jo Lindqvist").sees("try again");
    sam.open(&format!("/practice/clients/{id}")).await.sees("Asked for a sign-in email").sees("Look here");
    // By itself, once the other server takes mail again.
    mail_server.on_recipient(JO, Fault::Accept);
    stage.wait(600);
    stage.deliver().await;
    let received = mail_server.mails();
    assert_eq!(received.len(), 1, "one mail, and no second copy");
    let text = received[0].text();
    let code = text.lines().map(str::trim).find(|line| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit()));
    jo.submit_to("/portal/code", &[("code", code.expect("a code on its own line"))]).await.is_at("/me");
    sam.open("/practice/stuck").await.misses(JO);
    // An address that is refused for good is told to the practice with the reason, and the client has a number to read out.
    mail_server.on_recipient(JO, Fault::RejectRecipient);
    jo.submit_to("/log-out", &[]).await;
    stage.wait(61);
    ask(&mut jo, JO).await;
    stage.deliver().await;
    jo.open(&jo.path.clone()).await.sees("Please ask your practice to check the address");
    jo.open(&jo.link("I can't get the email")).await.sees("read out this number");
    sam.open("/practice/stuck").await.sees("refused the email");
    assert!(mail_server.mails().iter().any(|mail| mail.to == ["alex@example.com"]), "administrators are told");
}

// Amanda Clark: links expire before the day is over, and the page that says so lets nobody ask for another, so people
// are locked out. Here a link works its whole day, and whatever a link is worth, its page leads to a new one.
walk!(amanda_expires_early, |stage| {
    let mut jo = Person::new(&stage);
    let link = link_of(&asked(&stage, &mut jo.browser, JO).await);
    stage.wait(24 * 3600 - 1);
    jo.open(&link).await.sees("Sign in").misses("opens nothing");
    stage.wait(2);
    jo.open(&link).await.sees("This link worked until").sees("j•••@example.com");
    jo.pressed();
    jo.press(&format!("{link}/new"), &[]).await.is_at("/portal").sees("Your address is filled in");
    assert_eq!(jo.browser.hidden("email"), JO);
    jo.press("/portal", &[]).await.is_at("/portal/sent");
    let fresh = link_to(&stage, JO).await;
    jo.open(&fresh).await;
    jo.press(&fresh, &[]).await.is_at("/me");
    assert_eq!(jo.pressed(), 4, "from the old link to signed in, with nothing to type");
    // Used, replaced, from another practice: each says which, and none is a dead end.
    stage.wait(61);
    let mut other = stage.browser();
    let replaced = link_of(&asked(&stage, &mut other, JO).await);
    stage.wait(61);
    asked(&stage, &mut other, JO).await;
    for (over, words) in [(&fresh, "This link was used on"), (&replaced, "A newer email was sent on")] {
        let mut later = stage.browser();
        later.open(over).await.sees(words);
        later.submit_to(&format!("{over}/new"), &[]).await.is_at("/portal");
        assert_eq!(later.hidden("email"), JO);
    }
});

// Rick Morris: his clients stay away, because a message now takes too many steps. Here the first visit takes four
// presses, coming back takes one, and no visit within the thirty days asks for the address again.
walk!(rick_too_many_steps, |stage| {
    let mut jo = Person::new(&stage);
    jo.open("/portal?then=/me%3Fx=messages").await;
    jo.press("/portal", &[("email", JO), ("keep", "1")]).await;
    let link = link_to(&stage, JO).await;
    jo.open(&link).await;
    jo.press(&link, &[]).await.is_at("/me");
    assert_eq!((jo.pressed(), jo.browser.path.as_str()), (4, "/me?x=messages"), "and there are the messages");
    // The browser is closed and opened again; the bookmark leads in.
    jo.browser.close();
    stage.wait(20 * 60);
    jo.open("/portal?then=/me%3Fx=messages").await.is_at("/me");
    assert_eq!((jo.pressed(), jo.browser.path.as_str()), (1, "/me?x=messages"));
    // Days later the page is locked, not lost: three presses, and nothing is typed.
    stage.wait(3 * 86_400);
    jo.open("/me?x=messages").await.is_at("/portal/locked").sees("Nothing you saved or sent is lost");
    jo.press("/portal/locked", &[]).await.is_at("/portal/sent");
    let link = link_to(&stage, JO).await;
    jo.open(&link).await;
    jo.press(&link, &[]).await;
    assert_eq!((jo.pressed(), jo.browser.path.as_str()), (4, "/me?x=messages"), "the bookmark and three more");
});

// Julie Lesko: one patient found it slow; another could not be talked through it in a quarter of an hour, and gave up.
// Here each session of such a patient, with each thing that goes wrong, is counted in presses, and each ends signed in.
walk!(julie_not_tech_savvy, |stage| {
    let mut sam = desk(&stage).await;
    let id = somebody(&stage, JO).await.id;
    // First session: it all goes right.
    let mut tablet = Person::new(&stage);
    tablet.open("/portal").await;
    tablet.press("/portal", &[("email", JO)]).await;
    let link = link_to(&stage, JO).await;
    tablet.open(&link).await;
    tablet.press(&link, &[]).await.is_at("/me");
    assert_eq!(tablet.pressed(), 4);
    // Second: presses the button twice, opens the mail on the phone, and types the code into the tablet with a space.
    tablet.browser.submit_to("/log-out", &[]).await;
    stage.wait(3600);
    tablet.open("/portal").await;
    tablet.press("/portal", &[("email", " Jo@Example.com ")]).await;
    let csrf = tablet.browser.hidden("csrf");
    tablet.browser.post("/portal", &[("csrf".into(), csrf), ("email".into(), JO.into())]).await.follow().await;
    tablet.presses += 1;
    stage.deliver().await;
    let mail = newest(&stage, JO).await;
    let code = code_of(&mail);
    let mut phone = stage.browser();
    phone.open(&link_of(&mail)).await.sees("This is not the browser that asked");
    tablet.press("/portal/code", &[("code", &wrong_code(&code))]).await.sees("4 more tries are left");
    tablet.press("/portal/code", &[("code", &format!("{} {}", &code[..3], &code[3..]))]).await.is_at("/me");
    assert_eq!(tablet.pressed(), 5);
    // Third: the mail of last time is opened instead of the new one.
    tablet.browser.submit_to("/log-out", &[]).await;
    stage.wait(3600);
    tablet.open(&link_of(&mail)).await.sees("This link was used on");
    tablet.press(&format!("{}/new", link_of(&mail)), &[]).await.is_at("/portal");
    tablet.press("/portal", &[]).await;
    let link = link_to(&stage, JO).await;
    tablet.open(&link).await;
    tablet.press(&link, &[]).await.is_at("/me");
    assert_eq!(tablet.pressed(), 5);
    // Fourth: one letter wrong. The practice sees whose address it looks like while they are on the phone, and a PIN gets
    // the patient into this very session.
    tablet.browser.submit_to("/log-out", &[]).await;
    stage.wait(3600);
    sam = signed_in_again(&stage, sam).await;
    tablet.browser.peer = "203.0.113.9:40000".parse().unwrap();
    tablet.open("/portal").await;
    tablet.press("/portal", &[("email", "jo@exmaple.com")]).await;
    stage.deliver().await;
    let stuck = tablet.browser.link("I can't get the email");
    tablet.open(&stuck).await;
    let request = number_on(&tablet.browser);
    sam.open("/practice/stuck").await.sees("Perhaps it is: Jo Lindqvist").sees(&request);
    sam.open(&format!("/practice/clients/{id}/pin")).await;
    sam.submit(&[("number", &request), ("how", "called-back")]).await.sees("begun with another address");
    sam.submit(&[("number", &request), ("how", "called-back"), ("other", "1")]).await;
    let pin = number_on(&sam);
    tablet.press("/portal/pin", &[("pin", &pin)]).await.is_at("/me").sees("Jo Lindqvist");
    assert_eq!(tablet.pressed(), 4);
    assert_eq!(times(&stage, "signed-in").await + times(&stage, "signed-in-new-browser").await, 4 + 2, "and Sam's two");
});

async fn signed_in_again(stage: &Stage, before: Browser) -> Browser {
    drop(before);
    signed_in(stage, SAM).await
}

// Ayelette tells people to bookmark the sign-in page and to delete old mails, lest they take the wrong one. Here a
// bookmark of any page of the portal leads back to that page, and the wrong mail says which is the right one.
walk!(ayelette_bookmark, |stage| {
    for bookmark in ["/portal", "/me?x=appointments", "/portal?then=/me%3Fx=appointments"] {
        let lands = if bookmark == "/portal" { "/me" } else { "/me?x=appointments" };
        let mut jo = stage.browser();
        // Whoever comes to a page of the portal for the first time is at the door of the staff; its link leads over.
        let at =
            if bookmark.starts_with("/me") { format!("/portal?then={}", encode(bookmark)) } else { bookmark.into() };
        jo.open(&at).await.is_at("/portal");
        jo.submit_to("/portal", &[("email", JO)]).await;
        let link = link_to(&stage, JO).await;
        jo.open(&link).await.submit_to(&link, &[]).await;
        assert_eq!(jo.path, lands, "{bookmark}");
        // From then on the bookmark itself knows the way, signed in or not.
        jo.open(bookmark).await;
        assert_eq!(jo.path, lands);
        jo.lose_session();
        jo.open(bookmark).await.is_at("/portal");
        stage.wait(3601);
    }
    // Three mails in the mailbox, all kept: each but the newest says so, and when the newest came.
    let mut jo = stage.browser();
    let mut links = vec![];
    for _ in 0..3 {
        links.push(link_of(&asked(&stage, &mut jo, JO).await));
        stage.wait(61);
    }
    for old in &links[..2] {
        jo.open(old).await.sees("A newer email was sent on").sees("Open the link in the newest email");
    }
    jo.open(&links[2]).await.submit_to(&links[2], &[]).await.is_at("/me");
});

// Michele Saffier: clients ask for a new link, hear nothing, and she has no idea that they tried. Here every asking is in
// the practice's list at once, mistyped addresses beside whose they look like, with what became of the mail.
walk!(michele_saffier_nobody_knows, |stage| {
    let mut sam = desk(&stage).await;
    let id = somebody(&stage, JO).await.id;
    sam.open("/practice/clients").await.sees("Nobody is stuck now");
    let mut jo = stage.browser();
    ask(&mut jo, "jo@example.con").await;
    jo.sees("Look in your mailbox");
    stage.deliver().await;
    stage.wait(61);
    jo.submit_to("/portal/again", &[]).await;
    stage.deliver().await;
    sam.open("/practice/clients").await.sees("One person is stuck now");
    sam.open(&sam.link("is stuck now")).await.is_at("/practice/stuck");
    sam.sees("jo@example.con").sees("Perhaps it is: Jo Lindqvist");
    // Jo is told by phone, types it right, and leaves the list; the page of Jo tells what happened, for next time.
    let mut right = stage.browser();
    sign_in(&stage, &mut right, JO).await;
    right.is_at("/me");
    sam.open(&format!("/practice/clients/{id}"))
        .await
        .sees("The email was handed over")
        .sees("Opened the link and pressed “Sign in”");
    // Or it was the practice that had it wrong: corrected, and the client gets in with their own address.
    let pat = add_client(&stage, "Pat Reyes", "pat@exmaple.com").await;
    let mut them = stage.browser();
    ask(&mut them, "pat@example.com").await;
    stage.deliver().await;
    sam.open("/practice/stuck").await.sees("Perhaps it is: Jo Lindqvist").sees("Pat Reyes");
    sam.open(&format!("/practice/clients/{pat}/email")).await;
    sam.submit(&[("email", "pat@example.com"), ("do", "change")]).await.sees("The address is corrected");
    stage.wait(61);
    sign_in(&stage, &mut them, "pat@example.com").await;
    them.is_at("/me").sees("Pat Reyes");
});

// Leigh Ann Scarpitti: clients complain that every visit takes a new PIN. Here no visit does: a week of them takes one
// mail, and a PIN is what a practice gives on the phone when there is no other way.
walk!(leigh_pin_every_time, |stage| {
    let mut jo = Person::new(&stage);
    jo.open("/portal").await;
    jo.press("/portal", &[("email", JO), ("keep", "1")]).await;
    let link = link_to(&stage, JO).await;
    jo.open(&link).await;
    jo.press(&link, &[]).await.is_at("/me");
    // With a lock of their own the page opens with that, and no mail is needed any more.
    jo.browser.open("/me/privacy").await.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await;
    jo.pressed();
    for day in 1..=7 {
        stage.wait(86_400);
        jo.browser.close();
        jo.open("/me").await.is_at("/portal/locked");
        jo.press("/portal/locked", &[("do", "lock")]).await;
        jo.press("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me");
        assert_eq!(jo.pressed(), 3, "day {day}");
    }
    let links = sent(&stage, JO).await.iter().filter(|mail| mail.about == "portal-link").count();
    assert_eq!(links, 1, "one mail in the week");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM pin", args![]).await, 0);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn michele_no_mail_sqlite() {
    let (mail_server, _texts, carriers) = crate::outbox::sinks().await;
    michele_no_mail(Stage::sqlite_sending(carriers).await, mail_server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn michele_no_mail_postgres() {
    let (mail_server, _texts, carriers) = crate::outbox::sinks().await;
    if let Some(stage) = Stage::postgres_sending(carriers).await {
        michele_no_mail(stage, mail_server).await;
    }
}
