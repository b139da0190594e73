"""The dashboard without a mouse."""

import re

from .people import PASSWORD
from .registry import test


@test("by the keyboard alone one logs in, skips to the content and switches the period")
def period(suite, note):
    person = suite.newcomer()
    person.api.point("revenue", 400)
    visitor = suite.visitor()
    page = visitor.page
    visitor.goto("/login")

    assert visitor.has_focus(page.get_by_label("Email")), "the first field has not the focus"
    page.keyboard.type(person.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(suite.url + "/")

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    assert visitor.has_focus(skip), "the first stop is not the link to the content"
    assert skip.bounding_box()["y"] >= 0, "the link to the content cannot be seen"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    visitor.tab_to(page.get_by_role("link", name="30 days"), most=3)
    page.keyboard.press("Enter")
    page.wait_for_url("**/?*period=30*")
    assert page.get_by_role("link", name="30 days").get_attribute("aria-current")


@test("whatever has the focus shows it, and the tab key reaches everything and never gets stuck")
def focus(suite, note):
    visitor = suite.visitor(suite.team["admin"])
    page = visitor.page
    for path in ("/", "/data", "/rules/new", "/reports"):
        visitor.goto(path)
        reached = []
        for _ in range(400):
            page.keyboard.press("Tab")
            found = page.evaluate("""() => {
                const element = document.activeElement;
                if (!element || element === document.body) return null;
                const style = getComputedStyle(element);
                const label = element.closest("label, .field, .card") ?? element;
                const shows = [style, getComputedStyle(label)].some((each) =>
                    (each.outlineStyle !== "none" && parseFloat(each.outlineWidth) > 0) || each.boxShadow !== "none");
                element.dataset.reached ??= String(document.querySelectorAll("[data-reached]").length);
                return { number: element.dataset.reached, shows, html: element.outerHTML.slice(0, 120) };
            }""")
            if not found:
                break
            if found["number"] in reached:
                # The fields of a date are stops of one control.
                if found["number"] != reached[-1]:
                    break
                continue
            reached.append(found["number"])
            assert found["shows"], f"on {path} nothing shows that {found['html']} has the focus"
        missed = page.evaluate("""() => [...document.querySelectorAll(
                "a[href], button, input, select, textarea, summary, [tabindex='0']")]
            .filter((element) => element.checkVisibility() && !element.disabled && element.tabIndex >= 0
                && element.type !== "hidden" && !element.dataset.reached
                && !(element.type === "radio" && !element.checked))
            .map((element) => element.outerHTML.slice(0, 120))""")
        assert not missed, f"on {path} the tab key does not reach {missed[:5]}"
        note(f"{path}: {len(reached)} stops")


@test("a dialog opened by the keyboard takes the focus, keeps it, and gives it back")
def dialog(suite, note):
    visitor = suite.visitor(suite.team["admin"], "/reports")
    page = visitor.page
    button = page.get_by_role("button", name="New report").first

    visitor.tab_to(button)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert visitor.has_focus(dialog.get_by_label("Name")), "the first field has not the focus"
    for _ in range(12):
        page.keyboard.press("Tab")
        # Between its last element and its first the browser's own controls have it.
        is_inside = page.evaluate("() => Boolean(document.activeElement.closest('dialog, body:focus'))")
        assert is_inside, "the focus leaves the dialog"
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert visitor.has_focus(button), "the focus is not where it was"

    # Asked whether to delete, the safe answer has the focus.
    visitor.tab_to(page.get_by_role("button", name="Delete: Last week"))
    page.keyboard.press("Enter")
    question = page.get_by_role("dialog")
    question.wait_for()
    assert visitor.has_focus(question.get_by_role("button", name="Cancel"))
    page.keyboard.press("Enter")
    question.wait_for(state="hidden")
    assert page.get_by_text("Last week").first.is_visible()


@test("who works through a list by the keyboard stays where they are in it")
def lists(suite, note):
    person = suite.newcomer()
    for name in ("First", "Second", "Third"):
        person.api.ask("POST", "/alert-rules", {
            "name": name, "metric_type": "revenue", "operator": "<", "threshold": 100, "severity": "info",
        })
    person.api.point("revenue", 1)
    visitor = suite.visitor(person, "/alerts")
    page = visitor.page

    # What is done with an alert leaves the rest of it.
    page.get_by_role("button", name=re.compile("^Mark read: Second")).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("^Mark read: Second")).wait_for(state="detached")
    assert visitor.has_focus(page.get_by_role("button", name=re.compile("^Resolve: Second"))), focused(page)
    # A rule that is deleted leaves its place to the next one, the last one to the one before.
    visitor.goto("/rules")
    for name, heir in (("Second", "First"), ("First", "Third")):
        page.get_by_role("button", name=f"Delete: {name}").focus()
        page.keyboard.press("Enter")
        page.get_by_role("dialog").get_by_role("button", name="Delete").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name=f"Delete: {name}").wait_for(state="detached")
        assert visitor.has_focus(page.get_by_role("switch", name=f"Active: {heir}")), focused(page)


def focused(page):
    return "the focus is at " + page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")


@test("the arrow keys move along the chart, and what they show is said")
def crosshair(suite, note):
    visitor = suite.visitor(suite.team["admin"])
    page = visitor.page
    figure = page.locator("figure.chart")
    rows = figure.locator("tbody tr")
    days = [" ".join(row.split()) for row in rows.locator("th").all_inner_texts()]
    values = rows.locator("td:nth-of-type(1)").all_inner_texts()
    card = figure.locator(".chart-card")
    said = figure.locator("[aria-live]")

    visitor.tab_to(figure)
    for key, index in (
        ("ArrowLeft", -1), ("ArrowLeft", -2), ("Home", 0), ("ArrowLeft", 0), ("ArrowRight", 1), ("End", -1),
        ("ArrowRight", -1),
    ):
        page.keyboard.press(key)
        card.wait_for()
        shown = " ".join(card.inner_text().split())
        assert days[index] in shown and values[index].strip() in shown, f"{key} shows {shown}, not {days[index]}"
        assert days[index] in said.inner_text() and values[index].strip() in said.inner_text()
        within, box = figure.bounding_box(), card.bounding_box()
        assert within["x"] - 1 <= box["x"] and box["x"] + box["width"] <= within["x"] + within["width"] + 1, (
            "the card leaves the chart"
        )
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")

    svg = figure.locator("svg[data-left]:visible").bounding_box()
    page.mouse.move(svg["x"] + svg["width"] / 2, svg["y"] + svg["height"] / 2)
    card.wait_for()
    assert days[len(days) // 2] in " ".join(card.inner_text().split()), "the middle of the chart is not the middle day"
    page.mouse.move(5, 5)
    card.wait_for(state="hidden")


@test("the user's menu opens and closes by the keyboard, and its focus is not lost")
def menu(suite, note):
    visitor = suite.visitor(suite.team["viewer"])
    page = visitor.page
    summary = page.locator("details.menu summary")

    visitor.tab_to(summary)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Log out").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Log out").wait_for(state="hidden")
    assert visitor.has_focus(summary), "the focus is not on the menu"
    assert re.search("viewer", summary.inner_text())
