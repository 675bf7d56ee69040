//! A client as simple as HTTP/1.1 lets it be, with a deadline for every answer: what came, whole, or how far it got.
//!
//! It knows no page of the site.

use std::{
    fmt::Write as _,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

/// Longest answer that is taken. Tiles and pages are far shorter.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

/// An answer that came whole.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// Nobody took the connection, so that nothing can have happened.
    #[error("nobody took the connection")]
    NotSent(#[source] io::Error),
    /// The connection ended before the answer was whole; what became of the request is not known.
    #[error("the connection ended before the answer was whole")]
    Cut(#[source] io::Error),
    /// The answer was not whole when its time was over; what became of the request is not known.
    #[error("no answer in time")]
    Late,
}

impl Answer {
    /// The first value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Every value of a header.
    pub(crate) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Where the answer leads.
    pub(crate) fn location(&self) -> Option<&str> {
        self.header("location")
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// One connection at a time to one address, opened when it is needed and kept while both sides like it.
#[derive(Debug)]
pub(crate) struct Connection {
    address: SocketAddr,
    deadline: Duration,
    stream: Option<TcpStream>,
}

impl Connection {
    /// A connection to `address`, on which an answer has to be whole within `deadline`.
    pub(crate) fn to(address: SocketAddr, deadline: Duration) -> Self {
        Self {
            address,
            deadline,
            stream: None,
        }
    }

    /// The address.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks and waits for the whole answer. `headers` are lines without their ends.
    pub(crate) fn ask(&mut self, method: &str, path: &str, headers: &[String], body: &[u8]) -> Result<Answer, Trouble> {
        let until = Instant::now() + self.deadline;
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        for header in headers {
            // Writing into a string cannot fail.
            let _ = write!(head, "{header}\r\n");
        }
        let _ = write!(head, "content-length: {}\r\n\r\n", body.len());
        let mut message = head.into_bytes();
        message.extend_from_slice(body);
        if let Some(mut stream) = self.stream.take() {
            // Never sent again by itself, though a browser would: whether the first time had an effect is what the caller has to find out.
            let whole = exchange(&mut stream, &message, until)?;
            return Ok(self.keep(stream, whole));
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Trouble::Late);
        }
        let mut stream = TcpStream::connect_timeout(&self.address, left).map_err(Trouble::NotSent)?;
        stream.set_nodelay(true).map_err(Trouble::NotSent)?;
        let whole = exchange(&mut stream, &message, until)?;
        Ok(self.keep(stream, whole))
    }

    fn keep(&mut self, stream: TcpStream, whole: Whole) -> Answer {
        if whole.reusable {
            self.stream = Some(stream);
        }
        whole.answer
    }
}

struct Whole {
    answer: Answer,
    reusable: bool,
}

fn exchange(stream: &mut TcpStream, message: &[u8], until: Instant) -> Result<Whole, Trouble> {
    let left = |until: Instant| {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(Trouble::Late) } else { Ok(left) }
    };
    stream.set_write_timeout(Some(left(until)?)).map_err(Trouble::Cut)?;
    stream.write_all(message).map_err(ended)?;
    let mut bytes = Vec::new();
    let mut part = [0; 16 * 1024];
    loop {
        if let Some(whole) = parse(&bytes, false) {
            return Ok(whole);
        }
        if bytes.len() > LONGEST_ANSWER {
            return Err(Trouble::Cut(io::ErrorKind::InvalidData.into()));
        }
        stream.set_read_timeout(Some(left(until)?)).map_err(Trouble::Cut)?;
        match stream.read(&mut part) {
            Ok(0) => return parse(&bytes, true).ok_or_else(|| Trouble::Cut(io::ErrorKind::UnexpectedEof.into())),
            Ok(count) => bytes.extend(part.iter().take(count)),
            Err(error) => return Err(ended(error)),
        }
    }
}

fn ended(error: io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Trouble::Late,
        _ => Trouble::Cut(error),
    }
}

/// The answer, if all of it is there. `ended` says that nothing more will come.
fn parse(bytes: &[u8], ended: bool) -> Option<Whole> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let rest = bytes.get(end + 4..)?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let mut answer = Answer {
        status,
        headers,
        body: Vec::new(),
    };
    let mut reusable = answer.header("connection") != Some("close");
    if answer.header("transfer-encoding") == Some("chunked") {
        answer.body = joined(rest)?;
    } else if let Some(length) = answer.header("content-length") {
        answer.body = rest.get(..length.parse().ok()?)?.to_vec();
    } else {
        // Without a length the end of the connection is the end of the body; these statuses have none.
        let bodiless = matches!(status, 204 | 304);
        if !bodiless && !ended {
            return None;
        }
        reusable = bodiless;
        answer.body = rest.to_vec();
    }
    Some(Whole { answer, reusable })
}

fn joined(mut chunks: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = chunks.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(chunks.get(..end)?).ok()?.trim(), 16).ok()?;
        let chunk = chunks.get(end + 2..end.checked_add(2)?.checked_add(size)?)?;
        body.extend_from_slice(chunk);
        chunks = chunks.get(end + 2 + size..)?.strip_prefix(b"\r\n")?;
        if size == 0 {
            return Some(body);
        }
    }
}

/// Fields of a form as a browser sends them.
pub(crate) fn form(fields: &[(String, String)]) -> Vec<u8> {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    pairs.join("&").into_bytes()
}

/// What stands between the parts of a form; no word of a submission holds it.
pub(crate) const BOUNDARY: &str = "luoshi-torture-part";

/// Fields and files of evidence of a form as a browser sends them in parts.
pub(crate) fn parts(fields: &[(String, String)], files: &[(&str, String)]) -> Vec<u8> {
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    for (name, text) in files {
        body.push_str(&format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"evidence_file\"; filename=\"{name}\"\r\n\r\n{text}\r\n"
        ));
    }
    body.push_str(&format!("--{BOUNDARY}--\r\n"));
    body.into_bytes()
}

fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len() * 3);
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body_of(bytes: &[u8], ended: bool) -> Option<String> {
        parse(bytes, ended).map(|whole| whole.answer.text())
    }

    #[test]
    fn an_answer_is_taken_when_all_of_it_is_there() {
        let whole = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc";
        assert_eq!(body_of(whole, false).as_deref(), Some("abc"));
        for short in 0..whole.len() {
            assert_eq!(body_of(&whole[..short], true), None, "{short} bytes are no answer");
        }
    }

    #[test]
    fn an_answer_in_chunks_ends_with_the_empty_one() {
        let whole = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n";
        assert_eq!(body_of(whole, false).as_deref(), Some("abcd"));
        for short in 0..whole.len() {
            assert_eq!(body_of(&whole[..short], true), None, "{short} bytes are no answer");
        }
    }

    #[test]
    fn fields_are_sent_as_browsers_send_them() {
        let fields = [("done".to_owned(), "落 &=".to_owned())];
        assert_eq!(form(&fields), b"done=%E8%90%BD%20%26%3D");
    }
}
