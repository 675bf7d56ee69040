//! The program from outside, as operators and readers meet it.

mod bad_input;
mod browser;
mod command_line;
mod demo;
mod documents;
mod http;
mod kill_nine;
mod program;
mod site;
