//! Strangers from many networks ask for mails to addresses that nobody has (AC-070): the sender's name is not burnt, and
//! honest clients still get in.

use portico::args;
use portico::config::Asked;
use portico::notices::carriers::Carriers;

use crate::people::ALEX;
use crate::support::browser::Browser;
use crate::support::desk::{number, times};
use crate::support::portal::{JO, ask, link_of, newest, sign_in};
use crate::support::stage::Stage;
use crate::walk;

/// A walk on both engines where strangers may ask for few mails.
macro_rules! capped {
    ($name:ident, $asked:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(Stage::with(tempfile::tempdir().unwrap(), |config| config.asked = $asked).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(stage) = Stage::postgres_with(|config| config.asked = $asked).await {
                    super::$name(stage).await;
                }
            }
        }
    };
}

const FEW: Asked = Asked { per_practice: 20, in_all: 1000 };
const FEW_IN_ALL: Asked = Asked { per_practice: 20, in_all: 20 };

/// Askings to made-up addresses, each from a network of its own.
async fn flood(stage: &Stage, first: usize, askings: usize) {
    for n in first..first + askings {
        let mut stranger = stage.browser().from(&format!("198.51.{}.{}", n / 200, n % 200 + 1));
        ask(&mut stranger, &format!("made-up-{n}@example.net")).await;
        stranger.sees("Look in your mailbox");
    }
    stage.deliver().await;
}

/// Mails that went to made-up addresses.
async fn to_strangers(stage: &Stage) -> i64 {
    number(stage, "SELECT COUNT(*) FROM outbox WHERE about = 'portal-nobody'", args![]).await
}

capped!(many_networks_burn_no_name_and_jo_gets_in, FEW);
async fn many_networks_burn_no_name_and_jo_gets_in(stage: Stage) {
    let mut known = stage.browser();
    sign_in(&stage, &mut known, JO).await;
    known.submit_to("/log-out", &[]).await;
    stage.wait(3601);
    flood(&stage, 0, 50).await;
    assert_eq!(to_strangers(&stage).await, 20);
    let held = number(&stage, "SELECT COUNT(*) FROM link_ask WHERE result = 'held'", args![]).await;
    assert_eq!(held, 30, "the practice can see it");
    // Told once, to whom it concerns.
    assert_eq!(times(&stage, "askings-too-many").await, 1);
    let told = stage.messages(ALEX.0).await;
    assert!(told.iter().any(|mail| mail.about == "askings-too-many-administrators"), "{told:?}");
    // Jo in a new browser, in the midst of it: the same page, and a mail that signs in.
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.is_at("/me");
    stage.wait(61);
    sign_in(&stage, &mut known, JO).await;
    known.is_at("/me");
    // Staff who forgot their password are on file too.
    let mut sam = stage.browser();
    sam.open("/forgot").await.submit(&[("email", "sam@example.com")]).await;
    stage.deliver().await;
    assert!(stage.messages("sam@example.com").await.iter().any(|mail| mail.about == "reset-link"));
    // As many again for people on file, so that there is an end; a browser that has read the mailbox goes on.
    let spent = "UPDATE tries SET count = 20 WHERE lane = 'mails in flood'";
    stage.au().execute(spent, args![]).await.unwrap();
    stage.wait(61);
    let before = stage.messages(JO).await.len();
    let mut elsewhere = stage.browser();
    ask(&mut elsewhere, JO).await;
    elsewhere.sees("Look in your mailbox");
    stage.deliver().await;
    let mails = stage.messages(JO).await.into_iter().filter(|mail| mail.kind == "mail").count();
    assert!(mails <= before, "no mail this time");
    stage.wait(61);
    known.submit_to("/log-out", &[]).await;
    sign_in(&stage, &mut known, JO).await;
    known.is_at("/me");
    // Whoever has neither calls: the PIN does not care for mail.
    elsewhere.open(&elsewhere.link("I can't get the email")).await.sees("PIN");
    // The hour is over.
    stage.wait(3601);
    flood(&stage, 100, 1).await;
    assert_eq!(to_strangers(&stage).await, 21);
    // Another hour, another flood, and told once more.
    flood(&stage, 101, 24).await;
    assert_eq!(times(&stage, "askings-too-many").await, 2);
}

capped!(everybody_together_has_a_limit_too, FEW_IN_ALL);
async fn everybody_together_has_a_limit_too(stage: Stage) {
    quiet(&stage).await;
    flood(&stage, 0, 21).await;
    assert_eq!(to_strangers(&stage).await, 20);
    // Another practice of the region: its strangers wait, its clients do not.
    let mut stranger = at_quiet(&stage);
    ask(&mut stranger, "made-up@example.net").await;
    let mut kim = at_quiet(&stage);
    ask(&mut kim, "kim@example.com").await;
    stage.deliver().await;
    assert_eq!(to_strangers(&stage).await, 20);
    let link = link_of(&newest(&stage, "kim@example.com").await);
    kim.open(&link).await.submit_to(&link, &[]).await.is_at("/me").sees("Kim Quiet");
}

walk!(one_practices_flood_keeps_no_other_waiting, |stage| {
    quiet(&stage).await;
    for n in 0..300 {
        let mut stranger = stage.browser().from(&format!("198.51.{}.{}", n / 200, n % 200 + 1));
        ask(&mut stranger, &format!("made-up-{n}@example.net")).await;
    }
    let mut kim = at_quiet(&stage);
    ask(&mut kim, "kim@example.com").await;
    stage.deliver().await;
    let kept = stage.server.kept::<Carriers>().unwrap().mailbox().unwrap();
    let order: Vec<String> = kept.list("").into_iter().rev().map(|mail| mail.to).collect();
    let place = order.iter().position(|to| to == "kim@example.com").unwrap();
    assert!(place < 40, "asked last, behind three hundred, and written as number {place}");
    // Jobs that met others too often come again in half a minute.
    stage.wait(60);
    stage.deliver().await;
    assert!(kept.list("").len() > 300, "{}", kept.list("").len());
    let link = link_of(&newest(&stage, "kim@example.com").await);
    kim.open(&link).await.submit_to(&link, &[]).await.is_at("/me");
});

fn at_quiet(stage: &Stage) -> Browser {
    stage.browser_at("quiet.au.localhost:8080")
}

/// A second practice of the region, with one client.
async fn quiet(stage: &Stage) {
    let id = "0196c5f0-0000-7000-8000-0000000000aa";
    let practice = "INSERT INTO practice (id, slug, host, name, created_at) VALUES ($1, 'quiet', 'quiet.au.localhost', 'Quiet', 1)";
    stage.au().execute(practice, args![id]).await.unwrap();
    let client = "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, joined_at, created_at)
                  VALUES ($1, $1, 'client', 'client', 'Kim Quiet', 'kim@example.com', 'kim@example.com', 1, 1)";
    stage.au().execute(client, args![id]).await.unwrap();
}
