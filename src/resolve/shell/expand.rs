//! Parameters: `$NAME`, `${NAME…}`, `$((…))`.

use super::word::{Builder, Field, Until};
use super::{DEPTH, Reader};

impl Reader<'_, '_> {
    /// What a `$` begins.
    pub(super) fn dollar(&mut self, builder: &mut Builder, quoted: bool) {
        let from = self.at;
        match self.peek_at(1) {
            Some(b'(') if self.peek_at(2) == Some(b'(') => self.arithmetic(builder),
            Some(b'(') => {
                self.at += 1;
                self.parenthesis(builder, false, from);
            }
            Some(b'{') => self.braced(builder, quoted),
            Some(b'\'') if !quoted => self.ansi(builder),
            // `$"…"` is a translated string; the quote is met next.
            Some(b'"') if !quoted => self.at += 1,
            Some(byte) if byte == b'_' || byte.is_ascii_alphabetic() => {
                self.at += 1;
                let name = self.name();
                self.named(builder, &name, from, quoted);
            }
            Some(byte) if byte.is_ascii_digit() || b"@*#?-$!".contains(&byte) => {
                self.at += 2;
                builder.push(self.text.get(from..self.at).unwrap_or_default(), from);
            }
            _ => {
                self.at += 1;
                builder.push("$", from);
            }
        }
    }

    /// Steps over a name and gives it.
    fn name(&mut self) -> String {
        let rest = self.rest();
        let length = rest.bytes().position(|byte| byte != b'_' && !byte.is_ascii_alphanumeric());
        let length = length.unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default().to_owned()
    }

    fn named(&mut self, builder: &mut Builder, name: &str, from: usize, quoted: bool) {
        match self.scope.value(name) {
            Some(value) => builder.push_value(&value, from, quoted),
            None => builder.push_value(&format!("${name}"), from, true),
        }
        builder.variable(name);
    }

    /// `${…}`. The operators that choose between the value and a word are followed, prefixes and
    /// suffixes without a glob are cut; others leave the value as it is.
    fn braced(&mut self, builder: &mut Builder, quoted: bool) {
        let from = self.at;
        self.at += 2;
        // `${#NAME}` is a length, `${!NAME}` another variable's value.
        let indirect = self.eat("#") || self.eat("!");
        let name = self.name();
        if name.is_empty() && !indirect {
            // `${1}`, `${@}` and what is no parameter at all.
            self.skip_char();
        }
        let operator = self.operator();
        let mut operand = self.operand(quoted);
        self.eat("}");
        builder.absorb(&mut operand, from);
        if indirect || name.is_empty() {
            builder.push_value(&format!("${name}"), from, true);
            return;
        }
        let value = self.scope.value(&name);
        builder.variable(&name);
        let set = value.as_deref().is_some_and(|value| !value.is_empty());
        let known = value.unwrap_or_else(|| format!("${name}"));
        let shown = match operator {
            ":-" | "-" | ":=" | "=" if !set => operand.text,
            ":+" | "+" if set => operand.text,
            ":+" | "+" => String::new(),
            "#" | "##" if set => known.strip_prefix(&operand.text).unwrap_or(&known).to_owned(),
            "%" | "%%" if set => known.strip_suffix(&operand.text).unwrap_or(&known).to_owned(),
            _ => known,
        };
        builder.push_value(&shown, from, quoted || !set);
    }

    fn operator(&mut self) -> &'static str {
        const OPERATORS: [&str; 12] =
            [":-", ":=", ":+", ":?", "##", "%%", "-", "=", "+", "?", "#", "%"];
        OPERATORS.into_iter().find(|operator| self.eat(operator)).unwrap_or_default()
    }

    /// The word behind an operator, up to the closing brace.
    fn operand(&mut self, quoted: bool) -> Field {
        let mut builder = Builder::new(false);
        if self.depth < DEPTH {
            self.depth += 1;
            self.pieces(&mut builder, Until::Brace, quoted);
            self.depth -= 1;
        }
        builder.into_field(self.at)
    }

    /// `$((…))`: skipped but for what is substituted in it.
    fn arithmetic(&mut self, builder: &mut Builder) {
        let from = self.at;
        self.at += 3;
        let mut open = 2_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'(' => open += 1,
                b')' => open -= 1,
                b'`' if self.backquoted => break,
                b'$' if self.peek_at(1) == Some(b'(') && self.peek_at(2) != Some(b'(') => {
                    self.at += 1;
                    let start = self.at - 1;
                    self.parenthesis(builder, false, start);
                    continue;
                }
                _ => {}
            }
            self.skip_char();
            if open == 0 {
                break;
            }
        }
        builder.push_value("$", from, true);
    }
}
