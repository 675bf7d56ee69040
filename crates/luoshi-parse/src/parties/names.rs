//! What a single name says: whether it looks like a body, and whether it names a class of bodies.
//!
//! What it means at a date is the matter of the registry in `organisations`.

use crate::{organisations::Registry, parties::list};

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
    "港",
    "机场",
    "铁路",
    "电信",
    "移动",
    "联通",
    "铁塔",
    "电力",
    "烟草",
    "侨联",
    "农商行",
    "城投",
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
    "国务院各",
    "国务院有关",
    "中央在",
    "中央驻",
    "地方各级",
    "省级人民政府",
    "牵头单位",
    "责任单位",
    "成员单位",
];

/// A name without the bracket at its end: `市商务局(市粮食局)` -> `市商务局`.
pub(crate) fn without_bracket(name: &str) -> &str {
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
        // No body is called 各; 市城区各区政府 and 领导小组各成员单位 are classes.
        || name.contains('各')
        || is_class_of_a_territory(name)
        || [
            "有关部门",
            "相关部门",
            "有关单位",
            "相关单位",
            "有关部门和单位",
            "相关部门和单位",
            "成员单位",
            "主管部门",
        ]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// 县直有关单位, 市级各部门, 县（市、区）人民政府: a territory and a word for several bodies of it, or several levels at once.
fn is_class_of_a_territory(name: &str) -> bool {
    let rest = name.strip_prefix('全').unwrap_or(name);
    let several = ["自治区", "地区", "省", "市", "县", "区", "州", "盟", "旗", "镇", "乡"]
        .iter()
        .filter_map(|level| rest.strip_prefix(level))
        .any(|rest| {
            let rest = ["人民政府", "政府", "直属", "直", "级", "属"]
                .iter()
                .find_map(|word| rest.strip_prefix(word))
                .unwrap_or(rest);
            ["各", "有关", "相关", "其他", "其它", "所有"]
                .iter()
                .any(|word| rest.starts_with(word))
        });
    let levels = list::levels(name);
    several
        || levels.count > 1
            && ["人民政府", "政府", "管委会"]
                .iter()
                .any(|word| name[levels.width..].starts_with(word))
}

/// Whether `name` is a government or its office of some level and says of no place: 街道办事处, 乡镇人民政府.
pub(crate) fn is_of_bare_level(name: &str) -> bool {
    let levels = list::levels(name);
    levels.count > 0 && matches!(&name[levels.width..], "人民政府" | "政府" | "办事处" | "管委会")
}

/// Whether `name` is an office that the registry knows, with or without its territory.
pub(crate) fn is_known_office(name: &str) -> bool {
    let bare = without_bracket(name);
    is_certain_body(name)
        && bare.chars().count() >= 3
        && (is_known(bare) || Registry::shipped().territory_of(bare).is_some())
}

/// Whether `name` is an office of a government or party by its ending, which a registry ought to know.
pub(crate) fn is_office(name: &str) -> bool {
    const ENDINGS: [&str; 8] = ["厅", "局", "委", "办", "署", "委员会", "办公室", "总局"];
    let bare = without_bracket(name);
    bare.chars().count() >= 3 && ENDINGS.iter().any(|ending| bare.ends_with(ending))
}

/// Zones with offices of their own, as they stand before a name.
const ZONES: &[&str] = &[
    "自治区",
    "自治州",
    "示范区",
    "开发区",
    "高新区",
    "经开区",
    "风景区",
    "管理区",
    "试验区",
    "地区",
    "新区",
    "园区",
    "特区",
];

/// The territory that a name begins with and that later names of its list may leave out: 省, 市, 自治区, 示范区, 青垣县 …
pub(crate) fn territory_mark(raw: &str) -> Option<&str> {
    let zone = ZONES.iter().find(|zone| {
        raw.strip_prefix(**zone)
            // 开发区管委会 is the zone itself, and its neighbours in a list need not be its offices.
            .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['管', '党', '各', '工']))
    });
    if let Some(zone) = zone {
        return Some(zone);
    }
    let mark = ["省", "市", "县", "区", "州", "盟", "旗"]
        .into_iter()
        .find(|mark| raw.strip_prefix(mark).is_some_and(|rest| !is_accident(mark, rest)));
    mark.or_else(|| {
        Registry::shipped()
            .territory_of(raw)
            .filter(|territory| territory.ends_with(['省', '市', '州', '盟', '县', '区', '旗']))
    })
}

