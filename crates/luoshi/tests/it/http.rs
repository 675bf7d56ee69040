//! A client for forms over plain http: one request a connection, cookies. Just enough to look around without a browser.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

/// One person's session.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    address: String,
    cookie: Option<String>,
}

impl Client {
    pub(crate) fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            cookie: None,
        }
    }

    pub(crate) fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.send(&format!("GET {path} HTTP/1.1\r\n"), "")
    }

    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> io::Result<Answer> {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        self.send(
            &format!("POST {path} HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\n"),
            &body.join("&"),
        )
    }

    fn send(&mut self, head: &str, body: &str) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let cookie = self
            .cookie
            .as_ref()
            .map(|cookie| format!("cookie: {cookie}\r\n"))
            .unwrap_or_default();
        let length = body.len();
        write!(
            stream,
            "{head}host: {}\r\nconnection: close\r\n{cookie}content-length: {length}\r\n\r\n{body}",
            self.address
        )?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        self.answer(&bytes)
            .ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "the answer was cut off"))
    }

    /// The answer, if all of it is there.
    fn answer(&mut self, bytes: &[u8]) -> Option<Answer> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let body = &bytes[end + 4..];
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, &str)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value))
            .collect();
        let header = |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value);
        let body = if header("transfer-encoding") == Some("chunked") {
            joined(body)?
        } else {
            let length: usize = header("content-length").map_or(Some(body.len()), |length| length.parse().ok())?;
            body.get(..length)?.to_vec()
        };
        for (_, value) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            let cookie = value.split(';').next().unwrap_or_default();
            if cookie.starts_with("luoshi=") {
                self.cookie = Some(cookie.to_owned());
            }
        }
        Some(Answer {
            status,
            location: header("location").map(str::to_owned),
            body: String::from_utf8(body).ok()?,
        })
    }
}

fn joined(mut chunks: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = chunks.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&chunks[..end]).ok()?, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend(chunks.get(end + 2..end + 2 + size)?);
        chunks = chunks.get(end + 4 + size..)?;
    }
}

fn encoded(value: &str) -> String {
    value
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

impl Answer {
    /// Addresses of links that begin with `start`.
    pub(crate) fn links(&self, start: &str) -> Vec<String> {
        let mut links: Vec<String> = self
            .body
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|link| link.starts_with(start))
            .map(str::to_owned)
            .collect();
        links.sort();
        links.dedup();
        links
    }
}
