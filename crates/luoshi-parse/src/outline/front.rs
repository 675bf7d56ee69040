//! What stands before the first section and after the last task: title, number, addressees, issuer, date, and the rest.
//!
//! It reads lines, not tasks. What it does not recognise is preamble in front and closing behind.

use jiff::civil::Date;
use luoshi_types::{DocumentKind, Span};

use crate::{
    model::{Located, Metadata, ParseSettings, SpanKind},
    numeral::{chinese_integer, digits_at},
    outline::{Outline, issue},
    parties::list,
    scan::Line,
    text::{ahead, behind, char_at, is_blank, is_break, is_sentence_end, slice, trimmed},
};

/// Bytes of the longest line that can be a title, an issuer or a date.
const LONGEST_TITLE_LINE: usize = 240;

/// Bytes of the longest line of addressees.
const LONGEST_ADDRESSEES: usize = 1_500;

/// Words with which official titles end.
const TITLE_ENDINGS: &[&str] = &[
    "通知",
    "意见",
    "方案",
    "措施",
    "计划",
    "要点",
    "报告",
    "决定",
    "清单",
    "规划",
    "办法",
    "分工",
    "分解",
    "分解表",
    "分工表",
    "细则",
    "安排",
    "纲要",
    "通报",
    "责任分工",
    "行动",
    "函",
    "政策",
    "任务",
    "工作",
    "（试行）",
    "(试行)",
    "表",
    "实事",
    "举措",
    "台账",
    "台帐",
    "责任书",
    "明细",
    "汇编",
    "目录",
    "名单",
    "任务书",
    "项目库",
];

/// What the front and the end say, and how their text is named in the partition.
#[derive(Debug, Default)]
pub(crate) struct Front {
    pub(crate) metadata: Metadata,
    /// Whether the year is only the one of which the tasks speak.
    pub(crate) year_is_inferred: bool,
    pub(crate) parts: Vec<(Span, SpanKind)>,
}

/// Reads both ends of the document.
pub(crate) fn read(text: &str, lines: &[Line], outline: &Outline, settings: &ParseSettings) -> Front {
    let mut front = Front::default();
    let first_behind = lines.partition_point(|line| line.span.start < outline.body_end.max(outline.body_start));
    let front_end = lines.partition_point(|line| line.span.start < outline.body_start);
    read_front(text, &lines[..front_end], outline.body_start, &mut front);
    read_signature(text, &lines[..front_end], &mut front);
    read_signature(text, &lines[first_behind..], &mut front);
    read_signature_in_line(text, lines, &mut front);
    if front.metadata.date.is_none() {
        front.metadata.date = issue::stated_date(text, lines, front_end, first_behind);
    }
    let metadata = &mut front.metadata;
    if metadata.issuer.is_none() {
        metadata.issuer = metadata.title.as_ref().and_then(|title| issuer_in_title(text, title));
    }
    metadata.date = metadata.date.or(settings.date);
    metadata.year = metadata
        .date
        .filter(|_| metadata.date != settings.date)
        .map(Date::year)
        .or_else(|| metadata.title.as_ref().and_then(|title| year_in(&title.text)))
        .or_else(|| {
            metadata
                .document_number
                .as_ref()
                .and_then(|number| year_in(&number.text))
        })
        .or(settings.year)
        .or(settings.date.map(Date::year))
        .or_else(|| issue::stated_year(text, lines))
        .or_else(|| {
            let year = issue::usual_year(text, outline);
            front.year_is_inferred = year.is_some();
            year
        });
    metadata.kind = Some(match &metadata.title {
        _ if outline.is_report => DocumentKind::Report,
        _ if outline.tasks.iter().any(|task| !task.clauses.is_empty()) => DocumentKind::Breakdown,
        Some(title) if title.text.contains("政府工作报告") => DocumentKind::Report,
        _ if outline.section_lines.is_empty() => DocumentKind::Notice,
        _ => DocumentKind::Breakdown,
    });
    front
}

