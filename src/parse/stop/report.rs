//! Stop codes as the labelled values of a report, and as the memory that a debugger shows.
//!
//! ```text
//! BCCode: 116   BCP1: FFFFFA8004D4D4E0   BCP2: ...                       (Windows Error Reporting)
//! Bug Check Code    : 0x0000009f   Parameter 1       : 00000000`00000003  (BlueScreenView)
//! BugcheckCode 159   BugcheckParameter1 0x3                              (Kernel-Power 41, code in decimal)
//! <Data Name="BugcheckCode">159</Data>
//! kd> dd kibugcheckdata l5
//! 8073b340  0000000a 00000010 00000002 00000000
//! 8073b350  fb35c918
//! ```

use crate::evidence::{Bugcheck, Kind, bugcheck_name};
use crate::parse::flow::Flow;
use crate::parse::page::{Claim, Page, Pos};
use crate::parse::trigger::Trigger;
use crate::parse::words::starts_with;
use crate::parse::{Dialect, hex};

/// See the module docs.
pub(crate) const DIALECT: Dialect = Dialect {
    name: "stop report",
    anchors: &["BCCode", "bug check code", "BugcheckCode", "kibugcheckdata"],
    triggers: &[Trigger::sure("ccode")],
    read,
};

fn read(page: &Page<'_>, pos: Pos) -> Option<Claim> {
    let rest = page.rest(pos);
    if starts_with(rest, "kibugcheckdata") {
        check_data(page, pos)
    } else if starts_with(rest, "BCCode") {
        labelled(page, pos, "BCCode", "BCP", 16)
    } else if starts_with(rest, "BugcheckCode") {
        labelled(page, pos, "BugcheckCode", "BugcheckParameter", 10)
    } else {
        labelled(page, pos, "Bug Check Code", "Parameter ", 16)
    }
}

/// How far behind the code its parameters may stand.
const AHEAD: usize = 400;

/// Reads a code of the given radix and the four numbered parameters, all behind their labels.
fn labelled(page: &Page<'_>, pos: Pos, label: &str, parameter: &str, radix: u32) -> Option<Claim> {
    let flow = Flow::ahead(page, pos, AHEAD);
    let (digits, mut end) = value(&flow.text, 0, label.len())?;
    let prefixed = digits.starts_with("0x") || digits.starts_with("0X");
    let code = if prefixed { hex::code(digits)? } else { u32::from_str_radix(digits, radix).ok()? };
    // Kernel-Power writes zero when no stop code was known.
    if code == 0 {
        return None;
    }
    let mut parameters = Vec::new();
    for number in 1..=4 {
        let label = format!("{parameter}{number}");
        let Some(at) = flow.rest(end).find(&label) else { break };
        let Some((digits, value_end)) = value(&flow.text, end + at, label.len()) else { break };
        parameters.push(Some(hex::value(digits)?));
        end = value_end;
    }
    // Without parameters `Bug Check Code` is a stop code in a sentence, which the blue screen dialect reads.
    if parameters.len() != 4 {
        if label.contains(' ') {
            return None;
        }
        parameters.clear();
    }
    Some(Claim::one(flow.span(0, end), Kind::Bugcheck(bugcheck(code, parameters))))
}

/// The number behind a label, and where it ends.
fn value(text: &str, label: usize, length: usize) -> Option<(&str, usize)> {
    let rest = text.get(label + length..)?;
    let trimmed = rest.trim_start_matches([':', ' ', '\t', '=', '"', '>']);
    let digits = trimmed
        .bytes()
        .take_while(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'x' | b'X' | b'`'))
        .count();
    (digits > 0)
        .then(|| trimmed.get(..digits))
        .flatten()
        .map(|value| (value, text.len() - trimmed.len() + digits))
}

fn bugcheck(code: u32, parameters: Vec<Option<u64>>) -> Bugcheck {
    Bugcheck { code, name: bugcheck_name(code).map(str::to_owned), parameters, ..Bugcheck::default() }
}

/// Rows of memory looked at below the command.
const ROWS: usize = 5;

/// Reads the memory that `dd kibugcheckdata` shows: the code and its four parameters, each row behind an address.
fn check_data(page: &Page<'_>, pos: Pos) -> Option<Claim> {
    let mut words: Vec<u64> = Vec::new();
    let mut first = None;
    for line in pos.line + 1..=pos.line + ROWS {
        let mut row = page.text(line).split_ascii_whitespace();
        let Some(address) = row.next() else { continue };
        if hex::word(address.trim_end_matches(':')).is_none_or(|(_, digits)| digits < 8) {
            if words.is_empty() { continue } else { break }
        }
        first.get_or_insert(line);
        words.extend(row.map_while(hex::value));
        if let [code, parameters @ ..] = words.as_slice()
            && let Some(parameters) = parameters.get(..4)
        {
            let code = u32::try_from(*code).ok()?;
            let check = bugcheck(code, parameters.iter().copied().map(Some).collect());
            return Some(Claim::one(page.lines_span(first?, line), Kind::Bugcheck(check)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Parser;

    fn check(text: &str, code: u32, parameters: &[u64]) {
        let found = Parser::default().parse(text);
        let checks: Vec<_> = found
            .iter()
            .filter_map(|piece| if let Kind::Bugcheck(check) = &piece.kind { Some(check) } else { None })
            .collect();
        let [one] = checks.as_slice() else { panic!("{} in {text}", checks.len()) };
        let expected: Vec<_> = parameters.iter().copied().map(Some).collect();
        assert_eq!((one.code, &one.parameters), (code, &expected), "{text}");
    }

    #[test]
    fn labels() {
        check("  BCCode:\t116\n  BCP1:\tA0\n  BCP2:\t1\n  BCP3:\t2\n  BCP4:\t3\n", 0x116, &[0xA0, 1, 2, 3]);
        check(
            "Bug Check Code    : 0x0000009f\nParameter 1       : 00000000`00000003\nParameter 2 : 1\nParameter 3 : 2\nParameter 4 : 0",
            0x9f,
            &[3, 1, 2, 0],
        );
        check(
            "<Data Name=\"BugcheckCode\">159</Data>\n<Data Name=\"BugcheckParameter1\">0x3</Data>\n<Data Name=\"BugcheckParameter2\">0x1</Data>\n<Data Name=\"BugcheckParameter3\">0x2</Data>\n<Data Name=\"BugcheckParameter4\">0x4</Data>",
            0x9f,
            &[3, 1, 2, 4],
        );
        check("Problem signature:\n  BCCode:\ta\n", 0xA, &[]);
    }

    #[test]
    fn no_stop_code_was_known() {
        assert!(Parser::default().parse("BugcheckCode 0\nBugcheckParameter1 0x0").is_empty());
    }

    #[test]
    fn memory_dumps_of_the_check_data() {
        let text =
            "kd> dd kibugcheckdata l5\n8073b340  0000000a 00000010 00000002 00000000\n8073b350  fb35c918";
        check(text, 0xA, &[0x10, 2, 0, 0xfb35_c918]);
    }
}
