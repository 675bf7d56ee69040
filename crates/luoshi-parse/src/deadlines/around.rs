//! What stands around a period of time, and what it says of whether and how the period binds.
//!
//! It knows words, not calendars: which day a period ends on is for [`super::period`].

use luoshi_types::Span;

use crate::{
    deadlines::period::{Period, Shape},
    model::DeadlineKind,
    targets::{has_verb_or_promise, verb_end_at, verb_ends_at, verb_or_promise_at},
    text::{ahead, behind, char_at, char_before, is_blank, is_break, is_sentence_end},
};

/// What stands around a period.
pub(crate) struct Surroundings<'a> {
    text: &'a str,
    span: Span,
    /// The clause before it, at most 30 characters, from the last bracket that opens.
    before: &'a str,
    /// The clause behind it, at most 40 characters.
    after: &'a str,
    /// What follows that clause in the sentence, at most 60 characters, with the mark that parts them.
    rest: &'a str,
}

/// Words that say that work is done by then.
const DONE: &[&str] = &[
    "完成",
    "建成",
    "竣工",
    "投用",
    "投产",
    "投入使用",
    "投入运营",
    "完工",
    "达到",
    "交付",
    "通车",
    "通水",
    "开园",
    "开学",
    "验收",
    "出台",
    "印发",
    "全部",
    "全面完成",
    "基本完成",
    "基本建成",
    "实现",
    "到位",
    "达产",
    "清零",
    "下达",
    "销号",
];

/// Words that say that work begins by then.
const BEGUN: &[&str] = &["开工", "动工", "启动", "开建", "开始", "进场施工", "全面开工"];

/// Words of promise behind which a clause begins anew.
const OPENERS: &[&str] = &[
    "力争", "确保", "争取", "计划", "拟", "到", "并", "要", "须", "应", "其中", "预计", "预期", "保证", "努力", "务必",
];

/// Words of place behind which a period binds where a deed follows at once; 在2023年资金安排上 names a thing.
const PLACES: &[&str] = &["在", "于"];

/// Subjects so general that the clause begins behind them.
const WHOLES: &[&str] = &[
    "全省",
    "全市",
    "全州",
    "全县",
    "全区",
    "我省",
    "我市",
    "我州",
    "我县",
    "我区",
    "全国",
    "市级",
    "省级",
    "市本级",
];

/// Words that take the period to themselves: 较一季度, 从2022年6月, 免征上半年房产税.
const TAKERS: &[&str] = &[
    "较", "比", "自", "从", "由", "与", "同", "对", "按", "照", "参照", "依据", "根据", "含", "高于", "低于", "多于",
    "少于", "优于", "快于", "超过", "免征", "减免", "缓缴", "约定", "用好", "加快", "加强", "每年", "往年", "将", "把",
];

/// Words of comparison and of beginning, with which not even a period with 前 or 底 binds.
const COMPARERS: &[&str] = &["较", "比", "自", "从", "相比于", "高于", "低于", "优于", "快于"];

/// Words with which a measure is prolonged; the date behind them is its validity.
const PROLONGED: &[&str] = &[
    "延长",
    "延续",
    "延",
    "延期",
    "顺延",
    "展期",
    "推迟",
    "放宽",
    "保留",
    "有效期",
    "期限",
    "执行",
    "有效",
    "持续",
    "截止",
    "之日起",
];

/// Words that make something else of the period before them.
const NOT_A_TIME: &[&str] = &[
    "度", "以来", "起", "版", "是", "后", "以后", "及", "和", "被", "的", "初", "同期", "第",
];

/// Verbs of doing that govern no quantity.
const DOING: &[&str] = &[
    "实行", "试行", "推行", "执行", "开放", "免收", "免费", "选取", "择优", "遴选", "召开", "申报", "报送", "形成",
];

/// Verbs that are as often nouns: 四季度生产安排.
const NOMINAL: &[&str] = &[
    "生产",
    "建设",
    "供应",
    "供给",
    "销售",
    "出口",
    "进口",
    "保障",
    "安排",
    "运营",
    "采购",
    "投放计划",
];

/// What a person or a company does that applies for something.
const APPLYING: &[&str] = &[
    "购买", "购置", "缴纳", "缴清", "供应", "到期", "申请", "申报", "备案", "取得", "注册", "出生", "毕业", "签订",
    "登记", "成立", "参保", "网签", "办理", "出售", "落户", "换购",
];

