//! The scanner of viruses: a client of `clamd` that sends it the bytes of a file (INSTREAM of clamd(8)) and reads its word.
//!
//! It decides nothing about the file, and every step has its time: a scanner that says nothing is as good as none.

use std::{fmt, io, path::PathBuf, str::FromStr, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::store::FileStoreError;

/// How long the scanner may take to accept a connection, or to take a piece of a file.
const STEP: Duration = Duration::from_secs(10);
/// How long it may think after the last piece. Archives inside a large file take it a while.
const THINKING: Duration = Duration::from_secs(120);
/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 4096;

/// Where a scanner listens: `unix:/path` or `tcp:host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannerAddress {
    /// A socket of this machine.
    Unix(PathBuf),
    /// A host and a port, `127.0.0.1:3310`.
    Tcp(String),
}

/// The text is no address of a scanner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a scanner is at unix:/path or tcp:host:port")]
pub struct ScannerAddressError;

impl FromStr for ScannerAddress {
    type Err = ScannerAddressError;

    fn from_str(text: &str) -> Result<Self, ScannerAddressError> {
        if let Some(path) = text.strip_prefix("unix:") {
            return match path.starts_with('/') && cfg!(unix) {
                true => Ok(ScannerAddress::Unix(path.into())),
                false => Err(ScannerAddressError),
            };
        }
        let address = text.strip_prefix("tcp:").ok_or(ScannerAddressError)?;
        let (host, port) = address.rsplit_once(':').ok_or(ScannerAddressError)?;
        let is_host =
            !host.is_empty() && !host.contains(|character: char| character == '/' || character.is_whitespace());
        match port.parse::<u16>() {
            Ok(port) if is_host && port > 0 => Ok(ScannerAddress::Tcp(address.to_owned())),
            _ => Err(ScannerAddressError),
        }
    }
}

impl fmt::Display for ScannerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScannerAddress::Unix(path) => write!(formatter, "unix:{}", path.display()),
            ScannerAddress::Tcp(address) => write!(formatter, "tcp:{address}"),
        }
    }
}

/// What the scanner says about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It knows nothing against it.
    Sound,
    /// It knows it, by this name.
    Infected(String),
}

/// Why the scanner said nothing that counts.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScanError {
    #[error("the connection to the scanner failed: {0}")]
    Connection(#[from] io::Error),
    #[error("the scanner took too long")]
    Time,
    #[error("the scanner answered {0:?}")]
    Answer(String),
    #[error(transparent)]
    File(#[from] FileStoreError),
}

impl ScannerAddress {
    /// Shows `bytes` to the scanner.
    pub(super) async fn scan(
        &self,
        bytes: impl Stream<Item = Result<Bytes, FileStoreError>> + Send,
    ) -> Result<Verdict, ScanError> {
        match self {
            #[cfg(unix)]
            ScannerAddress::Unix(path) => talk(in_time(tokio::net::UnixStream::connect(path)).await?, bytes).await,
            #[cfg(not(unix))]
            ScannerAddress::Unix(_) => Err(io::Error::from(io::ErrorKind::Unsupported).into()),
            ScannerAddress::Tcp(address) => talk(in_time(TcpStream::connect(address.as_str())).await?, bytes).await,
        }
    }
}

async fn in_time<T>(step: impl Future<Output = io::Result<T>>) -> Result<T, ScanError> {
    match timeout(STEP, step).await {
        Ok(outcome) => Ok(outcome?),
        Err(_) => Err(ScanError::Time),
    }
}

/// `zINSTREAM`, then pieces with their lengths before them, then a length of nought; the answer ends with a nought byte.
async fn talk(
    mut scanner: impl AsyncRead + AsyncWrite + Unpin,
    bytes: impl Stream<Item = Result<Bytes, FileStoreError>> + Send,
) -> Result<Verdict, ScanError> {
    match send(&mut scanner, bytes).await {
        Ok(()) => {}
        // A scanner that has had enough says why and closes; its word tells more than the broken pipe.
        Err(ScanError::Connection(error)) => {
            return match answer(&mut scanner).await {
                Ok(said) if !said.is_empty() => Err(ScanError::Answer(said)),
                _ => Err(error.into()),
            };
        }
        Err(error) => return Err(error),
    }
    let said = answer(&mut scanner).await?;
    read_verdict(&said).ok_or(ScanError::Answer(said))
}

async fn send(
    scanner: &mut (impl AsyncWrite + Unpin),
    bytes: impl Stream<Item = Result<Bytes, FileStoreError>> + Send,
) -> Result<(), ScanError> {
    in_time(scanner.write_all(b"zINSTREAM\0")).await?;
    let mut bytes = std::pin::pin!(bytes);
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk?;
        if chunk.is_empty() {
            // A piece without bytes would be taken for the end.
            continue;
        }
        let length = u32::try_from(chunk.len()).map_err(io::Error::other)?;
        in_time(scanner.write_all(&length.to_be_bytes())).await?;
        in_time(scanner.write_all(&chunk)).await?;
    }
    in_time(scanner.write_all(&0_u32.to_be_bytes())).await?;
    in_time(scanner.flush()).await
}

