//! Modules and style sheets, one behind the other.

use std::collections::BTreeMap;

/// Texts by their file names.
pub(crate) type Files = BTreeMap<String, String>;

/// Where the page begins.
const MAIN: &str = "main.js";

/// What the other style sheets refer to, and so comes first.
const FIRST_STYLES: [&str; 2] = ["tokens.css", "base.css"];

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
    fn add(&mut self, name: &str, importer: &str) -> Result<(), String> {
        let Some((name, module)) = self.modules.get_key_value(name) else {
            return Err(format!("{importer} needs web/{name}, and it is not there"));
        };
        match self.states.insert(name, State::Begun) {
            Some(State::Begun) => return Err(format!("web/{name} imports itself, by way of {importer}")),
            Some(State::Done) => _ = self.states.insert(name, State::Done),
            None => self.take(name, module)?,
        }
        Ok(())
    }

    fn take(&mut self, name: &'a str, module: &str) -> Result<(), String> {
        let mut own = format!("// {name}\n");
        for line in module.lines() {
            match imported(line) {
                Some(other) => self.add(other, name)?,
                None if line.starts_with("import ") => {
                    return Err(format!(
                        "web/{name}: {line}\nan import is of the form import {{ a }} from \"./b.js\";"
                    ));
                }
                None => {
                    own.push_str(line.strip_prefix("export ").unwrap_or(line));
                    own.push('\n');
                }
            }
        }
        self.script.push_str(&own);
        self.states.insert(name, State::Done);
        Ok(())
    }
}

/// The module that a line imports from.
fn imported(line: &str) -> Option<&str> {
    let (_, from) = line.strip_prefix("import {")?.split_once("} from \"./")?;
    from.strip_suffix("\";")
}

/// One style sheet of all.
pub(crate) fn styles(sheets: &Files) -> String {
    let first = FIRST_STYLES.iter().filter_map(|name| sheets.get(*name));
    let rest =
        sheets.iter().filter(|(name, _)| !FIRST_STYLES.contains(&name.as_str())).map(|(_, sheet)| sheet);
    first.chain(rest).map(String::as_str).collect::<Vec<_>>().join("\n")
}
