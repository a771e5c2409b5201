//! Hands text messages to a telephone gateway by one configurable HTTP call.
//! The queue, retries, the words and the reading of settings live elsewhere.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::text_template::Template;
use super::transport::{Outcome, is_loopback, redact};

/// As much of an answer as is read, in bytes.
const ANSWER_LIMIT: usize = 8 * 1024;
/// Longest wait for the words after the status.
const ANSWER_WAIT: Duration = Duration::from_secs(2);
/// A gateway that knows this key does not send the same text twice.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The form of the body, and with it the escaping of what is put into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyType {
    /// `application/json`; placeholders stand inside string quotes.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `text/plain`; nothing is escaped.
    Plain,
}

/// How a text message is sent.
#[derive(Clone)]
pub struct TextSettings {
    /// `https:`; `http:` to this machine only. Placeholders as in the body, but not in the host.
    pub url: String,
    /// HTTP method, as a rule `POST`.
    pub method: String,
    /// Further headers, for example for authorisation.
    pub headers: Vec<(String, String)>,
    /// Template with the placeholders `{to}`, `{text}`, `{id}` and `{from}`.
    pub body: String,
    pub content_type: BodyType,
    /// Status codes by which the gateway says that it has the message.
    pub success: RangeInclusive<u16>,
    /// Longest wait for the answer, in seconds, at least 1.
    pub timeout_s: u64,
    /// Sender's number or name for `{from}`.
    pub from: Option<String>,
    /// Root certificates trusted besides the system's, as PEM.
    pub extra_root_ca_pem: Option<Vec<u8>>,
}

impl TextSettings {
    pub const DEFAULT_METHOD: &str = "POST";
    pub const DEFAULT_SUCCESS: RangeInclusive<u16> = 200..=299;
    pub const DEFAULT_TIMEOUT_S: u64 = 10;
}

impl fmt::Debug for TextSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Some gateways carry their key in the path or the query.
        let host = self.url.parse::<Uri>().ok().and_then(|u| u.host().map(str::to_owned));
        f.debug_struct("TextSettings")
            .field("host", &host)
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

/// One text message to one number.
#[derive(Clone)]
pub struct Text {
    /// Sent as `Idempotency-Key`, the same for every try.
    pub id: String,
    pub to: String,
    pub text: String,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why the gateway's settings cannot be used. Names the field, never its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextProblem {
    /// The address is no absolute http(s) URL, or holds a user name.
    Url,
    /// Without TLS only a gateway on this machine may be used.
    PlainToNetwork,
    Method,
    Header,
    /// The body is no JSON once the placeholders are filled.
    Body,
    /// The timeout is zero.
    Timeout,
    /// The extra root certificate cannot be read, or TLS cannot be set up.
    RootCertificate,
}

impl fmt::Display for TextProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url => "the text gateway's address is not usable",
            Self::PlainToNetwork => "texts without TLS are allowed to this machine only",
            Self::Method => "the text gateway's method is not usable",
            Self::Header => "a header for the text gateway is not usable",
            Self::Body => "the text gateway's body is not JSON once filled",
            Self::Timeout => "the timeout must be at least one second",
            Self::RootCertificate => "the text gateway's root certificate cannot be read",
        })
    }
}

impl std::error::Error for TextProblem {}

type Sent = BoxBody<Bytes, std::convert::Infallible>;

/// Sends text messages; share one for all senders.
pub struct TextGateway {
    client: Client<HttpsConnector<HttpConnector>, Sent>,
    host: String,
    method: Method,
    headers: HeaderMap,
    template: Template,
    success: RangeInclusive<u16>,
    timeout: Duration,
}

impl fmt::Debug for TextGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextGateway").field("host", &self.host).finish_non_exhaustive()
    }
}

impl TextGateway {
    /// Checks the settings and loads root certificates.
    ///
    /// # Errors
    /// If a setting is not usable; see [`TextProblem`].
    pub fn new(settings: TextSettings) -> Result<Self, TextProblem> {
        if settings.timeout_s == 0 {
            return Err(TextProblem::Timeout);
        }
        let timeout = Duration::from_secs(settings.timeout_s);
        let method = settings.method.parse().map_err(|_| TextProblem::Method)?;
        let template = Template {
            url: settings.url.clone(),
            body: settings.body.clone(),
            body_type: settings.content_type,
            from: settings.from.clone().unwrap_or_default(),
        };
        template.check()?;
        Ok(Self {
            client: client(settings.extra_root_ca_pem.as_deref(), timeout)?,
            host: gateway_host(&template)?,
            method,
            headers: headers(&settings)?,
            template,
            success: settings.success,
            timeout,
        })
    }

    /// Tries once to hand over one text message. Redirects are not followed.
    ///
    /// Dropping the future leaves it open whether the message was taken.
    pub async fn send(&self, text: &Text) -> Outcome {
        let started = Arc::new(AtomicBool::new(false));
        let Some(request) = self.request(text, &started) else {
            return Outcome::Rejected {
                reason: "the text message's id or number is not usable".to_owned(),
                code: None,
            };
        };
        let calling = self.client.request(request);
        let lost = match tokio::time::timeout(self.timeout, calling).await {
            Ok(Ok(response)) => return self.judge(response, text).await,
            Ok(Err(error)) if error.is_connect() => {
                return Outcome::Deferred { reason: redact(&chain(&error), &text.to, &text.text), code: None };
            }
            Ok(Err(error)) => redact(&chain(&error), &text.to, &text.text),
            Err(_) => "the text gateway did not answer in time".to_owned(),
        };
        if started.load(Ordering::Relaxed) {
            Outcome::Unsure { reason: lost }
        } else {
            Outcome::Deferred { reason: lost, code: None }
        }
    }

