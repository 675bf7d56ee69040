//! The pure parse: bytes a second on one document, on eight of them, and on text without line breaks. Run: `cargo bench -p luoshi-parse`.
//!
//! The budget of the design: 50 MB/s, and eight times the text at most nine times the time. Figures are compared within one run only.

use divan::{Bencher, counter::BytesCount};
use luoshi_parse::{ParseSettings, parse};
use luoshi_types::{Document, SourceFormat};

#[path = "../tests/it/hostile.rs"]
mod hostile;

fn main() {
    divan::main();
}

const SEED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/documents/seed.txt");

/// The seed where it lies beside the project, else a document of the same shape.
fn text() -> String {
    std::fs::read_to_string(SEED).unwrap_or_else(|_| {
        let task = "（一）加快现代产业体系建设。扩大增量、优化结构、科学布局，做大做强优势产业，培育8个超千亿元产业和50个大企业集团。\
                    小麦面积稳定在1600万亩以上，城镇登记失业率控制在4%以内。（责任部门：发改委、经信委、国资委、财政厅、人力资源和社会保障厅）\n\n";
        format!("一、加快经济结构调整\n\n{}", task.repeat(100))
    })
}

fn document(text: String) -> Document {
    Document {
        text,
        blocks: Vec::new(),
        format: SourceFormat::Text,
        diagnostics: Vec::new(),
    }
}

fn run(bencher: Bencher<'_, '_>, text: String) {
    let bytes = text.len();
    let document = document(text);
    let settings = ParseSettings::default();
    bencher
        .counter(BytesCount::new(bytes))
        .bench(|| parse(divan::black_box(&document), &settings));
}

#[divan::bench(args = [1, 8, 64])]
fn repeated(bencher: Bencher<'_, '_>, times: usize) {
    run(bencher, text().repeat(times));
}

#[divan::bench(args = [1, 8])]
fn on_one_line(bencher: Bencher<'_, '_>, times: usize) {
    run(bencher, text().repeat(times).replace(['\n', '\r'], ""));
}

/// Text that tempts a parser to look back, alone and inside a task, at two lengths: eight times the text is to cost eight times the time.
#[divan::bench(args = hostile::PATTERNS.iter().flat_map(|pattern| [(pattern, 100_000), (pattern, 800_000)]))]
fn hostile_text(bencher: Bencher<'_, '_>, (pattern, bytes): (&&str, usize)) {
    run(bencher, hostile::in_task(&pattern.repeat(bytes / pattern.len())));
}

/// 50 MB of documents behind each other: the rate must not fall with the size.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn fifty_megabytes(bencher: Bencher<'_, '_>) {
    let text = text();
    let times = 50_000_000 / text.len();
    run(bencher, text.repeat(times));
}