fn read_front(text: &str, lines: &[Line], limit: usize, front: &mut Front) {
    // Runs of lines that could be a title; the first run that reads like one is it.
    let mut runs: Vec<Vec<Span>> = vec![Vec::new()];
    for (index, line) in lines.iter().enumerate() {
        let span = Span::new(line.span.start, line.span.end.min(limit));
        let content = slice(text, span);
        if front.metadata.document_number.is_none()
            && let Some(number) = document_number(text, span, index == 0)
        {
            front.metadata.document_number = Some(located(text, number));
            if number.len() * 2 > span.len() {
                front.parts.push((span, SpanKind::DocumentNumber));
                runs.push(Vec::new());
                continue;
            }
        }
        if front.metadata.addressees.is_empty() && is_addressees(content) {
            front.metadata.addressees = addressees(text, span);
            front.parts.push((span, SpanKind::Addressees));
            runs.push(Vec::new());
            continue;
        }
        let is_signed = is_issuer(content)
            && lines
                .get(index + 1)
                .is_some_and(|next| date_line(slice(text, next.span)).is_some());
        if !is_title_line(content) || is_signed {
            runs.push(Vec::new());
            continue;
        }
        // A report's title with its year is whole, whatever menu stands above it.
        let is_whole = content.ends_with("政府工作报告") && year_in(content).is_some();
        match runs.last_mut() {
            Some(run) if run.len() < 4 && !is_whole => run.push(span),
            _ => runs.push(vec![span]),
        }
        if is_whole {
            runs.push(Vec::new());
        }
    }
    let title = runs.into_iter().filter(|run| !run.is_empty()).find_map(|run| {
        let joined: String = run.iter().map(|span| slice(text, *span)).collect();
        let is_name = joined.chars().count() >= 6;
        let reads_like_one =
            joined.contains("关于") || is_name && TITLE_ENDINGS.iter().any(|ending| joined.ends_with(ending));
        reads_like_one.then_some((run, joined))
    });
    match title {
        Some((run, joined)) => {
            let span = Span::new(run[0].start, run[run.len() - 1].end);
            front.metadata.title = Some(Located { text: joined, span });
            front.parts.extend(run.into_iter().map(|line| (line, SpanKind::Title)));
        }
        None => {
            if let Some(first) = lines.first() {
                read_title_in_line(text, Span::new(first.span.start, first.span.end.min(limit)), front);
            }
        }
    }
    if let Some(first) = lines.first().filter(|_| front.metadata.addressees.is_empty()) {
        let line = Span::new(first.span.start, first.span.end.min(limit));
        let number = front.metadata.document_number.as_ref().map(|number| number.span);
        if let Some(number) = number.filter(|number| line.contains(*number) && number.len() * 2 <= line.len()) {
            front.parts.push((number, SpanKind::DocumentNumber));
        }
        read_addressees_in_line(text, line, front);
    }
}

/// Whether a text begins as the sentence that says why or how a document was made, which may name another by its title.
fn opens_prose(content: &str) -> bool {
    [
        "为贯彻",
        "为深入",
        "为进一步",
        "为全面",
        "为认真",
        "为落实",
        "现将",
        "根据",
        "按照",
        "经研究",
    ]
    .iter()
    .any(|word| content.starts_with(word))
}

/// Whether a line can be part of a title: short, no sentence, no date, no bracket around it.
fn is_title_line(content: &str) -> bool {
    content.len() <= LONGEST_TITLE_LINE
        && !opens_prose(content)
        && !is_of_the_page(content)
        && !["序号", "编号"].iter().any(|word| content.starts_with(word))
        && !content.ends_with(is_sentence_end)
        && !content.ends_with(['：', ':', '，'])
        && !content.starts_with(['(', '（'])
        && date_in(content).is_none()
        && !is_form_label(content)
}

/// Whether a line is the head of a form: 填报单位：县委办　2024年3月1日.
fn is_form_label(content: &str) -> bool {
    let Some((label, _)) = content.split_once(['：', ':']) else {
        return false;
    };
    let label: String = label.chars().filter(|character| !is_blank(*character)).collect();
    label.chars().count() <= 6
        && ["单位", "部门", "日期", "时间", "人", "电话"]
            .iter()
            .any(|word| label.ends_with(word))
}

