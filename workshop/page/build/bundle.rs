//! Modules and style sheets, one behind the other.

use std::collections::BTreeMap;

/// Texts by their paths in `web/`.
pub(crate) type Files = BTreeMap<String, String>;

/// Where the page begins.
const MAIN: &str = "main.js";

/// What the other style sheets refer to, and so comes first.
const FIRST_STYLES: [&str; 2] = ["frame/tokens.css", "frame/base.css"];

/// One script of all modules: each behind those that it imports. They share one scope then, so an import says nothing
/// any more, and no export does.
///
/// # Errors
/// When a module is missing, imported in a circle, or imports in another way.
pub(crate) fn script(modules: &Files) -> Result<String, String> {
    let mut bundle = Bundle { modules, states: BTreeMap::new(), script: String::new() };
    bundle.add(MAIN, "the page")?;
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
            return Err(format!("{importer} needs web/{path}, and it is not there"));
        };
        match self.states.insert(path, State::Begun) {
            Some(State::Begun) => return Err(format!("web/{path} imports itself, by way of {importer}")),
            Some(State::Done) => _ = self.states.insert(path, State::Done),
            None => self.take(path, module)?,
        }
        Ok(())
    }

    fn take(&mut self, path: &'a str, module: &str) -> Result<(), String> {
        let mut own = format!("// {path}\n");
        for line in module.lines() {
            match imported(line).and_then(|other| resolve(path, other)) {
                Some(other) => self.add(&other, path)?,
                None if line.starts_with("import ") => {
                    return Err(format!(
                        "web/{path}: {line}\nan import is of the form import {{ a }} from \"./b.js\"; \
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

/// What a line imports from, as it is written there.
fn imported(line: &str) -> Option<&str> {
    let (_, from) = line.strip_prefix("import {")?.split_once("} from \"")?;
    from.strip_suffix("\";")
}

/// The path in `web/` of what the module at `importer` calls `./b.js` or `../c/d.js`; `None` when it is written in
/// another way, or outside of `web/`.
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

/// One style sheet of all.
pub(crate) fn styles(sheets: &Files) -> String {
    let first = FIRST_STYLES.iter().filter_map(|path| sheets.get(*path));
    let rest =
        sheets.iter().filter(|(path, _)| !FIRST_STYLES.contains(&path.as_str())).map(|(_, sheet)| sheet);
    first.chain(rest).map(String::as_str).collect::<Vec<_>>().join("\n")
}
