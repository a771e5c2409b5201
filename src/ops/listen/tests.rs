//! Slow, greedy and impatient clients, over real sockets with short limits.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::Router;
use axum::routing::{get, post};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<usize>>,
}

fn short() -> Limits {
    Limits {
        handshake: ms(300),
        head: ms(300),
        body: ms(300),
        idle: ms(3000),
        stalled: ms(3000),
        finish: ms(3000),
        ..Limits::default()
    }
}

/// So long for a head that what happens sooner has another reason.
fn patient() -> Limits {
    Limits { head: ms(3000), ..short() }
}

fn ms(number: u64) -> Duration {
    Duration::from_millis(number)
}

#[expect(clippy::disallowed_methods, reason = "these tests are about time")]
async fn rest(number: u64) {
    tokio::time::sleep(ms(number)).await;
}

fn router() -> Router {
    Router::new()
        .route("/", get(async |Extension(Peer(peer)): Extension<Peer>| peer.ip().to_string()))
        .route(
            "/slow",
            get(async || {
                rest(400).await;
                "done"
            }),
        )
        .route("/body", post(async |body: String| body.len().to_string()))
}

async fn start(limits: Limits, certificates: Option<Arc<Certificates>>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async { drop(stopped.await) };
    let task = tokio::spawn(serve(listener, router(), certificates, limits, stopped));
    Server { address, stop, task }
}

impl Server {
    async fn open(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }
}

/// Everything until the server closes; empty when it closes at once.
async fn rest_of(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    // A reset is an end as well.
    let _ = timeout(ms(5000), stream.read_to_end(&mut bytes)).await.expect("the server keeps it open");
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> String {
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    rest_of(stream).await
}

const GET: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

#[tokio::test]
async fn the_router_sees_the_peer() {
    let server = start(short(), None).await;
    let answer = ask(&mut server.open("").await).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("127.0.0.1"), "{answer}");
}

#[tokio::test]
async fn slow_connections_do_not_block_others_and_are_closed() {
    let server = start(patient(), None).await;
    let mut slow = Vec::new();
    for number in 0..300 {
        let beginning = ["", "G", "GET / HTTP/1.1\r\nhos", "PRI * HTTP/2.0\r\n"][number % 4];
        slow.push(server.open(beginning).await);
    }
    let answer = timeout(ms(1500), async { ask(&mut server.open("").await).await }).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    for stream in &mut slow {
        assert!(!rest_of(stream).await.contains("200"));
    }
}

