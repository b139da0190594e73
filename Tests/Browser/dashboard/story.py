"""The whole story, as somebody lives it who is new here."""

import csv
import datetime
import hashlib
import random
import re
from decimal import Decimal

from bench.patience import patient
from bench.processes import ROOT

from .api import API
from .people import PASSWORD, address
from .registry import test
from .session import fill_registration
from .visitor import AT_ONCE

# Real sales, where they are at hand. Their days are long ago; they are moved so that the last one is today.
REAL = ROOT.parent / "shared" / "data" / "online-retail.csv"
# As many days as the overview ever looks at, and the period before.
DAYS = 60


@test("from a new account by a real file to figures, a rule, a live alert, its end, and a report in the hand")
def story(suite, note):
    visitor = suite.visitor()
    page = visitor.page
    email = address("Grace Hopper")

    visitor.goto("/register")
    fill_registration(page, email)
    page.get_by_label("Workspace").fill("Hopper & daughters")
    page.get_by_role("button", name="Make the account").click()
    page.get_by_role("heading", name="Your first figure").wait_for()
    assert "Hopper & daughters" in page.get_by_role("banner").inner_text()
    api = API(suite.url, API(suite.url).ask("POST", "/auth/login", {"email": email, "password": PASSWORD})["token"])

    import_file(suite, visitor, api, note)
    compare_figures(visitor, api)
    make_rule(visitor)
    see_alert(visitor, api, note)
    resolve_alert(visitor, api)
    make_report(suite, visitor, api, note)


def import_file(suite, visitor, api, note):
    page = visitor.page
    path, count, source = sales(suite.folder / "sales.csv")

    visitor.goto("/data")
    page.get_by_label("Drop a file here, or choose one").set_input_files(path)
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text(f"{count:,} records imported.").wait_for(timeout=patient(60_000))

    assert api.whole("GET", "/analytics")["meta"]["total"] == count
    page.locator("#imports").get_by_text("completed").wait_for()
    note(f"{count:,} records of {source}")


def compare_figures(visitor, api):
    """The cards, at a glance and exactly, beside what the API says."""
    for days in (7, 30):
        visitor.goto("/")
        visitor.page.get_by_role("link", name=f"{days} days").click()
        visitor.page.wait_for_url(f"**/?*period={days}*")
        kpis = api.ask("GET", f"/analytics/kpi?period={days}")["kpis"]
        assert kpis["revenue"]["value"] > 0, "there is nothing to compare"
        for metric, kpi in kpis.items():
            card = visitor.page.locator(f"#kpi-{metric}")
            exact = card.get_attribute("title").split(", ")[0]
            shown = card.locator(".kpi-value").inner_text().strip()
            value = kpi["value"]
            if value is None:
                assert not re.search(r"\d", shown), f"{metric} shows {shown} in the place of nothing"
                continue
            assert number(exact) == Decimal(value), f"{metric} says {exact}, the API {value}"
            if kpi["unit"] in ("USD", "count") and value < 1_000_000:
                assert number(shown) == Decimal(value), f"{metric} shows {shown}, the API {value}"
            percent = kpi["change_percent"]
            change = card.locator(".kpi-change").inner_text()
            if percent is not None:
                # With one digit in the place of two.
                assert abs(number(change) - percent) <= Decimal("0.05"), f"{metric} changed {change}, not {percent}"
    rows = visitor.page.locator("figure.chart table tbody tr")
    chart = api.ask("GET", "/analytics/chart/revenue?period=30")
    assert rows.count() == 30
    last = rows.last.locator("td").first.inner_text()
    assert number(last) == Decimal(chart["data"][-1]), f"the chart ends with {last}"


def make_rule(visitor):
    page = visitor.page
    visitor.goto("/rules")
    page.get_by_role("link", name="New rule").click()
    page.get_by_label("Name").fill("Very low order")
    page.get_by_label("Figure", exact=True).select_option("revenue")
    page.get_by_label("It is bad when it").select_option("<")
    page.get_by_label("Threshold").fill("-50000")
    page.get_by_label("Severity").select_option("critical")
    page.get_by_role("button", name="Preview").click()
    page.locator("[data-preview-result]").get_by_text(re.compile("alert|day|never", re.IGNORECASE)).first.wait_for()
    page.get_by_role("button", name="Make the rule").click()
    page.wait_for_url("**/rules")
    page.get_by_role("link", name="Very low order", exact=True).wait_for()


