"""Receivers of mail and of webhooks on this machine, which remember what came when."""

import re
import socketserver
import threading
import time
from email import message_from_bytes, policy

# As long as a real server takes for a mail.
MAIL_SECONDS = 0.25


class Sink:
    """A server in threads of its own."""

    def __enter__(self):
        self.changed = threading.Condition()
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.server.request_queue_size = 1024
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def port(self):
        return self.server.server_address[1]

    def _wait(self, holds, seconds):
        with self.changed:
            return self.changed.wait_for(holds, seconds)


class MailSink(Sink):
    """An SMTP server that takes a while for each mail."""

    def __init__(self):
        self.mails = []

    def handler(sink):  # noqa: N805
        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                recipients = []
                self.wfile.write(b"220 sink\r\n")
                for line in self.rfile:
                    verb = line[:4].upper()
                    if verb == b"RCPT":
                        recipients.append(line.split(b"<")[1].split(b">")[0].decode())
                    if verb == b"DATA":
                        self.wfile.write(b"354 go on\r\n")
                        text = self._text()
                        time.sleep(MAIL_SECONDS)
                        with sink.changed:
                            sink.mails += [(recipient, text) for recipient in recipients]
                            sink.changed.notify_all()
                        recipients = []
                    self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 OK\r\n")
                    if verb == b"QUIT":
                        return

            def _text(self):
                lines = []
                for line in self.rfile:
                    if line == b".\r\n":
                        break
                    lines.append(line)
                message = message_from_bytes(b"".join(lines), policy=policy.default)
                return f"{message['subject']}\n{message.get_body(preferencelist=('plain',)).get_content()}"

        return Handler

    def count(self, recipient):
        return sum(1 for other, text in self.mails if other == recipient and "negative" in text)

    def strangers(self, domain):
        """The number of mails to addresses of a domain."""
        return sum(1 for recipient, _ in self.mails if recipient.endswith("@" + domain))

    def wait(self, recipient, count, seconds):
        return self._wait(lambda: self.count(recipient) >= count, seconds)

    def code_for(self, recipient, seconds):
        """The code by which somebody confirms the address, of the mail that has it; None where none came."""
        found = []

        def has_code():
            for other, text in self.mails:
                match = re.search(r"/mail/confirm/([\w-]+)", text)
                if other == recipient and match:
                    found.append(match[1])
                    return True
            return False

        self._wait(has_code, seconds)
        return found[0] if found else None


class WebhookSink(Sink):
    """An HTTP server that takes every POST; one to /hang gets no answer."""

    def __init__(self):
        self.count = 0
        self.hanging = 0

    def handler(sink):  # noqa: N805
        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                while head := self._head():
                    length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])
                    self.rfile.read(length)
                    if b" /hang " in head.split(b"\r\n")[0]:
                        with sink.changed:
                            sink.hanging += 1
                        time.sleep(30)
                        return
                    with sink.changed:
                        sink.count += 1
                        sink.changed.notify_all()
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

            def _head(self):
                lines = []
                for line in self.rfile:
                    if line == b"\r\n":
                        return b"".join(lines)
                    lines.append(line)
                return None

        return Handler

    def wait(self, count, seconds):
        return self._wait(lambda: self.count >= count, seconds)
