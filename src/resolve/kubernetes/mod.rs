//! Kubernetes objects to units: containers, data, network and access objects.

mod access;
pub(super) mod base64;
mod command;
mod container;
mod control_plane;
mod data;
mod environment;
mod guard;
mod inline;
mod labels;
mod near;
mod nested;
mod network;
mod object;
mod pod;
mod policy;
mod quantity;
mod rbac;
mod security;
mod selection;
mod value;
mod volume;

use self::container::Whole;
use self::volume::Others;
use super::Resolved;
use crate::model::{Settings, Tree};

pub(super) use data::is_sealed;
pub(super) use near::readers_of;
pub(super) use nested::file as settings_of;
pub(super) use object::{Object, Setting, objects};

/// The units of the objects of all affected files of one revision, taken together: what one object
/// says of another counts.
pub(super) fn units(objects: &[Object], tree: &dyn Tree, settings: &Settings) -> Resolved {
    let _ = settings;
    let mut resolved = Resolved::default();
    let others = Others(objects);
    for object in objects {
        if tree.over() {
            break;
        }
        resolved.units.extend(data::unit(object, tree));
        resolved.units.extend(volume::persistent(object));
        resolved.units.extend(control_plane::units(object));
        let pods = pod::pods(object);
        for pod in &pods {
            let whole = Whole { object, pod, others, tree };
            resolved.units.extend(container::containers(whole));
        }
        resolved.units.extend(inline::units(object, &pods));
    }
    resolved.units.extend(objects.iter().filter_map(network::unit));
    resolved.units.extend(selection::units(objects));
    resolved.units.extend(access::units(objects));
    resolved
}
