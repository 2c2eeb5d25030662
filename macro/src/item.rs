//! The function under the attribute.

use proc_macro2::TokenStream;
use syn::{Attribute, Result, Signature, TraitItemFn, Visibility};

/// A function, method or trait method; one of a trait may lack a body.
pub(crate) struct Item {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: Option<syn::Block>,
}

impl Item {
    pub(crate) fn parse(tokens: TokenStream) -> Result<Self> {
        syn::parse2(tokens)
    }
}

impl syn::parse::Parse for Item {
    fn parse(input: syn::parse::ParseStream) -> Result<Self> {
        let outer = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let TraitItemFn {
            mut attrs,
            sig,
            default,
            ..
        } = input.parse()?;
        attrs.splice(0..0, outer);
        Ok(Item {
            attrs,
            vis,
            sig,
            body: default,
        })
    }
}
