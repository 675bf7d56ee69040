//! The encoding of a page: a byte order mark, then what the page declares, then what the bytes look like.
//!
//! A declaration that the bytes contradict is not believed: sites moved from GB2312 to UTF-8 and left it standing.

use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use crate::encoding::{self, Decoded};

/// Where browsers stop looking for a declaration, doubled: word processors write long heads.
const PRESCAN: usize = 2048;

/// Decodes a page.
pub(crate) fn decode(bytes: &[u8]) -> Decoded {
    if encoding::byte_order_mark(bytes).is_some() {
        return encoding::decode_detected(bytes);
    }
    let looks_like = encoding::detect(bytes);
    let Some(declared) = declared(bytes) else {
        return encoding::decode(bytes, looks_like);
    };
    // What is not UTF-8 hardly ever looks like it, while nearly anything can be read as GB18030. And a page that could be searched
    // for a declaration byte by byte is not in UTF-16, whatever it says.
    if [looks_like, UTF_16LE, UTF_16BE].contains(&declared) || (looks_like == UTF_8 && !bytes.is_ascii()) {
        return encoding::decode(bytes, looks_like);
    }
    let believed = encoding::decode(bytes, declared);
    if believed.replaced == 0 {
        return believed;
    }
    let suspected = encoding::decode(bytes, looks_like);
    if suspected.replaced < believed.replaced {
        suspected
    } else {
        believed
    }
}

/// The encoding that a `meta` element or an XML declaration names.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head: String = bytes
        .get(..PRESCAN)
        .unwrap_or(bytes)
        .iter()
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    let mut rest = head.as_str();
    while let Some((_, after)) = rest.split_once("charset").or_else(|| rest.split_once("encoding")) {
        rest = after;
        let Some(value) = after.trim_start().strip_prefix('=') else {
            continue;
        };
        let value = value.trim_start().trim_start_matches(['"', '\'']);
        let label: String = value
            .chars()
            .take_while(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | ':' | '.'))
            .collect();
        if let Some(encoding) = Encoding::for_label(label.as_bytes()) {
            // GB18030 contains GBK, and pages that declare GB2312 use it all.
            return Some(if encoding == GBK { GB18030 } else { encoding });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "责任部门：发改委、财政厅";

    #[track_caller]
    fn check(page: &[u8]) {
        let decoded = decode(page);
        assert!(decoded.text.contains(TEXT), "{}", decoded.text);
        assert_eq!(decoded.replaced, 0);
    }

    fn gb(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn believes_a_declaration_that_holds() {
        check(format!("<meta charset=utf-8><p>{TEXT}").as_bytes());
        check(&gb(&format!(
            "<meta http-equiv=Content-Type content=\"text/html; charset=gb2312\"><p>{TEXT}"
        )));
        check(&gb(&format!("<?xml version='1.0' encoding='GBK'?><p>{TEXT}")));
    }

    #[test]
    fn does_not_believe_one_that_the_bytes_contradict() {
        check(format!("<meta charset=\"gb2312\"><p>{TEXT}，很长的正文").as_bytes());
        check(&gb(&format!("<meta charset='utf-8'><p>{TEXT}")));
        check(format!("<meta charset='utf-16'><p>{TEXT}").as_bytes());
        check(format!("<meta charset='no-such'><p>{TEXT}").as_bytes());
        check(&gb(&format!("<p>{TEXT}")));
    }

    #[test]
    fn obeys_a_byte_order_mark() {
        let page = format!("\u{FEFF}<meta charset=gbk><p>{TEXT}");
        check(page.as_bytes());
        check(&page.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    }
}
