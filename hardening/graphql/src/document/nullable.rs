//! The nullable fields of a schema's root types.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{OperationType, ServiceDocument, TypeKind, TypeSystemDefinition};

/// The root fields whose value is `null` after an error. An error in any other root field makes the whole `data` null.
#[derive(Debug)]
pub(crate) struct NullableFields(Vec<(OperationType, String)>);

impl NullableFields {
    /// Reads them from a schema in the schema definition language.
    ///
    /// A schema that does not parse has none, so that every error makes `data` null: this is what async-graphql itself
    /// has written.
    pub(crate) fn of(sdl: &str) -> Self {
        // The introspection field `__type` is part of every schema and of no definition.
        let mut nullable = vec![(OperationType::Query, "__type".to_owned())];
        if let Ok(schema) = parse_schema(sdl) {
            for (kind, root) in roots(&schema) {
                nullable.extend(nullable_fields(&schema, root).map(|field| (kind, field)));
            }
        }
        Self(nullable)
    }

    pub(crate) fn contains(&self, kind: OperationType, field: &str) -> bool {
        self.0.iter().any(|(root, name)| *root == kind && name == field)
    }
}

/// Returns the names of the root types.
fn roots(schema: &ServiceDocument) -> impl Iterator<Item = (OperationType, &str)> {
    let definitions = schema.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Schema(schema) => Some(&schema.node),
        _ => None,
    });
    let named = definitions.flat_map(|schema| {
        [
            (OperationType::Query, &schema.query),
            (OperationType::Mutation, &schema.mutation),
            (OperationType::Subscription, &schema.subscription),
        ]
    });
    named.filter_map(|(kind, name)| Some((kind, name.as_ref()?.node.as_str())))
}

fn nullable_fields(schema: &ServiceDocument, root: &str) -> impl Iterator<Item = String> {
    let types = schema.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(&definition.node),
        _ => None,
    });
    let fields = types.filter(move |kind| kind.name.node == root).filter_map(|kind| match &kind.kind {
        TypeKind::Object(object) => Some(&object.fields),
        _ => None,
    });
    let nullable = fields.flatten().filter(|field| field.node.ty.node.nullable);
    nullable.map(|field| field.node.name.node.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nullable_root_fields_are_read_from_the_schema() {
        let nullable = NullableFields::of(
            "type Q { a: Int b: [Int]! } type M { b: Int } type Other { c: Int } schema { query: Q mutation: M }",
        );
        assert!(nullable.contains(OperationType::Query, "a"));
        assert!(nullable.contains(OperationType::Query, "__type"));
        assert!(nullable.contains(OperationType::Mutation, "b"));
        assert!(!nullable.contains(OperationType::Query, "b"));
        assert!(!nullable.contains(OperationType::Query, "c"));
    }
}
