//! The registry of bodies: which name is whose, since when and until when, and who followed.
//!
//! What it is for: [`Registry::resolve`] tells what a name means at a date. What it is not for: finding names in a text, and merging two
//! bodies into one. A name that has gone keeps its own full form, a name that could be two bodies' stays as written, and so does one that
//! nobody knows; each says so.

mod document;
mod file;
mod nearest;

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

pub(crate) use document::resolve_clauses;
pub use file::RegistryFault;
use file::{Days, Reforms};
use jiff::civil::Date;

/// One name of one body, for as long as it bore it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Body {
    full: String,
    short: Vec<String>,
    /// The full name without its end, by which successors are named.
    family: String,
    end: String,
    /// Whether a bare place stands before its name: 云岭银保监局.
    is_branch: bool,
    from: Option<Days>,
    until: Option<Days>,
    successors: Vec<String>,
}

impl Body {
    fn is_valid(&self, at: Date, level: Option<Level>) -> bool {
        self.from.is_none_or(|from| from.first() <= at) && self.until.is_none_or(|until| at <= until.last(level))
    }
}

/// The floor of government that a name's territory tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// 国家, 全国, 中国.
    National,
    /// 省, 自治区.
    Province,
    /// 市, 州, 盟, 地区. The four municipalities count as provinces.
    City,
    /// 县, 区, 旗.
    County,
}

impl Level {
    /// Every level.
    pub const ALL: [Level; 4] = [Level::National, Level::Province, Level::City, Level::County];

    /// The stable word of the level.
    pub fn code(self) -> &'static str {
        match self {
            Level::National => "national",
            Level::Province => "province",
            Level::City => "city",
            Level::County => "county",
        }
    }
}

/// What a name means at a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The full name with the territory as written; the name as written where it is not one body's.
    pub name: String,
    /// What is known about it.
    pub standing: Standing,
    /// The level that the territory before the name tells.
    pub level: Option<Level>,
    /// The first day at the centre on which the name was borne, where the registry knows one.
    pub from: Option<Date>,
    /// The last day at this level by which the name had gone.
    pub until: Option<Date>,
    /// Who followed, with the same territory before them.
    pub successors: Vec<String>,
}

/// What is known about a name at a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// One body bears it at that date.
    Known,
    /// The body that bore it had gone by that date.
    Superseded,
    /// The body that bears it did not exist yet at that date.
    NotYet,
    /// More than one body is called so.
    Ambiguous {
        /// Their full names.
        alternatives: Vec<String>,
    },
    /// Nobody is called so.
    Unknown {
        /// The nearest names, nearest first, at most three.
        candidates: Vec<String>,
    },
}

impl Standing {
    /// The stable word of the standing.
    pub fn code(&self) -> &'static str {
        match self {
            Standing::Known => "known",
            Standing::Superseded => "superseded",
            Standing::NotYet => "not-yet",
            Standing::Ambiguous { .. } => "ambiguous",
            Standing::Unknown { .. } => "unknown",
        }
    }
}

/// Names and the bodies that bear them.
///
/// # Examples
///
/// ```
/// use jiff::civil::date;
/// use luoshi_parse::organisations::{Registry, Standing};
///
/// let found = Registry::shipped().resolve("省国土资源厅", Some(date(2020, 1, 1)));
/// assert_eq!(found.standing, Standing::Superseded);
/// assert_eq!((found.name.as_str(), found.successors[0].as_str()), ("省国土资源厅", "省自然资源厅"));
///
/// let site = Registry::shipped().extended("[[body]]\nfull = \"青垣新城管理处\"\nshort = [\"新城处\"]\n").unwrap();
/// assert_eq!(site.resolve("新城处", None).name, "青垣新城管理处");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registry {
    bodies: Vec<Body>,
    names: HashMap<String, Vec<usize>>,
    families: HashSet<String>,
    branches: Vec<usize>,
    reforms: Reforms,
}

