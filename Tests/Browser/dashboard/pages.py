"""Every page that there is, and what each must hold."""

import datetime
import re

from playwright.sync_api import expect

from .people import address, member
from .registry import test
from .visitor import PATIENCE, PHONE, WIDE

# With their headings. {report}, {rule} and {channel} are ids of the workspace's.
INSIDE = {
    "/": "Overview",
    "/?period=30&metric=bounce_rate": "Overview",
    "/data": "Data",
    "/data?metric_type=orders&category=Nothing": "Data",
    "/alerts": "Alerts",
    "/alerts?status=resolved": "Alerts",
    "/alerts/channels": "Channels",
    "/alerts/channels/{channel}": "On call",
    "/rules": "Rules",
    "/rules/new": "New rule",
    "/rules/{rule}": "Low revenue",
    "/reports": "Reports",
    "/reports/{report}": "Last week",
    "/settings": "Settings",
    "/settings/team": "Settings",
    "/settings/workspace": "Settings",
    "/settings/audit": "Settings",
}
OUTSIDE = {
    "/login": "Log in",
    "/register": "Make an account",
    "/join/SOMETHING": "Join a workspace",
    "/forgot": "Forgot your password?",
    "/reset/SOMETHING": "Set a new password",
    "/mail/confirm/SOMETHING": "Confirm your address",
    "/mail/unsubscribe/SOMETHING": "Unsubscribe",
}

# Parts of an element's text that lie over another's, and texts too small to read; not in what is hidden or scrolled.
FIND_BAD_TEXT = """
() => {
  const faults = [];
  const passedOver = ".visually-hidden, .skip, nav[aria-label=Main], header.topbar, [aria-hidden=true], "
    + "dialog:not([open]), script, style, title, desc, option, iframe";
  const isSeen = (element) => !element.closest(passedOver)
    && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (!node.data.trim() || !isSeen(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1);
    if (!rects.length) continue;
    const name = node.data.trim().replace(/\\s+/g, " ").slice(0, 40);
    const matrix = element.closest("svg")?.getScreenCTM();
    const size = parseFloat(getComputedStyle(element).fontSize) * (matrix ? matrix.a : 1);
    if (size < 9) faults.push(`“${name}” is ${size.toFixed(1)} px high`);
    if (!matrix) texts.push({ name, rects, clip: element.closest(".table-wrap, .tabs, pre") });
  }
  for (const [index, one] of texts.entries()) {
    for (const other of texts.slice(index + 1)) {
      if (one.clip || other.clip) continue;
      const isOver = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 6;
      if (!one.rects.some((a) => other.rects.some((b) => isOver(a, b)))) continue;
      faults.push(`“${one.name}” lies over “${other.name}”`);
    }
  }
  return faults;
}
"""


def inside(team):
    """The pages of a furnished team, with their headings."""
    api = team["admin"].api
    ids = {
        "report": next(report["id"] for report in api.ask("GET", "/reports") if report["status"] == "completed"),
        "rule": next(rule["id"] for rule in api.ask("GET", "/alert-rules") if rule["name"] == "Low revenue"),
        "channel": api.ask("GET", "/channels")[0]["id"],
    }
    return {path.format(**ids): heading for path, heading in INSIDE.items()}


@test("every page opens without an error, has one heading and a title, and no link on it leads nowhere")
def opens(suite, note):
    visitor = suite.visitor(suite.team["admin"], is_watched=False)
    links, faults = {}, []
    paths = inside(suite.team)
    for path, heading in paths.items():
        answer = visitor.goto(path)
        if answer.status != 200:
            faults.append(f"{path} is answered {answer.status}")
            continue
        headings = visitor.page.locator("h1").all_inner_texts()
        if len(headings) != 1 or headings[0] != heading:
            faults.append(f"{path} has the headings {headings}")
        if not visitor.page.title().endswith(" – AnalyticsPro"):
            faults.append(f"{path} has the title {visitor.page.title()!r}")
        visitor.wait_until_live()
        for link in visitor.page.locator("a[href]").evaluate_all("(links) => links.map((link) => link.href)"):
            if link.startswith(suite.url):
                links.setdefault(link.removeprefix(suite.url).split("#")[0], path)
    for link, path in sorted(links.items()):
        answer = visitor.context.request.get(link)
        if answer.status != 200:
            faults.append(f"{link}, to which {path} leads, is answered {answer.status}")
    others = suite.visitor()
    for path, heading in OUTSIDE.items():
        answer = others.goto(path)
        headings = others.page.locator("h1").all_inner_texts()
        if answer.status != 200 or headings != [heading]:
            faults.append(f"{path} is answered {answer.status} with the headings {headings}")
    note(f"{len(paths) + len(OUTSIDE)} pages, {len(links)} links")
    assert not faults, "\n".join(faults)


