"""Every problem that a person can be told names something to do, and doing it works: nothing ends in an error alone."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import insert

from api.errors import PROBLEMS
from journeys.refusals import by_name
from journeys.vocabulary import ACTIONS
from providers.store.tables import budgets
from tests.factories import a_decision, a_need, a_step, a_template
from tests.running import Stack
from worker.words import DOABLE

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
OFFER = {
    "ask": "Is the offer right?",
    "by": ["client"],
    "options": [
        {"id": "accept", "title": "It is", "means": "accept"},
        {"id": "again", "title": "Once more", "back_to": "wish", "at_most": 1, "beyond": "Once more was once too often."},
    ],
}
STEPS = [
    a_step("wish", needs=[a_need("goal"), a_need("look", "choice")]),
    a_step("offer", decision=OFFER, depends_on=["wish"]),
    a_step("last", decision=a_decision(), depends_on=["offer"]),
]
WAYS = a_template(id="ways_on", title="Ways on", roles={"client": "The client"}, steps=STEPS).canonical()
GIVEN = {"goal": {"kind": "text", "text": "a quiet room"}, "look": {"kind": "choice", "option": "a"}}


class Person:
    """Somebody in a journey of their own, who sends something and, told no, does what they are told they can do."""

    def __init__(self, homeview: Stack) -> None:
        self.homeview, self.journey, self.keys = homeview, "", 0
        self.sent: tuple[str, str, dict[str, Any]] = ("GET", "/v1/journeys", {})

    async def start(self) -> "Person":
        self.journey = await self.homeview.start(template="ways_on")
        return self

    async def sends(self, path: str, key: str | None = None, method: str = "POST", **body: Any) -> httpx2.Response:
        self.keys += 1
        self.sent = (method, path, body)
        at = path if path.startswith("/v1") else f"/v1/journeys/{self.journey}/{path}"
        headers = {"Idempotency-Key": key or f"{self.journey}-{self.keys}"}
        return await self.homeview.http.request(method, at, json=None if method == "DELETE" else body, headers=headers)

    async def does(self, action: str, problem: dict[str, Any]) -> httpx2.Response:
        """What a client would, from the action alone and from what it sent before."""
        match action:
            case "status":
                return await self.homeview.http.get(f"/v1/journeys/{self.journey}" if self.journey else "/v1/journeys")
            case "start":
                return await self.homeview.http.post("/v1/journeys", json={"template": "ways_on"})
            case "results":
                return await self.homeview.http.get(f"/v1/journeys/{self.journey}/results/wish")
            case "versions":
                return await self.homeview.http.get("/v1/templates/kitchen_renovation")
            case "resume" | "abandon":
                return await self.sends(action)
            case "go_back":
                return await self.homeview.http.get(f"/v1/journeys/{self.journey}")  # where to is in the view
            case "decide":
                return await self.sends("decisions", step="offer", option="accept", role="client")
            case "set_budget":
                return await self.sends("budget", cap="5")
            case "new_key":
                method, path, body = self.sent
                if problem["type"].endswith("VersionTaken"):  # its sentence says what else to change
                    body = {"yaml": body["yaml"].replace('"version":1', '"version":2')}
                return await self.sends(path, method=method, **body)
            case "mend":
                return await self.sends("/v1/templates", yaml=WAYS)
        raise AssertionError(f"nobody knows how to {action}")


async def a_reused_key(person: Person) -> httpx2.Response:
    await person.sends("messages", key=f"{person.journey}-mine", text="We want light.")
    return await person.sends("messages", key=f"{person.journey}-mine", text="We want shade.")


async def a_closed_journey(person: Person) -> httpx2.Response:
    await person.sends("abandon")
    return await person.sends("messages", text="Hello?")


async def a_paused_journey(person: Person) -> httpx2.Response:
    await person.sends("pause")
    return await person.sends("messages", text="Hello?")


async def an_option_chosen_too_often(person: Person) -> httpx2.Response:
    for _ in range(2):
        await person.sends("inputs", inputs=GIVEN)
        answer = await person.sends("decisions", step="offer", option="again", role="client")
    return answer


async def somebody_elses_decision(person: Person) -> httpx2.Response:
    await person.sends("inputs", inputs=GIVEN)
    return await person.sends("decisions", step="offer", option="accept")


async def an_unknown_option(person: Person) -> httpx2.Response:
    await person.sends("inputs", inputs=GIVEN)
    return await person.sends("decisions", step="offer", option="perhaps", role="client")


async def a_budget_below_what_is_spent(person: Person) -> httpx2.Response:
    spent = {"scope": "journey", "key": person.journey, "period": "", "cap": Decimal(5), "spent": Decimal(3)}
    await person.homeview.store.write(lambda db: db.execute(insert(budgets), spent))
    return await person.sends("budget", cap="1")


async def a_version_that_is_taken(person: Person) -> httpx2.Response:
    return await person.sends("/v1/templates", yaml=WAYS.replace("Ways on", "Other ways"))


async def a_draft(person: Person) -> httpx2.Response:
    await person.sends("/v1/templates", yaml=WAYS.replace("ways_on", "no_ways_yet"))
    return await person.sends("/v1/journeys", template="no_ways_yet@1")


def sending(path: str, method: str = "POST", **body: Any) -> Callable[[Person], Awaitable[httpx2.Response]]:
    return lambda person: person.sends(path, method=method, **body)


MET: dict[str, Callable[[Person], Awaitable[httpx2.Response]]] = {
    "KeyReused": a_reused_key,
    "JourneyClosed": a_closed_journey,
    "JourneyPaused": a_paused_journey,
    "Spent": an_option_chosen_too_often,
    "NotYours": somebody_elses_decision,
    "UnknownOption": an_unknown_option,
    "BelowSpent": a_budget_below_what_is_spent,
    "NotInDoubt": sending("effects", deed="nothing-of-ours", choice="leave_it"),
    "StepNotOpen": sending("decisions", step="offer", option="accept", role="client"),
    "StepCantBeSkipped": sending("skip", step="wish"),
    "UnknownStep": sending("back", step="roof"),
    "UnknownInput": sending("inputs", inputs={"colour": {"kind": "text", "text": "red"}}),
    "UnknownFact": sending("facts", fact="moon_rose"),
    "UnknownPersona": sending("persona", persona="landlord"),
    "UnknownRole": sending("messages", text="Hello", role="king"),
    "WrongKind": sending("inputs", inputs={"goal": {"kind": "money", "low_cents": 1, "high_cents": 1}}),
    "VersionTaken": a_version_that_is_taken,
    "NotPublished": a_draft,
    "NothingEarlier": sending("/v1/templates/ways_on/rollback"),
    "NotFound": sending("/v1/journeys", template="castle"),
    "NotUnderstood": sending("messages", words="Hello"),
    "BadTemplate": sending("/v1/templates", yaml="id: x"),
    "NotAllowed": sending("/v1/personas", method="DELETE"),
    "TooLarge": sending("messages", text="x" * 90_000),
}
# Those that need a fault or a race, and the test that makes one and sends again, waits, or looks.
ELSEWHERE = {
    "TooManyAtOnce": "tests/api/test_keys.py",
    "NotAccepted": "tests/api/test_keys.py",
    "TurnFailed": "tests/replay/test_replay.py",
    "Stopped": "tests/test_model_route.py",
    "CantMove": "tests/workflows/test_moving.py",
}
BASE = {"Refusal", "Internal"}  # never told by these names: the root of the refusals, and what a bug of ours is told as


@pytest.fixture
async def published(homeview: Stack) -> None:
    """Under the same keys each time, so once."""
    for path, body in (("/v1/templates", {"yaml": WAYS}), ("/v1/templates/ways_on/versions/1/publish", None)):
        answer = await homeview.http.post(path, json=body, headers={"Idempotency-Key": f"ways{len(path)}"})
        assert answer.is_success, answer.text


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("kind", sorted(MET))
async def test_whoever_is_told_no_can_do_what_they_are_told(homeview: Stack, kind: str) -> None:
    person = await Person(homeview).start()
    answer = await MET[kind](person)
    problem = answer.json()
    assert problem["type"] == f"/problems/{kind}", problem
    assert len(problem["detail"]) > 10
    assert problem["detail"].rstrip().endswith((".", "?", "!")), problem["detail"]
    assert problem["actions"]
    for action in problem["actions"]:
        assert action["label"]
        done = await person.does(action["action"], problem)
        assert done.is_success, f"{kind}: {action['action']} gives {done.status_code} {done.text}"


def test_no_kind_of_problem_is_left_out() -> None:
    assert set(MET) | set(ELSEWHERE) | BASE == {*by_name(), *PROBLEMS}
    for kind, path in ELSEWHERE.items():
        assert kind in (ROOT / path).read_text(encoding="utf-8"), f"{path} does not speak of {kind}"


def test_every_action_of_a_problem_has_a_label_and_the_terminals_own_words() -> None:
    named = {action for refusal in by_name().values() for action in refusal.actions} | {
        name for _, _, known in PROBLEMS.values() for name in known
    }
    assert named <= set(ACTIONS)
    assert named - {"mend", "versions"} <= set(DOABLE)  # those two are said by `homeview templates`, which has no such screen
