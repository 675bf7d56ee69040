//! The program itself, run as an operator runs it: on an empty data folder or with its demo, and ended with the test.

use std::{
    fs,
    io::{BufRead, BufReader, Lines},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
};

use tempfile::TempDir;

/// A data folder and the commands that work on it.
pub(super) struct Site {
    folder: TempDir,
}

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) organisation: String,
    pub(super) role: String,
    pub(super) name: String,
    pub(super) password: String,
}

impl Site {
    pub(super) fn empty() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
        }
    }

    /// A place for files beside the data.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.file("data")
    }

    /// A command of the program on this site.
    pub(super) fn luoshi(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.program(arguments).output().unwrap();
        let said = String::from_utf8(stdout).unwrap();
        assert!(
            status.success(),
            "luoshi {arguments:?} ended with {status}:\n{said}{}",
            String::from_utf8_lossy(&stderr)
        );
        said
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_luoshi"));
        command
            .args(arguments)
            .arg("--data")
            .arg(self.data())
            .args(["--lang", "zh"])
            .current_dir(self.folder.path());
        for name in [
            "LUOSHI_PUBLIC_URL",
            "LUOSHI_LISTEN",
            "LUOSHI_TRUSTED_PROXIES",
            "LUOSHI_LOG",
            "LUOSHI_LOG_FORMAT",
        ] {
            command.env_remove(name);
        }
        command
    }

    /// The supervision office with its first account.
    pub(super) fn create_office(&self) -> Account {
        let said = self.luoshi(&["admin", "create-office"]);
        let row = said
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .find(|cells| cells.len() == 4 && cells[1] == "督查")
            .unwrap_or_else(|| panic!("create-office names no account:\n{said}"));
        account(&row)
    }

    /// Accounts for every body that reports on the latest plan.
    pub(super) fn create_accounts(&self) -> Vec<Account> {
        let list = self.file("accounts.csv");
        self.luoshi(&[
            "admin",
            "create-accounts",
            "--plan",
            "latest",
            "--output",
            list.to_str().unwrap(),
        ]);
        fs::read_to_string(list)
            .unwrap()
            .lines()
            .skip(1)
            .map(|line| account(&line.split(',').collect::<Vec<_>>()))
            .collect()
    }

    /// The site of this folder on a free port.
    pub(super) fn serve(&self) -> Server {
        let mut command = self.program(&["serve", "--listen", "127.0.0.1:0"]);
        let (process, mut lines) = start(&mut command);
        let address = address(&mut lines, &mut Vec::new());
        drain(lines);
        Server { process, address }
    }

    /// The demo in this folder on a free port, with its accounts.
    pub(super) fn demo(&self) -> (Server, Vec<Account>) {
        let mut command = self.program(&["demo", "--listen", "127.0.0.1:0"]);
        let (process, mut lines) = start(&mut command);
        let mut said = Vec::new();
        let address = address(&mut lines, &mut said);
        drain(lines);
        let password = said
            .iter()
            .find_map(|line| line.split_once("密码都是 "))
            .map(|(_, password)| password.trim());
        let password = password.unwrap_or_else(|| panic!("the demo names no password:\n{}", said.join("\n")));
        let accounts = said
            .iter()
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .filter(|cells| cells.len() == 3 && ["督查", "填报", "审核"].contains(&cells[1]))
            .map(|cells| account(&[cells[2], cells[1], cells[0], password]))
            .collect();
        (Server { process, address }, accounts)
    }
}

fn account(cells: &[&str]) -> Account {
    let [organisation, role, name, password] = cells else {
        panic!("no account: {cells:?}")
    };
    Account {
        organisation: (*organisation).to_owned(),
        role: (*role).to_owned(),
        name: (*name).to_owned(),
        password: (*password).to_owned(),
    }
}

/// The account of that role in the body whose name ends so.
#[track_caller]
pub(super) fn of(accounts: &[Account], organisation: &str, role: &str) -> Account {
    accounts
        .iter()
        .find(|account| account.organisation.ends_with(organisation) && account.role == role)
        .unwrap_or_else(|| panic!("nobody has the role {role} in {organisation}: {accounts:?}"))
        .clone()
}

/// A running site.
pub(super) struct Server {
    process: Child,
    address: String,
}

impl Server {
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Whether an address belongs to this site; if so, its path and query.
    pub(super) fn path_of<'a>(&self, address: &'a str) -> Option<&'a str> {
        address.strip_prefix(&self.address).filter(|path| path.starts_with('/'))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _already_gone = self.process.kill();
        let _already_gone = self.process.wait();
    }
}

type Said = Lines<BufReader<ChildStdout>>;

fn start(command: &mut Command) -> (Child, Said) {
    let mut process = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    (process, lines)
}

/// Reads what the program says up to the way to stop it, which comes last, and gives the address of the site.
fn address(lines: &mut Said, said: &mut Vec<String>) -> String {
    for line in lines.map_while(Result::ok) {
        let is_last = line.contains("Ctrl+C");
        said.push(line);
        if is_last {
            break;
        }
    }
    said.iter()
        .find_map(|line| line.split_once("网站地址："))
        .map(|(_, address)| address.trim().to_owned())
        .unwrap_or_else(|| panic!("the program names no address:\n{}", said.join("\n")))
}

/// Keeps reading, so that the program is never held up by a full pipe.
fn drain(lines: Said) {
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
}

/// Writes a file for a person to upload.
pub(super) fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}
