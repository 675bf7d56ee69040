//! A PostgreSQL of the harness's own, from the binaries that the system has, on a free port of the loopback, gone when it is dropped.
//!
//! It knows nothing of luoshi, so that other tests can take it as it is.

use std::{
    ffi::{OsStr, OsString},
    fs,
    net::TcpListener,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::program::tool;

/// Where Debian and its kin put the binaries of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// The user of the database. It is no user of the system.
const USER: &str = "luoshi";
/// Time in which the server has to answer.
const LONGEST_START: Duration = Duration::from_secs(30);
/// Time in which it has to be gone.
const LONGEST_END: Duration = Duration::from_secs(30);

/// A running server.
#[derive(Debug)]
pub(crate) struct Postgres {
    binaries: PathBuf,
    port: u16,
    child: Child,
    databases: u32,
    // Last, so that the server is gone before its folder is.
    _folder: TempDir,
}

/// The folder of binaries of the newest version that is installed; none where there is none.
pub(crate) fn binaries() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(VERSIONS)
        .ok()?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            let binaries = path.join("bin");
            binaries.join("postgres").is_file().then_some((version, binaries))
        })
        .collect();
    versions.sort();
    versions.pop().map(|(_, binaries)| binaries)
}

impl Postgres {
    /// Makes a cluster below `folder` and starts it.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let binaries = binaries().context("no PostgreSQL is installed (Debian: postgresql)")?;
        let home = tempfile::Builder::new().prefix("postgres-").tempdir_in(folder)?;
        let around = around(home.path())?;
        let data = home.path().join("data");
        run(
            &around,
            binaries.join("initdb").as_os_str(),
            &[
                "--auth=trust".as_ref(),
                "--encoding=UTF8".as_ref(),
                "--locale=C".as_ref(),
                "--username".as_ref(),
                USER.as_ref(),
                "--pgdata".as_ref(),
                data.as_os_str(),
            ],
        )?;
        // The port is free now and taken in a moment; who takes it in between makes the start fail, which is told.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = command(&around, binaries.join("postgres").as_os_str());
        command
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories=", "-c", "max_connections=100"])
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut server = Self {
            child: command.spawn().context("PostgreSQL cannot be started")?,
            binaries,
            port,
            databases: 0,
            _folder: home,
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let until = Instant::now() + LONGEST_START;
        let ready = self.binaries.join("pg_isready");
        let port = self.port.to_string();
        loop {
            let asked = Command::new(&ready)
                .args(["-q", "-h", "127.0.0.1", "-p", &port])
                .stdin(Stdio::null())
                .status()?;
            if asked.success() {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("PostgreSQL ended with {status}");
            }
            if Instant::now() > until {
                bail!("PostgreSQL does not answer");
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Makes a new, empty database and gives its address.
    pub(crate) fn database(&mut self) -> Result<String> {
        self.databases += 1;
        let name = format!("luoshi_{}", self.databases);
        let port = self.port.to_string();
        let arguments = ["-h", "127.0.0.1", "-p", &port, "-U", USER, &name].map(OsStr::new);
        let createdb = self.binaries.join("createdb");
        tool(
            createdb.to_str().context("a folder without a readable name")?,
            &arguments,
        )?;
        Ok(format!("postgres://{USER}@127.0.0.1:{port}/{name}"))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT is its fast shutdown.
        let _ended_already = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        let until = Instant::now() + LONGEST_END;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < until {
            thread::sleep(Duration::from_millis(20));
        }
        let _ended_already = self.child.kill();
        let _ended_already = self.child.wait();
    }
}

/// The words before a program of PostgreSQL, which refuses to run as root, and a folder that is its user's.
fn around(home: &Path) -> Result<Vec<OsString>> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0);
    if !is_root {
        return Ok(Vec::new());
    }
    let user = if tool("id", &["postgres".as_ref()]).is_ok() {
        "postgres"
    } else {
        "nobody"
    };
    tool("chown", &[user.as_ref(), home.as_os_str()])?;
    // The user has to come through the folders above, which temporary ones do not let others do.
    for above in home.ancestors().skip(1) {
        let Ok(metadata) = fs::metadata(above) else { break };
        let mode = metadata.permissions().mode();
        if mode & 0o001 == 0
            && above
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("luoshi-"))
        {
            fs::set_permissions(above, fs::Permissions::from_mode(mode | 0o011))?;
        }
    }
    Ok(["setpriv", "--reuid", user, "--regid", user, "--clear-groups"]
        .map(OsString::from)
        .to_vec())
}

fn command(around: &[OsString], program: &OsStr) -> Command {
    match around.split_first() {
        Some((first, rest)) => {
            let mut command = Command::new(first);
            command.args(rest).arg(program);
            command
        }
        None => Command::new(program),
    }
}

fn run(around: &[OsString], program: &OsStr, arguments: &[&OsStr]) -> Result<()> {
    let output = command(around, program)
        .args(arguments)
        .current_dir("/")
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        bail!(
            "{} ended with {}: {}",
            program.display(),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_of_its_own_answers_and_is_gone_afterwards() {
        if binaries().is_none() {
            crate::skipped("a PostgreSQL of its own: none is installed");
            return;
        }
        let folder = tempfile::Builder::new().prefix("luoshi-").tempdir().unwrap();
        let mut server = Postgres::start(folder.path()).unwrap();
        let (first, second) = (server.database().unwrap(), server.database().unwrap());
        assert_ne!(first, second);
        let port = server.port;
        drop(server);
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}
