//! Serves the folder of the last good build, with the headers that programs with threads need too.

use std::convert::Infallible;
use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State as Extract};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::map_response;
use axum::response::sse::{Event, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use futures::{Stream, stream};
use percent_encoding::percent_decode_str;
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

use super::page::{self, CLIENT_PATH, EVENTS_PATH};
use super::state::{State, Status};

/// What browsers ask for unasked.
const ICON: &str = "/favicon.ico";

/// On every response, errors and workers' scripts included: one without them makes a page lose shared memory, and a
/// script without them does not load in such a page.
const HEADERS: [(HeaderName, &str); 4] = [
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        "require-corp",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (header::CACHE_CONTROL, "no-cache"),
];

/// Serves until it is dropped: pages keep their stream of events open, so there is no end to wait for.
pub(super) async fn run(listener: TcpListener, state: &Arc<State>) -> Result<()> {
    let router = Router::new()
        .route(CLIENT_PATH, get(client))
        .route(EVENTS_PATH, get(events))
        .fallback(file)
        .layer(map_response(add_headers))
        .with_state(state.clone());
    Ok(axum::serve(listener, router).await?)
}

/// Returns when the user stops the program.
#[cfg(unix)]
pub(super) async fn stopped() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

/// Returns when the user stops the program.
#[cfg(not(unix))]
pub(super) async fn stopped() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

async fn add_headers(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

async fn client() -> Response {
    let kind = "text/javascript; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], page::CLIENT).into_response()
}

/// The state of the builds, now and whenever it changes.
async fn events(
    Extract(state): Extract<Arc<State>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut receiver = state.subscribe();
    receiver.mark_changed();
    Sse::new(stream::unfold(receiver, async |mut receiver| {
        // An error means that the builder is gone: the stream ends.
        receiver.changed().await.ok()?;
        let status = receiver.borrow_and_update().clone();
        // Two strings: nothing that JSON cannot hold.
        let data = serde_json::to_string(&status).unwrap_or_default();
        let event = Event::default().data(data);
        Some((Ok(event), receiver))
    }))
}

async fn file(Extract(state): Extract<Arc<State>>, request: Request) -> Response {
    let status = state.now();
    let uri = request.uri().clone();
    if status.build.is_empty() && uri.path() != ICON {
        // What lies in the folder is of an earlier session.
        let page = html(page::before_first_build(), &status);
        return (StatusCode::SERVICE_UNAVAILABLE, page).into_response();
    }
    let is_deep_link = is_deep_link(&request);
    let found = match is_page(&uri) && reads(&request) {
        true => read(state.root(), whole(uri.clone())).await,
        false => read(state.root(), request).await,
    };
    match found {
        Ok(Some(response)) if is_html(&response) => match text(response).await {
            Ok(text) => html(text, &status),
            Err(error) => unreadable(&uri, &error),
        },
        Ok(Some(response)) => response,
        Ok(None) if is_deep_link || ["/", "/index.html"].contains(&uri.path()) => {
            html(start_page(&state, is_deep_link).await, &status)
        }
        // An error would stand in the console of every page.
        Ok(None) if uri.path() == ICON => StatusCode::NO_CONTENT.into_response(),
        Ok(None) => (
            StatusCode::NOT_FOUND,
            format!("nothing at `{}`\n", uri.path()),
        )
            .into_response(),
        Err(error) => unreadable(&uri, &error),
    }
}

/// A file of the folder, or what HTTP has to say about it; none if there is no such file, or the path leads out.
async fn read(root: &Path, request: Request) -> io::Result<Option<Response>> {
    // Browsers that ask for several ranges take the whole file as well.
    let mut files = ServeDir::new(root).ignore_multi_range_requests(true);
    match files.try_call(request).await {
        Ok(response) if response.status() == StatusCode::NOT_FOUND => Ok(None),
        Ok(response) => Ok(Some(with_charset(response.map(Body::new)))),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(None),
            _ => Err(error),
        },
    }
}

/// The program's page.
async fn start_page(state: &State, is_deep_link: bool) -> String {
    let uri = Uri::from_static("/index.html");
    let own = match read(state.root(), whole(uri)).await {
        Ok(Some(response)) => text(response).await.ok(),
        _ => None,
    };
    let page = own.unwrap_or_else(page::before_first_build);
    match is_deep_link {
        true => page::with_base(&page),
        false => page,
    }
}

/// A request for all of a page, whatever the browser has of it: the script in it changes when the file does not.
fn whole(uri: Uri) -> Request {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri;
    request
}

fn reads(request: &Request) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
}

fn is_page(uri: &Uri) -> bool {
    let path = uri.path().to_ascii_lowercase();
    ["/", ".html", ".htm"].iter().any(|end| path.ends_with(end))
}

/// Whether a browser goes to a place that only the program knows: a path that names no file.
fn is_deep_link(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT);
    let accept = accept.and_then(|value| value.to_str().ok());
    let path = percent_decode_str(request.uri().path()).decode_utf8();
    let names_no_file = |path: &str| {
        let leads_out = path.contains(['\\', '\0']) || path.split('/').any(|part| part == "..");
        !leads_out && !path.rsplit('/').next().unwrap_or_default().contains('.')
    };
    reads(request)
        && accept.is_some_and(|accept| accept.contains("text/html"))
        && path.is_ok_and(|path| names_no_file(&path))
}

fn is_html(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_html = |kind: &HeaderValue| kind.as_bytes().starts_with(b"text/html");
    response.status() == StatusCode::OK && kind.is_some_and(is_html)
}

async fn text(response: Response) -> io::Result<String> {
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await;
    let bytes = bytes.map_err(io::Error::other)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Texts are UTF-8, as sources are.
fn with_charset(mut response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/")
        && !kind.contains(';')
        && let Ok(kind) = HeaderValue::from_str(&format!("{kind}; charset=utf-8"))
    {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}

fn html(page: String, status: &Status) -> Response {
    Html(page::with_client(&page, status)).into_response()
}

fn unreadable(uri: &Uri, error: &io::Error) -> Response {
    let text = format!("could not read what is at `{}`: {error}\n", uri.path());
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
}
