//! What stands in the parentheses of the attribute: the split's name, and options.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, LitStr, Path, Result, Token, parse_quote};

/// How a failed load is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Fallible,
    Flatten,
    Infallible,
}

/// The parsed arguments.
pub(crate) struct Args {
    /// The split's name, raw prefix removed.
    pub(crate) name: LitStr,
    pub(crate) policy: Policy,
    /// Where `wasm_cleave` is.
    pub(crate) krate: Path,
}

impl Args {
    pub(crate) fn parse(tokens: TokenStream) -> Result<Self> {
        parse_args.parse2(tokens)
    }
}

fn parse_args(input: ParseStream) -> Result<Args> {
    let mut args = Args {
        name: parse_name(input)?,
        policy: Policy::Fallible,
        krate: parse_quote!(::wasm_cleave),
    };
    while !input.is_empty() {
        input.parse::<Token![,]>()?;
        if input.is_empty() {
            break;
        }
        let option = input.call(Ident::parse_any)?;
        match option.to_string().as_str() {
            "flatten" => args.policy = Policy::Flatten,
            "infallible" => args.policy = Policy::Infallible,
            "crate" => {
                input.parse::<Token![=]>()?;
                args.krate = input.call(Path::parse_mod_style)?;
            }
            _ => return Err(syn::Error::new(option.span(), "unknown option")),
        }
    }
    Ok(args)
}

fn parse_name(input: ParseStream) -> Result<LitStr> {
    if input.peek(LitStr) {
        return input.parse();
    }
    let name = input.call(Ident::parse_any)?;
    Ok(LitStr::new(&name.unraw().to_string(), name.span()))
}
