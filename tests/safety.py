"""What is shown of each hazard, to whom and where, as data: tests hold the code to it, and docs/safety.md is written from it.

python -m tests.safety      writes the page's tables anew
"""

from pathlib import Path
from typing import Final, Literal, NamedTuple

from journeys.safety import RULES, TASKS, Level, allowed_tasks
from journeys.vocabulary import PERSONAS

PAGE: Final = Path(__file__).parents[1] / "docs" / "safety.md"
Channel = Literal["message", "plan text", "document text", "model output", "passage", "skill result"]
CHANNELS: Final[tuple[Channel, ...]] = ("message", "plan text", "document text", "model output", "passage", "skill result")
Shown = Literal["warned", "withheld", "with care", "shown"]


class Case(NamedTuple):
    """Of one rule: what a person asks, a text that tells how, one that only informs, and what becomes of the one that tells how."""

    asks: str
    tells: str
    informs: str
    told: Shown
    by: str = ""  # the rule under which it is withheld, where that is another

    def shown(self, channel: Channel) -> Shown:
        if channel == "message":
            return "warned"
        return "shown" if self.told == "with care" and channel == "skill result" else self.told


CASES: Final[dict[str, Case]] = {
    "injury": Case(
        "My husband fell off the ladder and is bleeding",
        "Press a clean cloth on it until help comes.",
        "The emergency services say what to do on the phone.",
        "shown",
    ),
    "fire": Case("the dryer is on fire", "Get out and close the doors.", "The fire service comes when it is called from outside.", "shown"),
    "gas_leak": Case(
        "I smell gas near the stove",
        "Find the leak with soapy water, then tighten the nut on the gas line with a wrench.",
        "The gas utility looks for leaks at any hour.",
        "withheld",
        by="gas",
    ),
    "carbon_monoxide": Case(
        "the carbon monoxide alarm keeps going off",
        "Get everybody out.",
        "The fire service measures the air before you go back in.",
        "shown",
    ),
    "power_fault": Case(
        "the outlet sparks when I plug in the kettle",
        "Open the panel, loosen the lug and land the wire again.",
        "A licensed electrician finds the fault, often within an hour.",
        "withheld",
        by="electrical",
    ),
    "water_leak": Case("water is pouring through the ceiling", "Close the main valve.", "A plumber finds where it comes from.", "shown"),
    "gas": Case(
        "Can I move the gas line to the island?",
        "Shut the valve, unscrew the gas line, and wrap the new threads with tape.",
        "Moving a gas line costs more than keeping it; a licensed gas fitter needs a permit and about half a day.",
        "withheld",
    ),
    "structural": Case(
        "Can I knock down the wall to the dining room?",
        "Cut the studs of the bearing wall and knock out the plate.",
        "An engineer looks first; removing a bearing wall needs a permit and takes some days.",
        "withheld",
    ),
    "asbestos": Case(
        "How do I scrape the popcorn ceiling?",
        "Mist the popcorn ceiling and scrape it with a wide knife.",
        "A laboratory tests a sample; removal is priced by area, and a certified firm does it.",
        "withheld",
    ),
    "lead": Case(
        "Should I sand the old paint off the trim?",
        "Sand the lead paint to bare wood and sweep up the dust.",
        "A certified renovator works behind plastic, and the room is checked at the end.",
        "withheld",
    ),
    "electrical": Case(
        "I'd like to add two outlets on the island",
        "Run the cable to the panel and connect it to a new breaker.",
        "A licensed electrician needs a permit for a new circuit, and an inspector looks before the wall is closed.",
        "withheld",
    ),
    "roof": Case(
        "Can I climb up and patch the roof?",
        "Climb onto the roof, lift the shingle and nail a new one.",
        "A roofer looks at it first; ask for a price by the sheet of deck.",
        "withheld",
    ),
    "plumbing_major": Case(
        "Can we move the sink to the island?",
        "Cut the drain pipe and move the sink to the island.",
        "Moving a sink needs a new drain and vent, a permit and a plumber.",
        "with care",
    ),
    "fixture_swap": Case(
        "How do I swap the light over the vanity?",
        "Take off the cover plate, loosen the wires and swap the light fixture.",
        "A new light costs from thirty dollars; an electrician hangs it within the hour.",
        "with care",
    ),
    "height": Case(
        "Can I clean the gutters myself?",
        "Set the extension ladder against the eave and remove the gutter.",
        "A firm cleans gutters twice a year.",
        "with care",
    ),
    "mould": Case(
        "there is black mold under the sink", "Dry it and wipe it with detergent.", "Mould needs damp: look for the leak.", "shown"
    ),
    "old_material": Case(
        "How would I go about removing old tile", "Find out the year first.", "Homes from before 1980 may hold asbestos.", "shown"
    ),
    "upfront_payment": Case(
        "the roofer wants 100% upfront",
        "Pay the full amount upfront to hold the price.",
        "A deposit of a tenth and payments as the work is done are usual.",
        "withheld",
    ),
}
YEARS: Final = {"unknown": None, "1965": 1965, "1995": 1995}
WORDS: Final[dict[Level, str]] = {
    "safe": "yes", "caution": "with care", "advanced": "with care", "professional": "a professional", "prohibited": "a professional",
}  # fmt: skip


def tables() -> dict[str, str]:
    """By the name under which each stands in the page."""
    return {"rules": rules(), "channels": channels(), "tasks": tasks()}


def rules() -> str:
    rows = [[f"`{name}`", one.title, one.level, one.who, one.permit or "–", "; ".join(one.stops) or "–"] for name, one in RULES.items()]
    return table(["rule", "", "level", "work for", "permit", "stop at"], rows)


def channels() -> str:
    """One row for each rule and persona that is told the same, one column for each channel."""
    rows = [[f"`{name}`", ", ".join(PERSONAS), *(case.shown(channel) for channel in CHANNELS)] for name, case in CASES.items()]
    return table(["rule", "persona", *CHANNELS], rows)


def tasks() -> str:
    rows = []
    for name, task in TASKS.items():
        told = {persona: [who(name, persona, year) for year in YEARS.values()] for persona in PERSONAS}
        same: dict[tuple[str, ...], list[str]] = {}
        for persona, cells in told.items():
            same.setdefault(tuple(cells), []).append(persona)
        rows += [[task.title, ", ".join(personas) if len(same) > 1 else "everybody", *cells] for cells, personas in same.items()]
    return table(["task", "for", *(f"built {year}" if year != "unknown" else "year unknown" for year in YEARS)], rows)


def who(task: str, persona: str, year_built: int | None) -> str:
    hands = allowed_tasks([task], persona, year_built)
    [one] = [*hands.yourself, *hands.with_care, *hands.professional]
    return WORDS[one.level] + (f" (`{one.rule}`)" if one.rule else "")


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def written(page: str) -> str:
    """The page with its tables as they must be: each stands between two comments of its name."""
    for name, text in tables().items():
        opening, closing = f"<!-- {name}: python -m tests.safety -->\n", f"\n<!-- /{name} -->"
        before, _, rest = page.partition(opening)
        _, found, after = rest.partition(closing)
        assert found, f"the page has no place for the table {name}"
        page = f"{before}{opening}{text}{closing}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
