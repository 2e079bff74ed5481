//! Adds default values to the variables of an operation.

use async_graphql::parser::types::OperationDefinition;
use async_graphql::{ServerError, Value, Variables};

use crate::errors::{code, request_error};

/// Adds the default values of missing variables, and fails if a required variable has no value.
///
/// async-graphql applies default values to arguments, but not to the conditions of `@skip` and `@include`.
/// The types of the values are checked by async-graphql.
pub(super) fn complete(operation: &OperationDefinition, values: &mut Variables) -> Result<(), ServerError> {
    for definition in &operation.variable_definitions {
        let (name, required) = (&definition.node.name.node, &definition.node.var_type.node);
        if let Some(default) = &definition.node.default_value {
            values.entry(name.clone()).or_insert_with(|| default.node.clone());
        }
        if !required.nullable && values.get(name).is_none_or(|value| *value == Value::Null) {
            let message = format!("variable ${name} of type {required} has no value");
            return Err(request_error(code::VALIDATION_FAILED, message, Some(definition.pos)));
        }
    }
    Ok(())
}
