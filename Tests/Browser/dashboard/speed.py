"""How light the overview is, and how still it stands."""

import os

from .registry import test
from .visitor import PHONE, WIDE

MOST_SHIFT = 0.02
LONGEST_TASK = 50
MOST_BYTES = 60_000

OBSERVE = """
window.shifts = [];
window.tasks = [];
const name = ({ node }) => node?.id || node?.className || node?.nodeName;
new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value, sources }) =>
  ({ value, what: [...new Set((sources ?? []).map(name))].join(", ") }))))
  .observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
  .observe({ type: "longtask", buffered: true });
"""

# The times at which the tint of a figure began and ended, in milliseconds.
TINTS = """
window.tints = [];
new MutationObserver(() => {
  const isTinted = document.querySelector("#kpi-revenue .changed") !== null;
  if (isTinted === (tints.length % 2 === 0)) tints.push(performance.now());
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
"""


@test("the overview stands still while it loads, wide and on a phone, cold and again, and when figures change")
def still(suite, note):
    person = suite.team["admin"]
    longest = 0
    for name, size in (("wide", WIDE), ("phone", PHONE)):
        visitor = suite.visitor(viewport=size, reduced_motion="no-preference")
        visitor.context.add_init_script(OBSERVE)
        for turn in ("cold", "again"):
            visitor.enter(person)
            visitor.wait_until_live()
            # What moves late counts too.
            visitor.page.wait_for_timeout(400)
            shifts, tasks = visitor.page.evaluate("() => [shifts, tasks]")
            shift = sum(each["value"] for each in shifts)
            longest = max(longest, *tasks, 0)
            note(f"{name}, {turn}: shift {shift:.4f}, longest task {max(tasks, default=0):.0f} ms")
            assert shift < MOST_SHIFT, f"the overview shifts by {shift:.3f}: {shifts}"
    if longest > LONGEST_TASK:
        # What else the machine does counts too.
        note(f"warning: a task took {longest:.0f} ms, more than {LONGEST_TASK} (load {os.getloadavg()[0]:.1f})")


@test("a figure that changes tints for a second and moves nothing")
def changes(suite, note):
    person = suite.newcomer()
    person.api.point("revenue", 400)
    visitor = suite.visitor(reduced_motion="no-preference")
    visitor.context.add_init_script(OBSERVE + TINTS)
    visitor.enter(person)
    visitor.wait_until_live()
    before = visitor.page.evaluate("() => shifts.length")

    person.api.point("revenue", 50)
    visitor.page.wait_for_function("() => tints.length > 1")

    begin, end = visitor.page.evaluate("() => tints.slice(0, 2)")
    note(f"tinted for {end - begin:.0f} ms")
    assert "450.00" in visitor.page.locator("#kpi-revenue").inner_text()
    shifts = visitor.page.evaluate("() => shifts")[before:]
    assert sum(each["value"] for each in shifts) < MOST_SHIFT, f"a change moves {shifts}"


@test("a cold overview takes at most 60 kB on the wire, and after that only the page itself")
def bytes_on_the_wire(suite, note):
    visitor = suite.visitor()
    visitor.context.add_cookies([suite.team["admin"].cookie])
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("Network.enable")
    urls, sizes, cached = {}, {}, set()
    session.on("Network.responseReceived", lambda event: urls.update({event["requestId"]: event["response"]["url"]}))
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    session.on("Network.requestServedFromCache", lambda event: cached.add(event["requestId"]))
    visitor.goto("/")
    visitor.wait_until_live()
    # What comes late counts too.
    visitor.page.wait_for_timeout(400)

    total = sum(sizes.values())
    parts = sorted(((size, urls[number].removeprefix(suite.url)) for number, size in sizes.items()), reverse=True)
    largest = ", ".join(f"{url} {size / 1000:.1f}" for size, url in parts[:4])
    note(f"{total / 1000:.1f} kB in {len(sizes)} requests, most in {largest}")
    assert total <= MOST_BYTES, f"{total} bytes: {parts}"
    sizes.clear()
    urls.clear()
    visitor.goto("/?period=14")
    visitor.wait_until_live()
    fetched = [urls.get(number, "?") for number, size in sizes.items() if size and number not in cached]
    assets = [url for url in fetched if "/assets/" in url]
    assert not assets, f"these are fetched again: {assets}"
    note(f"the next page {sum(sizes.values()) / 1000:.1f} kB")


@test("the first answer has every figure, and nothing but the look stands between it and the first paint")
def one_answer(suite, note):
    visitor = suite.visitor()
    visitor.context.add_cookies([suite.team["admin"].cookie])
    page = visitor.page
    asked = []

    def let_through(route):
        path = route.request.url.removeprefix(suite.url)
        is_look = path.endswith(".css") or path.startswith("/assets/theme-")
        if path == "/" or is_look:
            asked.append(path)
            route.continue_()
        else:
            route.abort()

    page.route("**/*", let_through)
    visitor.allow("Failed to load resource")
    answer = page.goto("/", wait_until="commit")
    text = answer.text()
    page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")

    cards = page.locator(".kpi-value")
    figures = [card.strip() for card in cards.all_inner_texts()]
    assert len(figures) == 7, f"{figures} are painted"
    assert all(figure and figure in text for figure in figures), f"of {figures} not all are in the first answer"
    assert page.locator("#chart svg path").count() > 0 and page.locator("#kpi-revenue svg path").count() > 0
    kinds = sorted(path.split("-")[0] for path in asked)
    assert kinds == ["/", "/assets/app", "/assets/theme"], f"{asked} were asked for"
    paint = page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime")
    note(f"painted after {paint:.0f} ms with {', '.join(asked)}")


@test("with reduced motion nothing moves")
def reduced(suite, note):
    person = suite.newcomer()
    person.api.point("revenue", 400)
    visitor = suite.visitor(person, reduced_motion="reduce")
    page = visitor.page
    visitor.wait_until_live()
    person.api.point("revenue", 50)
    page.locator("#kpi-revenue .kpi-value", has_text="450.00").wait_for()

    moving = page.evaluate("""() => document.getAnimations()
        .filter(({ effect }) => effect.getComputedTiming().duration > 1)
        .map(({ effect }) => effect.target.outerHTML.slice(0, 100))""")
    assert not moving, f"a change moves {moving}"
    for path in ("/", "/reports", "/data"):
        visitor.goto(path)
        moving = page.evaluate("""() => [...document.querySelectorAll("*")].filter((element) => {
            const style = getComputedStyle(element);
            const seconds = (text) => Math.max(...text.split(",").map(parseFloat));
            return seconds(style.transitionDuration) > 0.001
                || (style.animationName !== "none" && seconds(style.animationDuration) > 0.001)
                || style.scrollBehavior === "smooth";
        }).map((element) => element.outerHTML.slice(0, 100))""")
        assert not moving, f"on {path} these move: {moving[:5]}"
