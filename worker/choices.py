"""What a person can choose next, out of a journey's view: each choice under a mark that can be typed, and the write it stands for."""

from collections.abc import Iterator, Mapping
from string import ascii_lowercase
from typing import Any, Final

from worker.screen import Choice
from worker.talk import Json

# What is asked may be answered with a bare number: then the choices have letters, so that a 5 is never taken for the fifth.
_NUMBERS: Final = frozenset({"length", "room_size", "money", "weeks", "count", "day", "place"})
_ASIDE: Final = frozenset({"go_back", "pause", "abandon"})
_COMMANDS: Final = {"results": "results", "start": "new", "abandon": "end"}


def choices(view: Json) -> list[Choice]:
    """In the order in which the view names them, the quiet ones last."""
    answer = next((action for action in view["actions"] if action["action"] == "answer"), None)
    found = [*_options(view, answer), *(choice for action in view["actions"] if (choice := _choice(action)))]
    found.sort(key=lambda choice: choice.aside)
    marks = ascii_lowercase if answer and answer["params"].get("kind") in _NUMBERS else [str(n) for n in range(1, len(found) + 1)]
    return [
        Choice(mark, choice.label, choice.what, choice.body, choice.command, choice.aside)
        for mark, choice in zip(marks, found, strict=False)
    ]


def chosen(line: str, offered: list[Choice]) -> Choice | None:
    """The choice a line names by its mark: `2`, `2.` or `b)`."""
    mark = line.strip().lower().rstrip(".)")
    return next((choice for choice in offered if choice.mark == mark), None)


def _options(view: Json, answer: Json | None) -> Iterator[Choice]:
    """The options of the choice that is asked for."""
    if answer is None or answer["params"].get("kind") != "choice":
        return
    name = answer["params"]["input"]
    need = next((need for need in view["needs"] if need["name"] == name), None)
    for option in need["options"] if need else ():
        note = f" ({option['note']})" if option.get("note") else ""
        body = {"inputs": {name: {"kind": "choice", "option": option["id"]}}}
        yield Choice("", f"{option['title']}{note}", "inputs", body)


def _choice(action: Mapping[str, Any]) -> Choice | None:
    name, label, params = action["action"], action["label"], action["params"]
    aside = name in _ASIDE
    if name in _COMMANDS:
        return Choice("", _SHORT.get(name, label), command=_COMMANDS[name], aside=aside)
    match name:
        case "decide":
            return Choice("", label, "decisions", params)
        case "keep":  # no inputs at all: the step stays as it is
            return Choice("", label, "inputs", {"inputs": {}})
        case "go_back":
            return Choice("", label.removeprefix("Go "), "back", {"step": params["step"]}, aside=aside) if "step" in params else None
        case "skip":
            return Choice("", label, "skip", {"step": params["step"]}) if "step" in params else None
        case "pause" | "resume":
            return Choice("", _SHORT.get(name, label), name, {}, aside=aside)
    return None  # `answer` is the question itself, `status` is on the screen; what is new to us is left to words


_SHORT: Final = {"pause": "pause", "abandon": "end"}
