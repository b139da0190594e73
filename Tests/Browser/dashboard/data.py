"""How data comes in by the pages, and is put right."""

import datetime

from bench.patience import patient

from .registry import test

HEADER = "metric_type,value,recorded_at,category,source\n"


def today():
    return datetime.date.today()


@test("made-up data fills the overview by one click, and another takes it back")
def demo(suite, note):
    person = suite.newcomer()
    visitor = suite.visitor(person)
    page = visitor.page

    page.get_by_role("button", name="Fill with demo data").click()
    page.locator("#kpi-revenue").wait_for(timeout=patient(30_000))
    assert page.locator("figure.chart svg").first.is_visible()
    assert page.get_by_role("region", name="Categories").locator("tbody tr").count() >= 3

    visitor.goto("/data")
    page.get_by_role("button", name="Undo: Demo data").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    page.get_by_role("heading", name="No data yet").wait_for(timeout=patient(30_000))
    assert person.api.whole("GET", "/analytics")["meta"]["total"] == 0


@test("a file is checked without being stored, imported by dropping it, and undone")
def importing(suite, note):
    person = suite.newcomer()
    visitor = suite.visitor(person, "/data")
    page = visitor.page
    content = HEADER + "".join(f"revenue,{number}.5,{today()},\"Books, old\",web\n" for number in range(1, 41))

    zone = page.locator("[data-import]")
    drop(page, zone, "sales.csv", content)
    page.get_by_text("sales.csv").first.wait_for()
    assert "Books, old" in zone.locator("table").inner_text(), "the file's beginning is not shown"
    zone.get_by_label("Dry run").check()
    zone.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("40 records would be imported. Nothing was stored.").wait_for()
    assert person.api.whole("GET", "/analytics")["meta"]["total"] == 0
    zone.get_by_label("Dry run").uncheck()
    zone.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("40 records imported.").wait_for()
    assert person.api.whole("GET", "/analytics")["meta"]["total"] == 40
    zone.get_by_role("button", name="Undo").click()
    page.get_by_text("The import is undone.").wait_for()
    assert person.api.whole("GET", "/analytics")["meta"]["total"] == 0


@test("a file with faults is refused as a whole, and each fault is named by its line")
def faults(suite, note):
    person = suite.newcomer()
    visitor = suite.visitor(person, "/data")
    visitor.allow("status of 422")
    page = visitor.page
    content = HEADER + f"revenue,12,{today()},,\nrevenue,twelve,{today()},,\nturnover,1,{today()},,\n"

    zone = page.locator("[data-import]")
    drop(page, zone, "wrong.csv", content)
    zone.get_by_role("button", name="Import", exact=True).click()
    zone.get_by_role("table").filter(has_text="What is wrong").wait_for()

    text = zone.inner_text()
    assert "2 faults found, nothing was stored" in text, text
    rows = zone.locator("table", has_text="What is wrong").locator("tbody tr").all_inner_texts()
    assert [row.split("\t")[:2] for row in rows] == [["3", "value"], ["4", "metric_type"]], rows
    assert person.api.whole("GET", "/analytics")["meta"]["total"] == 0


@test("a file with faults is mended and chosen once more, and its beginning is shown anew")
def mended(suite, note):
    person = suite.newcomer()
    visitor = suite.visitor(person, "/data")
    visitor.allow("status of 422")
    page = visitor.page
    path = suite.folder / "mended.csv"
    zone = page.locator("[data-import]")
    for value, words in (("twelve", "1 fault found"), ("12", "1 record imported.")):
        path.write_text(HEADER + f"revenue,{value},{today()},,\n")
        with page.expect_file_chooser() as waiting:
            page.get_by_label("Drop a file here, or choose one").click()
        # A browser says nothing of a choice that changes nothing.
        assert page.locator("#import-file").evaluate("(input) => input.files.length") == 0, "it is still chosen"
        waiting.value.set_files(path)
        zone.get_by_role("cell", name=value, exact=True).wait_for()
        zone.get_by_role("button", name="Import", exact=True).click()
        zone.get_by_text(words).wait_for()


@test("a point is added, found by a filter, corrected and deleted, and says at once what it raised")
def points(suite, note):
    person = suite.newcomer()
    person.api.ask("POST", "/alert-rules", {
        "name": "Too few", "metric_type": "orders", "operator": "<", "threshold": 5, "severity": "warning",
    })
    person.api.point("revenue", 10, category="Books")
    visitor = suite.visitor(person, "/data")
    visitor.allow("status of 422")
    page = visitor.page
    page.get_by_role("button", name="Add a point").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Metric").select_option("orders")
    dialog.get_by_label("Value").fill("three")
    dialog.get_by_role("button", name="Add").click()
    dialog.locator(".field", has=page.get_by_label("Value")).locator(".error:visible").wait_for()
    assert visitor.has_focus(dialog.get_by_label("Value")), "the wrong field has not the focus"
    dialog.get_by_label("Value").fill("3")
    dialog.get_by_role("button", name="Add").click()

    page.get_by_role("alert").filter(has_text="Too few").wait_for()
    page.get_by_role("form", name="Filter").get_by_label("Metric").select_option("orders")
    page.get_by_role("form", name="Filter").get_by_role("button", name="Filter").click()
    page.wait_for_url("**/data?*metric_type=orders*")
    rows = page.get_by_role("region", name="Data points").locator("tbody tr")
    assert rows.count() == 1, "the filter lets others pass"
    rows.get_by_role("button", name="Correct").click()
    page.get_by_role("dialog").get_by_label("Value").fill("4")
    with visitor.hears("The point is corrected."):
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
    assert rows.locator("td.num").inner_text() == "4"
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Export as CSV").click()
    lines = open(waiting.value.path(), encoding="utf-8").read().splitlines()
    assert len(lines) == 2 and lines[1].startswith("orders,4"), lines
    rows.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.get_by_text("No point passes these filters").wait_for()
    assert person.api.whole("GET", "/analytics")["meta"]["total"] == 1


def drop(page, zone, name, content):
    """Drops a file on a place of the page."""
    transfer = page.evaluate_handle(
        """([name, content]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([content], name, { type: "text/csv" }));
            return transfer;
        }""",
        [name, content],
    )
    zone.dispatch_event("dragover", {"dataTransfer": transfer})
    zone.dispatch_event("drop", {"dataTransfer": transfer})
