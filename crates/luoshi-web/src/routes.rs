//! Every address of the site on one screen, each with who may open it. How an address is written is [`crate::urls`]'s part.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    handler::Handler,
    http::{Method, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use luoshi_app::App;
use tokio::time::timeout;
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, csrf::CsrfLayer};

use crate::{
    access::{Account, Anybody, Clerk, Head, Member, Policy, Supervisor, Visit},
    failure::Failure,
    form::ChecksFormToken,
    pages::{
        document, erasure, error, evidence, home, job, ledger, log, missing, organisation, plan, public, receipt,
        report, review, search, session, settings, static_file, task,
    },
    serve::ServeError,
    settings::WebSettings,
    urls,
    visitor::{Site, welcome},
};

/// Largest body of a form, in bytes.
const LARGEST_FORM: usize = 1024 * 1024;
/// Largest body of a form that anybody may send, in bytes: a name and a password, kept while they wait for their turn.
const LARGEST_FORM_OF_STRANGERS: usize = 16 * 1024;
/// Largest body of a form with a document, in bytes.
const LARGEST_DOCUMENT: usize = 64 * 1024 * 1024;
/// Largest body of a report with the files that are sent at once, in bytes. They go to the disk as they come.
const LARGEST_REPORT: usize = 256 * 1024 * 1024;

/// The addresses, their policies and what answers there.
fn routes() -> Routes {
    Routes::new()
        // Open to everybody.
        .get(Anybody, urls::STYLESHEET, static_file::stylesheet)
        .get(Anybody, urls::MARK, static_file::mark)
        .get(Anybody, urls::HOME, home::show)
        .get(Anybody, urls::SIGN_IN, session::show_sign_in)
        .post(Anybody, urls::SIGN_IN, session::sign_in)
        .get(Anybody, urls::PUBLIC, public::plan::list)
        .get(Anybody, urls::PUBLIC_SEARCH, search::show_public_search)
        .get(Anybody, urls::PUBLIC_DATA, public::data::explain)
        .get(Anybody, urls::PUBLIC_PLAN, public::plan::show_plan)
        .get(Anybody, urls::PUBLIC_VALUES, public::plan::values)
        .get(Anybody, urls::PUBLIC_TASK, public::task::show_task)
        .get(Anybody, urls::PUBLIC_ERASURES, erasure::show_counts)
        .get(Anybody, urls::LOG, log::show_log)
        .get(Anybody, urls::LOG_CHECKPOINT, log::checkpoint)
        .get(Anybody, urls::LOG_KEY, log::key)
        .get(Anybody, urls::LOG_KEYS, log::keys)
        .get(Anybody, urls::LOG_TILE, log::tile)
        .get(Anybody, urls::LOG_LATER, log::later)
        // Whoever has an account, also with a one-time password.
        .post(Account, urls::SIGN_OUT, session::sign_out)
        .get(Account, urls::PASSWORD, settings::show_password)
        .post(Account, urls::PASSWORD, settings::change_password)
        // Whoever is signed in; what they may see of it the application decides.
        .get(Member, urls::SETTINGS, settings::show_settings)
        .get(Member, urls::SEARCH, search::show_search)
        .get(Member, urls::LEDGERS, ledger::choose)
        .get(Member, urls::LEDGER, ledger::show_ledger)
        .get(Member, urls::LEDGER_XLSX, ledger::export_xlsx)
        .get(Member, urls::LEDGER_CSV, ledger::export_csv)
        .get(Member, urls::TASK, task::show_task)
        .get(Member, urls::PASSAGE, task::show_passage)
        .get(Member, urls::REPORT, report::show_report)
        .get(Member, urls::EVIDENCE, evidence::download)
        .get(Member, urls::RECEIPT, receipt::show_receipt)
        .get(Member, urls::RECEIPT_TEXT, receipt::download_receipt)
        // Clerks (填报人).
        .get(Clerk, urls::TO_DO, home::show_to_do)
        .get(Clerk, urls::REPORT_FORM, report::show_form)
        .upload(Clerk, urls::REPORT_FORM, LARGEST_REPORT, report::take_form)
        // Heads (审核人).
        .get(Head, urls::APPROVALS, report::show_approvals)
        .post(Head, urls::APPROVE, report::approve)
        .post(Head, urls::RETURN_AT_APPROVAL, report::return_at_approval)
        // The supervision office (督查室).
        .get(Supervisor, urls::DOCUMENTS, document::list)
        .get(Supervisor, urls::IMPORT, document::show_import)
        .upload(Supervisor, urls::IMPORT, LARGEST_DOCUMENT, document::import)
        .get(Supervisor, urls::REVIEW, review::show_review)
        .post(Supervisor, urls::REVIEW_PLAN, review::correct_plan)
        .post(Supervisor, urls::REVIEW_ADOPT, review::adopt)
        .get(Supervisor, urls::REVIEW_TASK, review::show_task)
        .post(Supervisor, urls::REVIEW_TASK, review::correct_task)
        .get(Supervisor, urls::PLAN, plan::show_plan)
        .post(Supervisor, urls::PLAN_ISSUE, plan::issue)
        .post(Supervisor, urls::PLAN_PUBLICATION, plan::publish)
        .get(Supervisor, urls::VERIFICATIONS, report::show_verifications)
        .post(Supervisor, urls::VERIFY, report::verify)
        .post(Supervisor, urls::RETURN_AT_VERIFICATION, report::return_at_verification)
        .get(Supervisor, urls::MISSING, missing::show_missing)
        .get(Supervisor, urls::NEW_TASK, task::show_new_task)
        .post(Supervisor, urls::NEW_TASK, task::add_task)
        .get(Supervisor, urls::REPORTER, task::show_reporter)
        .post(Supervisor, urls::REPORTER, task::name_reporter)
        .post(Supervisor, urls::PUBLICATION, task::change_publication)
        .get(Supervisor, urls::ORGANISATIONS, organisation::show_organisations)
        .get(Supervisor, urls::ERASURES, erasure::list)
        .get(Supervisor, urls::NEW_ERASURE, erasure::show_new)
        .post(Supervisor, urls::NEW_ERASURE, erasure::propose)
        .get(Supervisor, urls::ERASURE, erasure::show_erasure)
        .post(Supervisor, urls::ERASURE_CONFIRM, erasure::confirm)
        .post(Supervisor, urls::ERASURE_DECLINE, erasure::decline)
        .get(Supervisor, urls::JOBS, job::show_jobs)
        .post(Supervisor, urls::JOBS, job::change)
}

