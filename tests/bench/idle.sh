#!/usr/bin/env bash
# Memory of couponsrv with many idle keep-alive connections, each of which has made one request.
# Environment: CONNECTIONS (10000).
cd "$(dirname "$0")/../.."
source tests/bench/common.sh

connections=${CONNECTIONS:-10000}
start_service idle
make_coupon idle 1
python3 - "$port" "$server" "$connections" <<'PYTHON'
import socket, sys
port, server, count = (int(word) for word in sys.argv[1:])
def resident():
    with open(f"/proc/{server}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
before = resident()
sockets = []
for _ in range(count):
    one = socket.create_connection(("127.0.0.1", port))
    one.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    sockets.append(one)
for one in sockets:
    assert one.recv(4096).startswith(b"HTTP/1.1 200")
after = resident()
print(f"{count} idle connections: {after:.1f} MB resident, {before:.1f} MB before")
for one in sockets:  # still alive
    one.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
for one in sockets:
    assert one.recv(4096).startswith(b"HTTP/1.1 200")
PYTHON
