//! What a call does between being made and being finished: policies, drops, `Send`.

use std::cell::RefCell;
use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures::executor::block_on;
use wasm_cleave::call::{Body, Infallible};
use wasm_cleave::{Call, LoadError, split, wasm_split};

type Log = Rc<RefCell<Vec<&'static str>>>;

struct Noisy(&'static str, Log);

impl Drop for Noisy {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

mod policies {
    use super::*;

    #[derive(Debug, PartialEq)]
    enum AppError {
        Odd(u32),
        Load(String),
    }

    impl From<LoadError> for AppError {
        fn from(error: LoadError) -> Self {
            AppError::Load(error.to_string())
        }
    }

    type AppResult<T> = Result<T, AppError>;

    #[wasm_split(policies, flatten)]
    fn half(n: u32) -> AppResult<u32> {
        if n % 2 == 1 {
            Err(AppError::Odd(n))
        } else {
            Ok(n / 2)
        }
    }

    #[wasm_split(policies, flatten)]
    async fn async_half(n: u32) -> AppResult<u32> {
        half(n).await
    }

    #[wasm_split(policies, infallible)]
    fn sure(n: u32) -> u32 {
        n
    }

    #[wasm_split(policies, infallible)]
    async fn async_sure(n: u32) -> u32 {
        n
    }

    #[test]
    fn decide_what_awaiting_gives() {
        block_on(async {
            assert_eq!(half(4).await, Ok(2));
            assert_eq!(half(5).await, Err(AppError::Odd(5)));
            assert_eq!(async_half(4).await, Ok(2));
            assert_eq!(async_half(5).await, Err(AppError::Odd(5)));
            let _: u32 = sure(1).await;
            let _: u32 = async_sure(1).await;
        });
    }

    #[test]
    fn do_not_change_what_running_gives() {
        assert_eq!(half(5).try_now().unwrap(), Err(AppError::Odd(5)));
        let future = async_half(6).try_now().unwrap();
        assert_eq!(block_on(future), Ok(3));
    }

    #[test]
    fn are_part_of_the_type() {
        fn takes<B: Body<Out = u32>>(call: Call<B, Infallible>) -> u32 {
            block_on(call.into_future())
        }
        assert_eq!(takes(sure(1)) + takes(async_sure(2)), 3);
    }
}

mod drops {
    use super::*;

    #[wasm_split(drops)]
    fn ends(_: Noisy, first: Noisy, (_left, _): (Noisy, Noisy), _unused: Noisy) {
        let _local = Noisy("local", Rc::clone(&first.1));
        first.1.borrow_mut().push("body");
    }

    #[wasm_split(drops)]
    async fn async_ends(_: Noisy, first: Noisy, (_left, _): (Noisy, Noisy), _unused: Noisy) {
        let _local = Noisy("local", Rc::clone(&first.1));
        std::future::ready(()).await;
        first.1.borrow_mut().push("body");
    }

    fn ordinary(_: Noisy, first: Noisy, (_left, _): (Noisy, Noisy), _unused: Noisy) {
        let _local = Noisy("local", Rc::clone(&first.1));
        first.1.borrow_mut().push("body");
    }

    fn with_arguments<R>(call: impl FnOnce(Noisy, Noisy, (Noisy, Noisy), Noisy) -> R) -> (R, Log) {
        let log = Log::default();
        let noisy = |name| Noisy(name, Rc::clone(&log));
        let result = call(
            noisy("_"),
            noisy("first"),
            (noisy("left"), noisy("right")),
            noisy("unused"),
        );
        (result, log)
    }

    #[test]
    fn run_in_the_order_of_an_ordinary_function() {
        let ((), expected) = with_arguments(ordinary);
        assert_eq!(expected.borrow().len(), 7);
        let (call, log) = with_arguments(ends);
        assert!(log.borrow().is_empty(), "nothing is dropped before it runs");
        call.try_now().unwrap();
        assert_eq!(log, expected);
        let (call, log) = with_arguments(async_ends);
        block_on(call.into_future()).unwrap();
        assert_eq!(log, expected);
    }

    #[test]
    fn of_a_call_that_never_ran_drop_the_arguments() {
        let (call, log) = with_arguments(ends);
        drop(call);
        assert_eq!(log.borrow().len(), 5);
        let (call, log) = with_arguments(async_ends);
        drop(call.into_future());
        assert_eq!(log.borrow().len(), 5);
        let (call, log) = with_arguments(async_ends);
        drop(call.try_now().unwrap());
        assert_eq!(log.borrow().len(), 5);
    }

    #[wasm_split(drops)]
    async fn waits(noisy: Noisy) -> Noisy {
        std::future::pending::<()>().await;
        noisy
    }

    #[test]
    fn of_a_call_given_up_halfway_drop_the_body() {
        let log = Log::default();
        {
            let mut future = pin!(waits(Noisy("argument", Rc::clone(&log))).into_future());
            let mut context = Context::from_waker(Waker::noop());
            assert!(future.as_mut().poll(&mut context).is_pending());
            assert!(log.borrow().is_empty());
        }
        assert_eq!(*log.borrow(), ["argument"]);
    }

    struct Pair {
        used: Noisy,
        _other: Noisy,
    }

    impl Pair {
        #[wasm_split(drops)]
        fn part(self) {
            self.used.1.borrow_mut().push("body");
        }
    }

    #[test]
    fn take_all_of_self_along() {
        let log = Log::default();
        let noisy = |name| Noisy(name, Rc::clone(&log));
        let pair = Pair {
            used: noisy("used"),
            _other: noisy("other"),
        };
        pair.part().try_now().unwrap();
        assert_eq!(*log.borrow(), ["body", "used", "other"]);
    }

    #[wasm_split(drops)]
    fn panics(_noisy: Noisy) {
        panic!("in the body");
    }

    #[test]
    fn happen_once_when_the_body_panics() {
        let log = Log::default();
        let call = panics(Noisy("argument", Rc::clone(&log)));
        let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| call.try_now()));
        assert!(unwound.is_err());
        assert_eq!(*log.borrow(), ["argument"]);
    }
}

