//! Waiting: for a time, for an idle thread, or for work that must not take too long.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use js_sys::futures::JsFuture;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

use crate::time::Millis;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: i32) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timeout: &JsValue);

    // Missing in WebKit and Node.
    #[wasm_bindgen(thread_local_v2, js_name = requestIdleCallback)]
    static REQUEST_IDLE_CALLBACK: Option<Function>;
}

/// Done when the thread has nothing to do, or in a moment where it cannot say.
pub(crate) async fn idle() {
    const MOMENT: Millis = Millis(200.0);
    let Some(request) = REQUEST_IDLE_CALLBACK.with(Clone::clone) else {
        return Timer::new(MOMENT).await;
    };
    let called = Promise::new(&mut |resolve, _| {
        let _ = request.call1(&JsValue::UNDEFINED, &resolve);
    });
    let _ = called.await;
}

/// Done after some time; dropping it cancels it.
pub(crate) struct Timer {
    pub(super) timeout: JsValue,
    // Not a `Function` with its default, which is made of a string: strict pages do not allow that.
    resolve: Option<Function>,
    done: JsFuture,
}

impl Timer {
    pub(crate) fn new(time: Millis) -> Self {
        let mut timeout = JsValue::UNDEFINED;
        let mut kept = None;
        let done = Promise::new(&mut |resolve, _| {
            // The cast saturates, at 24 days.
            timeout = set_timeout(&resolve, time.0 as i32);
            kept = Some(resolve);
        });
        Timer {
            timeout,
            resolve: kept,
            done: done.into(),
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.timeout);
        // A `JsFuture` is freed when its promise settles.
        if let Some(resolve) = &self.resolve {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.done).poll(context).map(drop)
    }
}

/// What `work` comes to, or `None` if it does not end within `limit`.
pub(crate) async fn within<T>(limit: Millis, work: impl Future<Output = T>) -> Option<T> {
    before(Timer::new(limit), work).await
}

/// What `work` comes to, or `None` if the timer is done first.
pub(crate) async fn before<T>(mut timer: Timer, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    std::future::poll_fn(|context| {
        if let Poll::Ready(value) = work.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        Pin::new(&mut timer).poll(context).map(|()| None)
    })
    .await
}
