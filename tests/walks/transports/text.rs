//! How far a text message got, for every way in which a gateway can fail.

use portico::notices::text_message::{BodyType, Text, TextGateway, TextProblem, TextSettings};
use portico::notices::transport::Outcome;

use crate::support::text_sink::{TextFault, TextSink};

fn settings(url: String) -> TextSettings {
    TextSettings {
        url,
        method: TextSettings::DEFAULT_METHOD.to_owned(),
        headers: vec![("Authorization".to_owned(), "Bearer k3y".to_owned())],
        body: r#"{"to":"{to}","text":"{text}","from":"{from}"}"#.to_owned(),
        content_type: BodyType::Json,
        success: TextSettings::DEFAULT_SUCCESS,
        timeout_s: 1,
        from: Some("Harbour".to_owned()),
        extra_root_ca_pem: None,
    }
}

fn plain(sink: &TextSink) -> TextSettings {
    settings(format!("http://{}/send?k=s3cret", sink.address))
}

fn text() -> Text {
    Text { id: "n-1".to_owned(), to: "+61491570156".to_owned(), text: "Your code is 482913\n\"quoted\"".to_owned() }
}

async fn outcome_of(fault: TextFault) -> Outcome {
    let sink = TextSink::start(None).await;
    sink.fail(fault);
    let gateway = TextGateway::new(plain(&sink)).unwrap();
    let outcome = gateway.send(&text()).await;
    assert_eq!(sink.calls().len(), 1, "a call is made once");
    for secret in ["482913", "491570156", "k3y", "s3cret"] {
        assert!(!format!("{outcome:?} {gateway:?}").contains(secret));
    }
    outcome
}

#[tokio::test]
async fn an_honest_gateway_takes_the_text() {
    let sink = TextSink::start(None).await;
    let outcome = TextGateway::new(plain(&sink)).unwrap().send(&text()).await;
    let reply = "200 {\"sid\":\"SM1\"}".to_owned();
    assert_eq!(outcome, Outcome::HandedOver { reply });
    let call = &sink.calls()[0];
    assert_eq!(call.request_line, "POST /send?k=s3cret HTTP/1.1");
    assert_eq!(call.header("authorization"), Some("Bearer k3y"));
    assert_eq!(call.header("idempotency-key"), Some("n-1"));
    assert_eq!(call.header("content-type"), Some("application/json"));
    let body: serde_json::Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!(body["text"], "Your code is 482913\n\"quoted\"");
    assert_eq!(body["to"], "+61491570156");
}

#[tokio::test]
async fn everything_can_stand_in_the_address() {
    let sink = TextSink::start(None).await;
    let mut settings = settings(format!("http://{}/send?to={{to}}&text={{text}}", sink.address));
    (settings.method, settings.body, settings.content_type) = ("GET".into(), String::new(), BodyType::Plain);
    TextGateway::new(settings.clone()).unwrap().send(&text()).await;
    let wanted = "GET /send?to=%2B61491570156&text=Your%20code%20is%20482913%0A%22quoted%22 HTTP/1.1";
    assert_eq!(sink.calls()[0].request_line, wanted);
    for host in ["http://{to}/send", "http://127.0.0.1{to}/send", "http://{text}@127.0.0.1/send"] {
        settings.url = host.to_owned();
        assert!(TextGateway::new(settings.clone()).is_err(), "{host}");
    }
}

#[tokio::test]
async fn a_form_is_sent_as_a_form() {
    let sink = TextSink::start(None).await;
    let mut form = plain(&sink);
    form.content_type = BodyType::Form;
    form.body = "To={to}&Body={text}".to_owned();
    let gateway = TextGateway::new(form).unwrap();
    gateway.send(&text()).await;
    let call = &sink.calls()[0];
    assert!(call.body.starts_with("To=%2B61491570156&Body=Your+code"));
    let form_type = Some("application/x-www-form-urlencoded");
    assert_eq!(call.header("content-type"), form_type);
}

