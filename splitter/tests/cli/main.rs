//! Runs the command line as people do, over programs that compile in a second.

mod build;
mod program;
mod serve;
mod split;
mod threads;
mod usage;
