//! Which package is meant, and which of its targets becomes the program.

use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::Result;
use cargo_metadata::{Metadata, MetadataCommand, Package, TargetKind};
use wasm_cleave_splitter::most_similar;

use crate::args::{PackageArgs, SetupArgs};
use crate::error::CliError;
use crate::toolchain::{Toolchain, missing};

/// What of a package is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BuildTarget {
    /// The library, a `cdylib`.
    Library,
    /// A binary.
    Bin(String),
    /// An example.
    Example(String),
}

/// A package that is to be built.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// Its name.
    pub(crate) package: String,
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// What of it is built.
    pub(crate) program: BuildTarget,
    /// Cargo's target folder.
    pub(crate) target_dir: PathBuf,
    /// The workspace's folder.
    pub(crate) workspace: PathBuf,
}

impl Project {
    pub(crate) fn find(args: &PackageArgs) -> Result<Self> {
        let setup = &args.setup;
        let (metadata, package) = match args.package.as_deref() {
            None => of_folder(Path::new("."), setup)?,
            Some(text) if looks_like_path(text) => match folder_of(text) {
                Some(folder) => of_folder(&folder, setup)?,
                None if Path::new(text).is_dir() => of_folder(Path::new(text), setup)?,
                None => return Err(no_such_path(text).into()),
            },
            Some(text) => of_name(text, folder_of(text), setup)?,
        };
        let folder = folder(&package);
        Ok(Project {
            package: package.name.to_string(),
            program: program(&package, args)?,
            folder,
            target_dir: metadata.target_directory.into_std_path_buf(),
            workspace: metadata.workspace_root.into_std_path_buf(),
        })
    }

    /// Folders of this package and of all packages on this machine that it depends on.
    pub(crate) fn source_folders(&self, setup: &SetupArgs) -> Result<Vec<PathBuf>> {
        let metadata = metadata(&self.folder, setup, Extent::All)?;
        let local = |package: &&Package| package.source.is_none();
        let Some(resolve) = &metadata.resolve else {
            return Ok(vec![self.folder.clone()]);
        };
        let own = metadata
            .packages
            .iter()
            .find(|package| folder(package) == self.folder);
        let mut found: Vec<&Package> = own.into_iter().collect();
        let mut next = 0;
        while let Some(package) = found.get(next).copied() {
            next += 1;
            let node = resolve.nodes.iter().find(|node| node.id == package.id);
            let dependencies = node.map_or(&[][..], |node| &node.dependencies);
            for package in metadata.packages.iter().filter(local) {
                if dependencies.contains(&package.id)
                    && !found.iter().any(|known| known.id == package.id)
                {
                    found.push(package);
                }
            }
        }
        Ok(found.into_iter().map(folder).collect())
    }
}

fn folder(package: &Package) -> PathBuf {
    let manifest = package.manifest_path.as_std_path();
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

fn looks_like_path(text: &str) -> bool {
    text == "." || text == ".." || text.contains(['/', '\\']) || text.ends_with("Cargo.toml")
}

/// The folder that a path means: itself, or the one of the `Cargo.toml` that it names.
fn folder_of(text: &str) -> Option<PathBuf> {
    let path = Path::new(text);
    if path.join("Cargo.toml").is_file() {
        return Some(path.to_path_buf());
    }
    let names_manifest = path.file_name().is_some_and(|name| name == "Cargo.toml");
    let parent = path.parent().filter(|_| names_manifest && path.is_file())?;
    Some(match parent.as_os_str().is_empty() {
        true => PathBuf::from("."),
        false => parent.to_path_buf(),
    })
}

fn no_such_path(text: &str) -> CliError {
    let kind = match text.ends_with("Cargo.toml") {
        true => "file",
        false => "folder",
    };
    CliError::new(
        format!("there is no {kind} `{text}`"),
        "give the folder of a package, or the name of one of the workspace",
    )
}

/// How much `cargo metadata` has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// The workspace: cargo resolves nothing, and so needs nothing.
    Members,
    /// Dependencies too.
    All,
}

fn metadata(folder: &Path, setup: &SetupArgs, extent: Extent) -> Result<Metadata> {
    let toolchain = Toolchain::of(folder, false);
    let ask = || -> Result<Output> {
        let mut command = toolchain.question("cargo")?;
        command.args(["metadata", "--format-version", "1"]);
        match extent {
            Extent::Members => command.arg("--no-deps"),
            Extent::All => command.args(setup.flags()),
        };
        Ok(command.output().map_err(|error| missing("cargo", &error))?)
    };
    let mut output = ask()?;
    if !output.status.success() && toolchain.install_if_missing(setup)? {
        output = ask()?;
    }
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(CliError::new(
            said.trim().trim_start_matches("error: "),
            "name a package of the workspace, or the path of a package: `wasm-cleave build PATH`",
        )
        .into());
    }
    Ok(MetadataCommand::parse(String::from_utf8_lossy(
        &output.stdout,
    ))?)
}

