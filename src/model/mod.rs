//! The words of the house: what every room knows.

mod access;
mod audit;
mod cidr;
mod context;
mod data;
mod dockerfile;
mod exposure;
mod finding;
mod glob;
mod grants;
mod images;
mod interpolation;
mod level;
mod map;
mod network;
mod node;
mod pattern;
mod printable;
mod reference;
mod report;
mod rule;
mod scan;
mod secrets;
mod selector;
mod settings;
mod shell;
mod source;
mod span;
mod stage;
pub mod template;
mod text;
mod tree;
mod unit;
mod what_if;
mod workload;

pub use access::{AccessKind, AccessObject, Binding, Check, Guard, Right, Role, Stance};
pub use audit::{Audit, Closed, Landed, Step, height, mark};
pub use cidr::{Block, Cidr};
pub use context::{BuildContext, Builders, IgnoreFile, Reached, Sensitive, Taken, Tracked};
pub use data::{DataKind, DataObject, is_program};
pub use dockerfile::{
    Arguments, Directive, Dockerfile, Flag, Heredoc, Instruction, Pair, Piece, Script,
};
pub use exposure::{Exposure, Found, Told, redact};
pub use finding::{Excerpt, Improvement, Regression, Side};
pub use glob::Glob;
pub use grants::{
    Device, DeviceKind, Host, Known, Limit, Mount, MountKind, Namespace, NamespaceKind, Profile,
    Published, Resource, Shared, Switch, ValueFile,
};
pub use images::NamedImage;
pub use interpolation::{Interpolated, interpolate};
pub use level::{Level, Severity};
pub use map::{HashMap, HashSet};
pub use network::{
    Behind, Direction, Gate, Ingress, Isolation, Network, NetworkKind, NetworkObject, Peer, Policy,
    PortRange, Service, Who,
};
pub use node::{Content, Entry, Node, Scalar};
pub use pattern::{Pattern, Wildcard, clean, deciding};
pub use printable::{hides, printable, printable_bytes};
pub use reference::ImageRef;
pub use report::{Action, Bypass, Finding, Problem, RefReport, Report};
pub use rule::{Example, Measure, Reference, Rule};
pub use scan::{Evidence, Outlook, Scan};
pub use secrets::{SecretPatterns, entropy};
pub use selector::{Operator, Requirement, Selector};
pub use settings::{Settings, Today};
pub use shell::{
    Command, Invoked, Pipeline, Redirect, Shell, Substitution, Word, is_shell, program,
};
pub use source::{Source, SourceKind};
pub use span::{FileId, Span, Spanned};
pub use stage::{
    Base, Build, Copy, Healthcheck, Invocation, Ports, Run, Setting, Stage, Value, Variable,
};
pub use text::{Gap, GapKind, Text};
pub use tree::{EntryKind, Tree};
pub use unit::{
    Attribute, Declaration, Declared, File, FileKind, Measured, Reading, Submodule, Unit,
};
pub use what_if::{Kept, Trial};
pub use workload::{Platform, WORKLOADS, Workload};
