//! The site as people meet it: in a real browser, in both languages, on wide and narrow screens, on paper and without scripts.
//!
//! What the pages say in detail is tested in `luoshi-web` without a browser; nothing here looks at an id or a class to find its way.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

mod axe;
mod crawl;
mod driver;
mod equipment;
mod every_page;
mod screen;
mod site;
mod walk;
