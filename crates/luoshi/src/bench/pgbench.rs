//! What PostgreSQL's own `pgbench` says of the server, where the program is installed.

use std::{
    fs, io,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use luoshi_store::Address;

/// Lets `connections` clients run `script` for `duration`; transactions a second, or none where there is no pgbench.
///
/// # Errors
/// When it does not do its work; what it said is in the message.
pub(crate) fn measure(
    address: &Address,
    script: &str,
    folder: &Path,
    connections: usize,
    duration: Duration,
) -> io::Result<Option<f64>> {
    let path = folder.join("pgbench.sql");
    fs::write(&path, script)?;
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(connections);
    let ran = Command::new("pgbench")
        .args(["--no-vacuum", "--file"])
        .arg(&path)
        .args(["--client", &connections.to_string(), "--jobs", &threads.to_string()])
        .args(["--time", &duration.as_secs().max(1).to_string()])
        .envs(address.environment())
        .stdin(Stdio::null())
        .output();
    let output = match ran {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    match rate(&said) {
        Some(rate) if output.status.success() => Ok(Some(rate)),
        _ => Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}

/// The figure in `tps = 1234.5 (without initial connection time)`.
fn rate(said: &str) -> Option<f64> {
    let (_, rest) = said.split_once("tps = ")?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_rate() {
        let said = "latency average = 0.5 ms\ntps = 1987.25 (without initial connection time)\n";
        assert_eq!(rate(said), Some(1987.25));
        assert_eq!(rate("pgbench: error"), None);
    }
}
