//! A stop code and its parameters within a line of text, however they are spelt.

/// What may stand between a word, the code and its parameters.
pub(crate) const JOINERS: [char; 11] = [' ', '\t', ':', '"', '\'', '(', '=', '-', ',', '*', '.'];

/// A stop code as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) value: u32,
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// `0x`, `0X` or a lone `x` stands before the digits.
    pub(crate) prefixed: bool,
    /// Digits printed.
    pub(crate) digits: usize,
}

impl Code {
    /// The code that stands at an offset, if a word boundary follows.
    pub(crate) fn at(text: &str, from: usize) -> Option<Self> {
        let rest = text.get(from..)?;
        let number = Number::read(rest)?;
        let value = narrow(&number)?;
        Some(Code { value, from, to: from + number.length, prefixed: number.prefixed, digits: number.digits })
    }

    /// Whether the value is in a range from which stop codes come.
    pub(crate) fn is_stop_code(&self) -> bool {
        matches!(
            self.value,
            1..=0x1FF | 0x1000_0001..=0x1000_01FF | 0x4000_0080..=0x4000_00FF | 0xC000_0000..=0xC000_0FFF | 0xDEAD_DEAD
        )
    }

    /// Whether digits without prefix are a code and no count of something: `0000000A`, `c000021a`, and right behind
    /// the word also `STOP 24`, `Stop 7B`, `STOP A (`.
    pub(crate) fn plausible_bare(&self, text: &str, direct: bool, capitals: bool) -> bool {
        let printed = text.get(self.from..self.to).unwrap_or("");
        let letters = printed.contains(|c: char| c.is_ascii_alphabetic()) || printed.starts_with('0');
        let numeral = printed.contains(|c: char| c.is_ascii_digit());
        // `BugCheck CB, {f90c6ae0, f9949215, 81861788, 26}`: the debugger's own line.
        if direct && text.get(self.to..).is_some_and(|rest| rest.starts_with(", {")) {
            return true;
        }
        match self.digits {
            8 => numeral && self.is_stop_code(),
            1 => {
                direct
                    && capitals
                    && text.get(self.to..).is_some_and(|rest| rest.trim_start().starts_with('('))
            }
            2 | 3 => direct && numeral && self.is_stop_code() && (capitals || letters),
            _ => false,
        }
    }
}

/// The value as a code of 32 bits. `0xC0000009A` has a zero too many, `0xC00021A` one too few.
fn narrow(number: &Number) -> Option<u32> {
    let text = format!("{:x}", number.value);
    let text = match number.digits {
        7 if text.starts_with("c0") => text.replacen("c0", "c00", 1),
        9.. if text.len() == 9 && text.contains("000") => text.replacen("000", "00", 1),
        _ => text,
    };
    u32::from_str_radix(&text, 16).ok()
}

/// A hexadecimal number as people type it, the letter O for a zero included.
struct Number {
    value: u64,
    length: usize,
    prefixed: bool,
    digits: usize,
}

impl Number {
    fn read(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let prefix = match bytes {
            [b'0' | b'O' | b'o', b'x' | b'X', ..] => 2,
            [b'x' | b'X', digit, ..] if digit.is_ascii_hexdigit() => 1,
            _ => 0,
        };
        let mut value: u64 = 0;
        let (mut end, mut digits) = (prefix, 0);
        while let Some(byte) = bytes.get(end) {
            let digit = match byte {
                b'O' | b'o' if prefix > 0 || digits > 0 => 0,
                b'`' if digits == 8 => {
                    end += 1;
                    continue;
                }
                byte => match (*byte as char).to_digit(16) {
                    Some(digit) => digit,
                    None => break,
                },
            };
            // 17 digits are a slip with a zero too many; more is no number.
            value = value.checked_mul(16)?.checked_add(u64::from(digit))?;
            end += 1;
            digits += 1;
            if digits > 20 {
                return None;
            }
        }
        let next = bytes.get(end);
        // `0x1Eh` never occurs, `0x801364e3h` does.
        if matches!(next, Some(b'h' | b'H')) && digits > 0 {
            end += 1;
        }
        let bounded = bytes.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
        (digits > 0 && bounded).then_some(Number { value, length: end, prefixed: prefix > 0, digits })
    }
}

/// Codes and parameters that were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The code, and others that a list names beside it.
    pub(crate) codes: Vec<Code>,
    /// None or four.
    pub(crate) parameters: Vec<Option<u64>>,
    /// Where they end; 0 without.
    pub(crate) parameters_end: usize,
}

impl Found {
    pub(crate) fn end(&self) -> usize {
        self.codes.iter().map(|code| code.to).max().unwrap_or(0).max(self.parameters_end)
    }
}

