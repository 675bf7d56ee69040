//! Search: who finds what, before the index knows of it and after, however its segments lie.
//!
//! What a word is and when it is found is the ledger's and tested there; here the same answers have to come from rows, from segments, and from
//! both at once.

use jiff::Timestamp;
use luoshi_ledger::{
    Command,
    command::{AddTask, ApproveReport, IssuePlan, NewTask, PublishTasks, ReturnReport, VerifyReport},
    ids::{ReportId, TaskId},
    report::VerificationMethod,
    search::{
        SearchCount, SearchCursor, SearchField, SearchKind, SearchPage, SearchQuery, SearchRank, SearchReader,
        SearchSubject,
    },
    task::{Party, Publication, Reporting, TaskKind, Tracking},
};
use luoshi_store::{SearchFold, SearchScope, Store, StoreError};
use luoshi_types::PartyRole;
use uuid::Uuid;

use crate::scene::{Scene, at, give, march, next_id};

const HOLDER: Uuid = Uuid::from_u128(77);
const OTHER_HOLDER: Uuid = Uuid::from_u128(78);

/// An index from the beginning, as a new site has it.
fn founded(store: Store) -> Store {
    store
        .write(|transaction| transaction.found_search_index())
        .wait()
        .unwrap();
    store
}

fn hold(store: &Store, holder: Uuid, now: &str, until: &str) -> bool {
    let (now, until) = (at(now), at(until));
    store
        .write(move |transaction| transaction.hold_search_index(holder, now, until))
        .wait()
        .unwrap()
}

/// Puts everything that waits into segments of at most `size` things.
fn fold_all(store: &Store, size: u32) {
    assert!(hold(store, HOLDER, "2026-06-01T01:00:00Z", "2026-06-01T01:05:00Z"));
    while store.read(|snapshot| snapshot.waiting_search_count(1)).unwrap() > 0 {
        let fold = read_fold(store, size);
        assert!(write_fold(store, fold));
    }
}

fn read_fold(store: &Store, size: u32) -> SearchFold {
    store
        .read(|snapshot| snapshot.fold_search_entries(snapshot.waiting_search_entries(size)?))
        .unwrap()
}

fn write_fold(store: &Store, fold: SearchFold) -> bool {
    store
        .write(move |transaction| {
            let Some(segment) = transaction.begin_search_segment(HOLDER)? else {
                return Ok(false);
            };
            for rows in fold.rows.chunks(37) {
                assert!(transaction.insert_search_postings(HOLDER, segment, rows)?);
            }
            Ok::<_, StoreError>(
                transaction.finish_search_fold(HOLDER, segment, &fold)?
                    && transaction.number_search_entries(HOLDER, &fold.entries)?,
            )
        })
        .wait()
        .unwrap()
}

/// Merges until nothing is due; says how often.
fn merge_all(store: &Store) -> u32 {
    let mut merges = 0;
    while let Some(mut merge) = store.read(|snapshot| snapshot.search_merge_due()).unwrap() {
        let mut rows = Vec::new();
        loop {
            let more = store.read(|snapshot| merge.next_rows(snapshot, 5)).unwrap();
            if more.is_empty() {
                break;
            }
            rows.extend(more);
        }
        let merged = store
            .write(move |transaction| {
                let segment = transaction.begin_search_segment(HOLDER)?.unwrap();
                assert!(transaction.insert_search_postings(HOLDER, segment, &rows)?);
                transaction.finish_search_merge(HOLDER, segment, &merge)
            })
            .wait()
            .unwrap();
        assert!(merged);
        while store
            .write(|transaction| transaction.sweep_search_segments(HOLDER, 3))
            .wait()
            .unwrap()
        {}
        merges += 1;
    }
    merges
}

fn scope(reader: SearchReader, kind: SearchKind) -> SearchScope {
    SearchScope {
        reader,
        kind,
        plan: None,
    }
}

fn page(store: &Store, typed: &str, scope: SearchScope, after: Option<&SearchCursor>, limit: u32) -> SearchPage {
    let query = SearchQuery::read(typed).unwrap();
    let page = store
        .read(|snapshot| snapshot.search(&query, &scope, after, limit))
        .unwrap();
    assert!(page.is_whole, "{typed}");
    if after.is_none() && page.next.is_none() {
        let count = store
            .read(|snapshot| snapshot.search_count(&query, &scope, 1_000))
            .unwrap();
        assert!(!count.is_more);
        assert_eq!(
            count.count as usize,
            page.hits.len(),
            "{typed}: the count is that of the pages"
        );
    }
    page
}

