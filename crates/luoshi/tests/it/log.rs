//! Log and receipts from outside, by folder and over HTTP, and what whoever runs the server does with the log.

use std::{fs, path::PathBuf};

use luoshi_app::{App, Surroundings, SystemClock, SystemRandomness, folder::DataFolder, log_files::LogFiles};
use luoshi_ledger::{
    Actor, Command,
    command::{IssuePlan, PublishTasks},
    task::Publication,
    view::LedgerFilter,
};
use luoshi_store::{Location, Store};
use luoshi_tlog::{Checkpoint, EMPTY_ROOT, LogHash, LogKey, Origin, integrate};
use tempfile::TempDir;

use crate::program::{Ran, Server, done, run, write};

const PLAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/plan.txt");

/// A log without a site, grown by hand.
struct Log {
    root: TempDir,
    key: LogKey,
    size: u64,
    tree: LogHash,
}

impl Log {
    fn of(size: u64) -> Self {
        let mut log = Self {
            root: tempfile::tempdir().unwrap(),
            key: LogKey::from_seed(Origin::new("luoshi.example/log").unwrap(), &[7; 32]),
            size: 0,
            tree: EMPTY_ROOT,
        };
        log.grow(size, 0);
        log
    }

    fn files(&self) -> LogFiles {
        LogFiles::at(self.root.path().join("log"))
    }

    /// Grows to `size` entries; another `flavour` is another history.
    fn grow(&mut self, size: u64, flavour: u8) {
        let entries: Vec<Vec<u8>> = (self.size..size)
            .map(|number| {
                let mut entry = vec![flavour; 32];
                entry[..8].copy_from_slice(&number.to_be_bytes());
                entry
            })
            .collect();
        let grown = integrate(&self.files(), self.size, self.tree, &entries).unwrap();
        for tile in &grown.tiles {
            self.files().write(&tile.tile.path(), &tile.bytes).unwrap();
        }
        (self.size, self.tree) = (grown.size, grown.root);
        self.publish(&self.key, self.size, self.tree);
    }

    fn publish(&self, key: &LogKey, size: u64, root: LogHash) {
        let checkpoint = Checkpoint {
            origin: key.origin().clone(),
            size,
            root,
        };
        let note = checkpoint.sign(key).unwrap();
        self.files().write("checkpoint", note.as_bytes()).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let place = self.root.path().join("log");
        let key = self.key.verifier_text();
        let own = [place.to_str().unwrap(), "--key", &key];
        run(arguments[..2]
            .iter()
            .copied()
            .chain(own)
            .chain(arguments[2..].iter().copied()))
    }

    fn path(&self, name: &str) -> String {
        self.root.path().join(name).to_str().unwrap().to_owned()
    }
}

#[track_caller]
fn ends(ran: &Ran, code: i32, words: &str) {
    assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.contains(words) || ran.stderr.contains(words),
        "{words} is not in {}{}",
        ran.stdout,
        ran.stderr
    );
}

#[test]
fn a_whole_log_is_verified_and_the_first_difference_named() {
    let log = Log::of(600);
    ends(&log.run(&["log", "verify"]), 0, "核对了 600 条条目和 7 个分片");
    let path = log.root.path().join("log/tile/0/001");
    let sound = fs::read(&path).unwrap();
    let mut changed = sound.clone();
    changed[32 * 5] ^= 1;
    fs::write(&path, &changed).unwrap();
    ends(&log.run(&["log", "verify"]), 1, "tile/0/001 的第 5 处");
    fs::remove_file(&path).unwrap();
    ends(&log.run(&["log", "verify"]), 1, "缺少分片 tile/0/001");
    fs::write(&path, &sound).unwrap();
    let bundle = log.root.path().join("log/tile/entries/002.p/88");
    let entries = fs::read(&bundle).unwrap();
    fs::write(&bundle, &entries[..100]).unwrap();
    ends(&log.run(&["log", "verify"]), 1, "已损坏");
    fs::write(&bundle, entries).unwrap();
    ends(&log.run(&["log", "verify"]), 0, "与签名相符");

    let stranger = LogKey::from_seed(Origin::new("luoshi.example/log").unwrap(), &[8; 32]);
    log.publish(&stranger, log.size, log.tree);
    ends(&log.run(&["log", "verify"]), 1, "没有所信公钥的签名");
    let other = LogKey::from_seed(Origin::new("elsewhere").unwrap(), &[7; 32]);
    log.publish(&other, log.size, log.tree);
    ends(&log.run(&["log", "verify"]), 1, "另一本日志：elsewhere");
    fs::remove_file(log.root.path().join("log/checkpoint")).unwrap();
    ends(&log.run(&["log", "verify"]), 3, "没有存证点");
    let nobody = run([
        "log",
        "verify",
        "http://127.0.0.1:9/log",
        "--key",
        &log.key.verifier_text(),
    ]);
    ends(&nobody, 3, "读不到存证日志");
    let no_key = run(["log", "verify", "http://127.0.0.1:9/log", "--key", "hello"]);
    assert!([2, 3].contains(&no_key.code), "{}", no_key.stderr);
}

