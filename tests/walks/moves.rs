//! A practice gets another name or another region: the old address leads on, people and passkeys come along, and it is
//! never served twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::Method;
use portico::args;
use portico::entrance::finding::{self, Whom};
use portico::entrance::worker;
use portico::notices::carriers::Carriers;
use portico::ops::{demo, doctor, practice, practice_move, practice_rename, start};
use portico::platform::ring_marks;
use portico::platform::server::Server;
use portico::platform::world::{RealWorld, World};

use super::moves_older::another;
use crate::support::stage::Stage;
use crate::support::ways::{ALEX, SAM, ask_no_second, log_in};
use crate::walk;

pub const OLD: &str = "harbour-physio.au.localhost:8080";
pub const UK: &str = "harbour-physio.uk.localhost:8080";

pub async fn moved(stage: &Stage) -> Vec<String> {
    practice_move::go(&stage.server, "harbour-physio", "au", "uk").await.unwrap()
}

/// Where a path at a host leads: status and target.
pub async fn leads(stage: &Stage, host: &str, path: &str) -> (u16, String) {
    let mut browser = stage.browser_at(host);
    browser.send(Method::GET, path, None).await;
    let to = browser.answered.get("location").map(|to| to.to_str().unwrap().to_owned());
    (browser.status.as_u16(), to.unwrap_or_default())
}

/// The origins at which passkeys of the practice that was born there work.
pub async fn related(stage: &Stage, host: &str) -> Vec<String> {
    let mut browser = stage.browser_at(host);
    browser.send(Method::GET, "/.well-known/webauthn", None).await;
    let said: serde_json::Value = serde_json::from_str(&browser.html).unwrap();
    said["origins"].as_array().unwrap().iter().map(|origin| origin.as_str().unwrap().to_owned()).collect()
}

/// Sends a form there as a browser does whose page was open before; answers status and target.
async fn sends_a_form(stage: &Stage, host: &str, path: &str) -> (u16, String) {
    let mut browser = stage.browser_at(host);
    browser.headers.push(("origin".into(), format!("http://{host}")));
    browser.cookies.insert("__Host-browser".into(), "0123456789abcdef".into());
    browser.post(path, &[("csrf".into(), "of the page before".into()), ("email".into(), SAM.0.into())]).await;
    let to = browser.answered.get("location").map(|to| to.to_str().unwrap().to_owned());
    (browser.status.as_u16(), to.unwrap_or_default())
}

walk!(a_new_name_and_the_old_one_leads_to_it, |stage| {
    ask_no_second(&stage).await;
    let address = practice_rename::rename(&stage.server, "au", "harbour-physio", "bay-physio").await.unwrap();
    assert_eq!(address, "http://bay-physio.au.localhost:8080");
    let to = leads(&stage, OLD, "/sign-in?then=/me/password").await;
    assert_eq!(to, (308, "http://bay-physio.au.localhost:8080/sign-in?then=/me/password".to_owned()));
    let origins = related(&stage, OLD).await;
    assert!(origins.contains(&address), "passkeys go on working: {origins:?}");
    let mut sam = stage.browser_at("bay-physio.au.localhost:8080");
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/me");
    let told = stage.messages(ALEX.0).await;
    assert!(told[0].text.contains("http://bay-physio.au.localhost:8080/sign-in"), "{}", told[0].text);
    // Once more, and back: every former name leads straight to the present one.
    practice_rename::rename(&stage.server, "au", "bay-physio", "quay-physio").await.unwrap();
    for old in [OLD, "bay-physio.au.localhost:8080"] {
        assert_eq!(leads(&stage, old, "/").await.1, "http://quay-physio.au.localhost:8080/");
    }
    practice_rename::rename(&stage.server, "au", "quay-physio", "harbour-physio").await.unwrap();
    assert_eq!(leads(&stage, OLD, "/sign-in").await.0, 200);
    for (from, to) in [("harbour-physio", "support"), ("harbour-physio", "A"), ("nobody", "somebody")] {
        assert!(practice_rename::rename(&stage.server, "au", from, to).await.is_err(), "{from} {to}");
    }
});