/// One address and who may open it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteEntry {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The address with its variables in braces.
    pub path: &'static str,
    /// Name of the policy.
    pub policy: &'static str,
}

/// The whole table, for tests that compare it with what people expect.
pub fn route_table() -> Vec<RouteEntry> {
    routes().table
}

/// The site as a service: every route behind the layers that all share.
///
/// # Errors
/// [`ServeError::PublicUrl`] where the public address of the settings cannot be the origin of a form.
pub fn router(app: Arc<App>, settings: WebSettings) -> Result<Router, ServeError> {
    let mut same_site = CsrfLayer::new();
    if let Some(address) = &settings.public_url {
        same_site = same_site
            .add_trusted_origin(address.trim_end_matches('/'))
            .map_err(|_| ServeError::PublicUrl(address.clone()))?;
    }
    let Routes { router, uploads, .. } = routes();
    let patience = Arc::new(Patience {
        usual: settings.request_timeout,
        upload: settings.upload_timeout,
        uploads,
    });
    let site = Site {
        app,
        settings: Arc::new(settings),
        last_good: Arc::default(),
        written_lines: Arc::default(),
    };
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(site.clone(), welcome))
        .layer(CatchPanicLayer::custom(error::of_panic))
        .layer(from_fn_with_state(patience, in_time))
        .layer(same_site)
        .layer(DefaultBodyLimit::max(LARGEST_FORM));
    Ok(router
        .fallback(|| async { Failure::NotFound })
        .layer(layers)
        .with_state(site))
}

/// How long requests may take.
struct Patience {
    usual: Duration,
    upload: Duration,
    uploads: Vec<&'static str>,
}

/// Ends a request that takes too long. Files come over slow lines; whoever stops sending them is told apart where they are read.
async fn in_time(State(patience): State<Arc<Patience>>, request: Request, next: Next) -> Response {
    let is_upload = request.method() == Method::POST
        && request
            .extensions()
            .get::<MatchedPath>()
            .is_some_and(|path| patience.uploads.contains(&path.as_str()));
    let limit = if is_upload { patience.upload } else { patience.usual };
    match timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The arguments of a handler that begin with a [`Visit`] of the policy `P`.
#[diagnostic::on_unimplemented(
    message = "the handler does not begin with a `Visit<{P}>`",
    note = "each route declares its policy in its type (law 7): let the first argument be `Visit<{P}>`"
)]
pub trait OpensFor<P> {}

