"""Asks a skill's function, which may be anybody's, so that nothing it does harms a worker: it has a thread and a clock of its own, and what
it gives is looked at before it is kept."""

import asyncio
import inspect
import json
import threading
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from journeys.inputs import Value
from journeys.renovation.errors import CannotEstimate
from journeys.result_page import MADE_BY
from providers.skills import Skill

WITHIN: Final = 5.0  # seconds; five times what a skill may say it takes
MAX_RESULT_BYTES: Final = 64 * 1024  # as JSON
LONGEST: Final = 300  # characters of a headline or a problem: they travel in the state


class NotMade(Exception):
    """The skill is broken, not what it was given. The message is for the log."""


async def ask(skill: Skill, inputs: Mapping[str, Value], results: Mapping[str, dict[str, Any]], within: float = WITHIN) -> dict[str, Any]:
    """A result that can be kept: JSON of at most 64 KB with a `headline`, and the id of the skill under `made_by`. Raises CannotEstimate
    where the skill refuses, NotMade where it fails."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Any] = loop.create_future()

    def settle(given: Any, failure: Exception | None) -> None:
        if outcome.done():  # nobody waits any more
            return
        if failure is None:
            outcome.set_result(given)
        else:
            outcome.set_exception(failure)

    def work() -> None:
        given: Any = None
        failure: Exception | None = None
        try:
            given = skill.make(deepcopy(dict(inputs)), deepcopy(dict(results)))
            if inspect.isawaitable(given):
                given = asyncio.run(_awaited(given))
        except CannotEstimate as refusal:
            failure = refusal
        except BaseException as error:  # one that would end the process ends this thread
            failure = NotMade(f"it failed with {type(error).__name__}")
            failure.__cause__ = error
        try:
            loop.call_soon_threadsafe(settle, given, failure)
        except RuntimeError:  # the worker has gone
            return

    # A daemon: a function that never returns must not keep a worker from ending.
    threading.Thread(target=work, name=f"skill {skill.manifest.id}", daemon=True).start()
    try:
        async with asyncio.timeout(within):
            given = await outcome
    except TimeoutError:
        raise NotMade(f"it gave nothing within {within:g} seconds") from None
    return {**_looked_at(given), MADE_BY: skill.manifest.id}


async def _awaited(given: Any) -> Any:
    return await given


def _looked_at(given: Any) -> dict[str, Any]:
    """As it will be read back. What the pages of a reply read is checked here, since a reply must not fail over it."""
    if not isinstance(given, dict):
        raise NotMade(f"its result is no mapping, but {type(given).__name__}")
    try:
        written = json.dumps(given, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise NotMade(f"its result is not JSON: {error}") from error
    if len(written) > MAX_RESULT_BYTES:
        raise NotMade(f"its result has {len(written)} bytes, and at most {MAX_RESULT_BYTES} are kept")
    result: dict[str, Any] = json.loads(written)
    headline = result.get("headline")
    if not (isinstance(headline, str) and headline.strip()):
        raise NotMade("its result has no headline")
    if not isinstance(result.get("citation", ""), str):
        raise NotMade("the citation of its result is no text")
    assumptions = result.get("assumptions", [])
    if not (isinstance(assumptions, list) and all(isinstance(one, str) for one in assumptions)):
        raise NotMade("the assumptions of its result are no list of sentences")
    return result
