//! Who speaks TLS with the browser, and under which names and ports people see this server.

use std::net::SocketAddr;

use ipnet::IpNet;

use super::Edge;
use super::problem::ConfigProblem;
use super::reader::{Reader, is_label, reader};
use super::values::Value;
use super::written::Written;

/// What `[tls]` and `[proxy]` say; `Some(None)` when neither is there, `None` when they are wrong.
pub(super) fn edge(written: &Written, problems: &mut Vec<ConfigProblem>) -> Option<Option<Edge>> {
    let has = |name: &str| written.sections.contains_key(name);
    if has("tls") && has("proxy") {
        let mut reader = reader(written, "proxy", problems);
        reader.problem(
            "trusted",
            "both [tls] and [proxy] are written",
            "remove [proxy] if browsers reach Portico directly, else [tls]",
        );
        return None;
    }
    if has("tls") {
        let mut reader = reader(written, "tls", problems);
        let certificate = reader.required("certificate", "name the PEM file of the certificate and its chain");
        let key = reader.required("key", "name the PEM file of the private key");
        return Some(Some(Edge::Tls { certificate: certificate.into(), key: key.into() }));
    }
    if has("proxy") {
        return proxy(&mut reader(written, "proxy", problems)).map(Some);
    }
    Some(None)
}

fn proxy(reader: &mut Reader) -> Option<Edge> {
    let advice = "write the proxy's networks: trusted = [\"10.0.0.0/8\"]";
    let Some(Value::List(items)) = reader.entry("trusted").map(|entry| entry.value.clone()) else {
        reader.problem("trusted", "missing", advice);
        return None;
    };
    let mut trusted = Vec::new();
    for item in &items {
        let net = item.parse::<IpNet>().or_else(|_| item.parse::<std::net::IpAddr>().map(IpNet::from));
        match net {
            Ok(net) if net.prefix_len() > 0 => trusted.push(net),
            Ok(_) => reader.problem(
                "trusted",
                format!("{item} trusts the whole world"),
                "anybody could then claim any address; write the proxy's own",
            ),
            Err(_) => reader.problem("trusted", format!("\"{item}\" is not a network"), advice),
        }
    }
    if items.is_empty() {
        reader.problem("trusted", "empty", advice);
    }
    Some(Edge::Proxy { trusted })
}

pub(super) fn edge_of(top: &mut Reader, edge: Option<Option<Edge>>, listen: Option<SocketAddr>) -> Option<Edge> {
    match (edge?, listen?) {
        (Some(edge), _) => Some(edge),
        (None, listen) if listen.ip().is_loopback() => Some(Edge::Loopback),
        (None, _) => {
            top.problem(
                "listen",
                "the world would be served without TLS",
                "write [tls], or [proxy] trusted, or listen on 127.0.0.1",
            );
            None
        }
    }
}

pub(super) fn public(
    top: &mut Reader,
    base: &str,
    listen: Option<SocketAddr>,
    edge: Option<&Edge>,
) -> (&'static str, u16) {
    let loopback = listen.is_some_and(|listen| listen.ip().is_loopback());
    let local = base == "localhost" || base.ends_with(".localhost");
    let plain = top.text("public_scheme").as_deref() == Some("http");
    if plain && !(loopback && local && matches!(edge, Some(Edge::Loopback))) {
        top.problem(
            "public_scheme",
            "http is for localhost on a loopback address only",
            "write https, or remove the key",
        );
    }
    let derived = match edge {
        Some(Edge::Proxy { .. }) => 443,
        _ => listen.map_or(443, |listen| listen.port()),
    };
    (if plain { "http" } else { "https" }, top.number("public_port").unwrap_or(derived))
}

pub(super) fn base(top: &mut Reader) -> String {
    let advice = "write the host name of the entrance: base = \"portico.example\"";
    let base = top.required("base", advice);
    let labels = base.split('.').all(is_label);
    let number = base.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    let dotted = base.contains('.') || base == "localhost";
    if !base.is_empty() && (!labels || number || !dotted || base.len() > 180) {
        top.problem("base", format!("\"{base}\" is not a host name in lower case"), advice);
    }
    base
}

pub(super) fn entrance_address(top: &mut Reader) -> Option<String> {
    let address = top.text("entrance_address")?;
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://localhost"));
    if host.is_none_or(|host| host.contains('/')) {
        let advice = "write its address without a path: entrance_address = \"https://portico.example\"";
        top.problem("entrance_address", "not an https address of a host", advice);
    }
    Some(address)
}

pub(super) fn contact(top: &mut Reader) -> String {
    let advice = "write an email address or an https:// address";
    let contact = top.required("operator_contact", advice);
    if !contact.is_empty() && !contact.starts_with("https://") && !is_mail_address(&contact) {
        top.problem("operator_contact", "neither an email address nor an https address", advice);
    }
    contact
}

/// Enough to catch a slip; whether mail arrives, only mail can tell.
pub(super) fn is_mail_address(text: &str) -> bool {
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\".contains(c));
    plain
        && text
            .split_once('@')
            .is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'))
}
