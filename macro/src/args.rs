//! What stands in the parentheses of the macros: the split's name, and options.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, LitStr, Path, Token, parse_quote};

use crate::problems::Problems;

/// How a failed load is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Fallible,
    Flatten,
    Infallible,
}

/// Which macro the arguments belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Macro {
    Attribute,
    Handle,
}

impl Macro {
    fn options(self) -> &'static [&'static str] {
        match self {
            Macro::Attribute => &["flatten", "infallible", "crate"],
            Macro::Handle => &["crate"],
        }
    }

    /// How it is written with these arguments.
    fn example(self, args: &str) -> String {
        match self {
            Macro::Attribute => format!("`#[wasm_split({args})]`"),
            Macro::Handle => format!("`split!({args})`"),
        }
    }
}

/// The parsed arguments; usable, with stand-ins, even if problems were found.
pub(crate) struct Args {
    /// The split's name, without a raw identifier's prefix.
    pub(crate) name: LitStr,
    pub(crate) policy: Policy,
    /// Where `wasm_cleave` is.
    pub(crate) krate: Path,
}

impl Args {
    pub(crate) fn parse(of: Macro, tokens: TokenStream, problems: &mut Problems) -> Self {
        let mut parser = ArgsParser {
            of,
            args: Args {
                name: LitStr::new("_", Span::call_site()),
                policy: Policy::Fallible,
                krate: parse_quote!(::wasm_cleave),
            },
            seen: Vec::new(),
            problems,
        };
        let parsed = (|input: ParseStream| parser.all(input)).parse2(tokens);
        let args = parser.args;
        if let Err(error) = parsed {
            problems.add(error);
        }
        args
    }
}

struct ArgsParser<'a> {
    of: Macro,
    args: Args,
    seen: Vec<String>,
    problems: &'a mut Problems,
}

impl ArgsParser<'_> {
    fn all(&mut self, input: ParseStream) -> syn::Result<()> {
        if self.begins_with_option(input) {
            self.option(input)?;
        } else {
            self.name(input)?;
        }
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if !input.is_empty() {
                self.option(input)?;
            }
        }
        Ok(())
    }

    fn name(&mut self, input: ParseStream) -> syn::Result<()> {
        if input.is_empty() {
            let what = match self.of {
                Macro::Attribute => "the split that this function belongs to has no name",
                Macro::Handle => "which split?",
            };
            let help = format!("give it one: {}", self.of.example("editor"));
            self.problems.at_span(Span::call_site(), what, help);
        } else if input.peek(LitStr) {
            self.args.name = input.parse()?;
            let name = self.args.name.value();
            if name.is_empty() || name.contains(char::is_control) {
                self.problems.at(
                    &self.args.name,
                    "the name of a split is neither empty nor has control characters in it",
                    "the name is what reports and progress events call the split",
                );
            }
        } else if input.peek(Ident::peek_any) && !input.peek(Token![_]) {
            let name = input.call(Ident::parse_any)?;
            self.args.name = LitStr::new(&name.unraw().to_string(), name.span());
            if input.peek(Token![::]) || input.peek(Token![.]) || input.peek(Token![-]) {
                let rest = skip_argument(input)?;
                self.not_a_name(rest);
            }
        } else {
            let argument = skip_argument(input)?;
            self.not_a_name(argument);
        }
        Ok(())
    }

    fn not_a_name(&mut self, tokens: TokenStream) {
        let help = format!(
            "write {} or {}",
            self.of.example("editor"),
            self.of.example("\"editor\"")
        );
        self.problems.at(
            tokens,
            "the name of a split is an identifier or a string",
            help,
        );
    }

    /// Notes that the name is missing if the first argument is an option.
    fn begins_with_option(&mut self, input: ParseStream) -> bool {
        let Ok(first) = input.fork().call(Ident::parse_any) else {
            return false;
        };
        let name = first.to_string();
        if !self.of.options().contains(&name.as_str()) {
            return false;
        }
        self.problems.at(
            &first,
            format!("`{name}` is an option, and the name of the split comes before it"),
            format!(
                "write {}, or {} for a split of that name",
                self.of.example(&format!("editor, {name}")),
                self.of.example(&format!("{name:?}"))
            ),
        );
        true
    }

    fn option(&mut self, input: ParseStream) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            let argument = skip_argument(input)?;
            self.problems
                .at(argument, "this is not an option", self.known_options());
            return Ok(());
        }
        let option = input.call(Ident::parse_any)?;
        let name = option.to_string();
        if !self.of.options().contains(&name.as_str()) {
            let help = match closest(&name, self.of.options()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => self.known_options(),
            };
            self.problems
                .at(&option, format!("there is no option `{name}`"), help);
            skip_argument(input)?;
            return Ok(());
        }
        if self.seen.contains(&name) {
            let what = format!("option `{name}` is given twice");
            self.problems.at(&option, what, "remove one");
        }
        match name.as_str() {
            "flatten" => self.policy(&option, Policy::Flatten),
            "infallible" => self.policy(&option, Policy::Infallible),
            _ => {
                if !input.peek(Token![=]) {
                    self.problems.at(
                        &option,
                        "option `crate` has no value",
                        "write the path of wasm-cleave: `crate = my_framework::wasm_cleave`",
                    );
                } else {
                    input.parse::<Token![=]>()?;
                    self.args.krate = input.call(Path::parse_mod_style)?;
                }
            }
        }
        self.seen.push(name);
        Ok(())
    }

    fn policy(&mut self, option: &Ident, policy: Policy) {
        if self.args.policy != Policy::Fallible && self.args.policy != policy {
            self.problems.at(
                option,
                "`flatten` and `infallible` exclude each other",
                "`flatten` puts a failed load into the function's own `Result`; \
                 `infallible` hides it from the caller: keep one",
            );
        }
        self.args.policy = policy;
    }

    fn known_options(&self) -> String {
        let options = self.of.options().iter();
        let options: Vec<String> = options.map(|option| format!("`{option}`")).collect();
        match self.of {
            Macro::Attribute => format!("the options are {}", options.join(", ")),
            Macro::Handle => format!("the only option is {}", options.join(", ")),
        }
    }
}

/// Everything up to the next comma.
fn skip_argument(input: ParseStream) -> syn::Result<TokenStream> {
    let mut skipped = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        skipped.extend([input.parse::<TokenTree>()?]);
    }
    Ok(skipped)
}

/// The option that was probably meant: at most a third of its letters are wrong.
fn closest(given: &str, known: &[&'static str]) -> Option<&'static str> {
    let distance = |option: &&'static str| edit_distance(given, option);
    let best = known.iter().copied().min_by_key(distance)?;
    (distance(&best) * 3 <= best.len()).then_some(best)
}

/// How many letters must be inserted, removed or replaced to make one of the other.
fn edit_distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.chars().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.chars().count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (from, to, distance) in [
            ("", "crate", 5),
            ("flatten", "flatten", 0),
            ("flaten", "flatten", 1),
            ("falttenn", "flatten", 3),
            ("infalible", "infallible", 1),
        ] {
            assert_eq!(edit_distance(from, to), distance, "{from} {to}");
        }
    }

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let options = Macro::Attribute.options();
        assert_eq!(closest("flaten", options), Some("flatten"));
        assert_eq!(closest("infalliable", options), Some("infallible"));
        assert_eq!(closest("lazy", options), None);
    }
}
