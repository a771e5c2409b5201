//! A region that cannot be reached holds nobody up: the mail names it, and what is missing follows.

use portico::args;
use portico::config::{Database, Region};
use portico::entrance::regions::Stopped;
use portico::ops::{practice, practice_move};
use portico::platform::db::Db;

use super::{ask, browser, deliver, link, mails};
use crate::moves_older::another;
use crate::support::browser::Browser;
use crate::support::stage::{Stage, code_in};
use crate::walk;

fn uk(stage: &Stage) -> &Db {
    &stage.server.region("uk").unwrap().db
}

/// The region is there, and cannot answer.
async fn stop_uk(stage: &Stage) {
    uk(stage).execute("ALTER TABLE person RENAME TO person_away", args![]).await.unwrap();
}

async fn start_uk(stage: &Stage) {
    uk(stage).execute("ALTER TABLE person_away RENAME TO person", args![]).await.unwrap();
}

walk!(the_rest_comes_at_once_and_the_missing_part_by_itself, |stage| {
    stop_uk(&stage).await;
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, "alex@example.com").await;
    let first = mails(&stage, "alex@example.com").remove(0);
    assert!(first.text.contains("Harbour Physio") && !first.text.contains("Thames"), "{}", first.text);
    assert!(first.text.contains("our servers in UK right now"), "{}", first.text);
    assert!(first.text.contains("as far as we could look") && !first.text.contains("every practice"), "{}", first.text);
    desk.submit(&[("code", &code_in(&first.text))]).await.is_at("/list");
    desk.sees("Harbour Physio").sees("We can't reach our servers in UK").sees("they come by mail by themselves");
    for pause in [10, 20, 30] {
        stage.wait(pause);
        deliver(&stage).await;
    }
    assert_eq!(mails(&stage, "alex@example.com").len(), 1, "silence is told once");
    start_uk(&stage).await;
    stage.wait(60);
    deliver(&stage).await;
    let all = mails(&stage, "alex@example.com");
    assert_eq!(all.len(), 2);
    assert!(all[0].text.contains("Thames Therapy") && !all[0].text.contains("Harbour"), "{}", all[0].text);
    desk.open(&link(&all[0])).await.is_at("/list").sees("Thames Therapy").misses("can't reach");
    stage.wait(3600);
    deliver(&stage).await;
    assert_eq!(mails(&stage, "alex@example.com").len(), 2, "then it is done");
    // A region that is silent only now: nothing waits for it, so no mail is promised.
    stop_uk(&stage).await;
    desk.open(&link(&all[0])).await.is_at("/list").sees("Harbour Physio").sees("We can't reach our servers in UK");
    desk.misses("by themselves").sees("load this page again in a minute");
});

/// A browser that finds the page of the demo, which no other program has.
fn at_the_demos_page(stage: &Stage) -> Browser {
    let router =
        portico::app::router_with(std::sync::Arc::clone(&stage.server), portico::ops::demo_page::routes(vec![]));
    let mut people = browser(stage);
    people.go_to_node(router);
    people
}

/// Stops or starts uk there; the words of the page afterwards.
async fn press(people: &mut Browser, word: &str) -> String {
    let token = people.open("/demo").await.hidden("csrf");
    let fields = [("csrf", token.as_str()), ("region", "uk"), ("do", word)];
    people.post("/demo", &fields.map(|(name, value)| (name.to_owned(), value.to_owned()))).await;
    people.follow().await.text()
}

// "make demo": the region is stopped in the middle, and started again.
walk!(in_the_demo_a_region_is_stopped_and_started, |stage| {
    let mut people = at_the_demos_page(&stage);
    assert!(press(&mut people, "stop").await.contains("UK answers nothing to the entrance"));
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, "alex@example.com").await;
    let first = mails(&stage, "alex@example.com").remove(0);
    assert!(first.text.contains("Harbour Physio") && first.text.contains("servers in UK right now"), "{}", first.text);
    // Its practices are there all the while.
    stage.browser_at("thames-therapy.uk.localhost:8080").open("/sign-in").await.sees("Thames Therapy");
    assert!(!press(&mut people, "start").await.contains("answers nothing"));
    stage.wait(10);
    deliver(&stage).await;
    assert!(mails(&stage, "alex@example.com")[0].text.contains("Thames Therapy"));
    // No other program has the page.
    desk.open("/demo").await;
    assert_eq!(desk.status, 404);
});

