//! Known issues in the compact form that the binary carries.
//!
//! TOML costs 14 microseconds a kilobyte to read, and a triage needs a tenth of it: the clauses of every
//! issue, and the prose of the one that matched. A pack is a table of ids and places, then one body for each
//! issue that begins with its clauses, so that these are read without the rest:
//!
//! ```text
//! "kbtriage pack 2\n"
//! checksum         CRC-32 of all that follows
//! runtime frames   count, then frame, reason and class of each
//! table            count, then id, path, start and length of each body
//! bodies           length of the clauses, match, id, title, products, status, url, ... , example, allow
//! ```
//!
//! Numbers are 32 bits, the low byte first; text and lists begin with their length. Reading never fails: what
//! a damaged pack does not hold reads as empty. The build script includes this file and [`model`](super::model).

use super::model::{
    Allow, BugcheckClause, Clauses, EventClause, Example, ExceptionClause, Expect, FaultClause, Fix,
    RuntimeEntry, Signature, Standing, Status,
};
use std::borrow::Cow;

/// Packs the fields of a struct one after the other.
macro_rules! packed {
    ($name:ident { $($field:ident),* }) => {
        impl Packed for $name {
            fn put(&self, to: &mut Vec<u8>) {
                $(self.$field.put(to);)*
            }

            fn take(from: &mut Reader<'_>) -> Self {
                $(let $field = Packed::take(from);)*
                $name { $($field),* }
            }
        }
    };
}

/// Packs one of two values as whether it is the first.
macro_rules! packed_choice {
    ($name:ident { $first:ident, $second:ident }) => {
        impl Packed for $name {
            fn put(&self, to: &mut Vec<u8>) {
                (*self == $name::$first).put(to);
            }

            fn take(from: &mut Reader<'_>) -> Self {
                if bool::take(from) { $name::$first } else { $name::$second }
            }
        }
    };
}

/// How a pack begins.
const MAGIC: &[u8] = b"kbtriage pack 2\n";
/// How a pack of any version begins.
const ANY: &[u8] = b"kbtriage pack ";

/// A row of the table.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Id of the signature.
    pub(super) id: String,
    /// Its file.
    pub(super) path: String,
    /// Where it stands.
    pub(super) body: Body,
}

/// Where a signature stands in a pack, counted from where the bodies begin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Body {
    start: u32,
    length: u32,
}

/// Packs signatures, each with the path of its file, and the runtime frames.
pub(super) fn write(signatures: &[(String, Signature)], frames: &Vec<RuntimeEntry>) -> Vec<u8> {
    let mut bodies = Vec::new();
    let mut table = Vec::new();
    for (path, signature) in signatures {
        let start = bodies.len();
        put_body(signature, &mut bodies);
        let length = number(bodies.len() - start);
        let body = Body { start: number(start), length };
        table.push(Row { id: signature.id.clone(), path: path.clone(), body });
    }
    let mut rest = Vec::new();
    frames.put(&mut rest);
    table.put(&mut rest);
    rest.extend(bodies);
    let mut pack = MAGIC.to_vec();
    crc32fast::hash(&rest).put(&mut pack);
    pack.extend(rest);
    pack
}

/// Whether bytes are a pack, of whatever version.
pub(super) fn is_pack(bytes: &[u8]) -> bool {
    bytes.starts_with(ANY)
}

/// Why a pack cannot be used, if that is so, and what to do.
pub(super) fn fault(bytes: &[u8]) -> Option<&'static str> {
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        return Some("a pack of another version of kbtriage: make it again with kb compile");
    };
    let mut reader = Reader(rest);
    let (checksum, whole) = (reader.number(), reader.0);
    (checksum != crc32fast::hash(whole)).then_some("a damaged pack: make it again with kb compile")
}

/// A pack whose table is read.
#[derive(Debug)]
pub(super) struct Pack {
    bytes: Cow<'static, [u8]>,
    /// Where the bodies begin.
    bodies: usize,
}