async fn answer(scanner: &mut (impl AsyncRead + Unpin)) -> Result<String, ScanError> {
    let mut said = Vec::new();
    let read = async {
        let mut piece = [0; 512];
        loop {
            let count = scanner.read(&mut piece).await?;
            said.extend_from_slice(&piece[..count]);
            if count == 0 || piece[..count].contains(&0) || said.len() > LONGEST_ANSWER {
                return Ok::<_, io::Error>(());
            }
        }
    };
    match timeout(THINKING, read).await {
        Ok(outcome) => outcome?,
        Err(_) => return Err(ScanError::Time),
    }
    let said = said.split(|byte| *byte == 0).next().unwrap_or_default();
    Ok(String::from_utf8_lossy(said).trim().to_owned())
}

/// `stream: OK` or `stream: NAME FOUND`. Anything else is no verdict.
fn read_verdict(said: &str) -> Option<Verdict> {
    let said = said.strip_prefix("stream: ")?;
    if said == "OK" {
        return Some(Verdict::Sound);
    }
    let name = said.strip_suffix(" FOUND")?;
    // The name is shown and logged; it comes from another program.
    let name: String = name
        .chars()
        .filter(|character| !character.is_control())
        .take(100)
        .collect();
    Some(Verdict::Infected(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_answers_are_verdicts() {
        assert_eq!(read_verdict("stream: OK"), Some(Verdict::Sound));
        assert_eq!(
            read_verdict("stream: Win.Test.EICAR_HDB-1 FOUND"),
            Some(Verdict::Infected("Win.Test.EICAR_HDB-1".to_owned()))
        );
        for other in [
            "",
            "OK",
            "stream: ",
            "stream: OK ",
            "INSTREAM size limit exceeded. ERROR",
            "stream: Can't allocate memory ERROR",
            "UNKNOWN COMMAND",
        ] {
            assert_eq!(read_verdict(other), None, "{other:?}");
        }
    }

    #[test]
    fn an_address_says_how_to_connect() {
        let read = |text: &str| text.parse::<ScannerAddress>();
        assert_eq!(
            read("unix:/run/clamav/clamd.ctl"),
            Ok(ScannerAddress::Unix("/run/clamav/clamd.ctl".into()))
        );
        for address in ["tcp:127.0.0.1:3310", "tcp:[::1]:3310", "tcp:clamav:3310"] {
            assert_eq!(read(address).map(|address| address.to_string()), Ok(address.to_owned()));
        }
        for wrong in [
            "",
            "clamd",
            "unix:relative",
            "tcp:127.0.0.1",
            "tcp::3310",
            "tcp:clamav:0",
            "http://127.0.0.1:3310",
        ] {
            assert_eq!(read(wrong), Err(ScannerAddressError), "{wrong}");
        }
    }
}