/// Whether a line belongs to the page that shows the document: a source, a time of publication, a button.
fn is_of_the_page(content: &str) -> bool {
    let content = content.trim_start_matches(['【', '[']);
    [
        "来源",
        "时间",
        "发布时间",
        "发布日期",
        "作者",
        "字号",
        "字体",
        "浏览次数",
        "编辑",
        "责任编辑",
        "打印",
        "下载",
        "全屏",
        "收藏",
        "分享",
        "首页",
        "您的位置",
        "当前位置",
    ]
    .iter()
    .any(|word| {
        content == *word
            || content
                .strip_prefix(word)
                .is_some_and(|rest| rest.trim_start().starts_with(['：', ':']))
    })
}

/// The addressees of a document on one line: between the title or number and the first colon.
fn read_addressees_in_line(text: &str, line: Span, front: &mut Front) {
    let start = [&front.metadata.title, &front.metadata.document_number]
        .into_iter()
        .flatten()
        .map(|located| located.span.end)
        .filter(|end| (line.start..line.end).contains(end))
        .max();
    let Some(start) = start else { return };
    let rest = slice(text, Span::new(start, line.end));
    let Some(colon) = rest.find(['：', ':']) else { return };
    let mark = rest[colon..].chars().next().map_or(0, char::len_utf8);
    let span = Span::new(start, start + colon + mark);
    if is_addressees(slice(text, span)) {
        front.metadata.addressees = addressees(text, span);
        front.parts.push((span, SpanKind::Addressees));
    }
}

/// The issuer and the date at the very end of the text, behind its last sentence: …抓好落实。某省人民政府2022年6月30日（此件公开发布）
fn read_signature_in_line(text: &str, lines: &[Line], front: &mut Front) {
    let Some(line) = lines.last().filter(|_| front.metadata.date.is_none()) else {
        return;
    };
    let content = slice(text, line.span);
    let bare = match content.rfind(['（', '(']) {
        Some(open) if content.ends_with(['）', ')']) && content.len() - open <= 60 => &content[..open],
        _ => content,
    };
    let behind_sentence = bare.rfind(is_sentence_end).map_or(0, |index| {
        index + bare[index..].chars().next().map_or(0, char::len_utf8)
    });
    let tail = &bare[behind_sentence..];
    let Some(digits) = tail.find(|character: char| character.is_ascii_digit() || matches!(character, '二' | '２'))
    else {
        return;
    };
    let Some((date, length)) = date_in(&tail[digits..]) else {
        return;
    };
    if digits + length != tail.len() || !is_issuer(&tail[..digits]) {
        return;
    }
    let start = line.span.start + behind_sentence;
    front.metadata.date = Some(date);
    if front.metadata.issuer.is_none() {
        front.metadata.issuer = Some(located(text, Span::new(start, start + digits)));
    }
    front
        .parts
        .push((Span::new(start, start + tail.len()), SpanKind::Signature));
}

/// The title at the head of a document on one line: …关于…的意见.
fn read_title_in_line(text: &str, line: Span, front: &mut Front) {
    let head = ahead(text, line.start, 90, |character| {
        is_sentence_end(character) || matches!(character, '：' | ':' | '〔')
    });
    if !head.contains("关于") || opens_prose(head) || line.start + head.len() > line.end {
        return;
    }
    let end = [
        "的通知",
        "的意见",
        "的方案",
        "的措施",
        "的决定",
        "方案的通知",
        "若干措施",
        "若干政策措施",
        "实施意见",
        "工作方案",
        "实施方案",
        "行动方案",
        "行动计划",
    ]
    .iter()
    .filter_map(|word| head.rfind(word).map(|at| at + word.len()))
    .max();
    if let Some(end) = end {
        let span = Span::new(line.start, line.start + end);
        front.metadata.title = Some(located(text, span));
        front.parts.push((span, SpanKind::Title));
    }
}

fn located(text: &str, span: Span) -> Located {
    Located {
        text: slice(text, span).to_owned(),
        span,
    }
}

