//! One connection: handshake, requests, and its end by the client, by a limit or because the server stops.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, Response, StatusCode, Version};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch as channel;
use tokio::time::{Sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::{Service, ServiceExt};

use super::watch::{UnderWay, Watch, Watched, now};
use super::{Limits, Peer};

/// What answers requests, always with a response.
pub trait Answers:
    Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send + 'static> + Clone
{
}

impl<S> Answers for S where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send + 'static> + Clone
{
}

/// What all connections of a server share.
pub struct Shared<S> {
    pub service: S,
    pub acceptor: Option<TlsAcceptor>,
    pub limits: Limits,
    pub stopped: channel::Receiver<bool>,
}

/// Serves one connection to its end. A client's mistakes end it quietly: they are no fault of ours.
pub async fn run<S>(shared: &Arc<Shared<S>>, stream: TcpStream, peer: SocketAddr)
where
    S: Answers + Send + Sync + 'static,
{
    // Answers are small and complete; waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let Some(acceptor) = &shared.acceptor else {
        return requests(shared, stream, peer).await;
    };
    if let Ok(Ok(stream)) = timeout(shared.limits.handshake, acceptor.accept(stream)).await {
        requests(shared, stream, peer).await;
    }
}

async fn requests<S, T>(shared: &Arc<Shared<S>>, stream: T, peer: SocketAddr)
where
    S: Answers + Send + Sync + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let watch = Watch::new(now());
    let io = TokioIo::new(Watched { stream, watch: watch.clone() });
    let service = {
        let (shared, watch) = (Arc::clone(shared), watch.clone());
        service_fn(move |request| answer(Arc::clone(&shared), watch.clone(), peer, request))
    };
    let builder = builder(&shared.limits);
    let mut connection = std::pin::pin!(builder.serve_connection(io, service));
    let mut stopped = shared.stopped.clone();
    let mut stop = std::pin::pin!(stopped.wait_for(|stopped| *stopped));
    let mut end = std::pin::pin!(pause_until(watch.deadline(&shared.limits)));
    let mut stopping = false;
    poll_fn(|cx| {
        if !stopping && stop.as_mut().poll(cx).is_ready() {
            stopping = true;
            connection.as_mut().graceful_shutdown();
        }
        if connection.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        watch.poll_over(&shared.limits, end.as_mut(), cx)
    })
    .await;
}

#[expect(clippy::disallowed_methods, reason = "connections that do nothing are ended by the clock")]
fn pause_until(deadline: tokio::time::Instant) -> Sleep {
    tokio::time::sleep_until(deadline)
}

#[expect(clippy::disallowed_methods, reason = "a body that does not come is given up by the clock")]
fn pause(time: Duration) -> Sleep {
    tokio::time::sleep(time)
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // The watch keeps the times; hyper's own would also count the rest between two requests as reading.
        .header_read_timeout(None)
        .max_buf_size(limits.head_bytes)
        .max_headers(limits.headers)
        .keep_alive(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
        .max_concurrent_streams(limits.streams)
        // A client that opens and resets streams without end is cut off (CVE-2023-44487).
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(100)
        .max_send_buf_size(64 * 1024)
        .keep_alive_interval(limits.idle / 2)
        .keep_alive_timeout(limits.head);
    builder
}

async fn answer<S: Answers>(
    shared: Arc<Shared<S>>,
    watch: Watch,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let under_way = watch.begin(request.version() == Version::HTTP_2);
    // Of HTTP/2 only the size of all headers is limited before this point.
    if request.headers().len() > shared.limits.headers {
        let mut refusal = Response::new(Body::empty());
        *refusal.status_mut() = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Ok(refusal);
    }
    let time = shared.limits.body;
    // Most requests have no body, and nothing to wait for.
    let mut request = request.map(|body| match body.is_end_stream() {
        true => Body::empty(),
        false => Body::new(InTime { body, over: Box::pin(pause(time)) }),
    });
    request.extensions_mut().insert(Peer(peer));
    let response = shared.service.clone().oneshot(request).await?;
    Ok(response.map(|body| Body::new(Counted { body, _under_way: under_way })))
}

/// A request's body that fails when it is not complete in time.
struct InTime {
    body: Incoming,
    over: Pin<Box<Sleep>>,
}

impl HttpBody for InTime {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        match self.over.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Some(Err("the body did not come in time".into()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body; while it lives, its request is under way.
struct Counted {
    body: Body,
    _under_way: UnderWay,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