@test("on a phone no page scrolls sideways, not even at 320 pixels, and all of its texts can be read")
def narrow(suite, note):
    faults = []
    for visitor, paths in (
        (suite.visitor(suite.team["admin"], viewport=PHONE, has_touch=True, is_mobile=True), inside(suite.team)),
        (suite.visitor(viewport=PHONE, has_touch=True, is_mobile=True), OUTSIDE),
    ):
        for path in paths:
            for width in (PHONE["width"], 320):
                visitor.page.set_viewport_size({"width": width, "height": PHONE["height"]})
                if width == PHONE["width"]:
                    visitor.goto(path)
                wide = visitor.page.evaluate(
                    "() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
                )
                if wide > width:
                    faults.append(f"{path} is {wide} px wide at {width}: {widest(visitor.page, width)}")
                if width == PHONE["width"]:
                    faults += [f"{path}: {fault}" for fault in visitor.page.evaluate(FIND_BAD_TEXT)[:5]]
    assert not faults, "\n".join(faults)


@test("on a wide screen no text lies over another, and no table has columns out of sight")
def wide(suite, note):
    visitor = suite.visitor(suite.team["admin"])
    faults = []
    for path in inside(suite.team):
        visitor.goto(path)
        for width in (WIDE["width"], 1000, 800):
            visitor.page.set_viewport_size({**WIDE, "width": width})
            faults += [f"{path} at {width}: {fault}" for fault in visitor.page.evaluate(FIND_BAD_TEXT)[:5]]
            faults += [f"{path} at {width}: {fault}" for fault in hidden_columns(visitor.page)]
    assert not faults, "\n".join(faults)


@test("names of a hundred letters widen no page, and hide neither a figure nor a control")
def long_names(suite, note):
    def long(letter):
        return letter * 100

    person = suite.newcomer(name=long("N"), workspace=long("W"), email=address("A long name"))
    member(suite.url, person, "viewer", name=long("V"), email=address("A long name"))
    api = person.api
    for category in (long("C"), "Books"):
        api.point("revenue", "12345.5", category=category, source=long("S"))
    api.ask("POST", "/alert-rules", {
        "name": long("R"), "metric_type": "revenue", "operator": ">", "threshold": 1, "severity": "info",
        "category": long("C"),
    })
    api.point("revenue", 50, category=long("C"))
    api.ask("POST", "/channels", {
        "name": long("H"), "kind": "webhook", "url": f"https://example.com/{long('h')}", "severities": ["critical"],
        "is_active": False,
    })
    api.ask("POST", "/reports", {
        "name": long("P"), "type": "monthly", "repeat": True, "scheduled_at": "2031-01-01T07:00:00",
        "recipients": [f"{'p' * 60}@{'d' * 60}.example.com"],
    })
    api.ask("POST", "/auth/tokens", {"name": long("T"), "scopes": ["ingest-analytics"]})
    api.ask("POST", "/embeds", {"name": long("E"), "metric_type": "revenue", "period": 30})
    api.ask("POST", "/users/invitations", {"email": f"{'i' * 60}@{'d' * 60}.example.com", "role": "viewer"})
    rule = api.ask("GET", "/alert-rules")[0]["id"]
    channel = api.ask("GET", "/channels")[0]["id"]
    faults = []
    for size, options in ((WIDE, {}), (PHONE, {"has_touch": True, "is_mobile": True})):
        visitor = suite.visitor(person, viewport=size, **options)
        for path in (
            "/", "/data", "/alerts", "/alerts/channels", f"/alerts/channels/{channel}", "/rules", f"/rules/{rule}",
            "/reports", "/settings", "/settings/team", "/settings/workspace", "/settings/audit",
        ):
            visitor.goto(path)
            width = visitor.page.evaluate("() => document.documentElement.scrollWidth")
            if width > size["width"]:
                faults.append(f"{path} is {width} px wide at {size['width']}: {widest(visitor.page, size['width'])}")
            faults += [f"{path} at {size['width']}: {fault}" for fault in visitor.page.evaluate(FIND_BAD_TEXT)[:5]]
            faults += [f"{path} at {size['width']}: {fault}" for fault in hidden_columns(visitor.page)]
        visitor.goto("/")
        assert visitor.page.get_by_role("banner").get_by_role("link").bounding_box()["width"] >= 30, "no workspace"
        visitor.page.locator("details.menu summary").click()
        menu = visitor.page.locator(".menu-body").bounding_box()
        assert menu["x"] >= 0 and menu["x"] + menu["width"] <= size["width"], f"the menu is at {menu}"
    assert not faults, "\n".join(faults)