/// Whom a measure is for, at the end of the clause that says so.
const APPLICANTS: &[&str] = &[
    "的纳税人",
    "的购房人",
    "的购房者",
    "的家庭",
    "的个人",
    "的人员",
    "的职工",
    "的居民",
];

/// What a policy does as long as it is in force.
const RELIEFS: &[&str] = &[
    "免征",
    "减征",
    "减半",
    "减按",
    "享受",
    "免收",
    "免缴",
    "退税",
    "退还",
    "展期",
    "延续实施",
    "不再执行",
    "优惠",
    "允许",
    "可按",
    "可申请",
    "可在",
    "可不",
    "可实施",
    "可通过",
    "仍执行",
    "继续放宽",
];

/// What the applicant gets.
const GRANTS: &[&str] = &[
    "给予", "予以", "奖励", "补助", "补贴", "享受", "优先", "按照", "按", "可", "减免", "免征", "优惠", "不再", "仍",
];

/// What a year stands before where the clause is about the things in it.
const LISTS: &[&str] = &[
    "清单",
    "计划",
    "方案",
    "名单",
    "目录",
    "项目库",
    "台账",
    "盘子",
    "预算",
    "任务书",
];

/// Words before a period that name no subject.
const LINKS: &[&str] = &[
    "再", "则", "均", "都", "至迟", "最迟", "同时", "全部", "分别", "务于", "后",
];

/// Words with which a part of the work begins, which is no other work: 一期6月底前建成，二期年底前建成.
const PARTS: &[&str] = &[
    "一期", "二期", "三期", "首期", "首批", "第一", "第二", "第三", "其余", "剩余", "余下", "主体", "全部", "项目",
    "工程", "整体",
];

/// How money goes, before 率.
const SPENDING: &[&str] = &["支付", "支出", "使用", "拨付", "投放", "入统", "入库", "入住", "执行"];

impl<'a> Surroundings<'a> {
    /// What stands around `period` inside `place`, a sentence or a cell.
    pub(crate) fn new(text: &'a str, place: Span, period: &Period) -> Self {
        Self::of_span(text, place, period.span)
    }

    pub(crate) fn of_span(text: &'a str, place: Span, span: Span) -> Self {
        let before = behind(text, place.start, span.start, 30, is_break);
        let before = before.rfind(['（', '(']).map_or(before, |open| {
            let mark = before[open..].chars().next().map_or(0, char::len_utf8);
            &before[open + mark..]
        });
        let after = ahead(text, span.end, 40, is_break);
        let rest_start = span.end + after.len();
        let rest = ahead(text, rest_start, 60, is_sentence_end);
        Self {
            text,
            span,
            before,
            after,
            rest: rest.get(..place.end.saturating_sub(rest_start)).unwrap_or(rest),
        }
    }

    /// Whether it is work that begins by then, or work that is done.
    pub(crate) fn by_or_start(&self) -> DeadlineKind {
        let clause = self.clause_behind();
        // 新开工75万户 is a count to be reached, not a beginning.
        let begins = BEGUN.iter().any(|word| {
            clause
                .match_indices(word)
                .any(|(index, _)| !clause[..index].ends_with('新'))
        });
        let is_done = ["完成", "建成", "竣工", "投用", "投产", "投入使用", "完工", "达到"]
            .iter()
            .any(|word| clause.contains(word));
        // 完成核准并开工建设 ends with the beginning.
        let begins_last = ["并开工", "并动工", "并开建", "并进场施工"]
            .iter()
            .any(|word| clause.contains(word));
        if begins && (!is_done || begins_last) {
            DeadlineKind::StartBy
        } else {
            DeadlineKind::By
        }
    }

    /// Whether it is a period in which work is done, or by the end of which it begins.
    pub(crate) fn during_or_start(&self) -> DeadlineKind {
        let after = ["正式", "全面", "全部", "集中", "陆续"]
            .iter()
            .find_map(|word| self.after.strip_prefix(word))
            .unwrap_or(self.after);
        let begins = BEGUN.iter().find_map(|word| after.strip_prefix(word));
        // 上半年开工120个项目 is a count to be reached.
        if begins.is_some_and(|object| !object.contains(is_digit)) {
            DeadlineKind::StartBy
        } else {
            DeadlineKind::During
        }
    }

