//! The store from outside: the story that every engine has to tell alike, the committer under strain, and tampering that has to be found.

mod committer;
mod opening;
mod scene;
mod story;
mod tampering;
