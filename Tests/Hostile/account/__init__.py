"""One account that does all it may, and more, with the default limits: a healthy tenant beside it hardly notices.

Each attack runs beside a tenant that ingests, reads, logs in, and gets an alert by mail, an alert by webhook and a
report. Its waits beside the attack are compared with those alone.
"""

import time

from bench.patience import patient

from . import attacks
from .sinks import MailSink, WebhookSink
from .tenant import FLOORS, HEALTHY, Person, Tenant

ENGINES = ("sqlite", "postgres")
QUICK_ENGINES = ("sqlite",)

# The most by which a wait may grow beside an attack.
MOST_RATIO = 2
# The most by which the server's memory may grow; the quick form runs a debug program, which holds more.
MOST_GROWTH = 100_000_000
MOST_GROWTH_OF_DEBUG = 180_000_000


def run(report, installation, options):
    with MailSink() as mail, WebhookSink() as webhooks:
        settings = {
            "SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
            "MAIL_FROM": "numbers@example.com",
            # The real cost: the queue in front of it is what an attack fills.
            "PASSWORD_COST": "",
        }
        with installation.serve(settings, flags=[]) as server:
            tenant = Tenant(server.url, Person("healthy", HEALTHY), mail, webhooks)
            tenant.measure(1)
            alone = tenant.measure(1 if options.quick else 3)
            for label, value in alone.items():
                report.figure(f"alone, {label}", f"{1000 * value:,.0f} ms")
            for number, attack in enumerate(attacks.chosen(options.quick)):
                _beside(report, server, tenant, alone, attack, number, options)
            if not server.is_running:
                report.fault(f"the server ended with status {server.process.returncode}")
    for fault in installation.check()[0]:
        report.fault(fault)


def _beside(report, server, tenant, alone, attack, number, options):
    name = attack.__doc__.splitlines()[0].rstrip(".")
    before = server.memory("VmRSS")
    # Each attacker has an address of its own, as the healthy tenant has.
    attacker = Person(f"attacker-{number}", f"127.0.1.{10 + number}")
    attacker.register(server.url)
    tenant.rest(1 if options.quick else 3)
    with attack(server.url, attacker, tenant) as running:
        # The attack is under way before the first wait is measured.
        time.sleep(patient(0.3))
        beside = tenant.measure(1 if options.quick else 3)
    growth = server.memory("VmRSS") - before
    worst, ratio = "", 0
    for label, value in beside.items():
        of_label = value / max(alone[label], patient(FLOORS[label]))
        if of_label > ratio:
            worst, ratio = label, of_label
    report.figure(
        name,
        f"worst {ratio:.1f} ({worst}: {1000 * beside[worst]:,.0f} ms), memory {growth / 1e6:+,.0f} MB, {running.tally}",
    )
    if ratio > MOST_RATIO:
        report.fault(f"{name}: {worst} takes {1000 * beside[worst]:,.0f} ms beside {1000 * alone[worst]:,.0f} ms alone")
    if growth > (MOST_GROWTH_OF_DEBUG if options.quick else MOST_GROWTH):
        report.fault(f"{name}: the server grows by {growth / 1e6:.0f} MB")
    for fault in tenant.faults:
        report.fault(f"{name}: {fault}")
    tenant.faults.clear()
