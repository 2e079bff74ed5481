//! Makes one script and one style sheet of `web/`, so that a new file there is all that it takes.

#![allow(clippy::print_stdout, reason = "that is how a build script talks to cargo")]

mod bundle;

use std::path::Path;
use std::{env, fs, io};

use bundle::{Files, script, styles};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=web");
    let web = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("web");
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let modules = read(&web, "js")?;
    let script = script(&modules)?;
    for name in modules.keys().filter(|name| !script.contains(&format!("// {name}\n"))) {
        println!("cargo::warning=web/{name} is imported by no module");
    }
    fs::write(out.join("page.js"), script)?;
    fs::write(out.join("page.css"), styles(&read(&web.join("css"), "css")?))?;
    Ok(())
}

/// The files of a directory with that extension, by name.
fn read(directory: &Path, extension: &str) -> io::Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if let Some(name) = path.file_name().and_then(|name| name.to_str())
            && path.extension().is_some_and(|found| found == extension)
        {
            files.insert(name.to_owned(), fs::read_to_string(&path)?);
        }
    }
    Ok(files)
}
