"""What makes a page hard to use for some, as axe-core sees it."""

import collections

from axe_playwright_python.base import AXE_SCRIPT

from .pages import OUTSIDE, inside
from .registry import test
from .visitor import PHONE, WIDE

# Violations alone, of every rule that axe has, its best practices included.
RUN = "() => axe.run(document, { resultTypes: ['violations'], elementRef: false })"
VIEWS = [(scheme, name, size) for scheme in ("light", "dark") for name, size in (("wide", WIDE), ("phone", PHONE))]


class Findings:
    """What axe finds, each once with where it was seen."""

    def __init__(self):
        self.places = collections.defaultdict(list)
        self.looks = 0

    def look(self, page, place):
        if not page.evaluate("() => Boolean(window.axe)"):
            page.evaluate(AXE_SCRIPT)
        self.looks += 1
        for violation in page.evaluate(RUN)["violations"]:
            for node in violation["nodes"]:
                summary = " ".join(node["failureSummary"].split())
                found = f"{violation['id']}: {node['html'][:160]} ({summary[:220]})"
                self.places[found].append(place)

    def look_in_each_view(self, visitor, place):
        for scheme, name, size in VIEWS:
            visitor.page.emulate_media(color_scheme=scheme)
            visitor.page.set_viewport_size(size)
            self.look(visitor.page, f"{place} {scheme} {name}")

    def check(self, note):
        note(f"{self.looks} looks")
        faults = [f"{found}\non {', '.join(places[:4])}" for found, places in self.places.items()]
        assert not faults, f"{len(faults)} violations\n" + "\n".join(faults[:12])


@test("axe finds nothing on any page, light and dark, wide and on a phone")
def pages(suite, note):
    findings = Findings()
    visitor = suite.visitor(suite.team["admin"])
    for path in inside(suite.team):
        assert visitor.goto(path).status == 200
        findings.look_in_each_view(visitor, path)
    visitor = suite.visitor()
    for path in OUTSIDE:
        visitor.goto(path)
        findings.look_in_each_view(visitor, path)
    findings.check(note)


@test("axe finds what is there to be found")
def control(suite, note):
    findings = Findings()
    visitor = suite.visitor()
    visitor.goto("/login")
    visitor.page.evaluate("""() => {
        const label = document.querySelector("label");
        label.removeAttribute("for");
        document.querySelector("h1").style.color = "#ddd";
        document.querySelector("form").append(document.createElement("button"));
    }""")

    findings.look_in_each_view(visitor, "/login")

    found = {finding.split(":")[0] for finding in findings.places}
    assert {"button-name", "color-contrast", "label"} <= found, f"it found {found}"


@test("axe finds nothing in any dialog and menu, light and dark")
def dialogs(suite, note):
    findings = Findings()
    visitor = suite.visitor(suite.team["admin"])
    page = visitor.page
    opened = 0
    for path in inside(suite.team):
        visitor.goto(path)
        # One of each kind: rows of a list have the same.
        targets = page.locator("[data-open]").evaluate_all("(all) => all.map((each) => each.dataset.open)")
        kinds = {target.rstrip("0123456789"): target for target in reversed(targets)}
        for target in kinds.values():
            page.locator(f"[data-open='{target}']").first.click()
            dialog = page.locator(target)
            assert dialog.is_visible(), f"{target} on {path} does not open"
            opened += 1
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                findings.look(page, f"{target} on {path} {scheme}")
            page.keyboard.press("Escape")
            dialog.wait_for(state="hidden")
    visitor.goto("/")
    page.locator("details.menu summary").click()
    findings.look(page, "the user's menu")
    note(f"{opened} dialogs")
    findings.check(note)


@test("axe finds nothing where there is no data yet, and where a page is refused or not there")
def empty(suite, note):
    findings = Findings()
    visitor = suite.visitor(suite.newcomer())
    for path in ("/", "/data", "/alerts", "/alerts/channels", "/rules", "/reports"):
        visitor.goto(path)
        findings.look_in_each_view(visitor, f"{path} (empty)")
    visitor = suite.visitor(suite.team["viewer"])
    visitor.allow("status of 4")
    visitor.goto("/alerts")
    findings.look_in_each_view(visitor, "/alerts (forbidden)")
    visitor.goto("/reports/999999")
    findings.look_in_each_view(visitor, "/reports/999999 (not there)")
    findings.check(note)
