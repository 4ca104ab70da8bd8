//! Rows of Visual Studio, layout by layout.

use super::*;
use crate::parse::Parser;

fn stacks(text: &str) -> Vec<Stack> {
    let stack = |kind| match kind {
        Kind::Stack(stack) => Some(stack),
        _ => None,
    };
    Parser::default().parse(text).into_iter().filter_map(|piece| stack(piece.kind)).collect()
}

fn labels(text: &str) -> Vec<String> {
    let stacks = stacks(text);
    assert_eq!(stacks.len(), 1, "{text}");
    stacks[0].frames.iter().map(Frame::label).collect()
}

#[test]
fn native_rows() {
    let text = ">\tm-2.0.dll!do_mono(int x) Line 5144\tC\n \t[Inline Frame] m.exe!inv() Line 64\tC++\n \t\
                03b96789()\tUnknown\n \t[Frames below may be incorrect and/or missing]\t\n \t\
                nv.dll!0399f1e2()\tUnknown\n \tntdll.dll!_Nt@12()  + 0x15 bytes\n";
    assert_eq!(labels(text), ["m-2.0.dll!do_mono", "m.exe!inv", "03b96789", "nv.dll", "ntdll.dll!_Nt@12"]);
    let frames = &stacks(text)[0].frames;
    assert_eq!(frames[3].address.as_deref(), Some("0399f1e2"));
    assert_eq!(frames[4].offset.as_deref(), Some("0x15"));
    assert_eq!(frames[0].source, None);
}

#[test]
fn managed_rows_and_the_thread_above() {
    let text = "Unflagged\t\t5108\t34\tWorker Thread\t<No Name>\n[Managed to Native Transition]\t \n\
                System.dll!System.Net.Sockets.Socket.Receive(byte[] b, out System.X e) + 0xc6 bytes\t \n\
                A.dll!A.B.Run.AnonymousMethod__12() Line 486 + 0x26 bytes\t \n\n";
    assert_eq!(
        labels(text),
        ["System.dll!System.Net.Sockets.Socket.Receive", "A.dll!A.B.Run.AnonymousMethod__12"]
    );
    let stack = &stacks(text)[0];
    assert_eq!(stack.thread.as_deref(), Some("5108"));
    assert_eq!(stack.frames[1].offset, None, "it counts from the line");
}

#[test]
fn version_6_with_wrapped_arguments() {
    let text = "stack:\n\n  CNode::Remove(CNode * const 0x00a53a70, CNode *\n  0x004cef1e) line 2262 + 6 bytes\n  \
                CForm::Menu(unsigned int 4371442)\n  line 2325\n  USER32! 77e71ab7()\n\nNo errors";
    assert_eq!(labels(text), ["CNode::Remove", "CForm::Menu", "USER32"]);
}

#[test]
fn rows_in_other_languages_and_without_tabs() {
    let text = "a.exe!wmain(int argc)  Zeile 12 + 0x5 Bytes    C++\na.exe!Main() 行 13 C++\n\
                kernel32.dll!Base()  + 0x12 octets";
    assert_eq!(labels(text), ["a.exe!wmain", "a.exe!Main", "kernel32.dll!Base"]);
    let text = "it stopped: ntdll.dll!_Nt@12()  + 0x15 bytes  kernel32.dll!_Wait@12()  + 0x43 bytes  a.exe!f() Line 3 C++";
    assert_eq!(labels(text), ["ntdll.dll!_Nt@12", "kernel32.dll!_Wait@12", "a.exe!f"]);
}

#[test]
fn sources_of_other_tools() {
    let text = "a.dll!P.Main(string[] args) Line 12 (\\src\\P.cs:12)\nb.dll!Q() Line 3 (\\src\\Q.cs:3)\n";
    assert_eq!(stacks(text)[0].frames[0].source.as_ref().unwrap().file, "\\src\\P.cs");
    let text = "    f:\\x\\dbgmalloc.c (56): MSVCR100D.dll!malloc() + 0x15 bytes\n    \
                d:\\y.cpp (7): a.exe!Foo::Bar() + 0xA bytes\n";
    assert_eq!(labels(text), ["MSVCR100D.dll!malloc", "a.exe!Foo::Bar"]);
    assert_eq!(stacks(text)[0].frames[1].source.as_ref().unwrap().line, 7);
}

#[test]
fn a_name_that_visual_studio_cut_off() {
    let text = "\tSHCore.dll!R<3>::AsIID<class L<struct IUnk()\tUnknown\n\tkernel32.dll!@Base@12()\tUnknown";
    assert_eq!(labels(text), ["SHCore.dll!R<3>::AsIID<class L<struct IUnk", "kernel32.dll!@Base@12"]);
}

#[test]
fn values_of_arguments_and_a_null_call() {
    let text = "00000000()\t\nu.dll!F::B(int x=5, const char * s=0x0012 \"hello (world\")  Line 12 + 0x5 bytes\tC++\n\
                u.dll!main()  Line 3\tC++";
    assert_eq!(labels(text), ["00000000", "u.dll!F::B", "u.dll!main"]);
}

#[test]
fn numbered_rows_tables_and_marks() {
    let text = "0:\ta.dll!R\tUnknown\n1:\tb.dll!S\tLine 5\tC++";
    assert_eq!(labels(text), ["a.dll!R", "b.dll!S"]);
    let text = "| a.dll!R() | Unknown |\n| b.dll!S(int x) Line 3 | C++ |";
    assert_eq!(labels(text), ["a.dll!R", "b.dll!S"]);
    let text =
        "a.dll!A.B() Line 5\tC#\n[Completed] b.dll!A.C() Line 6\tC#\n[Awaiting] b.dll!A.D() Line 7\tC#";
    assert_eq!(labels(text), ["a.dll!A.B", "b.dll!A.C", "b.dll!A.D"]);
}

#[test]
fn other_texts_are_none() {
    for text in [
        "Read a.dll!Foo and b.dll!Bar first",
        "It works! 12345678() is no address",
        "call Foo(1) line 3 of the list\nand Bar(2) line 4",
        "shell32.dll!SHFoo, for example",
    ] {
        assert!(stacks(text).is_empty(), "{text}");
    }
}

#[test]
fn numbers_tight_before_the_module_comment_marks_and_sources_below() {
    let text = "#002：a.exe!f(int x=0)  Line 12    C++\n#001：b.dll!g()  + 0x28 bytes   \n#000：b.dll!h()  + 0x2 bytes\n";
    assert_eq!(labels(text), ["a.exe!f", "b.dll!g", "b.dll!h"]);
    let text = "\t// stack:\n\t//\t>\ta.dll!f(X * m=0x7c840c5b)  Line 17 + 0xc bytes\tC++\n\t//\t \tb.dll!g()  + 0x2 bytes\n";
    assert_eq!(labels(text), ["a.dll!f", "b.dll!g"]);
    let text =
        "a.exe!f(T * c) Line 201\n\tat W:\\lib\\x.c(201)\na.exe!g(T * c) Line 23\n\tat W:\\lib\\y.c(23)\n";
    assert_eq!(labels(text), ["a.exe!f", "a.exe!g"]);
    assert_eq!(stacks(text)[0].frames[1].source.as_ref().unwrap().file, "W:\\lib\\y.c");
}