    /// The clause before the period without the marks of a list: 一是, （1）, ——.
    fn lead(&self) -> &str {
        let lead = self.before.trim_matches(|character: char| {
            is_blank(character)
                || character.is_ascii_digit()
                || matches!(
                    character,
                    '.' | '．' | '）' | ')' | '—' | '-' | '·' | '①'..='⑳' | '”' | '》'
                )
        });
        let is_point = lead.ends_with('是') && lead.chars().count() == 2;
        if is_point { "" } else { lead }
    }

    /// Whether the clause begins with the period, or has only a word of promise or a general subject before it.
    pub(crate) fn opens_clause(&self) -> bool {
        let lead = self.lead();
        lead.is_empty()
            || WHOLES.contains(&lead)
            || OPENERS.iter().any(|word| lead.ends_with(word))
            || (PLACES.iter().any(|word| lead.ends_with(word))
                && !TAKERS.iter().any(|word| lead.ends_with(word))
                && self.acts_next())
    }

    /// Where the clause before the period begins, as far as it is looked at.
    pub(crate) fn clause_start(&self) -> usize {
        self.span.start - self.before.len()
    }

    /// Whether the next words say that work is done or begun.
    pub(crate) fn ends_or_begins_next(&self) -> bool {
        DONE.iter().chain(BEGUN).any(|word| self.after.starts_with(word))
    }

    /// Whether a bare period binds: the clause that it opens promises something, or the deed follows it at once.
    pub(crate) fn binds(&self) -> bool {
        if NOT_A_TIME.iter().any(|word| self.after.starts_with(word)) {
            return false;
        }
        if self.opens_clause() {
            self.promises()
        } else {
            !self.is_taken() && (self.acts_next() && !self.after.is_empty() || self.measures_next())
        }
    }

    /// Whether the clause that the period opens, or the next one where a comma follows the period, says what is to be done.
    fn promises(&self) -> bool {
        // The members of a list are one clause: 全年交通、水利投资分别达到20亿元、10亿元.
        let ends_clause = |character: char| is_break(character) && character != '、';
        let clause = if self.after.trim().is_empty() {
            ahead(self.rest.trim_start_matches(is_break), 0, 40, ends_clause)
        } else {
            ahead(self.text, self.span.end, 40, ends_clause)
        };
        let is_alone = clause.is_empty() && self.lead().is_empty();
        is_alone
            || (!clause.contains('已')
                && (clause.contains(is_digit)
                    || has_verb_or_promise(clause)
                    || DONE.iter().chain(BEGUN).chain(DOING).any(|word| clause.contains(word))))
    }

    /// Whether the word directly before takes the period to itself: 制定四季度计划, 较一季度.
    fn is_taken(&self) -> bool {
        TAKERS.iter().any(|word| self.before.ends_with(word))
            || verb_ends_at(self.text, self.span.start - self.before.len(), self.span.start)
                && !["带动", "推动", "争取", "促进", "统筹推进"]
                    .iter()
                    .any(|word| self.before.ends_with(word))
    }

    /// Whether the period is what something is compared with or counted from: 较2025年底, 从2025年6月开始.
    pub(crate) fn is_compared(&self) -> bool {
        COMPARERS.iter().any(|word| self.before.ends_with(word))
            && !["应", "须", "要"].iter().any(|word| self.before.ends_with(word))
    }

    /// Whether a measured thing and its value follow: 资金上半年使用率达50%以上.
    fn measures_next(&self) -> bool {
        let head = ahead(self.after, 0, 10, |_| false);
        self.after.contains(is_digit)
            && !self.after.contains('的')
            && [
                "达",
                "增长",
                "稳定在",
                "控制在",
                "提高",
                "提升",
                "下降",
                "降至",
                "降到",
                "压减",
                "不低于",
                "不少于",
                "超过",
                "突破",
            ]
            .iter()
            .any(|word| head.contains(word))
    }

