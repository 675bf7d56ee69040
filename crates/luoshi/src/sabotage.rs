//! Takes a safeguard away when the variable says so and complains loudly about it. It exists behind the feature `sabotage` alone.
//!
//! What each sabotage does is the business of `luoshi_app::sabotage`.

use luoshi_app::sabotage::Sabotage;

use crate::output::complain;

/// The variable with the word of a sabotage. It is no setting: the settings do not know it.
const VARIABLE: &str = "LUOSHI_SABOTAGE";

/// Begins what the variable names.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the binary, and no setting may carry a sabotage"
)]
pub(crate) fn begin() {
    let Ok(code) = std::env::var(VARIABLE) else { return };
    match Sabotage::from_code(&code) {
        Some(sabotage) => {
            sabotage.begin();
            complain(&format!(
                "SABOTAGED: {code}. Nothing that this process says can be relied on."
            ));
        }
        None => complain(&format!("there is no sabotage {code}")),
    }
}
