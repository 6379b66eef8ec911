"""Many open event streams on one journey, in a process of their own.

    python -m tests.bench.listeners '{"port": 8000, "journey": …, "streams": 200}'

It says when all of them are open, and at the next line tells which events each has seen. Plain sockets: a full HTTP client for each
of 200 streams would take the CPU that is to be measured.
"""

import asyncio
import json
import sys

QUIET = 1.5  # seconds without an event, after which nothing more is on its way


class Listeners:
    def __init__(self, port: int, journey: str, streams: int) -> None:
        self.port, self.journey = port, journey
        self.seen: list[list[int]] = [[] for _ in range(streams)]
        self.open = 0
        self.last_event = 0.0

    async def listen(self, nth: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        path = f"/v1/journeys/{self.journey}/events?after=0"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n".encode())
        await writer.drain()
        if b" 200 " not in (status := await reader.readline()):
            raise RuntimeError(f"a stream did not open: {status!r}")
        while line := await reader.readline():
            if line.startswith(b": welcome"):
                self.open += 1
            elif line.startswith(b"id: "):
                self.seen[nth].append(int(line[4:]))
                self.last_event = asyncio.get_running_loop().time()

    async def quiet(self) -> None:
        clock = asyncio.get_running_loop().time
        while clock() - self.last_event < QUIET:  # noqa: ASYNC110  silence sets no event
            await asyncio.sleep(0.1)


async def main(port: int, journey: str, streams: int) -> None:
    listeners = Listeners(port, journey, streams)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(listeners.listen(nth)) for nth in range(streams)]
        while listeners.open < streams:  # noqa: ASYNC110  a moment more or less does not matter
            await asyncio.sleep(0.02)
        print(json.dumps({"open": listeners.open}), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        await listeners.quiet()
        print(json.dumps(listeners.seen), flush=True)
        for task in tasks:
            task.cancel()


if __name__ == "__main__":
    asyncio.run(main(**json.loads(sys.argv[1])))
