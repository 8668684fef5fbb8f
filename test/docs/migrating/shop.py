"""The work of docs/migrating.md, the same for every system: it is imported by tasks in Python, and called as a program by others. What it does is
files in SHOP_DIR: `reports/ID.json`, and `published/ID`. Two variables make it fail: SHOP_CLOSED when it publishes, SHOP_WRONG when it prices
the first order."""

import json
import os
import pathlib
import sys

ORDERS = [{"id": number, "pieces": number, "cents": 250} for number in range(1, 5)]


def _directory(name):
    path = pathlib.Path(os.environ["SHOP_DIR"]) / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def load_orders(day):
    return {"orders": ORDERS}


def price_order(order):
    if os.environ.get("SHOP_WRONG") and order["id"] == 1:
        raise ValueError("the price list is wrong")
    return {"id": order["id"], "cents": order["pieces"] * order["cents"]}


def write_report(day, total):
    report = {"id": f"report-{day}", "total": total}
    (_directory("reports") / f"{report['id']}.json").write_text(json.dumps(report))
    return report


def delete_report(report):
    with (_directory(".") / "deleted").open("a") as lines:
        lines.write(f"{report}\n")
    (_directory("reports") / f"{report}.json").unlink(missing_ok=True)


def publish(report):
    if os.environ.get("SHOP_CLOSED"):
        raise RuntimeError("the shop is closed")
    (_directory("published") / report).touch()


CALLS = {
    "load-orders": lambda given: load_orders(given["day"]),
    "price-order": price_order,
    "write-report": lambda given: write_report(given["day"], given["total"]),
    "delete-report": lambda given: delete_report(given["report"]),
    "publish": lambda given: publish(given["report"]),
}

if __name__ == "__main__":
    print(json.dumps(CALLS[sys.argv[1]](json.load(sys.stdin))))
