"""A template as a drawing: no box on another, no line through a box, every edge once."""

import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.drawing import facts, svg
from journeys.graph import BOX_HEIGHT, Box, Layout, Point, edges, layout, rows
from journeys.template import Template
from tests.factories import a_need, a_step, a_template, kitchen

SPACE = "{http://www.w3.org/2000/svg}"


@st.composite
def templates(draw: st.DrawFn) -> Template:
    """Up to nine steps, each on any of those before it, some with ways back."""
    steps = []
    for n in range(draw(st.integers(1, 9))):
        earlier = [f"s{m}" for m in range(n)]
        on = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=4)) if earlier else []
        step = a_step(f"s{n}", needs=[a_need(f"n{n}")], depends_on=on)
        back = draw(st.lists(st.sampled_from([*earlier, f"s{n}"]), max_size=3))
        if back:
            options = [{"id": "yes", "title": "Yes"}, *({"id": f"o{m}", "title": f"To {to}", "back_to": to} for m, to in enumerate(back))]
            step["decision"] = {"ask": "?", "options": options}
        steps.append(step)
    return a_template(steps=steps)


def through(box: Box, one: Point, other: Point) -> bool:
    """Whether the straight line enters the inside of the box."""
    for n in range(1, 60):
        x, y = (a + (b - a) * n / 60 for a, b in zip(one, other, strict=True))
        if box.left < x < box.right and box.top + 0.01 < y < box.bottom - 0.01:
            return True
    return False


def check(template: Template, drawn: Layout) -> None:
    assert set(drawn.boxes) == {step.id for step in template.steps}
    for one, other in combinations(drawn.boxes.values(), 2):
        apart = one.right <= other.left or other.right <= one.left or one.bottom <= other.top or other.bottom <= one.top
        assert apart, f"{one.step} lies on {other.step}"
    assert sorted((edge.source, edge.target, edge.kind) for edge, _ in drawn.lines) == sorted(
        {(edge.source, edge.target, edge.kind) for edge in edges(template)}
    )
    for edge, points in drawn.lines:
        assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in points)
        for one, other in pairwise(points):
            hit = [box.step for box in drawn.boxes.values() if through(box, one, other)]
            assert not hit, f"{edge.source} to {edge.target} runs through {hit}"
        source, target = drawn.boxes[edge.source], drawn.boxes[edge.target]
        assert points[0][1] == source.bottom and source.left <= points[0][0] <= source.right
        assert points[-1][1] == target.top and target.left <= points[-1][0] <= target.right


@given(templates())
def test_whatever_the_template_nothing_overlaps_and_every_edge_is_drawn_once(template: Template) -> None:
    check(template, layout(template))


def test_rows_follow_the_longest_way() -> None:
    assert rows(kitchen()) == {"discover": 0, "measure": 1, "style": 1, "products": 2, "take_off": 3, "estimate": 4, "route": 5}
    boxes = layout(kitchen()).boxes
    assert boxes["take_off"].top == boxes["products"].top + BOX_HEIGHT + 64


def test_choices_that_lead_back_to_one_step_are_one_way_back() -> None:
    back = [(edge.target, edge.labels) for edge in edges(kitchen()) if edge.kind == "back"]
    assert back == [("products", ("Change the products",)), ("style", ("Change style or scope",))]


@given(templates())
def test_the_picture_is_one_well_formed_document_with_everything_in_it(template: Template) -> None:
    picture = ET.fromstring(svg(template))
    assert {group.get("id") for group in picture.iter(f"{SPACE}g")} == {f"step-{step.id}" for step in template.steps}
    lines = [path for path in picture.iter(f"{SPACE}path") if "line" in (path.get("class") or "")]
    assert len(lines) == len(edges(template))


def test_the_picture_asks_for_nothing_from_elsewhere_and_has_both_grounds() -> None:
    drawn = svg(kitchen())
    assert drawn.count("http") == 1, "the name of the format alone"
    assert "prefers-color-scheme: dark" in drawn
    assert "stroke-dasharray" in drawn and 'class="line back"' in drawn


def test_words_of_a_template_can_not_break_out_of_the_picture() -> None:
    nasty = a_template(title="<script>&", steps=[a_step("wish", title='"><b>', goal="</svg>", needs=[a_need("goal")])])
    assert ET.fromstring(svg(nasty)).findtext(f"{SPACE}title") == "<script>& (small@1)"


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("estimate", ["runs estimate", "decides accept / change_products / change_scope / change_budget"]),
        ("measure", ["asks room_size, counter_run", "takes ceiling_height, cabinet_run"]),
    ],
)
def test_what_a_step_does_is_told_in_a_few_words(step: str, told: list[str]) -> None:
    found = kitchen().step(step)
    assert found and facts(found) == told
