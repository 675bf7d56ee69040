//! Cuts a list of bodies into its names. Roles and clauses are not its matter.

use luoshi_types::Span;

use crate::{
    parties::names::is_certain_body,
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
];

/// Words that may stand before the first name of a list.
const LEADING: &[&str] = &["以及", "由", "及", "和", "并"];

/// Bytes of the longest name that is looked into.
const LONGEST_NAME: usize = 360;

/// The names in `span`, in order.
pub(crate) fn names(text: &str, span: Span) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut start = span.start;
    let mut depth = 0u32;
    // Whether the piece before stands for the first part of a name such as 各区、县(市)人民政府.
    let mut joins_next = false;
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
                    _ => push_piece(text, piece, &mut found),
                }
                joins_next =
                    character == Some('、') && found.last().is_some_and(|last| is_open_territory(slice(text, *last)));
                start = at + width;
            }
            _ => {}
        }
        at += width;
    }
    found
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

/// Bytes of the level words (with a bracket behind them) that `text` begins with.
fn level_width(text: &str) -> usize {
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
    let mut width = 0;
    while let Some(level) = LEVELS.iter().find(|level| text[width..].starts_with(**level)) {
        width += level.len();
    }
    if width > 0
        && text[width..].starts_with(['(', '（', '[', '［', '〔', '<', '＜', '〈'])
        && let Some(close) = text[width..].find([')', '）', ']', '］', '〕', '>', '＞', '〉'])
    {
        width += close + text[width + close..].chars().next().map_or(0, char::len_utf8);
    }
    width
}

fn push_piece(text: &str, piece: Span, found: &mut Vec<Span>) {
    let piece = without_frame(text, piece);
    if piece.is_empty() {
        return;
    }
    // 和 and 与 join two names only where both sides certainly are bodies: 人力资源和社会保障厅 is one.
    let name = slice(text, piece);
    // A piece without separators for this long is prose, and looking for joints in it would cost its square.
    let joints: &[&str] = if name.len() <= LONGEST_NAME {
        &["和", "与", "及"]
    } else {
        &[]
    };
    for joint in joints {
        for (index, _) in name.match_indices(*joint).take(4) {
            let (left, right) = (&name[..index], &name[index + joint.len()..]);
            let joins_two = is_certain_body(left) && is_certain_body(right) && balanced(left);
            if joins_two {
                found.push(Span::new(piece.start, piece.start + index));
                push_piece(text, Span::new(piece.start + index + joint.len(), piece.end), found);
                return;
            }
        }
    }
    found.push(piece);
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
            let is_frame = rest.is_empty()
                || rest.starts_with("涉及")
                || [
                    "部门",
                    "单位",
                    "有关部门",
                    "相关部门",
                    "有关单位",
                    "相关单位",
                    "部门和单位",
                    "部门单位",
                    "有关方面",
                ]
                .contains(&rest);
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
    fn survives_open_brackets() {
        check("各县(市、区", &["各县(市、区"]);
        check("", &[]);
    }
}
