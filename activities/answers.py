"""What a model is asked, and what is made of its answer: checked, and read by our own code. Nothing here calls anybody.

The model points to words of the message; what they say is read by the extractor. So no figure of a journey comes from a model, and
nothing that the person did not write.
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from journeys.brief import Brief
from journeys.grounding import cited, foreign_figures, renumbered
from journeys.inputs import Choice, Choices, Found, Need, Text, Value
from journeys.messages import Intent, Understanding
from journeys.safety import unsafe
from journeys.vocabulary import INTENTS
from providers.base import Generated
from providers.offline.reader import cut

LONGEST_REPLY = 2_000  # characters; a reply of five sentences has 600
_SURE = 0.9  # of an input that the model pointed to and our extractor could read
# A quote that ends in a figure is read with the words behind it: 950 is another sum in "950 a year", 75 another area in "75 m²".
_WHAT_IT_IS_OF = re.compile(r"[^\s,;!?\d]*(?:\s[^\s\d,;.!?]+){0,3}")


class ReadIntent(BaseModel):
    name: Annotated[str, Field(json_schema_extra={"enum": list(INTENTS)})]
    p: float


class ReadInput(BaseModel):
    """For a need of several choices one for each option, so that each has its own words."""

    need: str
    quote: str
    option: str | None = None


class AnswerOut(BaseModel):
    """What the first call of a turn must answer. The reply stands last: it is streamed, and what it rests on is known by then."""

    intents: Annotated[list[ReadIntent], Field(max_length=3)]
    inputs: Annotated[list[ReadInput], Field(max_length=30)]
    reply: Annotated[str, Field(min_length=1, max_length=LONGEST_REPLY)]


class ReplyOut(BaseModel):
    reply: Annotated[str, Field(min_length=1, max_length=LONGEST_REPLY)]


@dataclass(frozen=True)
class Read:
    """An answer that may be used: `kept` is what the ledger holds of it (understanding, reply, and the ids of the passages it cites)."""

    kept: dict[str, Any]


@dataclass(frozen=True)
class Broken:
    """An answer that may not: `why` in words that hold nothing of it, since they are sent again."""

    why: str
    error: str


def schema_of(brief: Brief) -> type[BaseModel]:
    return AnswerOut if brief.call == "answer" else ReplyOut


def content_of(brief: Brief, problem: str = "") -> str:
    """The brief as the model gets it, one JSON object; what changes least stands first, which is what a provider can keep."""
    told: dict[str, Any] = {"journey": brief.journey, "persona": brief.persona, "tone": brief.tone, "locale": brief.locale}
    if brief.call == "answer":
        told |= {"intents": {name: aim.title for name, aim in INTENTS.items()}, "needs": [_need(need) for need in brief.needs]}
    told |= {"summary": brief.summary, "asked": {"need": brief.asked, "question": brief.question} if brief.asked else None}
    told["earlier"] = [{"turn": said.seq, "said": said.text} for said in brief.recalled]
    told["recent"] = [{"said": turn.said, "replied": turn.replied} for turn in brief.recent]
    told["passages"] = [{"n": n, "title": p.title, "text": p.text} for n, p in enumerate(brief.passages, 1)]
    told |= {"hazards": brief.hazards, "made": brief.made, "message": cut(brief.text), "problem": problem}
    return json.dumps({name: value for name, value in told.items() if value not in (None, "", [])}, ensure_ascii=False)


def read(brief: Brief, generated: Generated, engine: str, today: date) -> Read | Broken:
    """What the answer holds. Blocked ones are not for here."""
    if generated.finish == "max_tokens":
        return Broken("it was cut off: it was too long", "Truncated")
    if generated.finish == "empty":
        return Broken("it was empty", "Empty")
    try:
        said = schema_of(brief).model_validate_json(generated.text)
    except ValidationError as error:
        return Broken(f"it was not JSON of the shape asked for ({_mistakes(error)})", "WrongShape")
    reply = str(said.reply).strip()  # type: ignore[attr-defined]
    if foreign := foreign_figures(reply, _given(brief)):
        return Broken(f"it held {len(foreign)} figure(s) that stand nowhere in what you were given", "ForeignFigures")
    verdict = unsafe(reply, brief.hazards, brief.year_built, answers=True)
    if verdict and verdict.withheld:
        return Broken("it told how to do dangerous work, or did not say who does it", "Unsafe")
    if not isinstance(said, AnswerOut):
        return Read({"reply": reply})
    marks = [n for n in cited(reply) if 1 <= n <= len(brief.passages)]
    understanding = Understanding(engine=engine, intents=_intents(said), found=_found(brief, said, today))
    kept = {"understanding": understanding.model_dump(mode="json"), "cites": [brief.passages[n - 1].id for n in marks]}
    return Read({**kept, "reply": renumbered(reply, marks)})


def part(brief: Brief, shown: str) -> dict[str, Any] | None:
    """What may stand of a reply that was cut off, to its last whole word, as the ledger keeps it; None where nothing may."""
    words, _, rest = shown.rpartition(" ")
    reply = (words if rest else shown).rstrip(" ,;:([–-")
    verdict = unsafe(reply, brief.hazards, brief.year_built, answers=True)
    if not reply or foreign_figures(reply, _given(brief)) or (verdict and verdict.withheld):
        return None
    marks = [n for n in cited(reply) if 1 <= n <= len(brief.passages)]
    return {"reply": f"{renumbered(reply, marks)} …", "cites": [brief.passages[n - 1].id for n in marks]}


def _given(brief: Brief) -> list[str]:
    """Everything a reply may take a figure from."""
    pages = [f"{passage.title} {passage.text}" for passage in brief.passages]
    talk = [said.text for said in brief.recalled] + [f"{turn.said} {turn.replied}" for turn in brief.recent]
    return [brief.text, brief.summary, brief.made, brief.question, *pages, *talk]


def _need(need: Need) -> dict[str, Any]:
    told: dict[str, Any] = {"name": need.name, "asks": need.ask, "kind": need.kind}
    if need.options:
        told["options"] = {option.id: option.title for option in need.options}
    return told


def _intents(said: AnswerOut) -> list[Intent]:
    """Names of ours only, each once."""
    sure = {intent.name: min(1.0, max(0.0, intent.p)) for intent in said.intents if intent.name in INTENTS}
    return [Intent(name=name, p=round(p, 4)) for name, p in sorted(sure.items(), key=lambda item: -item[1])]


def _found(brief: Brief, said: AnswerOut, today: date) -> list[Found]:
    """Inputs whose quote stands in the message and can be read as their need; each need once."""
    needs = {need.name: need for need in brief.needs}
    found: dict[str, Found] = {}
    for given in said.inputs:
        need, place = needs.get(given.need), _place(brief.text, given.quote)
        if need is None or place is None or (need.name in found and need.kind != "choices"):
            continue
        if (value := _value(need, given, place, today, brief.text)) is not None:
            read = Found(need=need.name, value=value, start=place[0], end=place[1], sureness=_SURE)
            found[need.name] = _joined(found[need.name], read, need) if need.name in found else read
    return list(found.values())


def _joined(one: Found, other: Found, need: Need) -> Found:
    """Options of one list that stand in several places, in the order of the list."""
    named = {option for each in (one, other) for option in getattr(each.value, "options", ())}
    options = tuple(option.id for option in need.options if option.id in named)
    return one.model_copy(update={"value": Choices(options=options), "start": min(one.start, other.start), "end": max(one.end, other.end)})


def _place(text: str, quote: str) -> tuple[int, int] | None:
    """Where the quote stands, blanks and case aside; None where it does not."""
    words = quote.split()
    if not words:
        return None
    hit = re.search(r"\s+".join(re.escape(word) for word in words), text, re.IGNORECASE)
    return hit.span() if hit else None


def _value(need: Need, given: ReadInput, place: tuple[int, int], today: date, text: str) -> Value | None:
    """A choice is the model's reading of the words; a text is the words; all else the extractor reads in them, also "all of them" and
    "none" of a list."""
    known = given.option and need.option(given.option)
    if need.kind == "choice":
        return Choice(option=given.option) if given.option and known else None
    if need.kind == "choices" and given.option:
        return Choices(options=(given.option,)) if known else None
    quote = text[place[0] : place[1]]
    if need.kind == "text":
        return Text(text=quote[:500])
    from providers.offline.extract import extract  # brings rapidfuzz, which a worker that polls does not need yet

    whole = quote + (_WHAT_IT_IS_OF.match(text, place[1]) or [""])[0] if quote[-1:].isdigit() else quote
    return next((found.value for found in extract(whole, [need], need.name, today) if found.need == need.name), None)


def _mistakes(error: ValidationError) -> str:
    """Where and of what kind, never what stood there."""
    listed = [f"{'.'.join(str(part) for part in e['loc']) or 'all of it'}: {e['type']}" for e in error.errors(include_input=False)[:3]]
    return "; ".join(listed)
