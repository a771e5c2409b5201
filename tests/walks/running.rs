//! What operators do while people sign in: keys change, old things are thrown away, a page breaks.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use portico::args;
use portico::ops::{ahead, check, keys, purge};
use portico::platform::door::{self, Doors};
use portico::platform::headers;
use portico::platform::keyring::Keyring;
use portico::platform::only_read::OnlyRead;
use portico::platform::world::{RealWorld, random};

use crate::support::browser::Browser;
use crate::support::stage::Stage;
use crate::walk;

const SAM: &str = "sam@example.com";
const SAMS_PASSWORD: &str = "copper-kettle-meadow-19";
const HOST: &str = "harbour-physio.au.localhost:8080";

async fn sign_in(browser: &mut Browser, password: &str) {
    browser.open("/sign-in").await;
    browser.submit(&[("email", SAM), ("password", password)]).await;
}

/// What `portico keys rotate` writes, by another process.
pub fn write_new_key(stage: &Stage, id: &str) -> Keyring {
    let file = stage.server.config.keys.file.clone().unwrap();
    let mut ring = Keyring::parse(&std::fs::read_to_string(&file).unwrap()).unwrap();
    ring.add_new(id, random::<32>(&RealWorld)).unwrap();
    ring.rewrite(&file).unwrap();
    ring
}

async fn count(stage: &Stage, sql: &'static str) -> i64 {
    stage.au().optional::<(i64,)>(sql, vec![]).await.unwrap().unwrap().0
}

walk!(keys_rotate_while_people_sign_in, |stage| {
    let mut before = stage.browser();
    sign_in(&mut before, SAMS_PASSWORD).await;
    assert!(before.cookies.contains_key("__Host-session"));
    let mut during = stage.browser();
    during.open("/sign-in").await;
    let old_uses = keys::reseal::uses(stage.au(), "k1").await.unwrap();
    assert!(old_uses.sealed > 0 && old_uses.passwords > 0, "{old_uses:?}");

    let ring = write_new_key(&stage, "k2");
    // Another process seals under the new key before this one has looked: opening finds it all the same.
    let resealed = keys::reseal::reseal(stage.au(), &ring, &RealWorld).await.unwrap();
    assert_eq!((resealed.values, resealed.refused.len()), (u64::try_from(old_uses.sealed).unwrap(), 0));
    let row: (String, String, String) = stage
        .au()
        .optional("SELECT practice_id, id, mobile FROM person WHERE email_key = 'sam@example.com'", vec![])
        .await
        .unwrap()
        .unwrap();
    assert!(row.2.starts_with("v1.k2."));
    assert_eq!(stage.server.open("mobile", &[&row.0, &row.1], &row.2).unwrap(), "+61491570157");
    assert_eq!(stage.server.keyring().current(), "k2");

    // The form that was open meanwhile, the session from before, and a new sign-in all go on.
    during.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    assert!(during.cookies.contains_key("__Host-session"), "{}", during.text());
    before.send(axum::http::Method::GET, "/sign-in", None).await;
    assert!(before.status.is_redirection(), "whoever is signed in still is");
    let mut after = stage.browser();
    sign_in(&mut after, SAMS_PASSWORD).await;
    assert!(after.cookies.contains_key("__Host-session"), "{}", after.text());
    let uses = keys::reseal::uses(stage.au(), "k1").await.unwrap();
    assert_eq!(
        (uses.sealed, uses.passwords),
        (0, old_uses.passwords - 1),
        "who signs in gets a hash under the new key"
    );
    // A second run finds nothing to do.
    assert_eq!(keys::reseal::reseal(stage.au(), &ring, &RealWorld).await.unwrap(), keys::reseal::Resealed::default());
});

walk!(a_key_that_is_needed_is_not_dropped, |stage| {
    let reload = |stage: &Stage| stage.server.reload_keys().unwrap();
    write_new_key(&stage, "k2");
    reload(&stage);
    let mut sam = stage.browser();
    sign_in(&mut sam, SAMS_PASSWORD).await;
    write_new_key(&stage, "k3");
    reload(&stage);
    let config = config_like(&stage);
    let why = |id: &'static str| {
        let config = &config;
        async move { keys::drop_key(config, id).await.unwrap_err().to_string() }
    };
    assert!(why("k3").await.contains("seals now"));
    assert!(why("k1").await.contains("oldest"));
    assert!(why("k9").await.contains("no key k9"));
    assert!(
        why("k2").await.contains("1 password hashes, 0 passphrases, 0 safe words, 0 PINs, 0 backup codes need it"),
        "{}",
        why("k2").await
    );
    sign_in(&mut stage.browser(), SAMS_PASSWORD).await;
    keys::reseal::reseal(stage.au(), &config.keys.ring, &RealWorld).await.unwrap();
    keys::drop_key(&config, "k2").await.unwrap();
    assert!(reload(&stage), "the server hears of it");
    sign_in(&mut stage.browser(), SAMS_PASSWORD).await;
});

