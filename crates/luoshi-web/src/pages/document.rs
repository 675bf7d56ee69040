//! Documents (来源文件): the list of what was received and how far its review is, and the form for bringing a new one in.
//!
//! Reading, parsing and laying out the review is the application's.

use askama::Template;
use axum::{
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use luoshi_app::{
    document::{ImportError, Upload, WordedDiagnostic, word_diagnostics},
    files::bare_file_name,
    review::ReviewSummary,
};
use luoshi_ledger::plan::YEARS;

use super::{lead_to, show, show_again};
use crate::{
    access::{Supervisor, Visit},
    failure::{Answer, Failure},
    form::{ChecksFormToken, FieldErrors, Fields, MOST_FIELDS, check_token, optional_date},
    frame::{Frame, Place},
    urls,
    visitor::{Site, Visitor},
};

/// The field of the form that holds the file.
const FILE_FIELD: &str = "file";

/// The list of received documents.
#[derive(Template)]
#[template(path = "document/list.html")]
pub(crate) struct DocumentsPage {
    pub(crate) frame: Frame,
    pub(crate) reviews: Vec<ReviewSummary>,
}

/// The form for bringing a document in.
#[derive(Template)]
#[template(path = "document/import.html")]
pub(crate) struct ImportPage {
    pub(crate) frame: Frame,
    pub(crate) text: String,
    pub(crate) date: String,
    pub(crate) year: String,
    pub(crate) errors: FieldErrors,
    /// Name of the document that could not be used; empty at first sight.
    pub(crate) refused: String,
    /// Why it could not be used and what to do, in the reader's language.
    pub(crate) complaints: Vec<WordedDiagnostic>,
}

impl ImportPage {
    pub(crate) fn new(frame: Frame) -> Self {
        Self {
            frame: frame
                .under("place-documents", urls::DOCUMENTS)
                .headed("document-import"),
            text: String::new(),
            date: String::new(),
            year: String::new(),
            errors: FieldErrors::default(),
            refused: String::new(),
            complaints: Vec::new(),
        }
    }
}

/// The list of received documents.
pub(crate) async fn list(visit: Visit<Supervisor>) -> Answer {
    let reviews = visit.app().reviews(visit.actor())?;
    show(&DocumentsPage {
        frame: visit.frame(Place::Documents).headed("document-list"),
        reviews,
    })
}

/// The form for bringing a document in.
pub(crate) async fn show_import(visit: Visit<Supervisor>) -> Answer {
    show(&ImportPage::new(visit.frame(Place::Documents)))
}

/// Takes a document in and leads to its review; or shows the form again, with what was typed and why it could not be used.
pub(crate) async fn import(visit: Visit<Supervisor>, sent: SubmittedDocument) -> Answer {
    let mut page = ImportPage::new(visit.frame(Place::Documents));
    page.text = sent.fields.raw("text").replace("\r\n", "\n");
    page.date = sent.fields.text("date");
    page.year = sent.fields.text("year");
    let date = optional_date(&page.date);
    if date.is_err() {
        page.errors.add("date", "document-error-date");
    }
    let year = optional::<i16>(&page.year).and_then(|year| match year {
        Some(year) if !YEARS.contains(&year) => Err(()),
        year => Ok(year),
    });
    if year.is_err() {
        page.errors.add("year", "document-error-year");
    }
    let document = match (sent.file, page.text.trim().is_empty()) {
        (Some(_), false) => {
            page.errors.add(FILE_FIELD, "document-error-both");
            None
        }
        (None, true) => {
            page.errors.add(FILE_FIELD, "document-error-none");
            None
        }
        (Some(file), true) => Some(file),
        (None, false) => Some(SentFile {
            name: page.frame.say("document-pasted-name"),
            bytes: page.text.clone().into_bytes(),
        }),
    };
    let (Ok(date), Ok(year), Some(document)) = (date, year, document) else {
        return show_again(&page);
    };
    let name = document.name.clone();
    let upload = Upload {
        file_name: document.name,
        bytes: document.bytes,
        date,
        year,
    };
    match visit.app().import_document(visit.actor(), upload).await {
        Ok(review) => Ok(lead_to(&urls::review(&review))),
        Err(ImportError::Unusable(diagnostics)) => {
            page.complaints = word_diagnostics(&diagnostics, page.frame.language);
            page.refused = name;
            show_again(&page)
        }
        Err(ImportError::App(error)) => Err(error.into()),
    }
}

/// What a field that may be empty says.
fn optional<T: std::str::FromStr>(text: &str) -> Result<Option<T>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| ())
}

/// A file as the browser sent it, under a name that is only a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SentFile {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// The fields and the file of a form that was sent in parts, with the token of its session checked.
#[derive(Debug)]
pub(crate) struct SubmittedDocument {
    fields: Fields,
    file: Option<SentFile>,
}

impl ChecksFormToken for SubmittedDocument {}

/// Why an upload was not taken.
#[derive(Debug)]
pub(crate) struct UploadRejection(Failure);

impl IntoResponse for UploadRejection {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl From<MultipartError> for UploadRejection {
    fn from(error: MultipartError) -> Self {
        Self(match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
            _ => Failure::BadRequest,
        })
    }
}

impl FromRequest<Site> for SubmittedDocument {
    type Rejection = UploadRejection;

    async fn from_request(request: Request, site: &Site) -> Result<Self, UploadRejection> {
        let visitor = request.extensions().get::<Visitor>().cloned();
        let mut parts = Multipart::from_request(request, site)
            .await
            .map_err(|_| UploadRejection(Failure::BadRequest))?;
        let mut pairs = Vec::new();
        let mut file = None;
        while let Some(part) = parts.next_field().await? {
            if pairs.len() >= MOST_FIELDS {
                return Err(UploadRejection(Failure::TooLarge));
            }
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(bare_file_name) {
                Some(file_name) if name == FILE_FIELD => {
                    let bytes = part.bytes().await?.to_vec();
                    // A browser sends a part without name and bytes where no file was chosen.
                    if !file_name.is_empty() || !bytes.is_empty() {
                        file = Some(SentFile { name: file_name, bytes });
                    }
                }
                _ => pairs.push((name, String::from_utf8_lossy(&part.bytes().await?).into_owned())),
            }
        }
        let fields = Fields::from_pairs(pairs);
        check_token(visitor.as_ref(), &fields).map_err(UploadRejection)?;
        Ok(Self { fields, file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_field_says_nothing_and_a_wrong_one_is_told_apart() {
        assert_eq!(optional::<i16>(""), Ok(None));
        assert_eq!(optional::<i16>("2026"), Ok(Some(2026)));
        assert_eq!(optional::<i16>("二〇二六"), Err(()));
    }
}
