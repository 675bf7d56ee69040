//! What a document may cost, so that a hostile file ends in a diagnostic and not in exhausted memory.
//!
//! It does not measure time: a reader that knows no clock cannot. Whoever needs that runs the reader in a process with a limit.

/// Bounds on what one call of [`read`](crate::read) may use.
///
/// The defaults take every office document that was met while the reader was built, and stop the known bombs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file itself, in bytes.
    pub bytes: u64,
    /// Entries in the directory of a zip container.
    pub entries: usize,
    /// Bytes that all opened parts of a container may unpack to, together. They are counted while they are unpacked, so a
    /// directory that declares less than it holds gains nothing.
    pub expanded_bytes: u64,
    /// How many times larger than its packed form one part may become. It is only asked of parts above
    /// [`Limits::RATIO_FREE_BYTES`], since short repetitive text packs far better than any bomb needs to.
    pub expansion_ratio: u64,
    /// Depth to which elements of XML or HTML may be nested.
    pub nesting_depth: usize,
    /// Pages of a paged document.
    pub pages: usize,
    /// Blocks of the finished document.
    pub blocks: usize,
}

impl Limits {
    /// Unpacked size below which the ratio is not asked.
    pub const RATIO_FREE_BYTES: u64 = 8 * 1024 * 1024;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024 * 1024,
            entries: 2_000,
            expanded_bytes: 128 * 1024 * 1024,
            expansion_ratio: 200,
            nesting_depth: 256,
            pages: 2_000,
            blocks: 1_000_000,
        }
    }
}