walk!(links_codes_and_backup_codes_keep_their_key, |stage| {
    let (practice, person): (String, String) = stage
        .au()
        .optional("SELECT practice_id, id FROM person WHERE email_key = 'sam@example.com'", vec![])
        .await
        .unwrap()
        .unwrap();
    let labels = [("invite", "inviter"), ("email", "new email"), ("email-by-administrator", "email-by-administrator")];
    for (purpose, label) in labels {
        let sealed = stage.server.seal(label, &[&practice, &person], "who or where").unwrap();
        let add = "INSERT INTO token (practice_id, hash, purpose, person_id, sent_to, data, created_at, expires_at)
             VALUES ($1, $2, $3, $4, '', $5, $6, $6)";
        stage.au().execute(add, portico::args![&practice, label, purpose, &person, sealed, stage.now()]).await.unwrap();
    }
    // A code that went to a new number, and one that went to the number on file.
    let number = stage.server.seal("mobile", &[&practice, &person], "+61491570156").unwrap();
    let add =
        "INSERT INTO mobile_code (practice_id, id, person_id, purpose, hash, number, asked_by, created_at, expires_at)
         VALUES ($1, $2, $3, 'change', '', $4, '', $5, $5)";
    let before = keys::reseal::uses(stage.au(), "k1").await.unwrap().sealed;
    for (id, number) in [("sealed", Some(number)), ("on file", None)] {
        stage.au().execute(add, portico::args![&practice, id, &person, number, stage.now()]).await.unwrap();
    }
    assert_eq!(keys::reseal::uses(stage.au(), "k1").await.unwrap().sealed, before + 1);
    let add = "INSERT INTO backup_code (practice_id, person_id, hash, set_id, used_at) VALUES ($1, $2, $3, 's', $4)";
    for (hash, used) in [("k1.a", None), ("k1.b", Some(1)), ("k11.c", None)] {
        stage.au().execute(add, portico::args![&practice, &person, hash, used]).await.unwrap();
    }
    stage.au().execute("UPDATE person SET backup_set = 's' WHERE id = $1", portico::args![&person]).await.unwrap();
    assert_eq!(keys::reseal::uses(stage.au(), "k1").await.unwrap().backup_codes, 1);

    let ring = write_new_key(&stage, "k2");
    assert_eq!(keys::reseal::reseal(stage.au(), &ring, &RealWorld).await.unwrap().refused, vec![]);
    assert_eq!(keys::reseal::uses(stage.au(), "k1").await.unwrap().sealed, 0);
    for (_, label) in labels {
        let row: (String,) = stage
            .au()
            .optional("SELECT data FROM token WHERE hash = $1", portico::args![label])
            .await
            .unwrap()
            .unwrap();
        assert!(row.0.starts_with("v1.k2."));
        assert_eq!(stage.server.open(label, &[&practice, &person], &row.0).unwrap(), "who or where");
    }
    let sql = "SELECT id, number FROM mobile_code ORDER BY id";
    let codes: Vec<(String, Option<String>)> = stage.au().all(sql, vec![]).await.unwrap();
    let [(_, None), (_, Some(number))] = codes.as_slice() else { panic!("{codes:?}") };
    assert!(number.starts_with("v1.k2."), "{number}");
    assert_eq!(stage.server.open("mobile", &[&practice, &person], number).unwrap(), "+61491570156");
});

/// The settings a command would read now.
pub fn config_like(stage: &Stage) -> portico::config::Config {
    let address = "127.0.0.1:8080".parse().unwrap();
    let mut config = portico::ops::demo::settings(stage.folder.path(), address, &RealWorld).unwrap();
    config.regions.clone_from(&stage.server.config.regions);
    config
}

