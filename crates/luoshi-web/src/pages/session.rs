//! Signing in and out (登录、退出). Passwords are checked by the application.

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::Response,
};
use luoshi_app::session::SignInError;

use super::{lead_to, show, show_with};
use crate::{
    access::{Account, Anybody, Visit},
    failure::{Answer, Failure},
    form::Submitted,
    frame::{Frame, Place},
    urls,
    visitor::{no_session_cookie, session_cookie},
};

#[derive(Template)]
#[template(path = "session/sign_in.html")]
pub(crate) struct SignInPage {
    pub(crate) frame: Frame,
    /// The name as it was typed.
    pub(crate) name: String,
    /// Where to go afterwards.
    pub(crate) next: String,
    /// Why it did not work; empty at first sight.
    pub(crate) complaint: String,
}

#[cfg(test)]
impl SignInPage {
    pub(crate) fn sample(language: luoshi_types::Language) -> Self {
        let frame = crate::gallery::frame(language, &[], Place::Nowhere).headed("sign-in");
        Self {
            name: "wang".to_owned(),
            next: "/".to_owned(),
            complaint: frame.say("sign-in-wrong"),
            frame,
        }
    }
}

/// The form for signing in.
pub(crate) async fn show_sign_in(visit: Visit<Anybody>) -> Answer {
    let next = own_address(&visit.query().text("next"));
    if visit.visitor().signed_in.is_some() {
        return Ok(lead_to(&next));
    }
    show(&SignInPage {
        frame: visit.frame(Place::Nowhere).headed("sign-in"),
        name: String::new(),
        next,
        complaint: String::new(),
    })
}

/// Signs in and leads to where the person wanted to go.
pub(crate) async fn sign_in(visit: Visit<Anybody>, form: Submitted) -> Answer {
    let name = form.fields().text("name");
    let next = own_address(&form.fields().text("next"));
    let outcome = visit
        .app()
        .sign_in(&name, form.fields().raw("password"), visit.visitor().remote)
        .await;
    let frame = visit.frame(Place::Nowhere).headed("sign-in");
    let (status, complaint, wait) = match outcome {
        Ok(token) => {
            // A session that the browser still holds belongs to the same person or to the one before them; either way it ends here.
            if let Some(earlier) = &visit.visitor().session_token {
                visit.app().sign_out(earlier).await?;
            }
            let cookie = session_cookie(&token, visit.settings())
                .ok_or_else(|| Failure::Internal("a session token that no cookie can carry".to_owned()))?;
            let mut response = lead_to(&next);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            return Ok(response);
        }
        Err(SignInError::WrongNameOrPassword) => (StatusCode::UNPROCESSABLE_ENTITY, frame.say("sign-in-wrong"), None),
        Err(SignInError::TooManyAttempts { retry_after_seconds }) => (
            StatusCode::TOO_MANY_REQUESTS,
            frame.count("sign-in-too-many", retry_after_seconds.div_ceil(60)),
            Some(retry_after_seconds),
        ),
        Err(SignInError::App(error)) => return Err(error.into()),
    };
    let mut response = show_with(
        status,
        &SignInPage {
            frame,
            name,
            next,
            complaint,
        },
    )?;
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

/// Ends the session.
pub(crate) async fn sign_out(visit: Visit<Account>, _form: Submitted) -> Answer {
    if let Some(token) = &visit.visitor().session_token {
        visit.app().sign_out(token).await?;
    }
    let mut response: Response = lead_to(urls::SIGN_IN);
    if let Some(cookie) = no_session_cookie(visit.settings()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    // What the browser kept of the pages of this session is nobody else's.
    response
        .headers_mut()
        .insert("clear-site-data", axum::http::HeaderValue::from_static("\"cache\""));
    Ok(response)
}

/// The address where it is one of this site, else the first page.
fn own_address(address: &str) -> String {
    if urls::is_own(address) {
        address.to_owned()
    } else {
        urls::HOME.to_owned()
    }
}
