#!/usr/bin/env python3
"""A voucher shop that knows nothing of couponload: other routes, fields and codes, numeric ids, and a race. It checks
whether vouchers are left and takes one afterwards; in between others run.

Prints the port it listens on, on 127.0.0.1, and serves until it is ended. Arguments: VOUCHERS [honest]."""
import itertools
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

vouchers = int(sys.argv[1])
honest = sys.argv[2:] == ["honest"]
claims = {}  # customer number -> voucher number
numbers = itertools.count(70001)
till = threading.Lock()


def take(customer):
    """409 sold out or taken already, or a new voucher."""
    if customer in claims:
        return 422, {"problem": "ALREADY_CLAIMED", "voucher": {"no": claims[customer]}}
    if len(claims) >= vouchers:
        return 410, {"problem": "NONE_LEFT"}
    if not honest:
        time.sleep(0.001)  # what a call to a database would take
    claims[customer] = next(numbers)
    return 201, {"ok": 1, "voucher": {"no": claims[customer], "for": customer}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200, {"alive": True})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/shop/claims" or asked.get("campaign") != "autumn":
            return self.answer(404, {"problem": "NO_SUCH_CAMPAIGN"})
        if honest:
            with till:
                status, body = take(asked["customerNo"])
        else:
            status, body = take(asked["customerNo"])
        self.answer(status, body)

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
