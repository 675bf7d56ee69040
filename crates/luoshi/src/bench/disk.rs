//! What the disk can do: how often a second something can be appended to a file and made durable.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
    time::{Duration, Instant},
};

use super::timings::Timings;

/// Bytes of one append: a page of SQLite.
const PAGE: usize = 4_096;

/// Appends a page to a new file in `folder` and flushes it, again and again for `duration`, and removes the file.
///
/// # Errors
/// When the disk does not take it.
pub(crate) fn measure(folder: &Path, duration: Duration) -> io::Result<Timings> {
    let path = folder.join("flushes");
    let mut file = OpenOptions::new().create_new(true).append(true).open(&path)?;
    let page = [0x5a; PAGE];
    let mut timings = Timings::default();
    let began = Instant::now();
    while began.elapsed() < duration {
        let one = Instant::now();
        file.write_all(&page)?;
        file.sync_data()?;
        timings.note(one.elapsed());
    }
    timings.elapsed = began.elapsed();
    drop(file);
    std::fs::remove_file(&path)?;
    Ok(timings)
}
