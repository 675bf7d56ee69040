//! The reader from outside: files made on the spot go in, documents come out.

#[cfg(test)]
mod doc;
mod docx;
mod hostile;
mod html;
mod ofd;
mod pdf;
mod property;
mod real;
#[cfg(test)]
mod same_plan;
#[cfg(test)]
mod support;
mod text;
mod xlsx;
