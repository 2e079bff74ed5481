//! Bundles JavaScript modules and style sheets by concatenation.

use std::collections::BTreeMap;

/// Contents of files by their paths in `web/`.
pub(crate) type Files = BTreeMap<String, String>;

/// Style sheets that come first because others refer to their custom properties.
const FIRST_STYLES: [&str; 2] = ["frame/tokens.css", "frame/base.css"];

/// Returns one script with the module `entry` and all modules that it imports, each after its own imports. All modules
/// share one scope, so import and export statements are removed.
///
/// # Errors
/// If an imported module is missing, imports are circular, or an import has an unsupported form.
pub(crate) fn script(modules: &Files, entry: &str) -> Result<String, String> {
    let mut bundle = Bundle { modules, states: BTreeMap::new(), script: String::new() };
    bundle.add(entry, "the page")?;
    Ok(bundle.script)
}

struct Bundle<'a> {
    modules: &'a Files,
    states: BTreeMap<&'a str, State>,
    script: String,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Begun,
    Done,
}

impl<'a> Bundle<'a> {
    fn add(&mut self, path: &str, importer: &str) -> Result<(), String> {
        let Some((path, module)) = self.modules.get_key_value(path) else {
            return Err(format!("{importer} imports web/{path}, which does not exist"));
        };
        match self.states.insert(path, State::Begun) {
            Some(State::Begun) => return Err(format!("web/{path} imports itself through {importer}")),
            Some(State::Done) => _ = self.states.insert(path, State::Done),
            None => self.append(path, module)?,
        }
        Ok(())
    }

    fn append(&mut self, path: &'a str, module: &str) -> Result<(), String> {
        let mut own = format!("// {path}\n");
        for line in module.lines() {
            match imported(line).and_then(|other| resolve(path, other)) {
                Some(other) => self.add(&other, path)?,
                None if line.starts_with("import ") => {
                    return Err(format!(
                        "web/{path}: {line}\nimports must have the form import {{ a }} from \"./b.js\"; \
                         or \"../c/d.js\""
                    ));
                }
                None => {
                    own.push_str(line.strip_prefix("export ").unwrap_or(line));
                    own.push('\n');
                }
            }
        }
        self.script.push_str(&own);
        self.states.insert(path, State::Done);
        Ok(())
    }
}

/// Returns the path in an import statement as it is written there.
fn imported(line: &str) -> Option<&str> {
    let (_, from) = line.strip_prefix("import {")?.split_once("} from \"")?;
    from.strip_suffix("\";")
}

/// Resolves a relative import to a path in `web/`. Returns `None` if `import` is not relative or leaves
/// `web/`.
fn resolve(importer: &str, import: &str) -> Option<String> {
    let mut folders: Vec<&str> = importer.split('/').collect();
    folders.pop();
    let mut rest = import.strip_prefix("./").unwrap_or(import);
    while let Some(above) = rest.strip_prefix("../") {
        folders.pop()?;
        rest = above;
    }
    let is_relative = import.starts_with("./") || import.starts_with("../");
    folders.push(rest);
    (is_relative && !rest.starts_with(['.', '/'])).then(|| folders.join("/"))
}

/// Concatenates all style sheets into one.
pub(crate) fn styles(sheets: &Files) -> String {
    let first = FIRST_STYLES.iter().filter_map(|path| sheets.get(*path));
    let rest =
        sheets.iter().filter(|(path, _)| !FIRST_STYLES.contains(&path.as_str())).map(|(_, sheet)| sheet);
    first.chain(rest).map(String::as_str).collect::<Vec<_>>().join("\n")
}
