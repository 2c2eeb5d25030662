//! Every form of method that can be split, run natively; the matrix's program compiles it for edition 2021, too.

use std::fmt::{Debug, Display};
use std::pin::Pin;
use std::rc::Rc;

use futures::executor::block_on;
use wasm_cleave::{LoadError, wasm_split};

mod methods {
    use super::*;

    #[derive(Clone, Debug, Default, PartialEq)]
    struct List<T> {
        items: Vec<T>,
        reads: std::cell::Cell<u32>,
    }

    impl<T: Clone + Debug> List<T> {
        const LIMIT: usize = 3;

        #[wasm_split(list)]
        fn new(items: impl Into<Vec<T>>) -> Self {
            Self {
                items: items.into(),
                reads: Default::default(),
            }
        }

        #[wasm_split(list)]
        fn get(&self, index: usize) -> Option<&T> {
            self.reads.set(self.reads.get() + 1);
            self.items.get(index)
        }

        #[wasm_split(list)]
        fn first(&mut self) -> &mut T {
            &mut self.items[0]
        }

        #[wasm_split(list)]
        fn push(mut self, item: T) -> Self {
            self.items.push(item);
            self.items.truncate(Self::LIMIT);
            self
        }

        #[wasm_split(list)]
        fn boxed(self: Box<Self>) -> Vec<T> {
            self.items
        }

        #[wasm_split(list)]
        fn shared(self: &Rc<Self>) -> Rc<Self> {
            Rc::clone(self)
        }

        #[wasm_split(list)]
        fn pinned(self: Pin<&mut Self>, item: T) -> usize
        where
            T: Unpin,
        {
            let this = self.get_mut();
            this.items.push(item);
            this.items.len()
        }

        #[wasm_split(list)]
        async fn extend(&mut self, more: &[T]) -> &mut Self {
            std::future::ready(()).await;
            self.items.extend_from_slice(more);
            self
        }

        #[wasm_split(list)]
        async fn into_items(self) -> Vec<T> {
            self.items
        }
    }

    #[test]
    fn every_form_of_self() {
        block_on(async {
            let mut list = List::new([1, 2]).await.unwrap();
            assert_eq!(list.get(1).await.unwrap(), Some(&2));
            assert_eq!(list.reads.get(), 1);
            *list.first().await.unwrap() = 5;
            let mut list = list.push(3).await.unwrap().push(4).await.unwrap();
            assert_eq!(list.items, [5, 2, 3]);
            list.extend(&[6]).await.unwrap().items.push(7);
            assert_eq!(Pin::new(&mut list).pinned(8).await.unwrap(), 6);
            let shared = Rc::new(list);
            assert_eq!(shared.shared().await.unwrap(), shared);
            let list = Rc::unwrap_or_clone(shared);
            assert_eq!(
                Box::new(list.clone()).boxed().await.unwrap(),
                [5, 2, 3, 6, 7, 8]
            );
            assert_eq!(list.into_items().await.unwrap(), [5, 2, 3, 6, 7, 8]);
        });
    }
}

mod traits {
    use super::*;

    trait Shape {
        type Unit: Display;

        #[wasm_split(shape)]
        fn area(&self) -> f64;

        #[wasm_split(shape)]
        async fn unit(&self, long: bool) -> Self::Unit;

        #[wasm_split(shape)]
        fn describe(&self, name: &str) -> String {
            format!("{name} of {}", self.area().try_now().unwrap())
        }

        #[wasm_split(shape)]
        async fn label(&self) -> Result<String, LoadError> {
            Ok(format!(
                "{} {}",
                self.area().await?,
                self.unit(false).await?
            ))
        }
    }

    struct Square(f64);

    impl Shape for Square {
        type Unit = &'static str;

        #[wasm_split(square)]
        fn area(&self) -> f64 {
            self.0 * self.0
        }

        #[wasm_split(square)]
        async fn unit(&self, long: bool) -> Self::Unit {
            if long { "square metres" } else { "m²" }
        }
    }

    struct Dot;

    impl Shape for Dot {
        type Unit = char;

        #[wasm_split(dot)]
        fn area(&self) -> f64 {
            0.0
        }

        #[wasm_split(dot)]
        async fn unit(&self, _: bool) -> char {
            '-'
        }

        #[wasm_split(dot)]
        fn describe(&self, name: &str) -> String {
            name.to_owned()
        }
    }

    async fn all<S: Shape>(shape: S) -> Result<String, LoadError> {
        let described = shape.describe("one").await?;
        let label = shape.label().await??;
        Ok(format!("{described}, {label}, {}", shape.unit(true).await?))
    }

    #[test]
    fn declared_implemented_and_default_methods() {
        assert_eq!(
            block_on(all(Square(2.0))).unwrap(),
            "one of 4, 4 m², square metres"
        );
        assert_eq!(block_on(all(Dot)).unwrap(), "one, 0 -, -");
    }
}
