//! Credentials that their makers show in documentation, or ship with an emulator: nobody's secret.

/// Azurite's account key.
/// Source: Azure documentation, "Use the Azurite emulator", "Well-known storage account and key".
const AZURITE: &str = concat!(
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/",
    "K1SZFPTOtr/KBHBeksoGMGw=="
);
/// The key of the Cosmos DB emulator.
/// Source: Azure documentation, "Install and use the Azure Cosmos DB emulator", "Authentication".
const COSMOS: &str = concat!(
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPM",
    "bIZnqyMsEcaGQy67XIw/Jw=="
);
/// The test key of Stripe's documentation, and its older one.
/// Source: Stripe documentation, "API keys".
const STRIPE: [&str; 2] =
    [concat!("4eC39HqLyjWD", "arjtT1zdp7dc"), concat!("BQokikJOvBiI", "2HlWgH4olfQ2")];
/// The signature of the token that jwt.io shows first, and the payloads of its kin.
const JWT: [&str; 2] = [
    concat!("SflKxwRJSMeKKF2QT4fw", "pMeJf36POk6yJV_adQssw5c"),
    "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIi",
];
/// The key of WireGuard providers in the gluetun wiki.
const WIREGUARD: &str = concat!("wOEI9rqqbDwnN8/Bpp22sVz48T", "71vJ4fYmFWujulwUU=");
/// The session key of RFC 6455 and its answer.
const WEBSOCKET: [&str; 2] = ["dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="];

/// It says itself that it is only shown, or its maker shows it to everybody.
pub(super) fn is_shown(secret: &str) -> bool {
    let lower = secret.to_ascii_lowercase();
    ["example", "xxxxx", "placeholder", "your_", "your-", "redacted", "dummy"]
        .iter()
        .any(|word| lower.contains(word))
        || [AZURITE, COSMOS, WIREGUARD]
            .iter()
            .chain(&STRIPE)
            .chain(&JWT)
            .chain(&WEBSOCKET)
            .any(|known| secret.contains(known))
}

#[cfg(test)]
mod tests {
    use super::{AZURITE, JWT, STRIPE};
    use crate::rules::facts::secret::of_value;

    #[test]
    fn what_documentation_shows_is_no_secret() {
        for (name, value) in [
            ("AZURE_STORAGE_KEY", AZURITE.to_owned()),
            ("CONNECTION", format!("AccountName=devstoreaccount1;AccountKey={AZURITE}")),
            ("STRIPE_SECRET_KEY", format!("sk_test_{}", STRIPE[0])),
            ("JWT", format!("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{}.{}", JWT[1], JWT[0])),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".to_owned()),
            (
                "SLACK",
                "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"
                    .to_owned(),
            ),
        ] {
            assert_eq!(of_value(name, &value), None, "{name}={value}");
        }
    }
}
