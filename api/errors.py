"""Refusals and failures as problem+json (RFC 9457) with `actions`: what can be done next. One table, one shape."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from journeys.refusals import Refusal, by_name
from journeys.view import Action
from journeys.vocabulary import ACTIONS
from providers.errors import Misconfigured, StoreUnavailable
from providers.shelf import UnknownVersion

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)

# Everything that is no Refusal: status, title and what can be done.
PROBLEMS: dict[str, tuple[int, str, tuple[str, ...]]] = {
    "NotFound": (404, "There is no such thing", ("start",)),
    "NotUnderstood": (422, "The request is not well formed", ("status",)),
    "BadTemplate": (422, "The template has mistakes", ("mend",)),
    "NotAllowed": (405, "This can't be done here", ("status",)),
    "TooLarge": (413, "The request is too large", ("status",)),
    "NotAccepted": (503, "The request is not accepted yet", ("retry",)),
    "TurnFailed": (500, "Something went wrong on our side", ("new_key", "status")),
    "Stopped": (409, "The journey was paused or ended meanwhile, or the reply was stopped", ("resume", "start")),
    "Internal": (500, "Something went wrong on our side", ("retry",)),
}
_FROM_STATUS = {404: "NotFound", 405: "NotAllowed", 413: "TooLarge"}


class ProblemDetail(BaseModel):
    """What every error answers."""

    type: str
    title: str
    status: int
    detail: str
    actions: list[Action]
    errors: list[str] = []  # of a template: each `file:line: place: what is wrong`


class Problem(Exception):
    def __init__(
        self,
        kind: str,
        detail: str,
        *,
        actions: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        errors: Sequence[str] = (),
    ) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.actions, self.headers, self.errors = kind, detail, actions, dict(headers or {}), list(errors)

    @property
    def status(self) -> int:
        refusal = by_name().get(self.kind)
        return refusal.status if refusal else PROBLEMS.get(self.kind, PROBLEMS["Internal"])[0]

    def body(self) -> dict[str, Any]:
        refusal = by_name().get(self.kind)
        _, title, known = PROBLEMS.get(self.kind, PROBLEMS["Internal"])
        if refusal:
            title, known = _words(self.kind), refusal.actions
        doable = list(self.actions) or [{"action": name, "label": ACTIONS[name], "params": {}} for name in known]
        told = {"type": f"/problems/{self.kind}", "title": title, "status": self.status, "detail": self.detail, "actions": doable}
        return {**told, "errors": self.errors} if self.errors else told


def _words(name: str) -> str:
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
    return spaced.capitalize()


def answer(problem: Problem, request: Request | None = None) -> JSONResponse:
    """With the key of the request, which may be one that we made: "send it again with the same key" is for those who sent none too."""
    key = getattr(request.state, "idempotency_key", None) if request else None
    headers = {**problem.headers, **({"Idempotency-Key": key} if key else {})}
    return JSONResponse(problem.body(), status_code=problem.status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def of_ours(request: Request, problem: Problem) -> JSONResponse:
        return answer(problem, request)

    @app.exception_handler(Refusal)
    async def of_a_refusal(request: Request, refusal: Refusal) -> JSONResponse:
        return answer(Problem(type(refusal).__name__, str(refusal)), request)

    @app.exception_handler(UnknownVersion)
    async def of_the_library(_: Request, unknown: UnknownVersion) -> JSONResponse:
        return answer(Problem("NotFound", str(unknown)))

    @app.exception_handler(RequestValidationError)
    async def of_the_schema(_: Request, error: RequestValidationError) -> JSONResponse:
        # Where and what, never the value: it is the person's own words.
        told = [f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()][:10]
        return answer(Problem("NotUnderstood", f"This can't be read: {'; '.join(told)}."))

    @app.exception_handler(HTTPException)
    async def of_the_framework(_: Request, error: HTTPException) -> JSONResponse:
        kind = _FROM_STATUS.get(error.status_code)
        if kind is None:
            kind = "NotUnderstood" if error.status_code < 500 else "Internal"
        return answer(Problem(kind, f"{str(error.detail).rstrip('.')}.", headers=error.headers))

    @app.exception_handler(StoreUnavailable)
    async def of_the_store(request: Request, error: StoreUnavailable) -> JSONResponse:
        return answer(Problem("NotAccepted", f"{str(error).rstrip('.')}. {_then(request)}", headers={"Retry-After": "2"}), request)

    @app.exception_handler(Misconfigured)
    async def of_the_setup(request: Request, error: Misconfigured) -> JSONResponse:
        log.error("A request meets something that is set up wrongly: %s", error)
        sentence = f"HomeView is not set up as it must be at the moment, and whoever runs it has to mend that. {_then(request)}"
        return answer(Problem("NotAccepted", sentence, headers={"Retry-After": "30"}), request)

    @app.exception_handler(Exception)
    async def of_a_bug(request: Request, _: Exception) -> JSONResponse:
        return answer(Problem("Internal", f"This is our mistake, and it is in our log. {_then(request)}"), request)


def _then(request: Request) -> str:
    """What to do behind a failure of ours. The workflow server may have accepted the request before the failure came."""
    if request.method in ("GET", "HEAD"):
        return "Nothing is lost: ask again in a moment."
    return "Send it again with the same Idempotency-Key: whatever became of this try, it will be done once."


def documented(*kinds: str | type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route, for the OpenAPI page."""
    found: dict[int | str, dict[str, Any]] = {}
    for kind in ("NotFound", "NotUnderstood", *kinds):
        problem = Problem(kind if isinstance(kind, str) else kind.__name__, "")
        body = problem.body()
        described = found.get(problem.status, {}).get("description")
        title = f"{described} · {body['title']}" if described else body["title"]
        found[problem.status] = {"model": ProblemDetail, "description": title, "content": {MEDIA_TYPE: {}}}
    return found
