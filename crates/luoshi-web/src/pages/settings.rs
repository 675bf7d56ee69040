//! 设置: the person's own account, password, language and text size.

use askama::Template;
use luoshi_app::session::{ChangePasswordError, SHORTEST_PASSWORD};
use luoshi_ledger::view::AccountSummary;

use super::{lead_to, show, show_again};
use crate::{
    access::{Account, Member, Visit},
    failure::{Answer, Failure},
    form::{FieldErrors, Submitted},
    frame::{Frame, Place},
    urls,
};

#[derive(Template)]
#[template(path = "settings/settings.html")]
pub(crate) struct SettingsPage {
    pub(crate) frame: Frame,
    pub(crate) account: AccountSummary,
    /// Whether the password was changed just now.
    pub(crate) is_changed: bool,
}

/// The person's own settings.
pub(crate) async fn show_settings(visit: Visit<Member>) -> Answer {
    show(&SettingsPage {
        frame: visit.frame(Place::Settings).headed("settings"),
        account: visit.signed_in().account.clone(),
        is_changed: visit.query().has("changed"),
    })
}

#[derive(Template)]
#[template(path = "settings/password.html")]
pub(crate) struct PasswordPage {
    pub(crate) frame: Frame,
    /// Whether the present password was given by somebody else.
    pub(crate) is_one_time: bool,
    pub(crate) shortest: usize,
    pub(crate) errors: FieldErrors,
}

impl PasswordPage {
    fn of(visit: &Visit<Account>, errors: FieldErrors) -> Self {
        let is_one_time = visit.signed_in().must_change_password;
        let frame = visit.frame(Place::Settings);
        let frame = if is_one_time {
            frame
        } else {
            frame.under("settings", urls::SETTINGS)
        };
        Self {
            frame: frame.headed("password"),
            is_one_time,
            shortest: SHORTEST_PASSWORD,
            errors,
        }
    }
}

/// The form for a new password.
pub(crate) async fn show_password(visit: Visit<Account>) -> Answer {
    show(&PasswordPage::of(&visit, FieldErrors::default()))
}

/// Changes the password. What was typed does not come back with the form: it is nobody's to read.
pub(crate) async fn change_password(visit: Visit<Account>, form: Submitted) -> Answer {
    let fields = form.fields();
    let (old, new) = (fields.raw("old"), fields.raw("new"));
    let mut errors = FieldErrors::default();
    if new != fields.raw("again") {
        errors.add("again", "password-differs");
        return show_again(&PasswordPage::of(&visit, errors));
    }
    let Some(token) = visit.visitor().session_token.clone() else {
        return Err(Failure::SignInFirst(String::new()));
    };
    match visit.app().change_password(visit.signed_in(), &token, old, new).await {
        Ok(()) => return Ok(lead_to(&format!("{}?changed=1", urls::SETTINGS))),
        Err(ChangePasswordError::WrongPassword) => errors.add("old", "password-wrong"),
        Err(ChangePasswordError::TooManyAttempts) => errors.add("old", "password-too-many"),
        Err(ChangePasswordError::UnsuitableLength) => errors.add("new", "password-length"),
        Err(ChangePasswordError::Unchanged) => errors.add("new", "password-unchanged"),
        Err(ChangePasswordError::TooEasilyGuessed) => errors.add("new", "password-easily-guessed"),
        Err(ChangePasswordError::App(error)) => return Err(error.into()),
    }
    show_again(&PasswordPage::of(&visit, errors))
}
