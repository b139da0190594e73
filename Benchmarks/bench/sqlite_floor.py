"""SQLite without a server: batches into a copy of the server's own file."""

import json

from .processes import output


def store_batches(program, installation, rows, times, seconds):
    """Stores the batches of a file of rows again and again for some seconds; points and seconds."""
    return json.loads(output([program, installation.database, rows, times, seconds]))
