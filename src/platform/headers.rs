//! The headers of every answer: what a page may load, where its forms go, who may frame or keep it.

use axum::extract::MatchedPath;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

use super::door::Doors;
use super::server::Server;

/// Forms go to their own page and, when the browser is to remember a practice, on through the entrance.
pub fn policy(server: &Server) -> HeaderValue {
    let text = POLICY.replace("form-action 'self'", &format!("form-action 'self' {}", server.entrance()));
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(POLICY))
}

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; font-src 'none'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; manifest-src 'self'; \
     require-trusted-types-for 'script'";

/// The headers of every answer, errors and redirects too (ASVS 5.0, V3.4).
pub(super) fn with_headers(doors: &Doors, mut response: Response) -> Response {
    // A page whose address holds a secret tells it to nobody; elsewhere our own forms need their `Origin`, which browsers
    // hide together with the referrer.
    let secret = response.extensions().get::<MatchedPath>().is_some_and(|route| route.as_str().contains("{token}"));
    let headers = response.headers_mut();
    headers.reserve(9);
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| doors.policy.clone());
    let mut put = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    put(header::CACHE_CONTROL, "no-store");
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, if secret { "no-referrer" } else { "same-origin" });
    put(header::X_FRAME_OPTIONS, "DENY");
    put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    put(
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
    );
    if doors.server.config.public_scheme == "https" {
        put(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    response
}
