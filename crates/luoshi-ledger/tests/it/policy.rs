//! Who may ask for what, as one table that a person without Rust can read.

use expect_test::expect;
use luoshi_ledger::{
    Actor, Command,
    command::{
        AddTask, ApproveReport, IssuePlan, NameReporter, ProposeErasure, PublishTasks, ReceiveDocument, ReturnReport,
        VerifyReport,
    },
    erasure::ErasureGround,
    ids::{DocumentId, ErasureId, TaskId},
    policy::authorize,
    report::VerificationMethod,
    task::{Publication, Reporting},
};

use crate::fixture::{
    FINANCE, PLAN, Story, TASK, account, adoption, clerk, foreign_clerk, foreign_head, head, report, submission,
    supervisor, task, uuid,
};

#[test]
fn the_matrix_of_roles_and_acts() {
    let story = Story::reported();
    let actors = [
        ("console", Actor::console()),
        ("supervisor", supervisor()),
        ("head", head()),
        ("clerk", clerk()),
        ("foreign head", foreign_head()),
        ("foreign clerk", foreign_clerk()),
    ];
    let commands = [
        ("open account", Command::OpenAccount(account())),
        (
            "receive document",
            Command::ReceiveDocument(ReceiveDocument {
                document: DocumentId(uuid(6)),
                file_name: "分解.txt".to_owned(),
                sha256: "0".repeat(64),
                byte_count: 1,
                text: "一".to_owned(),
            }),
        ),
        ("adopt drafts", Command::AdoptDrafts(adoption())),
        (
            "add task",
            Command::AddTask(AddTask {
                plan: PLAN,
                number: 9,
                task: task(TaskId(uuid(2)), "新增"),
            }),
        ),
        (
            "propose erasure",
            Command::ProposeErasure(ProposeErasure {
                erasure: ErasureId(uuid(7)),
                ground: ErasureGround::PersonalInformation,
                texts: Vec::new(),
                files: Vec::new(),
                explanation: String::new(),
            }),
        ),
        ("issue plan", Command::IssuePlan(IssuePlan { plan: PLAN })),
        (
            "name reporter",
            Command::NameReporter(NameReporter {
                task: TASK,
                reporting: Reporting::Single { organisation: FINANCE },
                due: None,
            }),
        ),
        (
            "publish tasks",
            Command::PublishTasks(PublishTasks {
                plan: PLAN,
                tasks: vec![TASK],
                publication: Publication::Open,
            }),
        ),
        ("submit report", Command::SubmitReport(submission())),
        (
            "approve report",
            Command::ApproveReport(ApproveReport { report: report() }),
        ),
        (
            "return report",
            Command::ReturnReport(ReturnReport {
                report: report(),
                reason: "缺数据".to_owned(),
            }),
        ),
        (
            "verify report",
            Command::VerifyReport(VerifyReport {
                report: report(),
                method: VerificationMethod::Documents,
                values: Vec::new(),
                completion: None,
                conclusion: String::new(),
            }),
        ),
    ];
    let mut table = format!("{:<17}", "");
    for (name, _) in &actors {
        table += &format!("{name:<14}");
    }
    table = table.trim_end().to_owned() + "\n";
    for (act, command) in &commands {
        let mut line = format!("{act:<17}");
        for (_, actor) in &actors {
            let verdict = match authorize(actor, command, &story.facts) {
                Ok(_) => "yes".to_owned(),
                Err(denial) => denial.to_string(),
            };
            line += &format!("{verdict:<14}");
        }
        table += line.trim_end();
        table.push('\n');
    }
    expect![[r#"
                         console       supervisor    head          clerk         foreign head  foreign clerk
        open account     yes           yes           forbidden     forbidden     forbidden     forbidden
        receive document yes           yes           forbidden     forbidden     forbidden     forbidden
        adopt drafts     yes           yes           forbidden     forbidden     forbidden     forbidden
        add task         yes           yes           forbidden     forbidden     forbidden     forbidden
        propose erasure  forbidden     yes           forbidden     forbidden     forbidden     forbidden
        issue plan       yes           yes           forbidden     forbidden     forbidden     forbidden
        name reporter    yes           yes           forbidden     forbidden     not found     not found
        publish tasks    yes           yes           forbidden     forbidden     forbidden     forbidden
        submit report    forbidden     forbidden     forbidden     yes           not found     not found
        approve report   forbidden     forbidden     yes           forbidden     not found     not found
        return report    forbidden     yes           yes           forbidden     not found     not found
        verify report    forbidden     yes           forbidden     forbidden     not found     not found
    "#]]
    .assert_eq(&table);
}
