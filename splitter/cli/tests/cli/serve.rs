//! `wasm-cleave serve`: headers, types, the script in pages, and what a change of a source does.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

#[cfg(unix)]
use crate::place::Place;
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
        Server::of(tool().arg("serve").arg(package))
    }

    fn of(command: &mut Command) -> Server {
        let mut child = command
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
        self.request("GET", path, &[])
    }

    fn request(&self, method: &str, path: &str, headers: &[&str]) -> Response {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        for header in headers {
            request.push_str(&format!("{header}\r\n"));
        }
        request.push_str("Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut body = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(body.read_line(&mut head).unwrap(), 0, "{head}");
        }
        Response { head, body }
    }
}

impl Response {
    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// What a browser says when the user goes somewhere.
const NAVIGATION: &str = "Accept: text/html,application/xhtml+xml,*/*;q=0.8";

/// A package with files below `public`.
fn served(files: &[(&str, &str)]) -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    for (name, text) in files {
        let path = folder.path().join("public").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let server = Server::start(folder.path());
    (folder, server)
}

#[test]
fn parts_of_a_file_are_served_as_media_need_them() {
    let (_folder, server) = served(&[("a.mp3", "0123456789")]);
    let all = server.get("/a.mp3");
    assert_eq!(all.header("accept-ranges"), Some("bytes"));
    assert_eq!(all.header("content-type"), Some("audio/mpeg"));
    for (range, status, content, text) in [
        ("0-3", "206", "bytes 0-3/10", "0123"),
        ("7-", "206", "bytes 7-9/10", "789"),
        ("-2", "206", "bytes 8-9/10", "89"),
        ("10-", "416", "bytes */10", ""),
    ] {
        let part = server.request("GET", "/a.mp3", &[&format!("Range: bytes={range}")]);
        assert_eq!(part.status(), status, "{range}");
        assert_eq!(part.header("content-range"), Some(content), "{range}");
        assert_eq!(part.text(), text, "{range}");
    }
    let several = server.request("GET", "/a.mp3", &["Range: bytes=0-1,4-5"]);
    assert_eq!(several.status(), "200");
    assert_eq!(several.text(), "0123456789");
}

#[test]
fn heads_have_no_bodies() {
    let (_folder, server) = served(&[("a.css", "p { color: red }")]);
    for path in ["/a.css", "/"] {
        let length = server.get(path).text().len().to_string();
        let head = server.request("HEAD", path, &[]);
        assert_eq!(head.status(), "200", "{path}");
        assert_eq!(head.header("content-length"), Some(&*length), "{path}");
        assert_eq!(head.text(), "", "{path}");
    }
    assert_eq!(server.request("HEAD", "/no.css", &[]).status(), "404");
    assert_eq!(server.request("POST", "/a.css", &[]).status(), "405");
}

#[test]
fn what_the_browser_has_is_not_sent_again_unless_it_is_a_page() {
    let (folder, server) = served(&[("a.css", "p {}"), ("index.html", "<p>text")]);
    let tag = server.get("/a.css").header("etag").unwrap().to_string();
    let condition = format!("If-None-Match: {tag}");
    let again = server.request("GET", "/a.css", &[&condition]);
    assert_eq!(again.status(), "304");
    assert_eq!(again.header("cache-control"), Some("no-cache"));

    // The script in it names the build.
    let page = server.get("/");
    assert_eq!(page.header("etag"), None);
    assert_eq!(page.header("last-modified"), None);
    let conditions = ["If-None-Match: *", "Range: bytes=0-3"];
    for path in ["/", "/index.html"] {
        let page = server.request("GET", path, &conditions);
        assert_eq!(page.status(), "200");
        assert!(page.text().contains("data-build"), "{path}");
    }

    let mut events = server.get("/__wasm-cleave/events");
    events.event();
    fs::write(folder.path().join("public/a.css"), "q {}").unwrap();
    events.event();
    let changed = server.request("GET", "/a.css", &[&condition]);
    assert_eq!(changed.status(), "200");
    assert_eq!(changed.text(), "q {}");
}

#[test]
fn a_folder_is_the_page_in_it() {
    let (_folder, server) = served(&[("docs/a b/index.html", "<p>inner")]);
    let moved = server.get("/docs/a%20b?x=1");
    assert_eq!(moved.status(), "307");
    assert_eq!(moved.header("location"), Some("/docs/a%20b/?x=1"));
    let page = server.get("/docs/a%20b/");
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let text = page.text();
    assert!(text.starts_with("<p>inner<script src="), "{text}");
}

#[test]
fn a_place_that_only_the_program_knows_is_its_page() {
    let files = [
        ("index.html", "<head><title>app</title></head><p>mine"),
        ("docs/readme.txt", "x"),
    ];
    let (_folder, server) = served(&files);
    for path in ["/users", "/users/7?tab=1", "/users/", "/docs/", "/a%20b/c"] {
        let page = server.request("GET", path, &[NAVIGATION]);
        assert_eq!(page.status(), "200", "{path}");
        let text = page.text();
        assert!(text.contains("<p>mine<script"), "{path}: {text}");
        // So that `./app.js` is not looked for in `/users/`.
        assert!(
            text.starts_with("<head><base href=\"/\"><title>"),
            "{path}: {text}"
        );
    }
    assert_eq!(
        server.request("HEAD", "/users", &[NAVIGATION]).status(),
        "200"
    );
    assert!(!server.get("/").text().contains("<base"));
    for path in [
        "/app-nothing.js",
        "/users/app_bg.wasm",
        "/no.html",
        "/..%2f..%2fCargo",
        "/%2e%2e/Cargo",
        "/a/..%5cb",
        "/a%00",
        "/%ff",
    ] {
        let response = server.request("GET", path, &[NAVIGATION]);
        assert_eq!(response.status(), "404", "{path}");
    }
    // What scripts ask for is there or not.
    for accept in ["Accept: */*", "Accept: application/json"] {
        assert_eq!(server.request("GET", "/users", &[accept]).status(), "404");
    }
    let posted = server.request("POST", "/users", &[NAVIGATION]);
    assert_eq!(posted.status(), "405");
}

#[cfg(unix)]
#[test]
fn a_page_that_is_open_during_the_first_build_waits_for_it() {
    let place = Place::new().with_target("1.95.0").naming("1.95.0");
    let cargo = fs::read_to_string(place.path("bin/cargo")).unwrap();
    let wait = "while ! [ -e \"$HERE/go\" ]; do sleep 0.1; done; ";
    let cargo = cargo.replace("{ echo \"toolchain", &format!("{wait}{{ echo \"toolchain"));
    place.write("bin/cargo", &cargo);
    let mut serve = place.run(&["serve"]);
    serve.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = serve.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = lines.find_map(|line| {
        let line = line.unwrap();
        let (_, rest) = line.split_once("http://")?;
        Some(rest.split_once('/')?.0.to_string())
    });
    let address = address.unwrap();
    let server = Server { child, address };
    // Nothing that it says is read, but it must be able to say it.
    std::thread::spawn(move || lines.count());

    let page = server.get("/");
    assert_eq!(page.status(), "503");
    assert!(page.text().contains("data-build=\"\""));
    let mut events = server.get("/__wasm-cleave/events");
    let first = events.event();
    assert_eq!(first["build"], "");
    assert!(first["error"].is_null(), "{first}");
    place.write("go", "");
    let second = events.event();
    assert_ne!(second["build"], "");
    assert_eq!(server.get("/").status(), "200");
}

#[cfg(unix)]
#[test]
fn the_browser_is_opened_when_asked_for() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    let browser = folder.path().join("browser");
    let opened = folder.path().join("target/opened");
    let script = format!("#!/bin/sh\necho \"$1\" > {}\n", opened.display());
    fs::write(&browser, script).unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    let mut serve = tool();
    serve.args(["serve", "--open", "yes"]).arg(folder.path());
    let server = Server::of(serve.env("BROWSER", &browser));
    let url = (0..100).find_map(|_| {
        std::thread::sleep(Duration::from_millis(100));
        fs::read_to_string(&opened)
            .ok()
            .filter(|url| url.ends_with('\n'))
    });
    let expected = format!("http://{}/\n", server.address);
    assert_eq!(url, Some(expected));
}

#[test]
fn before_the_first_good_build_pages_wait_for_it() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), "app");
    fs::write(folder.path().join("index.html"), "<p>mine").unwrap();
    let lib = folder.path().join("src/lib.rs");
    let source = fs::read_to_string(&lib).unwrap();
    fs::write(&lib, source.replace("__wasm_bindgen_unstable", "other")).unwrap();
    let server = Server::start(folder.path());
    let mut events = server.get("/__wasm-cleave/events");
    let first = events.event();
    assert_eq!(first["build"], "");
    let error = first["error"].as_str().unwrap();
    assert!(error.contains("not a wasm-bindgen program"), "{error}");
    assert!(error.contains("\n  help: "), "{error}");
    for path in ["/", "/users/7", "/app.js"] {
        let page = server.get(path);
        assert_eq!(page.status(), "503", "{path}");
        let text = page.text();
        assert!(text.contains("data-build=\"\""), "{path}: {text}");
        assert!(!text.contains("mine"), "{path}: {text}");
    }
    assert_eq!(server.get("/favicon.ico").status(), "204");

    fs::write(&lib, source).unwrap();
    while events.event()["build"] == "" {}
    let page = server.get("/");
    assert_eq!(page.status(), "200");
    assert!(page.text().contains("mine"));
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
