"""Compares the Dockerfile reader with BuildKit's own parser, as PyPI `dockerfile` 3.4.0 carries it.

    dockerfile.py DUMP PATH...

DUMP is the built example `dump_dockerfile`. A PATH is a file, a folder, or a bare git repository,
of which every Dockerfile at HEAD is taken. Every difference is printed; the exit status is 1 if one
of them is none of the kinds that dockerfile.known explains.
"""

import collections
import json
import os
import re
import subprocess
import sys
import tempfile

del sys.path[0]  # this folder: it would name this script `dockerfile`
import dockerfile

WORDS = ("dockerfile", "containerfile")
KNOWN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dockerfile.known")
KEYWORDS = set(
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL"
    " STOPSIGNAL USER VOLUME WORKDIR".split()
)


def named(path):
    name = os.path.basename(path).lower()
    return any(word in name for word in WORDS) and not name.endswith("ignore")


def git(repository, *arguments, **more):
    command = ["git", "--git-dir", repository, *arguments]
    return subprocess.run(command, check=True, capture_output=True, **more).stdout


def of_repository(repository):
    """(path, content) of every Dockerfile at HEAD, each content once."""
    seen = {}
    for entry in git(repository, "ls-tree", "-r", "-z", "HEAD").split(b"\0"):
        head, _, path = entry.partition(b"\t")
        mode, kind, blob = (head.decode().split() + [None] * 3)[:3]
        path = path.decode("utf-8", "surrogateescape")
        if kind == "blob" and mode != "120000" and named(path):
            seen.setdefault(blob, path)
    blobs = list(seen)
    out = git(repository, "cat-file", "--batch", input="".join(b + "\n" for b in blobs).encode())
    at = 0
    for blob in blobs:
        end = out.index(b"\n", at)
        size = out[at:end].split()[-1]
        if not size.isdigit():
            at = end + 1
            continue
        yield seen[blob], out[end + 1 : end + 1 + int(size)]
        at = end + 2 + int(size)


def contents(path):
    if os.path.isfile(path):
        with open(path, "rb") as file:
            yield path, file.read()
    elif os.path.exists(os.path.join(path, "objects")):
        yield from of_repository(path)
    else:
        for folder, _, names in os.walk(path):
            for name in sorted(names):
                if named(name):
                    yield from contents(os.path.join(folder, name))


def theirs(file):
    """What BuildKit makes of it: commands in the dump's shape, or its error."""
    try:
        commands = dockerfile.parse_file(file)
    except dockerfile.GoParseError as error:
        return None, str(error)
    except UnicodeDecodeError:
        return [], None  # a flag cut in the middle of a character
    return [command(one) for one in commands], None


def command(one):
    keyword, trigger = (one.cmd or "").upper(), one.sub_cmd and one.sub_cmd.upper()
    values = [value for value in one.value]
    if (trigger or keyword) == "HEALTHCHECK" and values:
        values[0] = values[0].upper()
    docs = [(doc.name, doc.file_descriptor, doc.content) for doc in one.heredocs]
    return {
        "keyword": keyword, "trigger": trigger, "json": one.json, "flags": list(one.flags),
        "values": values, "heredocs": docs, "line": one.start_line, "end_line": one.end_line,
    }


def without_tabs(content):
    return re.sub(r"(?m)^\t+", "", content)


def plain(content):
    return re.sub(r"\r+\n", "\n", content)


def same_docs(ours, their):
    if len(ours["heredocs"]) != len(their["heredocs"]):
        return False
    for doc, (name, descriptor, content) in zip(ours["heredocs"], their["heredocs"]):
        if (doc["name"], doc["descriptor"]) != (name, descriptor):
            return False
        if doc["content"] not in (plain(content), without_tabs(plain(content))):
            return False
    return True


def kind(field, ours, their, text):
    """Which kind of difference it is: the names that dockerfile.known explains."""
    if field == "heredocs" and their["trigger"] and not their["heredocs"]:
        return "onbuild-heredoc"
    if field == "flags" and not all(flag.isascii() for flag in ours["flags"]):
        return "flag-bytes"
    if field == "json" and their["values"] == ours["values"] == []:
        return "empty-json"
    if "\ufffd" in text:
        return "no-utf-8"
    if field == "values" and [value.split("\0")[0] for value in ours["values"]] == their["values"]:
        return "nul"
    if field in ("json", "values") and their.get("json") and re.match(r"(CMD )?\[.*\]\s*\S", " ".join(ours["values"])):
        return "behind-json"
    if re.search(r"<<-?[ \t]", text):
        return "blank-behind-mark"
    if field in ("values", "places", "flags", "json") and "{{" in str([their["values"], their.get("flags")]):
        return "template-words"
    if re.search(r"(?mi)\A(#.*\n)*#\s*check\s*=", text):
        return "check-directive"
    return field


