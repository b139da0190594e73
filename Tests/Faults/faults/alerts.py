"""Rules that the load breaks, and whether each breach has its alert afterwards, and each alert its deliveries: none is
lost, none is counted twice."""

import collections
import json
import operator
import random
import threading
from decimal import Decimal

from .client import Client, NoAnswer, NotConnected

# Critical, so that each notice is a delivery of its own: others come together beyond twenty in a minute.
RULES = (
    {"name": "negative revenue", "metric_type": "revenue", "operator": "<", "threshold": 0, "severity": "critical"},
    {"name": "many orders", "metric_type": "orders", "operator": ">=", "threshold": 60000, "severity": "critical"},
    {
        "name": "long sessions of hardware",
        "metric_type": "session_duration",
        "category": "Hardware",
        "operator": ">",
        "threshold": 10000,
        "severity": "critical",
    },
)
BREAKS = {"<": operator.lt, ">": operator.gt, ">=": operator.ge}


# Nobody answers there: what is to be delivered stays in the outbox, and can be counted.
CHANNEL = {"name": "nobody", "kind": "webhook", "url": "http://127.0.0.1:9/"}


def make_rules(url, token):
    with Client(url, token) as client:
        for rule in RULES:
            client.succeed("POST", "/alert-rules", rule)
        client.succeed("POST", "/channels", CHANNEL)


def is_broken(rule, point):
    return (
        point.metric == rule["metric_type"]
        and rule.get("category", point.category) == point.category
        and BREAKS[rule["operator"]](point.value, Decimal(rule["threshold"]))
    )


class Resolver:
    """Resolves alerts under load, so that others are opened."""

    def __init__(self, url, token, seed, ended):
        self.url, self.token, self.ended = url, token, ended
        self.random = random.Random(f"{seed}-resolver")
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        with Client(self.url, self.token) as client:
            while not self.ended.wait(self.random.uniform(0, 0.1)):
                try:
                    answer = client.ask("GET", "/alerts?status=unread")
                    if answer.status == 200 and answer.json["data"]:
                        alert = self.random.choice(answer.json["data"])
                        client.ask("POST", f"/alerts/{alert['id']}/resolve")
                except (NoAnswer, NotConnected):
                    pass


def all_alerts(client):
    alerts, path = [], "/alerts?per_page=100"
    while path:
        answer = client.read(path)
        alerts += answer["data"]
        cursor = answer["meta"]["next_cursor"]
        path = cursor and f"/alerts?per_page=100&cursor={cursor}"
    return alerts, answer["meta"]["counts"]


def compare(client, journals, records):
    """What the alerts say otherwise than the points that were stored, in words; how many breaches there were."""
    present = {record["source"] for record in records}
    expected, faults = collections.Counter(), []
    for journal in journals:
        for attempt in journal.attempts:
            if not attempt.makes:
                continue
            broken = collections.Counter()
            for source, point in attempt.effect.items():
                # What ended unknown and has no key is nobody's to change: it is there if it was stored.
                if attempt.outcome == "acknowledged" or (attempt.outcome == "unknown" and source in present):
                    broken.update(rule["name"] for rule in RULES if is_broken(rule, point))
            expected += broken
            if attempt.outcome == "acknowledged" and attempt.answer is not None:
                named = {alert["rule"]["name"] for alert in json.loads(attempt.answer)["alerts"]}
                if named != set(broken):
                    faults.append(f"{attempt.path} is answered with alerts {sorted(named)}, not {sorted(broken)}")
    alerts, counts = all_alerts(client)
    found, unresolved = collections.Counter(), collections.Counter()
    for alert in alerts:
        found[alert["rule"]["name"]] += alert["occurrences"]
        unresolved[alert["rule"]["name"]] += alert["status"] != "resolved"
    for name in sorted(set(expected) | set(found)):
        if expected[name] != found[name]:
            faults.append(f"{name}: {expected[name]} points broke the rule, {found[name]} occurrences are kept")
        if unresolved[name] > 1:
            faults.append(f"{name}: {unresolved[name]} alerts are open")
    # Each alert is told when it opens, and again when it is resolved.
    told = sum(1 + (alert["status"] == "resolved") for alert in alerts)
    [channel] = client.read("/channels")["data"]
    queued = client.read(f"/channels/{channel['id']}/deliveries?per_page=1")["meta"]["total"]
    if queued != told:
        faults.append(f"{queued} deliveries are in the outbox, {told} belong there")
    kept = collections.Counter(alert["status"] for alert in alerts)
    if dict(kept) != {status: number for status, number in counts.items() if number}:
        faults.append(f"the counts of alerts are {counts}, there are {dict(kept)}")
    return faults, sum(expected.values())
