//! Containers of CI systems: what jobs run in, what runs beside them, what their scripts start.

mod circle;
mod gitlab;
mod pipeline;
mod workflow;

use std::rc::Rc;

use super::nodes::{self, Defaults};
use super::options::{self, Word};
use super::{command_line, declaration, terms};
use crate::model::{
    Declaration, File, FileKind, Node, Platform, Source, SourceKind, Tree, Unit, Value, Workload,
};
use crate::resolve::shell;

/// How many units one file may have.
const UNITS: usize = 2_000;

pub(super) fn units(root: &Node, file: &Rc<File>, tree: &dyn Tree, out: &mut Vec<Declaration>) {
    let mut ci = Ci { file, tree, out: Vec::new(), defaults: Defaults::new() };
    match file.kind {
        Some(FileKind::Workflow) => workflow::read(root, &mut ci),
        Some(FileKind::GitlabCi) => gitlab::read(root, &mut ci),
        Some(FileKind::CircleCi) => circle::read(root, &mut ci),
        _ => pipeline::read(root, &mut ci),
    }
    out.append(&mut ci.out);
}

/// What one CI file declares.
struct Ci<'a> {
    file: &'a Rc<File>,
    tree: &'a dyn Tree,
    out: Vec<Declaration>,
    /// Variables that the file itself sets.
    defaults: Defaults,
}

impl Ci<'_> {
    fn push(&mut self, unit: Unit) {
        if self.out.len() < UNITS {
            self.out.push(declaration(unit, self.file));
        }
    }

    /// A word with the file's own variables filled in; what else has one is unknown.
    fn word(&self, node: &Node) -> Option<Word> {
        let mut word = nodes::word(node)?;
        word.value.unknown |= word.value.text.contains(['$', '{', '<']);
        Some(nodes::expand(&word, &self.defaults))
    }

    /// A container: an image by itself, or a mapping with one at `image` or `name`.
    fn container(&mut self, node: &Node, title: &str) {
        let image = ["image", "name"].iter().find_map(|key| node.get(key));
        let image = if node.is_map() { image } else { Some(node) };
        // An image may have a name and more below its own key.
        let image = image.map(|image| image.get("name").unwrap_or(image));
        let Some(image) = image.and_then(|image| self.word(image)) else { return };
        let mut unit = self.workload(title, node);
        unit.image = Some(options::image(&image));
        if node.is_map() {
            self.details(node, &mut unit);
        }
        self.finish(unit);
    }

    fn workload(&self, title: &str, node: &Node) -> Workload {
        let mut unit = Workload::new(Platform::Ci, title.to_owned(), title.to_owned(), node.span);
        unit.file = self.file.text.file;
        unit
    }

    /// What a mapping says besides the image.
    fn details(&self, node: &Node, unit: &mut Workload) {
        for (key, option) in [("volumes", "volume"), ("privileged", "privileged"), ("user", "user")]
        {
            for word in node.get(key).map(nodes::words).unwrap_or_default() {
                options::set(unit, option, &word);
            }
        }
        if let Some(text) = node.get("options") {
            options::read(&self.shell_words(text), unit);
        }
        for key in ["env", "environment", "variables"] {
            for mut variable in node.get(key).map(nodes::variables).unwrap_or_default() {
                if let Some(value) = &mut variable.value {
                    let text = value.text.as_str();
                    value.unknown |= text.starts_with('$') || text.contains("<<");
                }
                unit.environment.push(variable);
            }
        }
        for word in node.get("ports").map(nodes::words).unwrap_or_default() {
            options::set(unit, "publish", &word);
        }
        let command = node.get("command").map(nodes::words).unwrap_or_default();
        unit.command = terms::exec(&command);
        for (of, key) in [
            ("credentials", "password"),
            ("auth", "password"),
            ("aws_auth", "aws_secret_access_key"),
        ] {
            if let Some(password) = node.get(of).and_then(|auth| auth.get(key)) {
                let password = self.word(password);
                unit.values
                    .extend(password.map(|word| terms::named(&format!("{of} {key}"), &word)));
            }
        }
        for image in node.get("image").into_iter().filter(|image| image.is_map()) {
            if let Some(password) = image.get("password").and_then(|node| self.word(node)) {
                unit.values.push(terms::named("image password", &password));
            }
        }
    }

    /// The words of a text as a shell sees them.
    fn shell_words(&self, node: &Node) -> Vec<Word> {
        let script = nodes::script(node, self.tree);
        let shell = shell::read(&script, &|_| None);
        let words = shell.pipelines.iter().flat_map(|pipeline| &pipeline.commands);
        words.flat_map(|command| &command.words).map(terms::of_shell).collect()
    }

    /// The lines of a text, each a word with a place of its own.
    fn lines(&self, node: &Node) -> Vec<Word> {
        let script = shell::of_scalar(node, self.tree);
        let mut at = 0;
        let mut lines = Vec::new();
        for line in script.text.split_inclusive('\n') {
            let text = line.trim();
            let start = at + (line.len() - line.trim_start().len());
            at += line.len();
            if !text.is_empty() {
                let mut place = node.place(());
                place.span = script.span(start..start + text.len());
                let unknown = text.contains("${{");
                lines.push(place.with(Value { text: text.to_owned(), unknown }));
            }
        }
        lines
    }

    fn finish(&mut self, unit: Workload) {
        self.push(Unit::Workload(Box::new(unit)));
    }

    /// What a script starts: text, a list of lines, or a mapping with either at `command`.
    fn script(&mut self, node: &Node, title: &str) {
        let lines = node.items().iter().chain((!node.is_list()).then_some(node));
        for line in lines {
            let line = line.get("command").unwrap_or(line);
            if !line.text().is_some_and(command_line::is_worth) {
                continue;
            }
            let script = nodes::script(line, self.tree);
            let shell = shell::read(&script, &|name| {
                self.defaults.get(name).map(|default| default.value.clone())
            });
            for command in shell.commands() {
                let words: Vec<Word> = command.words.iter().map(terms::of_shell).collect();
                let unit = command_line::container(&words, Platform::Ci, title, self.file);
                if let Some(Declaration { unit: Unit::Workload(unit), .. }) = unit {
                    self.finish(*unit);
                }
            }
        }
    }

    /// Something that is fetched and run: an action, an orb, a file of another project.
    fn source(&mut self, name: &str, location: &Word, version: Option<Word>) {
        let name = format!("{name} {}", location.value.text);
        let source = Source {
            file: self.file.text.file,
            identity: name.clone(),
            title: name,
            head: location.span,
            span: location.span,
            kind: SourceKind::Action,
            location: Some(location.clone()),
            version,
            verified: None,
        };
        let same = |declaration: &Declaration| match &declaration.unit {
            Unit::Source(other) => {
                let version = |source: &Source| -> Option<Value> {
                    source.version.as_ref().map(|version| version.value.clone())
                };
                other.identity == source.identity && version(other) == version(&source)
            }
            _ => false,
        };
        if !self.out.iter().any(same) {
            self.push(Unit::Source(Box::new(source)));
        }
    }
}

/// A reference cut at the last `@`: what, and which one.
fn at_version(word: &Word) -> (Word, Option<Word>) {
    match word.value.text.rfind('@') {
        Some(at) => {
            let end = word.value.text.len();
            let mut location = terms::part(word, 0..at);
            // The line tells of both.
            location.span = word.span;
            (location, Some(terms::part(word, at + 1..end)))
        }
        None => (word.clone(), None),
    }
}
