//! XML as a stream of starts, ends and text, matched on local names: the strict and the transitional namespaces of Office Open XML
//! name the same things.
//!
//! It counts depth, refuses document type declarations and knows no entities but the five of XML. It builds no tree.

use std::{borrow::Cow, io::BufRead};

use quick_xml::{
    Error, XmlVersion,
    encoding::DecodingReader,
    events::{BytesRef, BytesStart, Event},
    reader::Reader,
};

use crate::error::ReadError;
use crate::package::LimitReached;

/// A part of a container while it is parsed.
pub(crate) struct XmlReader<R> {
    reader: Reader<DecodingReader<R>>,
    part: String,
    depth: usize,
    depth_limit: usize,
    has_root: bool,
}

/// What the parser met. An empty element is a start and an end.
#[derive(Debug)]
pub(crate) enum XmlEvent<'buffer> {
    Start(Element<'buffer>),
    End,
    Text(Cow<'buffer, str>),
    /// Comments, declarations and processing instructions.
    Ignored,
    EndOfPart,
}

/// The start of an element.
#[derive(Debug)]
pub(crate) struct Element<'buffer>(BytesStart<'buffer>);

impl Element<'_> {
    /// The name without its prefix.
    pub(crate) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// The value of the first attribute with this name, whatever its prefix.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        self.0
            .attributes()
            .with_checks(false)
            .filter_map(Result::ok)
            .find(|attribute| attribute.key.local_name().into_inner() == name)
            .and_then(|attribute| {
                attribute
                    .normalized_value(XmlVersion::Implicit1_0)
                    .ok()
                    .map(Cow::into_owned)
            })
    }

    /// The value of `w:val`.
    pub(crate) fn value(&self) -> Option<String> {
        self.attribute("val")
    }

    /// The number in `w:val`.
    pub(crate) fn number(&self) -> Option<i64> {
        self.value()?.trim().parse().ok()
    }

    /// Whether a property that is on unless its value says otherwise is on.
    pub(crate) fn is_on(&self) -> bool {
        !matches!(self.value().as_deref(), Some("0" | "false" | "off"))
    }
}

impl<R: BufRead> XmlReader<R> {
    pub(crate) fn new(source: R, part: &str, depth_limit: usize) -> Self {
        let mut reader = Reader::from_reader(DecodingReader::new(source));
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            part: part.to_owned(),
            depth: 0,
            depth_limit,
            has_root: false,
        }
    }

    /// The next event. `buffer` holds its text and is emptied first.
    pub(crate) fn next<'buffer>(&mut self, buffer: &'buffer mut Vec<u8>) -> Result<XmlEvent<'buffer>, ReadError> {
        buffer.clear();
        let damaged = || ReadError::damaged(&self.part);
        let event = self.reader.read_event_into(buffer).map_err(|error| match error {
            Error::Io(cause) => match cause.get_ref().and_then(|inner| inner.downcast_ref::<LimitReached>()) {
                Some(LimitReached(reached)) => reached.clone(),
                None => damaged(),
            },
            _ => damaged(),
        })?;
        match event {
            Event::Start(start) => {
                self.depth += 1;
                self.has_root = true;
                if self.depth > self.depth_limit {
                    return Err(ReadError::Nesting {
                        limit: self.depth_limit,
                    });
                }
                Ok(XmlEvent::Start(Element(start)))
            }
            Event::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(XmlEvent::End)
            }
            Event::Text(text) => Ok(XmlEvent::Text(text.xml10_content())),
            Event::CData(text) => Ok(XmlEvent::Text(text.xml10_content())),
            Event::GeneralRef(reference) => resolve(&reference)
                .map(|character| XmlEvent::Text(Cow::Owned(character.to_string())))
                .ok_or_else(damaged),
            Event::DocType(_) => Err(damaged()),
            Event::Eof if self.depth > 0 || !self.has_root => Err(damaged()),
            Event::Eof => Ok(XmlEvent::EndOfPart),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Ok(XmlEvent::Ignored),
        }
    }
}

fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    match reference.resolve_char_ref() {
        // XML knows no character but these below the space.
        Ok(Some(character)) if character >= ' ' || matches!(character, '\t' | '\n' | '\r') => Some(character),
        Ok(Some(_)) | Err(_) => None,
        Ok(None) => match &**reference {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &[u8], depth: usize) -> Result<String, ReadError> {
        let mut reader = XmlReader::new(xml, "part", depth);
        let mut buffer = Vec::new();
        let mut seen = String::new();
        loop {
            match reader.next(&mut buffer)? {
                XmlEvent::Start(element) => seen.push_str(&format!("<{}>", element.name())),
                XmlEvent::End => seen.push_str("</>"),
                XmlEvent::Text(text) => seen.push_str(&text),
                XmlEvent::Ignored => {}
                XmlEvent::EndOfPart => return Ok(seen),
            }
        }
    }

    #[test]
    fn matches_on_local_names() {
        let xml = "<?xml version='1.0'?><w:a xmlns:w='x'><w:b/>一&amp;&#x4E8C;<![CDATA[<三>]]></w:a>";
        assert_eq!(read(xml.as_bytes(), 8).as_deref(), Ok("<a><b></>一&二<三></>"));
    }

    #[test]
    fn reads_utf_16() {
        let xml = "\u{FEFF}<?xml version='1.0' encoding='UTF-16'?><a>一</a>";
        let bytes: Vec<u8> = xml.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&bytes, 8).as_deref(), Ok("<a>一</>"));
    }

    #[test]
    fn refuses_what_is_not_whole() {
        let broken = [
            "",
            "no xml",
            "<a>",
            "<a></b>",
            "<a>&unknown;</a>",
            "<a>&#1;</a>",
            "<!DOCTYPE a [<!ENTITY b 'bbb'>]><a>&b;</a>",
            "<a b='",
        ];
        for xml in broken {
            assert_eq!(read(xml.as_bytes(), 8), Err(ReadError::damaged("part")), "{xml}");
        }
        assert_eq!(read(b"<a>\xFF</a>", 8), Err(ReadError::damaged("part")));
    }

    #[test]
    fn stops_at_the_depth_limit() {
        let xml = format!("{}{}", "<a>".repeat(9), "</a>".repeat(9));
        assert_eq!(read(xml.as_bytes(), 8), Err(ReadError::Nesting { limit: 8 }));
        assert!(read(xml.as_bytes(), 9).is_ok());
    }
}
