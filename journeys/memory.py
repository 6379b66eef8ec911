"""What a model is reminded of, bounded whatever was said: the journey so far, old sentences of the person's own, the last exchanges.

Code chooses and shortens; no word is made up, and the size does not grow with the conversation. providers/memory.py keeps and finds.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from journeys.state import JourneyState, ResultRef, StepState, StepStatus
from journeys.template import Step, Template
from journeys.wording import both_ends, cut, one_line, place_to_cut, told

SENTENCE = 300  # characters: three lines of print; what is longer is several thoughts, and its vector is near to none of them
SENTENCES = 6  # of one message: a person who introduces the household says four or five things worth keeping
FEWEST_WORDS = 3  # "We keep kosher", "Maple it is": with four, decisions are lost, and one row in twelve is saved
EXCHANGES = 4  # what "it", "that one" and "the second" refer to stands within the last few
SIDE = 400  # characters of either side of an exchange: a paragraph; the rest of a long page is in the results
RECALLED = 12  # sentences at most, whatever limit is asked for: about 200 tokens as people write, 1,000 at worst
LIKE = 0.25  # MiniLM's cosine from which a sentence is about a message: at 0.20 a "thank you" has six, at 0.28 one fact in ten is lost
SUMMARY = 1_500  # characters: the room of its five parts, below
_LABEL = 40  # "- in turn 1234567, they were told: " and the end of the line
MOST_CHARACTERS = SUMMARY + 100 + RECALLED * (SENTENCE + _LABEL) + EXCHANGES * 2 * (SIDE + _LABEL)  # of summary and as_text: 9,200


@dataclass(frozen=True, slots=True)
class Recalled:
    """A sentence of the person's own, and the turn it was said in."""

    seq: int
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One turn of the conversation, each side on one line of at most SIDE characters. `replied` is empty where nothing was."""

    seq: int
    said: str
    replied: str


@dataclass(frozen=True, slots=True)
class Recollection:
    """`recalled` in the order of turns, all older than `recent`, which is oldest first too."""

    recalled: tuple[Recalled, ...] = ()
    recent: tuple[Exchange, ...] = ()


def as_text(recollection: Recollection) -> str:
    """For a prompt: one line for each thing said, so that nothing a person types can look like a line of ours."""
    lines = ["Said earlier, in the person's own words:"] if recollection.recalled else []
    lines += [f"- in turn {old.seq}: {old.text}" for old in recollection.recalled]
    lines += ["The latest exchanges:"] if recollection.recent else []
    for turn in recollection.recent:
        lines.append(f"- in turn {turn.seq}, they said: {turn.said}")
        lines += [f"- in turn {turn.seq}, they were told: {turn.replied}"] if turn.replied else []
    return "\n".join(lines)


def exchange(seq: int, said: str, replied: str) -> Exchange:
    return Exchange(seq, both_ends(said, SIDE), both_ends(replied, SIDE))


# --- what is worth recalling -----------------------------------------------------------------------------------------------
_STOP = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？]+")
_WORD = re.compile(r"\w[\w'’.,/-]*")
_TITLES = frozenset("mr mrs ms dr st".split())  # a capital follows, and yet the sentence goes on
_ABBREVIATED = frozenset("approx vs sq ft yd lb lbs oz etc e.g i.e incl".split())  # ends a sentence only where a capital follows
_PERSON = r"(?:i|we|you|he|she|they|anyone|someone)"
_VERB = r"(?:is|are|was|were|does|did|can|could|should|shall|would|will|has|may|might|am)"
_QUESTION = re.compile(  # "do it in white" and "have two dogs" are none
    r"(?:(?:and|so|but|or|ok|okay|hi|hello|hey|well|also|then|quick question)\b[\s,:]*)*"
    rf"(?:(?:what|how|which|who|whose|where|when|why)(?:['’]s\b|\s+(?:{_VERB}|do|have|had|about|if|kinds?|sort|size|colou?r|much|many"
    r"|long|often|big|high|deep|wide|far|else|of|one|to)\b)"
    rf"|(?:do|have|had)(?:n['’]t)?\s+{_PERSON}\b"
    rf"|{_VERB}(?:n['’]t)?\s+(?:{_PERSON}|it|there|this|that|these|those|my|our|your|the|a|an|any)\b)",
    re.IGNORECASE,
)
# Words that tell of people and animals of the house, of what somebody must, can't or won't, and of days that stand firm: such a sentence
# matters to messages that are not like it ("which gloves?" and an allergy). "March" and "may" mean too much else; "law" is an in-law.
_STANDING = frozenset(
    """
    family household mother mom mum father dad parents parent husband wife partner son sons daughter daughters kid kids child children
    baby toddler twins teenager grandmother grandma grandfather grandpa grandparents law laws tenant tenants roommate roommates
    dog dogs cat cats pet pets puppy kitten
    allergic allergy allergies asthma asthmatic celiac wheelchair walker crutches pregnant disabled disability blind deaf colorblind
    arthritis dementia autistic surgery kosher halal vegan
    must mustn't never always can't cannot won't couldn't nobody limit maximum deadline absolute absolutely
    january february april june july august september october november december christmas thanksgiving easter passover ramadan
    """.split()
)


def worth_recalling(text: str) -> list[str]:
    """Of a message the statements that may matter later, in their order, each on one line of at most SENTENCE characters.

    At most SENTENCES; of more, standing facts first, then the earliest. Questions are answered when they are asked.
    """
    said = list(dict.fromkeys(piece for sentence in _sentences(text) if not _is_question(sentence) for piece in _pieces(sentence)))
    said = [piece for piece in said if len(_WORD.findall(piece)) >= FEWEST_WORDS]
    chosen = sorted(range(len(said)), key=lambda n: (not is_standing(said[n]), n))[:SENTENCES]
    return [said[n] for n in sorted(chosen)]


def is_standing(sentence: str) -> bool:
    """Whether it states something that holds for the whole journey, by its words."""
    return not _STANDING.isdisjoint(re.findall(r"[a-z]+(?:'t)?", sentence.lower().replace("’", "'")))


def _sentences(text: str) -> Iterator[str]:
    for line in text.splitlines():
        begin = 0
        for stop in _STOP.finditer(line):
            if not _goes_on(line[begin : stop.start()], line[stop.end() :].lstrip()):
                yield one_line(line[begin : stop.end()])
                begin = stop.end()
        yield one_line(line[begin:])


def _goes_on(before: str, after: str) -> bool:
    """Whether the full stop belongs to an abbreviation."""
    last = before.rpartition(" ")[2].lower().lstrip("(")
    return last in _TITLES or (last in _ABBREVIATED and after != "" and not after[0].isupper())


def _is_question(sentence: str) -> bool:
    return sentence.rstrip("\"'”’)] ").endswith(("?", "？")) or bool(_QUESTION.match(sentence))


def _pieces(sentence: str) -> Iterator[str]:
    """People who dictate set no full stops: what is too long for one vector is told in parts."""
    while len(sentence) > SENTENCE:
        place = place_to_cut(sentence, SENTENCE)
        yield sentence[:place]
        sentence = sentence[place:].lstrip(" ,;")
    yield sentence


# --- what is recalled ------------------------------------------------------------------------------------------------------
def recalled(said: Sequence[Recalled], likeness: Sequence[float], limit: int) -> tuple[Recalled, ...]:
    """At most `limit` (and RECALLED) of these sentences, handed over newest first, in the order of turns.

    Those that are like the message come first; a third of the places is kept for standing facts, which also fill what is left. Of both
    the nearest. What was said in the same words again counts once, where it was said last.
    """
    limit = max(0, min(limit, RECALLED))
    newest: dict[str, int] = {}
    for n, old in enumerate(said):
        newest.setdefault(old.text.casefold(), n)
    nearest = sorted(newest.values(), key=lambda n: -likeness[n])
    like = [n for n in nearest if likeness[n] >= LIKE]
    standing = [n for n in nearest if is_standing(said[n].text)]
    chosen = list(dict.fromkeys([*like[: limit - limit // 3], *standing, *like]))[:limit]
    return tuple(said[n] for n in sorted(chosen, reverse=True))


# --- the journey so far ----------------------------------------------------------------------------------------------------
_STANDS: dict[StepStatus, str] = {
    "pending": "to come",
    "open": "open",
    "waiting": "waits for their decision",
    "done": "done",
    "skipped": "skipped",
    "stale": "to be looked at again",
    "blocked": "stuck",
}
_TITLE, _ENTRY = 40, 140  # characters; titles are a template's, and a template is anybody's
_ROOM = {"heading": 120, "Steps": 330, "Given": 600, "Decided": 150, "Worked out": 290}  # with four line ends they make SUMMARY


def summary(template: Template, state: JourneyState) -> str:
    """The journey so far, from its state: at most SUMMARY characters, whole entries, and how many more there are."""
    steps = [(step, state.steps[step.id]) for step in template.steps]
    given = [(need, state.inputs[need.name]) for _, need in template.needs() if need.name in state.inputs]
    parts = [
        cut(f"{cut(state.title, 50)} ({cut(template.title, _TITLE).lower()}), {state.status}.", _ROOM["heading"]),
        _listed("Steps", [f"{_title(step)} ({_stands(step, held, state.focus)})" for step, held in steps]),
        _listed("Given", [f"{cut(need.title, _TITLE).lower()}: {told(value, need, state.currency)}" for need, value in given]),
        _listed("Decided", [f"{_title(step)}: {_chosen(step, held)}" for step, held in steps if held.chosen and held.status == "done"]),
        _listed("Worked out", [_made(step, held, ref) for step, held in steps for ref in held.results.values()]),
    ]
    return "\n".join(part for part in parts if part)


def _listed(label: str, entries: Sequence[str]) -> str:
    """`label: one; two; and 3 more.` in at most _ROOM; empty where there are none."""
    kept, room = list[str](), _ROOM[label] - len(f"{label}: and {len(entries)} more.")
    for entry in (cut(entry, _ENTRY) for entry in entries):
        room -= len(entry) + 2
        if room < 0:
            break
        kept.append(entry)
    more = [f"and {len(entries) - len(kept)} more"] if len(kept) < len(entries) else []
    return f"{label}: {'; '.join([*kept, *more])}." if entries else ""


def _title(step: Step) -> str:
    return cut(step.title, _TITLE).lower()


def _stands(step: Step, held: StepState, focus: str | None) -> str:
    """Where a step stands; of one that is stuck, why."""
    why = f": {held.problem.rstrip('.')}" if held.status == "blocked" and held.problem else ""
    return f"{_STANDS[held.status]}{', they are here' if step.id == focus else ''}{why}"


def _chosen(step: Step, held: StepState) -> str:
    pick = step.decision.pick(held.chosen) if step.decision and held.chosen else None
    return pick.title.lower() if pick else str(held.chosen)


def _made(step: Step, held: StepState, ref: ResultRef) -> str:
    """A headline, and whether it may no longer hold."""
    doubt = "" if held.status in ("done", "waiting") else f" ({_STANDS['stale']})"
    return f"{_title(step)}{doubt}: {ref.headline.rstrip('.')}"
