//! A site for one test, and the people on it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use luoshi_app::{
    App, Clock, Randomness, Request, SetClock, Surroundings, SystemRandomness, account::NewAccount, document::Upload,
    folder::DataFolder,
};
use luoshi_ledger::{
    Actor, Command, Role,
    command::{FoundOrganisation, IssuePlan},
    ids::{OrganisationId, PlanId},
    organisation::OrganisationKind,
    view::{LedgerFilter, LedgerRow},
};
use luoshi_store::{Location, Store};

/// A breakdown in the official form, of a province that exists nowhere.
pub(crate) const DOCUMENT: &str = "云溪省人民政府办公厅关于印发2026年《政府工作报告》重点工作任务分解方案的通知

各市人民政府，省政府各部门：

　　一、扩大有效投资

　　（一）加快重大项目建设。全年完成投资300亿元以上。6月底前抓好20项续建工程。（责任部门：发展改革委、财政厅）

　　（二）推进农田水利建设。9月底前新增高效节水灌溉面积60万亩以上。（责任部门：水利厅、财政厅）

　　二、改善民生

　　（三）稳定和扩大就业。城镇登记失业率控制在4%以内。3月底前开展招聘活动20场。（责任部门：人力资源社会保障厅）

　　（四）依法加强宗教事务管理。（责任部门：民委）

　　（五）切实转变作风。（责任部门：各地、各部门）
";

/// A clock that a test sets and the site reads.
#[derive(Clone)]
pub(crate) struct SharedClock(pub(crate) Arc<SetClock>);

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// Bytes that differ each time and are the same in each run.
struct Counter(std::sync::atomic::AtomicU64);

impl Randomness for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self
                .0
                .fetch_add(0x9e37_79b9_7f4a_7c15, std::sync::atomic::Ordering::Relaxed);
            let mixed = (number ^ (number >> 29))
                .wrapping_mul(0xbf58_476d_1ce4_e5b9)
                .to_le_bytes();
            chunk.copy_from_slice(&mixed[..chunk.len()]);
        }
    }
}

pub(crate) const PASSWORD: &str = "云溪省测试用口令-2026";

pub(crate) struct Site {
    pub(crate) app: Arc<App>,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) fn open(folder: &Path, clock: &Arc<SetClock>) -> Arc<App> {
    try_open(folder, clock).expect("the site opens")
}

pub(crate) fn try_open(folder: &Path, clock: &Arc<SetClock>) -> Result<Arc<App>, luoshi_app::OpenError> {
    open_on(folder, clock, None)
}

/// Opens the site in the folder, with its ledger in the folder or in the PostgreSQL database at the address.
pub(crate) fn open_on(
    folder: &Path,
    clock: &Arc<SetClock>,
    postgres: Option<&str>,
) -> Result<Arc<App>, luoshi_app::OpenError> {
    let data = DataFolder::create(folder).expect("the folder is made");
    let location = match postgres {
        None => Location::Sqlite(data.database()),
        Some(address) => Location::Postgres(
            address.parse().expect("an address"),
            data.word_vault(Box::new(SystemRandomness)),
        ),
    };
    let store = Store::create(&location).expect("the store opens");
    let surroundings = Surroundings {
        clock: Box::new(SharedClock(Arc::clone(clock))),
        randomness: Box::new(Counter(std::sync::atomic::AtomicU64::new(
            clock.now().as_microsecond() as u64
        ))),
    };
    App::open(store, data, surroundings)
}

impl Site {
    /// An empty site on 2 March 2026.
    pub(crate) fn new() -> Self {
        Self::on(None)
    }

    /// The same with its ledger in an empty PostgreSQL database.
    pub(crate) fn on_postgres(address: &str) -> Self {
        Self::on(Some(address))
    }

