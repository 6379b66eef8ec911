"""The inputs of a kitchen journey, as the tests of reading use them; and a short way to write a value down."""

from decimal import Decimal

from journeys.inputs import Area, Choice, Choices, Count, Day, Length, Money, Need, Option, Percent, Place, RoomSize, Text, Value, Weeks


def a_choice(name: str, cues: list[str], **options: list[str]) -> Need:
    listed = [Option(id=key, title=key.replace("_", " ").capitalize(), words=words) for key, words in options.items()]
    return Need(name=name, kind="choice", title=name, ask="?", cues=cues, options=listed)


KITCHEN = [
    Need(name="goal", kind="text", title="Goal", ask="?"),
    Need(name="place", kind="place", title="Place", ask="?"),
    Need(name="budget", kind="money", title="Budget", ask="?", cues=["budget", "spend"], at_least=Decimal(500)),
    Need(name="room_size", kind="room_size", title="Room size", ask="?", at_least=Decimal(4), at_most=Decimal(100)),
    Need(
        name="ceiling_height",
        kind="length",
        title="Ceiling",
        ask="?",
        cues=["ceiling", "tall", "high"],
        at_least=Decimal(6),
        at_most=Decimal(20),
    ),
    Need(name="counter_run", kind="length", title="Counters", ask="?", cues=["counter", "countertop", "worktop"], at_most=Decimal(100)),
    Need(name="cabinet_run", kind="length", title="Cabinets", ask="?", cues=["cabinet"], at_most=Decimal(100)),
    a_choice(
        "style",
        ["style", "look"],
        modern=["contemporary", "sleek"],
        traditional=["classic"],
        farmhouse=["country", "rustic"],
        scandinavian=["nordic", "scandi"],
        industrial=[],
        transitional=[],
    ),
    a_choice("scope", ["scope", "remodel"], refresh=["facelift"], moderate=["partial"], full=["full gut", "gut", "everything"]),
    a_choice("cabinet_tier", ["cabinet"], stock=["off the shelf"], semi_custom=["semi-custom"], custom=["bespoke"]),
    a_choice(
        "counter_material", ["counter", "countertop", "worktop"], granite=[], quartz=[], marble=[], laminate=[], butcher_block=["wood"]
    ),
    a_choice("floor_material", ["floor", "flooring"], hardwood=["wood", "oak"], laminate=[], tile=["porcelain", "ceramic"], vinyl=["lvp"]),
    a_choice("appliance_tier", ["appliance"], keep=["existing"], low=["basic", "budget"], mid=["mid-range"], high=["high-end", "premium"]),
    Need(name="start_on", kind="day", title="Start", ask="?", cues=["start", "begin"]),
    Need(name="timeline", kind="weeks", title="Timeline", ask="?", cues=["timeline", "done", "finish"]),
    Need(name="people", kind="count", title="People", ask="?", cues=["people", "kids"], at_most=Decimal(20)),
]


def brief(value: Value) -> str:
    """A value in a few characters, lengths to a hundredth of a foot: "12 x 14", "40000-60000 CAD", "US WA 98402"."""
    match value:
        case Length():
            return short(value.feet)
        case RoomSize():
            return " x ".join(short(side) for side in (value.length_ft, value.width_ft, value.height_ft) if side)
        case Money():
            low, high = short(Decimal(value.low_cents) / 100), short(Decimal(value.high_cents) / 100)
            return (low if low == high else f"{low}-{high}") + (f" {value.currency}" if value.currency else "")
        case Weeks():
            return short(value.low) if value.low == value.high else f"{short(value.low)}-{short(value.high)}"
        case Place():
            return " ".join(part for part in (value.country, value.subdivision, value.postcode) if part)
        case Choice():
            return value.option
        case Choices():
            return ", ".join(value.options) or "none"
        case Area():
            return short(value.sqft)
        case Percent():
            return f"{short(value.percent)}%"
        case Day():
            return value.on.isoformat()
        case Count():
            return str(value.count)
        case Text():
            return value.text


def short(number: Decimal) -> str:
    plain = f"{number:.2f}"
    return plain.rstrip("0").rstrip(".")
