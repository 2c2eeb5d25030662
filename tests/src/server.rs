//! A static server on 127.0.0.1 that keeps a log and misbehaves on demand.
//!
//! A fault strikes requests for chunks only: files that end with `.wasm` but not with `_bg.wasm`.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::read::GzEncoder;

use crate::cargo::repository;

/// How long the server is away in [`Fault::Gone`].
const AWAY: Duration = Duration::from_millis(1000);

/// How many bytes follow the right ones in [`Fault::Long`]: more than arrive at once.
const TOO_MUCH: usize = 4 << 20;

/// What goes wrong with chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Status 404.
    Missing,
    /// Status 200 with bytes that are not a module.
    Wrong,
    /// The connection ends in the middle of the file.
    Truncated,
    /// The right bytes, and megabytes after them.
    Long,
    /// The same chunk with another build id.
    Other,
    /// The right bytes as `text/plain`: no fault for a loader that copes with it.
    Mime,
    /// The right bytes, compressed as the browser likes it best: what servers should do.
    Compressed,
    /// Nobody listens for a second.
    Gone,
}

impl Fault {
    fn parse(word: &str) -> Option<Fault> {
        Some(match word {
            "missing" => Fault::Missing,
            "wrong" => Fault::Wrong,
            "truncated" => Fault::Truncated,
            "long" => Fault::Long,
            "other" => Fault::Other,
            "mime" => Fault::Mime,
            "compressed" => Fault::Compressed,
            "gone" => Fault::Gone,
            _ => return None,
        })
    }
}

/// A line of the server's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A file was asked for, by this path.
    Request(String),
    /// The page said how far it had come.
    Point(String),
}

#[derive(Default)]
struct State {
    log: Vec<Entry>,
    /// What goes wrong with the next so many requests.
    fault: Option<(Fault, u32)>,
    /// The accepting thread has been asked to go away.
    is_leaving: bool,
    /// Nobody listens.
    is_away: bool,
}

/// A running server; it ends with the process.
#[derive(Clone)]
pub struct Server {
    address: SocketAddr,
    root: Arc<PathBuf>,
    state: Arc<Mutex<State>>,
}

