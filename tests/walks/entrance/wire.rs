//! Regions that another deployment serves: asked over TLS, sealed besides, and never believed when something is off.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Router, extract::Path};
use http_body_util::BodyExt;
use portico::config::FarRegion;
use portico::ops::doctor::{self, Level};
use portico::ops::listen::{self, Certificates, Limits};
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::{HOST, ask, deliver, mails};
use crate::support::browser::Browser;
use crate::support::stage::{Stage, code_in};
use crate::walk;

/// A server on loopback that speaks TLS with a certificate of its own.
pub(super) struct Served {
    port: u16,
    pem: std::path::PathBuf,
    _folder: tempfile::TempDir,
    _stop: tokio::sync::oneshot::Sender<()>,
}

pub(super) async fn serve(router: Router) -> Served {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (pem, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&pem, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let certificates = Certificates::load(&pem, &key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let stopped = async move { drop(stopped.await) };
    tokio::spawn(listen::serve(listener, router, Some(certificates), Limits::default(), stopped));
    Served { port, pem, _folder: folder, _stop: stop }
}

/// An entrance that serves no region itself. It shares the keys of the regions' stage, unless it is a stranger to them.
pub(super) async fn entrance(regions: &Stage, served: &[(&str, &Served)], stranger: bool, trusts: bool) -> Stage {
    let folder = tempfile::tempdir().unwrap();
    if !stranger {
        std::fs::copy(regions.folder.path().join("keys"), folder.path().join("keys")).unwrap();
    }
    let far = served.iter().map(|(name, served)| FarRegion {
        name: (*name).to_owned(),
        address: format!("https://localhost:{}", served.port),
        ca_file: trusts.then(|| served.pem.clone()),
        public_port: None,
    });
    let far: Vec<FarRegion> = far.collect();
    Stage::with(folder, |config| {
        config.regions.clear();
        config.far_regions = far;
    })
    .await
}

pub(super) fn desk(entrance: &Stage) -> Browser {
    entrance.browser_at(HOST)
}

walk!(two_far_regions_are_one_list, |stage| {
    let served = serve(stage.router.clone()).await;
    let entrance = entrance(&stage, &[("au", &served), ("uk", &served)], false, true).await;
    let mut desk = desk(&entrance);
    ask(&entrance, &mut desk, "alex@example.com").await;
    let mail = &mails(&entrance, "alex@example.com")[0];
    assert!(mail.text.contains("Harbour Physio") && mail.text.contains("Thames Therapy"), "{}", mail.text);
    desk.submit(&[("code", &code_in(&mail.text))]).await.is_at("/list").sees("Thames Therapy");
    // The ticket was sealed by the region itself: it fills in the address there.
    let href = desk.link("Thames Therapy");
    let there = super::follow_to(&stage, &href).await;
    assert_eq!(there.is_at("/sign-in").hidden("email"), "alex@example.com");
});

walk!(a_clock_five_minutes_off_keeps_nobody_out, |stage| {
    let served = serve(stage.router.clone()).await;
    stage.wait(300);
    let entrance = entrance(&stage, &[("au", &served), ("uk", &served)], false, true).await;
    ask(&entrance, &mut desk(&entrance), "alex@example.com").await;
    assert!(mails(&entrance, "alex@example.com")[0].text.contains("Harbour Physio"));
    // A quarter of an hour is no slip any more.
    entrance.wait(1200);
    ask(&entrance, &mut desk(&entrance), "alex@example.com").await;
    let mail = &mails(&entrance, "alex@example.com");
    assert!(mail.iter().any(|mail| mail.text.contains("AU, UK right now")), "{mail:?}");
});

walk!(who_cannot_show_a_certificate_or_the_key_is_silence, |stage| {
    let served = serve(stage.router.clone()).await;
    for (stranger, trusts) in [(true, true), (false, false)] {
        let entrance = entrance(&stage, &[("au", &served)], stranger, trusts).await;
        ask(&entrance, &mut desk(&entrance), "alex@example.com").await;
        let mail = &mails(&entrance, "alex@example.com")[0];
        assert!(mail.text.contains("our servers in AU right now") && !mail.text.contains("Harbour"), "{}", mail.text);
    }
});

walk!(the_operator_of_an_entrance_sees_which_regions_answer, |stage| {
    let served = serve(stage.router.clone()).await;
    let slow = serve(Router::new().route("/between/{region}", post(std::future::pending::<Response>))).await;
    let said = async |entrance: &Stage| {
        let found = doctor::far::examine(&entrance.server).await;
        found.into_iter().map(|one| (one.level, one.what)).collect::<Vec<_>>()
    };
    let right = entrance(&stage, &[("au", &served), ("uk", &slow)], false, true).await;
    let found = said(&right).await;
    assert!(found[0].0 == Level::Ok && found[0].1.contains("region au"), "{found:?}");
    assert!(found[1].0 == Level::Fail && found[1].1.contains("no answer within 2 s"), "{found:?}");
    right.wait(1200);
    assert!(said(&right).await[0].1.contains("refuses"), "clocks too far apart");
    let stranger = entrance(&stage, &[("au", &served)], true, true).await;
    assert!(said(&stranger).await[0].1.contains("refuses"), "another key");
    let blind = entrance(&stage, &[("au", &served)], false, false).await;
    assert_eq!(said(&blind).await[0].0, Level::Fail, "no certificate that it trusts");
});

walk!(a_slow_region_and_one_that_talks_nonsense_hold_nobody_up, |stage| {
    let good = serve(stage.router.clone()).await;
    let nonsense = serve(Router::new().route("/between/{region}", post(|| async { "v1.link.AAAA" }))).await;
    let slow = serve(Router::new().route("/between/{region}", post(std::future::pending::<Response>))).await;
    let asked = [("au", &good), ("uk", &slow), ("eu", &nonsense)];
    let entrance = entrance(&stage, &asked, false, true).await;
    let mut desk = desk(&entrance);
    let answered = tokio::time::timeout(Duration::from_secs(8), ask(&entrance, &mut desk, "alex@example.com"));
    answered.await.expect("within seconds");
    let mail = &mails(&entrance, "alex@example.com")[0];
    assert!(mail.text.contains("Harbour Physio") && mail.text.contains("servers in EU, UK right now"), "{}", mail.text);
});

/// Lets the first answer through and gives it to every later question.
fn repeating(region: Router) -> Router {
    let first: Arc<Mutex<Option<String>>> = Arc::default();
    Router::new().route(
        "/between/{region}",
        post(move |Path(name): Path<String>, body: Bytes| async move {
            if let Some(answer) = first.lock().unwrap().clone() {
                return answer.into_response();
            }
            let (status, answer) = between(&region, &name, body).await;
            assert_eq!(status, StatusCode::OK);
            *first.lock().unwrap() = Some(answer.clone());
            answer.into_response()
        }),
    )
}

async fn between(region: &Router, name: &str, body: Bytes) -> (StatusCode, String) {
    let request = Request::builder().method(Method::POST).uri(format!("/between/{name}")).header("host", "localhost");
    let request = request.header("content-type", "application/json").body(Body::from(body)).unwrap();
    let response = region.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

walk!(an_answer_played_back_is_no_answer, |stage| {
    let served = serve(repeating(stage.router.clone())).await;
    let entrance = entrance(&stage, &[("au", &served)], false, true).await;
    ask(&entrance, &mut desk(&entrance), "alex@example.com").await;
    assert!(mails(&entrance, "alex@example.com")[0].text.contains("Harbour Physio"));
    ask(&entrance, &mut desk(&entrance), "sam@example.com").await;
    let mail = &mails(&entrance, "sam@example.com")[0];
    assert!(mail.text.contains("our servers in AU right now") && !mail.text.contains("Harbour"), "{}", mail.text);
});

walk!(a_question_played_back_or_bent_is_refused, |stage| {
    let heard: Arc<Mutex<Vec<Bytes>>> = Arc::default();
    let (kept, real) = (Arc::clone(&heard), stage.router.clone());
    let listening = Router::new().route(
        "/between/{region}",
        post(move |Path(name): Path<String>, body: Bytes| async move {
            kept.lock().unwrap().push(body.clone());
            between(&real, &name, body).await.1
        }),
    );
    let served = serve(listening).await;
    let entrance = entrance(&stage, &[("au", &served)], false, true).await;
    ask(&entrance, &mut desk(&entrance), "alex@example.com").await;
    assert_eq!(mails(&entrance, "alex@example.com").len(), 1, "the honest one got through");
    let body = heard.lock().unwrap()[0].clone();
    assert!(!String::from_utf8_lossy(&body).contains("alex"), "sealed");
    assert_eq!(between(&stage.router, "au", body.clone()).await.0, 403, "a second time");
    let question: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let bent = |field: &str, value: serde_json::Value| {
        let mut bent = question.clone();
        bent[field] = value;
        Bytes::from(bent.to_string())
    };
    for (name, body) in [
        ("uk", body.clone()),
        ("au", bent("id", "another".into())),
        ("au", bent("at", (stage.now() + 1).into())),
        ("au", bent("sealed", "v1.link.AAAA".into())),
        ("au", Bytes::from_static(b"{}")),
        ("nowhere", body.clone()),
    ] {
        let (status, said) = between(&stage.router, name, body).await;
        assert_eq!(status, 403);
        assert_eq!(said, "Forbidden");
    }
    deliver(&entrance).await;
});

/// Answers every question as the region would, sealed for it, with this text.
pub(super) fn saying(stage: &Stage, text: &'static str) -> Router {
    let server = Arc::clone(&stage.server);
    Router::new().route(
        "/between/{region}",
        post(move |Path(name): Path<String>, body: Bytes| async move {
            let question: serde_json::Value = serde_json::from_slice(&body).unwrap();
            server.seal_for(&name, "answer", &[question["id"].as_str().unwrap()], text).unwrap()
        }),
    )
}

// What a browser remembers is at hand: no region holds up the front page, and none takes anything away by mistake.
walk!(what_is_remembered_is_shown_at_once_and_stays, |stage| {
    let (practice, person): (String, String) = stage
        .au()
        .optional("SELECT practice_id, id FROM person WHERE email_key = 'sam@example.com'", portico::args![])
        .await
        .unwrap()
        .unwrap();
    let short = |id: &str| {
        let id: uuid::Uuid = id.parse().unwrap();
        data_encoding::BASE64URL_NOPAD.encode(id.as_bytes())
    };
    let kept = format!("au harbour-physio {} {} 0", short(&practice), short(&person));
    let sealed = stage.server.seal("remembered", &["entrance"], &kept).unwrap();
    let honest = serve(stage.router.clone()).await;
    let slow = serve(Router::new().route("/between/{region}", post(std::future::pending::<Response>))).await;
    let short_of_one = serve(saying(&stage, "{\"Still\":[]}")).await;
    let of_another_kind = serve(saying(&stage, "{\"Where\":[]}")).await;
    let gone = serve(saying(&stage, "{\"Still\":[null]}")).await;
    for (served, words) in [
        (&slow, Some("harbour-physio")),
        (&short_of_one, Some("harbour-physio")),
        (&of_another_kind, Some("harbour-physio")),
        (&honest, Some("Harbour Physio")),
        (&gone, None),
    ] {
        let entrance = entrance(&stage, &[("au", served)], false, true).await;
        let mut desk = desk(&entrance);
        desk.cookies.insert("__Host-practices".into(), sealed.clone());
        let opened = tokio::time::timeout(Duration::from_millis(1500), async { _ = desk.open("/").await });
        opened.await.expect("at once");
        assert_eq!(desk.cookies.contains_key("__Host-practices"), words.is_some());
        match words {
            Some(words) => _ = desk.sees("On this device").sees(words),
            None => _ = desk.misses("On this device"),
        }
    }
});

/// Somebody asks, each from an address of their own; answers which.
async fn asked(entrance: &Stage, number: usize) -> String {
    let email = format!("overlap{number}@example.com");
    let mut asker = desk(entrance).from(&format!("198.51.100.{number}"));
    asker.open("/").await;
    asker.submit(&[("email", &email)]).await.is_at("/find");
    email
}

/// Looks again and again until it is so, for fifteen seconds at most.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(15), "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

// Everybody waits two seconds for the region that hangs, and nobody for anybody else's two seconds.
walk!(askings_do_not_wait_for_each_others_silent_region, |stage| {
    let good = serve(stage.router.clone()).await;
    let questions: Arc<Mutex<usize>> = Arc::default();
    let count = Arc::clone(&questions);
    let hanging = Router::new().route(
        "/between/{region}",
        post(move || {
            *count.lock().unwrap() += 1;
            std::future::pending::<Response>()
        }),
    );
    let slow = serve(hanging).await;
    let entrance = entrance(&stage, &[("au", &good), ("uk", &slow)], false, true).await;
    let (_say, stop) = tokio::sync::watch::channel(false);
    let _work = portico::ops::tasks::spawn_all(&entrance.server, &stop);
    let asked_so_far = || *questions.lock().unwrap();
    // The region is asked for the second while the first still waits for it.
    let mut askers = vec![asked(&entrance, 0).await];
    until("the first question", || asked_so_far() == 1).await;
    askers.push(asked(&entrance, 1).await);
    until("the second question", || asked_so_far() == 2).await;
    assert!(mails(&entrance, &askers[0]).is_empty(), "nobody's two seconds are over");
    for number in 2..24 {
        askers.push(asked(&entrance, number).await);
    }
    for email in &askers {
        until("a mail for everybody", || !mails(&entrance, email).is_empty()).await;
    }
    // All of them are due again; one question or two in vain are enough, and whoever asks now does not stand behind them.
    let before = asked_so_far();
    entrance.wait(15);
    until("a repeat", || asked_so_far() > before).await;
    let late = asked(&entrance, 99).await;
    until("a mail for who asks now", || !mails(&entrance, &late).is_empty()).await;
    let again = asked_so_far() - before;
    assert!((2..=10).contains(&again), "{again} questions to a region that is silent");
});
