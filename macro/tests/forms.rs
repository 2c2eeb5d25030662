//! Every form of function that can be split, run natively; the matrix's program compiles it for edition 2021, too.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::{Debug, Display};

use futures::executor::block_on;
use wasm_cleave::{LoadError, split, wasm_split};

mod functions {
    use super::*;

    #[wasm_split(unit)]
    fn unit(log: &RefCell<Vec<u32>>) {
        log.borrow_mut().push(7);
    }

    #[wasm_split(patterns)]
    fn patterns(
        (a, mut b): (u32, u32),
        [c, .., d]: [u32; 4],
        _: u32,
        mut e: u32,
        ref f: u32,
    ) -> u32 {
        b += 1;
        e *= 2;
        a + b + c + d + e + *f
    }

    #[wasm_split(early)]
    fn early(text: &str) -> Result<u32, std::num::ParseIntError> {
        if text.is_empty() {
            return Ok(0);
        }
        let number: u32 = text.parse()?;
        Ok(number + 1)
    }

    // The guard in the last expression borrows from an argument.
    #[wasm_split(guard)]
    fn guard(cell: RefCell<Vec<u32>>) -> usize {
        cell.borrow().len()
    }

    #[wasm_split(guard)]
    async fn async_guard(cell: RefCell<Vec<u32>>) -> usize {
        cell.borrow().len()
    }

    #[wasm_split(diverging)]
    #[allow(unused_variables)]
    fn diverging(a: u32) -> Box<dyn Debug> {
        panic!("diverged")
    }

    #[wasm_split(diverging)]
    async fn async_diverging() -> Box<dyn Debug> {
        panic!("diverged")
    }

    #[wasm_split(coercion)]
    fn coercion(n: u32) -> Box<dyn Debug> {
        if n == 0 {
            return Box::new("zero");
        }
        Box::new(n)
    }

    #[wasm_split(coercion)]
    async fn async_coercion(n: u32) -> Box<dyn Debug> {
        if n == 0 {
            return Box::new("zero");
        }
        Box::new(n)
    }

    #[wasm_split(lint)]
    fn inner_attribute() -> u32 {
        #![allow(unused_variables)]
        let unused = 1;
        2
    }

    #[wasm_split(cfg)]
    fn configured(#[cfg(any())] gone: Missing, #[cfg(not(any()))] here: u32) -> u32 {
        here
    }

    #[wasm_split(outer)]
    fn outer(n: u32) -> u32 {
        const ADD: u32 = 10;
        fn helper(n: u32) -> u32 {
            n + ADD
        }
        #[wasm_split(inner)]
        fn inner(n: u32) -> u32 {
            helper(n) * 2
        }
        inner(n).try_now().unwrap() + 1
    }

    #[wasm_split(recursive)]
    fn recursive(n: u32) -> u32 {
        if n == 0 {
            0
        } else {
            n + recursive(n - 1).try_now().unwrap()
        }
    }

    #[wasm_split(recursive)]
    async fn async_recursive(n: u32) -> Result<u32, LoadError> {
        if n == 0 {
            Ok(0)
        } else {
            Ok(n + async_recursive(n - 1).await??)
        }
    }

