"""The fake Gemini as a process of its own, until it is told to end: it prints its address, and /_fake is its control.

python -m tests.gemini --port 8123 --sensible --pace 0.3
"""

import argparse
import asyncio
import signal

from tests.gemini.homeview import SensibleGemini
from tests.gemini.running import fake_gemini


async def run(port: int, sensible: bool, pace: float) -> None:
    told_to_end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told_to_end.set)
    async with fake_gemini(port=port, rule=SensibleGemini() if sensible else None) as gemini:
        gemini.pace = pace
        print(gemini.url, flush=True)
        await told_to_end.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.gemini", description="A fake Gemini on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="0, the default: a free one")
    parser.add_argument("--sensible", action="store_true", help="answer HomeView's briefs as a sensible model would")
    parser.add_argument("--pace", type=float, default=0.0, help="seconds between the pieces of a stream")
    chosen = parser.parse_args()
    asyncio.run(run(chosen.port, chosen.sensible, chosen.pace))
