//! The variables that an operation needs: each with its value, given or by default.
//!
//! Their types are checked by the library, at the places where they are used.

use async_graphql::parser::types::OperationDefinition;
use async_graphql::{ServerError, Value, Variables};

use crate::errors::{code, request_error};

/// Fills in the defaults, and checks that nothing is missing. The library knows of defaults in arguments, but not in
/// `@skip` and `@include`.
pub(super) fn complete(operation: &OperationDefinition, given: &mut Variables) -> Result<(), ServerError> {
    for definition in &operation.variable_definitions {
        let (name, wanted) = (&definition.node.name.node, &definition.node.var_type.node);
        if let Some(default) = &definition.node.default_value {
            given.entry(name.clone()).or_insert_with(|| default.node.clone());
        }
        if !wanted.nullable && given.get(name).is_none_or(|value| *value == Value::Null) {
            let message = format!("variable ${name} of type {wanted} has no value");
            return Err(request_error(code::VALIDATION_FAILED, message, Some(definition.pos)));
        }
    }
    Ok(())
}
