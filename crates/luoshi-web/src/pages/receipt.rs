//! 回执: the signed statement that something was taken in, as a page and as a text file.

use askama::Template;
use luoshi_app::receipt::ReceiptView;
use luoshi_ledger::ids::CommandId;

use super::{ledger::download, show};
use crate::{
    access::{Member, Visit},
    at::At,
    failure::{Answer, Failure},
    form::Fields,
    frame::{Frame, Place},
    urls,
};

#[derive(Template)]
#[template(path = "receipt/receipt.html")]
pub(crate) struct ReceiptPage {
    pub(crate) frame: Frame,
    pub(crate) view: ReceiptView,
}

/// A receipt.
pub(crate) async fn show_receipt(visit: Visit<Member>, At(command): At<CommandId>) -> Answer {
    let view = visit.app().receipt(visit.actor(), command)?.ok_or(Failure::NotFound)?;
    show(&ReceiptPage {
        frame: visit
            .frame(Place::Nowhere)
            .under("place-home", urls::HOME)
            .headed("receipt"),
        view,
    })
}

/// The receipt as a file that stands for itself, with its proof once there is one.
pub(crate) async fn download_receipt(visit: Visit<Member>, At(command): At<CommandId>) -> Answer {
    let view = visit.app().receipt(visit.actor(), command)?.ok_or(Failure::NotFound)?;
    let mut text = view.note;
    if let Some(proof) = view.proof {
        text.push('\n');
        text.push_str(&proof);
    }
    let name = format!("luoshi-receipt-{command}.txt");
    Ok(download("text/plain; charset=utf-8", &name, text.into_bytes()))
}

/// An address that shows, beside its own page, that something was done and where its receipt is.
pub(crate) fn with_receipt(address: &str, command: CommandId) -> String {
    format!("{address}?done={command}")
}

/// The address of the receipt that [`with_receipt`] speaks of.
pub(crate) fn just_given(query: &Fields) -> Option<String> {
    let command: CommandId = query.raw("done").parse().ok()?;
    Some(urls::receipt(&command))
}
