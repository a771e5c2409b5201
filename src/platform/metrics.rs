//! What is counted, for Prometheus. The listener that shows it is `ops/scrape.rs`.
//! No label ever holds what belongs to a person or a practice: labels are words of this file and route templates.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::hashing::HashCounts;

/// Upper bounds in seconds: pages take milliseconds, one with a password tens of them, one that waited seconds.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SignInLabels {
    way: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: &'static str,
}

/// How somebody tried to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Password,
    Passkey,
    Totp,
    BackupCode,
    Link,
    MailedCode,
    Pin,
    Device,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    Right,
    Wrong,
    /// Not looked at, since too many were wrong before.
    Delayed,
    /// Right, but the rule says no.
    Refused,
}

/// What came of one message in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    Queued,
    Sent,
    Deferred,
    Failed,
    /// Sent, but no answer says whether it was taken.
    Unsure,
}

/// All counters of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Histogram,
    sign_ins: Family<SignInLabels, Counter>,
    hashes: Family<OutcomeLabel, Counter>,
    hash_seconds: Counter<f64, AtomicU64>,
    hashes_waiting: Gauge,
    messages: Family<OutcomeLabel, Counter>,
    outbox_waiting: Gauge,
    oldest_message_seconds: Gauge<f64, AtomicU64>,
    database_retries: Counter,
    sessions_checked: Counter,
    record_gathered: Counter,
    disk_free_bytes: Gauge,
}

impl Metrics {
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("portico");
        let mut metrics = Self {
            registry: Arc::default(),
            requests: Family::default(),
            request_seconds: Histogram::new(SECONDS),
            sign_ins: Family::default(),
            hashes: Family::default(),
            hash_seconds: Counter::default(),
            hashes_waiting: Gauge::default(),
            messages: Family::default(),
            outbox_waiting: Gauge::default(),
            oldest_message_seconds: Gauge::default(),
            database_retries: Counter::default(),
            sessions_checked: Counter::default(),
            record_gathered: Counter::default(),
            disk_free_bytes: Gauge::default(),
        };
        metrics.register_requests(&mut registry);
        metrics.register_work(&mut registry);
        metrics.registry = Arc::new(registry);
        metrics
    }

    fn register_requests(&self, registry: &mut Registry) {
        let help = "Requests by route and status class";
        registry.register("http_requests", help, self.requests.clone());
        let help = "Time to the answer's head";
        registry.register("http_request_seconds", help, self.request_seconds.clone());
        let help = "Answers to sign-in questions by way and outcome";
        registry.register("sign_in_answers", help, self.sign_ins.clone());
        let help = "Sessions looked up";
        registry.register("sessions_checked", help, self.sessions_checked.clone());
        let help = "Requests run again because two writers met";
        registry.register("database_retries", help, self.database_retries.clone());
    }

    fn register_work(&self, registry: &mut Registry) {
        let help = "Password hashes asked for, by outcome";
        registry.register("password_hashes", help, self.hashes.clone());
        let help = "Time spent hashing passwords, without waiting";
        registry.register("password_hash_seconds", help, self.hash_seconds.clone());
        let help = "Password hashes that wait now";
        registry.register("password_hashes_waiting", help, self.hashes_waiting.clone());
        let help = "Messages by outcome";
        registry.register("outbox_messages", help, self.messages.clone());
        let help = "Messages that wait now";
        registry.register("outbox_waiting", help, self.outbox_waiting.clone());
        let help = "Age of the oldest waiting message";
        let oldest = self.oldest_message_seconds.clone();
        registry.register("outbox_oldest_seconds", help, oldest);
        let help = "Refused tries of strangers that the record counts instead of listing";
        registry.register("record_gathered", help, self.record_gathered.clone());
        let help = "Free bytes on the fullest disk of a database file; 0 before the first look and without such a file";
        registry.register("disk_free_bytes", help, self.disk_free_bytes.clone());
    }

    /// One answered request. `route` is the template from axum's `MatchedPath`, and `None` where no route
    /// matched: a path that somebody made up must not become a label.
    pub fn request(&self, route: Option<&str>, status: u16, seconds: f64) {
        let route = route.unwrap_or("none").to_owned();
        let status = match status / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        self.requests.get_or_create(&RequestLabels { route, status }).inc();
        self.request_seconds.observe(seconds);
    }

    pub fn sign_in(&self, way: Way, outcome: SignIn) {
        let labels = SignInLabels { way: way.word(), outcome: outcome.word() };
        self.sign_ins.get_or_create(&labels).inc();
    }

    /// What the hash pool has done since the start; taken over when somebody reads the metrics.
    pub fn hashes(&self, counts: HashCounts, busy_seconds: f64, waiting: usize) {
        for (outcome, number) in [("done", counts.made), ("skipped", counts.skipped), ("refused", counts.refused)] {
            self.hashes.get_or_create(&OutcomeLabel { outcome }).inner().store(number, Ordering::Relaxed);
        }
        self.hash_seconds.inner().store(busy_seconds.to_bits(), Ordering::Relaxed);
        self.hashes_waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
    }

    pub fn message(&self, outcome: Message) {
        self.messages.get_or_create(&OutcomeLabel { outcome: outcome.word() }).inc();
    }

    /// How many messages wait, and for how many seconds the oldest does.
    pub fn outbox(&self, waiting: i64, oldest_seconds: f64) {
        self.outbox_waiting.set(waiting);
        self.oldest_message_seconds.set(oldest_seconds);
    }

    pub fn database_retry(&self) {
        self.database_retries.inc();
    }

    pub fn session_checked(&self) {
        self.sessions_checked.inc();
    }

    /// A refused try that the record only counts.
    pub fn gathered(&self) {
        self.record_gathered.inc();
    }

    pub fn disk_free(&self, bytes: u64) {
        self.disk_free_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// Everything as OpenMetrics text.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a String fails only when a metric cannot be written, and all of these can.
        if encode(&mut text, &self.registry).is_err() {
            tracing::error!("the metrics could not be written");
        }
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Way {
    fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Passkey => "passkey",
            Self::Totp => "totp",
            Self::BackupCode => "backup_code",
            Self::Link => "link",
            Self::MailedCode => "mailed_code",
            Self::Pin => "pin",
            Self::Device => "device",
        }
    }
}

