"""Counts again what the server keeps count of: from the records that it exports, and from its tables."""

import collections
import contextlib
import json
import sqlite3
import urllib.parse
from decimal import Decimal
from fractions import Fraction

from .load import CATEGORIES, METRICS

SUMS = ("revenue", "users", "orders", "page_views")
# Smallest difference of a mean, which is rounded half to even.
STEP = Decimal("0.0001")


def exported(client):
    """Every record of a workspace."""
    body = client.succeed("GET", "/analytics/export?format=ndjson").body
    return [json.loads(line, parse_float=Decimal) for line in body.splitlines()]


class Days:
    """Records by metric and day."""

    def __init__(self, records):
        self.values = collections.defaultdict(list)
        self.by_category = collections.defaultdict(list)
        for record in records:
            value = Decimal(record["value"])
            self.values[record["metric_type"], record["recorded_at"]].append(value)
            if record["metric_type"] == "revenue":
                self.by_category[record["category"], record["recorded_at"]].append(value)

    def total(self, metric, first, last):
        """A period's value as the API has it, and of how many points it is."""
        values = [
            value for (name, day), values in self.values.items() if name == metric and first <= day <= last
            for value in values
        ]
        if metric in SUMS:
            return sum(values, Decimal(0)), len(values)
        if not values:
            return None, 0
        mean = sum(map(Fraction, values), Fraction(0)) / len(values)
        # round() of a fraction is half to even.
        return Decimal(round(mean / Fraction(STEP))) * STEP, len(values)

    def categories(self, first, last):
        totals = {}
        for (name, day), values in self.by_category.items():
            if first <= day <= last:
                totals[name or "Uncategorized"] = totals.get(name or "Uncategorized", Decimal(0)) + sum(values)
        return totals


def compare_answers(client, records):
    """What KPIs, charts, categories and totals of lists say otherwise than the records; in words."""
    faults = []

    def check(what, answered, counted):
        if answered != counted:
            faults.append(f"{what}: answered {answered}, counted {counted}")

    days = Days(records)
    for period in (7, 14, 30):
        answer = client.read(f"/analytics/kpi?period={period}")["data"]
        for metric, kpi in answer["kpis"].items():
            value, count = days.total(metric, answer["from"], answer["to"])
            check(f"KPI {metric} of {period} days", (kpi["value"], kpi["count"]), (value, count))
            previous, _ = days.total(metric, answer["previous_from"], answer["previous_to"])
            check(f"KPI {metric} of the {period} days before", kpi["previous_value"], previous)
    for metric in METRICS:
        answer = client.read(f"/analytics/chart/{metric}?period=30")["data"]
        check(
            f"chart {metric}", answer["data"], [days.total(metric, day, day)[0] for day in answer["labels"]]
        )
        counted = [record for record in records if record["metric_type"] == metric]
        total = client.read(f"/analytics?metric_type={metric}&per_page=1")["meta"]["total"]
        check(f"list's total of {metric}", total, len(counted))
    answer = client.read("/analytics/categories?period=30")["data"]
    period = client.read("/analytics/kpi?period=30")["data"]
    counted = days.categories(period["from"], period["to"])
    check("categories", {row["category"]: row["total"] for row in answer["categories"]}, counted)
    check("total of categories", answer["total"], sum(counted.values(), Decimal(0)))
    for category in filter(None, CATEGORIES):
        counted = sum(record["category"] == category for record in records)
        path = f"/analytics?category={urllib.parse.quote(category)}&per_page=1"
        check(f"list's total of {category}", client.read(path)["meta"]["total"], counted)
    return faults


# What must be equal, each as two queries in SQL that both engines speak.
RECOUNTS = {
    "daily_rollup": (
        """SELECT workspace_id, metric, id >> 37, COUNT(*), SUM(value), MIN(value), MAX(value)
           FROM data_point GROUP BY workspace_id, metric, id >> 37""",
        "SELECT workspace_id, metric, day, point_count, value_sum, value_min, value_max FROM daily_rollup",
    ),
    "daily_category_rollup": (
        """SELECT workspace_id, metric, id >> 37, category_id, COUNT(*), SUM(value), MIN(value), MAX(value)
           FROM data_point GROUP BY workspace_id, metric, id >> 37, category_id""",
        """SELECT workspace_id, metric, day, category_id, point_count, value_sum, value_min, value_max
           FROM daily_category_rollup""",
    ),
    "category.point_count": (
        "SELECT workspace_id, metric, category_id, COUNT(*) FROM data_point GROUP BY workspace_id, metric, category_id",
        "SELECT workspace_id, metric, id, point_count FROM category WHERE point_count > 0",
    ),
    "workspace.audit_count": (
        "SELECT workspace_id, COUNT(*) FROM audit_entry GROUP BY workspace_id",
        "SELECT id, audit_count - audit_removed FROM workspace WHERE audit_count > audit_removed",
    ),
}
# Numbers of points that would be given a second time.
USED_NUMBERS = """SELECT COUNT(*) FROM data_point AS p JOIN point_sequence AS s ON s.workspace_id = p.workspace_id
                  WHERE (p.id & 137438953471) >= s.next_sequence"""
CONTENTS = "SELECT workspace_id, COUNT(*), SUM(value), SUM(id % 1000003) FROM data_point GROUP BY workspace_id"


def compare_tables(query):
    """What rollups and counts say otherwise than the points, in words; `query` gives the rows of a statement."""
    faults = []
    for name, (counted, kept) in RECOUNTS.items():
        for one, other in ((counted, kept), (kept, counted)):
            differing = f"SELECT * FROM ({one}) AS a EXCEPT SELECT * FROM ({other}) AS b"
            [(number,)] = query(f"SELECT COUNT(*) FROM ({differing}) AS d")
            if int(number):
                faults.append(f"{number} rows of {name} are not what the points give")
    [(number,)] = query(USED_NUMBERS)
    if int(number):
        faults.append(f"{number} points have a number that would be given again")
    return faults


def contents(query):
    """A few numbers by workspace that change with any of its points."""
    return {int(row[0]): tuple(map(int, row[1:])) for row in query(CONTENTS)}


@contextlib.contextmanager
def opened(database):
    """A function that queries a SQLite file, in which no server runs."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def check_file(database):
    """What is wrong with a SQLite file, in words."""
    try:
        with opened(database) as query:
            faults = [f"integrity_check: {row[0]}" for row in query("PRAGMA integrity_check") if row[0] != "ok"]
            faults += [f"foreign_key_check: {row}" for row in query("PRAGMA foreign_key_check")]
            return faults + compare_tables(query)
    except sqlite3.DatabaseError as error:
        return [f"the file cannot be read: {error}"]
