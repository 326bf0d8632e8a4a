//! The files beside the manifests: a chart's description and values, a kustomization.

use bstr::{BStr, ByteSlice as _};

use super::{Surface, template, yaml};
use crate::model::{Declared, FileKind, Reading, Text};

/// `Chart.yaml` and its lock, and what held the dependencies of older charts.
pub(super) const CHART: Surface = Surface {
    id: "chart",
    kind: FileKind::Chart,
    recognises: |path| {
        let names = ["Chart.yaml", "Chart.lock", "requirements.yaml", "requirements.lock"];
        names.iter().any(|known| name(path) == known.as_bytes())
    },
    // Others keep lists of packages under the older name.
    concerns: |path, content| {
        name(path).starts_with(b"Chart.") || content.contains_str("dependencies")
    },
    read,
};

/// A chart's values.
pub(super) const VALUES: Surface = Surface {
    id: "values",
    kind: FileKind::Values,
    recognises: |path| {
        let name = name(path).to_ascii_lowercase();
        let stem = name.strip_suffix(b".yaml").or_else(|| name.strip_suffix(b".yml"));
        stem.is_some_and(|stem| stem.starts_with(b"values") || stem.ends_with(b"values"))
    },
    concerns: |_, content| !template::is_object(content),
    read,
};

/// What kustomize reads.
pub(super) const KUSTOMIZATION: Surface = Surface {
    id: "kustomization",
    kind: FileKind::Kustomization,
    recognises: |path| {
        let names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
        names.iter().any(|known| name(path) == known.as_bytes())
    },
    // Flux has objects of the same name, for which a file may be called.
    concerns: |_, content| !content.contains_str("kustomize.toolkit.fluxcd.io"),
    read,
};

fn name(path: &BStr) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or_default()
}

fn read(text: &Text) -> Reading {
    let braces = text.content.contains("{{");
    let (documents, gaps) = yaml::documents(text);
    // Values may be templates that a chart fills in later, or be written by one.
    let (documents, gaps) =
        if braces && !gaps.is_empty() { template::documents(text) } else { (documents, gaps) };
    Reading { declared: Declared::Tree(documents), gaps }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_known_by_their_names() {
        for path in ["values.yaml", "a/values-prod.yml", "prod.values.yaml", "x/my-Values.yaml"] {
            assert!((VALUES.recognises)(path.into()), "{path}");
        }
        for path in ["values.schema.json", "values", "valuesx/a.yaml", "a.yaml"] {
            assert!(!(VALUES.recognises)(path.into()), "{path}");
        }
        assert!(!(VALUES.concerns)("values.yaml".into(), b"apiVersion: v1\nkind: ConfigMap\n"));
    }
}