walk!(another_oldest_key_is_not_taken_over, |stage| {
    let file = stage.server.config.keys.file.clone().unwrap();
    let mut ring = Keyring::generate("k0", random::<32>(&RealWorld)).unwrap();
    ring.add_new("k1", random::<32>(&RealWorld)).unwrap();
    ring.rewrite(&file).unwrap();
    assert!(stage.server.reload_keys().is_err());
    sign_in(&mut stage.browser(), SAMS_PASSWORD).await;
    assert_eq!(stage.server.keyring().current(), "k1");
});

walk!(what_is_over_is_thrown_away_and_the_rest_stays, |stage| {
    let (_say, stop) = tokio::sync::watch::channel(false);
    // A sign-in that stops at a second step.
    stage.au().execute("UPDATE practice SET everyone_second_from = 1", vec![]).await.unwrap();
    sign_in(&mut stage.browser(), SAMS_PASSWORD).await;
    // Else everybody would owe a second factor by then.
    stage.au().execute("UPDATE practice SET everyone_second_from = NULL", vec![]).await.unwrap();
    stage.wait(120);
    let mut sam = stage.browser();
    sign_in(&mut sam, "something else entirely").await;
    for _ in 0..5 {
        sign_in(&mut stage.browser(), "something else entirely").await;
    }
    stage.wait(120);
    sign_in(&mut stage.browser().from("198.51.100.3"), SAMS_PASSWORD).await;
    let record = count(&stage, "SELECT COUNT(*) FROM audit").await;
    let lanes = count(&stage, "SELECT COUNT(*) FROM tries WHERE count >= 5").await;
    assert!(lanes > 0 && record >= 2);
    purge::round(stage.au(), stage.now(), &stop).await.unwrap();
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM session").await, 1);
    if matches!(stage.au(), portico::platform::db::Db::Sqlite { .. }) {
        let counted = count(&stage, "SELECT COUNT(*) FROM sqlite_stat1 WHERE tbl = 'audit'").await;
        assert!(counted > 0, "SQLite knows what its tables hold");
    }
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM attempt").await, 1);
    stage.wait(40 * 86_400);
    purge::round(stage.au(), stage.now(), &stop).await.unwrap();
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM session").await, 0);
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM attempt").await, 0);
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM proof").await, 0);
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM sprayed").await, 0);
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM tries WHERE count >= 5").await, lanes, "guessing is not forgotten");
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM audit").await, record, "the record stays");
    // An old account is not a new one: the next strange browser is still told of.
    sign_in(&mut stage.browser().from("198.51.100.77"), SAMS_PASSWORD).await;
    assert_eq!(stage.events().await.last().unwrap(), "signed-in-new-browser");
});

// AC-185: the clock was set a year ahead, and back.
walk!(a_clock_that_was_ahead_keeps_nobody_out, |stage| {
    const YEAR: i64 = 365 * 86_400;
    stage.wait(YEAR);
    for _ in 0..6 {
        sign_in(&mut stage.browser(), "something else entirely").await;
    }
    let mut jo = stage.browser();
    crate::support::portal::ask(&mut jo, "jo@example.com").await;
    stage.wait(-YEAR);
    let mut sam = stage.browser();
    sign_in(&mut sam, SAMS_PASSWORD).await;
    assert_eq!(sam.status, 429);
    assert_eq!(stage.deliver().await, 0, "the mail waits for its year");
    let counted = count(&stage, "SELECT MAX(count) FROM tries").await;
    assert!(ahead::bring_back(stage.au(), stage.now()).await.unwrap() > 3);
    assert_eq!(count(&stage, "SELECT MAX(count) FROM tries").await, counted, "wrong answers are not forgotten");
    sign_in(&mut sam, SAMS_PASSWORD).await;
    assert!(sam.cookies.contains_key("__Host-session"), "{}", sam.text());
    assert!(stage.deliver().await >= 2, "the asking and its mail");
    stage.wait(61);
    crate::support::portal::sign_in(&stage, &mut jo, "jo@example.com").await;
    jo.is_at("/me");
    assert_eq!(ahead::bring_back(stage.au(), stage.now()).await.unwrap(), 0, "and nothing of today is touched");
});

