#!/usr/bin/env python3
"""Prints the table of fault scenarios from the rows that they left: table.py FOLDER"""
import collections
import json
import pathlib
import sys

rows = [json.loads(path.read_text()) for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json"))]
if not rows:
    sys.exit(f"no scenario has left a row in {sys.argv[1]}: run ./dev faults or ./dev test")
columns = ("requests", "issued", "pending", "sold_out", "unsure", "told_later")
width = max(len(row["scenario"]) for row in rows)
print(f"{'profile':9} {'scenario':{width}}" + "".join(f"{name:>12}" for name in columns) + "  invariants  faults")
for row in rows:
    faults = collections.Counter(row["faults"])
    named = ", ".join(name if count == 1 else f"{count} x {name}" for name, count in faults.items())
    figures = "".join(f"{row[name]:>12,}" for name in columns)
    print(f"{row['profile']:9} {row['scenario'].replace('_', ' '):{width}}{figures}  {'hold' if row['holds'] else 'BROKEN':10}  {named}")
broken = sum(not row["holds"] for row in rows)
print(f"{len(rows)} scenarios, {len(rows) - broken} hold, {broken} broken; "
      f"{sum(len(row['faults']) for row in rows):,} faults, {sum(row['requests'] for row in rows):,} requests, "
      f"{sum(row['issued'] for row in rows):,} issued")
sys.exit(1 if broken else 0)
