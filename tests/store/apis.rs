//! Runs the tests of the three APIs on a shelf in PostgreSQL.

use crate::api::scenario::run_scenarios;
use crate::store::stores::Stores;
use crate::support::api::Api;

each_api!(results_match_those_expected_in_scenario_json);

async fn results_match_those_expected_in_scenario_json<A: Api>() {
    let Some(stores) = Stores::postgres() else { return };
    run_scenarios::<A>(&stores).await;
}