/// The ids of everything that is found, page by page.
fn all(store: &Store, typed: &str, scope: SearchScope) -> Vec<Uuid> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = page(store, typed, scope, after.as_ref(), 4);
        found.extend(page.hits.iter().map(|hit| hit.subject.id()));
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

pub(super) fn who_finds_what(store: Store) {
    let mut scene = Scene::before_adoption(founded(store));
    scene.adopt();
    let [growth, road, outside] = scene.tasks;
    let (finance, roads) = (SearchReader::Body(scene.finance), SearchReader::Body(scene.roads));
    let office = SearchReader::Body(scene.office);
    let everyone = [SearchReader::Overseer, finance, roads, office, SearchReader::Public];
    let tasks = |typed: &str| -> [Vec<TaskId>; 5] {
        everyone.map(|reader| {
            all(&scene.store, typed, scope(reader, SearchKind::Task))
                .into_iter()
                .map(TaskId)
                .collect()
        })
    };
    let publish = |tasks: &[TaskId], publication| {
        let command = PublishTasks {
            plan: scene.plan,
            tasks: tasks.to_vec(),
            publication,
        };
        give(
            &scene.store,
            &scene.supervisor,
            Command::PublishTasks(command),
            at("2026-03-03T01:00:00Z"),
        )
        .unwrap();
    };
    let nobody = Vec::new;
    let indexed = |step: &dyn Fn()| {
        step();
        fold_all(&scene.store, 2);
        step();
    };
    indexed(&|| {
        assert_eq!(
            tasks("生产总值"),
            [vec![growth], nobody(), nobody(), nobody(), nobody()],
            "before it is issued a plan is the office's"
        );
    });
    let issue = Command::IssuePlan(IssuePlan { plan: scene.plan });
    give(&scene.store, &scene.supervisor, issue, at("2026-03-02T01:00:00Z")).unwrap();
    indexed(&|| {
        assert_eq!(
            tasks("总值"),
            [vec![growth], vec![growth], nobody(), nobody(), nobody()]
        );
        assert_eq!(tasks("修路"), [vec![road], vec![road], vec![road], nobody(), nobody()]);
        assert_eq!(tasks("不跟踪"), [vec![outside], nobody(), nobody(), nobody(), nobody()]);
        assert_eq!(tasks("纪要3号")[2], [road], "the basis of a task");
        assert_eq!(tasks("通车")[2], [road], "its deliverable");
        assert_eq!(tasks("交通厅")[2], [road], "a body as the task writes it");
        assert_eq!(tasks("交通运输厅"), <[Vec<TaskId>; 5]>::default(), "and not otherwise");
        assert_eq!(tasks("一、经济")[0], [growth], "its section");
    });
    publish(&[road, outside], Publication::Open);
    indexed(&|| {
        assert_eq!(tasks("修路")[4], [road]);
        assert_eq!(tasks("不跟踪")[4], [outside]);
        assert_eq!(tasks("纪要3号")[4], [], "the basis is never published");
        assert_eq!(tasks("通车")[4], [road]);
    });
    publish(&[road], Publication::Withheld);
    indexed(&|| assert_eq!(tasks("修路")[4], []));

    let documents = everyone.map(|reader| all(&scene.store, "财政厅牵头", scope(reader, SearchKind::Document)));
    assert_eq!(documents[0], [scene.document.0]);
    assert!(documents[1..].iter().all(Vec::is_empty), "a document is the office's");
    let found = page(
        &scene.store,
        "6%以上",
        scope(SearchReader::Overseer, SearchKind::Document),
        None,
        9,
    );
    let SearchSubject::Document { plan, task, .. } = &found.hits[0].subject else {
        panic!("{found:?}")
    };
    assert_eq!(
        (*plan, *task),
        (Some(scene.plan), Some(growth)),
        "the passage belongs to a task"
    );
    let (field, passage) = found.hits[0].excerpt.as_ref().unwrap();
    assert_eq!((*field, passage.position), (SearchField::Text, 14));
    let heading = page(
        &scene.store,
        "分工方案",
        scope(SearchReader::Overseer, SearchKind::Document),
        None,
        9,
    );
    assert_eq!(heading.hits[0].rank, SearchRank::Heading);
    assert_eq!(heading.hits[0].heading[0].text, "分工方案");
    assert!(heading.hits[0].heading[0].is_match);
}