/// Reads the code at an offset and what belongs to it.
pub(crate) fn read(text: &str, from: usize) -> Option<Found> {
    let code = Code::at(text, from)?;
    let mut found = Found { codes: vec![code.clone()], parameters: Vec::new(), parameters_end: 0 };
    match parameters(text, code.to).or_else(|| announced(text, code.to)) {
        Some(parameters) if parameters.values.len() == 4 => {
            found.parameters = parameters.values;
            found.parameters_end = parameters.end;
        }
        Some(_) => {}
        None => found.codes.extend(more_codes(text, code.to)),
    }
    Some(found)
}

/// Parameters of a stop code, and where they end.
pub(crate) struct Parameters {
    pub(crate) values: Vec<Option<u64>>,
    pub(crate) end: usize,
}

/// The parameters that follow a code: in brackets a few words on, or bare right behind it or its name.
fn parameters(text: &str, from: usize) -> Option<Parameters> {
    let rest = text.get(from..)?;
    let reach = rest.find("STOP").unwrap_or(rest.len()).min(160);
    for (at, byte) in rest.bytes().enumerate().take(reach) {
        if matches!(byte, b'(' | b'[' | b'{')
            && let Some(parameters) = bracketed(text, from + at)
        {
            return Some(parameters);
        }
    }
    bare(text, from)
}

/// `... with the following parameters: 0xc0000005, 0xf1b28880, 0x0, 0x0`, in this sentence or the next.
fn announced(text: &str, from: usize) -> Option<Parameters> {
    let rest = text.get(from..)?;
    let at = from + rest.find("parameters").filter(|at| *at < 200)?;
    let sentence = text.get(at..)?;
    let colon = at + sentence.find(':').filter(|colon| *colon < 120)? + 1;
    let start =
        colon + (text.get(colon..)?.len() - text.get(colon..)?.trim_start_matches([' ', '(', '"']).len());
    bare(text, start)
}

/// `(0xc0000005, 80119914, 0, xxxxxxxx)`: at least two numbers or placeholders, closed or not.
pub(crate) fn bracketed(text: &str, from: usize) -> Option<Parameters> {
    let inside = text.get(from + 1..)?.trim_start();
    let parameters = values(text, from + 1, 4);
    let real = parameters.values.iter().flatten().count();
    let placeholders = parameters.values.len() - real;
    let blank = inside.starts_with("parameter") || inside.starts_with("0x") || placeholders == 4;
    ((real >= 2 || (placeholders >= 2 && blank)) && parameters.values.len() >= 2).then_some(parameters)
}

/// Four numbers without brackets: all of eight digits or with `0x`, or separated by commas.
pub(crate) fn bare(text: &str, from: usize) -> Option<Parameters> {
    let rest = text.get(from..)?;
    let mut at = from + (rest.len() - rest.trim_start_matches(JOINERS).len());
    // A name, or a label, may stand between.
    for _ in 0..6 {
        let word = text.get(at..)?.split([' ', '\t']).next().unwrap_or("");
        if Number::read(word.trim_end_matches([',', ';', ')', '.', ']']))
            .is_some_and(|number| number.digits >= 8 || number.prefixed)
        {
            break;
        }
        let label = word.len() > 2
            && word.trim_matches(JOINERS).bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        if !label || ["and", "or", "stop"].iter().any(|end| word.eq_ignore_ascii_case(end)) {
            return None;
        }
        at += word.len();
        at += text.get(at..)?.len() - text.get(at..)?.trim_start_matches(JOINERS).len();
    }
    let parameters = values(text, at, 4);
    let wide = |part: &str| Number::read(part).is_some_and(|number| number.digits >= 8 || number.prefixed);
    let printed = text.get(at..parameters.end)?;
    let all_wide = printed
        .split([' ', ',', '\t'])
        .filter(|part| !part.is_empty())
        .all(|part| wide(part) || part.contains(['X', '<']));
    let commas = printed.matches(',').count() == 3;
    (parameters.values.len() == 4 && parameters.values.iter().flatten().count() >= 2 && (all_wide || commas))
        .then_some(parameters)
}

/// Up to `most` numbers and placeholders, separated by blanks and commas.
fn values(text: &str, from: usize, most: usize) -> Parameters {
    let mut parameters = Parameters { values: Vec::new(), end: from };
    let mut at = from;
    while parameters.values.len() < most {
        let rest = text.get(at..).unwrap_or("");
        let skipped = rest.len() - rest.trim_start_matches([' ', '\t', ',', ';']).len();
        let start = at + skipped;
        let rest = text.get(start..).unwrap_or("");
        let (value, length) = match Number::read(rest) {
            Some(number) => (Some(number.value), number.length),
            None => match placeholder(rest) {
                Some(length) => (None, length),
                None => break,
            },
        };
        parameters.values.push(value);
        at = start + length;
        parameters.end = at;
        if text.get(at..).is_some_and(|rest| rest.trim_start().starts_with([')', ']', '}', '.'])) {
            break;
        }
    }
    parameters
}

