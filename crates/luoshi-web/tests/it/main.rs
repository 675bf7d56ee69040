//! The site as browsers meet it: real requests against the real application on a folder of its own, pages read by CSS selectors.

mod matrix;
mod safety;
mod session;
mod site;
mod way;
