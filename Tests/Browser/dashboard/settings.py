"""What people change about themselves, their team and their workspace."""

import re
import urllib.error
import urllib.request

from .api import API
from .people import PASSWORD, address, member
from .registry import test


@test("a token is shown once, can be copied and used, and is refused once it is revoked")
def token(suite, note):
    person = suite.newcomer()
    visitor = suite.visitor(person, "/settings", permissions=["clipboard-read", "clipboard-write"])
    page = visitor.page
    page.get_by_role("button", name="New token").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Till server")
    dialog.get_by_label(re.compile("ingest-analytics")).check()
    dialog.get_by_role("button", name="Make the token").click()

    shown = page.get_by_role("dialog", name="Copy your token now")
    shown.wait_for()
    secret = shown.locator("pre").inner_text().strip()
    # The button says it for two seconds.
    visitor.look_for("copied", "dialog button", "Copied")
    shown.get_by_role("button", name="Copy").click()
    visitor.seen("copied", 0)
    assert page.evaluate("() => navigator.clipboard.readText()") == secret, "something else was copied"
    API(suite.url, secret).point("revenue", 5)
    assert status(suite, secret, "/analytics") == 403, "the token may do more than was chosen"
    shown.get_by_role("button", name="Done").click()
    row = page.locator("#tokens li", has_text="Till server")
    row.get_by_text("ingest-analytics").wait_for()
    page.reload()
    assert secret not in page.content(), "the token is shown again"

    row.get_by_role("button", name="Revoke: Till server").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    row.wait_for(state="detached")
    assert status(suite, secret, "/auth/me") == 401, "the token that was revoked is still taken"


@test("a secret whose answer was lost is not shown as an empty one, and what to do then is said")
def lost_secrets(suite, note):
    person = suite.newcomer()
    for path, opener, fields, submit, words, made in (
        ("/settings", "New token", {"Name": "Till server"}, "Make the token", "revoke it", "/auth/tokens"),
        ("/settings/team", "Invite somebody", {"Email": address("Mary")}, "Make the invitation", "once more",
         "/users/invitations"),
        ("/alerts/channels", "Webhook", {"Name": "On call", "URL": "https://example.com/hook"}, "Add",
         "a new secret", "/channels"),
    ):
        visitor = suite.visitor(person, path)
        visitor.allow("ERR_FAILED")
        page = visitor.page
        answers = []

        def lose(route):
            # Done, and the answer lost on its way.
            if route.request.method != "POST" or answers:
                return route.continue_()
            answers.append(route.fetch().status)
            route.abort()

        page.route(f"**/api/v1{made}", lose)
        page.get_by_role("button", name=opener, exact=True).click()
        dialog = page.get_by_role("dialog")
        for label, text in fields.items():
            dialog.get_by_label(label, exact=True).fill(text)
        if opener == "New token":
            dialog.get_by_label(re.compile("ingest-analytics")).check()
        before = len(person.api.ask("GET", made))
        dialog.get_by_role("button", name=submit, exact=True).click()
        dialog.get_by_text("cannot be reached").wait_for()
        dialog.get_by_role("button", name=submit, exact=True).click()

        told = page.get_by_role("dialog", name=re.compile("lost on its way"))
        told.wait_for()
        assert answers == [201], f"the first try was answered {answers}"
        assert words in told.inner_text(), told.inner_text()
        assert page.get_by_role("dialog").count() == 1, "an empty secret is shown"
        told.get_by_role("button", name="OK").click()
        page.get_by_role("main").get_by_text(next(iter(fields.values()))).first.wait_for()
        assert len(person.api.ask("GET", made)) == before + 1, "it was made twice"


@test("who is invited joins by the link, with the role that was chosen, which an admin can change")
def invitation(suite, note):
    admin = suite.newcomer(workspace="Lovelace & friends")
    admin.api.point("revenue", 321)
    email = address("Mary Somerville")
    inviting = suite.visitor(admin, "/settings/team")
    page = inviting.page
    page.get_by_role("button", name="Invite somebody").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Email").fill(email)
    dialog.get_by_label("Role").select_option("analyst")
    dialog.get_by_role("button", name="Make the invitation").click()
    shown = page.get_by_role("dialog", name="Copy the invitation now")
    shown.wait_for()
    link = shown.locator("#made-invitation-link").inner_text().strip()
    shown.get_by_role("button", name="Done").click()
    page.locator("#invitations").get_by_text(email).wait_for()

    joining = suite.visitor()
    other = joining.page
    assert link.startswith(suite.url + "/join/"), f"the link is {link}"
    joining.goto(link)
    other.get_by_label("Your name").fill("Mary Somerville")
    other.get_by_label("Email").fill(email)
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_label("Password again").fill(PASSWORD)
    other.get_by_role("button", name="Join").click()
    other.wait_for_url(suite.url + "/")
    assert "Lovelace & friends" in other.get_by_role("banner").inner_text()
    assert "321.00" in other.locator("#kpi-revenue .kpi-value").inner_text()
    assert other.get_by_role("heading", name="Latest alerts").is_visible(), "an analyst sees alerts"

    inviting.goto("/settings/team")
    page.get_by_label("Role of Mary Somerville").select_option("viewer")
    with inviting.hears("Role changed."):
        page.get_by_role("button", name="Change role: Mary Somerville").click()
    joining.goto("/")
    assert other.get_by_role("heading", name="Latest alerts").count() == 0, "a viewer sees none"