#[test]
fn an_entry_is_proved_by_place_and_by_hash() {
    let log = Log::of(300);
    let proof = log.path("proof");
    ends(
        &log.run(&["log", "prove", "--index", "299", "--output", &proof]),
        0,
        "第 299 条",
    );
    let by_index = fs::read_to_string(&proof).unwrap();
    assert!(
        by_index.starts_with("c2sp.org/tlog-proof@v1\nindex 299\n"),
        "{by_index}"
    );
    let mut entry = [0_u8; 32];
    entry[..8].copy_from_slice(&299_u64.to_be_bytes());
    let hexadecimal: String = entry.iter().map(|byte| format!("{byte:02x}")).collect();
    let by_hash = log.run(&["log", "prove", "--entry", &hexadecimal]);
    assert_eq!(by_hash.stdout, by_index, "{}", by_hash.stderr);
    ends(&log.run(&["log", "prove", "--index", "300"]), 1, "日志只有 300 条");
    ends(
        &log.run(&["log", "prove", "--entry", &"ab".repeat(32)]),
        1,
        "没有这条条目",
    );
    ends(&log.run(&["log", "prove", "--entry", "abc"]), 2, "不是条目");
    assert_eq!(log.run(&["log", "prove"]).code, 2, "what is to be proved is said");
}

#[test]
fn states_are_compared_by_file_and_by_size() {
    let mut log = Log::of(100);
    let kept = log.path("kept");
    fs::copy(log.path("log/checkpoint"), &kept).unwrap();
    log.grow(300, 0);
    ends(
        &log.run(&["log", "consistency", &kept]),
        0,
        "从 100 条到 300 条，只添加了 200 条",
    );
    ends(&log.run(&["log", "consistency", "64", "256"]), 0, "从 64 条到 256 条");
    ends(&log.run(&["log", "consistency", &kept, "256"]), 0, "只添加了 156 条");
    ends(&log.run(&["log", "consistency", "256", &kept]), 1, "日志倒退");
    ends(&log.run(&["log", "consistency", "301"]), 1, "日志只有 300 条");
    let fork = Checkpoint {
        origin: log.key.origin().clone(),
        size: 100,
        root: LogHash([1; 32]),
    };
    let forged = write(log.root.path(), "forged", fork.sign(&log.key).unwrap().as_bytes());
    ends(&log.run(&["log", "consistency", &forged]), 1, "日志分叉");
    let nonsense = write(log.root.path(), "nonsense", b"nonsense");
    ends(&log.run(&["log", "consistency", &nonsense]), 3, "不是这本日志的存证点");
}

#[test]
fn a_watcher_raises_the_alarm_and_keeps_what_it_saw() {
    let mut log = Log::of(100);
    let kept = log.path("kept");
    let watch = ["log", "watch", "--kept", &kept, "--once"];
    ends(&log.run(&watch), 0, "已记下第一个存证点：100 条");
    ends(&log.run(&watch), 0, "没有变化");
    log.grow(300, 0);
    ends(&log.run(&watch), 0, "100 条增至 300 条");
    let good = fs::read(&kept).unwrap();

    // Back to an earlier state that was genuine: the keeper of the log, or a proxy, shows an old page.
    let (size, tree) = (log.size, log.tree);
    let mut shorter = Log::of(100);
    log.publish(&log.key, 100, shorter.tree);
    ends(&log.run(&watch), 1, "日志倒退：先前是 300 条，现在只有 100 条");
    assert_eq!(fs::read(&kept).unwrap(), good);
    assert_eq!(
        fs::read(log.path("kept.alarm")).unwrap(),
        fs::read(log.path("log/checkpoint")).unwrap()
    );
    // Another root of the same size.
    log.publish(&log.key, 300, LogHash([3; 32]));
    ends(&log.run(&watch), 1, "日志分叉");
    // Longer, and of another history from the 100th entry on, with all its tiles.
    shorter.grow(400, 9);
    let other = shorter.run(&watch);
    ends(&other, 1, "日志分叉");
    assert_eq!(fs::read(&kept).unwrap(), good, "the good one is never overwritten");
    log.publish(&log.key, size, tree);
    ends(&log.run(&watch), 0, "没有变化");
    // With --every it ends by itself at the alarm.
    log.publish(&log.key, 300, LogHash([3; 32]));
    ends(&log.run(&["log", "watch", "--kept", &kept, "--every", "1"]), 1, "警报");
}

