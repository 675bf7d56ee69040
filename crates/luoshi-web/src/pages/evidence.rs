//! 佐证材料: the form of a report with its files, read as they come, and a file on its way to a reader.
//!
//! How bytes are kept and who may see them is the application's. Nothing here is ever shown inside a page: a file is saved, not opened.

use std::{
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll},
};

use axum::{
    body::{Body, BodyDataStream, Bytes},
    extract::{FromRequest, Multipart, Request, multipart::Field},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, stream};
use luoshi_app::{
    AppError,
    evidence::EvidenceFile,
    files::{FileError, ReceivedFile, bare_file_name},
};
use luoshi_ledger::{
    Refusal,
    evidence::{LARGEST_EVIDENCE, MOST_EVIDENCE},
    ids::EvidenceId,
};
use tokio::time::timeout;

use crate::{
    access::{Member, Visit},
    at::At,
    failure::{Answer, Failure},
    form::{ChecksFormToken, Fields, FormRejection, MOST_FIELDS, Submitted, check_token},
    frame::Frame,
    visitor::{Site, Visitor},
};

/// The field of the form that holds files.
pub(crate) const FILE_FIELD: &str = "evidence_file";
/// Longest text of all other fields together, in bytes, as for a form without files.
const LONGEST_FIELDS: usize = 1024 * 1024;

/// A file that came with a form: its name, and the bytes or why they were not taken.
#[derive(Debug)]
pub(crate) struct SentFile {
    pub(crate) name: String,
    pub(crate) received: Result<ReceivedFile, FileError>,
}

/// The form of a report, with or without files, its token checked. Bytes of files are on the disk by now, and nothing refers to them.
#[derive(Debug)]
pub(crate) struct SubmittedReport {
    pub(crate) fields: Fields,
    pub(crate) files: Vec<SentFile>,
}

impl ChecksFormToken for SubmittedReport {}

impl FromRequest<Site> for SubmittedReport {
    type Rejection = FormRejection;

    async fn from_request(request: Request, site: &Site) -> Result<Self, FormRejection> {
        if !is_in_parts(&request) {
            let form = Submitted::from_request(request, site).await?;
            return Ok(Self {
                fields: form.fields().clone(),
                files: Vec::new(),
            });
        }
        let visitor = request.extensions().get::<Visitor>().cloned();
        let request = request.map(|body| Body::from_stream(OneAtATime::new(body.into_data_stream())));
        let mut parts = Multipart::from_request(request, site)
            .await
            .map_err(|_| FormRejection(Failure::BadRequest))?;
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut files: Vec<SentFile> = Vec::new();
        let mut length = 0;
        let mut is_checked = false;
        loop {
            let part = match parts.next_field().await {
                Ok(Some(part)) => part,
                Ok(None) => break,
                // The words that were typed stand before the files and are worth keeping although the rest did not come.
                Err(error) if is_checked && !files.is_empty() => {
                    files.extend(broken(error.status()));
                    break;
                }
                Err(error) => return Err(FormRejection(of_status(error.status()))),
            };
            if pairs.len() + files.len() >= MOST_FIELDS {
                return Err(FormRejection(Failure::TooLarge));
            }
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(bare_file_name) {
                Some(file_name) if name == FILE_FIELD => {
                    if !is_checked {
                        // Nobody writes to the disk with a form that is not theirs.
                        check_token(visitor.as_ref(), &Fields::from_pairs(pairs.clone())).map_err(FormRejection)?;
                        is_checked = true;
                    }
                    if files.len() > MOST_EVIDENCE {
                        continue;
                    }
                    match receive(site, part).await {
                        // A browser sends a part without name and bytes where no file was chosen.
                        Err(FileError::Empty) if file_name.is_empty() => {}
                        received => files.push(SentFile {
                            name: file_name,
                            received,
                        }),
                    }
                }
                _ => {
                    let text = text_of(part, LONGEST_FIELDS - length).await.map_err(FormRejection)?;
                    length += text.len();
                    pairs.push((name, text));
                }
            }
        }
        let fields = Fields::from_pairs(pairs);
        check_token(visitor.as_ref(), &fields).map_err(FormRejection)?;
        Ok(Self { fields, files })
    }
}

