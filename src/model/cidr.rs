//! Blocks of addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A block of IP addresses: `10.0.0.0/8`, `2001:db8::/32`; host bits are cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cidr {
    base: IpAddr,
    prefix: u8,
}

/// Blocks that are not routed on the internet.
const PRIVATE: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
];

impl Cidr {
    /// A block as written: `10.1.2.3/8`; an address without a prefix is a block of one. `None` for
    /// anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (address, prefix) =
            text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().filter(|prefix| *prefix <= most)?
            }
            Some(_) => return None,
            None => most,
        };
        Some(Self { base: cleared(address, prefix), prefix })
    }

    /// Every address of its family.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.prefix == 0
    }

    /// Addresses of version 4.
    #[must_use]
    pub fn is_v4(&self) -> bool {
        self.base.is_ipv4()
    }

    /// Every address of `other` is in it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.is_v4() == other.is_v4()
            && self.prefix <= other.prefix
            && cleared(other.base, self.prefix) == self.base
    }

    /// None of its addresses is routed on the internet.
    #[must_use]
    pub fn is_private(&self) -> bool {
        PRIVATE.iter().filter_map(|block| Self::parse(block)).any(|block| block.contains(self))
    }

    /// The blocks that hold all of it and more, widest first.
    #[must_use]
    pub fn wider(&self) -> Vec<Self> {
        let of = |prefix: u8| Self { base: cleared(self.base, prefix), prefix };
        (0..self.prefix).map(of).collect()
    }

    /// How many addresses it has: of version 6 counted in networks of 64 bits, at least one.
    #[must_use]
    pub fn size(&self) -> u64 {
        let bits = if self.is_v4() { 32 } else { 64 };
        1_u64.checked_shl(u32::from(bits - self.prefix.min(bits))).unwrap_or(u64::MAX)
    }
}

/// The address with all but its first bits zero.
fn cleared(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from(u32::from(address) & mask))
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix.min(128))).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from(u128::from(address) & mask))
        }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.prefix)
    }
}

/// A block without some smaller ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The block.
    pub block: Cidr,
    /// What is left out of it, sorted.
    pub except: Vec<Cidr>,
}

impl Block {
    /// All of a block.
    #[must_use]
    pub fn whole(block: Cidr) -> Self {
        Self { block, except: Vec::new() }
    }

    /// A block without others; those that lie in each other count once, those outside not at all.
    #[must_use]
    pub fn without(block: Cidr, except: impl IntoIterator<Item = Cidr>) -> Self {
        let mut kept: Vec<Cidr> = Vec::new();
        let mut all: Vec<Cidr> = except.into_iter().filter(|out| block.contains(out)).collect();
        all.sort_by_key(|out| (out.prefix, out.base));
        for out in all {
            if !kept.iter().any(|wide| wide.contains(&out)) {
                kept.push(out);
            }
        }
        Self { block, except: kept }
    }

    /// Every address of its family.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.block.is_everything() && self.except.is_empty()
    }

    /// How many addresses it has, as [`Cidr::size`] counts.
    #[must_use]
    pub fn size(&self) -> u64 {
        let out = self.except.iter().fold(0_u64, |sum, out| sum.saturating_add(out.size()));
        self.block.size().saturating_sub(out)
    }

    /// None of its addresses is routed on the internet.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.block.is_private()
    }

    /// Every address of `other` is in it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        let out = |cidr: &Cidr| {
            !other.block.contains(cidr) && !cidr.contains(&other.block)
                || other.except.iter().any(|out| out.contains(cidr))
        };
        self.block.contains(&other.block) && self.except.iter().all(out)
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.block.fmt(f)?;
        for (at, out) in self.except.iter().enumerate() {
            write!(f, "{}{out}", if at == 0 { " except " } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        Cidr::parse(text).unwrap()
    }

    #[test]
    fn blocks_are_read_and_compared() {
        assert_eq!(cidr("10.1.2.3/8").to_string(), "10.0.0.0/8");
        assert_eq!(cidr("10.1.2.3"), cidr("10.1.2.3/32"));
        assert!(cidr("0.0.0.0/0").contains(&cidr("8.8.8.8")));
        assert!(!cidr("0.0.0.0/0").contains(&cidr("::1")));
        assert!(!cidr("10.0.0.0/16").contains(&cidr("10.0.0.0/8")));
        assert_eq!(cidr("::/0").size(), u64::MAX);
        assert_eq!(cidr("10.0.0.0/24").size(), 256);
        assert_eq!(cidr("fe80::1").size(), 1);
        assert!(cidr("172.20.0.0/16").is_private() && !cidr("172.0.0.0/8").is_private());
        for bad in ["", "10.0.0.0/33", "10.0.0.0/+8", "10.0.0/8", "::/129", "x", "10.0.0.0/"] {
            assert_eq!(Cidr::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_left_out_counts_once() {
        let world = Block::without(cidr("0.0.0.0/0"), [cidr("10.0.0.0/8"), cidr("10.1.0.0/16")]);
        assert_eq!(world.size(), (1 << 32) - (1 << 24));
        assert!(!world.is_everything() && Block::whole(cidr("0.0.0.0/0")).is_everything());
        assert!(Block::whole(cidr("0.0.0.0/0")).contains(&world));
        assert!(!world.contains(&Block::whole(cidr("0.0.0.0/0"))));
        assert!(world.contains(&Block::whole(cidr("192.168.0.0/16"))));
        assert!(!world.contains(&Block::whole(cidr("10.2.0.0/16"))));
        assert!(world.contains(&Block::without(cidr("0.0.0.0/0"), [cidr("10.0.0.0/7")])));
        assert_eq!(world.to_string(), "0.0.0.0/0 except 10.0.0.0/8");
    }

    proptest::proptest! {
        #[test]
        fn a_block_holds_what_is_narrower(base: [u8; 4], wide in 0_u8..=32, narrow in 0_u8..=32) {
            let of = |prefix: u8| cidr(&format!("{}/{prefix}", IpAddr::from(base)));
            let (a, b) = (of(wide), of(narrow));
            proptest::prop_assert_eq!(a.contains(&b), wide <= narrow);
            proptest::prop_assert_eq!(a.size() >= b.size(), wide <= narrow);
            proptest::prop_assert_eq!(cidr(&a.to_string()), a);
        }

        #[test]
        fn any_text_is_read_without_harm(text in ".{0,24}") {
            if let Some(block) = Cidr::parse(&text) {
                proptest::prop_assert_eq!(Cidr::parse(&block.to_string()), Some(block));
            }
        }
    }
}
