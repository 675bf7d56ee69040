//! The program under torture: its commands, and a server of it that is killed, stopped or watched while it ends by itself.
//!
//! Only processes that it started are ended, each by its own number.

use std::{
    ffi::{OsStr, OsString},
    fs,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{RecvTimeoutError, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};

/// The variable with which a program that was built for it is sabotaged.
pub(crate) const SABOTAGE: &str = "LUOSHI_SABOTAGE";
/// Time in which a server has to say where it listens before it is given up. What it should take is judged elsewhere.
const LONGEST_START: Duration = Duration::from_secs(60);
/// Time in which a process that was asked to end has to be gone.
const LONGEST_END: Duration = Duration::from_secs(20);

/// How the program is run: its file, and what stands around it.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    file: PathBuf,
    database: Option<String>,
    /// A program that runs it, with its own arguments: strace.
    around: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
    pub(crate) complaints: String,
}

impl Program {
    /// The program of this file on this database; none means the database of the data folder.
    pub(crate) fn new(file: PathBuf, database: Option<String>) -> Self {
        Self {
            file,
            database,
            around: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// The program on this database.
    pub(crate) fn on_database(&self, database: String) -> Self {
        Self {
            database: Some(database),
            ..self.clone()
        }
    }

    /// The address of its database, where that is not part of the data folder.
    pub(crate) fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// The program run by another one.
    pub(crate) fn inside(&self, around: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        Self {
            around: around.into_iter().map(Into::into).collect(),
            ..self.clone()
        }
    }

    /// The program with one more variable in its environment.
    pub(crate) fn with(&self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        let mut program = self.clone();
        program.environment.push((name.into(), value.into()));
        program
    }

    /// The command line without arguments, with nothing of the caller's settings in its environment.
    fn command(&self) -> Command {
        let mut command = match self.around.split_first() {
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(&self.file);
                command
            }
            None => Command::new(&self.file),
        };
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("LUOSHI_") {
                command.env_remove(name);
            }
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        command
    }

    fn on(&self, command: &mut Command, data: &Path) {
        command.arg("--data").arg(data);
        if let Some(database) = &self.database {
            command.arg("--database").arg(database);
        }
    }

    /// Runs a command on the site in `data` to its end.
    pub(crate) fn run(&self, data: &Path, arguments: &[&str]) -> Result<Ran> {
        let mut command = self.command();
        command.args(arguments);
        self.on(&mut command, data);
        let output = command
            .output()
            .with_context(|| format!("{} cannot be run", self.file.display()))?;
        Ok(Ran {
            code: output.status.code(),
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
            complaints: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs a command on the site in `data` that has to do what was asked.
    pub(crate) fn done(&self, data: &Path, arguments: &[&str]) -> Result<String> {
        let ran = self.run(data, arguments)?;
        if ran.code == Some(0) {
            Ok(ran.output)
        } else {
            Err(anyhow!(
                "{arguments:?} ended with {:?}: {}{}",
                ran.code,
                ran.output,
                ran.complaints
            ))
        }
    }

    /// Starts a server on the site in `data` and does not wait for it.
    pub(crate) fn start(&self, data: &Path) -> Result<Server> {
        let mut command = self.command();
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        self.on(&mut command, data);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let begun = Instant::now();
        let mut child = command
            .spawn()
            .with_context(|| format!("{} cannot be run", self.file.display()))?;
        let output = child.stdout.take().context("no output")?;
        let errors = child.stderr.take().context("no error output")?;
        let said = Arc::new(Mutex::new(String::new()));
        let (announce, announced) = channel();
        // Both pipes are emptied to the end, or the program would stand still once one is full.
        let heard = Arc::clone(&said);
        let complaints = thread::spawn(move || collect(errors, &heard));
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let address = line
                    .split_once("http://")
                    .and_then(|(_, host)| host.trim().trim_end_matches('/').parse::<SocketAddr>().ok());
                if let Some(address) = address {
                    // Nobody waits any more where the server was given up.
                    let _nobody_waits = announce.send(address);
                }
            }
        });
        Ok(Server {
            child,
            inner: !self.around.is_empty(),
            begun,
            announced,
            complaints: Some(complaints),
            said,
        })
    }

    /// Starts a server and waits until it says where it listens.
    pub(crate) fn serve(&self, data: &Path) -> Result<(Server, SocketAddr)> {
        let mut server = self.start(data)?;
        let address = server.address()?;
        Ok((server, address))
    }
}

fn collect(mut errors: impl Read, said: &Mutex<String>) {
    let mut part = [0; 4096];
    while let Ok(count) = errors.read(&mut part) {
        if count == 0 {
            return;
        }
        let text = String::from_utf8_lossy(part.get(..count).unwrap_or_default()).into_owned();
        said.lock().unwrap_or_else(PoisonError::into_inner).push_str(&text);
    }
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Whether the program is the child of the process that was started.
    inner: bool,
    begun: Instant,
    announced: std::sync::mpsc::Receiver<SocketAddr>,
    complaints: Option<JoinHandle<()>>,
    said: Arc<Mutex<String>>,
}

impl Server {
    /// When it was started.
    pub(crate) fn begun(&self) -> Instant {
        self.begun
    }

