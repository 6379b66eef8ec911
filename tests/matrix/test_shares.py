"""Verdicts and shares by themselves: what counts as a dead end, as recovered, as lost."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tests.matrix.cases import ALL, Case
from tests.matrix.house import Met, Seen
from tests.matrix.shares import SHARES, failed, is_transient, matrix, verdicts
from tests.matrix.verdicts import Verdict, judged
from tests.reliability import MODELS, SENTENCES, engine_of

ONCE = next(case for case in ALL if case.call == "answer" and case.lasting == "once")
TOLD = SENTENCES["answer"][""]
ROW = {"deed": "turn/answer", "name": "answer", "engine": engine_of(MODELS[0]), "attempts": 2, "in_doubt": 0, "status": "answered"}
AFTER = {"status": "done", "engine": engine_of(MODELS[0]), "degraded": []}


def a_turn(**changed: Any) -> dict[str, Any]:
    reply = {"text": "Six weeks.", "actions": [{"action": "answer"}], "citations": [{"id": "a"}], "questions": ["Where?"]}
    turn = {"turn_id": "t1", "seq": 2, "status": "done", "engine": engine_of(MODELS[0]), "degraded": [], "results": [], "reply": reply}
    return {**turn, **changed, "reply": reply | changed.get("reply", {})}


def met(case: Case = ONCE, status: int = 200, **changed: Any) -> Met:
    seen = Seen(case.text, status, a_turn(**changed), [ROW], [MODELS[0]] * 2, frozenset())
    return Met("j", [seen], AFTER, [case.text], Counter(t1=1), [], requests=3, booked=3)


OFFLINE = {"engine": "offline", "degraded": ["Upstream5xx"]}


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({}, "recovered"),
        ({**OFFLINE, "reply": {"text": f"{TOLD} Six weeks."}}, "useful"),
        ({**OFFLINE, "reply": {"text": "Six weeks."}}, "useless"),  # which does not say that no model answered
        ({**OFFLINE, "reply": {"text": f"{TOLD} Six weeks.", "citations": []}}, "useless"),
        ({"reply": {"actions": []}}, "dead end"),
        ({"reply": {"text": ""}}, "dead end"),
        ({"reply": {"actions": [{"action": "no_such_action"}]}}, "dead end"),
        ({"status": "failed"}, "dead end"),
    ],
)
def test_a_turn_is_judged_by_what_its_person_got(changed: dict[str, Any], kind: str) -> None:
    assert judged(ONCE, met(**changed)).kind == kind


def test_an_answer_by_http_that_is_none_is_a_dead_end() -> None:
    assert judged(ONCE, met(status=500)).kind == "dead end"


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"said": []}, "is kept 0 times"),
        ({"said": [ONCE.text] * 2}, "is kept 2 times"),
        ({"told": Counter()}, "was not replied to"),
        ({"told": Counter(t1=2)}, "replied to 2 times"),
        ({"left": ["turn/reply"]}, "turn/reply was left open"),
        ({"promised": frozenset({"t1"})}, "1 fuller answers were owed and 0 came"),
        ({"made_good": 1}, "0 fuller answers were owed and 1 came"),
        ({"befallen": False}, "the fault was never met"),
        ({"requests": 4}, "4 requests were made and 3 booked"),
    ],
)
def test_what_is_lost_or_doubled_is_named(changed: dict[str, Any], wrong: str) -> None:
    [told] = judged(ONCE, replace(met(), **changed)).wrong
    assert wrong in told


def test_more_requests_than_a_turn_may_make_are_named() -> None:
    found = met()
    [seen] = found.turns
    assert judged(ONCE, replace(found, turns=[replace(seen, rows=[{**ROW, "attempts": 7}])])).wrong == (
        "7 requests were made for one turn",
    )


def test_of_half_an_hour_the_worst_turn_counts() -> None:
    [fine], [bad] = met().turns, met(reply={"actions": []}).turns
    assert judged(ONCE, replace(met(), turns=[fine, bad])).kind == "dead end"


def test_a_model_that_is_not_asked_again_is_not_back() -> None:
    assert not judged(ONCE, replace(met(), after={**AFTER, "engine": "offline"})).heals


def test_a_case_that_broke_is_a_dead_end_and_is_told() -> None:
    found = verdicts({ONCE: TimeoutError()})
    assert found[ONCE] == Verdict("dead end", ("TimeoutError",), is_back=False)
    assert failed(found) == [f"{ONCE.id}: dead end, not back; TimeoutError"]
    assert not any(share.is_reached(found) for share in SHARES)


def test_every_aim_is_reached_where_all_is_well_and_every_case_has_its_cell() -> None:
    found = {case: Verdict("recovered") for case in ALL}
    assert all(share.is_reached(found) for share in SHARES)
    cells = [cell for line in matrix(found).splitlines()[2:] for cell in line.split("|")[3:-1]]
    assert sum(int(cell.split()[0]) for cell in cells if cell.strip() != "–") == len(ALL)
    assert {is_transient(case) for case in ALL} == {True, False}
