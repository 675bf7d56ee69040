//! A site for one test, and browsers that look at it: they keep cookies and fill in forms as they find them.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request as HttpRequest, StatusCode, header},
};
use luoshi_app::{
    App, Clock, Randomness, Request, SetClock, Surroundings, account::NewAccount, document::Upload,
    files::FileSettings, folder::DataFolder, review::ReviewId,
};
use luoshi_ledger::{
    Actor, Command, Role,
    command::{FoundOrganisation, IssuePlan},
    ids::{OrganisationId, PlanId},
    organisation::OrganisationKind,
    view::{LedgerFilter, LedgerRow},
};
use luoshi_store::{Location, Store};
use luoshi_web::{WebSettings, router};
use scraper::{Element, ElementRef, Html, Selector};
use tower::ServiceExt;

/// A breakdown in the official form, of a province that exists nowhere.
const DOCUMENT: &str = "云溪省人民政府办公厅关于印发2026年《政府工作报告》重点工作任务分解方案的通知

各市人民政府，省政府各部门：

　　一、扩大有效投资

　　（一）加快重大项目建设。全年完成投资300亿元以上。抓好20项续建工程。（责任部门：发展改革委、财政厅）

　　（二）推进农田水利建设。新增高效节水灌溉面积60万亩以上。（责任部门：水利厅、财政厅）

　　二、改善民生

　　（三）稳定和扩大就业。城镇登记失业率控制在4%以内。（责任部门：人力资源社会保障厅）
";

pub(crate) const PASSWORD: &str = "云溪省测试用口令-2026";

/// A clock that a test sets and the site reads.
struct SharedClock(Arc<SetClock>);

impl Clock for SharedClock {
    fn now(&self) -> jiff::Timestamp {
        self.0.now()
    }
}

/// Bytes that differ each time and are the same in each run.
struct Counter(AtomicU64);

impl Randomness for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            let mixed = (number ^ (number >> 29))
                .wrapping_mul(0xbf58_476d_1ce4_e5b9)
                .to_le_bytes();
            chunk.copy_from_slice(&mixed[..chunk.len()]);
        }
    }
}

pub(crate) struct TestSite {
    pub(crate) app: Arc<App>,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) plan: PlanId,
    pub(crate) review: ReviewId,
    pub(crate) rows: Vec<LedgerRow>,
    router: Router,
    pub(crate) folder: tempfile::TempDir,
}

impl TestSite {
    /// A site in March 2026 with an issued plan, and these people, all with [`PASSWORD`]:
    ///
    /// `supervisor` and `second` of the supervision office; `clerk` and `head` of the body that reports on the first task; `stranger` and
    /// `strange-head` of another body that reports on the third task.
    pub(crate) async fn new() -> Self {
        Self::with(WebSettings::default()).await
    }

    pub(crate) async fn with(settings: WebSettings) -> Self {
        Self::on(None, settings).await
    }

    /// The same site, in a database of PostgreSQL where one is given.
    pub(crate) async fn on(database: Option<&str>, settings: WebSettings) -> Self {
        Self::made_of(database, settings, FileSettings::default()).await
    }

