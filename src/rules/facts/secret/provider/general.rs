//! What is nobody's own: URLs, headers, keys.

use super::{Check, Form, within};

/// Its rows.
pub(super) const FORMS: &[Form] = &[
    within(
        "url-password",
        "password of a URL",
        &["://"],
        r#"[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s/:@'"<>]*:([^\s/@'"]{1,512})@"#,
        Check::Login,
        "postgres://app:q8Zr2Lx7mKw@db/app",
        "postgres://app:${PW}@db/app",
    )
    .with("@"),
    within(
        "authorization",
        "credential of a header",
        &["authorization:", "authorization\":", "authorization=", "authorization \""],
        r#"(?i)authorization"?\s{0,4}[:=]?\s{0,4}"?(?:bearer|basic|token)\s+([^\s'"]{8,4096})"#,
        Check::Token,
        "Authorization: Bearer 8fj2kd93jf02kd93jf0",
        "Authorization: Bearer $TOKEN",
    ),
    within(
        "header",
        "credential of a header",
        &["private-token:", "job-token:", "x-api-key:", "x-auth-token:", "api-key:"],
        r#"(?i)(?:private-token|job-token|x-api-key|x-auth-token|api-key):\s{0,4}([^\s'"]{8,4096})"#,
        Check::Token,
        "X-Api-Key: 8fj2kd93jf02kd93jf0",
        "X-Api-Key: ${API_KEY}",
    ),
    within(
        "sql-password",
        "password of a database account",
        &["identified by '", "password '"],
        r"(?i)(?:identified\s{1,4}by|\s(?:with|encrypted|role|user)\s(?:.{0,80}\s)?password)\s{1,4}'([^'\s]{3,200})'",
        Check::Login,
        "CREATE USER app IDENTIFIED BY 'q8Zr2Lx7mKw'",
        "CREATE USER app IDENTIFIED BY '${PW}'",
    ),
    within(
        "private-key",
        "private key",
        &["private key"],
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\n|\\r|\\)*(?:(?:Proc-Type|DEK-Info|Version|Comment|Charset): [^\n\\]{0,100}(?:\s|\\n|\\r|\\)+)*([A-Za-z0-9+/=]{32,})",
        Check::Random,
        "-----BEGIN RSA PRIV^ATE KEY-----\nMIIEpAIBAAKCAQEAx8Kq2mZ0pTr7aB3dE5fG7hI9jK1lM3nO5pQ7sU9w",
        "-----BEGIN PUBLIC KEY-----\nMIIEpAIBAAKCAQEAx8Kq2mZ0pTr7aB3dE5fG7hI9jK1lM3nO5pQ7sU9w",
    ),
    within(
        "putty-key",
        "private key",
        &["private-lines:"],
        r"Private-Lines: [0-9]{1,4}(?:\s|\\n|\\r)+([A-Za-z0-9+/=]{32,})",
        Check::Random,
        "PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 14\nAAABAQCx8Kq2mZ0pTr7aB3dE5fG7hI9jK1lM3nO5pQ7sU9w",
        "PuTTY-User-Key-File-3: ssh-rsa\nPublic-Lines: 14\nAAABAQCx8Kq2mZ0pTr7aB3dE5fG7hI9jK1lM3nO5pQ7sU9w",
    ),
    within(
        "npmrc",
        "npm token",
        &["_authtoken"],
        r#"_authToken\s{0,4}=\s{0,4}"?([A-Za-z0-9_+/=.-]{16,400})"#,
        Check::Random,
        "//registry.example.org/:_auth^Token=3f9a1c7eb2d8064f5e7a",
        "//registry.example.org/:_authToken=${NPM_TOKEN}",
    ),
    within(
        "docker-auth",
        "registry login",
        &["\"auth\""],
        r#""auth"\s{0,4}:\s{0,4}"([A-Za-z0-9+/]{12,400}={0,2})""#,
        Check::Random,
        r#"{"auths":{"registry.example.org":{"au^th":"YXBwOnE4WnIyTHg3bUt3"}}}"#,
        r#"{"auths":{"registry.example.org":{"auth":""}}}"#,
    ),
    within(
        "netrc",
        "password of a netrc",
        &["machine "],
        r"machine\s{1,4}\S{1,200}\s{1,8}login\s{1,4}\S{1,200}\s{1,8}password\s{1,4}(\S{4,400})",
        Check::Token,
        "machine git.example.org login app password q8Zr2Lx7mKw",
        "machine git.example.org login app password $TOKEN",
    ),
];
