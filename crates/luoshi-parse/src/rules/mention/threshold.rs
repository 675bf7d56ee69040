//! A quantity that narrows the thing behind it: 8个超千亿元产业, 6000个亿元以上项目, 90平方米以下住房.
//!
//! It is a Chinese sum directly before a noun, or a comparator word with a noun behind it. 4%以内的目标 and 300场以上活动 are none.
//!
//! A value inside a condition is one too: 对年产值超过1亿元的企业, 投资5000万元以上的. So is a size that describes a thing: 总投资50亿元的项目,
//! and of a body or a place: 20户以上自然村, 30人（含）以下的参保企业.

use crate::{
    rules::rule,
    targets::{Context, VerbClass, is_han, quantity::UnitKind},
    text::slice,
};

rule!("mention", "threshold", "threshold.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    let quantity = context.quantity;
    if stands_beside_limit(context)
        || is_condition(context)
        || is_supported(context)
        || describes_counted(context)
        || is_size_of_thing(context)
        || is_size_of_body(context)
    {
        return true;
    }
    if !context.after.chars().next().is_some_and(is_han) {
        return false;
    }
    if quantity.chinese && quantity.kind == UnitKind::Money {
        let is_level = ["台阶", "大关", "目标", "规模"]
            .iter()
            .any(|word| context.after.starts_with(word));
        return !is_level;
    }
    let goes_on = [
        "的目标",
        "目标",
        "的任务",
        "和",
        "及",
        "与",
        "并",
        "水平",
        "的水平",
        "，",
        "（",
    ]
    .iter()
    .any(|word| context.after.starts_with(word));
    let narrows = matches!(
        quantity.kind,
        UnitKind::Money | UnitKind::Measure | UnitKind::Percent | UnitKind::Voltage
    );
    quantity.suffix.is_some() && narrows && !goes_on && context.noun_follows() && !is_part_that_reaches(context)
}

/// Whether the share is of things that are to reach something: 80%以上的学校纳入共同体.
fn is_part_that_reaches(context: &Context<'_>) -> bool {
    let is_share = context.quantity.kind == UnitKind::Percent && context.after.starts_with('的');
    let is_attribute = [
        "增速", "增长", "占比", "比例", "涨幅", "比重", "率", "达", "达到", "超过",
    ]
    .iter()
    .any(|word| context.before.ends_with(word));
    let reaches = [
        "达到", "纳入", "实现", "建成", "完成", "可办", "开展", "建立", "配备", "具备", "覆盖", "通过",
    ]
    .iter()
    .any(|word| context.clause_behind.contains(word));
    is_share && !is_attribute && reaches && !opens_condition(context)
}

/// Bodies and places that a number of persons or households sizes.
const SIZED: &[&str] = &[
    "自然村",
    "行政村",
    "村庄",
    "村组",
    "村民小组",
    "聚居点",
    "集聚区",
    "居民点",
    "安置点",
    "参保企业",
    "参保单位",
    "企业",
    "单位",
    "社区",
    "小区",
    "团队",
    "旅游团",
    "学校",
    "医院",
    "养老机构",
];

/// Whether the quantity sizes the body behind it: 20户以上自然村, 30人（含）以下的参保企业, （5套房屋及以上）.
fn is_size_of_body(context: &Context<'_>) -> bool {
    let quantity = context.quantity;
    let unit = quantity.unit.map(|unit| slice(context.text, unit)).unwrap_or_default();
    let noun = context.after.strip_prefix('的').unwrap_or(context.after);
    let persons = matches!(unit, "人" | "名" | "户" | "床" | "张床位");
    let sizes = quantity.suffix.is_some() && persons && SIZED.iter().any(|word| noun.starts_with(word));
    let inside = context.after.split(['）', ')']).next().unwrap_or_default();
    let in_bracket = context.before.ends_with(['（', '('])
        && quantity.kind == UnitKind::Count
        && inside.len() <= 24
        && inside.ends_with("及以上");
    sizes || in_bracket
}

