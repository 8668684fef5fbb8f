"""Checks one CSV file of orders. Rows that make no sense are dropped and listed; a file that is no CSV of orders fails.

Cleaned rows go to a file of their own, under a name made of the source, so that a second attempt replaces the first.
"""

import csv
import json
import os
import sys

HEADER = ["order", "customer", "amount", "currency"]
CURRENCIES = {"EUR", "USD", "GBP"}
DATA_ERROR = 65  # EX_DATAERR of sysexits.h: not worth another attempt, so it is in the fatalExits of the agent.


def refuse(message):
    print(message, file=sys.stderr)
    sys.exit(DATA_ERROR)


def clean(row):
    """The row as a record, or why it is none."""
    if len(row) != len(HEADER):
        return None, f"expected {len(HEADER)} fields, got {len(row)}"
    order, customer, amount, currency = (field.strip() for field in row)
    if not order:
        return None, "no order number"
    try:
        cents = round(float(amount) * 100)
    except (ValueError, OverflowError):
        return None, f"amount: expected a number, got {amount!r}"
    if currency.upper() not in CURRENCIES:
        return None, f"currency: expected one of {', '.join(sorted(CURRENCIES))}, got {currency!r}"
    return {"order": order, "customer": customer, "cents": cents, "currency": currency.upper()}, None


def read(path):
    try:
        with open(path, encoding="utf-8", newline="") as source:
            rows = list(csv.reader(source, strict=True))
    except UnicodeDecodeError:
        refuse(f"{os.path.basename(path)}: expected UTF-8 text, got other bytes")
    except csv.Error as error:
        refuse(f"{os.path.basename(path)}: expected CSV: {error}")
    if not rows or rows[0] != HEADER:
        refuse(f"{os.path.basename(path)}: expected the columns {','.join(HEADER)}, got {','.join(rows[0])[:80] if rows else 'nothing'}")
    return rows[1:]


def main():
    request = json.load(sys.stdin)
    records, dropped = [], []
    for line, row in enumerate(read(request["file"]), start=2):
        record, reason = clean(row)
        if record is None:
            dropped.append({"line": line, "reason": reason})
        else:
            records.append(record)
    parts = os.path.join(request["out"], "parts")
    os.makedirs(parts, exist_ok=True)
    part = os.path.join(parts, os.path.basename(request["file"]) + ".jsonl")
    with open(part + ".draft", "w", encoding="utf-8") as target:
        target.writelines(json.dumps(record) + "\n" for record in records)
    os.replace(part + ".draft", part)
    json.dump({"part": part, "rows": len(records), "dropped": dropped}, sys.stdout)


main()
