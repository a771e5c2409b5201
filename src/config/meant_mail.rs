//! What `[mail]` and `[text]` mean. Whether the servers answer is asked by `portico doctor`, not here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::meant_edge::is_mail_address;
use super::reader::{Reader, is_loopback};
use super::values::Value;
use super::{Dkim, Mail, MailSecurity, Secret, Smtp, TextGateway};

pub(super) fn mail(reader: &mut Reader, operator_name: &str) -> Option<Mail> {
    let transport = reader.required("transport", "write transport = \"smtp\", or \"none\" to run without mail");
    if transport == "none" {
        return Some(Mail::None);
    }
    if transport.is_empty() {
        return None;
    }
    let host = reader.required("host", "name the SMTP server");
    let security = security(reader, &host);
    let from_address = reader.required("from_address", "write the sender's address");
    if !from_address.is_empty() && !is_mail_address(&from_address) {
        reader.problem("from_address", "not an email address", "write it as no-reply@example.org");
    }
    let from_name = reader.text("from_name").unwrap_or_else(|| operator_name.to_owned());
    reader.at_most("from_name", &from_name, 100);
    let bounce_address = reader.text("bounce_address");
    if bounce_address.as_deref().is_some_and(|address| !takes_marks(address)) {
        reader.problem(
            "bounce_address",
            "not an address that can carry a mark",
            "write it as bounces@example.org, at most 12 characters before the @ and no +",
        );
    }
    let bounce_secret = bounce_secret(reader, bounce_address.is_some());
    let usual = match security {
        MailSecurity::Tls => 465,
        MailSecurity::StartTls => 587,
        MailSecurity::Plain => 25,
    };
    Some(Mail::Smtp(Box::new(Smtp {
        port: reader.number("port").unwrap_or(usual),
        security,
        login: login(reader),
        from_address,
        from_name,
        bounce_address,
        bounce_secret,
        dkim: dkim(reader),
        extra_ca_file: reader.path_of("extra_ca_file"),
        host,
    })))
}

/// Room for `+`, an id of 32 characters, a dot and a mark of 16 (RFC 5321, 4.5.3.1.1: at most 64).
fn takes_marks(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default();
    is_mail_address(address) && local.len() <= 12 && !local.contains('+')
}

/// Reports name the signed address, so that one without the other is a mistake.
fn bounce_secret(reader: &mut Reader, has_address: bool) -> Option<Secret> {
    let secret = reader.secret("bounce_secret")?;
    let bytes = secret.reveal().strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok());
    if !bytes.is_some_and(|bytes| (24..=64).contains(&bytes.len())) {
        reader.problem(
            "bounce_secret",
            "not a secret that signs",
            "write whsec_ and 24 to 64 random bytes in base64, as made by: echo whsec_$(openssl rand -base64 32)",
        );
    }
    if !has_address {
        reader.problem("bounce_secret", "there is no address that reports could name", "write bounce_address too");
    }
    Some(secret)
}

fn security(reader: &mut Reader, host: &str) -> MailSecurity {
    match reader.text("security").as_deref() {
        Some("starttls") => MailSecurity::StartTls,
        Some("plain") => {
            if !is_loopback(host) {
                reader.problem(
                    "security",
                    "mail with sign-in links would cross the network in the clear",
                    "write tls or starttls",
                );
            }
            MailSecurity::Plain
        }
        _ => MailSecurity::Tls,
    }
}

fn login(reader: &mut Reader) -> Option<(String, Secret)> {
    match (reader.text("username"), reader.secret("password")) {
        (Some(username), Some(password)) => Some((username, password)),
        (None, None) => None,
        (Some(_), None) => {
            reader.problem("password", "missing", "write password_file, or remove username");
            None
        }
        (None, Some(_)) => {
            reader.problem("username", "missing", "write username, or remove the password");
            None
        }
    }
}

fn dkim(reader: &mut Reader) -> Option<Dkim> {
    let parts = (reader.text("dkim_selector"), reader.text("dkim_domain"), reader.path_of("dkim_key_file"));
    match parts {
        (Some(selector), Some(domain), Some(key_file)) => Some(Dkim { selector, domain, key_file }),
        (None, None, None) => None,
        (selector, domain, _) => {
            let missing = match (selector, domain) {
                (None, _) => "dkim_selector",
                (_, None) => "dkim_domain",
                _ => "dkim_key_file",
            };
            reader.problem(missing, "missing", "write dkim_selector, dkim_domain and dkim_key_file, or none of them");
            None
        }
    }
}

pub(super) fn text_gateway(reader: &mut Reader) -> Option<TextGateway> {
    let url = reader.required("url", "write the gateway's address");
    gateway_url(reader, &url);
    let method = reader.text("method").unwrap_or_default();
    let body = reader.text("body").unwrap_or_default();
    let place = if method == "GET" { "url" } else { "body" };
    if method == "GET" && !body.is_empty() {
        reader.problem("body", "GET has no body", "remove it, or write another method");
    }
    let whole = format!("{url} {body}");
    for part in ["{to}", "{text}"] {
        if !url.is_empty() && !whole.contains(part) {
            reader.problem(place, format!("{part} is missing"), "the message would be sent without it");
        }
    }
    let from = reader.text("from").unwrap_or_default();
    reader.at_most("from", &from, 30);
    if whole.contains("{from}") && from.is_empty() {
        reader.problem("from", "missing", "{from} is asked for; write the sender");
    }
    let headers = headers(reader);
    Some(TextGateway {
        url,
        method,
        headers,
        body,
        content_type: reader.text("content_type").unwrap_or_default(),
        from,
        extra_ca_file: reader.path_of("extra_ca_file"),
    })
}

fn gateway_url(reader: &mut Reader, url: &str) {
    // The parts in braces are no characters of an address until they are filled in.
    let filled = url.replace(['{', '}'], "");
    let uri: Option<axum::http::Uri> = filled.parse().ok();
    let host = uri.as_ref().and_then(|uri| uri.host());
    let scheme = uri.as_ref().and_then(|uri| uri.scheme_str());
    let right = match (scheme, host) {
        (Some("https"), Some(_)) => true,
        (Some("http"), Some(host)) => is_loopback(host),
        _ => false,
    };
    if !right && !url.is_empty() {
        reader.problem("url", "not an https address", "write https://…; http only to a gateway on this machine");
    }
}

fn headers(reader: &mut Reader) -> Vec<(String, Secret)> {
    let Some(Value::Names(pairs)) = reader.section.entries.get("headers").map(|entry| entry.value.clone()) else {
        return Vec::new();
    };
    for (name, value) in &pairs {
        let name_right = axum::http::HeaderName::from_bytes(name.as_bytes()).is_ok();
        if !name_right || axum::http::HeaderValue::from_str(value.reveal()).is_err() {
            reader.problem(
                "headers",
                format!("\"{name}\" is not a header"),
                "write { Name = \"value\" } with plain characters",
            );
        }
    }
    pairs
}