    /// Whether the period belongs to the condition of a measure or to a name, and not to the work: 对2024年3月31日前供应的土地.
    pub(crate) fn is_condition(&self) -> bool {
        const THOSE: &[&str] = &["对", "凡", "针对", "对于", "凡在", "对在", "对于在", "将", "把"];
        let has_attribute = self.after.contains('的');
        let clause = self.clause_behind();
        // 企业的年内新增贷款
        self.before.ends_with('的')
            || self.after.starts_with('的')
            // 年底前建成投产的，给予奖励
            || (clause.len() > 3 && clause.ends_with('的'))
            || APPLICANTS.iter().any(|word| clause.ends_with(word))
            || (["对", "凡", "针对"].iter().any(|word| self.before.starts_with(word)) && has_attribute)
            // 对于3月底前供应，目前尚未开工的用地
            || ((THOSE.contains(&self.before) || self.before.ends_with('且'))
                && (has_attribute || self.rest.contains('的')))
            // 统筹年底前无法支出的资金，改造2000年底前建成的小区
            || (has_attribute && !self.opens_clause() && self.is_taken())
            // 8月31日前金融机构已发放的贷款
            || (has_attribute && self.after.contains('已'))
            // 5月18日前发放的贷款
            || verb_end_at(self.text, self.span.end).is_some_and(|end| char_at(self.text, end) == Some('的'))
            // 可在12月31日前享受退税
            || ["可在", "可于", "可"].iter().any(|word| self.before.ends_with(word))
            || self.is_for_applicants(has_attribute)
    }

    /// Whether a day is the last one of a relief: 2025年12月31日前，对小规模纳税人减半征收.
    pub(crate) fn is_relief(&self, period: &Period) -> bool {
        period.shape == Shape::Day
            && !DONE.iter().any(|word| self.after.contains(word))
            && RELIEFS
                .iter()
                .any(|word| self.after.contains(word) || self.rest.contains(word))
    }

    /// The clause that the period opens: what stands behind it, or behind the comma that follows it.
    fn clause_behind(&self) -> &str {
        if self.after.trim().is_empty() {
            ahead(self.rest.trim_start_matches(is_break), 0, 40, is_break)
        } else {
            self.after
        }
    }

    /// Whether somebody gets something for what was done by then.
    fn is_for_applicants(&self, has_attribute: bool) -> bool {
        // 12月31日前（期房在次年底前）缴清契税
        let deed = if self.after.starts_with(['（', '(']) {
            self.after.split_once(['）', ')']).map_or("", |(_, behind)| behind)
        } else {
            self.after.trim_start_matches(['）', ')'])
        };
        let applies = APPLYING.iter().any(|word| deed.starts_with(word));
        let next = self.rest.trim_start_matches(is_break);
        let gets = GRANTS.iter().any(|word| next.starts_with(word))
            || ["可给予", "可享受", "给予奖励", "给予补"]
                .iter()
                .any(|word| self.after.contains(word))
            || applies
                && ["补贴", "补助", "奖励", "优惠"]
                    .iter()
                    .any(|word| self.rest.contains(word) || self.after.contains(word));
        (applies && (gets || has_attribute))
            || (gets
                && (has_attribute && verb_or_promise_at(self.text, self.span.end) || self.after.contains("可给予")))
    }

    /// Whether the date is the end of a measure's validity: 延长至2024年12月31日, 政策执行至年底.
    pub(crate) fn is_validity(&self, period: &Period) -> bool {
        if !period.until {
            return false;
        }
        let words = &self.text[self.span.start..];
        let arrives = words.starts_with('到');
        // 截至 looks back, or says how long a measure is open.
        let closes = words.starts_with('截') && !period.before;
        let is_work =
            DONE.iter().any(|word| self.clause_behind().contains(word)) && !self.clause_behind().contains('已');
        PROLONGED.iter().any(|word| self.before.ends_with(word))
            || (!arrives && !period.before && !self.opens_clause())
            || (closes && !is_work)
    }

    /// Whether the period is the years of a plan in brackets behind its name: 三年行动（2023—2025年）.
    pub(crate) fn is_named(&self, period: &Period) -> bool {
        period.shape == Shape::Year
            && !period.before
            && !period.ends
            && matches!(char_before(self.text, self.span.start), Some('（' | '('))
            && matches!(char_at(self.text, self.span.end), Some('）' | ')'))
    }

    /// Whether another period follows in the clause, so that this one names the thing: 2024年专项债年底前支付完毕.
    pub(crate) fn has_time_behind(&self) -> bool {
        [
            "底前",
            "月前",
            "日前",
            "年内",
            "上半年",
            "下半年",
            "季度",
            "月底",
            "年底",
            "五一”前",
            "节前",
            "汛前",
            "汛期前",
            "元旦前",
            "国庆前",
            "十一”前",
        ]
        .iter()
        .any(|word| self.after.contains(word))
    }