@test("the names of categories stay whole beside figures of six digits, from a phone to a wide screen")
def whole_words(suite, note):
    person = suite.newcomer()
    for category in ("Subscriptions", "Uncategorized"):
        person.api.point("revenue", "172188.55", category=category)
    visitor = suite.visitor(person)
    for width in (360, 390, 759, 760, 1000, 1239, 1240, 1280, 1600):
        visitor.page.set_viewport_size({"width": width, "height": 800})
        lines = visitor.page.locator("#categories .clamp").evaluate_all(
            "(names) => names.map((name) => name.clientHeight / parseFloat(getComputedStyle(name).lineHeight))")
        assert len(lines) == 2 and max(lines) < 1.5, f"at {width} pixels the names have {lines} lines"


@test("a page that cannot be shown leads back to where it would have been")
def lost(suite, note):
    for role, path, name, target in (
        ("admin", "/settings/nonsense", "settings", "/settings"),
        ("admin", "/rules/99999999", "rules", "/rules"),
        ("admin", "/alerts/channels/99999999", "alerts", "/alerts"),
        ("admin", "/reports/99999999", "reports", "/reports"),
        ("admin", "/reports?type=nonsense", "overview", "/"),
        ("admin", "/nonsense", "overview", "/"),
        ("viewer", "/settings/team", "settings", "/settings"),
        ("viewer", "/alerts/channels", "overview", "/"),
    ):
        visitor = suite.visitor(suite.team[role])
        visitor.allow("status of 4(03|04|22)")
        visitor.goto(path)
        visitor.page.get_by_role("link", name=f"Go to the {name}").click()
        visitor.page.wait_for_url(suite.url + target)


@test("a report is shown whole, in the theme that was chosen, which it follows")
def report_frame(suite, note):
    path = next(path for path in inside(suite.team) if path.startswith("/reports/"))
    for size in (WIDE, PHONE):
        visitor = suite.visitor(suite.team["admin"], path, is_watched=False, viewport=size, color_scheme="light")
        page = visitor.page
        page.wait_for_function("""() => {
            const frame = document.querySelector("iframe");
            const height = frame.contentDocument?.documentElement.scrollHeight;
            return frame.clientHeight > 1100 && frame.clientHeight === height;
        }""")
    ground = "() => getComputedStyle(document.querySelector('iframe').contentDocument.body).backgroundColor"
    light = page.evaluate(ground)
    theme_switch = page.get_by_role("button", name=re.compile("dark")).first
    theme_switch.click()
    page.wait_for_function(f"(light) => ({ground})() !== light", arg=light)
    page.reload()
    page.wait_for_function(f"(light) => ({ground})() !== light", arg=light)
    theme_switch.click()
    page.wait_for_function(f"(light) => ({ground})() === light", arg=light)


@test("on a phone the navigation is a bar at the bottom, with room for a thumb, and nothing is hidden below it")
def bottom_bar(suite, note):
    visitor = suite.visitor(suite.team["admin"], viewport=PHONE, has_touch=True, is_mobile=True)
    page = visitor.page
    bar = page.get_by_role("navigation", name="Main")

    links = bar.get_by_role("link")
    names = [link.inner_text().strip() for link in links.all() if link.is_visible()]

    assert names == ["Overview", "Data", "Alerts", "Reports", "Settings"], f"the bar has {names}"
    box = bar.bounding_box()
    assert abs(box["y"] + box["height"] - PHONE["height"]) < 1, f"the bar ends at {box['y'] + box['height']}"
    assert box["width"] == PHONE["width"]
    for link in links.all():
        if link.is_visible():
            size = link.bounding_box()
            assert size["height"] >= 44 and size["width"] >= 44, f"{link.inner_text()} has only {size}"
    bar.get_by_role("link", name="Alerts").tap()
    page.wait_for_url("**/alerts")
    assert page.get_by_role("main").get_by_role("link", name=re.compile("^Rules")).is_visible(), "no way to the rules"
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    end = page.locator("main > :last-child").bounding_box()
    assert end["y"] + end["height"] <= bar.bounding_box()["y"] + 1, "the end of the page is below the bar"
    visitor.goto("/rules")
    colors = [bar.get_by_role("link", name=name).evaluate("(link) => getComputedStyle(link).color")
              for name in ("Alerts", "Data")]
    assert colors[0] != colors[1], "the bar says nothing of where the rules are"


