//! What the public sees while the database server is gone.

use axum::http::StatusCode;
use luoshi_app::Request;
use luoshi_equipment::postgres::{self, Server};
use luoshi_ledger::{Actor, Command, command::PublishTasks, task::Publication};
use luoshi_web::WebSettings;

use crate::site::TestSite;

#[tokio::test(flavor = "multi_thread")]
async fn public_pages_stay_while_the_database_is_gone() {
    let test = "public pages while PostgreSQL is gone";
    if Server::shared(test).is_none() {
        return;
    }
    // A server of its own, since it is ended in the middle.
    let server = Server::start(&postgres::programs().unwrap(), Some("/dev/shm".as_ref())).unwrap();
    let site = TestSite::on(Some(&server.database()), WebSettings::default()).await;
    let publish = async |publication| {
        let command = PublishTasks {
            plan: site.plan,
            tasks: vec![site.rows[0].task],
            publication,
        };
        let request = Request::from(Command::PublishTasks(command));
        site.app.execute(&Actor::console(), request).await.unwrap();
    };
    publish(Publication::Open).await;
    let (plan, task) = (
        format!("/public/plans/{}", site.plan),
        format!("/public/tasks/{}", site.rows[0].task),
    );
    let mut reader = site.browser();
    let mut clerk = site.signed_in("clerk").await;
    let form = clerk.get(&format!("/tasks/{}/report", site.rows[0].task)).await;
    assert_eq!(form.status, StatusCode::OK);
    for address in [&plan, &task] {
        let page = reader.get(address).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.all("main > .notice[role=status]").is_empty());
    }

    server.kill().unwrap();
    let page = reader.get(&plan).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.one("main > .notice[role=status]").contains("读不到最新数据"));
    assert!(page.text.contains(&site.rows[0].title));
    assert!(page.header("age").parse::<u64>().is_ok());
    // Somebody who is signed in sees it too; nobody can tell that they are.
    let page = clerk.get(&task).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.all("main > .notice[role=status]").len(), 1);
    // What was never asked for, and what is not public, is not there; a report is not taken.
    for address in [format!("{plan}.csv"), "/ledger".to_owned()] {
        let refused = clerk.get(&address).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{address}");
        assert!(!refused.header("retry-after").is_empty());
    }
    let refused = clerk
        .submit(
            &form,
            "form.measure, main form",
            &[("done", "开工"), ("action", "submit")],
        )
        .await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!refused.header("retry-after").is_empty());

    server.resume().unwrap();
    let page = reader.get(&plan).await;
    assert!(page.all("main > .notice[role=status]").is_empty());
    publish(Publication::Withheld).await;
    assert_eq!(reader.get(&task).await.status, StatusCode::NOT_FOUND);
    server.kill().unwrap();
    assert_eq!(reader.get(&task).await.status, StatusCode::SERVICE_UNAVAILABLE);
}
