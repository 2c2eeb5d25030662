//! Which processes belong to a browser, and how all of them end.
//!
//! A process belongs to it when its environment has the mark that the browser's driver was started with, or when its
//! parent belongs to it. Neither is enough: crash handlers leave the tree, and some children overwrite their
//! environment.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

/// The variable of the environment that holds the mark.
const MARK: &str = "WASM_CLEAVE_BROWSER";

/// How long a program may take until it says where it can be reached.
const START: Duration = Duration::from_secs(30);

/// How long the processes may take to end by themselves, and again when they are killed.
const END: Duration = Duration::from_secs(5);

/// Who a process is: its number, and when it was started, since numbers are used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Process {
    pid: i32,
    since: u64,
}

impl Process {
    pub(super) fn kill(self) {
        if let Some(pid) = Pid::from_raw(self.pid) {
            kill_process(pid, Signal::KILL).ok();
        }
    }
}

/// All processes of one browser: those started here, and what they start. They end when it is dropped.
pub(super) struct Processes {
    mark: String,
    started: Vec<Child>,
}

impl Processes {
    pub(super) fn new() -> Processes {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Processes {
            mark: format!("{}-{number}", std::process::id()),
            started: Vec::new(),
        }
    }

    /// Starts a program that is quiet.
    pub(super) fn start(&mut self, command: &mut Command) -> Result<()> {
        self.spawn(command.stdout(Stdio::null())).map(drop)
    }

    /// Starts a program and returns the number that it writes after some words on one of its lines.
    pub(super) fn start_announced(&mut self, command: &mut Command, words: &str) -> Result<u16> {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = self.spawn(command.stdout(Stdio::piped()))?;
        let stdout = child.stdout.take().context("the program has no output")?;
        let words = words.to_string();
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            // All is read to the end, or the program would wait for a reader.
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some((_, number)) = line.split_once(&words)
                    && let Ok(number) = number.trim_end_matches('.').parse()
                {
                    sender.send(number).ok();
                }
            }
        });
        receiver
            .recv_timeout(START)
            .with_context(|| format!("`{program}` did not say where it can be reached"))
    }

    fn spawn(&mut self, command: &mut Command) -> Result<&mut Child> {
        let child = command
            .env(MARK, &self.mark)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| {
                let program = command.get_program().to_string_lossy();
                format!("`{program}` could not be started; `./tests/run` installs it")
            })?;
        self.started.push(child);
        self.started.last_mut().context("it was pushed just now")
    }

    /// Whether all programs started here still run.
    pub(super) fn are_running(&mut self) -> bool {
        self.started
            .iter_mut()
            .all(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Runs something that makes the browser end, and sees to it that nothing is left of it.
    pub(super) fn end(&mut self, quit: impl FnOnce()) {
        let mut known = self.alive();
        quit();
        self.started.iter_mut().rev().for_each(|child| {
            child.kill().ok();
            child.wait().ok();
        });
        self.started.clear();
        let begun = Instant::now();
        while begun.elapsed() < 2 * END {
            // A process may have started another one since.
            known.extend(self.alive());
            let all = all();
            known.retain(|process, _| all.contains_key(process));
            if known.is_empty() {
                return;
            }
            if begun.elapsed() > END {
                known.keys().copied().for_each(Process::kill);
            }
            thread::sleep(Duration::from_millis(10));
        }
        let names: Vec<&String> = known.values().collect();
        eprintln!("warning: these processes of a browser do not end: {names:?}");
    }

    /// The processes that belong to the browser now, with their names.
    pub(super) fn alive(&self) -> BTreeMap<Process, String> {
        let all = all();
        let mark = format!("{MARK}={}", self.mark);
        let mut ours = BTreeMap::new();
        for (process, (name, _)) in &all {
            if environment(process.pid).any(|variable| variable == mark.as_bytes()) {
                ours.insert(*process, name.clone());
            }
        }
        loop {
            let children: Vec<(Process, String)> = all
                .iter()
                .filter(|(process, (_, parent))| {
                    !ours.contains_key(process) && ours.keys().any(|ours| ours.pid == *parent)
                })
                .map(|(process, (name, _))| (*process, name.clone()))
                .collect();
            if children.is_empty() {
                return ours;
            }
            ours.extend(children);
        }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        if !self.started.is_empty() {
            self.end(|| {});
        }
    }
}

/// Every process of the machine that has not ended, with its name and its parent.
pub(super) fn all() -> BTreeMap<Process, (String, i32)> {
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = folders.filter_map(|folder| folder.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (process, name, parent) = parse(pid, &stat)?;
        Some((process, (name, parent)))
    })
    .collect()
}

/// Reads a line of `/proc/PID/stat`: `PID (NAME) STATE PARENT …`, the time of the start being the 22nd field.
fn parse(pid: i32, stat: &str) -> Option<(Process, String, i32)> {
    let (start, rest) = stat.rsplit_once(") ")?;
    let (_, name) = start.split_once('(')?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let has_ended = matches!(*fields.first()?, "Z" | "X");
    let since = fields.get(19)?.parse().ok()?;
    let parent = fields.get(1)?.parse().ok()?;
    (!has_ended).then(|| (Process { pid, since }, name.to_string(), parent))
}

fn environment(pid: i32) -> impl Iterator<Item = Vec<u8>> {
    let file = Path::new("/proc").join(pid.to_string()).join("environ");
    let variables = fs::read(file).unwrap_or_default();
    let variables: Vec<Vec<u8>> = variables.split(|&b| b == 0).map(<[u8]>::to_vec).collect();
    variables.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_parentheses_and_spaces() {
        let fields = (3..=22).map(|n| n.to_string()).collect::<Vec<_>>();
        let line = format!("7 (a (b) c) S {}", fields[1..].join(" "));
        let process = Process { pid: 7, since: 22 };
        assert_eq!(parse(7, &line), Some((process, "a (b) c".to_string(), 4)));
        assert_eq!(parse(7, &line.replace(" S ", " Z ")), None);
    }

    #[test]
    fn orphans_end_too() {
        let mut processes = Processes::new();
        // The shell ends at once; the one that it started has another group, and no parent here.
        processes
            .start(Command::new("bash").args(["-c", "set -m; (sleep 1000) & exit"]))
            .unwrap();
        while processes.are_running() {
            thread::sleep(Duration::from_millis(5));
        }
        // Behind it is the shell still, until that has become what it runs.
        let names = || processes.alive().into_values().collect::<Vec<String>>();
        let begun = Instant::now();
        while names() != ["sleep"] && begun.elapsed() < END {
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(names(), ["sleep"]);
        processes.end(|| {});
        assert!(processes.alive().is_empty());
    }
}
