"""How long to wait on a machine that may be slow or busy."""

import math
import os


def patient(seconds):
    """A time limit, longer by as much as `Scripts/test` found this machine to be slower, and never shorter.

    For limits after which a test gives up, never for how long something is done. It may be in milliseconds too; what is
    made longer is whole, rounded up.
    """
    try:
        factor = float(os.environ.get("ANALYTICSPRO_TEST_PATIENCE", 1))
    except ValueError:
        factor = 1
    return math.ceil(seconds * factor) if 1 <= factor < math.inf else seconds
