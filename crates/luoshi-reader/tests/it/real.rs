//! Documents that were really issued. They are not part of the project; without them the test says that it did nothing.

use std::{fs, io::Write as _, path::Path};

use luoshi_reader::{Limits, read};

use crate::support::{assert_sound, codes};

#[test]
fn real_documents_are_read_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/documents");
    let Ok(entries) = fs::read_dir(&folder) else {
        let words = b"skipped: real documents, which are not beside the project\n";
        // Past the test runner, which keeps back what a passing test prints.
        std::io::stderr().write_all(words).unwrap();
        return;
    };
    let mut count = 0;
    for entry in entries {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let document = read(&bytes, &path.to_string_lossy(), &Limits::default());
        assert_sound(&document);
        assert_eq!(codes(&document), [""; 0], "{}", path.display());
        if path.extension().is_some_and(|extension| extension == "txt") {
            assert_eq!(
                document.text.as_bytes(),
                bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(&bytes)
            );
        }
        count += 1;
    }
    assert!(count > 0);
}
