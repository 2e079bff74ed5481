//! The two stores of the shelf, held to the same tests, and a database that fails.

/// Runs each test on each store: `each_store!(name, ...)` makes `memory::name` and `postgres::name` of an
/// `async fn name(stores: Stores)`.
macro_rules! each_store {
    ($($name:ident),+ $(,)?) => {
        mod memory {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name($crate::store::stores::Stores::Memory).await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test]
                async fn $name() {
                    let Some(stores) = $crate::store::stores::Stores::postgres() else { return };
                    super::$name(stores).await;
                }
            )+
        }
    };
}

pub(crate) mod apis;
pub(crate) mod faults;
pub(crate) mod kills;
pub(crate) mod messages;
pub(crate) mod operations;
pub(crate) mod processes;
pub(crate) mod stores;
