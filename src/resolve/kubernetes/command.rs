//! What a container runs, and what it is asked over the network.
//!
//! Source: Kubernetes API reference, "Container v1 core", "LifecycleHandler v1 core", "Probe v1
//! core"; documentation, "Define a Command and Arguments for a Container".

use crate::model::{Invocation, Node, Spanned, Tree, Variable, is_shell, program};
use crate::resolve::shell;

/// The commands of one container.
pub(super) struct Commands {
    pub(super) entrypoint: Option<Invocation>,
    pub(super) command: Option<Invocation>,
    /// Hooks and probes.
    pub(super) others: Vec<Invocation>,
    /// The headers of requests that hooks and probes send.
    pub(super) values: Vec<Variable>,
}

/// How long a script may be that is read here.
const LONGEST: usize = 256 << 10;

pub(super) fn of(container: &Node, environment: &[Variable], tree: &dyn Tree) -> Commands {
    let known = |name: &str| known(environment, name);
    let invocation = |words: &[&Node]| invocation(words, tree, &known);
    let (command, args) = (words(container.get("command")), words(container.get("args")));
    // A shell that is told with `-c` to run its argument finds it in the other list.
    let joined: Vec<_> = command.iter().chain(&args).copied().collect();
    let (entrypoint, args) = if starts_shell(&command) {
        (invocation(&joined), Vec::new())
    } else {
        (invocation(&command), args)
    };
    let source = container.get("source").and_then(|source| script(source, tree, &known));
    let entrypoint = source.or(entrypoint);
    let mut others = Vec::new();
    let mut values = Vec::new();
    for handler in handlers(container) {
        let exec = handler.get("exec").and_then(|exec| exec.get("command"));
        others.extend(invocation(&words(exec)));
        let headers = handler.get("httpGet").and_then(|request| request.get("httpHeaders"));
        for header in headers.map_or(&[][..], Node::items) {
            if let (Some(name), Some(value)) =
                (header.get("name").and_then(Node::text), header.get("value"))
            {
                values.push(super::value::variable(name, value));
            }
        }
    }
    Commands { entrypoint, command: invocation(&args), others, values }
}

fn known(environment: &[Variable], name: &str) -> Option<String> {
    let variable = environment.iter().rev().find(|variable| variable.name == name)?;
    variable.value.as_ref().filter(|value| !value.unknown).map(|value| value.text.clone())
}

fn handlers(container: &Node) -> impl Iterator<Item = &Node> {
    let probes = ["livenessProbe", "readinessProbe", "startupProbe"].into_iter();
    let hooks = ["lifecycle.postStart", "lifecycle.preStop"].into_iter();
    probes.chain(hooks).filter_map(|path| container.at(path))
}

/// The words of a list; a text by itself is one word.
fn words(node: Option<&Node>) -> Vec<&Node> {
    let Some(node) = node else { return Vec::new() };
    let items = if node.is_list() { node.items() } else { std::slice::from_ref(node) };
    items.iter().filter(|item| item.text().is_some()).collect()
}

fn starts_shell(words: &[&Node]) -> bool {
    let mut programs = words.iter().map(|word| program(word.text().unwrap_or_default()));
    programs.find(|name| *name != "env").is_some_and(is_shell)
}

/// `["sh", "-c", TEXT]` is `TEXT`.
fn invocation(
    nodes: &[&Node],
    tree: &dyn Tree,
    known: &dyn Fn(&str) -> Option<String>,
) -> Option<Invocation> {
    let words: Vec<Spanned<String>> = nodes.iter().filter_map(|node| node.spanned()).collect();
    let (first, last) = (words.first()?, words.last()?);
    if words.iter().map(|word| word.value.len()).sum::<usize>() > LONGEST {
        return None;
    }
    let place = Spanned::new((), first.span.to(last.span)).because(first.because.iter().copied());
    let scripts: Vec<_> = nodes.iter().map(|node| shell::of_scalar(node, tree)).collect();
    let mut shell = shell::exec_of(&words, &scripts, known);
    let inner = shell
        .pipelines
        .first_mut()
        .and_then(|pipeline| pipeline.commands.first_mut())
        .filter(|_| starts_shell(nodes))
        .and_then(|command| command.inner.pop());
    let exec = inner.is_none();
    Some(Invocation { place, exec, shell: inner.unwrap_or(shell) })
}

/// A workflow's script.
fn script(
    node: &Node,
    tree: &dyn Tree,
    known: &dyn Fn(&str) -> Option<String>,
) -> Option<Invocation> {
    node.text().filter(|text| text.len() <= LONGEST)?;
    let shell = shell::read(&shell::of_scalar(node, tree), known);
    Some(Invocation { place: node.place(()), exec: false, shell })
}
