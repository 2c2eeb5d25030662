//! `wasm-cleave serve`: headers, types, the script in pages, and what a change of a source does.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::program::{package, tool};

/// A server that ends with the test.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A response's head, and its body as it arrives.
struct Response {
    head: String,
    body: BufReader<TcpStream>,
}

impl Response {
    fn text(mut self) -> String {
        let mut bytes = Vec::new();
        self.body.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The next server-sent event.
    fn event(&mut self) -> Value {
        loop {
            let mut line = String::new();
            let read = self.body.read_line(&mut line).unwrap();
            assert_ne!(read, 0, "the stream of events ended");
            if let Some(data) = line.strip_prefix("data: ") {
                return serde_json::from_str(data).unwrap();
            }
        }
    }
}

impl Server {
    fn start(package: &Path) -> Server {
        let mut child = tool()
            .arg("serve")
            .arg(package)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let address = line
            .trim()
            .strip_prefix("Serving http://")
            .and_then(|rest| rest.strip_suffix('/'))
            .unwrap_or_else(|| panic!("{line:?}"))
            .to_string();
        assert!(address.starts_with("127.0.0.1:"), "{address}");
        Server { child, address }
    }

    fn get(&self, path: &str) -> Response {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut body = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(body.read_line(&mut head).unwrap(), 0, "{head}");
        }
        Response { head, body }
    }
}

#[test]
fn every_response_lets_the_page_use_shared_memory() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    let server = Server::start(folder.path());
    for (path, status, mime) in [
        ("/", "200", "text/html; charset=utf-8"),
        ("/app.js", "200", "text/javascript"),
        ("/app_bg.wasm", "200", "application/wasm"),
        ("/__wasm-cleave/events", "200", "text/event-stream"),
        ("/nothing", "404", "text/plain; charset=utf-8"),
        ("/../../../Cargo.toml", "404", "text/plain; charset=utf-8"),
    ] {
        let head = server.get(path).head;
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status}")),
            "{path}: {head}"
        );
        for header in [
            format!("content-type: {mime}"),
            "cross-origin-opener-policy: same-origin".to_string(),
            "cross-origin-embedder-policy: require-corp".to_string(),
            "cross-origin-resource-policy: same-origin".to_string(),
            "cache-control: no-cache".to_string(),
        ] {
            assert!(head.contains(&header), "{path}: {header} in {head}");
        }
    }
    // Browsers ask for it unasked, and would report its absence.
    let icon = server.get("/favicon.ico").head;
    assert!(icon.starts_with("HTTP/1.1 204"), "{icon}");
    // Without a page of the package's own there is one that starts the program.
    assert!(
        server
            .get("/")
            .text()
            .contains("import init from \"./app.js\"")
    );
}

#[test]
fn a_change_reloads_the_page_and_an_error_keeps_the_last_good_build() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    fs::write(folder.path().join("index.html"), "<body>first</body>").unwrap();
    let server = Server::start(folder.path());
    let mut events = server.get("/__wasm-cleave/events");

    let first = events.event();
    assert!(first["error"].is_null(), "{first}");
    let page = server.get("/").text();
    let build = first["build"].as_str().unwrap();
    assert!(page.contains(&format!("data-build=\"{build}\"")), "{page}");

    let lib = folder.path().join("src/lib.rs");
    let source = fs::read_to_string(&lib).unwrap();
    fs::write(&lib, source.replace("12345", "54321")).unwrap();
    let second = events.event();
    assert!(second["error"].is_null(), "{second}");
    assert_ne!(second["build"], first["build"]);

    fs::write(&lib, "fn broken(").unwrap();
    let third = events.event();
    let error = third["error"].as_str().unwrap();
    assert!(error.contains("unclosed delimiter"), "{error}");
    assert!(!error.contains('\x1b'), "{error}");
    assert_eq!(third["build"], second["build"]);
    assert!(server.get("/").text().contains("first"));

    fs::write(folder.path().join("index.html"), "<body>second</body>").unwrap();
    fs::write(&lib, source).unwrap();
    let mut event = events.event();
    while !event["error"].is_null() {
        event = events.event();
    }
    assert!(server.get("/").text().contains("second"));
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    let mut server = Server::start(folder.path());
    let _open = server.get("/__wasm-cleave/events");
    let pid = server.child.id().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(killed.unwrap().success());
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}