def see_alert(visitor, api, note):
    visitor.goto("/")
    visitor.wait_until_live()
    visitor.mark()
    visitor.look_for("alert", "#latest", "Very low order")

    answered_at = api.point("revenue", -60000, category="Returns")

    late = visitor.seen("alert", answered_at)
    assert visitor.is_the_same, "the page was loaded anew"
    note(f"the alert was seen {late:.0f} ms after the point was stored")
    assert late <= AT_ONCE, f"the alert was seen only after {late:.0f} ms"


def resolve_alert(visitor, api):
    page = visitor.page
    visitor.goto("/alerts")
    page.get_by_role("button", name=re.compile("^Resolve: .*Very low order")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note").fill("One customer gave all of it back.")
    dialog.get_by_role("button", name="Resolve").click()

    page.get_by_role("main").get_by_text("One customer gave all of it back.").first.wait_for()
    assert not dialog.is_visible()
    alert = api.ask("GET", "/alerts")[0]
    assert alert["status"] == "resolved", f"the alert is {alert['status']}"
    assert "One customer gave all of it back." in str(alert)


def make_report(suite, visitor, api, note):
    page = visitor.page
    visitor.goto("/reports")
    visitor.wait_until_live()
    page.get_by_role("button", name=re.compile("^(New report|Make the first)$")).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("My first month")
    dialog.get_by_label("Type").select_option("monthly")
    visitor.mark()
    dialog.get_by_role("button", name="Make the report").click()
    row = page.locator("#reports li", has_text="My first month")
    row.get_by_role("link", name=re.compile("^PDF")).wait_for(timeout=patient(30_000))
    assert visitor.is_the_same, "the page was loaded anew"

    with page.expect_download() as waiting:
        row.get_by_role("link", name=re.compile("^PDF")).click()
    path = suite.folder / "report.pdf"
    waiting.value.save_as(path)

    content = path.read_bytes()
    report = next(report for report in api.ask("GET", "/reports") if report["name"] == "My first month")
    assert content.startswith(b"%PDF-"), f"the file begins with {content[:20]!r}"
    digest = hashlib.sha256(content).hexdigest()
    assert digest == report["sha256"], f"the file's SHA-256 is {digest}, the API's {report['sha256']}"
    assert waiting.value.suggested_filename.endswith(".pdf")
    note(f"{waiting.value.suggested_filename}, {len(content) / 1000:.0f} kB")


def number(text):
    """The number of a figure such as `1,234.50 USD` or `▼ −1.7 % worse`."""
    found = re.search(r"[-−]?[\d,]+(\.\d+)?", text)
    assert found, f"there is no number in {text!r}"
    return Decimal(found[0].replace(",", "").replace("−", "-"))


def sales(path):
    """Writes a file of the last days' sales: its path, how many records it has, and where they are from."""
    today = datetime.date.today()
    if REAL.is_file():
        with open(REAL, newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        day = header.index("recorded_at")
        moved = today - max(datetime.date.fromisoformat(row[day]) for row in rows)
        for row in rows:
            row[day] = str(datetime.date.fromisoformat(row[day]) + moved)
        rows = [row for row in rows if row[day] > str(today - datetime.timedelta(days=DAYS))]
        source = f"the last {DAYS} days of a real retailer"
    else:
        chance = random.Random(1)
        header = ["metric_type", "value", "recorded_at", "category", "source"]
        days = [today - datetime.timedelta(days=back) for back in range(DAYS)]
        rows = [
            row
            for day in days
            for row in (
                ["users", chance.randint(80, 300), day, "", ""],
                *(["orders", chance.randint(1, 120), day, country, "invoice"] for country in ("France", "Italy")),
                *(
                    ["revenue", f"{chance.uniform(-40, 900):.2f}", day, chance.choice(["France", "Italy"]), "invoice"]
                    for _ in range(20)
                ),
            )
        ]
        source = f"made-up sales: there is no {REAL.relative_to(ROOT.parent)}"
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path, len(rows), source
