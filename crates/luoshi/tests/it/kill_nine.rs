//! What was acknowledged is there after the process was killed in the middle of its work, report and file; a retry tells what became of the
//! rest.

use std::{
    collections::BTreeMap,
    fs,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    http::Client,
    program::{Server, done},
};

/// Submissions in all.
const SUBMISSIONS: usize = 200;
/// Clients at once.
const CLIENTS: usize = 8;
/// Tasks of the plan; with ten months each there is a report for every submission.
const TASKS: usize = 20;
/// How often the process is killed on the way.
const KILLS: usize = 3;
/// The password that every person takes at the first sign-in.
const PASSWORD: &str = "correct-horse-battery";

/// One report to be handed in.
struct Submission {
    path: String,
    period: String,
    key: String,
    done: String,
}

fn one_time_password<'a>(said: &'a str, name: &str) -> &'a str {
    said.lines()
        .find(|line| line.split_whitespace().any(|cell| cell == name))
        .unwrap()
        .split_whitespace()
        .last()
        .unwrap()
}

/// Signs in with a one-time password and takes another one.
fn sign_in_first(address: &str, name: &str, one_time: &str) -> Client {
    let mut client = Client::new(address);
    assert_eq!(
        client
            .post("/sign-in", &[("name", name), ("password", one_time)])
            .unwrap()
            .status,
        303
    );
    let token = client.get("/settings/password").unwrap().hidden("form_token");
    let fields = [
        ("form_token", token.as_str()),
        ("old", one_time),
        ("new", PASSWORD),
        ("again", PASSWORD),
    ];
    assert_eq!(client.post("/settings/password", &fields).unwrap().status, 303);
    client
}

