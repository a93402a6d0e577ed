#!/usr/bin/env python3
"""An honest coupon shop over HTTPS, as small as it can be: couponsrv's issue route and GET /healthz, nothing else.

Prints the port it listens on, on 127.0.0.1, and serves until it is ended. Arguments: CERTIFICATE.pem KEY.pem PLACES.
The number of TLS handshakes that were begun is GET /handshakes."""
import json
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

certificate, key, places = sys.argv[1], sys.argv[2], int(sys.argv[3])
holders = {}  # member -> rank
till = threading.Lock()
handshakes = 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200, {"handshakes": handshakes})

    def do_POST(self):
        member = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["memberId"]
        with till:
            if member in holders:
                return self.answer(409, {"error": {"code": "COUPON-002"}, "data": self.grant(member)})
            if len(holders) >= places:
                return self.answer(409, {"error": {"code": "COUPON-003"}})
            holders[member] = len(holders) + 1
        self.answer(200, {"success": True, "data": self.grant(member)})

    def grant(self, member):
        return {"issueId": f"id-{holders[member]}", "rank": holders[member]}

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def finish_request(self, request, client_address):
        """In the thread of the connection, so that nobody waits for another one's handshake."""
        global handshakes
        with till:
            handshakes += 1
        try:
            secured = tls.wrap_socket(request, server_side=True)
        except OSError:
            return  # who does not trust us leaves
        super().finish_request(secured, client_address)

    def handle_error(self, *_):
        pass  # connections end by reset


tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(certificate, key)
server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
