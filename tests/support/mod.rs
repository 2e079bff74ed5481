//! Helpers for the tests: servers, clients and external programs.

pub(crate) mod api;
pub(crate) mod browser;
pub(crate) mod ends;
pub(crate) mod http2;
pub(crate) mod keep_alive;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod program;
pub(crate) mod raw;
pub(crate) mod recorded;
pub(crate) mod tls;
pub(crate) mod tour;
pub(crate) mod trace_text;
pub(crate) mod unavailable_store;
pub(crate) mod workshop;

/// Runs tests for each of the three APIs: `each_api!(name)` makes the tests `rest::name`, `graphql::name` and
/// `grpc::name` from an `async fn name<A: Api>()`.
macro_rules! each_api {
    ($($name:ident),+ $(,)?) => {
        each_api!(@api rest, clients::Rest, $($name),+);
        each_api!(@api graphql, clients::Graphql, $($name),+);
        each_api!(@api grpc, clients::Grpc, $($name),+);
    };
    (@api $module:ident, $api:ty, $($name:ident),+) => {
        mod $module {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name::<$api>().await;
                }
            )+
        }
    };
}

/// Like `each_api!`, but only for REST and GraphQL, whose servers accept HTTP/1.1.
macro_rules! each_http {
    ($($name:ident),+ $(,)?) => {
        each_api!(@api rest, clients::Rest, $($name),+);
        each_api!(@api graphql, clients::Graphql, $($name),+);
    };
}
