//! Flags, help, settings and exit codes, as scripts and operators meet them.

use std::fs;

use crate::program::{Server, done, program, run, write};

const COMMANDS: [&[&str]; 20] = [
    &[],
    &["parse"],
    &["explain"],
    &["import"],
    &["serve"],
    &["demo"],
    &["verify"],
    &["ledger"],
    &["ledger", "list"],
    &["ledger", "export"],
    &["migrate"],
    &["migrate-engine"],
    &["bench"],
    &["bench", "pages"],
    &["admin"],
    &["admin", "create-office"],
    &["admin", "create-account"],
    &["admin", "create-accounts"],
    &["admin", "reset-password"],
    &["admin", "list"],
];

#[test]
fn every_command_has_help_in_both_languages() {
    for command in COMMANDS {
        let ran = run(command.iter().chain(&["--help"]));
        assert_eq!(ran.code, 0, "{command:?}: {}", ran.stderr);
        assert!(ran.stdout.contains("用法 Usage: luoshi"), "{command:?}: {}", ran.stdout);
        assert!(
            !ran.stdout.contains("\nOptions:") && !ran.stdout.contains("\nCommands:"),
            "{command:?}: {}",
            ran.stdout
        );
        for flag in ["--data", "--listen", "--config", "--lang"] {
            assert!(ran.stdout.contains(flag), "{command:?} does not tell of {flag}");
        }
        assert!(run(["help"].iter().chain(command)).code == 0, "{command:?}");
    }
}

#[test]
fn help_tells_the_exit_codes_that_the_guide_tells() {
    let help = run(["--help"]).stdout;
    for guide in [
        include_str!("../../../../docs/guide/command-line.md"),
        include_str!("../../../../docs/guide/command-line.zh-CN.md"),
    ] {
        for code in 0..=5 {
            assert!(help.contains(&format!("\n  {code}  ")), "{code}");
            assert!(guide.contains(&format!("\n| {code} |")), "{code}");
        }
    }
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    for arguments in [
        &["--nonsense"][..],
        &["parse"],
        &["serve", "--listen", "nowhere"],
        &["parse", "a.txt", "--year", "1"],
    ] {
        let ran = run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(!ran.stderr.is_empty() && ran.stdout.is_empty(), "{arguments:?}");
    }
    let workbook = run(["parse", "a.txt", "--format", "xlsx"]);
    assert_eq!(workbook.code, 2);
    assert!(workbook.stderr.contains("--output"), "{}", workbook.stderr);
}

#[test]
fn passwords_do_not_cross_a_network_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("site");
    let ran = run(["serve", "--listen", "0.0.0.0:0", "--data", data.to_str().unwrap()]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("allow_plain_http"), "{}", ran.stderr);
    assert!(!data.exists(), "a refused command makes nothing");
}

#[test]
fn settings_come_from_file_environment_and_flags_in_this_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(
        folder.path(),
        "luoshi.toml",
        "lang = \"en\"\ndata = \"from-file\"\n".as_bytes(),
    );
    let told = |command: &mut std::process::Command| {
        let output = command.current_dir(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        String::from_utf8(output.stderr).unwrap()
    };
    let from_file = told(program().args(["verify", "--config", &file]));
    assert!(from_file.contains("There is no site in from-file."), "{from_file}");
    let from_environment = told(
        program()
            .args(["verify", "--config", &file])
            .env("LUOSHI_DATA", "from-environment"),
    );
    assert!(from_environment.contains("in from-environment."), "{from_environment}");
    let from_flags = told(
        program()
            .args(["verify", "--config", &file, "--data", "from-flag", "--lang", "zh"])
            .env("LUOSHI_DATA", "from-environment"),
    );
    assert!(from_flags.contains("from-flag 里没有站点"), "{from_flags}");
    let default = told(program().arg("verify"));
    assert!(default.contains("./luoshi-data 里没有站点"), "{default}");
}

#[test]
fn a_settings_file_with_a_fault_is_refused_and_the_fault_named() {
    let folder = tempfile::tempdir().unwrap();
    for fault in [
        "lisen = \"127.0.0.1:80\"",
        "listen = \"everywhere\"",
        "lang = \"fr\"",
        "data = ",
    ] {
        let file = write(folder.path(), "luoshi.toml", fault.as_bytes());
        let ran = run(["verify", "--config", &file]);
        assert_eq!(ran.code, 2, "{fault}: {}", ran.stderr);
        assert!(ran.stderr.contains("原因："), "{fault}: {}", ran.stderr);
    }
    let ran = run([
        "verify",
        "--config",
        folder.path().join("missing.toml").to_str().unwrap(),
    ]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
}

#[test]
fn the_example_of_settings_runs_a_site() {
    let folder = tempfile::tempdir().unwrap();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/config.example.toml");
    let data = folder.path().join("site");
    let server = Server::start(&["serve", "--config", example], &data);
    assert!(
        server.said.contains("admin create-office"),
        "a site without accounts says what to do: {}",
        server.said
    );
    drop(server);
    done(&data, &["verify"]);
}

#[test]
#[cfg(unix)]
fn a_server_that_is_asked_to_end_ends_with_0() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&["serve"], &folder.path().join("site"));
    assert_eq!(server.stop(), 0);
}

#[test]
fn a_taken_port_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = folder.path().join("demo");
    for command in ["serve", "demo"] {
        let ran = run([command, "--listen", &address, "--data", data.to_str().unwrap()]);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert!(ran.stderr.contains("--listen"), "{}", ran.stderr);
    }
}

#[test]
fn a_closed_pipe_is_no_failure() {
    use std::{io::Read, process::Stdio};
    let folder = tempfile::tempdir().unwrap();
    let document = include_str!("../../demo/plan.txt");
    for number in 0..40 {
        fs::write(folder.path().join(format!("{number}.txt")), document).unwrap();
    }
    let mut child = program()
        .arg("parse")
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut beginning = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut beginning).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
