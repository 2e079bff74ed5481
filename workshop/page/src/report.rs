//! The page as a single HTML file that contains a recording, loads nothing and can be opened from disk.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::files::{ICON, INDEX, SCRIPT, STYLES};

/// Returns the page as a single HTML file. `recording` is a JSON object with the members `hello`, `items`, `comparison`
/// and `wire`.
#[must_use]
pub fn report(recording: &str) -> String {
    let script = format!("\n{}", escape_script(SCRIPT));
    let styles = format!("\n{}", escape_styles(STYLES));
    let icon = format!("data:image/svg+xml;base64,{}", STANDARD.encode(ICON));
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(&script),
        hash(&styles)
    );
    let policy = format!(
        "<meta charset=\"utf-8\">\n    <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">"
    );
    let (before, after) = INDEX.split_once(SCRIPT_TAG).unwrap_or((INDEX, ""));
    let before = before
        .replacen("<meta charset=\"utf-8\">", &policy, 1)
        .replacen("href=\"icon.svg\"", &format!("href=\"{icon}\""), 1)
        .replacen(STYLES_TAG, &format!("<style>{styles}</style>"), 1);
    let recording = escape_json(recording);
    format!(
        "{before}<script type=\"application/json\" id=\"recording\">{recording}</script>\n    \
         <script type=\"module\">{script}</script>{after}"
    )
}

const STYLES_TAG: &str = "<link rel=\"stylesheet\" href=\"page.css\">";
const SCRIPT_TAG: &str = "<script type=\"module\" src=\"page.js\"></script>";

/// Returns the hash of an inline script or style in the syntax of a content security policy.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// Escapes `</` and `<!--` in a script that is embedded in HTML, because they could end or hide the script.
///
/// Both can occur only in strings, templates and regular expressions. An additional backslash does not change
/// the meaning of these.
fn escape_script(script: &str) -> String {
    script.replace("<!--", "<\\!--").replace("</", "<\\/")
}

fn escape_styles(styles: &str) -> String {
    styles.replace("</", "<\\/")
}

/// Escapes JSON for HTML. The replaced characters can occur only in strings.
fn escape_json(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_end_tags_are_escaped() {
        assert_eq!(escape_script("const a = \"</script><!-- x\";"), "const a = \"<\\/script><\\!-- x\";");
        assert_eq!(escape_styles("a { content: \"</style>\" }"), "a { content: \"<\\/style>\" }");
        let json = escape_json("{\"says\":\"</script><script>alert(1)</script>\u{2028}\"}");
        assert_eq!(json, "{\"says\":\"\\u003c/script>\\u003cscript>alert(1)\\u003c/script>\\u2028\"}");
    }

    #[test]
    fn report_loads_no_other_file() {
        let report = report("{\"hello\":\"</script>\"}");
        assert!(report.contains("id=\"recording\">{\"hello\":\"\\u003c/script>\"}</script>"), "{report}");
        for outside in [" src=", "page.css", "page.js", "icon.svg", "href=\"http"] {
            let head = report.split("<style>").next().unwrap();
            assert!(!head.contains(outside), "{outside}: {head}");
        }
        assert_eq!(report.matches("</script>").count(), 2);
        assert_eq!(report.matches("</style>").count(), 1);
        assert!(report.contains("<style>\n:root") || report.contains("<style>\n/*"), "{report}");
        assert!(report.trim_end().ends_with("</html>"));
    }

    #[test]
    fn content_security_policy_allows_inline_script_and_styles() {
        let report = report("{}");
        let within = |from: &str, to: &str| {
            let (_, rest) = report.split_once(from).unwrap();
            rest.split_once(to).unwrap().0.to_owned()
        };
        let script = within("<script type=\"module\">", "</script>");
        let styles = within("<style>", "</style>");
        let policy = within("Content-Security-Policy\" content=\"", "\"");
        assert!(policy.contains(&format!("script-src '{}'", hash(&script))), "{policy}");
        assert!(policy.contains(&format!("style-src '{}'", hash(&styles))), "{policy}");
        // Output of `printf abc | openssl dgst -sha256 -binary | base64`.
        assert_eq!(hash("abc"), "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }
}
