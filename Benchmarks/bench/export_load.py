"""Reads an export as fast as it comes."""

import http.client
import time
import urllib.parse
import zlib

from .processes import Failure

# A client that is slower than this is not slower because of us.
SILENCE_LIMIT = 60


def export(url, token, form, compression=None):
    """Bytes, lines and seconds of a whole export; where it is compressed, it is unpacked afterwards."""
    with _Export(url, token, form, compression) as answer:
        size, lines, pieces = len(answer.first), answer.first.count(b"\n"), [answer.first]
        buffer = bytearray(1 << 20)
        while count := answer.response.readinto(buffer):
            size += count
            if compression:
                pieces.append(bytes(memoryview(buffer)[:count]))
            else:
                lines += buffer.count(b"\n", 0, count)
        seconds = time.perf_counter() - answer.started
    if compression:
        lines = _unpacked_lines(pieces)
    return {"bytes": size, "lines": lines, "seconds": seconds, "first_byte_seconds": answer.first_byte_seconds}


def first_byte_seconds(url, token, form):
    """How long it takes until the first byte of the content is there; the rest is not awaited."""
    with _Export(url, token, form, None) as answer:
        return answer.first_byte_seconds


class _Export:
    """An export on a connection of its own, up to the first byte of its content."""

    def __init__(self, url, token, form, compression):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=SILENCE_LIMIT)
        self.path = f"/api/v1/analytics/export?format={form}"
        self.headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": compression or "identity"}
        self.compression = compression

    def __enter__(self):
        self.connection.connect()
        self.started = time.perf_counter()
        self.connection.request("GET", self.path, headers=self.headers)
        self.response = self.connection.getresponse()
        self.first = self.response.read(1)
        self.first_byte_seconds = time.perf_counter() - self.started
        encoding = self.response.getheader("Content-Encoding")
        if self.response.status != 200 or encoding != self.compression:
            self.connection.close()
            raise Failure(f"GET {self.path} was answered with {self.response.status} and the encoding {encoding}.")
        return self

    def __exit__(self, *_):
        self.connection.close()


def _unpacked_lines(pieces):
    unpacker = zlib.decompressobj(wbits=31)
    lines = sum(unpacker.decompress(piece).count(b"\n") for piece in pieces)
    if not unpacker.eof:
        raise Failure("A compressed export ended before its end.")
    return lines
