//! The wire format of protobuf: <https://protobuf.dev/programming-guides/encoding>.

/// Wire type of the tag that begins a group.
const START_GROUP: u8 = 3;
/// Wire type of the tag that ends a group.
const END_GROUP: u8 = 4;
/// Maximum depth of groups in groups. Decoders of protobuf have the same limit.
const MAX_GROUPS: usize = 100;

/// Fields of a protobuf message that have not been read yet.
#[derive(Clone, Debug)]
pub(super) struct Wire<'a> {
    bytes: &'a [u8],
}

/// The value of a field in the wire format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Varint(u64),
    Fixed64([u8; 8]),
    Fixed32([u8; 4]),
    /// A string, bytes, a message or a packed list.
    Bytes(&'a [u8]),
    /// The beginning of a string, bytes, a message or a packed list whose end is missing.
    Cut(&'a [u8]),
    /// The fields of a group, between its two tags. Proto2 has groups, and editions have them as the encoding `DELIMITED`.
    Group(&'a [u8]),
    /// The first fields of a group whose end is missing.
    CutGroup(&'a [u8]),
}

/// Reason why a field cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The bytes end inside the field.
    Cut,
    /// The field is not valid protobuf.
    Malformed,
}

impl<'a> Wire<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Reads the number and value of the next field.
    pub(super) fn field(&mut self) -> Result<(u32, Value<'a>), Broken> {
        let (number, kind) = self.tag()?;
        let value = match kind {
            START_GROUP => self.group(number)?,
            kind => self.value(kind)?,
        };
        Ok((number, value))
    }

    /// Reads the number and the wire type of the next field.
    fn tag(&mut self) -> Result<(u32, u8), Broken> {
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).ok().filter(|number| *number > 0).ok_or(Broken::Malformed)?;
        Ok((number, (tag & 7) as u8))
    }

    /// Reads a value of any wire type except a group.
    fn value(&mut self, kind: u8) -> Result<Value<'a>, Broken> {
        Ok(match kind {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(self.fixed()?),
            2 => self.bytes()?,
            5 => Value::Fixed32(self.fixed()?),
            _ => return Err(Broken::Malformed),
        })
    }

    /// Reads a group up to the end tag with its number, over the groups in it.
    fn group(&mut self, number: u32) -> Result<Value<'a>, Broken> {
        let (whole, mut open) = (self.bytes, vec![number]);
        while let Some(innermost) = open.last() {
            let before = self.bytes;
            let read = match self.tag() {
                Ok((number, END_GROUP)) if number == *innermost => {
                    open.pop();
                    if open.is_empty() {
                        return Ok(Value::Group(whole.get(..whole.len() - before.len()).unwrap_or_default()));
                    }
                    Ok(())
                }
                Ok((number, START_GROUP)) => {
                    open.push(number);
                    if open.len() > MAX_GROUPS { Err(Broken::Malformed) } else { Ok(()) }
                }
                Ok((_, kind)) => match self.value(kind) {
                    Ok(Value::Cut(_)) => Err(Broken::Cut),
                    other => other.map(|_| ()),
                },
                Err(broken) => Err(broken),
            };
            match read {
                Ok(()) => {}
                Err(Broken::Cut) => {
                    self.bytes = &[];
                    return Ok(Value::CutGroup(whole));
                }
                Err(broken) => return Err(broken),
            }
        }
        Err(Broken::Malformed)
    }

    pub(super) fn varint(&mut self) -> Result<u64, Broken> {
        let mut value = 0;
        for (at, byte) in self.bytes.iter().enumerate().take(10) {
            value |= u64::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                self.bytes = self.bytes.get(at + 1..).unwrap_or_default();
                return Ok(value);
            }
        }
        Err(if self.bytes.len() < 10 { Broken::Cut } else { Broken::Malformed })
    }

    pub(super) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        let (value, rest) = self.bytes.split_first_chunk().ok_or(Broken::Cut)?;
        self.bytes = rest;
        Ok(*value)
    }

    fn bytes(&mut self) -> Result<Value<'a>, Broken> {
        let length = usize::try_from(self.varint()?).map_err(|_| Broken::Malformed)?;
        match self.bytes.split_at_checked(length) {
            Some((value, rest)) => {
                self.bytes = rest;
                Ok(Value::Bytes(value))
            }
            None => Ok(Value::Cut(std::mem::take(&mut self.bytes))),
        }
    }
}

/// Returns `true` if the bytes can be parsed as a complete protobuf message.
pub(super) fn is_message(bytes: &[u8]) -> bool {
    let mut wire = Wire::new(bytes);
    while !wire.is_empty() {
        match wire.field() {
            Ok((_, Value::Cut(_) | Value::CutGroup(_))) | Err(_) => return false,
            Ok(_) => {}
        }
    }
    !bytes.is_empty()
}
