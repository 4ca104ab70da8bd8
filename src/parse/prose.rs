//! Tells the parts of an article that only point elsewhere: reference lists and query words.
//!
//! A title such as `Q149177 Troubleshooting STOP 0x0000007B` in a see-also list says nothing of this crash.

use super::page::Page;
use super::text::{is_blank, trim};

/// Whether the line belongs to a reference list or to query words, which are no evidence.
pub(crate) fn is_reference(page: &Page<'_>, line: usize) -> bool {
    is_reference_title(page.text(line))
        || is_article_title(page, line)
        || (line > 0 && !is_blank(page.text(line)) && is_reference_title(page.text(line - 1)))
        || in_query_words(page, line)
}

/// The title and its wrapped rest below `ARTICLE-ID: Q99999`; the title of the article itself stands at its head.
fn is_article_title(page: &Page<'_>, line: usize) -> bool {
    let id = |back: usize| {
        line.checked_sub(back).is_some_and(|at| {
            page.text(at).trim_start().get(..10).is_some_and(|head| {
                head.eq_ignore_ascii_case("ARTICLE-ID") || head.eq_ignore_ascii_case("Article ID")
            })
        })
    };
    let titled = line > 3
        && page
            .text(line)
            .trim_start()
            .strip_prefix("TITLE")
            .is_some_and(|rest| rest.trim_start_matches('D').trim_start().starts_with(':'));
    titled || !is_blank(page.text(line)) && (id(1) || id(2) || id(3) && !is_blank(page.text(line - 1)))
}

/// Whether the line is the `TITLE   :...` line at the head of an article.
pub(crate) fn is_title(page: &Page<'_>, line: usize) -> bool {
    page.text(line).strip_prefix("TITLE").is_some_and(|rest| rest.trim_start().starts_with(':'))
}

/// `   Q191914 XGEN: How to ...`, `148963 XADM: ...`, `ARTICLE-ID: Q99999`, `TITLE: ...`.
fn is_reference_title(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches(['-', '*', '[', ' ']);
    let digits_at = usize::from(text.starts_with(['Q', 'q']));
    let digits =
        text.as_bytes().iter().skip(digits_at).take(8).take_while(|byte| byte.is_ascii_digit()).count();
    let after = text.as_bytes().get(digits_at + digits);
    (5..=6).contains(&digits)
        && (matches!(after, Some(b' ' | b'\t' | b':' | b']'))
            || digits_at == 1 && digits == 6 && after.is_some_and(u8::is_ascii_uppercase))
        && text[digits_at + digits..]
            .trim_start_matches([' ', '\t', ':', ']', '-', '|', '"', '\''])
            .starts_with(|c: char| c.is_alphabetic())
}

/// Query words run to the next blank line or rule, a few lines at most.
fn in_query_words(page: &Page<'_>, line: usize) -> bool {
    for back in 0..6 {
        let Some(at) = line.checked_sub(back) else { return false };
        let text = trim(page.text(at));
        if text.starts_with("Additional query words")
            || text.starts_with("Keywords ")
            || text.starts_with("Keywords:")
        {
            return true;
        }
        if text.is_empty() || text.starts_with("===") {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_in_reference_lists_are_references() {
        let page = Page::new("   Q191914 XGEN: How to\n   Obtain it\n\nThe STOP 0x1E came back\nQ1 x");
        assert!(is_reference(&page, 0));
        assert!(is_reference(&page, 1));
        assert!(!is_reference(&page, 3));
        assert!(!is_reference(&page, 4));
    }

    #[test]
    fn titles_below_an_article_id_are_references() {
        let page = Page::new("ARTICLE-ID: Q99999\nTITLE : Stop 0xA\nin a driver\n\nStop 0xA");
        assert!(is_reference(&page, 1) && is_reference(&page, 2) && !is_reference(&page, 4));
        assert!(is_reference(&Page::new("Q99999 - \"STOP 0xA\" Occurs"), 0));
    }

    #[test]
    fn query_words_are_references() {
        let page = Page::new("Additional query words: STOP 0x1E\nbluescreen 0xA\n\ntext");
        assert!(is_reference(&page, 0) && is_reference(&page, 1) && !is_reference(&page, 3));
    }
}