/// Length of what stands for a parameter that nobody filled in: `0xXXXXXXXX`, `0x%9`, `parameter`, `<nnn>`, `xxx`.
fn placeholder(text: &str) -> Option<usize> {
    if text.starts_with('<') || text.starts_with("0x<") || text.starts_with("0X<") {
        return text.get(..40.min(text.len()))?.find('>').map(|at| at + 1);
    }
    let length = text.find([' ', ',', ')', ']', '\t', '}']).unwrap_or(text.len());
    let word = text.get(..length)?.trim_end_matches(['.', ';']);
    let unknown = |c: char| {
        matches!(c, 'x' | 'X' | '?' | '*' | 'n' | 'N' | 'y' | 'Y' | 'z' | 'Z' | '0' | '_')
            || c.is_ascii_hexdigit()
    };
    let filled = !word.is_empty()
        && (word.trim_start_matches("0x").starts_with('%')
            || word.to_ascii_lowercase().starts_with("param")
            || word.to_ascii_lowercase().starts_with("arg")
            || word == "..."
            || word == "*"
            || (word.len() >= 3
                && word.chars().all(unknown)
                && word.contains(['x', 'X', '?', 'n', 'N', 'y', 'Y'])));
    filled.then_some(word.len())
}

/// Further codes of a list: `0xA and 0x7F`, `0x50, Stop 0x1E, or 0xA`, `0x00000050/0x00000019`.
fn more_codes(text: &str, from: usize) -> Vec<Code> {
    let mut codes = Vec::new();
    let mut at = from;
    while codes.len() < 8 {
        let Some(rest) = text.get(at..) else { break };
        let mut here = at + (rest.len() - rest.trim_start_matches([' ', '"', '\'', ',', '/']).len());
        let comma = text.get(at..here).is_some_and(|skipped| skipped.contains([',', '/']));
        let mut joined = comma;
        for word in ["and ", "or ", "a ", "an ", "either "] {
            if text.get(here..here + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word)) {
                here += word.len();
                joined = true;
            }
        }
        let Some(code) = Code::at(text, here) else { break };
        if !joined || !code.prefixed || !code.is_stop_code() {
            break;
        }
        at = code.to;
        codes.push(code);
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Vec<u32>, Vec<Option<u64>>) {
        let found = read(text, 0).unwrap();
        (found.codes.iter().map(|code| code.value).collect(), found.parameters)
    }

    #[test]
    fn parameters_with_and_without_brackets() {
        let all = vec![Some(5), Some(6), Some(7), Some(8)];
        for text in [
            "0x0000000A (0x5,0x6,0x7,0x8)",
            "0x0A : (00000005, 00000006, 00000007, 00000008)",
            "0000000A 00000005 00000006 00000007 00000008",
            "0xA, 00000005, 00000006,00000007, 00000008",
            "0X0000000A [0X00000OO5, 0X00000006, 0X00000007, 0X00000008",
            "A, {5, 6, 7, 8}",
            "0xA IRQL_NOT_LESS_OR_EQUAL (0x5 0x6 0x7 0x8)",
            "0000000a Arguments 00000005 00000006 00000007 00000008",
        ] {
            assert_eq!(parsed(text), (vec![0xA], all.clone()), "{text}");
        }
    }

    #[test]
    fn parameters_announced_in_a_sentence() {
        let parsed =
            parsed("0x1E error in Srv.sys. It has the following parameters: 0xc0000005, 0x1, 0x0, 0x2.");
        assert_eq!(parsed.1, [Some(0xc000_0005), Some(1), Some(0), Some(2)]);
    }

    #[test]
    fn unfilled_parameters_are_none() {
        assert_eq!(parsed("0xA (parameter, parameter, parameter, parameter)").1, [None; 4]);
        assert_eq!(parsed("0xA (0xXXXXXXXX,0x2,0x%9,<xxx>)").1, [None, Some(2), None, None]);
    }

    #[test]
    fn three_parameters_are_none_at_all() {
        assert_eq!(parsed("0x1E(0xC0000005,0x0,0x14)").1, []);
    }

    #[test]
    fn lists_give_each_code() {
        assert_eq!(parsed("0xA and 0xA").0, [0xA, 0xA]);
        assert_eq!(parsed("0x99 (F), 0xA").0, [0x99]);
    }

    #[test]
    fn a_zero_too_many_or_too_few() {
        assert_eq!(parsed("0x00000000A").0, [0xA]);
        assert_eq!(parsed("0xC0000009A").0, [0xC000_009A]);
        assert_eq!(parsed("0xC00021A").0, [0xC000_021A]);
    }
}
