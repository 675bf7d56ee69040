//! The container of old office files: a small file system of sectors with allocation tables.
//!
//! A chain of sectors may be broken, crossed or endless, so each is followed for no more steps than the file has sectors, and what can
//! be read of a stream is given with the word that it is not whole. Nothing is written, and only the streams at the top are found: what
//! is embedded in a document is another document.

/// Sectors of small streams are this long.
const SMALL_SECTOR: usize = 64;
/// Streams shorter than this stand in small sectors.
const SMALL_STREAM: u64 = 4096;
/// Entries of the first table of tables, which the header holds.
const TABLES_IN_HEADER: usize = 109;
/// Numbers from here on are no sectors but say that a chain ends or that nothing is there.
const NO_SECTOR: u32 = 0xFFFF_FFFA;
/// An entry of the directory that is not there.
const NO_ENTRY: u32 = 0xFFFF_FFFF;
const ENTRY_LENGTH: usize = 128;

/// A container whose tables have been read.
#[derive(Debug)]
pub(super) struct Compound<'bytes> {
    bytes: &'bytes [u8],
    sector_length: usize,
    next_sector: Vec<u32>,
    next_small_sector: Vec<u32>,
    /// The stream that the small sectors are parts of.
    small_sectors: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    is_stream: bool,
    left: u32,
    right: u32,
    child: u32,
    start: u32,
    length: u64,
}

/// The bytes of a stream as far as they are there.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) bytes: Vec<u8>,
    pub(super) is_whole: bool,
}

impl<'bytes> Compound<'bytes> {
    /// Reads header, tables and directory; `None` where they are no use.
    pub(super) fn open(bytes: &'bytes [u8]) -> Option<Self> {
        let sector_length = match number16(bytes, 0x1E)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut compound = Self {
            bytes,
            sector_length,
            next_sector: Vec::new(),
            next_small_sector: Vec::new(),
            small_sectors: Vec::new(),
            entries: Vec::new(),
        };
        for table in compound.tables()? {
            match compound.sector(table) {
                Some(sector) => compound.next_sector.extend(numbers32(sector)),
                // The tables that follow must stay in their places.
                None => compound
                    .next_sector
                    .extend(std::iter::repeat_n(u32::MAX, sector_length / 4)),
            }
        }
        let directory = compound.chain(number32(bytes, 0x30)?, u64::MAX);
        compound.entries = directory.bytes.chunks_exact(ENTRY_LENGTH).filter_map(entry).collect();
        let small_tables = compound.chain(number32(bytes, 0x3C)?, u64::MAX);
        compound.next_small_sector = numbers32(&small_tables.bytes).collect();
        let root = compound.entries.first()?;
        compound.small_sectors = compound.chain(root.start, root.length).bytes;
        Some(compound)
    }

    /// The stream of this name at the top of the container.
    pub(super) fn stream(&self, name: &str) -> Option<Stream> {
        let mut open = vec![self.entries.first()?.child];
        // No entry is visited twice in a sound directory, so that more visits than entries show a circle.
        for _ in 0..self.entries.len() {
            let index = open.pop()?;
            let Some(entry) = usize::try_from(index).ok().and_then(|index| self.entries.get(index)) else {
                continue;
            };
            if entry.is_stream && entry.name == name {
                return Some(match entry.length < SMALL_STREAM {
                    true => self.small_chain(entry.start, entry.length),
                    false => self.chain(entry.start, entry.length),
                });
            }
            open.extend([entry.left, entry.right].into_iter().filter(|side| *side != NO_ENTRY));
        }
        None
    }

    /// The numbers of the sectors that hold the allocation table.
    fn tables(&self) -> Option<Vec<u32>> {
        let sectors = self.bytes.len() / self.sector_length;
        let mut tables: Vec<u32> = numbers32(self.bytes.get(0x4C..0x4C + 4 * TABLES_IN_HEADER)?).collect();
        let mut next = number32(self.bytes, 0x44)?;
        for _ in 0..sectors {
            let Some(sector) = self.sector(next) else { break };
            let mut listed: Vec<u32> = numbers32(sector).collect();
            next = listed.pop()?;
            tables.extend(listed);
        }
        tables.retain(|table| *table < NO_SECTOR);
        // A file cannot hold more tables than sectors; more of them would be the same ones again.
        tables.truncate(sectors);
        Some(tables)
    }

    fn sector(&self, number: u32) -> Option<&'bytes [u8]> {
        let number = usize::try_from(number).ok().filter(|_| number < NO_SECTOR)?;
        let start = number.checked_add(1)?.checked_mul(self.sector_length)?;
        self.bytes.get(start..start.checked_add(self.sector_length)?)
    }

    fn chain(&self, start: u32, length: u64) -> Stream {
        let most = self.bytes.len() / self.sector_length;
        gather(start, length, &self.next_sector, most, |number| {
            let whole = self.sector(number);
            // The last sector of a file is often not filled up.
            whole.or_else(|| {
                let start = usize::try_from(number)
                    .ok()?
                    .checked_add(1)?
                    .checked_mul(self.sector_length)?;
                self.bytes.get(start..).filter(|rest| rest.len() < self.sector_length)
            })
        })
    }

    fn small_chain(&self, start: u32, length: u64) -> Stream {
        let most = self.small_sectors.len() / SMALL_SECTOR + 1;
        gather(start, length, &self.next_small_sector, most, |number| {
            let start = usize::try_from(number).ok()?.checked_mul(SMALL_SECTOR)?;
            let rest = self.small_sectors.get(start..)?;
            Some(&rest[..rest.len().min(SMALL_SECTOR)])
        })
    }
}

/// Follows a chain from `start` until it has `length` bytes, ends, or has taken `most` steps.
fn gather<'bytes>(
    start: u32,
    length: u64,
    next: &[u32],
    most: usize,
    sector: impl Fn(u32) -> Option<&'bytes [u8]>,
) -> Stream {
    let mut bytes = Vec::new();
    let mut at = start;
    for _ in 0..most {
        if at >= NO_SECTOR || bytes.len() as u64 >= length {
            break;
        }
        let Some(sector) = sector(at) else { break };
        bytes.extend_from_slice(sector);
        at = usize::try_from(at)
            .ok()
            .and_then(|at| next.get(at).copied())
            .unwrap_or(NO_SECTOR);
    }
    bytes.truncate(usize::try_from(length).unwrap_or(usize::MAX));
    let is_whole = bytes.len() as u64 == length;
    Stream { bytes, is_whole }
}

fn entry(bytes: &[u8]) -> Option<Entry> {
    const STREAM: u8 = 2;
    let name_length = usize::from(number16(bytes, 64)?).saturating_sub(2).min(62);
    let units: Vec<u16> = numbers16(bytes.get(..name_length)?).collect();
    Some(Entry {
        name: String::from_utf16_lossy(&units),
        is_stream: bytes.get(66) == Some(&STREAM),
        left: number32(bytes, 68)?,
        right: number32(bytes, 72)?,
        child: number32(bytes, 76)?,
        start: number32(bytes, 116)?,
        // The upper half is not used by containers with short sectors, and some writers leave anything there.
        length: u64::from(number32(bytes, 120)?),
    })
}

pub(super) fn number16(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

pub(super) fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

pub(super) fn numbers16(bytes: &[u8]) -> impl Iterator<Item = u16> + '_ {
    bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair))
}

fn numbers32(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four))
}
