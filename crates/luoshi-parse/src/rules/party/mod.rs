//! Forms in which a document names responsible bodies.

pub(crate) mod first_leads;
pub(crate) mod heading;
pub(crate) mod label_bracket;
pub(crate) mod label_line;
pub(crate) mod names_bracket;
pub(crate) mod section_line;
pub(crate) mod stated_once;
pub(crate) mod subject_sentence;
pub(crate) mod table_column;
pub(crate) mod trailing_sentence;
pub(crate) mod verb_bracket;
