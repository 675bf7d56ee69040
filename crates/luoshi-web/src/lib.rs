//! The site over HTTP: routes, who may open them, pages with their templates, texts and style. Pages work without JavaScript: a form, a
//! redirect, a page.
//!
//! What it is not for: SQL, parsing, any rule of the ledger. It asks [`luoshi_app::App`] and shows the answer.
//!
//! # How a page is added
//!
//! 1. Its address: a constant or a line of the `addresses!` table in `urls.rs`; links are built there and nowhere else.
//! 2. Its handler in `pages/<noun>.rs`: `async fn show(visit: Visit<Supervisor>, At(plan): At<PlanId>) -> Answer`. The first argument says who
//!    may open it ([`access`]); `visit.app()` and `visit.actor()` ask the application, `visit.frame(Place::…)` makes what stands around the
//!    page, `.under("text-key", address)` lays the path back and `.headed("text-key")` sets the `h1` and, from the text's attribute
//!    `lead`, the one sentence that says what the page is for. An absent or foreign thing is `Err(Failure::NotFound)`; errors of the
//!    application turn into pages by `?`.
//! 3. Its route: one line in `routes.rs` with the same policy; another one does not compile. A form is `.post(…)` and its handler's last
//!    argument is `Submitted`, which has checked the form token; a file is `.upload(…)`.
//! 4. Its struct with `#[derive(Template)]` and a field `frame: Frame`, and its template in `templates/<noun>/`, which extends `layout.html`
//!    and fills the blocks `actions` (the one main action, where there is one) and `content`. Pieces that several pages share are macros in
//!    `templates/parts.html`.
//! 5. Its texts: the same keys in `locales/zh-CN/<noun>.ftl` and `locales/en/<noun>.ftl`, said by `frame.say("key")`,
//!    `frame.word("prefix-", code)`, `frame.say1(…)` and `frame.count(…)`.
//! 6. A sample for the test that renders every template in both languages (`gallery.rs`), and a line in the matrix of `tests/it`.
//!
//! A form with errors comes back as the same page with status 422 by `pages::show_again`, its values kept and what is wrong with each field named.

pub mod access;
mod as_of;
mod at;
mod connection;
mod failure;
mod form;
mod frame;
#[cfg(test)]
mod gallery;
mod language;
mod last_good;
mod magnitude;
mod pages;
mod routes;
#[cfg(test)]
mod sample;
mod serve;
mod settings;
mod urls;
mod visitor;
mod written_lines;

pub use form::{ChecksFormToken, Submitted};
pub use pages::ledger::ledger_words;
pub use routes::{OpensFor, RouteEntry, Routes, TakesForm, route_table, router};
pub use serve::{ServeError, serve};
pub use settings::WebSettings;
pub use visitor::Site;