pub(super) fn reports_and_their_words(store: Store) {
    let scene = Scene::set_up(founded(store));
    let (finance, roads) = (SearchReader::Body(scene.finance), SearchReader::Body(scene.roads));
    let everyone = [SearchReader::Overseer, finance, roads, SearchReader::Public];
    let found = |typed: &str| -> [usize; 4] {
        everyone.map(|reader| all(&scene.store, typed, scope(reader, SearchKind::Report)).len())
    };
    let report = ReportId::of(scene.tasks[0], scene.finance, march());
    let submit = |problems: &str, when: &str| {
        let mut command = scene.growth_report(march());
        command.problems = problems.to_owned();
        give(&scene.store, &scene.clerk, Command::SubmitReport(command), at(when)).unwrap();
    };
    submit("资金缺口二十亿", "2026-03-20T01:00:00Z");
    for organisation in [scene.roads, scene.finance] {
        let actor = if organisation == scene.roads {
            &scene.roads_clerk
        } else {
            &scene.clerk
        };
        let command = Command::SubmitReport(scene.road_report(organisation, march()));
        give(&scene.store, actor, command, at("2026-03-20T02:00:00Z")).unwrap();
    }
    assert_eq!(found("资金缺口"), [1, 1, 0, 0]);
    assert_eq!(found("征地"), [2, 1, 1, 0], "each body finds its own");
    fold_all(&scene.store, 2);
    assert_eq!(found("资金缺口"), [1, 1, 0, 0]);
    assert_eq!(found("征地"), [2, 1, 1, 0]);

    let waiting = || scene.store.read(|snapshot| snapshot.waiting_search_count(10)).unwrap();
    give(
        &scene.store,
        &scene.head,
        Command::ApproveReport(ApproveReport { report }),
        at("2026-03-21T01:00:00Z"),
    )
    .unwrap();
    assert_eq!(waiting(), 0, "an approval changes no word");
    let back = ReturnReport {
        report,
        reason: "口径不对".to_owned(),
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::ReturnReport(back),
        at("2026-03-22T01:00:00Z"),
    )
    .unwrap();
    assert_eq!(
        (waiting(), found("口径"), found("缺口")),
        (1, [1, 1, 0, 0], [1, 1, 0, 0])
    );
    submit("缺口已补", "2026-03-23T01:00:00Z");
    for _ in 0..2 {
        assert_eq!(
            found("口径"),
            [0; 4],
            "what is gone from the report is gone from the search"
        );
        assert_eq!(found("二十亿"), [0; 4]);
        assert_eq!(found("缺口已补"), [1, 1, 0, 0]);
        fold_all(&scene.store, 10);
    }
    give(
        &scene.store,
        &scene.head,
        Command::ApproveReport(ApproveReport { report }),
        at("2026-03-24T01:00:00Z"),
    )
    .unwrap();
    let verify = VerifyReport {
        report,
        method: VerificationMethod::Sample,
        values: Vec::new(),
        completion: None,
        conclusion: "抽查三处属实".to_owned(),
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::VerifyReport(verify),
        at("2026-03-25T01:00:00Z"),
    )
    .unwrap();
    assert_eq!(found("抽查三处"), [1, 1, 0, 0]);
    let hits = page(&scene.store, "抽查", scope(finance, SearchKind::Report), None, 5).hits;
    let SearchSubject::Report {
        report: id,
        number,
        state,
        organisation_name,
        ..
    } = &hits[0].subject
    else {
        panic!("{hits:?}")
    };
    assert_eq!((*id, *number, state.as_str()), (report, 1, "verified"));
    assert_eq!(organisation_name, "财政厅");
    assert_eq!(hits[0].excerpt.as_ref().unwrap().0, SearchField::Conclusion);
    assert_eq!(hits[0].changed_at, at("2026-03-25T01:00:00Z"));
}

/// A hundred tasks by hand whose words differ, in the order in which they come.
fn many_tasks(scene: &Scene, count: u32) -> Vec<(TaskId, String)> {
    let subjects = ["粮食", "能耗", "高标准农田", "农田水利", "标准农", "ＧＤＰ"];
    (0..count)
        .map(|index| {
            let task = TaskId(next_id());
            let word = |place: u32| subjects[place as usize % subjects.len()];
            let body = if index % 3 == 0 { scene.roads } else { scene.finance };
            let text = format!(
                "{}第{index}项。抓好{}，{}。",
                word(index),
                word(index / 6),
                "建设".repeat((index % 4) as usize)
            );
            let command = AddTask {
                plan: scene.plan,
                number: 10 + index,
                task: NewTask {
                    task,
                    section: None,
                    kind: TaskKind::MeetingDecision,
                    label: String::new(),
                    title: format!("{}第{index}项", word(index)),
                    text: text.clone(),
                    basis: Some("会议纪要".to_owned()),
                    source: None,
                    parties: vec![Party {
                        role: PartyRole::Lead,
                        raw: "某厅".to_owned(),
                        organisation: Some(body),
                        span: None,
                        inherited: false,
                    }],
                    targets: Vec::new(),
                    deliverable: None,
                    due: None,
                    reporting: Reporting::Single { organisation: body },
                    tracking: Tracking::Tracked { excluded: Vec::new() },
                },
            };
            let when = at("2026-04-01T01:00:00Z").as_second() + i64::from(index / 2);
            give(
                &scene.store,
                &scene.supervisor,
                Command::AddTask(command),
                Timestamp::from_second(when).unwrap(),
            )
            .unwrap();
            (task, text)
        })
        .collect()
}

