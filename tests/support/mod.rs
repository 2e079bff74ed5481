//! Servers, clients and programs for the tests.

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
pub(crate) mod workshop;

/// Runs each test for each API: `each_api!(name, ...)` makes `rest::name`, `graphql::name`, `grpc::name` of a
/// `async fn name<A: Api>()`.
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

/// Like `each_api!`, for REST and GraphQL, which use HTTP/1.1.
macro_rules! each_http {
    ($($name:ident),+ $(,)?) => {
        each_api!(@api rest, clients::Rest, $($name),+);
        each_api!(@api graphql, clients::Graphql, $($name),+);
    };
}
