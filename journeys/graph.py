"""Where the steps of a template stand in a drawing: rows by the longest way from the beginning, arrows between rows, ways back beside them.

Pure. Sizes are pixels. An arrow that passes rows gets a place of its own in each (as in Sugiyama's method), so no line crosses a box; a way
back leaves below its step, climbs in a lane of its own at the right, and comes in from above.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from journeys.template import Template

BOX_WIDTH, BOX_HEIGHT = 220, 66
ROW_GAP, COLUMN_GAP, PASSING, LANE, MARGIN = 64, 28, 18, 16, 16
Point = tuple[float, float]


@dataclass(frozen=True)
class Edge:
    """`needs`: the target builds on the source. `back`: a choice at the source leads back to the target; `labels` are its titles."""

    source: str
    target: str
    kind: Literal["needs", "back"]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Box:
    step: str
    row: int
    left: float
    top: float

    @property
    def right(self) -> float:
        return self.left + BOX_WIDTH

    @property
    def bottom(self) -> float:
        return self.top + BOX_HEIGHT

    @property
    def middle(self) -> float:
        return self.left + BOX_WIDTH / 2


@dataclass(frozen=True)
class Layout:
    width: float
    height: float
    boxes: dict[str, Box]
    lines: list[tuple[Edge, list[Point]]]


@dataclass
class _Place:
    """A step, or where an arrow passes a row (`step` is empty)."""

    step: str = ""
    above: list["_Place"] = field(default_factory=list)
    x: float = 0

    @property
    def width(self) -> float:
        return BOX_WIDTH if self.step else PASSING


def edges(template: Template) -> list[Edge]:
    """Each pair of steps once a kind."""
    found = [Edge(other, step.id, "needs") for step in template.steps for other in dict.fromkeys(step.depends_on)]
    for step in template.steps:
        back: dict[str, list[str]] = {}
        for pick in step.decision.options if step.decision else []:
            if pick.back_to:
                back.setdefault(pick.back_to, []).append(pick.title)
        found += [Edge(step.id, target, "back", tuple(labels)) for target, labels in back.items()]
    return found


def rows(template: Template) -> dict[str, int]:
    """Of each step, how many steps the longest way to it has: 0 where it depends on none."""
    found: dict[str, int] = {}
    for step in template.steps:
        found[step.id] = max((found[other] + 1 for other in step.depends_on), default=0)
    return found


def layout(template: Template) -> Layout:
    at, all_edges = rows(template), edges(template)
    table, ways = _placed(template, at, [edge for edge in all_edges if edge.kind == "needs"])
    _order(table)
    body = _spread(table)
    backs = [edge for edge in all_edges if edge.kind == "back"]
    boxes = {
        place.step: Box(place.step, row, place.x - BOX_WIDTH / 2, MARGIN + ROW_GAP / 2 + row * (BOX_HEIGHT + ROW_GAP))
        for row, places in enumerate(table)
        for place in places
        if place.step
    }
    lines = [(edge, _down(boxes, at, edge, way)) for edge, way in ways.items()]
    lines += [(edge, _back(boxes, edge, body + (n + 1) * LANE, n, len(backs))) for n, edge in enumerate(backs)]
    height = 2 * MARGIN + ROW_GAP + len(table) * (BOX_HEIGHT + ROW_GAP) - ROW_GAP
    return Layout(body + (len(backs) + 1) * LANE + MARGIN, height, boxes, lines)


def _placed(template: Template, at: Mapping[str, int], needs: Sequence[Edge]) -> tuple[list[list[_Place]], dict[Edge, list[_Place]]]:
    places = {step.id: _Place(step.id) for step in template.steps}
    table: list[list[_Place]] = [[] for _ in range(max(at.values()) + 1)]
    for step in template.steps:
        table[at[step.id]].append(places[step.id])
    ways: dict[Edge, list[_Place]] = {}
    for edge in needs:
        last, way = places[edge.source], list[_Place]()
        for row in range(at[edge.source] + 1, at[edge.target]):
            way.append(_Place(above=[last]))
            last = way[-1]
            table[row].append(last)
        places[edge.target].above.append(last)
        ways[edge] = way
    return table, ways


def _order(table: Sequence[list[_Place]]) -> None:
    """Each row after the mean place of what lies above it, so that few arrows cross."""
    for above, row in pairwise(table):
        position = {id(place): n for n, place in enumerate(above)}
        row.sort(key=lambda place: sum(position[id(over)] for over in place.above if id(over) in position) / max(1, len(place.above)))


def _spread(table: Sequence[Sequence[_Place]]) -> float:
    """Sets x, each row centred; gives the right edge."""
    widths = [sum(place.width for place in row) + COLUMN_GAP * (len(row) - 1) for row in table]
    widest = max(widths)
    for row, width in zip(table, widths, strict=True):
        left = MARGIN + (widest - width) / 2
        for place in row:
            place.x = left + place.width / 2
            left += place.width + COLUMN_GAP
    return MARGIN + widest


def _down(boxes: Mapping[str, Box], at: Mapping[str, int], edge: Edge, way: Sequence[_Place]) -> list[Point]:
    """Points in pairs: from the lower edge of a row to the upper edge of the next, and straight through a row that is passed."""
    source, target = boxes[edge.source], boxes[edge.target]
    points: list[Point] = [(source.middle, source.bottom)]
    for n, place in enumerate(way, 1):
        top = source.top + n * (BOX_HEIGHT + ROW_GAP)
        points += [(place.x, top), (place.x, top + BOX_HEIGHT)]
    return [*points, (target.middle, target.top)]


def _back(boxes: Mapping[str, Box], edge: Edge, lane: float, n: int, count: int) -> list[Point]:
    """Each way back has a height of its own in the gaps, so that no two lie on one another."""
    source, target = boxes[edge.source], boxes[edge.target]
    shift = (n + 1) / (count + 1)
    out, into = source.right - 12 - 60 * shift, target.right - 12 - 60 * shift
    below, above = source.bottom + ROW_GAP * (0.1 + 0.35 * shift), target.top - ROW_GAP * (0.1 + 0.35 * shift)
    return [(out, source.bottom), (out, below), (lane, below), (lane, above), (into, above), (into, target.top)]
