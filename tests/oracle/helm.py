"""Compares what is told of a chart's change with what shows in the manifests that Helm makes of it.

    helm.py PLIMSOLL PATH...

PLIMSOLL is the built program; Helm comes from PyPI `helm-python-sdk` 0.2.2. A PATH is a folder, a bare
git repository of which some commits that change a chart are taken (`REPO:40` takes forty, spread over its
history), one commit of it (`REPO@COMMIT`), or every chart at its head as if it were new (`REPO:whole`). A
folder holds charts at two revisions: each `old` and `new` below it that lie side by side.

The charts' sources at both revisions, and the manifests that Helm renders of both with default values, are
put into repositories of their own and judged; the findings are compared by rule, file, container and key.
What can't be known before a chart is installed stands for every text. Every difference is printed; the exit
status is 1 if one of them is none of the kinds that helm.known explains.
"""

import collections
import contextlib
import functools
import io
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

KNOWN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "helm.known")
RELEASE = "release-name"
COMMITS = 5
SPOKEN = re.compile(r"(?i)image|secur|privilege|user|host|resource|polic|service|role|rule|secret|password|token|ingress|env|port|tls|volume|command|args|account|probe")


def git(repository, *arguments, check=True):
    command = ["git", "-C", repository, *arguments]
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(command, check=check, capture_output=True, env=environment).stdout


def tree(repository, commit):
    """Every path of a commit, and which of them are folders of charts."""
    paths = git(repository, "ls-tree", "-r", "-z", "--name-only", commit).decode("utf-8", "replace").split("\0")
    charts = {os.path.dirname(path) for path in paths if os.path.basename(path) == "Chart.yaml"}
    return charts


def charts_of(repository, commit):
    """The charts that a commit changes: the outermost ones."""
    changed = git(repository, "diff-tree", "--no-commit-id", "-r", "-z", "--name-only", commit)
    changed = changed.decode("utf-8", "replace").split("\0")
    known = tree(repository, commit) & tree(repository, commit + "^")
    found = set()
    for path in filter(None, changed):
        name = os.path.basename(path)
        counts = "/templates/" in "/" + path or name in ("values.yaml", "Chart.yaml")
        above, at = [], os.path.dirname(path)
        while counts:
            above.append(at)
            if not at:
                break
            at = os.path.dirname(at)
        roots = [folder for folder in above if folder in known]
        if roots:
            found.add(roots[-1])
    return sorted(found)


