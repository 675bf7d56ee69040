//! The files of this repository, read once, so that each check is a pure function of them.
//!
//! It does not know what any file means, and it never looks at what `.gitignore` names.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// One text file of the repository.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// The path from the root of the repository, with forward slashes.
    pub(crate) path: String,
    /// The whole content.
    pub(crate) text: String,
}

impl File {
    /// The file's name without its folders.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether the file's name ends with `.extension`.
    pub(crate) fn has_extension(&self, extension: &str) -> bool {
        self.name()
            .strip_suffix(extension)
            .is_some_and(|stem| stem.ends_with('.'))
    }

    /// The name of the crate whose folder under `crates/` holds the file.
    pub(crate) fn crate_name(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// The path inside the crate's folder: `src/lib.rs`.
    pub(crate) fn path_in_crate(&self) -> Option<&str> {
        self.path
            .strip_prefix("crates/")?
            .split_once('/')
            .map(|(_, inner)| inner)
    }
}

/// The text files of a repository, sorted by path, and the paths of all files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    /// Files whose content is UTF-8.
    pub(crate) files: Vec<File>,
    /// Paths of all files and folders, text or not.
    pub(crate) paths: Vec<String>,
}

impl Tree {
    /// The repository that this program runs in.
    pub(crate) fn of_this_repository() -> Result<Tree> {
        Tree::read(&root()?)
    }

    /// The repository at `root`.
    pub(crate) fn read(root: &Path) -> Result<Tree> {
        let ignored = ignored_names(root);
        let mut tree = Tree::default();
        let mut folders = vec![(root.to_path_buf(), String::new())];
        while let Some((folder, prefix)) = folders.pop() {
            let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
            for entry in entries {
                let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
                let Ok(name) = entry.file_name().into_string() else {
                    continue;
                };
                let path = format!("{prefix}{name}");
                if name == ".git" || ignored.contains(&path) {
                    continue;
                }
                let kind = entry.file_type().with_context(|| format!("cannot look at {path}"))?;
                if kind.is_dir() {
                    folders.push((entry.path(), format!("{path}/")));
                } else if kind.is_file()
                    && let Some(text) = text_of(&entry.path())?
                {
                    tree.files.push(File {
                        path: path.clone(),
                        text,
                    });
                }
                tree.paths.push(path);
            }
        }
        tree.files.sort_by(|left, right| left.path.cmp(&right.path));
        tree.paths.sort();
        Ok(tree)
    }

    /// The file at exactly this path.
    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether a file or folder stands at this path.
    pub(crate) fn has_path(&self, path: &str) -> bool {
        path.is_empty() || self.paths.binary_search_by(|known| known.as_str().cmp(path)).is_ok()
    }

    /// Rust files, those of `crates/` and of `xtask/`.
    pub(crate) fn rust_files(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.has_extension("rs"))
    }

    /// Manifests of the crates and of xtask, without the one of the workspace.
    pub(crate) fn manifests(&self) -> impl Iterator<Item = &File> {
        self.files
            .iter()
            // The fuzz targets are a workspace of their own, built by another compiler; the house's agreements do not reach into it.
            .filter(|file| file.name() == "Cargo.toml" && file.path != "Cargo.toml" && !file.path.starts_with("fuzz/"))
    }

    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (path, text) in files {
            tree.files.push(File {
                path: (*path).to_owned(),
                text: (*text).to_owned(),
            });
            let mut parent = *path;
            tree.paths.push(parent.to_owned());
            while let Some((folder, _)) = parent.rsplit_once('/') {
                tree.paths.push(folder.to_owned());
                parent = folder;
            }
        }
        tree.files.sort_by(|left, right| left.path.cmp(&right.path));
        tree.paths.sort();
        tree.paths.dedup();
        tree
    }
}

/// The content of a file, or nothing where it is not UTF-8 or has gone since it was listed.
fn text_of(path: &PathBuf) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8(bytes).ok()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The root of the repository that this program runs in, as cargo says when it starts the program or its tests. Where it was built may be another
/// clone, which shares the folder of what is built.
pub(crate) fn root() -> Result<PathBuf> {
    let folder = env::var_os("CARGO_MANIFEST_DIR").context("xtask is to be run as `cargo xtask`")?;
    let root = Path::new(&folder)
        .parent()
        .context("the folder of xtask has no parent")?;
    Ok(root.to_owned())
}

/// The entries of `.gitignore`, which here are all plain paths from the root.
fn ignored_names(root: &Path) -> Vec<String> {
    let text = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.trim_matches('/').to_owned())
        .collect()
}