/// Hands a body on piece by piece. The reader of parts takes whatever is ready before it looks at any of it, so that a fast sender would
/// have a whole file in memory.
struct OneAtATime {
    body: BodyDataStream,
    /// Whether a piece was handed on just now.
    has_given: bool,
}

impl OneAtATime {
    fn new(body: BodyDataStream) -> Self {
        Self { body, has_given: false }
    }
}

impl Stream for OneAtATime {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.has_given) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = Pin::new(&mut self.body).poll_next(context);
        self.has_given = matches!(polled, Poll::Ready(Some(_)));
        polled
    }
}

fn is_in_parts(request: &Request) -> bool {
    request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| {
            kind.trim_start()
                .to_ascii_lowercase()
                .starts_with("multipart/form-data")
        })
}

fn of_status(status: StatusCode) -> Failure {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        _ => Failure::BadRequest,
    }
}

/// The file that stands for those which did not come any more.
fn broken(status: StatusCode) -> Option<SentFile> {
    let error = match status {
        StatusCode::PAYLOAD_TOO_LARGE => FileError::TooLarge,
        _ => FileError::BrokenOff,
    };
    Some(SentFile {
        name: String::new(),
        received: Err(error),
    })
}

async fn text_of(mut part: Field<'_>, longest: usize) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(piece) = part.chunk().await.map_err(|error| of_status(error.status()))? {
        if bytes.len() + piece.len() > longest {
            return Err(Failure::TooLarge);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Lets a part run to the disk. The rest of one that is too large is read past when the next part is asked for.
async fn receive(site: &Site, part: Field<'_>) -> Result<ReceivedFile, FileError> {
    let is_over = AtomicBool::new(false);
    let received = site
        .app
        .receive_file(pieces(site, part, &is_over), LARGEST_EVIDENCE)
        .await;
    match received {
        Err(FileError::BrokenOff) if is_over.load(Ordering::Relaxed) => Err(FileError::TooLarge),
        received => received,
    }
}

/// The pieces of a part. A sender who is silent for as long as a request may take has broken off; one who is slow has not.
fn pieces<'a>(
    site: &'a Site,
    part: Field<'a>,
    is_over: &'a AtomicBool,
) -> impl Stream<Item = Result<Bytes, ()>> + Send + 'a {
    let patience = site.settings.request_timeout;
    stream::unfold(part, move |mut part| async move {
        match timeout(patience, part.chunk()).await {
            Ok(Ok(piece)) => piece.map(|piece| (Ok(piece), part)),
            Ok(Err(error)) => {
                is_over.store(error.status() == StatusCode::PAYLOAD_TOO_LARGE, Ordering::Relaxed);
                Some((Err(()), part))
            }
            Err(_) => Some((Err(()), part)),
        }
    })
}

