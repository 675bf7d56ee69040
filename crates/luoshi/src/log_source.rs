//! A log as an outsider reads it: from a folder or over HTTP, with no account and no database. What is answered is bounded in size and
//! time, for whoever publishes a log need not be a friend.
//!
//! It checks nothing itself; `command::log` does.

use std::{cell::RefCell, collections::VecDeque, io, time::Duration};

use luoshi_app::log_files::{LogFiles, largest};
use luoshi_tlog::{TileId, TileSource};

/// How long one answer may take, from the connection to its last byte.
const LONGEST_ANSWER: Duration = Duration::from_secs(30);
/// Redirections that are followed, as from `http` to `https`.
const MOST_REDIRECTS: u32 = 3;
/// Tiles that are remembered. Checking reads a bundle once for its entries and once to compare it, and a proof reads few tiles.
const REMEMBERED: usize = 16;

/// See the module.
pub(crate) struct LogSource {
    place: Place,
    remembered: RefCell<VecDeque<(TileId, Option<Vec<u8>>)>>,
}

enum Place {
    Folder(LogFiles),
    Site { agent: ureq::Agent, base: String },
}

/// Why a file of a log cannot be read.
#[derive(Debug)]
pub(crate) enum SourceError {
    /// The folder does not give it.
    Folder(io::Error),
    /// The network or the server does not give it.
    Network(Box<ureq::Error>),
    /// The server answers with another status than 200 or 404.
    Status(u16),
}

impl std::fmt::Display for SourceError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SourceError::Folder(cause) => cause.fmt(formatter),
            SourceError::Network(cause) => cause.fmt(formatter),
            SourceError::Status(status) => write!(formatter, "HTTP {status}"),
        }
    }
}

impl std::error::Error for SourceError {}

impl LogSource {
    /// The log at `place`: an address that begins with `http://` or `https://`, or a folder.
    pub(crate) fn at(place: &str) -> Self {
        let place = if place.starts_with("http://") || place.starts_with("https://") {
            let config = ureq::Agent::config_builder()
                .timeout_global(Some(LONGEST_ANSWER))
                .max_redirects(MOST_REDIRECTS)
                .http_status_as_error(false)
                .user_agent(concat!("luoshi/", env!("CARGO_PKG_VERSION")))
                .build();
            Place::Site {
                agent: config.into(),
                base: place.trim_end_matches('/').to_owned(),
            }
        } else {
            Place::Folder(LogFiles::at(place))
        };
        Self {
            place,
            remembered: RefCell::default(),
        }
    }

    /// The bytes of a file by its name below the log; none where there is none.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, SourceError> {
        match &self.place {
            Place::Folder(files) => files.read(name).map_err(SourceError::Folder),
            Place::Site { agent, base } => {
                let network = |cause| SourceError::Network(Box::new(cause));
                let mut answer = agent.get(format!("{base}/{name}")).call().map_err(network)?;
                match answer.status().as_u16() {
                    200 => answer
                        .body_mut()
                        .with_config()
                        .limit(largest(name) + 1)
                        .read_to_vec()
                        .map(Some)
                        .map_err(network),
                    404 => Ok(None),
                    status => Err(SourceError::Status(status)),
                }
            }
        }
    }

    /// The text of a file; what is no text is none.
    pub(crate) fn read_text(&self, name: &str) -> Result<Option<String>, SourceError> {
        Ok(self.read(name)?.and_then(|bytes| String::from_utf8(bytes).ok()))
    }
}

impl TileSource for LogSource {
    type Error = SourceError;

    fn read_tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, SourceError> {
        let known = self
            .remembered
            .borrow()
            .iter()
            .find(|(known, _)| *known == tile)
            .map(|(_, bytes)| bytes.clone());
        if let Some(bytes) = known {
            return Ok(bytes);
        }
        let bytes = self.read(&tile.path())?;
        let mut remembered = self.remembered.borrow_mut();
        if remembered.len() == REMEMBERED {
            remembered.pop_front();
        }
        remembered.push_back((tile, bytes.clone()));
        Ok(bytes)
    }
}