    /// Whether the year is that of a list or a plan out of which something is done: 2024年投资清单中新建项目, 2024年计划内的项目.
    pub(crate) fn names_list(&self) -> bool {
        let head = ahead(self.after, 0, 16, |_| false);
        LISTS.iter().any(|list| {
            head.find(list).is_some_and(|index| {
                let behind = &self.after[index + list.len()..];
                ["中", "内", "里", "的", "所列", "确定", "明确", "安排的"]
                    .iter()
                    .any(|word| behind.starts_with(word))
            })
        })
    }

    /// Whether the expression is the attribute of a thing or taken by the verb before it: 汛前检查, 开展汛前.
    pub(crate) fn is_attribute(&self, things: &[&str]) -> bool {
        things.iter().any(|word| self.after.starts_with(word))
            || ["抢抓", "抓住", "把握", "利用", "用好"]
                .iter()
                .any(|word| self.before.contains(word))
            || !self.opens_clause() && self.is_taken()
    }

    /// Whether the clause behind the comma that follows the period says that work is done or begun: 2024年12月，云溪电站建成.
    pub(crate) fn ends_or_begins_behind_comma(&self) -> bool {
        let clause = self.clause_behind();
        self.after.trim().is_empty()
            && self.rest.starts_with(['，', ','])
            && self.opens_clause()
            && !clause.contains(['了', '《', '已', '被'])
            && DONE.iter().chain(BEGUN).any(|word| clause.contains(word))
    }

    /// Whether what is done by then is said of something else than the clauses before: the clause names a subject of its own.
    pub(crate) fn has_own_subject(&self) -> bool {
        let mut lead = self.lead();
        while let Some(cut) = OPENERS
            .iter()
            .chain(PLACES)
            .chain(LINKS)
            .find_map(|word| lead.strip_suffix(word))
        {
            lead = cut;
        }
        // （1）6月底前；（2）年底前 are the times of two things.
        let is_numbered = self.before.trim_end().ends_with(['）', ')', '①', '②', '③', '④', '⑤']);
        if lead.is_empty() && is_numbered {
            return true;
        }
        if !lead.is_empty() {
            return !WHOLES.contains(&lead)
                && !PARTS.iter().any(|word| lead.starts_with(word))
                && !verb_or_promise_at(lead, 0)
                && !DONE.iter().chain(BEGUN).chain(DOING).any(|word| lead.starts_with(word));
        }
        // 年底前管网漏损率降至9%以下; but a rate of progress is that of the work itself: 10月底前竣工率达到90%.
        let names = !self.after.is_empty() && !self.acts_next();
        let head = ahead(self.after, 0, 16, |_| false);
        let is_progress = head.contains("进度")
            || head.find('率').is_some_and(|index| {
                DONE.iter()
                    .chain(BEGUN)
                    .chain(SPENDING)
                    .any(|word| head[..index].ends_with(word))
            });
        names && !is_progress && head.contains(['率', '量', '值', '额', '比']) && self.measures_next()
    }

    /// Whether the clause speaks of a part of what the clause before it says: 其中6月底前完成10家.
    pub(crate) fn speaks_of_part(&self) -> bool {
        self.lead().contains("其中")
    }

    /// Whether the clause speaks of what is left of the work: 其余年内完工.
    pub(crate) fn speaks_of_rest(&self) -> bool {
        ["其余", "剩余", "余下"]
            .iter()
            .any(|word| self.lead().starts_with(word))
    }

    /// Whether the month is the second of two: 1—2月.
    pub(crate) fn follows_dash(&self) -> bool {
        matches!(
            char_before(self.text, self.span.start),
            Some('—' | '-' | '–' | '－' | '~' | '～' | '、')
        )
    }

    /// Whether the clause ends here or goes on with a verb.
    pub(crate) fn acts_next(&self) -> bool {
        if NOMINAL.iter().any(|word| self.after.starts_with(word)) && !self.after.contains(is_digit) {
            return false;
        }
        self.after.is_empty()
            || verb_or_promise_at(self.text, self.span.end)
            || self.ends_or_begins_next()
            || DOING.iter().any(|word| self.after.starts_with(word))
            || ["基本", "累计", "全面", "要", "全口径", "正式", "再", "整改"]
                .iter()
                .any(|word| self.after.starts_with(word))
    }

    /// Whether all of it begins by then, as the last stage of a chain: 9月底前全部开工.
    pub(crate) fn all_begin(&self) -> bool {
        self.after.starts_with("全部") || self.after.starts_with("全面")
    }
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit() || ('０'..='９').contains(&character)
}
