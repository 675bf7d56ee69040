//! Forms of numbers before sections and tasks.

pub(crate) mod arabic_point;
pub(crate) mod article;
pub(crate) mod bracketed_chinese;
pub(crate) mod chinese_comma;
pub(crate) mod inline;
pub(crate) mod paragraph_task;
pub(crate) mod part;
pub(crate) mod supplementary;
pub(crate) mod table_row;
