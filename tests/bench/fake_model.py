"""A model server that knows nothing: it answers after a pinned time, for the peers.

POST /latency sets it, in milliseconds a call, and the steps that take it: `{"ms": 100, "steps": ["understand", "reply"]}`.

python -m tests.bench.fake_model PORT
"""

import asyncio
import json
import sys
from typing import Any

import uvicorn

TEXT = "A kitchen of this size takes some weeks; order the cabinets first, since they take the longest to arrive. " * 4
ANSWERS: dict[str, dict[str, Any]] = {
    "understand": {"intent": "ask_question", "p": 0.93},
    "retrieve": {"passages": [{"id": f"p{n}", "text": TEXT[n : n + 320], "source": "a page"} for n in range(3)]},
    "reply": {"text": TEXT[:400]},
    "record": {"kept": True},
}
latency = 0.0
pinned: list[str] = []  # the others are no model's work: they answer at once


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    global latency, pinned
    if scope["type"] != "http":
        return
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    name = scope["path"].strip("/")
    if name == "latency":
        told = json.loads(body)
        latency, pinned = told["ms"] / 1e3, told["steps"]
    elif name in pinned and latency:
        await asyncio.sleep(latency)
    data = json.dumps(ANSWERS.get(name, {})).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": data})


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="critical", access_log=False, lifespan="off", backlog=2048)
