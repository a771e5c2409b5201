//! What the browser says of the page that asked (`CollectedClientData`, 5.8.1). Keys we do not know are left alone: the
//! format grows, and the specification says so in the data itself.

use serde::Deserialize;

use super::{Expected, Refusal};
use crate::platform::secret;

#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
    #[serde(rename = "topOrigin")]
    top_origin: Option<serde_json::Value>,
}

/// Type, challenge, origin, and that no other site framed the page.
pub(super) fn check(expected: &Expected<'_>, kind: &str, bytes: &[u8]) -> Result<(), Refusal> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let sent: ClientData = serde_json::from_slice(bytes).map_err(|_| Refusal::Shape)?;
    if sent.kind != kind {
        return Err(Refusal::Type);
    }
    if !secret::same(&sent.challenge, expected.challenge) {
        return Err(Refusal::Challenge);
    }
    if !expected.origins.contains(&sent.origin) {
        return Err(Refusal::Origin);
    }
    if sent.cross_origin || sent.top_origin.is_some() { Err(Refusal::CrossOrigin) } else { Ok(()) }
}
