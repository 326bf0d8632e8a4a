//! Limits: one for each resource, whichever of its keys says it.

use super::amount::{bounded, bytes, count, processors};
use crate::model::{Limit, Node, Resource, Spanned};

/// How long a turn of `cpu_quota` is where `cpu_period` is not set, in microseconds.
const PERIOD: f64 = 100_000.0;

/// How a resource's amount is read.
type Measure = fn(&str) -> Option<f64>;

/// What limits each resource; of two keys for one the first that is there.
pub(super) fn limits(service: &Node) -> Vec<Spanned<Limit>> {
    let of = |resource: Resource, paths: &[&str], measure: Measure| {
        let node = paths.iter().find_map(|path| service.at(path).filter(|node| !node.is_null()));
        Some(limit(resource, node?, measure))
    };
    let mut limits: Vec<Spanned<Limit>> = [
        of(Resource::Memory, &["deploy.resources.limits.memory", "mem_limit"], bytes),
        of(Resource::Cpu, &["deploy.resources.limits.cpus", "cpus"], processors)
            .or_else(|| quota(service)),
        of(Resource::Pids, &["deploy.resources.limits.pids", "pids_limit"], count),
        of(Resource::Storage, &["storage_opt.size"], bytes),
    ]
    .into_iter()
    .flatten()
    .collect();
    for entry in service.get("ulimits").map_or(&[][..], Node::entries) {
        let node = entry.value.get("hard").or(entry.value.get("soft")).unwrap_or(&entry.value);
        limits.push(limit(Resource::Ulimit(entry.key.value.to_ascii_lowercase()), node, count));
    }
    limits
}

/// What is reserved.
pub(super) fn requests(service: &Node) -> Vec<Spanned<Limit>> {
    let of = |resource: Resource, paths: &[&str], measure: Measure| {
        let node = paths.iter().find_map(|path| service.at(path).filter(|node| !node.is_null()));
        Some(limit(resource, node?, measure))
    };
    let memory = ["deploy.resources.reservations.memory", "mem_reservation"];
    let requests = [
        of(Resource::Memory, &memory, bytes),
        of(Resource::Cpu, &["deploy.resources.reservations.cpus"], processors),
    ];
    requests.into_iter().flatten().collect()
}

fn limit(resource: Resource, node: &Node, measure: Measure) -> Spanned<Limit> {
    let text = node.text().unwrap_or_default();
    let amount = measure(text).filter(|_| !node.is_opaque()).and_then(bounded);
    let unknown = node.is_opaque();
    node.place(Limit { resource, amount, unknown, text: text.to_owned() })
}

/// `cpu_quota` out of `cpu_period`.
fn quota(service: &Node) -> Option<Spanned<Limit>> {
    let node = service.get("cpu_quota").filter(|node| !node.is_null())?;
    let period = service.get("cpu_period").filter(|node| !node.is_null());
    let length = period.and_then(Node::text).and_then(micros).unwrap_or(PERIOD);
    let mut limit = limit(Resource::Cpu, node, micros);
    let share = |quota| if quota > 0.0 { bounded(quota * 1000.0 / length) } else { None };
    limit.value.amount = node.text().filter(|_| !node.is_opaque()).and_then(micros).and_then(share);
    Some(limit.because(period.map(|node| node.span)))
}

/// Microseconds, or a duration such as `50ms`.
fn micros(text: &str) -> Option<f64> {
    let units = [("us", 1.0), ("ms", 1e3), ("s", 1e6), ("", 1.0)];
    units.into_iter().find_map(|(unit, times)| {
        text.trim().strip_suffix(unit)?.trim().parse::<f64>().ok().map(|number| number * times)
    })
}
