//! Words that a test planted, sought in every byte of the files below a folder, as somebody who stole the disk would.
//!
//! It knows nothing of formats: what is compressed or encrypted is not looked into.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use aho_corasick::AhoCorasick;

/// The files that hold each of `words` in UTF-8 or in UTF-16 of either order; a word that no file holds is left out.
///
/// A file that goes while the search is on its way, as those of a database server do, is passed over.
///
/// # Panics
/// When a folder or a file that stays cannot be read.
pub fn holders<'w>(folder: &Path, words: &[&'w str]) -> BTreeMap<&'w str, BTreeSet<PathBuf>> {
    let forms: Vec<(&str, Vec<u8>)> = words
        .iter()
        .flat_map(|word| encodings(word).map(|form| (*word, form)))
        .collect();
    let search =
        AhoCorasick::new(forms.iter().map(|(_, form)| form)).expect("some hundred words are no large automaton");
    let mut found: BTreeMap<&str, BTreeSet<PathBuf>> = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in unless_gone(&folder, fs::read_dir(&folder)).into_iter().flatten() {
            let path = entry.expect("the folder is listed").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Some(bytes) = unless_gone(&path, fs::read(&path)) else {
                continue;
            };
            // Overlapping, for one planted word may begin another.
            for hit in search.find_overlapping_iter(&bytes) {
                let (word, _) = forms[hit.pattern().as_usize()];
                found.entry(word).or_default().insert(path.clone());
            }
        }
    }
    found
}

fn unless_gone<T>(path: &Path, read: io::Result<T>) -> Option<T> {
    match read {
        Ok(read) => Some(read),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

/// The bytes of a word in every encoding that a database or an office file knows.
fn encodings(word: &str) -> [Vec<u8>; 3] {
    let utf16: Vec<u16> = word.encode_utf16().collect();
    [
        word.as_bytes().to_vec(),
        utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_each_encoding_and_inside_one_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let below = folder.path().join("below");
        fs::create_dir(&below).expect("a folder below");
        let [utf8, little, big] = encodings("机密词");
        let files = [("a", utf8), ("b", little), ("c", big), ("d", "机密".into())];
        for (name, bytes) in files {
            fs::write(below.join(name), [b"\0x", bytes.as_slice(), b"y"].concat()).expect("a file");
        }
        let found = holders(folder.path(), &["机密", "机密词", "别的"]);
        let names = |word: &str| -> Vec<String> {
            let paths = found.get(word).into_iter().flatten();
            paths
                .map(|path| path.strip_prefix(&below).expect("below").display().to_string())
                .collect()
        };
        assert_eq!(names("机密"), ["a", "b", "c", "d"]);
        assert_eq!(names("机密词"), ["a", "b", "c"]);
        assert!(!found.contains_key("别的"));
    }
}
