"""Every hazard, for every persona, in every channel: what docs/safety.md says is what the code does."""

import json
from datetime import date
from typing import Any

import pytest

from activities.answers import Broken, read
from activities.guarding import guarded_turn
from journeys.brief import Brief
from journeys.messages import Line
from journeys.safety import RULES, guarded, guarded_result, hazards_in, sentence, withheld
from journeys.vocabulary import PERSONAS
from providers.base import Generated, Passage
from providers.offline.writer import OfflineWriter
from tests import safety
from tests.factories import a_state, kitchen
from tests.safety import CASES, CHANNELS, Case, Channel, Shown


def shown_in(channel: Channel, name: str, case: Case, text: str, persona: str) -> Shown:
    """What becomes of the text on its way to that persona."""
    found = hazards_in(case.asks)
    instead, care = withheld(case.by or name, persona, "US"), sentence(name, "US")
    match channel:
        case "message":
            return "warned" if care in reply(persona, [Line(code="hazard", about=each) for each in found]) else "shown"
        case "plan text":
            out = guarded("\n".join(f"{n}. {line}" for n, line in enumerate(text.split(". "), 1)), found, persona=persona, country="US")
        case "document text":
            out = guarded(f"Your renovation.\n\n{text}\n\nPrices follow.", found, persona=persona, country="US")
        case "model output":
            return of_a_model(case.by or name, found, text, persona)
        case "passage":
            out = quoted(text, persona)
        case "skill result":
            out = json.dumps(
                guarded_result({"headline": "A plan", "steps": [{"do": text}]}, persona=persona, country="US"), ensure_ascii=False
            )
    return outcome(out, text, instead, care)


def outcome(out: str, text: str, instead: str, care: str) -> Shown:
    tells = text.rstrip(".") in out or f"1. {text}".rstrip(".") in out
    if instead in out and not tells:
        return "withheld"
    assert tells, out
    return "with care" if care in out else "shown"


def reply(persona: str, say: list[Line], passages: list[Passage] | None = None, spoken: str | None = None) -> str:
    template = kitchen()
    state = a_state(template, persona=persona, locale="en-US")
    lines, kept, words = guarded_turn(template, state, say, passages or [], spoken)
    return OfflineWriter().write(template, state, lines, {}, kept, words).text


def quoted(text: str, persona: str) -> str:
    """Whoever asked something else may find the page, so no warning stands before it yet."""
    passage = Passage(id="p#1", title="A page", text=text, source="-", date_read="2026-01-01", region="general")
    return reply(persona, [Line(code="question", about="ask_question")], [passage])


def of_a_model(name: str, found: list[str], text: str, persona: str) -> Shown:
    """Its answer is refused, so that another is asked for; one that was booked by an earlier version is replaced where it is shown."""
    brief: dict[str, Any] = {"call": "reply", "seq": 1, "text": "-", "journey": "-", "persona": persona, "locale": "en-US", "summary": ""}
    generated = Generated(text=json.dumps({"reply": text}), finish="stop", model="m")
    became = outcome(reply(persona, [], spoken=text), text, withheld(name, persona, "US"), sentence(name, "US"))
    for hazards in ([], found):
        refused = isinstance(read(Brief(**brief, hazards=hazards), generated, "m", date(2026, 11, 22)), Broken)
        assert refused == (became == "withheld") or (hazards and RULES[name].level == "prohibited")  # it does not say who does it
    return became


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("name", CASES)
def test_every_hazard_is_shown_to_every_persona_in_every_channel_as_the_page_says(name: str, persona: str, channel: Channel) -> None:
    case = CASES[name]
    assert shown_in(channel, name, case, case.tells, persona) == case.shown(channel)


@pytest.mark.parametrize("channel", [channel for channel in CHANNELS if channel not in ("message", "model output")])
@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("name", CASES)
def test_information_is_withheld_from_nobody(name: str, persona: str, channel: Channel) -> None:
    case = CASES[name]
    assert shown_in(channel, name, case, case.informs, persona) == "shown"


def test_every_rule_has_its_case() -> None:
    assert list(CASES) == list(RULES)


def test_the_page_on_safety_has_these_tables() -> None:
    page = safety.PAGE.read_text(encoding="utf-8")
    assert page == safety.written(page), "python -m tests.safety writes it anew"
