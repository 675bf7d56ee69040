//! Rebuilds the text of paged documents from the places of their characters: lines, columns, tables by their ruled lines, and paragraphs.
//!
//! A page format says where each character stands and nothing more. Page numbers and lines that pages repeat at their edges are left
//! out; lines that the page broke are joined into the paragraphs that the author wrote. It knows no file format and no meaning. Lengths
//! are in points of 1/72 inch, and the vertical axis points down.

mod flow;
mod line;
mod table;

use crate::{assembly::Assembly, error::ReadError};

use self::{
    flow::Flow,
    line::{Line, lines_of},
    table::{TableArea, tables_of},
};

/// A character on a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Glyph {
    pub(crate) character: char,
    pub(crate) left: f32,
    pub(crate) right: f32,
    /// Where its base line stands.
    pub(crate) base: f32,
    /// The size of its font.
    pub(crate) size: f32,
}

/// A straight line on a page, or a rectangle so thin that it looks like one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rule {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
}

/// What stands on a page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// From 1.
    pub(crate) number: u32,
    pub(crate) top: f32,
    pub(crate) bottom: f32,
    pub(crate) glyphs: Vec<Glyph>,
    pub(crate) rules: Vec<Rule>,
}

/// A page whose characters have been gathered into lines and tables, from top to bottom.
#[derive(Debug)]
struct Sheet {
    number: u32,
    top: f32,
    bottom: f32,
    items: Vec<Item>,
}

#[derive(Debug)]
enum Item {
    Line(Line),
    Table(TableArea),
}

impl Item {
    fn top(&self) -> f32 {
        match self {
            Item::Line(line) => line.base - line.size,
            Item::Table(table) => table.top,
        }
    }

    fn line(&self) -> Option<&Line> {
        match self {
            Item::Line(line) => Some(line),
            Item::Table(_) => None,
        }
    }
}

/// Gathers one page at a time, so that the characters of a page can be let go before the next is read.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    sheets: Vec<Sheet>,
}

impl Layout {
    /// Takes in a page.
    pub(crate) fn add(&mut self, mut page: Page) {
        page.glyphs.retain(|glyph| {
            let places = [glyph.left, glyph.right, glyph.base, glyph.size];
            // Beyond this no page exists, and sums of places lose their meaning.
            places.iter().all(|place| place.abs() < 1.0e6)
                && glyph.size > 0.1
                && !glyph.character.is_whitespace()
                && !glyph.character.is_control()
        });
        let (areas, body) = tables_of(&page);
        let mut items: Vec<Item> = areas.into_iter().map(Item::Table).collect();
        items.sort_by(|one, other| one.top().total_cmp(&other.top()));
        let lines = lines_of(body);
        let mut merged = Vec::with_capacity(items.len() + lines.len());
        let mut tables = items.into_iter().peekable();
        // Lines keep the order that they have, which in columns is not that of their height.
        for line in lines {
            while let Some(table) = tables.next_if(|table| table.top() < line.base - line.size / 2.0) {
                merged.push(table);
            }
            merged.push(Item::Line(line));
        }
        merged.extend(tables);
        self.sheets.push(Sheet {
            number: page.number,
            top: page.top,
            bottom: page.bottom,
            items: merged,
        });
    }

    /// Puts everything in place as paragraphs and cells.
    pub(crate) fn place(mut self, out: &mut Assembly) -> Result<(), ReadError> {
        drop_furniture(&mut self.sheets);
        let width = text_width(&self.sheets);
        let mut flow = Flow::new(out);
        for sheet in self.sheets {
            let margin = left_margin(&sheet);
            for item in sheet.items {
                match item {
                    Item::Line(line) => flow.line(line, sheet.number, margin, margin + width)?,
                    Item::Table(table) => flow.table(table, sheet.number)?,
                }
            }
        }
        flow.finish()
    }
}

