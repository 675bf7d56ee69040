//! A PostgreSQL server of a test's own, made from the installed programs on a free port of the loopback interface, and gone with the test.
//!
//! It is an ordinary server with every safeguard on; only where its files lie is chosen for speed.

use std::{
    fs, io,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{in_search_path, is_on, skip};

/// Where Debian puts the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// A folder in memory, where flushing costs nothing; tests that cut the power do so elsewhere.
const MEMORY: &str = "/dev/shm";
/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server. Dropping the last handle stops it and removes its files.
#[derive(Debug)]
pub struct Server {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    /// The process, and what the thread that started it waits for.
    process: Mutex<Option<(Child, mpsc::Sender<()>)>>,
}

/// The server that tests of this process share while any of them needs it.
static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
static DATABASES: AtomicU64 = AtomicU64::new(1);

impl Server {
    /// The server that the tests of this process share, started when nobody else has it; none after saying why `test` is skipped.
    ///
    /// # Panics
    /// When the programs are there and do not work.
    #[track_caller]
    pub fn shared(test: &str) -> Option<Arc<Self>> {
        if !is_on("LUOSHI_TEST_POSTGRES") {
            return skip(test, "LUOSHI_TEST_POSTGRES=1 switches it on");
        }
        let Some(programs) = programs() else {
            return skip(test, "PostgreSQL not found");
        };
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let parent = Some(Path::new(MEMORY)).filter(|folder| folder.is_dir());
        let server = Arc::new(Self::start(&programs, parent).expect("a PostgreSQL server of the test's own"));
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    /// Makes and starts a server whose files lie below `parent`, or in the system's temporary folder.
    ///
    /// # Errors
    /// When a program does not work; what it said is in the message.
    pub fn start(programs: &Path, parent: Option<&Path>) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("luoshi-postgres-");
        let folder = match parent {
            Some(parent) => builder.tempdir_in(parent)?,
            None => builder.tempdir()?,
        };
        // The server refuses to run as root, so its folder belongs to somebody else then.
        if let Some((user, group)) = other_user() {
            #[cfg(unix)]
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group))?;
            #[cfg(not(unix))]
            let _ = (user, group);
        }
        let server = Self {
            programs: programs.to_owned(),
            folder,
            port: free_port()?,
            process: Mutex::new(None),
        };
        let data = server.data();
        run(as_other_user(&programs.join("initdb"))
            .args([
                "--username=luoshi",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ])
            .arg("--pgdata")
            .arg(&data))?;
        server.resume()?;
        Ok(server)
    }

    /// Starts the server again after [`Server::kill`] or [`Server::stop`].
    ///
    /// # Errors
    /// When it does not come up.
    pub fn resume(&self) -> io::Result<()> {
        let began = Instant::now();
        self.spawn()?;
        while began.elapsed() < PATIENCE {
            if self.is_ready()? {
                return Ok(());
            }
            if self.has_ended()? {
                // The children of a server that was killed end by themselves as soon as they notice; until then no other one may use its files.
                if !self.log().contains("pre-existing shared memory block") {
                    break;
                }
                self.spawn()?;
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(io::Error::other(format!("the server does not come up: {}", self.log())))
    }

    fn spawn(&self) -> io::Result<()> {
        let mut command = as_other_user(&self.programs.join("postgres"));
        command
            .arg("-D")
            .arg(self.data())
            .args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"])
            .args([
                "-c",
                "unix_socket_directories=",
                "-c",
                "max_connections=200",
                "-c",
                "shared_buffers=64MB",
            ])
            .args(["-c", "logging_collector=off", "-c", "log_min_messages=warning"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(self.folder.path().join("server.log"))?);
        *self.lock() = Some(spawn_and_stay(command)?);
        Ok(())
    }

    fn is_ready(&self) -> io::Result<bool> {
        let ready = Command::new(self.programs.join("pg_isready"))
            .args(["-q", "-h", "127.0.0.1", "-U", "luoshi", "-d", "postgres"])
            .args(["-p", &self.port.to_string()])
            .status()?;
        Ok(ready.success())
    }

    /// Whether the process has ended by itself.
    fn has_ended(&self) -> io::Result<bool> {
        match &mut *self.lock() {
            Some((process, _)) => Ok(process.try_wait()?.is_some()),
            None => Ok(true),
        }
    }

    /// What the server has said since it was started last.
    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default()
    }

    /// An empty database of its own, by its address.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn database(&self) -> String {
        let name = format!("site_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        run(Command::new(self.programs.join("createdb"))
            .args(["-h", "127.0.0.1", "-U", "luoshi", "-p", &self.port.to_string()])
            .args(["--template=template0", &name]))
        .expect("an empty database");
        format!("postgres://luoshi@127.0.0.1:{}/{name}", self.port)
    }

    /// Removes the database at `address`, which [`Server::database`] made; who still uses it is cut off.
    ///
    /// # Errors
    /// When the server does not do it.
    pub fn discard(&self, address: &str) -> io::Result<()> {
        let name = address.rsplit('/').next().unwrap_or_default();
        run(Command::new(self.programs.join("dropdb"))
            .args(["-h", "127.0.0.1", "-U", "luoshi", "-p", &self.port.to_string()])
            .args(["--force", name]))
        .map(|_| ())
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where its programs are.
    #[must_use]
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    /// Runs one statement by `psql` and answers with what it printed, unaligned and without headings.
    ///
    /// # Errors
    /// When the statement fails.
    pub fn ask(&self, address: &str, statement: &str) -> io::Result<String> {
        run(Command::new(self.programs.join("psql")).args([
            "-X",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            statement,
            address,
        ]))
    }

    /// Stops the server at once, as a crash of the machine would, without a word to anybody.
    ///
    /// # Errors
    /// When it is not running or does not end.
    pub fn kill(&self) -> io::Result<()> {
        self.end("KILL")
    }

    /// Stops the server in an orderly way; sessions are cut.
    ///
    /// # Errors
    /// When it is not running or does not end.
    pub fn stop(&self) -> io::Result<()> {
        self.end("INT")
    }

    fn end(&self, signal: &str) -> io::Result<()> {
        let Some((mut child, _thread)) = self.lock().take() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        run(Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]))?;
        child.wait()?;
        Ok(())
    }

    /// Lets nobody in any more whose connection is not encrypted, and answers with the certificate that shows who it is, as a file of PEM; none after
    /// saying why `test` is skipped. Each time it is another certificate.
    ///
    /// # Panics
    /// When the programs are there and do not work.
    #[track_caller]
    pub fn encrypt(&self, test: &str) -> Option<PathBuf> {
        let Some(openssl) = in_search_path("openssl") else {
            return skip(test, "openssl not found");
        };
        Some(self.encrypt_by(&openssl).expect("a server that encrypts"))
    }

    fn encrypt_by(&self, openssl: &Path) -> io::Result<PathBuf> {
        let certificate = self.folder.path().join("certificate.pem");
        let key = self.folder.path().join("key.pem");
        run(Command::new(openssl)
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ])
            .args([
                "-days",
                "2",
                "-subj",
                "/CN=127.0.0.1",
                "-addext",
                "subjectAltName=IP:127.0.0.1",
            ])
            .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
            .arg(&key)
            .arg("-out")
            .arg(&certificate))?;
        // The names that the server looks for by itself.
        self.write_for_server("server.crt", &fs::read_to_string(&certificate)?)?;
        self.write_for_server("server.key", &fs::read_to_string(&key)?)?;
        self.write_for_server("pg_hba.conf", "hostssl all all 127.0.0.1/32 trust\n")?;
        let beside = format!("postgres://luoshi@127.0.0.1:{}/postgres", self.port);
        self.ask(&beside, "alter system set ssl = on")?;
        self.stop()?;
        self.resume()?;
        Ok(certificate)
    }

    /// Writes a file of the server's folder that belongs to it and that nobody else may read.
    fn write_for_server(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.data().join(name);
        fs::write(&path, text)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt, chown};
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
            if let Some((user, group)) = other_user() {
                chown(&path, Some(user), Some(group))?;
            }
        }
        Ok(())
    }

    /// The folder of its files: pages, logs and all.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Child, mpsc::Sender<()>)>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // QUIT ends it at once and its children with it; nobody needs these files any more.
        let _stopped_already = self.end("QUIT");
    }
}