/// Whether words directly before the number make it the limit of a rule: （含90平方米）, 不足80套, 未超过30万元, 一次性购买5套以上.
fn stands_beside_limit(context: &Context<'_>) -> bool {
    let quantity = context.quantity;
    if matches!(quantity.kind, UnitKind::Identifier | UnitKind::Age | UnitKind::Time) {
        return false;
    }
    let before = context.before;
    let repeats = ["（含", "(含", "（包括", "(包括"]
        .iter()
        .any(|word| before.ends_with(word));
    let falls_short = ["未超过", "未达到", "未达", "不足", "不满", "达不到"]
        .iter()
        .any(|word| before.ends_with(word));
    let things = matches!(quantity.kind, UnitKind::Count | UnitKind::Measure);
    let bought = things
        && ["购买", "团购", "购房"]
            .iter()
            .any(|word| before.trim_end_matches(['（', '(']).ends_with(word));
    // 如价格下降幅度超过10%，: the clause goes on to say what happens then.
    let in_case = opens_condition(context)
        && !context.promises()
        && context.verb_class() != Some(VerbClass::Complete)
        && (context.comparator_before().is_some_and(|(_, word)| {
            ["超过", "高于", "低于", "大于", "小于", "少于"]
                .iter()
                .any(|end| word.ends_with(end))
        }) || quantity.kind == UnitKind::None && quantity.suffix.is_some());
    // 万元GDP能耗: the sum to which the measure is related.
    let relates = quantity.chinese
        && quantity.kind == UnitKind::Money
        && ["GDP", "地区生产总值", "生产总值", "增加值", "产值"]
            .iter()
            .any(|word| context.after.starts_with(word));
    repeats || falls_short || bought || in_case || relates
}

/// Whether the value describes what is counted beside it: 10个以上产值超百亿元、2个以上产值超千亿元的企业, 新增5亿元企业3家.
fn describes_counted(context: &Context<'_>) -> bool {
    let quantity = context.quantity;
    if !matches!(quantity.kind, UnitKind::Money | UnitKind::Measure | UnitKind::Count) {
        return false;
    }
    let part = context.before_comparator();
    let is_bound = part.len() < context.before.len();
    let names_size = |part: &str| SIZES.iter().any(|word| part.ends_with(word));
    let counted_before = context.neighbour_before.is_some_and(|(kind, gap)| {
        kind == UnitKind::Count
            && !gap.contains('、')
            && context.before.len() > gap.len()
            && names_size(part)
            && (is_bound || context.noun_follows())
    });
    let counted_behind = quantity.kind != UnitKind::Count
        && quantity.suffix.is_none()
        && context.noun_follows()
        && context.neighbour_behind.is_some_and(|(kind, gap)| {
            kind == UnitKind::Count && !gap.contains('、') && THINGS.iter().any(|word| gap.ends_with(word))
        });
    // 其中10亿元以上4个
    let of_which = quantity.suffix.is_some()
        && matches!(quantity.kind, UnitKind::Money | UnitKind::Measure)
        && context
            .neighbour_behind
            .is_some_and(|(kind, gap)| kind == UnitKind::Count && matches!(gap, "" | "的"));
    let some = !part.ends_with("一批") && part.contains("一批") || part.ends_with("一批");
    let is_some_thing = some && context.clause_behind.contains('的') && quantity.kind != UnitKind::Percent;
    counted_before || counted_behind || of_which || is_some_thing
}

/// Things that a size may describe.
const THINGS: &[&str] = &[
    "企业",
    "项目",
    "工程",
    "基地",
    "园区",
    "产业",
    "集群",
    "产业链",
    "示范区",
    "装置",
    "机组",
    "生产线",
    "电站",
    "码头",
    "泊位",
    "船舶",
    "水源地",
    "乡镇",
    "县",
    "镇",
    "村",
    "城市",
    "市场",
    "商圈",
    "街区",
    "综合体",
    "改造工程",
    "技改工程",
];

/// Whether the value is the size of one thing: 年产30万吨磷酸铁项目, 甲集团7万吨合金等项目, 4个千万平方米示范区, 万吨级泊位.
fn is_size_of_thing(context: &Context<'_>) -> bool {
    let quantity = context.quantity;
    let sums_up = context.before.ends_with('等');
    if quantity.kind != UnitKind::Measure || quantity.suffix.is_some() || !context.noun_follows() || sums_up {
        return false;
    }
    if context.noun_behind().starts_with('级') {
        return true;
    }
    let list = context
        .clause_behind
        .trim_end_matches(|character: char| !is_han(character));
    let is_thing = THINGS
        .iter()
        .any(|word| list.contains(word) || context.noun_behind().contains(word));
    let is_large = quantity.chinese && !context.verb_is_adjacent();
    let counted = quantity.chinese && context.neighbour_before.is_some_and(|(_, gap)| gap.is_empty());
    let has_capacity = [
        "年产",
        "日产",
        "年处理",
        "日处理",
        "年加工",
        "一期",
        "二期",
        "三期",
        "期",
        "总规模",
    ]
    .iter()
    .any(|word| context.before.ends_with(word));
    // 甲集团7万吨合金项目: a name stands between verb and number.
    let named = context
        .before
        .rsplit('、')
        .next()
        .is_some_and(|part| NAMED.iter().any(|word| part.ends_with(word)))
        || (context.before.ends_with(is_han) && !context.verb_is_adjacent() && context.before.contains('、'));
    counted || is_large || (is_thing && (has_capacity || named || quantity.is_rate || quantity.chinese))
}

