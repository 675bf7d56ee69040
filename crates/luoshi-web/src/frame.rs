//! What stands around every page: language, navigation by role, the path back, who is signed in; and the wording of values.
//!
//! Templates see it as `frame`. It asks the application nothing.

use std::{borrow::Borrow, fmt::Display};

use jiff::{Timestamp, civil::Date, tz};
use luoshi_app::{PastDay, Standpoint};
use luoshi_ledger::{
    AsOfClock,
    actor::Role,
    light::{Colour, Light, Reason},
    period::Period,
    target::Target,
};
use luoshi_types::{Comparator, Decimal, Language};

use crate::{
    as_of,
    form::FieldErrors,
    language::{self, Value},
    magnitude, urls,
    visitor::Visitor,
};

/// The path as an address of this site: one that began with two slashes would name another host in a link.
fn local(path: &str) -> String {
    format!("/{}", path.trim_start_matches(['/', '\\']))
}

/// The main divisions of the site, one an entry of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// 首页.
    Home,
    /// 台账.
    Ledger,
    /// 待办.
    ToDo,
    /// 审核.
    Approvals,
    /// 核验.
    Verifications,
    /// 文件.
    Documents,
    /// 公开.
    Public,
    /// 设置.
    Settings,
    /// Pages that belong to none, such as the one for signing in.
    Nowhere,
}

impl Place {
    const IN_ORDER: [Place; 8] = [
        Place::Home,
        Place::Ledger,
        Place::ToDo,
        Place::Approvals,
        Place::Verifications,
        Place::Documents,
        Place::Public,
        Place::Settings,
    ];

    fn code(self) -> &'static str {
        match self {
            Place::Home => "home",
            Place::Ledger => "ledger",
            Place::ToDo => "to-do",
            Place::Approvals => "approvals",
            Place::Verifications => "verifications",
            Place::Documents => "documents",
            Place::Public => "public",
            Place::Settings => "settings",
            Place::Nowhere => "nowhere",
        }
    }

    fn address(self) -> &'static str {
        match self {
            Place::Home | Place::Nowhere => urls::HOME,
            Place::Ledger => urls::LEDGERS,
            Place::ToDo => urls::TO_DO,
            Place::Approvals => urls::APPROVALS,
            Place::Verifications => urls::VERIFICATIONS,
            Place::Documents => urls::DOCUMENTS,
            Place::Public => urls::PUBLIC,
            Place::Settings => urls::SETTINGS,
        }
    }

    /// Whether somebody with these roles has business there.
    fn serves(self, roles: &[Role]) -> bool {
        match self {
            Place::ToDo => roles.contains(&Role::Clerk),
            Place::Approvals => roles.contains(&Role::Head),
            Place::Verifications | Place::Documents => roles.contains(&Role::Supervisor),
            _ => true,
        }
    }
}

/// One entry of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NavigationEntry {
    pub(crate) code: &'static str,
    pub(crate) address: &'static str,
    pub(crate) is_current: bool,
}

/// One step of the path back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) label: String,
    pub(crate) address: String,
}

/// The signed-in person as every page shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) organisation: String,
    pub(crate) form_token: String,
    pub(crate) roles: Vec<Role>,
    pub(crate) must_change_password: bool,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) language: Language,
    pub(crate) large_text: bool,
    pub(crate) person: Option<Person>,
    pub(crate) place: Place,
    /// The one heading of the page, also its name in the browser.
    pub(crate) title: String,
    /// The one sentence that says what the page is for.
    pub(crate) lead: String,
    pub(crate) path: Vec<Step>,
    /// The past day that the page shows; none for the present.
    pub(crate) past: Option<PastDay>,
    /// Whether nothing can be recorded since the log cannot be signed.
    pub(crate) log_halted: bool,
    /// Whether the head of the page has a box to search from; a page that searches itself has its own.
    has_search_box: bool,
    /// The address of the page itself, for the links that change language and text size.
    address: String,
    query: Option<String>,
}