#[tokio::test]
async fn bytes_that_trickle_do_not_buy_time() {
    let server = start(short(), None).await;
    let mut stream = server.open("GET / HTTP/1.1\r\n").await;
    let (mut reader, mut writer) = stream.split();
    let trickle = async {
        loop {
            rest(50).await;
            if writer.write_all(b"a: b\r\n").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = trickle => unreachable!("it never ends"),
        ended = timeout(ms(2000), rest_of(&mut reader)) => assert!(ended.is_ok(), "still open"),
    }
}

#[tokio::test]
async fn an_idle_connection_stays_for_a_while_and_a_second_slow_head_does_not() {
    let server = start(short(), None).await;
    let mut kept = server.open(GET).await;
    let mut begun = server.open(GET).await;
    rest(500).await;
    kept.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    assert_eq!(rest_of(&mut kept).await.matches("200 OK").count(), 2);
    begun.write_all(b"GET / HT").await.unwrap();
    // 300 ms for the head, while the idle limit alone would allow 2,500 ms more.
    assert!(timeout(ms(1500), rest_of(&mut begun)).await.is_ok());
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let server = start(short(), None).await;
    let mut stream = server.open("POST /body HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nabc").await;
    let answer = timeout(ms(2000), rest_of(&mut stream)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test]
async fn large_heads_and_many_headers_are_refused() {
    let server = start(short(), None).await;
    for head in [format!("a: {}\r\n", "b".repeat(70_000)), "a: b\r\n".repeat(101)] {
        let mut stream = server.open("GET / HTTP/1.1\r\n").await;
        let _ = stream.write_all(head.as_bytes()).await;
        let _ = stream.write_all(b"\r\n").await;
        let mut start = [0; 12];
        stream.read_exact(&mut start).await.unwrap();
        assert_eq!(&start, b"HTTP/1.1 431");
    }
}

#[tokio::test]
async fn beyond_the_limit_connections_are_closed_at_once() {
    let server = start(Limits { connections: 2, ..patient() }, None).await;
    let (one, two) = (server.open("").await, server.open("").await);
    rest(50).await;
    assert_eq!(timeout(ms(1500), rest_of(&mut server.open("").await)).await.unwrap(), "");
    drop((one, two));
    rest(50).await;
    assert!(ask(&mut server.open("").await).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn requests_under_way_finish_when_the_server_stops() {
    let server = start(short(), None).await;
    let mut busy = server.open("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut idle = server.open(GET).await;
    rest(50).await;
    server.stop.send(()).unwrap();
    rest(50).await;
    assert!(TcpStream::connect(server.address).await.is_err());
    assert!(timeout(ms(2000), rest_of(&mut idle)).await.unwrap().contains("200 OK"));
    assert!(rest_of(&mut busy).await.ends_with("done"));
    assert_eq!(server.task.await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn stopping_does_not_wait_for_ever() {
    let server = start(Limits { finish: ms(100), ..short() }, None).await;
    let _busy = server.open("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await;
    rest(50).await;
    server.stop.send(()).unwrap();
    assert_eq!(server.task.await.unwrap().unwrap(), 1);
}

/// Writes a fresh certificate for `localhost` and its key.
fn write_certificate(folder: &Path) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
}

async fn connect(
    server: &Server,
    folder: &Path,
    alpn: &[u8],
) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.join("cert.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let name = ServerName::try_from("localhost").unwrap();
    connector.connect(name, TcpStream::connect(server.address).await?).await
}

#[tokio::test]
async fn tls_serves_both_protocols_and_takes_a_new_certificate() {
    let folder = tempfile::tempdir().unwrap();
    write_certificate(folder.path());
    let certificates = Certificates::load(&folder.path().join("cert.pem"), &folder.path().join("key.pem")).unwrap();
    let server = start(short(), Some(Arc::clone(&certificates))).await;
    let mut stream = connect(&server, folder.path(), b"http/1.1").await.unwrap();
    assert!(ask(&mut stream).await.starts_with("HTTP/1.1 200"));
    let stream = connect(&server, folder.path(), b"h2").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));

    write_certificate(folder.path());
    assert!(connect(&server, folder.path(), b"h2").await.is_err(), "the old one is still shown");
    certificates.reload().unwrap();
    assert!(connect(&server, folder.path(), b"h2").await.is_ok());
    std::fs::write(folder.path().join("key.pem"), "nothing").unwrap();
    assert!(certificates.reload().is_err());
    assert!(connect(&server, folder.path(), b"h2").await.is_ok(), "what was good stays");
}

#[tokio::test]
async fn http2_answers_and_refuses_many_headers() {
    let server = start(short(), None).await;
    let stream = hyper_util::rt::TokioIo::new(server.open("").await);
    let executor = hyper_util::rt::TokioExecutor::new();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(executor, stream).await.unwrap();
    tokio::spawn(connection);
    for (headers, status) in [(3, 200), (101, 431)] {
        let mut request = axum::http::Request::get("http://a/").body(axum::body::Body::empty()).unwrap();
        for number in 0..headers {
            let name = axum::http::HeaderName::try_from(format!("x-{number}")).unwrap();
            request.headers_mut().insert(name, axum::http::HeaderValue::from_static("b"));
        }
        assert_eq!(sender.send_request(request).await.unwrap().status(), status, "{headers}");
    }
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    write_certificate(folder.path());
    let certificates = Certificates::load(&folder.path().join("cert.pem"), &folder.path().join("key.pem")).unwrap();
    let server = start(short(), Some(certificates)).await;
    let mut silent = server.open("").await;
    assert_eq!(timeout(ms(2000), rest_of(&mut silent)).await.unwrap(), "");
    let mut plain = server.open(GET).await;
    assert!(!rest_of(&mut plain).await.contains("HTTP/1.1"), "nothing is served without TLS");
}
