//! Mail that came back, reported by the operator's mail service (AC-076): signed, fresh, and at the address of that very mail.

use axum::http::Method;
use portico::api::signature::sign;
use portico::args;
use portico::notices::bounce;
use serde_json::{Value, json};

use super::description::is_as_described;
use crate::portal_bounce::{SECRET, report, with_return_address};
use crate::support::desk::{number, times};
use crate::support::portal::{JO, ask};
use crate::support::program::{Program, Reply};
use crate::support::smtp_sink::{SinkSetup, SmtpSink};
use crate::support::stage::Stage;

const PATH: &str = "/api/v1/bounces";

/// The operator's mail service, with the secret.
struct Service<'a> {
    stage: &'a Stage,
    program: Program,
}

impl Service<'_> {
    async fn send(&self, kind: &str, path: &str, body: &[u8], at: i64) -> Reply {
        let signature = sign(SECRET, "msg_1", at, body).unwrap();
        let signed = self.program.with("webhook-id", "msg_1").with("webhook-timestamp", &at.to_string());
        signed.with("webhook-signature", &signature).send(Method::POST, path, kind, body.to_vec()).await
    }

    async fn json(&self, body: Value) -> Reply {
        let reply = self.send("application/json", PATH, body.to_string().as_bytes(), self.stage.now()).await;
        is_as_described("post", PATH, &reply);
        reply
    }

    async fn results(&self, body: Value) -> Value {
        let reply = self.json(body).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["results"].clone()
    }
}

/// The return address of the newest mail to Jo.
async fn mailed(stage: &Stage) -> String {
    ask(&mut stage.browser(), JO).await;
    stage.deliver().await;
    let sql = "SELECT message_id FROM link_ask WHERE message_id IS NOT NULL ORDER BY asked_at DESC LIMIT 1";
    let row: Option<(String,)> = stage.au().optional(sql, args![]).await.unwrap();
    bounce::return_address(&stage.server, &row.unwrap().0).unwrap()
}

async fn reported(stage: Stage) {
    let service = Service { stage: &stage, program: Program::without_key(&stage) };
    let bounced = async || {
        number(&stage, "SELECT COUNT(*) FROM outbox_state WHERE state IN ('bounced', 'deferred')", args![]).await
    };
    let address = mailed(&stage).await;
    let failed =
        |to: &str| json!({ "reports": [{ "to": to, "action": "failed", "reason": "550 5.1.1 no\r\nsuch mailbox" }] });

    // Unsigned, wrongly signed, too old, from the future, changed on the way: nothing happens.
    let body = failed(&address).to_string();
    let now = stage.now();
    for (what, at) in [("old", now - 301), ("from the future", now + 301)] {
        let reply = service.send("application/json", PATH, body.as_bytes(), at).await;
        assert_eq!((reply.status, reply.problem().as_str()), (401, "signature"), "{what}");
    }
    let right = sign(SECRET, "msg_1", now, body.as_bytes()).unwrap();
    let changed = body.replace("failed", "delayed");
    for (signature, body) in [("", &body), ("v1,AAAA", &body), (right.as_str(), &changed)] {
        let sender = service.program.with("webhook-id", "msg_1").with("webhook-timestamp", &now.to_string());
        let sender = if signature.is_empty() { sender } else { sender.with("webhook-signature", signature) };
        let reply = sender.send(Method::POST, PATH, "application/json", body.clone().into_bytes()).await;
        assert_eq!((reply.status, reply.problem().as_str()), (401, "signature"));
        is_as_described("post", PATH, &reply);
    }
    assert_eq!(bounced().await, 0);

    // AC-076: even signed, a report counts only at the marked address of one of our mails.
    let forged = address.replacen('.', ".aaaa", 1);
    for to in [JO, "bounces@portico.test", forged.as_str()] {
        assert_eq!(service.results(failed(to)).await, json!(["not-ours"]), "{to}");
    }
    assert_eq!(bounced().await, 0);

    // The real one does, once; kept and sent again it changes nothing.
    assert_eq!(service.results(failed(&address)).await, json!(["noted"]));
    assert_eq!(service.results(failed(&address.to_uppercase())).await, json!(["nothing-new"]));
    assert_eq!((bounced().await, times(&stage, "mail-came-back").await), (1, 1));
    let row: Option<(String,)> =
        stage.au().optional("SELECT reason FROM outbox_state WHERE state = 'bounced'", args![]).await.unwrap();
    assert_eq!(row.unwrap().0, "550 5.1.1 no such mailbox");

    // One event disables nobody: the next mail is sent, and its report may come as a mail does.
    stage.wait(61);
    let next = mailed(&stage).await;
    assert_ne!(next, address);
    let path = format!("{PATH}?to={}", portico::platform::web::encode(&next));
    let whole = async |kind: &str, path: &str, text: &str| service.send(kind, path, text.as_bytes(), stage.now()).await;
    assert_eq!(
        whole("message/rfc822", PATH, &report("failed")).await.json()["results"],
        json!(["not-ours"]),
        "to nobody"
    );
    assert_eq!(
        whole("message/rfc822", &path, "Subject: I am away\r\n\r\nBye").await.json()["results"],
        json!(["nothing-new"])
    );
    let noted = whole("multipart/report; report-type=delivery-status; boundary=x", &path, &report("delayed")).await;
    is_as_described("post", PATH, &noted);
    assert_eq!(noted.json()["results"], json!(["noted"]));
    let noted = whole("message/rfc822", &path, &report("failed")).await;
    assert_eq!((noted.json()["results"].clone(), bounced().await), (json!(["noted"]), 3));
    wrong_reports(&service, &address).await;
}

