#[path = "../../build/bundle.rs"]
mod bundle;
mod documents;
mod imports;

use std::collections::BTreeSet;

use crate::{INDEX, MAX_ITEMS, ROOM_SCRIPT, SCRIPT, STYLES};

/// Returns the name that a line of JavaScript declares at the top level.
fn declared(line: &str) -> Option<&str> {
    let kinds = [
        "async function* ",
        "async function ",
        "function* ",
        "function ",
        "class ",
        "const ",
        "let ",
        "var ",
    ];
    let rest = kinds.iter().find_map(|kind| line.strip_prefix(kind))?;
    rest.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
        .next()
        .filter(|name| !name.is_empty())
}

#[test]
fn top_level_names_of_javascript_modules_are_unique() {
    for script in [SCRIPT, ROOM_SCRIPT] {
        let mut names = BTreeSet::new();
        for name in script.lines().filter_map(declared) {
            assert!(names.insert(name), "{name} is declared twice");
        }
        assert!(names.contains("Store") && names.contains("el"), "{names:?}");
    }
}

#[test]
fn bundle_has_no_imports_or_exports() {
    for line in SCRIPT.lines().chain(ROOM_SCRIPT.lines()) {
        assert!(!line.starts_with("import") && !line.starts_with("export"), "{line}");
        assert!(!line.contains("import("), "{line}");
    }
}

#[test]
fn imported_modules_precede_their_importers() {
    let at = |name: &str| SCRIPT.find(&format!("// {name}\n")).unwrap();
    assert!(at("frame/dom.js") < at("lanes/lanes.js") && at("lanes/lanes.js") < at("main.js"));
    assert_eq!(SCRIPT.matches("// frame/dom.js\n").count(), 1);
}

#[test]
fn rust_and_javascript_have_the_same_event_limit() {
    let rest = SCRIPT.lines().find_map(|line| line.strip_prefix("const MAX_ITEMS = "));
    let max = rest.unwrap().trim_end_matches(';').replace('_', "");
    assert_eq!(max.parse(), Ok(MAX_ITEMS));
}

#[test]
fn design_tokens_precede_other_styles() {
    assert!(STYLES.trim_start().starts_with("/*") || STYLES.trim_start().starts_with(":root"));
    assert!(STYLES.find(":root").unwrap() < STYLES.find("body").unwrap());
}

#[test]
fn index_links_icon_style_and_script() {
    for name in ["href=\"icon.svg\"", "href=\"page.css\"", "src=\"page.js\""] {
        assert!(INDEX.contains(name), "{name}");
    }
}

#[test]
fn all_html_pages_have_the_same_head() {
    let head = |page: &str| {
        let (head, _) = page.split_once("</head>").unwrap();
        head.lines().filter(|line| !line.contains("<script ")).collect::<Vec<_>>().join("\n")
    };
    for page in [include_str!("../../web/room/index.html"), include_str!("../../web/no-token.html")] {
        assert_eq!(head(page), head(INDEX));
    }
}

#[test]
fn missing_and_circular_imports_are_refused() {
    let bundle = |modules: &[(&str, &str)]| {
        let modules = modules.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        bundle::script(&modules.collect(), "main.js")
    };
    let a = "import { b } from \"./b.js\";\nexport const a = b;\n";
    let main = "import { a } from \"./a.js\";\na();\n";
    let good = bundle(&[("a.js", a), ("b.js", "export const b = 1;\n"), ("main.js", main)]);
    assert_eq!(good.unwrap(), "// b.js\nconst b = 1;\n// a.js\nconst a = b;\n// main.js\na();\n");
    let missing = bundle(&[("a.js", a), ("main.js", main)]);
    assert_eq!(missing.unwrap_err(), "a.js imports web/b.js, which does not exist");
    let circle = bundle(&[("a.js", a), ("b.js", "import { a } from \"./a.js\";\n"), ("main.js", main)]);
    assert_eq!(circle.unwrap_err(), "web/a.js imports itself through b.js");
    let other = bundle(&[("main.js", "import a from \"./a.js\";\n")]);
    assert!(other.unwrap_err().starts_with("web/main.js: import a from \"./a.js\";\n"));
}

#[test]
fn imports_are_relative_to_their_module() {
    let bundle = |import: &str| {
        let b = format!("import {{ c }} from \"{import}\";\n");
        let files = [
            ("main.js", "import { b } from \"./a/b.js\";\n"),
            ("a/b.js", b.as_str()),
            ("a/c.js", ""),
            ("d/c.js", ""),
        ];
        bundle::script(
            &files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect(),
            "main.js",
        )
    };
    assert_eq!(bundle("./c.js").unwrap(), "// a/c.js\n// a/b.js\n// main.js\n");
    assert_eq!(bundle("../d/c.js").unwrap(), "// d/c.js\n// a/b.js\n// main.js\n");
    assert_eq!(bundle("../c.js").unwrap_err(), "a/b.js imports web/c.js, which does not exist");
    for import in ["../../d/c.js", "d/c.js", "/d/c.js", "https://example.com/c.js"] {
        assert!(bundle(import).unwrap_err().contains("imports must have the form"), "{import}");
    }
}

#[test]
fn style_sheets_are_sorted_by_path() {
    let names = ["a/z.css", "frame/base.css", "frame/keys.css", "frame/tokens.css", "z/a.css"];
    let sheets = names.iter().map(|name| ((*name).to_owned(), format!("/* {name} */"))).collect();
    let expected =
        "/* frame/tokens.css */\n/* frame/base.css */\n/* a/z.css */\n/* frame/keys.css */\n/* z/a.css */";
    assert_eq!(bundle::styles(&sheets), expected);
}