    fn on(postgres: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock::new("2026-03-02T01:00:00Z".parse().unwrap()));
        let app = open_on(folder.path(), &clock, postgres).expect("the site opens");
        Self { app, clock, folder }
    }

    /// The same with the document adopted and issued.
    pub(crate) async fn issued() -> (Self, PlanId) {
        let site = Self::new();
        let plan = site.adopt().await;
        site.execute(Command::IssuePlan(IssuePlan {
            plan,
            effective_on: None,
        }))
        .await;
        (site, plan)
    }

    pub(crate) async fn adopt(&self) -> PlanId {
        let upload = Upload {
            file_name: "分解.txt".to_owned(),
            bytes: DOCUMENT.into(),
            date: None,
            year: Some(2026),
        };
        let review = self.app.import_document(&Actor::console(), upload).await.unwrap();
        self.app.adopt_review(&Actor::console(), review, 1, None).await.unwrap()
    }

    pub(crate) async fn execute(&self, command: Command) {
        self.app
            .execute(&Actor::console(), Request::from(command))
            .await
            .unwrap();
    }

    pub(crate) fn at(&self, instant: &str) {
        self.clock.set(instant.parse().unwrap());
    }

    /// Opens an account and returns the actor that signs in with it.
    pub(crate) async fn person(&self, name: &str, role: Role, organisation: OrganisationId) -> Actor {
        let account = NewAccount {
            sign_in_name: name.to_owned(),
            display_name: name.to_owned(),
            roles: vec![role],
            organisation,
            password: Some(PASSWORD.to_owned()),
        };
        let opened = self.app.open_accounts(&Actor::console(), vec![account]).await.unwrap();
        Actor {
            identity: luoshi_ledger::ActorIdentity::Account(opened[0].account),
            organisation: Some(organisation),
            roles: vec![role],
        }
    }

    /// The supervision office with its supervisor.
    pub(crate) async fn supervisor(&self) -> Actor {
        let office = OrganisationId(self.app.new_id());
        self.execute(Command::FoundOrganisation(FoundOrganisation {
            organisation: office,
            name: "省政府督查室".to_owned(),
            short_names: Vec::new(),
            kind: OrganisationKind::SupervisionOffice,
        }))
        .await;
        self.person("督查", Role::Supervisor, office).await
    }

    pub(crate) fn rows(&self, plan: PlanId) -> Vec<LedgerRow> {
        self.app
            .ledger(&Actor::console(), plan, &LedgerFilter::default())
            .unwrap()
            .unwrap()
            .rows
    }
}

/// Puts the one document of a site to where releases before the register of files kept documents, and forgets it in the register.
pub(crate) fn early_document(site: &Site) -> PathBuf {
    let files = site.folder.path().join("files");
    let path = files_below(&files.join("site")).remove(0);
    let name = path.file_name().unwrap().to_str().unwrap();
    let sha256 = name.split('-').next().unwrap();
    let early = files.join(&sha256[..2]).join(sha256);
    std::fs::create_dir_all(early.parent().unwrap()).unwrap();
    std::fs::rename(&path, &early).unwrap();
    let database = rusqlite::Connection::open(site.folder.path().join("luoshi.db")).unwrap();
    assert_eq!(database.execute("delete from stored_file", []).unwrap(), 1);
    early
}

/// Every file below a folder, in order; none where there is no such folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Reports and password hashes could be read by everybody with an account on the machine.
#[cfg(unix)]
#[test]
fn a_new_folder_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let parent = tempfile::tempdir().unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let new = parent.path().join("new");
    DataFolder::create(&new).unwrap();
    assert_eq!(mode(&new), 0o700);
    let made = parent.path().join("made");
    std::fs::create_dir(&made).unwrap();
    std::fs::set_permissions(&made, PermissionsExt::from_mode(0o750)).unwrap();
    DataFolder::create(&made).unwrap();
    assert_eq!(mode(&made), 0o750, "what the operator chose stays");
    assert_eq!(mode(&made.join("key")), 0o700);
}