impl Pack {
    /// The pack, its rows and its runtime frames; `None` when it is no pack.
    pub(super) fn open(bytes: Cow<'static, [u8]>) -> Option<(Self, Vec<Row>, Vec<RuntimeEntry>)> {
        let mut reader = Reader(bytes.strip_prefix(MAGIC)?);
        reader.number();
        let (frames, rows) = (Vec::take(&mut reader), Vec::take(&mut reader));
        let bodies = bytes.len() - reader.0.len();
        Some((Pack { bytes, bodies }, rows, frames))
    }

    /// The clauses of a signature, and nothing else of it.
    pub(super) fn clauses(&self, body: Body) -> Vec<Clauses> {
        let mut reader = self.reader(body);
        reader.number();
        Vec::take(&mut reader)
    }

    /// What a list says of a signature, and nothing else of it.
    pub(super) fn heading(&self, body: Body) -> Heading {
        let mut reader = self.reader(body);
        let clauses = reader.number();
        reader.bytes(clauses as usize);
        Heading::take(&mut reader)
    }

    /// A whole signature.
    pub(super) fn signature(&self, body: Body) -> Signature {
        let mut reader = self.reader(body);
        reader.number();
        let matches = Packed::take(&mut reader);
        let Heading { id, title, products, status, url } = Packed::take(&mut reader);
        let Rest { cause, resolution, workaround, fixed_in, examples, allows } = Packed::take(&mut reader);
        Signature {
            matches,
            id,
            title,
            products,
            status,
            url,
            cause,
            resolution,
            workaround,
            fixed_in,
            examples,
            allows,
        }
    }

    fn reader(&self, body: Body) -> Reader<'_> {
        let start = self.bodies.saturating_add(body.start as usize);
        Reader(self.bytes.get(start..start.saturating_add(body.length as usize)).unwrap_or_default())
    }
}

/// What is left to read.
struct Reader<'p>(&'p [u8]);

impl<'p> Reader<'p> {
    fn bytes(&mut self, length: usize) -> &'p [u8] {
        let (bytes, rest) = self.0.split_at_checked(length).unwrap_or_default();
        self.0 = rest;
        bytes
    }

    fn number(&mut self) -> u32 {
        let mut bytes = [0; 4];
        bytes.iter_mut().zip(self.bytes(4)).for_each(|(to, from)| *to = *from);
        u32::from_le_bytes(bytes)
    }
}

/// What can stand in a pack.
trait Packed {
    fn put(&self, to: &mut Vec<u8>);
    fn take(from: &mut Reader<'_>) -> Self;
}

/// A length as it stands in a pack; nothing in one is longer than 4 GiB.
fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Packed for u32 {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend(self.to_le_bytes());
    }

    fn take(from: &mut Reader<'_>) -> Self {
        from.number()
    }
}

impl Packed for bool {
    fn put(&self, to: &mut Vec<u8>) {
        to.push(u8::from(*self));
    }

    fn take(from: &mut Reader<'_>) -> Self {
        from.bytes(1) == [1]
    }
}

impl Packed for String {
    fn put(&self, to: &mut Vec<u8>) {
        number(self.len()).put(to);
        to.extend(self.as_bytes());
    }

    fn take(from: &mut Reader<'_>) -> Self {
        let length = from.number() as usize;
        str::from_utf8(from.bytes(length)).unwrap_or_default().to_owned()
    }
}

impl<T: Packed> Packed for Option<T> {
    fn put(&self, to: &mut Vec<u8>) {
        self.is_some().put(to);
        self.iter().for_each(|value| value.put(to));
    }

    fn take(from: &mut Reader<'_>) -> Self {
        bool::take(from).then(|| T::take(from))
    }
}

impl<T: Packed> Packed for Vec<T> {
    fn put(&self, to: &mut Vec<u8>) {
        number(self.len()).put(to);
        self.iter().for_each(|value| value.put(to));
    }

    fn take(from: &mut Reader<'_>) -> Self {
        // A damaged length ends where the bytes end.
        (0..from.number()).map_while(|_| (!from.0.is_empty()).then(|| T::take(from))).collect()
    }
}

/// What a list says of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// As [`Signature::id`].
    pub id: String,
    /// As [`Signature::title`].
    pub title: String,
    /// As [`Signature::products`].
    pub products: Vec<String>,
    /// As [`Signature::status`].
    pub status: Status,
    /// As [`Signature::url`].
    pub url: Option<String>,
}

