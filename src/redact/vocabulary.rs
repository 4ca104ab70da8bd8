//! Words that name nobody: accounts and machines that every system has, ends of file names, and common words.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words that stand in many support articles and logs. A name that is one of them is replaced where the input says that
/// it is a name, and nowhere else.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common.txt").split_whitespace().collect());

/// Accounts, groups and folders of profiles that every Windows has, machines that are everyone's own, and what stands
/// where there is no name.
const WELL_KNOWN: &[&str] = &[
    "-",
    "administrator",
    "administrators",
    "all users",
    "amd64",
    "anonymous",
    "anonymous logon",
    "aspnet",
    "authenticated users",
    "batch",
    "builtin",
    "creator owner",
    "default",
    "default user",
    "defaultuser0",
    "everyone",
    "font driver host",
    "guest",
    "i386",
    "ia64",
    "iis apppool",
    "interactive",
    "krbtgt",
    "local",
    "local service",
    "localhost",
    "localhost.localdomain",
    "localservice",
    "localsystem",
    "mshome",
    "n/a",
    "na",
    "network",
    "network service",
    "networkservice",
    "nobody",
    "none",
    "nt authority",
    "ntauthority",
    "nt service",
    "null",
    "public",
    "root",
    "sa",
    "self",
    "service",
    "system",
    "trustedinstaller",
    "unknown",
    "users",
    "window manager",
    "workgroup",
    "x64",
    "x86",
];

/// First parts of `PART\name` that name no domain: registry keys, folders, the system's own authorities.
const NO_DOMAINS: &[&str] = &[
    "bin", "drivers", "hardware", "hkcr", "hkcu", "hklm", "hku", "lib", "sam", "security", "software", "src",
    "system32", "temp", "windows", "winnt",
];

/// First parts of `\\PART` in escaped paths of the kernel and of folders: no servers.
const NO_SERVERS: &[&str] = &[
    "basenamedobjects",
    "device",
    "documents",
    "driver",
    "filesystem",
    "knowndlls",
    "pipe",
    "program",
    "registry",
    "rpc",
    "sessions",
    "system32",
    "systemroot",
    "users",
    "windows",
    "winnt",
];

/// Domains of which everybody may know: makers of software, standards, mail for the public.
const PUBLIC_DOMAINS: &[&str] = &[
    "aol.com",
    "github.com",
    "gmail.com",
    "google.com",
    "googlemail.com",
    "hotmail.com",
    "live.com",
    "microsoft.com",
    "msdn.com",
    "msn.com",
    "outlook.com",
    "stackoverflow.com",
    "verisign.com",
    "w3.org",
    "windows.com",
    "windowsupdate.com",
    "xmlsoap.org",
    "yahoo.com",
];

/// Ends of the names of programs, their parts and their sources.
const CODE: &[&str] = &[
    "asm", "c", "cc", "cpl", "cpp", "cs", "cxx", "dll", "drv", "efi", "exe", "h", "hpp", "inl", "ocx", "pdb",
    "scr", "so", "sys", "tlb", "vb", "vxd", "wll",
];

/// Whether a name is everybody's.
pub(super) fn is_well_known(name: &str) -> bool {
    let name = name.to_lowercase();
    WELL_KNOWN.contains(&name.as_str())
}

/// Whether a name is a word of everyday use.
pub(super) fn is_common(name: &str) -> bool {
    COMMON.contains(name.to_lowercase().as_str())
}

/// Whether `PART\` can be a domain or a machine.
pub(super) fn can_be_domain(name: &str) -> bool {
    let name = name.to_lowercase();
    !NO_DOMAINS.contains(&name.as_str()) && !is_well_known(&name)
}

/// Whether `\\PART` can be a server.
pub(super) fn can_be_server(name: &str) -> bool {
    let name = name.to_lowercase();
    !NO_SERVERS.contains(&name.as_str()) && !is_well_known(&name)
}

/// Whether a host or domain belongs to the public.
pub(super) fn is_public(host: &str) -> bool {
    let host = host.to_lowercase();
    let belongs = |domain: &&str| {
        host.strip_suffix(*domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    PUBLIC_DOMAINS.iter().any(belongs)
}

/// Whether a name ends like that of a program or a source file.
pub(super) fn is_code(name: &str) -> bool {
    let end = name.rsplit_once('.').map(|(_, end)| end.to_lowercase());
    end.is_some_and(|end| CODE.contains(&end.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybodys_accounts_are_no_names() {
        assert!(is_well_known("SYSTEM") && is_well_known("Local Service") && !is_well_known("bob"));
        assert!(can_be_domain("CORP") && !can_be_domain("NT AUTHORITY") && !can_be_domain("HKLM"));
    }

    #[test]
    fn hosts_of_makers_are_public_and_lookalikes_are_not() {
        assert!(is_public("support.microsoft.com") && is_public("Microsoft.com"));
        assert!(!is_public("notmicrosoft.com") && !is_public("microsoft.com.example.org"));
    }

    #[test]
    fn programs_and_sources_are_code() {
        assert!(is_code("ROUTER.EXE") && is_code("a.b.cpp") && !is_code("bob.log") && !is_code("exe"));
    }
}
