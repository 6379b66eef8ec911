"""One open event stream against two hundred on one journey: what the person's own turn pays, and whether all see every event once."""

import json
import sqlite3
from pathlib import Path
from statistics import median

from tests.bench.beds import Bed, homeview
from tests.bench.cells import Report, Row, go, helper, loaded, told
from tests.bench.load import Load
from tests.bench.table import table

MANY = 200
TURNS = 24


async def run(report: Report, work: Path, index: Path, *, quick: bool) -> None:
    """1, many, 1, many …, each on a journey of its own with the same talk: the cells with one stream are the control of each other."""
    report.say(f"streams: {TURNS} turns of one person, with 1 and with {MANY} streams open on the journey")
    async with homeview(work, index, "streams") as bed:
        await loaded(bed, Load(bed.url, at_once=2, turns=12, first=95_000))
        for nth in range(1 if quick else 3):
            for streams in (1, MANY):
                row = await _cell(bed, streams, first=2000 * nth + streams)
                report.add("streams", round=nth, **row)
                report.say(
                    f"  {streams:>3} streams: p50 {row['p50']:.1f} p95 {row['p95']:.1f} ms, api {row['cpu_ms']['api']:g} CPU ms a turn, "
                    f"{row['whole']} of {streams} saw all {row['events_written']} events once; others {row['others']:g} cores"
                )
        row = await _cell(bed, 1, first=19_000)
        report.add("streams", round=99, **row)
    report.say("\n" + summary(report.of("streams")))


async def _cell(bed: Bed, streams: int, first: int) -> Row:
    async with bed.run.http() as http:
        answer = await http.post("/v1/journeys", json={"template": "kitchen_renovation@1"})
        journey = answer.raise_for_status().json()["journey_id"]
    listening = {"port": bed.run.settings.api_port, "journey": journey, "streams": streams}
    async with helper("tests.bench.listeners", json.dumps(listening)) as listeners:
        await told(listeners)
        row = await loaded(bed, Load(bed.url, at_once=1, turns=TURNS, first=first, ids=(journey,)))
        await go(listeners)
        seen = await told(listeners)
    written = _events(bed, journey)
    row.pop("journeys")
    return {
        **row,
        "streams": streams,
        "events_written": len(written),
        "whole": sum(one == written for one in seen),
        "missed": sum(len(set(written) - set(one)) for one in seen),
        "doubled": sum(len(one) - len(set(one)) for one in seen),
    }


def _events(bed: Bed, journey: str) -> list[int]:
    file = bed.run.settings.database_file
    db = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return [seq for (seq,) in db.execute("SELECT seq FROM events WHERE journey_id = ? ORDER BY seq", (journey,))]
    finally:
        db.close()


def summary(rows: list[Row]) -> str:
    one = [row for row in rows if row["streams"] == 1]
    many = [row for row in rows if row["streams"] == MANY]
    body = [
        [
            str(found[0]["streams"]),
            f"{median(row['p50'] for row in found):.1f}",
            f"{min(row['p50'] for row in found):.0f}-{max(row['p50'] for row in found):.0f}",
            f"{median(row['p95'] for row in found):.1f}",
            f"{median(row['cpu_ms']['api'] for row in found):.1f}",
            f"{sum(row['missed'] for row in found)} / {sum(row['doubled'] for row in found)}",
        ]
        for found in (one, many)
    ]
    ratio = median(row["p50"] for row in many) / median(row["p50"] for row in one)
    lines = table(["streams", "p50 ms", "(cells)", "p95 ms", "api CPU ms", "missed / doubled"], body)
    return f"{lines}\nmedian turn with {MANY} streams: {ratio:.2f} x that with one"
