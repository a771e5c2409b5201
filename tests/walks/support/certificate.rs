//! Self-signed certificates for the sinks.

use std::sync::Arc;

use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// A server's TLS and the PEM by which a client trusts it.
pub struct SinkTls {
    pub acceptor: TlsAcceptor,
    pub root_pem: Vec<u8>,
}

/// A certificate for this host name, its own root.
pub fn self_signed(host: &str) -> SinkTls {
    let made = rcgen::generate_simple_self_signed(vec![host.to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], PrivateKeyDer::from(key))
        .unwrap();
    SinkTls { acceptor: TlsAcceptor::from(Arc::new(config)), root_pem: made.cert.pem().into_bytes() }
}
