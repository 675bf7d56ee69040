//! The rules, one a file. Each file's head is the rule's manual page; its sentences stand in `corpus/sentences/<family>/<rule>.spec`.
//!
//! To add a rule: write `rules/<family>/<rule>.rs` with its head, its `RULE` and its reading function, name it in the family's
//! `mod.rs` and in [`RULES`], call it from the family's room, and write its spec with sentences that it must and must not take.
//! A test refuses a rule without spec.

pub(crate) mod deadline;
pub(crate) mod mention;
pub(crate) mod numbering;
pub(crate) mod party;
pub(crate) mod scope;
pub(crate) mod target;

/// One rule: its stable code and its manual page.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// `family/name`. A released code keeps its meaning for ever.
    pub code: &'static str,
    source: &'static str,
}

impl Rule {
    /// The family: the part of the code before the slash.
    pub fn family(&self) -> &'static str {
        self.code.split_once('/').map_or(self.code, |(family, _)| family)
    }

    /// The name: the part of the code behind the slash.
    pub fn name(&self) -> &'static str {
        self.code.split_once('/').map_or(self.code, |(_, name)| name)
    }

    /// The manual page: the head of the file in which the rule stands.
    pub fn manual(&self) -> String {
        let mut page = String::new();
        for line in self.source.lines() {
            let Some(text) = line.strip_prefix("//!") else { break };
            page.push_str(text.strip_prefix(' ').unwrap_or(text));
            page.push('\n');
        }
        page
    }

    /// The first sentence of the manual page.
    pub fn summary(&self) -> String {
        self.manual()
            .lines()
            .take_while(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// The rule with the code `family/name` whose head is the file it is written in.
macro_rules! rule {
    ($family:literal, $name:literal, $file:literal) => {
        /// The rule of this file.
        pub(crate) static RULE: crate::rules::Rule =
            crate::rules::Rule::new(concat!($family, "/", $name), include_str!($file));
    };
}
pub(crate) use rule;

impl Rule {
    pub(crate) const fn new(code: &'static str, source: &'static str) -> Self {
        Self { code, source }
    }
}

/// Every rule, by family and then in the order in which the family tries them.
pub static RULES: &[&Rule] = &[
    &numbering::part::RULE,
    &numbering::chinese_comma::RULE,
    &numbering::article::RULE,
    &numbering::bracketed_chinese::RULE,
    &numbering::arabic_point::RULE,
    &numbering::inline::RULE,
    &numbering::paragraph_task::RULE,
    &numbering::table_row::RULE,
    &numbering::supplementary::RULE,
    &party::label_bracket::RULE,
    &party::verb_bracket::RULE,
    &party::names_bracket::RULE,
    &party::label_line::RULE,
    &party::trailing_sentence::RULE,
    &party::subject_sentence::RULE,
    &party::section_line::RULE,
    &party::stated_once::RULE,
    &party::table_column::RULE,
    &party::heading::RULE,
    &party::first_leads::RULE,
    &mention::ordinal::RULE,
    &mention::identifier::RULE,
    &mention::date::RULE,
    &mention::quoted_name::RULE,
    &mention::specification::RULE,
    &mention::age::RULE,
    &mention::procedure_duration::RULE,
    &mention::rate_or_subsidy::RULE,
    &mention::programme_name::RULE,
    &mention::norm::RULE,
    &mention::threshold::RULE,
    &mention::existing_thing::RULE,
    &mention::actual_value::RULE,
    &mention::fixed_phrase::RULE,
    &mention::no_unit::RULE,
    &mention::no_promise::RULE,
    &target::range::RULE,
    &target::bound_after::RULE,
    &target::bound_before::RULE,
    &target::limit_to::RULE,
    &target::change_by::RULE,
    &target::reach::RULE,
    &target::count_with_verb::RULE,
    &target::shared_verb::RULE,
    &target::bare_count::RULE,
    &target::unit_cell::RULE,
    &target::state::RULE,
    &target::fold::RULE,
    &target::relative::RULE,
    &deadline::window::RULE,
    &deadline::month_end::RULE,
    &deadline::year_end::RULE,
    &deadline::day::RULE,
    &deadline::quarter::RULE,
    &deadline::half_year::RULE,
    &deadline::within_year::RULE,
    &deadline::horizon::RULE,
    &deadline::year::RULE,
    &deadline::plan_period::RULE,
    &deadline::school_term::RULE,
    &deadline::event::RULE,
    &deadline::relative::RULE,
    &deadline::recurring::RULE,
    &deadline::continuous::RULE,
    &deadline::stated_once::RULE,
    &scope::topic_task::RULE,
    &scope::topic_clause::RULE,
];

/// The rule with a stable code.
pub fn rule_by_code(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code == code)
}
