//! Which file of a crate imports which: from `use` items, from paths in code, and from paths in arguments of macros.
//!
//! An import of a name that a module re-exports counts as an import of that module's file. Code that only tests see
//! does not count.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, UseTree};

/// The files of a crate, by their paths below the folder of its root.
pub(crate) type Sources = BTreeMap<String, String>;

/// File → the files it imports.
pub(crate) type Graph = BTreeMap<String, BTreeSet<String>>;

/// How many imports can lead from one to the next: more are a circle of imports.
const MOST_IMPORTS: usize = 4;

/// Names of modules from the root of the crate.
type ModulePath = Vec<String>;

/// Reads a crate whose root is the file `root`.
pub(crate) fn read(sources: &Sources, root: &str) -> Result<Graph> {
    let mut modules = Modules::default();
    let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
    modules.read_file(sources, root, Vec::new(), folder)?;
    let mut graph: Graph = Graph::new();
    for file in modules.files.values() {
        graph.entry(file.clone()).or_default();
    }
    for (module, file) in &modules.files {
        for path in &modules.paths[module] {
            let targets = modules.resolve(module, path, 0);
            let imported = targets.iter().map(|target| &modules.files[target]);
            let imports = graph.entry(file.clone()).or_default();
            imports.extend(imported.filter(|imported| *imported != file).cloned());
        }
    }
    Ok(graph)
}

/// The modules of a crate.
#[derive(Default)]
struct Modules {
    /// Which file each is in.
    files: BTreeMap<ModulePath, String>,
    /// What paths each mentions.
    paths: BTreeMap<ModulePath, Vec<Vec<String>>>,
    /// What names each imports, with their paths. More than one path where the choice depends on the target.
    names: BTreeMap<ModulePath, BTreeMap<String, Vec<Vec<String>>>>,
}

impl Modules {
    fn read_file(
        &mut self,
        sources: &Sources,
        file: &str,
        module: ModulePath,
        folder: &str,
    ) -> Result<()> {
        let text = sources
            .get(file)
            .with_context(|| format!("no file {file}"))?;
        let parsed = syn::parse_file(text).with_context(|| format!("cannot read {file}"))?;
        self.read_items(sources, file, module, folder, &parsed.items)
    }

    /// Reads what stands in a module; its submodules' files are in `folder`.
    fn read_items(
        &mut self,
        sources: &Sources,
        file: &str,
        module: ModulePath,
        folder: &str,
        items: &[Item],
    ) -> Result<()> {
        if let Some(other) = self.files.insert(module.clone(), file.to_owned())
            && other != file
        {
            bail!("{module:?} is in {other} and in {file}");
        }
        let mut mentioned = Mentioned::default();
        for item in items {
            mentioned.visit_item(item);
        }
        self.paths
            .entry(module.clone())
            .or_default()
            .extend(mentioned.paths);
        let names = self.names.entry(module.clone()).or_default();
        for (name, path) in mentioned.names {
            names.entry(name).or_default().push(path);
        }
        for submodule in mentioned.modules {
            let name = submodule.ident.to_string();
            let mut path = module.clone();
            path.push(name.clone());
            let inner = join(folder, &name);
            match &submodule.content {
                Some((_, items)) => self.read_items(sources, file, path, &inner, items)?,
                None => {
                    let flat = format!("{inner}.rs");
                    let nested = format!("{inner}/mod.rs");
                    let file = if sources.contains_key(&flat) {
                        flat
                    } else {
                        nested
                    };
                    self.read_file(sources, &file, path, &inner)?;
                }
            }
        }
        Ok(())
    }

    /// The modules that `path` in `module` leads to, or in which it names an item. None if it leads out of the crate.
    fn resolve(&self, module: &[String], path: &[String], depth: usize) -> BTreeSet<ModulePath> {
        let mut at: BTreeSet<ModulePath> = BTreeSet::new();
        let mut rest = path;
        let mut start = module.to_vec();
        while let Some((first, others)) = rest.split_first() {
            match first.as_str() {
                "crate" => start.clear(),
                "self" => {}
                "super" => drop(start.pop()),
                _ => break,
            }
            at = BTreeSet::from([start.clone()]);
            rest = others;
        }
        if at.is_empty() {
            let Some((first, others)) = path.split_first() else {
                return at;
            };
            at = self.named(module, first, depth);
            rest = others;
        }
        for name in rest {
            let next: BTreeSet<ModulePath> = at
                .iter()
                .flat_map(|module| self.named(module, name, depth))
                .collect();
            if next.is_empty() {
                // An item of these modules, unless they only pass on what another crate has.
                at.retain(|module| !self.is_from_elsewhere(module, name, depth));
                break;
            }
            at = next;
        }
        at
    }