mod auto_traits {
    use super::*;

    fn send<T: Send>(value: T) -> T {
        value
    }

    #[wasm_split(auto)]
    fn makes_rc(n: u32) -> Rc<u32> {
        Rc::new(n)
    }

    #[wasm_split(auto)]
    async fn async_makes_rc(n: &str) -> Rc<str> {
        std::future::ready(()).await;
        n.into()
    }

    #[wasm_split(auto, flatten)]
    async fn nested(n: u32) -> Result<u32, LoadError> {
        Ok(n + async_makes_rc("abc").await?.len() as u32)
    }

    #[test]
    fn a_call_is_send_where_body_and_arguments_are() {
        assert_eq!(*block_on(send(send(makes_rc(1)).into_future())).unwrap(), 1);
        assert_eq!(
            &*block_on(send(send(async_makes_rc("a")).into_future())).unwrap(),
            "a"
        );
        assert_eq!(block_on(send(send(nested(1)).into_future())).unwrap(), 4);
        assert_eq!(block_on(send(nested(1).try_now().unwrap())).unwrap(), 4);
        assert_eq!(
            block_on(send(async { makes_rc(1).await.map(|n| *n) })),
            Ok(1)
        );
    }

    #[test]
    fn handles_and_preloads_travel() {
        assert_eq!(block_on(send(send(split!(auto)).preload())), Ok(()));
    }
}

#[test]
fn a_finished_call_stays_pending() {
    #[wasm_split(finished)]
    fn finished() {}

    let mut future = pin!(finished().into_future());
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(Ok(())));
    assert_eq!(future.as_mut().poll(&mut context), Poll::Pending);
}

#[test]
fn what_the_program_does_not_have_counts_as_loaded() {
    let nowhere = split!(nowhere);
    assert_eq!(nowhere.name(), "nowhere");
    assert!(nowhere.is_loaded());
    nowhere.prefetch();
    assert_eq!(block_on(nowhere.preload()), Ok(()));
}