    /// The files of the data folder that were received, or are being received.
    pub(crate) fn files(&self) -> Vec<std::path::PathBuf> {
        fn below(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    below(&path, found);
                } else {
                    found.push(path);
                }
            }
        }
        let mut found = Vec::new();
        below(&self.folder.path().join("files"), &mut found);
        found.sort();
        found
    }

    /// The same site, with what an operator decides about files.
    pub(crate) async fn with_files(settings: WebSettings, files: FileSettings) -> Self {
        Self::made_of(None, settings, files).await
    }

    async fn made_of(database: Option<&str>, settings: WebSettings, files: FileSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock::new("2026-03-02T01:00:00Z".parse().unwrap()));
        let data = DataFolder::create(folder.path()).unwrap();
        let location = match database {
            Some(address) => Location::Postgres(
                address.parse().unwrap(),
                data.word_vault(Box::new(luoshi_app::SystemRandomness)),
            ),
            None => Location::Sqlite(data.database()),
        };
        let store = Store::create(&location).unwrap();
        let surroundings = Surroundings {
            clock: Box::new(SharedClock(Arc::clone(&clock))),
            randomness: Box::new(Counter(AtomicU64::new(1))),
        };
        let app = App::open_with_files(store, data, surroundings, files).unwrap();
        let console = Actor::console();
        let upload = Upload {
            file_name: "分解方案.txt".to_owned(),
            bytes: DOCUMENT.into(),
            date: None,
            year: Some(2026),
        };
        let review = app.import_document(&console, upload).await.unwrap();
        let plan = app.adopt_review(&console, review, 1, None).await.unwrap();
        app.execute(
            &console,
            Request::from(Command::IssuePlan(IssuePlan {
                plan,
                effective_on: None,
            })),
        )
        .await
        .unwrap();
        let rows = app
            .ledger(&console, plan, &LedgerFilter::default())
            .unwrap()
            .unwrap()
            .rows;
        let office = OrganisationId(app.new_id());
        let found = Command::FoundOrganisation(FoundOrganisation {
            organisation: office,
            name: "省政府督查室".to_owned(),
            short_names: Vec::new(),
            kind: OrganisationKind::SupervisionOffice,
        });
        app.execute(&console, Request::from(found)).await.unwrap();
        let (own, other) = (rows[0].reporters[0].0, rows[2].reporters[0].0);
        let people = [
            ("supervisor", Role::Supervisor, office),
            ("second", Role::Supervisor, office),
            ("clerk", Role::Clerk, own),
            ("head", Role::Head, own),
            ("stranger", Role::Clerk, other),
            ("strange-head", Role::Head, other),
        ];
        let accounts = people
            .map(|(name, role, organisation)| NewAccount {
                sign_in_name: name.to_owned(),
                display_name: name.to_owned(),
                roles: vec![role],
                organisation,
                password: Some(PASSWORD.to_owned()),
            })
            .to_vec();
        app.open_accounts(&console, accounts).await.unwrap();
        clock.set("2026-03-20T02:00:00Z".parse().unwrap());
        Self {
            router: router(Arc::clone(&app), settings).unwrap(),
            app,
            clock,
            plan,
            review,
            rows,
            folder,
        }
    }

    /// An erasure of the first text of a task, proposed by `supervisor`.
    pub(crate) async fn propose_erasure_of(&self, task: luoshi_ledger::ids::TaskId) -> luoshi_ledger::ids::ErasureId {
        let accounts = self.app.accounts(&Actor::console()).unwrap();
        let account = accounts
            .iter()
            .find(|account| account.sign_in_name == "supervisor")
            .unwrap();
        let supervisor = Actor {
            identity: luoshi_ledger::ActorIdentity::Account(account.id),
            organisation: Some(account.organisation),
            roles: account.roles.clone(),
        };
        let stream = luoshi_ledger::Stream::Task(task);
        let texts = self.app.erasable_texts(&supervisor, stream).unwrap();
        let new = luoshi_app::erasure::NewErasure {
            ground: luoshi_ledger::erasure::ErasureGround::StateSecret,
            texts: vec![texts[0].place],
            files: Vec::new(),
            explanation: "说明".to_owned(),
        };
        self.app.propose_erasure(&supervisor, new, None).await.unwrap().0
    }

    /// A browser that nobody has signed in with.
    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            site: self,
            cookies: Vec::new(),
        }
    }

    /// A browser in which somebody has signed in.
    pub(crate) async fn signed_in(&self, name: &str) -> Browser<'_> {
        let mut browser = self.browser();
        let page = browser.get("/sign-in").await;
        let page = browser
            .submit(&page, "form.measure", &[("name", name), ("password", PASSWORD)])
            .await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{name} signs in");
        browser
    }

    pub(crate) async fn send(&self, request: HttpRequest<Body>) -> Page {
        let path = request.uri().to_string();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 64 * 1024 * 1024).await.unwrap();
        Page {
            path,
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes: bytes.to_vec(),
        }
    }
}

pub(crate) struct Browser<'site> {
    site: &'site TestSite,
    cookies: Vec<(String, String)>,
}