def commits_of(repository, number):
    """Commits that change what is judged, beyond a version, spread over the history."""
    patterns = ["*values.yaml", "*templates/*.yaml", "*templates/*.tpl"]
    format_ = "--format=\x01%H"
    options = ["--no-merges", "-U0", "--max-count=1500", format_, "-p"]
    # A history of which objects are missing ends there.
    log = git(repository, "log", *options, "--", *patterns, check=False)
    kept = []
    for entry in log.decode("utf-8", "replace").split("\x01")[1:]:
        commit, _, diff = entry.partition("\n")
        lines = [line for line in diff.splitlines() if re.match(r"[-+](?![-+])", line)]
        plain = [line for line in lines if not re.search(r"(?i)^.\s*(tag|version|image):|^.\s*#", line)]
        if 3 <= len(plain) <= 400 and any(SPOKEN.search(line) for line in plain):
            kept.append(commit)
    step = max(1, len(kept) // number)
    return kept[::step][:number]


def lay_out(repository, commit, folder, into):
    archive = git(repository, "archive", "--format=tar", commit, *([folder] if folder else []))
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(into, filter="data")
    return os.path.join(into, folder)


def render(chart, into):
    """The manifests of a chart; a template that leaves nothing leaves no file."""
    from helm_python.chart import Chart

    if chart is None:
        return
    with Chart.load(chart) as loaded:
        manifests = loaded.render(name=RELEASE, namespace="space")
    for path, text in manifests.items():
        if not path.endswith((".yaml", ".yml")) or not text.strip():
            continue
        inner = path.split("/", 1)[1].replace("templates/", "t/")
        at = os.path.join(into, inner)
        os.makedirs(os.path.dirname(at), exist_ok=True)
        with open(at, "w", encoding="utf-8") as file:
            file.write(text)


def drawn(chart):
    """The lines of a chart's manifests that are others at every rendering."""
    found = set()
    with tempfile.TemporaryDirectory() as work:
        sides = [os.path.join(work, side) for side in ("one", "two")]
        for side in sides:
            render(chart, side)
        for at, _, names in os.walk(sides[0]):
            for name in names:
                path = os.path.relpath(os.path.join(at, name), sides[0])
                texts = []
                for side in sides:
                    with open(os.path.join(side, path), encoding="utf-8") as file:
                        texts.append(file.read().splitlines())
                pairs = enumerate(zip(*texts), 1)
                found.update(f"c/{path}:{number}" for number, (one, two) in pairs if one != two)
    return found


def sources(chart, into):
    """What Helm reads of a chart with default values."""
    for at, _, names in os.walk(chart or os.devnull):
        for name in names:
            path = os.path.relpath(os.path.join(at, name), chart)
            base = os.path.basename(path)
            inside = "/templates/" in "/" + path
            if not inside and not os.path.exists(os.path.join(at, "Chart.yaml")):
                continue
            if inside and not base.endswith(".txt") or base in (
                "values.yaml", "Chart.yaml", "Chart.lock", "requirements.yaml", "requirements.lock",
            ):
                to = os.path.join(into, path)
                os.makedirs(os.path.dirname(to), exist_ok=True)
                shutil.copyfile(os.path.join(at, name), to, follow_symlinks=False)


def judged(program, make, old, new):
    """What is told of the change from one folder to another, each laid out by `make`."""
    with tempfile.TemporaryDirectory() as work:
        git(work, "init", "-q", ".")
        for chart in (old, new):
            for name in os.listdir(work):
                if name != ".git":
                    shutil.rmtree(os.path.join(work, name))
            into = os.path.join(work, "c")
            os.makedirs(into)
            make(chart, into)
            git(work, "add", "-A", "-f")
            who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
            git(work, *who, "commit", "-q", "--allow-empty", "--no-verify", "-m", "a")
        policy = os.path.join(work, ".git", "policy.toml")
        with open(policy, "w", encoding="utf-8") as file:
            file.write('[limits]\ntime-budget = "100s"\n')
        command = [program, "check", "-C", work, "HEAD^", "HEAD", "--policy", policy, "--format", "json"]
        done = subprocess.run(command, capture_output=True, timeout=120)
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stderr.decode("utf-8", "replace").strip())
        report = json.loads(done.stdout)
    return report["findings"], report["errors"]


Told = collections.namedtuple("Told", "rule severity file unit key line message")


def told(finding):
    path = finding["unit_path"].removeprefix("c/")
    path = re.sub(r"(^|/)t/", r"\1templates/", path)
    unit = finding["unit"]
    # The object's own name is what a release makes of it.
    unit = re.sub(r"\b(of [A-Z]\w+|^[A-Z]\w+) .+$", r"\1", unit)
    where = f"{finding['path']}:{finding['line']}"
    return Told(finding["rule"], finding["severity"], path, unit, finding["key"], where, finding["message"])


@functools.lru_cache(maxsize=None)
def pattern(text):
    """What stands for every text matches every text."""
    parts = re.split(r"(\{\{.*?(?:\}\}|$)|[\w.-]*[.-][\w.-]*[nN]ame\b)", text)
    return re.compile("".join(re.escape(p) if at % 2 == 0 else ".*" for at, p in enumerate(parts)), re.S)


def alike(ours, theirs):
    if ours.rule != theirs.rule:
        return False
    in_values = ours.file.endswith("values.yaml")
    if not in_values and ours.file != theirs.file:
        return False
    if in_values:
        return ours.key == theirs.key or ours.rule in ("plain-secret", "secret-in-environment")
    return bool(pattern(ours.unit).fullmatch(theirs.unit) and pattern(ours.key).fullmatch(theirs.key))


def compare(ours, theirs):
    """What only one side tells, and what both tell with another weight."""
    left = list(theirs)
    only, other, both = [], [], 0
    for one in ours:
        same = [two for two in left if alike(one, two)]
        same.sort(key=lambda two: (two.severity != one.severity, two.key != one.key, two.unit != one.unit))
        if not same:
            only.append(one)
            continue
        left.remove(same[0])
        both += 1
        if same[0].severity != one.severity:
            other.append((one, same[0]))
    return only, left, other, both


