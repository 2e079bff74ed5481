//! Full trace files: what they are called, and how many are kept.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// When to begin a new file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rotation {
    /// No file grows beyond it.
    pub(super) bytes: u64,
    /// How many full files are kept.
    pub(super) keep: u64,
}

impl Rotation {
    /// Gives the full file its name, and deletes the one that is too old for now.
    pub(super) fn put_aside(&self, path: &Path, part: u64) -> io::Result<()> {
        let aside = name(path, part);
        fs::rename(path, &aside).map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("cannot rename the full file {} to {}: {error}", path.display(), aside.display()),
            )
        })?;
        match part.checked_sub(self.keep).map(|old| fs::remove_file(name(path, old))) {
            // Whoever moved it away has made room, too.
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// `shop.jsonl` is `shop.3.jsonl` as part 3.
fn name(path: &Path, part: u64) -> PathBuf {
    match path.extension() {
        Some(extension) => path.with_extension(format!("{part}.{}", extension.display())),
        None => path.with_extension(part.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_stands_before_the_extension() {
        for (path, aside) in
            [("a/shop.jsonl", "a/shop.3.jsonl"), ("shop", "shop.3"), ("s.x.jsonl", "s.x.3.jsonl")]
        {
            assert_eq!(name(Path::new(path), 3), Path::new(aside));
        }
    }
}
