"""Logging in and out."""

import urllib.parse

from .api import API
from .people import PASSWORD, address
from .registry import test


@test("the cookies of the session and of the known browser are kept from scripts and from other sites")
def cookie(suite, note):
    visitor = suite.visitor()
    visitor.goto("/register")
    fill_registration(visitor.page, address("Grace Hopper"))
    visitor.page.get_by_role("button", name="Make the account").click()
    visitor.page.wait_for_url("**/")

    cookies = visitor.context.cookies()

    names = sorted(cookie["name"] for cookie in cookies)
    assert names == ["analyticspro_browser", "analyticspro_session"], f"there are cookies {names}"
    for cookie in cookies:
        assert cookie["httpOnly"], f"{cookie['name']} can be read by scripts"
        assert cookie["sameSite"] == "Strict", f"{cookie['name']} is SameSite={cookie['sameSite']}"
        assert cookie["path"] == "/"
    assert visitor.page.evaluate("document.cookie") == ""
    assert visitor.page.evaluate("Object.keys(sessionStorage).length") == 0


@test("who logs out is out, with a copy of the cookie and by the back button too")
def log_out(suite, note):
    person = suite.newcomer()
    visitor = suite.visitor(person)
    copy = visitor.context.cookies()
    page = visitor.page

    page.locator("summary", has_text=person.name).click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")

    assert visitor.context.cookies() == [], "the cookie is still there"
    visitor.context.add_cookies(copy)
    visitor.goto("/")
    assert visitor.place == "/login", f"the old cookie opens {visitor.place}"
    answer = visitor.context.request.get("/api/v1/auth/me")
    assert answer.status == 401, f"the old cookie is answered {answer.status}"
    page.go_back()
    page.go_back()
    assert page.get_by_role("navigation", name="Main").count() == 0, "the back button shows what was there"
    API(suite.url, person.api.token).ask("GET", "/auth/me")


@test("a password that is wrong is refused beside the form, and what was typed stays")
def refused(suite, note):
    person = suite.newcomer()
    visitor = suite.visitor()
    visitor.allow("status of 4(01|22)")
    visitor.goto("/login")

    log_in(visitor.page, person.email, "a horse that is wrong")

    visitor.page.locator(".error:visible", has_text="credentials").wait_for()
    assert visitor.place == "/login"
    assert visitor.page.get_by_label("Email").input_value() == person.email
    assert visitor.context.cookies() == []


@test("who must log in first goes on to where they wanted to go")
def goes_on(suite, note):
    person = suite.newcomer()
    visitor = suite.visitor()

    visitor.goto("/?period=14&metric=orders")
    assert visitor.place.startswith("/login?next="), f"{visitor.place} needs no login"
    log_in(visitor.page, person.email, PASSWORD)
    visitor.page.wait_for_url("**/?*period=14*")

    assert visitor.place == "/?period=14&metric=orders"


@test("logging in never leads to another host")
def stays(suite, note):
    person = suite.newcomer()
    visitor = suite.visitor(person, "/login")
    # A path that is not there says so.
    visitor.allow("status of 404")
    # The answer to a login, with the password's cost left out.
    visitor.page.route("**/session", lambda route: route.fulfill(json={"data": {}}))
    for target in (
        "https://example.com/", "//example.com/", "/\\example.com/", "\\\\example.com", "/%5Cexample.com/",
        "https:example.com", "/\t/example.com", "/%09/example.com", "javascript:alert(1)", "/../..//example.com/",
        "http://", "data:text/html,x", "/login/../\\example.com", "",
    ):
        visitor.goto("/login?" + urllib.parse.urlencode({"next": target}))
        log_in(visitor.page, person.email, PASSWORD)
        visitor.page.wait_for_url(lambda url: "/login?" not in url)
        visitor.page.wait_for_load_state("load")
        assert visitor.page.url.startswith(suite.url + "/"), f"next={target!r} leads to {visitor.page.url}"


@test("who forgot the password is told that a link comes, and who set a new one is told to log in with it")
def forgotten(suite, note):
    person = suite.newcomer()
    visitor = suite.visitor()
    page = visitor.page
    visitor.goto("/login")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill(person.email)
    page.get_by_role("button", name="Send the link").click()
    page.get_by_role("status").get_by_text("a link is on its way").wait_for()
    page.get_by_role("link", name="Back to the login").click()
    assert page.get_by_text("The new password is set").count() == 0

    visitor.goto("/reset/SOMETHING")
    # Only the mail has the code.
    page.route("**/password/reset", lambda route: route.fulfill(status=204))
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()

    page.wait_for_url("**/login*")
    page.get_by_text("The new password is set. Log in with it.").wait_for()
    log_in(page, person.email, PASSWORD)
    page.wait_for_url(suite.url + "/")


def log_in(page, email, password):
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def fill_registration(page, email, name="Grace Hopper"):
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
