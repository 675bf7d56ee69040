//! Search over 40,000 tasks and 200,000 reports of twenty bodies, for each kind of reader. Run: `cargo bench -p luoshi-store --bench search`.
//!
//! Ratios within one run count: a word in every fifth text against a rare one, a body and the public against the office, rows that wait
//! against rows in the index. The index is made before, and how long that took is printed. `LUOSHI_BENCH_REPORTS` sets the number of reports.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a benchmark stops on the spot, reads its own setting and says what it did"
)]

use std::{sync::LazyLock, time::Instant};

use divan::Bencher;
use jiff::Timestamp;
use luoshi_ledger::{
    ids::OrganisationId,
    search::{SearchKind, SearchQuery, SearchReader},
};
use luoshi_store::{Location, SearchScope, Store, StoreError};
use rusqlite::{Connection, params};
use uuid::Uuid;

const TASKS: u32 = 40_000;
const BODIES: u32 = 20;
const HOLDER: Uuid = Uuid::from_u128(1);

fn main() {
    let _ = &*SITE;
    divan::main();
}

struct Site {
    store: Store,
    body: OrganisationId,
    _folder: tempfile::TempDir,
}

static SITE: LazyLock<Site> = LazyLock::new(|| {
    let reports = std::env::var("LUOSHI_BENCH_REPORTS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(200_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("luoshi.db");
    let store = Store::create(&Location::Sqlite(path.clone())).unwrap();
    store
        .write(|transaction| transaction.found_search_index())
        .wait()
        .unwrap();
    let started = Instant::now();
    fill(&path, reports);
    eprintln!("{TASKS} tasks and {reports} reports written in {:?}", started.elapsed());
    let started = Instant::now();
    index(&store);
    eprintln!("indexed in {:?}", started.elapsed());
    let connection = Connection::open(&path).unwrap();
    for (table, sql) in [
        ("segments", "select count(*) from search_segment where state = 'live'"),
        ("blocks", "select count(*) from search_posting"),
        ("bytes of blocks", "select sum(length(numbers)) from search_posting"),
    ] {
        let count: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        eprintln!("{count} {table}");
    }
    eprintln!("{} bytes in the file", std::fs::metadata(&path).unwrap().len());
    Site {
        store,
        body: body(3),
        _folder: folder,
    }
});

fn body(number: u32) -> OrganisationId {
    OrganisationId(Uuid::from_u128(1_000 + u128::from(number)))
}

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    /// A text of the words of such documents, every fifth with 粮食, every hundredth with 湿地公园.
    fn text(&mut self, words: usize) -> String {
        const WORDS: [&str; 40] = [
            "推进",
            "建设",
            "加快",
            "项目",
            "完成",
            "投资",
            "企业",
            "农业",
            "水利",
            "就业",
            "教育",
            "医疗",
            "改革",
            "服务",
            "环境",
            "治理",
            "产业",
            "发展",
            "城镇",
            "乡村",
            "标准",
            "高标准农田",
            "能源",
            "能耗",
            "交通",
            "公路",
            "铁路",
            "旅游",
            "文化",
            "科技",
            "创新",
            "监管",
            "安全",
            "生产",
            "资金",
            "落实",
            "检查",
            "整改",
            "按期",
            "开工",
        ];
        let mut text = String::new();
        for place in 0..words {
            text.push_str(WORDS[self.below(WORDS.len())]);
            if place % 6 == 5 {
                text.push('，');
            }
        }
        if self.below(5) == 0 {
            text.push_str("粮食产量");
        }
        if self.below(100) == 0 {
            text.push_str("湿地公园");
        }
        text.push('。');
        text
    }
}

fn fill(path: &std::path::Path, reports: u32) {
    let mut connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "foreign_keys", "off").unwrap();
    let transaction = connection.transaction().unwrap();
    let mut chance = Chance(7);
    let plan = Uuid::from_u128(5);
    transaction
        .execute(
            "insert into plan (id, version, title, year, report_day, state, issued_at) values ($1, 1, '计划', 2026, 25, 'issued', 1)",
            [plan.as_bytes()],
        )
        .unwrap();
    for number in 0..BODIES {
        transaction
            .execute(
                "insert into organisation (id, version, name, short_names, kind) values ($1, 1, $2, '[]', 'department')",
                params![body(number).as_bytes(), format!("第{number}厅")],
            )
            .unwrap();
    }
    let note = "insert into search_entry (kind, subject, changed_at, revision) values ($1, $2, $3, 1)";
    for number in 0..TASKS {
        let id = Uuid::from_u128(1_000_000 + u128::from(number));
        let text = chance.text(24);
        let title: String = text.chars().take(18).collect();
        transaction
            .prepare_cached(
                "insert into task (id, version, plan, number, kind, label, title, reporting, reporting_since, tracking, excluded,
                    publication, text)
                values ($1, 1, $2, $3, 'report_task', '', $4, 'single', 1, 'tracked', '[]', $5, $6)",
            )
            .unwrap()
            .execute(params![
                id.as_bytes(),
                plan.as_bytes(),
                number + 1,
                title,
                if number % 2 == 0 { "open" } else { "withheld" },
                text
            ])
            .unwrap();
        for place in 0..3 {
            let body = body((number + place * 7) % BODIES);
            transaction
                .prepare_cached(
                    "insert into task_organisation (plan, organisation, number, task) values ($1, $2, $3, $4)",
                )
                .unwrap()
                .execute(params![plan.as_bytes(), body.as_bytes(), number + 1, id.as_bytes()])
                .unwrap();
        }
        let mut noted = transaction.prepare_cached(note).unwrap();
        noted.execute(params!["task", id.as_bytes(), number]).unwrap();
    }
    for number in 0..reports {
        let id = Uuid::from_u128(100_000_000 + u128::from(number));
        let task = number % TASKS;
        let texts = [chance.text(14), chance.text(8), chance.text(4), chance.text(8)];
        transaction
            .prepare_cached(
                "insert into report (id, version, task, organisation, period, done, problems, help_wanted, next_step, submitted_by,
                    first_submitted_at, submitted_at, state)
                values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $1, 1, 1, 'submitted')",
            )
            .unwrap()
            .execute(params![
                id.as_bytes(),
                Uuid::from_u128(1_000_000 + u128::from(task)).as_bytes(),
                body(task % BODIES).as_bytes(),
                format!("{}-{:02}", 2020 + number / TASKS / 12, number / TASKS % 12 + 1),
                texts[0],
                texts[1],
                texts[2],
                texts[3]
            ])
            .unwrap();
        let mut noted = transaction.prepare_cached(note).unwrap();
        noted
            .execute(params!["report", id.as_bytes(), 100_000 + number])
            .unwrap();
    }
    transaction.commit().unwrap();
}

