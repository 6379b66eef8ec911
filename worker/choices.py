"""What a person can choose next, out of a journey's view: each choice under a mark that can be typed, and the write it stands for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from string import ascii_lowercase
from typing import Any, Final

from worker.screen import Choice
from worker.talk import Json

# What is asked may be answered with a bare number: then the choices have letters, so that a 5 is never taken for the fifth.
_NUMBERS: Final = frozenset({"length", "area", "room_size", "money", "percent", "weeks", "count", "day", "place"})
_ASIDE: Final = frozenset({"go_back", "pause", "abandon"})
_COMMANDS: Final = {"results": "results", "start": "new", "abandon": "end"}


def choices(view: Json, replied: Sequence[Json] = ()) -> list[Choice]:
    """In the order in which the view names them, the quiet ones last. `replied` are the actions of the last reply; one of them may be in
    no view, since it follows from what was just tried: raising the budget."""
    answer = next((action for action in view["actions"] if action["action"] == "answer"), None)
    actions = [*(action for action in replied if action["action"] == "set_budget"), *view["actions"]]
    found = [*_options(view, answer), *(choice for action in actions if (choice := _choice(action)))]
    found.sort(key=lambda choice: choice.aside)
    marks = ascii_lowercase if answer and answer["params"].get("kind") in _NUMBERS else [str(n) for n in range(1, len(found) + 1)]
    return [replace(choice, mark=mark) for mark, choice in zip(marks, found, strict=False)]


def chosen(line: str, offered: list[Choice]) -> Choice | None:
    """The choice a line names by its mark: `2`, `2.` or `b)`; options of one list also together: `1 3`, `1, 3 and 4`."""
    marks = [mark.rstrip(".)") for mark in _BETWEEN.split(line.strip().lower()) if mark]
    known = {choice.mark: choice for choice in offered}
    named = [known[mark] for mark in dict.fromkeys(marks) if mark in known]
    if not named or len(named) < len(set(marks)):
        return None
    if len(named) == 1:
        return named[0] if len(marks) == 1 or named[0].several else None
    return _together([choice for choice in offered if choice in named]) if all(choice.several for choice in named) else None


def _together(several: Sequence[Choice]) -> Choice:
    """Options of one list as one write, in the order of the list."""
    [(name, _)] = several[0].body["inputs"].items()
    options = [option for choice in several for option in choice.body["inputs"][name]["options"]]
    body = {"inputs": {name: {"kind": "choices", "options": options}}}
    return replace(several[0], label=", ".join(choice.label for choice in several), body=body)


def _options(view: Json, answer: Json | None) -> Iterator[Choice]:
    """The options of the choice that is asked for; of a list also all and none."""
    kind = answer["params"].get("kind") if answer else None
    if answer is None or kind not in ("choice", "choices"):
        return
    name = answer["params"]["input"]
    need = next((need for need in view["needs"] if need["name"] == name), None)
    options = need["options"] if need else []
    for option in options:
        note = f" ({option['note']})" if option.get("note") else ""
        value = {"option": option["id"]} if kind == "choice" else {"options": [option["id"]]}
        yield Choice("", f"{option['title']}{note}", "inputs", {"inputs": {name: {"kind": kind, **value}}}, several=kind == "choices")
    if options and kind == "choices":
        for label, picked in (("All of these", [option["id"] for option in options]), ("None of these", [])):
            yield Choice("", label, "inputs", {"inputs": {name: {"kind": kind, "options": picked}}})


def _choice(action: Mapping[str, Any]) -> Choice | None:
    name, label, params = action["action"], action["label"], action["params"]
    aside = name in _ASIDE
    if name in _COMMANDS:
        return Choice("", _SHORT.get(name, label), command=_COMMANDS[name], aside=aside)
    match name:
        case "decide":
            return Choice("", label, "decisions", params)
        case "set_budget":
            return Choice("", label, "budget", {"cap": params["cap"]}) if "cap" in params else None
        case "keep":  # no inputs at all: the step stays as it is
            return Choice("", label, "inputs", {"inputs": {}})
        case "go_back":
            return Choice("", label.removeprefix("Go "), "back", {"step": params["step"]}, aside=aside) if "step" in params else None
        case "skip":
            return Choice("", label, "skip", {"step": params["step"]}) if "step" in params else None
        case "send_again" | "leave_it":
            return Choice("", label, "effects", params)
        case "pause" | "resume":
            return Choice("", _SHORT.get(name, label), name, {}, aside=aside)
    return None  # `answer` is the question itself, `status` is on the screen; what is new to us is left to words


_BETWEEN: Final = re.compile(r"\s*(?:[,;+&]|\band\b)\s*|\s+")
_SHORT: Final = {"pause": "pause", "abandon": "end"}
