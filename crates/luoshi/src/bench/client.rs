//! A client that costs next to nothing beside the server that it measures: one kept connection, requests that are bytes already, answers of
//! which only the head is looked at.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A kept connection to a server.
pub(crate) struct Client {
    address: SocketAddr,
    stream: TcpStream,
    /// What was read last.
    part: Box<[u8]>,
    answer: Vec<u8>,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens.
    pub(crate) fn connect(address: SocketAddr) -> io::Result<Self> {
        Ok(Self {
            address,
            stream: open(address)?,
            part: vec![0; 32 * 1024].into(),
            answer: Vec::with_capacity(64 * 1024),
        })
    }

    /// Sends a whole request and takes the whole answer; gives what its head says.
    ///
    /// # Errors
    /// When the connection ends or the answer is none that this client understands.
    pub(crate) fn ask(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.stream.write_all(request)?;
        self.answer.clear();
        loop {
            let count = self.stream.read(&mut self.part)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.answer
                .extend_from_slice(self.part.get(..count).unwrap_or_default());
            let Some(head) = Head::of(&self.answer) else { continue };
            if self.answer.len() >= head.whole {
                if head.closes {
                    self.stream = open(self.address)?;
                }
                return Ok(head.answer);
            }
        }
    }
}

fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// What is looked at of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Where it leads; empty where it leads nowhere.
    pub(crate) location: String,
}

/// What the head of an answer says.
struct Head {
    answer: Answer,
    /// Bytes of the whole answer.
    whole: usize,
    closes: bool,
}

impl Head {
    /// None while the head is not whole. The site states the length of every page.
    fn of(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let text = std::str::from_utf8(bytes.get(..end)?).ok()?;
        let mut lines = text.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let (mut length, mut closes, mut location) = (0, false, String::new());
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok()?;
            } else if name.eq_ignore_ascii_case("connection") {
                closes = value.trim().eq_ignore_ascii_case("close");
            } else if name.eq_ignore_ascii_case("location") {
                location = value.trim().to_owned();
            }
        }
        Some(Self {
            answer: Answer { status, location },
            whole: end + 4 + length,
            closes,
        })
    }
}

/// A request for a page by somebody who is signed in.
pub(crate) fn get(address: SocketAddr, path: &str, session: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {address}\r\ncookie: luoshi={session}\r\n\r\n").into_bytes()
}

/// A form sent by somebody who is signed in, as a browser sends it.
pub(crate) fn post(address: SocketAddr, path: &str, session: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncookie: luoshi={session}\r\norigin: http://{address}\r\n\
         sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_as_long_as_its_head_says() {
        let bytes = b"HTTP/1.1 303 See Other\r\nContent-Length: 3\r\nlocation: /a\r\nconnection: close\r\n\r\nabc";
        let head = Head::of(bytes).unwrap();
        assert_eq!((head.answer.status, head.whole, head.closes), (303, bytes.len(), true));
        assert_eq!(head.answer.location, "/a");
        assert!(Head::of(b"HTTP/1.1 200 OK\r\ncontent-le").is_none());
    }

    #[test]
    fn a_form_is_sent_as_browsers_send_it() {
        let address = SocketAddr::from(([127, 0, 0, 1], 80));
        let request = String::from_utf8(post(address, "/a", "s", &[("done", "落 &")])).unwrap();
        assert!(
            request.ends_with("content-length: 18\r\n\r\ndone=%E8%90%BD+%26"),
            "{request}"
        );
    }
}
