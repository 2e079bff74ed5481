//! The services and types of a descriptor set, by name and by number.
//!
//! Only what formatting a message needs is read: names, numbers and types. All else in a descriptor set, such as options
//! and the features of an edition, is neither read nor checked, so every set that protoc has compiled can be used. A
//! library that checks it all refuses some public contracts, and panics on those with an edition.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use super::Error;

/// The services and types of a descriptor set.
#[derive(Debug, Default)]
pub(super) struct Index {
    messages: Vec<Message>,
    enums: Vec<BTreeMap<i32, String>>,
    /// The request and response types of each method, by the full name of its service and its own name.
    methods: HashMap<String, HashMap<String, (usize, usize)>>,
}

/// The type of a message.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) name: String,
    /// `true` for the entries of a map field.
    pub(super) is_map_entry: bool,
    pub(super) fields: HashMap<u32, Field>,
}

/// A field of a message type.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    /// Name of the field in JSON: `pageSize` for `page_size`.
    pub(super) json_name: String,
    pub(super) is_repeated: bool,
    pub(super) kind: Kind,
}

/// The type of a field. A message or an enum is an index in the vector of the [`Index`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Scalar(Type),
    Enum(usize),
    Message(usize),
}

impl Index {
    /// Returns the services and types of the files.
    ///
    /// # Errors
    /// If the files name a type that none of them defines.
    pub(super) fn of(files: &[FileDescriptorProto]) -> Result<Arc<Self>, Error> {
        let mut types = Types::default();
        for file in files {
            types.add(file.package(), &file.message_type, &file.enum_type);
        }
        let mut index = Self::default();
        for (name, message) in &types.messages {
            let fields = message.field.iter().map(|field| types.field(name, field));
            let fields = fields.filter_map(Result::transpose).collect::<Result<_, _>>()?;
            let is_map_entry = message.options.as_ref().is_some_and(prost_types::MessageOptions::map_entry);
            index.messages.push(Message { name: name.clone(), is_map_entry, fields });
        }
        index.enums = types.enums.iter().map(|values| names_of(values)).collect();
        for file in files {
            index.add_extensions(&types, file.package(), &file.extension)?;
            for service in &file.service {
                let name = join(file.package(), service.name());
                let methods = service.method.iter().map(|method| {
                    let of = || join(&name, method.name());
                    let input = types.message(&name, method.input_type(), of)?;
                    Ok((method.name().to_owned(), (input, types.message(&name, method.output_type(), of)?)))
                });
                let methods = methods.collect::<Result<_, Error>>()?;
                index.methods.insert(name, methods);
            }
        }
        for (name, message) in &types.messages {
            index.add_extensions(&types, name, &message.extension)?;
        }
        Ok(Arc::new(index))
    }

    pub(super) fn has_services(&self) -> bool {
        !self.methods.is_empty()
    }

    /// Returns the request and response types of a method.
    pub(super) fn method(&self, service: &str, method: &str) -> Option<(usize, usize)> {
        self.methods.get(service)?.get(method).copied()
    }

    pub(super) fn message(&self, at: usize) -> Option<&Message> {
        self.messages.get(at)
    }

    pub(super) fn enum_values(&self, at: usize) -> Option<&BTreeMap<i32, String>> {
        self.enums.get(at)
    }

    /// Adds extensions to the messages that they extend. `scope` is the full name of the message or package in which they
    /// are defined.
    fn add_extensions(
        &mut self,
        types: &Types<'_>,
        scope: &str,
        extensions: &[FieldDescriptorProto],
    ) -> Result<(), Error> {
        for extension in extensions {
            // Options are extended, too. Their types are seldom in the set, and no message contains them.
            let Some(TypeAt::Message(extendee)) = types.find(scope, extension.extendee()) else { continue };
            let Some((number, mut field)) = types.field(scope, extension)? else { continue };
            field.name = format!("[{}]", join(scope, &field.name));
            field.json_name.clone_from(&field.name);
            if let Some(message) = self.messages.get_mut(extendee) {
                message.fields.entry(number).or_insert(field);
            }
        }
        Ok(())
    }
}

/// The types that the files of a set define.
#[derive(Default)]
struct Types<'a> {
    by_name: HashMap<String, TypeAt>,
    messages: Vec<(String, &'a DescriptorProto)>,
    enums: Vec<&'a EnumDescriptorProto>,
}

#[derive(Clone, Copy)]
enum TypeAt {
    Message(usize),
    Enum(usize),
}

impl<'a> Types<'a> {
    fn add(&mut self, scope: &str, messages: &'a [DescriptorProto], enums: &'a [EnumDescriptorProto]) {
        for message in messages {
            let name = join(scope, message.name());
            self.by_name.insert(name.clone(), TypeAt::Message(self.messages.len()));
            self.messages.push((name.clone(), message));
            self.add(&name, &message.nested_type, &message.enum_type);
        }
        for values in enums {
            self.by_name.insert(join(scope, values.name()), TypeAt::Enum(self.enums.len()));
            self.enums.push(values);
        }
    }

    /// Finds a type by a name that a definition in `scope` uses. A name that begins with a dot is a full name; another one
    /// is searched for in the innermost scope first.
    fn find(&self, scope: &str, name: &str) -> Option<TypeAt> {
        if let Some(full) = name.strip_prefix('.') {
            return self.by_name.get(full).copied();
        }
        let mut scope = scope;
        loop {
            if let Some(found) = self.by_name.get(&join(scope, name)) {
                return Some(*found);
            }
            if scope.is_empty() {
                return None;
            }
            scope = scope.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
    }

    fn message(&self, scope: &str, name: &str, used_by: impl Fn() -> String) -> Result<usize, Error> {
        match self.find(scope, name) {
            Some(TypeAt::Message(at)) => Ok(at),
            _ => Err(unknown(name, used_by())),
        }
    }

    /// Returns the number of a field, and the field. `None` for a field whose number is invalid.
    fn field(&self, scope: &str, field: &FieldDescriptorProto) -> Result<Option<(u32, Field)>, Error> {
        let Ok(number) = u32::try_from(field.number()) else { return Ok(None) };
        let kind = match field.type_name() {
            "" => Kind::Scalar(field.r#type()),
            name => match self.find(scope, name) {
                Some(TypeAt::Message(at)) => Kind::Message(at),
                Some(TypeAt::Enum(at)) => Kind::Enum(at),
                None => return Err(unknown(name, join(scope, field.name()))),
            },
        };
        let json_name = match field.json_name() {
            "" => camel_case(field.name()),
            name => name.to_owned(),
        };
        let is_repeated = field.label() == Label::Repeated;
        Ok(Some((number, Field { name: field.name().to_owned(), json_name, is_repeated, kind })))
    }
}

/// Returns the name of a field in JSON, as protoc derives it.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut chars = word.chars();
        camel.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(chars.as_str());
    }
    camel
}

fn unknown(name: &str, used_by: String) -> Error {
    Error::UnknownType { name: name.trim_start_matches('.').to_owned(), used_by }
}

/// Returns the names of an enum's values. Of two names of one number, the first is used.
fn names_of(values: &EnumDescriptorProto) -> BTreeMap<i32, String> {
    values.value.iter().rev().map(|value| (value.number(), value.name().to_owned())).collect()
}

fn join(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}