static SHIPPED: LazyLock<Registry> = LazyLock::new(|| {
    // A file that cannot be read leaves every name as it is written; a test reads the shipped one.
    Registry::default()
        .extended(include_str!("../../words/organisations.toml"))
        .unwrap_or_default()
});

/// Characters of a name in which its territory is looked for: 云岭彝族自治州青垣县 and the like.
const TERRITORY: usize = 16;

/// The most candidates that are named.
const CANDIDATES: usize = 3;

/// What may stand between a territory and the office of its party or government.
const HOLDERS: [&str; 7] = ["人民政府", "政府", "党工委", "党委", "工委", "委", "直"];

impl Registry {
    /// The registry that is shipped with the program.
    pub fn shipped() -> &'static Registry {
        &SHIPPED
    }

    /// This registry with the bodies of a site's own file.
    ///
    /// # Errors
    /// What is wrong with the file, all of it at once.
    pub fn extended(&self, text: &str) -> Result<Registry, Vec<RegistryFault>> {
        let mut whole = self.clone();
        let bodies = file::read(text, &mut whole.reforms, &|family| self.families.contains(family))?;
        for body in bodies {
            whole.add(body);
        }
        Ok(whole)
    }

    fn add(&mut self, body: Body) {
        let index = self.bodies.len();
        for name in body.short.iter().chain([&body.full]) {
            let bearers = self.names.entry(name.clone()).or_default();
            if !bearers.contains(&index) {
                bearers.push(index);
            }
        }
        self.families.insert(body.family.clone());
        if body.is_branch {
            self.branches.push(index);
        }
        self.bodies.push(body);
    }

    /// How many names of bodies it holds, each for its own time.
    pub fn len(&self) -> usize {
        self.bodies.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.bodies.is_empty()
    }

    /// The names that are borne by more than one body at the same time and are therefore left as written, each with those bodies.
    pub fn ambiguous_names(&self) -> Vec<(String, Vec<String>)> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        for name in self.bodies.iter().flat_map(|body| &body.short) {
            if !seen.insert(name) {
                continue;
            }
            let bearers = self.bearers(name);
            let clash = bearers.iter().any(|left| {
                bearers.iter().any(|right| {
                    left.full != right.full
                        && right
                            .until
                            .is_none_or(|until| left.from.is_none_or(|from| from.first() < until.first()))
                        && left
                            .until
                            .is_none_or(|until| right.from.is_none_or(|from| from.first() < until.first()))
                })
            });
            if clash && !bearers.iter().any(|body| body.full == *name) {
                found.push((name.clone(), full_names(bearers.iter().copied())));
            }
        }
        found
    }

    fn bearers(&self, name: &str) -> Vec<&Body> {
        self.names
            .get(name)
            .into_iter()
            .flatten()
            .filter_map(|&index| self.bodies.get(index))
            .collect()
    }

    /// Whether a name without its territory is some body's, at whatever time.
    pub fn knows(&self, core: &str) -> bool {
        self.names.contains_key(core)
    }

    /// The territory before the known core of a name: 青垣县 of 青垣县财政局. None where the name has none, or nobody knows it.
    pub(crate) fn territory_of<'a>(&self, name: &'a str) -> Option<&'a str> {
        cuts(name)
            .find(|(_, core)| self.knows(core))
            .map(|(territory, _)| territory)
            .filter(|territory| !territory.is_empty())
    }

    /// What `name` means at a date. Without a date the bodies of today come before those that have gone.
    ///
    /// A second name in brackets at the end (市商务局（市粮食局）) is resolved for itself.
    pub fn resolve(&self, name: &str, at: Option<Date>) -> Resolution {
        if let Some((outer, open, inner, close)) = bracketed(name) {
            let mut found = self.resolve_single(outer, at);
            let second = self.resolve_single(inner, at);
            found.name = format!("{}{open}{}{close}", found.name, second.name);
            return found;
        }
        self.resolve_single(name, at)
    }

    fn resolve_single(&self, name: &str, at: Option<Date>) -> Resolution {
        for (territory, core) in cuts(name) {
            let bearers = self.bearers(core);
            if !bearers.is_empty() {
                return self.choose(name, territory, core, &bearers, at);
            }
        }
        if let Some(index) = self.branch_of(name)
            && let Some(body) = self.bodies.get(index)
        {
            let place = &name[..name.len() - body.full.len()];
            return self.choose(name, place, &body.full, &self.bearers(&body.full), at);
        }
        if let Some((core, rest)) = self.office_of_the_centre(name) {
            let mut found = self.choose(core, "", core, &self.bearers(core), at);
            let rest = rest.replace("中支", "中心支行").replace("营管部", "营业管理部");
            found.name.push_str(&rest);
            return found;
        }
        Resolution {
            name: name.to_owned(),
            standing: Standing::Unknown { candidates: Vec::new() },
            level: level_of(name),
            from: None,
            until: None,
            successors: Vec::new(),
        }
    }

    /// A body of the centre at the head of the name of its own office in a place, and the rest: 人行云岭中支.
    fn office_of_the_centre<'a>(&self, name: &'a str) -> Option<(&'a str, &'a str)> {
        const OFFICES: [&str; 10] = [
            "分行",
            "支行",
            "中支",
            "营管部",
            "营业管理部",
            "营业部",
            "分局",
            "支局",
            "监管局",
            "办事处",
        ];
        if !OFFICES.iter().any(|office| name.ends_with(office)) {
            return None;
        }
        name.char_indices()
            .skip(2)
            .take(12)
            .map(|(index, _)| name.split_at(index))
            .filter(|(core, _)| self.bearers(core).iter().any(|body| is_of_the_centre(&body.full)))
            .last()
    }

    /// The body of the centre whose name follows a bare place of two to four characters.
    fn branch_of(&self, name: &str) -> Option<usize> {
        let fits = |body: &(usize, &Body)| {
            name.strip_suffix(body.1.full.as_str())
                .is_some_and(|place| (2..=4).contains(&place.chars().count()))
        };
        // The longest is meant: 云岭银保监局 is no 保监局 of a place called 云岭银.
        self.branches
            .iter()
            .filter_map(|&index| Some((index, self.bodies.get(index)?)))
            .filter(fits)
            .max_by_key(|(_, body)| body.full.len())
            .map(|(index, _)| index)
    }

    fn choose(&self, name: &str, territory: &str, core: &str, bearers: &[&Body], at: Option<Date>) -> Resolution {
        let level = level_of(territory).or_else(|| core.ends_with('厅').then_some(Level::Province));
        let is_of_now = |body: &Body| match at {
            Some(at) => body.is_valid(at, level),
            None => body.until.is_none(),
        };
        let mut fitting: Vec<&Body> = bearers.iter().copied().filter(|body| is_of_now(body)).collect();
        let is_valid = !fitting.is_empty();
        if !is_valid {
            fitting = bearers.to_vec();
        }
        // Whoever is called so in full comes before those for whom it is short.
        if fitting.iter().any(|body| body.full == core) {
            fitting.retain(|body| body.full == core);
        }
        let full = full_names(fitting.iter().copied());
        // 市人民银行 is an office of the bank, and which one is not said.
        let is_office_of_centre = !territory.is_empty() && full.iter().all(|full| full.starts_with("中国"));
        let ([full], Some(body)) = (full.as_slice(), fitting.last()) else {
            return Resolution {
                name: name.to_owned(),
                standing: Standing::Ambiguous {
                    alternatives: full.iter().map(|full| format!("{territory}{full}")).collect(),
                },
                level,
                from: None,
                until: None,
                successors: Vec::new(),
            };
        };
        let standing = match at {
            _ if is_valid => Standing::Known,
            Some(at) if body.from.is_some_and(|from| at < from.first()) => Standing::NotYet,
            Some(_) => Standing::Superseded,
            None => Standing::Known,
        };
        Resolution {
            name: if is_office_of_centre {
                name.to_owned()
            } else {
                format!("{territory}{full}")
            },
            standing,
            level,
            from: body.from.map(Days::first),
            until: body.until.map(|until| until.last(level)),
            successors: self.successors(body, territory),
        }
    }

    /// Who followed a body, with its territory before them; bodies of the centre bear their own names.
    fn successors(&self, body: &Body, territory: &str) -> Vec<String> {
        let mut found = Vec::new();
        for family in &body.successors {
            let members = || self.bodies.iter().filter(|member| member.family == *family);
            let follower = members()
                .find(|member| member.end == body.end)
                .or_else(|| members().next());
            if let Some(follower) = follower {
                found.push(format!("{territory}{}", follower.full));
            }
        }
        found
    }

    /// The known names that are nearest to an unknown one, with its territory before them, nearest first, at most three.
    ///
    /// It looks at every name of the registry and is meant for the few names of a document that nobody knows.
    pub fn nearest(&self, name: &str) -> Vec<String> {
        let bare = bracketed(name).map_or(name, |parts| parts.0);
        let mut found: Vec<(usize, String)> = Vec::new();
        for (territory, core) in cuts(bare) {
            let characters: Vec<char> = core.chars().collect();
            let most = nearest::farthest(characters.len());
            if most == 0 {
                continue;
            }
            for body in &self.bodies {
                let steps = body
                    .short
                    .iter()
                    .chain([&body.full])
                    .filter_map(|known| nearest::distance(&characters, &known.chars().collect::<Vec<_>>(), most))
                    .min();
                if let Some(steps) = steps {
                    found.push((steps, format!("{territory}{}", body.full)));
                }
            }
        }
        found.sort();
        let mut names: Vec<String> = Vec::new();
        for (_, name) in found {
            if names.len() < CANDIDATES && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// Whether a full name is of a body of the centre that has offices in places.
fn is_of_the_centre(full: &str) -> bool {
    full.starts_with("中国") || full.starts_with("国家") && full.ends_with("总局")
}

fn full_names<'a>(bodies: impl Iterator<Item = &'a Body>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for body in bodies {
        if !names.contains(&body.full) {
            names.push(body.full.clone());
        }
    }
    names
}

/// The ways to cut a name into territory and core: the whole name first, then behind each word that ends a territory.
fn cuts(name: &str) -> impl Iterator<Item = (&str, &str)> {
    let behind_territory = name.char_indices().take(TERRITORY).filter_map(|(index, character)| {
        let cut = index + character.len_utf8();
        let ends_territory = matches!(character, '省' | '市' | '州' | '盟' | '县' | '区' | '旗' | '国' | '家');
        (ends_territory && cut < name.len()).then_some(cut)
    });
    std::iter::once((&name[..0], name)).chain(behind_territory.flat_map(|cut| {
        let rest = &name[cut..];
        let holder = HOLDERS
            .iter()
            .find(|holder| rest.starts_with(**holder) && rest.len() > holder.len())
            .map(|holder| cut + holder.len());
        std::iter::once(cut)
            .chain(holder)
            .map(|cut| (&name[..cut], &name[cut..]))
    }))
}

/// The level that the last word of a territory tells.
fn level_of(territory: &str) -> Option<Level> {
    const MUNICIPALITIES: [&str; 4] = ["北京市", "天津市", "上海市", "重庆市"];
    if MUNICIPALITIES.contains(&territory) {
        return Some(Level::Province);
    }
    let (at, mark) = territory
        .char_indices()
        .rfind(|(_, character)| matches!(character, '省' | '市' | '州' | '盟' | '县' | '区' | '旗' | '国' | '家'))?;
    match mark {
        '省' => Some(Level::Province),
        '区' if territory[..at].ends_with("自治") => Some(Level::Province),
        '区' if territory[..at].ends_with('地') => Some(Level::City),
        '市' | '州' | '盟' => Some(Level::City),
        '国' | '家' => Some(Level::National),
        _ => Some(Level::County),
    }
}

/// A name with a second one in brackets at its end: both, and the brackets.
fn bracketed(name: &str) -> Option<(&str, char, &str, char)> {
    let close = name.chars().next_back()?;
    let open = match close {
        '）' => '（',
        ')' => '(',
        '〕' => '〔',
        '］' => '［',
        ']' => '[',
        '〉' => '〈',
        '＞' => '＜',
        '>' => '<',
        _ => return None,
    };
    let at = name.find(open)?;
    let inner = name.get(at + open.len_utf8()..name.len() - close.len_utf8())?;
    (at > 0 && !inner.is_empty()).then_some((&name[..at], open, inner, close))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[track_caller]
    fn check(name: &str, year: i16, full: &str, standing: &str) {
        let found = Registry::shipped().resolve(name, Some(date(year, 7, 1)));
        assert_eq!(
            (found.name.as_str(), found.standing.code()),
            (full, standing),
            "{name} in {year}"
        );
    }

    #[test]
    fn the_shipped_file_is_sound() {
        let read = Registry::default().extended(include_str!("../../words/organisations.toml"));
        assert_eq!(read.as_ref().err(), None);
        assert!(Registry::shipped().len() > 300, "{}", Registry::shipped().len());
        assert_eq!(Registry::shipped().ambiguous_names(), []);
    }

    #[test]
    fn names_mean_what_they_meant_at_the_date() {
        check("省发改委", 2016, "省发展和改革委员会", "known");
        check("省国土厅", 2016, "省国土资源厅", "known");
        check("省国土资源厅", 2020, "省国土资源厅", "superseded");
        check("省自然资源厅", 2016, "省自然资源厅", "not-yet");
        check("市金融监管局", 2020, "市地方金融监督管理局", "known");
        check("市金融监管局", 2025, "市金融监管局", "known");
        check("交通局", 2006, "交通局", "known");
        check("交通局", 2020, "交通运输局", "known");
        check("县药监局", 2001, "县药品监督管理局", "known");
        check("县药监局", 2019, "县药品监督管理局", "known");
        check("省数据局", 2022, "省数据局", "not-yet");
        check("云岭银保监分局", 2020, "云岭银保监分局", "known");
        check("云岭银保监分局", 2025, "云岭银保监分局", "superseded");
        check("云岭金融监管局", 2025, "云岭金融监管局", "known");
        check("省委政研室", 2020, "省委政策研究室", "known");
        check("市政府研究室", 2020, "市政府研究室", "known");
    }

    #[test]
    fn offices_of_the_centre_bear_its_full_name() {
        check("人行云岭中支", 2020, "中国人民银行云岭中心支行", "known");
        check("人民银行云岭市分行", 2024, "中国人民银行云岭市分行", "known");
        check(
            "金融监管总局云岭监管分局",
            2024,
            "国家金融监督管理总局云岭监管分局",
            "known",
        );
        check("市人民银行", 2024, "市人民银行", "known");
        check("建设银行云岭分行", 2024, "建设银行云岭分行", "unknown");
    }

    #[test]
    fn offices_of_a_committee_keep_its_word() {
        check("省委金融办", 2024, "省委金融委员会办公室", "known");
        check("市委社会工作部", 2024, "市委社会工作部", "known");
        check("省委编办", 2024, "省委机构编制委员会办公室", "known");
        check("省委农办", 2024, "省委农村工作领导小组办公室", "known");
        check("市委外办", 2024, "市委外事工作委员会办公室", "known");
        check("县政府办", 2024, "县政府办公室", "known");
        check("省政府办", 2024, "省政府办公厅", "known");
        check("市审批局", 2024, "市行政审批局", "known");
        check("市科委", 2024, "市科学技术委员会", "known");
    }

    #[test]
    fn a_reform_reaches_each_level_in_its_own_time() {
        let at = |name: &str, day| Registry::shipped().resolve(name, Some(day)).standing;
        let spring = date(2019, 2, 1);
        assert_eq!(at("省国土资源厅", spring), Standing::Superseded);
        assert_eq!(at("云岭市国土资源局", spring), Standing::Known);
        assert_eq!(at("云岭市自然资源局", spring), Standing::Known);
    }

    #[test]
    fn successors_bear_the_territory() {
        let successors = |name: &str| Registry::shipped().resolve(name, Some(date(2025, 1, 1))).successors;
        assert_eq!(successors("省国土资源厅"), ["省自然资源厅"]);
        assert_eq!(successors("市质监局"), ["市市场监督管理局"]);
        assert_eq!(successors("县安监局"), ["县应急管理局"]);
        assert_eq!(successors("县扶贫办"), ["县乡村振兴局"]);
        assert_eq!(successors("市卫计委"), ["市卫生健康委员会"]);
        assert_eq!(successors("省法制办"), ["省司法厅"]);
        assert_eq!(successors("省环保厅"), ["省生态环境厅"]);
    }

    #[test]
    fn near_names_never_merge() {
        let names = ["公安厅", "安全厅", "安监局", "工商局", "工商联", "国安局", "应急局"];
        for name in names {
            let found = Registry::shipped().resolve(name, Some(date(2016, 1, 1)));
            for other in names.iter().filter(|other| **other != name) {
                assert_ne!(
                    found.name,
                    Registry::shipped().resolve(other, Some(date(2016, 1, 1))).name
                );
            }
        }
    }

    #[test]
    fn an_unknown_name_stays_and_has_candidates() {
        let found = Registry::shipped().resolve("省农村农业厅", Some(date(2020, 1, 1)));
        assert_eq!(found.name, "省农村农业厅");
        assert_eq!(found.standing.code(), "unknown");
        assert_eq!(
            Registry::shipped().nearest("省农村农业厅").first().map(String::as_str),
            Some("省农业农村厅")
        );
        assert!(Registry::shipped().nearest("青垣县人工降雨指挥中枢").is_empty());
    }

    #[test]
    fn second_names_in_brackets_are_resolved_too() {
        check(
            "市市场监管局（市知识产权局）",
            2025,
            "市市场监督管理局（市知识产权局）",
            "known",
        );
        check("各县(市)人民政府", 2025, "各县(市)人民政府", "unknown");
    }

    #[test]
    fn a_site_adds_its_own_bodies() {
        let own = "[[stem]]\nfull = \"林果产业\"\nshort = [\"林果\"]\nends = [\"局\"]\nuntil = \"2023\"\nsuccessors = [\"农业农村\"]\n";
        let registry = Registry::shipped().extended(own).unwrap();
        let found = registry.resolve("县林果局", Some(date(2025, 6, 1)));
        assert_eq!(found.name, "县林果产业局");
        assert_eq!(found.successors, ["县农业农村局"]);
        assert!(registry.knows("发改委"));
    }

    #[test]
    fn every_fault_of_a_file_is_told() {
        let faults = |text: &str| Registry::shipped().extended(text).unwrap_err();
        let codes = |text: &str| faults(text).iter().map(RegistryFault::code).collect::<Vec<_>>();
        assert_eq!(
            faults("[[body]]\nfull = 3\n")
                .first()
                .map(|fault| matches!(fault, RegistryFault::Form { line: Some(2), .. })),
            Some(true)
        );
        assert_eq!(codes("[[body]]\nfull = \"\"\n"), ["registry-name"]);
        assert_eq!(codes("[[stem]]\nfull = \"林果\"\nends = []\n"), ["registry-no-ends"]);
        assert_eq!(
            codes("[[body]]\nfull = \"林果办\"\nfrom = \"2099\"\n"),
            ["registry-period"]
        );
        assert_eq!(
            codes("[[body]]\nfull = \"林果办\"\nfrom = \"2020-01-01\"\nuntil = \"2019-01-01\"\n"),
            ["registry-order"]
        );
        assert_eq!(
            codes("[[body]]\nfull = \"林果办\"\nsuccessors = [\"无此单位\"]\n"),
            ["registry-successor"]
        );
        assert_eq!(
            codes("[[body]]\nfull = \"林果办\"\n[[body]]\nfull = \"林果办\"\n"),
            ["registry-twice"]
        );
        assert_eq!(
            codes("[[body]]\nfull = \"林果办\"\ncolour = \"red\"\n"),
            ["registry-form"]
        );
    }
}
