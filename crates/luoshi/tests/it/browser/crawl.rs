//! Finds the pages that one person can come to by following links, and keeps few of those that look alike.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{driver::Browser, site::Server};

/// How many pages of one kind are looked at where they differ by the thing that they show: things have states.
const OF_A_KIND: usize = 2;
/// Links with these ends are files.
const FILES: &[&str] = &["xlsx", "csv", "json", "txt", "svg", "css"];

/// A page with a name for its pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) name: String,
    /// Path and query.
    pub(super) path: String,
}

/// All kinds of pages within reach of the home page.
pub(super) async fn pages(browser: &Browser, server: &Server) -> Vec<Found> {
    let mut found = Vec::new();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let mut known = BTreeSet::from(["/".to_owned()]);
    let mut waiting = VecDeque::from(["/".to_owned()]);
    while let Some(path) = waiting.pop_front() {
        if is_full(&kind(&path), &taken) {
            continue;
        }
        browser.go(&server.at(&path)).await;
        let is_page: bool = browser.ask("return document.contentType === 'text/html'", vec![]).await;
        // Some addresses lead on, as the home page does for those who have not signed in.
        let address = browser.address().await;
        let Some(landing) = server.path_of(&address).filter(|_| is_page) else {
            continue;
        };
        if landing != path && !known.insert(landing.to_owned()) {
            continue;
        }
        let kind = kind(landing);
        if is_full(&kind, &taken) {
            continue;
        }
        let nth = taken.entry(kind.clone()).or_default();
        *nth += 1;
        found.push(Found {
            name: name(&kind, *nth),
            path: landing.to_owned(),
        });
        let links: Vec<String> = browser
            .ask("return [...document.links].filter(link => link.host === location.host).map(link => link.href.split('#')[0])", vec![])
            .await;
        for link in links {
            if let Some(path) = server.path_of(&link)
                && is_page_of_its_own(path)
                && known.insert(path.to_owned())
            {
                waiting.push_back(path.to_owned());
            }
        }
    }
    found
}

/// Whether enough pages of a kind have been found.
fn is_full(kind: &str, taken: &BTreeMap<String, usize>) -> bool {
    let limit = if kind.ends_with("{id}") { OF_A_KIND } else { 1 };
    taken.get(kind).is_some_and(|count| *count >= limit)
}

/// Not a file, and not the same page in another language or size.
fn is_page_of_its_own(path: &str) -> bool {
    let (place, query) = path.split_once('?').unwrap_or((path, ""));
    let is_file =
        place.starts_with("/evidence/") || place.rsplit_once('.').is_some_and(|(_, end)| FILES.contains(&end));
    let is_variant = query
        .split('&')
        .any(|pair| pair.starts_with("lang=") || pair.starts_with("text="));
    !is_file && !is_variant
}

/// The address with its ids and values taken out: pages of one kind look alike.
fn kind(path: &str) -> String {
    let (place, query) = path.split_once('?').unwrap_or((path, ""));
    let steps: Vec<&str> = place
        .split('/')
        .map(|step| if is_id(step) { "{id}" } else { step })
        .collect();
    let names: BTreeSet<&str> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, _)| name)
        .collect();
    let names: Vec<&str> = names.into_iter().collect();
    let place = steps.join("/");
    if names.is_empty() {
        place
    } else {
        format!("{place}?{}", names.join("&"))
    }
}

fn is_id(step: &str) -> bool {
    let is_number = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    let is_uuid = step.len() == 36 && step.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_number || is_uuid
}

/// A file name for the pictures of the `nth` page of a kind.
fn name(kind: &str, nth: usize) -> String {
    let words: Vec<&str> = kind
        .split(['/', '?', '&'])
        .filter(|word| !word.is_empty() && *word != "{id}")
        .collect();
    let mut name = if words.is_empty() {
        "home".to_owned()
    } else {
        words.join("-")
    };
    if kind.ends_with("{id}") {
        name.push_str(&format!("-{nth}"));
    }
    name
}

/// Empties the first form of the page and sends it, as somebody does who overlooks all its fields.
pub(super) async fn send_empty(browser: &Browser) -> bool {
    let script = r"
        const isShown = button => button.checkVisibility() && button.getBoundingClientRect().width > 1;
        const buttons = [...document.querySelectorAll('main form[method=post] button')].filter(isShown);
        const button = buttons.find(button => button.matches('.button')) ?? buttons[0];
        if (!button) return false;
        for (const field of button.form.elements) {
            if (field.matches('textarea, [type=text], [type=password], [type=date]')) field.value = '';
            if (field.matches('[type=checkbox], [type=radio]')) field.checked = false;
        }
        button.form.noValidate = true;
        button.click();
        return true;";
    browser.ask(script, vec![]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_look_alike_are_of_one_kind() {
        let id = "01964e3c-7f00-7000-8000-000000000001";
        for (path, expected) in [
            ("/".to_owned(), "/"),
            (format!("/tasks/{id}"), "/tasks/{id}"),
            (
                format!("/plans/{id}/ledger?light=red&section="),
                "/plans/{id}/ledger?light&section",
            ),
            (format!("/reviews/{id}/tasks/12"), "/reviews/{id}/tasks/{id}"),
        ] {
            assert_eq!(kind(&path), expected);
        }
        assert_eq!(
            name("/plans/{id}/ledger?light&section", 1),
            "plans-ledger-light-section"
        );
        assert_eq!(name("/tasks/{id}", 2), "tasks-2");
        assert!(!is_page_of_its_own("/plans/1/ledger.xlsx?light=red"));
        assert!(!is_page_of_its_own("/?lang=en"));
        assert!(is_page_of_its_own("/plans/1/ledger?light=red"));
    }
}
