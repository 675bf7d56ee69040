//! Cuts a list of bodies into its names. Roles and clauses are not its matter.

use luoshi_types::Span;

use crate::{
    parties::names::{is_certain_body, is_generic, is_known_office, is_possible_body},
    text::{char_at, slice, trimmed},
};

/// Words that may stand between the last name and the end of a list without being part of a name.
const TRAILING: &[&str] = &[
    "按照职责分工",
    "按职责分工",
    "根据职责分工",
    "依职责分工",
    "按分工",
    "按职责",
    "按照职责",
    "分别",
    "共同",
    "具体",
    "根据职能",
    "按职能",
    "按照职能分工",
    "按职能分工",
    "按照任务分工",
    "按任务分工",
    "根据各自职责",
    "按照各自职责",
    "按各自职责",
    "依据各自职责",
    "依据职责",
    "依职责",
    "结合职责",
    "结合各自职责",
    "在职责范围内",
    "在各自职责范围内",
];

/// Words that may stand before the first name of a list.
const LEADING: &[&str] = &["以及", "由", "及", "和", "并"];

/// Words that join two names, the longer before those that they contain.
const JOINTS: &[&str] = &["以及", "和", "与", "及"];

/// Words for members of a class that are no name of their own behind a joint: 省直有关部门和单位 is one class.
const CLASSES: &[&str] = &[
    "单位",
    "部门",
    "机构",
    "直属机构",
    "派出机构",
    "事业单位",
    "企事业单位",
    "部门单位",
    "社会团体",
];

/// Classes that 等 sums a list up with; they add nobody to the names before them.
const SUMMARIES: &[&str] = &[
    "部门",
    "单位",
    "有关部门",
    "相关部门",
    "有关单位",
    "相关单位",
    "部门和单位",
    "部门单位",
    "有关部门和单位",
    "相关部门和单位",
    "有关部门单位",
    "相关部门单位",
    "有关方面",
];

/// Bytes of the longest name that is looked into.
const LONGEST_NAME: usize = 360;

/// The names in `span`, in order.
pub(crate) fn names(text: &str, span: Span) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut start = span.start;
    let mut depth = 0u32;
    // Whether the piece before stands for the first part of a name such as 各区、县(市)人民政府.
    let mut joins_next = false;
    // Whether only line ends stand between the piece before and this one.
    let mut wraps = false;
    let mut at = span.start;
    while at <= span.end {
        let character = if at < span.end { char_at(text, at) } else { None };
        let width = character.map_or(1, char::len_utf8);
        match character {
            Some('(' | '（' | '[' | '［' | '〔' | '<' | '＜' | '〈' | '《') => depth += 1,
            Some(')' | '）' | ']' | '］' | '〕' | '>' | '＞' | '〉' | '》') => depth = depth.saturating_sub(1),
            None | Some('、' | '，' | ',' | '；' | ';' | '。' | '\n') if depth == 0 || character.is_none() => {
                let piece = trimmed(text, Span::new(start, at));
                match found.last_mut() {
                    Some(last) if joins_next && continues_territory(slice(text, piece)) => last.end = piece.end,
                    Some(last) if wraps && goes_on(text, *last, piece) => {
                        *last = without_frame(text, Span::new(last.start, piece.end));
                    }
                    _ => push_piece(text, piece, &mut found),
                }
                joins_next =
                    character == Some('、') && found.last().is_some_and(|last| is_open_territory(slice(text, *last)));
                wraps = character == Some('\n') && (wraps || !piece.is_empty());
                start = at + width;
            }
            _ => {}
        }
        at += width;
    }
    found
}

/// Whether `second` is the rest of a name that a line end broke: 县自然 and 资源局 are no bodies, 县自然资源局 is one.
fn goes_on(text: &str, first: Span, second: Span) -> bool {
    let (head, tail) = (slice(text, first), slice(text, second));
    let is_remainder =
        ["府", "政府", "民政府", "人民政府", "会", "委会", "局", "厅"].contains(&tail) || tail.starts_with("场监");
    head.len() + tail.len() <= LONGEST_NAME
        && !second.is_empty()
        && (is_remainder || !is_possible_body(head) && !is_known_office(tail))
        && is_possible_body(&format!("{head}{tail}"))
}

/// 各区, 各市 and the like: the first part of a name that goes on behind the mark.
fn is_open_territory(name: &str) -> bool {
    let Some(rest) = name
        .strip_prefix("各")
        .or_else(|| name.strip_prefix("相关"))
        .or_else(|| name.strip_prefix("有关"))
    else {
        return false;
    };
    let rest = rest
        .strip_prefix("有关")
        .or_else(|| rest.strip_prefix("相关"))
        .unwrap_or(rest);
    rest.chars().count() <= 8
        && rest
            .split('、')
            .all(|part| level_width(part) == part.len() && !part.is_empty())
}

/// 县(市)人民政府, 州, 直辖市人民政府: what can follow 各区、.
fn continues_territory(piece: &str) -> bool {
    let width = level_width(piece);
    let rest = &piece[width..];
    width > 0
        && (rest.is_empty()
            || ["人民政府", "政府", "党委", "管委会", "行政公署"]
                .iter()
                .any(|word| rest.starts_with(word)))
}