walk!(a_move_takes_everything_along, |stage| {
    ask_no_second(&stage).await;
    let mut before = stage.browser();
    log_in(&mut before, SAM, true).await;
    let record = stage.events().await;
    let said = moved(&stage).await;
    assert!(said.iter().any(|line| line == "in service: http://harbour-physio.uk.localhost:8080"), "{said:?}");
    stage.wait(5);
    assert_eq!(leads(&stage, OLD, "/sign-in").await, (308, format!("http://{UK}/sign-in")));
    let mut sam = stage.browser_at(UK);
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/me");
    // The record came along, in its order, and goes on there.
    let uk = &stage.server.region("uk").unwrap().db;
    let rows: Vec<(String,)> = uk
        .all("SELECT a.event FROM audit a JOIN practice p ON p.id = a.practice_id WHERE p.slug = 'harbour-physio' ORDER BY a.at, a.id", args![])
        .await
        .unwrap();
    let there: Vec<String> = rows.into_iter().map(|(event,)| event).collect();
    assert_eq!(there[..record.len()], record);
    assert!(there.contains(&"practice-moved".to_owned()) && there.len() > record.len() + 1, "{there:?}");
    let left: Option<(i64,)> =
        stage.au().optional("SELECT COUNT(*) FROM person WHERE email_key = 'sam@example.com'", args![]).await.unwrap();
    assert_eq!(left.unwrap().0, 0, "no people stay behind");
    // Lists show the new address.
    let mut desk = stage.browser_at("localhost:8080");
    desk.open("/").await.submit(&[("email", SAM.0)]).await;
    worker::work(&stage.server).await.unwrap();
    stage.deliver().await;
    let mail = stage.server.kept::<Carriers>().unwrap().mailbox().unwrap().list(SAM.0);
    assert!(mail[0].text.contains("harbour-physio.uk.localhost:8080/sign-in"), "{}", mail[0].text);
    // And back again: the old region is the new one.
    practice_move::go(&stage.server, "harbour-physio", "uk", "au").await.unwrap();
    stage.wait(5);
    assert_eq!(leads(&stage, OLD, "/sign-in").await.0, 200);
    assert_eq!(leads(&stage, UK, "/sign-in").await.0, 308);
});

walk!(passkeys_find_the_newest_address_from_the_one_given_at_birth, |stage| {
    moved(&stage).await;
    stage.wait(5);
    let uk = format!("http://{UK}");
    assert_eq!(related(&stage, OLD).await, [uk.clone(), format!("http://{OLD}")]);
    // Another name in the new region, twice: the first region is told each time.
    let told = "SELECT region, now_slug FROM moved WHERE slug = 'harbour-physio'";
    for name in ["bay-physio", "quay-physio"] {
        let now = practice_rename::rename(&stage.server, "uk", &name_in_uk(&stage).await, name).await.unwrap();
        assert_eq!(related(&stage, OLD).await[0], now);
        assert_eq!(leads(&stage, OLD, "/me").await, (308, format!("{now}/me")));
        let row: Option<(String, String)> = stage.au().optional(told, args![]).await.unwrap();
        assert_eq!(row, Some(("uk".to_owned(), name.to_owned())));
    }
    // A region that was not told, in a deployment of its own say, leads on all the same, and names every step.
    let sql = "UPDATE moved SET now_slug = 'harbour-physio' WHERE slug = 'harbour-physio'";
    stage.au().execute(sql, args![]).await.unwrap();
    let now = "http://quay-physio.uk.localhost:8080".to_owned();
    assert_eq!(related(&stage, OLD).await, [now.clone(), uk, format!("http://{OLD}")]);
    assert_eq!(leads(&stage, OLD, "/").await.1, format!("{now}/"));
    // And on to where it was born, under its new name.
    practice_move::go(&stage.server, "quay-physio", "uk", "au").await.unwrap();
    stage.wait(5);
    let back = "http://quay-physio.au.localhost:8080".to_owned();
    assert!(related(&stage, OLD).await.contains(&back), "{:?}", related(&stage, OLD).await);
    for old in [OLD, UK, "bay-physio.uk.localhost:8080", "quay-physio.uk.localhost:8080"] {
        assert_eq!(leads(&stage, old, "/me").await, (308, format!("{back}/me")), "{old}");
    }
    assert_eq!(leads(&stage, "quay-physio.au.localhost:8080", "/sign-in").await.0, 200);
});

/// What the practice is called in the uk region.
async fn name_in_uk(stage: &Stage) -> String {
    let uk = &stage.server.region("uk").unwrap().db;
    let row: Option<(String,)> =
        uk.optional("SELECT slug FROM practice WHERE name = 'Harbour Physio'", args![]).await.unwrap();
    row.unwrap().0
}

