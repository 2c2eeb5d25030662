//! The function under the attribute: what of it can be split, and what to do about the rest.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::visit::Visit;
use syn::{AttrStyle, Attribute, Block, ReturnType, Signature, TraitItemFn, Type, Visibility};

use crate::args::Policy;
use crate::problems::Problems;

const FOR_JAVASCRIPT: &str = "JavaScript cannot call a split function: it would get a `Call`";
const EXPORT_ANOTHER: &str = "export an `async fn` that awaits this one";

/// What the names of the functions begin with through which JavaScript calls exported ones (wasm-bindgen 0.2.130). They
/// carry the attributes of the exported function that stand below its own.
const BINDGEN_WRAPPER: &str = "__wasm_bindgen_generated_";

/// A function, method or trait method; one of a trait may lack a body.
pub(crate) struct Item {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: Option<Block>,
}

impl Parse for Item {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let function: TraitItemFn = input.parse()?;
        attrs.extend(function.attrs);
        for attr in &mut attrs {
            attr.style = AttrStyle::Outer;
        }
        Ok(Item {
            attrs,
            vis,
            sig: function.sig,
            body: function.default,
        })
    }
}

impl Item {
    /// `None` if what is there is no function at all.
    pub(crate) fn parse(tokens: TokenStream, problems: &mut Problems) -> Option<Self> {
        let error = match syn::parse2(tokens.clone()) {
            Ok(item) => return Some(item),
            Err(error) => error,
        };
        let Ok(other) = syn::parse2::<syn::Item>(tokens) else {
            problems.add(error);
            return None;
        };
        let (keyword, kind) = match &other {
            syn::Item::Struct(item) => (item.struct_token.to_token_stream(), "a struct"),
            syn::Item::Enum(item) => (item.enum_token.to_token_stream(), "an enum"),
            syn::Item::Union(item) => (item.union_token.to_token_stream(), "a union"),
            syn::Item::Impl(item) => (item.impl_token.to_token_stream(), "an impl block"),
            syn::Item::Trait(item) => (item.trait_token.to_token_stream(), "a trait"),
            syn::Item::Mod(item) => (item.mod_token.to_token_stream(), "a module"),
            syn::Item::Const(item) => (item.const_token.to_token_stream(), "a constant"),
            syn::Item::Static(item) => (item.static_token.to_token_stream(), "a static"),
            syn::Item::Type(item) => (item.type_token.to_token_stream(), "a type alias"),
            syn::Item::Use(item) => (item.use_token.to_token_stream(), "a `use`"),
            item => (item.to_token_stream(), "something else"),
        };
        let help = match &other {
            syn::Item::Impl(_) | syn::Item::Trait(_) | syn::Item::Mod(_) => {
                "put it on each function inside that is to be loaded on demand"
            }
            _ => "put it on the function whose body is to be loaded on demand",
        };
        let what = format!("only functions can be split, and this is {kind}");
        problems.at(keyword, what, help);
        None
    }

    /// Whether wasm-bindgen wrote it, which notes that the function below it cannot be split.
    pub(crate) fn is_bindgen_wrapper(&self, problems: &mut Problems) -> bool {
        let is_wrapper = self.sig.ident.to_string().starts_with(BINDGEN_WRAPPER);
        if is_wrapper {
            problems.at_span(Span::call_site(), FOR_JAVASCRIPT, EXPORT_ANOTHER);
        }
        is_wrapper
    }

    /// Notes what cannot be split, and takes it away where a wrapper can be written all the same: so the callers'
    /// code is not wrong as well. Returns whether it can.
    pub(crate) fn validate(&mut self, policy: Policy, problems: &mut Problems) -> bool {
        self.check_attributes(problems);
        let sig = &mut self.sig;
        if let Some(token) = sig.constness.take() {
            problems.at(
                token,
                "a `const fn` cannot be split: its body is not there before it is loaded at run time",
                "remove `const`, or split a function that calls this one",
            );
        }
        if let Some(abi) = sig.abi.take() {
            problems.at(
                abi,
                "an `extern` function cannot be split: its callers know nothing of loading",
                "split a plain Rust function, and call that once it is loaded: `if let Ok(value) = f().try_now() { … }`",
            );
        }
        if let Some(variadic) = sig.variadic.take() {
            problems.at(
                variadic,
                "a variadic function cannot be split",
                "take a slice instead",
            );
        }
        check_result(&sig.output, policy, problems)
    }

    fn check_attributes(&mut self, problems: &mut Problems) {
        self.attrs.retain(|attr| {
            let Some(name) = attr.path().segments.last() else {
                return true;
            };
            match name.ident.to_string().as_str() {
                // An inlined wrapper would be compiled, with its body, once in each crate that calls it.
                "inline" => false,
                "wasm_split" => {
                    let help = "a function belongs to one split: keep one of the two";
                    problems.at(attr, "this function is marked twice", help);
                    false
                }
                "wasm_bindgen" => {
                    problems.at(attr, FOR_JAVASCRIPT, EXPORT_ANOTHER);
                    false
                }
                _ => true,
            }
        });
    }

    /// The function as it was written, for the case that no wrapper can be.
    pub(crate) fn into_tokens(self) -> TokenStream {
        let Item {
            attrs,
            vis,
            sig,
            body,
        } = self;
        match body {
            Some(body) => quote!(#(#attrs)* #vis #sig #body),
            None => quote!(#(#attrs)* #vis #sig;),
        }
    }
}

fn check_result(output: &ReturnType, policy: Policy, problems: &mut Problems) -> bool {
    let ReturnType::Type(_, output) = output else {
        if policy == Policy::Flatten {
            let what = "`flatten` needs a function that returns a `Result`";
            let help = "remove `flatten`: awaiting the call gives `Result<(), LoadError>`";
            problems.at_span(Span::call_site(), what, help);
        }
        return true;
    };
    if let Type::Never(never) = &**output {
        problems.at(
            never,
            "a function that never returns cannot be split: awaiting it has no result",
            "return `()` or `std::convert::Infallible`",
        );
        return false;
    }
    let mut search = ImplTraits(Vec::new());
    search.visit_type(output);
    for found in &search.0 {
        problems.at(
            found,
            "a split function cannot return `impl Trait`: the caller would be compiled for the hidden type, \
             and take its code into the main module",
            "return a box, `Box<dyn Trait>`, or a type with a name",
        );
    }
    search.0.is_empty()
}

struct ImplTraits(Vec<syn::TypeImplTrait>);

impl<'ast> Visit<'ast> for ImplTraits {
    fn visit_type_impl_trait(&mut self, node: &'ast syn::TypeImplTrait) {
        self.0.push(node.clone());
    }
}
