#!/usr/bin/env bash
# What a durable commit costs in each journal mode of SQLite that is safe with several processes, and why the store keeps
# its rollback journal (persist): transactions of 256 grants, modes interleaved on the file system of $WORK_ON.
# Environment: ROUNDS (3), TRANSACTIONS (100), WORK_ON (the build folder).
cd "$(dirname "$0")/../.."
set -euo pipefail
work=$(mktemp -d -p "${WORK_ON:-build}")
trap 'rm -rf "$work"' EXIT
python3 - "$work" "${ROUNDS:-3}" "${TRANSACTIONS:-100}" <<'PYTHON'
import os, sqlite3, statistics, sys, time
work, rounds, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
times = {"truncate": [], "delete": [], "persist": []}
for turn in range(rounds):
    for mode, seen in times.items():
        store = sqlite3.connect(f"{work}/{mode}{turn}.db", isolation_level=None)
        store.execute(f"PRAGMA journal_mode={mode}")
        store.execute("PRAGMA synchronous=FULL")
        store.execute("CREATE TABLE grants(member TEXT PRIMARY KEY, id BLOB NOT NULL) WITHOUT ROWID")
        for number in range(count):
            rows = [(os.urandom(8).hex(), os.urandom(16)) for _ in range(256)]
            start = time.perf_counter()
            store.execute("BEGIN IMMEDIATE")
            store.executemany("INSERT INTO grants VALUES(?, ?)", rows)
            store.execute("COMMIT")
            seen.append((time.perf_counter() - start) * 1e3)
        store.close()
base = statistics.median(times["persist"])
print(f"{'journal mode':<14} {'ms a commit':>12} {'ratio':>7}   (medians of {rounds * count} transactions of 256 rows)")
for mode, seen in times.items():
    print(f"{mode:<14} {statistics.median(seen):>12.2f} {statistics.median(seen) / base:>7.2f}")
PYTHON
