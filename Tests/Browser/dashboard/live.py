"""What pages show without being asked."""

import re
import urllib.parse

from bench.patience import patient

from .people import member
from .registry import test
from .visitor import AT_ONCE


def make_rule(api, name="Low revenue"):
    api.ask("POST", "/alert-rules", {
        "name": name, "metric_type": "revenue", "operator": "<", "threshold": 100, "severity": "critical",
    })


@test("two browsers see a point, its alert and its end within a second, and a third of another workspace nothing")
def two(suite, note):
    admin = suite.newcomer()
    analyst = member(suite.url, admin, "analyst")
    api = admin.api
    api.point("revenue", 400)
    make_rule(api)
    one, two = suite.visitor(admin), suite.visitor(analyst)
    other = suite.newcomer()
    other.api.point("revenue", 400)
    stranger = suite.visitor(other)
    for visitor in (one, two, stranger):
        visitor.wait_until_live()
        visitor.mark()
        visitor.look_for("figure", "#kpi-revenue .kpi-value", "450.25")
        visitor.look_for("alert", "#latest", "50.25")

    answered_at = api.point("revenue", "50.25")

    delays = [visitor.seen(name, answered_at) for visitor in (one, two) for name in ("figure", "alert")]
    for visitor in (one, two):
        visitor.look_for("end", "#latest", "resolved")
    two.page.get_by_role("button", name=re.compile("^Resolve")).click()
    two.page.locator("#latest .badge.good").wait_for()
    resolved_at = two.page.evaluate("() => seen.end")
    delays.append(one.seen("end", resolved_at))
    note(f"seen after {', '.join(f'{delay:.0f}' for delay in delays)} ms")
    assert max(delays) <= AT_ONCE, f"something was seen only after {max(delays):.0f} ms"
    assert one.is_the_same and two.is_the_same, "a page was loaded anew"
    assert stranger.page.evaluate("() => seen") == {}, "somebody else's figures were shown"
    assert "400.00" in stranger.page.locator("#kpi-revenue .kpi-value").inner_text()


@test("the first figure makes the overview of what an empty workspace shows, and the last one taken back undoes it")
def first_figure(suite, note):
    person = suite.newcomer()
    visitor = suite.visitor(person)
    page = visitor.page
    visitor.wait_until_live()
    visitor.mark()

    person.api.point("revenue", "12.50")

    page.get_by_role("heading", name="Overview").wait_for()
    assert page.locator("#kpi-revenue .kpi-value").inner_text().strip() == "12.50 USD"
    assert page.locator("#kpi-revenue .kpi-change").inner_text().strip() == "▲ better"
    assert page.locator("figure.chart svg").first.is_visible()
    assert page.get_by_text("This workspace has no data yet").count() == 0
    point = person.api.ask("GET", "/analytics")[0]["id"]
    person.api.send("DELETE", f"/analytics/{point}")
    page.get_by_role("heading", name="Your first figure").wait_for()
    assert visitor.is_the_same, "the page was loaded anew"


@test("an alert of an open list appears while a note is being written, which is kept")
def keeps(suite, note):
    person = suite.newcomer()
    make_rule(person.api, "First rule")
    person.api.point("revenue", 1)
    visitor = suite.visitor(person, "/alerts")
    page = visitor.page
    visitor.wait_until_live()
    page.get_by_role("button", name=re.compile("^Resolve: ")).click()
    field = page.get_by_role("dialog").get_by_label("Note")
    field.fill("Half of a sen")

    make_rule(person.api, "Second rule")
    # The page hears of it, and asks for what is new.
    with page.expect_response(lambda answer: answer.url.endswith("/alerts")) as waiting:
        person.api.point("revenue", 2)
    waiting.value.finished()
    page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))")

    assert field.is_visible() and field.input_value() == "Half of a sen", "what was being written is lost"
    assert visitor.has_focus(field), "the focus is lost"
    page.keyboard.press("Escape")
    page.locator("#alerts").get_by_text("Second rule").first.wait_for()


@test("without a network the page says so, and shows what it missed once the network is back")
def offline(suite, note):
    person = suite.newcomer()
    person.api.point("revenue", 400)
    make_rule(person.api)
    visitor = suite.visitor(person)
    visitor.allow("ERR_INTERNET_DISCONNECTED")
    visitor.wait_until_live()
    visitor.mark()

    visitor.context.set_offline(True)
    visitor.page.locator(".live").get_by_text(re.compile("^(Offline|Reconnecting)")).wait_for()
    person.api.point("revenue", "12.75")
    visitor.look_for("figure", "#kpi-revenue .kpi-value", "412.75")
    visitor.look_for("alert", "#latest", "12.75")
    since = visitor.page.evaluate("() => Date.now()")
    visitor.context.set_offline(False)

    visitor.wait_until_live()
    delays = [visitor.seen(name, since) for name in ("figure", "alert")]
    assert visitor.is_the_same, "the page was loaded anew"
    note(f"caught up in {max(delays):.0f} ms")


@test("a change that the network loses says so beside the form, and is made once when tried again")
def lost_change(suite, note):
    person = suite.newcomer()
    person.api.point("orders", 1)
    visitor = suite.visitor(person, "/data")
    visitor.allow("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "ERR_CONNECTION")
    page = visitor.page
    page.get_by_role("button", name="Add a point").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Metric").select_option("revenue")
    dialog.get_by_label("Value").fill("77.5")

    # It arrives; the answer is what is lost.
    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/api/v1/analytics", lose, times=1)
    dialog.get_by_role("button", name="Add").click()
    dialog.get_by_role("alert").wait_for()
    assert dialog.get_by_label("Value").input_value() == "77.5", "what was typed is lost"
    dialog.get_by_role("button", name="Add").click()
    dialog.wait_for(state="hidden")

    assert person.api.whole("GET", "/analytics?metric_type=revenue")["meta"]["total"] == 1, "the point is stored twice"


@test("while the server is away the page reconnects by itself, and then shows what happened meanwhile")
def restart(suite, note):
    with suite.serve("restart") as server:
        port = urllib.parse.urlsplit(server.url).port
        person = suite.newcomer(server.url)
        person.api.point("revenue", 400)
        visitor = suite.visitor(person, url=server.url)
        visitor.allow("ERR_", "status of 50")
        visitor.wait_until_live()
        visitor.mark()
        server.stop()
        visitor.page.locator(".live").get_by_text("Reconnecting").wait_for()
    with suite.serve("restart", port):
        person.api.point("revenue", "12.75")
        visitor.page.locator("#kpi-revenue .kpi-value", has_text="412.75").wait_for(timeout=patient(15_000))
        visitor.wait_until_live()
        assert visitor.is_the_same, "the page was loaded anew"


@test("whose role is changed sees another page from then on, and who is removed is sent away")
def changed_role(suite, note):
    admin = suite.newcomer()
    admin.api.point("revenue", 400)
    person = member(suite.url, admin, "analyst")
    visitor = suite.visitor(person)
    visitor.allow("status of 401")
    visitor.wait_until_live()
    assert visitor.page.get_by_role("heading", name="Latest alerts").is_visible()
    user = next(user for user in admin.api.ask("GET", "/users") if user["email"] == person.email)

    admin.api.ask("PATCH", f"/users/{user['id']}", {"role": "viewer"})
    visitor.page.reload()
    assert visitor.page.get_by_role("heading", name="Latest alerts").count() == 0
    visitor.wait_until_live()
    admin.api.send("DELETE", f"/users/{user['id']}")

    visitor.page.wait_for_url("**/login**", timeout=patient(10_000))
