//! Memory in large pages, where the system gives them. Argon2id goes through its 19 MiB in no order that could be foreseen, and in
//! pages of 4 KiB it spends a tenth of a hash on finding them (decision 0024).

use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// Read by glibc before a program begins (its manual, "Memory Allocation Tunables"); nobody else knows it.
const TUNABLES: &str = "GLIBC_TUNABLES";
/// Large allocations are marked as those that large pages are good for (`madvise`).
const LARGE: &str = "glibc.malloc.hugetlb=1";
/// Whether Linux gives large pages, to all or to those who ask (its admin guide, "Transparent Hugepage Support").
const GIVEN: &str = "/sys/kernel/mm/transparent_hugepage/enabled";

/// Begins this program anew, as the same process, with a C library that asks for large pages. Does nothing where that was done,
/// where whoever runs it has settings of their own for the C library, where the system gives none, and where it cannot be done.
#[expect(clippy::disallowed_methods, reason = "a setting of the C library's, which it reads there and nowhere else")]
pub fn ask_for_them() {
    let given = std::fs::read_to_string(GIVEN).is_ok_and(|choice| !choice.contains("[never]"));
    if !given || std::env::var_os(TUNABLES).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut arguments = std::env::args_os();
    let mut again = Command::new(program);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    // This comes back only where it failed: then everything is as it was.
    let _ = again.args(arguments).env(TUNABLES, LARGE).exec();
}