struct Folder {
    root: TempDir,
    data: PathBuf,
}

impl Folder {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("site");
        done(&data, &["import", PLAN, "--adopt"]);
        Self { root, data }
    }

    fn path(&self, name: &str) -> String {
        self.root.path().join(name).to_str().unwrap().to_owned()
    }
}

#[test]
fn a_site_is_checked_over_http_through_rotation_and_incident() {
    let site = Folder::new();
    let key_of = |said: &str| {
        let line = said.lines().find(|line| line.contains("公钥")).unwrap();
        let from = line.find("luoshi/").unwrap();
        line[from..].split(['（', ' ']).next().unwrap().to_owned()
    };
    let key = key_of(&done(&site.data, &["log", "status"]));
    let kept = site.path("kept");
    let check = |key: &str, path: &str| {
        let server = Server::start(&["serve"], &site.data);
        let place = format!("http://{}/log{path}", server.address);
        let verified = run(["log", "verify", &place, "--key", key]);
        let watched = run(["log", "watch", &place, "--key", key, "--kept", &kept]);
        assert_eq!(server.stop(), 0);
        (verified, watched)
    };
    let (verified, watched) = check(&key, "");
    ends(&verified, 0, "与签名相符");
    ends(&watched, 0, "已记下第一个存证点");

    let rotated = done(&site.data, &["log", "rotate-key", "--overlap-days", "7"]);
    let new_key = key_of(&rotated);
    assert_ne!(key, new_key);
    for trusted in [&key, &new_key] {
        let (verified, watched) = check(trusted, "");
        ends(&verified, 0, "与签名相符");
        assert_eq!(watched.code, 0, "{}{}", watched.stdout, watched.stderr);
    }

    let refused = run([
        "log",
        "incident",
        "--reason",
        "试试",
        "--data",
        site.data.to_str().unwrap(),
    ]);
    ends(&refused, 4, "不需要续接");
    fs::remove_dir_all(site.data.join("key")).unwrap();
    let status = run(["log", "status", "--data", site.data.to_str().unwrap()]);
    ends(&status, 1, "停止签署：签署密钥不在");
    let halted = run(["import", PLAN, "--adopt", "--data", site.data.to_str().unwrap()]);
    ends(&halted, 3, "luoshi log incident");
    let continued = done(&site.data, &["log", "incident", "--reason", "硬盘损坏"]);
    assert!(continued.contains("/log/2"), "{continued}");
    let third_key = key_of(&continued);
    // The old key was lost, so it vouches for no new log: whoever noted it checks the old log as before, and is led no further.
    let (verified, watched) = check(&key, "");
    ends(&verified, 0, "与签名相符");
    assert_eq!(watched.code, 0, "{}{}", watched.stdout, watched.stderr);
    let (verified, watched) = check(&third_key, "/2");
    ends(&verified, 0, "与签名相符");
    ends(&watched, 1, "另一本日志");
    assert!(done(&site.data, &["verify"]).contains("没有发现不一致"));
}

/// Opens the first task of the site's plan to the public and gives its data back.
fn publish_a_task(site: &Folder) -> Vec<u8> {
    let folder = DataFolder::create(&site.data).unwrap();
    let store = Store::open(&Location::Sqlite(folder.database())).unwrap();
    let surroundings = Surroundings {
        clock: Box::new(SystemClock),
        randomness: Box::new(SystemRandomness),
    };
    let app = App::open(store, folder, surroundings).unwrap();
    let console = Actor::console();
    let plan = app.plans(&console).unwrap()[0].id;
    let rows = app
        .ledger(&console, plan, &LedgerFilter::default())
        .unwrap()
        .unwrap()
        .rows;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        for command in [
            Command::IssuePlan(IssuePlan { plan }),
            Command::PublishTasks(PublishTasks {
                plan,
                tasks: vec![rows[0].task],
                publication: Publication::Open,
            }),
        ] {
            app.execute(&console, command.into()).await.unwrap();
        }
        app.drain_jobs().await.unwrap();
    });
    app.public_task_json(rows[0].task).unwrap().unwrap()
}

