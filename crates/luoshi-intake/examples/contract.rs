//! Prints the parse contract of a file: `cargo run -p luoshi-intake --example contract -- FILE [YEAR]`, with the year of its deadlines
//! where the document states none.

use std::{env, error::Error, fs};

use luoshi_intake::{IntakeSettings, intake};
use luoshi_types::Language;

#[expect(clippy::print_stdout, reason = "printing is what this example is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let file = arguments.next().ok_or("the file is missing")?;
    let settings = IntakeSettings {
        year: arguments.next().map(|year| year.parse()).transpose()?,
        ..IntakeSettings::default()
    };
    let taken = intake(&fs::read(&file)?, &file, &settings);
    println!("{}", taken.contract(Language::English, true).to_json());
    Ok(())
}
