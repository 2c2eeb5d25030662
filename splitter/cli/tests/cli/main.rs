//! Runs the command line as people do, over programs that compile in a second.

mod build;
mod place;
mod program;
mod serve;
mod split;
mod threads;
mod toolchain;
mod usage;
