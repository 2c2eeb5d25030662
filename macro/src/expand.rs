//! Writes the wrapper: the function's signature with another result, and a body that packs the arguments.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{FnArg, Ident, Pat, ReturnType, Type, parse_quote};

use crate::args::{Args, Policy};
use crate::item::Item;
use wasm_cleave_contract::{HANDLE_MODULE, MARKER_MODULE};

/// The rewritten function.
pub(crate) fn wrapper(args: &Args, item: Item) -> TokenStream {
    let Item {
        attrs,
        vis,
        mut sig,
        body,
    } = item;
    let is_async = sig.asyncness.take().is_some();
    let out: Type = match &sig.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, ty) => (**ty).clone(),
    };
    let rebind = rebind_arguments(&mut sig, body.is_some());
    let result = result_type(args, &out, is_async);
    sig.output = parse_quote!(-> #result);
    let Some(body) = body else {
        return quote!(#(#attrs)* #vis #sig;);
    };

    let krate = &args.krate;
    let entry = entry(args);
    // The arm of a `match` ends the lives of the temporaries in the body's last expression before those of the
    // arguments, as the end of a function does; the end of a closure would not, before edition 2024.
    let run = quote_spanned!(Span::mixed_site()=> #rebind match () { () => #body });
    let pack = if is_async {
        quote_spanned! {Span::mixed_site()=>
            #krate::__private::asynchronous(#entry, move || #krate::__private::Boxed::new(async move {
                // Tells the type of the result to `return`, `?` and the block's last expression.
                if let ::core::option::Option::Some(result) = ::core::option::Option::None::<#out> {
                    return result;
                }
                #run
            }))
        }
    } else {
        quote_spanned!(Span::mixed_site()=> #krate::__private::plain(#entry, move || -> #out { #run }))
    };
    let check = (args.policy == Policy::Flatten)
        .then(|| quote_spanned!(Span::mixed_site()=> #krate::__private::flattens::<#out>();));
    quote_spanned! {Span::mixed_site()=>
        #(#attrs)* #vis #sig {
            #check
            #krate::Call::new(#pack)
        }
    }
}

/// `Call<impl Body<…>, …>`. The span of `impl` is the attribute's own, so that in every edition of the caller the type
/// captures all lifetimes, as since 2024.
fn result_type(args: &Args, out: &Type, is_async: bool) -> TokenStream {
    let krate = &args.krate;
    let policy = match args.policy {
        Policy::Fallible => Ident::new("Fallible", Span::mixed_site()),
        Policy::Flatten => Ident::new("Flatten", Span::mixed_site()),
        Policy::Infallible => Ident::new("Infallible", Span::mixed_site()),
    };
    let bounds = if is_async {
        quote_spanned! {Span::mixed_site()=>
            Out = #out,
            Ran = impl ::core::future::Future<Output = #out>,
            Rest = impl ::core::future::Future<Output = #out> + ::core::marker::Unpin
        }
    } else {
        quote_spanned! {Span::mixed_site()=>
            Out = #out,
            Ran = #out,
            Rest = ::core::future::Pending<#out>
        }
    };
    quote_spanned!(Span::mixed_site()=> #krate::Call<impl #krate::call::Body<#bounds>, #krate::call::#policy>)
}

/// A value of a type that implements `Entry`, and with it the entry: a function that the splitter knows by the import
/// that it calls.
fn entry(args: &Args) -> TokenStream {
    let Args { name, krate, .. } = args;
    quote_spanned! {Span::mixed_site()=> {
        struct Split;
        unsafe impl #krate::__private::Entry for Split {
            #[inline(never)]
            unsafe extern "C-unwind" fn enter<F: ::core::ops::FnOnce() -> R, R>(
                frame: *mut #krate::__private::Frame<F, R>,
            ) {
                #[cfg(target_family = "wasm")]
                {
                    #[link(wasm_import_module = #MARKER_MODULE)]
                    unsafe extern "C-unwind" {
                        #[link_name = #name]
                        fn mark();
                    }
                    unsafe { mark() };
                }
                unsafe { #krate::__private::Frame::run(frame) }
            }
        }
        Split
    }}
}

/// Gives every argument a plain name in the signature and returns the statements that bind the patterns inside.
///
/// All of an argument has to move inside, used or not, or it would be dropped before the body runs; `self` is
/// mentioned for the same reason.
fn rebind_arguments(sig: &mut syn::Signature, has_body: bool) -> TokenStream {
    let mut rebind = TokenStream::new();
    if !has_body {
        return rebind;
    }
    for (index, argument) in sig.inputs.iter_mut().enumerate() {
        match argument {
            FnArg::Receiver(receiver) => {
                let this = &receiver.self_token;
                rebind.extend(quote!(let _ = &#this;));
            }
            FnArg::Typed(typed) => {
                let name = match &*typed.pat {
                    Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
                        pat.ident.clone()
                    }
                    _ => Ident::new(&format!("argument{index}"), Span::mixed_site()),
                };
                let pat = std::mem::replace(&mut *typed.pat, parse_quote!(#name));
                let attrs = &typed.attrs;
                rebind.extend(quote_spanned! {Span::mixed_site()=>
                    #(#attrs)* let #name = #name;
                    #(#attrs)* let #pat = #name;
                });
            }
        }
    }
    rebind
}

/// The value of `split!(name)`.
pub(crate) fn handle(args: &Args) -> TokenStream {
    let Args { name, krate, .. } = args;
    quote_spanned! {Span::mixed_site()=> {
        #[cfg(target_family = "wasm")]
        let handle = {
            // A function of its own, whose path is part of the import's symbol: two imports in one function would share it.
            fn handle() -> i32 {
                #[link(wasm_import_module = #HANDLE_MODULE)]
                unsafe extern "C-unwind" {
                    #[link_name = #name]
                    fn handle() -> i32;
                }
                unsafe { handle() }
            }
            handle()
        };
        #[cfg(not(target_family = "wasm"))]
        let handle = -1;
        #krate::Split::new(#name, handle)
    }}
}