// It is where it was not when the others were asked.
walk!(a_practice_that_moved_while_its_region_was_silent_is_told, |stage| {
    let mut people = at_the_demos_page(&stage);
    press(&mut people, "stop").await;
    for email in ["alex@example.com", "sam@example.com"] {
        ask(&stage, &mut browser(&stage), email).await;
    }
    let first = mails(&stage, "alex@example.com").remove(0);
    assert!(first.text.contains("Harbour Physio") && !first.text.contains("Thames"), "{}", first.text);
    practice_move::go(&stage.server, "thames-therapy", "uk", "au").await.unwrap();
    press(&mut people, "start").await;
    for _ in 0..3 {
        stage.wait(61);
        deliver(&stage).await;
    }
    let all = mails(&stage, "alex@example.com");
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all[0].text.contains("thames-therapy.au.localhost"), "{}", all[0].text);
    assert!(!all[0].text.contains("Harbour"), "not told twice: {}", all[0].text);
    assert_eq!(mails(&stage, "sam@example.com").len(), 1, "nothing was missing");
});

// The region that it is in now has given its own part of this asking already.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_practice_that_moved_to_a_region_which_had_answered_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::Sqlite(folder.path().join("nz.db"));
    let region = Region { name: "nz".into(), database, max_connections: 2 };
    let stage = Stage::with(folder, |config| config.regions.push(region)).await;
    practice::add(&stage.server, &another("nz", "kiwi-clinic")).await.unwrap();
    let joins = "UPDATE person SET email = 'alex@example.com', email_key = 'alex@example.com', joined_at = created_at";
    stage.server.region("nz").unwrap().db.execute(joins, args![]).await.unwrap();
    let stopped = stage.server.kept::<Stopped>().unwrap();
    for region in ["au", "nz"] {
        stopped.stop(region);
    }
    ask(&stage, &mut browser(&stage), "alex@example.com").await;
    let told = |place: &str| mails(&stage, "alex@example.com").iter().filter(|mail| mail.text.contains(place)).count();
    let all = || ["thames-therapy.uk.", "kiwi-clinic.nz.", "harbour-physio."].map(told);
    assert_eq!(all(), [1, 0, 0]);
    stopped.start("nz");
    for _ in 0..2 {
        stage.wait(61);
        deliver(&stage).await;
    }
    assert_eq!(all(), [1, 1, 0]);
    practice_move::go(&stage.server, "harbour-physio", "au", "nz").await.unwrap();
    stopped.start("au");
    for _ in 0..3 {
        stage.wait(301);
        deliver(&stage).await;
    }
    assert_eq!(all(), [1, 1, 1]);
    assert!(mails(&stage, "alex@example.com")[0].text.contains("harbour-physio.nz.localhost"));
}

walk!(whoever_is_only_in_the_silent_region_is_told_to_wait, |stage| {
    stop_uk(&stage).await;
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, "family@example.com").await;
    let mut stranger = browser(&stage).from("198.51.100.4");
    ask(&stage, &mut stranger, "nobody-at-all@example.com").await;
    // Both read the same: who is known is not known yet.
    for email in ["family@example.com", "nobody-at-all@example.com"] {
        let first = mails(&stage, email).remove(0);
        assert_eq!(first.subject, "We couldn't look everywhere yet");
        assert!(first.text.contains("our servers in UK right now"), "{}", first.text);
        assert!(!first.text.contains("We found no practice"), "{}", first.text);
    }
    for pause in [10, 20, 30, 60, 120, 300, 600] {
        stage.wait(pause);
        deliver(&stage).await;
    }
    // Nineteen minutes later what a wrong code is told is the same for both too.
    let wrong = |mut browser: crate::support::browser::Browser| async move {
        browser.submit(&[("code", "000000")]).await.is_at("/find").sees("This code is too old");
    };
    wrong(desk.clone()).await;
    start_uk(&stage).await;
    stage.wait(600);
    deliver(&stage).await;
    let late = mails(&stage, "family@example.com").remove(0);
    assert!(late.text.contains("Thames Therapy"), "{}", late.text);
    wrong(desk.clone()).await;
    wrong(stranger.clone()).await;
    assert_eq!(mails(&stage, "nobody-at-all@example.com").len(), 1, "silence afterwards means that nothing was");
    // The code of this mail works on the page that asked, for a quarter of an hour from this mail.
    let code = code_in(&late.text);
    stage.wait(14 * 60);
    desk.clone().submit(&[("code", &code)]).await.is_at("/list").sees("Thames Therapy");
    stage.wait(61);
    desk.submit(&[("code", &code)]).await.is_at("/find").sees("This code is too old");
});