async fn wrong_reports(service: &Service<'_>, address: &str) {
    let one = json!({ "to": address, "action": "failed" });
    for (body, pointers) in [
        (json!({}), vec!["/reports"]),
        (json!({ "reports": [] }), vec!["/reports"]),
        (json!({ "reports": vec![one.clone(); 101] }), vec!["/reports"]),
        (json!({ "reports": [5] }), vec!["/reports/0/to", "/reports/0/action"]),
        (
            json!({ "reports": [one, { "to": "", "action": "eaten", "x": 1 }] }),
            vec!["/reports/1/to", "/reports/1/action", "/reports/1/x"],
        ),
    ] {
        let reply = service.json(body.clone()).await;
        assert_eq!((reply.status, reply.wrong()), (422, pointers.iter().map(ToString::to_string).collect()), "{body}");
    }
    let now = service.stage.now();
    for (kind, body, status) in [
        ("application/json", b"{".to_vec(), 400),
        ("application/json", b"{\"reports\":\"\xff\"}".to_vec(), 400),
        ("text/plain", b"x".to_vec(), 415),
        ("", b"x".to_vec(), 415),
        ("message/rfc822", vec![b'x'; (1 << 20) + 1], 413),
    ] {
        let reply = service.send(kind, PATH, &body, now).await;
        assert_eq!(reply.status, status, "{kind}: {}", reply.text);
        is_as_described("post", PATH, &reply);
    }
    let large = service.send("message/rfc822", PATH, &vec![b'x'; 1 << 20], now).await;
    assert_eq!(large.status, 200, "a mail of a megabyte is read");
    // Under any name of this server.
    for host in ["localhost:8080", "thames-therapy.uk.localhost:8080", "nobody.example"] {
        let elsewhere =
            Service { stage: service.stage, program: Program { host: host.into(), ..service.program.clone() } };
        assert_eq!(
            elsewhere.results(json!({ "reports": [{ "to": JO, "action": "delayed" }] })).await,
            json!(["not-ours"])
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_service_reports_what_came_back_sqlite() {
    let sink = SmtpSink::start(SinkSetup::default()).await;
    let port = sink.address.port();
    reported(Stage::with(tempfile::tempdir().unwrap(), |config| with_return_address(config, port)).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_service_reports_what_came_back_postgres() {
    let sink = SmtpSink::start(SinkSetup::default()).await;
    let port = sink.address.port();
    if let Some(stage) = Stage::postgres_with(move |config| with_return_address(config, port)).await {
        reported(stage).await;
    }
}

/// Where the operator has set no secret there is no such door.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_secret_nothing_is_taken() {
    let stage = Stage::sqlite().await;
    let service = Service { stage: &stage, program: Program::without_key(&stage) };
    let reply = service.json(json!({ "reports": [{ "to": JO, "action": "failed" }] })).await;
    assert_eq!((reply.status, reply.problem().as_str()), (404, "not-found"));
}
