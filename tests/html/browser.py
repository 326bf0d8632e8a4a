#!/usr/bin/env python3
"""Opens a page of `plimsoll audit --format html` in headless Chromium and uses it as a reader does.

    tests/html/browser.py PAGE [FOLDER FOR SCREENSHOTS]

Needs Chromium (`apt-get install chromium`) and Python, nothing else: the browser is spoken to over a
pair of pipes. Leaves with 0 if everything holds, else with 1 and what does not.
"""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time


class Browser:
    """Chromium's DevTools protocol over file descriptors 3 and 4, messages end with a zero byte."""

    def __init__(self, profile):
        program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        if not program:
            sys.exit("no chromium: apt-get install chromium")
        to_read, self.to = os.pipe()
        self.out, out_write = os.pipe()

        def place():
            # Both ends away from 3 and 4 first, so that neither overwrites the other.
            a, b = os.dup(to_read), os.dup(out_write)
            high = (os.dup2(a, 103), os.dup2(b, 104))
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe",
             f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=place, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(out_write)
        self.buffer, self.events, self.number, self.session = b"", [], 0, None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def receive(self):
        while b"\0" not in self.buffer:
            part = os.read(self.out, 1 << 20)
            if not part:
                raise RuntimeError("the browser has gone away")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def wait(self, event):
        while not any(known.get("method") == event for known in self.events):
            self.events.append(self.receive())

    def run(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def key(self, key, code=0, text=""):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code,
                      **({"text": text} if text and kind == "keyDown" else {}))

    def shot(self, file):
        width = self.run("document.documentElement.clientWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": 2400, "scale": 1}
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        file.write_bytes(base64.b64decode(data))

    def close(self):
        try:
            self.call("Browser.close")
        except RuntimeError:
            pass
        self.process.wait(timeout=20)


FAULTS = []


def holds(what, truth, found=""):
    if truth:
        print(f"  {what}")
    else:
        FAULTS.append(what)
        print(f"FAULT {what}: {found}")


def settled(browser):
    """After the search box's pause."""
    browser.run("new Promise((done) => setTimeout(done, 400))")


COUNT = "document.getElementById('count').textContent"
ROWS = "document.querySelectorAll('#table tr.row').length"


def choose(browser, field, value):
    browser.run(f"(() => {{ const f = document.getElementById('{field}'); f.value = {json.dumps(value)};"
                "f.dispatchEvent(new Event('change')); })()")


def column(browser, number):
    return browser.run(f"[...document.querySelectorAll('#table tr.row')].map((r) => r.cells[{number}].innerText.trim())")


def loading(browser, page):
    begun = time.monotonic()
    browser.call("Page.navigate", url=page.resolve().as_uri())
    browser.wait("Page.loadEventFired")
    ready = browser.run(f"{ROWS} > 0 && !document.getElementById('filters').hidden")
    took = time.monotonic() - begun
    total = browser.run("JSON.parse(document.getElementById('data').textContent).findings.line.length")
    holds("the findings are there once the page is loaded", ready)
    holds(f"{total} findings are usable after {took:.1f} s", took < 10, f"{took:.1f} s")
    asked = {event["params"]["request"]["url"][:60] for event in browser.events
             if event.get("method") == "Network.requestWillBeSent"}
    holds("nothing but the file is asked for", len(asked) == 1, asked)
    charts = browser.run("[...document.querySelectorAll('svg.chart')].map((s) => s.querySelectorAll('path, rect').length)")
    holds("charts are drawn", len(charts) >= 2 and all(charts), charts)
    return total


def filtering(browser, total):
    whole = browser.run(COUNT)
    choose(browser, "severity", "high")
    holds("severity filters", set(column(browser, 0)) <= {"high", "critical"} and browser.run(COUNT) != whole)
    choose(browser, "severity", "")
    choose(browser, "state", "open")
    holds("state filters", set(column(browser, 5)) == {"open"}, column(browser, 5)[:3])
    choose(browser, "state", "")
    rule = column(browser, 1)[0]
    choose(browser, "rule", rule)
    holds("rule filters", set(column(browser, 1)) == {rule})
    holds("the view stands in the address", f"rule={rule}" in browser.run("location.hash"))
    browser.run("document.querySelector('#filters [type=reset]').click()")
    settled(browser)
    holds("clearing shows all again", browser.run(COUNT) == whole, browser.run(COUNT))
    browser.run("document.body.focus()")
    browser.key("/", 191, "/")
    holds("the slash leads to the search", browser.run("document.activeElement.id") == "q")
    browser.call("Input.insertText", text="zzz-not-there")
    settled(browser)
    holds("nothing found is said", "No finding matches" in browser.run(COUNT), browser.run(COUNT))
    browser.key("Escape", 27)
    settled(browser)
    browser.call("Input.insertText", text=rule)
    begun = time.monotonic()
    settled(browser)
    holds("a word is searched for", browser.run(ROWS) > 0)
    holds("searching is quick", time.monotonic() - begun < 3)
    browser.key("Escape", 27)
    settled(browser)
    link = browser.run("document.querySelector('.bars a')?.hash")
    if link:
        browser.run("document.querySelector('.bars a').click()")
        settled(browser)
        holds("a line of a chart leads to its findings", set(column(browser, 5)) == {"open"} and browser.run(COUNT) != whole)
        browser.run("document.querySelector('#filters [type=reset]').click()")
        settled(browser)
    if total > 100:
        first = column(browser, 3)
        browser.run("document.getElementById('after').click()")
        holds("the next page is another", column(browser, 3) != first and browser.run(ROWS) <= 100)
        browser.run("document.getElementById('before').click()")


