//! Messages on their way out: what each answer of a mail server comes to, and that nothing is lost or sent twice.

mod mailbox;
mod states;
mod workers;

use portico::args;
use portico::notices::carriers::{Carriers, MailCarrier, TextCarrier};
use portico::notices::outbox::{self, Message};
use portico::notices::smtp::{Mailer, Security, SmtpSettings};
use portico::notices::text_message::{BodyType, TextGateway, TextSettings};
use portico::notices::{Event, Happening, happened};
use portico::platform::door::background_visit;
use portico::platform::web::Visit;
use portico::sign_in::person::{self, Person};

use crate::support::smtp_sink::{SinkSetup, SmtpSink};
use crate::support::stage::Stage;
use crate::support::text_sink::TextSink;

const SAM: &str = "sam@example.com";

/// A walk on both engines with a mail server and a text gateway: `sending!(name, |stage, mails, texts| { ... })`.
macro_rules! sending {
    ($name:ident, |$stage:ident, $mails:ident, $texts:ident| $body:block) => {
        mod $name {
            use super::*;

            async fn walk($stage: Stage, $mails: SmtpSink, $texts: TextSink) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let (mails, texts, carriers) = $crate::outbox::sinks().await;
                walk(Stage::sqlite_sending(carriers).await, mails, texts).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let (mails, texts, carriers) = $crate::outbox::sinks().await;
                if let Some(stage) = Stage::postgres_sending(carriers).await {
                    walk(stage, mails, texts).await;
                }
            }
        }
    };
}
use sending;

/// A mail server and a text gateway that answer within two seconds or never, and the ways to them.
pub async fn sinks() -> (SmtpSink, TextSink, Carriers) {
    let mails = SmtpSink::start(SinkSetup::default()).await;
    let texts = TextSink::start(None).await;
    let mailer = Mailer::new(SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: mails.address.port(),
        security: Security::Plain,
        username: None,
        password: None,
        helo_name: "portico.test".to_owned(),
        timeout_s: 2,
        from_address: "notices@portico.test".to_owned(),
        from_name: "Portico".to_owned(),
        reply_to: None,
        dkim: None,
        extra_root_ca_pem: None,
    });
    let gateway = TextGateway::new(TextSettings {
        url: format!("http://{}/send", texts.address),
        method: TextSettings::DEFAULT_METHOD.to_owned(),
        headers: vec![],
        body: r#"{"to":"{to}","text":"{text}"}"#.to_owned(),
        content_type: BodyType::Json,
        success: TextSettings::DEFAULT_SUCCESS,
        timeout_s: 2,
        from: None,
        extra_root_ca_pem: None,
    });
    let mail = MailCarrier::Smtp(Box::new(mailer.unwrap()));
    let text = TextCarrier::Gateway(Box::new(gateway.unwrap()));
    (mails, texts, Carriers { mail, text })
}

async fn at_practice(stage: &Stage, slug: &str) -> Visit {
    let region = stage.server.region("au").unwrap();
    let practice = region.practices.by_slug(&region.db, "au", slug, stage.now()).await.unwrap().unwrap();
    background_visit(&stage.server, practice).unwrap()
}

/// Something happens to Sam at Harbour Physio, and a mail tells of it.
async fn tell_sam(stage: &Stage, event: Event) {
    tell_sam_and(stage, event, None).await;
}

async fn tell_sam_and(stage: &Stage, event: Event, old_address: Option<&str>) {
    let visit = at_practice(stage, "harbour-physio").await;
    let practice = &visit.practice().unwrap().id;
    let sam = person::staff_by_email(stage.au(), practice, SAM).await.unwrap().unwrap();
    let before = old_address.map(|old| Person { email: old.to_owned(), ..sam.clone() });
    let mut happening = Happening::of(event, &sam);
    happening.before = before.as_ref();
    let mut tx = stage.au().write().await.unwrap();
    happened(&visit, &mut tx, happening).await.unwrap();
    tx.commit().await.unwrap();
}

/// So many messages of that kind, all to one address.
async fn put_many(stage: &Stage, slug: &str, kind: &str, to: &str, text: &str, number: usize) {
    let visit = at_practice(stage, slug).await;
    let mut tx = stage.au().write().await.unwrap();
    for _ in 0..number {
        let message = Message {
            kind,
            about: "walk",
            to,
            person_id: None,
            subject: "A walk",
            text,
            html: "<p>A walk</p>",
            discreet: false,
            until: None,
        };
        outbox::put(&visit, &mut tx, &message).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// A row of the outbox.
#[derive(Debug, sqlx::FromRow)]
struct Row {
    id: String,
    about: String,
    state: String,
    tries: i64,
    next_at: i64,
    claimed_by: String,
    body: Option<String>,
    ended_at: Option<i64>,
}

/// All rows, oldest first.
async fn rows(stage: &Stage) -> Vec<Row> {
    let sql = "SELECT id, about, state, tries, next_at, claimed_by, body, ended_at FROM outbox ORDER BY id";
    stage.au().all(sql, vec![]).await.unwrap()
}

/// The only row.
async fn row(stage: &Stage) -> Row {
    let mut rows = rows(stage).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0)
}

/// What was noted of a message: turn, state, reason.
async fn states(stage: &Stage, id: &str) -> Vec<(i64, String, String)> {
    let sql = "SELECT turn, state, reason FROM outbox_state WHERE message_id = $1 ORDER BY turn, at";
    stage.au().all(sql, args![id]).await.unwrap()
}
