//! Clusters, networks and hosts.

use super::{Check, Form, row, within};

/// Its rows.
pub(super) const FORMS: &[Form] = &[
    within(
        "kubernetes-bootstrap",
        "Kubernetes bootstrap token",
        &["--token", "--discovery-token"],
        r"--(?:discovery-)?token[ =]\s{0,4}([a-z0-9]{6}\.[a-z0-9]{16})\b",
        Check::Random,
        "--^token us1as5.^t84n7evgdttlsmng",
        "--^token us1as5.^t84n7evgdttlsmn",
    ),
    row(
        "kubernetes-k3s",
        "k3s token",
        &["k10"],
        "K10[0-9a-f]{50,64}::[a-z0-9-]{1,20}:[A-Za-z0-9]{16,64}",
        Check::Random,
        "K1^04ba8a7cddc2b1615b6da043a302d7c74d^9818b52ecba539c27::d:JnzkSJSgP54E7XgU",
        "K1^04ba8a7cddc2b1615b6da043a302d7c74d^9818b52ecba539c27::d:JnzkSJSgP54E7Xg",
    ),
    row(
        "docker-swarm",
        "Swarm join token",
        &["swmtkn-1-"],
        "SWMTKN-1-[a-z0-9]{49,50}-[a-z0-9]{25}",
        Check::Random,
        "SW^MTKN-1-cluwsxjjrdhqrw4n02012khr97h4zj669^5u8wremx0a73sywi-964qplpppghsae6xiel4banm1",
        "SW^MTKN-1-cluwsxjjrdhqrw4n02012khr97h4zj66^95u8wremx0a73sywi-964qplpppghsae6xiel4banm",
    ),
    row(
        "openshift",
        "OpenShift token",
        &["sha256~"],
        "sha256~[A-Za-z0-9_-]{43}",
        Check::Random,
        "sh^a256~M3NatQyMfgsEgRhVT5^vZzGwgW2XH2dHwf8Kv2tJBllC",
        "sh^a256~M3NatQyMfgsEgRhVT^5vZzGwgW2XH2dHwf8Kv2tJBll",
    ),
    row(
        "rancher",
        "Rancher token",
        &["token-"],
        "token-[a-z0-9]{5}:[a-z0-9]{54}",
        Check::Random,
        "to^ken-fizrq:kjohl44l68djulecwkxze^9d8h0ujauntwmibl9an8f1xyyav41o6p3",
        "to^ken-fizrq:kjohl44l68djulecwkxz^e9d8h0ujauntwmibl9an8f1xyyav41o6p",
    ),
    row(
        "tailscale",
        "Tailscale key",
        &["tskey-"],
        "tskey-[a-z]{3,10}-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}",
        Check::Random,
        "ts^key-krq-3fJi6TgE-^zKknESWLdinH6oNHv52R",
        "ts^key-krq-3fJi6TgE-^zKknESWLdinH6oNHv52",
    ),
    row(
        "defined",
        "Defined Networking key",
        &["dnkey-"],
        "dnkey-[A-Z0-9]{26}-[A-Z0-9]{52}",
        Check::Random,
        "dn^key-0ESJ5JUPADYUWZ4IN72HH7WNFT-AWLB477FO^XF2UI1G6VF92LWBES239Q3TBEO4IJ5DXHAXEVMNCA0X",
        "dn^key-0ESJ5JUPADYUWZ4IN72HH7WNFT-AWLB477FO^XF2UI1G6VF92LWBES239Q3TBEO4IJ5DXHAXEVMNCA0",
    ),
    within(
        "wireguard",
        "WireGuard private key",
        &["privatekey"],
        r"(?i:PrivateKey)\s{0,4}=\s{0,4}([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)",
        Check::Random,
        "Pr^ivateKey=MIzUg30joICtAoqU^clCd8DHYJvImdrnyIfKrtjgRwlU=",
        "Pr^ivateKey=MIzUg30joICtAoqU^clCd8DHYJvImdrnyIfKrtjgRwlU",
    ),
];
