"""SQLite without a server: batches into a copy of the server's own file."""

import json

from .processes import output


# How many rows an INSERT has: one, in the order in which they come, or so many, sorted by their key.
PLAIN = 1
SORTED = 40


def store_batches(program, installation, rows, times, seconds, group):
    """Stores the batches of a file of rows again and again for some seconds; points and seconds."""
    return json.loads(output([program, installation.database, rows, times, seconds, group]))
