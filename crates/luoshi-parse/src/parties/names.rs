//! What a single name says: whether it looks like a body, and whether it names a class of bodies.
//!
//! What it means at a date is the matter of the registry in `organisations`.

use crate::organisations::Registry;

/// Whether some body is called so, at whatever time and without a territory.
fn is_known(core: &str) -> bool {
    Registry::shipped().knows(core)
}

/// Endings of bodies that are certain enough to recognise a list without a label.
const CERTAIN_ENDINGS: &[&str] = &[
    "厅",
    "局",
    "委",
    "办",
    "部",
    "署",
    "府",
    "委员会",
    "办公室",
    "管委会",
    "公司",
    "集团",
    "银行",
    "分行",
    "支行",
    "营管部",
    "中支",
    "法院",
    "检察院",
    "妇联",
    "残联",
    "工商联",
    "文联",
    "科协",
    "社科联",
    "供销社",
    "联社",
    "工会",
    "总工会",
    "团委",
    "商会",
    "协会",
    "部门",
    "单位",
    "机构",
    "党工委",
    "工委",
    "总队",
    "支队",
    "大队",
    "指挥部",
    "委员会办公室",
    "人才办",
    "管理中心",
    "服务中心",
    "中心",
    "大学",
    "学院",
    "研究院",
    "科学院",
    "工程院",
    "省委",
    "市委",
    "县委",
    "区委",
    "党委",
    "人行",
    "供电公司",
    "分署",
    "海关",
    "兵团",
    "管理处",
    "办事处",
    "专班",
    "领导小组",
    "红十字会",
    "基金会",
    "联合会",
    "合作社",
    "邮政",
    "通信管理局",
    "气象台",
];

/// Endings that stand for a body only where a label or a verb says so.
const POSSIBLE_ENDINGS: &[&str] = &[
    "区",
    "县",
    "市",
    "州",
    "盟",
    "旗",
    "镇",
    "乡",
    "街道",
    "地",
    "会",
    "院",
    "台",
    "站",
    "所",
    "馆",
    "组",
    "处",
    "科",
    "社",
    "校",
    "队",
    "室",
    "园",
    "场",
    "厂",
    "矿",
    "团",
    "省",
    "企业",
    "高校",
    "学校",
    "医院",
    "军区",
    "军分区",
    "实验室",
    "平台",
    "基地",
    "主体",
    "行",
];

/// Beginnings of names that stand for a class of bodies.
const GENERIC_BEGINNINGS: &[&str] = &[
    "各",
    "有关",
    "相关",
    "其他",
    "其它",
    "所有",
    "属地",
    "全市各",
    "全省各",
    "全区各",
    "市各",
    "省各",
    "市直各",
    "省直各",
    "国务院各",
    "省政府各",
    "市政府各",
    "省人民政府各",
    "市人民政府各",
    "国务院有关",
    "省有关",
    "市有关",
    "省直有关",
    "市直有关",
    "县有关",
    "区有关",
    "市政府相关",
    "省政府相关",
    "市相关",
    "省相关",
    "市级有关",
    "省级有关",
    "市级相关",
    "省级相关",
    "市级各",
    "省级各",
    "省级人民政府",
    "中央在",
    "地方各级",
    "自治区各",
    "自治区有关",
    "自治区人民政府各",
    "牵头单位",
    "责任单位",
    "成员单位",
];

/// A name without the bracket at its end: `市商务局(市粮食局)` -> `市商务局`.
fn without_bracket(name: &str) -> &str {
    if name.ends_with([')', '）', ']', '］', '〕', '>', '＞', '〉']) {
        let cut = name
            .find(['(', '（', '[', '［', '〔', '<', '＜', '〈'])
            .unwrap_or(name.len());
        &name[..cut]
    } else {
        name
    }
}

/// Whether `name` certainly is a body.
pub(crate) fn is_certain_body(name: &str) -> bool {
    let bare = without_bracket(name);
    bare.chars().count() >= 2 && CERTAIN_ENDINGS.iter().any(|ending| bare.ends_with(ending))
}

