"""What is left after a fault, held against the journals of the load that ran meanwhile."""

from . import alerts, recount
from .client import Client
from .journal import judge
from .load import repeat_last, repeat_unknown


class Aftermath:
    """Looks after each fault and adds up."""

    def __init__(self, report):
        self.report = report
        self.acknowledged = self.unknown = self.repeated = self.reads = self.stored = 0
        self.unpromised = self.denied = 0
        self.lost = self.duplicated = self.breaches = self.wrong_alerts = 0

    def look(self, when, url, account, load):
        """Looks at every record of a workspace, before and after the requests of unknown outcome were repeated.

        How many records there are.
        """
        self.acknowledged += load.points("acknowledged")
        self.unknown += load.points("unknown")
        self.reads += load.tally["reads"]
        faults = list(load.unexpected)
        with Client(url, account.token) as client:
            present = {record["source"] for record in self.judge(when, load.journals, client)}
            unpromised = [
                attempt
                for journal in load.journals
                for attempt in journal.attempts
                if attempt.makes and attempt.outcome == "unknown" and attempt.answered_at is not None
                for source in attempt.effect
                if source in present
            ]
            self.unpromised += len(unpromised)
            # The code must not say that nothing was stored.
            self.denied += sum(b'"outcome_unknown"' not in attempt.answer for attempt in unpromised)
            repeated, faults_of_repetitions = repeat_unknown(client, load.journals)
            self.repeated += repeated
            faults += faults_of_repetitions + repeat_last(client, load.journals)
            records = self.judge(f"{when}, after the repetitions", load.journals, client)
            faults += recount.compare_answers(client, records)
            faults_of_alerts, breaches = alerts.compare(client, load.journals, records)
            faults += faults_of_alerts
            self.wrong_alerts += len(faults_of_alerts)
            self.breaches += breaches
        for fault in faults:
            self.report.fault(f"{when}: {fault}")
        self.stored += len(records)
        return len(records)

    def judge(self, when, journals, client):
        """Holds what is stored against journals; the records."""
        records = recount.exported(client)
        verdict = judge(journals, records)
        self.lost += len(verdict.lost)
        self.duplicated += len(verdict.duplicated)
        for fault in verdict.faults():
            self.report.fault(f"{when}: {fault}")
        return records

    def check_tables(self, when, installation):
        """What rollups and counts say otherwise than the points; no server may be running. The tables' contents."""
        faults, contents = installation.check()
        for fault in faults:
            self.report.fault(f"{when}: {fault}")
        return contents

    def figures(self):
        self.report.figure("acknowledged points", self.acknowledged)
        self.report.figure("lost", self.lost, must_be=0)
        self.report.figure("duplicated", self.duplicated, must_be=0)
        self.report.figure("points that broke a rule", self.breaches)
        self.report.figure("alerts missing, counted twice or open twice", self.wrong_alerts, must_be=0)
        self.report.figure("points of requests without an acknowledgement", self.unknown)
        self.report.figure("of these, refused with 503 and there after the restart", self.unpromised)
        self.report.figure("of these, refused with another code than outcome_unknown", self.denied, must_be=0)
        self.report.figure("requests repeated with their key", self.repeated)
        self.report.figure("points counted again", self.stored)
        self.report.figure("reads meanwhile", self.reads)
