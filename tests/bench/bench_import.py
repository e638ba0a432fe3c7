"""Import of 100,000 answers: as a method call, and as the import screen does it, by a file.

The answers are of 20,000 customers to 20 questions, customers named by their e-mail. Argument:
the number of rows. The goal is 100,000 rows in at most 60 seconds.
"""

import csv
import io
import os
import resource
import sys
import time
from datetime import datetime, timedelta

import odoo.modules.registry
from odoo import SUPERUSER_ID, api
from odoo.tools import config

GOAL = 60
CUSTOMERS = 20_000
HEAD = ["measure_id", "partner_id", "date", "value", "channel"]


def main(rows=100_000):
    config.parse_config(["-c", os.environ["RI_ODOO_CONF"], "-d", os.environ["RI_DB"], "--no-http"])
    registry = odoo.modules.registry.Registry(os.environ["RI_DB"])
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True, "lang": "en_US"})
        data = make(env, rows, datetime(2024, 1, 1))
        Reading = env["relationship.reading"]
        seconds, result = timed(lambda: Reading.load(HEAD, data))
        report("load()", seconds, rows, result)
        cr.commit()
        seconds, again = timed(lambda: Reading.load(HEAD, data))
        refused = not again["ids"] and len(again["messages"]) > 100
        print(f"the same file again, refused: {refused}, {seconds:.1f} s")
        ours = make(env, rows, datetime(2025, 6, 1))
        seconds, result = timed(lambda: by_file(env, ours))
        report("the import screen, by a CSV file", seconds, rows, result)
        cr.commit()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory: {peak:.0f} MB")


def make(env, rows, start):
    """Return rows of answers, making their customers the first time."""
    Partner = env["res.partner"]
    missing = CUSTOMERS - Partner.search_count([("email", "=like", "import%@example.com")])
    if missing:
        Partner.create(
            [{"name": f"Import {n}", "email": f"import{n}@example.com"} for n in range(missing)]
        )
    measures = env["relationship.measure"].search(
        [
            ("answerable", "=", True),
            ("kind", "in", ("rating", "emotion")),
            ("scale_max", ">", 2),
        ],
        limit=20,
    )
    data = []
    for number in range(rows):
        measure = measures[number % len(measures)]
        points = round(measure.scale_max - measure.scale_min) + 1
        data.append(
            [
                measure.code,
                f"import{number // len(measures) % CUSTOMERS}@example.com",
                str(start + timedelta(minutes=number // len(measures) // CUSTOMERS)),
                str(measure.scale_min + number * 7 % points),
                "Web page",
            ]
        )
    env.flush_all()
    return data


def by_file(env, data):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Measure", "Customer", "Date", "Value", "Channel"])
    writer.writerows(data)
    wizard = env["base_import.import"].create(
        {
            "res_model": "relationship.reading",
            "file": text.getvalue().encode(),
            "file_name": "answers.csv",
            "file_type": "text/csv",
        }
    )
    return wizard.execute_import(
        HEAD,
        HEAD,
        {
            "has_headers": True,
            "quoting": '"',
            "separator": ",",
            "encoding": "utf-8",
            "limit": 2000,
            "skip": 0,
            "date_format": "%Y-%m-%d",
            "datetime_format": "%Y-%m-%d %H:%M:%S",
            "float_thousand_separator": ",",
            "float_decimal_separator": ".",
        },
    )


def timed(call):
    start = time.monotonic()
    result = call()
    return time.monotonic() - start, result


def report(name, seconds, rows, result):
    if not result["ids"] or len(result["ids"]) != rows:
        raise SystemExit(f"{name}: {result['messages'][:3]}")
    reached = "reached" if seconds <= GOAL * rows / 100_000 else "MISSED"
    print(f"{name}: {rows:,} rows in {seconds:.1f} s; goal of {GOAL} s for 100,000 {reached}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
