//! Whether the variables that an operation needs are there.
//!
//! Their types are checked by the library, at the places where they are used.

use async_graphql::parser::types::OperationDefinition;
use async_graphql::{ServerError, Value, Variables};

use crate::fault::{code, request_error};

pub(super) fn check(operation: &OperationDefinition, given: &Variables) -> Result<(), ServerError> {
    for definition in &operation.variable_definitions {
        let (name, wanted) = (&definition.node.name.node, &definition.node.var_type.node);
        let missing = match given.get(name) {
            None => definition.node.default_value.is_none(),
            Some(value) => *value == Value::Null,
        };
        if missing && !wanted.nullable {
            let message = format!("variable ${name} of type {wanted} has no value");
            return Err(request_error(code::VALIDATION_FAILED, message, Some(definition.pos)));
        }
    }
    Ok(())
}
