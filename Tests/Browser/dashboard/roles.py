"""What each role sees: what it may do, and nothing else."""

import re

from .pages import inside
from .registry import test

# The links of the navigation.
NAVIGATION = {
    "admin": ["Overview", "Data", "Alerts", "Rules", "Reports", "Settings"],
    "manager": ["Overview", "Data", "Reports", "Settings"],
    "analyst": ["Overview", "Data", "Alerts", "Rules", "Reports", "Settings"],
    "viewer": ["Overview", "Data", "Reports", "Settings"],
}

# What is on a page, by the role that its element has and its name, for whom.
CONTROLS = [
    ("/data", "button", "Add a point", {"admin", "manager", "analyst"}),
    ("/data", "button", re.compile("^Correct: "), {"admin", "manager", "analyst"}),
    ("/data", "button", re.compile("^Delete: "), {"admin", "manager", "analyst"}),
    ("/data", "link", "Export as CSV", {"admin", "manager", "analyst"}),
    ("/data", "heading", "Import a file", {"admin", "manager", "analyst"}),
    ("/reports", "button", "New report", {"admin", "manager"}),
    ("/reports", "button", re.compile("^Pause: "), {"admin", "manager"}),
    ("/reports", "button", re.compile("^Delete: Last week"), {"admin"}),
    ("/reports", "link", re.compile("^PDF: Last week"), {"admin", "manager", "analyst", "viewer"}),
    ("/", "heading", "Latest alerts", {"admin", "analyst"}),
    ("/alerts", "link", "Channels", {"admin"}),
    ("/rules", "link", "New rule", {"admin", "analyst"}),
    ("/settings", "button", "New token", {"admin", "manager", "analyst", "viewer"}),
    ("/settings", "heading", "Alert mails", {"admin", "analyst"}),
    ("/settings", "link", "Team", {"admin"}),
    ("/settings", "link", "Workspace", {"admin"}),
    ("/settings", "link", "Audit log", {"admin"}),
]

# Pages that some may not see.
GUARDED = {
    "/alerts": {"admin", "analyst"},
    "/rules": {"admin", "analyst"},
    "/rules/new": {"admin", "analyst"},
    "/alerts/channels": {"admin"},
    "/settings/team": {"admin"},
    "/settings/workspace": {"admin"},
    "/settings/audit": {"admin"},
}


@test("each role's navigation has the pages that it may see")
def navigation(suite, note):
    for role, expected in NAVIGATION.items():
        visitor = suite.visitor(suite.team[role])
        names = visitor.page.get_by_role("navigation", name="Main").get_by_role("link").all_inner_texts()
        assert [name.strip() for name in names] == expected, f"the {role} has {names}"
        visitor.page.locator("details.menu summary").click()
        assert visitor.page.locator(".menu-body").get_by_text(role).first.is_visible(), "the role is not in the menu"


@test("each role finds the controls for what it may do, and no others")
def controls(suite, note):
    faults = []
    for role, person in suite.team.items():
        visitor = suite.visitor(person)
        for path in dict.fromkeys(path for path, *_ in CONTROLS):
            if role not in GUARDED.get(path, {role}):
                continue
            status = visitor.goto(path).status
            if status != 200:
                faults.append(f"the {role} is answered {status} by {path}")
                continue
            for place, kind, name, who in CONTROLS:
                if place == path:
                    is_there = visitor.page.get_by_role(kind, name=name).count() > 0
                    if is_there != (role in who):
                        finds = "finds" if is_there else "does not find"
                        words = name if isinstance(name, str) else name.pattern
                        faults.append(f"the {role} {finds} {kind} {words!r} on {path}")
    assert not faults, "\n".join(faults)


@test("every change that a role's pages offer is one that the API allows it")
def offers(suite, note):
    document = suite.team["admin"].api.whole("GET", "/openapi.json")
    needs = {}
    for path, operations in document["paths"].items():
        pattern = re.compile("^" + re.sub(r"\{[^}]+\}", "[^/]+", path.removeprefix("/api/v1")) + "$")
        for method, operation in operations.items():
            found = re.search("Needs the permission `([a-z-]+)`", str(operation.get("description")))
            needs[method.upper(), pattern] = found and found[1]
    permissions = {
        "manager": {"view-analytics", "view-reports", "ingest-analytics", "export-analytics", "create-reports"},
        "analyst": {"view-analytics", "view-reports", "ingest-analytics", "export-analytics", "manage-alerts"},
        "viewer": {"view-analytics", "view-reports"},
    }
    faults, count, known = [], 0, 0
    for role, allowed in permissions.items():
        visitor = suite.visitor(suite.team[role], path=None)
        for path in inside(suite.team):
            answer = visitor.context.request.get(path)
            if answer.status != 200:
                continue
            for call in dict.fromkeys(re.findall('data-api="([^"]+)"', answer.text())):
                method, target = call.split(" ")
                count += 1
                for (verb, pattern), need in needs.items():
                    if verb == method and pattern.match(target.removeprefix("/api/v1")):
                        known += bool(need)
                        if need and need not in allowed:
                            faults.append(f"{path} offers the {role} {call}, which needs {need}")
    note(f"{count} changes offered, of {known} the document names the permission")
    assert not faults, "\n".join(faults)


@test("a page that a role may not see says so, and leads back")
def forbidden(suite, note):
    for role, person in suite.team.items():
        visitor = suite.visitor(person, path=None)
        for path, who in GUARDED.items():
            status = visitor.context.request.get(path).status
            assert status == (200 if role in who else 403), f"{path} is answered {status} for the {role}"
    for role in ("manager", "viewer"):
        visitor = suite.visitor(suite.team[role])
        visitor.allow("status of 403")
        visitor.goto("/alerts")
        assert visitor.page.locator("h1").inner_text() == "You may not see this page"
        text = visitor.page.get_by_role("main").inner_text()
        assert role in text and "manage-alerts" in text, f"it does not say why: {text}"
        assert visitor.page.get_by_role("navigation", name="Main").is_visible()
        visitor.page.get_by_role("link", name="Go to the overview").click()
        visitor.page.wait_for_url(suite.url + "/")
