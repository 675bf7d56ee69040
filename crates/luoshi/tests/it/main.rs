//! The program from outside, as operators and readers meet it.

mod browser;