/// The package in a folder or in the nearest one above it; in a workspace without a package of its own there, the
/// only one that has a `cdylib`.
fn of_folder(start: &Path, setup: &SetupArgs) -> Result<(Metadata, Package)> {
    let metadata = metadata(start, setup, Extent::Members)?;
    let start = start.canonicalize()?;
    let members = metadata.workspace_packages();
    let nearest = start.ancestors().find_map(|place| {
        let is_there = |package: &&&Package| {
            let folder = folder(package).canonicalize();
            folder.is_ok_and(|folder| folder == place)
        };
        members.iter().copied().find(|package| is_there(&package))
    });
    let libraries: Vec<&Package> = members.into_iter().filter(|p| is_program(p)).collect();
    let package = match (nearest, &libraries[..]) {
        (Some(package), _) => package.clone(),
        (None, [package]) => (*package).clone(),
        (None, _) => {
            return Err(CliError::new(
                format!(
                    "`{}` is a workspace, and it is not clear which package is meant",
                    start.display()
                ),
                format!("name one: {}", names(&libraries)),
            )
            .into());
        }
    };
    Ok((metadata, package))
}

/// The member of the workspace with a name; else the package in a folder of that name.
fn of_name(name: &str, folder: Option<PathBuf>, setup: &SetupArgs) -> Result<(Metadata, Package)> {
    let metadata = match (metadata(Path::new("."), setup, Extent::Members), &folder) {
        (Ok(metadata), _) => metadata,
        (Err(_), Some(folder)) => return of_folder(folder, setup),
        (Err(error), None) => return Err(error),
    };
    let members = metadata.workspace_packages();
    let found = members.iter().find(|package| package.name.as_str() == name);
    if let Some(package) = found.copied().cloned() {
        return Ok((metadata, package));
    }
    if let Some(folder) = folder {
        return of_folder(&folder, setup);
    }
    let known = members.iter().map(|package| package.name.as_str());
    let help = match most_similar(name, known) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => format!(
            "its packages are {}; or give the path of a package",
            names(&members)
        ),
    };
    Err(CliError::new(
        format!(
            "the workspace `{}` has no package `{name}`",
            metadata.workspace_root
        ),
        help,
    )
    .into())
}

fn names(packages: &[&Package]) -> String {
    let names: Vec<String> = packages.iter().map(|p| format!("`{}`", p.name)).collect();
    match names.is_empty() {
        true => "a path, since no package here has a `cdylib`".to_string(),
        false => names.join(", "),
    }
}

fn is_program(package: &Package) -> bool {
    let mut targets = package.targets.iter();
    targets.any(|target| target.is_kind(TargetKind::CDyLib))
}

fn program(package: &Package, args: &PackageArgs) -> Result<BuildTarget> {
    let of_kind = |kind: TargetKind| -> Vec<&str> {
        let targets = package.targets.iter();
        let targets = targets.filter(|target| target.is_kind(kind.clone()));
        targets.map(|target| target.name.as_str()).collect()
    };
    let known = |what: &str, name: &str, kind: TargetKind| -> Result<()> {
        let names = of_kind(kind);
        if names.contains(&name) {
            return Ok(());
        }
        Err(CliError::new(
            format!("package `{}` has no {what} `{name}`", package.name),
            match names.is_empty() {
                true => format!("it has no {what} at all"),
                false => format!("it has {}", quoted(&names)),
            },
        )
        .into())
    };
    if let Some(name) = &args.bin {
        known("binary", name, TargetKind::Bin)?;
        return Ok(BuildTarget::Bin(name.clone()));
    }
    if let Some(name) = &args.example {
        known("example", name, TargetKind::Example)?;
        return Ok(BuildTarget::Example(name.clone()));
    }
    if is_program(package) {
        return Ok(BuildTarget::Library);
    }
    match (&package.default_run, &of_kind(TargetKind::Bin)[..]) {
        (Some(name), _) => Ok(BuildTarget::Bin(name.clone())),
        (None, [name]) => Ok(BuildTarget::Bin((*name).to_string())),
        (None, []) => Err(CliError::new(
            format!(
                "package `{}` has nothing that can be a program",
                package.name
            ),
            "add `[lib]` with `crate-type = [\"cdylib\", \"rlib\"]` to its Cargo.toml",
        )
        .into()),
        (None, names) => Err(CliError::new(
            format!("package `{}` has several binaries", package.name),
            format!("say which: `--bin NAME`, one of {}", quoted(names)),
        )
        .into()),
    }
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
