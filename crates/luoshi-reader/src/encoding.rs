//! Finds the character encoding of text bytes and decodes them, counting what could not be decoded.
//!
//! It changes nothing but the encoding: no line ends, no white space, no characters of compatibility.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use luoshi_types::{Diagnostic, DiagnosticCode, Span};

/// Bytes that are looked at to guess an encoding. More would cost time and not change the guess.
const SAMPLE: usize = 64 * 1024;

/// Decoded text and what was lost on the way.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) text: String,
    pub(crate) encoding: &'static Encoding,
    /// Malformed sequences and NUL bytes, each of which stands as U+FFFD in the text.
    pub(crate) replaced: usize,
}

impl Decoded {
    /// The complaints that the decoded text gives rise to.
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        if self.replaced > 0 {
            diagnostics.push(
                Diagnostic::new(DiagnosticCode::UndecodableBytes, Span::default())
                    .with("count", self.replaced)
                    .with("encoding", self.encoding.name()),
            );
        }
        diagnostics
    }
}

/// The encoding that a byte order mark names, with the length of the mark.
pub(crate) fn byte_order_mark(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    const GB18030_MARK: [u8; 4] = [0x84, 0x31, 0x95, 0x33];
    if bytes.starts_with(&GB18030_MARK) {
        return Some((GB18030, GB18030_MARK.len()));
    }
    Encoding::for_bom(bytes)
}

/// Decodes text whose encoding nobody has stated.
pub(crate) fn decode_detected(bytes: &[u8]) -> Decoded {
    if let Some((encoding, mark)) = byte_order_mark(bytes) {
        return decode(bytes.get(mark..).unwrap_or_default(), encoding);
    }
    decode(bytes, detect(bytes))
}

/// The likeliest encoding of bytes without a byte order mark.
pub(crate) fn detect(bytes: &[u8]) -> &'static Encoding {
    if let Some(encoding) = utf_16_without_mark(bytes) {
        return encoding;
    }
    if is_nearly_utf_8(bytes) {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes.get(..SAMPLE).unwrap_or(bytes), bytes.len() <= SAMPLE);
    let guess = detector.guess(Some(b"cn"), Utf8Detection::Deny);
    // GB18030 contains GBK, and what single-byte guesses are made of is mostly Chinese text too short to judge.
    if guess == GBK || (guess.is_single_byte() && is_gb_18030(bytes)) {
        GB18030
    } else {
        guess
    }
}

/// Decodes `bytes`, whose byte order mark has been taken off.
pub(crate) fn decode(bytes: &[u8], encoding: &'static Encoding) -> Decoded {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len());
    let mut replaced = 0;
    let mut rest = bytes;
    loop {
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
        rest = rest.get(read..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty => break,
            DecoderResult::OutputFull => text.reserve(rest.len().max(64)),
            DecoderResult::Malformed(_, _) => {
                if text.len() + 3 > text.capacity() {
                    text.reserve(rest.len().max(64));
                }
                text.push(char::REPLACEMENT_CHARACTER);
                replaced += 1;
            }
        }
    }
    // No format that luoshi writes can hold NUL, and no text means one.
    let nul_bytes = text.bytes().filter(|byte| *byte == 0).count();
    if nul_bytes > 0 {
        text = text.replace('\0', "\u{FFFD}");
    }
    Decoded {
        text,
        encoding,
        replaced: replaced + nul_bytes,
    }
}

/// Whether the bytes are UTF-8 apart from single damaged places, such as a character cut off at the end.
fn is_nearly_utf_8(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let mut damaged = 0usize;
    loop {
        match std::str::from_utf8(rest) {
            Ok(_) => break,
            Err(error) => {
                damaged += 1;
                let skip = error.valid_up_to() + error.error_len().unwrap_or(rest.len());
                rest = rest.get(skip..).unwrap_or_default();
            }
        }
        // Text in another encoding fails within a few characters; there is no need to read all of it.
        if damaged > 64 && damaged * 200 > bytes.len() - rest.len() {
            return false;
        }
    }
    if damaged == 0 {
        return true;
    }
    let multi_byte = bytes.iter().filter(|byte| **byte >= 0xC0).count();
    damaged * 8 <= multi_byte
}

fn is_gb_18030(bytes: &[u8]) -> bool {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let decoded = decode(sample, GB18030);
    // The sample may end inside a character.
    let foreign: Vec<char> = decoded.text.chars().filter(|character| !character.is_ascii()).collect();
    let chinese = foreign.iter().filter(|character| is_chinese_text(**character)).count();
    decoded.replaced <= 1 && chinese * 10 >= foreign.len() * 9
}

