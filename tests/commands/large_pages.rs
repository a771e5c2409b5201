//! A server begins once more for the sake of large pages: as the same process, once, and not where somebody else has a say.

use super::{Serving, configured, free_port, portico};

const TUNABLES: &str = "GLIBC_TUNABLES";

#[test]
fn a_server_asks_for_large_pages_and_leaves_other_settings_alone() {
    let choice = std::fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").unwrap_or("[never]".into());
    let asks = (!choice.contains("[never]")).then_some("glibc.malloc.hugetlb=1");
    for (set, found) in [(None, asks), (Some("glibc.malloc.check=0"), Some("glibc.malloc.check=0"))] {
        let port = free_port();
        let folder = configured(port);
        let mut command = portico(folder.path());
        command.env_remove(TUNABLES).envs(set.map(|set| (TUNABLES, set)));
        // It answers as the process that was started, so that whoever watches over that one ends the right one.
        let mut serving = Serving::by(&mut command, folder.path(), port);
        let environment = std::fs::read_to_string(format!("/proc/{}/environ", serving.0.id())).unwrap();
        let found_there = environment.split('\0').find_map(|line| line.strip_prefix(TUNABLES)?.strip_prefix('='));
        assert_eq!(found_there, found);
        assert_eq!(serving.asked_to_end(), Some(0));
    }
}
