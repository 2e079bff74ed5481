//! The three APIs on PostgreSQL, held to the tests of the APIs in memory.

use crate::api::scenario::run_scenarios;
use crate::store::stores::Stores;
use crate::support::api::Api;

each_api!(scenarios_return_the_expected_results);

async fn scenarios_return_the_expected_results<A: Api>() {
    let Some(stores) = Stores::postgres() else { return };
    run_scenarios::<A>(&stores).await;
}
