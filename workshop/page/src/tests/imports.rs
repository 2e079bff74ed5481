//! Checks that each JavaScript module imports exactly the names that it uses. The bundle would run even with
//! missing imports, because its modules share one scope.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::declared;

/// Reads the JavaScript modules in a folder into `found`, by their paths in `web/`.
fn modules(folder: &Path, within: &str, found: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{within}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            modules(&path, &format!("{name}/"), found);
        } else if name.ends_with(".js") {
            found.insert(name, std::fs::read_to_string(path).unwrap());
        }
    }
}

fn imports(module: &str) -> BTreeSet<&str> {
    let names = module.lines().filter_map(|line| line.strip_prefix("import { ")?.split_once(" } from "));
    names.flat_map(|(names, _)| names.split(", ")).collect()
}

fn exports(module: &str) -> impl Iterator<Item = &str> {
    module.lines().filter_map(|line| declared(line.strip_prefix("export ")?))
}

/// Returns the source of a module without imports, comments and quoted strings.
fn code(module: &str) -> String {
    let mut code = String::new();
    for line in module.lines().filter(|line| !line.starts_with("import ")) {
        let line = line.trim_start();
        if line.starts_with("//") || line.starts_with('*') || line.starts_with("/*") {
            continue;
        }
        // Takes every other part between quotes. An escaped quote occurs in pairs, so it does not change the parity.
        line.split('"').step_by(2).for_each(|piece| code.push_str(piece));
        code.push('\n');
    }
    // A spread operator is not a member access.
    code.replace("...", " ")
}

/// Returns the identifiers in the code, but not the members of objects: of `a.name`, it returns `a`.
fn uses(code: &str) -> BTreeSet<&str> {
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '#');
    let paths = code.split(|c| !is_path(c));
    paths.filter_map(|path| path.split(['.', '#']).next()).collect()
}

#[test]
fn modules_import_exactly_the_names_they_use() {
    let mut all = BTreeMap::new();
    modules(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/web")), "", &mut all);
    let exported: BTreeSet<&str> = all.values().flat_map(|module| exports(module)).collect();
    assert!(all.len() > 50 && exported.contains("el"), "{:?}", all.keys());
    for (name, module) in &all {
        let (code, imported) = (code(module), imports(module));
        let used = uses(&code);
        let own: BTreeSet<&str> = exports(module).collect();
        let foreign: BTreeSet<&str> =
            used.intersection(&exported).copied().filter(|name| !own.contains(name)).collect();
        assert_eq!(imported, foreign, "{name}: imported names (left) and used names (right)");
    }
}

/// Returns the folder of a module; `""` for the entry modules, which import from everywhere.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns the paths of the modules that a module imports.
fn imported_paths(name: &str, module: &str) -> Vec<String> {
    let froms = module.lines().filter(|line| line.starts_with("import "));
    let relative = froms.filter_map(|line| line.split_once("from \"")?.1.strip_suffix("\";"));
    let resolve = |path: &str| {
        let mut parts: Vec<&str> = folder(name).split('/').filter(|part| !part.is_empty()).collect();
        for part in path.split('/') {
            match part {
                "." => {}
                ".." => _ = parts.pop(),
                _ => parts.push(part),
            }
        }
        parts.join("/")
    };
    relative.map(resolve).collect()
}

#[test]
fn folders_import_from_each_other_in_one_direction() {
    let mut all = BTreeMap::new();
    modules(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/web")), "", &mut all);
    let mut imports: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (name, module) in &all {
        let others = imported_paths(name, module).into_iter().map(|path| folder(&path).to_owned());
        imports.entry(folder(name)).or_default().extend(others.filter(|other| other != folder(name)));
    }
    assert!(imports.len() > 10, "{imports:?}");
    // Removes the folders that import from none of the others, again and again. A circle stays.
    while let Some(free) = imports.iter().find(|(_, from)| from.is_empty()).map(|(name, _)| *name) {
        imports.remove(free);
        imports.values_mut().for_each(|from| _ = from.remove(free));
    }
    assert!(imports.is_empty(), "these folders import from each other: {imports:?}");
}