walk!(a_request_is_kept_for_a_day_at_most, |stage| {
    stop_uk(&stage).await;
    ask(&stage, &mut browser(&stage), "alex@example.com").await;
    let front = &stage.server.front.as_ref().unwrap().db;
    let kept = "SELECT COUNT(*) FROM finder WHERE request IS NOT NULL";
    for _ in 0..2 {
        let row: Option<(i64,)> = front.optional(kept, args![]).await.unwrap();
        assert_eq!(row.unwrap().0, 1);
        stage.wait(12 * 3600 - 60);
        deliver(&stage).await;
    }
    stage.wait(1000);
    deliver(&stage).await;
    let row: Option<(i64,)> = front.optional(kept, args![]).await.unwrap();
    assert_eq!(row.unwrap().0, 0);
});

// The entrance stood still meanwhile; a day later nobody waits for the mail any more.
walk!(an_asking_older_than_a_day_is_thrown_away_unread, |stage| {
    stop_uk(&stage).await;
    for (name, address) in [("alex@example.com", "198.51.100.1"), ("family@example.com", "198.51.100.2")] {
        ask(&stage, &mut browser(&stage).from(address), name).await;
    }
    // One that nobody has worked at all.
    browser(&stage).from("198.51.100.3").open("/").await.submit(&[("email", "sam@example.com")]).await.is_at("/find");
    stage.wait(2 * 3600);
    browser(&stage).from("198.51.100.4").open("/").await.submit(&[("email", "jo@example.com")]).await.is_at("/find");
    start_uk(&stage).await;
    stage.wait(22 * 3600);
    deliver(&stage).await;
    assert_eq!(mails(&stage, "alex@example.com").len(), 1, "the mail of a day ago");
    assert_eq!(mails(&stage, "family@example.com").len(), 1);
    assert!(mails(&stage, "sam@example.com").is_empty());
    let front = &stage.server.front.as_ref().unwrap().db;
    let kept: Option<(i64,)> =
        front.optional("SELECT COUNT(*) FROM finder WHERE request IS NOT NULL", args![]).await.unwrap();
    assert_eq!(kept.unwrap().0, 0);
    // Whoever asked within the day has theirs.
    assert!(mails(&stage, "jo@example.com")[0].text.contains("Thames Therapy"));
});

// Asked twice while a region was silent: what was missing comes once.
walk!(what_was_missing_comes_once_however_often_was_asked, |stage| {
    stop_uk(&stage).await;
    let about = |email: &str, name: &str| mails(&stage, email).iter().filter(|mail| mail.about == name).count();
    let (mut desk, mut home) = (browser(&stage), browser(&stage).from("198.51.100.4"));
    for email in ["alex@example.com", "family@example.com"] {
        ask(&stage, &mut desk, email).await;
        stage.wait(61);
        ask(&stage, &mut desk, email).await;
    }
    stage.wait(61);
    ask(&stage, &mut home, "family@example.com").await;
    start_uk(&stage).await;
    stage.wait(600);
    for _ in 0..3 {
        deliver(&stage).await;
        stage.wait(61);
    }
    assert_eq!(about("alex@example.com", "find-rest"), 1);
    // Whoever is known in that region alone gets one mail for each browser, with the code that works there.
    let late: Vec<_> =
        mails(&stage, "family@example.com").into_iter().filter(|mail| mail.about == "find-late").collect();
    assert_eq!(late.len(), 2, "{late:?}");
    for browser in [&desk, &home] {
        let mut right = 0;
        for mail in &late {
            let mut typing = browser.clone();
            typing.open("/find").await.submit(&[("code", &code_in(&mail.text))]).await;
            right += usize::from(typing.path == "/list");
        }
        assert_eq!(right, 1);
    }
    // The next time it is silent nobody loses the rest of theirs.
    stop_uk(&stage).await;
    ask(&stage, &mut browser(&stage).from("198.51.100.5"), "alex@example.com").await;
    start_uk(&stage).await;
    stage.wait(600);
    deliver(&stage).await;
    assert_eq!(about("alex@example.com", "find-rest"), 2);
    assert!(mails(&stage, "alex@example.com")[0].text.contains("Thames Therapy"));
});