/// Whether `name` can be a body where a label or a verb says that bodies are listed.
pub(crate) fn is_possible_body(name: &str) -> bool {
    let bare = without_bracket(name);
    is_certain_body(name)
        || is_generic(name)
        || (bare.chars().count() >= 2 && POSSIBLE_ENDINGS.iter().any(|ending| bare.ends_with(ending)))
}

/// Whether `name` is a post that a person holds: 分管副省长, 协管副秘书长.
pub(crate) fn is_post(name: &str) -> bool {
    let is_short = name.chars().count() <= 8;
    is_short
        && [
            "省长",
            "市长",
            "县长",
            "区长",
            "州长",
            "主席",
            "秘书长",
            "专员",
            "盟长",
            "旗长",
            "镇长",
            "乡长",
            "领导",
        ]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// Whether `name` stands for a class of bodies and names none of them.
pub(crate) fn is_generic(name: &str) -> bool {
    GENERIC_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
        || [
            "等有关部门",
            "等相关部门",
            "有关部门",
            "相关部门",
            "有关单位",
            "相关单位",
            "成员单位",
            "主管部门",
        ]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// Whether `name` is an office of a government or party by its ending, which a registry ought to know.
pub(crate) fn is_office(name: &str) -> bool {
    const ENDINGS: [&str; 8] = ["厅", "局", "委", "办", "署", "委员会", "办公室", "总局"];
    let bare = without_bracket(name);
    bare.chars().count() >= 3 && ENDINGS.iter().any(|ending| bare.ends_with(ending))
}

/// The territory mark that a name begins with and that later names of its list may leave out: 省, 市, 自治区 …
pub(crate) fn territory_mark(raw: &str) -> Option<&'static str> {
    ["自治区", "自治州", "地区", "省", "市", "县", "区", "州", "盟", "旗"]
        .into_iter()
        .find(|mark| {
            raw.strip_prefix(mark).is_some_and(|rest| {
                // 市场监管局 and 区域中心 begin with the sign by accident, 县城 as a rule.
                let by_accident = rest.starts_with(['场', '域']) || *mark == "县" && rest.starts_with('城');
                !by_accident || is_known(rest)
            })
        })
}

/// Whether a name behind a marked one left its mark out: a government body without any territory of its own.
pub(crate) fn is_elided(raw: &str) -> bool {
    let bare = without_bracket(raw);
    let is_office = ["厅", "局", "委", "办", "委员会", "办公室"]
        .iter()
        .any(|ending| bare.ends_with(ending));
    let has_place = bare.char_indices().skip(1).take(6).any(|(index, character)| {
        matches!(character, '省' | '市' | '州' | '盟' | '县' | '区')
            && !bare[index..].starts_with("市场")
            && index + 3 < bare.len()
    });
    // 河南金融监管局 and its like are branches of national bodies and bear the place in front.
    let is_branch = [
        "银保监局",
        "分局",
        "金融监管局",
        "证监局",
        "海关",
        "分行",
        "通信管理局",
        "监管局",
    ]
    .iter()
    .any(|ending| bare.ends_with(ending))
        && !is_known(bare)
        && !bare.starts_with("市场");
    is_office && !has_place && !is_branch && !bare.starts_with("国")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_bodies_from_prose() {
        assert!(is_certain_body("市商务局(市粮食和物资储备局)"));
        assert!(is_possible_body("济源示范区"));
        assert!(is_generic("各部门"));
        assert!(!is_possible_body("含本数"));
        assert!(!is_certain_body("局"));
    }

    #[test]
    fn finds_the_territory_mark() {
        assert_eq!(territory_mark("省民政厅"), Some("省"));
        assert_eq!(territory_mark("市场监管局"), None);
        assert_eq!(territory_mark("市城管局"), Some("市"));
        assert_eq!(territory_mark("县城管局"), Some("县"));
        assert_eq!(territory_mark("卫生健康委"), None);
        assert!(is_elided("卫生健康委") && !is_elided("云岭银保监分局"));
    }
}
