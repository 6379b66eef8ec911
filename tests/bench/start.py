"""From `homeview dev` in an empty folder to the first useful reply with its sources: what a newcomer waits for, after the installation."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import httpx2

from providers.settings import Settings
from tests.bench.cells import Report
from tests.running import answers, free_port, until

QUESTION = "how long does a kitchen renovation take?"
ROUNDS = 20


async def run(report: Report, work: Path, *, quick: bool) -> None:
    report.say("start: `homeview dev` in an empty folder until a reply cites its sources")
    rows: list[dict[str, Any]] = []
    for nth in range(1 if quick else ROUNDS):
        row = await _once(work / f"start-{nth}")
        rows.append(report.add("start", round=nth, **row))
        report.say(f"  API answers after {row['api_s']:.1f} s, first cited reply after {row['cited_s']:.1f} s ({row['citations']} sources)")
    took = sorted(row["cited_s"] for row in rows)
    report.say(f"median {median(took):.1f} s of {len(took)}, {took[0]:.1f} to {took[-1]:.1f} s")


async def _once(home: Path) -> dict[str, Any]:
    home.mkdir(parents=True)
    settings = Settings(
        home=home,
        api_port=free_port(),
        temporal_port=free_port(),
        temporal_ui_port=free_port(),
        _env_file=None,  # type: ignore[call-arg]
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith(("GEMINI_", "HOMEVIEW_"))}
    if "HOMEVIEW_MODELS" in os.environ:
        env["HOMEVIEW_MODELS"] = os.environ["HOMEVIEW_MODELS"]
    began = time.perf_counter()
    with (home / "dev.log").open("wb") as log:
        dev = subprocess.Popen(
            [sys.executable, "-m", "worker.cli", "dev"], env=env | settings.environment(), stdout=log, stderr=log, start_new_session=True
        )
    try:
        async with httpx2.AsyncClient(base_url=settings.api_url, timeout=70, trust_env=False) as http:
            await until(lambda: answers(http, "/healthz"), 120)
            up = time.perf_counter() - began
            turn = await _cited(http)
            cited = time.perf_counter() - began
    finally:
        dev.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(dev.wait, 30)
        except subprocess.TimeoutExpired:
            dev.kill()  # its children die with it
            dev.wait(10)
    return {"api_s": round(up, 2), "cited_s": round(cited, 2), "citations": len(turn["reply"]["citations"])}


async def _cited(http: httpx2.AsyncClient) -> dict[str, Any]:
    """The journey and its first question as a newcomer asks it, sent again with the same key where nothing was accepted yet."""
    async with asyncio.timeout(120):
        while True:
            body = {"message": QUESTION}
            answer = await http.post("/v1/journeys", json=body, headers={"Idempotency-Key": "first"})
            turn: dict[str, Any] = answer.json().get("turn", {})
            if answer.status_code == 201 and turn.get("reply", {}).get("citations"):
                return turn
            await asyncio.sleep(0.1)