/// The level words that a name begins with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Levels {
    /// Their bytes, with a bracket behind them.
    pub(crate) width: usize,
    /// How many there are; those of a bracket count as one.
    pub(crate) count: usize,
}

/// Bytes of the level words (with a bracket behind them) that `text` begins with.
fn level_width(text: &str) -> usize {
    levels(text).width
}

/// The level words (with a bracket behind them) that `text` begins with.
pub(crate) fn levels(text: &str) -> Levels {
    const LEVELS: &[&str] = &[
        "自治区",
        "直辖市",
        "自治县",
        "自治州",
        "地级以上市",
        "省",
        "市",
        "州",
        "盟",
        "县",
        "区",
        "旗",
        "镇",
        "乡",
        "街道",
        "特区",
    ];
    let (mut width, mut count) = (0, 0);
    while let Some(level) = LEVELS.iter().find(|level| text[width..].starts_with(**level)) {
        width += level.len();
        count += 1;
    }
    if width > 0
        && text[width..].starts_with(['(', '（', '[', '［', '〔', '<', '＜', '〈'])
        && let Some(close) = text[width..].find([')', '）', ']', '］', '〕', '>', '＞', '〉'])
    {
        width += close + text[width + close..].chars().next().map_or(0, char::len_utf8);
        count += 1;
    }
    Levels { width, count }
}

fn push_piece(text: &str, piece: Span, found: &mut Vec<Span>) {
    let piece = without_frame(text, piece);
    if piece.is_empty() {
        return;
    }
    let name = slice(text, piece);
    // A piece without separators for this long is prose, and looking for joints in it would cost its square.
    if name.len() > LONGEST_NAME {
        found.push(piece);
        return;
    }
    // 市统计局等市直有关部门: the class behind 等 is a body of the list where it says whose it is.
    if let Some((index, class)) = name.rfind('等').map(|index| (index, &name[index + '等'.len_utf8()..]))
        && is_generic(class)
        && is_certain_body(&name[..index])
        && balanced(&name[..index])
    {
        push_piece(text, Span::new(piece.start, piece.start + index), found);
        found.push(Span::new(piece.end - class.len(), piece.end));
        return;
    }
    // 县应急局 县公安局 has blanks for marks; 王 某 and 各县 (市) have them inside.
    let is_blank_divided = name.contains([' ', '　'])
        && name
            .split([' ', '　'])
            .all(|part| part.is_empty() || is_certain_body(part) && balanced(part));
    if is_blank_divided {
        let mut at = piece.start;
        for part in name.split([' ', '　']) {
            push_piece(text, Span::new(at, at + part.len()), found);
            at += part.len();
            at += text[at..piece.end].chars().next().map_or(0, char::len_utf8);
        }
        return;
    }
    if let Some(index) = missing_separator(name) {
        push_piece(text, Span::new(piece.start, piece.start + index), found);
        push_piece(text, Span::new(piece.start + index, piece.end), found);
        return;
    }
    for joint in JOINTS {
        for (index, _) in name.match_indices(*joint).take(4) {
            if joins_two(&name[..index], &name[index + joint.len()..]) {
                found.push(Span::new(piece.start, piece.start + index));
                push_piece(text, Span::new(piece.start + index + joint.len(), piece.end), found);
                return;
            }
        }
    }
    found.push(piece);
}

/// Where the second of two known offices begins that no mark divides: 县财政局县水利局. Both bear the same sign of their level.
fn missing_separator(name: &str) -> Option<usize> {
    let mark = name
        .chars()
        .next()
        .filter(|mark| matches!(mark, '省' | '市' | '县' | '区' | '州'))?;
    name.match_indices(mark)
        .map(|(index, _)| index)
        .skip(1)
        .take(3)
        .find(|&index| is_known_office(&name[..index]) && is_known_office(&name[index..]))
}

/// Whether a joint stands between two names and not inside one: 人力资源和社会保障厅 is one. Both sides certainly are bodies, or
/// territories whose government is meant: 各市政府和云岭示范区、高新区管委会.
fn joins_two(left: &str, right: &str) -> bool {
    if !balanced(left) || !balanced(right) || CLASSES.contains(&right) || right.starts_with(['其', '个']) {
        return false;
    }
    let is_class_of_territories = |name: &str| is_generic(name) && ends_as_territory(name);
    // 市政府和社会资本合作中心 is one.
    let is_one = left.ends_with("政府") && right.starts_with("社会资本");
    let left_governs = is_class_of_territories(left) || left.ends_with("政府") || left.ends_with("委会");
    (is_certain_body(left) || is_class_of_territories(left))
        && (is_certain_body(right)
            || is_class_of_territories(right)
            || left_governs && right.chars().count() > 2 && ends_as_territory(right))
        && !is_one
}