walk!(nobody_new_gets_an_address_that_leads_to_a_practice, |stage| {
    practice_rename::rename(&stage.server, "au", "harbour-physio", "bay-physio").await.unwrap();
    practice_move::go(&stage.server, "bay-physio", "au", "uk").await.unwrap();
    practice_rename::rename(&stage.server, "uk", "bay-physio", "quay-physio").await.unwrap();
    // Its name at birth, one in between in either region, and the present one.
    for (region, slug) in [("au", "harbour-physio"), ("au", "bay-physio"), ("uk", "bay-physio")] {
        let refused = practice::add(&stage.server, &another(region, slug)).await;
        assert!(
            refused.is_err_and(|error| error.to_string().contains("another practice's address")),
            "{region} {slug}"
        );
    }
    assert!(practice::add(&stage.server, &another("uk", "quay-physio")).await.is_err());
    stage.wait(5);
    let now = "http://quay-physio.uk.localhost:8080";
    assert_eq!(leads(&stage, OLD, "/").await.1, format!("{now}/"), "nothing was changed");
    // Even where the old region has lost its note of it.
    stage.au().execute("DELETE FROM moved WHERE slug = 'harbour-physio'", args![]).await.unwrap();
    assert!(practice::add(&stage.server, &another("au", "harbour-physio")).await.is_err(), "passkeys are bound to it");
    practice::add(&stage.server, &another("au", "quay-physio")).await.unwrap();
    assert_eq!(leads(&stage, "quay-physio.au.localhost:8080", "/sign-in").await.0, 200, "free there");
});

walk!(a_form_to_an_old_address_or_during_a_move_is_told_where_to_go, |stage| {
    stage.au().execute("UPDATE practice SET moving_to = 'uk' WHERE slug = 'harbour-physio'", args![]).await.unwrap();
    stage.wait(5);
    assert_eq!(sends_a_form(&stage, OLD, "/sign-in").await.0, 503);
    let mut browser = stage.browser();
    browser.post("/sign-in", &[]).await;
    browser.sees("Your practice is moving");
    assert!(browser.answered.contains_key("retry-after"));
    moved(&stage).await;
    stage.wait(5);
    // Browsers let no redirect take a form to another host than its page named: a page says where to go instead.
    assert_eq!(sends_a_form(&stage, OLD, "/sign-in?then=/me").await, (410, String::new()));
    let mut left = stage.browser_at(OLD);
    for (path, shown, at_once) in [
        ("/sign-in", "/sign-in", false),
        ("/portal/code", "/portal/sent", false),
        ("/me/password", "/me/password", false),
        ("/me/passkeys/new", "/me", false),
        ("/sign-in/set-up/passkey", "/sign-in/set-up", false),
        ("/portal/exit", "/portal/left", true),
    ] {
        left.post(path, &[]).await;
        left.sees("Your practice has a new address").sees("Go to the new address");
        assert!(left.html.contains(&format!("href=\"http://{UK}{shown}\"")), "{path}: {}", left.html);
        assert_eq!(left.html.contains("http-equiv=\"refresh\""), at_once, "{path}");
        // The browser had made one by then.
        let told = left.html.contains(&format!("href=\"http://{UK}/help/passkey-remove\""));
        assert_eq!(told, path.contains("passkey"), "{path}");
    }
    // A form that only asks, and a link, of a page that is still open there.
    left.headers = ["sec-fetch-site: same-origin", "sec-fetch-mode: navigate"]
        .map(|header| header.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap())
        .to_vec();
    left.send(Method::GET, "/practice/record?who=%22x", None).await;
    assert_eq!(left.status, 200);
    assert!(left.html.contains(&format!("content=\"0;url=http://{UK}/practice/record?who=%22x\"")), "{}", left.html);
    assert_eq!(sends_a_form(&stage, "nobody.au.localhost:8080", "/sign-in").await.0, 404);
    // A form of a page that is there is still held against its sender.
    assert_eq!(sends_a_form(&stage, UK, "/sign-in").await.0, 403);
});

/// A command that dies when it looks where it stands for the second time: each time one step further.
struct Dying(AtomicUsize, i64);

impl World for Dying {
    fn now(&self) -> i64 {
        self.1
    }
    fn fill(&self, bytes: &mut [u8]) {
        RealWorld.fill(bytes);
    }
    fn reached(&self, point: &'static str) {
        if point == "practice move" && self.0.fetch_add(1, Ordering::SeqCst) == 1 {
            std::panic::resume_unwind(Box::new("the command dies here"));
        }
    }
}