fn hand_in(client: &mut Client, token: &str, submission: &Submission) -> std::io::Result<crate::http::Answer> {
    let fields = [
        ("form_token", token),
        ("idempotency_key", &submission.key),
        ("period", &submission.period),
        ("version", "0"),
        ("completion", "40"),
        ("done", &submission.done),
        ("action", "submit"),
    ];
    let text = format!("{}的清单\n", submission.done);
    client.post_with_file(&submission.path, &fields, "清单.csv", &text)
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("site");
    let tasks: String = (1..=TASKS)
        .map(|number| format!("{number}.抓好第{number}项工作，完成项目{number}0个。（责任单位：省财政厅）\n"))
        .collect();
    let document = folder.path().join("plan.txt");
    fs::write(&document, format!("一、重点工作\n{tasks}")).unwrap();
    // Last year's plan has all twelve months open.
    let year = done(
        &data,
        &["import", document.to_str().unwrap(), "--adopt", "--year", "2025"],
    );
    assert!(year.contains(&format!("2025 年，{TASKS} 项任务")), "{year}");
    let office = done(&data, &["admin", "create-office", "--sign-in-name", "ducha"]);
    let accounts = done(&data, &["admin", "create-accounts", "--plan", "latest"]);

    let mut server = Some(Server::start(&["serve"], &data));
    let address = || server.as_ref().unwrap().address.clone();
    let mut supervisor = sign_in_first(&address(), "ducha", one_time_password(&office, "ducha"));
    let plan = year.split("计划编号：").nth(1).unwrap().lines().next().unwrap();
    let page = supervisor.get(&format!("/plans/{plan}")).unwrap();
    let (token, version) = (page.hidden("form_token"), page.hidden("version"));
    let issued = supervisor
        .post(
            &format!("/plans/{plan}/issue"),
            &[
                ("form_token", &token),
                ("version", &version),
                ("idempotency_key", "issue"),
            ],
        )
        .unwrap();
    assert_eq!(issued.status, 303, "{}", issued.body);

    let clerk = sign_in_first(
        &address(),
        "省财政厅.填报",
        one_time_password(&accounts, "省财政厅.填报"),
    );
    let ledger = clerk.clone().get(&format!("/plans/{plan}/ledger")).unwrap();
    let mut paths: Vec<String> = ledger
        .links("/tasks/")
        .iter()
        .map(|link| format!("{}/report", &link[.."/tasks/".len() + 36]))
        .collect();
    paths.dedup();
    assert_eq!(paths.len(), TASKS);
    let token = clerk.clone().get(&paths[0]).unwrap().hidden("form_token");
    let submissions: Vec<Submission> = (0..SUBMISSIONS)
        .map(|number| Submission {
            path: paths[number % TASKS].clone(),
            period: format!("2025-{:02}", 1 + number / TASKS),
            key: format!("key-{number}"),
            done: format!("第{number}次报送的进展"),
        })
        .collect();

    let present_address = Mutex::new(address());
    let next = AtomicUsize::new(0);
    let acknowledged: Mutex<BTreeMap<usize, String>> = Mutex::new(BTreeMap::new());
    let interrupted = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(submission) = submissions.get(number) else {
                        return;
                    };
                    let give_up = Instant::now() + Duration::from_secs(60);
                    loop {
                        let address = present_address.lock().unwrap().clone();
                        match hand_in(&mut clerk.moved(&address), &token, submission) {
                            Ok(answer) if answer.status == 303 => {
                                acknowledged.lock().unwrap().insert(number, answer.location.unwrap());
                                break;
                            }
                            // The site is full for a moment.
                            Ok(answer) if answer.status == 503 => thread::sleep(Duration::from_millis(20)),
                            Ok(answer) => panic!("{}: {}", answer.status, answer.body),
                            Err(_) => {
                                interrupted.fetch_add(1, Ordering::Relaxed);
                                thread::sleep(Duration::from_millis(20));
                            }
                        }
                        assert!(Instant::now() < give_up, "submission {number} was never acknowledged");
                    }
                }
            });
        }
        for kill in 1..=KILLS {
            let until = SUBMISSIONS * kill / (KILLS + 1);
            while acknowledged.lock().unwrap().len() < until {
                thread::sleep(Duration::from_millis(1));
            }
            server.take().unwrap().kill();
            let again = Server::start(&["serve"], &data);
            *present_address.lock().unwrap() = again.address.clone();
            server = Some(again);
        }
    });
    assert!(
        interrupted.load(Ordering::Relaxed) > 0,
        "the process was killed while nobody asked for anything"
    );

    let address = present_address.into_inner().unwrap();
    let acknowledged = acknowledged.into_inner().unwrap();
    assert_eq!(acknowledged.len(), SUBMISSIONS);
    for (number, receipt) in &acknowledged {
        let mut clerk = clerk.moved(&address);
        let again = hand_in(&mut clerk, &token, &submissions[*number]).unwrap();
        assert_eq!(
            (again.status, again.location.as_ref()),
            (303, Some(receipt)),
            "{number}: a retry gives the same receipt"
        );
        if number % 20 == 0 {
            let signed = |clerk: &mut Client| {
                let answer = clerk.get(&format!("{receipt}/receipt.txt")).unwrap();
                assert_eq!(answer.status, 200);
                // The proof below the signed note leads to the latest checkpoint, and the log still grows.
                let (note, _) = answer
                    .body
                    .split_once("\nc2sp.org/tlog-proof")
                    .unwrap_or((&answer.body, ""));
                note.trim_end().to_owned()
            };
            assert_eq!(signed(&mut clerk), signed(&mut clerk));
        }
    }
    for path in &paths {
        let task = clerk.moved(&address).get(path.trim_end_matches("/report")).unwrap();
        assert_eq!(
            task.links("/reports/").len(),
            SUBMISSIONS / TASKS,
            "each report is there once"
        );
    }
    drop(server);
    let sound = done(&data, &["verify"]);
    assert!(sound.contains("没有发现不一致"), "{sound}");
    // One a report, and the document.
    assert!(sound.contains(&format!("{} 个文件", SUBMISSIONS + 1)), "{sound}");
}
