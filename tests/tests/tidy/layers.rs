//! Whether imports go one way down: no circle between files, and none to a higher layer than the file's own.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::{Context, Result, ensure};

use crate::graph::Graph;

/// Files or folders, the highest layer first.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Layers(Vec<Layer>);

#[derive(Debug, PartialEq, Eq)]
struct Layer {
    name: String,
    /// `file.rs`, or `folder/` for all files in it that are not listed by themselves.
    files: Vec<String>,
}

/// What is wrong with the imports of a crate.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Problem {
    /// Each file imports the next, and the last one the first.
    Circle(Vec<String>),
    Upward {
        from: String,
        to: String,
        layers: (String, String),
    },
    NotListed(String),
    NoSuchFile(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Circle(files) => write!(f, "a circle: {} → {}", files.join(" → "), files[0]),
            Problem::Upward {
                from,
                to,
                layers: (lower, higher),
            } => write!(
                f,
                "{from} (layer `{lower}`) imports {to} (layer `{higher}`), which is higher"
            ),
            Problem::NotListed(file) => write!(f, "{file} is in no layer"),
            Problem::NoSuchFile(file) => write!(f, "the layers list {file}, which is not there"),
        }
    }
}

impl Layers {
    /// Reads the table below the heading `### Layers of CRATE`: its columns are a layer's name and its files.
    pub(crate) fn parse(document: &str, of: &str) -> Result<Self> {
        let heading = format!("### Layers of {of}");
        let mut lines = document.lines().skip_while(|line| *line != heading);
        lines
            .next()
            .with_context(|| format!("there is no heading `{heading}`"))?;
        let table = lines
            .skip_while(|line| !line.starts_with('|'))
            .take_while(|line| line.starts_with('|'))
            // Its own heading, and the line below.
            .skip(2);
        let layers: Vec<Layer> = table
            .map(|row| {
                let mut cells = row.trim_matches('|').split('|').map(str::trim);
                let name = cells.next().unwrap_or_default().to_owned();
                let files = cells.next().unwrap_or_default();
                let files = files.split('`').skip(1).step_by(2).map(str::to_owned);
                Layer {
                    name,
                    files: files.collect(),
                }
            })
            .collect();
        ensure!(!layers.is_empty(), "there is no table below `{heading}`");
        Ok(Layers(layers))
    }

    /// Everything that is wrong.
    pub(crate) fn check(&self, graph: &Graph) -> Vec<Problem> {
        let mut problems: Vec<Problem> = circles(graph).into_iter().map(Problem::Circle).collect();
        for (file, imports) in graph {
            let Some(own) = self.layer_of(file) else {
                problems.push(Problem::NotListed(file.clone()));
                continue;
            };
            for imported in imports {
                if let Some(other) = self.layer_of(imported)
                    && other < own
                {
                    problems.push(Problem::Upward {
                        from: file.clone(),
                        to: imported.clone(),
                        layers: (self.0[own].name.clone(), self.0[other].name.clone()),
                    });
                }
            }
        }
        for listed in self.0.iter().flat_map(|layer| &layer.files) {
            let is_there = |file: &String| file == listed || is_folder_of(listed, file);
            if !graph.keys().any(is_there) {
                problems.push(Problem::NoSuchFile(listed.clone()));
            }
        }
        problems
    }

    fn layer_of(&self, file: &str) -> Option<usize> {
        let lists = |layer: &Layer| layer.files.iter().any(|listed| listed == file);
        let lists_folder =
            |layer: &Layer| layer.files.iter().any(|listed| is_folder_of(listed, file));
        let exact = self.0.iter().position(lists);
        exact.or_else(|| self.0.iter().position(lists_folder))
    }
}

fn is_folder_of(listed: &str, file: &str) -> bool {
    listed.ends_with('/') && file.starts_with(listed)
}

/// The same imports with each folder at the top, and the file of the same name beside it, as one file `folder/`.
pub(crate) fn with_folders_as_files(graph: &Graph) -> Graph {
    let is_folder = |name: &str| {
        graph
            .keys()
            .any(|file| is_folder_of(&format!("{name}/"), file))
    };
    let whole = |file: &str| {
        let top = file.split('/').next().unwrap_or(file);
        let name = top.strip_suffix(".rs").unwrap_or(top);
        if is_folder(name) {
            format!("{name}/")
        } else {
            file.to_owned()
        }
    };
    let mut wholes = Graph::new();
    for (file, imports) in graph {
        let from = whole(file);
        let imports: Vec<String> = imports.iter().map(|file| whole(file)).collect();
        let known = wholes.entry(from.clone()).or_default();
        known.extend(imports.into_iter().filter(|to| *to != from));
    }
    wholes
}

/// One circle for each group of files that import each other, as short as any through its first file.
pub(crate) fn circles(graph: &Graph) -> Vec<Vec<String>> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut circles = Vec::new();
    for file in graph.keys() {
        if seen.contains(file.as_str()) {
            continue;
        }
        if let Some(circle) = way(graph, file, file) {
            seen.extend(group(graph, file));
            circles.push(circle);
        }
    }
    circles
}

/// All files that `file` imports, directly or not, and that import it.
fn group<'a>(graph: &'a Graph, file: &'a str) -> Vec<&'a str> {
    let mutual =
        |other: &&'a String| way(graph, file, other).is_some() && way(graph, other, file).is_some();
    graph.keys().filter(mutual).map(String::as_str).collect()
}

/// The files on a shortest way of imports from `from` to `to`, without `to`.
fn way(graph: &Graph, from: &str, to: &str) -> Option<Vec<String>> {
    let mut ways = vec![vec![from.to_owned()]];
    let mut reached = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in graph.get(way.last()?).into_iter().flatten() {
                if next == to {
                    return Some(way);
                }
                if reached.insert(next.clone()) {
                    longer.push([way.as_slice(), std::slice::from_ref(next)].concat());
                }
            }
        }
        ways = longer;
    }
    None
}
