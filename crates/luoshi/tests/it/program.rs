//! Running the program and a server of it, each stopped by its own process.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The program with nothing of the caller's settings in its environment.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_luoshi"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LUOSHI_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the program to its end.
pub(crate) fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Ran {
    let output = program().args(arguments).stdin(Stdio::null()).output().unwrap();
    Ran {
        code: output.status.code().expect("the program ends by itself"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the program on the site in `data` and expects it to do what was asked.
#[track_caller]
pub(crate) fn done(data: &Path, arguments: &[&str]) -> String {
    let data = data.to_str().unwrap();
    let ran = run(arguments.iter().copied().chain(["--data", data]));
    assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    ran.stdout
}

/// A running `luoshi serve` or `luoshi demo`.
pub(crate) struct Server {
    child: Child,
    /// Host and port.
    pub(crate) address: String,
    /// What it said up to its address.
    pub(crate) said: String,
}

impl Server {
    /// Starts the program and waits until it says where it listens.
    pub(crate) fn start(arguments: &[&str], data: &Path) -> Self {
        Self::start_as(program(), arguments, data)
    }

    /// Starts the program by a command that was prepared for it.
    pub(crate) fn start_as(mut program: Command, arguments: &[&str], data: &Path) -> Self {
        let mut child = program
            .args(arguments)
            .args(["--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        // Both pipes are emptied to the end, or the program would stand still once one is full.
        let complaints = thread::spawn(move || {
            let mut text = Vec::new();
            std::io::copy(&mut errors, &mut text).unwrap();
            String::from_utf8_lossy(&text).into_owned()
        });
        let mut said = String::new();
        let mut address = None;
        for line in lines.by_ref() {
            let line = line.unwrap();
            said += &line;
            said.push('\n');
            if let Some((_, host)) = line.split_once("http://")
                && address.is_none()
            {
                address = Some(host.to_owned());
            }
            if line.contains("Ctrl+C") {
                break;
            }
        }
        let Some(address) = address else {
            let status = child.wait().unwrap();
            panic!(
                "the program ended with {status} before it served: {said}{}",
                complaints.join().unwrap()
            );
        };
        thread::spawn(move || lines.for_each(drop));
        Self { child, address, said }
    }

    /// Asks the process to end, as a service manager does, and says how it ended.
    #[cfg(unix)]
    pub(crate) fn stop(mut self) -> i32 {
        let status = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
        self.child.wait().unwrap().code().expect("the program ends by itself")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A test that failed leaves no process behind; one that has ended already cannot be ended again.
        let _ended_already = self.child.kill();
        let _ended_already = self.child.wait();
    }
}

/// Writes a file and gives its path back.
pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
    path.to_str().unwrap().to_owned()
}
