//! Bundles all files in `web/` into one script and one style sheet. New files are included automatically.

#![allow(clippy::print_stdout, reason = "a build script controls cargo through its standard output")]

mod bundle;

use std::path::Path;
use std::{env, fs, io};

use bundle::{Files, script, styles};

/// The entry modules of the two pages, each with the name of its script.
const ENTRIES: [(&str, &str); 2] = [("main.js", "page.js"), ("room/main.js", "room.js")];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=web");
    let web = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("web");
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let (modules, sheets) = (read(&web, "js")?, read(&web, "css")?);
    let scripts = ENTRIES.map(|(entry, file)| Ok((script(&modules, entry)?, file)));
    let scripts = scripts.into_iter().collect::<Result<Vec<_>, String>>()?;
    let is_used = |path: &str| scripts.iter().any(|(script, _)| script.contains(&format!("// {path}\n")));
    for path in modules.keys().filter(|path| !is_used(path)) {
        println!("cargo::warning=no module imports web/{path}");
    }
    for (script, file) in &scripts {
        fs::write(out.join(file), script)?;
    }
    fs::write(out.join("page.css"), styles(&sheets))?;
    Ok(())
}

/// Reads all files in the folder `web` with the given extension. The keys are paths relative to `web`.
fn read(web: &Path, extension: &str) -> io::Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(web.join(&folder))? {
            let entry = entry?;
            let path = format!("{folder}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push(format!("{path}/"));
            } else if Path::new(&path).extension().is_some_and(|found| found == extension) {
                files.insert(path.clone(), fs::read_to_string(web.join(path))?);
            }
        }
    }
    Ok(files)
}