#[test]
fn the_entries_of_a_public_task_are_computed_and_proved() {
    let site = Folder::new();
    let data = publish_a_task(&site);
    let place = site.data.join("log").to_str().unwrap().to_owned();
    let file = write(site.root.path(), "task.json", &data);
    let prove = |file: &str| run(["log", "prove", &place, "--opened", file]);
    ends(&prove(&file), 0, "相符 2 条");
    let text = String::from_utf8(data).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let entry = &json["tasks"][0]["record"][0];
    for (from, to, words) in [
        // Another salt, other words, another place, another event.
        (entry["salt"].as_str().unwrap(), "00".repeat(32), "与日志中的条目对不上"),
        (
            entry["texts"][0]["salt"].as_str().unwrap(),
            "00".repeat(32),
            "不是当时记录的文字",
        ),
        (entry["event"].as_str().unwrap(), "AAAA".to_owned(), "已损坏"),
    ] {
        let changed = write(site.root.path(), "changed.json", text.replacen(from, &to, 1).as_bytes());
        ends(&prove(&changed), 1, words);
    }
    let elsewhere = text.replace("\"log\": \"luoshi/", "\"log\": \"other/");
    let elsewhere = write(site.root.path(), "elsewhere.json", elsewhere.as_bytes());
    ends(&prove(&elsewhere), 0, "未核对 2 条");
    let nothing = write(site.root.path(), "nothing.json", b"{}");
    ends(&prove(&nothing), 3, "没有可以核对的条目");
}

#[test]
fn a_receipt_is_checked_off_line() {
    let log = Log::of(0);
    let origin = log.key.origin().clone();
    let receipt = luoshi_tlog::Receipt::new(
        origin,
        uuid::Uuid::from_u128(7),
        [5; 32],
        [2; 32],
        "2026-03-05T01:02:03Z",
        [3; 32],
    );
    let receipt = receipt.unwrap().sign(&log.key).unwrap();
    let grown = integrate(&log.files(), 0, EMPTY_ROOT, &[[5_u8; 32]]).unwrap();
    for tile in &grown.tiles {
        log.files().write(&tile.tile.path(), &tile.bytes).unwrap();
    }
    log.publish(&log.key, 1, grown.root);
    let folder = log.root.path();
    let file = write(folder, "receipt.txt", receipt.as_bytes());
    let key = log.key.verifier_text();
    let check = |file: &str, more: &[&str]| run(["receipt", "check", file].iter().chain(more));

    ends(&check(&file, &["--key", &key]), 6, "尚不知是否列入");
    ends(&check(&file, &[]), 2, "没有给出验证公钥");
    let proof = log.path("proof");
    ends(
        &log.run(&["log", "prove", "--receipt", &file, "--output", &proof]),
        0,
        "第 0 条",
    );
    ends(&check(&file, &["--key", &key, "--proof", &proof]), 0, "第 0 条");
    let whole = format!("{receipt}\n{}", fs::read_to_string(&proof).unwrap());
    let whole = write(folder, "whole.txt", whole.as_bytes());
    write(
        folder,
        "luoshi-log-keys.txt",
        format!("luoshi log keys 1\n{key}\n").as_bytes(),
    );
    ends(&check(&whole, &[]), 0, "已列入存证日志");
    ends(&check(&whole, &["--lang", "en"]), 0, "It stands in the log: entry 0");
    ends(
        &check(&whole, &["--checkpoint", &log.path("log/checkpoint")]),
        0,
        "与所给存证点（1 条）一致",
    );

    let changed = write(folder, "changed.txt", receipt.replace("03-05", "03-04").as_bytes());
    ends(&check(&changed, &[]), 1, "被改动过");
    let stranger = LogKey::from_seed(log.key.origin().clone(), &[9; 32]);
    ends(
        &check(&file, &["--key", &stranger.verifier_text()]),
        1,
        "没有这本日志已知公钥的签名",
    );
    let other = LogKey::from_seed(Origin::new("elsewhere").unwrap(), &[9; 32]);
    ends(&check(&file, &["--key", &other.verifier_text()]), 7, "属于另一本日志");
    let letter = write(folder, "letter.txt", "来函收悉".as_bytes());
    ends(&check(&letter, &[]), 3, "不是回执");
    ends(&check(&log.path("absent.txt"), &[]), 3, "读不了文件");
    let fork = Checkpoint {
        origin: log.key.origin().clone(),
        size: 1,
        root: LogHash([1; 32]),
    };
    let fork = write(folder, "fork", fork.sign(&log.key).unwrap().as_bytes());
    ends(&check(&whole, &["--checkpoint", &fork]), 1, "日志分叉");
    let of_another = format!(
        "{receipt}\n{}",
        fs::read_to_string(&proof).unwrap().replace("index 0", "index 00")
    );
    let of_another = write(folder, "other-proof.txt", of_another.as_bytes());
    ends(&check(&of_another, &[]), 1, "不是这份回执所承诺条目的证明");
}
