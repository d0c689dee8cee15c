#!/usr/bin/env python3
"""Makes test/data/fixtures: the same three rows as parquet (snappy, zstd), CSV and JSON lines; and lists, structs and large integers as parquet.

    python3 -m venv .venv && .venv/bin/pip install pyarrow
    .venv/bin/python scripts/make-parquet-fixtures.py

The checked-in files were made with pyarrow 25 or later; their metadata has the version.
"""
import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

OUT = Path(__file__).resolve().parent.parent / "test" / "data" / "fixtures"
ROWS = [
    {"goal": "open a jar", "sol1": "twist, then pull", "sol2": 'say "open"', "label": 0},
    {"goal": "boil an egg 🥚", "sol1": "in sand", "sol2": "in water\nfor 7 minutes", "label": 1},
    {"goal": "007", "sol1": "x", "sol2": "y", "label": 1},
]
OUT.mkdir(parents=True, exist_ok=True)
table = pa.Table.from_pylist(ROWS)
for codec in ["snappy", "zstd"]:
    pq.write_table(table, OUT / f"rows-{codec}.parquet", compression=codec, row_group_size=2)
nested = [{"choices": list("abcd"[: index + 1]), "meta": {"ids": [index, 7]}, "answer": 2**60 if index == 4 else index} for index in range(5)]
pq.write_table(pa.Table.from_pylist(nested), OUT / "nested.parquet", compression="zstd", row_group_size=2, data_page_version="2.0")
(OUT / "rows.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), encoding="utf-8")
with open(OUT / "rows.csv", "w", newline="", encoding="utf-8") as file:
    writer = csv.DictWriter(file, ROWS[0].keys())
    writer.writeheader()
    writer.writerows(ROWS)
print("pyarrow", pa.__version__)
