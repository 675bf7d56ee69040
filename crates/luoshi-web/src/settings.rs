//! What the site's operator decides about HTTP. It reads no file and no environment; the binary does and passes this in.

use std::{net::IpAddr, time::Duration};

/// Settings of the HTTP side of the site.
#[derive(Debug, Clone)]
pub struct WebSettings {
    /// The address under which people reach the site (`https://luoshi.example.gov.cn`), where it is behind a proxy that speaks TLS.
    ///
    /// One that begins with `https://` turns on `Secure` cookies with the `__Host-` prefix and Strict-Transport-Security.
    pub public_url: Option<String>,
    /// Connections served at once; further ones wait in the listener's queue.
    pub connection_limit: usize,
    /// Connections that one address, or one network of IPv6, may hold at once; further ones are closed. Trusted proxies hold any number.
    pub connections_per_client: usize,
    /// Time in which a client has to send the head of a request.
    pub head_timeout: Duration,
    /// Time in which a request has to be answered.
    pub request_timeout: Duration,
    /// Time in which a request with files has to be answered, as long as its sender goes on sending.
    pub upload_timeout: Duration,
    /// Time after which a client that takes nothing of its answer is let go.
    pub write_timeout: Duration,
    /// Time that running requests are given when the program ends.
    pub shutdown_grace: Duration,
    /// Addresses of proxies whose `X-Forwarded-For` is believed. Nobody else's is.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            public_url: None,
            connection_limit: 1024,
            connections_per_client: 256,
            head_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            upload_timeout: Duration::from_secs(15 * 60),
            write_timeout: Duration::from_secs(20),
            shutdown_grace: Duration::from_secs(10),
            trusted_proxies: Vec::new(),
        }
    }
}

impl WebSettings {
    /// Whether people reach the site over TLS.
    pub fn is_https(&self) -> bool {
        self.public_url
            .as_deref()
            .is_some_and(|address| address.starts_with("https://"))
    }
}