/// Does what the application's worker does, without its pauses.
fn index(store: &Store) {
    let (now, until) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(1).unwrap());
    store
        .write(move |transaction| transaction.hold_search_index(HOLDER, now, until))
        .wait()
        .unwrap();
    while store.read(|snapshot| snapshot.waiting_search_count(1)).unwrap() > 0 {
        let fold = store
            .read(|snapshot| snapshot.fold_search_entries(snapshot.waiting_search_entries(2_048)?))
            .unwrap();
        store
            .write(move |transaction| {
                let segment = transaction.begin_search_segment(HOLDER)?.unwrap();
                transaction.insert_search_postings(HOLDER, segment, &fold.rows)?;
                transaction.finish_search_fold(HOLDER, segment, &fold)?;
                transaction.number_search_entries(HOLDER, &fold.entries)
            })
            .wait()
            .unwrap();
        while let Some(mut merge) = store.read(|snapshot| snapshot.search_merge_due()).unwrap() {
            let segment = store
                .write(|transaction| transaction.begin_search_segment(HOLDER))
                .wait()
                .unwrap()
                .unwrap();
            loop {
                let rows = store.read(|snapshot| merge.next_rows(snapshot, 5_000)).unwrap();
                if rows.is_empty() {
                    break;
                }
                store
                    .write(move |transaction| transaction.insert_search_postings(HOLDER, segment, &rows))
                    .wait()
                    .unwrap();
            }
            store
                .write(move |transaction| {
                    transaction.finish_search_merge(HOLDER, segment, &merge)?;
                    while transaction.sweep_search_segments(HOLDER, 10_000)? {}
                    Ok::<_, StoreError>(())
                })
                .wait()
                .unwrap();
        }
    }
}

/// In every fifth text, in every hundredth, in most, in none though all its pairs are there, in none at all.
const QUERIES: [&str; 5] = ["粮食", "湿地公园", "高标准农田", "建设推进建设推进建设推进", "没有的词"];

fn reader(name: &str) -> SearchReader {
    match name {
        "office" => SearchReader::Overseer,
        "public" => SearchReader::Public,
        _ => SearchReader::Body(SITE.body),
    }
}

fn first_page(bencher: Bencher<'_, '_>, typed: &str, name: &str, kind: SearchKind) {
    let query = SearchQuery::read(typed).unwrap();
    let scope = SearchScope {
        reader: reader(name),
        kind,
        plan: None,
    };
    bencher.bench(|| {
        SITE.store
            .read(|snapshot| snapshot.search(&query, &scope, None, 20))
            .unwrap()
    });
}

#[divan::bench(args = QUERIES.iter().flat_map(|typed| ["office", "body", "public"].map(|reader| (typed, reader))))]
fn tasks(bencher: Bencher<'_, '_>, (typed, reader): (&&str, &str)) {
    first_page(bencher, typed, reader, SearchKind::Task);
}

#[divan::bench(args = QUERIES.iter().flat_map(|typed| ["office", "body"].map(|reader| (typed, reader))))]
fn reports(bencher: Bencher<'_, '_>, (typed, reader): (&&str, &str)) {
    first_page(bencher, typed, reader, SearchKind::Report);
}

#[divan::bench(args = QUERIES)]
fn count_up_to_two_hundred(bencher: Bencher<'_, '_>, typed: &str) {
    let query = SearchQuery::read(typed).unwrap();
    let scope = SearchScope {
        reader: SearchReader::Overseer,
        kind: SearchKind::Report,
        plan: None,
    };
    bencher.bench(|| {
        SITE.store
            .read(|snapshot| snapshot.search_count(&query, &scope, 200))
            .unwrap()
    });
}
