//! Collects everything that is wrong with one use of the macros, so that it is reported at once.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The errors found so far, in the order of the source.
#[derive(Default)]
pub(crate) struct Problems(Option<syn::Error>);

impl Problems {
    /// `tokens` is where the problem is; `help` says what to do instead.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, what: impl Display, help: impl Display) {
        self.add(syn::Error::new_spanned(tokens, message(what, help)));
    }

    pub(crate) fn at_span(&mut self, span: Span, what: impl Display, help: impl Display) {
        self.add(syn::Error::new(span, message(what, help)));
    }

    pub(crate) fn add(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// A `compile_error!` for each; nothing if all is well.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0
            .map(syn::Error::into_compile_error)
            .unwrap_or_default()
    }
}

fn message(what: impl Display, help: impl Display) -> String {
    format!("{what}\nhelp: {help}")
}