/// UTF-16 without a byte order mark, told by what one of the two byte orders makes of it.
fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.len() < 4 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    [UTF_16LE, UTF_16BE].into_iter().find(|encoding| {
        let units = sample.chunks_exact(2).map(|pair| match pair {
            [first, second] if *encoding == UTF_16LE => u16::from_le_bytes([*first, *second]),
            [first, second] => u16::from_be_bytes([*first, *second]),
            _ => 0,
        });
        let mut total = 0usize;
        let mut usual = 0usize;
        let mut marks = 0usize;
        for character in char::decode_utf16(units) {
            total += 1;
            let Ok(character) = character else { continue };
            usual += usize::from(character.is_ascii_graphic() || is_chinese_text(character));
            // None of these can arise from two bytes of ASCII or of GB18030 that stand together by chance: each holds a byte
            // that neither of the two uses in text.
            let is_mark =
                matches!(character, '\t' | '\r' | '\n' | ' ' | '\u{3000}'..='\u{3011}' | '\u{FF08}'..='\u{FF0C}');
            usual += usize::from(matches!(character, '\t' | '\r' | '\n' | ' '));
            marks += usize::from(is_mark || character.is_ascii_graphic());
        }
        usual * 100 >= total * 95 && marks > 0
    })
}

/// Characters that Chinese text is made of, ASCII apart.
fn is_chinese_text(character: char) -> bool {
    matches!(character, '\u{4E00}'..='\u{9FFF}' | '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FFEF}' | '\u{2010}'..='\u{2027}'
        | '\u{2030}'..='\u{203B}' | '\u{3400}'..='\u{4DBF}' | '\u{2460}'..='\u{24FF}' | '\u{00B7}' | '\u{00D7}' | '\u{2160}'..='\u{217F}'
        | '\u{2190}'..='\u{22FF}' | '\u{25A0}'..='\u{26FF}' | '\u{3200}'..='\u{33FF}')
}

/// The encoding that the text was wrongly decoded with before it was saved, where it looks as if it was, and from where to where it
/// was seen.
pub(crate) fn mojibake(text: &str) -> Option<(&'static Encoding, Span)> {
    // Three times U+FFFD in UTF-8, read as GB18030: the trace that a lossy conversion leaves.
    const TRACE: &str = "锟斤拷";
    if let Some(at) = text.find(TRACE) {
        let start = text[..at].chars().count();
        return Some((GB18030, Span::new(start, start + TRACE.chars().count())));
    }
    const LINES: usize = 40;
    const FEWEST_CHARACTERS: usize = 6;
    let mut looked_at = 0;
    let mut as_latin = 0;
    let mut as_gb = 0;
    let mut seen: Option<Span> = None;
    let mut next = 0;
    for line in text.split('\n') {
        let start = next;
        next += line.chars().count() + 1;
        let line: String = line
            .chars()
            .filter(|character| *character != char::REPLACEMENT_CHARACTER)
            .take(200)
            .collect();
        if line.chars().filter(|character| !character.is_ascii()).count() < FEWEST_CHARACTERS {
            continue;
        }
        looked_at += 1;
        let (is_latin, is_gb) = (was_read_as(&line, WINDOWS_1252), was_read_as(&line, GB18030));
        as_latin += usize::from(is_latin);
        as_gb += usize::from(is_gb);
        if is_latin || is_gb {
            seen = Some(Span::new(seen.map_or(start, |seen| seen.start), next - 1));
        }
        if looked_at == LINES {
            break;
        }
    }
    let encoding = if as_latin * 2 > looked_at {
        WINDOWS_1252
    } else if as_gb * 2 > looked_at {
        GB18030
    } else {
        return None;
    };
    Some((encoding, seen?))
}

/// The bytes that one of the two readings of Western Europe makes the line of: the older one has control characters where the other has
/// quotation marks and dashes.
fn western_bytes(line: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(line.len());
    let mut buffer = [0; 4];
    for character in line.chars() {
        match u8::try_from(character) {
            Ok(byte) => bytes.push(byte),
            Err(_) => bytes.extend_from_slice(&WINDOWS_1252.encode(character.encode_utf8(&mut buffer)).0),
        }
    }
    bytes
}