    /// The modules that are called `name` in `module`: its own, and those that it imports.
    fn named(&self, module: &[String], name: &str, depth: usize) -> BTreeSet<ModulePath> {
        let mut own = module.to_vec();
        own.push(name.to_owned());
        if self.files.contains_key(&own) {
            return BTreeSet::from([own]);
        }
        if depth > MOST_IMPORTS {
            return BTreeSet::new();
        }
        let imported = self.names.get(module).and_then(|names| names.get(name));
        imported
            .into_iter()
            .flatten()
            .flat_map(|path| self.resolve(module, path, depth + 1))
            // The import of an item leads to the module that it is in, which has another name.
            .filter(|found| {
                let names_module = |path: &Vec<String>| path.last() == found.last();
                imported.is_some_and(|paths| paths.iter().any(names_module))
            })
            .collect()
    }

    /// Whether `name` in `module` is what another crate calls so.
    fn is_from_elsewhere(&self, module: &[String], name: &str, depth: usize) -> bool {
        let imported = self.names.get(module).and_then(|names| names.get(name));
        imported.is_some_and(|paths| {
            let leads_out = |path: &Vec<String>| self.resolve(module, path, depth + 1).is_empty();
            depth <= MOST_IMPORTS && paths.iter().all(leads_out)
        })
    }
}

fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// What the items of one module mention.
#[derive(Default)]
struct Mentioned {
    paths: Vec<Vec<String>>,
    names: Vec<(String, Vec<String>)>,
    modules: Vec<ItemMod>,
}

impl Mentioned {
    fn import(&mut self, prefix: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| {
            let mut path = prefix.to_vec();
            // `a::{self}` is `a`.
            if name != "self" || path.is_empty() {
                path.push(name.to_string());
            }
            path
        };
        match tree {
            UseTree::Path(tree) => self.import(&with(&tree.ident), &tree.tree),
            UseTree::Group(group) => group
                .items
                .iter()
                .for_each(|tree| self.import(prefix, tree)),
            UseTree::Glob(_) => self.paths.push(prefix.to_vec()),
            UseTree::Name(name) => {
                let path = with(&name.ident);
                let name = path.last().cloned().unwrap_or_default();
                self.names.push((name, path.clone()));
                self.paths.push(path);
            }
            UseTree::Rename(tree) => {
                let path = with(&tree.ident);
                self.names.push((tree.rename.to_string(), path.clone()));
                self.paths.push(path);
            }
        }
    }

    /// Finds paths among tokens, of which nobody can know what the macro makes.
    fn scan(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.end(&mut path);
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.end(&mut path);
                    self.scan(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => self.end(&mut path),
            }
        }
        self.end(&mut path);
    }

    fn end(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.paths.push(path);
        }
    }
}

impl<'a> Visit<'a> for Mentioned {
    fn visit_item(&mut self, item: &'a Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'a syn::ImplItemFn) {
        if !is_for_tests(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_mod(&mut self, module: &'a ItemMod) {
        // Read as a module of its own.
        self.modules.push(module.clone());
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        if item.leading_colon.is_none() {
            self.import(&[], &item.tree);
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let segments = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        let segments: Vec<String> = segments.collect();
        // One alone is in scope by a `use`, or is of the module itself.
        if segments.len() > 1 && path.leading_colon.is_none() {
            self.paths.push(segments);
        }
        visit::visit_path(self, path);
    }

    fn visit_visibility(&mut self, _: &'a syn::Visibility) {
        // `pub(in crate::a)` imports nothing.
    }

    fn visit_macro(&mut self, invocation: &'a syn::Macro) {
        visit::visit_path(self, &invocation.path);
        self.scan(invocation.tokens.clone());
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether there is `#[test]`, `#[cfg(test)]` or `#[cfg(all(test, …))]`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        if attribute.path().is_ident("test") {
            return true;
        }
        let syn::Meta::List(list) = &attribute.meta else {
            return false;
        };
        if !list.path.is_ident("cfg") {
            return false;
        }
        let text: String = list.tokens.to_string().split_whitespace().collect();
        text == "test"
            || text.starts_with("all(test,")
            || text.contains(",test)") && text.starts_with("all(")
    })
}