/// The arguments of a handler whose last one has checked the token of the form.
#[diagnostic::on_unimplemented(
    message = "the last argument of a `POST` handler has to check the form token, as `Submitted` does"
)]
pub trait TakesForm {}

impl<M, P: Policy> OpensFor<P> for (M, Visit<P>) {}
impl<M, P: Policy, A> OpensFor<P> for (M, Visit<P>, A) {}
impl<M, P: Policy, A, B> OpensFor<P> for (M, Visit<P>, A, B) {}
impl<M, P: Policy, L: ChecksFormToken> TakesForm for (M, Visit<P>, L) {}
impl<M, P: Policy, A, L: ChecksFormToken> TakesForm for (M, Visit<P>, A, L) {}

/// Routes under construction. A handler is taken only together with the policy that its own type names.
///
/// ```
/// use luoshi_web::{Routes, access::{Member, Visit}};
///
/// async fn page(_visit: Visit<Member>) -> &'static str { "for members" }
///
/// let _ = Routes::new().get(Member, "/page", page);
/// ```
///
/// A handler without a policy does not compile:
///
/// ```compile_fail,E0277
/// use luoshi_web::{Routes, access::Member};
///
/// async fn page() -> &'static str { "for whom?" }
///
/// let _ = Routes::new().get(Member, "/page", page);
/// ```
///
/// Nor does one that stands in the table under another policy than its own:
///
/// ```compile_fail,E0277
/// use luoshi_web::{Routes, access::{Anybody, Member, Visit}};
///
/// async fn page(_visit: Visit<Member>) -> &'static str { "for members" }
///
/// let _ = Routes::new().get(Anybody, "/page", page);
/// ```
///
/// Nor does one that changes something and leaves the form token unchecked:
///
/// ```compile_fail,E0277
/// use luoshi_web::{Routes, access::{Member, Visit}};
///
/// async fn change(_visit: Visit<Member>, _body: String) -> &'static str { "changed" }
///
/// let _ = Routes::new().post(Member, "/page", change);
/// ```
#[derive(Default)]
pub struct Routes {
    router: Router<Site>,
    table: Vec<RouteEntry>,
    /// Addresses that take files.
    uploads: Vec<&'static str>,
}

impl Routes {
    /// No routes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A page: `GET` and `HEAD`.
    #[must_use]
    pub fn get<P, H, T>(self, policy: P, path: &'static str, handler: H) -> Self
    where
        P: Policy,
        H: Handler<T, Site>,
        T: OpensFor<P> + 'static,
    {
        self.add(policy, "GET", path, get(handler))
    }

    /// A form: `POST` with at most one mebibyte; where nobody has to have signed in, with at most sixteen kibibytes.
    #[must_use]
    pub fn post<P, H, T>(self, policy: P, path: &'static str, handler: H) -> Self
    where
        P: Policy,
        H: Handler<T, Site>,
        T: OpensFor<P> + TakesForm + 'static,
    {
        let largest = if P::NAME == Anybody::NAME {
            LARGEST_FORM_OF_STRANGERS
        } else {
            LARGEST_FORM
        };
        self.add(
            policy,
            "POST",
            path,
            post(handler).layer(DefaultBodyLimit::max(largest)),
        )
    }

    /// A form with files: `POST` with at most `largest` bytes, and with time for a slow line.
    #[must_use]
    pub fn upload<P, H, T>(mut self, policy: P, path: &'static str, largest: usize, handler: H) -> Self
    where
        P: Policy,
        H: Handler<T, Site>,
        T: OpensFor<P> + TakesForm + 'static,
    {
        self.uploads.push(path);
        self.add(
            policy,
            "POST",
            path,
            post(handler).layer(DefaultBodyLimit::max(largest)),
        )
    }

    fn add<P: Policy>(
        mut self,
        _policy: P,
        method: &'static str,
        path: &'static str,
        answer: MethodRouter<Site>,
    ) -> Self {
        self.table.push(RouteEntry {
            method,
            path,
            policy: P::NAME,
        });
        self.router = self.router.route(path, answer);
        self
    }
}
