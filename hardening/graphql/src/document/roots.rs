//! Reads the names and nullable fields of the root types from a schema.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, OperationType, ServiceDocument, TypeKind, TypeSystemDefinition,
};

/// The query, mutation and subscription types of a schema.
#[derive(Debug)]
pub(crate) struct RootTypes {
    query: RootType,
    mutation: RootType,
    subscription: RootType,
}

/// Name and nullable fields of a root type.
#[derive(Debug, Default)]
pub(crate) struct RootType {
    pub(crate) name: String,
    nullable: Vec<String>,
}

impl RootTypes {
    /// Reads the root types from a schema in the schema definition language.
    ///
    /// If `sdl` does not parse, no field counts as nullable, so that every error sets `data` to null. In
    /// practice `sdl` always parses, because async-graphql itself wrote it.
    pub(crate) fn from_sdl(sdl: &str) -> Self {
        let definitions = parse_schema(sdl).map(|schema| schema.definitions).unwrap_or_default();
        let schema = ServiceDocument { definitions };
        let root = |kind| RootType::of(&schema, kind).unwrap_or_default();
        let mut query = root(OperationType::Query);
        // Every schema has this introspection field, but no definition lists it.
        query.nullable.push("__type".to_owned());
        Self {
            query,
            mutation: root(OperationType::Mutation),
            subscription: root(OperationType::Subscription),
        }
    }

    pub(crate) fn get(&self, kind: OperationType) -> &RootType {
        match kind {
            OperationType::Query => &self.query,
            OperationType::Mutation => &self.mutation,
            OperationType::Subscription => &self.subscription,
        }
    }
}

impl RootType {
    fn of(schema: &ServiceDocument, kind: OperationType) -> Option<Self> {
        let definition = schema.definitions.iter().find_map(|definition| match definition {
            TypeSystemDefinition::Schema(schema) => Some(&schema.node),
            _ => None,
        })?;
        let name = match kind {
            OperationType::Query => &definition.query,
            OperationType::Mutation => &definition.mutation,
            OperationType::Subscription => &definition.subscription,
        };
        let name = name.as_ref()?.node.to_string();
        let fields = fields(schema, &name).filter(|field| field.ty.node.nullable);
        let nullable = fields.map(|field| field.name.node.to_string()).collect();
        Some(Self { name, nullable })
    }

    /// Returns `true` if an error in the field sets it to null, `false` if it sets the whole `data` to null.
    pub(crate) fn is_nullable(&self, field: &str) -> bool {
        self.nullable.iter().any(|name| name == field)
    }
}

fn fields<'a>(schema: &'a ServiceDocument, object: &str) -> impl Iterator<Item = &'a FieldDefinition> {
    let fields = schema.definitions.iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) if definition.node.name.node == object => {
            match &definition.node.kind {
                TypeKind::Object(object) => Some(&object.fields),
                _ => None,
            }
        }
        _ => None,
    });
    fields.into_iter().flatten().map(|field| &field.node)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_type_names_and_nullable_fields_are_parsed() {
        let roots = RootTypes::from_sdl(
            "type Q { a: Int b: [Int]! } type M { b: Int } type Other { c: Int } schema { query: Q mutation: M }",
        );
        let query = roots.get(OperationType::Query);
        assert_eq!(query.name, "Q");
        assert_eq!(
            ["a", "b", "c", "__type"].map(|field| query.is_nullable(field)),
            [true, false, false, true]
        );
        assert!(roots.get(OperationType::Mutation).is_nullable("b"));
        assert_eq!(roots.get(OperationType::Subscription).name, "");
    }
}
