"""Whether a model's text keeps to what it was given: its figures and its citations. Pure."""

import re
from collections.abc import Iterable

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_MARK = re.compile(r"\[(\d{1,2})\]")


def foreign_figures(text: str, given: Iterable[str]) -> list[str]:
    """The figures in `text` that stand nowhere in what was given, as they are written. 40,000 and 40000.0 are the same figure; a citation
    such as [2] is none."""
    known = {_plain(figure) for part in given for figure in _FIGURE.findall(part)}
    return [figure for figure in _FIGURE.findall(_MARK.sub("", text)) if _plain(figure) not in known]


def cited(text: str) -> list[int]:
    """The numbers of the passages a text cites as [n], each once, in their order of first mention."""
    return list(dict.fromkeys(int(number) for number in _MARK.findall(text)))


def renumbered(text: str, kept: list[int]) -> str:
    """The same with citations counted anew, from 1, in the order of `kept`; one that is not kept is left out."""
    places = {number: place for place, number in enumerate(kept, 1)}
    told = _MARK.sub(lambda mark: f"[{places[int(mark[1])]}]" if int(mark[1]) in places else "", text)
    return re.sub(r"[ \t]+([.,;:!?])", r"\1", told)


def _plain(figure: str) -> str:
    digits = re.sub(r",(?=\d{3}(?!\d))", "", figure).replace(",", ".")
    whole, _, part = digits.partition(".")
    part = part.rstrip("0") if "." not in part else part
    return f"{whole.lstrip('0') or '0'}{'.' if part else ''}{part}"