pub async fn command_that_dies(stage: &Stage) -> Arc<Server> {
    let world = Arc::new(Dying(AtomicUsize::new(0), stage.now()));
    let mut config = demo::settings(stage.folder.path(), stage.server.config.listen, &*world).unwrap();
    config.regions.clone_from(&stage.server.config.regions);
    start::server(config, world as Arc<dyn World>).await.unwrap()
}

/// Where Alex is told that Harbour Physio is.
async fn listed(stage: &Stage) -> Vec<String> {
    let whom = Whom { key: ALEX.0, email: ALEX.0, remember: "" };
    let found = finding::find(&stage.server, vec!["au".into(), "uk".into()], whom).await;
    assert!(found.silent.is_empty());
    let all = found.places.into_iter().filter(|listed| listed.place.name == "Harbour Physio");
    all.map(|listed| listed.place.url()).collect()
}

/// What the commands say while a move stands still.
async fn told_to_the_operator(stage: &Stage, served: [u16; 2]) {
    let all = practice::list(&stage.server).await.unwrap();
    let on_its_way = all.iter().filter(|one| one.slug == "harbour-physio" && !one.moving_to.is_empty()).count();
    assert_eq!(on_its_way > 0, served[1] != 200, "{served:?}");
    if served[0] == 503 {
        let refused = practice_rename::rename(&stage.server, "au", "harbour-physio", "bay-physio").await;
        assert!(refused.is_err_and(|error| error.to_string().contains("run its move again")));
    }
    let found = doctor::examine(&stage.server.config, &*stage.server.world, None).await;
    let of_moves: Vec<_> = found.iter().filter(|one| one.what.contains("harbour-physio ")).collect();
    assert!(!of_moves.is_empty(), "{found:?}");
    let out = of_moves.iter().any(|one| one.level == doctor::Level::Fail);
    assert_eq!(out, served[1] != 200, "{of_moves:?}");
}

walk!(an_interrupted_move_goes_on_wherever_it_stopped_and_is_never_served_twice, |stage| {
    ask_no_second(&stage).await;
    let (old, new) = (format!("http://{OLD}/sign-in"), format!("http://{UK}/sign-in"));
    // Before anything, out of service, copied whole, given up by the old region, in service in the new one.
    for (address, served) in [(&old, [503, 404]), (&old, [503, 503]), (&new, [308, 503]), (&new, [308, 200])] {
        let command = command_that_dies(&stage).await;
        let dying = tokio::spawn(async move { practice_move::go(&command, "harbour-physio", "au", "uk").await });
        assert!(dying.await.is_err(), "it died");
        stage.wait(5);
        let there = [leads(&stage, OLD, "/sign-in").await.0, leads(&stage, UK, "/sign-in").await.0];
        assert_eq!(there, served);
        told_to_the_operator(&stage, served).await;
        assert_eq!(listed(&stage).await.join(" "), *address, "listed once at every moment: {served:?}");
        let command = command_that_dies(&stage).await;
        let undone = practice_move::undo(&command, "harbour-physio", "au", "uk").await;
        assert_eq!(undone.is_ok(), served == [503, 404], "only before the copy is whole");
        if undone.is_ok() {
            // At once, though this node has just read that nobody is here: by way of the same page once more.
            let (status, location) = leads(&stage, OLD, "/sign-in").await;
            assert_eq!((status, location.as_str()), (303, "/sign-in"));
            assert_eq!(leads(&stage, OLD, "/sign-in").await.0, 200);
            stage.wait(5);
            assert_eq!(leads(&stage, OLD, "/sign-in").await.0, 200);
            assert!(practice_move::undo(&stage.server, "harbour-physio", "au", "uk").await.is_err());
            let again = "UPDATE practice SET moving_to = 'uk' WHERE slug = 'harbour-physio'";
            stage.au().execute(again, args![]).await.unwrap();
        }
    }
    let said = moved(&stage).await;
    assert_eq!(said, ["au keeps only the record"]);
    assert_eq!(listed(&stage).await, [new]);
    assert_eq!((leads(&stage, OLD, "/sign-in").await.0, leads(&stage, UK, "/sign-in").await.0), (308, 200));
    assert!(practice_move::undo(&stage.server, "harbour-physio", "au", "uk").await.is_err(), "too far to go back");
});