@test("a new password needs the old one, and ends the other sessions if that is wanted")
def password(suite, note):
    person = suite.newcomer()
    visitor = suite.visitor(person, "/settings")
    visitor.allow("status of 422")
    page = visitor.page
    new = "another horse that is correct"

    def change(current):
        page.get_by_label("Current password").fill(current)
        page.get_by_label("New password", exact=True).fill(new)
        page.get_by_label("New password again").fill(new)
        page.get_by_label("Revoke all my other tokens and sessions").check()
        page.get_by_role("button", name="Change password").click()

    change("a horse that is wrong")
    field = page.locator(".field", has=page.get_by_label("Current password"))
    field.locator(".error:visible").wait_for()
    assert page.get_by_label("Current password").get_attribute("aria-invalid") == "true"
    with visitor.hears("Password changed."):
        change(PASSWORD)

    assert status(suite, person.api.token, "/auth/me") == 401, "the other token is still taken"
    visitor.goto("/")
    assert visitor.place == "/", "this session has ended too"
    API(suite.url).ask("POST", "/auth/login", {"email": person.email, "password": new})


@test("the workspace's currency and name are on every page at once")
def workspace(suite, note):
    admin = suite.newcomer(workspace="Before")
    admin.api.point("revenue", 321)
    viewer = member(suite.url, admin, "viewer")
    visitor = suite.visitor(admin, "/settings/workspace")
    page = visitor.page
    form = page.locator("form", has=page.get_by_label("Time zone"))

    form.get_by_label("Name").fill("After")
    form.get_by_label("Currency").select_option("EUR")
    form.get_by_label("Time zone").select_option("Asia/Tokyo")
    with visitor.hears("Saved."):
        form.get_by_role("button", name="Save").click()

    other = suite.visitor(viewer)
    assert "After" in other.page.get_by_role("banner").inner_text()
    other.goto("/?period=30")
    assert "321.00 EUR" in other.page.locator("#kpi-revenue .kpi-value").inner_text()


@test("an embedded chart is a picture for whoever has its link, until it is taken back")
def embed(suite, note):
    person = suite.newcomer()
    person.api.point("revenue", 321)
    visitor = suite.visitor(person, "/settings/workspace")
    page = visitor.page
    page.get_by_role("button", name="Embed a chart").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("On the wiki")
    dialog.get_by_role("button", name="Make the link").click()
    row = page.locator("#embeds li", has_text="On the wiki")
    row.wait_for()
    link = row.locator("pre").inner_text().strip()

    with urllib.request.urlopen(link) as answer:
        assert answer.headers["Content-Type"].startswith("image/svg+xml")
    row.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('#embeds img').naturalWidth")
    row.get_by_role("button", name="Delete: On the wiki").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    row.wait_for(state="detached")
    try:
        urllib.request.urlopen(link)
        raise AssertionError("the link that was taken back still works")
    except urllib.error.HTTPError as error:
        assert error.code == 404


@test("the audit log says who did what")
def audit(suite, note):
    person = suite.newcomer()
    person.api.ask("PATCH", "/workspace", {"name": "Renamed shop"})
    visitor = suite.visitor(person, "/settings/audit")

    entry = visitor.page.locator("#audit li").first.inner_text()

    assert person.name in entry and "Renamed shop" in entry, entry
    person.api.ask("POST", "/reports", {"name": "Later", "type": "weekly", "scheduled_at": "2031-01-01T07:00:00"})
    visitor.page.reload()
    entry = visitor.page.locator("#audit li").first.inner_text()
    assert "1 Jan 2031, 07:00" in entry, entry


def status(suite, token, path):
    request = urllib.request.Request(f"{suite.url}/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
