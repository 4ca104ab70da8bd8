//! The day that a time stamp names, as logs of many countries print it.
//!
//! ```text
//! 3/14/2004 10:15:00 AM      month first, as Windows prints it in its own language
//! 14.03.2004 10:15           day first
//! 2004-03-14T10:15:00Z
//! ```
//!
//! What can be read two ways with a slash (`3/4/2004`) is read month first. What names no day of a year in
//! which there was such a log is none.

use jiff::civil::Date;

/// Years in which there was a Windows to write it.
const YEARS: std::ops::RangeInclusive<i16> = 1985..=2099;

/// The first day that a text names.
pub(super) fn parse(text: &str) -> Option<Date> {
    text.split(|c: char| c.is_whitespace() || matches!(c, 'T' | ',' | '@' | '[' | ']')).find_map(date)
}

fn date(word: &str) -> Option<Date> {
    let separator = word.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '/' | '.' | '-'))?;
    let mut parts = word.split(separator);
    let [one, two, three] = [parts.next()?, parts.next()?, parts.next()?];
    if parts.next().is_some() {
        return None;
    }
    let number = |digits: &str| digits.parse::<i16>().ok().filter(|number| *number >= 0);
    if one.len() == 4 {
        return civil(number(one)?, number(two)?, number(three)?);
    }
    let year = match (three.len(), number(three)?) {
        (4, year) => year,
        (2, year @ 70..) => 1900 + year,
        (2, year) => 2000 + year,
        _ => return None,
    };
    let (first, second) = (number(one)?, number(two)?);
    let day_first = || civil(year, second, first);
    let month_first = || civil(year, first, second);
    if separator == '/' { month_first().or_else(day_first) } else { day_first().or_else(month_first) }
}

fn civil(year: i16, month: i16, day: i16) -> Option<Date> {
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    YEARS.contains(&date.year()).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<String> {
        parse(text).map(|date| date.to_string())
    }

    #[test]
    fn days_as_many_countries_print_them() {
        for text in [
            "3/14/2004 10:15:00 AM",
            "03/14/04",
            "14/03/2004 10:15",
            "14.03.2004 10:15:00",
            "14-03-2004",
            "2004-03-14",
            "2004-03-14T10:15:00.000Z",
            "2004/03/14 10:15",
            "Sun 3/14/2004 @ 10:15",
        ] {
            assert_eq!(day(text).as_deref(), Some("2004-03-14"), "{text}");
        }
        assert_eq!(day("11/7/96 4:32:01 PM").as_deref(), Some("1996-11-07"));
    }

    #[test]
    fn what_names_no_day() {
        for text in ["", "10:15:00", "31/31/2004", "2/30/2004", "5.5.2654.22", "1396-04-21", "3/14", "1/2/3"]
        {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