/// Whether a name begins with the sign of a territory by accident: 市场监管局, 市政管理局, 区域中心, and 县城 as a rule.
fn is_accident(mark: &str, rest: &str) -> bool {
    let begins = |words: &[&str]| words.iter().any(|word| rest.starts_with(word));
    let is_accident = match mark {
        "市" => begins(&["场"]) || begins(&["政"]) && !begins(&["政府", "政务", "政协", "政法", "政研"]),
        "区" => begins(&["域", "块链"]),
        "县" => begins(&["城"]) && !begins(&["城乡", "城市", "城管", "城建"]),
        _ => false,
    };
    is_accident && !is_known(rest)
}

/// Whether a name behind a marked one left its mark out: a government body without any territory of its own.
pub(crate) fn is_elided(raw: &str) -> bool {
    let bare = without_bracket(raw);
    let ends = |endings: &[&str]| endings.iter().any(|ending| bare.ends_with(ending));
    let is_office = ends(&["厅", "局", "委", "办", "委员会", "办公室"]);
    // Organisations of the people have one at every level.
    let is_organisation = is_known(bare)
        && ends(&[
            "工会",
            "妇联",
            "妇女联合会",
            "残联",
            "残疾人联合会",
            "工商联",
            "工商业联合会",
            "科协",
            "文联",
            "红十字会",
            "计划生育协会",
            "计生协",
            "贸促会",
            "供销社",
            "供销合作社",
            "团委",
            "检察院",
            "中心",
        ]);
    // A centre or a company of the town is called so without being a body that a registry knows: 公共资源交易中心, 城投集团.
    let is_of_the_town = bare.ends_with("中心") && bare.chars().count() >= 4
        || TOWN_COMPANIES.iter().any(|word| bare.starts_with(word)) && ends(&["集团", "集团公司", "公司"]);
    let has_place = bare.char_indices().skip(1).take(6).any(|(index, character)| {
        matches!(character, '省' | '市' | '州' | '盟' | '县' | '区')
            && !bare[index..].starts_with("市场")
            && index + 3 < bare.len()
    });
    // 云岭金融监管局 and its like are branches of national bodies and bear the place in front; 新城管委 governs a place of its own.
    let is_branch = ends(&[
        "银保监局",
        "分局",
        "支局",
        "金融监管局",
        "证监局",
        "海关",
        "分行",
        "通信管理局",
        "监管局",
        "海事局",
        "河务局",
        "航道局",
        "铁路局",
        "管委",
        "管委会",
        "管理委员会",
        "监管办",
    ]) && !is_known(bare)
        && !bare.starts_with("市场");
    let is_of_the_centre = ends(&["总局", "海关", "铁路局"])
        || ["国家", "国务院", "中国", "国网"]
            .iter()
            .any(|word| bare.starts_with(word));
    (is_office || is_organisation || is_of_the_town) && !has_place && !is_branch && !is_of_the_centre
}

/// What the companies of a town are named after.
const TOWN_COMPANIES: &[&str] = &[
    "城投",
    "交投",
    "建投",
    "国投",
    "农投",
    "产投",
    "旅投",
    "水投",
    "文旅",
    "水务",
    "城建投",
    "城市投资",
    "交通投资",
    "轨道交通",
    "公交",
    "开投",
    "燃气",
    "热力",
    "供水",
    "排水",
    "粮油",
    "农发",
    "城发",
    "产业投资",
];

/// Whether `raw` is an office of a party committee, which behind another one of its list leaves 省委 out and not 省 alone.
pub(crate) fn is_party_office(raw: &str) -> bool {
    matches!(
        raw,
        "组织部"
            | "宣传部"
            | "统战部"
            | "社会工作部"
            | "政法委"
            | "网信办"
            | "编办"
            | "改革办"
            | "人才办"
            | "军民融合办"
            | "政研室"
            | "政策研究室"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_bodies_from_prose() {
        assert!(is_certain_body("市商务局(市粮食和物资储备局)"));
        assert!(is_possible_body("济源示范区"));
        assert!(is_generic("各部门") && is_generic("县直有关单位和企业") && is_generic("自治区各部门"));
        assert!(is_generic("区县(市)人民政府") && is_generic("县区政府") && is_generic("全市各学校"));
        assert!(!is_generic("县人民政府") && !is_generic("县市场监管局") && !is_generic("市区划办"));
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
        assert_eq!(territory_mark("县城乡建设局"), Some("县"));
        assert_eq!(territory_mark("市政管理局"), None);
        assert_eq!(territory_mark("市政府办公室"), Some("市"));
        assert_eq!(territory_mark("示范区财政金融局"), Some("示范区"));
        assert_eq!(territory_mark("开发区管委会"), None);
        assert_eq!(territory_mark("青垣县财政局"), Some("青垣县"));
        assert!(is_elided("卫生健康委") && !is_elided("云岭银保监分局"));
        assert!(is_elided("计划生育协会") && is_elided("妇联"));
        assert!(!is_elided("云岭海事局") && !is_elided("青垣新城管委") && !is_elided("国家税务总局"));
    }
}
