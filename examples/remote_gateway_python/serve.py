"""A remote gateway for Cashwrap: `python serve.py --help`.

It holds no real money. What is here is what every gateway needs: a ledger that keeps its promises, the service around it,
and notifications.
"""

import argparse
import json
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

import pages
from gateway import Authentication, service
from ledger import Ledger
from notifier import Notifier

PROTO = "cashwrap/partner/v1/gateway.proto"
WORKERS = 32


def arguments():
    """What the command line says. Secrets come by the environment, where `ps` does not show them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--account", default="example", help="tokens are tok_ACCOUNT_approve and so on")
    parser.add_argument("--listen", default="127.0.0.1:50071", help="the service; port 0 takes any")
    parser.add_argument("--pages", default="127.0.0.1:50072", help="where customers allow payments")
    parser.add_argument("--ledger", default="gateway.db", help="the SQLite file")
    parser.add_argument("--proto", default=Path(__file__).parents[2] / "proto", help="the folder with cashwrap/")
    parser.add_argument("--notify", help="Cashwrap's address for notifications: https://…/webhooks/ACCOUNT")
    parser.add_argument("--tls-cert", help="PEM; without it, gRPC is in plain text")
    parser.add_argument("--tls-key", help="PEM")
    return parser.parse_args()


def secret(name):
    """A secret of the environment."""
    return os.environ.get(name) or sys.exit(f"{name} is not set: the README says what it is")


def main():
    """Serves until it is asked to end."""
    told = arguments()
    # The generated classes are made at run time by grpcio-tools, from the proto that Cashwrap ships.
    sys.path.append(str(told.proto))
    messages, services = grpc.protos_and_services(PROTO)

    ledger = Ledger(told.ledger, told.account)
    changed = lambda: None
    if told.notify:
        notifier = Notifier(ledger, told.notify, secret("GATEWAY_WEBHOOK_SECRET"))
        notifier.start()
        changed = notifier.ring
    host, port = told.pages.rsplit(":", 1)
    pages_url = f"http://{host}:{pages.serve((host, int(port)), ledger, changed)}"

    server = grpc.server(
        ThreadPoolExecutor(WORKERS),
        interceptors=[Authentication(secret("GATEWAY_CREDENTIAL"))],
        # More than there are workers are refused at once: a call that waited in a queue could be executed late.
        maximum_concurrent_rpcs=WORKERS,
        options=[("grpc.max_receive_message_length", 64 * 1024), ("grpc.so_reuseport", 0)],
    )
    services.add_PaymentGatewayServiceServicer_to_server(service(messages, services, ledger, pages_url), server)
    if told.tls_cert:
        pair = (Path(told.tls_key).read_bytes(), Path(told.tls_cert).read_bytes())
        bound = server.add_secure_port(told.listen, grpc.ssl_server_credentials([pair]))
    else:
        bound = server.add_insecure_port(told.listen)
    server.start()
    print(json.dumps({"grpc": f"{told.listen.rsplit(':', 1)[0]}:{bound}", "pages": pages_url}), flush=True)

    ended = threading.Event()
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, lambda *_: ended.set())
    ended.wait()
    # What is under way comes to its end.
    server.stop(grace=30).wait()


if __name__ == "__main__":
    main()