impl Server {
    /// Serves a folder on a free port.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(root: &Path) -> Result<Server> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let server = Server {
            address: listener.local_addr()?,
            root: Arc::new(root.to_path_buf()),
            state: Arc::default(),
        };
        let accepting = server.clone();
        thread::spawn(move || accepting.accept(listener));
        Ok(server)
    }

    /// `http://127.0.0.1:PORT/` and a path below it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// Forgets the log and every fault, once somebody listens.
    pub fn reset(&self) {
        while self.state().is_away {
            thread::sleep(Duration::from_millis(20));
        }
        let mut state = self.state();
        state.log.clear();
        state.fault = None;
    }

    /// Lets the next so many requests for chunks fail.
    pub fn fail(&self, fault: Fault, times: u32) {
        self.state().fault = Some((fault, times));
    }

    /// The log since the last reset.
    pub fn log(&self) -> Vec<Entry> {
        self.state().log.clone()
    }

    /// Files requested before the page came to a point; all of them where it never did.
    pub fn requested_before(&self, label: &str) -> Vec<String> {
        self.log()
            .into_iter()
            .take_while(|entry| *entry != Entry::Point(label.to_string()))
            .filter_map(|entry| match entry {
                Entry::Request(path) => Some(path),
                Entry::Point(_) => None,
            })
            .collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn accept(&self, mut listener: TcpListener) {
        loop {
            let Ok((stream, _)) = listener.accept() else {
                continue;
            };
            if self.state().is_leaving {
                drop((stream, listener));
                {
                    let mut state = self.state();
                    state.is_leaving = false;
                    state.is_away = true;
                }
                thread::sleep(AWAY);
                listener = loop {
                    match TcpListener::bind(self.address) {
                        Ok(listener) => break listener,
                        Err(_) => thread::sleep(Duration::from_millis(20)),
                    }
                };
                self.state().is_away = false;
                continue;
            }
            let server = self.clone();
            // A browser that goes away in the middle of an answer is no error.
            thread::spawn(move || server.answer(stream).ok());
        }
    }

    /// Makes the accepting thread drop its listener, and returns when it has.
    fn leave(&self) -> Result<()> {
        self.state().is_leaving = true;
        TcpStream::connect(self.address)?;
        while self.state().is_leaving {
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    fn answer(&self, mut stream: TcpStream) -> Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut first = String::new();
        reader.read_line(&mut first)?;
        let mut header = String::new();
        let mut codings = String::new();
        while reader.read_line(&mut header)? > 2 {
            if let Some((name, value)) = header.split_once(':')
                && name.eq_ignore_ascii_case("accept-encoding")
            {
                codings = value.to_string();
            }
            header.clear();
        }
        let Some(target) = first.split(' ').nth(1) else {
            return Ok(());
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        match path {
            "/control/point" => self.state().log.push(Entry::Point(query.to_string())),
            "/control/fault" => self.set_fault(query)?,
            _ => return self.send_file(&mut stream, path, &codings),
        }
        send(&mut stream, "200 OK", "text/plain", b"", 0)
    }

    fn set_fault(&self, query: &str) -> Result<()> {
        let (word, times) = query.split_once('&').context("fault and times")?;
        let times = times.parse().unwrap_or(u32::MAX);
        let fault = Fault::parse(word);
        self.state().fault = fault.map(|fault| (fault, times));
        if fault == Some(Fault::Gone) {
            self.state().fault = None;
            self.leave()?;
        }
        Ok(())
    }

    /// The fault that strikes this request.
    fn strike(&self, path: &str) -> Option<Fault> {
        let mut state = self.state();
        state.log.push(Entry::Request(path.to_string()));
        if !path.ends_with(".wasm") || path.ends_with("_bg.wasm") {
            return None;
        }
        let (fault, times) = state.fault?;
        state.fault = (times > 1).then(|| (fault, times - 1));
        Some(fault)
    }

    fn send_file(&self, stream: &mut TcpStream, path: &str, codings: &str) -> Result<()> {
        let fault = self.strike(path);
        let Some((mut bytes, mime)) = self.read(path) else {
            return send(stream, "404 Not Found", "text/plain", b"not found", 9);
        };
        let mut len = bytes.len();
        let mut mime = mime;
        match fault {
            None | Some(Fault::Gone) => {}
            Some(Fault::Missing) => {
                return send(stream, "404 Not Found", "text/plain", b"not found", 9);
            }
            Some(Fault::Wrong) => {
                bytes = b"this is not wasm".to_vec();
                len = bytes.len();
            }
            Some(Fault::Truncated) => bytes.truncate(len / 2),
            Some(Fault::Long) => {
                len += TOO_MUCH;
                bytes.resize(len, 0);
            }
            Some(Fault::Other) => bytes = other_build(bytes),
            Some(Fault::Mime) => mime = "text/plain",
            Some(Fault::Compressed) => {
                let (coding, bytes) = compress(&bytes, codings)?;
                let type_and_coding = format!("{mime}\r\nContent-Encoding: {coding}");
                return send(stream, "200 OK", &type_and_coding, &bytes, bytes.len());
            }
        }
        send(stream, "200 OK", mime, &bytes, len)
    }

    fn read(&self, path: &str) -> Option<(Vec<u8>, &'static str)> {
        let host = repository().join("tests/host");
        let file = match path {
            "/host.js" => host.join("host.js"),
            _ if path.contains("..") => return None,
            _ => self.root.join(path.trim_start_matches('/')),
        };
        let file = match file.is_dir() {
            false => file,
            true if file.join("index.html").exists() => file.join("index.html"),
            true => host.join("page.html"),
        };
        let mime = match file.extension()?.to_str()? {
            "html" => "text/html",
            "js" | "mjs" => "text/javascript",
            "css" => "text/css",
            "json" => "application/json",
            "svg" => "image/svg+xml",
            "wasm" => "application/wasm",
            _ => "application/octet-stream",
        };
        Some((fs::read(file).ok()?, mime))
    }
}

/// Compresses with brotli where the browser takes it, else with gzip: the name of the coding, and the bytes.
fn compress(mut bytes: &[u8], accepted: &str) -> Result<(&'static str, Vec<u8>)> {
    let mut out = Vec::new();
    if accepted.split(',').any(|coding| coding.trim() == "br") {
        brotli::BrotliCompress(&mut bytes, &mut out, &Default::default())?;
        return Ok(("br", out));
    }
    ensure!(
        accepted.contains("gzip"),
        "the browser takes `{accepted}` only"
    );
    GzEncoder::new(bytes, Compression::default()).read_to_end(&mut out)?;
    Ok(("gzip", out))
}

/// The same chunk with another build id: a valid module that belongs to another program.
fn other_build(mut bytes: Vec<u8>) -> Vec<u8> {
    let name = wasm_cleave_contract::BUILD_SECTION.as_bytes();
    if let Some(at) = bytes.windows(name.len()).position(|window| window == name) {
        for byte in bytes.iter_mut().skip(at + name.len()).take(16) {
            *byte ^= 0xff;
        }
    }
    bytes
}

/// Sends an answer that claims `len` bytes, which may be more than there are.
fn send(stream: &mut TcpStream, status: &str, mime: &str, bytes: &[u8], len: usize) -> Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\n\
         Content-Type: {mime}\r\n\
         Content-Length: {len}\r\n\
         Connection: close\r\n\
         Cache-Control: no-store\r\n\
         Cross-Origin-Opener-Policy: same-origin\r\n\
         Cross-Origin-Embedder-Policy: require-corp\r\n\
         Cross-Origin-Resource-Policy: same-origin\r\n\
         Access-Control-Allow-Origin: *\r\n\r\n"
    )?;
    stream.write_all(bytes)?;
    Ok(stream.flush()?)
}
