//! The accept loop. It has limits of its own because `axum::serve` gives hyper no timer, so that slow clients would hold connections for ever.
//!
//! It knows no page and no route.

use std::{convert::Infallible, future::Future, net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
    response::Response,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use luoshi_app::App;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tower::ServiceExt;

use crate::{
    connection::{Guests, Impatient},
    routes::router,
    settings::WebSettings,
};

/// Longest head of a request, in bytes.
const LONGEST_HEAD: usize = 32 * 1024;

/// Pause after an accept that failed, so that a full table of file descriptors does not become a busy loop.
const PAUSE_AFTER_FAILED_ACCEPT: std::time::Duration = std::time::Duration::from_millis(50);

/// Why serving ended before it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address in the settings is not one that a browser can have as its origin.
    #[error("public_url is not an address of the form https://host: {0}")]
    PublicUrl(String),
}

/// Serves the site on `listener` until `shutdown` resolves, then gives running requests their time.
///
/// # Errors
/// [`ServeError::PublicUrl`] where the settings cannot be used; nothing was served then.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    settings: WebSettings,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let router = router(app, settings.clone())?;
    let places = Arc::new(Semaphore::new(settings.connection_limit));
    let guests = Guests::default();
    let graceful = GracefulShutdown::new();
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = next_connection(&listener, &places) => accepted,
        };
        let Some((stream, remote, place)) = accepted else {
            continue;
        };
        let peer = remote.ip().to_canonical();
        let share = if settings.trusted_proxies.contains(&peer) {
            usize::MAX
        } else {
            settings.connections_per_client
        };
        let Some(share) = guests.admit(peer, share) else {
            tracing::debug!(%remote, "one client holds too many connections");
            continue;
        };
        let router = router.clone();
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let router = router.clone();
            async move {
                let mut request: Request = request.map(Body::new);
                request.extensions_mut().insert(ConnectInfo(remote));
                let response: Response = match router.oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                };
                Ok::<_, Infallible>(response)
            }
        });
        let watcher = graceful.watcher();
        let settings = settings.clone();
        tokio::spawn(async move {
            // The place is free again when the connection has ended, however it ended.
            let _place = (place, share);
            // hyper starts its clock with the first byte; a client that sends none is let go here.
            match timeout(settings.head_timeout, stream.readable()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return,
            }
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(settings.head_timeout)
                .max_header_size(LONGEST_HEAD)
                .serve_connection(TokioIo::new(Impatient::new(stream, settings.write_timeout)), service);
            if let Err(error) = watcher.watch(connection).await {
                tracing::debug!(%remote, %error, "a connection ended early");
            }
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = sleep(settings.shutdown_grace) => {
            tracing::warn!("requests were still running when their time was over");
        }
    }
    Ok(())
}

/// Waits for a free place, then for a connection. None: the accept failed and the loop should go on.
async fn next_connection(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    // The semaphore is never closed, so this fails only when the program is ending anyway.
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, remote)) => {
            // Answers are written whole; waiting to fill a packet would only delay them.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%remote, %error, "the connection keeps the default delay");
            }
            Some((stream, remote, place))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            sleep(PAUSE_AFTER_FAILED_ACCEPT).await;
            None
        }
    }
}
