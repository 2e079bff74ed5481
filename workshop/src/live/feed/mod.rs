pub(crate) mod comparison;
pub(crate) mod follow;
pub(crate) mod history;
pub(crate) mod socket_table;
