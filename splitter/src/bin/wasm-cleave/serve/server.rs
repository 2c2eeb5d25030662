//! Serves the folder of the last good build, with the headers that programs with threads need too.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::extract::State as Extract;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::middleware::map_response;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::{Stream, stream};
use tokio::net::TcpListener;

use super::page::{self, CLIENT_PATH, EVENTS_PATH};
use super::state::State;
use crate::statics::PAGE;

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

/// Serves for ever. Pages keep their stream of events open, so there is no end to wait for: whoever calls this drops it.
pub(super) async fn run(listener: TcpListener, state: &Arc<State>) -> Result<()> {
    let router = Router::new()
        .route(CLIENT_PATH, get(client))
        .route(EVENTS_PATH, get(events))
        .route("/", get(file))
        .route("/{*path}", get(file))
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
    typed("text/javascript", page::CLIENT)
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

async fn file(Extract(state): Extract<Arc<State>>, uri: Uri) -> Response {
    let Some(path) = below(state.root(), uri.path()) else {
        return not_found(&uri);
    };
    match std::fs::read(&path) {
        Ok(bytes) if super::is_page(&path) => {
            let html = String::from_utf8_lossy(&bytes);
            html_response(page::with_client(&html, &state.now()))
        }
        Ok(bytes) => typed(mime(&path), bytes),
        Err(_) if path == state.root().join(PAGE) => {
            let status = state.now();
            html_response(page::with_client(&page::default_page(&status), &status))
        }
        // Browsers ask for it unasked; an error would stand in the console of every page.
        Err(_) if uri.path() == "/favicon.ico" => StatusCode::NO_CONTENT.into_response(),
        Err(_) => not_found(&uri),
    }
}

fn html_response(html: String) -> Response {
    typed("text/html; charset=utf-8", html)
}

fn typed(mime: &'static str, body: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, mime)], body).into_response()
}

fn not_found(uri: &Uri) -> Response {
    let text = format!("nothing at `{}`\n", uri.path());
    (StatusCode::NOT_FOUND, text).into_response()
}

/// The file that a URL's path means; none if it would lead out of the folder.
fn below(root: &Path, url_path: &str) -> Option<PathBuf> {
    let decoded = percent_decoded(url_path)?;
    let mut path = root.to_path_buf();
    for part in decoded.split('/').filter(|part| !part.is_empty()) {
        if part == "." || part == ".." || part.contains(['\\', ':', '\0']) {
            return None;
        }
        path.push(part);
    }
    if decoded.ends_with('/') {
        path.push(PAGE);
    }
    Some(path)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).ok()
}

fn mime(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension.unwrap_or_default().to_ascii_lowercase().as_str() {
        "wasm" => "application/wasm",
        "js" | "mjs" => "text/javascript",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "txt" | "md" | "ts" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "wav" => "audio/wav",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_folder() {
        let root = Path::new("/out");
        assert_eq!(below(root, "/"), Some("/out/index.html".into()));
        assert_eq!(below(root, "/a%20b/c.js"), Some("/out/a b/c.js".into()));
        assert_eq!(below(root, "/docs/"), Some("/out/docs/index.html".into()));
        for path in [
            "/..",
            "/a/../../b",
            "/%2e%2e/b",
            "/%2",
            "/%zz",
            "/a%00",
            "/c:%5Cb",
        ] {
            assert_eq!(below(root, path), None, "{path}");
        }
        assert_eq!(below(root, "//etc/passwd"), Some("/out/etc/passwd".into()));
    }

    #[test]
    fn modules_and_scripts_have_their_types() {
        assert_eq!(mime(Path::new("a_bg.wasm")), "application/wasm");
        assert_eq!(mime(Path::new("a.JS")), "text/javascript");
        assert_eq!(mime(Path::new("a")), "application/octet-stream");
    }
}