/// Whether a name, brackets aside, ends with the word of a level of territory.
fn ends_as_territory(name: &str) -> bool {
    let bare = match name.find(['(', '（', '[', '［', '〔', '<', '＜', '〈']) {
        Some(open) if name.ends_with([')', '）', ']', '］', '〕', '>', '＞', '〉']) => &name[..open],
        _ => name,
    };
    bare.ends_with(['区', '县', '市', '州', '盟', '旗', '镇', '乡']) || bare.ends_with("街道")
}

fn balanced(text: &str) -> bool {
    let opening = text.matches(['(', '（', '[', '［', '〔', '<', '＜', '〈']).count();
    let closing = text.matches([')', '）', ']', '］', '〕', '>', '＞', '〉']).count();
    opening == closing
}

/// `piece` without 由 before it and 等, 等部门, 按职责分工 behind it.
fn without_frame(text: &str, mut piece: Span) -> Span {
    loop {
        let before = piece;
        let name = slice(text, piece);
        if let Some(word) = LEADING
            .iter()
            .find(|word| name.starts_with(**word) && name.len() > word.len())
        {
            piece.start += word.len();
        }
        let name = slice(text, piece);
        if let Some(word) = TRAILING.iter().find(|word| name.ends_with(**word)) {
            piece.end -= word.len();
        }
        let name = slice(text, piece);
        if let Some(index) = name.rfind('等') {
            let rest = &name[index + '等'.len_utf8()..];
            let is_frame = rest.is_empty() || rest.starts_with("涉及") || SUMMARIES.contains(&rest);
            if is_frame {
                piece.end = piece.start + index;
            }
        }
        piece = trimmed(text, piece);
        if piece == before {
            return piece;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = names(text, Span::new(0, text.len()))
            .into_iter()
            .map(|span| slice(text, span))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn cuts_at_commas_of_every_kind() {
        check(
            "市税务局、市财政局,各县人民政府；高新区管委会。",
            &["市税务局", "市财政局", "各县人民政府", "高新区管委会"],
        );
    }

    #[test]
    fn keeps_separators_inside_brackets() {
        check(
            "各县[市、区]人民政府、市商务局(市粮食局)",
            &["各县[市、区]人民政府", "市商务局(市粮食局)"],
        );
    }

    #[test]
    fn keeps_a_territory_name_together() {
        check("市人社局,各区、县(市)人民政府", &["市人社局", "各区、县(市)人民政府"]);
        check("各省、自治区、直辖市人民政府", &["各省、自治区、直辖市人民政府"]);
        check("各地、各部门", &["各地", "各部门"]);
        check("各市、省直有关部门", &["各市", "省直有关部门"]);
    }

    #[test]
    fn drops_the_words_around_a_list() {
        check("省商务厅等，各市人民政府", &["省商务厅", "各市人民政府"]);
        check("由市财政局、市科技局等部门按职责分工", &["市财政局", "市科技局"]);
    }

    #[test]
    fn splits_joined_names_only_between_bodies() {
        check(
            "人力资源和社会保障厅、交通运输厅和水利厅",
            &["人力资源和社会保障厅", "交通运输厅", "水利厅"],
        );
    }

    #[test]
    fn keeps_a_class_of_bodies_together() {
        check("省直有关部门和单位", &["省直有关部门和单位"]);
        check("市财政局和市直有关部门及单位", &["市财政局", "市直有关部门及单位"]);
        check(
            "市统计局等市直有关部门和单位，各区政府",
            &["市统计局", "市直有关部门和单位", "各区政府"],
        );
        check("市统计局等有关部门和单位", &["市统计局"]);
    }

    #[test]
    fn splits_a_joined_territory_whose_government_is_meant() {
        check(
            "各设区市政府和青垣示范区、云岭新区管委会",
            &["各设区市政府", "青垣示范区", "云岭新区管委会"],
        );
        check("各县(市)和青垣开发区", &["各县(市)", "青垣开发区"]);
        check("各市住房和城乡建设局", &["各市住房和城乡建设局"]);
        check("市政府和社会资本合作中心", &["市政府和社会资本合作中心"]);
        check("市中级法院以及相关金融机构", &["市中级法院", "相关金融机构"]);
    }

    #[test]
    fn divides_known_offices_without_a_mark() {
        check("县财政局县水利局", &["县财政局", "县水利局"]);
        check("县应急局 县公安局　各乡镇政府", &["县应急局", "县公安局", "各乡镇政府"]);
        check("各县 (市)政府、王 某", &["各县 (市)政府", "王 某"]);
        check("市市场监管局", &["市市场监管局"]);
        check("市教育局市招生考试院", &["市教育局市招生考试院"]);
    }

    #[test]
    fn joins_a_name_that_a_line_end_broke() {
        check(
            "县财政局、县自然\n资源局、县水利局",
            &["县财政局", "县自然\n资源局", "县水利局"],
        );
        check("县财政局\n县水利局", &["县财政局", "县水利局"]);
        check("各县(市、区)人民政\n府", &["各县(市、区)人民政\n府"]);
        check("王某\n李某", &["王某", "李某"]);
    }

    #[test]
    fn survives_open_brackets() {
        check("各县(市、区", &["各县(市、区"]);
        check("", &[]);
    }
}
