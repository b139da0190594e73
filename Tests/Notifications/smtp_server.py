"""Takes mail: smtp_server.py [FOLDER]

Listens on any port of this machine, which it prints first, and prints each mail as one line of JSON. With a folder that
has cert.pem and key.pem it speaks TLS after STARTTLS, and takes mail from the user "ada" with the password "s3cret/+"
alone. The address refused@example.com is refused. Ends with its standard input."""

import hashlib
import json
import pathlib
import socket
import ssl
import sys
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Benchmarks"))

from bench.patience import patient  # noqa: E402

START_LIMIT = patient(30)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == "refused@example.com":
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        text, html = (message.get_body(preferencelist=(kind,)).get_content() for kind in ("plain", "html"))
        print(
            json.dumps({
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "headers": [[name, str(value)] for name, value in message.items()],
                "text": text,
                "html": html,
                "attachments": [
                    [part.get_filename(), part.get_content_type(), hashlib.sha256(part.get_content()).hexdigest()]
                    for part in message.iter_attachments()
                ],
                "defects": [str(defect) for defect in message.defects],
                "longestLine": max(len(line) for line in envelope.content.split(b"\r\n")),
                "isASCII": envelope.content.isascii(),
                "hello": session.host_name,
                "tls": session.ssl is not None,
            }),
            flush=True,
        )
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"ada", b"s3cret/+"))


options = {}
if len(sys.argv) > 1:
    folder = pathlib.Path(sys.argv[1])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    options = {
        "tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": authenticate,
    }


class AnyPort(Controller):
    @property
    def actual_port(self):
        return self.server.sockets[0].getsockname()[1]

    # aiosmtpd asks itself once whether it is there, at the port that it was given.
    def _trigger_server(self):
        with socket.create_connection((self.hostname, self.actual_port), START_LIMIT) as connection:
            connection.recv(1024)


controller = AnyPort(Handler(), hostname="127.0.0.1", port=0, ready_timeout=START_LIMIT, **options)
controller.start()
print(controller.actual_port, flush=True)
sys.stdin.read()
controller.stop()
