"""Checks a message as its receiver would, by the published library: reads {"secret", "headers", "body"} from standard
input, prints the message's type, ends with status 1 where the signature is not right."""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

message = json.load(sys.stdin)
try:
    print(Webhook(message["secret"]).verify(message["body"], message["headers"])["type"])
except WebhookVerificationError as error:
    sys.exit(f"not verified: {error}")