/// A PgBouncer before a server, which gives each transaction another connection. Dropping it stops it.
#[derive(Debug)]
pub struct Pooler {
    server: u16,
    port: u16,
    _folder: TempDir,
    process: Child,
    /// What the thread that started it waits for.
    _thread: mpsc::Sender<()>,
}

impl Pooler {
    /// A pooler before `server`; none after saying why `test` is skipped.
    ///
    /// # Panics
    /// When the program is there and does not work.
    #[track_caller]
    pub fn before(server: &Server, test: &str) -> Option<Self> {
        let installed = Path::new("/usr/sbin/pgbouncer");
        let program = in_search_path("pgbouncer").or_else(|| installed.is_file().then(|| installed.to_owned()));
        let Some(program) = program else {
            return skip(test, "PgBouncer not found");
        };
        Some(Self::start(&program, server.port).expect("a pooler of the test's own"))
    }

    fn start(program: &Path, server: u16) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("luoshi-pooler-").tempdir()?;
        let port = free_port()?;
        let settings = folder.path().join("pgbouncer.ini");
        fs::write(
            &settings,
            format!(
                "[databases]\n* = host=127.0.0.1 port={server} user=luoshi\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
                 unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 4\nmax_client_conn = 200\n"
            ),
        )?;
        if let Some((user, group)) = other_user() {
            #[cfg(unix)]
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group))?;
            #[cfg(not(unix))]
            let _ = (user, group);
        }
        let mut command = as_other_user(program);
        command
            .arg(&settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let (process, thread) = spawn_and_stay(command)?;
        let pooler = Self {
            server,
            port,
            _folder: folder,
            process,
            _thread: thread,
        };
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(pooler);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(io::Error::other("the pooler does not come up"))
    }

    /// The way through the pooler to a database of the server.
    #[must_use]
    pub fn address_of(&self, database: &str) -> String {
        database.replace(&format!(":{}/", self.server), &format!(":{}/", self.port))
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _ended_already = self.process.wait();
    }
}

