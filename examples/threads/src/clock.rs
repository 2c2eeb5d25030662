//! The one clock that all threads read: a Worker's own `performance.now()` begins when the Worker does.

/// Milliseconds since some moment that is the same on every thread.
pub(crate) fn now() -> f64 {
    #[cfg(target_family = "wasm")]
    return js::TIME_ORIGIN.with(|origin| *origin) + js::now();
    #[cfg(not(target_family = "wasm"))]
    {
        use std::sync::LazyLock;
        use std::time::Instant;
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed().as_secs_f64() * 1e3
    }
}

#[cfg(target_family = "wasm")]
mod js {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = performance)]
        pub(super) fn now() -> f64;

        #[wasm_bindgen(thread_local_v2, js_namespace = performance, js_name = timeOrigin)]
        pub(super) static TIME_ORIGIN: f64;
    }
}
