"""Two hundred turns on one journey that continues as new every twenty-five or so: does a turn stay as small and as quick as it was?"""

import time
from datetime import timedelta
from pathlib import Path

from temporalio.client import WorkflowUpdateStage

from journeys import names
from journeys.messages import Begin, JourneyStart
from providers.library import library
from tests.bench.beds import Bed, homeview
from tests.bench.cells import Report, Row, loaded
from tests.bench.load import Load
from tests.bench.table import table
from tests.bench.talk import ROUND
from workflows.journey import JourneyWorkflow
from workflows.starting import first_run

EVENTS_A_RUN = JourneyStart.model_fields["continue_after_events"].default  # about twenty-five turns
WINDOW = 2 * len(ROUND)  # two whole rounds of the talk, so that the same kinds of messages are compared
EARLY = 4  # turns before the first window


async def run(report: Report, work: Path, index: Path, *, quick: bool) -> None:
    turns = 64 if quick else 200
    late = turns - WINDOW
    report.say(f"growth: {turns} turns on one journey, continued as new at {EVENTS_A_RUN} events")
    async with homeview(work, index, "growth") as bed:
        await loaded(bed, Load(bed.url, at_once=2, turns=12, first=97_000))
        journey = await start(bed)
        body = []
        windows = ((0, EARLY, ""), (EARLY, WINDOW, "early"), (EARLY + WINDOW, late - EARLY - WINDOW, ""), (late, WINDOW, "late"))
        for begins, count, name in windows:
            row = await loaded(bed, Load(bed.url, at_once=1, turns=count, from_turn=begins, first=7000, ids=(journey,)))
            if name:
                body.append(_kept(report, name, f"{begins + 1}-{begins + count}", row))
        events, size, runs, largest = await _runs(bed, journey)
        fresh = await start(bed)
        await loaded(bed, Load(bed.url, at_once=1, turns=EARLY, first=8000, ids=(fresh,)))
        row = await loaded(bed, Load(bed.url, at_once=1, turns=WINDOW, from_turn=EARLY, first=8000, ids=(fresh,)))
        body.append(_kept(report, "control", f"{EARLY + 1}-{EARLY + WINDOW} of a new journey", row))
    whole = {
        "turns": turns,
        "runs": runs,
        "events_a_turn": round(events / turns, 1),
        "bytes_a_turn": round(size / turns),
        "largest_run_bytes": largest,
    }
    report.add("growth", window="whole", **whole)
    report.say("\n" + table(["turns", "p50 ms", "p95 ms", "CPU ms: api", "worker", "temporal", "others"], body))
    report.say(f"{whole}")


def _kept(report: Report, name: str, turns: str, row: Row) -> list[str]:
    row.pop("journeys")
    report.add("growth", window=name, of=turns, **row)
    cpu = row["cpu_ms"]
    return [
        turns,
        f"{row['p50']:.1f}",
        f"{row['p95']:.1f}",
        *(f"{cpu[role]:.1f}" for role in ("api", "worker", "temporal")),
        f"{row['others']:.2f}",
    ]


async def start(bed: Bed) -> str:
    """A journey as the API starts one."""
    assert bed.temporal
    template = library().newest("kitchen_renovation@1")
    assert template
    key = f"growth-{time.time_ns()}"
    journey_id = names.journey_id("home", key)
    asked = JourneyStart(
        journey_id=journey_id,
        tenant="home",
        template=template,
        persona=template.personas[0],
        title=template.title,
        locale=template.locale,
        currency=template.currency,
    )
    handle = await bed.temporal.start_update_with_start_workflow(
        JourneyWorkflow.begin,
        Begin(key=key, body_hash=names.body_hash("begin", {})),
        id=names.update_id("begin", key),
        wait_for_stage=WorkflowUpdateStage.ACCEPTED,
        start_workflow_operation=first_run(asked),
        rpc_timeout=timedelta(seconds=30),
    )
    await handle.result()
    return journey_id


async def _runs(bed: Bed, journey: str) -> tuple[int, int, int, int]:
    """Events and bytes of all runs, how many runs, bytes of the largest."""
    assert bed.temporal
    events, sizes = 0, []
    run_id: str | None = None
    while True:
        told = await bed.temporal.get_workflow_handle(journey, run_id=run_id).describe()
        info = told.raw_description.workflow_execution_info
        events += told.history_length
        sizes.append(info.history_size_bytes)
        first = await bed.temporal.get_workflow_handle(journey, run_id=told.run_id).fetch_history()
        before = first.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not before:
            return events, sum(sizes), len(sizes), max(sizes)
        run_id = before
