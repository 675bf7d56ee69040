//! Who may open what: every route of the site against every role, in one table that people can read and judge.

use std::collections::BTreeSet;

use axum::http::{Method, Request, header};
use luoshi_app::Request as LedgerRequest;
use luoshi_ledger::{Actor, Command, command::PublishTasks, task::Publication};
use luoshi_web::route_table;

use crate::{
    evidence,
    site::{Browser, TestSite},
};

/// `own` is a task or report of the clerk's and the head's body. An empty form carries only its token, so nothing changes:
/// 409 is a form without the version that its sender saw, 400 and 422 one without its required fields. The review is adopted, so that its
/// drafts lead to the plan (303).
const MATRIX: &str = "
method path                                  nobody clerk head stranger strange-head supervisor
GET    /static/luoshi.css                    200    200   200  200      200          200
GET    /static/mark.svg                      200    200   200  200      200          200
GET    /                                     303    200   200  200      200          200
GET    /sign-in                              200    303   303  303      303          303
POST   /sign-in                              422    422   422  422      422          422
POST   /sign-out                             303    303   303  303      303          303
GET    /settings                             303    200   200  200      200          200
GET    /settings/password                    303    200   200  200      200          200
POST   /settings/password                    303    422   422  422      422          422
GET    /search                               303    200   200  200      200          200
GET    /ledger                               303    303   303  303      303          303
GET    /plans/{plan}/ledger                  303    200   200  200      200          200
GET    /plans/{plan}/ledger.xlsx             303    200   200  200      200          200
GET    /plans/{plan}/ledger.csv              303    200   200  200      200          200
GET    /plans/{plan}/missing                 303    403   403  403      403          200
GET    /plans/{plan}/tasks/new               303    403   403  403      403          200
POST   /plans/{plan}/tasks/new               303    403   403  403      403          422
GET    /tasks/{own}                          303    200   200  404      404          200
GET    /tasks/{own}/source                   303    200   200  404      404          200
GET    /tasks/{own}/reporter                 303    403   403  403      403          200
POST   /tasks/{own}/reporter                 303    403   403  403      403          409
POST   /tasks/{own}/publication              303    403   403  403      403          400
GET    /tasks/{own}/report                   303    303   403  404      403          403
POST   /tasks/{own}/report                   303    422   403  404      403          403
GET    /reports/{own}                        303    200   200  404      404          200
GET    /evidence/{own}                       303    200   200  404      404          200
POST   /reports/{own}/approve                303    403   409  403      404          403
POST   /reports/{own}/return                 303    403   422  403      404          403
POST   /reports/{own}/verify                 303    403   403  403      403          422
POST   /reports/{own}/return-for-correction  303    403   403  403      403          422
GET    /receipts/{receipt}                   303    200   404  404      404          200
GET    /receipts/{receipt}/receipt.txt       303    200   404  404      404          200
GET    /to-do                                303    200   403  200      403          403
GET    /approvals                            303    403   200  403      200          403
GET    /verification                         303    403   403  403      403          200
GET    /organisations                        303    403   403  403      403          200
GET    /documents                            303    403   403  403      403          200
GET    /documents/import                     303    403   403  403      403          200
POST   /documents/import                     303    403   403  403      403          400
GET    /reviews/{review}                     303    403   403  403      403          200
POST   /reviews/{review}/plan                303    403   403  403      403          422
POST   /reviews/{review}/adopt               303    403   403  403      403          303
GET    /reviews/{review}/tasks/{number}      303    403   403  403      403          303
POST   /reviews/{review}/tasks/{number}      303    403   403  403      403          409
GET    /plans/{plan}                         303    403   403  403      403          200
POST   /plans/{plan}/issue                   303    403   403  403      403          409
POST   /plans/{plan}/publication             303    403   403  403      403          400
GET    /public                               200    200   200  200      200          200
GET    /public/search                        200    200   200  200      200          200
GET    /public/data                          200    200   200  200      200          200
GET    /public/plans/{plan}                  200    200   200  200      200          200
GET    /public/plans/{plan}/values.csv       200    200   200  200      200          200
GET    /public/tasks/{open}                  200    200   200  200      200          200
GET    /public/tasks/{own}                   404    404   404  404      404          404
GET    /public/erasures                      200    200   200  200      200          200
GET    /erasures                             303    403   403  403      403          200
GET    /erasures/new                         303    403   403  403      403          200
POST   /erasures/new                         303    403   403  403      403          422
GET    /erasures/{erasure}                   303    403   403  403      403          200
POST   /erasures/{erasure}/confirm           303    403   403  403      403          409
POST   /erasures/{erasure}/decline           303    403   403  403      403          422
GET    /settings/jobs                        303    403   403  403      403          200
POST   /settings/jobs                        303    403   403  403      403          400
GET    /log                                  200    200   200  200      200          200
GET    /log/checkpoint                       200    200   200  200      200          200
GET    /log/key                              200    200   200  200      200          200
GET    /log/keys                             200    200   200  200      200          200
GET    /log/tile/{tile}                      200    200   200  200      200          200
GET    /log/{later}                          404    404   404  404      404          404
";

