//! Whose request this is: the visitor's address behind trusted proxies, and the networks it is counted under.
//! Headers are given in; nothing here reads a request or counts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;

/// The address of whoever is at the other end of the connection: a client, or the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// The address of the visitor.
///
/// `forwarded` holds the values of all `X-Forwarded-For` headers in their order. They are believed only
/// as far as trusted machines wrote them: from the right, each entry is the visitor unless it is itself
/// in `trusted`. An entry that is no address ends the walk at the machine that sent it.
pub fn client_address(peer: IpAddr, forwarded: &[&[u8]], trusted: &[IpNet]) -> IpAddr {
    let mut address = peer.to_canonical();
    let entries = forwarded.iter().rev().flat_map(|value| value.rsplit(|byte| *byte == b','));
    for entry in entries {
        if !trusted.iter().any(|network| network.contains(&address)) {
            break;
        }
        let Some(earlier) = read_entry(entry) else {
            break;
        };
        address = earlier;
    }
    address
}

/// An address, in brackets or not, with or without the port that some proxies add.
fn read_entry(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim_matches([' ', '\t']);
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address = match bare {
        Some(inside) => IpAddr::V6(inside.parse().ok()?),
        None => text.parse().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip())).ok()?,
    };
    Some(address.to_canonical())
}

/// The narrow and the wide network of an address, as counting keys in CIDR form.
///
/// IPv4: /32 and /24. IPv6: /64, which one household or server owns whole, and /48, which one site may.
pub fn network_of(address: IpAddr) -> (String, String) {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let wide = Ipv4Addr::from_bits(v4.to_bits() & (u32::MAX << 8));
            (format!("{v4}/32"), format!("{wide}/24"))
        }
        IpAddr::V6(v6) => {
            let narrow = Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64));
            let wide = Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 80));
            (format!("{narrow}/64"), format!("{wide}/48"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn address(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let values: Vec<&[u8]> = forwarded.iter().map(|value| value.as_bytes()).collect();
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), &values, &trusted).to_string()
    }

    #[test]
    fn forwarded_addresses_are_believed_from_trusted_machines_only() {
        let proxy = ["10.0.0.0/8", "fd00::/8"];
        let table: [(&str, &[&str], &str); 19] = [
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1", "10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6, 198.51.100.1, 10.0.0.3,10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &["6.6.6.6, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["6.6.6.6, nonsense, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["6.6.6.6,"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("fd00::1", &["[2001:db8::7]:443"], "2001:db8::7"),
            ("fd00::1", &["[2001:db8::7]"], "2001:db8::7"),
            ("fd00::1", &["\t2001:db8::7 "], "2001:db8::7"),
            ("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
            ("::ffff:203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.1 6.6.6.6"], "10.0.0.1"),
        ];
        for (peer, forwarded, expected) in table {
            assert_eq!(address(peer, forwarded, &proxy), expected, "{peer} {forwarded:?}");
        }
        let broken: &[u8] = b"198.51.100.1\xff";
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let peer: IpAddr = "10.0.0.1".parse().unwrap();
        assert_eq!(client_address(peer, &[b"6.6.6.6", broken], &trusted), peer);
    }

    /// AC-004: a rotating header changes nothing, direct or through a proxy.
    #[test]
    fn a_forged_header_does_not_make_new_visitors() {
        let mut direct = HashSet::new();
        let mut behind = HashSet::new();
        for index in 0..200 {
            let forged = format!("198.51.100.{index}");
            direct.insert(address("203.0.113.9", &[&forged], &["10.0.0.1/32"]));
            let passed_on = format!("{forged}, 203.0.113.9");
            behind.insert(address("10.0.0.1", &[&passed_on], &["10.0.0.1/32"]));
        }
        assert_eq!(direct, HashSet::from(["203.0.113.9".to_owned()]));
        assert_eq!(behind, direct);
    }

    #[test]
    fn networks() {
        let table = [
            ("192.0.2.77", "192.0.2.77/32", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.77/32", "192.0.2.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
            ("::1", "::/64", "::/48"),
        ];
        for (typed, narrow, wide) in table {
            let expected = (narrow.to_owned(), wide.to_owned());
            assert_eq!(network_of(typed.parse().unwrap()), expected);
        }
    }

    /// AC-005: a thousand addresses of one /64 are one visitor, a thousand /64 of one /48 one site.
    #[test]
    fn rotating_inside_a_network_is_seen() {
        let (mut hosts, mut sites) = (HashSet::new(), HashSet::new());
        let mut narrow_of_sites = HashSet::new();
        for index in 0..1_000_u16 {
            let host = Ipv6Addr::new(0x2001, 0xdb8, 1, 2, index << 6, index, 3, index);
            hosts.insert(network_of(host.into()).0);
            let site = Ipv6Addr::new(0x2001, 0xdb8, 1, index << 6, 9, 9, 9, index);
            let (narrow, wide) = network_of(site.into());
            narrow_of_sites.insert(narrow);
            sites.insert(wide);
        }
        assert_eq!((hosts.len(), narrow_of_sites.len(), sites.len()), (1, 1_000, 1));
    }
}
