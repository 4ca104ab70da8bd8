//! Any bytes, read as the program reads them: no panic, and evidence that lies inside the text.
#![no_main]

use kbtriage::Parser;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for piece in Parser::default().parse(&text) {
        assert!(1 <= piece.place.lines.0 && piece.place.lines.0 <= piece.place.lines.1);
        assert!(text.get(piece.place.bytes).is_some());
    }
});