/// Ends of names that stand before the size of their project.
const NAMED: &[&str] = &[
    "集团",
    "公司",
    "石化",
    "茅台",
    "厂",
    "矿",
    "园",
    "县",
    "市",
    "区",
    "镇",
    "港",
    "机场",
    "有限公司",
];

/// Words that give.
const GIVING: &[&str] = &[
    "给予",
    "予以",
    "奖励",
    "奖补",
    "补贴",
    "补助",
    "享受",
    "方可",
    "可申请",
    "可办理",
    "授予",
];

/// Words with which a clause says anew whom it is for.
const RESTATED: &[&str] = &[
    "对", "凡", "为", "向", "针对", "支持", "落实", "完善", "加大", "鼓励", "用好", "研究", "优先", "经", "其中",
    "同时", "积极", "确保", "力争", "推动", "推进", "制定", "出台", "继续", "严格", "符合",
];

/// Whether the clause names those that a later one gives to: 组织100人以上团队，给予1万元奖补.
fn is_supported(context: &Context<'_>) -> bool {
    let kind = context.quantity.kind;
    if matches!(
        kind,
        UnitKind::Identifier | UnitKind::Age | UnitKind::Time | UnitKind::None
    ) || context.promises()
    {
        return false;
    }
    let mut possessive = false;
    for (index, piece) in context.sentence_behind.split(['，', ',']).take(4).enumerate() {
        let piece = piece.trim_start();
        if ["方可", "可申请", "可办理"].iter().any(|word| piece.contains(word)) {
            return true;
        }
        if index > 0 && RESTATED.iter().any(|word| piece.starts_with(word)) {
            return false;
        }
        // 转移1人按照每平方米200元补助, 每入库1家给予5万元, 组织100人以上，每住宿1天奖励200元.
        let rest = match piece
            .strip_prefix(['（', '('])
            .and_then(|rest| rest.split_once(['）', ')']))
        {
            Some((_, rest)) if index == 0 => rest,
            _ => piece,
        };
        let gives = GIVING.iter().any(|word| rest.contains(word));
        let at_once = index == 0
            && (GIVING.iter().any(|word| rest.starts_with(word))
                || (rest.starts_with('按') && gives && !rest.contains('对')));
        let bounded = context.quantity.suffix.is_some() || context.comparator_before().is_some();
        let is_goal = ["全年", "年内", "新增", "新认定", "新培育"]
            .iter()
            .any(|word| context.before.contains(word));
        let for_each =
            index > 0 && (piece.starts_with('每') || piece.starts_with("按每")) && gives && bounded && !is_goal;
        if at_once || for_each {
            return true;
        }
        if let Some(at) = GIVING.iter().filter_map(|word| piece.find(word)).min() {
            if piece[..at].contains('对') {
                return false;
            }
            // 培训2万人次，给予每人最高500元补贴: the number is done, and each of them is paid for.
            let pays_each = ["给予每", "每人给予", "每户给予", "每家给予"]
                .iter()
                .any(|word| piece[at..].starts_with(word) || piece.starts_with(word));
            let is_done = context.verb_class() == Some(VerbClass::Complete)
                && context.quantity.suffix.is_none()
                && context.comparator_before().is_none()
                && !opens_condition(context);
            if index > 0 && pays_each && is_done {
                return false;
            }
            let receiver =
                piece[..at].contains('的') && (piece[at..].starts_with("给予") || piece[at..].starts_with("予以"));
            let lead =
                piece[..at].trim_start_matches(['分', '别', '可', '将', '再', '按', '规', '定', '一', '次', '性']);
            return possessive || receiver || (index > 0 && lead.is_empty());
        }
        possessive = piece.ends_with('的');
    }
    false
}

/// Words with which a clause that names those it is for begins.
const CONDITIONS: &[&str] = &[
    "对",
    "凡",
    "如",
    "若",
    "当",
    "针对",
    "符合",
    "面向",
    "以及对",
    "并对",
    "再对",
    "纳入",
];

/// Words that begin like a condition and are none.
const NO_CONDITIONS: &[&str] = &[
    "对上", "对口", "对外", "对接", "对标", "对照", "对内", "对俄", "对美", "对台", "对华", "当年", "当期", "当前",
    "当地", "如期",
];