/// 云政办〔2025〕14号, with the issuing office's word before it: a line of its own, a note in brackets, or the head of the first line.
/// A number in running text is that of another document.
fn document_number(text: &str, line: Span, is_first: bool) -> Option<Span> {
    let content = slice(text, line);
    let open = content.find(['〔', '［', '['])?;
    let at = line.start + open + char_at(text, line.start + open)?.len_utf8();
    let (_, after_year) = digits_at(text, at, 4)?;
    let close = char_at(text, after_year).filter(|character| matches!(character, '〕' | '］' | ']'))?;
    let number_start = after_year + close.len_utf8();
    let number_start = if text[number_start..].starts_with('第') {
        number_start + 3
    } else {
        number_start
    };
    let (_, number_end) = digits_at(text, number_start, 5)?;
    if char_at(text, number_end) != Some('号') {
        return None;
    }
    let word = behind(text, line.start, line.start + open, 8, |character| {
        is_break(character) || matches!(character, '》' | '（' | '(' | '“')
    });
    // In 苏州市人民政府苏府规字 only what stands behind the office's name is its word; the same for the title before it.
    let cut = ["人民政府", "办公厅", "办公室", "的意见", "的通知"]
        .iter()
        .filter_map(|name| word.rfind(name).map(|at| at + name.len()))
        .max()
        .unwrap_or(0);
    let word = &word[cut..];
    let number = Span::new(line.start + open - word.len(), number_end + '号'.len_utf8());
    let before = &content[..open];
    let is_own_line = number.len() * 2 > line.len();
    let is_note = content.starts_with(['(', '（']) && line.len() <= LONGEST_TITLE_LINE;
    let is_head = is_first && open <= LONGEST_TITLE_LINE && !before.contains(['《', '（', '(', '。']);
    (!word.is_empty() && (is_own_line || is_note || is_head)).then_some(number)
}

fn is_addressees(content: &str) -> bool {
    content.len() <= LONGEST_ADDRESSEES
        && content.ends_with(['：', ':'])
        && !content.ends_with("如下：")
        && !content.contains(['。', '〔', '《'])
        && !content.contains("关于")
        && content.matches(['：', ':']).count() == 1
        && [
            "人民政府",
            "各部门",
            "各单位",
            "直属机构",
            "管委会",
            "各委",
            "委办局",
            "各有关",
            "行政公署",
            "各局",
            "有关单位",
            "各县",
            "各市",
            "各区",
        ]
        .iter()
        .any(|word| content.contains(word))
}

fn addressees(text: &str, line: Span) -> Vec<Located> {
    let kept = slice(text, line).trim_end_matches(['：', ':']);
    list::names(text, Span::new(line.start, line.start + kept.len()))
        .into_iter()
        .map(|span| located(text, span))
        .collect()
}

/// An issuer's line followed by a line with a date and nothing else.
fn read_signature(text: &str, lines: &[Line], front: &mut Front) {
    for (index, line) in lines.iter().enumerate() {
        let Some(date) = date_line(slice(text, line.span)) else {
            continue;
        };
        if front.metadata.date.is_none() {
            front.metadata.date = Some(date);
        }
        let issuer = index
            .checked_sub(1)
            .map(|before| lines[before].span)
            .filter(|span| is_issuer(slice(text, *span)));
        if let Some(issuer) = issuer {
            if front.metadata.issuer.is_none() {
                front.metadata.issuer = Some(located(text, issuer));
            }
            // A line that ended up in the title is the issuer's all the same.
            front.parts.retain(|(span, _)| *span != issuer);
            front.parts.push((issuer, SpanKind::Signature));
        }
        front.parts.push((line.span, SpanKind::Signature));
    }
}

/// The issuer before 关于 or 印发 in a title: 云岭市人民政府关于印发…的通知.
fn issuer_in_title(text: &str, title: &Located) -> Option<Located> {
    let whole = slice(text, title.span);
    let verb = ["关于", "印发", "转发"]
        .iter()
        .filter_map(|verb| whole.find(verb))
        .min()?;
    let span = trimmed(text, Span::new(title.span.start, title.span.start + verb));
    let name: String = slice(text, span)
        .chars()
        .filter(|character| !matches!(character, '\n' | '\r'))
        .collect();
    (is_issuer(&name) && !name.contains(['《', '〔', '“'])).then_some(Located { text: name, span })
}