impl Frame {
    pub(crate) fn new(visitor: &Visitor, place: Place) -> Self {
        Self {
            language: visitor.language,
            large_text: visitor.large_text,
            person: visitor.signed_in.as_ref().map(|signed_in| Person {
                name: signed_in.account.display_name.clone(),
                organisation: signed_in.account.organisation_name.clone(),
                form_token: signed_in.form_token.clone(),
                roles: signed_in.actor.roles.clone(),
                must_change_password: signed_in.must_change_password,
            }),
            place,
            title: String::new(),
            lead: String::new(),
            path: Vec::new(),
            past: None,
            log_halted: false,
            has_search_box: true,
            address: local(visitor.uri.path()),
            query: visitor.uri.query().map(str::to_owned),
        }
    }

    /// The same frame around what is seen from `standpoint`.
    #[must_use]
    pub(crate) fn seen_from(mut self, standpoint: &Standpoint<'_>) -> Self {
        self.past = standpoint.past();
        self
    }

    /// What the banner of a past day says: which day, by which clock.
    pub(crate) fn past_words(&self, past: &PastDay) -> String {
        self.say2(
            &format!("past-{}", past.as_of.clock.code()),
            "day",
            self.date(&past.as_of.day),
            "time",
            self.time(&past.known_until()),
        )
    }

    /// The fields of an address that keep the past day; none for the present.
    pub(crate) fn past_fields(&self) -> Vec<(&'static str, String)> {
        let Some(past) = self.past else { return Vec::new() };
        vec![
            (as_of::DAY_FIELD, past.as_of.day.to_string()),
            (as_of::CLOCK_FIELD, past.as_of.clock.code().to_owned()),
        ]
    }

    /// The clocks to choose from.
    pub(crate) fn clocks(&self) -> [AsOfClock; 2] {
        AsOfClock::ALL
    }

    /// Whether the page shows a past day by this clock.
    pub(crate) fn is_clock(&self, clock: &AsOfClock) -> bool {
        self.past.is_some_and(|past| past.as_of.clock == *clock)
    }

    /// An address of another page that can show a past day, with the one that is shown.
    pub(crate) fn keep_day(&self, address: impl Into<String>) -> String {
        let address = address.into();
        let fields: Vec<String> = self
            .past_fields()
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if fields.is_empty() {
            return address;
        }
        let joint = if address.contains('?') { '&' } else { '?' };
        format!("{address}{joint}{}", fields.join("&"))
    }

