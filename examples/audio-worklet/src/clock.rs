//! A clock for the audio thread, which has no `performance`: `Date.now()` where there is nothing better.

/// Milliseconds since some moment.
pub(crate) fn now() -> f64 {
    #[cfg(target_family = "wasm")]
    return js::NOW.with(|now| match now {
        Some(performance) => performance.now(),
        None => js_sys::Date::now(),
    });
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
        pub(super) type Performance;

        #[wasm_bindgen(method)]
        pub(super) fn now(this: &Performance) -> f64;

        #[wasm_bindgen(thread_local_v2, js_name = performance)]
        pub(super) static NOW: Option<Performance>;
    }
}