def compare(ours, their, error, text):
    """(kind, line, text) of each difference."""
    gaps = ours["gaps"]
    if error is not None:
        if not gaps:
            yield "we-take-it", 0, error
        return
    folded = len(gaps) == 1 and gaps[0]["message"].startswith(("a template", "another frontend"))
    mine = {one["line"]: one for one in ours["commands"]}
    for want in their:
        have = mine.pop(want["line"], None)
        if have is None:
            refused = folded or any(gap["line"] == want["line"] for gap in gaps)
            if not refused:
                yield kind("missing", {"flags": []}, want, text), want["line"], repr(want)
            continue
        for field in ("keyword", "trigger", "json", "flags", "values", "line", "end_line"):
            if have[field] != want[field] and not (field == "values" and want["values"] == [""]):
                found = f"{field}: ours {have[field]!r} theirs {want[field]!r}"
                yield kind(field, have, want, text), want["line"], found
        if not same_docs(have, want):
            found = f"ours {have['heredocs']!r} theirs {want['heredocs']!r}"
            yield kind("heredocs", have, want, text), want["line"], found
    for line, have in mine.items():
        yield kind("extra", have, {"trigger": None, "heredocs": [], "values": []}, text), line, repr(have)


def unplaced(ours, text):
    """Words and heredoc lines whose span shows another text."""
    lines = text.count("\n") + 1
    for one in ours["commands"]:
        for word, there, line, end in one["places"]:
            # Across a continuation the file holds the mark and the end of line too.
            if there is None or (line == end and word not in (there, there.upper())) or not one["line"] <= line <= end <= lines:
                yield "place", line, f"{word!r} stands at {there!r}"
        for doc in one["heredocs"]:
            for bare, there, line in doc["lines"]:
                if bare != there or not one["line"] < line < one["end_line"]:
                    yield "place", line, f"heredoc line {bare!r} stands at {there!r}"


def main():
    dump, paths = sys.argv[1], sys.argv[2:]
    with open(KNOWN, encoding="utf-8") as file:
        known = {line.split(":", 1)[0] for line in file if line.strip() and line[0] not in "# "}
    files = [(f"{path}:{name}", name, content) for path in paths for name, content in contents(path)]
    kinds, refusals, unnamed, bad = collections.Counter(), collections.Counter(), [], 0
    with tempfile.TemporaryDirectory() as folder:
        pairs = []
        for number, (_, name, content) in enumerate(files):
            at = os.path.join(folder, str(number))
            with open(at, "wb") as file:
                file.write(content)
            pairs.append(f"{name.replace('=', '_')}={at}\n")
        out = subprocess.run([dump], input="".join(pairs), check=True, capture_output=True,
                             text=True, errors="surrogateescape").stdout
        for number, line in enumerate(out.splitlines()):
            title, _, content = files[number]
            ours = json.loads(line)
            if not ours["recognised"] or ours.get("opaque"):
                unnamed.append((title, "opaque" if ours["recognised"] else "not recognised"))
                continue
            text = content.decode("utf-8", "replace")
            want, error = theirs(os.path.join(folder, str(number)))
            if want == []:
                kinds["flag-bytes"] += 1
                continue
            for gap in ours["gaps"]:
                refusals[gap["message"].split(":")[0]] += 1
                if os.environ.get("GAPS"):
                    print(f"gap {title}:{gap['line']} {gap['message']} [theirs: {error or 'takes it'}]")
            found = list(compare(ours, want, error, text)) + list(unplaced(ours, text))
            for what, at, difference in found:
                kinds[what] += 1
                if what not in known:
                    bad += 1
                    print(f"{title}:{at} {what}: {difference[:300]}")
    for title, why in unnamed:
        print(f"{why}: {title}")
    print(f"{len(files)} files, {bad} differences unexplained; by kind {dict(kinds)}")
    print(f"what we refuse: {dict(refusals)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