walk!(regions_under_different_keys_are_not_moved_between, |stage| {
    // The uk region as a deployment of its own, with its own keys, as in examples/three-processes.
    let folder = tempfile::tempdir().unwrap();
    let mut config = demo::settings(folder.path(), stage.server.config.listen, &RealWorld).unwrap();
    config.regions = stage.server.config.regions.iter().filter(|region| region.name == "uk").cloned().collect();
    let uk = start::server(config, Arc::new(RealWorld)).await.unwrap();
    uk.region("uk").unwrap().db.execute("DELETE FROM ring", args![]).await.unwrap();
    ring_marks::note(&uk).await.unwrap();
    let refused = practice_move::go(&stage.server, "harbour-physio", "au", "uk").await;
    assert!(refused.is_err_and(|error| error.to_string().contains("one key ring")));
    stage.wait(5);
    assert_eq!(leads(&stage, OLD, "/sign-in").await.0, 200, "nothing was changed");
    // Nor where nobody knows under which keys the region is served.
    let db = &stage.server.region("uk").unwrap().db;
    db.execute("DELETE FROM ring", args![]).await.unwrap();
    let refused = practice_move::go(&stage.server, "harbour-physio", "au", "uk").await;
    assert!(refused.is_err_and(|error| error.to_string().contains("start one there first")));
    // A key that only the region it leaves has.
    db.execute("INSERT INTO ring (practice_id, marks, at) VALUES ('entrance', $1, 1)", args![oldest(&stage)])
        .await
        .unwrap();
    let newer = format!("newer {}", oldest(&stage));
    stage.au().execute("UPDATE ring SET marks = $1", args![newer]).await.unwrap();
    assert!(practice_move::go(&stage.server, "harbour-physio", "au", "uk").await.is_err());
    // Under one ring again it goes, and people get in.
    ring_marks::note(&stage.server).await.unwrap();
    ask_no_second(&stage).await;
    moved(&stage).await;
    stage.wait(5);
    let mut sam = stage.browser_at(UK);
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/me");
});

fn oldest(stage: &Stage) -> String {
    ring_marks::of(&stage.server.keyring()).pop().unwrap()
}

walk!(a_move_that_cannot_be_is_refused_and_changes_nothing, |stage| {
    for (slug, from, to) in
        [("nobody", "au", "uk"), ("harbour-physio", "au", "au"), ("harbour-physio", "au", "nowhere")]
    {
        assert!(practice_move::go(&stage.server, slug, from, to).await.is_err(), "{slug} {from} {to}");
    }
    let uk = &stage.server.region("uk").unwrap().db;
    uk.execute("UPDATE practice SET slug = 'harbour-physio' WHERE slug = 'thames-therapy'", args![]).await.unwrap();
    assert!(practice_move::go(&stage.server, "harbour-physio", "au", "uk").await.is_err(), "the name is taken there");
    assert_eq!(leads(&stage, OLD, "/sign-in").await.0, 200);
});

walk!(a_record_that_was_cut_comes_along_with_its_checkpoint, |stage| {
    for sql in [
        "INSERT INTO audit (practice_id, id, at, event, actor_kind, result) SELECT id, 'old', 1, 'signed-in', 'person', 'done' FROM practice WHERE slug = 'harbour-physio'",
        "INSERT INTO audit_chain (practice_id, seq, record_id, hash) SELECT practice_id, 1, id, 'first' FROM audit WHERE id = 'old'",
        "INSERT INTO audit_cut (practice_id, seq, hash, lines, before_at, at, seal) SELECT practice_id, 1, 'first', 1, 2, 2, 'seal' FROM audit WHERE id = 'old'",
        "DELETE FROM audit WHERE id = 'old'",
        "DELETE FROM audit_chain WHERE record_id = 'old'",
    ] {
        stage.au().execute(sql, args![]).await.unwrap();
    }
    moved(&stage).await;
    let uk = &stage.server.region("uk").unwrap().db;
    let cut: Option<(i64, String)> = uk.optional("SELECT seq, hash FROM audit_cut", args![]).await.unwrap();
    assert_eq!(cut, Some((1, "first".to_owned())));
    let chain: Option<(i64,)> = uk.optional("SELECT COUNT(*) FROM audit_chain", args![]).await.unwrap();
    assert_eq!(chain.unwrap().0, 0, "nothing stands in for what is gone");
});
