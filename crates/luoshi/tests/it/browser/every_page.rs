//! Each kind of page that each role can come to, in both languages, wide and narrow, light and dark: whole, readable and accessible.

use std::path::Path;

use luoshi_types::Language;
use serde::Deserialize;

use super::{
    axe, crawl,
    driver::{Browser, DESK, Driver, PHONE, Size},
    equipment::{self, Equipment},
    site::{Account, Server, Site},
    walk::{self, sign_in},
};

const TEST: &str = "every_page";
/// The name of the page for what is not there.
const NOT_FOUND: &str = "not-found";

/// Pages with a form that is worth sending empty, by the beginning of the name of their pictures, and who does it.
const OVERLOOKED: &[(&str, &str)] = &[
    ("supervisor", "documents-import"),
    ("supervisor", "plans-tasks-new"),
    ("supervisor", "reports-"),
    ("clerk", "tasks-report"),
    ("clerk", "settings-password"),
    ("visitor", "sign-in"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page() {
    let Some(equipment) = equipment::find(TEST) else { return };
    let axe_core = equipment::axe_core(TEST);
    let site = Site::empty();
    let (server, accounts) = site.demo();
    let driver = Driver::start(&equipment);
    let people = [
        ("visitor", None),
        ("supervisor", Some("督查")),
        ("clerk", Some("填报")),
        ("head", Some("审核")),
    ];
    let mut defects = Vec::new();
    for (who, role) in people {
        let account = role.map(|role| {
            accounts
                .iter()
                .find(|account| account.role == role)
                .unwrap_or_else(|| panic!("no {role}: {accounts:?}"))
        });
        let mut looks = Vec::new();
        for language in [Language::Chinese, Language::English] {
            let browser = driver.open(language).await;
            arrive(&browser, &server, account).await;
            looks.push(Look {
                who,
                browser,
                server: &server,
                equipment: &equipment,
                axe_core: axe_core.as_deref(),
            });
        }
        let mut pages = crawl::pages(&looks[0].browser, &server).await;
        assert!(pages.len() > 3, "{who} can come to {pages:?} only");
        // What the public reads is the same for everybody but for the frame around it.
        pages.retain(|page| who == "visitor" || !page.name.starts_with("public-"));
        for look in &looks {
            // Data without a page has no icon of its own, and browsers then ask for one that is not there.
            look.browser.complaints().await;
        }
        pages.push(crawl::Found {
            name: NOT_FOUND.to_owned(),
            path: "/tasks/nothing-here".to_owned(),
        });
        pages.extend(searches(who));
        defects.extend(look_at(&looks, &pages).await);
        // Only now, since it changes what the pages before say.
        let more = looks[0].make_more(&site).await;
        defects.extend(look_at(&looks, &more).await);
        for look in looks {
            look.browser.close().await;
        }
    }
    assert!(defects.is_empty(), "{} defects:\n{}", defects.len(), defects.join("\n"));
}

/// What no link leads to: searches that find much, one kind alone, and nothing, and one for nothing yet.
fn searches(who: &str) -> Vec<crawl::Found> {
    let place = if who == "visitor" { "/public/search" } else { "/search" };
    [
        ("all", "q=%E5%BB%BA%E8%AE%BE"),
        ("tasks", "q=%E5%BB%BA%E8%AE%BE&kind=task"),
        ("nothing", "q=%E5%93%AA%E9%87%8C%E4%B9%9F%E6%B2%A1%E6%9C%89"),
        ("empty", ""),
    ]
    .map(|(name, query)| crawl::Found {
        name: format!("search-{name}"),
        path: format!("{place}?{query}"),
    })
    .into()
}

/// Looks at the pages in both languages at once.
async fn look_at(looks: &[Look<'_>], pages: &[crawl::Found]) -> Vec<String> {
    let (chinese, english) = tokio::join!(looks[0].at_all(pages), looks[1].at_all(pages));
    [chinese, english].concat()
}

/// The ledger goes onto A3 paper, as its page says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ledger_on_paper() {
    let Some(equipment) = equipment::find("the_ledger_on_paper") else {
        return;
    };
    let site = Site::empty();
    let (server, accounts) = site.demo();
    let supervisor = accounts.iter().find(|account| account.role == "督查");
    let driver = Driver::start(&equipment);
    for language in [Language::Chinese, Language::English] {
        let browser = driver.open(language).await;
        arrive(&browser, &server, supervisor).await;
        for page in crawl::pages(&browser, &server).await {
            let is_ledger = page.name == "plans-ledger";
            if !is_ledger && !["plans-missing", "tasks-1", "reports-1", "receipts-1"].contains(&page.name.as_str()) {
                continue;
            }
            browser.go(&server.at(&page.path)).await;
            let file = equipment
                .artefacts
                .join("paper")
                .join(format!("{}-{}.pdf", page.name, language.code()));
            let paper = browser.print(&file).await;
            if is_ledger {
                assert!(
                    contains(&paper, b"/MediaBox [0 0 1191.12 841.91998]"),
                    "{} is not on A3 landscape",
                    file.display()
                );
                assert!(
                    !contains(&paper, b"/MediaBox [0 0 612"),
                    "{} has other paper too",
                    file.display()
                );
            }
        }
        browser.close().await;
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Signs in, or only comes to the site without an account.
async fn arrive(browser: &Browser, server: &Server, account: Option<&Account>) {
    match account {
        Some(account) => sign_in(browser, server, account).await,
        None => browser.go(&server.at("/")).await,
    }
}

/// One person's eyes on the site, in one language.
struct Look<'a> {
    who: &'static str,
    browser: Browser,
    server: &'a Server,
    equipment: &'a Equipment,
    axe_core: Option<&'a str>,
}

/// What a page is, as far as every page has to be it.
#[derive(Debug, Deserialize)]
struct Facts {
    width: f64,
    headings: usize,
    language: String,
    title: String,
    holes: Vec<String>,
    wide: Vec<String>,
}

const FACTS: &str = r"
const room = window.innerWidth;
const scrolls = element => {
  for (let at = element.parentElement; at; at = at.parentElement) {
    if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(at).overflowX) && at !== document.body && at !== document.documentElement) return true;
  }
  return false;
};
const wide = [...document.body.querySelectorAll('*')].filter(element => element.getBoundingClientRect().right > room + 1 && !scrolls(element));
return {
  width: document.documentElement.scrollWidth,
  headings: document.querySelectorAll('h1').length,
  language: document.documentElement.lang,
  title: document.title,
  holes: document.documentElement.outerHTML.match(/⟦[^⟧]*⟧/g) ?? [],
  wide: wide.slice(0, 3).map(element => element.tagName.toLowerCase() + '.' + element.className + ' ' + (element.innerText ?? '').slice(0, 30)),
};";

impl Look<'_> {
    /// Does what leads to pages that no link leads to in the demo, and names them. The browser has to speak Chinese.
    async fn make_more(&self, site: &Site) -> Vec<crawl::Found> {
        let browser = &self.browser;
        let mut more = Vec::new();
        browser.go(&self.server.at("/")).await;
        match self.who {
            "supervisor" => {
                walk::import(browser, site, "2027").await;
                more.push(self.found("reviews-open").await);
                browser.press("从第一处疑问开始").await;
                more.push(self.found("reviews-tasks").await);
                walk::import(browser, site, "2026").await;
                walk::adopt(browser).await;
                more.push(self.found("plans-adopted").await);
                browser.press_beside("查看台账", "手工立项").await;
                more.push(self.found("plans-ledger-adopted").await);
            }
            "clerk" => {
                self.start_report(0).await;
                browser.press("存为草稿").await;
                browser.sees("草稿已保存").await;
                more.push(self.found("tasks-report-saved").await);
                self.start_report(1).await;
                browser.press("报送").await;
                browser.sees("回执编号").await;
                more.push(self.found("receipts").await);
            }
            _ => {}
        }
        more
    }

    /// Begins the report on what stands at a place of the clerk's list, counted from 0.
    async fn start_report(&self, place: usize) {
        let browser = &self.browser;
        browser.press("待办").await;
        let script = "const link = document.querySelectorAll('main table')[0]?.querySelectorAll('tbody a')[arguments[0]]; link?.click(); return link !== undefined";
        let started: bool = browser.ask(script, vec![place.into()]).await;
        assert!(started, "the demo leaves its first clerk too little to do");
        browser.sees("填报进展").await;
        browser.fill("当前进展", "按月推进。").await;
    }

    /// The page that is open, under a name for its pictures.
    async fn found(&self, name: &str) -> crawl::Found {
        let address = self.browser.address().await;
        let path = self.server.path_of(&address).unwrap().to_owned();
        crawl::Found {
            name: name.to_owned(),
            path,
        }
    }

    /// Looks at the pages and at what becomes of some forms when they are sent empty; gives what is wrong.
    async fn at_all(&self, pages: &[crawl::Found]) -> Vec<String> {
        let mut defects = Vec::new();
        for page in pages {
            self.browser.go(&self.server.at(&page.path)).await;
            defects.extend(self.at(&page.name, page.name == NOT_FOUND).await);
            let overlooked = OVERLOOKED
                .iter()
                .any(|(who, begin)| *who == self.who && page.name.starts_with(begin));
            if overlooked && crawl::send_empty(&self.browser).await {
                let alerts: usize = self
                    .browser
                    .ask("return document.querySelectorAll('main [role=alert]').length", vec![])
                    .await;
                if alerts == 0 {
                    defects.push(format!("{} {}: an empty form brings no complaint", self.who, page.name));
                }
                defects.extend(self.at(&format!("{}-empty", page.name), true).await);
            }
        }
        self.browser.resize(PHONE).await;
        self.browser.go(&self.server.at("/?text=large")).await;
        for page in pages {
            self.browser.go(&self.server.at(&page.path)).await;
            let facts: Facts = self.browser.ask(FACTS, vec![]).await;
            if facts.width > f64::from(PHONE.width) {
                defects.push(format!(
                    "{} {} {} in large text scrolls sideways ({} wide): {}",
                    self.who,
                    page.name,
                    self.browser.language.code(),
                    facts.width,
                    facts.wide.join(" | ")
                ));
            }
            if self.browser.language == Language::Chinese {
                self.browser.photograph(PHONE, &self.picture(&page.name, "large")).await;
            }
        }
        self.browser.go(&self.server.at("/?text=normal")).await;
        // A page that is not there has been looked at again.
        self.browser.complaints().await;
        defects
    }

    /// Looks at the page that is open. A refusal by the server is a complaint of the browser's that is expected.
    async fn at(&self, name: &str, is_refusal: bool) -> Vec<String> {
        let mut defects = Vec::new();
        let browser = &self.browser;
        let language = browser.language.code();
        for size in [DESK, PHONE] {
            let Size { width, .. } = size;
            let mut report = |defect: String| defects.push(format!("{} {name} {language} {width}: {defect}", self.who));
            browser.resize(size).await;
            let facts: Facts = browser.ask(FACTS, vec![]).await;
            if facts.width > f64::from(width) {
                report(format!(
                    "scrolls sideways ({} wide): {}",
                    facts.width,
                    facts.wide.join(" | ")
                ));
            }
            if facts.headings != 1 {
                report(format!("{} h1", facts.headings));
            }
            if facts.language != browser.language.tag() {
                report(format!("says to be in {:?}", facts.language));
            }
            if facts.title.trim().is_empty() {
                report("no title".to_owned());
            }
            for hole in facts.holes {
                report(format!("no text for {hole}"));
            }
            browser.photograph(size, &self.picture(name, &width.to_string())).await;
            for dark in [false, true] {
                let Some(axe_core) = self.axe_core else { continue };
                // In the dark only colours differ.
                let rules: Option<&[&str]> = if dark { Some(&["color-contrast"]) } else { None };
                browser.prefer_dark(dark).await;
                for violation in axe::judge(browser, axe_core, rules).await {
                    if violation.is_grave() {
                        let scheme = if dark { " in the dark" } else { "" };
                        let places = violation.places.iter().take(4).cloned().collect::<Vec<_>>().join(" | ");
                        report(format!(
                            "axe{scheme}: {} ({}): {}: {places}",
                            violation.rule, violation.impact, violation.help
                        ));
                    }
                }
                if dark && size == DESK && browser.language == Language::Chinese {
                    browser.photograph(size, &self.picture(name, "dark")).await;
                }
            }
            browser.prefer_dark(false).await;
        }
        for complaint in browser.complaints().await {
            if !(is_refusal && complaint.contains("the server responded with a status of 4")) {
                defects.push(format!(
                    "{} {name} {language}: the browser complains: {complaint}",
                    self.who
                ));
            }
        }
        defects
    }

    fn picture(&self, name: &str, variant: &str) -> std::path::PathBuf {
        let folder: &Path = &self.equipment.artefacts;
        folder
            .join("pages")
            .join(self.who)
            .join(format!("{name}-{}-{variant}.png", self.browser.language.code()))
    }
}
