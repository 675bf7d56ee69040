//! Every template rendered with sample data in both languages, so that a broken page or a missing text fails a test and not a reader.
//!
//! The pages are also written to `target/pages` of this crate's build, to be looked at in a browser.

use std::path::PathBuf;

use askama::Template;
use axum::http::{Method, Uri};
use luoshi_app::session::SignedIn;
use luoshi_ledger::{
    actor::{Actor, ActorIdentity, Role},
    ids::{AccountId, OrganisationId},
    refusal::Refusal,
    view::AccountSummary,
};
use luoshi_types::Language;
use uuid::Uuid;

use crate::{
    failure::Failure,
    frame::{Frame, Place},
    language,
    pages::{error, session},
    visitor::Visitor,
};

/// One page of the gallery: the name of its file and its text.
type Picture = (&'static str, String);

/// Somebody with `roles` who looks at `address`; nobody is signed in where there are none.
pub(crate) fn visitor(language: Language, roles: &[Role], address: &'static str) -> Visitor {
    let account = AccountId(Uuid::from_u128(1));
    let organisation = OrganisationId(Uuid::from_u128(2));
    let signed_in = (!roles.is_empty()).then(|| SignedIn {
        actor: Actor {
            identity: ActorIdentity::Account(account),
            organisation: Some(organisation),
            roles: roles.to_vec(),
        },
        account: AccountSummary {
            id: account,
            sign_in_name: "wang".to_owned(),
            display_name: "王敏".to_owned(),
            roles: roles.to_vec(),
            organisation,
            organisation_name: "省发展和改革委员会".to_owned(),
        },
        form_token: "0123456789abcdef".to_owned(),
        must_change_password: false,
    });
    Visitor {
        language,
        large_text: false,
        signed_in,
        session_token: None,
        remote: std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        request_id: "r000001".to_owned(),
        method: Method::GET,
        uri: Uri::from_static(address),
    }
}

/// What stands around a sample page.
pub(crate) fn frame(language: Language, roles: &[Role], place: Place) -> Frame {
    Frame::new(&visitor(language, roles, "/"), place)
}

fn pictures(language: Language) -> Vec<Picture> {
    let mut pictures = vec![("sign-in", render(&session::SignInPage::sample(language)))];
    pictures.extend(error::samples(language));
    pictures
}

pub(crate) fn render(page: &impl Template) -> String {
    page.render().unwrap()
}

fn folder() -> PathBuf {
    // The folder of a build holds `deps/<this test>`; the pages go beside it.
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().join("pages")
}

#[test]
fn every_page_is_whole_in_both_languages() {
    for language in Language::ALL {
        let folder = folder().join(language.code());
        std::fs::create_dir_all(folder.join("../static")).unwrap();
        std::fs::write(
            folder.join("../static/luoshi.css"),
            include_str!("../static/luoshi.css"),
        )
        .unwrap();
        std::fs::write(folder.join("../static/mark.svg"), include_str!("../static/mark.svg")).unwrap();
        for (name, text) in pictures(language) {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(format!("{name}.html")), &text).unwrap();
            assert!(
                !text.contains('⟦'),
                "{name} in {} misses a text: {}",
                language.code(),
                hole(&text)
            );
            assert_eq!(text.matches("<h1>").count(), 1, "{name} has one heading");
            assert!(!text.contains("<h1></h1>"), "{name} has a heading with words");
            assert!(
                !text.contains(" style=") && !text.contains("<script"),
                "{name} has no inline style or script"
            );
        }
    }
}

fn hole(text: &str) -> &str {
    let start = text.find('⟦').unwrap_or(0);
    let end = text[start..].find('⟧').map_or(text.len(), |length| start + length);
    &text[start..end]
}

#[test]
fn every_refusal_says_why_and_what_next() {
    for language in Language::ALL {
        for refusal in Refusal::ALL {
            for key in [
                format!("refusal-{}", refusal.code()),
                format!("refusal-{}.next", refusal.code()),
            ] {
                assert!(
                    language::find(language, &key, None).is_some(),
                    "{key} in {}",
                    language.code()
                );
            }
        }
    }
    let page = render(&error::ErrorPage::of(
        &Failure::Refused(Refusal::OwnHouse),
        frame(Language::Chinese, &[Role::Supervisor], Place::Nowhere),
        "r000001",
    ));
    assert!(page.contains("回避") || page.contains("本单位"), "{page}");
}