/// Starts a command on a thread that does nothing else but stay: the system ends the process when the thread ends that started it.
fn spawn_and_stay(mut command: Command) -> io::Result<(Child, mpsc::Sender<()>)> {
    let (started, wait) = mpsc::channel();
    let (stop, stopped) = mpsc::channel::<()>();
    thread::spawn(move || {
        let _nobody_waits = started.send(command.spawn());
        let _its_other_end_is_gone = stopped.recv();
    });
    Ok((wait.recv().map_err(io::Error::other)??, stop))
}

/// The folder of the newest installed programs.
#[must_use]
pub fn programs() -> Option<PathBuf> {
    let installed = fs::read_dir(DEBIAN).ok().into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = installed
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .collect();
    versions.sort();
    let newest = versions.pop().map(|(_, folder)| folder);
    newest.or_else(|| in_search_path("initdb")?.parent().map(Path::to_owned))
}

/// Whom the server runs as where this process is root: user and group.
fn other_user() -> Option<(u32, u32)> {
    let number = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if number(&["-u"])? != 0 {
        return None;
    }
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| Some((number(&["-u", name])?, number(&["-g", name])?)))
}

/// A command that does not run as root and ends when the thread that started it ends.
fn as_other_user(program: &Path) -> Command {
    let Some(setpriv) = in_search_path("setpriv") else {
        return Command::new(program);
    };
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", "SIGQUIT"]);
    if let Some((user, group)) = other_user() {
        command.args([
            &format!("--reuid={user}"),
            &format!("--regid={group}"),
            "--clear-groups",
        ]);
    }
    command.arg(program).current_dir("/");
    command
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn run(command: &mut Command) -> io::Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(io::Error::other(format!("{:?}: {said}", command.get_program())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that was killed left a child behind which was slow to notice, and the next one refused to come up beside it.
    #[test]
    fn a_server_comes_up_after_the_last_child_of_the_one_before() {
        let test = "a PostgreSQL server whose children are slow";
        if Server::shared(test).is_none() {
            return;
        }
        let server = Server::start(&programs().unwrap(), Some(Path::new(MEMORY))).unwrap();
        let process = server.lock().as_ref().unwrap().0.id();
        let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap();
        let signal = |name: &str| {
            // A child that has just answered somebody may be gone already.
            let _gone = run(Command::new("kill").arg(name).args(children.split_whitespace()));
        };
        signal("-STOP");
        server.kill().unwrap();
        thread::scope(|scope| {
            let resumed = scope.spawn(|| server.resume());
            let refused = || server.log().contains("pre-existing shared memory block");
            let began = Instant::now();
            while !refused() && !resumed.is_finished() && began.elapsed() < PATIENCE {
                thread::sleep(Duration::from_millis(10));
            }
            let was_early = resumed.is_finished();
            signal("-CONT");
            assert!(!was_early, "{:?}", resumed.join());
            resumed.join().unwrap().unwrap();
        });
        assert_eq!(server.ask(&server.database(), "select 1").unwrap().trim(), "1");
    }
}