impl SignIn {
    fn word(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::Delayed => "delayed",
            Self::Refused => "refused",
        }
    }
}

impl Message {
    fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Failed => "failed",
            Self::Unsure => "unsure",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_shown() {
        let metrics = Metrics::new();
        metrics.request(Some("/link/{token}"), 303, 0.004);
        metrics.request(None, 404, 0.001);
        metrics.sign_in(Way::BackupCode, SignIn::Wrong);
        metrics.hashes(HashCounts { made: 1, skipped: 0, refused: 0 }, 0.25, 3);
        metrics.message(Message::Deferred);
        metrics.outbox(2, 90.0);
        metrics.database_retry();
        metrics.session_checked();
        metrics.gathered();
        metrics.disk_free(4096);
        let text = metrics.encode();
        for line in [
            "portico_http_requests_total{route=\"/link/{token}\",status=\"3xx\"} 1",
            "portico_http_requests_total{route=\"none\",status=\"4xx\"} 1",
            "portico_sign_in_answers_total{way=\"backup_code\",outcome=\"wrong\"} 1",
            "portico_password_hashes_total{outcome=\"done\"} 1",
            "portico_password_hash_seconds_total 0.25",
            "portico_password_hashes_waiting 3",
            "portico_outbox_messages_total{outcome=\"deferred\"} 1",
            "portico_outbox_oldest_seconds 90.0",
            "portico_database_retries_total 1",
            "portico_sessions_checked_total 1",
            "portico_record_gathered_total 1",
            "portico_disk_free_bytes 4096",
        ] {
            assert!(text.lines().any(|other| other == line), "{line} is not in:\n{text}");
        }
    }
}
