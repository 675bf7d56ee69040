//! strace, which makes system calls fail, come late or kill the process, and takes safeguards of the program away from outside.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::program::has_tool;

/// Time in which strace has to hold every thread of a process.
const LONGEST_ATTACH: Duration = Duration::from_secs(10);

/// Why there can be no strace here; none where there can.
pub(crate) fn missing() -> Option<String> {
    (!has_tool("strace")).then(|| "needs strace".to_owned())
}

/// The words before a program that make all its flushes lies: they say that they are done and do nothing.
pub(crate) fn without_flushes() -> Vec<OsString> {
    [
        "strace",
        "-f",
        "-qq",
        "--seccomp-bpf",
        "-o",
        "/dev/null",
        "-e",
        "trace=fsync,fdatasync",
        "-e",
        "inject=fsync,fdatasync:retval=0",
    ]
    .map(OsString::from)
    .to_vec()
}

/// strace holding a process.
#[derive(Debug)]
pub(crate) struct Trace {
    child: Child,
    output: PathBuf,
}

impl Trace {
    /// Holds the process with this number and does `action` to the `number`th call of `call` of each of its threads; 0 does nothing to any.
    pub(crate) fn attach(process: u32, calls: &str, action: Option<&str>, output: &Path) -> Result<Self> {
        let mut command = Command::new("strace");
        command.args(["-f", "-y", "-p", &process.to_string(), "-o"]).arg(output);
        command.args(["-e", &format!("trace={calls}")]);
        if let Some(action) = action {
            command.args(["-e", &format!("inject={calls}:{action}")]);
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut trace = Self {
            child,
            output: output.to_owned(),
        };
        trace.wait_until_attached(process)?;
        Ok(trace)
    }

    fn wait_until_attached(&mut self, process: u32) -> Result<()> {
        let until = Instant::now() + LONGEST_ATTACH;
        while Instant::now() < until {
            if self.child.try_wait()?.is_some() {
                bail!("strace ended before it held the process");
            }
            let threads: Vec<PathBuf> = fs::read_dir(format!("/proc/{process}/task"))?
                .filter_map(|entry| Some(entry.ok()?.path().join("status")))
                .collect();
            let held = |status: &PathBuf| {
                fs::read_to_string(status).unwrap_or_default().lines().any(|line| {
                    line.strip_prefix("TracerPid:")
                        .is_some_and(|tracer| tracer.trim() != "0")
                })
            };
            if !threads.is_empty() && threads.iter().all(held) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(5));
        }
        bail!("strace does not hold the process")
    }

    /// Lets the process go and gives what was seen, a line a call.
    pub(crate) fn release(mut self) -> Vec<String> {
        self.end();
        fs::read_to_string(&self.output)
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    fn end(&mut self) {
        // Asked to end, strace lets the process run on; killed, it would leave it standing.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ended_already = Command::new("kill")
                .args(["-INT", &self.child.id().to_string()])
                .status();
        }
        let _ended_already = self.child.wait();
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        self.end();
    }
}
