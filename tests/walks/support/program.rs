//! A practice's own program: calls with a key, reads JSON, and checks statements as any program would.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, header};
use data_encoding::BASE64URL_NOPAD;
use http_body_util::BodyExt;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use portico::api::keys::{GUEST_LINKS, Wanted};
use portico::ops::api_keys;
use portico::platform::network::Peer;
use portico::platform::when::rfc3339;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::stage::{Stage, link_in};

pub const APP: &str = "https://visits.example/join?from=portico";
pub const LINKS: &str = "/api/v1/guest-links";
const HARBOUR: &str = "harbour-physio.au.localhost:8080";

#[derive(Clone)]
pub struct Program {
    pub router: Router,
    pub host: String,
    pub key: String,
    pub key_id: String,
    pub address: String,
    /// More headers of every call.
    pub headers: Vec<(String, String)>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} no JSON: {}", self.status, self.text))
    }

    /// The end of a problem's type.
    #[track_caller]
    pub fn problem(&self) -> String {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.text);
        let json = self.json();
        assert_eq!(json["status"], self.status);
        json["type"].as_str().unwrap().strip_prefix("urn:portico:problem:").unwrap().to_owned()
    }

    /// The pointers of the fields that are wrong.
    pub fn wrong(&self) -> Vec<String> {
        let json = self.json();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|one| one["pointer"].as_str().unwrap().to_owned()).collect()
    }
}

impl Program {
    /// One with a new key at Harbour Physio.
    pub async fn at_harbour(stage: &Stage) -> Program {
        Program::at(stage, "au", "harbour-physio").await
    }

    pub async fn at(stage: &Stage, region: &str, slug: &str) -> Program {
        let wanted = Wanted { name: "Booking", scopes: &[GUEST_LINKS], app: APP };
        let made = api_keys::create(&stage.server, region, slug, &wanted).await.unwrap();
        let host = format!("{slug}.{region}.localhost:8080");
        Program { host, key: made.key, key_id: made.id, ..Program::without_key(stage) }
    }

    /// One that nobody gave a key.
    pub fn without_key(stage: &Stage) -> Program {
        Program {
            router: stage.router.clone(),
            host: HARBOUR.to_owned(),
            key: String::new(),
            key_id: String::new(),
            address: "198.51.100.7".to_owned(),
            headers: vec![],
        }
    }

    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        self.send(method, path, "application/json", bytes).await
    }

    pub async fn send(&self, method: Method, path: &str, kind: &str, body: Vec<u8>) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, &self.host);
        if !self.key.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.key));
        }
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(Peer(format!("{}:40000", self.address).parse().unwrap()));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Reply { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Program {
        let mut other = self.clone();
        other.headers.push((name.to_owned(), value.to_owned()));
        other
    }

    /// Makes a link that must be made.
    pub async fn make(&self, wanted: Value) -> Value {
        let reply = self.call(Method::POST, LINKS, Some(wanted)).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.json()
    }
}

/// A wish for a link from an hour ahead to two hours ahead.
pub fn wish(stage: &Stage, client: &str) -> Value {
    json!({
        "resource": "visits/8412", "client": { "id": client },
        "from": rfc3339(stage.now() + 3600), "until": rfc3339(stage.now() + 7200),
    })
}

/// The path of a link.
pub fn path_of(link: &Value) -> String {
    let path = link_in(link["url"].as_str().unwrap());
    assert!(path.starts_with("/go/"), "{path}");
    path
}

/// What a statement says, after its signature was checked with the practice's published keys.
pub async fn checked(program: &Program, location: &str) -> Value {
    let (_, statement) = location.split_once("guest=").expect("a statement");
    let parts: Vec<&str> = statement.split('.').collect();
    let part = |at: usize| BASE64URL_NOPAD.decode(parts[at].as_bytes()).unwrap();
    let json = |at: usize| serde_json::from_slice::<Value>(&part(at)).unwrap();
    let keys = program.call(Method::GET, "/api/v1/jwks.json", None).await.json();
    let key =
        keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == json(0)["kid"]).expect("its key").clone();
    let half = |name: &str| BASE64URL_NOPAD.decode(key[name].as_str().unwrap().as_bytes()).unwrap();
    let point = [vec![4], half("x"), half("y")].concat();
    let key = VerifyingKey::from_sec1_bytes(&point).unwrap();
    let signed = format!("{}.{}", parts[0], parts[1]);
    key.verify(signed.as_bytes(), &Signature::from_slice(&part(2)).unwrap()).expect("a right signature");
    assert_eq!((&json(0)["alg"], &json(0)["typ"]), (&json!("ES256"), &json!("guest+jwt")));
    json(1)
}
