"""Notifications, signed by Standard Webhooks and repeated until Cashwrap has taken them.

They lie in the ledger beside what they tell of, so that none is lost when the process ends. Cashwrap never believes them:
they make it ask, so that one that comes late, twice or out of order does no harm.
"""

import base64
import hashlib
import hmac
import threading
import time
import urllib.request

from ledger import Busy

LONGEST_PAUSE_SECONDS = 60


def signed(secret, notification, at, body):
    """The three headers of Standard Webhooks."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    tag = hmac.digest(key, f"{notification}.{at}.{body}".encode(), hashlib.sha256)
    return {
        "webhook-id": notification,
        "webhook-timestamp": str(at),
        "webhook-signature": "v1," + base64.b64encode(tag).decode(),
    }


class Notifier(threading.Thread):
    """Sends what the ledger has not sent yet."""

    def __init__(self, ledger, url, secret):
        super().__init__(daemon=True)
        self._ledger, self._url, self._secret = ledger, url, secret
        self._bell = threading.Event()

    def ring(self):
        """There may be something new."""
        self._bell.set()

    def run(self):
        """Until the process ends."""
        pause = 1
        while True:
            if self._send_all():
                pause = 1
                self._bell.wait()
            else:
                # Whoever rings: what was refused is not sent again at once.
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            self._bell.clear()

    def _send_all(self):
        try:
            return all([self._send(notification, body) for notification, body in self._ledger.unsent()])
        except Busy:
            return False

    def _send(self, notification, body):
        # The id stays, which lets Cashwrap count it once; the time is that of this very try.
        headers = signed(self._secret, notification, int(time.time()), body) | {"content-type": "application/json"}
        request = urllib.request.Request(self._url, body.encode(), headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                # A page that somebody was led on to is no word of Cashwrap's.
                taken = answer.status == 200 and answer.url == self._url
        except OSError:
            taken = False
        if taken:
            self._ledger.sent(notification)
        return taken