pub(super) fn segments_and_merges(store: Store) {
    let scene = Scene::set_up(founded(store));
    let readers = [
        SearchReader::Overseer,
        SearchReader::Body(scene.finance),
        SearchReader::Body(scene.roads),
        SearchReader::Public,
    ];
    let queries = [
        "粮食",
        "能耗",
        "高标准农田",
        "标准农",
        "农田 建设",
        "gdp",
        "第1",
        "建设建设",
        "粮食 能耗",
        "田农",
    ];
    let answers = || -> Vec<Vec<Uuid>> {
        let of = |reader| queries.map(|typed| all(&scene.store, typed, scope(reader, SearchKind::Task)));
        readers.into_iter().flat_map(of).collect()
    };
    let tasks = many_tasks(&scene, 42);
    let by_rows = answers();
    // Against the plainest search: what the texts themselves hold.
    for (typed, found) in queries.iter().zip(&by_rows) {
        let holds = |text: &String| {
            typed
                .split(' ')
                .all(|word| text.replace("ＧＤＰ", "gdp").contains(word))
        };
        let expected = tasks.iter().filter(|(_, text)| holds(text)).count();
        assert_eq!(found.len(), expected, "{typed}");
        assert!(expected > 0 || *typed == "田农", "{typed}");
    }
    let grain = &by_rows[0];
    let place = |id: Uuid| tasks.iter().position(|(task, _)| task.0 == id).unwrap();
    assert!(place(grain[0]) > place(grain[2]), "the latest change first");
    fold_all(&scene.store, 7);
    assert_eq!(answers(), by_rows, "by many small segments");
    assert!(merge_all(&scene.store) > 0);
    assert_eq!(answers(), by_rows, "by merged segments");
    assert_eq!(scene.store.read(|snapshot| snapshot.search_faults(1_000)).unwrap(), 0);

    // Some change and wait while the others are in segments.
    let publish = |tasks: Vec<TaskId>, publication, when| {
        let command = PublishTasks {
            plan: scene.plan,
            tasks,
            publication,
        };
        give(
            &scene.store,
            &scene.supervisor,
            Command::PublishTasks(command),
            at(when),
        )
        .unwrap();
    };
    let some: Vec<TaskId> = tasks.iter().step_by(5).map(|(task, _)| *task).collect();
    publish(some.clone(), Publication::Open, "2026-05-01T01:00:00Z");
    let by_both = answers();
    assert_ne!(by_both, by_rows);
    assert!(
        by_both[30..].iter().any(|found| !found.is_empty()),
        "the public finds what is open"
    );
    fold_all(&scene.store, 4);
    assert_eq!(answers(), by_both);
    publish(some, Publication::Withheld, "2026-05-02T01:00:00Z");
    assert!(
        answers()[30..].iter().all(Vec::is_empty),
        "and at once no more what is not"
    );
    fold_all(&scene.store, 100);

    let by_two = answers();
    scene
        .store
        .write(|transaction| transaction.want_search_purge())
        .wait()
        .unwrap();
    assert_eq!(merge_all(&scene.store), 1, "a purge makes one segment of all");
    assert_eq!(answers(), by_two);

    // From nothing.
    scene
        .store
        .write(|transaction| transaction.throw_search_index_away())
        .wait()
        .unwrap();
    let query = SearchQuery::read("粮食").unwrap();
    let tasks_for_all = scope(SearchReader::Overseer, SearchKind::Task);
    let meanwhile = scene
        .store
        .read(|snapshot| snapshot.search(&query, &tasks_for_all, None, 50))
        .unwrap();
    assert!(!meanwhile.is_whole, "it says that it may not know all");
    while scene
        .store
        .write(|transaction| transaction.refill_search_index(9))
        .wait()
        .unwrap()
    {}
    assert_eq!(answers(), by_two, "by rows again");
    fold_all(&scene.store, 16);
    merge_all(&scene.store);
    assert_eq!(answers(), by_two, "and by a new index");
    assert_eq!(scene.store.read(|snapshot| snapshot.search_faults(1_000)).unwrap(), 0);

    let capped = scene
        .store
        .read(|snapshot| snapshot.search_count(&query, &tasks_for_all, 3))
        .unwrap();
    assert_eq!(
        capped,
        SearchCount {
            count: 3,
            is_more: true
        }
    );
    let in_plan = SearchScope {
        plan: Some(scene.plan),
        ..tasks_for_all
    };
    let elsewhere = SearchScope {
        plan: Some(luoshi_ledger::ids::PlanId(next_id())),
        ..tasks_for_all
    };
    assert_eq!(all(&scene.store, "粮食", in_plan), by_two[0]);
    assert_eq!(all(&scene.store, "粮食", elsewhere), Vec::<Uuid>::new());
}

