//! RULES: one file per rule, data and a function.

mod add_remote;
mod added_capability;
mod admission_guard;
mod base_image;
mod build_attestation;
mod build_context;
mod build_password;
mod build_privilege;
mod check_directive;
mod cluster_right;
mod confinement;
mod content_trust;
mod control_plane_flag;
mod copied_root;
mod credential_file;
mod daemon_setting;
mod debug_mode;
mod docker_api;
mod end_of_life_image;
mod exposed_ingress;
mod exposed_port;
mod exposed_service;
mod facts;
mod frontend;
mod git_attributes;
mod healthcheck;
mod host_alias;
mod host_command;
mod host_device;
mod host_mount;
mod host_namespace;
mod image_scan;
mod installed_daemon;
mod kept_capability;
mod mesh_policy;
mod mutable_image;
mod network_exposure;
mod network_isolation;
mod onbuild;
mod open_login;
mod package_pin;
mod package_signature;
mod page;
mod pipefail;
mod plain_secret;
mod pod_security_level;
mod privilege_escalation;
mod privileged_container;
mod published_port;
mod pull_policy;
mod remote_script;
mod removed_guard;
mod repository_policy;
mod resource_limit;
mod role_binding;
mod root_account;
mod runs_as_root;
mod runtime_isolation;
mod runtime_safeguard;
mod runtime_socket;
mod runtime_volume;
mod secret_in_environment;
mod secret_in_image;
mod service_token;
mod setuid;
mod shared_role;
mod source_location;
mod start_profile;
mod submodule_source;
mod sudo;
mod suppression;
mod tls_verification;
mod unpinned_source;
mod unsafe_sysctl;
mod unverified_download;
mod unverified_source;
mod volume_encryption;
mod world_writable;
mod writable_root;

use crate::model::{
    Declaration, Declared, Exposure, File, Found, Measure, Rule, Settings, Span, Unit,
};

pub use facts::secret::{known_forms, known_secrets};
pub use page::{json, list, page, reference_of_all};

/// Every rule, by id.
pub const RULES: &[&Rule] = &[
    &add_remote::RULE,
    &added_capability::RULE,
    &admission_guard::RULE,
    &base_image::RULE,
    &build_attestation::RULE,
    &build_context::RULE,
    &build_password::RULE,
    &build_privilege::RULE,
    &check_directive::RULE,
    &cluster_right::RULE,
    &confinement::RULE,
    &content_trust::RULE,
    &control_plane_flag::RULE,
    &copied_root::RULE,
    &credential_file::RULE,
    &daemon_setting::RULE,
    &debug_mode::RULE,
    &docker_api::RULE,
    &end_of_life_image::RULE,
    &exposed_ingress::RULE,
    &exposed_port::RULE,
    &exposed_service::RULE,
    &frontend::RULE,
    &git_attributes::RULE,
    &healthcheck::RULE,
    &host_alias::RULE,
    &host_command::RULE,
    &host_device::RULE,
    &host_mount::RULE,
    &host_namespace::RULE,
    &image_scan::RULE,
    &installed_daemon::RULE,
    &kept_capability::RULE,
    &mesh_policy::RULE,
    &mutable_image::RULE,
    &network_exposure::RULE,
    &network_isolation::RULE,
    &onbuild::RULE,
    &open_login::RULE,
    &package_pin::RULE,
    &package_signature::RULE,
    &pipefail::RULE,
    &plain_secret::RULE,
    &pod_security_level::RULE,
    &privilege_escalation::RULE,
    &privileged_container::RULE,
    &published_port::RULE,
    &pull_policy::RULE,
    &remote_script::RULE,
    &removed_guard::RULE,
    &repository_policy::RULE,
    &resource_limit::RULE,
    &role_binding::RULE,
    &root_account::RULE,
    &runs_as_root::RULE,
    &runtime_isolation::RULE,
    &runtime_safeguard::RULE,
    &runtime_socket::RULE,
    &runtime_volume::RULE,
    &secret_in_environment::RULE,
    &secret_in_image::RULE,
    &service_token::RULE,
    &setuid::RULE,
    &shared_role::RULE,
    &source_location::RULE,
    &start_profile::RULE,
    &submodule_source::RULE,
    &sudo::RULE,
    &suppression::RULE,
    &tls_verification::RULE,
    &unpinned_source::RULE,
    &unsafe_sysctl::RULE,
    &unverified_download::RULE,
    &unverified_source::RULE,
    &volume_encryption::RULE,
    &world_writable::RULE,
    &writable_root::RULE,
];

/// The rule of an id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// Measures one unit with the rules given. `file` is the one that declares it.
pub fn measure(
    rules: &[&'static Rule],
    declaration: &Declaration,
    file: &File,
    settings: &Settings,
) -> Vec<Exposure> {
    let mut exposures = Vec::new();
    measure_all(rules, declaration, file, settings, &mut exposures);
    // What asks for a build has a say in all that is open in it.
    let asked: &[Span] = declaration.unit.build().map_or(&[], |build| &build.places);
    for exposure in &mut exposures {
        exposure.places.extend(asked);
    }
    exposures
}

fn measure_all(
    rules: &[&'static Rule],
    declaration: &Declaration,
    file: &File,
    settings: &Settings,
    exposures: &mut Vec<Exposure>,
) {
    let path = declaration.path.to_string();
    for rule in rules {
        let mut found = Found::new(rule, settings, exposures);
        found.path = &path;
        for measure in rule.measure {
            match (measure, &declaration.unit) {
                (Measure::Stage(measure), Unit::Stage(stage)) => measure(stage, &mut found),
                (Measure::Context(measure), Unit::Context(context)) => measure(context, &mut found),
                (Measure::Dockerfile(measure), Unit::Dockerfile(_)) => {
                    if let Declared::Dockerfile(dockerfile) = &file.declared {
                        measure(dockerfile, &file.text, &mut found);
                    }
                }
                (Measure::Workload(measure), Unit::Workload(unit)) => measure(unit, &mut found),
                (Measure::Network(measure), Unit::Network(unit)) => measure(unit, &mut found),
                (Measure::Access(measure), Unit::Access(unit)) => measure(unit, &mut found),
                (Measure::Data(measure), Unit::Data(unit)) => measure(unit, &mut found),
                (Measure::Source(measure), Unit::Source(unit)) => measure(unit, &mut found),
                (Measure::Attributes(measure), Unit::GitFile(_)) => {
                    if let Declared::Attributes(attributes) = &file.declared {
                        measure(attributes, &mut found);
                    }
                }
                (Measure::Submodules(measure), Unit::GitFile(_)) => {
                    if let Declared::Submodules(submodules) = &file.declared {
                        measure(submodules, &mut found);
                    }
                }
                _ => {}
            }
        }
    }
}
