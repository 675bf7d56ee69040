//! `luoshi log verify`: every bundle, every tile and the root of a log computed again, in memory that does not grow with it.

use std::cell::RefCell;

use luoshi_tlog::{TILE_WIDTH, TileId, TileKind, TileSource, TreeError, parse_bundle, verify_tree};

use super::{Finding, OpenedLog, open, say_finding, sort_tree_error, sort_verify_error};
use crate::{
    arguments::log::LogPlace,
    exit::Exit,
    failure::Failure,
    log_source::SourceError,
    output::{print, progress},
    words::{Words, text},
};

pub(super) fn run(place: &LogPlace, words: Words) -> Result<Exit, Failure> {
    let log = match open(place, words)? {
        Ok(log) => log,
        Err(finding) => return say_finding(&finding, words),
    };
    let tiles = match verify(&log, place, words)? {
        Ok(tiles) => tiles,
        Err(finding) => return say_finding(&finding, words),
    };
    print(&words.say_with(
        "log-verified",
        &[
            ("origin", text(&log.checkpoint.origin)),
            ("size", text(log.checkpoint.size)),
            ("root", text(log.checkpoint.root)),
            ("tiles", text(tiles)),
        ],
    ))?;
    if let Some(next) = log.keys.continuation_of(&log.checkpoint.origin) {
        print(&words.say_with(
            "log-is-frozen",
            &[
                ("size", text(next.old_size)),
                ("origin", text(next.origin())),
                ("begins", text(&next.begins_at)),
            ],
        ))?;
        if next.old_size != log.checkpoint.size || next.old_root != log.checkpoint.root {
            return say_finding(&Finding(words.say("log-frozen-elsewhere")), words);
        }
    }
    Ok(Exit::Done)
}

/// The number of tiles that were compared, or the first thing that is not as it was signed.
fn verify(log: &OpenedLog, place: &LogPlace, words: Words) -> Result<Result<u64, Finding>, Failure> {
    let size = log.checkpoint.size;
    let bar = progress(size, words.say("log-progress"));
    let fault: RefCell<Option<TreeError<SourceError>>> = RefCell::default();
    let bundles = bundles(size).map_while(|bundle| match read_bundle(log, bundle) {
        Ok(entries) => {
            bar.inc(entries.len() as u64);
            Some(entries)
        }
        Err(error) => {
            fault.replace(Some(error));
            None
        }
    });
    let outcome = verify_tree(
        &log.source,
        size,
        log.checkpoint.root,
        bundles.flatten().map(Ok::<_, SourceError>),
    );
    bar.finish_and_clear();
    // A bundle that could not be read ends the entries early; what is told is why.
    if let Some(error) = fault.take() {
        return Ok(Err(sort_tree_error(error, place, words)?));
    }
    match outcome {
        Ok(tiles) => Ok(Ok(tiles)),
        Err(error) => Ok(Err(sort_verify_error(error, place, words)?)),
    }
}

/// The bundles of a log of this size, the last one as wide as it is filled.
pub(super) fn bundles(size: u64) -> impl Iterator<Item = TileId> {
    let width = u64::from(TILE_WIDTH);
    (0..size.div_ceil(width)).filter_map(move |index| {
        let filled = (size - index * width).min(width);
        TileId::new(TileKind::Entries, index, u16::try_from(filled).ok()?)
    })
}

/// The entries of a bundle, which may have been replaced by the full one at its place.
pub(super) fn read_bundle(log: &OpenedLog, bundle: TileId) -> Result<Vec<Vec<u8>>, TreeError<SourceError>> {
    for tile in [bundle, bundle.full()] {
        let Some(bytes) = log.source.read_tile(tile).map_err(TreeError::Source)? else {
            continue;
        };
        let entries = parse_bundle(&bytes, tile.width()).map_err(|error| TreeError::Bundle { tile, error })?;
        let wanted = entries.into_iter().take(usize::from(bundle.width()));
        return Ok(wanted.map(<[u8]>::to_vec).collect());
    }
    Err(TreeError::Missing(bundle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_cover_a_log_and_no_more() {
        let paths = |size: u64| bundles(size).map(TileId::path).collect::<Vec<_>>();
        assert_eq!(paths(0), Vec::<String>::new());
        assert_eq!(paths(1), ["tile/entries/000.p/1"]);
        assert_eq!(paths(256), ["tile/entries/000"]);
        assert_eq!(paths(257), ["tile/entries/000", "tile/entries/001.p/1"]);
    }
}