    #[wasm_split("named by a string / ü")]
    fn named_by_a_string() -> &'static str {
        "named"
    }

    #[wasm_split(r#type)]
    fn r#match(r#fn: u32) -> u32 {
        r#fn
    }

    #[wasm_split(größe)]
    fn größe(straße: u32) -> u32 {
        straße
    }

    #[wasm_split(danger)]
    unsafe fn danger(pointer: *const u32) -> u32 {
        // SAFETY: the caller's promise.
        unsafe { *pointer }
    }

    macro_rules! make {
        ($name:ident, $argument:ident: $ty:ty, $body:expr) => {
            #[wasm_split($name)]
            fn $name($argument: $ty) -> $ty {
                $body
            }
        };
    }
    make!(by_macro, n: u32, n + 1);

    #[test]
    fn plain_functions() {
        block_on(async {
            let log = RefCell::default();
            unit(&log).await.unwrap();
            assert_eq!(*log.borrow(), [7]);
            assert_eq!(
                patterns((1, 2), [10, 0, 0, 20], 9, 100, 1000)
                    .await
                    .unwrap(),
                1234
            );
            assert_eq!(early("").await.unwrap(), Ok(0));
            assert_eq!(early("4").await.unwrap(), Ok(5));
            assert!(early("x").await.unwrap().is_err());
            assert_eq!(guard(RefCell::new(vec![1, 2])).await.unwrap(), 2);
            assert_eq!(async_guard(RefCell::new(vec![1, 2])).await.unwrap(), 2);
            for (n, text) in [(0, "\"zero\""), (3, "3")] {
                assert_eq!(format!("{:?}", coercion(n).await.unwrap()), text);
                assert_eq!(format!("{:?}", async_coercion(n).await.unwrap()), text);
            }
            assert_eq!(inner_attribute().await.unwrap(), 2);
            assert_eq!(configured(3).await.unwrap(), 3);
            assert_eq!(outer(1).await.unwrap(), 23);
            assert_eq!(recursive(4).await.unwrap(), 10);
            assert_eq!(async_recursive(4).await.unwrap().unwrap(), 10);
            assert_eq!(by_macro(1).await.unwrap(), 2);
            let n = 6;
            // SAFETY: the pointer is that of `n`.
            assert_eq!(unsafe { danger(&n) }.await.unwrap(), 6);
        });
    }

    #[test]
    fn a_panic_of_the_body_reaches_the_caller() {
        for result in [
            std::panic::catch_unwind(|| drop(block_on(async { diverging(1).await }))),
            std::panic::catch_unwind(|| drop(block_on(async { async_diverging().await }))),
        ] {
            assert_eq!(result.unwrap_err().downcast_ref(), Some(&"diverged"));
        }
    }

    #[test]
    fn names() {
        block_on(async {
            assert_eq!(named_by_a_string().await.unwrap(), "named");
            assert_eq!(r#match(1).await.unwrap(), 1);
            assert_eq!(größe(2).await.unwrap(), 2);
        });
        assert_eq!(
            split!("named by a string / ü").name(),
            "named by a string / ü"
        );
        assert_eq!(split!(r#type).name(), "type");
        assert_eq!(split!(größe).name(), "größe");
    }
}

mod generics {
    use super::*;

    #[wasm_split(generic)]
    fn generic<T, const N: usize>(item: &T) -> [T; N]
    where
        T: Clone + Debug,
    {
        std::array::from_fn(|_| item.clone())
    }

    #[wasm_split(arguments)]
    fn arguments(
        items: impl IntoIterator<Item = impl Display>,
        with: impl Fn(String) -> String,
    ) -> Vec<String> {
        items
            .into_iter()
            .map(|item| with(item.to_string()))
            .collect()
    }

    #[wasm_split(generic)]
    async fn asynchronous<'a, K: std::hash::Hash + Eq, V>(
        map: &'a HashMap<K, V>,
        key: &K,
    ) -> Option<&'a V> {
        map.get(key)
    }

    #[test]
    fn types_constants_and_impl_trait() {
        block_on(async {
            assert_eq!(generic::<_, 3>(&'a').await.unwrap(), ['a'; 3]);
            let pair: [String; 2] = generic(&"b".to_owned()).await.unwrap();
            assert_eq!(pair, ["b", "b"]);
            let add = "!".to_owned();
            assert_eq!(
                arguments([1, 2], |text| text + &add).await.unwrap(),
                ["1!", "2!"]
            );
            let map = HashMap::from([("a", 1)]);
            assert_eq!(asynchronous(&map, &"a").await.unwrap(), Some(&1));
        });
    }
}

mod lifetimes {
    use super::*;

    #[wasm_split(lifetimes)]
    fn elided(items: &mut [u32]) -> &mut u32 {
        &mut items[0]
    }

    #[wasm_split(lifetimes)]
    fn named<'a, 'b: 'a>(a: &'a str, _b: &'b str, c: &str) -> (&'a str, usize) {
        (a, c.len())
    }

    #[wasm_split(lifetimes)]
    fn unnamed(text: &str) -> Cow<'_, str> {
        text.into()
    }

    #[wasm_split(lifetimes)]
    fn unrelated(from: &str, to: &mut Vec<String>, _: &RefCell<&str>) {
        to.push(from.to_owned());
    }

    #[wasm_split(lifetimes)]
    async fn asynchronous(from: &str, to: &mut Vec<String>, cell: &RefCell<&str>) -> usize {
        std::future::ready(()).await;
        to.push(from.to_owned());
        cell.borrow().len()
    }

    #[wasm_split(lifetimes)]
    fn dynamic(of: &dyn Debug) -> Box<dyn Fn() -> String + '_> {
        Box::new(move || format!("{of:?}"))
    }

    #[test]
    fn all_are_captured() {
        block_on(async {
            let mut items = [1, 2];
            *elided(&mut items).await.unwrap() += 10;
            assert_eq!(items, [11, 2]);
            assert_eq!(named("a", "b", "ccc").await.unwrap(), ("a", 3));
            assert_eq!(unnamed("text").await.unwrap(), "text");
            let mut to = Vec::new();
            {
                let from = "from".to_owned();
                let cell = RefCell::new("cell");
                unrelated(&from, &mut to, &cell).await.unwrap();
                assert_eq!(asynchronous(&from, &mut to, &cell).await.unwrap(), 4);
            }
            assert_eq!(to, ["from", "from"]);
            assert_eq!(dynamic(&1).await.unwrap()(), "1");
        });
    }
}

mod attributes {
    use super::*;

    /// Documented.
    #[wasm_split(attributes)]
    #[must_use]
    #[deprecated = "for the test"]
    #[cfg(not(any()))]
    #[inline(always)]
    pub(super) fn kept() -> u32 {
        1
    }

    #[cfg(any())]
    #[wasm_split(attributes)]
    fn gone() -> Missing {}

    #[test]
    #[allow(deprecated)]
    fn stay() {
        assert_eq!(block_on(async { kept().await.unwrap() }), 1);
    }
}

mod reexport {
    pub(super) mod framework {
        pub(crate) use wasm_cleave as cleave;
    }

    #[wasm_cleave::wasm_split(elsewhere, crate = framework::cleave)]
    fn elsewhere() -> u32 {
        1
    }

    #[test]
    fn the_path_of_the_crate_can_be_given() {
        assert_eq!(elsewhere().try_now().unwrap(), 1);
        assert!(wasm_cleave::split!(elsewhere, crate = framework::cleave).is_loaded());
    }
}
