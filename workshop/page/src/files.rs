//! The files that a server returns.

/// The HTML of the page. It refers to `page.js`, `page.css` and `icon.svg` in the same folder.
pub const INDEX: &str = include_str!("../web/index.html");

/// The HTML of the page that a browser without the token gets.
pub const NO_TOKEN: &str = include_str!("../web/no-token.html");

/// The HTML of the page for participants of a room. It refers to `room.js`, `page.css` and `icon.svg` in the same folder.
pub const ROOM_INDEX: &str = include_str!("../web/room/index.html");

/// The JavaScript modules of the page for participants, bundled into one script.
pub const ROOM_SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/room.js"));

/// The JavaScript modules of the page, bundled into one script.
pub const SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/page.js"));

/// All style sheets, bundled into one.
pub const STYLES: &str = include_str!(concat!(env!("OUT_DIR"), "/page.css"));

/// The page's icon as SVG.
pub const ICON: &str = include_str!("../web/icon.svg");
