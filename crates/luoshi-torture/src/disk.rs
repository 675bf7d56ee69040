//! A disk of its own: an image on a loop device that can be filled to the last byte and whose power can be cut.
//!
//! It needs the rights of root and some programs of the system, and says what is missing where they are not there.

use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::program::{has_tool, tool};

/// Time in which nobody may hold the disk any more.
const LONGEST_RELEASE: Duration = Duration::from_secs(10);

/// A kind of file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileSystem {
    Ext4,
    Xfs,
}

impl FileSystem {
    /// Its name, as the tools know it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            FileSystem::Ext4 => "ext4",
            FileSystem::Xfs => "xfs",
        }
    }

    /// Options of its maker.
    fn options(self) -> &'static [&'static str] {
        match self {
            // No blocks are kept back for root, which the program may be run by here.
            FileSystem::Ext4 => &["-q", "-m", "0"],
            FileSystem::Xfs => &["-q"],
        }
    }
}

/// Why there can be no disks here; none where there can.
pub(crate) fn missing(file_systems: &[FileSystem]) -> Option<String> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata) == 0);
    if !is_root {
        return Some("needs root".to_owned());
    }
    if !Path::new("/dev/loop-control").exists() {
        return Some("needs loop devices".to_owned());
    }
    let makers = file_systems.iter().map(|system| format!("mkfs.{}", system.name()));
    let absent: Vec<String> = makers
        .chain(["mount", "umount", "xfs_io"].map(str::to_owned))
        .filter(|name| !has_tool(name))
        .collect();
    (!absent.is_empty()).then(|| format!("needs {} (Debian: xfsprogs, e2fsprogs)", absent.join(", ")))
}

/// A disk in a file.
#[derive(Debug)]
pub(crate) struct Disk {
    image: PathBuf,
    folder: PathBuf,
    is_mounted: bool,
}

impl Disk {
    /// Makes and mounts a disk of so many mebibytes at `folder`.
    pub(crate) fn make(folder: PathBuf, system: FileSystem, mebibytes: u64) -> Result<Self> {
        let image = folder.with_extension("image");
        File::create(&image)?.set_len(mebibytes << 20)?;
        let mut arguments: Vec<&OsStr> = system.options().iter().map(OsStr::new).collect();
        arguments.push(image.as_os_str());
        tool(&format!("mkfs.{}", system.name()), &arguments)?;
        fs::create_dir(&folder)?;
        let mut disk = Self {
            image,
            folder,
            is_mounted: false,
        };
        disk.mount()?;
        Ok(disk)
    }

    /// Where it is mounted.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Mounts it, as a machine does that starts again.
    pub(crate) fn mount(&mut self) -> Result<()> {
        let arguments = [
            "-o".as_ref(),
            "loop".as_ref(),
            self.image.as_os_str(),
            self.folder.as_os_str(),
        ];
        tool("mount", &arguments)?;
        self.is_mounted = true;
        Ok(())
    }

    /// Cuts the power: from now on nothing reaches the disk, and what was not flushed is lost (`FS_IOC_SHUTDOWN` without flushing the log).
    pub(crate) fn cut_power(&self) -> Result<()> {
        // `xfs_io` has the call for other file systems too, with `-x`.
        let arguments = [
            "-x".as_ref(),
            "-c".as_ref(),
            "shutdown".as_ref(),
            self.folder.as_os_str(),
        ];
        tool("xfs_io", &arguments)?;
        // A cut that did not happen would make every round pass.
        let probe = File::create(self.folder.join("probe")).and_then(|file| file.sync_all());
        if probe.is_ok() {
            bail!("the power is still on");
        }
        Ok(())
    }

    /// Takes it from the machine, as soon as nobody holds it.
    pub(crate) fn unmount(&mut self) -> Result<()> {
        let until = Instant::now() + LONGEST_RELEASE;
        loop {
            match tool("umount", &[self.folder.as_os_str()]) {
                Ok(_) => {
                    self.is_mounted = false;
                    return Ok(());
                }
                Err(error) if Instant::now() > until => return Err(error),
                Err(_) => thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Takes up all the room that is left, and gives it back when the answer is dropped.
    pub(crate) fn fill(&self) -> Result<Filling> {
        let path = self.folder.join("filling");
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        for size in [1 << 20, 64 << 10, 4 << 10, 512, 1] {
            let block = vec![1_u8; size];
            loop {
                match file.write(&block) {
                    Ok(count) if count == size => {}
                    Ok(_) => break,
                    Err(error) if error.kind() == io::ErrorKind::StorageFull => break,
                    Err(error) => return Err(error).context("the disk cannot be filled"),
                }
            }
        }
        // Without this the blocks would be promised and not taken yet.
        file.sync_all().context("the filling cannot be written")?;
        Ok(Filling { path })
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_mounted {
            let _left_mounted = self.unmount();
        }
        let _left_behind = fs::remove_file(&self.image);
    }
}

/// What takes up the room.
#[derive(Debug)]
pub(crate) struct Filling {
    path: PathBuf,
}

impl Drop for Filling {
    fn drop(&mut self) {
        let _gone_already = fs::remove_file(&self.path);
    }
}