impl Browser<'_> {
    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.send(HttpRequest::builder().uri(path).body(Body::empty()).unwrap())
            .await
    }

    /// Follows redirects, of which a site has few in a row.
    pub(crate) async fn open(&mut self, path: &str) -> Page {
        let mut page = self.get(path).await;
        for _ in 0..4 {
            match page.location() {
                Some(next) => page = self.get(&next).await,
                None => break,
            }
        }
        page
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = HttpRequest::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    /// Sends the form that `selector` finds on a page, with its own values except for those given.
    pub(crate) async fn submit(&mut self, page: &Page, selector: &str, typed: &[(&str, &str)]) -> Page {
        let (address, mut fields) = page.form(selector);
        for (name, value) in typed {
            fields.retain(|(field, _)| field != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.post(&address, &fields).await
    }

    /// The token that forms of this session carry.
    pub(crate) async fn token(&mut self) -> String {
        let page = self.get("/settings").await;
        page.attribute("form[action='/sign-out'] input[name=form_token]", "value")
    }

    pub(crate) async fn send(&mut self, mut request: HttpRequest<Body>) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request
                .headers_mut()
                .insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        let page = self.site.send(request).await;
        for cookie in page.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        page
    }
}

/// An answer of the site.
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// The body as it came, for what is no text.
    pub(crate) bytes: Vec<u8>,
}

impl Page {
    pub(crate) fn location(&self) -> Option<String> {
        Some(self.headers.get(header::LOCATION)?.to_str().unwrap().to_owned())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The text of every element that `selector` finds, with white space drawn together.
    pub(crate) fn all(&self, selector: &str) -> Vec<String> {
        Html::parse_document(&self.text)
            .select(&Selector::parse(selector).unwrap())
            .map(|element| words(&element))
            .collect()
    }

    /// The text of the one element that `selector` finds.
    #[track_caller]
    pub(crate) fn one(&self, selector: &str) -> String {
        let mut found = self.all(selector);
        assert_eq!(found.len(), 1, "{selector} on {}: {found:?}\n{}", self.path, self.text);
        found.remove(0)
    }

    #[track_caller]
    pub(crate) fn attribute(&self, selector: &str, name: &str) -> String {
        let document = Html::parse_document(&self.text);
        let element = document.select(&Selector::parse(selector).unwrap()).next();
        let Some(value) = element.and_then(|element| element.value().attr(name)) else {
            panic!("no {name} of {selector} on {}:\n{}", self.path, self.text);
        };
        value.to_owned()
    }

    /// The values of every control of that name.
    pub(crate) fn values(&self, name: &str) -> Vec<String> {
        let selector = Selector::parse(&format!("input[name='{name}']")).unwrap();
        Html::parse_document(&self.text)
            .select(&selector)
            .filter_map(|element| element.value().attr("value").map(str::to_owned))
            .collect()
    }

    /// Address and fields of a form, as a browser would send them untouched.
    #[track_caller]
    pub(crate) fn form(&self, selector: &str) -> (String, Vec<(String, String)>) {
        let document = Html::parse_document(&self.text);
        let Some(form) = document.select(&Selector::parse(selector).unwrap()).next() else {
            panic!("no form {selector} on {} ({}):\n{}", self.path, self.status, self.text);
        };
        let controls = Selector::parse("input, textarea, select").unwrap();
        let mut fields = Vec::new();
        for control in form.select(&controls) {
            let (value, name) = (control.value(), control.value().attr("name"));
            let Some(name) = name else { continue };
            let is_choice = matches!(value.attr("type"), Some("checkbox" | "radio"));
            if is_choice && value.attr("checked").is_none() {
                continue;
            }
            let content = match value.name() {
                // A browser drops the line end after the tag.
                "textarea" => control.text().collect::<String>().trim_start_matches('\n').to_owned(),
                "select" => control
                    .child_elements()
                    .find(|option| option.value().attr("selected").is_some())
                    .or_else(|| control.first_element_child())
                    .and_then(|option| option.value().attr("value"))
                    .unwrap_or_default()
                    .to_owned(),
                _ => value.attr("value").unwrap_or_default().to_owned(),
            };
            fields.push((name.to_owned(), content));
        }
        (form.value().attr("action").unwrap_or(&self.path).to_owned(), fields)
    }
}

fn words(element: &ElementRef<'_>) -> String {
    element
        .text()
        .flat_map(str::split_whitespace)
        .collect::<Vec<_>>()
        .join(" ")
}