def sorting(browser):
    for number, head in enumerate(("severity", "rule", "path", "message", "landed", "state")):
        button = f"document.querySelector('#table th[data-sort={head}] button')"
        begun = time.monotonic()
        browser.run(f"{button}.click()")
        one = column(browser, number)
        said = browser.run(f"{button}.parentElement.getAttribute('aria-sort')")
        browser.run(f"{button}.click()")
        other, now = column(browser, number), browser.run(f"{button}.parentElement.getAttribute('aria-sort')")
        holds(f"sorts by {head}, and says so", {said, now} == {"ascending", "descending"}, (said, now))
        holds(f"sorting by {head} is quick", time.monotonic() - begun < 4)
        if head == "landed":
            down, up = (one, other) if said == "descending" else (other, one)
            holds("dates are in order", down == sorted(down, reverse=True) and up == sorted(up), (down[:2], up[:2]))
    holds("one column is sorted by", browser.run("document.querySelectorAll('#table [aria-sort]').length") == 1)


def keyboard(browser):
    browser.run("document.querySelector('#table .toggle').focus()")
    browser.key("ArrowDown", 40)
    holds("arrow keys go from row to row",
          browser.run("[...document.querySelectorAll('#table .toggle')].indexOf(document.activeElement)") == 1)
    browser.key("Enter", 13, "\r")
    holds("Enter opens a row", browser.run("document.activeElement.getAttribute('aria-expanded')") == "true")
    holds("its lines are shown", browser.run("document.querySelectorAll('.inside pre :is(ins, del)').length") > 0)
    browser.key("Enter", 13, "\r")
    holds("and closes it", browser.run("document.querySelectorAll('.inside').length") == 0)


def names(browser):
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    roles = {}
    for node in nodes:
        if not node.get("ignored"):
            roles.setdefault(node["role"]["value"], []).append(node.get("name", {}).get("value", ""))
    for role in ("button", "link", "textbox", "searchbox", "combobox", "spinbutton", "image", "navigation", "search"):
        nameless = [name for name in roles.get(role, []) if not name.strip()]
        holds(f"every {role} has a name", not nameless, f"{len(nameless)} have none")
    for role in ("main", "banner", "contentinfo", "status"):
        holds(f"there is one {role}", len(roles.get(role, [])) == 1, len(roles.get(role, [])))
    untold = browser.run("[...document.querySelectorAll('table')].filter((t) => !t.caption).length")
    holds("every table has a caption", untold == 0, untold)
    doubled = browser.run("(() => { const i = [...document.querySelectorAll('[id]')].map((e) => e.id);"
                          "return i.filter((x, n) => i.indexOf(x) !== n); })()")
    holds("no id stands twice", doubled == [], doubled)


def looks(browser, folder):
    wide = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.call("Emulation.setDeviceMetricsOverride", **wide)
    back = "getComputedStyle(document.body).backgroundColor"
    colours = {}
    for scheme in ("light", "dark"):
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        colours[scheme] = browser.run(back)
        if folder:
            browser.run("document.querySelector('#table .toggle').click()")
            browser.shot(folder / f"{scheme}.png")
            browser.run("document.querySelector('#table .toggle').click()")
    holds("dark and light differ", colours["light"] != colours["dark"], colours)
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    browser.call("Emulation.setEmulatedMedia", media="print", features=dark)
    holds("paper is white where the screen is dark", browser.run(back) == "rgb(255, 255, 255)", browser.run(back))
    browser.call("Emulation.setEmulatedMedia", media="", features=dark)
    browser.run("document.getElementById('theme').click()")
    holds("the switch overrules the system", browser.run(back) == colours["light"])
    browser.run("document.getElementById('theme').click(); document.getElementById('theme').click()")
    browser.call("Emulation.setDeviceMetricsOverride", **{**wide, "width": 390, "mobile": True})
    over = browser.run("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    holds("a telephone need not scroll sideways", over <= 0, over)
    if folder:
        browser.shot(folder / "narrow.png")
    browser.call("Emulation.clearDeviceMetricsOverride")
    pdf = base64.b64decode(browser.call("Page.printToPDF", printBackground=True)["data"])
    holds("it prints", pdf.startswith(b"%PDF"))
    if folder:
        (folder / "print.pdf").write_bytes(pdf)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(profile)
        try:
            total = loading(browser, pathlib.Path(sys.argv[1]))
            filtering(browser, total)
            sorting(browser)
            keyboard(browser)
            names(browser)
            looks(browser, folder)
            said = [event for event in browser.events if event.get("method") == "Runtime.exceptionThrown"
                    or event.get("method") in ("Runtime.consoleAPICalled", "Log.entryAdded")]
            holds("the console stays empty", not said, json.dumps(said)[:400])
        finally:
            browser.close()
    print(f"{len(FAULTS)} faults" if FAULTS else "all of it holds")
    sys.exit(1 if FAULTS else 0)


if __name__ == "__main__":
    main()