fn is_issuer(content: &str) -> bool {
    content.len() <= 120
        && !content.contains(is_break)
        && [
            "人民政府",
            "办公厅",
            "办公室",
            "委员会",
            "厅",
            "局",
            "指挥部",
            "领导小组",
            "督查室",
            "管委会",
            "国务院",
        ]
        .iter()
        .any(|word| content.ends_with(word))
}

/// The date of a line that holds a date and nothing else, brackets aside.
fn date_line(content: &str) -> Option<Date> {
    if content.len() > 60 {
        return None;
    }
    let bare: String = content.chars().filter(|character| !is_blank(*character)).collect();
    let bare = bare.trim_matches(['（', '）', '(', ')']);
    let (date, length) = date_in(bare)?;
    (length == bare.len()).then_some(date)
}

/// The date that `content` begins with, and its length in bytes: 2024年7月1日, 二○二四年七月一日.
pub(crate) fn date_in(content: &str) -> Option<(Date, usize)> {
    let year_end = content.find('年').filter(|end| *end <= 15)?;
    let month_start = year_end + 3;
    let month_end = month_start + content[month_start..].find('月').filter(|end| *end <= 9)?;
    let day_start = month_end + 3;
    let day_end = day_start + content[day_start..].find('日').filter(|end| *end <= 12)?;
    let date = Date::new(
        i16::try_from(number(&content[..year_end])?).ok()?,
        i8::try_from(number(&content[month_start..month_end])?).ok()?,
        i8::try_from(number(&content[day_start..day_end])?).ok()?,
    );
    Some((date.ok()?, day_end + 3))
}

fn number(text: &str) -> Option<i64> {
    match digits_at(text, 0, 4) {
        Some((value, end)) if end == text.len() => Some(i64::from(value)),
        _ => chinese_integer(text),
    }
}

/// The first year of this or the last century in `text`.
fn year_in(text: &str) -> Option<i16> {
    let mut at = 0;
    while at < text.len() {
        match digits_at(text, at, 4) {
            Some((year, end)) => {
                if (1980..=2100).contains(&year) {
                    return i16::try_from(year).ok();
                }
                at = end;
            }
            None => at += char_at(text, at).map_or(1, char::len_utf8),
        }
    }
    None
}

/// How text that nobody claimed is named, by where it stands.
pub(crate) fn kind_of_gap(outline: &Outline) -> impl Fn(usize) -> SpanKind + use<> {
    let (start, end) = (outline.body_start, outline.body_end);
    move |at| {
        if at < start {
            SpanKind::Preamble
        } else if at >= end {
            SpanKind::Closing
        } else {
            SpanKind::Context
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dates_in_both_scripts() {
        assert_eq!(date_line("2024年7月1日"), Date::new(2024, 7, 1).ok());
        assert_eq!(date_line("二○二四年十月十一日"), Date::new(2024, 10, 11).ok());
        assert_eq!(date_line("（2024年 7月 1日）"), Date::new(2024, 7, 1).ok());
        assert_eq!(date_line("2024年7月1日起施行"), None);
    }

    #[test]
    fn reads_the_issuer_before_the_matter() {
        let check = |text: &str| {
            let title = located(text, Span::new(0, text.len()));
            issuer_in_title(text, &title).map(|issuer| issuer.text)
        };
        assert_eq!(
            check("云岭新区管理委员会\n关于印发重点任务分工的通知"),
            Some("云岭新区管理委员会".to_owned())
        );
        assert_eq!(check("青垣县促进消费若干措施"), None);
        assert_eq!(check("贯彻《云岭市人民政府关于促进消费的通知》"), None);
        assert_eq!(check("青垣县关于促进消费的若干措施"), None);
    }

    #[test]
    fn reads_document_numbers() {
        let check = |text: &str| {
            document_number(text, Span::new(0, text.len()), false).map(|span| slice(text, span).to_owned())
        };
        assert_eq!(check("云政办〔2024〕12号"), Some("云政办〔2024〕12号".to_owned()));
        assert_eq!(
            check("（云岭市人民政府云府规字[2023]1号文发布）"),
            Some("云府规字[2023]1号".to_owned())
        );
        assert_eq!(check("投入〔2023〕"), None);
        assert_eq!(
            check("为落实国家文件（国办发〔2024〕48号）的要求，结合实际制定本措施"),
            None
        );
    }
}
