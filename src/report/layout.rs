//! Text in two columns, a label and what it says, wrapped to the width.

use super::escape::visible;
use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table, presets};

/// How text for people is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns to fit into.
    pub width: u16,
    /// Whether colours may be used. They never carry meaning of their own.
    pub color: bool,
}

impl Default for Style {
    fn default() -> Self {
        Style { width: 80, color: false }
    }
}

/// What a piece of text is, where colour may help the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Strong,
    Good,
    Warning,
    Notice,
}

impl Style {
    /// The text, coloured where that is allowed.
    pub(super) fn paint(self, tone: Tone, text: &str) -> String {
        if !self.color {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Strong => "1",
            Tone::Good => "1;32",
            Tone::Warning => "1;33",
            Tone::Notice => "1;36",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// Labelled fields, one under the other.
#[derive(Debug)]
pub struct Fields {
    table: Table,
}

impl Fields {
    /// No fields yet.
    pub fn new(style: Style) -> Self {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(style.width);
        if style.color {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        Fields { table }
    }

    /// Adds a field. Its value is made visible and wrapped.
    pub fn add(&mut self, label: &str, value: &str) {
        self.add_lines(label, [value]);
    }

    /// Adds a field of several lines, each made visible and wrapped.
    pub fn add_lines<S: AsRef<str>>(&mut self, label: &str, lines: impl IntoIterator<Item = S>) {
        let text: Vec<_> = lines.into_iter().map(|line| visible(line.as_ref()).into_owned()).collect();
        let label = Cell::new(label)
            .fg(Color::DarkCyan)
            .add_attribute(Attribute::Bold)
            .set_alignment(CellAlignment::Left);
        self.table.add_row(vec![label, Cell::new(text.join("\n"))]);
    }

    /// The text, every line ended.
    pub fn into_text(mut self) -> String {
        if let Some(labels) = self.table.column_mut(0) {
            labels.set_padding((2, 1));
        }
        if let Some(values) = self.table.column_mut(1) {
            values.set_padding((1, 0));
        }
        let mut text = self.table.trim_fmt();
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_wrap_under_themselves() {
        let mut fields = Fields::new(Style { width: 40, color: false });
        fields.add("why", "one two three four five six seven eight nine ten");
        fields.add("workaround", "none");
        let text = fields.into_text();
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
        assert_eq!(
            text,
            "  why         one two three four five\n              six seven eight nine ten\n  workaround  none\n"
        );
    }

    #[test]
    fn without_colour_there_is_no_escape() {
        let mut fields = Fields::new(Style::default());
        fields.add("a", "\u{1b}[31mb");
        assert!(!fields.into_text().contains('\u{1b}'));
    }

    #[test]
    fn a_word_longer_than_the_line_is_broken() {
        let mut fields = Fields::new(Style { width: 40, color: false });
        fields.add("frame", &"x".repeat(500));
        assert!(fields.into_text().lines().all(|line| line.chars().count() <= 40));
    }
}