@test("on a phone an alert can be chosen with a thumb that does not hit its box")
def thumb(suite, note):
    visitor = suite.visitor(suite.team["admin"], "/alerts", viewport=PHONE, has_touch=True, is_mobile=True)
    page = visitor.page
    box = page.get_by_role("checkbox").first
    at = box.bounding_box()
    for aside in (-20, 20):
        before = box.is_checked()
        page.touchscreen.tap(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2 + aside)
        expect(box, f"a tap {aside} px aside is lost").to_be_checked(checked=not before, timeout=PATIENCE)


@test("a page needs no script to be read")
def without_script(suite, note):
    visitor = suite.visitor(suite.team["admin"], java_script_enabled=False)
    page = visitor.page
    for path, heading in inside(suite.team).items():
        assert visitor.page.goto(path).status == 200
        assert page.locator("h1").inner_text() == heading
        assert page.get_by_role("navigation", name="Main").is_visible()
    page.goto("/")
    page.get_by_role("link", name="30 days").click()
    assert visitor.place.startswith("/?period=30"), visitor.place
    assert page.locator("figure.chart svg").first.is_visible()
    assert page.locator(".kpi").count() == 7
    assert page.locator(".skeleton:visible").count() == 0, "what waits for a script is shown"


@test("the theme is the system's until another is chosen, which stays")
def theme(suite, note):
    visitor = suite.visitor(suite.team["viewer"], color_scheme="dark")
    page = visitor.page
    dark = background(page)
    page.emulate_media(color_scheme="light")
    light = background(page)
    assert dark != light, "both themes look the same"

    page.get_by_role("button", name=re.compile("dark")).first.click()

    assert background(page) == dark
    page.reload()
    assert background(page) == dark, "the choice is forgotten by a reload"
    visitor.goto("/data")
    assert background(page) == dark
    page.get_by_role("button", name=re.compile("dark")).first.click()
    assert background(page) == light, "there is no way back"


@test("a theme that was chosen is there before anything is painted")
def no_flash(suite, note):
    visitor = suite.visitor(color_scheme="light")
    visitor.context.add_init_script("""
        new MutationObserver(() => {
            if (document.documentElement?.dataset.theme === "dark") window.darkAt ??= performance.now();
        }).observe(document, { subtree: true, childList: true, attributes: true });
    """)
    visitor.enter(suite.team["viewer"])
    visitor.page.get_by_role("button", name=re.compile("dark")).first.click()

    visitor.goto("/data")
    visitor.goto("/")

    visitor.page.wait_for_function("() => performance.getEntriesByName('first-paint').length")
    dark, paint = visitor.page.evaluate("() => [darkAt, performance.getEntriesByName('first-paint')[0].startTime]")
    note(f"dark after {dark:.0f} ms, first paint after {paint:.0f} ms")
    assert dark <= paint, "the page is painted light first"


@test("figures are written as the browser's language writes them")
def language(suite, note):
    person = suite.newcomer()
    person.api.point("revenue", "123456.5", category="Books")
    visitor = suite.visitor(person, locale="de-DE")
    page = visitor.page

    shown = page.locator("#kpi-revenue .kpi-value").inner_text()
    assert "123.456,50" in shown, f"the card shows {shown}"
    exact = page.locator("#kpi-revenue").get_attribute("title")
    year = str(datetime.date.today().year)
    assert "123.456,50" in exact and year in exact, f"the exact value is {exact}"
    row = page.get_by_role("region", name="Categories").locator("tbody tr").first.inner_text()
    assert "123.456,50" in row and "100,00" in row, f"the category's row is {row}"
    page.locator("figure.chart").focus()
    page.keyboard.press("End")
    card = page.locator(".chart-card").inner_text()
    assert "123.456,50" in card, f"the crosshair shows {card}"
    visitor.wait_until_live()
    person.api.point("revenue", "1000.25")
    page.locator("#kpi-revenue .kpi-value", has_text="124.456,75").wait_for()
    visitor.goto("/data")
    assert "1.000,25" in page.locator("#records").inner_text()


def background(page):
    """The colour of most of what is seen."""
    return page.evaluate("() => getComputedStyle(document.querySelector('.topbar')).backgroundColor")


def hidden_columns(page):
    """The tables that are seen in part."""
    return page.locator(".table-wrap").evaluate_all("""(all) => all
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
        .map(({ ariaLabel, scrollWidth, clientWidth }) => `of ${scrollWidth} px of ${ariaLabel} ${clientWidth} are seen`)""")


def widest(page, width):
    """What sticks out."""
    return page.evaluate("""(width) => [...document.querySelectorAll("body *")]
        .filter((element) => element.getBoundingClientRect().right > width + 1 && element.checkVisibility()
            && !element.closest(".table-wrap, .tabs, pre, svg"))
        .slice(0, 3).map((element) => element.outerHTML.slice(0, 80)).join(" … ")""", width)
