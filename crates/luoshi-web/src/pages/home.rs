//! 首页.

use crate::{
    access::{Anybody, Visit},
    failure::Answer,
    pages::lead_to,
    urls,
};

pub(crate) async fn show(_visit: Visit<Anybody>) -> Answer {
    Ok(lead_to(urls::SIGN_IN))
}
