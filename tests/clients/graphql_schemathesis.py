"""What schemathesis (4.32.5) holds the GraphQL server to, besides its own checks.

Two of those stay off. `not_a_server_error` takes every error of a resolver for a fault of the server, also the one that
says that there is no book 99: the check below says better what a fault is. `positive_data_acceptance` expects that what
the schema allows is never refused, and a schema has no words for rules such as "1 to 200 characters".
"""

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

# Half of the ids are those of books that the server starts with, so that there is something to find and to change.
schemathesis.graphql.scalar("ID", st.one_of(st.integers(1, 14).map(nodes.Int), st.text().map(nodes.String)))

# All that `extensions.code` may say, but for INTERNAL_SERVER_ERROR.
CODES = {
    "BAD_REQUEST",
    "BAD_USER_INPUT",
    "CONFLICT",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "LIMIT_REACHED",
    "NOT_FOUND",
}


@schemathesis.check
def every_error_has_a_code_and_none_is_internal(ctx, response, case):
    assert response.status_code < 500, f"the status is {response.status_code}"
    answer = response.json()
    assert isinstance(answer, dict) and ("data" in answer or answer.get("errors")), "not a GraphQL response"
    for error in answer.get("errors", []):
        code = error.get("extensions", {}).get("code")
        assert code in CODES, f"the code {code!r} of {error['message']!r} is none that is documented"