    /// Where it listens, once it says so.
    pub(crate) fn address(&mut self) -> Result<SocketAddr> {
        let until = self.begun + LONGEST_START;
        loop {
            match self.announced.recv_timeout(Duration::from_millis(20)) {
                Ok(address) => return Ok(address),
                Err(RecvTimeoutError::Timeout) if Instant::now() < until => {}
                Err(RecvTimeoutError::Timeout) => bail!("the server does not say where it listens"),
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.wait(LONGEST_END)?;
                    bail!("the server ended with {status:?}: {}", self.said());
                }
            }
        }
    }

    /// Where it listens, if it says so before `until`.
    pub(crate) fn address_before(&mut self, until: Instant) -> Option<SocketAddr> {
        self.announced
            .recv_timeout(until.saturating_duration_since(Instant::now()))
            .ok()
    }

    /// What it wrote to its error output so far.
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number of the program's own process.
    pub(crate) fn number(&self) -> Option<u32> {
        let outer = self.child.id();
        if !self.inner {
            return Some(outer);
        }
        let children = fs::read_to_string(format!("/proc/{outer}/task/{outer}/children")).ok()?;
        children.split_whitespace().next()?.parse().ok()
    }

    /// Ends it as a lost machine would: without a chance to finish anything.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.end_now();
        self.wait(LONGEST_END).map(|_| ()).context("it was killed")
    }

    fn end_now(&mut self) {
        if self.inner
            && let Some(number) = self.number()
        {
            // The one around it ends when it does.
            let _ended_already = Command::new("kill").args(["-KILL", &number.to_string()]).status();
        } else {
            let _ended_already = self.child.kill();
        }
    }

    /// Lets it stand still in the middle of whatever it does, as a machine that is moved or has no memory left would.
    pub(crate) fn stand_still(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub(crate) fn go_on(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        if let Some(number) = self.number() {
            let _ended_already = Command::new("kill").args([signal, &number.to_string()]).status();
        }
    }

    /// Asks it to end, as a service manager does, and says how it ended.
    pub(crate) fn stop(mut self) -> Result<ExitStatus> {
        self.signal("-TERM");
        self.wait(LONGEST_END).context("it was asked to end")
    }

    /// Whether it has ended by itself, and how.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits until it has ended.
    pub(crate) fn wait(&mut self, longest: Duration) -> Result<ExitStatus> {
        let until = Instant::now() + longest;
        loop {
            if let Some(status) = self.child.try_wait()? {
                if let Some(complaints) = self.complaints.take() {
                    let _never_panics = complaints.join();
                }
                return Ok(status);
            }
            if Instant::now() > until {
                bail!("the server has not ended after {} s", longest.as_secs());
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.end_now();
            let _ended_already = self.child.kill();
            let _ended_already = self.child.wait();
        }
    }
}

/// Runs a program of the system that has to succeed, and gives its output.
pub(crate) fn tool(name: &str, arguments: &[&OsStr]) -> Result<String> {
    let output = Command::new(name)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{name} cannot be run"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(anyhow!(
            "{name} {arguments:?} ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        ))
    }
}

/// Whether the system has a program of this name.
pub(crate) fn has_tool(name: &str) -> bool {
    let places = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&places)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .any(|place| place.join(name).is_file())
}