// AC-185: so it is with the fresh proof of a session: once is asked, not in a circle, and nobody is fresh for it who has shown nothing.
walk!(a_clock_set_back_asks_once_who_one_is, |stage| {
    const PROVED: &str = "UPDATE session SET fresh_at = fresh_at + $1";
    let mut sam = stage.browser();
    sign_in(&mut sam, SAMS_PASSWORD).await;
    let open = async |sam: &mut Browser, ahead: i64, leads: &str| {
        stage.au().execute(PROVED, args![ahead]).await.unwrap();
        stage.wait(5);
        sam.open("/me/email").await.is_at(leads);
    };
    open(&mut sam, 600, "/confirm").await;
    sam.submit(&[("password", SAMS_PASSWORD)]).await.is_at("/me/email");
    // Two nodes a few seconds apart ask nobody.
    open(&mut sam, 50, "/me/email").await;
    open(&mut sam, 70, "/confirm").await;
    sam.submit(&[("password", SAMS_PASSWORD)]).await.is_at("/me/email");
    open(&mut sam, 86_400, "/confirm").await;
    assert_eq!(ahead::bring_back(stage.au(), stage.now()).await.unwrap(), 1);
    open(&mut sam, 0, "/confirm").await;
    sam.submit(&[("password", SAMS_PASSWORD)]).await.is_at("/me/email");
    assert_eq!(ahead::bring_back(stage.au(), stage.now()).await.unwrap(), 0);
});

// A balancer that asks for a region hears of that one; without a name one region's fault takes nobody else's pages away.
walk!(a_regions_fault_is_that_regions, |stage| {
    let mut balancer = stage.browser_at("127.0.0.1:8080");
    balancer.open("/readyz").await.sees("OK");
    stage.au().execute("ALTER TABLE schema_step RENAME TO schema_step_away", vec![]).await.unwrap();
    for (path, status, words) in [
        ("/readyz", 200, "au: not ready uk: ready"),
        ("/readyz?region=au", 503, "au: not ready"),
        ("/readyz?region=uk", 200, "OK"),
        ("/readyz?region=nowhere", 404, "Not Found"),
    ] {
        balancer.open(path).await.sees(words);
        assert_eq!(balancer.status.as_u16(), status, "{path}");
    }
    for region in stage.server.databases().filter(|region| region.name != "au") {
        region.db.execute("ALTER TABLE schema_step RENAME TO schema_step_away", vec![]).await.unwrap();
    }
    balancer.open("/readyz").await;
    assert_eq!(balancer.status.as_u16(), 503, "where no database answers");
});

// The same name to the network, another origin to a browser: forms and passkeys would be refused.
walk!(a_name_with_a_final_dot_leads_to_the_name, |stage| {
    let mut sam = stage.browser_at("harbour-physio.au.localhost.:8080");
    sam.open("/sign-in?then=%2Fme").await;
    assert_eq!(sam.status.as_u16(), 308);
    assert_eq!(sam.answered["location"], "http://harbour-physio.au.localhost:8080/sign-in?then=%2Fme");
    let mut nobody = stage.browser_at("evil.example.:8080");
    nobody.open("/sign-in").await;
    assert_eq!(nobody.status.as_u16(), 404);
});

walk!(a_page_that_panics_is_one_page, |stage| {
    let broken = Router::new().route("/broken", get(async || -> String { panic!("a fault of this page") }));
    let doors = std::sync::Arc::new(Doors {
        server: Arc::clone(&stage.server),
        practice: broken.merge(portico::app::practice_routes()),
        entrance: Router::new(),
        support: Router::new(),
        programs: Router::new(),
        hooks: Router::new(),
        between: Router::new(),
        keeps_stale: &[],
        keeps_other: &[],
        takes_any: &[],
        pages: &[],
        hides_origin: &[],
        anywhere: &[],
        headers: headers::usual(&stage.server),
        only_read: OnlyRead::default(),
    });
    let service = tower::service_fn(move |request| door::enter(std::sync::Arc::clone(&doors), request));
    let mut browser = Browser::new(Router::new().fallback_service(service), HOST);
    browser.open("/broken").await;
    assert_eq!(browser.status.as_u16(), 500);
    browser.sees("Harbour Physio");
    assert!(!browser.text().contains("a fault of this page"));
    sign_in(&mut browser, SAMS_PASSWORD).await;
    assert!(browser.cookies.contains_key("__Host-session"), "everybody else goes on");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_answers_in_the_demo_world() {
    let folder = tempfile::tempdir().unwrap();
    let found = check::pages(Arc::new(RealWorld), Some(folder.path())).await.unwrap();
    assert!(found.problems.is_empty(), "{:#?}", found.problems);
    assert!(folder.path().join("stranger_sign_in.html").exists());
}
