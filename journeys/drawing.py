"""A template as a picture: one SVG that needs nothing else, readable on light and dark ground. Pure."""

from html import escape

from journeys.graph import BOX_HEIGHT, BOX_WIDTH, Edge, Layout, Point, layout
from journeys.template import SkipIf, Step, Template
from journeys.wording import cut

# Colours are written out for each ground: viewers that are no browsers know no custom properties, and would draw all in black.
_STYLE = """
  .ground { fill: #ffffff; } .box { fill: #f5f7fa; stroke: #8c9bab; } .asks { stroke-width: 2.5; }
  text { font: 12px system-ui, sans-serif; fill: #5b6b7c; } .title { font-size: 14px; font-weight: 600; fill: #1d2733; }
  .line { fill: none; stroke: #8c9bab; stroke-width: 1.5; } .back { stroke: #b4541f; stroke-dasharray: 5 4; }
  .tip { fill: #8c9bab; } .tip-back { fill: #b4541f; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #151c23; } .box { fill: #24303c; stroke: #71818f; } text { fill: #a3b1bf; } .title { fill: #e8edf2; }
    .line { stroke: #71818f; } .back { stroke: #f0a06c; } .tip { fill: #71818f; } .tip-back { fill: #f0a06c; }
  }
"""


def svg(template: Template) -> str:
    """The whole document. Steps with a decision have a thicker frame; ways back are dashed."""
    drawn = layout(template)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawn.width:g} {drawn.height:g}" width="{drawn.width:g}" '
        f'height="{drawn.height:g}" role="img" aria-labelledby="title">',
        f'<title id="title">{escape(template.title)} ({escape(template.name)})</title>',
        f"<style>{_STYLE}</style>",
        "<defs>",
        *(_tip(name) for name in ("tip", "tip-back")),
        "</defs>",
        f'<rect class="ground" width="{drawn.width:g}" height="{drawn.height:g}"/>',
        *(_line(edge, points) for edge, points in drawn.lines),
        *(_box(step, drawn) for step in template.steps),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def facts(step: Step) -> list[str]:
    """What a step takes and does, in a few words each."""
    told = [f"asks {', '.join(need.name for need in step.needs)}"] if step.needs else []
    told += [f"takes {', '.join(need.name for need in step.optional)}"] if step.optional else []
    told += [f"runs {', '.join(run.skill for run in step.run)}"] if step.run else []
    if step.decision:
        by = f"{' or '.join(step.decision.by)} " if step.decision.by else ""
        told.append(f"{by}decides {' / '.join(pick.id for pick in step.decision.options)}")
    told += [f"waits for {step.outside.who}"] if step.outside else []
    told += [f"waits while {step.rest.say}"] if step.rest else []
    told += [f"starts {', '.join(dict.fromkeys(starts))}"] if (starts := _starts(step)) else []
    told += [f"for {', '.join(step.personas)}"] if step.personas else []
    told += ["may be skipped"] if step.may_skip else []
    return told + [f"skipped {_when(condition)}" for condition in step.skip_if]


def _starts(step: Step) -> list[str]:
    return [pick.starts for pick in step.decision.options if pick.starts] if step.decision else []


def _when(condition: SkipIf) -> str:
    what = condition.input or condition.step
    return f"if {what} is {condition.option}" if condition.option else f"unless {what} is {' or '.join(condition.unless)}"


def _tip(name: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" '
        f'orient="auto"><path class="{name}" d="M0 0L8 4L0 8z"/></marker>'
    )


def _box(step: Step, drawn: Layout) -> str:
    box, lines = drawn.boxes[step.id], facts(step)
    shown = [*lines[:1], "; ".join(lines[1:])] if len(lines) > 2 else lines
    texts = [f'<text class="title" x="{box.left + 12:g}" y="{box.top + 22:g}">{escape(cut(step.title, 27))}</text>']
    texts += [f'<text x="{box.left + 12:g}" y="{box.top + 40 + 16 * n:g}">{escape(cut(line, 31))}</text>' for n, line in enumerate(shown)]
    frame = f'<rect class="box{" asks" if step.decision else ""}" x="{box.left:g}" y="{box.top:g}" '
    frame += f'width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="8"/>'
    tip = f"<title>{escape(f'{step.id}: {step.goal} ' + '; '.join(lines))}</title>"
    return f'<g id="step-{step.id}">{tip}{frame}{"".join(texts)}</g>'


def _line(edge: Edge, points: list[Point]) -> str:
    if edge.kind == "back":
        path = "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
        what = f"{edge.source} back to {edge.target}: {', '.join(edge.labels)}"
        return f'<path class="line back" marker-end="url(#tip-back)" d="{path}"><title>{escape(what)}</title></path>'
    (x, y), path = points[0], f"M{points[0][0]:g} {points[0][1]:g}"
    for n, (to_x, to_y) in enumerate(points[1:]):
        half = (y + to_y) / 2
        path += f"L{to_x:g} {to_y:g}" if n % 2 else f"C{x:g} {half:g} {to_x:g} {half:g} {to_x:g} {to_y:g}"
        x, y = to_x, to_y
    return f'<path class="line" marker-end="url(#tip)" d="{path}"><title>{escape(f"{edge.target} builds on {edge.source}")}</title></path>'
