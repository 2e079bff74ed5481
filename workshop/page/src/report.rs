//! The page as one file, with a recording in it: nothing is loaded, so it can be sent, kept, and opened anywhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::{ICON, INDEX, SCRIPT, STYLES};

/// The page with `recording`, a JSON object of `hello`, `items` and `comparison`.
#[must_use]
pub fn report(recording: &str) -> String {
    let script = format!("\n{}", script(SCRIPT));
    let styles = format!("\n{}", styles(STYLES));
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
    let recording = data(recording);
    format!(
        "{before}<script type=\"application/json\" id=\"recording\">{recording}</script>\n    \
         <script type=\"module\">{script}</script>{after}"
    )
}

const STYLES_TAG: &str = "<link rel=\"stylesheet\" href=\"page.css\">";
const SCRIPT_TAG: &str = "<script type=\"module\" src=\"page.js\"></script>";

/// As a policy names what it allows.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// The script as it may stand in HTML, where its end tag, and what begins a comment, would be taken for what they are.
/// In strings, templates and regular expressions, and it can only be there, the backslash changes nothing.
fn script(script: &str) -> String {
    script.replace("<!--", "<\\!--").replace("</", "<\\/")
}

fn styles(styles: &str) -> String {
    styles.replace("</", "<\\/")
}

/// JSON as it may stand in HTML. These characters can only be in its strings.
fn data(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inside_does_not_end_what_it_is_in() {
        assert_eq!(script("const a = \"</script><!-- x\";"), "const a = \"<\\/script><\\!-- x\";");
        assert_eq!(styles("a { content: \"</style>\" }"), "a { content: \"<\\/style>\" }");
        let said = data("{\"says\":\"</script><script>alert(1)</script>\u{2028}\"}");
        assert_eq!(said, "{\"says\":\"\\u003c/script>\\u003cscript>alert(1)\\u003c/script>\\u2028\"}");
    }

    #[test]
    fn the_report_is_the_page_with_all_of_it_inside() {
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
    fn the_policy_allows_the_script_and_the_styles_that_are_there() {
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
        // What `printf abc | openssl dgst -sha256 -binary | base64` prints.
        assert_eq!(hash("abc"), "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }
}