/// Takes page numbers away, and lines that many pages repeat at their edges.
fn drop_furniture(sheets: &mut [Sheet]) {
    // Headers and footers of two lines exist, of three hardly.
    for _ in 0..2 {
        let mut seen = std::collections::BTreeMap::<String, usize>::new();
        for sheet in sheets.iter() {
            for index in edges(sheet) {
                if let Some(line) = sheet.items.get(index).and_then(Item::line) {
                    *seen.entry(without_digits(&line.text)).or_default() += 1;
                }
            }
        }
        let often = (sheets.len() / 2).max(3);
        for sheet in sheets.iter_mut() {
            let mut edges = edges(sheet);
            edges.sort_unstable();
            edges.dedup();
            for index in edges.into_iter().rev() {
                let is_furniture = sheet.items.get(index).and_then(Item::line).is_some_and(|line| {
                    is_page_number(&line.text)
                        || seen
                            .get(&without_digits(&line.text))
                            .is_some_and(|count| *count >= often)
                });
                if is_furniture {
                    sheet.items.remove(index);
                }
            }
        }
    }
}

/// The first and the last item of a page where they are lines that stand near its edge.
fn edges(sheet: &Sheet) -> Vec<usize> {
    const EDGE: f32 = 0.12;
    let height = sheet.bottom - sheet.top;
    let mut edges = Vec::new();
    let lines = || {
        sheet
            .items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| Some((index, item.line()?)))
    };
    let highest = lines().min_by(|one, other| one.1.base.total_cmp(&other.1.base));
    let lowest = lines().max_by(|one, other| one.1.base.total_cmp(&other.1.base));
    if let Some((index, line)) = highest
        && line.base - sheet.top < height * EDGE
    {
        edges.push(index);
    }
    if let Some((index, line)) = lowest
        && sheet.bottom - line.base < height * EDGE
    {
        edges.push(index);
    }
    edges
}

fn without_digits(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_numeric() && !character.is_whitespace())
        .collect()
}

/// Whether a line says which page it is: `— 3 —`, `第 3 页 共 8 页`, `3/8`.
fn is_page_number(text: &str) -> bool {
    let mut digits = 0;
    let mut others = 0;
    for character in text.chars() {
        match character {
            '0'..='9' | '０'..='９' => digits += 1,
            '—' | '–' | '-' | '－' | '―' | '─' | '·' | '•' | '/' | '第' | '共' | '页' | '頁' | ' ' | '\u{3000}'
            | '~' | '～' => {
                others += 1;
            }
            _ => return false,
        }
    }
    (1..=8).contains(&digits) && others <= 12
}

/// The left edge of the text of a page: the place where most lines begin.
fn left_margin(sheet: &Sheet) -> f32 {
    let mut lefts: Vec<f32> = sheet
        .items
        .iter()
        .filter_map(Item::line)
        .map(|line| line.left)
        .collect();
    lefts.sort_by(f32::total_cmp);
    let Some(first) = lefts.first() else { return 0.0 };
    let mut best = (*first, 0usize);
    let mut start = 0;
    for (index, left) in lefts.iter().enumerate() {
        while lefts.get(start).is_some_and(|other| left - other > 3.0) {
            start += 1;
        }
        let count = index - start + 1;
        if count > best.1 {
            best = (lefts.get(start).copied().unwrap_or(*left), count);
        }
    }
    // Where single lines are as frequent as broken ones, the indent is no margin.
    match lefts.iter().take_while(|left| **left < best.0 - 3.0).count() {
        0 => best.0,
        outside if outside * 4 >= best.1 => lefts.first().copied().unwrap_or(best.0),
        _ => best.0,
    }
}