#[tokio::test]
async fn statuses_mean_what_they_say() {
    for status in [429, 500, 503, 401, 302] {
        let outcome = outcome_of(TextFault::Status(status)).await;
        let deferred = matches!(outcome, Outcome::Deferred { code, .. } if code == Some(status));
        assert!(deferred, "{status}: {outcome:?}");
    }
    for status in [400, 403, 404, 422] {
        let outcome = outcome_of(TextFault::Status(status)).await;
        let rejected = matches!(outcome, Outcome::Rejected { code, .. } if code == Some(status));
        assert!(rejected, "{status}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_good_answer_other_than_the_agreed_one_is_unsure() {
    let sink = TextSink::start(None).await;
    let mut strict = plain(&sink);
    strict.success = 202..=202;
    let outcome = TextGateway::new(strict).unwrap().send(&text()).await;
    assert!(matches!(outcome, Outcome::Unsure { .. }), "{outcome:?}");
}

#[tokio::test]
async fn silence_after_the_call_is_unsure() {
    for fault in [TextFault::Hang, TextFault::Drop] {
        let outcome = outcome_of(fault).await;
        assert!(matches!(outcome, Outcome::Unsure { .. }), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_status_holds_without_its_words() {
    for fault in [TextFault::HangAfterStatus, TextFault::Endless] {
        let outcome = outcome_of(fault).await;
        let reply = "200".to_owned();
        assert_eq!(outcome, Outcome::HandedOver { reply });
    }
}

#[tokio::test]
async fn a_gateway_out_of_reach_is_a_delay() {
    let nobody = TextGateway::new(settings("http://127.0.0.1:1/".to_owned())).unwrap();
    let outcome = nobody.send(&text()).await;
    assert!(matches!(outcome, Outcome::Deferred { code: None, .. }), "{outcome:?}");
    // Accepts connections and never speaks TLS.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", silent.local_addr().unwrap());
    let outcome = TextGateway::new(settings(url)).unwrap().send(&text()).await;
    assert!(matches!(outcome, Outcome::Deferred { code: None, .. }), "{outcome:?}");
}

#[tokio::test]
async fn the_certificate_must_be_known_and_fit_the_host() {
    for (host, trusted, taken) in
        [("localhost", true, true), ("localhost", false, false), ("texts.other.test", true, false)]
    {
        let sink = TextSink::start(Some(host)).await;
        let mut secure = settings(format!("https://localhost:{}/", sink.address.port()));
        secure.extra_root_ca_pem = trusted.then(|| sink.root_pem.clone());
        let outcome = TextGateway::new(secure).unwrap().send(&text()).await;
        let fits = match outcome {
            Outcome::HandedOver { .. } => taken,
            Outcome::Deferred { code: None, .. } => !taken,
            _ => false,
        };
        assert!(fits, "{host} {trusted}: {outcome:?}");
        assert_eq!(sink.calls().len(), usize::from(taken));
    }
}

#[tokio::test]
async fn settings_that_would_leak_or_fail_are_refused() {
    let refused = |change: fn(&mut TextSettings)| {
        let mut settings = settings("https://texts.test/".to_owned());
        change(&mut settings);
        TextGateway::new(settings).unwrap_err()
    };
    let far = refused(|s| s.url = "http://texts.test/".to_owned());
    assert_eq!(far, TextProblem::PlainToNetwork);
    for url in ["ftp://texts.test/", "/send", "https://user:pass@texts.test/"] {
        let result = TextGateway::new(settings(url.to_owned()));
        assert_eq!(result.unwrap_err(), TextProblem::Url, "{url}");
    }
    let header = refused(|s| s.headers[0].1 = "a\r\nb: c".to_owned());
    assert_eq!(header, TextProblem::Header);
    assert_eq!(refused(|s| s.body = "{".to_owned()), TextProblem::Body);
    assert_eq!(refused(|s| s.method = "P T".to_owned()), TextProblem::Method);
    assert_eq!(refused(|s| s.timeout_s = 0), TextProblem::Timeout);
}

#[tokio::test]
async fn an_id_or_number_with_a_line_break_goes_nowhere() {
    let sink = TextSink::start(None).await;
    let gateway = TextGateway::new(plain(&sink)).unwrap();
    for (id, to) in [("a\r\nb: c", "+614"), ("a", "+614\n"), ("a", "")] {
        let (id, to) = (id.to_owned(), to.to_owned());
        let outcome = gateway.send(&Text { id, to, ..text() }).await;
        assert!(matches!(outcome, Outcome::Rejected { code: None, .. }));
    }
    assert!(sink.calls().is_empty());
}
