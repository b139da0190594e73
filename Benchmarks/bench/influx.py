"""InfluxDB 1 as a peer, with a folder of its own and on a port of 127.0.0.1 that was free."""

import http.client
import json
import re
import shutil
import socket
import subprocess
import time
import urllib.parse

from .processes import START_LIMIT, Process

DATABASE = "bench"


def version():
    """The version that is installed, such as 1.6.7; None where there is none, or one of other ways (2 and later)."""
    if shutil.which("influxd") is None:
        return None
    done = subprocess.run(["influxd", "version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    found = re.search(r"v(1\.\d+\.\d+)", done.stdout)
    return found[1] if found else None


class Influx(Process):
    """A server with an empty database, which syncs its log before it answers, as is its default.

    Its log of requests and its statistics of itself are off: they would only cost it time.
    """

    CONFIGURATION = """\
reporting-disabled = true
bind-address = "127.0.0.1:{rpc_port}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  wal-fsync-delay = "0s"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
[ifql]
  enabled = false
[logging]
  level = "error"
"""

    def __init__(self, folder):
        folder.mkdir()
        self.folder = folder
        self.port, rpc_port = _free_ports(2)
        configuration = folder / "influxdb.conf"
        configuration.write_text(self.CONFIGURATION.format(folder=folder, port=self.port, rpc_port=rpc_port))
        super().__init__(["influxd", "run", "-config", configuration], folder / "influxd.log", {"HOME": str(folder)})

    def wait_until_ready(self, limit):
        self.url = f"http://127.0.0.1:{self.port}"
        while True:
            try:
                self._ask("GET", "/ping")
                break
            except OSError:
                if self.process.poll() is not None:
                    raise self.not_ready("ended") from None
                if time.monotonic() > limit:
                    raise self.not_ready(f"was not ready within {START_LIMIT} s") from None
                time.sleep(0.05)
        self._query(f"CREATE DATABASE {DATABASE}")

    @property
    def write_url(self):
        return f"{self.url}/write?db={DATABASE}&precision=ns"

    def stored_points(self):
        answer = self._query("SELECT COUNT(value) FROM /.*/")
        series = answer["results"][0].get("series", [])
        return sum(one["values"][0][1] for one in series)

    def remove(self):
        shutil.rmtree(self.folder)

    def _query(self, text):
        query = urllib.parse.urlencode({"db": DATABASE, "q": text})
        answer = json.loads(self._ask("POST", f"/query?{query}"))
        for result in [answer, *answer.get("results", [])]:
            if "error" in result:
                raise self.not_ready(f"answered {result['error']}")
        return answer

    def _ask(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status // 100 != 2:
            raise self.not_ready(f"answered {answer.status} to {path}: {content[:500]!r}")
        return content


def _free_ports(count):
    # All held open until each is known, so that they differ.
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