/// Why a file was not taken and what to do, in the reader's language. None: the request as a whole has failed.
pub(crate) fn explain(frame: &Frame, error: FileError) -> Result<(String, StatusCode), Failure> {
    let megabytes = LARGEST_EVIDENCE / (1024 * 1024);
    Ok(match error {
        FileError::TooLarge => (
            frame.say1("evidence-too-large", "limit", megabytes),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        FileError::Empty => (frame.say("evidence-empty"), StatusCode::UNPROCESSABLE_ENTITY),
        FileError::Nameless => (frame.say("evidence-nameless"), StatusCode::UNPROCESSABLE_ENTITY),
        FileError::Media(refusal) => {
            let key = match refusal {
                luoshi_app::files::MediaRefusal::Active => "evidence-active",
                luoshi_app::files::MediaRefusal::UnknownEnding => "evidence-unknown-ending",
                luoshi_app::files::MediaRefusal::NotWhatItSays => "evidence-not-what-it-says",
            };
            let endings = luoshi_app::files::MEDIA_ENDINGS.join(" ");
            (frame.say1(key, "endings", endings), StatusCode::UNPROCESSABLE_ENTITY)
        }
        FileError::TooMany => (
            frame.say1("evidence-too-many", "limit", MOST_EVIDENCE),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        FileError::Quota => (frame.say("evidence-quota"), StatusCode::UNPROCESSABLE_ENTITY),
        FileError::Infected(virus) => (
            frame.say1("evidence-infected", "virus", virus),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        FileError::ScannerSilent => (frame.say("evidence-scanner-silent"), StatusCode::SERVICE_UNAVAILABLE),
        FileError::NoRoom => (frame.say("evidence-no-room"), StatusCode::INSUFFICIENT_STORAGE),
        FileError::BrokenOff => (frame.say("evidence-broken-off"), StatusCode::UNPROCESSABLE_ENTITY),
        FileError::App(AppError::Refused(Refusal::FileErased)) => {
            (frame.say("evidence-erased"), StatusCode::UNPROCESSABLE_ENTITY)
        }
        FileError::App(error) => return Err(error.into()),
    })
}

/// What may be chosen, for the list of a browser's file chooser.
pub(crate) fn accepted() -> String {
    luoshi_app::files::MEDIA_ENDINGS
        .iter()
        .map(|ending| format!(".{ending}"))
        .collect::<Vec<_>>()
        .join(",")
}

/// A file of evidence, to be saved by whoever may read its report.
pub(crate) async fn download(visit: Visit<Member>, At(id): At<EvidenceId>) -> Answer {
    let file = visit
        .app()
        .evidence(visit.actor(), id)
        .await
        .map_err(|error| match error {
            // The record knows it and the disk does not: that is for the program's records, with a number for the reader.
            AppError::Internal(cause) => Failure::Internal(cause.to_string()),
            error => error.into(),
        })?;
    Ok(save(file.ok_or(Failure::NotFound)?))
}

fn save(file: EvidenceFile) -> Response {
    let EvidenceFile { evidence, bytes } = file;
    let mut response = Body::from_stream(bytes).into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(&evidence.media_type)
        .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_LENGTH, evidence.byte_count.into());
    if let Ok(value) = HeaderValue::from_str(&disposition(&evidence.name)) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    // Where a browser shows it all the same, it is nobody's page: no script, no form, no origin.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"),
    );
    headers.insert("x-download-options", HeaderValue::from_static("noopen"));
    response
}

/// `Content-Disposition` of RFC 6266: the name in the letters that every browser reads, then as it is, in UTF-8 (RFC 8187).
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|character| match character {
            '"' | '\\' | '%' | '/' | ';' => '_',
            character if character.is_ascii_graphic() || character == ' ' => character,
            _ => '_',
        })
        .collect();
    let exact: String = name.bytes().fold(String::new(), |mut exact, byte| {
        // The attribute characters of RFC 8187.
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            exact.push(char::from(byte));
        } else {
            exact.push_str(&format!("%{byte:02X}"));
        }
        exact
    });
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_as_browsers_read_it() {
        assert_eq!(
            disposition("list 1.csv"),
            "attachment; filename=\"list 1.csv\"; filename*=UTF-8''list%201.csv"
        );
        assert_eq!(
            disposition("清单.csv"),
            "attachment; filename=\"__.csv\"; filename*=UTF-8''%E6%B8%85%E5%8D%95.csv"
        );
        let hostile = disposition("a\"; filename=b.exe\r\nSet-Cookie: x=1.csv");
        assert!(HeaderValue::from_str(&hostile).is_ok(), "{hostile}");
        assert_eq!(hostile.matches('"').count(), 2, "{hostile}");
        assert!(!hostile.contains("\r") && hostile.contains("%0D%0A"), "{hostile}");
    }
}
