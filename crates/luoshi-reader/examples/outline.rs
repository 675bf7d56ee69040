//! Prints the blocks of a file, one a line: what the reader made of it. Run with `cargo run -p luoshi-reader --example outline FILE`.

use std::{env, fs, io};

use luoshi_reader::{Limits, read};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for path in env::args().skip(1) {
        let document = read(&fs::read(&path)?, &path, &Limits::default());
        let characters: Vec<char> = document.text.chars().collect();
        for block in &document.blocks {
            let text: String = characters
                .iter()
                .skip(block.span.start)
                .take(block.span.len())
                .collect();
            io::Write::write_all(
                &mut out,
                format!("{:?} {:?} {text:?}\n", block.kind, block.place).as_bytes(),
            )?;
        }
        for diagnostic in &document.diagnostics {
            io::Write::write_all(
                &mut out,
                format!("{} {:?}\n", diagnostic.code.code(), diagnostic.arguments).as_bytes(),
            )?;
        }
    }
    Ok(())
}
