"""What a page lets in and what it lets others do."""

from .pages import OUTSIDE, inside
from .registry import test


@test("every page forbids scripts, styles and frames of others, and is kept by no cache")
def headers(suite, note):
    for visitor, paths in ((suite.visitor(suite.team["admin"]), inside(suite.team)), (suite.visitor(), OUTSIDE)):
        for path in paths:
            answer = visitor.context.request.get(path)
            policy = answer.headers.get("content-security-policy", "")
            for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
                assert part in policy, f"{path} lacks {part}: {policy}"
            assert "unsafe" not in policy, f"{path} has {policy}"
            assert answer.headers.get("x-content-type-options") == "nosniff", path
            assert "no-store" in answer.headers.get("cache-control", ""), f"{path} may be kept by a cache"


@test("a script and a style that get into a page do nothing")
def injected(suite, note):
    visitor = suite.visitor(suite.team["admin"])
    visitor.allow("policy", "Content Security Policy", r"status of 404 .*\(/x\)")

    visitor.page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.isIn = true";
        document.head.append(script);
        document.body.insertAdjacentHTML("beforeend",
            "<img src=x onerror='window.isIn = true'><p id=styled style='color: rgb(1, 2, 3)'>x</p>");
    }""")
    # The picture that is not there has been asked for by then.
    visitor.page.wait_for_function("() => document.querySelector('img[src=x]').complete")

    assert visitor.page.evaluate("() => window.isIn") is None, "it ran"
    assert visitor.page.evaluate("() => getComputedStyle(styled).color") != "rgb(1, 2, 3)"
    assert any("policy" in error for error in visitor.errors), "nothing was refused"


@test("names from people are text on every page, never part of it")
def text(suite, note):
    trap = "<img src=x onerror=alert(1)>\"'{{x}}&amp;"
    person = suite.newcomer(workspace=trap)
    api = person.api
    api.ask("POST", "/alert-rules", {
        "name": trap, "metric_type": "revenue", "operator": "<", "threshold": 100, "severity": "critical",
        "category": trap,
    })
    api.point("revenue", 1, category=trap, source=trap, external_id=trap[:50])
    api.ask("POST", "/channels", {
        "name": trap, "kind": "webhook", "url": "https://example.com/a?b=%3Cb%3E&c='1'", "is_active": False,
    })
    api.ask("POST", "/reports", {"name": trap, "type": "daily"})
    visitor = suite.visitor(person)
    visitor.page.on("dialog", lambda dialog: visitor.errors.append("a script ran"))
    for path in ("/", "/data", "/alerts", "/alerts/channels", "/rules", "/reports", "/settings"):
        visitor.goto(path)
        assert visitor.page.locator("img[src=x]").count() == 0, f"{path} takes a name for a part of the page"
        assert trap in visitor.page.locator("header.topbar").inner_text(), f"{path} changes the workspace's name"
        if path in ("/data", "/alerts", "/rules", "/alerts/channels", "/reports"):
            assert trap in visitor.page.get_by_role("main").inner_text(), f"{path} does not show the name as it is"