    /// The request; `started` becomes true once its body is asked for, from
    /// when on some of it may be on the wire.
    fn request(&self, text: &Text, started: &Arc<AtomicBool>) -> Option<Request<Sent>> {
        if text.to.is_empty() || text.to.chars().any(char::is_control) {
            return None;
        }
        let filled = self.template.fill(text);
        let length = HeaderValue::from(filled.len());
        let body = Full::new(Bytes::from(filled));
        let flag = Arc::clone(started);
        let watched = body.map_frame(move |frame| {
            flag.store(true, Ordering::Relaxed);
            frame
        });
        let mut request = Request::new(watched.boxed());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.template.fill_url(text).parse().ok()?;
        *request.headers_mut() = self.headers.clone();
        // Said here because a watched body does not know its length, and many
        // gateways cannot read a chunked one.
        request.headers_mut().insert(CONTENT_LENGTH, length);
        let id = HeaderValue::from_str(&text.id).ok()?;
        request.headers_mut().insert(IDEMPOTENCY_KEY, id);
        Some(request)
    }

    async fn judge(&self, response: Response<Incoming>, text: &Text) -> Outcome {
        let status = response.status();
        // The status has decided already; a stalled answer must not undo it.
        let reading = tokio::time::timeout(ANSWER_WAIT, read_answer(response));
        let answer = reading.await.unwrap_or_default();
        let words = format!("{} {answer}", status.as_u16());
        let words = redact(&words, &text.to, &text.text);
        if self.success.contains(&status.as_u16()) {
            return Outcome::HandedOver { reply: words };
        }
        let (reason, code) = (words, Some(status.as_u16()));
        match verdict(status) {
            Verdict::Deferred => Outcome::Deferred { reason, code },
            Verdict::Rejected => Outcome::Rejected { reason, code },
            Verdict::Unsure => Outcome::Unsure { reason },
        }
    }
}

enum Verdict {
    Deferred,
    Rejected,
    Unsure,
}

/// What a status outside the success range means (RFC 9110 section 15).
fn verdict(status: StatusCode) -> Verdict {
    match status {
        // Our own credentials, an early or a slow request: nothing about this message.
        StatusCode::UNAUTHORIZED
        | StatusCode::PROXY_AUTHENTICATION_REQUIRED
        | StatusCode::REQUEST_TIMEOUT
        | StatusCode::TOO_EARLY
        | StatusCode::TOO_MANY_REQUESTS => Verdict::Deferred,
        _ if status.is_client_error() => Verdict::Rejected,
        _ if status.is_server_error() || status.is_redirection() => Verdict::Deferred,
        // A good answer, but not the one the settings call success.
        _ => Verdict::Unsure,
    }
}

/// The answer's text up to the limit; nothing if it is longer or breaks off,
/// because the status alone decides.
async fn read_answer(response: Response<Incoming>) -> String {
    let body = Limited::new(response.into_body(), ANSWER_LIMIT);
    match body.collect().await {
        Ok(answer) => String::from_utf8_lossy(&answer.to_bytes()).into_owned(),
        Err(_) => String::new(),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        source = cause.source();
    }
    words
}

fn client(
    extra_root_ca_pem: Option<&[u8]>,
    timeout: Duration,
) -> Result<Client<HttpsConnector<HttpConnector>, Sent>, TextProblem> {
    let problem = TextProblem::RootCertificate;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for root in CertificateDer::pem_slice_iter(extra_root_ca_pem.unwrap_or_default()) {
        roots.add(root.map_err(|_| problem)?).map_err(|_| problem)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| problem)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(timeout));
    let https = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
    Ok(Client::builder(TokioExecutor::new()).build(https))
}

/// The host that is called; no message can change it.
fn gateway_host(template: &Template) -> Result<String, TextProblem> {
    let sample = Text { id: "id".to_owned(), to: "+1".to_owned(), text: "a b".to_owned() };
    let url: Uri = template.fill_url(&sample).parse().map_err(|_| TextProblem::Url)?;
    let host = url.host().ok_or(TextProblem::Url)?;
    let authority = url.authority().map(|authority| authority.as_str()).unwrap_or_default();
    if !template.url.contains(authority) {
        return Err(TextProblem::Url);
    }
    if url.authority().is_some_and(|a| a.as_str().contains('@')) {
        return Err(TextProblem::Url);
    }
    match url.scheme_str() {
        Some("https") => Ok(host.to_owned()),
        Some("http") if is_loopback(host) => Ok(host.to_owned()),
        Some("http") => Err(TextProblem::PlainToNetwork),
        _ => Err(TextProblem::Url),
    }
}

fn headers(settings: &TextSettings) -> Result<HeaderMap, TextProblem> {
    let mut map = HeaderMap::new();
    for (name, value) in &settings.headers {
        let name: HeaderName = name.parse().map_err(|_| TextProblem::Header)?;
        let mut value = HeaderValue::from_str(value).map_err(|_| TextProblem::Header)?;
        value.set_sensitive(true);
        map.append(name, value);
    }
    let content_type = match settings.content_type {
        BodyType::Json => "application/json",
        BodyType::Form => "application/x-www-form-urlencoded",
        BodyType::Plain => "text/plain; charset=utf-8",
    };
    map.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    Ok(map)
}
