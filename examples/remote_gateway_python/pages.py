"""The page on which the customer allows the payment or does not: where a bank's page would stand."""

import html
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html><meta charset="utf-8"><title>Your bank</title><p>{text}</p>"""
QUESTION = """<form method="post"><button name="allow" value="yes">Allow</button>
<button name="allow" value="no">Refuse</button></form>"""
# A form of one button is never longer.
MAX_BODY_BYTES = 64


def serve(address, ledger, changed):
    """Serves the page; tells the port, and calls `changed` after each decision."""

    class Handler(BaseHTTPRequestHandler):
        """One customer's request."""

        def do_GET(self):
            """Asks."""
            found = ledger.find_object(self._object_id())
            waits = getattr(found, "state", None) == "action_needed"
            self._answer(QUESTION if waits else "There is nothing to decide.")

        def do_POST(self):
            """Takes the decision."""
            length = min(int(self.headers.get("content-length") or 0), MAX_BODY_BYTES)
            allow = self.rfile.read(length) == b"allow=yes"
            object_id = self._object_id()
            ledger.act(object_id, allow)
            changed()
            back = ledger.return_url(object_id)
            link = f'<a href="{html.escape(back)}">Back to the shop</a>' if back.startswith("http") else ""
            self._answer(f"Thank you. {link}")

        def _object_id(self):
            return self.path.removeprefix("/act/")

        def _answer(self, text):
            body = PAGE.format(text=text).encode()
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Says nothing: an address may hold what is nobody else's business."""

    server = ThreadingHTTPServer(address, Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]