/// What only the issue that matched is asked for.
struct Rest {
    cause: Option<String>,
    resolution: Option<String>,
    workaround: Option<String>,
    fixed_in: Vec<Fix>,
    examples: Vec<Example>,
    allows: Vec<Allow>,
}

/// A body: the clauses first, behind their length, since they are read without the rest.
fn put_body(signature: &Signature, to: &mut Vec<u8>) {
    let Signature {
        matches,
        id,
        title,
        products,
        status,
        url,
        cause,
        resolution,
        workaround,
        fixed_in,
        examples,
        allows,
    } = signature.clone();
    let mut clauses = Vec::new();
    matches.put(&mut clauses);
    number(clauses.len()).put(to);
    to.extend(clauses);
    Heading { id, title, products, status, url }.put(to);
    Rest { cause, resolution, workaround, fixed_in, examples, allows }.put(to);
}

packed!(Heading { id, title, products, status, url });
packed!(Rest { cause, resolution, workaround, fixed_in, examples, allows });
packed!(Clauses { stack, anywhere, event, bugcheck, fault, exception, text });
packed!(EventClause { id, source, message, level });
packed!(BugcheckClause { code, parameters, module });
packed!(FaultClause { process, module, address, exception });
packed!(ExceptionClause { code, address });
packed!(Fix { file, version, product });
packed!(Example { expect, text });
packed!(Allow { lint, reason });
packed!(Row { id, path, body });
packed!(Body { start, length });
packed!(RuntimeEntry { frame, reason, class });
packed_choice!(Status { Reviewed, Draft });
packed_choice!(Expect { Match, NoMatch });
packed_choice!(Standing { System, Runtime });

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        id = "A-1"
        title = "t"
        products = ["p", "q"]
        status = "draft"
        cause = "c"
        fixed_in = [{ file = "a.dll", version = "1.2" }]
        match = [
            { stack = ["a!b", "a!c"], anywhere = true, text = ["x"] },
            { event = { id = 7, message = "m" }, bugcheck = { code = 10, parameters = ["*", "0x2"] } },
            { fault = { module = "m", exception = "0xc0000005" }, exception = { code = 5, address = "1" } },
        ]
        example = [{ expect = "no-match", text = "e" }, { expect = "match", text = "f" }]
        allow = [{ lint = "l", reason = "r" }]
    "#;

    fn packed() -> (Signature, Vec<RuntimeEntry>, Vec<u8>) {
        let signature: Signature = toml::from_str(TEXT).unwrap();
        let entry = |class| RuntimeEntry { frame: "a!*".into(), reason: "r".into(), class };
        let frames = vec![entry(Standing::Runtime), entry(Standing::System)];
        let pack = write(&[("a.toml".to_owned(), signature.clone())], &frames);
        (signature, frames, pack)
    }

    #[test]
    fn what_is_packed_is_read_again() {
        let (signature, frames, pack) = packed();
        let (pack, rows, read) = Pack::open(Cow::Owned(pack)).unwrap();
        let [row] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!((row.id.as_str(), row.path.as_str()), ("A-1", "a.toml"));
        assert_eq!(pack.clauses(row.body), signature.matches);
        assert_eq!(pack.signature(row.body), signature);
        assert_eq!(read, frames);
    }

    #[test]
    fn a_damaged_pack_is_read_as_far_as_it_goes() {
        let (_, _, pack) = packed();
        for end in 0..pack.len() {
            read_all(&pack[..end]);
        }
        for at in 0..pack.len() {
            let mut flipped = pack.clone();
            flipped[at] ^= 0xff;
            read_all(&flipped);
        }
        assert!(Pack::open(Cow::Borrowed(b"id = \"A-1\"")).is_none());
    }

    fn read_all(pack: &[u8]) {
        let Some((pack, rows, _)) = Pack::open(Cow::Owned(pack.to_owned())) else { return };
        for row in &rows {
            pack.clauses(row.body);
            pack.signature(row.body);
        }
    }
}
