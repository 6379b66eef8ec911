"""What people want done to a home, as verbs and the things they act on, and the rule that each task falls under. Pure.

A verb takes the first thing behind it ("remove the wallpaper from the wall" takes the wallpaper), those joined to it by "and", and,
where nothing stands behind it, the nearest one before ("the wall between the rooms: how do I take it out?").
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from journeys.safety.lexicon import NOUNS, THINGS
from journeys.safety.rules import ASBESTOS_BEFORE, LEAD_BEFORE, RULES, Level
from journeys.safety.words import PAUSES, STOPS, Token, tokens


class Task(NamedTuple):
    """`before`: the rule holds in homes built before that year, and `old_material` where nobody has said when. `level`: that of the rule
    where none is named. No rule: safe."""

    title: str
    rule: str
    verbs: frozenset[str] = frozenset()
    things: frozenset[str] = frozenset()
    before: int | None = None
    level: Level | None = None

    def falls_under(self, year_built: int | None) -> tuple[str, Level]:
        """The rule and the level; "" for none."""
        if self.before and year_built is None:
            return "old_material", RULES["old_material"].level
        if not self.rule or (self.before and year_built and year_built >= self.before):
            return "", self.level if self.level and not self.before else "safe"
        return self.rule, self.level or RULES[self.rule].level


class Bound(NamedTuple):
    """A task that somebody speaks of, and where its verb stands among the tokens. `plainly`: the thing stands behind it, or "it" does."""

    task: str
    at: int
    plainly: bool


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_REMOVE: Final = _set(
    "remove demolish demo knock tear take rip bring get pull break bust smash sledgehammer cut open eliminate gut blow chop dismantle "
    "hack destroy bash pound punch saw widen enlarge move relocate shift extend notch drill carve lower raise expand alter modify swing "
    "excavate dig underpin support hammer lose opening chisel"
)
_STRIP: Final = _set(
    "remove demolish demo knock tear take rip strip scrape get pull break bust smash sledgehammer cut gut chop dismantle hack chip grind "
    "sand saw drill replace destroy bash pound chisel pry lift clear wash wet bust redo score clean disturb spray mist soak scraping lose "
    "change renovate remodel wallop peel bring renew tackle handle do paint cover hoover skim encapsulate sweep vacuum bag haul"
)
_DO: Final = _set(
    "install put fit add run wire rewire hook connect mount set lay extend tap splice make build create replace swap change upgrade renew "
    "exchange move relocate shift reroute route disconnect unhook cap shut repair fix mend patch convert service remove take get bring "
    "pull unscrew loosen tighten cut open solder thread bend branch feed rough plumb hardwire undo redo rework attach detach screw bolt "
    "unbolt fasten join land alter modify tamper do handle tackle try troubleshoot plug unplug hookup tee stub pipe eliminate modify split "
    "supply uncap carry push work clamp braze seal drill uninstall source power light relight switch strip punch crimp energize double"
)
_ROOF: Final = _set(
    "repair fix mend patch replace install remove tear strip put clean climb shovel walk get seal nail cut re-roof reshingle redo lay "
    "change renew tackle handle do wash sweep go mount screw scrape clear add sit stand hop scramble reroof tar coat power swap overlay"
)
_NEW: Final = _set(
    "add run move relocate shift extend wire rewire splice create tap new extra another more additional second reroute route"
)

_WIRES: Final = _set(
    "loosen disconnect connect unscrew remove attach detach twist strip cap pull fasten tighten screw join push take cut bend thread undo "
    "unhook hook uncap crimp punch unplug uninstall open get"
)

TASKS: Final[dict[str, Task]] = {
    # --- nobody's own hands -------------------------------------------------------------------------------------------------
    "remove_wall": Task("Remove or open a wall", "structural", _REMOVE, _set("wall bearing_wall partition")),
    "cut_frame": Task(
        "Cut or take out a beam, joist, post or truss",
        "structural",
        _REMOVE | _set("replace trim shorten scrape install put sister patch repair fix jack prop shore brace"),
        _set("beam joist header lintel post column truss rafter foundation footing pillar stud slab retaining"),
    ),
    "new_opening": Task(
        "Cut a new door, window or pass-through",
        "structural",
        _set("cut add create make put install knock widen enlarge open dig excavate"),
        _set("egress skylight doorway passthrough archway hatch"),
    ),
    "gas_line": Task("Move, cap or connect a gas line", "gas", _DO | _REMOVE, _set("gas_line gas gas_smell")),
    "gas_range": Task("Hook up, move or take out a gas appliance", "gas", _DO | _REMOVE, _set("gas_appliance")),
    "popcorn_ceiling": Task("Remove a popcorn or textured ceiling", "asbestos", _STRIP, _set("popcorn_ceiling")),
    "asbestos_removal": Task("Remove asbestos", "asbestos", _STRIP | _REMOVE, _set("asbestos vermiculite")),
    "pipe_wrap": Task("Remove old pipe insulation", "asbestos", _STRIP, _set("pipe_wrap"), ASBESTOS_BEFORE),
    "tile_demo": Task(
        "Take out old tile, floor or its glue",
        "asbestos",
        _STRIP
        - _set(
            """
        do cut change paint cover clean get handle tackle renovate remodel renew wash bring lose
        """
        ),
        _set("tile old_floor mastic adhesive"),
        ASBESTOS_BEFORE,
    ),
    "plaster_demo": Task(
        "Take out plaster, drywall, ceiling or insulation",
        "asbestos",
        _STRIP - _set("paint clean change do cover redo wash replace put get take bring"),
        _set("plaster drywall ceiling insulation lagging texture"),
        ASBESTOS_BEFORE,
    ),
    "old_siding": Task("Take off old siding", "asbestos", _STRIP - _set("paint clean wash"), _set("siding"), ASBESTOS_BEFORE),
    "gut_room": Task(
        "Gut a room",
        "asbestos",
        _set("gut demo demolish rip"),
        _set("bathroom kitchen basement room house shower"),
        ASBESTOS_BEFORE,
    ),
    # --- a licence ----------------------------------------------------------------------------------------------------------
    "new_circuit": Task(
        "Run a new circuit or wiring",
        "electrical",
        _DO | _NEW,
        _set("circuit wiring cable romex conduit electrics electricity electrical new_light junction solar knob_and_tube"),
    ),
    "new_wire": Task("Run new wires", "electrical", (_DO | _NEW) - _WIRES, _set("wire junction")),
    "handle_wires": Task("Work on wires", "electrical", _WIRES, _set("wire junction")),
    "new_outlet": Task("Add or move an outlet, a switch or a light", "electrical", _NEW, _set("outlet lightswitch")),
    "panel_work": Task("Work in the electrical panel", "electrical", _DO | _REMOVE | _NEW, _set("panel breaker fuse")),
    "water_heater": Task("Replace a water heater", "plumbing_major", _DO, _set("water_heater"), level="professional"),
    "roof_repair": Task(
        "Repair, clean or climb onto a roof", "roof", _ROOF, _set("roof roofing shingle flashing chimney ridge solar skylight eave soffit")
    ),
    "sand_old_paint": Task(
        "Sand, scrape or strip old paint",
        "lead",
        _set("sand scrape strip burn grind remove blast chip heat"),
        _set("paint old_paint lead_paint trim banister window sill frame varnish"),
        LEAD_BEFORE,
    ),
    "lead_paint": Task("Disturb lead paint", "lead", _STRIP | _set("burn heat blast"), _set("lead_paint old_paint")),
    "new_windows": Task("Replace windows", "lead", _set("replace swap remove install change pull"), _set("window"), LEAD_BEFORE),
    # --- experienced hands --------------------------------------------------------------------------------------------------
    "move_sink": Task(
        "Move or add a sink, a toilet, a shower or a drain",
        "plumbing_major",
        _set("move relocate shift reroute route extend add rough plumb raise lower run second another"),
        _set("sink drain toilet shower bathtub plumbing dishwasher washer laundry"),
    ),
    "add_bathroom": Task("Add a bathroom", "plumbing_major", _set("add extra second another relocate"), _set("bathroom")),
    "new_pipe": Task(
        "Run, move or replace water pipes and drains",
        "plumbing_major",
        _DO - _set("get take bring shut power light plug do fix repair seal open set"),
        _set("water_pipe pipe pipeline drain sewer stack plumbing"),
    ),
    "swap_light": Task(
        "Swap a light fixture like for like",
        "fixture_swap",
        _set("replace swap change install hang fit put mount remove upgrade take exchange wire connect hook pull add do"),
        _set("light fixture lamp chandelier pendant sconce fan lighting"),
    ),
    "swap_outlet": Task(
        "Swap an outlet or a switch like for like",
        "fixture_swap",
        _set("replace swap change install fit put remove upgrade take exchange wire connect hook pull fix repair unscrew mount do rewire"),
        _set("outlet lightswitch thermostat doorbell"),
    ),
    "gutters": Task("Clean gutters from a ladder", "height", _set("clean clear repair fix replace install remove hang"), _set("gutter")),
    "paint_outside": Task("Paint or repair high outside walls", "height", _set("paint repaint wash stain caulk"), _set("exterior facade")),
    "tall_ladder": Task(
        "Work from a tall ladder or scaffolding",
        "height",
        _set(
            """
        climb use set put work stand
        """
        ),
        _set("tall_ladder scaffold"),
    ),
    # --- anybody's hands ----------------------------------------------------------------------------------------------------
    "paint": Task("Paint walls and ceilings", "", _set("paint repaint roll prime"), _set("wall ceiling accent")),
    "wallpaper": Task("Take off or hang wallpaper", "", _set("remove strip hang put take scrape peel"), _set("wallpaper")),
    "cabinet_paint": Task("Paint cabinets", "", _set("paint repaint refinish"), _set("cabinet cupboard")),
    "hardware": Task(
        "Change handles, rods and mirrors",
        "",
        _set(
            """
        change replace swap install hang put mount
        """
        ),
        _set("handle knob hardware rod mirror"),
    ),
    "cabinet_demo": Task(
        "Take out cabinets and countertops",
        "",
        _set(
            """
        remove demo demolish take rip tear pull
        """
        ),
        _set("cabinet countertop counter"),
        level="caution",
    ),
    "hang_cabinets": Task(
        "Hang cabinets",
        "",
        _set(
            """
        hang install mount put fit
        """
        ),
        _set("cabinet cupboard shelf shelving"),
        level="caution",
    ),
    "backsplash": Task("Tile a backsplash", "", _set("install tile lay put set"), _set("backsplash"), level="caution"),
    "floating_floor": Task("Lay a floating floor", "", _set("install lay put"), _set("floor flooring plank laminate"), level="caution"),
    "swap_faucet": Task(
        "Change a faucet or a shower head",
        "",
        _set(
            """
        replace swap change install
        """
        ),
        _set("faucet showerhead"),
        level="caution",
    ),
    "caulk": Task("Caulk and grout", "", _set("caulk seal grout regrout"), _set("caulk grout bathtub tile"), level="safe"),
    "bulbs": Task("Change bulbs and filters", "", _set("change replace swap"), _set("bulb filter")),
}
_OTHER: Final = _set("doorway passthrough archway hatch exterior facade kitchen room house basement sill varnish")
EVERY: Final = frozenset(thing for task in TASKS.values() for thing in task.things)
OBJECTS: Final = (NOUNS | THINGS | EVERY | _OTHER) - _set(
    "electrician landlord hypothetically licensed myself kitchen room house basement window door"
)
_ROOMS: Final = _set("kitchen room house basement bathroom")
_PRONOUNS: Final = _set("it that this them these those one")
_IT: Final = _set("it them this these those")
_TIES: Final = _set("on in of for to behind under over between at from with")
_AND: Final = _set("and or plus & then")
VERBS: Final = frozenset(verb for task in TASKS.values() for verb in task.verbs)
_NOMINAL: Final = _set(
    "removal demolition installation replacement relocation connection conversion hookup swap repair demo upgrade disconnection"
)
AHEAD, BEHIND, JOINED = 8, 14, 5  # tokens between a verb and what it takes


def bound(found: tuple[Token, ...]) -> Iterator[Bound]:
    """Every task of which verb and thing stand in the text, with the place of the verb."""
    for at, token in enumerate(found):
        verb = token.base
        if verb not in VERBS or (verb == "do" and _asks(found, at)):
            continue
        taken, plainly = _taken(found, at)
        for name, task in TASKS.items():
            if verb in task.verbs and any(thing in task.things for thing in taken):
                yield Bound(name, at, plainly)


def _asks(found: tuple[Token, ...], at: int) -> bool:
    """Whether this "do" only makes a question: "how do I", "do gas ranges"."""
    before = found[at - 1].word if at else "."
    after = found[at + 1].word if at + 1 < len(found) else ""
    opens = before in STOPS | PAUSES | _set("how what why where when which who much many or and so")
    return found[at].word in ("does", "did") or opens or after in _set("i we you they it not")


def _taken(found: tuple[Token, ...], at: int) -> tuple[list[str], bool]:
    """What the verb there acts on, and whether that is plain."""
    if found[at].word in _NOMINAL and at and found[at - 1].base in OBJECTS:
        return [found[at - 1].base], False
    ahead = _ahead(found, at)
    return (ahead, True) if ahead else (_behind(found, at), any(token.base in _IT for token in found[at + 1 : at + 3]))


def _ahead(found: tuple[Token, ...], at: int) -> list[str]:
    taken: list[str] = []
    rooms: list[str] = []
    left, place = AHEAD, at + 1
    while place < len(found) and left:
        token = found[place]
        if token.base in STOPS or (token.base in PAUSES and not taken):
            break
        if token.base in OBJECTS:
            if taken and not _joins(found, place):
                break
            heap = _heap(found, place)
            taken += [heap[-1]] if heap[-1] in THINGS - EVERY else heap  # a sink cabinet is a cabinet
            place, left = place + len(heap), JOINED
            continue
        if token.base in _ROOMS and not taken:
            rooms.append(token.base)
        elif (
            token.base in _PRONOUNS and not taken and place - at <= 2 and not (place + 1 < len(found) and found[place + 1].base in OBJECTS)
        ):
            break
        place, left = place + 1, left - 1
    return taken or rooms


def _heap(found: tuple[Token, ...], place: int) -> list[str]:
    """Things that stand side by side: a ceiling beam."""
    heap = []
    while place < len(found) and found[place].base in OBJECTS:
        heap.append(found[place].base)
        place += 1
    return heap


def _joins(found: tuple[Token, ...], place: int) -> bool:
    """Whether this thing is named together with one before it."""
    return any(token.base in _AND or token.base == "," for token in found[max(0, place - 3) : place])


def _behind(found: tuple[Token, ...], at: int) -> list[str]:
    """The nearest thing before the verb, and those that "on", "for" or "and" ties to it: the paint on the banister."""
    taken: list[str] = []
    left, tied = BEHIND, True
    for place in range(at - 1, -1, -1):
        token = found[place]
        if left == 0:
            break
        left -= 1
        if token.base in OBJECTS:
            if not tied:
                break
            taken.append(token.base)
            left, tied = JOINED, place > 0 and found[place - 1].base in OBJECTS
        elif taken and (token.base in _AND or token.base in _TIES):
            tied = True
    return taken


def tasks_in(text: str) -> list[str]:
    """The tasks that a text speaks of, each once, in their order there."""
    return list(dict.fromkeys(task for task, *_ in bound(tokens(text))))
