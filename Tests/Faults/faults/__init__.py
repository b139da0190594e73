"""The fault tests by name, in the order in which they run."""

import account

from . import cut_migration, disk_full, failed_sync, hostile, kill, termination, torn_log

FAULTS = {
    "kill": kill,
    "torn-log": torn_log,
    "disk-full": disk_full,
    "failed-sync": failed_sync,
    "cut-migration": cut_migration,
    "termination": termination,
    "hostile": hostile,
    "account": account,
}
