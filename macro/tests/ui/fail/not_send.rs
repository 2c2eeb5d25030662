use std::future::IntoFuture;
use std::rc::Rc;

use wasm_cleave::wasm_split;

#[wasm_split(a)]
async fn holds_rc(n: u32) -> u32 {
    let rc = Rc::new(n);
    std::future::ready(()).await;
    *rc
}

#[wasm_split(a)]
fn takes_rc(n: Rc<u32>) -> u32 {
    *n
}

fn send<T: Send>(_: T) {}

fn main() {
    send(holds_rc(1));
    send(holds_rc(1).into_future());
    send(holds_rc(1).try_now().unwrap());
    send(takes_rc(Rc::new(1)));
}
