//! Regions that another deployment serves: asked over HTTP/2 and TLS, with requests and answers sealed under the key of
//! that region besides, so that neither a machine in between nor another region can read, write or repeat one.

use std::collections::BTreeMap;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde::{Deserialize, Serialize};

use super::region::{Answer, Question};
use crate::config::{Config, FarRegion};
use crate::platform::error::{Error, Result};
use crate::platform::server::Server;
use crate::platform::world::random;

/// Bytes of an answer at most.
const MOST_ANSWER: usize = 1024 * 1024;

/// A question on its way; what is asked is sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope {
    /// Unix seconds by the entrance's clock.
    pub at: i64,
    /// Never used twice.
    pub id: String,
    pub sealed: String,
}

/// The ways to all regions that other deployments serve.
#[derive(Default)]
pub struct Far(BTreeMap<String, Way>);

struct Way {
    uri: Uri,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Far {
    /// # Errors
    /// A fault that names the region whose address or certificates cannot be used.
    pub fn from_settings(config: &Config) -> Result<Far> {
        let mut ways = BTreeMap::new();
        for region in &config.far_regions {
            ways.insert(region.name.clone(), Way::to(region)?);
        }
        Ok(Far(ways))
    }

    /// Asks one region.
    ///
    /// # Errors
    /// A fault that says what came instead of an answer.
    pub async fn ask(&self, server: &Arc<Server>, region: &str, question: &Question) -> Result<Answer> {
        let way = self.0.get(region).ok_or(Error::NotFound)?;
        let (at, id) = (server.world.now(), BASE64URL_NOPAD.encode(&random::<18>(&*server.world)));
        let text = serde_json::to_string(question).map_err(|error| Error::fault("question", error))?;
        let sealed = server.seal_for(region, "question", &[&id, &at.to_string()], &text)?;
        let body = serde_json::to_string(&Envelope { at, id: id.clone(), sealed });
        let body = body.map_err(|error| Error::fault("question", error))?;
        let sealed = way.send(body).await?;
        // Bound to this very question: an answer to another one, or played back, does not open.
        let text = server.open_from(region, "answer", &[&id], &sealed)?;
        serde_json::from_str(&text).map_err(|error| Error::fault("answer of a region", error))
    }
}

impl Way {
    fn to(region: &FarRegion) -> Result<Way> {
        let fault = |problem: &str| Error::Fault(format!("region {}: {problem}", region.name));
        let uri = format!("{}/between/{}", region.address, region.name);
        let uri: Uri = uri.parse().map_err(|_| fault("its address is none"))?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(path) = &region.ca_file {
            let pem = std::fs::read(path).map_err(|error| Error::fault(&path.display().to_string(), error))?;
            for root in CertificateDer::pem_slice_iter(&pem) {
                let added = root.ok().and_then(|root| roots.add(root).ok());
                added.ok_or_else(|| fault("its link_ca_file holds no certificate"))?;
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| fault(&error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        let https =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http2().wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .http2_only(true)
            .http2_keep_alive_interval(std::time::Duration::from_secs(10))
            .http2_keep_alive_timeout(std::time::Duration::from_secs(5))
            .build(https);
        Ok(Way { uri, client })
    }

    async fn send(&self, body: String) -> Result<String> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.uri.clone())
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| Error::fault("question", error))?;
        let response = self.client.request(request).await.map_err(|error| Error::fault("region", chain(&error)))?;
        if response.status() != StatusCode::OK {
            return Err(Error::Fault(format!("the region answered {}", response.status().as_u16())));
        }
        let read = Limited::new(response.into_body(), MOST_ANSWER).collect().await;
        let bytes = read.map_err(|error| Error::fault("answer of a region", error))?.to_bytes();
        String::from_utf8(bytes.to_vec()).map_err(|_| Error::Fault("the answer of a region is not text".into()))
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    words
}
