//! Who is looking, in which language and how large: found once a request, before any page is chosen.
//!
//! It lets nobody in; [`crate::access`] does.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header},
    middleware::Next,
    response::Response,
};
use axum_extra::extract::cookie::CookieJar;
use luoshi_app::{App, session::SignedIn};
use luoshi_types::Language;

use crate::{
    failure::Failure,
    language::negotiate,
    last_good::{Key, LastGood},
    pages::error,
    settings::WebSettings,
    written_lines::WrittenLines,
};

/// What every handler may use. Outside this crate it is opaque.
#[derive(Clone)]
pub struct Site {
    pub(crate) app: Arc<App>,
    pub(crate) settings: Arc<WebSettings>,
    pub(crate) last_good: Arc<LastGood>,
    pub(crate) written_lines: Arc<WrittenLines>,
}

/// Name of the session cookie under https. The prefix makes browsers refuse it from a subdomain or without TLS.
const SECURE_SESSION_COOKIE: &str = "__Host-luoshi";
/// Its name on plain http, where the prefix is not allowed.
const PLAIN_SESSION_COOKIE: &str = "luoshi";
const LANGUAGE_COOKIE: &str = "luoshi-language";
const TEXT_SIZE_COOKIE: &str = "luoshi-text-size";
const PREFERENCE_SECONDS: i64 = 365 * 24 * 60 * 60;

/// Longest `next` or `Accept-Language` that is looked at; browsers send far shorter ones.
const LONGEST_PREFERENCE: usize = 1000;

/// The one who sent the request.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) language: Language,
    /// 长者模式: larger text.
    pub(crate) large_text: bool,
    pub(crate) signed_in: Option<SignedIn>,
    /// The token of the session, for signing out.
    pub(crate) session_token: Option<String>,
    pub(crate) remote: IpAddr,
    /// Number of the request in the program's own records.
    pub(crate) request_id: String,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
}

/// Numbers the requests of one run of the program. It is no secret and needs no randomness.
static REQUESTS: AtomicU64 = AtomicU64::new(1);

/// Finds out who is looking, answers with the page of an error where there is one, and adds the headers that every answer carries.
pub(crate) async fn welcome(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let request_id = format!("r{:06}", REQUESTS.fetch_add(1, Ordering::Relaxed));
    let cookies = CookieJar::from_headers(request.headers());
    let chosen = Chosen::in_query(request.uri());
    let language = chosen
        .language
        .or_else(|| {
            cookies
                .get(LANGUAGE_COOKIE)
                .and_then(|cookie| Language::from_tag(cookie.value()))
        })
        .unwrap_or_else(|| negotiate(accept_language(request.headers())));
    let large_text = chosen.large_text.unwrap_or_else(|| {
        cookies
            .get(TEXT_SIZE_COOKIE)
            .is_some_and(|cookie| cookie.value() == "large")
    });
    let session_token = cookies
        .get(session_cookie_name(&site.settings))
        .map(|cookie| cookie.value().to_owned());
    let mut visitor = Visitor {
        language,
        large_text,
        signed_in: None,
        session_token: session_token.clone(),
        remote: remote_address(&request, &site.settings),
        request_id,
        method: request.method().clone(),
        uri: request.uri().clone(),
    };
    let session = match session_token {
        Some(token) => site.app.session(&token).await,
        None => Ok(None),
    };
    let key = Key::of(&visitor);
    let mut response = match session {
        Ok(signed_in) => {
            visitor.signed_in = signed_in;
            request.extensions_mut().insert(visitor.clone());
            let response = error::with_page(&visitor, next.run(request).await);
            match key.filter(|_| visitor.signed_in.is_none()) {
                Some(key) => site.last_good.pass(key, language, site.app.now(), response).await,
                None => response,
            }
        }
        Err(failure) => {
            let failure = Failure::from(failure);
            key.filter(|_| failure == Failure::Unavailable)
                .and_then(|key| site.last_good.show(&key, language, site.app.now()))
                .unwrap_or_else(|| error::page(&visitor, &failure))
        }
    };
    if !is_shared(response.headers()) {
        for cookie in chosen.cookies(&site.settings) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    if let Ok(value) = HeaderValue::from_str(&visitor.request_id) {
        response.headers_mut().insert("x-request-id", value);
    }
    add_security_headers(response.headers_mut(), &site.settings, visitor.signed_in.is_some());
    tracing::debug!(request = %visitor.request_id, method = %visitor.method, path = visitor.uri.path(), status = response.status().as_u16());
    response
}

/// Whether a cache may hand an answer to other people, who would get the choices of the first one with it.
fn is_shared(headers: &HeaderMap) -> bool {
    headers
        .get(header::CACHE_CONTROL)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("public"))
}

