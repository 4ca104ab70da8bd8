//! Undecorates C++ names as the Microsoft compiler writes them.
//!
//! Only the qualified name is read (`?Dispatch@RPC@@QAEJPAU...` is `RPC::Dispatch`); what follows it, the
//! types, is left. Template arguments are dropped, constructors, destructors and the usual operators named.

/// Names nested deeper than this in template arguments are not read.
const DEEPEST: usize = 8;

/// The qualified name in a decorated one; `None` when it is none that this reads.
pub(super) fn undecorate(name: &str) -> Option<String> {
    let mut reader = Reader { rest: name.strip_prefix('?')?, names: Vec::new(), depth: 0 };
    let special = match reader.rest.strip_prefix('?') {
        // `??$Name@...` is a function template, not an operator.
        Some(rest) if !rest.starts_with('$') => {
            let (length, special) = special(rest)?;
            reader.rest = rest.get(length..)?;
            Some(special)
        }
        _ => None,
    };
    let mut parts = reader.qualified()?;
    if let Some(special) = special {
        let class = parts.first().map_or("", String::as_str);
        let own = match special {
            "ctor" => class.to_owned(),
            "dtor" => format!("~{class}"),
            other => other.to_owned(),
        };
        parts.insert(0, own);
    }
    parts.reverse();
    Some(parts.join("::"))
}

/// Operators and generated functions: length of the code, name.
fn special(rest: &str) -> Option<(usize, &'static str)> {
    const SPECIAL: &[(&str, &str)] = &[
        ("0", "ctor"),
        ("1", "dtor"),
        ("2", "operator new"),
        ("3", "operator delete"),
        ("4", "operator="),
        ("A", "operator[]"),
        ("C", "operator->"),
        ("R", "operator()"),
        ("_G", "scalar deleting destructor"),
        ("_E", "vector deleting destructor"),
        ("_U", "operator new[]"),
        ("_V", "operator delete[]"),
    ];
    SPECIAL.iter().find(|(code, _)| rest.starts_with(code)).map(|(code, name)| (code.len(), *name))
}

struct Reader<'n> {
    rest: &'n str,
    /// Names read so far; a digit refers back to one.
    names: Vec<String>,
    depth: usize,
}

impl Reader<'_> {
    /// The parts of a qualified name, innermost first: `Dispatch@RPC@@`.
    fn qualified(&mut self) -> Option<Vec<String>> {
        let mut parts = Vec::new();
        loop {
            let next = self.rest.chars().next()?;
            if next == '@' {
                self.rest = &self.rest[1..];
                return Some(parts);
            }
            if let Some(digit) = next.to_digit(10) {
                self.rest = &self.rest[1..];
                parts.push(self.names.get(digit as usize)?.clone());
                continue;
            }
            let part = match self.rest.strip_prefix("?$").or_else(|| self.rest.strip_prefix("?A")) {
                Some(rest) => {
                    let template = self.rest.starts_with("?$");
                    self.rest = rest;
                    let name = self.simple()?;
                    if template {
                        self.skip_arguments()?;
                    }
                    name
                }
                None => self.simple()?,
            };
            self.names.push(part.clone());
            parts.push(part);
        }
    }

    /// A name up to its `@`.
    fn simple(&mut self) -> Option<String> {
        let (name, rest) = self.rest.split_once('@')?;
        self.rest = rest;
        Some(name.trim_start_matches('?').trim_start_matches('$').to_owned())
    }

    /// Skips template arguments and the `@` that ends them.
    fn skip_arguments(&mut self) -> Option<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        loop {
            let next = self.rest.chars().next()?;
            self.rest = self.rest.get(next.len_utf8()..)?;
            match next {
                '@' => break,
                // A class, struct or union: its name follows.
                'V' | 'U' | 'T' => {
                    self.qualified()?;
                }
                _ => {}
            }
        }
        self.depth -= 1;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::undecorate;

    #[test]
    fn qualified_names() {
        assert_eq!(undecorate("?Dispatch@RPC@@QAEJPAU_M@@@Z").as_deref(), Some("RPC::Dispatch"));
        assert_eq!(undecorate("?Free@@YAXPAX@Z").as_deref(), Some("Free"));
        assert_eq!(undecorate("?a@b@c@@YAXXZ").as_deref(), Some("c::b::a"));
    }

    #[test]
    fn constructors_destructors_operators() {
        assert_eq!(undecorate("??0CFoo@@QAE@XZ").as_deref(), Some("CFoo::CFoo"));
        assert_eq!(undecorate("??1CFoo@@UAE@XZ").as_deref(), Some("CFoo::~CFoo"));
        assert_eq!(undecorate("??_GCFoo@@QAEPAXI@Z").as_deref(), Some("CFoo::scalar deleting destructor"));
        assert_eq!(undecorate("??2@YAPAXI@Z").as_deref(), Some("operator new"));
    }

    #[test]
    fn template_arguments_are_dropped_and_digits_refer_back() {
        assert_eq!(undecorate("?Add@?$Tlist@VCmnHdr@@@@QAEXXZ").as_deref(), Some("Tlist::Add"));
        assert_eq!(
            undecorate("??_G?$Tlist@VCmnHdr@@@@QAEPAXI@Z").as_deref(),
            Some("Tlist::scalar deleting destructor")
        );
        assert_eq!(undecorate("??$Max@H@@YAHHH@Z").as_deref(), Some("Max"));
        assert_eq!(undecorate("?f@A@1@YAXXZ").as_deref(), Some("A::A::f"));
    }

    #[test]
    fn what_is_cut_off_or_no_name_is_left() {
        assert_eq!(undecorate("?Dispatch@RPC"), None);
        assert_eq!(undecorate("otpmralt"), None);
        assert_eq!(undecorate("?"), None);
        assert_eq!(undecorate(&format!("?a@{}", "?$b@V".repeat(500))), None);
    }
}