/// How wide the text is: nearly the widest line of all pages.
fn text_width(sheets: &[Sheet]) -> f32 {
    let mut widths: Vec<f32> = sheets
        .iter()
        .flat_map(|sheet| {
            let margin = left_margin(sheet);
            sheet
                .items
                .iter()
                .filter_map(Item::line)
                .map(move |line| line.right - margin)
        })
        .collect();
    widths.sort_by(f32::total_cmp);
    widths
        .get(widths.len().saturating_mul(19) / 20)
        .or(widths.last())
        .copied()
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use luoshi_types::{BlockKind, SourceFormat};

    use super::*;
    use crate::Limits;

    /// A page of 40 characters a line, each 10 wide, from the lines of a text; `＿` is a blank.
    fn page(number: u32, lines: &[&str]) -> Page {
        let mut glyphs = Vec::new();
        for (row, text) in lines.iter().enumerate() {
            for (column, character) in text.chars().enumerate() {
                let left = 50.0 + 10.0 * column as f32;
                glyphs.push(Glyph {
                    character: if character == '＿' { ' ' } else { character },
                    left,
                    right: left + 10.0,
                    base: 60.0 + 16.0 * row as f32,
                    size: 10.0,
                });
            }
        }
        Page {
            number,
            top: 0.0,
            bottom: 60.0 + 16.0 * lines.len() as f32,
            glyphs,
            rules: Vec::new(),
        }
    }

    fn read(pages: Vec<Page>) -> Vec<String> {
        let mut layout = Layout::default();
        for page in pages {
            layout.add(page);
        }
        let mut out = Assembly::new(&Limits::default());
        layout.place(&mut out).unwrap();
        let document = out.finish(SourceFormat::Pdf);
        document
            .blocks
            .iter()
            .map(|block| {
                let text: String = document
                    .text
                    .chars()
                    .skip(block.span.start)
                    .take(block.span.len())
                    .collect();
                match block.kind {
                    BlockKind::Cell {
                        table,
                        row,
                        column,
                        rows,
                        columns,
                    } => {
                        format!("t{table} {row},{column} {rows}x{columns}: {text}")
                    }
                    _ => format!("{}: {text}", block.place.page.unwrap_or(0)),
                }
            })
            .collect()
    }

    #[test]
    fn joins_lines_that_the_page_broke() {
        let lines = [
            "＿＿一、着力扩大有效需求",
            "＿＿（一）保持经济平稳健康运行，按季度分析",
            "按月跟踪。地区生产总值增长百分之五左右，在",
            "实际工作中力争取得更好结果。",
            "＿＿（二）扩大投资。",
        ];
        assert_eq!(
            read(vec![page(1, &lines)]),
            [
                "1: 一、着力扩大有效需求",
                "1: （一）保持经济平稳健康运行，按季度分析按月跟踪。地区生产总值增长百分之五左右，在实际工作中力争取得更好结果。",
                "1: （二）扩大投资。",
            ]
        );
    }

    #[test]
    fn joins_over_pages_and_drops_their_numbers() {
        let first = [
            "关于落实重点工作的意见省政府办公厅二〇二六年",
            "＿＿（一）保持经济平稳健康运行，按季度分析，并",
            "—＿1＿—",
        ];
        let second = [
            "关于落实重点工作的意见省政府办公厅二〇二六年",
            "且按月跟踪。",
            "＿＿（二）扩大投资。",
            "—＿2＿—",
        ];
        let third = [
            "关于落实重点工作的意见省政府办公厅二〇二六年",
            "＿＿（三）促消费。",
            "—＿3＿—",
        ];
        let pages = [&first[..], &second[..], &third[..]];
        let mut pages: Vec<_> = pages
            .iter()
            .zip(1..)
            .map(|(lines, number)| page(number, lines))
            .collect();
        for page in &mut pages {
            page.top = 40.0;
            page.bottom += 180.0;
            for glyph in &mut page.glyphs {
                let is_number = matches!(glyph.character, '—' | '0'..='9');
                glyph.base += if is_number {
                    180.0
                } else if glyph.base > 61.0 {
                    60.0
                } else {
                    0.0
                };
            }
        }
        assert_eq!(
            read(pages),
            [
                "1: （一）保持经济平稳健康运行，按季度分析，并且按月跟踪。",
                "2: （二）扩大投资。",
                "3: （三）促消费。"
            ]
        );
    }

    #[test]
    fn reads_columns_one_after_the_other() {
        let left = "左栏的文字在这里";
        let right = "右栏的文字在那里";
        let line = format!("{left}＿＿＿＿{right}");
        let lines = vec![line.as_str(); 10];
        let text = read(vec![page(1, &lines)]).concat();
        assert!(text.rfind(left) < text.find(right), "{text}");
    }

    fn rule(left: f32, top: f32, right: f32, bottom: f32) -> Rule {
        Rule {
            left,
            top,
            right,
            bottom,
        }
    }

    #[test]
    fn finds_cells_by_ruled_lines() {
        let mut page = page(
            1,
            &["表前一行", "＿甲＿＿＿乙＿＿＿丙", "＿＿＿＿＿丁＿＿＿戊", "表后一行"],
        );
        for y in [66.0, 98.0] {
            page.rules.push(rule(50.0, y, 170.0, y));
        }
        page.rules.push(rule(90.0, 82.0, 170.0, 82.0));
        for x in [50.0, 90.0, 130.0, 170.0] {
            page.rules.push(rule(x, 66.0, x, 98.0));
        }
        assert_eq!(
            read(vec![page]),
            [
                "1: 表前一行",
                "t0 0,0 2x1: 甲",
                "t0 0,1 1x1: 乙",
                "t0 0,2 1x1: 丙",
                "t0 1,1 1x1: 丁",
                "t0 1,2 1x1: 戊",
                "1: 表后一行",
            ]
        );
    }

    fn ruled(number: u32, rows: &[&str]) -> Page {
        let mut page = page(number, rows);
        for row in 0..=rows.len() {
            let y = 50.0 + 16.0 * row as f32;
            page.rules.push(rule(50.0, y, 190.0, y));
        }
        for x in [50.0, 90.0, 190.0] {
            page.rules.push(rule(x, 50.0, x, 50.0 + 16.0 * rows.len() as f32));
        }
        page
    }

    #[test]
    fn a_table_goes_on_over_pages() {
        let first = ruled(1, &["序号＿＿任务", "＿1＿＿抓投资。", "＿2＿＿保持经济运行在合理"]);
        let second = ruled(2, &["序号＿＿任务", "＿＿＿＿区间。", "＿3＿＿促消费。"]);
        assert_eq!(
            read(vec![first, second]),
            [
                "t0 0,0 1x1: 序号",
                "t0 0,1 1x1: 任务",
                "t0 1,0 1x1: 1",
                "t0 1,1 1x1: 抓投资。",
                "t0 2,0 1x1: 2",
                "t0 2,1 1x1: 保持经济运行在合理区间。",
                "t0 3,0 1x1: 3",
                "t0 3,1 1x1: 促消费。",
            ]
        );
    }

    #[test]
    fn knows_page_numbers() {
        for text in ["1", "— 12 —", "第3页", "第 3 页 共 8 页", "- 5 -", "3/8", "－１－"] {
            assert!(is_page_number(text), "{text}");
        }
        for text in ["", "—", "2026年", "一、", "1.", "123456789"] {
            assert!(!is_page_number(text), "{text}");
        }
    }

    #[test]
    fn survives_places_that_mean_nothing() {
        let mut wild = page(1, &["甲乙丙"]);
        for (index, glyph) in wild.glyphs.iter_mut().enumerate() {
            glyph.left = [f32::NAN, f32::INFINITY, -1.0e30][index % 3];
        }
        wild.rules.push(rule(f32::NAN, f32::NEG_INFINITY, 1.0e30, 0.0));
        wild.rules.push(rule(0.0, 0.0, f32::MAX, f32::MAX));
        assert_eq!(read(vec![wild]), [""; 0]);
    }
}