fn accept_language(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .filter(|value| value.len() <= LONGEST_PREFERENCE)
}

/// The address of the client: the connection's own, or what a trusted proxy says that it saw.
fn remote_address(request: &Request, settings: &WebSettings) -> IpAddr {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        // A socket for both protocols shows an address of the older one as one of the newer.
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| {
            address.ip().to_canonical()
        });
    if !settings.trusted_proxies.contains(&peer) {
        return peer;
    }
    // A proxy appends to the header or adds one of its own below it; what stands before that the client may have written itself.
    request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|last| last.trim().parse().ok())
        .unwrap_or(peer)
}

/// Language and text size as an address asks for them: `?lang=en`, `?text=large`.
struct Chosen {
    language: Option<Language>,
    large_text: Option<bool>,
}

impl Chosen {
    fn in_query(uri: &Uri) -> Self {
        let mut chosen = Self {
            language: None,
            large_text: None,
        };
        for pair in uri.query().unwrap_or_default().split('&') {
            match pair.split_once('=') {
                Some(("lang", value)) => chosen.language = Language::from_tag(value),
                Some(("text", "large")) => chosen.large_text = Some(true),
                Some(("text", "normal")) => chosen.large_text = Some(false),
                _ => {}
            }
        }
        chosen
    }

    fn cookies(&self, settings: &WebSettings) -> impl Iterator<Item = HeaderValue> {
        let language = self.language.map(|language| (LANGUAGE_COOKIE, language.code()));
        let size = self
            .large_text
            .map(|large| (TEXT_SIZE_COOKIE, if large { "large" } else { "normal" }));
        [language, size]
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| set_cookie(name, value, Some(PREFERENCE_SECONDS), settings))
    }
}

fn session_cookie_name(settings: &WebSettings) -> &'static str {
    if settings.is_https() {
        SECURE_SESSION_COOKIE
    } else {
        PLAIN_SESSION_COOKIE
    }
}

/// A `Set-Cookie` header. Without an age the cookie ends with the browser. None: the value has characters that no header may have.
fn set_cookie(name: &str, value: &str, age_in_seconds: Option<i64>, settings: &WebSettings) -> Option<HeaderValue> {
    let secure = if settings.is_https() { "; Secure" } else { "" };
    let age = age_in_seconds
        .map(|seconds| format!("; Max-Age={seconds}"))
        .unwrap_or_default();
    HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}")).ok()
}

/// The cookie that carries a new session.
pub(crate) fn session_cookie(token: &str, settings: &WebSettings) -> Option<HeaderValue> {
    set_cookie(session_cookie_name(settings), token, None, settings)
}

/// The cookie that takes the session away from the browser.
pub(crate) fn no_session_cookie(settings: &WebSettings) -> Option<HeaderValue> {
    set_cookie(session_cookie_name(settings), "", Some(0), settings)
}

/// What a page may load and do: its own style sheet, pictures and forms, and nothing from anywhere else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const PERMISSIONS_POLICY: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/// One year, as the preload lists ask for.
const STRICT_TRANSPORT_SECURITY: &str = "max-age=31536000; includeSubDomains";

/// Puts the headers on an answer that every answer carries, also those for unknown addresses and for faults.
fn add_security_headers(headers: &mut HeaderMap, settings: &WebSettings, signed_in: bool) {
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // A file that somebody sent has a stricter one of its own.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    if settings.is_https() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(STRICT_TRANSPORT_SECURITY),
        );
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        // An answer also depends on cookies for language and text size, so a shared cache could hand out the wrong one.
        let value = if signed_in { "no-store" } else { "private, no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    }
}
