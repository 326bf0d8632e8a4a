//! Who a container's processes run as: what it says itself, else what its image says.

use super::stage::OTHER;
use crate::model::{Base, Found, ImageRef, Level, Platform, Severity, Stage, Told, Workload};
use crate::rules::facts::image::{BaseUser, user_of};
use crate::rules::facts::privilege::{Answer, answer, lacks, lost};
use crate::rules::facts::user::is_root;

pub(super) const VARIABLE: Level =
    Level::medium(1, "left to a variable").in_new_unit(Severity::Info).when_added(Severity::Info);
pub(super) const IMAGE_UNKNOWN: Level = Level::medium(2, "the image's, which may be root");
pub(super) const POD_UNKNOWN: Level = Level::high(2, "the image's, which may be root");
pub(super) const IMAGE_ROOT: Level = Level::high(3, "the image's, which is root");
// Most images are root's if nobody says otherwise: to say so makes a new unit no worse.
pub(super) const ROOT: Level = Level::high(3, "root").in_new_unit(Severity::Medium);
pub(super) const GUARDED: Level = Level::closed("on");
pub(super) const UNGUARDED: Level = Level::low(1, "off");
pub(super) const HIGH_ID: Level = Level::closed("above those of the host's users");
pub(super) const LOW_ID: Level = Level::low(1, "among those of the host's users").only_lost();
pub(super) const ROOT_GROUP: Level = Level::low(1, "joined").in_new_unit(Severity::Info);
pub(super) const STRONG_GROUP: Level = Level::high(2, "joined");

/// Marks a unit that leaves the user to its image, as open as that may be: another image, or another
/// `USER` in one that is built here, is told as that and nothing here.
const UNSAID: &str = "user of its image";
const ANY: Level = Level::high(3, "whoever the image names");
/// From here on a host's own users are rare.
const HIGH: u64 = 10_000;

pub(super) fn measure(workload: &Workload, found: &mut Found<'_>) {
    if workload.platform == Platform::Reference {
        return;
    }
    groups(workload, found);
    let guard = answer(workload.run_as_non_root.as_ref());
    let Some(user) = &workload.user else {
        match workload.run_as_non_root.as_ref().filter(|_| guard == Answer::Yes) {
            Some(switch) => drop(found.say(OTHER, "user", switch, "runAsNonRoot")),
            None => image(workload, found),
        }
        return;
    };
    let text = user.value.text.as_str();
    let name = text.split(':').next().unwrap_or_default();
    if is_root(name) && !(user.value.unknown && name.is_empty()) {
        found.say(ROOT, "user", user, text);
        return;
    }
    if user.value.unknown && name.contains(['$', '{']) {
        found.say(VARIABLE, "user", user, text);
        return;
    }
    found.say(OTHER, "user", user, text);
    match workload.run_as_non_root.as_ref().filter(|_| guard == Answer::Yes) {
        Some(switch) => drop(found.say(GUARDED, "guard against root", switch, "")),
        None => drop(lost(found, UNGUARDED, "guard against root", workload)),
    }
    if let Ok(id) = name.parse::<u64>() {
        let level = if id >= HIGH { HIGH_ID } else { LOW_ID };
        found.say(level, "user id", user, name);
    }
}

/// What is the same for a container that leaves its user to an image, and for an image that only
/// wraps that one.
pub(super) fn run_as_it_is(image: &ImageRef) -> String {
    format!("run as {} says", image.name())
}

/// Nothing is declared: the image decides.
fn image(workload: &Workload, found: &mut Found<'_>) {
    let unsaid = found.say(ANY, UNSAID, &workload.place(), "").told(Told::Elsewhere);
    if let Some(Base::Image(image)) = workload.image.as_ref().map(|image| &image.value) {
        unsaid.same_as(run_as_it_is(image));
    }
    if let Some(stage) = &workload.built {
        let level = match stage_is_root(stage, found) {
            Some(true) => IMAGE_ROOT,
            Some(false) => OTHER,
            None => IMAGE_UNKNOWN,
        };
        let unsaid = found.say(level, "user", &workload.place(), "").absent();
        unsaid.told(Told::IfLost).within([UNSAID.to_owned()]);
        return;
    }
    let known = match &workload.image {
        Some(image) if !matches!(image.value, Base::Stage(_)) => {
            user_of(&image.value, found.settings)
        }
        _ => BaseUser::Unknown,
    };
    let level = match known {
        BaseUser::Other => {
            found.say(OTHER, "user", &workload.place(), "").absent();
            return;
        }
        BaseUser::Root => IMAGE_ROOT,
        BaseUser::Unknown if workload.platform == Platform::Compose => IMAGE_UNKNOWN,
        BaseUser::Unknown => POD_UNKNOWN,
    };
    lacks(found, level, "user", workload).within([UNSAID.to_owned()]);
}

/// Whether what is built here runs as root; `None` where its base decides.
fn stage_is_root(stage: &Stage, found: &Found<'_>) -> Option<bool> {
    match &stage.user {
        Some(user) => Some(is_root(user.value.text.split(':').next().unwrap_or_default())),
        None => match user_of(&stage.root.value, found.settings) {
            BaseUser::Root => Some(true),
            BaseUser::Other => Some(false),
            BaseUser::Unknown => None,
        },
    }
}

/// Groups that give away the host, and the root group.
fn groups(workload: &Workload, found: &mut Found<'_>) {
    for group in &workload.groups {
        let level = match group.value.trim() {
            "docker" | "podman" | "lxd" | "libvirt" | "disk" | "shadow" | "kmem" => STRONG_GROUP,
            name if is_root(name) && !name.is_empty() => ROOT_GROUP,
            _ => continue,
        };
        found.say(level, format!("group {}", group.value.trim()), group, "");
    }
}
