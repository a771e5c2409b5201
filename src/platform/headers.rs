//! The headers of every answer: what a page may load, where its forms go, who may frame or keep it.

use axum::extract::MatchedPath;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;

use super::door::Doors;
use super::server::Server;

/// What every answer of this server begins with, made once; forms go to their own page and, when the browser is to remember
/// a practice, on through the entrance (ASVS 5.0, V3.4).
pub fn usual(server: &Server) -> HeaderMap {
    let policy = POLICY.replace("form-action 'self'", &format!("form-action 'self' {}", server.entrance()));
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(POLICY));
    let mut headers = HeaderMap::with_capacity(16);
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    let mut put = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    put(header::CACHE_CONTROL, "no-store");
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, "same-origin");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    put(
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
    );
    if server.config.public_scheme == "https" {
        put(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    headers
}

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; font-src 'none'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; manifest-src 'self'; \
     require-trusted-types-for 'script'";

/// An answer, error or redirect with the usual headers; where it has one of its own, that one goes out.
pub(super) fn with_headers(doors: &Doors, mut response: Response) -> Response {
    let secret = response.extensions().get::<MatchedPath>().is_some_and(|route| route.as_str().contains("{token}"));
    let headers = response.headers_mut();
    headers.reserve(doors.headers.len());
    if secret {
        // A page whose address holds a secret tells it to nobody; elsewhere our own forms need their `Origin`, which browsers
        // hide together with the referrer.
        headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    }
    for (name, value) in &doors.headers {
        headers.entry(name).or_insert_with(|| value.clone());
    }
    response
}
