//! A merged project in, its workloads, networks and data out.
//!
//! Source: Compose Specification, "Services top-level elements" and what it refers to.

mod amount;
mod build;
mod command;
mod data;
mod inherit;
mod limit;
mod mount;
mod network;
mod option;
mod port;
mod read;
mod security;
mod service;

use super::Project;
use crate::model::{Declaration, Gap, Node, Settings, Span, Tree, Unit};

/// The units of a project, and what could not be resolved.
pub(super) fn units(
    project: &Project,
    tree: &dyn Tree,
    _settings: &Settings,
) -> (Vec<Declaration>, Vec<Gap>) {
    let mut gaps = Vec::new();
    let services = project.root.get("services").map_or(&[][..], Node::entries);
    let mut builds = build::Builds::new(project, tree);
    let mut workloads = Vec::with_capacity(services.len());
    for entry in services {
        let mut workload = service::workload(entry, project, tree, &mut gaps);
        builds.add(entry, &mut workload);
        workloads.push(workload);
    }
    inherit::mounts(&mut workloads);
    network::of_all(&mut workloads, &project.root);
    let mut units: Vec<Declaration> = Vec::new();
    for workload in workloads {
        let (title, span) = (workload.title.clone(), workload.span);
        units.push(declaration(project, Unit::Workload(Box::new(workload)), title, span));
    }
    for object in network::objects(&project.root) {
        let (title, span) = (object.title.clone(), object.span);
        units.push(declaration(
            project,
            Unit::Network(Box::new(object.clone())),
            title.clone(),
            span,
        ));
    }
    units.append(&mut builds.units);
    gaps.append(&mut builds.gaps);
    (units, gaps)
}

fn declaration(project: &Project, unit: Unit, title: String, span: Span) -> Declaration {
    Declaration { unit, path: project.path.clone(), title, body: body(project, span) }
}

/// The lines of a unit for similarity, its first one left out: it holds the name.
fn body(project: &Project, span: Span) -> Vec<String> {
    let Some(text) = project.text(span.file) else { return Vec::new() };
    let lines = (span.line + 1..=span.end_line).filter_map(|number| text.line(number));
    let lines = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}
