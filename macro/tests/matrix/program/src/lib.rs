//! The program of the matrix test: two heavy crates behind splits, entries of equal code, and all forms of calls.
//!
//! What the names of the exports and splits mean is said in `../../matrix.rs`.

use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use pulldown_cmark::{html, Parser};
use regex::Regex;
use wasm_cleave::{split, wasm_split};

#[wasm_split(search)]
fn find(text: &str, pattern: &str) -> Option<usize> {
    Some(Regex::new(pattern).ok()?.find(text)?.start())
}

#[wasm_split(search)]
fn matcher<T: AsRef<str> + 'static>(pattern: T) -> Box<dyn Fn(&str) -> bool> {
    match Regex::new(pattern.as_ref()) {
        Ok(regex) => Box::new(move |text| regex.is_match(text)),
        Err(_) => Box::new(|_| false),
    }
}

struct Document {
    text: String,
}

impl Document {
    #[wasm_split(markdown)]
    async fn html(&self, tick: impl Future<Output = ()>) -> String {
        let parser = Parser::new(&self.text);
        tick.await;
        let mut out = String::new();
        html::push_html(&mut out, parser);
        out
    }
}

trait Render {
    #[wasm_split(markdown)]
    fn render(&self) -> String;

    #[wasm_split(both)]
    async fn render_matching(&self, pattern: &str) -> Result<String, String> {
        let regex = Regex::new(pattern).map_err(|error| error.to_string())?;
        let html = match self.render().await {
            Ok(html) => html,
            Err(error) => return Err(error.to_string()),
        };
        Ok(regex.replace_all(&html, "").into_owned())
    }
}

impl Render for Document {
    #[wasm_split(markdown)]
    fn render(&self) -> String {
        let mut out = String::new();
        html::push_html(&mut out, Parser::new(&self.text));
        out
    }
}

// Equal code: two entries, and an ordinary function whose address is taken.
#[wasm_split(twin_a)]
fn twin_a(n: u32) -> u32 {
    n.wrapping_mul(3)
}

#[wasm_split(twin_b)]
fn twin_b(n: u32) -> u32 {
    n.wrapping_mul(3)
}

fn ordinary(n: &mut u32) {
    *n = n.wrapping_mul(3);
}

fn finish<T>(call: impl IntoFuture<Output = T>, default: T) -> T {
    let mut future = pin!(call.into_future());
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => default,
    }
}

static TEXT: &str = "some *text*";

#[no_mangle]
pub extern "C" fn searches(n: usize) -> usize {
    let text = &TEXT[n.min(5)..];
    let found = find(text, "t.*t").try_now().ok().flatten().unwrap_or(0);
    let counted = finish(matrix_helper::count(text, "."), Ok(0)).unwrap_or(0);
    let by_str = matcher("a").try_now().map_or(false, |matches| matches(text));
    let by_string = matcher(String::from("b")).try_now().map_or(false, |matches| matches(text));
    found + counted + usize::from(by_str) + usize::from(by_string)
}

#[no_mangle]
pub extern "C" fn renders(n: usize) -> usize {
    let document = Document {
        text: TEXT[n.min(5)..].to_owned(),
    };
    let html = finish(document.html(std::future::ready(())), Ok(String::new()));
    let rendered = document.render().try_now().unwrap_or_default();
    let matching = finish(document.render_matching("x"), Ok(Ok(String::new())));
    html.map_or(0, |html| html.len()) + rendered.len() + matching.map_or(0, |html| html.map_or(0, |html| html.len()))
}

#[no_mangle]
pub extern "C" fn twins(n: u32) -> u32 {
    let mut callbacks: [fn(&mut u32); 2] = [ordinary, |n| *n += 1];
    callbacks.rotate_left(std::hint::black_box(1));
    let mut n = n;
    std::hint::black_box(callbacks)[0](&mut n);
    twin_a(n).try_now().unwrap_or(0) + twin_b(n).try_now().unwrap_or(0)
}

#[no_mangle]
pub extern "C" fn loads() -> bool {
    split!(markdown).prefetch();
    split!(search).is_loaded()
}