/// Whether the line, written back in `wrong`, is UTF-8 (or GB18030) of Chinese text.
fn was_read_as(line: &str, wrong: &'static Encoding) -> bool {
    const FEWEST_CHARACTERS: usize = 3;
    let foreign = |text: &str| text.chars().filter(|character| !character.is_ascii()).count();
    // GBK and not GB18030, since only it writes back the byte 80 that both read as €. What it cannot write comes out as ASCII.
    let writer = if wrong == GB18030 { GBK } else { wrong };
    let bytes = match wrong == WINDOWS_1252 {
        true => western_bytes(line),
        false => writer.encode(line).0.into_owned(),
    };
    // Where two characters were read as three, what stands at the seams is lost; hence the share of replacements allowed.
    let is_chinese = |candidate: &Decoded| {
        let foreign = foreign(&candidate.text);
        let chinese = candidate
            .text
            .chars()
            .filter(|character| is_chinese_text(*character))
            .count();
        foreign >= FEWEST_CHARACTERS && candidate.replaced * 3 <= foreign && chinese * 10 >= foreign * 6
    };
    if is_chinese(&decode(&bytes, UTF_8)) {
        return true;
    }
    // Accents of a western language stand alone; the bytes of GB18030 come in twos.
    let as_gb = decode(&bytes, GB18030);
    wrong == WINDOWS_1252 && is_chinese(&as_gb) && foreign(line) * 10 >= foreign(&as_gb.text) * 18
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENTENCE: &str = "一、力争地区生产总值增长8%以上。\n（责任部门：发展改革委、财政厅）\n";

    fn utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[track_caller]
    fn check(bytes: &[u8], encoding: &'static Encoding) {
        let decoded = decode_detected(bytes);
        assert_eq!(decoded.encoding, encoding);
        assert_eq!(decoded.text, SENTENCE);
        assert!(decoded.diagnostics().is_empty(), "{:?}", decoded.diagnostics());
    }

    #[test]
    fn detects_what_offices_save() {
        check(SENTENCE.as_bytes(), UTF_8);
        check(format!("\u{FEFF}{SENTENCE}").as_bytes(), UTF_8);
        check(&GB18030.encode(SENTENCE).0, GB18030);
        check(&utf_16(SENTENCE, u16::to_le_bytes), UTF_16LE);
        check(&utf_16(SENTENCE, u16::to_be_bytes), UTF_16BE);
        check(&utf_16(&format!("\u{FEFF}{SENTENCE}"), u16::to_le_bytes), UTF_16LE);
        check(&utf_16(&format!("\u{FEFF}{SENTENCE}"), u16::to_be_bytes), UTF_16BE);
        check(
            &[&[0x84, 0x31, 0x95, 0x33], &*GB18030.encode(SENTENCE).0].concat(),
            GB18030,
        );
    }

    #[test]
    fn detects_short_gb_18030() {
        for text in ["一、", "总体要求", "2024年1月", "（一）稳增长"] {
            let decoded = decode_detected(&GB18030.encode(text).0);
            assert_eq!(decoded.text, text);
        }
    }

    #[test]
    fn takes_english_for_what_it_is() {
        for text in ["Bush hid the facts", "plain text", "a b c\n"] {
            assert_eq!(decode_detected(text.as_bytes()).encoding, UTF_8, "{text}");
        }
        assert_eq!(
            decode_detected(&utf_16("plain text\n", u16::to_le_bytes)).text,
            "plain text\n"
        );
    }

    #[test]
    fn counts_what_it_replaced() {
        let cut = &SENTENCE.as_bytes()[..SENTENCE.len() - 2];
        let decoded = decode_detected(cut);
        assert_eq!((decoded.encoding, decoded.replaced), (UTF_8, 1));
        let mut bytes = GB18030.encode(SENTENCE).0.into_owned();
        bytes.extend([0xFF, b'x', 0]);
        let decoded = decode_detected(&bytes);
        assert_eq!((decoded.encoding, decoded.replaced), (GB18030, 2));
        assert!(decoded.text.ends_with("\u{FFFD}x\u{FFFD}"));
        assert_eq!(decoded.diagnostics()[0].arguments["count"], "2");
    }

    #[test]
    fn recognises_mojibake() {
        let as_gb = GB18030.decode_without_bom_handling(SENTENCE.as_bytes()).0.into_owned();
        let found = |text: &str| mojibake(text).map(|(encoding, _)| encoding);
        assert_eq!(found(&as_gb), Some(GB18030));
        let as_latin = WINDOWS_1252
            .decode_without_bom_handling(SENTENCE.as_bytes())
            .0
            .into_owned();
        assert_eq!(found(&as_latin), Some(WINDOWS_1252));
        let as_oldest: String = SENTENCE.bytes().map(char::from).collect();
        assert_eq!(found(&as_oldest), Some(WINDOWS_1252));
        let gb_bytes = GB18030.encode(SENTENCE).0;
        let as_latin = WINDOWS_1252.decode_without_bom_handling(&gb_bytes).0.into_owned();
        assert_eq!(found(&as_latin), Some(WINDOWS_1252));
        assert_eq!(mojibake("责任锟斤拷位"), Some((GB18030, Span::new(2, 5))));
        assert_eq!(
            mojibake(&format!("工作\n{as_latin}")).map(|(_, span)| span.start),
            Some(3)
        );
        assert_eq!(found(SENTENCE), None);
        assert_eq!(found("Déjà vu, mais très près d'ici: œuvre, élève, forêt"), None);
    }
}
