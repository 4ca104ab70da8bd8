//! One test a rule.

use super::*;

fn redacted(text: &str) -> String {
    Redactor::new().text(text).into_owned()
}

#[test]
fn folders_of_users_lose_their_name() {
    for (path, shown) in [
        (r"C:\Users\bob\x.log", r"C:\Users\<user-1>\x.log"),
        (
            r"C:\Documents and Settings\John Smith\Local Settings",
            r"C:\Documents and Settings\<user-1>\Local Settings",
        ),
        (r"C:\WINNT\Profiles\bob", r"C:\WINNT\Profiles\<user-1>"),
        (r"c:\docume~1\bobsmi~1\locals~1", r"c:\docume~1\<user-1>\locals~1"),
        (r"C:\\Users\\bob\\x.log", r"C:\\Users\\<user-1>\\x.log"),
        ("/home/bob/x.log", "/home/<user-1>/x.log"),
        ("file:///Users/bob/x.log", "file:///Users/<user-1>/x.log"),
        (r"see C:\Users\bob.", r"see C:\Users\<user-1>."),
    ] {
        assert_eq!(redacted(path), shown);
    }
    for path in [
        r"C:\Users\Public\x",
        r"C:\Documents and Settings\All Users\x",
        r"C:\Users\Default\ntuser.dat",
        r"D:\src\Users\UserManager.cpp",
        "http://intranet.microsoft.com/home/index.html",
    ] {
        assert_eq!(redacted(path), path);
    }
}
