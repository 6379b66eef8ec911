"""/_fake: what tests do with the handle, done over HTTP to a fake that is a process of its own."""

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict

from tests.gemini.answers import Answer
from tests.gemini.asked import CallName
from tests.gemini.fake import Call, FakeGemini
from tests.gemini.faults import Fault


class Turns(BaseModel):
    model_config = ConfigDict(extra="forbid")

    turns: list[Fault | Answer]
    call: CallName | None = None


class Laying(Fault):
    nth: int = 1
    times: int | None = 1
    call: CallName | None = None


def control(gemini: FakeGemini) -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.post("/script", status_code=204)
    async def script(told: Turns) -> None:
        """Queue answers and faults: `{"turns": [{"text": "Hello"}, {"fault": "overloaded"}]}`."""
        try:
            gemini.script(*told.turns, call=told.call)
        except ValueError as error:
            raise HTTPException(422, str(error)) from error

    @app.post("/faults", status_code=204)
    async def lay(told: Laying) -> None:
        """Lay a fault: `{"fault": "slow", "seconds": 0.8, "times": null}`."""
        try:
            gemini.fault(told.fault, nth=told.nth, times=told.times, call=told.call, seconds=told.seconds, after=told.after)
        except ValueError as error:
            raise HTTPException(422, str(error)) from error

    @app.get("/calls")
    async def calls() -> list[Call]:
        return gemini.calls

    @app.post("/forget", status_code=204)
    async def forget() -> None:
        gemini.forget()

    return app
