"""Those who look at the dashboard."""

import dataclasses
import datetime
import itertools
import json
import re
import time
import urllib.request

from bench.patience import patient

from .api import API, LIMIT

# How long a report may take to be made, in seconds.
REPORT_LIMIT = patient(30)
PASSWORD = "a horse that is correct"
ROLES = ("admin", "manager", "analyst", "viewer")

numbers = itertools.count(1)


@dataclasses.dataclass
class Person:
    """Somebody with an account, a token and the cookie of a session."""

    name: str
    email: str
    role: str
    api: API
    cookie: dict


def newcomer(url, name="Ada Lovelace", workspace=None, email=None):
    """An account with a workspace of its own, whose admin it is."""
    return _register(url, name, "admin", email=email, workspace=workspace or f"Shop {next(numbers)}")


def member(url, admin, role, name=None, email=None):
    """An account in the workspace of an admin."""
    name = name or f"The {role}"
    email = email or address(name)
    invitation = admin.api.ask("POST", "/users/invitations", {"email": email, "role": role})
    return _register(url, name, role, email=email, invitation=invitation["code"])


def team(url, name="Shop"):
    """One of each role in one workspace, by role."""
    admin = newcomer(url, "The admin", f"{name} {next(numbers)}")
    return {"admin": admin, **{role: member(url, admin, role) for role in ROLES[1:]}}


def address(name):
    """An address that nobody has yet."""
    return f"{re.sub('[^a-z]+', '.', name.lower())}.{next(numbers)}@example.com"


def _register(url, name, role, email=None, **more):
    """Registers as a browser does, and makes a token, which costs no second password."""
    email = email or address(name)
    body = {"name": name, "email": email, "password": PASSWORD, "password_confirmation": PASSWORD, **more}
    request = urllib.request.Request(f"{url}/session/registration", json.dumps(body).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=LIMIT) as answer:
        name_and_value = answer.headers["Set-Cookie"].split(";")[0]
    request = urllib.request.Request(f"{url}/api/v1/auth/tokens", b'{"name": "A program"}', method="POST")
    for header, value in (("Content-Type", "application/json"), ("Cookie", name_and_value), ("Origin", url)):
        request.add_header(header, value)
    with urllib.request.urlopen(request, timeout=LIMIT) as answer:
        token = json.load(answer)["data"]["token"]
    cookie = dict(zip(("name", "value"), name_and_value.split("=", 1)), url=url, httpOnly=True, sameSite="Strict")
    return Person(name, email, role, API(url, token), cookie)


def furnished_team(url):
    """A team whose workspace has two months of figures, rules, alerts and a report."""
    found = team(url, "Furnished shop")
    furnish(found["admin"].api)
    return found


def furnish(api):
    """Fills a workspace with figures that are the same each time, and with a little of all else."""
    today = datetime.date.today()
    lines = ["metric_type,value,recorded_at,category,source"]
    for back in range(60):
        day = today - datetime.timedelta(days=back)
        lines += [
            f"revenue,{400 + 37 * (back % 7) + back}.50,{day},Books,web",
            f"revenue,{150 + 11 * (back % 5)},{day},Toys & games,shop",
            f"orders,{20 + back % 9},{day},,web",
            f"users,{120 + 3 * (back % 11)},{day},,web",
            f"page_views,{900 + 41 * (back % 6)},{day},,web",
            f"conversion_rate,{2 + (back % 4) / 10},{day},,web",
            f"bounce_rate,{41 + back % 5},{day},,web",
            f"session_duration,{170 + 7 * (back % 8)},{day},,web",
        ]
    api.send("POST", "/analytics/batch", "\n".join(lines).encode(), "text/csv")
    for name, metric, operator, threshold, severity in (
        ("Low revenue", "revenue", "<", 100, "critical"),
        ("High bounce rate", "bounce_rate", ">", 80, "warning"),
        ("Many orders", "orders", ">", 500, "info"),
    ):
        api.ask("POST", "/alert-rules", {
            "name": name, "metric_type": metric, "operator": operator, "threshold": threshold, "severity": severity,
        })
    api.point("revenue", 12.5, category="Books")
    api.point("bounce_rate", 91.25)
    api.point("orders", 640)
    resolved = api.ask("GET", "/alerts")[0]
    api.ask("POST", f"/alerts/{resolved['id']}/resolve", {"note": "A customer from abroad."})
    api.ask("POST", "/channels", {
        "name": "On call", "kind": "webhook", "url": "https://example.com/hook", "severities": ["critical"],
        "is_active": False,
    })
    report = api.ask("POST", "/reports", {"name": "Last week", "type": "weekly"})
    api.ask("POST", "/reports", {
        "name": "Every month", "type": "monthly", "repeat": True, "scheduled_at": "2031-01-01T07:00:00",
        "recipients": ["board@example.com"],
    })
    end = time.monotonic() + REPORT_LIMIT
    while api.ask("GET", f"/reports/{report['id']}")["status"] != "completed":
        assert time.monotonic() < end, f"a report takes more than {REPORT_LIMIT} s"
        time.sleep(0.1)