def known():
    """Lines `side rule pattern: reason`; the pattern is looked for in file, unit and message."""
    found = []
    with open(KNOWN, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                head, _, _ = line.partition(": ")
                side, rule, where = head.split(" ", 2)
                found.append((side, rule, re.compile(where)))
    return found


def explained(side, one, name):
    text = f"{name} {one.file} {one.unit}: {one.message}"
    for known_side, rule, where in known():
        if known_side == side and rule in ("*", one.rule) and where.search(text):
            return True
    return False


def pair(program, name, old, new):
    """The lines to print about one chart's change, and how it counts."""
    count, lines = collections.Counter(charts=1), []
    try:
        theirs, _ = judged(program, render, old, new)
    except Exception as error:
        count["not rendered"] += 1
        reason = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
        return count, [f"{name}: not rendered: {reason}"]
    try:
        ours, errors = judged(program, sources, old, new)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        ours, errors = [], [{"path": ".", "message": str(error)}]
    for error in errors:
        lines.append(f"{name}: can't be judged: {error['path']}: {error['message']}")
        count["not judged"] += 1
    only, left, other, both = compare([told(one) for one in ours], [told(one) for one in theirs])
    if left:
        chance = drawn(new)
        left = [one for one in left if one.line not in chance]
    count["both"] += both
    show = lambda one: f"{one.severity} {one.rule} {one.line} [{one.unit}] {one.message}"
    for side, found in (("ours", only), ("rendered", left)):
        for one in found:
            kind = "explained" if explained(side, one, name) else "different"
            count[f"{side} {kind}"] += 1
            lines.append(f"{name}: only {side}{'' if kind == 'different' else ' (known)'}: {show(one)}")
    for one, two in other:
        kind = "explained" if explained("weight", one, name) else "different"
        count[f"weight {kind}"] += 1
        lines.append(f"{name}: weight{'' if kind == 'different' else ' (known)'}: {show(one)} <> {two.severity} {two.message}")
    return count, lines


def of_commit(program, repository, commit):
    count, lines = collections.Counter(commits=1), []
    short = os.path.basename(repository.removesuffix("/repo"))
    try:
        charts = charts_of(repository, commit)
    except subprocess.CalledProcessError:
        charts = []
    for chart in charts[:4]:
        with tempfile.TemporaryDirectory() as work:
            sides = [os.path.join(work, side) for side in ("old", "new")]
            with contextlib.suppress(subprocess.CalledProcessError):
                old = lay_out(repository, commit + "^", chart, sides[0])
                new = lay_out(repository, commit, chart, sides[1])
                more, said = pair(program, f"{short} {commit[:9]} {chart}", old, new)
                count += more
                lines += said
    return count, lines


def whole(program, repository, chart):
    """A chart at the head, as if it were new."""
    short = os.path.basename(repository.removesuffix("/repo"))
    with tempfile.TemporaryDirectory() as work:
        return pair(program, f"{short} {chart}", None, lay_out(repository, "HEAD", chart, work))


def jobs(program, path):
    repository, _, commit = path.partition("@")
    if commit:
        return [(of_commit, program, repository, commit)]
    repository, _, number = path.partition(":")
    if number == "whole":
        charts = tree(repository, "HEAD")
        outer = [at for at in charts if not any(at.startswith(other + "/") for other in charts)]
        return [(whole, program, repository, chart) for chart in sorted(outer)]
    if os.path.exists(os.path.join(repository, "objects")):
        commits = commits_of(repository, int(number or COMMITS))
        return [(of_commit, program, repository, commit) for commit in commits]
    found = []
    for at, folders, _ in sorted(os.walk(path)):
        if {"old", "new"} <= set(folders):
            old, new = os.path.join(at, "old"), os.path.join(at, "new")
            if os.path.exists(os.path.join(new, "Chart.yaml")):
                found.append((pair, program, os.path.relpath(at, path), old, new))
    return found


def run(job):
    function, *arguments = job
    return function(*arguments)


def main():
    program = os.path.abspath(sys.argv[1])
    todo = [job for path in sys.argv[2:] for job in jobs(program, path)]
    total = collections.Counter()
    # A process of its own for each: the library may take its process with it.
    with multiprocessing.Pool(2, maxtasksperchild=1) as pool:
        for count, lines in pool.imap(run, todo):
            total += count
            for line in lines:
                print(line, flush=True)
    print("helm:", ", ".join(f"{number} {what}" for what, number in sorted(total.items())))
    sys.exit(any(what.endswith(("different", "not judged")) for what in total))


if __name__ == "__main__":
    main()
