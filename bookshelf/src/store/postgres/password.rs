//! The sources of the password for a database.

use tokio_postgres::Config;

use super::url::DatabaseUrl;
use super::{OpenError, pass_file};

/// Returns the configuration of connections, with the password from the URL, from `PGPASSWORD` or from the
/// password file: the first of these that contains one.
pub(super) fn configure(url: &DatabaseUrl) -> Result<Config, OpenError> {
    let mut config = url.config().clone();
    if config.get_password().is_none() {
        if let Some(password) = std::env::var_os("PGPASSWORD") {
            config.password(password.as_encoded_bytes());
        } else if let Some(password) = pass_file::password_of(url)? {
            config.password(password);
        }
    }
    Ok(config)
}