    /// This page as things stand, with the other fields of its query.
    pub(crate) fn present_address(&self) -> String {
        let kept: Vec<&str> = self
            .query
            .as_deref()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| {
                let field = pair.split('=').next().unwrap_or_default();
                !["", as_of::DAY_FIELD, as_of::CLOCK_FIELD, "lang", "text"].contains(&field)
            })
            .collect();
        if kept.is_empty() {
            self.address.clone()
        } else {
            format!("{}?{}", self.address, kept.join("&"))
        }
    }

    /// The same frame with a heading and the sentence that says what the page is for: a text and its attribute `lead`.
    #[must_use]
    pub(crate) fn headed(self, key: &str) -> Self {
        let title = self.say(key);
        self.headed_by(title, key)
    }

    /// The same frame with a heading alone, for a page that says all else itself.
    #[must_use]
    pub(crate) fn titled(mut self, key: &str) -> Self {
        self.title = self.say(key);
        self
    }

    /// The same frame headed by the name of a thing, with the sentence of the text `key`.
    #[must_use]
    pub(crate) fn headed_by(mut self, title: impl Into<String>, key: &str) -> Self {
        self.title = title.into();
        self.lead = self.say(&format!("{key}.lead"));
        self
    }

    /// The same frame with one more step on the path back, named by a text.
    #[must_use]
    pub(crate) fn under(self, key: &str, address: impl Into<String>) -> Self {
        let label = self.say(key);
        self.under_named(label, address)
    }

    /// The same frame with one more step on the path back, named by the thing itself.
    #[must_use]
    pub(crate) fn under_named(mut self, label: impl Into<String>, address: impl Into<String>) -> Self {
        self.path.push(Step {
            label: label.into(),
            address: address.into(),
        });
        self
    }

    /// The same frame without the box to search from.
    #[must_use]
    pub(crate) fn without_search_box(mut self) -> Self {
        self.has_search_box = false;
        self
    }

    /// Where the box in the head of the page searches: in what the person may see, or in open tasks. None: the page has no such box.
    pub(crate) fn search_address(&self) -> Option<&'static str> {
        let is_member = self.person.as_ref().is_some_and(|person| !person.must_change_password);
        let address = if is_member && self.place != Place::Public {
            urls::SEARCH
        } else {
            urls::PUBLIC_SEARCH
        };
        self.has_search_box.then_some(address)
    }

    /// What that box is called.
    pub(crate) fn search_label(&self) -> String {
        self.say(if self.search_address() == Some(urls::SEARCH) {
            "search-site"
        } else {
            "search-site-public"
        })
    }

    /// The navigation of this person.
    pub(crate) fn navigation(&self) -> Vec<NavigationEntry> {
        let Some(person) = &self.person else {
            return [Place::Public].into_iter().map(|place| self.entry(place)).collect();
        };
        Place::IN_ORDER
            .into_iter()
            .filter(|place| place.serves(&person.roles))
            .map(|place| self.entry(place))
            .collect()
    }

    fn entry(&self, place: Place) -> NavigationEntry {
        NavigationEntry {
            code: place.code(),
            address: place.address(),
            is_current: place == self.place,
        }
    }

    /// Whether the person has the role with this code.
    pub(crate) fn is(&self, role: &str) -> bool {
        self.person
            .as_ref()
            .is_some_and(|person| person.roles.iter().any(|held| held.code() == role))
    }

    /// The token that every form of a signed-in page carries; empty where nobody is signed in.
    pub(crate) fn form_token(&self) -> &str {
        self.person.as_ref().map_or("", |person| person.form_token.as_str())
    }

    pub(crate) fn language_tag(&self) -> &'static str {
        self.language.tag()
    }

    pub(crate) fn is_chinese(&self) -> bool {
        self.language == Language::Chinese
    }

    /// This page in the other language.
    pub(crate) fn other_language_address(&self) -> String {
        self.address_with("lang", if self.is_chinese() { "en" } else { "zh" })
    }

    /// This page in the other text size.
    pub(crate) fn other_text_size_address(&self) -> String {
        self.address_with("text", if self.large_text { "normal" } else { "large" })
    }

    /// This page with one field of its query set. Fields that somebody chose, such as filters, stay.
    fn address_with(&self, name: &str, value: &str) -> String {
        let mut query: Vec<&str> = self
            .query
            .as_deref()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| {
                let field = pair.split('=').next().unwrap_or_default();
                !field.is_empty() && field != "lang" && field != "text"
            })
            .collect();
        let chosen = format!("{name}={value}");
        query.push(&chosen);
        format!("{}?{}", self.address, query.join("&"))
    }

    /// The address of the stylesheet, which changes with its content so that browsers may keep it.
    pub(crate) fn stylesheet(&self) -> String {
        crate::pages::static_file::stylesheet_address()
    }

    // The wording of texts.

    /// The text of `key`.
    pub(crate) fn say(&self, key: &str) -> String {
        language::say(self.language, key)
    }

    /// The text of `key`, where there is one.
    pub(crate) fn find(&self, key: &str) -> Option<String> {
        language::find(self.language, key)
    }

    /// The attribute `hint` of a text; empty where it has none.
    pub(crate) fn hint(&self, key: &str) -> String {
        language::find(self.language, &format!("{key}.hint")).unwrap_or_default()
    }

    /// The attributes of a field that name its hint and its complaint to a screen reader. `field` is a name of the program's own.
    pub(crate) fn described(&self, field: &str, hint: &str, complaint: impl AsRef<str>) -> String {
        let complaint = complaint.as_ref();
        let mut by = Vec::new();
        if !hint.is_empty() {
            by.push(format!("{field}-hint"));
        }
        if !complaint.is_empty() {
            by.push(format!("{field}-error"));
        }
        let mut attributes = String::new();
        if !by.is_empty() {
            attributes = format!(" aria-describedby=\"{}\"", by.join(" "));
        }
        if !complaint.is_empty() {
            attributes.push_str(" aria-invalid=\"true\"");
        }
        attributes
    }

    /// The text whose key is `prefix` followed by the stable word of a state, role or the like.
    pub(crate) fn word(&self, prefix: &str, code: &str) -> String {
        self.say(&format!("{prefix}{}", code.replace('_', "-")))
    }

    /// The text of `key` with one value.
    pub(crate) fn say1(&self, key: &str, name: &'static str, value: impl Display) -> String {
        language::say_with(self.language, key, &[(name, Value::text(value))])
    }

    /// The text of `key` with two values.
    pub(crate) fn say2(
        &self,
        key: &str,
        first: &'static str,
        first_value: impl Display,
        second: &'static str,
        second_value: impl Display,
    ) -> String {
        let values = [(first, Value::text(first_value)), (second, Value::text(second_value))];
        language::say_with(self.language, key, &values)
    }

    /// The text of `key` with a count, by which it may choose between singular and plural.
    pub(crate) fn count(&self, key: &str, count: impl Countable) -> String {
        language::say_with(self.language, key, &[("count", Value::Count(count.count()))])
    }

    // The wording of values.

    /// `2026-03-31`, which both languages read.
    pub(crate) fn date(&self, date: &Date) -> String {
        date.to_string()
    }

    /// `2026-03-31 14:05` in China standard time.
    pub(crate) fn time(&self, time: &Timestamp) -> String {
        let local = tz::offset(8).to_datetime(*time);
        format!("{} {:02}:{:02}", local.date(), local.hour(), local.minute())
    }

    /// `2026年3月`, `March 2026`.
    pub(crate) fn month(&self, period: &Period) -> String {
        let values = [
            ("year", Value::text(period.year())),
            ("month", Value::Count(u64::try_from(period.month()).unwrap_or_default())),
        ];
        language::say_with(self.language, "month", &values)
    }

    /// `62%`, or the word for a figure that is not known.
    pub(crate) fn percent(&self, percent: impl Borrow<Option<u8>>) -> String {
        percent
            .borrow()
            .map_or_else(|| self.say("no-figure"), |percent| format!("{percent}%"))
    }

    /// `47 KB`, `3.0 MB`: the size of a file, as people read it.
    pub(crate) fn size(&self, byte_count: &u64) -> String {
        const KILOBYTE: u64 = 1024;
        const MEGABYTE: u64 = 1024 * KILOBYTE;
        if *byte_count < KILOBYTE {
            return format!("{byte_count} B");
        }
        if *byte_count < MEGABYTE {
            return format!("{} KB", byte_count.div_ceil(KILOBYTE));
        }
        let tenths = (byte_count * 10).div_ceil(MEGABYTE);
        format!("{}.{} MB", tenths / 10, tenths % 10)
    }

    /// A figure of a target with its unit, as the document would write it.
    pub(crate) fn figure(&self, value: &Decimal, target: &Target) -> String {
        format!("{}{}", magnitude::number(value, target), magnitude::unit(target))
    }

    /// The figure alone, for where [`Frame::unit`] stands beside it.
    pub(crate) fn number(&self, value: &Decimal, target: &Target) -> String {
        magnitude::number(value, target).to_string()
    }

    /// The unit in which the figures of a target are asked for and shown.
    pub(crate) fn unit(&self, target: &Target) -> String {
        magnitude::unit(target)
    }

    /// What was promised, in words: `城镇登记失业率：4%以内`.
    pub(crate) fn target(&self, target: &Target) -> String {
        let quantity = self.quantity(target);
        if target.subject.is_empty() {
            quantity
        } else if quantity.is_empty() {
            target.subject.clone()
        } else {
            self.say2("target-with-subject", "subject", &target.subject, "quantity", quantity)
        }
    }

    /// How much was promised: the document's own words, or the comparison where it has none.
    pub(crate) fn quantity(&self, target: &Target) -> String {
        if !target.quantity_text.is_empty() {
            return target.quantity_text.clone();
        }
        let Some(value) = target.value else {
            return String::new();
        };
        let figure = match (target.comparator, target.value_max) {
            (Comparator::Range, Some(highest)) => format!("{value}–{highest}"),
            (comparator, _) => format!("{}{value}", symbol(comparator)),
        };
        format!("{figure}{}", target.unit)
    }

    /// Why a light has its colour, in words with the figures that the rule saw.
    pub(crate) fn reason(&self, light: &Light) -> String {
        let key = format!("reason-{}", light.reason.code());
        let values = match light.reason {
            Reason::NotTracked
            | Reason::NotIssued
            | Reason::NoReporter
            | Reason::Completed
            | Reason::NothingOwed
            | Reason::Recovering => Vec::new(),
            Reason::Overdue { due, completion } => vec![
                ("due", Value::text(due)),
                ("completion", Value::text(self.percent(completion))),
            ],
            Reason::Gap { planned, completion } => {
                let gap = i16::from(planned) - i16::from(completion);
                // On time there is no gap to speak of, and a lead is no negative gap.
                let key = if gap > 0 { "reason-gap" } else { "reason-gap-none" };
                let values = [
                    ("planned", Value::text(planned)),
                    ("completion", Value::text(completion)),
                    ("gap", Value::Count(u64::from(gap.unsigned_abs()))),
                ];
                return language::say_with(self.language, key, &values);
            }
            Reason::Missed { months } => {
                let key = if months == 0 {
                    "reason-missed-none"
                } else {
                    "reason-missed"
                };
                return self.count(key, months);
            }
        };
        language::say_with(self.language, &key, &values)
    }

    /// Why something is outside the limits of scope: the wording of the policy's code, or the reviewer's own words.
    pub(crate) fn scope_reason(&self, reason: &str) -> String {
        language::find(self.language, &format!("scope-{reason}")).unwrap_or_else(|| reason.to_owned())
    }

    /// The light in words.
    pub(crate) fn light_word(&self, colour: &Colour) -> String {
        self.word("light-", colour.code())
    }

    /// The explanation for a field, or nothing.
    pub(crate) fn field_error(&self, errors: &FieldErrors, field: &str) -> String {
        match errors.of(field) {
            "" => String::new(),
            key => self.say(key),
        }
    }
}

/// A number of things. Templates hold numbers by value and by reference.
pub(crate) trait Countable {
    fn count(self) -> u64;
}

macro_rules! countable {
    ($($number:ty),*) => {$(
        impl Countable for $number {
            fn count(self) -> u64 {
                u64::try_from(self).unwrap_or_default()
            }
        }

        impl Countable for &$number {
            fn count(self) -> u64 {
                Countable::count(*self)
            }
        }
    )*};
}

countable!(u32, u64, i32, usize);

fn symbol(comparator: Comparator) -> &'static str {
    match comparator {
        Comparator::AtLeast => "≥",
        Comparator::AtMost => "≤",
        Comparator::About => "≈",
        Comparator::MoreThan => ">",
        Comparator::LessThan => "<",
        Comparator::Equal | Comparator::Range => "",
    }
}
