//! What the annotations of Services and Ingresses mean.

use super::super::object::Object;
use crate::model::{Entry, Gate, Node, Spanned};

/// How many annotations of one object are looked at.
const MOST: usize = 256;

/// Annotations that keep a load balancer inside, and the values that do; none: any but `false`.
const INTERNAL: &[(&str, &[&str])] = &[
    ("service.beta.kubernetes.io/aws-load-balancer-internal", &[]),
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", &["internal"]),
    ("networking.gke.io/load-balancer-type", &["internal"]),
    ("cloud.google.com/load-balancer-type", &["internal"]),
    ("service.beta.kubernetes.io/azure-load-balancer-internal", &["true"]),
    ("service.beta.kubernetes.io/oci-load-balancer-internal", &["true"]),
    ("service.beta.kubernetes.io/openstack-internal-load-balancer", &["true"]),
    ("service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type", &["intranet"]),
    ("service.beta.kubernetes.io/alicloud-loadbalancer-address-type", &["intranet"]),
    ("service.kubernetes.io/qcloud-loadbalancer-internal-subnetid", &[]),
    ("service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type", &["private"]),
    ("service.beta.kubernetes.io/do-loadbalancer-network", &["internal"]),
    ("service.beta.kubernetes.io/scw-loadbalancer-private", &["true"]),
    ("load-balancer.hetzner.cloud/disable-public-network", &["true"]),
];

/// Annotations that list the addresses a load balancer lets in.
const RANGES: &[&str] = &[
    "service.beta.kubernetes.io/load-balancer-source-ranges",
    "service.beta.kubernetes.io/azure-allowed-ip-ranges",
];

fn annotations(object: &Object) -> impl Iterator<Item = &Entry> {
    let entries = object.at("metadata.annotations").map(Node::entries).unwrap_or_default();
    entries.iter().take(MOST)
}

fn find<'a>(object: &'a Object, name: &str) -> Option<&'a Entry> {
    annotations(object).find(|entry| entry.key.value == name)
}

/// The annotation that keeps a Service's load balancer inside.
pub(super) fn internal(object: &Object) -> Option<Spanned<String>> {
    INTERNAL.iter().find_map(|(name, values)| {
        let entry = find(object, name)?;
        let text = entry.value.text()?;
        let lower = text.to_ascii_lowercase();
        let inside = match values {
            [] => !matches!(lower.as_str(), "" | "false"),
            values => values.contains(&lower.as_str()),
        };
        inside.then(|| whole(entry, name_and(entry)))
    })
}

/// The addresses that an annotation lets in.
pub(super) fn source_ranges(object: &Object) -> Vec<Spanned<String>> {
    let listed = RANGES.iter().find_map(|name| {
        let value = &find(object, name)?.value;
        Some((value, value.text()?))
    });
    listed.map_or_else(Vec::new, |(node, text)| {
        let ranges = text.split(',').map(str::trim).filter(|range| !range.is_empty());
        ranges.take(MOST).map(|range| node.place(range.to_owned())).collect()
    })
}

/// What the annotations of an Ingress or a Route do with requests, whoever's they are: what stands
/// behind the last slash tells.
pub(super) fn gates(object: &Object) -> Vec<Spanned<Gate>> {
    let mut gates: Vec<Spanned<Gate>> =
        annotations(object).filter_map(|entry| Some(whole(entry, gate(entry)?))).collect();
    let class =
        object.at("spec.ingressClassName").filter(|class| class.text() == Some("gce-internal"));
    gates.extend(class.map(|class| class.place(Gate::Internal("gce-internal".to_owned()))));
    gates
}

fn gate(entry: &Entry) -> Option<Gate> {
    let (key, text) = (entry.key.value.as_str(), entry.value.text()?);
    let value = text.trim().to_ascii_lowercase();
    let (group, name) = key.rsplit_once('/')?;
    let written = || name_and(entry);
    let yes = entry.value.boolean() == Some(true);
    let no = matches!(value.as_str(), "" | "false" | "off" | "none" | "no" | "optional_no_ca");
    let gate = match name {
        "auth-type" | "auth-url" | "auth-secret" | "auth-tls-secret" | "basic-auth-secret"
        | "jwt-key" | "auth-forward-url" | "auth-proxy" | "oauth"
            if !no =>
        {
            Gate::Authentication(written())
        }
        "whitelist-source-range"
        | "allowlist-source-range"
        | "whitelist"
        | "allow-list"
        | "ip_whitelist"
        | "ip_allowlist"
        | "ip-allowlist"
        | "inbound-cidrs"
        | "allow-source-range"
            if !value.is_empty() =>
        {
            Gate::Addresses(text.to_owned())
        }
        "scheme" if value == "internet-facing" => Gate::Outside(written()),
        "scheme" if value == "internal" => Gate::Internal(written()),
        "ingress.class" if value == "gce-internal" => Gate::Internal(written()),
        "ingress.class" if value == "gce" => Gate::Outside(written()),
        "ssl-redirect"
        | "force-ssl-redirect"
        | "redirect-to-https"
        | "force-ssl"
        | "actions.ssl-redirect"
            if !no =>
        {
            Gate::OnlyTls(written())
        }
        "ssl-redirect" if no => Gate::Plain(written()),
        "ingress.allow-http" if yes => Gate::Plain(written()),
        "ingress.allow-http" if no => Gate::OnlyTls(written()),
        "wafv2-acl-arn" | "waf-acl-id" | "web-acl-id" | "waf-policy-for-path" => {
            Gate::Firewall(name.to_owned())
        }
        "enable-modsecurity" | "enable-owasp-core-rules" | "enable-owasp-modsecurity-crs"
            if yes =>
        {
            Gate::Firewall(name.to_owned())
        }
        "proxy-ssl-verify" if no => Gate::Unverified(written()),
        "router.middlewares" | "plugins" => return named(text),
        _ if name.ends_with("-snippet") || name.ends_with("-snippets") => {
            Gate::Snippet(format!("{group}/{name}"))
        }
        _ => return None,
    };
    Some(gate)
}

/// What the name of a middleware or of a plugin says that it does.
pub(super) fn named(text: &str) -> Option<Gate> {
    let lower = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["auth", "oidc", "jwt", "sso", "authelia", "login"]) {
        Some(Gate::Authentication(text.to_owned()))
    } else if has(&["allowlist", "whitelist", "allow-list", "white-list", "ip-restriction"]) {
        Some(Gate::Addresses(text.to_owned()))
    } else if has(&["https", "redirect-scheme", "redirectscheme"]) {
        Some(Gate::OnlyTls(text.to_owned()))
    } else {
        None
    }
}

fn name_and(entry: &Entry) -> String {
    format!("{}: {}", entry.key.value, entry.value.text().unwrap_or_default())
}

fn whole<T>(entry: &Entry, value: T) -> Spanned<T> {
    let because = entry.value.because.clone();
    Spanned { value, span: entry.key.span.to(entry.value.span), because }
}
