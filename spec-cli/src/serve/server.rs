//! HTTP: files of the last good site, and a WebSocket that tells pages to reload.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::any;
use tower_http::services::ServeDir;

use super::{LIVE_RELOAD, Shelf, broken};
use crate::output::{Outcome, Stop, note};

/// Serves until Ctrl-C.
pub(crate) fn run(listener: TcpListener, shelf: Arc<Shelf>) -> Outcome {
    let trouble = |error: io::Error| Stop::trouble(format!("the server failed: {error}"));
    listener.set_nonblocking(true).map_err(trouble)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ended = runtime.map_err(trouble)?.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let app = Router::new()
            .route(&format!("/{LIVE_RELOAD}"), any(subscribe))
            .fallback(file)
            .with_state(Arc::clone(&shelf));
        // Open pages keep their socket for ever, so this does not wait for connections to end.
        tokio::select! {
            ended = async { axum::serve(listener, app).await } => ended,
            asked = end_is_asked_for() => asked,
        }
    });
    shelf.clear();
    ended.map_err(trouble)?;
    note("\nstopped");
    Ok(())
}

/// Waits for Ctrl-C, or for the system to say the same.
async fn end_is_asked_for() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// A file of the last good site.
async fn file(State(shelf): State<Arc<Shelf>>, request: Request) -> Response {
    let site = shelf.after_first_build().await;
    let failure = shelf.failure();
    let Some(site) = site else {
        let page = broken::page(LIVE_RELOAD, &failure.unwrap_or_default());
        return fresh((StatusCode::SERVICE_UNAVAILABLE, Html(page)).into_response());
    };
    let found = ServeDir::new(&site).try_call(request).await;
    match found {
        Ok(response) if response.status() != StatusCode::NOT_FOUND => {
            let response = response.map(Body::new);
            fresh(match failure {
                Some(reasons) if is_page(&response) => with_banner(response, &reasons).await,
                _ => response,
            })
        }
        Err(error) if !is_missing(&error) => {
            let line = format!("cannot read the site: {error}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, line).into_response()
        }
        _ => {
            let page = std::fs::read_to_string(site.join("404.html")).unwrap_or_default();
            fresh((StatusCode::NOT_FOUND, Html(page)).into_response())
        }
    }
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    response.status() == StatusCode::OK
        && kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

async fn with_banner(response: Response, reasons: &str) -> Response {
    match to_bytes(response.into_body(), usize::MAX).await {
        Ok(page) => {
            let page = String::from_utf8_lossy(&page);
            Html(broken::with_banner(&page, reasons)).into_response()
        }
        Err(error) => {
            let line = format!("cannot read the page: {error}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, line).into_response()
        }
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// A browser must ask again after every build.
fn fresh(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn subscribe(State(shelf): State<Arc<Shelf>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| tell(socket, shelf))
}

/// Says `reload` at the next change; the page then closes the socket and opens another.
async fn tell(mut socket: WebSocket, shelf: Arc<Shelf>) {
    let mut changes = shelf.changes();
    loop {
        tokio::select! {
            changed = changes.changed() => {
                if changed.is_err() || socket.send(Message::text("reload")).await.is_err() {
                    return;
                }
            }
            message = socket.recv() => {
                if !matches!(message, Some(Ok(_))) {
                    return;
                }
            }
        }
    }
}