pub(super) fn a_worker_that_is_stopped_or_outrun(store: Store) {
    let scene = Scene::set_up(founded(store));
    let store = &scene.store;
    let found = |typed: &str| all(store, typed, scope(SearchReader::Overseer, SearchKind::Task));
    assert!(hold(store, HOLDER, "2026-06-01T01:00:00Z", "2026-06-01T01:05:00Z"));
    assert!(
        !hold(store, OTHER_HOLDER, "2026-06-01T01:01:00Z", "2026-06-01T01:06:00Z"),
        "one worker at a time"
    );
    // It was stopped after half of its rows.
    let half = read_fold(store, 10);
    store
        .write(move |transaction| {
            let segment = transaction.begin_search_segment(HOLDER)?.unwrap();
            let rows = &half.rows[..half.rows.len() / 2];
            transaction.insert_search_postings(HOLDER, segment, rows)
        })
        .wait()
        .unwrap();
    assert_eq!(found("修路"), [scene.tasks[1].0]);
    assert!(
        hold(store, HOLDER, "2026-06-01T01:02:00Z", "2026-06-01T01:07:00Z"),
        "it may go on"
    );
    while store
        .write(|transaction| transaction.sweep_search_segments(HOLDER, 2))
        .wait()
        .unwrap()
    {}
    // It was outrun: a task changed after it was read.
    let fold = read_fold(store, 10);
    let publish = PublishTasks {
        plan: scene.plan,
        tasks: vec![scene.tasks[1]],
        publication: Publication::Open,
    };
    give(
        store,
        &scene.supervisor,
        Command::PublishTasks(publish),
        at("2026-05-01T01:00:00Z"),
    )
    .unwrap();
    assert!(write_fold(store, fold.clone()));
    assert_eq!(store.read(|snapshot| snapshot.waiting_search_count(10)).unwrap(), 1);
    assert_eq!(found("修路"), [scene.tasks[1].0], "once, not twice");
    assert_eq!(
        all(store, "修路", scope(SearchReader::Public, SearchKind::Task)),
        [scene.tasks[1].0]
    );
    assert!(!write_fold(store, fold), "numbers are given out once");
    // Its time ran out and another one took over.
    assert!(hold(
        store,
        OTHER_HOLDER,
        "2026-06-01T02:00:00Z",
        "2026-06-01T02:05:00Z"
    ));
    let late = read_fold(store, 10);
    assert!(!write_fold(store, late));
    let nothing = store
        .write(|transaction| transaction.sweep_search_segments(HOLDER, 2))
        .wait()
        .unwrap();
    assert!(!nothing);
    store
        .write(|transaction| transaction.release_search_index(OTHER_HOLDER))
        .wait()
        .unwrap();
    fold_all(store, 10);
    assert_eq!(found("修路"), [scene.tasks[1].0]);
    assert_eq!(store.read(|snapshot| snapshot.search_faults(10)).unwrap(), 0);
}

/// A database of a release that knew no search: things without entries, and no index.
pub(super) fn a_database_from_before(store: Store) {
    let scene = Scene::set_up(store);
    let store = &scene.store;
    let tasks = scope(SearchReader::Overseer, SearchKind::Task);
    let query = SearchQuery::read("修路").unwrap();
    let found = || store.read(|snapshot| snapshot.search(&query, &tasks, None, 5)).unwrap();
    assert!(!found().is_whole);
    assert!(hold(store, HOLDER, "2026-06-01T01:00:00Z", "2026-06-01T01:05:00Z"));
    assert!(
        !found().is_whole,
        "a worker that comes by does not make it whole at once"
    );
    while store
        .write(|transaction| transaction.refill_search_index(1))
        .wait()
        .unwrap()
    {}
    let found = found();
    assert!(found.is_whole);
    assert_eq!(found.hits.len(), 1);
}