#[tokio::test]
async fn every_route_opens_to_those_whom_it_is_for() {
    let site = TestSite::new().await;
    let own = site.rows[0].task;
    let mut clerk = site.signed_in("clerk").await;
    let form = clerk.get(&format!("/tasks/{own}/report?period=2026-03")).await;
    let files: [evidence::Sent<'_>; 1] = [("清单.csv", b"1,2\n")];
    let handed_in = evidence::send(&mut clerk, &form, &[("done", "已开工")], &files, ("action", "submit")).await;
    let receipt = handed_in.location().unwrap().replace("/receipts/", "");
    let mut head = site.signed_in("head").await;
    let report = head
        .get("/approvals")
        .await
        .attribute("main table a", "href")
        .replace("/reports/", "");
    let file = head
        .get(&format!("/reports/{report}"))
        .await
        .attribute(".files a", "href")
        .replace("/evidence/", "");

    let publish = Command::PublishTasks(PublishTasks {
        plan: site.plan,
        tasks: vec![site.rows[1].task],
        publication: Publication::Open,
    });
    site.app
        .execute(&Actor::console(), LedgerRequest::from(publish))
        .await
        .unwrap();
    site.app.drain_jobs().await.unwrap();
    let erasure = site.propose_erasure_of(own).await;
    let log_size = site.app.checkpoint().unwrap().lines().nth(1).unwrap().to_owned();

    let mut lines = MATRIX
        .trim()
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let people = lines.next().unwrap()[2..].to_vec();
    let rows: Vec<Vec<&str>> = lines.collect();
    let mut wrong = Vec::new();
    for (index, person) in people.iter().enumerate() {
        let mut browser = browser_of(&site, person).await;
        for row in &rows {
            let thing = if row[1].contains("/tasks") {
                own.to_string()
            } else if row[1].contains("/evidence") {
                file.clone()
            } else {
                report.clone()
            };
            let path = row[1]
                .replace("{plan}", &site.plan.to_string())
                .replace("{own}", &thing)
                .replace("{open}", &site.rows[1].task.to_string())
                .replace("{review}", &site.review.to_string())
                .replace("{tile}", &format!("0/000.p/{log_size}"))
                .replace("{later}", "2/checkpoint")
                .replace("{number}", "1")
                .replace("{receipt}", &receipt)
                .replace("{erasure}", &erasure.to_string());
            let status = status_of(&mut browser, row[0], &path).await;
            if status != row[index + 2] {
                wrong.push(format!(
                    "{} {} for {person}: {status}, not {}",
                    row[0],
                    row[1],
                    row[index + 2]
                ));
            }
            if row[1] == "/sign-out" {
                browser = browser_of(&site, person).await;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

async fn browser_of<'site>(site: &'site TestSite, person: &str) -> Browser<'site> {
    match person {
        "nobody" => site.browser(),
        name => site.signed_in(name).await,
    }
}

async fn status_of(browser: &mut Browser<'_>, method: &str, path: &str) -> String {
    let page = if method == "GET" {
        browser.get(path).await
    } else {
        let settings = browser.get("/settings").await;
        let token = match settings.location() {
            None => settings.attribute("form[action='/sign-out'] input[name=form_token]", "value"),
            Some(_) => String::new(),
        };
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("form_token", &token)
            .finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.into())
            .unwrap();
        browser.send(request).await
    };
    page.status.as_u16().to_string()
}

#[test]
fn the_matrix_has_every_route() {
    let shape = |path: &str| -> String {
        path.split('/')
            .map(|part| match part.find('{') {
                Some(start) => format!("{}*{}", &part[..start], part.split('}').next_back().unwrap_or_default()),
                None => part.to_owned(),
            })
            .collect::<Vec<_>>()
            .join("/")
    };
    let listed: BTreeSet<String> = MATRIX
        .trim()
        .lines()
        .skip(1)
        .map(|line| {
            let mut words = line.split_whitespace();
            format!("{} {}", words.next().unwrap(), shape(words.next().unwrap()))
        })
        .collect();
    let routes: BTreeSet<String> = route_table()
        .iter()
        .map(|route| format!("{} {}", route.method, shape(route.path)))
        .collect();
    let missing: Vec<&String> = routes.symmetric_difference(&listed).collect();
    assert!(missing.is_empty(), "only in one of table and matrix: {missing:#?}");
}
