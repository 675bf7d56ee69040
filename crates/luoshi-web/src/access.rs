//! Who may open a route, said in the route's type (law 7): a handler's first argument is a [`Visit`] of some [`Policy`].
//!
//! Whether one particular task or report may be seen is not decided here but by the ledger's `policy`, behind [`luoshi_app::App`].

use std::{marker::PhantomData, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{Method, request::Parts},
};
use luoshi_app::{App, session::SignedIn};
use luoshi_ledger::actor::{Actor, Role};

use crate::{
    failure::Failure,
    form::Fields,
    frame::{Frame, Place},
    settings::WebSettings,
    visitor::{Site, Visitor},
    written_lines::WrittenLines,
};

/// A rule about who may open a route.
pub trait Policy: Send + Sync + 'static {
    /// What is known about the visitor once admitted.
    #[doc(hidden)]
    type Pass: Clone + Send + Sync + 'static;

    /// The word for it in the route table.
    const NAME: &'static str;

    #[doc(hidden)]
    fn admit(visitor: &Admission) -> Result<Self::Pass, Denied>;
}

/// What a policy is shown. Opaque outside this crate.
#[doc(hidden)]
pub struct Admission(Option<SignedIn>);

/// Why a policy says no. Opaque outside this crate.
#[doc(hidden)]
pub struct Denied(Reason);

enum Reason {
    NobodySignedIn,
    PasswordIsOneTime,
    OtherRole,
}

/// Everybody, signed in or not.
pub struct Anybody;
/// Whoever is signed in, also with a one-time password: for the few routes that replace it or leave.
pub struct Account;
/// Whoever is signed in with a password of their own.
pub struct Member;
/// The supervision office (督查室).
pub struct Supervisor;
/// Heads of bodies (审核人).
pub struct Head;
/// Clerks of bodies (填报人).
pub struct Clerk;

impl Policy for Anybody {
    type Pass = ();
    const NAME: &'static str = "anybody";

    fn admit(_visitor: &Admission) -> Result<(), Denied> {
        Ok(())
    }
}

impl Policy for Account {
    type Pass = SignedIn;
    const NAME: &'static str = "account";

    fn admit(visitor: &Admission) -> Result<SignedIn, Denied> {
        visitor.0.clone().ok_or(Denied(Reason::NobodySignedIn))
    }
}

impl Policy for Member {
    type Pass = SignedIn;
    const NAME: &'static str = "member";

    fn admit(visitor: &Admission) -> Result<SignedIn, Denied> {
        let signed_in = Account::admit(visitor)?;
        if signed_in.must_change_password {
            return Err(Denied(Reason::PasswordIsOneTime));
        }
        Ok(signed_in)
    }
}

macro_rules! policies_of_roles {
    ($($policy:ident = $role:ident, $name:literal;)*) => {$(
        impl Policy for $policy {
            type Pass = SignedIn;
            const NAME: &'static str = $name;

            fn admit(visitor: &Admission) -> Result<SignedIn, Denied> {
                let signed_in = Member::admit(visitor)?;
                if signed_in.actor.has(Role::$role) {
                    Ok(signed_in)
                } else {
                    Err(Denied(Reason::OtherRole))
                }
            }
        }
    )*};
}

policies_of_roles! {
    Supervisor = Supervisor, "supervisor";
    Head = Head, "head";
    Clerk = Clerk, "clerk";
}

/// A visitor whom the policy `P` has admitted. Only its extraction from a request makes one.
pub struct Visit<P: Policy> {
    site: Site,
    visitor: Visitor,
    pass: P::Pass,
    policy: PhantomData<P>,
}

impl<P: Policy> Visit<P> {
    pub(crate) fn app(&self) -> &Arc<App> {
        &self.site.app
    }

    /// Says that what is public has changed.
    pub(crate) fn forget_public_answers(&self) {
        self.site.last_good.forget();
    }

    /// Lines of ledgers that were written before.
    pub(crate) fn written_lines(&self) -> &WrittenLines {
        &self.site.written_lines
    }

    pub(crate) fn settings(&self) -> &WebSettings {
        &self.site.settings
    }

    pub(crate) fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    /// The fields of the address after the question mark.
    pub(crate) fn query(&self) -> Fields {
        Fields::of_query(self.visitor.uri.query())
    }

    /// What stands around a page, with `place` marked in the navigation.
    pub(crate) fn frame(&self, place: Place) -> Frame {
        let mut frame = Frame::new(&self.visitor, place);
        frame.log_halted = self.app().log_halt().is_some();
        frame
    }
}

impl<P: Policy<Pass = SignedIn>> Visit<P> {
    /// On whose behalf the application is asked.
    pub(crate) fn actor(&self) -> &Actor {
        &self.pass.actor
    }

    pub(crate) fn signed_in(&self) -> &SignedIn {
        &self.pass
    }
}

impl<P: Policy> FromRequestParts<Site> for Visit<P> {
    type Rejection = VisitRejection;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, VisitRejection> {
        // The layer that finds the visitor stands in front of every route; without it nobody is let in.
        let visitor = parts
            .extensions
            .get::<Visitor>()
            .cloned()
            .ok_or_else(|| VisitRejection(Failure::Internal("no-visitor".to_owned())))?;
        match P::admit(&Admission(visitor.signed_in.clone())) {
            Ok(pass) => Ok(Self {
                site: site.clone(),
                visitor,
                pass,
                policy: PhantomData,
            }),
            Err(Denied(reason)) => Err(VisitRejection(match reason {
                Reason::NobodySignedIn => Failure::SignInFirst(if parts.method == Method::GET {
                    parts.uri.to_string()
                } else {
                    String::new()
                }),
                Reason::PasswordIsOneTime => Failure::PasswordFirst,
                Reason::OtherRole => Failure::Forbidden,
            })),
        }
    }
}

/// The answer to somebody whom a policy did not admit.
#[derive(Debug)]
pub struct VisitRejection(Failure);

impl axum::response::IntoResponse for VisitRejection {
    fn into_response(self) -> axum::response::Response {
        self.0.into_response()
    }
}