/// Words before a size that describes the thing behind 的.
const SIZES: &[&str] = &[
    "总投资",
    "年产值",
    "年营业收入",
    "年销售收入",
    "年税收",
    "税收",
    "交易额",
    "年交易额",
    "年出栏",
    "出栏",
    "存栏",
    "产能",
    "年产能",
    "主营业务收入",
    "投资额",
    "投资",
    "年产",
    "占地",
    "面积",
    "全长",
    "里程",
    "能力",
    "总长",
    "规模",
    "装机",
    "容量",
    "库容",
    "流量",
    "产值",
    "营业收入",
    "营收",
    "收入",
    "销售额",
    "贷款",
    "存续",
    "总额",
    "金额",
    "人口",
    "达到",
    "超过",
    "以上",
    "不足",
    "低于",
    "高于",
    "满足",
];

/// Words behind 的 that speak of the value itself.
const VALUE_NOUNS: &[&str] = &[
    "目标", "任务", "水平", "增速", "增长", "增幅", "要求", "速度", "比例", "标准", "降幅", "预期", "控制", "底线",
    "红线", "历史", "基础", "幅度", "规模", "产能", "投资", "资金", "建设", "改造", "治理", "创建", "新建",
];

/// Whether the quantity stands in a condition, or describes what stands behind 的.
fn is_condition(context: &Context<'_>) -> bool {
    let behind = context.clause_behind;
    let kind = context.quantity.kind;
    if matches!(
        kind,
        UnitKind::None | UnitKind::Identifier | UnitKind::Age | UnitKind::Time
    ) {
        return false;
    }
    // 当层高大于3.6米时: what follows holds only then.
    let clause = behind.trim_end();
    let is_case = ["时", "情况下", "情形"].iter().any(|word| clause.ends_with(word))
        && !["小时", "及时", "同时", "按时", "实时", "时时", "准时", "限时", "适时"]
            .iter()
            .any(|word| clause.ends_with(word));
    // 对已签约农业类2亿元、工业类10亿元以上项目: a sum in a clause that begins so is no promise.
    let is_sum_of_case = kind == UnitKind::Money
        && opens_condition(context)
        && !matches!(
            context.verb_class(),
            Some(VerbClass::Reach | VerbClass::Increase | VerbClass::Maintain)
        )
        && !behind.is_empty();
    if is_case || is_sum_of_case {
        return true;
    }
    // 达到5亿元、10亿元的企业: what closes the list holds for each of its values.
    let Some(possessive) = behind.find('的') else {
        return false;
    };
    let noun = &behind[possessive + '的'.len_utf8()..];
    // 达到70万吨的粮食产量目标 speaks of the value, too.
    let ends_in_value = ["目标", "任务"]
        .iter()
        .any(|word| noun.find(word).is_some_and(|at| noun[..at].chars().count() <= 8));
    if VALUE_NOUNS.iter().any(|word| noun.starts_with(word)) || ends_in_value && kind != UnitKind::Percent {
        return false;
    }
    let is_list = behind[..possessive].chars().all(|character| {
        character.is_ascii_digit()
            || "、.和及或以上以下下内元万亿千百%％户家个人吨亩头只套座台辆（含）()左右不足低于至到满—-~"
                .contains(character)
    });
    if noun.is_empty() {
        return possessive == 0 || is_list || context.quantity.suffix.is_some() || opens_condition(context);
    }
    let describes = possessive == 0 || is_list;
    // 不少于100人的队伍: the size of one.
    let is_sized = possessive == 0
        && context
            .comparator_before()
            .is_some_and(|(_, word)| !word.starts_with('达'))
        && (kind == UnitKind::Measure || slice(context.text, context.quantity.core).ends_with('人'));
    opens_condition(context) || is_sized || (describes && names_size(context) && !makes_whole(context))
}

/// Whether a size stands before the number, or before its comparator: 总投资50亿元, 营业收入超10亿元.
fn names_size(context: &Context<'_>) -> bool {
    let comparator = context.before_comparator();
    SIZES.iter().any(|word| {
        context.before.ends_with(word) || (comparator.len() < context.before.len() && comparator.ends_with(word))
    })
}

/// Whether the clause makes the thing whose size stands there: 实现…, 设立总规模20亿元的基金.
fn makes_whole(context: &Context<'_>) -> bool {
    context.before.contains("实现")
        || (["设立", "组建", "成立", "募集"]
            .iter()
            .any(|word| context.before.contains(word))
            && context.clause_behind.contains("基金"))
}

/// Whether the clause names those it is for: 对…的, 凡…的.
fn opens_condition(context: &Context<'_>) -> bool {
    let clause = context.before.trim_start();
    let opens = |clause: &str| {
        CONDITIONS.iter().any(|word| clause.starts_with(word))
            && !NO_CONDITIONS.iter().any(|word| clause.starts_with(word))
    };
    // 对年产值超过8亿元或…，且…: what joins a condition is one too.
    let joins = ["或", "且"].iter().any(|word| clause.starts_with(word)) && opens(context.sentence_before.trim_start());
    opens(clause) || joins || clause.contains("对年") || clause.contains("对当年")
}
