"""What rules cost ingest, how soon an alert is known, and what streams of events cost."""

import time

from .. import alert_load, load
from ..measurement import LIST
from ..processes import raise_open_files, say
from ..results import spread

RULES = 1_000
NAMES = {0: "ingest, no rule", RULES: "ingest, rules that do not match"}
STREAMS_OF_TOKEN = 100


def measure(measurement):
    few = measurement.settings.few
    for number, rules in measurement.rounds("ingest with rules", [0, RULES]):
        result, fault = _ingest(measurement, rules)
        measurement.add(result, fault, round=number, name=NAMES[rules], beside=few)
    say("Measuring how soon alerts are known…")
    with measurement.copy(few) as copy, copy.serve({"WEBHOOK_ALLOW": "127.0.0.0/8"}) as server:
        to_stream, to_webhook = alert_load.latencies(
            server.url, copy.create_token(), measurement.settings.alerts
        )
        measurement.note("alert_seconds", "stream", to_stream)
        measurement.note("alert_seconds", "webhook", to_webhook)
    _streams(measurement)


def _ingest(measurement, rules):
    size = measurement.settings.few
    with measurement.copy(size) as copy, copy.serve() as server:
        token = copy.create_token()
        with load.Client(server.url, token) as client:
            for number in range(rules):
                alert_load.make_rule(client, number, -1 - number)
            result = load.wrk(server.url + "/api/v1/analytics", measurement.settings.ingest_seconds, token, "ingest.lua")
            stored = client.json(LIST)["meta"]["total"] - size
    return result, load.ingest_fault(result, stored)


def _streams(measurement):
    count = min(measurement.settings.streams, raise_open_files() - 1_000)
    say(f"Opening {count:,} streams…")
    with measurement.copy(measurement.settings.few) as copy, copy.serve() as server:
        tokens = [copy.create_token() for _ in range(-(-count // STREAMS_OF_TOKEN))]
        with load.Client(server.url, tokens[0]) as client:
            alert_load.make_rule(client, 1, 0)
            before = server.memory("VmRSS")
            each = [token for token in tokens for _ in range(STREAMS_OF_TOKEN)][:count]
            with alert_load.Streams(server.url, each) as streams:
                time.sleep(1)
                measurement.note("streams", "count", count)
                measurement.note("streams", "bytes", (server.memory("VmRSS") - before) / count)
                started = time.perf_counter()
                client.request("POST", "/api/v1/analytics", alert_load.BAD)
                measurement.note("streams", "seconds_to_last", streams.wait(b"alert-triggered") - started)


def figure_rows(results):
    few = results.few
    ratio = spread(results.ratios((NAMES[RULES], few), (NAMES[0], few)))
    rows = [[f"ingest with {RULES:,} rules that do not match, against none", ratio, "≥ 0.9"]]
    for target in ("stream", "webhook"):
        seconds = sorted(results.figure("alert_seconds", target) or [])
        middle, late = (1e3 * seconds[int(len(seconds) * share)] for share in (0.5, 0.99))
        rows.append([f"POST to alert on the {target}", f"median {middle:.1f} ms, p99 {late:.1f} ms", "p99 < 50 ms"])
    count = results.figure("streams", "count")
    size = f"{results.figure('streams', 'bytes') / 1e3:.1f} kB"
    rows.append([f"memory of each of {count:,} streams", size, "≤ 20 kB"])
    last = f"{1e3 * results.figure('streams', 'seconds_to_last'):.0f} ms"
    return [*rows, ["POST to event on the last of them", last, "≤ 250 ms"]]
